//! Every filter alone and combined, and pages while others write.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::registry::PATIENCE;
use crate::support::sample::organisation;
use crate::support::session::{ORGANISATIONS, PROVIDERS, Session, association, id, provider, with};
use crate::support::{Database, Registry};

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|each| each["names"]["fi"].as_str().unwrap()).collect()
}

/// Five providers of two organisations; gives the organisations.
fn fill(developer: &Session) -> [String; 2] {
    let [one, two] = ["Yksi ry", "Kaksi ry"]
        .map(|name| id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned());
    for (name, organisation, region, fields) in [
        ("Aamu", &one, "01", json!({"provider_type": "library", "languages": ["fi", "sv"]})),
        (
            "Ilta",
            &one,
            "02",
            json!({"external_ids": [{"source": "ptv", "source_id": "1"}, {"source": "own", "source_id": "1"}]}),
        ),
        (
            "Päivä",
            &two,
            "19",
            json!({"municipality": "091", "languages": ["smn"], "offer_status": "temporarily_closed"}),
        ),
        ("Yö", &two, "01", json!({"provider_type": "school", "valid_from": "2020-01-01", "valid_to": "2026-11-22"})),
        ("Åska", &two, "02", json!({"regions": [], "municipality": "005", "languages": [], "valid_to": "2026-11-21"})),
        ("Luonnos", &one, "01", json!({"offer_status": "draft"})),
    ] {
        developer.create(PROVIDERS, &with(&provider(name, organisation, region), &fields));
    }
    [one, two]
}

#[rstest]
fn providers_are_found_by_every_filter_and_by_all_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, two] = fill(&developer);
    let table: Vec<(String, &[&str])> = vec![
        (String::new(), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("as_of=2026-11-21".into(), &["Aamu", "Ilta", "Päivä", "Yö", "Åska"]),
        ("as_of=2026-11-23".into(), &["Aamu", "Ilta", "Päivä"]),
        ("as_of=2019-12-31".into(), &["Aamu", "Ilta", "Päivä", "Åska"]),
        (format!("organisation={one}"), &["Aamu", "Ilta"]),
        (format!("organisation={one}&organisation={two}"), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("provider_type=library".into(), &["Aamu"]),
        ("provider_type=library&provider_type=school".into(), &["Aamu", "Yö"]),
        ("municipality=091".into(), &["Päivä"]),
        ("municipality=091&municipality=049".into(), &["Päivä"]),
        // By the region in which it works, and by that of its seat.
        ("region=19".into(), &["Päivä"]),
        ("region=01".into(), &["Aamu", "Päivä", "Yö"]),
        ("region=01&region=02".into(), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("region=14&as_of=2019-01-01".into(), &["Åska"]),
        ("language=sv".into(), &["Aamu"]),
        ("language=sv&language=smn".into(), &["Aamu", "Päivä"]),
        ("offer_status=temporarily_closed".into(), &["Päivä"]),
        ("offer_status=draft".into(), &[]),
        ("offer_status=archived".into(), &[]),
        ("freshness=outdated".into(), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("freshness=current".into(), &[]),
        ("freshness=current&freshness=watch&freshness=verify".into(), &[]),
        ("source=ptv".into(), &["Ilta"]),
        ("source=ptv&source=own".into(), &["Ilta"]),
        ("source=other".into(), &[]),
        ("q=%C3%A4iv".into(), &["Päivä"]),
        ("q=A".into(), &["Aamu", "Ilta"]),
        ("q=%25".into(), &[]),
        ("q=_".into(), &[]),
        ("q=%5C".into(), &[]),
        (format!("region=01&organisation={two}"), &["Päivä", "Yö"]),
        (format!("region=01&organisation={two}&provider_type=school"), &["Yö"]),
        (format!("region=01&organisation={two}&provider_type=school&language=smn"), &[]),
        (
            format!(
                "as_of=2026-11-22&organisation={one}&provider_type=association&region=02&language=fi\
                 &offer_status=published&freshness=outdated&source=own&q=ilt"
            ),
            &["Ilta"],
        ),
    ];
    for (filters, expected) in &table {
        let items = registry.items(&format!("{PROVIDERS}?{filters}"));
        assert_eq!(names(&items), *expected, "{filters}");
        let counted = registry.get_with(&format!("{PROVIDERS}?{filters}&limit=1"), &[("Prefer", "return=total-count")]);
        assert_eq!(counted.json()["total"], expected.len(), "{filters}");
    }
    assert_eq!(names(&developer.items(&format!("{PROVIDERS}?offer_status=draft"))), ["Luonnos"]);
    assert_eq!(names(&developer.items(&format!("{PROVIDERS}?region=01&language=fi&q=luo"))), ["Luonnos"]);
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
        ("provider_type=cinema", "provider_type", "unknown_value"),
        ("language=xx", "language", "unknown_value"),
        ("offer_status=gone", "offer_status", "unknown_value"),
        ("freshness=rotten", "freshness", "unknown_value"),
        ("source=PTV", "source", "malformed_value"),
        ("q=", "q", "blank"),
        ("as_of=today", "as_of", "malformed_value"),
        ("colour=red", "colour", "unknown_parameter"),
    ] {
        let answer = registry.get(&format!("{PROVIDERS}?{filter}"));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{filter}");
        assert_eq!(answer.codes_of_faults(), [code], "{filter}");
    }
}

#[rstest]
fn freshness_follows_the_clock_without_a_write(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let place = database.loaded();
    let at = |clock: &str| {
        let registry = Registry::begin(place.url(), &["--public-url", "https://registry.example", "--clock", clock]);
        registry.wait_until_ready(PATIENCE);
        registry
    };
    let first = at("2026-01-15T12:00:00Z");
    let developer = first.developer();
    let organisation = organisation(&developer);
    let never = developer.add(PROVIDERS, &provider("Ei koskaan", &organisation, "01"));
    let path = developer.add(PROVIDERS, &provider("Nähty", &organisation, "01"));
    let verified = developer.send("POST", &format!("{path}/verify"), &[], "").json();
    drop(first);
    for (clock, expected) in [
        ("2026-07-15T11:59:00Z", "current"),
        ("2026-07-15T12:05:00Z", "watch"),
        ("2027-01-15T11:59:00Z", "watch"),
        ("2027-01-15T12:05:00Z", "verify"),
        ("2027-07-15T11:59:00Z", "verify"),
        ("2027-07-15T12:05:00Z", "outdated"),
    ] {
        let registry = at(clock);
        let now = registry.json(&path);
        assert_eq!(now, with(&verified, &json!({"freshness": expected})), "{clock}");
        assert_eq!(registry.json(&never)["freshness"], "outdated");
        for freshness in ["current", "watch", "verify", "outdated"] {
            let found = registry.items(&format!("{PROVIDERS}?freshness={freshness}"));
            let seen = found.iter().any(|each| path.ends_with(id(each)));
            assert_eq!(seen, freshness == expected, "{clock} {freshness}");
            assert!(found.iter().all(|each| each["freshness"] == freshness), "{clock} {freshness}");
            let others = registry.items(&format!("{PROVIDERS}?freshness={freshness}&freshness=outdated"));
            assert!(others.iter().any(|each| never.ends_with(id(each))), "{clock} {freshness}");
        }
    }
}

#[rstest]
fn a_walk_while_others_write_sees_every_lasting_row_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let add = |name: String| developer.add(PROVIDERS, &provider(&name, &organisation, "01"));
    let lasting: BTreeSet<String> = (0..20).map(|number| add(format!("N{number:02}"))).collect();
    let mut passing: Vec<String> = (0..20).map(|number| add(format!("N{number:02} x"))).collect();

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for step in 0.. {
        let page = registry.json(&format!("{PROVIDERS}?organisation={organisation}&limit=3{cursor}"));
        seen.extend(page["items"].as_array().unwrap().iter().map(|each| format!("{PROVIDERS}/{}", id(each))));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
        // Before the cursor and behind it, something comes and something goes.
        add(format!("A{step}"));
        add(format!("N19 {step}"));
        if let Some(path) = passing.pop() {
            developer.delete(&path);
            developer.delete(&passing.remove(0));
        }
        assert!(step < 60, "the walk never ends");
    }
    let distinct: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "a row came twice");
    assert!(distinct.is_superset(&lasting), "a row was passed over");
}

