//! Parameters: those that are documented are those that are read, within the same bounds.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;

use crate::support::contract::{Operation, Parameter};
use crate::support::{Contract, Database, Registry, Stage};

/// A value that the schema shows or allows.
fn good_value(parameter: &Parameter) -> Option<String> {
    let items = &parameter.schema["items"];
    let shown = parameter.example_values().into_iter().next();
    let listed = items["enum"].get(0).or_else(|| items["examples"].get(0)).and_then(Value::as_str);
    shown.or_else(|| listed.map(str::to_owned))
}

/// The least good target with room for one more parameter, which may be one that it has.
fn open_target(operation: &Operation, parameter: &Parameter) -> String {
    let others = operation.in_place("query").filter(|other| other.required && other.name != parameter.name);
    let pairs =
        others.flat_map(|other| other.example_values().into_iter().map(|value| format!("{}={value}&", other.name)));
    format!("{}?{}", operation.path_with("", ""), pairs.collect::<Vec<_>>().concat())
}

#[rstest]
fn the_documented_names_are_those_that_the_server_allows(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    for operation in stage.contract.operations() {
        let target = operation.example_target();
        let separator = if target.contains('?') { '&' } else { '?' };
        let answer = stage.send(&stage.request_to(&operation, &format!("{target}{separator}colour=red")));
        if operation.id == "issue_token" {
            // It has words of its own (RFC 6749), and takes nothing in an address.
            assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()));
            continue;
        }
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["code"], "unknown_parameter", "{target}");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        let allowed = message.strip_prefix("Unknown parameter. Allowed: ").and_then(|rest| rest.strip_suffix('.'));
        let allowed: BTreeSet<_> = allowed.expect(message).split(", ").filter(|name| !name.is_empty()).collect();
        let documented: BTreeSet<_> = operation.in_place("query").map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(documented, allowed, "{}", operation.id);
    }
}

#[rstest]
fn every_parameter_is_described_and_path_parameters_have_an_example(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let contract = Contract::of(&Registry::start(database));
    let mut lacking = Vec::new();
    for operation in contract.operations() {
        for definition in operation.definition["parameters"].as_array().into_iter().flatten() {
            let definition = contract.resolve(definition);
            if definition["description"].as_str().is_none_or(str::is_empty) {
                lacking.push(format!("{}: {} has no description", operation.id, definition["name"]));
            }
        }
        for parameter in &operation.parameters {
            if parameter.required && parameter.example.is_none() {
                lacking.push(format!("{}: {} has no example", operation.id, parameter.name));
            }
        }
        // Swagger UI would fill it in, and the page would start nowhere.
        if operation.parameter("cursor").is_some_and(|cursor| cursor.example.is_some()) {
            lacking.push(format!("{}: an example of a cursor", operation.id));
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[rstest]
fn a_list_takes_as_many_values_as_the_document_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let mut tried = 0;
    for operation in stage.contract.operations() {
        for parameter in operation.in_place("query").filter(|parameter| parameter.is_list()) {
            let Some(value) = good_value(parameter) else { continue };
            let most = usize::try_from(parameter.schema["maxItems"].as_u64().unwrap()).unwrap();
            let query = vec![format!("{}={value}", parameter.name); most].join("&");
            let answer = stage.get(&format!("{}{query}", open_target(&operation, parameter)));
            assert_eq!(answer.status, 200, "{} {}: {}", operation.id, parameter.name, answer.text());
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[rstest]
fn every_documented_value_of_an_enumeration_is_taken(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let mut refused = Vec::new();
    for operation in stage.contract.reads() {
        for parameter in operation.in_place("query") {
            for value in values_of(&stage.contract, &parameter.schema) {
                let mut target = format!("{}{}={value}", open_target(&operation, parameter), parameter.name);
                target += match value.as_str() {
                    "distance" => "&near=60.17,24.94",
                    "relevance" => "&q=digituki",
                    _ => "",
                };
                if stage.get(&target).status != 200 {
                    refused.push(target);
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Every value that a schema lists, wherever in it.
fn values_of(contract: &Contract, schema: &Value) -> Vec<String> {
    match contract.resolve(schema) {
        Value::Object(object) => {
            let own = object.get("enum").and_then(Value::as_array).into_iter().flatten();
            let own = own.filter_map(Value::as_str).map(str::to_owned);
            let within = ["items", "allOf", "oneOf", "anyOf"].iter().filter_map(|key| object.get(*key));
            own.chain(within.flat_map(|schema| values_of(contract, schema))).collect()
        }
        Value::Array(schemas) => schemas.iter().flat_map(|schema| values_of(contract, schema)).collect(),
        _ => Vec::new(),
    }
}

#[rstest]
fn a_day_is_taken_exactly_where_its_schema_takes_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let contract = Contract::of(&registry);
    let operation = contract.operations().into_iter().find(|operation| operation.id == "list_regions").unwrap();
    let schema = jsonschema::validator_for(&operation.parameter("as_of").unwrap().schema).unwrap();
    for day in ["1899-12-31", "1900-01-01", "1999-12-31", "2000-01-01", "2100-12-31", "2101-01-01", "10000-01-01"] {
        let answer = registry.get(&format!("{}?as_of={day}", operation.path));
        assert_eq!(answer.status == 200, schema.is_valid(&Value::from(day)), "{day}: {}", answer.status);
    }
}

#[rstest]
fn letters_to_look_for_are_as_long_as_the_document_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for operation in Contract::of(&registry).operations() {
        let Some(parameter) = operation.parameter("q") else { continue };
        let most = usize::try_from(parameter.schema["maxLength"].as_u64().unwrap()).unwrap();
        // The limit counts characters, not bytes.
        let with = |length| format!("{}?q={}", operation.path, "%C3%A4".repeat(length));
        assert_eq!(registry.get(&with(most)).status, 200, "{}", operation.id);
        let answer = registry.get(&with(most + 1));
        answer.problem(400, "invalid_request");
        assert_eq!(answer.codes_of_faults(), ["too_long"], "{}", operation.id);
    }
}

#[rstest]
fn header_fields_are_as_long_as_the_document_says(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in stage.in_order() {
        let request = stage.request(&operation);
        for parameter in operation.in_place("header") {
            let most = usize::try_from(parameter.schema["maxLength"].as_u64().unwrap()).unwrap();
            let with = |length| stage.send(&request.clone().with(&parameter.name, &"x".repeat(length)));
            let answer = with(most + 1);
            answer.problem(400, "invalid_request");
            assert_eq!(answer.json()["errors"][0]["parameter"], parameter.name.as_str());
            assert_eq!(answer.codes_of_faults(), ["too_long"], "{} {}", operation.id, parameter.name);
            // What is written again may be in conflict with itself, which is no fault of the header.
            let taken = with(most).status;
            assert!(taken == 200 || operation.method != "get" && taken != 400, "{} {}", operation.id, parameter.name);
        }
    }
}
