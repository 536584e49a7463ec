//! What integrators push by their own ids, many objects at once.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::{Sample, organisation};
use crate::support::session::{LOCATIONS, POINTS, Session, id, with};
use crate::support::{Answer, Database, Registry};

fn row(source_id: &str, facts: &Value) -> Value {
    json!({"source_id": source_id, "facts": facts})
}

fn push(sample: Sample, session: &Session, query: &str, rows: &[Value]) -> Answer {
    session.write("POST", &format!("{}/ptv{query}", sample.by_source()), &[], &json!({"rows": rows}))
}

#[track_caller]
fn report(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// What became of each row.
fn outcomes(report: &Value) -> Vec<&str> {
    report["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

/// The place and the code of each fault.
fn faults(errors: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.as_array().unwrap().iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

fn expected(faults: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    faults.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

#[rstest]
fn rows_are_created_replaced_and_left_as_they_are(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let integrator = registry.sign_in("integrator", &[], Some(&own));
    let body = sample.body(&developer, &own);
    let seq = registry.last_seq();

    let created = report(&push(sample, &integrator, "", &[row("a", &body), row("b/c d", &body)]));
    assert_eq!(outcomes(&created), ["created", "created"]);
    assert_eq!((&created["created"], &created["unchanged"]), (&json!(2), &json!(0)));
    assert_eq!(registry.last_seq(), seq + 2);
    for (number, (source_id, path)) in [("a", "a"), ("b/c d", "b%2Fc%20d")].into_iter().enumerate() {
        let told = &created["rows"][number];
        assert_eq!((&told["number"], &told["source_id"]), (&json!(number), &json!(source_id)));
        let object = registry.json(&format!("{}/{}", sample.collection(), id(told)));
        assert_eq!(object["version"], told["version"]);
        assert_eq!(object["external_ids"], json!([{"source": "ptv", "source_id": source_id}]));
        assert_eq!(registry.json(&format!("{}/ptv/{path}", sample.by_source())), object);
    }

    let again = report(&push(sample, &integrator, "", &[row("a", &body), row("b/c d", &body)]));
    assert_eq!(outcomes(&again), ["unchanged", "unchanged"]);
    assert_eq!(registry.last_seq(), seq + 2);
    let renamed = with(&body, &json!({"names": {"en": "New"}}));
    let changed = report(&push(sample, &integrator, "?mode=partial", &[row("b/c d", &body), row("a", &renamed)]));
    assert_eq!(outcomes(&changed), ["unchanged", "replaced"]);
    assert_eq!((&changed["rows"][1]["version"], id(&changed["rows"][1])), (&json!(2), id(&created["rows"][0])));
    assert_eq!(registry.last_seq(), seq + 3);
    assert_eq!(report(&push(sample, &integrator, "", &[]))["rows"], json!([]));
}

#[rstest]
fn all_rows_are_taken_or_none_and_every_fault_is_told_at_its_place(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let seq = registry.last_seq();
    let nameless = with(&body, &json!({"names": {"fi": null}, "colour": "blue"}));
    let early = with(&body, &json!({"valid_from": "2030-01-01", "valid_to": "2020-01-01"}));
    let rows = [
        row("good", &body),
        row("nameless", &nameless),
        row("good", &body),
        json!({"source_id": "without"}),
        json!("no row"),
        json!({"source_id": " ", "facts": body, "colour": "blue"}),
        row("early", &early),
    ];
    let answer = push(sample, &developer, "", &rows);
    let problem = answer.problem(400, "invalid_request");
    let told = [
        ("/rows/1/facts/names", "blank"),
        ("/rows/1/facts/colour", "unknown_field"),
        ("/rows/2/source_id", "repeated_value"),
        ("/rows/3/facts", "missing_field"),
        ("/rows/4", "wrong_type"),
        ("/rows/5/source_id", "blank"),
        ("/rows/5/colour", "unknown_field"),
        ("/rows/6/facts/valid_to", "ends_before_start"),
    ];
    assert_eq!(faults(&problem["errors"]), expected(&told));
    assert_eq!(registry.last_seq(), seq);
    registry.get(&format!("{}/ptv/good", sample.by_source())).problem(404, "not_found");

    let partial = report(&push(sample, &developer, "?mode=partial", &rows));
    let mut of_rows = BTreeSet::new();
    for (number, row) in partial["rows"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&row["number"], row["code"].is_null()), (&json!(number), number == 0), "{row}");
        of_rows.extend(faults(&row["errors"]));
    }
    assert_eq!(of_rows, expected(&told));
    assert_eq!(outcomes(&partial), ["created", "refused", "refused", "refused", "refused", "refused", "refused"]);
    assert_eq!((&partial["created"], &partial["refused"]), (&json!(1), &json!(6)));
    assert_eq!(registry.last_seq(), seq + 1);
}

#[rstest]
fn a_row_that_somebody_else_has_a_say_in_is_refused_alone_or_with_all(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let integrator = registry.sign_in("integrator", &[], Some(&own));
    let body = sample.body(&developer, &own);
    let of_others = sample.of_anyone(&developer);
    assert_eq!(outcomes(&report(&push(sample, &integrator, "", &[row("edited", &body)]))), ["created"]);
    let edited = registry.json(&format!("{}/ptv/edited", sample.by_source()));
    developer.patch(&format!("{}/{}", sample.collection(), id(&edited)), &json!({"names": {"sv": "Ny"}}));
    let takes = with(&body, &json!({"external_ids": [{"source": "ptv", "source_id": "edited"}]}));

    let seq = registry.last_seq();
    let (good, denied) = (row("good", &body), row("denied", &of_others));
    let cases = [(row("edited", &body), 428, "precondition_required"), (row("taken", &takes), 409, "conflict")];
    for (row, status, code) in cases.iter().chain([&(denied.clone(), 403, "forbidden")]) {
        let problem = push(sample, &integrator, "", &[good.clone(), row.clone()]).problem(*status, code);
        assert!(problem["detail"].as_str().unwrap().contains('1'), "{problem}");
    }
    assert_eq!(registry.last_seq(), seq);

    let rows = [denied, cases[0].0.clone(), good, cases[1].0.clone()];
    let partial = report(&push(sample, &integrator, "?mode=partial", &rows));
    assert_eq!(outcomes(&partial), ["refused", "refused", "created", "refused"]);
    let codes: Vec<_> = partial["rows"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(json!(codes), json!(["forbidden", "precondition_required", null, "conflict"]));
    assert_eq!(faults(&partial["rows"][3]["errors"]), expected(&[("/rows/3/facts/external_ids/0", "taken")]));
    assert_eq!(registry.last_seq(), seq + 1);
    let denials = format!("/v1/audit?client={}&outcome=denied", integrator.client_id);
    let denials = developer.items(&denials);
    assert_eq!(denials.len(), 2, "one of all, one of a row: {denials:?}");
    assert!(denials.iter().all(|line| line["noun"] == sample.noun() && line["code"] == "forbidden"), "{denials:?}");
}

#[rstest]
fn of_a_refused_row_nothing_stays_and_what_the_others_say_is_found(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = Sample::Service.of_anyone(&developer);
    let place = |name: &str, called: &[&str]| {
        let called: Vec<Value> = called.iter().map(|id| json!({"source": "own", "source_id": id})).collect();
        let (names, address) = (json!({"fi": name}), json!({"municipality": "091"}));
        json!({"new_location": {"names": names, "address": address, "external_ids": called}})
    };
    let at = |places: &[Value], name: &str| with(&body, &json!({"locations": places, "names": {"fi": name}}));
    let other = Sample::Location.of_anyone(&developer);
    developer.create(LOCATIONS, &with(&other, &json!({"external_ids": [{"source": "own", "source_id": "other"}]})));
    // Its first location is new by the time that the second one turns out to be another's.
    let both = [place("Toka", &[]), place("Toisen", &["new", "other"])];
    let rows = [
        row("first", &at(&[place("Eka", &[])], "Neuvonta")),
        row("second", &at(&both, "Neuvonta")),
        row("third", &at(&[place("Kolmas", &[])], "Nettineuvonta")),
    ];
    let partial = report(&push(Sample::Service, &developer, "?mode=partial", &rows));
    assert_eq!(outcomes(&partial), ["created", "refused", "created"]);
    let taken = "/rows/1/facts/locations/1/new_location/external_ids/1";
    assert_eq!(faults(&partial["rows"][1]["errors"]), expected(&[(taken, "taken")]));
    let places: Vec<_> =
        developer.items(LOCATIONS).into_iter().map(|location| location["names"]["fi"].clone()).collect();
    assert!(places.contains(&json!("Eka")) && places.contains(&json!("Kolmas")), "{places:?}");
    assert!(!places.contains(&json!("Toka")), "{places:?}");
    for number in [0, 2] {
        let points = developer.items(&format!("{POINTS}?provider={}", body["provider"].as_str().unwrap()));
        let of_row = points.iter().filter(|point| point["service"]["id"] == partial["rows"][number]["id"]);
        assert_eq!(of_row.count(), 1, "{points:?}");
    }
    let found = developer.items(&format!("{POINTS}?q=nettineuvonta"));
    assert_eq!(found[0]["service"]["id"], partial["rows"][2]["id"]);
}

#[rstest]
fn a_push_is_bounded_and_speaks_the_callers_language(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = Sample::Location.of_anyone(&developer);
    let seq = registry.last_seq();
    let many: Vec<Value> = (0..501).map(|number| json!({"source_id": number.to_string()})).collect();
    for query in ["", "?mode=partial"] {
        let problem = push(Sample::Location, &developer, query, &many).problem(400, "invalid_request");
        assert_eq!(faults(&problem["errors"]), expected(&[("/rows", "too_many_values")]));
        // Whoever has more faults than an answer tells is told no more.
        let faulty: Vec<Value> = (0..500).map(|_| json!({"a": 1, "b": 2, "c": 3})).collect();
        let problem = push(Sample::Location, &developer, query, &faulty).problem(400, "invalid_request");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1_000);
    }
    push(Sample::Location, &developer, "?mode=some", &[]).problem(400, "invalid_request");
    let nowhere = with(&body, &json!({"address": {"municipality": "999"}}));
    let rows = json!({"rows": [row("nowhere", &nowhere)]});
    let path = format!("{}/ptv?mode=partial", Sample::Location.by_source());
    let answer = developer.write("POST", &path, &[("Accept-Language", "sv")], &rows);
    assert_eq!(answer.header("content-language").as_deref(), Some("sv"));
    let told = report(&answer)["rows"][0]["errors"][0].clone();
    assert_eq!(told["pointer"], "/rows/0/facts/address/municipality");
    assert!(told["message"].as_str().unwrap().contains("finns inte"), "{told}");
    assert_eq!(registry.last_seq(), seq);
}
