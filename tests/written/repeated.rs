//! Idempotency-Key: what is sent again is not done again.

use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::support::registry::PATIENCE;
use crate::support::sample::{Sample, organisation};
use crate::support::session::{id, with};
use crate::support::{Answer, Database, Registry};

/// Fails unless an answer is, byte for byte, another one.
#[track_caller]
fn assert_same(answer: &Answer, first: &Answer) {
    let seen = |answer: &Answer| {
        let headers = ["location", "etag", "content-type", "cache-control"].map(|name| answer.header(name));
        (answer.status, answer.text(), headers)
    };
    assert_eq!(seen(answer), seen(first));
}

#[rstest]
fn a_creation_that_is_repeated_is_answered_as_the_first_time(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let key = ("Idempotency-Key", "019ac0de-0000-7000-8000-000000000000");
    let first = developer.write("POST", sample.collection(), &[key], &body);
    assert_eq!(first.status, 201, "{}", first.text());
    let path = format!("{}/{}", sample.collection(), id(&first.json()));
    let seq = registry.last_seq();
    assert_same(&developer.write("POST", sample.collection(), &[key], &body), &first);
    assert_same(&developer.write("POST", sample.collection(), &[("idempotency-key", key.1)], &body), &first);
    assert_same(
        &developer.write("POST", sample.collection(), &[("Idempotency-Key", &format!("\"{}\"", key.1))], &body),
        &first,
    );
    assert_eq!(registry.last_seq(), seq);

    // Also when the object has changed since, and when it is gone.
    developer.patch(&path, &json!({"names": {"fi": "Toinen"}}));
    assert_same(&developer.write("POST", sample.collection(), &[key], &body), &first);
    developer.delete(&path);
    assert_same(&developer.write("POST", sample.collection(), &[key], &body), &first);
    registry.get(&path).problem(404, "not_found");

    let other = with(&body, &json!({"names": {"en": "New"}}));
    developer.write("POST", sample.collection(), &[key], &other).problem(422, "idempotency_key_reused");
    let faulty = with(&body, &json!({"valid_to": "1900-01-01", "valid_from": "1900-01-02"}));
    developer.write("POST", sample.collection(), &[key], &faulty).problem(422, "idempotency_key_reused");
    developer.write("POST", "/v1/organisations", &[key], &body).problem(400, "invalid_request");
    let spaced = format!("{body} ");
    developer
        .send("POST", sample.collection(), &[("Content-Type", "application/json"), key], spaced)
        .problem(422, "idempotency_key_reused");
    assert_eq!(registry.last_seq(), seq + 2);
}

#[rstest]
fn an_action_that_is_repeated_is_done_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    let other = developer.add(sample.collection(), &sample.of_anyone(&developer));
    let key = ("Idempotency-Key", "!~");
    let verify = |path: &str| developer.send("POST", &format!("{path}/verify"), &[key], "");
    let first = verify(&path);
    assert_eq!((first.status, &first.json()["version"]), (200, &json!(2)));
    developer.patch(&path, &json!({"names": {"en": "New"}}));
    assert_same(&verify(&path), &first);
    assert_eq!(registry.json(&path)["version"], 3);
    verify(&other).problem(422, "idempotency_key_reused");
    assert_eq!(registry.json(&other)["version"], 1);
}

#[rstest]
fn a_refusal_is_not_kept(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let taken = with(&body, &json!({"external_ids": [{"source": "ptv", "source_id": "1"}]}));
    let path = developer.add(sample.collection(), &taken);
    let key = ("Idempotency-Key", "a");
    developer.write("POST", sample.collection(), &[key], &json!({})).problem(400, "invalid_request");
    developer.write("POST", sample.collection(), &[key], &taken).problem(409, "conflict");
    developer.delete(&path);
    assert_eq!(developer.write("POST", sample.collection(), &[key], &taken).status, 201);
}

#[rstest]
fn two_clients_with_the_same_key_do_not_meet(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let body = sample.body(&developer, &own);
    let key = ("Idempotency-Key", "1");
    let clients = [developer.clone(), registry.developer(), registry.sign_in("provider_editor", &[], Some(&own))];
    let answers = clients.map(|client| client.write("POST", sample.collection(), &[key], &body));
    let mut ids: Vec<_> = answers.iter().map(|answer| id(&answer.json()).to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[rstest]
fn of_the_same_request_sent_at_once_one_is_done(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let seq = registry.last_seq();
    let answers: Vec<Answer> = thread::scope(|scope| {
        let send = || developer.write("POST", sample.collection(), &[("Idempotency-Key", "1")], &body);
        let senders: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let done: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!done.is_empty());
    for answer in &answers {
        if answer.status == 201 {
            assert_same(answer, done[0]);
        } else {
            answer.problem(409, "request_in_progress");
            assert_eq!(answer.header("retry-after").as_deref(), Some("1"));
        }
    }
    assert_eq!(registry.last_seq(), seq + 1);
}

#[rstest]
fn a_first_answer_is_kept_for_a_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example", "--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let key = ("Idempotency-Key", "1");
    let morning = at("2026-11-22T08:00:00Z");
    let client = morning.client("national_developer", &[], None);
    let developer = morning.sign_in_as(&client);
    let body = sample.of_anyone(&developer);
    let first = developer.write("POST", sample.collection(), &[key], &body);
    assert_eq!(first.status, 201, "{}", first.text());

    let later = at("2026-11-23T07:55:00Z");
    assert_same(&later.sign_in_as(&client).write("POST", sample.collection(), &[key], &body), &first);
    let next_day = at("2026-11-23T08:05:00Z");
    let developer = next_day.sign_in_as(&client);
    let second = developer.write("POST", sample.collection(), &[key], &body);
    assert_eq!(second.status, 201, "{}", second.text());
    assert_ne!(id(&second.json()), id(&first.json()));
    assert_same(&developer.write("POST", sample.collection(), &[key], &body), &second);
}

#[rstest]
fn a_key_is_one_of_visible_characters(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let seq = registry.last_seq();
    let long = "k".repeat(256);
    for (key, code) in [
        ("", "malformed_value"),
        (" ", "malformed_value"),
        ("\"\"", "malformed_value"),
        ("\"", "malformed_value"),
        ("a\"b", "malformed_value"),
        ("a b", "malformed_value"),
        ("ä", "malformed_value"),
        (&long, "too_long"),
    ] {
        let answer = developer.write("POST", sample.collection(), &[("Idempotency-Key", key)], &body);
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], "Idempotency-Key", "{key:?}");
        assert_eq!(answer.codes_of_faults(), [code], "{key:?}");
    }
    let twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")];
    let answer = developer.write("POST", sample.collection(), &twice, &body);
    answer.problem(400, "invalid_request");
    assert_eq!(answer.codes_of_faults(), ["repeated_parameter"]);
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(developer.write("POST", sample.collection(), &[("Idempotency-Key", &long[1..])], &body).status, 201);
}
