//! The price of a list in SQL statements.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ORGANISATIONS, PROVIDERS, association, id, provider, with};
use crate::support::{Database, Registry, Stage, statements};

#[rstest]
fn the_number_of_statements_of_a_list_does_not_grow_with_its_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let stage = Stage::start(database);
    let place = stage.registry.place();
    let price = |target: &str| {
        let before = statements::sent_to(place);
        stage.json(target);
        statements::sent_to(place) - before
    };
    for operation in stage.contract.collections() {
        // The feed asks once for each kind of object that a page speaks of.
        let one_kind = operation.parameter("noun").map_or("", |_| "&noun=municipality");
        let path = operation.least_target();
        // What is known from then on need not be asked again.
        stage.json(&path);
        let [few, many] = ["2", "500"].map(|limit| price(&format!("{path}?limit={limit}{one_kind}")));
        assert_eq!(few, many, "{path}");
    }
    assert!(statements::sent_to(place) > 0, "no statement was seen at all");
}

#[rstest]
fn who_does_not_wait_for_changes_makes_nobody_look_out_for_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = Registry::start(database);
    let price = || {
        let before = statements::sent_to(registry.place());
        registry.json("/v1/changes?limit=1");
        statements::sent_to(registry.place()) - before
    };
    price();
    let prices: BTreeSet<_> = (0..500).map(|_| price()).collect();
    assert_eq!(prices.len(), 1, "{prices:?}");
}

#[rstest]
fn a_body_with_too_many_values_costs_no_more_questions_than_a_good_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = Registry::start(database);
    let place = registry.place();
    let developer = registry.developer();
    let own = id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned();
    let good = provider("Neuvonta", &own, "01");
    let price = |body: &Value| {
        let before = statements::sent_to(place);
        let status = developer.write("POST", PROVIDERS, &[], body).status;
        (status, statements::sent_to(place) - before)
    };
    let (status, least) = price(&good);
    assert_eq!(status, 201);
    let ids: Vec<_> = (0..1_000).map(|number| json!({"source": "own", "source_id": number.to_string()})).collect();
    let (status, most) = price(&with(&good, &json!({"external_ids": ids})));
    assert_eq!(status, 400);
    assert!(most <= least, "{most} questions instead of at most {least}");
}
