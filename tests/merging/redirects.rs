//! The addresses of what was merged.

use rstest::rstest;
use serde_json::json;

use super::{assert_leads_to, known, merged, pair};
use crate::support::sample::{Sample, organisation};
use crate::support::session::{
    ANY, LOCATIONS, POINTS, PROVIDERS, SERVICES, id, location_in, named, provider, service, with,
};
use crate::support::{Database, Registry};

#[rstest]
fn the_survivor_keeps_its_id_and_the_others_address_leads_to_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [survivor, other] = pair(sample, &developer);
    let before = registry.json(&survivor);
    let answer = developer.merge(&survivor, &other);
    assert_eq!(answer.status, 200, "{}", answer.text());
    // What it said it says, and it is called what both were called.
    let called = json!([{"source": "own", "source_id": "Yksi"}, {"source": "own", "source_id": "Toinen"}]);
    assert_eq!(answer.json(), with(&before, &json!({"external_ids": called, "version": 2})));
    let read = registry.get(&survivor);
    assert_eq!((&read.body, read.header("etag")), (&answer.body, answer.header("etag")));
    let listed = registry.items(sample.collection());
    assert!(listed.iter().any(|each| id(each) == named(&survivor)));
    assert!(listed.iter().all(|each| id(each) != named(&other)));
    for method in ["GET", "HEAD"] {
        for session in [&developer, &registry.public()] {
            assert_leads_to(&session.send(method, &other, &[], ""), &registry.url(&survivor));
            assert_leads_to(&session.send(method, &other, &[("If-None-Match", "*")], ""), &registry.url(&survivor));
        }
    }
    registry.get(&format!("{other}?colour=red")).problem(400, "invalid_request");
}

#[rstest]
fn a_redirect_keeps_the_query(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [survivor, other] = pair(Sample::Location, &developer);
    merged(&developer, &survivor, &other);
    for query in ["open_state_at=now", "open_state_at=2026-11-23T10:00:00%2B02:00"] {
        let answer = registry.get(&format!("{other}?{query}"));
        assert_leads_to(&answer, &registry.url(&format!("{survivor}?{query}")));
        assert_eq!(registry.get(&answer.header("location").unwrap()).status, 200);
    }
}

#[rstest]
fn however_often_it_was_merged_it_is_one_step_to_what_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let paths: Vec<String> = (0..5)
        .map(|number| {
            developer.add(sample.collection(), &known(&body, &format!("{number} {}", "x".repeat(number * 9))))
        })
        .collect();
    for two in paths.windows(2) {
        merged(&developer, &two[1], &two[0]);
    }
    let last = &paths[4];
    for path in &paths[..4] {
        assert_leads_to(&registry.get(path), &registry.url(last));
    }
    // Also when it has changed since; when it is gone, they lead nowhere.
    developer.patch(last, &json!({"names": {"en": "Last"}}));
    assert_leads_to(&registry.get(&paths[0]), &registry.url(last));
    developer.delete(last);
    for path in &paths {
        registry.get(path).problem(404, "not_found");
        developer.write("PATCH", path, &[ANY], &json!({})).problem(404, "not_found");
    }
}

#[rstest]
fn what_sources_called_the_other_leads_to_what_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = sample.of_anyone(&developer);
    let paths = ["Yksi", "Toinen"].map(|name| developer.add(sample.collection(), &known(&body, name)));
    let whole = merged(&developer, &paths[0], &paths[1]);
    for name in ["Yksi", "Toinen"] {
        assert_eq!(registry.json(&format!("{}/own/{name}", sample.by_source())), whole);
    }
    assert_eq!(registry.items(&format!("{}?source=own", sample.collection())).len(), 1);
    // A push by either name changes it, as long as it does not take the other one's away.
    let pushed = with(&known(&body, "Kolmas"), &json!({"external_ids": whole["external_ids"]}));
    let answer = developer.write("PUT", &format!("{}/own/Toinen", sample.by_source()), &[ANY], &pushed);
    assert_eq!((answer.status, id(&answer.json())), (200, named(&paths[0])), "{}", answer.text());
    assert_eq!(registry.json(&paths[0])["names"]["fi"], "Kolmas");
}

#[rstest]
fn the_points_of_merged_services_and_locations_lead_to_those_that_remain(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = developer.add(PROVIDERS, &provider("Antaja", &organisation, "01"));
    let [here, there, yonder] =
        ["Talo", "Kirjasto", "Tori"].map(|name| developer.add(LOCATIONS, &location_in(name, &organisation, "091")));
    let at = |name: &str, places: &[&str]| developer.add(SERVICES, &service(name, named(&giver), places));
    let one = at("Digituki", &[named(&here), named(&there)]);
    let other = at("Laiteapu", &[named(&there), named(&yonder)]);
    let both = with(
        &service("Etänä", named(&giver), &[]),
        &json!({
            "delivery_modes": ["home_visit"], "service_area": {"mode": "nationwide"}
        }),
    );
    let [afar, away] =
        ["Kotiin", "Käynti"].map(|name| developer.add(SERVICES, &with(&both, &json!({"names": {"fi": name}}))));
    let point = |service: &str, place: &str| format!("{POINTS}/{}.{}", named(service), named(place));
    let alone = |service: &str| format!("{POINTS}/{}", named(service));

    merged(&developer, &here, &yonder);
    assert_leads_to(&registry.get(&point(&other, &yonder)), &registry.url(&point(&other, &here)));
    merged(&developer, &one, &other);
    merged(&developer, &afar, &away);
    for (from, to) in [
        (point(&other, &here), point(&one, &here)),
        (point(&other, &there), point(&one, &there)),
        (point(&other, &yonder), point(&one, &here)),
        (alone(&away), alone(&afar)),
    ] {
        for method in ["GET", "HEAD"] {
            assert_leads_to(&developer.send(method, &from, &[], ""), &registry.url(&to));
        }
        assert_eq!(registry.get(&to).status, 200);
    }
    // Where it never was it is not.
    registry.get(&alone(&other)).problem(404, "not_found");
    registry.get(&point(&afar, &yonder)).problem(404, "not_found");
    let mut found: Vec<_> = registry.items(POINTS).iter().map(|point| format!("{POINTS}/{}", id(point))).collect();
    found.sort();
    let mut expected = vec![point(&one, &here), point(&one, &there), alone(&afar)];
    expected.sort();
    assert_eq!(found, expected);
}
