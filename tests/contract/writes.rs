//! Writes: what every one of them documents and keeps to, read from the document.

use rstest::rstest;
use serde_json::json;

use crate::support::contract::Operation;
use crate::support::stage::{Request, SUBMITTED, SUBMITTED_TOO, identifier};
use crate::support::{Answer, Database, Stage};

/// An id that nothing has.
const NOBODYS: &str = "019ac0de-0000-7000-8000-00000000dead";
const STALE: &str = "\"999.0f343b0931126a20f133d67c2b018a3b\"";

fn writes(stage: &Stage) -> Vec<Operation> {
    let writes: Vec<_> = stage.in_order().into_iter().filter(Operation::writes).collect();
    assert!(writes.len() >= 10, "{}", writes.len());
    writes
}

fn documents(operation: &Operation, status: u16) -> bool {
    operation.response(status).is_object()
}

/// Fails unless the answer is a problem and nothing was written.
#[track_caller]
fn assert_refused(stage: &Stage, request: &Request, status: u16, code: &str) -> Answer {
    let before = stage.registry.last_seq();
    let answer = stage.send(request);
    answer.problem(status, code);
    assert_eq!(stage.registry.last_seq(), before, "{} {} has changed something", request.method, request.target);
    answer
}

/// The example as the other client would have it.
fn changed(stage: &Stage, push: &Operation) -> String {
    let mut body = push.body().unwrap().example;
    body["names"]["en"] = json!("Another name");
    stage.here(&body.to_string())
}

/// Another object than that of the example, with nothing that only one may have.
fn another(stage: &Stage, creation: &Operation) -> String {
    let body = creation.body().unwrap();
    let mut object = body.example;
    let schema = stage.contract.resolve(&body.schema);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    // A pilot is somewhere, somebody leads a programme, a load has rows, a framework goals, and a round asks somebody.
    let needed = |name: &String| ["areas", "coordinators", "rows", "goals", "asked"].contains(&name.as_str());
    object.as_object_mut().unwrap().retain(|name, _| needed(name) || required.iter().any(|known| known == name));
    if object["key"].is_string() {
        object["key"] = json!("one-more");
    }
    // There is one of an evaluator and an application.
    if object["application"] == SUBMITTED {
        object["application"] = json!(SUBMITTED_TOO);
    }
    if object["published"].is_boolean() {
        object["published"] = json!(false);
    }
    // What is published needs more.
    if !object["offer_status"].is_null() {
        object["offer_status"] = json!("draft");
    }
    stage.here(&object.to_string())
}

#[rstest]
fn a_change_needs_the_etag_of_what_its_author_has_seen(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    for operation in writes(&stage).iter().filter(|operation| operation.method != "post") {
        let parameter = operation.parameter("If-Match").unwrap_or_else(|| panic!("{}", operation.id));
        assert!(documents(operation, 412) && documents(operation, 428), "{}", operation.id);
        let request = stage.request(operation);
        // A push needs it only where another client has changed the object: see below.
        assert_eq!(parameter.required, !operation.path.contains("/by-source/"), "{}", operation.id);
        if parameter.required {
            assert_refused(&stage, &request.clone().without("If-Match"), 428, "precondition_required");
        }
        let seen = stage.send(&stage.request(operation).by("GET").without("If-Match")).header("etag").unwrap();
        let weak = format!("W/{seen}");
        for stale in [STALE, &weak, seen.trim_matches('"'), "\"*\"", ""] {
            assert_refused(&stage, &request.clone().with("If-Match", stale), 412, "precondition_failed");
        }
        let listed = format!("{STALE}, {seen}");
        let answer = stage.send(&request.with("If-Match", &listed));
        assert!(operation.successes().contains(&answer.status), "{}: {}", operation.id, answer.text());
    }
}

#[rstest]
fn an_action_goes_by_the_etag_where_one_is_given(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in writes(&stage).iter().filter(|operation| operation.acts()) {
        assert!(documents(operation, 412) && operation.parameter("If-Match").is_some(), "{}", operation.id);
        let request = stage.request(operation);
        assert_refused(&stage, &request.clone().with("If-Match", STALE), 412, "precondition_failed");
        assert_eq!(stage.send(&request.with("If-Match", "*")).status, 200, "{}", operation.id);
    }
}

#[rstest]
fn a_push_overwrites_what_another_client_has_changed_only_when_it_has_seen_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let pushes: Vec<_> =
        writes(&stage).into_iter().filter(|push| push.method == "put" && push.path.contains("/by-source/")).collect();
    assert!(!pushes.is_empty());
    let other = stage.registry.token(&stage.registry.client("national_developer", &[], None));
    for push in pushes {
        let own = stage.request(&push);
        let others = own.clone().with("Authorization", &format!("Bearer {other}"));
        assert_eq!(stage.send(&own).status, 200, "its own object");
        assert_eq!(stage.send(&others).status, 200, "it says nothing new");
        assert_refused(&stage, &others.clone().carrying(changed(&stage, &push)), 428, "precondition_required");
        let seen = stage.send(&own.clone().by("GET")).header("etag").unwrap();
        let taken_over = stage.send(&others.clone().with("If-Match", &seen).carrying(changed(&stage, &push)));
        assert_eq!(taken_over.status, 200, "{}", taken_over.text());
        assert_refused(&stage, &own, 428, "precondition_required");
        assert_refused(&stage, &own.clone().with("If-Match", &seen), 412, "precondition_failed");
        let new = stage.here(&push.path_with("source_id", "new"));
        assert_refused(&stage, &own.to(&new).with("If-Match", "*"), 412, "precondition_failed");
    }
}

