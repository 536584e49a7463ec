//! The API: routes, documentation, configuration and the command line.
//!
//! Invariants:
//! - A handler reads: parse, validate, authorise, load, decide, store, represent. It holds no SQL and
//!   no rule of the domain.
//! - An operation is routed and documented by the same line (`http::routes`).
//! - Every answer of 400 and above is a problem (RFC 9457) whose code stands in
//!   `digituki_domain::problem`.
//! - Nothing of the database, of Rust or of a person shows in an answer or in the log.

#![recursion_limit = "256"]

mod app;
mod application;
mod area;
mod assessment;
mod assessment_framework;
mod assessment_round;
mod audit;
mod auth;
mod availability;
mod call;
mod capacity;
mod change;
mod change_request;
pub mod client;
mod code_list;
mod command;
mod comparison;
mod contract;
mod coverage;
mod decision;
mod demonstration;
mod duplicate;
mod evaluation;
mod evaluator;
mod gap;
mod grant;
mod health;
mod http;
mod ledger;
mod location;
mod logging;
mod metric;
mod municipality;
mod need_index;
mod need_indicator;
mod oauth;
mod openapi;
mod organisation;
mod pilot;
mod portfolio;
mod problem;
mod programme;
mod provider;
pub mod reference;
mod report;
mod search_gap;
mod serve;
mod service;
mod service_point;
mod settings;
mod state_machine;
mod suggestion;
mod swagger;

pub use auth::secret::Secret;
pub use command::{ClientCommand, Erase, KeyCommand, rebuild, verify};
pub use contract::{document, routes};
pub use demonstration::Demo;
pub use http::routes::Routes;
pub use logging::{Format as LogFormat, start as start_logging};
pub use serve::{Registry, migrate, serve};
pub use settings::Settings;
