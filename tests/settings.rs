//! The command line and the environment.

use rstest::rstest;

use crate::support::Database;
use crate::support::program::{self, Serving};
use crate::support::wire::{self, Wire};

const NAMES: &[&str] = &[
    "DATABASE_URL",
    "DIGITUKI_LISTEN",
    "DIGITUKI_WRITER_TIMEOUT",
    "DIGITUKI_PUBLIC_URL",
    "DIGITUKI_CORS_ORIGINS",
    "DIGITUKI_LOAD",
    "DIGITUKI_CLOCK",
    "DIGITUKI_RATE_LIMIT",
    "DIGITUKI_LOG_FORMAT",
    "DIGITUKI_POOL_SIZE",
    "DIGITUKI_POOL_TIMEOUT",
    "DIGITUKI_STATEMENT_TIMEOUT",
    "DIGITUKI_REQUEST_TIMEOUT",
    "DIGITUKI_HEAD_TIMEOUT",
    "DIGITUKI_BODY_TIMEOUT",
    "DIGITUKI_KEEP_ALIVE",
    "DIGITUKI_SHUTDOWN_TIMEOUT",
    "DIGITUKI_BODY_LIMIT",
    "DIGITUKI_TRUSTED_PROXIES",
    "DIGITUKI_READ_ONLY",
    "DIGITUKI_ISSUERS",
];

#[rstest]
#[case("DATABASE_URL", "digituki.db", "neither sqlite:// nor postgres://")]
#[case("DATABASE_URL", "mysql://user:s3cret@host/database", "neither sqlite:// nor postgres://")]
#[case("DATABASE_URL", "postgres://user:s3cret@host", "names no database")]
#[case("DATABASE_URL", "sqlite://:memory:", "in memory")]
#[case("DIGITUKI_LISTEN", "8080", "socket address")]
#[case("DIGITUKI_PUBLIC_URL", "ftp://example.fi", "not an address such as")]
#[case("DIGITUKI_PUBLIC_URL", "example.fi", "not an address such as")]
#[case("DIGITUKI_PUBLIC_URL", "https://example.fi/?q=1", "not an address such as")]
#[case("DIGITUKI_CORS_ORIGINS", "example.fi", "not an origin")]
#[case("DIGITUKI_CORS_ORIGINS", "https://example.fi/path", "not an origin")]
#[case("DIGITUKI_LOAD", "everything", "allowed: reference, history")]
#[case("DIGITUKI_CLOCK", "yesterday", "RFC 3339")]
#[case("DIGITUKI_RATE_LIMIT", "0", "neither off nor a whole number")]
#[case("DIGITUKI_RATE_LIMIT", "many", "neither off nor a whole number")]
#[case("DIGITUKI_LOG_FORMAT", "xml", "allowed: text, json")]
#[case("DIGITUKI_POOL_SIZE", "1", "2..=256")]
#[case("DIGITUKI_POOL_TIMEOUT", "soon", "whole number of seconds")]
#[case("DIGITUKI_STATEMENT_TIMEOUT", "0", "whole number of seconds")]
#[case("DIGITUKI_REQUEST_TIMEOUT", "601", "whole number of seconds")]
#[case("DIGITUKI_BODY_TIMEOUT", "40", "less than DIGITUKI_REQUEST_TIMEOUT, 40 seconds")]
#[case("DIGITUKI_BODY_LIMIT", "1", "1024..=104857600")]
#[case("DIGITUKI_TRUSTED_PROXIES", "10.0.0.0/64", "invalid")]
#[case("DIGITUKI_WORKERS", "0", "1..=512")]
#[case("DIGITUKI_READ_ONLY", "perhaps", "boolean")]
#[case("DIGITUKI_ISSUERS", "/no/such/file.json", "No such file")]
fn a_wrong_value_stops_the_start_and_says_which_and_why(#[case] name: &str, #[case] value: &str, #[case] why: &str) {
    let output = program::run(&["serve"], &[(name, value)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains(name.trim_start_matches("DIGITUKI_")), "{said}");
    assert!(said.contains(why), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert!(output.stdout.is_empty());
}

#[rstest]
#[case("0.0.0.0:0")]
#[case("[::]:0")]
#[case("192.0.2.1:8080")]
fn a_chosen_clock_is_refused_on_any_address_but_loopback(#[case] address: &str) {
    let environment = [("DIGITUKI_CLOCK", "2018-04-05T00:00:00+03:00"), ("DIGITUKI_LISTEN", address)];
    let output = program::run(&["serve"], &environment);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("DIGITUKI_CLOCK") && said.contains("loopback"), "{said}");
}

#[test]
fn an_address_that_is_taken_stops_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program::run(&["serve"], &[("DIGITUKI_LISTEN", &address)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("DIGITUKI_LISTEN") && said.contains(&address), "{said}");
}

#[test]
fn a_file_that_is_no_database_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("digituki.db");
    std::fs::write(&file, "This is a letter, not a database. ".repeat(100)).unwrap();
    let url = format!("sqlite://{}", file.display());
    let output = program::run(&["serve"], &[("DATABASE_URL", &url), ("DIGITUKI_LISTEN", "127.0.0.1:0")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains(&url), "{said}");
}

#[test]
fn the_help_names_every_setting() {
    let output = program::run(&["serve", "--help"], &[]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for name in NAMES {
        assert!(help.contains(name), "{name} is missing in {help}");
    }
}

#[test]
fn the_help_does_not_show_a_password() {
    let output = program::run(&["serve", "--help"], &[("DATABASE_URL", "postgres://user:s3cret@host/database")]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("s3cret"));
}

#[rstest]
fn the_log_has_one_line_a_request_with_its_id_route_status_and_duration(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let mut serving = Serving::start(place.url());
    serving.log_until(|line| line["message"].as_str().is_some_and(|text| text.starts_with("ready")));
    let mut wire = Wire::open(serving.address);
    wire.send("GET /v1/municipalities/291?as_of=2020-12-31 HTTP/1.1\r\nHost: x\r\nX-Request-Id: log-line-1\r\n\r\n");
    assert_eq!(wire.answer().status, 200);
    wire.send(wire::get("/v1/regions?q=secret+letters"));
    assert_eq!(wire.answer().status, 200);

    let line = serving.log_until(|line| line["request_id"] == "log-line-1");
    assert_eq!(line["route"], "/v1/municipalities/{code}");
    assert_eq!((&line["method"], &line["status"]), (&"GET".into(), &200.into()));
    assert!(line["duration_ms"].is_u64() && line["time"].is_string() && line["level"].is_string(), "{line}");
    let line = serving.log_until(|line| line["route"] == "/v1/regions");
    assert!(!line.to_string().contains("secret"), "{line}");
}
