//! The black-box tests: what anyone can see of the registry from outside, on both databases.
//!
//! The modules mirror the addresses, or the subject. Each test starts a registry of its own, in this
//! process, over a database of its own; see `support`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says where"
)]

mod access;
mod applications;
mod audit;
mod availability;
mod bad_bodies;
mod bad_input;
mod bodies;
mod calls;
mod change_requests;
mod changes;
mod code_lists;
mod commands;
mod concurrency;
mod contract;
mod coverage;
mod decisions;
mod durability;
mod evaluations;
mod front;
mod gaps;
mod grants;
mod http;
mod loading;
mod locations;
mod log;
mod merging;
mod metrics;
mod municipalities;
mod need_index;
mod need_indicators;
mod oauth;
mod organisations;
mod organisations_written;
mod outages;
mod paging;
mod pilots;
mod portfolio;
mod problems;
mod programmes;
mod providers;
mod query_plans;
mod regions;
mod reports;
mod roles;
mod search;
mod search_gaps;
mod service_points;
mod services;
mod settings;
mod state_machines;
mod statements;
mod story;
mod suggest;
mod support;
mod written;
