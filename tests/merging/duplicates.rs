//! Likely duplicates: named when they are written, and listed until they are no more.

use rstest::rstest;
use serde_json::{Value, json};

use super::merged;
use crate::support::sample::{Sample, organisation};
use crate::support::session::{
    DUPLICATES, LOCATIONS, PROVIDERS, SERVICES, Session, id, location_in, named, provider, service, with,
};
use crate::support::{Database, Registry};

/// Two objects that are likely to be one, and why; gives their addresses, the older one first.
fn twins(sample: Sample, developer: &Session) -> ([String; 2], [&'static str; 2]) {
    let body = sample.of_anyone(developer);
    let (body, reason) = match sample {
        Sample::Provider => (body, "same_business_id"),
        Sample::Location => (with(&body, &json!({"point": {"lat": 60.1699, "lon": 24.9384}})), "near_place"),
        Sample::Service => (body, "near_place"),
    };
    let paths = ["Kallion neuvonta", "Neuvonta, Kalllion"].map(|name| {
        let near = json!({"names": {"fi": name, "sv": null, "en": null}});
        developer.add(sample.collection(), &with(&body, &near))
    });
    (paths, ["near_name", reason])
}

fn notice(other: &str) -> Value {
    json!([{"code": "likely_duplicate", "pointer": null, "other": named(other)}])
}

#[rstest]
fn two_that_are_likely_one_are_named_on_write_and_listed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let ([one, other], reasons) = twins(sample, &developer);
    let listed = registry.items(DUPLICATES);
    let object = |path: &str| json!({"id": named(path), "names": registry.json(path)["names"]});
    assert_eq!(listed, [json!({"noun": sample.noun(), "reasons": reasons, "objects": [object(&one), object(&other)]})]);
    assert_eq!(registry.items(&format!("{DUPLICATES}?noun={}", sample.noun())), listed);
    let others: Vec<&str> =
        ["provider", "location", "service"].into_iter().filter(|noun| *noun != sample.noun()).collect();
    for noun in others {
        assert_eq!(registry.items(&format!("{DUPLICATES}?noun={noun}")), Vec::<Value>::new());
    }
    assert_eq!(registry.json(&one)["notices"], notice(&other));
    assert_eq!(registry.json(&other)["notices"], notice(&one));
    let written = developer.patch(&other, &json!({"names": {"en": "Once more"}}));
    assert_eq!(written["notices"], notice(&one));
    // Nothing of it is refused or counts as a change of the other one.
    assert_eq!((&written["version"], &registry.json(&one)["version"]), (&json!(2), &json!(1)));
}

#[rstest]
fn duplicates_are_gone_when_they_are_one_or_alike_no_more(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Location, Sample::Service)] sample: Sample,
    #[values("merge", "rename", "delete")] how: &str,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let ([one, other], _) = twins(sample, &developer);
    match how {
        "merge" => drop(merged(&developer, &one, &other)),
        "rename" => drop(developer.patch(&other, &json!({"names": {"fi": "Töölön kurssi"}}))),
        _ => developer.delete(&other),
    }
    assert_eq!(registry.items(DUPLICATES), Vec::<Value>::new());
    assert_eq!(registry.json(&one)["notices"], json!([]));
    if how == "rename" {
        assert_eq!(registry.json(&other)["notices"], json!([]));
        // They may become alike again, by a change of either.
        developer.patch(&one, &json!({"names": {"fi": "Töölön kurssi"}}));
        assert_eq!(registry.items(DUPLICATES).len(), 1);
    }
}

