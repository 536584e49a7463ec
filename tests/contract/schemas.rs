//! Schemas: everything is bounded, and real answers satisfy them.

use jsonschema::Validator;
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::support::{Contract, Database, Registry, Stage};

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

#[test]
fn no_two_schemas_have_one_name() {
    let routes = digituki::routes();
    assert!(routes.clashes().is_empty(), "each of these names stands for two schemas: {:?}", routes.clashes());
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
    let stage = Stage::start(database);
    let mut answers = Vec::new();
    for operation in stage.contract.collections() {
        let path = operation.least_target();
        let mut targets = vec![format!("{path}?limit=500"), format!("{path}?limit=1")];
        if operation.parameter("as_of").is_some() {
            targets.push(format!("{path}?limit=500&as_of=2018-06-01"));
        }
        for target in targets {
            answers.push((operation.clone(), stage.get(&target)));
        }
    }
    answers.extend(stage.play());
    let mut found = Vec::new();
    for (operation, answer) in answers {
        assert!(operation.successes().contains(&answer.status), "{}: {}", operation.id, answer.status);
        let documented = &operation.response(answer.status)["content"]["application/json"]["schema"];
        assert_eq!(documented.is_object(), !answer.body.is_empty(), "{} {}", operation.id, answer.status);
        if documented.is_object() {
            found.extend(violations(&validator(&stage.contract, documented), &operation.id, &answer.json()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[rstest]
fn real_problems_satisfy_their_schema(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let registry = &stage.registry;
    let validator = validator(&stage.contract, &json!({"$ref": "#/components/schemas/Problem"}));
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
    for operation in stage.contract.operations().iter().filter(|operation| operation.writes()) {
        let request = stage.request(operation);
        let refusals = [
            request.clone().without("Authorization"),
            request.clone().with("If-Match", "\"999.0\""),
            request.clone().without("If-Match"),
            request.clone().with("Content-Type", "text/plain"),
            request.clone().with("Idempotency-Key", "two words"),
            request.carrying("{\"colour\": [{}]}"),
        ];
        for answer in refusals.map(|refusal| stage.send(&refusal)) {
            if answer.status >= 400 {
                let found = violations(&validator, &operation.id, &answer.json());
                assert!(found.is_empty(), "{found:#?}");
            }
        }
    }
}

#[rstest]
fn every_example_satisfies_its_schema(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let contract = Contract::of(&Registry::start(database));
    let mut found = Vec::new();
    for operation in contract.operations() {
        for (status, response) in operation.definition["responses"].as_object().unwrap() {
            let place = format!("{} {status}", operation.id);
            let response = contract.resolve(response);
            for content in response["content"].as_object().into_iter().flat_map(Map::values) {
                found.extend(violations(&validator(&contract, &content["schema"]), &place, &content["example"]));
            }
            for header in response["headers"].as_object().into_iter().flat_map(Map::values) {
                let header = contract.resolve(header);
                found.extend(violations(&validator(&contract, &header["schema"]), &place, &header["example"]));
            }
        }
        if let Some(body) = operation.body() {
            found.extend(violations(&validator(&contract, &body.schema), &operation.id, &body.example));
        }
        for parameter in &operation.parameters {
            let Some(example) = &parameter.example else { continue };
            let place = format!("{}: {}", operation.id, parameter.name);
            found.extend(violations(&validator(&contract, &parameter.schema), &place, example));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
