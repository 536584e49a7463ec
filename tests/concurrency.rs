//! Many who write at once, also by several processes: nobody's change is lost, and the log has one order.

use std::sync::mpsc;
use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program::{self, Serving};
use crate::support::writer::{self, Writer};
use crate::support::{Database, Registry};

fn writer(registry: &Registry) -> Writer {
    Writer::sign_in(registry.address, &writer::credentials(registry.database_url()))
}

fn seqs(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|change| change["seq"].as_i64().unwrap()).collect()
}

/// Reads the feed by its waits until it has seen so many changes, while they are made.
fn follow(writer: &Writer, mut after: i64, expected: usize) -> Vec<i64> {
    let mut seen = Vec::new();
    while seen.len() < expected {
        let page = writer.json(&format!("/v1/changes?after={after}&limit=7&wait=30"));
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty(), "a wait of thirty seconds ended without a change");
        seen.extend(seqs(items));
        after = page["last_seq"].as_i64().unwrap();
    }
    seen
}

#[rstest]
fn of_fifty_who_change_the_same_version_one_wins(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let created = writer.create("Kirjasto");
    let path = format!("/v1/providers/{}", created.json()["id"].as_str().unwrap());
    let etag = created.header("etag").unwrap();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let each = |number: usize| {
            let (writer, path, etag) = (&writer, &path, &etag);
            scope.spawn(move || {
                writer.patch(path, etag, &json!({"names": {"sv": format!("Bibliotek {number}")}})).status
            })
        };
        let threads: Vec<_> = (0..50).map(each).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 49, "{statuses:?}");
    assert_eq!(writer.json(&path)["version"], 2);
}

#[rstest]
fn two_hundred_at_once_are_all_created_and_the_feed_misses_none(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let start = writer.last_seq();
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| follow(&writer, start, 200));
        for number in 0..200 {
            let writer = &writer;
            scope.spawn(move || writer.create(&format!("Kirjasto {number}")));
        }
        reader.join().unwrap()
    });
    assert_eq!(seen, (start + 1..=start + 200).collect::<Vec<_>>());
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM providers"), 200);
}

#[test]
fn two_processes_over_one_postgresql_keep_one_order() {
    let place = Database::Postgres.loaded();
    let servers = [Serving::start_quietly(place.url()), Serving::start_quietly(place.url())];
    let first = Writer::sign_in(servers[0].address, &writer::credentials(place.url()));
    let second = first.at(servers[1].address);
    let start = first.last_seq();
    let (seen, seen_by_other) = thread::scope(|scope| {
        let reader = scope.spawn(|| follow(&first, start, 200));
        let other = scope.spawn(|| follow(&second, start, 200));
        for number in 0..200 {
            let writer = if number % 2 == 0 { &first } else { &second };
            scope.spawn(move || writer.create(&format!("Kirjasto {number}")));
        }
        (reader.join().unwrap(), other.join().unwrap())
    });
    let all: Vec<i64> = (start + 1..=start + 200).collect();
    assert_eq!((seen, seen_by_other), (all.clone(), all));
    let verified = program::run(&["verify"], &[("DATABASE_URL", place.url())]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[rstest]
fn the_same_request_at_the_same_time_is_done_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let writer = writer(&registry);
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..20).map(|_| scope.spawn(|| writer.try_create("the-same-key", "Kirjasto").unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!created.is_empty());
    assert!(created.iter().all(|answer| answer.body == created[0].body));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "request_in_progress");
    }
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM providers"), 1);
}

#[test]
fn readers_go_on_while_a_writer_waits_for_a_locked_file() {
    let registry = Registry::start(Database::Sqlite);
    let writer = writer(&registry);
    let mut other = registry.place().sqlite();
    diesel::connection::SimpleConnection::batch_execute(&mut other, "BEGIN IMMEDIATE").unwrap();
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| tell.send(writer.create("Kirjasto").status).unwrap());
        for _ in 0..20 {
            assert_eq!(registry.get("/v1/regions").status, 200);
        }
        diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
        assert_eq!(told.recv().unwrap(), 201);
    });
}