#[rstest]
fn locations_are_near_only_where_both_have_a_point(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = location_in("Kirjasto", &organisation(&developer), "091");
    let point = |lat: f64| json!({"point": {"lat": lat, "lon": 24.9384}});
    let one = developer.add(LOCATIONS, &with(&body, &point(60.1699)));
    let nowhere = developer.add(LOCATIONS, &body);
    let also = developer.add(LOCATIONS, &body);
    assert_eq!(registry.items(DUPLICATES), Vec::<Value>::new());
    // 100 metres and 200 metres away.
    for (lat, near) in [(60.1708, true), (60.1717, false)] {
        developer.patch(&nowhere, &point(lat));
        assert_eq!(registry.items(DUPLICATES).len(), usize::from(near), "{lat}");
        assert_eq!(registry.json(&one)["notices"], if near { notice(&nowhere) } else { json!([]) });
    }
    developer.patch(&nowhere, &json!({"point": null}));
    assert_eq!(registry.items(DUPLICATES), Vec::<Value>::new());
    assert_eq!(registry.json(&also)["notices"], json!([]));
    // By what it is called in another language, a place is not like it.
    let swedish = with(&with(&body, &point(60.1699)), &json!({"names": {"fi": null, "sv": "Kirjasto", "en": null}}));
    assert_eq!(developer.create(LOCATIONS, &swedish)["notices"], json!([]));
}

#[rstest]
fn services_are_alike_at_one_location_or_of_one_provider_without_any(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let [giver, another] =
        ["Antaja", "Kerho"].map(|name| developer.add(PROVIDERS, &provider(name, &organisation, "01")));
    let [here, there] =
        ["Talo", "Kirjasto"].map(|name| developer.add(LOCATIONS, &location_in(name, &organisation, "091")));
    let at = |giver: &str, places: &[&str]| {
        let places: Vec<&str> = places.iter().map(|place| named(place)).collect();
        service("Digituki", named(giver), &places)
    };
    let away = |giver: &str| {
        with(&at(giver, &[]), &json!({"delivery_modes": ["home_visit"], "service_area": {"mode": "nationwide"}}))
    };
    let training = |body: &Value| with(body, &json!({"support_form": "training", "delivery_modes": ["course"]}));
    let one = developer.add(SERVICES, &at(&giver, &[&here]));
    let afar = developer.add(SERVICES, &away(&giver));
    for (body, like) in [
        (at(&another, &[&here, &there]), Some(&one)),
        (at(&giver, &[&there]), None),
        (training(&at(&giver, &[&here])), None),
        (away(&giver), Some(&afar)),
        (away(&another), None),
    ] {
        let created = developer.create(SERVICES, &body);
        assert_eq!(created["notices"], like.map_or(json!([]), |like| notice(like)), "{body}");
        developer.delete(&format!("{SERVICES}/{}", id(&created)));
    }
}

#[rstest]
fn who_sees_only_one_of_two_is_told_of_none(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Sample::Provider, Sample::Service)] sample: Sample,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let own = organisation(&developer);
    let body = sample.body(&developer, &own);
    let shown = developer.add(sample.collection(), &body);
    let draft = developer.create(sample.collection(), &with(&body, &json!({"offer_status": "draft"})));
    let editor = registry.sign_in("provider_editor", &[], Some(&own));
    let stranger = registry.sign_in("provider_editor", &[], Some(&organisation(&developer)));
    // Of the draft all is told to those whose it is: of what everyone sees, nothing is told of it.
    assert_eq!(draft["notices"], notice(&shown));
    for (session, count) in [(&developer, 1), (&editor, 1), (&stranger, 0), (&registry.public(), 0)] {
        let answer = session.send("GET", DUPLICATES, &[("Prefer", "return=total-count")], "").json();
        assert_eq!((answer["items"].as_array().unwrap().len(), &answer["total"]), (count, &json!(count)));
        assert_eq!(session.json(&shown)["notices"], json!([]));
    }
    developer.patch(&format!("{}/{}", sample.collection(), id(&draft)), &json!({"offer_status": "published"}));
    assert_eq!(registry.items(DUPLICATES).len(), 1);
    assert_eq!(registry.json(&shown)["notices"][0]["other"], draft["id"]);
}

#[rstest]
fn duplicates_come_in_pages(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = provider("Neuvonta", &organisation(&developer), "01");
    for _ in 0..4 {
        developer.add(PROVIDERS, &body);
    }
    twins(Sample::Location, &developer);
    let whole = registry.items(DUPLICATES);
    assert_eq!(whole.len(), 7, "each of four with each, and two");
    for limit in 1..=7 {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = registry.json(&format!("{DUPLICATES}?limit={limit}{cursor}"));
            walked.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(walked, whole, "{limit}");
    }
}
