//! The recorded examples: answers of the real server to the requests that Swagger UI sends.

use std::path::{Path, PathBuf};
use std::{env, fs};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::{Contract, Database, Registry};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/examples")
}

/// Answers that are another in every installation: their examples stand beside the handlers.
const OF_THE_INSTALLATION: [&str; 2] = ["get_keys", "get_authorization_server"];

/// What stands in the document for an operation's answer.
fn recordable(operation: &Operation, answer: Value) -> Value {
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
    let registry = Registry::start(database);
    let mut differing = Vec::new();
    for operation in Contract::of(&registry).reads() {
        if OF_THE_INSTALLATION.contains(&operation.id.as_str()) {
            continue;
        }
        let answer = recordable(&operation, registry.json(&operation.example_target()));
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
        let id = file.file_stem().unwrap().to_str().unwrap();
        let operation = operations.iter().find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("{} belongs to no operation", file.display()));
        let recorded: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let shown = &operation.definition["responses"]["200"]["content"]["application/json"]["example"];
        assert!(*shown == recorded, "{id}: the document shows another example; run `make openapi`");
    }
}
