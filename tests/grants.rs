//! Grants.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ANY, Session, with};
use crate::support::{Database, Registry};

const REGIONS: [&str; 14] = ["01", "02", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "17"];

#[rstest]
fn fourteen_councils_received_grants_in_2020_and_no_amount_is_invented(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let grants = registry.items("/v1/grants?programme=regional-coordination-2020");
    let mut regions: Vec<_> = grants.iter().map(|grant| grant["areas"][0]["code"].as_str().unwrap()).collect();
    regions.sort_unstable();
    assert_eq!(regions, REGIONS);
    for grant in &grants {
        assert_eq!(grant["amount"], json!(null));
        assert_eq!(grant["call"], "regional-coordination-2020");
        assert_eq!((&grant["usable_from"], &grant["usable_to"]), (&json!("2020-10-01"), &json!("2021-10-31")));
        assert_eq!(grant["beneficiary"]["organisation_type"], "regional_council");
        let council = registry.json(&format!("/v1/organisations/{}", grant["beneficiary"]["id"].as_str().unwrap()));
        assert_eq!(council["area"], grant["areas"][0]);
    }
    assert_eq!(registry.items("/v1/grants"), grants, "no other grants are known");
}

#[rstest]
fn grants_are_found_by_every_filter(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let beneficiary = registry.items("/v1/grants?region=13")[0]["beneficiary"]["id"].as_str().unwrap().to_owned();
    let table = [
        ("programme=county-pilots-2018".to_owned(), 0),
        ("call=regional-coordination-2020".to_owned(), 14),
        ("call=county-pilots-2018".to_owned(), 0),
        ("region=13&region=14&region=15".to_owned(), 2),
        (format!("beneficiary={beneficiary}"), 1),
        (format!("beneficiary={beneficiary}&region=14"), 0),
        ("grant_status=completed".to_owned(), 14),
        ("grant_status=active&grant_status=recovered".to_owned(), 0),
    ];
    for (filters, expected) in table {
        assert_eq!(registry.items(&format!("/v1/grants?{filters}")).len(), expected, "{filters}");
    }
}

#[rstest]
#[case("2021-10-31T12:00:00+02:00", "active")]
#[case("2021-11-01T00:00:00+02:00", "completed")]
fn a_grant_is_active_to_the_last_day_of_its_money(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] clock: &str,
    #[case] status: &str,
) {
    let registry = Registry::start_with(database, &["--clock", clock]);
    let grants = registry.items(&format!("/v1/grants?grant_status={status}"));
    assert_eq!(grants.len(), 14);
    assert!(grants.iter().all(|grant| grant["grant_status"] == status));
}

#[rstest]
fn a_grant_is_found_by_its_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for grant in registry.items("/v1/grants") {
        assert_eq!(registry.json(&format!("/v1/grants/{}", grant["id"].as_str().unwrap())), grant);
    }
    registry.get("/v1/grants/00000000-0000-0000-0000-000000000000").problem(404, "not_found");
}

#[rstest]
fn of_the_grants_of_2020_it_is_known_that_money_was_awarded_and_paid_and_not_how_much(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for grant in registry.items("/v1/grants?call=regional-coordination-2020") {
        let types: Vec<_> = grant["entries"].as_array().unwrap().iter().map(|entry| &entry["entry_type"]).collect();
        assert_eq!(types, ["award", "payment"]);
        assert!(grant["entries"].as_array().unwrap().iter().all(|entry| entry["amount"].is_null()));
        let unknown = json!({"budgeted": null, "awarded": null, "paid": null, "recovered": null, "unused": null});
        assert_eq!(grant["figures"], unknown);
        assert_eq!(grant["steps"], json!([{"event": "complete", "day": null, "remarks": null}]));
    }
}

