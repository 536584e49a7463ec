//! The steps that a pilot takes.

use rstest::rstest;
use serde_json::{Value, json};

use super::{PILOTS, lead_of, pilot};
use crate::support::session::{Session, id, with};
use crate::support::{Answer, Database, Registry};

fn step(session: &Session<'_>, path: &str, body: &Value) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], body)
}

#[track_caller]
fn taken(session: &Session<'_>, path: &str, event: &str, day: &str) -> Value {
    let answer = step(session, path, &json!({"event": event, "day": day}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// A registry's answer to a step that cannot be taken now: how it stands is said, and what can be done instead.
#[track_caller]
fn assert_refused(answer: &Answer, legal: &[&str]) {
    let problem = answer.problem(409, "conflict");
    assert_eq!(answer.codes_of_faults(), ["illegal_step"]);
    assert_eq!(problem["errors"][0]["pointer"], "/event");
    let message = problem["errors"][0]["message"].as_str().unwrap();
    // Behind how it stands, which may have the name of a step in it.
    let (_, possible) = message.split_once(". ").unwrap();
    let named: Vec<_> =
        ["start", "complete", "discontinue"].into_iter().filter(|event| possible.contains(event)).collect();
    assert_eq!(named, legal, "{message}");
}

#[rstest]
fn a_pilot_starts_and_completes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    assert_eq!(taken(&developer, &path, "start", "2018-10-01")["pilot_status"], "active");
    let remarks = json!({"fi": "Päättyi suunnitellusti.", "sv": null, "en": null});
    let completed = step(&developer, &path, &json!({"event": "complete", "day": "2019-06-30", "remarks": remarks}));
    let completed = completed.json();
    let steps = json!([
        {"event": "start", "day": "2018-10-01", "remarks": null},
        {"event": "complete", "day": "2019-06-30", "remarks": remarks}
    ]);
    assert_eq!((&completed["pilot_status"], &completed["steps"]), (&json!("completed"), &steps));
    assert_eq!(completed["version"], 3);
    for (status, number) in [("planned", 0), ("active", 0), ("completed", 6), ("discontinued", 0)] {
        assert_eq!(registry.items(&format!("{PILOTS}?pilot_status={status}")).len(), number, "{status}");
    }
}

#[rstest]
fn a_pilot_cannot_complete_before_it_started(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    let seq = registry.last_seq();
    assert_refused(&step(&developer, &path, &json!({"event": "complete"})), &["start", "discontinue"]);
    assert_eq!(registry.last_seq(), seq);
    taken(&developer, &path, "start", "2018-10-01");
    for day in ["2018-09-30", "1900-01-01"] {
        let answer = step(&developer, &path, &json!({"event": "complete", "day": day}));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(
            (&problem["errors"][0]["pointer"], answer.codes_of_faults()),
            (&json!("/day"), vec!["out_of_range".into()])
        );
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("2018-10-01") && message.contains("2026-11-22"), "{message}");
    }
    assert_eq!(taken(&developer, &path, "complete", "2018-10-01")["pilot_status"], "completed");
}

#[rstest]
fn a_step_is_not_taken_ahead_of_its_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    let next = json!({"precision": "day", "season": null, "earliest": "2026-11-23", "latest": "2026-11-23"});
    let later =
        developer.add(PILOTS, &with(&pilot(&lead_of(&registry, "01"), &["region:01"]), &json!({"starts": next})));
    let seq = registry.last_seq();
    for (of, body) in [
        (&path, json!({"event": "start", "day": "2026-11-23"})),
        (&path, json!({"event": "start", "day": "2018-08-31"})),
        (&path, json!({"event": "discontinue", "day": "2026-11-23"})),
        (&later, json!({"event": "start"})),
    ] {
        let answer = step(&developer, of, &body);
        assert_eq!(answer.problem(400, "invalid_request")["errors"][0]["pointer"], "/day", "{body}");
        assert_eq!(answer.codes_of_faults(), ["out_of_range"], "{body}");
    }
    for bad in [
        json!({}),
        json!({"event": "pause"}),
        json!({"event": "start", "day": "today"}),
        json!({"event": "start", "to": 1}),
    ] {
        step(&developer, &path, &bad).problem(400, "invalid_request");
    }
    assert_eq!(registry.last_seq(), seq, "nothing was stored");
    // Given up before it began, it is not planned any more.
    assert_eq!(step(&developer, &later, &json!({"event": "discontinue"})).json()["pilot_status"], "discontinued");
    assert_eq!(registry.json(&later)["pilot_status"], "discontinued");
    let listed = registry.items(&format!("{PILOTS}?pilot_status=discontinued"));
    assert_eq!(listed.iter().map(id).collect::<Vec<_>>(), [later.rsplit('/').next().unwrap()]);
}

#[rstest]
fn a_pilot_that_has_ended_takes_no_more_steps(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let ended = format!("{PILOTS}/{}", id(&registry.items(PILOTS)[0]));
    let given_up = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    taken(&developer, &given_up, "start", "2018-10-01");
    assert_refused(&step(&developer, &given_up, &json!({"event": "start"})), &["complete", "discontinue"]);
    taken(&developer, &given_up, "discontinue", "2018-12-01");
    let seq = registry.last_seq();
    for path in [&ended, &given_up] {
        for event in ["start", "complete", "discontinue"] {
            assert_refused(&step(&developer, path, &json!({"event": event})), &[]);
        }
    }
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn what_has_started_is_not_moved_to_later(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    taken(&developer, &path, "start", "2018-10-01");
    let later =
        json!({"starts": {"precision": "day", "season": null, "earliest": "2018-10-02", "latest": "2018-10-02"}});
    let answer = developer.write("PATCH", &path, &[("If-Match", "*")], &later);
    assert_eq!(answer.problem(400, "invalid_request")["errors"][0]["pointer"], "/starts");
    assert_eq!(answer.codes_of_faults(), ["contradictory"]);
    let day = json!({"starts": {"precision": "day", "season": null, "earliest": "2018-10-01", "latest": "2018-10-01"}});
    assert_eq!(developer.patch(&path, &day)["starts"], day["starts"]);
}

#[rstest]
fn a_step_sent_twice_with_the_same_key_is_taken_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(PILOTS, &pilot(&lead_of(&registry, "01"), &["region:01"]));
    let send = |version: &str| {
        let headers = [("Idempotency-Key", "start-once"), ("If-Match", version)];
        developer.write("POST", &format!("{path}/transitions"), &headers, &json!({"event": "start"}))
    };
    let (first, second) = (send("\"1\""), send("\"1\""));
    assert_eq!((first.status, second.status, first.json()), (200, 200, second.json()));
    assert_eq!(registry.json(&path)["version"], 2);
}
