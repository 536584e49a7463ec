//! Pages of other origins.

use rstest::rstest;

use crate::support::{Answer, Contract, Database, Registry};

const PAGE: &str = "https://frontend.example";
const EXPOSED: [&str; 7] =
    ["ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Content-Language"];

fn names(answer: &Answer, header: &str) -> Vec<String> {
    let names = answer.header(header).unwrap_or_default();
    names.split(',').map(|name| name.trim().to_lowercase()).collect()
}

#[rstest]
fn a_preflight_is_answered_for_every_path_and_method(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for operation in Contract::of(&registry).operations() {
        let documented = operation.in_place("header").map(|parameter| parameter.name.to_lowercase());
        let sent: Vec<_> = documented.chain(["authorization", "content-type"].map(str::to_owned)).collect();
        let asks = [
            ("Origin", PAGE),
            ("Access-Control-Request-Method", operation.method.as_str()),
            ("Access-Control-Request-Headers", &sent.join(", ")),
        ];
        let answer = registry.ask("OPTIONS", &operation.least_target(), &asks);
        assert_eq!(answer.status, 204, "{}", operation.path);
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
        assert!(names(&answer, "access-control-allow-methods").contains(&operation.method));
        let allowed = names(&answer, "access-control-allow-headers");
        for header in sent {
            assert!(allowed.contains(&header), "{}: {header}", operation.id);
        }
    }
}

#[rstest]
fn every_answer_exposes_what_a_frontend_reads(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for path in ["/v1/regions", "/v1/regions/99", "/nothing", "/v1/openapi.json", "/health/ready", "/fault/panic"] {
        let answer = registry.get_with(path, &[("Origin", PAGE)]);
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"), "{path}");
        let exposed = names(&answer, "access-control-expose-headers");
        for header in EXPOSED {
            assert!(exposed.contains(&header.to_lowercase()), "{path}: {header}");
        }
    }
    let unasked = registry.get("/v1/regions").header("access-control-allow-origin");
    assert_eq!(unasked.as_deref(), Some("*"), "a shared cache may keep the answer for another page");
}

#[rstest]
fn listed_origins_are_allowed_and_others_are_not(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let listed = format!("{PAGE},https://other.example:8443");
    let registry = Registry::start_with(database, &["--cors-origins", &listed]);
    let allowed = |path: &str, origin: &str| {
        let answer = registry.get_with(path, &[("Origin", origin)]);
        assert_eq!(answer.status, 200);
        if path != "/v1/openapi.json" {
            assert!(names(&answer, "vary").contains(&"origin".to_owned()), "{path}");
        }
        answer.header("access-control-allow-origin")
    };
    assert_eq!(allowed("/v1/regions", PAGE).as_deref(), Some(PAGE));
    assert_eq!(allowed("/v1/regions", "https://other.example:8443").as_deref(), Some("https://other.example:8443"));
    for stranger in ["https://evil.example", "http://frontend.example", "https://frontend.example.evil.example", "null"]
    {
        assert_eq!(allowed("/v1/regions", stranger), None, "{stranger}");
    }
    assert_eq!(allowed("/v1/openapi.json", "https://evil.example").as_deref(), Some("*"), "the contract is for all");
}
