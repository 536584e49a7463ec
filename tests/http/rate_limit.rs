//! So many requests a minute.

use rstest::rstest;

use crate::support::{Answer, Database, Registry};

/// What is left, by the RateLimit header.
fn left(answer: &Answer) -> u32 {
    let state = answer.header("ratelimit").unwrap();
    let fields: Vec<_> = state.split(';').collect();
    assert_eq!((fields[0], fields.len()), ("\"default\"", 3), "{state}");
    assert!(fields[2].strip_prefix("t=").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{state}");
    fields[1].strip_prefix("r=").unwrap().parse().unwrap()
}

#[rstest]
fn a_caller_is_told_the_limit_and_what_is_left_and_is_refused_behind_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    // A request a minute comes back: none within this test.
    let place = database.loaded();
    let registry = Registry::begin(place.url(), &["--rate-limit", "1"]);
    registry.wait_until_ready(crate::support::registry::PATIENCE);
    let first = registry.get("/v1/regions");
    assert_eq!((first.status, left(&first)), (200, 0));
    assert_eq!(first.header("ratelimit-policy").as_deref(), Some("\"default\";q=1;w=60"));

    let refused = registry.get("/v1/regions");
    refused.problem(429, "too_many_requests");
    assert_eq!(left(&refused), 0);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(registry.get("/health/ready").status, 200, "those who watch over it are not counted");
    drop(registry);
}

#[rstest]
fn what_is_left_goes_down_with_each_request(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--rate-limit", "5"]);
    let left: Vec<_> = (0..5).map(|_| left(&registry.get("/v1/regions"))).collect();
    assert_eq!(left, [4, 3, 2, 1, 0]);
    registry.get("/nothing").problem(429, "too_many_requests");
}

#[rstest]
fn each_address_behind_a_trusted_proxy_has_a_limit_of_its_own(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry =
        Registry::start_with(database, &["--rate-limit", "1", "--trusted-proxies", "127.0.0.0/8,10.0.0.0/8"]);
    let status = |forwarded: &str| registry.get_with("/v1/regions", &[("X-Forwarded-For", forwarded)]).status;
    assert_eq!((status("192.0.2.1"), status("192.0.2.1")), (200, 429));
    assert_eq!(status("192.0.2.2"), 200);
    // The last address that no trusted proxy has is the caller; what it claims of others does not count.
    assert_eq!(status("198.51.100.7, 192.0.2.1, 10.0.0.1"), 429);
    // One customer has a whole network of version 6.
    assert_eq!((status("2001:db8::1"), status("2001:db8::2"), status("2001:db8:0:1::1")), (200, 429, 200));
}

#[rstest]
fn an_address_that_anyone_may_claim_does_not_count(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--rate-limit", "1"]);
    let status = |forwarded: &str| registry.get_with("/v1/regions", &[("X-Forwarded-For", forwarded)]).status;
    assert_eq!((status("192.0.2.1"), status("192.0.2.2")), (200, 429));
}

#[rstest]
fn without_a_limit_nothing_is_said_of_one(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    assert_eq!(registry.get("/v1/regions").header("ratelimit"), None);
}
