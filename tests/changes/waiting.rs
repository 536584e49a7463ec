//! Waiting for a change.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::registry::PATIENCE;
use crate::support::session::{PROVIDERS, provider, with};
use crate::support::wire::{self, Wire};
use crate::support::writer::AGENCY;
use crate::support::{Database, Registry};

/// Much less than anyone in these tests waits for, and much more than an answer takes.
const AT_ONCE: Duration = Duration::from_secs(15);

#[rstest]
fn a_waiter_is_answered_as_soon_as_there_is_a_change(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--request-timeout", "60"]);
    let developer = registry.developer();
    let after = registry.last_seq();
    let (tell, told) = mpsc::channel::<(&str, Value)>();
    let started = Instant::now();
    thread::scope(|scope| {
        for (name, accept) in [("pages", "application/json"), ("lines", "application/x-ndjson")] {
            let (tell, public) = (tell.clone(), registry.public());
            scope.spawn(move || {
                let path = format!("/v1/changes?after={after}&wait=30");
                let answer = public.send("GET", &path, &[("Accept", accept)], "");
                tell.send((name, answer.json())).unwrap();
            });
        }
        // Of a draft they are told nothing, and wait on.
        let draft = with(&provider("Luonnos", AGENCY, "01"), &json!({"offer_status": "draft"}));
        developer.create(PROVIDERS, &draft);
        let created = developer.create(PROVIDERS, &provider("Tuki", AGENCY, "01"));
        for _ in 0..2 {
            let (name, mut answer) = told.recv_timeout(PATIENCE).unwrap();
            let change = if name == "pages" { answer["items"][0].take() } else { answer };
            assert_eq!((&change["seq"], &change["data"]), (&json!(after + 2), &created), "{name}");
        }
    });
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[rstest]
fn who_does_not_wait_or_has_something_to_read_is_answered_at_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let end = registry.last_seq();
    let started = Instant::now();
    for (query, count) in
        [(format!("after={end}&wait=0"), 0), (format!("after={end}"), 0), (format!("after={}&wait=30", end - 1), 1)]
    {
        let page = registry.json(&format!("/v1/changes?{query}"));
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(page["last_seq"], end, "{query}");
    }
    assert!(started.elapsed() < AT_ONCE);
    let page = registry.json(&format!("/v1/changes?after={end}&wait=1"));
    assert_eq!(page, json!({"items": [], "next": null, "last_seq": end, "newest_seq": end}));
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[rstest]
fn a_waiter_for_one_kind_of_object_is_not_woken_for_another(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let end = registry.last_seq();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| registry.json(&format!("/v1/changes?after={end}&wait=2&noun=pilot")));
        developer.create(PROVIDERS, &provider("Tuki", AGENCY, "01"));
        let page = waiting.join().unwrap();
        assert_eq!(page["items"], json!([]));
        assert_eq!(page["last_seq"], end + 1);
    });
}

#[rstest]
fn a_stop_of_the_server_ends_every_wait_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut registry = Registry::start(database);
    let end = registry.last_seq();
    let mut waiting = Wire::open(registry.address);
    waiting.send(wire::get(&format!("/v1/changes?after={end}&wait=30")));
    // One worker takes connections in their order: when the next is being served, that one is waiting.
    let mut next = Wire::open(registry.address);
    next.send(wire::get("/fault/wait"));
    registry.wait_until_entered();

    let started = Instant::now();
    let stopped = registry.handle.stop(true);
    let stopper = thread::spawn(move || System::new().block_on(stopped));
    registry.let_pass();
    let page = wire::parse(&waiting.rest());
    assert_eq!(
        (page.status, page.json()),
        (200, json!({"items": [], "next": null, "last_seq": end, "newest_seq": end}))
    );
    stopper.join().unwrap();
    registry.join().unwrap();
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}
