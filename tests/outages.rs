//! What the registry does when something beneath it fails, and when it is told to stop.

use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use diesel::connection::SimpleConnection as _;
use rstest::rstest;

use crate::support::cluster::Cluster;
use crate::support::program::Serving;
use crate::support::registry::PATIENCE;
use crate::support::wire::{self, Wire};
use crate::support::{Database, Registry, poll};

/// The promises of 3 and 2 seconds, threefold: the machine may have other work.
const TOLD: Duration = Duration::from_secs(9);
const BACK: Duration = Duration::from_secs(6);

fn assert_unavailable(registry: &Registry) {
    for path in ["/v1/regions", "/v1/municipalities/291", "/health/ready"] {
        let asked = Instant::now();
        let answer = registry.get(path);
        answer.problem(503, "unavailable");
        let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{path}");
        assert!(asked.elapsed() < TOLD, "{path}: {:?}", asked.elapsed());
    }
    assert_eq!(registry.json("/health/live")["status"], "live");
    assert_eq!(registry.get("/v1/problems").status, 200, "what needs no database goes on");
}

#[test]
fn postgresql_stopped_is_503_and_started_again_is_200_without_a_restart() {
    let cluster = Cluster::start();
    let registry = Registry::begin(&cluster.url, &[]);
    registry.wait_until_ready(PATIENCE);
    assert_eq!(registry.get("/v1/regions").status, 200);
    cluster.stop();
    assert_unavailable(&registry);
    cluster.start_again();
    poll::until("200 again", BACK, || (registry.get("/v1/regions").status == 200).then_some(()));
    assert_eq!(registry.json("/health/ready")["status"], "ready");
}

#[test]
fn a_registry_that_started_before_its_postgresql_becomes_ready_by_itself() {
    let cluster = Cluster::start();
    cluster.stop();
    let registry = Registry::begin(&cluster.url, &[]);
    assert_unavailable(&registry);
    cluster.start_again();
    registry.wait_until_ready(PATIENCE);
    assert_eq!(registry.items("/v1/regions").len(), 19);
}

#[test]
fn a_registry_that_started_while_its_file_was_locked_becomes_ready_by_itself() {
    let place = Database::Sqlite.empty();
    let mut other = place.sqlite();
    other.batch_execute("BEGIN EXCLUSIVE").unwrap();
    let registry = Registry::begin(place.url(), &[]);
    assert_unavailable(&registry);
    other.batch_execute("ROLLBACK").unwrap();
    registry.wait_until_ready(PATIENCE);
    assert_eq!(registry.items("/v1/regions").len(), 19);
    drop(registry);
}

#[rstest]
fn a_panic_is_a_500_and_the_server_goes_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for _ in 0..3 {
        let answer = registry.get_with("/fault/panic", &[("X-Request-Id", "panic-1234")]);
        answer.problem(500, "internal_error");
        assert_eq!(answer.header("x-request-id").as_deref(), Some("panic-1234"));
        assert_eq!(registry.get("/v1/regions").status, 200);
    }
}

#[rstest]
fn a_request_that_takes_too_long_is_503(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--request-timeout", "1"]);
    registry.get("/fault/wait").problem(503, "unavailable");
    assert_eq!(registry.get("/v1/regions").status, 200);
}

#[rstest]
fn a_stop_lets_running_requests_finish(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut registry = Registry::start(database);
    let mut resting = Wire::open(registry.address);
    resting.send(wire::get("/health/live"));
    assert_eq!(resting.answer().status, 200);
    let mut busy = Wire::open(registry.address);
    busy.send(wire::get("/fault/wait"));
    registry.wait_until_entered();

    let stopped = registry.handle.stop(true);
    let stopper = thread::spawn(move || System::new().block_on(stopped));
    // The resting connection ends as soon as the server has heard that it should stop.
    assert_eq!(resting.rest(), "");
    registry.let_pass();
    let answer = wire::parse(&busy.rest());
    assert_eq!((answer.status, answer.text().as_str()), (200, "done"));
    stopper.join().unwrap();
    registry.join().unwrap();
}

#[test]
fn after_sigterm_a_running_request_is_answered_and_the_process_ends_well() {
    let place = Database::Postgres.loaded();
    let mut serving = Serving::start(place.url());
    serving.log_until(|line| line["message"].as_str().is_some_and(|text| text.starts_with("ready")));
    let mut lock = place.postgres();
    lock.batch_execute("BEGIN; LOCK TABLE areas IN ACCESS EXCLUSIVE MODE").unwrap();
    let mut busy = Wire::open(serving.address);
    busy.send(wire::get("/v1/regions?limit=500"));
    let waiting = "SELECT count(*) AS value FROM pg_locks JOIN pg_database ON pg_database.oid = database \
                   WHERE datname = current_database() AND NOT granted";
    poll::until("a request that waits", PATIENCE, || (place.number(waiting) > 0).then_some(()));

    serving.signal("TERM");
    poll::until("no new connections", PATIENCE, || {
        std::net::TcpStream::connect(serving.address).is_err().then_some(())
    });
    lock.batch_execute("ROLLBACK").unwrap();
    let answer = wire::parse(&busy.rest());
    assert_eq!((answer.status, answer.json()["items"].as_array().map(Vec::len)), (200, Some(19)));
    assert!(serving.wait().success());
}

#[rstest]
#[case("TERM")]
#[case("INT")]
fn a_signal_ends_the_process_well(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] signal: &str,
) {
    let place = database.loaded();
    let mut serving = Serving::start(place.url());
    serving.log_until(|line| line["message"].as_str().is_some_and(|text| text.starts_with("ready")));
    serving.signal(signal);
    assert!(serving.wait().success());
}
