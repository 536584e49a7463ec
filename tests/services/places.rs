//! Locations that come into the registry together with a service.

use rstest::rstest;
use serde_json::{Value, json};

use super::giver;
use crate::support::sample::organisation;
use crate::support::session::{ANY, LOCATIONS, POINTS, SERVICES, Session, hours, id, location_in, service, with};
use crate::support::{Database, Registry};

/// A location, as it is written within a service.
fn new(name: &str, fields: &Value) -> Value {
    json!({"new_location": with(&with(&location_in(name, "", "091"), &json!({"organisation": null})), fields)})
}

/// A published service at some places.
fn at(developer: &Session, places: &[Value]) -> Value {
    let giver = giver(developer, &organisation(developer));
    with(&service("Digituki", &giver, &[]), &json!({"locations": places}))
}

fn places(service: &Value) -> Vec<&str> {
    service["locations"].as_array().unwrap().iter().map(|place| id(&place["location"])).collect()
}

fn called(source_id: &str) -> Value {
    json!({"external_ids": [{"source": "own", "source_id": source_id}]})
}

#[rstest]
fn a_service_and_its_new_locations_are_written_in_one_request(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let known = developer.create(LOCATIONS, &new("Kirjasto", &json!({}))["new_location"]);
    let monday = json!({"opening_hours": hours("Mo 10:00-12:00; PH off")});
    let body = at(&developer, &[new("Kerhotalo", &monday), json!({"location": id(&known)}), new("Tori", &json!({}))]);
    let seq = registry.last_seq();
    let created = developer.create(SERVICES, &body);
    assert_eq!(registry.last_seq(), seq + 3, "two locations and the service");
    let names: Vec<_> = places(&created).iter().map(|id| registry.json(&format!("{LOCATIONS}/{id}"))).collect();
    assert_eq!(
        names.iter().map(|each| each["names"]["fi"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Kerhotalo", "Kirjasto", "Tori"]
    );
    // What keeps the service keeps what came with it, and nothing else.
    let keeper = |each: &Value| each["organisation"]["names"]["fi"].clone();
    assert_eq!(names.iter().map(keeper).collect::<Vec<_>>(), ["Yhdistys ry".into(), Value::Null, "Yhdistys ry".into()]);
    assert_eq!(names[0]["opening_hours"]["osm"], "Mo 10:00-12:00; PH off");
    assert_eq!(created["locations"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["location", "opening_hours"]);
    for place in places(&created) {
        assert_eq!(registry.get(&format!("{POINTS}/{}.{place}", id(&created))).status, 200);
    }
}

#[rstest]
fn what_is_written_again_makes_no_second_location(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let plane = json!({"point": {"northing": 6_672_118.380, "easting": 385_611.317}});
    let body = at(&developer, &[new("Kerhotalo", &plane), new("Tori", &json!({"phone": "+358295000"}))]);
    let pushed = format!("{SERVICES}/by-source/own/1");
    let first = developer.write("PUT", &pushed, &[], &body);
    assert_eq!(first.status, 201, "{}", first.text());
    let path = format!("{SERVICES}/{}", id(&first.json()));
    let seq = registry.last_seq();
    let named = with(&body, &called("1"));
    for answer in [
        developer.write("PUT", &pushed, &[], &body),
        developer.write("PUT", &path, &[ANY], &named),
        developer.write("PATCH", &path, &[ANY], &json!({"locations": body["locations"]})),
    ] {
        assert_eq!((answer.status, answer.json()), (200, first.json()), "{}", answer.text());
    }
    assert_eq!(registry.last_seq(), seq, "what says nothing new is no change");
    assert_eq!(registry.items(LOCATIONS).len(), 2);

    // One that says something else and has no name of its own elsewhere is another one.
    let moved = with(&body, &json!({"locations": [new("Kerhotalo", &plane), new("Satama", &json!({}))]}));
    let changed = developer.write("PUT", &pushed, &[], &moved).json();
    assert_eq!(places(&changed)[0], places(&first.json())[0]);
    assert_ne!(places(&changed)[1], places(&first.json())[1]);
    assert_eq!(registry.items(LOCATIONS).len(), 3);
}

#[rstest]
fn a_location_that_its_own_source_knows_is_not_made_twice(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let place = developer.create(LOCATIONS, &new("Kirjasto", &called("k1"))["new_location"]);
    let path = format!("{LOCATIONS}/{}", id(&place));
    // Within the same service, and within another one.
    let twice = [new("Kirjasto", &called("k1")), new("Kirjasto", &called("k1"))];
    let one = developer.create(SERVICES, &at(&developer, &twice));
    assert_eq!(places(&one), [id(&place)]);
    let other = with(&called("k1"), &json!({"phone": "+358295000"}));
    let two = developer.create(SERVICES, &at(&developer, &[new("Kirjasto", &other)]));
    assert_eq!(places(&two), [id(&place)]);
    assert_eq!(registry.items(LOCATIONS).len(), 1);
    // What was said last holds, also where the first service is found.
    assert_eq!(registry.json(&path)["phone"], "+358295000");
    let point = registry.json(&format!("{POINTS}/{}.{}", id(&one), id(&place)));
    assert_eq!(point["location"]["phone"], "+358295000");
}

#[rstest]
fn a_fault_in_a_new_location_is_named_at_its_place_and_nothing_is_stored(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let wrong = json!({"address": {"municipality": "999", "postcode": "1"}, "phone": "1"});
    let body = at(&developer, &[new("Kerhotalo", &json!({})), new("Tori", &wrong)]);
    let whole = with(&body, &json!({"topics": [], "languages": ["xx"]}));
    let path = developer.add(SERVICES, &with(&at(&developer, &[]), &json!({"offer_status": "draft"})));
    let far = json!({"address": {"municipality": "999"}});
    let held = with(&body, &json!({"locations": [new("Kerhotalo", &json!({})), new("Tori", &far)], "topics": []}));
    let seq = registry.last_seq();
    for (body, expected) in [
        (
            &whole,
            &[
                "/languages/0 unknown_value",
                "/locations/1/new_location/address/postcode malformed_value",
                "/locations/1/new_location/phone malformed_value",
            ][..],
        ),
        (&held, &["/locations/1/new_location/address/municipality unknown_value", "/topics needed_to_publish"]),
    ] {
        for answer in [
            developer.write("POST", SERVICES, &[], body),
            developer.write("PUT", &path, &[ANY], body),
            developer.write("PUT", &format!("{SERVICES}/by-source/own/1"), &[], body),
        ] {
            let problem = answer.problem(400, "invalid_request");
            let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
            let errors = problem["errors"].as_array().unwrap().iter();
            let found: Vec<_> =
                errors.map(|fault| format!("{} {}", text(fault, "pointer"), text(fault, "code"))).collect();
            for fault in expected {
                assert!(found.iter().any(|known| known == fault), "{fault} is not among {found:#?}");
            }
        }
    }
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(registry.items(LOCATIONS), Vec::<Value>::new());
}

#[rstest]
fn a_conflict_leaves_no_new_location_behind(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let base = at(&developer, &[]);
    let taken = with(&base, &with(&called("s"), &json!({"locations": [new("Talo", &called("t"))]})));
    let known = places(&developer.create(SERVICES, &taken))[0].to_owned();
    let seq = registry.last_seq();
    let two_names = json!({"external_ids": [{"source": "own", "source_id": "n"}, {"source": "own", "source_id": "t"}]});
    let reserved = json!({"external_ids": [{"source": "demonstration", "source_id": "1"}]});
    let here = |fields: &Value| json!({"locations": [new("Tori", &json!({})), new("Talo", fields)]});
    for (body, status, code, pointer) in [
        (with(&with(&base, &here(&json!({}))), &called("s")), 409, "conflict", "/external_ids/0"),
        (with(&base, &here(&two_names)), 409, "conflict", "/locations/1/new_location/external_ids/1"),
        (with(&base, &here(&reserved)), 400, "invalid_request", "/locations/1/new_location/external_ids/0/source"),
        (
            with(
                &base,
                &json!({"locations": [with(&new("Tori", &json!({})), &json!({
                    "location": known
                }))]}),
            ),
            400,
            "invalid_request",
            "/locations/0/new_location",
        ),
    ] {
        let answer = developer.write("POST", SERVICES, &[], &body);
        let problem = answer.problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(registry.items(LOCATIONS).len(), 1);
}

#[rstest]
fn a_repeated_request_makes_its_locations_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = at(&developer, &[new("Kerhotalo", &json!({}))]);
    let key = ("Idempotency-Key", "1");
    let first = developer.write("POST", SERVICES, &[key], &body);
    assert_eq!(first.status, 201, "{}", first.text());
    let seq = registry.last_seq();
    assert_eq!(developer.write("POST", SERVICES, &[key], &body).body, first.body);
    assert_eq!((registry.last_seq(), registry.items(LOCATIONS).len()), (seq, 1));
}