#[rstest]
fn the_figures_follow_from_the_ledger_as_of_any_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = granted(&developer);
    for (entry_type, day, cents) in [
        ("payment", "2026-02-01", 4_000_050),
        ("increase", "2026-03-01", 1_000_000),
        ("payment", "2026-04-02", 6_999_950),
        ("recovery", "2026-05-02", 50),
        ("decrease", "2026-06-02", 50),
    ] {
        enter(&developer, &path, entry_type, day, cents);
    }
    let at = |day: &str| {
        let figures = registry.json(&format!("{path}?as_of={day}"))["figures"].clone();
        ["budgeted", "awarded", "paid", "recovered", "unused"].map(|name| figures[name]["cents"].as_i64())
    };
    let table = [
        ("2026-01-14", [Some(15_000_000), None, None, None, None]),
        ("2026-01-15", [Some(15_000_000), Some(10_000_000), Some(0), Some(0), Some(10_000_000)]),
        ("2026-02-01", [Some(15_000_000), Some(10_000_000), Some(4_000_050), Some(0), Some(5_999_950)]),
        ("2026-03-01", [Some(15_000_000), Some(11_000_000), Some(4_000_050), Some(0), Some(6_999_950)]),
        ("2026-04-02", [Some(15_000_000), Some(11_000_000), Some(11_000_000), Some(0), Some(0)]),
        ("2026-06-01", [Some(15_000_000), Some(11_000_000), Some(11_000_000), Some(50), Some(50)]),
        ("2026-06-02", [Some(15_000_000), Some(10_999_950), Some(11_000_000), Some(50), Some(0)]),
    ];
    for (day, expected) in table {
        assert_eq!(at(day), expected, "{day}");
    }
    let listed = registry.items("/v1/grants?call=regional-coordination-2020&region=01&as_of=2026-03-01");
    let found: Vec<_> = listed.iter().filter(|grant| path.ends_with(grant["id"].as_str().unwrap())).collect();
    assert_eq!(found[0]["figures"], registry.json(&format!("{path}?as_of=2026-03-01"))["figures"]);
    assert_eq!(found[0]["entries"].as_array().unwrap().len(), 3);
    let history = registry.items(&format!("{path}/history"));
    assert_eq!(history.len(), 7, "created, and an entry each");
}

#[rstest]
fn an_entry_that_does_not_fit_is_refused_and_leaves_no_trace(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = granted(&developer);
    let before = registry.json(&path);
    for (entry, status, pointer) in [
        (entry("payment", "2026-02-01", 10_000_001), 409, "/amount/cents"),
        (entry("recovery", "2026-02-01", 1), 409, "/amount/cents"),
        (entry("decrease", "2026-02-01", 10_000_001), 409, "/amount/cents"),
        (entry("award", "2026-02-01", 1), 409, "/entry_type"),
        (entry("payment", "2026-01-14", 1), 409, "/day"),
        (entry("payment", "2026-11-23", 1), 400, "/day"),
        (entry("payment", "2026-02-01", -1), 400, "/amount/cents"),
        (with(&entry("payment", "2026-02-01", 1), &json!({"replaces": 7})), 400, "/replaces"),
    ] {
        let answer = developer.write("POST", &format!("{path}/entries"), &[], &entry);
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (status, &json!(pointer)), "{entry}");
    }
    assert_eq!(registry.json(&path), before);
}

#[rstest]
fn facts_change_and_neither_the_ledger_nor_whose_it_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = granted(&developer);
    let entries = registry.json(&path)["entries"].clone();
    let changed = developer.patch(&path, &json!({"budgeted": null, "areas": ["region:02"]}));
    assert_eq!((&changed["figures"]["budgeted"], &changed["entries"]), (&json!(null), &entries));
    for (body, status, pointer) in [
        (json!({"beneficiary": council(&registry, "02")}), 409, "/beneficiary"),
        (json!({"call": "county-pilots-2018", "programme": "county-pilots-2018"}), 409, "/call"),
        (json!({"programme": "county-pilots-2018"}), 400, "/programme"),
        (json!({"usable_to": "2025-12-31"}), 400, "/usable_to"),
        (json!({"partners": ["00000000-0000-4000-8000-000000000000"]}), 400, "/partners/0"),
        (json!({"entries": []}), 400, "/entries"),
    ] {
        let answer = developer.write("PATCH", &path, &[ANY], &body);
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (status, &json!(pointer)), "{body}");
    }
    assert_eq!(registry.json(&path), changed);
}