#[rstest]
fn what_says_nothing_new_changes_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in writes(&stage).iter().filter(|operation| ["put", "patch"].contains(&operation.method.as_str())) {
        let first = stage.send(&stage.request(operation));
        let before = stage.registry.last_seq();
        let second = stage.send(&stage.request(operation));
        assert_eq!((second.status, second.header("etag")), (200, first.header("etag")), "{}", operation.id);
        assert_eq!(stage.registry.last_seq(), before, "{}", operation.id);
    }
}

#[rstest]
fn a_post_with_a_key_is_done_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in writes(&stage).iter().filter(|operation| operation.method == "post") {
        let parameter = operation.parameter("Idempotency-Key");
        assert!(parameter.is_some_and(|key| !key.required), "{}", operation.id);
        assert!(documents(operation, 409) && documents(operation, 422), "{}", operation.id);
        let request = stage.request(operation).with("Idempotency-Key", &operation.id);
        // What exists already cannot be created again, except where nothing in it is unique.
        let request = if operation.creates() { request.carrying(another(&stage, operation)) } else { request };
        let first = stage.send(&request);
        assert!(operation.successes().contains(&first.status), "{}: {}", operation.id, first.text());
        let done = stage.registry.last_seq();
        let second = stage.send(&request);
        assert_eq!(stage.registry.last_seq(), done, "{}", operation.id);
        assert_eq!((second.status, second.text()), (first.status, first.text()), "{}", operation.id);
        for header in ["etag", "location", "content-type"] {
            assert_eq!(second.header(header), first.header(header), "{}: {header}", operation.id);
        }
        let other = request.body.clone().map_or_else(|| b"{}".to_vec(), |body| [&body, &b" "[..]].concat());
        let other = request.clone().with("Content-Type", "application/json").carrying(other);
        assert_refused(&stage, &other, 422, "idempotency_key_reused");
        for key in ["two words", "", "\u{e4}"] {
            assert_refused(&stage, &request.clone().with("Idempotency-Key", key), 400, "invalid_request");
        }
    }
}

#[rstest]
fn a_body_of_another_type_is_415_and_is_told_which_is_right(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let mut tried = 0;
    for operation in stage.in_order() {
        let Some(body) = operation.body() else { continue };
        let header = if operation.method == "patch" { "accept-patch" } else { "accept" };
        let request = stage.request(&operation);
        let wrong = ["text/plain", "application/xml", "multipart/form-data", "*/*", "json"]
            .map(|kind| request.clone().with("Content-Type", kind));
        for wrong in wrong.into_iter().chain([request.clone().without("Content-Type")]) {
            let answer = assert_refused(&stage, &wrong, 415, "unsupported_media_type");
            assert_eq!(answer.header(header), Some(body.media_types.join(", ")), "{}", operation.id);
        }
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[rstest]
fn nobody_writes_without_signing_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in writes(&stage) {
        let request = stage.request(&operation).without("Authorization");
        let answer = assert_refused(&stage, &request, 401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer realm=\"digituki\""));
        let request = stage.request(&operation).with("Authorization", "Bearer a.b.c");
        assert_refused(&stage, &request, 401, "invalid_token");
    }
}

#[rstest]
fn what_does_not_exist_cannot_be_changed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    for operation in writes(&stage) {
        let Some(parameter) = operation.in_place("path").last().filter(|_| !operation.path.contains("/by-source/"))
        else {
            continue;
        };
        assert!(documents(&operation, 404), "{}", operation.id);
        let request = stage.request(&operation).to(&operation.path_with(&parameter.name, NOBODYS));
        assert_refused(&stage, &request, 404, "not_found");
    }
    // Nor can what has gone.
    for operation in writes(&stage).iter().filter(|operation| operation.method == "delete") {
        assert_eq!(stage.send(&stage.request(operation)).status, 204);
        assert_refused(&stage, &stage.request(operation), 404, "not_found");
    }
}

#[rstest]
fn the_headers_of_a_success_are_those_that_are_documented(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    const TOLD_WHEN_DOCUMENTED: [&str; 5] = ["etag", "location", "link", "preference-applied", "retry-after"];
    let stage = Stage::start_with(database, &["--rate-limit", "100000"]);
    for (operation, answer) in stage.play() {
        let documented = operation.response(answer.status)["headers"].as_object().cloned().unwrap_or_default();
        for name in documented.keys() {
            let on_the_last_page = name == "Link" && answer.json()["next"].is_null();
            let is_there = answer.header(name).is_some() || on_the_last_page || name == "Preference-Applied";
            assert!(is_there, "{} {}: {name}", operation.id, answer.status);
        }
        for name in TOLD_WHEN_DOCUMENTED.iter().filter(|name| answer.header(name).is_some()) {
            let known = documented.keys().any(|known| known.eq_ignore_ascii_case(name));
            assert!(known, "{} {}: {name} is not documented", operation.id, answer.status);
        }
        if answer.status == 201 {
            let address = answer.header("location").unwrap();
            let path = address.strip_prefix(&stage.registry.url("")).unwrap();
            assert_eq!(path, format!("{}/{}", operation.collection(), identifier(&answer.json())));
        }
    }
}

#[rstest]
fn a_write_answers_with_what_a_read_gives_after_it(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let tells_of_one =
        |operation: &&Operation| operation.method != "delete" && !operation.creates() && !operation.pushes_many();
    for operation in writes(&stage).iter().filter(tells_of_one) {
        let written = stage.send(&stage.request(operation));
        let target = stage.request(operation).target;
        // An action stands below the object that it is done to.
        let address = if operation.method == "post" { target.rsplit_once('/').unwrap().0 } else { &target };
        let read = stage.get(address);
        assert_eq!((read.json(), read.header("etag")), (written.json(), written.header("etag")), "{}", operation.id);
    }
}
