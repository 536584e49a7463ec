//! ETag, If-None-Match, If-Match: a change is made to what its author has seen.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::Sample;
use crate::support::session::Session;
use crate::support::{Answer, Database, Registry};

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap()
}

/// The writes that need If-Match, each with what it answers when it is done.
fn writes(session: &Session, path: &str, headers: &[(&str, &str)], whole: &Value) -> Vec<(&'static str, Answer)> {
    let change = json!({"names": {"en": format!("Changed after {headers:?}").replace('"', "")}});
    vec![
        ("PATCH", session.write("PATCH", path, headers, &change)),
        ("PUT", session.write("PUT", path, headers, whole)),
        ("DELETE", session.send("DELETE", path, headers, "")),
    ]
}

#[rstest]
fn what_a_reader_has_already_is_not_sent_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    for read in [
        path.clone(),
        sample.collection().to_owned(),
        format!("{path}/history"),
        format!("/v1/changes?noun={}", sample.noun()),
    ] {
        let tag = etag(&registry.get(&read));
        let weak = format!("W/{tag}");
        let several = format!("\"x\", {tag}");
        for given in [tag.as_str(), &weak, &several, "*"] {
            let answer = registry.get_with(&read, &[("If-None-Match", given)]);
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{read} {given}");
            assert_eq!(etag(&answer), tag, "{read}");
        }
        assert_eq!(registry.get_with(&read, &[("If-None-Match", "\"1\"")]).status, 200);
        developer.patch(&path, &json!({"names": {"en": format!("After {}", read.replace('/', " "))}}));
        let changed = registry.get_with(&read, &[("If-None-Match", &tag)]);
        assert_eq!(changed.status, 200, "{read}");
        assert_ne!(etag(&changed), tag, "{read}");
    }
}

#[rstest]
fn a_write_without_a_precondition_is_428_and_with_a_stale_one_412(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let path = developer.add(sample.collection(), &body);
    let stale = etag(&registry.get(&path));
    developer.patch(&path, &json!({"names": {"en": "New"}}));
    let (before, seq) = (registry.get(&path), registry.last_seq());

    for (method, answer) in writes(&developer, &path, &[], &body) {
        answer.problem(428, "precondition_required");
        assert_eq!(answer.header("location"), None, "{method}");
    }
    let weak = format!("W/{}", etag(&before));
    let bare = etag(&before).replace('"', "");
    for given in [
        stale.as_str(),
        &weak,
        &bare,
        "\"1\"",
        "\"3\"",
        "\"\"",
        "",
        "\"2",
        "2\"",
        "\"+2\"",
        "\"02x\"",
        "\"-1\", \"1.x\"",
        "*, \"1\"",
    ] {
        for (method, answer) in writes(&developer, &path, &[("If-Match", given)], &body) {
            assert_eq!(answer.status, 412, "{method} {given:?} {}", answer.text());
            answer.problem(412, "precondition_failed");
        }
    }
    let long = format!("\"{}\"", "x".repeat(4_000));
    for (_, answer) in writes(&developer, &path, &[("If-Match", &long)], &body) {
        answer.problem(400, "invalid_request");
    }
    assert_eq!(registry.get(&path).text(), before.text());
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn a_write_goes_through_with_the_tag_that_was_seen_alone_in_a_list_or_with_a_star(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    let mut tag = etag(&registry.get(&path));
    for (number, list) in ["{}", "\"77\", {}", "{} , W/\"1\"", "*", "{},"].iter().enumerate() {
        let given = list.replace("{}", &tag);
        let patch = json!({"names": {"en": format!("Change {number}")}});
        let answer = developer.write("PATCH", &path, &[("If-Match", &given)], &patch);
        assert_eq!(answer.status, 200, "{given} {}", answer.text());
        assert_ne!(etag(&answer), tag);
        tag = etag(&answer);
        assert_eq!(tag, etag(&registry.get(&path)));
    }
    // As several lines, which are one list.
    let two = [("If-Match", "\"77\""), ("If-Match", tag.as_str())];
    assert_eq!(developer.send("DELETE", &path, &two, "").status, 204);
}

#[rstest]
fn of_writers_that_saw_the_same_one_wins(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    let (tag, before) = (etag(&registry.get(&path)), registry.last_seq());
    let write = |number: usize| {
        let patch = json!({"names": {"en": format!("Writer {number}")}});
        developer.write("PATCH", &path, &[("If-Match", &tag)], &patch).status
    };
    let write = &write;
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let writers: Vec<_> = (0..10).map(|number| scope.spawn(move || write(number))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[412; 9]].concat());
    assert_eq!(registry.last_seq(), before + 1);
}

#[rstest]
fn verifying_takes_a_precondition_and_needs_none(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    let tag = etag(&registry.get(&path));
    let verify = |headers: &[(&str, &str)]| developer.send("POST", &format!("{path}/verify"), headers, "");
    let first = verify(&[("If-Match", &tag)]);
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!((&first.json()["version"], &first.json()["freshness"]), (&json!(2), &json!("current")));
    assert!(first.json()["verified_at"].as_str().unwrap().starts_with("2026-11-22T12:"), "{}", first.text());
    assert_eq!(registry.get(&path).body, first.body);
    verify(&[("If-Match", &tag)]).problem(412, "precondition_failed");
    assert_eq!(verify(&[]).status, 200);
    // What is written later leaves it as it is.
    let verified_at = registry.json(&path)["verified_at"].clone();
    assert_eq!(developer.patch(&path, &json!({"names": {"en": "New"}}))["verified_at"], verified_at);
}
