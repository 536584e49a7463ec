//! What the registry said, and when.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::registry::PATIENCE;
use crate::support::sample::{Sample, organisation};
use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, association, id, provider};
use crate::support::{Database, Registry};

fn operations(history: &[Value]) -> Vec<(&str, i64)> {
    history.iter().map(|change| (change["operation"].as_str().unwrap(), change["version"].as_i64().unwrap())).collect()
}

#[rstest]
fn a_history_has_every_version_in_its_order_also_of_what_is_gone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let created = developer.create(sample.collection(), &sample.of_anyone(&developer));
    let path = format!("{}/{}", sample.collection(), id(&created));
    let patched = developer.patch(&path, &json!({"names": {"en": "New"}}));
    let verified = developer.send("POST", &format!("{path}/verify"), &[], "").json();
    let there = registry.items(&format!("{path}/history"));
    assert_eq!(operations(&there), [("created", 1), ("updated", 2), ("updated", 3)]);
    developer.delete(&path);

    let history = registry.items(&format!("{path}/history"));
    assert_eq!(history[..3], there);
    assert_eq!(operations(&history[3..]), [("deleted", 4)]);
    assert_eq!(
        history.iter().map(|change| &change["data"]).collect::<Vec<_>>(),
        [&created, &patched, &verified, &Value::Null]
    );
    assert!(history.iter().all(|change| change["noun"] == sample.noun() && change["id"] == created["id"]));
    let seqs: Vec<_> = history.iter().map(|change| change["seq"].as_i64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");

    // In pages, with a total.
    let page = registry.get_with(&format!("{path}/history?limit=3"), &[("Prefer", "return=total-count")]);
    assert_eq!((&page.json()["total"], page.json()["items"].as_array().unwrap().len()), (&json!(4), 3));
    let cursor = page.json()["next"].as_str().unwrap().to_owned();
    let rest = registry.json(&format!("{path}/history?limit=3&cursor={cursor}"));
    assert_eq!((&rest["items"][0], &rest["next"]), (&history[3], &Value::Null));
    registry
        .get(&format!("{}/00000000-0000-4000-8000-000000000000/history", sample.collection()))
        .problem(404, "not_found");
}

#[rstest]
fn what_was_known_at_an_instant_is_answered_as_it_was(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let created = developer.create(sample.collection(), &sample.body(&developer, &organisation));
    let path = format!("{}/{}", sample.collection(), id(&created));
    let patched = developer.patch(&path, &json!({"names": {"fi": "Toinen"}}));
    developer.delete(&path);
    let history = registry.items(&format!("{path}/history"));
    let at = |number: usize| history[number]["recorded_at"].as_str().unwrap();
    let known_at = |instant: &str| registry.get(&format!("{path}?known_at={instant}"));

    known_at("2026-11-22T11:59:59Z").problem(404, "not_found");
    known_at(at(2)).problem(404, "not_found");
    known_at("2100-01-01T00:00:00Z").problem(404, "not_found");
    // Two changes can share a millisecond: then the later one is what was known.
    if at(0) < at(1) {
        assert_eq!(known_at(at(0)).json(), created);
    }
    if at(1) < at(2) {
        assert_eq!(known_at(at(1)).json(), patched);
        let offset = at(1).replace('Z', "%2B00:00");
        assert_eq!(known_at(&offset).json(), patched);
    }
    for bad in ["", "2026-11-22", "2026-11-22T12:00:00", "now", "1899-01-01T00:00:00Z", "2026-11-22T25:00:00Z"] {
        known_at(bad).problem(400, "invalid_request");
    }
}

