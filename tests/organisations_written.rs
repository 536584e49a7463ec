//! Organisations, as they are written: who is one, who took over, who may.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, Session, association, id, provider, with};
use crate::support::writer::AGENCY;
use crate::support::{Answer, Database, Registry};

fn add(session: &Session, name: &str, fields: &Value) -> String {
    session.add(ORGANISATIONS, &with(&association(name, "region:01"), fields))
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// The one fault of a refused body.
#[track_caller]
fn fault(answer: &Answer, status: u16, code: &str) -> (String, String) {
    let problem = answer.problem(status, code);
    let [fault] = problem["errors"].as_array().unwrap().as_slice() else { panic!("{problem}") };
    let text = |name: &str| fault[name].as_str().unwrap().to_owned();
    (text("pointer"), text("code"))
}

#[rstest]
fn a_business_id_belongs_to_one_organisation(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    // Of the reference data: Alajärvi.
    let taken = with(&association("Sama ry", "region:01"), &json!({"business_id": "0177619-3"}));
    let path = add(&developer, "Yksi ry", &json!({"business_id": "0112038-9"}));
    let other = add(&developer, "Kaksi ry", &json!({}));
    let seq = registry.last_seq();
    let at = |pointer: &str| (pointer.to_owned(), "taken".to_owned());
    assert_eq!(fault(&developer.write("POST", ORGANISATIONS, &[], &taken), 409, "conflict"), at("/business_id"));
    assert_eq!(fault(&developer.write("PUT", &other, &[ANY], &taken), 409, "conflict"), at("/business_id"));
    let patch = json!({"business_id": "0112038-9"});
    assert_eq!(fault(&developer.write("PATCH", &other, &[ANY], &patch), 409, "conflict"), at("/business_id"));
    assert_eq!(registry.last_seq(), seq);

    // Its own it keeps, and what it gives up is free again.
    assert_eq!(developer.patch(&path, &json!({"business_id": "0112038-9"}))["version"], 1);
    assert_eq!(registry.items("/v1/organisations?business_id=0112038-9").len(), 1);
    developer.patch(&path, &json!({"business_id": null}));
    assert_eq!(developer.patch(&other, &patch)["business_id"], "0112038-9");
    developer.delete(&other);
    assert_eq!(developer.patch(&path, &patch)["business_id"], "0112038-9");
}

#[rstest]
fn what_is_written_is_read_back_found_and_dated(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let fields = json!({
        "names": {"fi": "Ääkköset ry", "sv": "Åäö rf", "en": null}, "area": "municipality:091",
        "valid_from": "2020-01-01", "valid_to": "2024-12-31", "successor": AGENCY
    });
    let body = with(&association("", "region:01"), &fields);
    let answer = developer.write("POST", ORGANISATIONS, &[], &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json();
    let path = format!("{ORGANISATIONS}/{}", id(&created));
    assert_eq!(answer.header("location"), Some(registry.url(&path)));
    assert_eq!(registry.get(&path).body, answer.body);
    assert_eq!(created["area"]["names"]["sv"], "Helsingfors");
    assert_eq!((&created["successor"]["id"], &created["reference"]), (&json!(AGENCY), &json!(false)));

    let found = |query: &str| registry.items(&format!("{ORGANISATIONS}?{query}")).iter().any(|each| each == &created);
    for (query, expected) in [
        ("organisation_type=association&as_of=2024-12-31", true),
        ("organisation_type=association&as_of=2020-01-01", true),
        ("organisation_type=association&as_of=2019-12-31", false),
        ("organisation_type=association", false),
        ("area=municipality:091&as_of=2023-06-01", true),
        ("area=region:01&as_of=2023-06-01", false),
        ("q=%C3%A5%C3%A4%C3%B6&as_of=2023-06-01", true),
    ] {
        assert_eq!(found(query), expected, "{query}");
    }
    let gone = registry.get(&format!("{path}?as_of=2025-01-01")).problem(404, "not_valid_at");
    assert_eq!(gone["successor"], created["successor"]);
    let known_at = "2026-11-22T23:00:00Z";
    assert_eq!(registry.json(&format!("{path}?known_at={known_at}&as_of=2020-01-01")), created);
    registry.get(&format!("{path}?known_at=2026-11-22T11:00:00Z")).problem(404, "not_found");
    // `reference` is not the caller's to say.
    let answer = developer.write("PATCH", &path, &[ANY], &json!({"reference": true}));
    assert_eq!(fault(&answer, 400, "invalid_request"), ("/reference".into(), "unknown_field".into()));
}

#[rstest]
fn the_reference_data_is_changed_by_the_national_developer_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let council = registry.items("/v1/organisations?organisation_type=regional_council&area=region:01");
    let path = format!("{ORGANISATIONS}/{}", id(&council[0]));
    let own = id(&council[0]);
    let body = association("Otettu ry", "region:01");
    for session in [
        registry.sign_in("regional_coordinator", &["region:01"], None),
        registry.sign_in("regional_expert", &["region:01"], None),
        registry.sign_in("provider_editor", &[], Some(own)),
        registry.sign_in("integrator", &[], Some(own)),
    ] {
        session.write("PUT", &path, &[ANY], &body).problem(403, "forbidden");
        session.write("PATCH", &path, &[ANY], &json!({"names": {"en": "x"}})).problem(403, "forbidden");
        session.send("DELETE", &path, &[ANY], "").problem(403, "forbidden");
    }
    assert_eq!(registry.json(&path), council[0]);
    let renamed = registry.developer().patch(&path, &json!({"names": {"en": "Renamed"}}));
    assert_eq!((&renamed["version"], &renamed["reference"]), (&json!(2), &json!(true)));
}

#[rstest]
fn what_is_in_use_is_not_deleted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = add(&developer, "Käytössä ry", &json!({}));
    let of_provider =
        developer.add(PROVIDERS, &with(&provider("Tuki", id_of(&path), "01"), &json!({"offer_status": "draft"})));
    let before = add(&developer, "Edeltäjä ry", &json!({"valid_to": "2020-01-01", "successor": id_of(&path)}));
    let refused = |path: &str| {
        let seq = registry.last_seq();
        let answer = developer.send("DELETE", path, &[ANY], "");
        answer.problem(409, "in_use");
        assert_eq!(registry.get(path).status, 200);
        assert_eq!(registry.last_seq(), seq);
    };
    refused(&path);
    refused(&format!("{ORGANISATIONS}/{AGENCY}"));
    developer.delete(&of_provider);
    refused(&path);
    developer.patch(&before, &json!({"successor": null}));
    developer.delete(&path);
    registry.get(&path).problem(404, "not_found");
    let unknown = developer.write("PATCH", &before, &[ANY], &json!({"successor": id_of(&path)}));
    assert_eq!(fault(&unknown, 400, "invalid_request"), ("/successor".into(), "unknown_value".into()));
}

