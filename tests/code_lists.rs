//! Code lists: every enumeration of the contract, with labels.

use rstest::rstest;
use serde_json::Value;

use crate::support::{Contract, Database, Registry};

/// The enumerations of a document, as name (or place) and values.
fn enumerations(value: &Value, place: &str, found: &mut Vec<(String, Vec<String>)>) {
    match value {
        Value::Object(object) => {
            if let Some(values) = object.get("enum").and_then(Value::as_array) {
                let values = values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
                found.push((place.to_owned(), values));
            }
            for (key, value) in object.iter().filter(|(key, _)| !["example", "examples"].contains(&key.as_str())) {
                enumerations(value, &format!("{place}/{key}"), found);
            }
        }
        Value::Array(array) => array.iter().for_each(|value| enumerations(value, place, found)),
        _ => (),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

#[rstest]
fn every_enumeration_of_the_contract_has_a_code_list_with_the_same_values(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let contract = Contract::of(&registry);
    let lists: Vec<(String, Vec<String>)> = registry
        .items("/v1/code-lists")
        .iter()
        .map(|list| {
            let codes = list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned());
            (list["name"].as_str().unwrap().to_owned(), codes.collect())
        })
        .collect();
    let mut named = Vec::new();
    for (name, schema) in contract.0["components"]["schemas"].as_object().unwrap() {
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<_> = values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
            named.push((snake_case(name), values));
        }
    }
    let mut missing: Vec<_> = named.into_iter().filter(|schema| !lists.contains(schema)).collect();
    // Those that stand within another schema or a parameter have no name: their values must be known.
    let mut all = Vec::new();
    enumerations(&contract.0, "", &mut all);
    missing.extend(all.into_iter().filter(|(_, values)| lists.iter().all(|(_, known)| known != values)));
    assert!(missing.is_empty(), "no code list has these values: {missing:#?}");
}

#[rstest]
fn every_label_exists_in_three_languages(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let lists = registry.items("/v1/code-lists");
    assert!(!lists.is_empty());
    for list in lists {
        let name = list["name"].as_str().unwrap();
        assert_eq!(registry.json(&format!("/v1/code-lists/{name}")), list);
        for item in list["items"].as_array().unwrap() {
            for language in ["fi", "sv", "en"] {
                assert!(item["names"][language].as_str().is_some_and(|label| !label.is_empty()), "{name}: {item}");
            }
        }
    }
    registry.get("/v1/code-lists/no_such_list").problem(404, "not_found");
}
