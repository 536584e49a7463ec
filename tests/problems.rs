//! The registry of problems.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;

use crate::support::{Contract, Database, Registry};

/// The codes that stand in the problems of a document.
fn codes_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            let is_problem = object.contains_key("instance") || object.contains_key("parameter");
            if let Some(code) = object.get("code").and_then(Value::as_str).filter(|_| is_problem) {
                found.insert(code.to_owned());
            }
            object.values().for_each(|value| codes_in(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| codes_in(value, found)),
        _ => (),
    }
}

#[rstest]
fn every_problem_has_a_status_and_titles_in_three_languages(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for problem in registry.items("/v1/problems") {
        assert!(problem["status"].as_u64().is_some_and(|status| (400..600).contains(&status)), "{problem}");
        for language in ["fi", "sv", "en"] {
            assert!(problem["titles"][language].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
        }
        assert_eq!(registry.json(&format!("/v1/problems/{}", problem["code"].as_str().unwrap())), problem);
    }
    registry.get("/v1/problems/no_such_problem").problem(404, "not_found");
}

#[rstest]
fn every_code_in_the_examples_of_the_contract_is_registered(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let mut used = BTreeSet::new();
    codes_in(&Contract::of(&registry).0, &mut used);
    assert!(!used.is_empty());
    let known: BTreeSet<_> = Contract::codes(&registry).into_iter().collect();
    let unknown: Vec<_> = used.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[rstest]
fn the_type_of_a_problem_is_an_address_that_describes_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (path, code) in
        [("/v1/regions/99", "not_found"), ("/v1/regions?x=1", "invalid_request"), ("/nothing", "unknown_route")]
    {
        let problem = registry.get(path).json();
        let described = registry.json(problem["type"].as_str().unwrap());
        assert_eq!((&problem["code"], &described["code"]), (&code.into(), &code.into()));
        assert_eq!(described["status"], problem["status"]);
        assert_eq!(described["titles"]["en"], problem["title"]);
        assert_eq!(problem["instance"], path.split('?').next().unwrap());
    }
}
