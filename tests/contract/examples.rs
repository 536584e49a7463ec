//! The recorded examples: answers of the real server to the requests that Swagger UI sends.

use std::path::{Path, PathBuf};
use std::{env, fs};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::{Contract, Database, Registry, Stage, canon};

/// What answers call the registry, wherever it runs.
const PUBLIC_URL: [&str; 2] = ["--public-url", "http://127.0.0.1:8080"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/examples")
}

/// What stands in the document for an operation's answer.
fn recordable(stage: &Stage, operation: &Operation, answer: &str) -> Value {
    let answer = canon::of(serde_json::from_str(&stage.there(answer)).unwrap());
    match operation.id.as_str() {
        // A document cannot hold itself.
        "get_openapi" => json!({"openapi": answer["openapi"], "info": answer["info"]}),
        _ => answer,
    }
}

/// With `DIGITUKI_RECORD=1` the files are written instead of compared.
#[rstest]
fn every_example_is_what_the_server_answers(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let record = env::var_os("DIGITUKI_RECORD").is_some();
    if record && database == Database::Postgres {
        return; // One writes, and the next run compares both.
    }
    let stage = Stage::start_with(database, &PUBLIC_URL);
    let mut differing = Vec::new();
    for (operation, answer) in stage.play() {
        if answer.body.is_empty() {
            continue;
        }
        let answer = recordable(&stage, &operation, &answer.text());
        let answer = serde_json::to_string_pretty(&answer).unwrap() + "\n";
        let file = folder().join(format!("{}.json", operation.id));
        if record {
            fs::write(&file, answer).unwrap();
        } else if fs::read_to_string(&file).ok().as_ref() != Some(&answer) {
            differing.push(operation.id);
        }
    }
    assert!(differing.is_empty(), "not what the server answers: {differing:?}; run `make openapi`");
}

#[rstest]
fn every_recorded_example_belongs_to_an_operation_and_stands_in_the_document(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let operations = Contract::of(&Registry::start(database)).operations();
    for file in fs::read_dir(folder()).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let (id, is_request) = name.strip_suffix(".request").map_or((name, false), |id| (id, true));
        let operation = operations.iter().find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("{} belongs to no operation", file.display()));
        let recorded: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let shown: Vec<Value> = if is_request {
            operation.body().map(|body| body.example).into_iter().collect()
        } else {
            let answers = operation.successes().into_iter().map(|status| operation.response(status));
            answers.map(|answer| answer["content"]["application/json"]["example"].clone()).collect()
        };
        assert!(!shown.is_empty(), "{id}");
        assert!(shown.iter().all(|shown| *shown == recorded), "{name}: the document shows another; run `make openapi`");
    }
}