#[rstest]
fn what_was_known_a_day_ago_shows_what_was_hidden_since_only_to_whom_it_showed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Service)] sample: Sample,
) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example", "--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let first = at("2026-11-01T12:00:00Z");
    let client = first.client("national_developer", &[], None);
    let developer = first.sign_in_as(&client);
    let mut body = sample.of_anyone(&developer);
    body["offer_status"] = json!("draft");
    let path = developer.add(sample.collection(), &body);
    let second = at("2026-11-02T12:00:00Z");
    let published = second.sign_in_as(&client).patch(&path, &json!({"offer_status": "published"}));
    let third = at("2026-11-03T12:00:00Z");
    third.sign_in_as(&client).patch(&path, &json!({"offer_status": "withdrawn"}));
    let fourth = at("2026-11-04T12:00:00Z");
    let developer = fourth.sign_in_as(&client);
    developer.delete(&path);

    let status = |instant: &str| {
        let asked = format!("{path}?known_at={instant}");
        (fourth.get(&asked).status, developer.get(&asked).status)
    };
    assert_eq!(status("2026-11-01T11:00:00Z"), (404, 404));
    assert_eq!(status("2026-11-01T13:00:00Z"), (404, 200));
    assert_eq!(status("2026-11-02T13:00:00Z"), (200, 200));
    assert_eq!(status("2026-11-03T13:00:00Z"), (404, 200));
    assert_eq!(status("2026-11-04T13:00:00Z"), (404, 404));
    assert_eq!(fourth.json(&format!("{path}?known_at=2026-11-02T13:00:00Z")), published);

    let public = fourth.items(&format!("{path}/history"));
    assert_eq!(operations(&public), [("created", 2), ("deleted", 3)]);
    assert_eq!((&public[0]["data"], &public[1]["data"]), (&published, &Value::Null));
    let whole = developer.items(&format!("{path}/history"));
    assert_eq!(operations(&whole), [("created", 1), ("updated", 2), ("updated", 3), ("deleted", 4)]);
}

#[rstest]
fn a_history_that_names_an_organisation_that_is_gone_is_read_all_the_same(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (old, new) = (organisation(&developer), organisation(&developer));
    let path = developer.add(PROVIDERS, &provider("Neuvonta", &old, "01"));
    let seq = registry.last_seq();
    developer.patch(&path, &json!({"organisation": new}));
    let old_path = format!("{ORGANISATIONS}/{old}");
    developer.patch(&old_path, &json!({"names": {"fi": "Viimeinen nimi ry"}}));
    developer.delete(&old_path);

    let named = |name: &Value| {
        let history = registry.items(&format!("{path}/history"));
        assert_eq!(history[0]["data"]["organisation"]["id"], old);
        assert_eq!(&history[0]["data"]["organisation"]["names"]["fi"], name);
        let feed = registry.json(&format!("/v1/changes?after={}&limit=1", seq - 1));
        assert_eq!(feed["items"][0]["data"], history[0]["data"]);
        assert_eq!(registry.json(&path)["organisation"]["id"], new);
    };
    named(&json!("Viimeinen nimi ry"));
    // Erased by law: not even the log knows what it was called.
    let of_old = format!("SELECT seq FROM changes WHERE object = '{old}'");
    registry.place().execute(&format!("UPDATE payloads SET salt = NULL, data = NULL WHERE seq IN ({of_old})"));
    named(&json!("poistettu organisaatio"));
    let erased = registry.items(&format!("{old_path}/history"));
    assert!(erased.iter().all(|change| change["data"].is_null()));
    assert_eq!(erased.len(), 3);
    developer.write("PUT", &old_path, &[ANY], &association("Uusi ry", "region:01")).problem(404, "not_found");
}

#[rstest]
fn what_was_known_at_an_instant_was_as_fresh_as_it_was_then(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let early = at("2024-01-01T12:00:00Z");
    let developer = early.developer();
    let path = developer.add(sample.collection(), &sample.of_anyone(&developer));
    assert_eq!(developer.send("POST", &format!("{path}/verify"), &[], "").status, 200);
    let late = at("2026-01-01T12:00:00Z");
    let freshness = |query: &str| late.json(&format!("{path}{query}"))["freshness"].clone();
    assert_eq!(freshness(""), "outdated");
    assert_eq!(freshness("?known_at=2024-01-02T00:00:00Z"), "current");
    assert_eq!(freshness("?known_at=2024-10-01T00:00:00Z"), "watch");
    assert_eq!(freshness("?known_at=2099-01-01T00:00:00Z"), "outdated", "as it is now");
}
