//! What the suites share: databases of their own, servers over them, clients, and the contract as
//! the server publishes it.

pub(crate) mod canon;
pub(crate) mod cluster;
pub(crate) mod contract;
pub(crate) mod database;
pub(crate) mod issuer;
pub(crate) mod poll;
pub(crate) mod problem;
pub(crate) mod program;
pub(crate) mod registry;
pub(crate) mod sample;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod stage;
pub(crate) mod statements;
pub(crate) mod wire;
pub(crate) mod writer;

pub(crate) use contract::Contract;
pub(crate) use database::Database;
pub(crate) use registry::{Answer, Registry};
pub(crate) use stage::Stage;
