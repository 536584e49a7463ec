//! What every noun's handlers use: how a request is read and how an answer is given.

pub(crate) mod access;
pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod body;
pub(crate) mod bounds;
pub(crate) mod cors;
pub(crate) mod crowd;
pub(crate) mod cursor;
pub(crate) mod envelope;
pub(crate) mod export;
pub(crate) mod front;
pub(crate) mod idempotency;
pub(crate) mod json;
pub(crate) mod language;
pub(crate) mod list;
pub(crate) mod pointer;
pub(crate) mod precondition;
pub(crate) mod problem;
pub(crate) mod push;
pub(crate) mod query;
pub(crate) mod rate_limit;
pub(crate) mod receiving;
pub(crate) mod routes;
pub(crate) mod shape;
pub(crate) mod weight;
pub(crate) mod write;
