//! What was acknowledged is there, whatever happens next; nothing is half-stored; a repeated request settles
//! what was not acknowledged.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rstest::rstest;
use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::database::Place;
use crate::support::program::{self, Serving};
use crate::support::registry::PATIENCE;
use crate::support::writer::{self, Writer};
use crate::support::{Database, Registry, poll};

const ROUNDS: usize = 20;
const WRITERS: usize = 8;

fn assert_verified(url: &str) {
    let verified = program::run(&["verify"], &[("DATABASE_URL", url)]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Writes from many threads until the server breaks off or `enough` were created; what was acknowledged, by key.
fn write_until(writer: &Writer, round: usize, enough: usize, end: impl FnOnce() + Send) -> Vec<(String, Value)> {
    let acknowledged = Mutex::new(Vec::new());
    let (count, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for thread in 0..WRITERS {
            let (acknowledged, count, over) = (&acknowledged, &count, &over);
            scope.spawn(move || {
                for number in 0.. {
                    let key = format!("{round}-{thread}-{number}");
                    match writer.try_create(&key, &format!("Kirjasto {key}")) {
                        Some(answer) if answer.status == 201 => {
                            acknowledged.lock().unwrap().push((key, answer.json()));
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                        Some(answer) => drop(answer.problem(503, "unavailable")),
                        None => return,
                    }
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        poll::until("enough writes", PATIENCE, || (count.load(Ordering::SeqCst) >= enough).then_some(()));
        end();
        over.store(true, Ordering::SeqCst);
    });
    acknowledged.into_inner().unwrap()
}

#[rstest]
fn what_was_acknowledged_survives_a_kill_at_any_moment(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let credentials = writer::credentials(place.url());
    let mut expected = BTreeSet::new();
    for round in 0..ROUNDS {
        let server = Serving::start_quietly(place.url());
        let writer = Writer::sign_in(server.address, &credentials);
        // A number of writes that differs from round to round, so that the kill meets different moments.
        let written = write_until(&writer, round, 3 + round * 7 % 11, || server.signal("KILL"));
        expected.extend(written.iter().map(|(_, provider)| provider["id"].as_str().unwrap().to_owned()));
        drop(server);
        let server = Serving::start_quietly(place.url());
        let writer = Writer::sign_in(server.address, &credentials);
        // The same answer after the restart, and no second row.
        let (key, provider) = written.last().unwrap();
        let again = writer.try_create(key, &format!("Kirjasto {key}")).unwrap();
        assert_eq!((again.status, &again.json()), (201, provider));
    }
    let stored: BTreeSet<String> = place.texts("SELECT id AS value FROM providers").into_iter().collect();
    let lost: Vec<_> = expected.difference(&stored).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_whole(&place);
    assert_verified(place.url());
}

/// Every row has its entry in the log, its regions and its languages, and the other way round.
fn assert_whole(place: &Place) {
    let providers = place.number("SELECT COUNT(*) AS value FROM providers");
    for count in [
        "SELECT COUNT(DISTINCT object) AS value FROM changes WHERE noun = 'provider'",
        "SELECT COUNT(*) AS value FROM provider_regions",
        "SELECT COUNT(*) AS value FROM provider_languages",
        "SELECT COUNT(*) AS value FROM audit_entries WHERE noun = 'provider'",
        "SELECT COUNT(*) AS value FROM idempotency_keys",
        "SELECT COUNT(*) AS value FROM changes JOIN payloads ON payloads.seq = changes.seq WHERE noun = 'provider'",
    ] {
        assert_eq!(place.number(count), providers, "{count}");
    }
    let gaps = place.number("SELECT MAX(seq) - COUNT(*) AS value FROM changes");
    assert_eq!(gaps, 0);
}

#[test]
fn a_postgresql_that_is_killed_amid_writes_loses_and_doubles_nothing() {
    let cluster = Cluster::start_durable();
    let registry = Registry::begin(&cluster.url, &[]);
    registry.wait_until_ready(PATIENCE);
    let writer = Writer::sign_in(registry.address, &writer::credentials(&cluster.url));
    for round in 0..3 {
        let unsettled = Mutex::new(Vec::new());
        let stored = Mutex::new(Vec::new());
        let (count, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for thread in 0..WRITERS {
                let (writer, unsettled, stored, count, over) = (&writer, &unsettled, &stored, &count, &over);
                scope.spawn(move || {
                    for number in 0.. {
                        let key = format!("{round}-{thread}-{number}");
                        let answer = writer.try_create(&key, &format!("Kirjasto {key}")).unwrap();
                        if answer.status == 201 {
                            stored.lock().unwrap().push(answer.json()["id"].clone());
                            count.fetch_add(1, Ordering::SeqCst);
                        } else {
                            assert!(answer.status >= 500, "{}", answer.text());
                            answer.problem(503, "unavailable");
                            unsettled.lock().unwrap().push(key);
                        }
                        if over.load(Ordering::SeqCst) {
                            return;
                        }
                    }
                });
            }
            poll::until("some writes", PATIENCE, || (count.load(Ordering::SeqCst) > 10 + round * 5).then_some(()));
            cluster.kill();
            poll::until("a refusal", PATIENCE, || (!unsettled.lock().unwrap().is_empty()).then_some(()));
            over.store(true, Ordering::SeqCst);
        });
        cluster.start_again();
        registry.wait_until_ready(PATIENCE);
        for key in unsettled.into_inner().unwrap() {
            let settled = poll::until("a retry that settles", PATIENCE, || {
                writer.try_create(&key, &format!("Kirjasto {key}")).filter(|answer| answer.status == 201)
            });
            stored.lock().unwrap().push(settled.json()["id"].clone());
        }
        for id in stored.into_inner().unwrap() {
            writer.json(&format!("/v1/providers/{}", id.as_str().unwrap()));
        }
    }
    let names = writer.changes(0).into_iter().filter(|change| change["noun"] == "provider");
    let names: Vec<String> = names.map(|change| change["data"]["names"]["fi"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a repeated request was done twice");
    assert_verified(&cluster.url);
}

#[test]
fn the_write_ahead_log_is_on_the_disk_before_the_answer_is_sent() {
    let place = Database::Sqlite.loaded();
    let credentials = writer::credentials(place.url());
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let server = Serving::start_traced(place.url(), &trace);
    let writer = Writer::sign_in(server.address, &credentials);
    writer.create("Kirjasto");
    drop(server);
    let trace = fs::read_to_string(&trace).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let answered = lines.iter().position(|line| line.contains("HTTP/1.1 201")).expect("the answer is in the trace");
    let wal = |line: &&str| line.contains("digituki.db-wal");
    let written = lines[..answered].iter().rposition(|line| line.contains("pwrite64(") && wal(line)).expect("a write");
    let synced = lines[..answered].iter().rposition(|line| {
        (line.contains("fdatasync(") || line.contains("fsync(")) && wal(line) && line.ends_with("= 0")
    });
    assert!(synced.is_some_and(|synced| synced > written), "written in line {written}, synced in {synced:?}");
}

#[test]
fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, said) = (folder.path().join("disk"), folder.path().join("said"));
    fs::create_dir(&disk).unwrap();
    let url = format!("sqlite://{}/digituki.db", disk.display());
    let add = "client add --name Writer --role national_developer --json";
    let server = Serving::start_on_small_disk(&disk, 16_000, &url, add, &said);
    let client: Value = serde_json::from_slice(&fs::read(&said).unwrap()).unwrap();
    let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let credentials = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let writer = Writer::sign_in(server.address, &credentials);

    let filler = server.sees(&disk.join("filler"));
    let mut stored = vec![writer.create("Kirjasto 0").json()["id"].clone()];
    fill(&filler);
    let refused = loop {
        let number = stored.len();
        let answer = writer.try_create(&format!("key-{number}"), &format!("Kirjasto {number}")).unwrap();
        if answer.status != 201 {
            break answer;
        }
        stored.push(answer.json()["id"].clone());
    };
    refused.problem(507, "insufficient_storage");
    for id in &stored {
        writer.json(&format!("/v1/providers/{}", id.as_str().unwrap()));
    }
    assert_eq!(writer.json("/v1/regions?limit=1")["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(writer.json("/health/ready")["status"], "ready");

    fs::remove_file(&filler).unwrap();
    let number = stored.len();
    let answer = writer.try_create(&format!("key-{number}"), &format!("Kirjasto {number}")).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let found = writer.changes(0).into_iter().filter(|change| change["noun"] == "provider");
    let found: Vec<Value> = found.map(|change| change["id"].clone()).collect();
    stored.push(answer.json()["id"].clone());
    assert_eq!(found, stored, "acknowledged is stored, and nothing else");
}

/// Fills a disk to its last page.
fn fill(filler: &Path) {
    let mut file = fs::File::create(filler).unwrap();
    while file.write_all(&[0; 4_096]).is_ok() {}
}
