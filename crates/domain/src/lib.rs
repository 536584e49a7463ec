//! The vocabulary and the rules of the registry.
//!
//! Invariants:
//! - No input or output: this crate knows neither HTTP nor SQL (`make boundaries` proves it).
//! - A type that the contract publishes is written once, here; it derives its JSON and its schema.
//! - What does not hold cannot be built: codes, keys and dates are parsed, and only then exist.
//! - Every text that a reader sees is in Finnish, Swedish and English.

pub mod address;
pub mod application;
pub mod area;
pub mod assessment;
pub mod assessment_framework;
pub mod assessment_round;
pub mod at;
pub mod atlas;
pub mod audit;
pub mod availability;
pub mod call;
pub mod change;
pub mod change_request;
pub mod client;
pub mod clock;
pub mod code_list;
pub mod comparison;
pub mod contact;
pub mod coverage;
pub mod date;
pub mod decision;
pub mod demonstration;
pub mod duplicate;
pub mod evaluation;
pub mod external_id;
pub mod freshness;
pub mod gap;
pub mod grant;
pub mod id;
pub mod invalid;
pub mod key;
pub mod location;
pub mod merge;
pub mod metric;
pub mod money;
pub mod municipality;
pub mod need_index;
pub mod need_indicator;
pub mod notice;
pub mod noun;
pub mod opening_hours;
pub mod organisation;
pub mod personal;
pub mod pilot;
pub mod point;
pub mod policy;
pub mod portfolio;
pub mod problem;
pub mod programme;
pub mod provider;
pub mod push;
pub mod report;
pub mod role;
pub mod schema;
pub mod search;
pub mod search_gap;
pub mod service;
pub mod service_point;
pub mod state_machine;
pub mod suggestion;
pub mod support;
pub mod text;
pub mod validity;
pub mod version;
pub mod vocabulary;
mod weight;
