//! State machines: what is served is what the registry goes by.

use digituki_domain::state_machine::{self, StateMachineName};
use digituki_domain::vocabulary::Vocabulary as _;
use rstest::rstest;
use serde_json::json;

use crate::support::{Database, Registry};

#[rstest]
fn the_tables_are_served_as_the_domain_has_them(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let known: Vec<_> = state_machine::all().iter().map(|machine| json!(machine)).collect();
    assert_eq!(known.len(), StateMachineName::VALUES.len());
    assert_eq!(registry.items("/v1/state-machines"), known);
    for machine in known {
        let name = machine["name"].as_str().unwrap();
        assert_eq!(registry.json(&format!("/v1/state-machines/{name}")), machine);
    }
}

#[rstest]
fn a_walk_of_one_at_a_time_finds_them_all(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let mut names = Vec::new();
    let mut target = "/v1/state-machines?limit=1".to_owned();
    loop {
        let page = registry.json(&target);
        names.extend(
            page["items"].as_array().unwrap().iter().map(|machine| machine["name"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(cursor) => target = format!("/v1/state-machines?limit=1&cursor={cursor}"),
            None => break,
        }
    }
    let mut known = StateMachineName::codes();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[rstest]
fn no_other_machine_is_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for unknown in ["provider", "PILOT", "pilots", "0", "pilot%20"] {
        registry.get(&format!("/v1/state-machines/{unknown}")).problem(404, "not_found");
    }
    let public = registry.public();
    let body = json!({"name": "pilot"});
    public.write("PUT", "/v1/state-machines/pilot", &[], &body).problem(405, "method_not_allowed");
}
