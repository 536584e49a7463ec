//! The document as a whole, and its operations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Contract, Database, Registry, program};

/// The contract as it is checked in.
fn checked_in() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; run `make openapi`", path.display()))
}

/// The places at which two documents differ.
fn differences(one: &Value, other: &Value, place: &str) -> Vec<String> {
    match (one, other) {
        (Value::Object(first), Value::Object(second)) => {
            let names: BTreeSet<_> = first.keys().chain(second.keys()).collect();
            let below = |name: &String| differences(&one[name], &other[name], &format!("{place}/{name}"));
            names.into_iter().flat_map(below).collect()
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            let pairs = first.iter().zip(second).enumerate();
            pairs.flat_map(|(index, (one, other))| differences(one, other, &format!("{place}/{index}"))).collect()
        }
        _ if one == other => Vec::new(),
        _ => vec![place.to_owned()],
    }
}

#[test]
fn the_checked_in_document_is_what_the_program_prints() {
    let output = program::run(&["openapi"], &[]);
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed == checked_in(), "openapi/openapi.json is out of date: run `make openapi`");
}

#[rstest]
fn the_served_document_is_the_checked_in_one_wherever_it_is_served(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let checked_in: Value = serde_json::from_str(&checked_in()).unwrap();
    for flags in [&[][..], &["--public-url", "https://registry.example"]] {
        let registry = Registry::start_with(database, flags);
        let differing = differences(&Contract::of(&registry).0, &checked_in, "");
        assert!(differing.is_empty(), "openapi/openapi.json is out of date: run `make openapi`; see {differing:#?}");
    }
}

#[rstest]
fn it_says_who_publishes_it_and_does_not_depend_on_where(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let document = Contract::of(&Registry::start(database)).0;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    assert_eq!(document["servers"].as_array().map(|servers| servers[0]["url"].clone()), Some(json!("/")));
    for field in
        ["/info/title", "/info/version", "/info/description", "/info/contact/email", "/info/license/identifier"]
    {
        let value = document.pointer(field).and_then(Value::as_str);
        assert!(value.is_some_and(|text| !text.is_empty()), "{field}");
    }
    let version: Vec<_> = document["info"]["version"].as_str().unwrap().split('.').collect();
    assert!(version.len() == 3 && version.iter().all(|part| part.parse::<u32>().is_ok()), "{version:?}");
}

#[test]
fn what_is_documented_is_routed_and_what_is_routed_is_documented() {
    let routes = digituki::routes();
    let served: BTreeMap<String, BTreeSet<String>> = routes
        .routed()
        .map(|(path, methods)| {
            // HEAD comes with every GET and is no operation of its own.
            let methods = methods.into_iter().filter(|method| *method != "HEAD").map(str::to_lowercase);
            (path.to_owned(), methods.collect())
        })
        .collect();
    let mut documented: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in Contract(digituki::document()).operations() {
        documented.entry(operation.path).or_default().insert(operation.method);
    }
    assert_eq!(documented, served);
}

