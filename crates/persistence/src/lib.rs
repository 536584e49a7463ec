//! The store: every SQL statement of the project, for SQLite and PostgreSQL.
//!
//! Invariants:
//! - This crate does not know HTTP (`make boundaries` proves it), and no SQL stands outside it.
//! - Queries are written once, over `connection::AnyConnection`; what differs between the two databases
//!   stays in `connection`, `store` and `batch`.
//! - A read sees one snapshot, however many statements it takes, and their number does not grow with
//!   the page size. Only a glance goes without: see `Store::glance`.
//! - Row structs stay inside; domain types go in and come out.

#![recursion_limit = "256"]

mod among;
pub mod application;
pub mod area;
pub mod assessment;
pub mod assessment_framework;
pub mod assessment_round;
pub mod audit;
pub mod availability;
mod batch;
pub mod call;
pub mod change_request;
pub mod client;
mod column;
pub mod comparison;
mod connection;
pub mod coverage;
pub mod database_url;
pub mod decision;
pub mod demonstration;
pub mod duplicate;
pub mod erase;
pub mod error;
pub mod evaluation;
mod external_id;
pub mod feed;
pub mod gap;
pub mod grant;
pub mod idempotency;
mod load;
pub mod location;
mod log;
pub mod merge;
pub mod municipality;
mod names;
pub mod need_index;
pub mod need_indicator;
pub mod noun;
pub mod organisation;
mod own_expression;
pub mod page;
pub mod pilot;
pub mod portfolio;
pub mod programme;
pub mod provider;
pub mod report;
mod schema;
pub mod search_gap;
pub mod service;
pub mod service_point;
pub mod signing_key;
mod store;
pub mod suggestion;
mod threads;
mod turn;
mod union;
pub mod verify;
pub mod write;
mod writer;

pub use connection::AnyConnection;
pub use database_url::DatabaseUrl;
pub use error::{Error, Result};
pub use load::Load;
pub use store::{Lookups, Options, Store};
