//! Headers of every answer, methods and media types.

use rstest::rstest;

use crate::support::contract::Operation;
use crate::support::{Contract, Database, Registry};

const SECURITY: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("cross-origin-resource-policy", "cross-origin"),
];

#[rstest]
fn every_answer_has_security_headers_and_an_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let mut targets: Vec<_> = Contract::of(&registry).reads().iter().map(Operation::example_target).collect();
    targets.extend(
        ["/nothing", "/v1/regions?x=1", "/v1/regions/99", "/fault/panic", "/", "/swagger-ui/"].map(str::to_owned),
    );
    for target in targets {
        let answer = registry.get(&target);
        for (name, value) in SECURITY {
            assert_eq!(answer.header(name).as_deref(), Some(value), "{target}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{target}: {policy}"
        );
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 8), "{target}");
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
    let registry = Registry::start(database);
    let mut targets: Vec<_> = Contract::of(&registry).reads().iter().map(Operation::example_target).collect();
    targets.extend(["/v1/regions/99", "/v1/regions?x=1", "/nothing", "/", "/swagger-ui/"].map(str::to_owned));
    for target in targets {
        let fixed = [("X-Request-Id", "head-is-get")];
        let (get, head) = (registry.get_with(&target, &fixed), registry.ask("HEAD", &target, &fixed));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        for name in get.headers.keys().filter(|name| *name != "date") {
            assert_eq!(head.header(name.as_str()), get.header(name.as_str()), "{target}: {name}");
        }
    }
}

#[rstest]
fn a_wrong_method_is_405_and_says_what_is_allowed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for operation in Contract::of(&registry).reads() {
        let target = operation.least_target();
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let answer = registry.ask(method, &target, &[]);
            answer.problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow").as_deref(), Some("GET, HEAD, OPTIONS"), "{method} {target}");
        }
        let options = registry.ask("OPTIONS", &target, &[]);
        assert_eq!((options.status, options.header("allow").as_deref()), (204, Some("GET, HEAD, OPTIONS")), "{target}");
    }
}

#[rstest]
fn only_what_the_caller_accepts_is_sent(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for operation in Contract::of(&registry).reads() {
        let target = operation.example_target();
        for accept in ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", "Application/JSON;q=0.5"] {
            let answer = registry.get_with(&target, &[("Accept", accept)]);
            assert_eq!(answer.status, 200, "{target} {accept}");
            assert_eq!(answer.header("content-type").as_deref(), Some("application/json"), "{target}");
            assert!(answer.header("vary").is_some_and(|vary| vary.contains("Accept")), "{target}");
        }
        for accept in ["text/html", "application/xml", "application/json;q=0", "application/json;q=0, */*", "image/*"] {
            registry.get_with(&target, &[("Accept", accept)]).problem(406, "not_acceptable");
        }
    }
}

#[rstest]
fn a_compressed_or_too_large_body_is_refused_on_every_path(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--body-limit", "1024"]);
    for operation in Contract::of(&registry).reads() {
        let target = operation.example_target();
        for coding in ["gzip", "br", "identity, gzip"] {
            let answer = registry.get_with(&target, &[("Content-Encoding", coding)]);
            answer.problem(415, "unsupported_media_type");
            assert_eq!(answer.header("accept-encoding").as_deref(), Some("identity"), "{target}");
        }
        assert_eq!(registry.get_with(&target, &[("Content-Encoding", "identity")]).status, 200, "{target}");
        for (length, status) in [(1_024, 200), (1_025, 413)] {
            let mut wire = crate::support::wire::Wire::open(registry.address);
            wire.send(format!(
                "GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            ));
            wire.send("x".repeat(length));
            assert_eq!(wire.answer().status, status, "{target} {length}");
        }
    }
}
