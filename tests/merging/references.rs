//! What referred to the other refers to what remains.

use rstest::rstest;
use serde_json::{Value, json};

use super::merged;
use crate::support::sample::organisation;
use crate::support::session::{
    ANY, LOCATIONS, POINTS, PROVIDERS, SERVICES, hours, id, location_in, named, provider, service, with,
};
use crate::support::{Database, Registry};

fn places(service: &Value) -> Vec<(&str, Option<&str>)> {
    let places = service["locations"].as_array().unwrap().iter();
    places.map(|place| (id(&place["location"]), place["opening_hours"]["osm"].as_str())).collect()
}

#[rstest]
fn the_services_of_a_provider_are_those_of_the_one_that_remains(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let [one, other] = ["Yksi", "Toinen"].map(|name| developer.add(PROVIDERS, &provider(name, &organisation, "01")));
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let of_other = service("Digituki", named(&other), &[named(&place)]);
    let [published, draft] = ["published", "draft"]
        .map(|status| developer.add(SERVICES, &with(&of_other, &json!({"offer_status": status}))));
    let seq = registry.last_seq();
    merged(&developer, &one, &other);
    // Each of the services, the other one, and not the one that remains: it says what it said.
    assert_eq!(registry.last_seq(), seq + 3);
    for path in [&published, &draft] {
        let moved = developer.json(path);
        assert_eq!((&moved["provider"]["id"], &moved["version"]), (&json!(named(&one)), &json!(2)));
        assert_eq!(moved["provider"]["names"]["fi"], "Yksi");
    }
    let listed = registry.items(&format!("{SERVICES}?provider={}", named(&one)));
    assert_eq!(listed.iter().map(id).collect::<Vec<_>>(), [named(&published)]);
    registry.get(&format!("{SERVICES}?provider={}", named(&other))).problem(400, "invalid_request");
    let points = registry.items(&format!("{POINTS}?provider={}", named(&one)));
    assert_eq!(points[0]["provider"]["names"]["fi"], "Yksi");
    // What remains is in use now.
    developer.send("DELETE", &one, &[ANY], "").problem(409, "in_use");
}

#[rstest]
fn published_services_do_not_come_to_a_provider_that_is_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let hidden = with(&provider("Yksi", &organisation, "01"), &json!({"offer_status": "draft"}));
    let hidden = developer.add(PROVIDERS, &hidden);
    let other = developer.add(PROVIDERS, &provider("Toinen", &organisation, "01"));
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let path = developer.add(SERVICES, &service("Digituki", named(&other), &[named(&place)]));
    let seq = registry.last_seq();
    developer.merge(&hidden, &other).problem(409, "in_use");
    assert_eq!(registry.last_seq(), seq);
    developer.patch(&path, &json!({"offer_status": "draft"}));
    merged(&developer, &hidden, &other);
    assert_eq!(developer.json(&path)["provider"]["id"], named(&hidden));
}

#[rstest]
fn a_service_at_a_location_is_at_the_one_that_remains_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = developer.add(PROVIDERS, &provider("Antaja", &organisation, "01"));
    let [here, other, apart] =
        ["Talo", "Kirjasto", "Tori"].map(|name| developer.add(LOCATIONS, &location_in(name, &organisation, "091")));
    let place = |path: &str, osm: Option<&str>| json!({"location": named(path), "opening_hours": osm.map(hours)});
    let at = |name: &str, places: &[Value]| {
        developer.add(SERVICES, &with(&service(name, named(&giver), &[]), &json!({"locations": places})))
    };
    let (monday, tuesday) = ("Mo 09:00-16:00; PH off", "Tu 09:00-16:00; PH off");
    let at_other = at("Digituki", &[place(&apart, None), place(&other, Some(monday))]);
    let at_both = at("Laiteapu", &[place(&other, Some(monday)), place(&here, Some(tuesday))]);
    let at_apart = at("Kurssi", &[place(&apart, None)]);
    merged(&developer, &here, &other);
    let read = |path: &str| registry.json(path);
    assert_eq!(places(&read(&at_other)), [(named(&apart), None), (named(&here), Some(monday))]);
    assert_eq!(places(&read(&at_both)), [(named(&here), Some(tuesday))], "its own hours there hold");
    assert_eq!([&at_other, &at_both, &at_apart].map(|path| read(path)["version"].clone()), [2, 2, 1].map(Value::from));
    let listed = registry.items(&format!("{SERVICES}?location={}", named(&here)));
    assert_eq!(listed.len(), 2);
    let hours_of = |service: &str| {
        let point = read(&format!("{POINTS}/{}.{}", named(service), named(&here)));
        (point["opening_hours"]["osm"].clone(), point["location"]["names"]["fi"].clone())
    };
    assert_eq!(hours_of(&at_other), (json!(monday), json!("Talo")));
    assert_eq!(hours_of(&at_both), (json!(tuesday), json!("Talo")));
    developer.send("DELETE", &here, &[ANY], "").problem(409, "in_use");
}

#[rstest]
fn a_service_that_remains_is_also_where_the_other_was(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = developer.add(PROVIDERS, &provider("Antaja", &organisation, "01"));
    let [here, there] =
        ["Talo", "Kirjasto"].map(|name| developer.add(LOCATIONS, &location_in(name, &organisation, "091")));
    let one = developer.add(SERVICES, &service("Digituki", named(&giver), &[named(&here)]));
    let monday = "Mo 09:00-16:00; PH off";
    let other = with(
        &service("Laiteapu", named(&giver), &[]),
        &json!({"locations": [
            {"location": named(&here), "opening_hours": hours(monday)},
            {"location": named(&there), "opening_hours": hours(monday)}
        ]}),
    );
    let other = developer.add(SERVICES, &other);
    let whole = merged(&developer, &one, &other);
    assert_eq!(places(&whole), [(named(&here), None), (named(&there), Some(monday))]);
    assert_eq!((&whole["names"]["fi"], &whole["version"]), (&json!("Digituki"), &json!(2)));
    assert_eq!(registry.items(POINTS).len(), 2);
}

#[rstest]
fn services_of_others_follow_a_location_that_is_merged(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let [own, foreign] = [(), ()].map(|()| organisation(&developer));
    let [one, other] = ["Talo", "Kirjasto"].map(|name| developer.add(LOCATIONS, &location_in(name, &own, "091")));
    let giver = developer.add(PROVIDERS, &provider("Antaja", &foreign, "02"));
    let draft = with(&service("Digituki", named(&giver), &[named(&other)]), &json!({"offer_status": "draft"}));
    let path = developer.add(SERVICES, &draft);
    let editor = registry.sign_in("provider_editor", &[], Some(&own));
    let answer = editor.merge(&one, &other);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(places(&developer.json(&path)), [(named(&one), None)]);
    editor.get(&path).problem(404, "not_found");
}
