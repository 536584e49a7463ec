//! Headers of every answer, methods and media types.

use rstest::rstest;

use crate::support::contract::Operation;
use crate::support::stage::Request;
use crate::support::wire::Wire;
use crate::support::{Contract, Database, Registry, Stage};

const SECURITY: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("cross-origin-resource-policy", "cross-origin"),
];

#[rstest]
fn every_answer_has_security_headers_and_an_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let registry = &stage.registry;
    let others = ["/nothing", "/v1/regions?x=1", "/v1/regions/99", "/fault/panic", "/", "/swagger-ui/"];
    let mut answers: Vec<_> = others.map(|target| (target.to_owned(), registry.get(target))).into();
    answers.extend(stage.play().into_iter().map(|(operation, answer)| (operation.id, answer)));
    for (asked, answer) in answers {
        for (name, value) in SECURITY {
            assert_eq!(answer.header(name).as_deref(), Some(value), "{asked}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{asked}: {policy}"
        );
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 8), "{asked}");
    }
    let options = registry.ask("OPTIONS", "/v1/regions", &[]);
    assert_eq!(options.header("x-content-type-options").as_deref(), Some("nosniff"));
}

#[rstest]
fn the_id_of_a_request_is_the_callers_when_it_is_harmless(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let echoed = |id: &str| registry.get_with("/v1/regions", &[("X-Request-Id", id)]).header("x-request-id").unwrap();
    let (shortest, longest) = ("a".repeat(8), "a".repeat(64));
    for harmless in ["019ac0de-0000-7000-8000-000000000000", &shortest, &longest] {
        assert_eq!(echoed(harmless), harmless);
    }
    let too_long = "a".repeat(65);
    for harmful in ["short", &too_long, "two words", "quote\"d-id", "{\"json\":\"1234\"}", "12345678;"] {
        assert_ne!(echoed(harmful), harmful);
    }
    assert_ne!(echoed("short"), echoed("short"), "each gets one of its own");
}

#[rstest]
fn head_is_get_without_its_body(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let mut targets: Vec<_> = stage.contract.reads().iter().map(Operation::example_target).collect();
    targets.extend(["/v1/regions/99", "/v1/regions?x=1", "/nothing", "/", "/swagger-ui/"].map(str::to_owned));
    let token = format!("Bearer {}", stage.registry.token(&stage.credentials));
    for target in targets {
        let target = stage.here(&target);
        let fixed = [("X-Request-Id", "head-is-get"), ("Authorization", token.as_str())];
        let [get, head] = ["GET", "HEAD"].map(|method| stage.registry.ask(method, &target, &fixed));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        for name in get.headers.keys().filter(|name| *name != "date") {
            assert_eq!(head.header(name.as_str()), get.header(name.as_str()), "{target}: {name}");
        }
    }
}

#[rstest]
fn a_wrong_method_is_405_and_says_what_is_allowed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let operations = Contract::of(&registry).operations();
    for operation in &operations {
        let target = operation.least_target();
        let there = operations.iter().filter(|other| other.path == operation.path);
        let mut allowed: Vec<_> = there.map(|other| other.method.to_uppercase()).chain(["OPTIONS".into()]).collect();
        if allowed.contains(&"GET".to_owned()) {
            allowed.push("HEAD".into());
        }
        allowed.sort();
        let said = Some(allowed.join(", "));
        let others = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];
        for method in others.into_iter().filter(|method| !allowed.contains(&(*method).to_owned())) {
            let answer = registry.ask(method, &target, &[]);
            if method == "HEAD" {
                assert_eq!(answer.status, 405, "{target}");
            } else {
                answer.problem(405, "method_not_allowed");
            }
            assert_eq!(answer.header("allow"), said, "{method} {target}");
        }
        let options = registry.ask("OPTIONS", &target, &[]);
        assert_eq!((options.status, options.header("allow")), (204, said), "{target}");
    }
}

#[rstest]
fn an_answer_without_a_body_suits_whoever_accepts_anything(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    for operation in stage.in_order().iter().filter(|operation| operation.formats().is_empty()) {
        let answer = stage.send(&stage.request(operation).with("Accept", "application/problem+json"));
        assert_eq!((answer.status, answer.text().as_str()), (204, ""), "{}", operation.id);
    }
}

#[rstest]
fn only_what_the_caller_accepts_is_sent(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database);
    let answering = |operation: &Operation| !operation.formats().is_empty();
    for operation in stage.contract.operations().into_iter().filter(answering) {
        let asking = |accept: &str| stage.request(&operation).with("Accept", accept);
        let before = stage.registry.last_seq();
        for accept in ["text/html", "application/xml", "application/json;q=0", "image/*"] {
            stage.send(&asking(accept)).problem(406, "not_acceptable");
        }
        let answer = stage.send(&asking("application/json;q=0, */*"));
        match operation.formats().into_iter().find(|format| format != "application/json") {
            Some(format) => {
                assert_eq!(answer.header("content-type"), Some(format.clone()), "{}", operation.id);
                let asked_for = stage.send(&asking(&format));
                assert_eq!((asked_for.status, asked_for.header("content-type")), (200, Some(format)));
            }
            None => drop(answer.problem(406, "not_acceptable")),
        }
        assert_eq!(stage.registry.last_seq(), before, "{} refused only after it had written", operation.id);
        if operation.writes() {
            continue;
        }
        for accept in ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", "Application/JSON;q=0.5"] {
            let answer = stage.send(&asking(accept));
            assert_eq!(answer.status, 200, "{} {accept}", operation.id);
            assert_eq!(answer.header("content-type").as_deref(), Some("application/json"), "{}", operation.id);
            assert!(answer.header("vary").is_some_and(|vary| vary.contains("Accept")), "{}", operation.id);
        }
    }
}

#[rstest]
fn every_write_is_answered_in_json(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    for (operation, answer) in Stage::start(database).play() {
        let kind = (!answer.body.is_empty()).then(|| "application/json".to_owned());
        assert_eq!(answer.header("content-type"), kind, "{}", operation.id);
    }
}

#[rstest]
fn a_compressed_or_too_large_body_is_refused_on_every_path(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start_with(database, &["--body-limit", "65536"]);
    let over_the_wire = |request: &Request, length: usize| {
        let mut wire = Wire::open(stage.registry.address);
        wire.send(request.clone().with("Content-Length", &length.to_string()).bytes());
        wire.send("x".repeat(length));
        wire.answer()
    };
    for operation in stage.contract.operations() {
        let request = stage.request(&operation);
        for coding in ["gzip", "br", "identity, gzip"] {
            let answer = stage.send(&request.clone().with("Content-Encoding", coding));
            answer.problem(415, "unsupported_media_type");
            assert_eq!(answer.header("accept-encoding").as_deref(), Some("identity"), "{}", operation.id);
        }
        // What is read as it comes has a limit of its own.
        if operation.id != "load_need_indicators" {
            over_the_wire(&request, 65_537).problem(413, "payload_too_large");
        }
        if !operation.writes() {
            let answer = stage.send(&request.clone().with("Content-Encoding", "identity"));
            assert_eq!(answer.status, 200, "{}", operation.id);
        }
        if operation.method == "get" {
            assert_eq!(over_the_wire(&request, 65_536).status, 200, "{}", operation.id);
        }
    }
}