#[rstest]
fn a_grant_is_found_as_it_stood_on_a_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = granted(&developer);
    let step = |event: &str, day: &str| {
        developer.write("POST", &format!("{path}/transitions"), &[], &json!({"event": event, "day": day}))
    };
    assert_eq!(step("suspend", "2026-03-01").json()["grant_status"], "suspended");
    let refused = developer.write("POST", &format!("{path}/entries"), &[], &entry("payment", "2026-03-02", 1));
    refused.problem(409, "conflict");
    assert_eq!(step("resume", "2026-04-01").json()["grant_status"], "active");
    step("complete", "2026-03-31").problem(400, "invalid_request");
    step("complete", "2026-12-01").problem(400, "invalid_request");
    assert_eq!(step("terminate", "2026-05-01").json()["grant_status"], "terminated");
    step("resume", "2026-05-02").problem(409, "conflict");
    let id = path.rsplit('/').next().unwrap();
    for (day, status) in [
        ("2026-01-20", "active"),
        ("2026-03-01", "suspended"),
        ("2026-03-31", "suspended"),
        ("2026-04-01", "active"),
        ("2026-11-22", "terminated"),
    ] {
        assert_eq!(registry.json(&format!("{path}?as_of={day}"))["grant_status"], status, "{day}");
        for listed in ["active", "suspended", "terminated", "completed"] {
            let found = registry.items(&format!("/v1/grants?grant_status={listed}&as_of={day}"));
            assert_eq!(found.iter().any(|grant| grant["id"] == id), listed == status, "{day} {listed}");
        }
    }
    assert_eq!(registry.items("/v1/grants?grant_status=active&as_of=2021-10-31").len(), 15);
}

#[rstest]
fn only_the_national_developer_keeps_grants(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let path = granted(&registry.developer());
    let own = council(&registry, "01");
    for (role, areas, organisation) in [
        ("applicant", &[][..], Some(own.as_str())),
        ("regional_coordinator", &["region:01"][..], None),
        ("ministry", &[], None),
        ("auditor", &[], None),
    ] {
        let session = registry.sign_in(role, areas, organisation);
        for (path, body) in [
            (format!("{path}/entries"), entry("payment", "2026-02-01", 1)),
            (format!("{path}/transitions"), json!({"event": "suspend"})),
            ("/v1/grants".to_owned(), facts(&registry)),
        ] {
            session.write("POST", &path, &[], &body).problem(403, "forbidden");
        }
        session.write("PATCH", &path, &[ANY], &json!({})).problem(403, "forbidden");
        assert_eq!(session.get(&path).status, 200);
    }
}

/// The regional council of a region.
pub(crate) fn council(registry: &Registry, region: &str) -> String {
    let found = registry.items(&format!("/v1/organisations?area=region:{region}&organisation_type=regional_council"));
    found[0]["id"].as_str().unwrap().to_owned()
}

fn facts(registry: &Registry) -> Value {
    json!({
        "programme": "regional-coordination-2020", "call": "regional-coordination-2020",
        "beneficiary": council(registry, "01"), "areas": ["region:01"], "usable_from": "2026-01-01",
        "usable_to": "2026-12-31", "budgeted": {"cents": 15_000_000, "currency": "EUR", "approximate": false}
    })
}

/// An entry of a ledger, as it is written.
pub(crate) fn entry(entry_type: &str, day: &str, cents: i64) -> Value {
    json!({
        "entry_type": entry_type, "day": day,
        "amount": {"cents": cents, "currency": "EUR", "approximate": false}
    })
}

fn enter(developer: &Session, path: &str, entry_type: &str, day: &str, cents: i64) {
    let answer = developer.write("POST", &format!("{path}/entries"), &[], &entry(entry_type, day, cents));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// A grant of 100,000.00 to the Regional Council of Uusimaa, awarded on 15 January 2026; its address.
pub(crate) fn granted(developer: &Session) -> String {
    let path = developer.add("/v1/grants", &facts(developer.registry));
    let award = developer.write("POST", &format!("{path}/entries"), &[], &entry("award", "2026-01-15", 10_000_000));
    assert_eq!(award.status, 200, "{}", award.text());
    path
}
