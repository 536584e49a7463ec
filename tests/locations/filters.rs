//! Every filter alone and combined.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{LOCATIONS, ORGANISATIONS, Session, association, id, location_in, with};
use crate::support::{Database, Registry};

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|each| each["names"]["fi"].as_str().unwrap()).collect()
}

/// Six locations of two organisations and of none; gives the organisations.
fn fill(developer: &Session) -> [String; 2] {
    let [one, two] = ["Yksi ry", "Kaksi ry"]
        .map(|name| id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned());
    let in_postcode = |postcode: &str, municipality: &str| json!({"postcode": postcode, "municipality": municipality});
    for (name, organisation, municipality, fields) in [
        ("Aamu", &one, "091", json!({"address": in_postcode("00100", "091")})),
        (
            "Ilta",
            &one,
            "853",
            json!({"address": in_postcode("20100", "853"), "external_ids": [
                {"source": "ptv", "source_id": "1"}, {"source": "own", "source_id": "1"}
            ]}),
        ),
        ("Päivä", &two, "091", json!({"address": in_postcode("00200", "091")})),
        ("Yö", &two, "291", json!({"valid_from": "2020-01-01", "valid_to": "2026-11-22"})),
        ("Åska", &two, "890", json!({"valid_to": "2026-11-21"})),
        ("Ässä", &one, "049", json!({"organisation": null})),
    ] {
        developer.create(LOCATIONS, &with(&location_in(name, organisation, municipality), &fields));
    }
    [one, two]
}

#[rstest]
fn locations_are_found_by_every_filter_and_by_all_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, two] = fill(&developer);
    let verified = id(&registry.items(&format!("{LOCATIONS}?q=aamu"))[0]).to_owned();
    assert_eq!(developer.send("POST", &format!("{LOCATIONS}/{verified}/verify"), &[], "").status, 200);
    let table: Vec<(String, &[&str])> = vec![
        (String::new(), &["Aamu", "Ilta", "Päivä", "Yö", "Ässä"]),
        ("as_of=2026-11-21".into(), &["Aamu", "Ilta", "Päivä", "Yö", "Åska", "Ässä"]),
        ("as_of=2026-11-23".into(), &["Aamu", "Ilta", "Päivä", "Ässä"]),
        ("as_of=2019-12-31".into(), &["Aamu", "Ilta", "Päivä", "Åska", "Ässä"]),
        (format!("organisation={one}"), &["Aamu", "Ilta"]),
        (format!("organisation={one}&organisation={two}"), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("municipality=091".into(), &["Aamu", "Päivä"]),
        ("municipality=091&municipality=853".into(), &["Aamu", "Ilta", "Päivä"]),
        ("region=01".into(), &["Aamu", "Päivä", "Ässä"]),
        ("region=01&region=02".into(), &["Aamu", "Ilta", "Päivä", "Ässä"]),
        // Kuhmoinen changed from Central Finland to Pirkanmaa with the year.
        ("region=06&as_of=2021-01-01".into(), &["Yö"]),
        ("region=06&as_of=2020-12-31".into(), &[]),
        ("region=13&as_of=2020-12-31".into(), &["Yö"]),
        ("postcode=00100".into(), &["Aamu"]),
        ("postcode=00100&postcode=20100".into(), &["Aamu", "Ilta"]),
        ("postcode=99999".into(), &[]),
        ("freshness=current".into(), &["Aamu"]),
        ("freshness=outdated".into(), &["Ilta", "Päivä", "Yö", "Ässä"]),
        ("freshness=current&freshness=outdated".into(), &["Aamu", "Ilta", "Päivä", "Yö", "Ässä"]),
        ("freshness=watch&freshness=verify".into(), &[]),
        ("source=ptv".into(), &["Ilta"]),
        ("source=ptv&source=own".into(), &["Ilta"]),
        ("source=other".into(), &[]),
        ("q=%C3%A4".into(), &["Päivä", "Ässä"]),
        ("q=%25".into(), &[]),
        ("q=_".into(), &[]),
        ("open_state_at=now&q=aamu".into(), &["Aamu"]),
        (format!("region=01&organisation={two}"), &["Päivä"]),
        (format!("municipality=091&organisation={two}&postcode=00100"), &[]),
        (
            format!(
                "as_of=2026-11-22&organisation={one}&municipality=853&region=02&postcode=20100&freshness=outdated\
                 &source=own&q=ilt"
            ),
            &["Ilta"],
        ),
    ];
    for (filters, expected) in &table {
        let items = registry.items(&format!("{LOCATIONS}?{filters}"));
        assert_eq!(names(&items), *expected, "{filters}");
        let counted = registry.get_with(&format!("{LOCATIONS}?{filters}&limit=1"), &[("Prefer", "return=total-count")]);
        assert_eq!(counted.json()["total"], expected.len(), "{filters}");
    }
}

#[rstest]
fn a_filter_for_what_the_registry_does_not_hold_is_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (filter, parameter, code) in [
        ("organisation=00000000-0000-4000-8000-000000000000", "organisation", "unknown_value"),
        ("municipality=999", "municipality", "unknown_value"),
        ("region=99", "region", "unknown_value"),
        ("postcode=1", "postcode", "malformed_value"),
        ("freshness=rotten", "freshness", "unknown_value"),
        ("source=PTV", "source", "malformed_value"),
        ("q=", "q", "blank"),
        ("as_of=today", "as_of", "malformed_value"),
        ("open_state_at=later", "open_state_at", "malformed_value"),
        ("offer_status=draft", "offer_status", "unknown_parameter"),
    ] {
        let answer = registry.get(&format!("{LOCATIONS}?{filter}"));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{filter}");
        assert_eq!(answer.codes_of_faults(), [code], "{filter}");
    }
}