#[rstest]
fn every_operation_is_named_summed_up_tagged_and_says_who_may(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let contract = Contract::of(&Registry::start(database));
    let tags: Vec<_> = contract.0["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    let mut used = Vec::new();
    let mut ids = BTreeSet::new();
    for operation in contract.operations() {
        let id = &operation.id;
        let shaped = id.split('_').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(shaped && id.contains('_'), "{id}");
        assert!(ids.insert(id.clone()), "{id} names two operations");
        let definition = &operation.definition;
        let summary = definition["summary"].as_str().unwrap_or_default();
        assert!(summary.ends_with('.') && !summary.contains('\n'), "{id}: {summary:?}");
        let security = definition["security"].as_array();
        let anyone = security.is_some_and(|ways| ways.iter().any(|way| *way == json!({})));
        assert!(!operation.writes() || !anyone, "{id} is a write that anyone may");
        let own = definition["tags"].as_array().unwrap();
        assert_eq!(own.len(), 1, "{id}");
        if !used.contains(&own[0]) {
            used.push(own[0].clone());
        }
        assert!(definition["security"].is_array(), "{id} does not say who may");
    }
    assert!(tags.iter().all(|tag| used.contains(tag)) && used.len() == tags.len(), "{used:?} and {tags:?}");
}

#[rstest]
fn every_answer_has_a_description_an_example_and_a_schema(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let contract = Contract::of(&Registry::start(database));
    let mut lacking = Vec::new();
    for operation in contract.operations() {
        let responses = operation.definition["responses"].as_object().unwrap();
        let of_reads: &[&str] = if operation.method == "get" { &["304"] } else { &[] };
        let of_writes: &[&str] = if operation.writes() { &["401", "403", "408", "507"] } else { &[] };
        let of_objects: &[&str] = if operation.path.contains('{') { &["404"] } else { &[] };
        // What answers without a body suits whatever is accepted.
        let of_formats: &[&str] = if operation.formats().is_empty() { &[] } else { &["406"] };
        let of_all = ["400", "413", "414", "415", "500", "503"];
        for status in [&of_all, of_formats, of_reads, of_writes, of_objects].concat() {
            if !responses.contains_key(status) {
                lacking.push(format!("{}: {status}", operation.id));
            }
        }
        if operation.successes().is_empty() {
            lacking.push(format!("{}: a success", operation.id));
        }
        for (status, response) in responses {
            let response = contract.resolve(response);
            if response["description"].as_str().is_none_or(str::is_empty) {
                lacking.push(format!("{} {status}: a description", operation.id));
            }
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                for part in ["schema", "example"] {
                    if content.get(part).is_none() {
                        lacking.push(format!("{} {status} {media_type}: {part}", operation.id));
                    }
                }
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[rstest]
fn every_body_has_a_schema_and_an_example_and_lacks_nothing_that_could_be_shown(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let contract = Contract::of(&Registry::start(database));
    let mut lacking = Vec::new();
    for operation in contract.operations() {
        let Some(body) = operation.body() else { continue };
        let schema = contract.resolve(&body.schema);
        assert!(schema["properties"].is_object() && body.example.is_object(), "{}", operation.id);
        // A patch shows what is to be patched; of a form the fields that matter.
        for field in schema["properties"].as_object().unwrap().keys() {
            if body.media_type == "application/json" && body.example.get(field).is_none() {
                lacking.push(format!("{}: {field}", operation.id));
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[test]
fn an_answer_that_is_an_object_leads_to_what_can_be_done_with_it() {
    let document: Value = serde_json::from_str(&checked_in()).unwrap();
    let links = |place: &str| -> BTreeSet<String> {
        let links = document.pointer(place).and_then(Value::as_object);
        links.into_iter().flat_map(|links| links.keys().cloned()).collect()
    };
    let all = BTreeSet::from(
        [
            "get_provider",
            "replace_provider",
            "change_provider",
            "delete_provider",
            "verify_provider",
            "merge_provider",
            "list_provider_history",
        ]
        .map(str::to_owned),
    );
    assert_eq!(links("/paths/~1v1~1providers/post/responses/201/links"), all);
    let pushed = "/paths/~1v1~1providers~1by-source~1{source}~1{source_id}/put/responses";
    assert_eq!(links(&format!("{pushed}/200/links")), all);
    assert_eq!(links(&format!("{pushed}/201/links")), all);
    let change = &document["components"]["links"]["change_provider"];
    assert_eq!(change["parameters"], json!({"id": "$response.body#/id", "If-Match": "$response.header.ETag"}));
    // Hospital districts have the same schema, and are another collection.
    assert_eq!(links("/paths/~1v1~1regions~1{code}/get/responses/200/links"), BTreeSet::new());
}

#[test]
fn every_component_is_referred_to_and_every_reference_leads_somewhere() {
    let document = digituki::document();
    let text = document.to_string();
    for (kind, components) in document["components"].as_object().unwrap() {
        let unused = components.as_object().unwrap().keys().filter(|name| {
            let reference = format!("\"#/components/{kind}/{name}\"");
            let is_used = if kind == "securitySchemes" {
                text.contains(&format!("{{\"{name}\":["))
            } else {
                text.contains(&reference)
            };
            !is_used
        });
        let unused: Vec<_> = unused.collect();
        assert!(unused.is_empty(), "{kind}: {unused:?}");
    }
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}