#[rstest]
fn a_seat_belongs_to_the_region_in_which_its_municipality_lies_on_the_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let seated = |municipality: &str, status: &str| {
        let seat = json!({"regions": [], "municipality": municipality, "offer_status": status});
        id(&developer.create(PROVIDERS, &with(&provider("Neuvonta", &organisation, "01"), &seat))).to_owned()
    };
    let count = |query: &str| registry.items(&format!("{PROVIDERS}?{query}")).len();
    // Kuhmoinen changed from Central Finland to Pirkanmaa with the year.
    seated("291", "published");
    for (query, expected) in [
        ("region=13&as_of=2020-12-31", 1),
        ("region=06&as_of=2020-12-31", 0),
        ("region=13&as_of=2021-01-01", 0),
        ("region=06&as_of=2021-01-01", 1),
        ("region=06", 1),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
    // A list and an object agree about who sees a draft; a seat in a municipality that has ended stays where it was.
    for (municipality, region, other) in [("291", "region:06", "region:13"), ("911", "region:12", "region:11")] {
        let draft = seated(municipality, "draft");
        for (area, seen) in [(region, true), (other, false)] {
            let coordinator = registry.sign_in("regional_coordinator", &[area], None);
            let listed = coordinator.items(PROVIDERS).iter().any(|each| id(each) == draft);
            let status = coordinator.get(&format!("{PROVIDERS}/{draft}")).status;
            assert_eq!((listed, status), (seen, if seen { 200 } else { 404 }), "{municipality} {area}");
        }
    }
}
