//! Schemas: everything is bounded, and real answers satisfy them.

use jsonschema::Validator;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Contract, Database, Registry};

/// Every schema without a bound below a value, as the path to it.
fn unbounded(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            let types: Vec<&str> = match object.get("type") {
                Some(Value::String(one)) => vec![one],
                Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            let lacks = |keys: &[&str]| keys.iter().any(|key| !object.contains_key(*key));
            let listed = object.contains_key("enum") || object.contains_key("const");
            for kind in types {
                let missing = match kind {
                    "string" => !listed && lacks(&["maxLength"]),
                    "integer" | "number" => !listed && lacks(&["minimum", "maximum"]),
                    "array" => lacks(&["maxItems", "items"]),
                    _ => false,
                };
                if missing {
                    found.push(format!("{path}: {kind}"));
                }
            }
            for (key, value) in
                object.iter().filter(|(key, _)| !["example", "examples", "default"].contains(&key.as_str()))
            {
                unbounded(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter().enumerate() {
                unbounded(value, &format!("{path}/{index}"), found);
            }
        }
        _ => (),
    }
}

/// Forbids fields that no schema names, so that an answer cannot say more than the document does.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("properties").is_some_and(Value::is_object) && object.contains_key("type") {
                object.insert("additionalProperties".into(), json!(false));
            }
            object.values_mut().for_each(close);
        }
        Value::Array(array) => array.iter_mut().for_each(close),
        _ => (),
    }
}

/// A validator for one of the document's schemas.
fn validator(contract: &Contract, schema: &Value) -> Validator {
    let mut components = contract.0["components"].clone();
    close(&mut components["schemas"]);
    let root = json!({"allOf": [schema], "components": components});
    jsonschema::draft202012::options().should_validate_formats(true).build(&root).unwrap()
}

fn violations(validator: &Validator, target: &str, answer: &Value) -> Vec<String> {
    validator.iter_errors(answer).map(|error| format!("{target} at {}: {error}", error.instance_path())).collect()
}

#[rstest]
fn every_string_number_and_array_is_bounded(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let contract = Contract::of(&Registry::start(database));
    let mut found = Vec::new();
    for part in ["components", "paths"] {
        unbounded(&contract.0[part], part, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[rstest]
fn real_answers_satisfy_their_schemas(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let contract = Contract::of(&registry);
    let mut found = Vec::new();
    for operation in contract.reads() {
        let schema = &operation.definition["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{}", operation.id);
        let validator = validator(&contract, schema);
        let mut targets = vec![operation.example_target()];
        if operation.parameter("cursor").is_some() {
            targets.push(format!("{}?limit=500", operation.path));
            targets.push(format!("{}?limit=1", operation.path));
        }
        if operation.parameter("as_of").is_some() && operation.parameter("cursor").is_some() {
            targets.push(format!("{}?limit=500&as_of=2018-06-01", operation.path));
        }
        for target in targets {
            found.extend(violations(&validator, &target, &registry.json(&target)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[rstest]
fn real_problems_satisfy_their_schema(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let validator = validator(&Contract::of(&registry), &json!({"$ref": "#/components/schemas/Problem"}));
    let long = format!("/v1/regions?{}=1", "x".repeat(10_000));
    let many = format!("/v1/regions?{}", "x=1&".repeat(5_000));
    let unknown = format!("/{}", "x".repeat(10_000));
    for target in [
        "/v1/regions/99",
        "/v1/regions?colour=red&limit=0",
        "/v1/municipalities/911?as_of=2026-01-01",
        "/v1/coverage",
        "/nothing",
        "/fault/panic",
        &long,
        &many,
        &unknown,
    ] {
        let answer = registry.get(target);
        assert!(answer.status >= 400, "{target}");
        let found = violations(&validator, &target[..target.len().min(60)], &answer.json());
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[rstest]
fn every_example_satisfies_its_schema(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let contract = Contract::of(&Registry::start(database));
    let mut found = Vec::new();
    for operation in contract.operations() {
        for (status, response) in operation.definition["responses"].as_object().unwrap() {
            for content in contract.resolve(response)["content"].as_object().into_iter().flatten().map(|(_, it)| it) {
                let Some(example) = content.get("example") else { continue };
                let place = format!("{} {status}", operation.id);
                found.extend(violations(&validator(&contract, &content["schema"]), &place, example));
            }
        }
        for parameter in &operation.parameters {
            let Some(example) = &parameter.example else { continue };
            let place = format!("{}: {}", operation.id, parameter.name);
            found.extend(violations(&validator(&contract, &parameter.schema), &place, example));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
