//! What is not merged, and what is merged once.

use rstest::rstest;
use serde_json::{Value, json};

use super::{known, merged, pair};
use crate::support::sample::{Sample, organisation};
use crate::support::session::{ANY, id, named, with};
use crate::support::{Database, Registry};

#[rstest]
fn only_two_of_a_kind_are_merged(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [path, other] = pair(sample, &developer);
    let another = if sample == Sample::Location { Sample::Provider } else { Sample::Location };
    let of_another_kind = developer.add(another.collection(), &another.of_anyone(&developer));
    let gone = developer.add(sample.collection(), &sample.of_anyone(&developer));
    developer.delete(&gone);
    let seq = registry.last_seq();
    for (what, code) in [
        (named(&path), "unknown_value"),
        (named(&of_another_kind), "unknown_value"),
        (named(&gone), "unknown_value"),
        ("00000000-0000-4000-8000-000000000000", "unknown_value"),
        ("1", "malformed_value"),
        (&named(&other).to_uppercase(), "malformed_value"),
    ] {
        let answer = developer.write("POST", &format!("{path}/merge"), &[], &json!({"other": what}));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(
            (&problem["errors"][0]["pointer"], answer.codes_of_faults()),
            (&json!("/other"), vec![code.to_owned()])
        );
    }
    for (body, pointer) in [(json!({}), "/other"), (json!({"other": named(&other), "why": "same"}), "/why")] {
        let problem = developer.write("POST", &format!("{path}/merge"), &[], &body).problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    developer.merge(&gone, &path).problem(404, "not_found");
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn together_they_are_called_no_more_names_than_one_may_have(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let called = |from: usize, to: usize| -> Value {
        (from..to).map(|number| json!({"source": "own", "source_id": number.to_string()})).collect()
    };
    let add = |name: &str, ids: Value| {
        developer.add(sample.collection(), &with(&known(&body, name), &json!({"external_ids": ids})))
    };
    let (one, other, last) = (add("Yksi", called(0, 19)), add("Toinen", called(19, 20)), add("Kolmas", called(20, 21)));
    assert_eq!(merged(&developer, &one, &other)["external_ids"], called(0, 20));
    let answer = developer.merge(&one, &last);
    assert_eq!(answer.problem(400, "invalid_request")["errors"][0]["pointer"], "/other");
    assert_eq!(answer.codes_of_faults(), ["too_many_values"]);
    assert_eq!(registry.get(&last).status, 200);
}

#[rstest]
fn a_change_of_what_was_merged_is_refused_and_names_what_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let [one, other, third] =
        ["Yksi", "Toinen", "Kolmas"].map(|name| developer.add(sample.collection(), &known(&body, name)));
    merged(&developer, &one, &other);
    let seq = registry.last_seq();
    for answer in [
        developer.write("PUT", &other, &[ANY], &body),
        developer.write("PUT", &other, &[("If-Match", "\"1\"")], &body),
        developer.write("PATCH", &other, &[ANY], &json!({"names": {"fi": "Uusi"}})),
        developer.send("DELETE", &other, &[ANY], ""),
        developer.send("POST", &format!("{other}/verify"), &[], ""),
        developer.merge(&other, &third),
        developer.merge(&third, &other),
        developer.merge(&one, &other),
    ] {
        let problem = answer.problem(409, "merged");
        assert!(problem["detail"].as_str().unwrap().contains(named(&one)), "{problem}");
    }
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn whoever_may_change_only_one_of_two_does_not_merge_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [own, foreign] = [(), ()].map(|()| organisation(&developer));
    let add = |organisation: &str, name: &str| {
        developer.add(sample.collection(), &known(&sample.body(&developer, organisation), name))
    };
    let (one, other, theirs) = (add(&own, "Yksi"), add(&own, "Toinen"), add(&foreign, "Kolmas"));
    let editor = registry.sign_in("provider_editor", &[], Some(&own));
    let seq = registry.last_seq();
    editor.merge(&one, &theirs).problem(403, "forbidden");
    editor.merge(&theirs, &one).problem(403, "forbidden");
    registry.public().merge(&one, &other).problem(401, "unauthenticated");
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(id(&merged(&editor, &one, &other)), named(&one));
}

#[rstest]
fn a_merger_takes_a_precondition_of_what_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, other] = pair(sample, &developer);
    let stale = registry.get(&one).header("etag").unwrap();
    developer.patch(&one, &json!({"names": {"en": "One"}}));
    let (seen, body) = (registry.get(&one).header("etag").unwrap(), json!({"other": named(&other)}));
    let merge = |tag: &str| developer.write("POST", &format!("{one}/merge"), &[("If-Match", tag)], &body);
    merge(&stale).problem(412, "precondition_failed");
    assert_eq!(registry.get(&other).status, 200);
    assert_eq!(merge(&seen).status, 200);
}

#[rstest]
fn a_merger_that_is_repeated_is_done_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, other] = pair(sample, &developer);
    let key = ("Idempotency-Key", "1");
    let merge = |other: &str| developer.write("POST", &format!("{one}/merge"), &[key], &json!({"other": named(other)}));
    let first = merge(&other);
    assert_eq!(first.status, 200, "{}", first.text());
    developer.patch(&one, &json!({"names": {"en": "One"}}));
    let seq = registry.last_seq();
    let again = merge(&other);
    assert_eq!((again.status, &again.body, again.header("etag")), (200, &first.body, first.header("etag")));
    merge(&one).problem(422, "idempotency_key_reused");
    assert_eq!(registry.last_seq(), seq);
    // Without the key it is another request.
    developer.merge(&one, &other).problem(409, "merged");
}