#[rstest]
fn an_organisation_that_a_client_works_for_is_not_deleted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let path = add(&registry.developer(), "Asiakas ry", &json!({}));
    let editor = registry.sign_in("provider_editor", &[], Some(id_of(&path)));
    for session in [editor, registry.developer()] {
        session.send("DELETE", &path, &[ANY], "").problem(409, "in_use");
    }
    assert_eq!(registry.get(&path).status, 200);
}

#[rstest]
fn a_successor_is_another_organisation_and_comes_with_an_end(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = add(&developer, "Vanha ry", &json!({}));
    let refused = |fields: Value| {
        let answer = developer.write("PATCH", &path, &[ANY], &fields);
        fault(&answer, 400, "invalid_request")
    };
    assert_eq!(refused(json!({"successor": AGENCY})), ("/valid_to".into(), "missing_field".into()));
    let own = json!({"successor": id_of(&path), "valid_to": "2020-01-01"});
    assert_eq!(refused(own), ("/successor".into(), "unknown_value".into()));
    let unknown = json!({"successor": "00000000-0000-4000-8000-000000000000", "valid_to": "2020-01-01"});
    assert_eq!(refused(unknown), ("/successor".into(), "unknown_value".into()));
    let own = with(&association("Oma ry", "region:01"), &json!({"successor": AGENCY, "valid_to": "2020-01-01"}));
    assert_eq!(developer.create(ORGANISATIONS, &own)["successor"]["names"]["fi"], "Digi- ja väestötietovirasto");

    let changed = developer.patch(&path, &json!({"successor": AGENCY, "valid_to": "2020-01-01"}));
    assert_eq!(changed["successor"]["id"], AGENCY);
    assert_eq!(refused(json!({"valid_to": null})), ("/valid_to".into(), "missing_field".into()));
    assert_eq!(developer.patch(&path, &json!({"valid_to": null, "successor": null}))["successor"], Value::Null);
}

#[rstest]
fn all_faults_against_the_registry_are_told_at_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let fields = json!({
        "area": "municipality:999", "valid_to": "2020-01-01", "successor": "00000000-0000-4000-8000-000000000000"
    });
    let body = with(&association("Monta ry", "region:01"), &fields);
    let answer = registry.developer().write("POST", ORGANISATIONS, &[], &body);
    let problem = answer.problem(400, "invalid_request");
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(pointers, ["/area", "/successor"]);
}

#[rstest]
fn a_history_tells_what_an_organisation_was_called(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = add(&developer, "Ensin ry", &json!({}));
    developer.patch(&path, &json!({"names": {"fi": "Sitten ry"}}));
    developer.delete(&path);
    let history = registry.items(&format!("{path}/history"));
    let told: Vec<_> =
        history.iter().map(|change| json!([change["operation"], change["data"]["names"]["fi"]])).collect();
    let expected = [json!(["created", "Ensin ry"]), json!(["updated", "Sitten ry"]), json!(["deleted", null])];
    assert_eq!(told, expected);
    // What was loaded has its history too.
    let loaded = registry.items(&format!("{ORGANISATIONS}/{AGENCY}/history"));
    assert_eq!((loaded.len(), &loaded[0]["operation"]), (1, &json!("created")));
}
