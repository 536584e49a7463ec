//! What the feed, the history and the registry of earlier days say of a merger.

use rstest::rstest;
use serde_json::{Value, json};

use super::{known, merged, pair};
use crate::support::registry::PATIENCE;
use crate::support::sample::Sample;
use crate::support::session::named;
use crate::support::{Database, Registry};

#[rstest]
fn the_feed_says_what_was_merged_into_what(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, other] = pair(sample, &developer);
    let seq = registry.last_seq();
    let whole = merged(&developer, &one, &other);
    for session in [&developer, &registry.public()] {
        let feed = session.json(&format!("/v1/changes?after={seq}&noun={}", sample.noun()));
        let told = |number: usize| {
            let change = &feed["items"][number];
            ["id", "operation", "version", "data", "survivor"].map(|name| change[name].clone())
        };
        assert_eq!(feed["items"].as_array().unwrap().len(), 2, "{feed}");
        assert_eq!(told(0), [json!(named(&other)), json!("merged"), json!(2), Value::Null, json!(named(&one))]);
        assert_eq!(told(1), [json!(named(&one)), json!("updated"), json!(2), whole.clone(), Value::Null]);
    }
}

#[rstest]
fn the_history_of_what_was_merged_remains_and_ends_with_the_merger(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, other] = pair(sample, &developer);
    let first = registry.json(&other);
    let changed = developer.patch(&other, &json!({"names": {"en": "Other"}}));
    merged(&developer, &one, &other);
    let history = registry.items(&format!("{other}/history"));
    let told = |name: &str| history.iter().map(|change| change[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("operation"), ["created", "updated", "merged"]);
    assert_eq!(told("data"), [first, changed, Value::Null]);
    assert_eq!(told("survivor"), [Value::Null, Value::Null, json!(named(&one))]);
    // And what remains has its own.
    let operations = registry.items(&format!("{one}/history"));
    assert_eq!(operations.iter().map(|change| &change["operation"]).collect::<Vec<_>>(), ["created", "updated"]);
    // By what it was merged into later, its last entry does not change.
    let third = developer.add(sample.collection(), &known(&sample.of_anyone(&developer), "Kolmas"));
    merged(&developer, &third, &one);
    assert_eq!(registry.items(&format!("{other}/history")), history);
}

#[rstest]
fn what_was_known_before_a_merger_is_known_still(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
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
    let [one, other] = pair(sample, &developer);
    let before = [&one, &other].map(|path| first.json(path));
    let second = at("2026-11-02T12:00:00Z");
    let whole = merged(&second.sign_in_as(&client), &one, &other);
    let known = |path: &str, instant: &str| second.get(&format!("{path}?known_at={instant}"));
    for (path, then) in [&one, &other].into_iter().zip(&before) {
        assert_eq!(known(path, "2026-11-01T13:00:00Z").json(), *then);
        known(path, "2026-11-01T11:00:00Z").problem(404, "not_found");
    }
    assert_eq!(known(&one, "2026-11-02T13:00:00Z").json(), whole);
    known(&other, "2026-11-02T13:00:00Z").problem(404, "not_found");
}
