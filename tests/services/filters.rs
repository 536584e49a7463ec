//! Every filter alone and combined.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{
    LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, Session, association, id, location_in, named, provider, service,
    with,
};
use crate::support::{Database, Registry};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|each| each["names"]["fi"].as_str().unwrap()).collect()
}

/// Of each of two organisations: its id, its provider's and that of a location.
struct Owner {
    organisation: String,
    provider: String,
    place: String,
}

fn owner(developer: &Session, name: &str) -> Owner {
    let organisation = id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned();
    let giver = developer.add(PROVIDERS, &provider(name, &organisation, "01"));
    let place = developer.add(LOCATIONS, &location_in(name, &organisation, "091"));
    Owner { organisation, provider: named(&giver).to_owned(), place: named(&place).to_owned() }
}

fn fill(developer: &Session) -> [Owner; 2] {
    let owners = ["Yksi ry", "Kaksi ry"].map(|name| owner(developer, name));
    let [one, two] = &owners;
    let training = json!({"support_form": "training", "delivery_modes": ["course"]});
    for (name, provider, places, fields) in [
        ("Aamu", &one.provider, &[one.place.as_str()][..], json!({"languages": ["fi", "sv"]})),
        (
            "Ilta",
            &one.provider,
            &[&two.place],
            json!({
                "external_ids": [{"source": "ptv", "source_id": "1"}, {"source": "own", "source_id": "1"}]
            }),
        ),
        ("Päivä", &two.provider, &[&one.place, &two.place], training),
        (
            "Yö",
            &two.provider,
            &[&two.place],
            json!({
                "valid_from": "2020-01-01", "valid_to": "2026-11-22", "languages": ["smn"],
                "offer_status": "temporarily_closed"
            }),
        ),
        ("Åska", &two.provider, &[&two.place], json!({"valid_to": "2026-11-21"})),
        ("Luonnos", &one.provider, &[&one.place], json!({"offer_status": "draft"})),
    ] {
        developer.create(SERVICES, &with(&service(name, provider, places), &fields));
    }
    owners
}

#[rstest]
fn services_are_found_by_every_filter_and_by_all_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [one, two] = fill(&developer);
    let morning = id(&registry.items(&format!("{SERVICES}?q=aamu"))[0]).to_owned();
    assert_eq!(developer.send("POST", &format!("{SERVICES}/{morning}/verify"), &[], "").status, 200);
    let table: Vec<(String, &[&str])> = vec![
        (String::new(), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("as_of=2026-11-21".into(), &["Aamu", "Ilta", "Päivä", "Yö", "Åska"]),
        ("as_of=2026-11-23".into(), &["Aamu", "Ilta", "Päivä"]),
        ("as_of=2019-12-31".into(), &["Aamu", "Ilta", "Päivä", "Åska"]),
        (format!("provider={}", one.provider), &["Aamu", "Ilta"]),
        (format!("provider={}&provider={}", one.provider, two.provider), &["Aamu", "Ilta", "Päivä", "Yö"]),
        (format!("organisation={}", two.organisation), &["Päivä", "Yö"]),
        (
            format!("organisation={}&organisation={}", one.organisation, two.organisation),
            &["Aamu", "Ilta", "Päivä", "Yö"],
        ),
        (format!("location={}", one.place), &["Aamu", "Päivä"]),
        (format!("location={}&location={}", one.place, two.place), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("support_form=training".into(), &["Päivä"]),
        ("support_form=training&support_form=in_person".into(), &["Aamu", "Ilta", "Päivä", "Yö"]),
        ("support_form=remote".into(), &[]),
        ("language=sv".into(), &["Aamu"]),
        ("language=sv&language=smn".into(), &["Aamu", "Yö"]),
        ("offer_status=temporarily_closed".into(), &["Yö"]),
        ("offer_status=draft".into(), &[]),
        ("freshness=current".into(), &["Aamu"]),
        ("freshness=outdated".into(), &["Ilta", "Päivä", "Yö"]),
        ("freshness=watch&freshness=verify".into(), &[]),
        ("source=ptv".into(), &["Ilta"]),
        ("source=ptv&source=own".into(), &["Ilta"]),
        ("source=other".into(), &[]),
        ("q=%C3%A4iv".into(), &["Päivä"]),
        ("q=A".into(), &["Aamu", "Ilta"]),
        ("q=%25".into(), &[]),
        (format!("organisation={}&location={}", two.organisation, one.place), &["Päivä"]),
        (format!("provider={}&organisation={}", one.provider, two.organisation), &[]),
        (
            format!(
                "as_of=2026-11-22&provider={}&organisation={}&location={}&support_form=in_person&language=fi\
                 &offer_status=published&freshness=outdated&source=own&q=ilt",
                one.provider, one.organisation, two.place
            ),
            &["Ilta"],
        ),
    ];
    for (filters, expected) in &table {
        let items = registry.items(&format!("{SERVICES}?{filters}"));
        assert_eq!(names(&items), *expected, "{filters}");
        let counted = registry.get_with(&format!("{SERVICES}?{filters}&limit=1"), &[("Prefer", "return=total-count")]);
        assert_eq!(counted.json()["total"], expected.len(), "{filters}");
    }
    assert_eq!(names(&developer.items(&format!("{SERVICES}?offer_status=draft"))), ["Luonnos"]);
}

#[rstest]
fn a_filter_for_what_the_registry_does_not_hold_is_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (filter, parameter, code) in [
        (format!("provider={NOBODY}"), "provider", "unknown_value"),
        (format!("organisation={NOBODY}"), "organisation", "unknown_value"),
        (format!("location={NOBODY}"), "location", "unknown_value"),
        ("provider=1".into(), "provider", "malformed_value"),
        ("support_form=telepathic".into(), "support_form", "unknown_value"),
        ("language=xx".into(), "language", "unknown_value"),
        ("offer_status=gone".into(), "offer_status", "unknown_value"),
        ("freshness=rotten".into(), "freshness", "unknown_value"),
        ("source=PTV".into(), "source", "malformed_value"),
        ("q=".into(), "q", "blank"),
        ("as_of=today".into(), "as_of", "malformed_value"),
        ("topic=tax".into(), "topic", "unknown_parameter"),
    ] {
        let answer = registry.get(&format!("{SERVICES}?{filter}"));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{filter}");
        assert_eq!(answer.codes_of_faults(), [code], "{filter}");
    }
}
