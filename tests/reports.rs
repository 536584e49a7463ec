//! Reports: what is due when, and what is made of it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::grants::{council, granted};
use crate::support::session::{ANY, Session, named, with};
use crate::support::{Answer, Database, Registry};

const REPORTS: &str = "/v1/reports";

fn report(grant: &str, report_type: &str, due_on: &str) -> Value {
    json!({
        "grant": named(grant), "report_type": report_type, "first_day": "2026-01-01", "last_day": "2026-10-31",
        "due_on": due_on
    })
}

fn step(session: &Session, path: &str, body: &Value) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], body)
}

fn money(cents: i64) -> Value {
    json!({"cents": cents, "currency": "EUR", "approximate": false})
}

fn submission() -> Value {
    json!({
        "event": "submit", "texts": {"fi": "Verkosto kasvoi."}, "used": money(650),
        "costs": [
            {"cost_category": "staff", "amount": money(600)}, {"cost_category": "travel", "amount": money(50)}
        ]
    })
}

#[rstest]
fn a_report_is_due_then_overdue_by_the_clock_and_no_more_once_it_is_submitted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let paths = ["2026-11-21", "2026-11-22", "2026-12-15"]
        .map(|due_on| developer.add(REPORTS, &report(&grant, "interim", due_on)));
    let statuses = paths.clone().map(|path| developer.json(&path)["report_status"].clone());
    assert_eq!(statuses, ["overdue", "due", "due"]);
    let listed = |query: &str| -> Vec<Value> {
        let found = developer.items(&format!("{REPORTS}?{query}"));
        found.into_iter().map(|mut each| each["due_on"].take()).collect()
    };
    assert_eq!(listed(""), ["2026-11-21", "2026-11-22", "2026-12-15"], "what is due first comes first");
    assert_eq!(listed("report_status=overdue"), ["2026-11-21"]);
    assert_eq!(listed("report_status=due"), ["2026-11-22", "2026-12-15"]);
    assert_eq!(listed("report_status=due&report_status=overdue").len(), 3);
    assert_eq!(listed("report_status=submitted").len(), 0);
    assert_eq!(listed("report_type=final").len(), 0);
    assert_eq!(listed(&format!("grant={}", named(&grant))).len(), 3);
    developer.patch(&paths[0], &json!({"due_on": "2026-11-30"}));
    assert_eq!(developer.json(&paths[0])["report_status"], "due", "it has more time");
    developer.patch(&paths[0], &json!({"due_on": "2026-11-21"}));
    let applicant = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    assert_eq!(step(&applicant, &paths[0], &submission()).json()["report_status"], "submitted");
    assert_eq!(listed("report_status=overdue").len(), 0);
    assert_eq!(listed("report_status=submitted&report_status=overdue"), ["2026-11-21"]);
}

#[rstest]
fn a_report_goes_from_the_beneficiary_to_the_developer_and_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let applicant = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    let path = developer.add(REPORTS, &report(&granted(&developer), "final", "2026-12-15"));
    let events = |name: &str| json!({"event": name, "remarks": {"fi": "Näin."}});
    let walk = [
        (&applicant, submission(), "submitted"),
        (&developer, events("return"), "returned"),
        (&applicant, submission(), "submitted"),
        (&developer, events("verify"), "verified"),
        (&developer, events("return"), "returned"),
        (&applicant, submission(), "submitted"),
        (&developer, events("verify"), "verified"),
        (&developer, events("accept"), "accepted"),
    ];
    step(&developer, &path, &events("verify")).problem(409, "conflict");
    for (number, (session, body, status)) in walk.into_iter().enumerate() {
        let other = if std::ptr::eq(session, &raw const applicant) { &developer } else { &applicant };
        step(other, &path, &body).problem(403, "forbidden");
        let answer = step(session, &path, &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = answer.json();
        assert_eq!(told["report_status"], status);
        assert_eq!(told["steps"].as_array().unwrap().len(), number + 1);
        assert_eq!(told["used"], money(650));
        let late = developer.write("PATCH", &path, &[ANY], &json!({"due_on": "2027-12-15"}));
        late.problem(409, "conflict");
    }
    step(&developer, &path, &events("return")).problem(409, "conflict");
    step(&developer, &path, &events("pass_due_day")).problem(403, "forbidden");
    assert_eq!(developer.items(&format!("{path}/history")).len(), 9);
}

#[rstest]
fn the_costs_of_a_report_add_up_to_what_was_used(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let applicant = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    let grant = granted(&developer);
    let path = developer.add(REPORTS, &report(&grant, "final", "2026-12-15"));
    let before = developer.json(&path);
    for (body, place) in [
        (with(&submission(), &json!({"used": money(651)})), "/used"),
        (with(&submission(), &json!({"used": null})), "/used"),
        (with(&submission(), &json!({"used": null, "costs": []})), "/used"),
        (with(&submission(), &json!({"texts": null})), "/texts"),
        (with(&submission(), &json!({"event": "verify"})), "/texts"),
    ] {
        let answer = step(&applicant, &path, &body);
        let pointer = answer.json()["errors"][0]["pointer"].clone();
        assert_eq!((answer.status, pointer), (400, json!(place)), "{body}");
    }
    assert_eq!(developer.json(&path), before);
    let interim = developer.add(REPORTS, &report(&grant, "interim", "2026-12-15"));
    let untold = with(&submission(), &json!({"used": null, "costs": []}));
    assert_eq!(step(&applicant, &interim, &untold).json()["used"], json!(null), "not known yet");
}

#[rstest]
fn a_report_is_asked_for_by_the_developer_and_shows_to_its_beneficiary(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let own = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    let foreign = registry.sign_in("applicant", &[], Some(&council(&registry, "02")));
    let body = report(&grant, "interim", "2026-12-15");
    own.write("POST", REPORTS, &[], &body).problem(403, "forbidden");
    let path = developer.add(REPORTS, &body);
    own.write("PATCH", &path, &[ANY], &json!({"due_on": "2027-12-15"})).problem(403, "forbidden");
    assert_eq!((own.get(&path).status, own.items(REPORTS).len()), (200, 1));
    for session in [&foreign, &registry.public()] {
        session.get(&path).problem(404, "not_found");
        assert_eq!(session.items(REPORTS), Vec::<Value>::new());
    }
    step(&foreign, &path, &submission()).problem(404, "not_found");
    for (fields, place) in [
        (json!({"last_day": "2025-12-31"}), "/last_day"),
        (json!({"grant": "00000000-0000-4000-8000-000000000000"}), "/grant"),
        (json!({"due_on": "2026-02-30"}), "/due_on"),
    ] {
        let answer = developer.write("POST", REPORTS, &[], &with(&body, &fields));
        let pointer = answer.json()["errors"][0]["pointer"].clone();
        assert_eq!((answer.status, pointer), (400, json!(place)), "{fields}");
    }
    let other = granted(&developer);
    developer.write("PATCH", &path, &[ANY], &json!({"grant": named(&other)})).problem(409, "conflict");
}
