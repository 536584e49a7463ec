//! What a service must say before everyone may find it.

use rstest::rstest;
use serde_json::{Value, json};

use super::giver;
use crate::support::sample::organisation;
use crate::support::session::{ANY, LOCATIONS, SERVICES, hours, location_in, named, service, with};
use crate::support::{Answer, Database, Registry};

#[track_caller]
fn missing(answer: &Answer) -> Vec<String> {
    let problem = answer.problem(400, "invalid_request");
    let errors = problem["errors"].as_array().unwrap();
    assert!(errors.iter().all(|fault| fault["code"] == "needed_to_publish"), "{problem}");
    errors.iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
fn everything_that_is_missing_is_named_at_once_in_the_readers_language(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = giver(&developer, &organisation(&developer));
    let little = json!({"provider": giver, "names": {"fi": "Digituki"}, "support_form": "in_person"});
    let published = with(&little, &json!({"offer_status": "published"}));
    let path = developer.add(SERVICES, &with(&little, &json!({"offer_status": "draft"})));
    let pushed = format!("{SERVICES}/by-source/own/1");
    let expected =
        ["/access_modes", "/delivery_modes", "/fee", "/languages", "/short_descriptions", "/target_groups", "/topics"];
    let seq = registry.last_seq();
    let mut told = Vec::new();
    for (language, title, message) in [
        ("fi", "Pyynnössä on virheitä", "Julkaistavassa kohteessa tämä on pakollinen."),
        ("sv", "Begäran innehåller fel", "Detta är obligatoriskt i det som publiceras."),
        ("en", "The request has faults", "What is published needs it."),
    ] {
        let headers = [("Accept-Language", language), ANY];
        for answer in [
            developer.write("POST", SERVICES, &headers[..1], &published),
            developer.write("PUT", &path, &headers, &published),
            developer.write("PATCH", &path, &headers, &json!({"offer_status": "published"})),
            developer.write("PUT", &pushed, &headers[..1], &published),
        ] {
            assert_eq!(missing(&answer), expected);
            assert_eq!(answer.header("content-language").as_deref(), Some(language));
            let problem = answer.json();
            assert_eq!((&problem["title"], &problem["errors"][0]["message"]), (&json!(title), &json!(message)));
            told.push(problem["detail"].clone());
        }
    }
    told.dedup();
    assert_eq!(told.len(), 3, "each language says it in its own words: {told:?}");
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn what_is_offered_decides_what_is_needed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = giver(&developer, &organisation);
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let good = service("Digituki", &giver, &[named(&place)]);
    let note = json!({"fi": "5 euroa"});
    let channel = |channel: &str| {
        let (number, url) = if channel == "phone" {
            (json!("+358295000"), Value::Null)
        } else {
            (Value::Null, json!("https://yhdistys.example"))
        };
        json!({"channel": channel, "number": number, "url": url, "opening_hours": null})
    };
    let country = json!({"mode": "nationwide"});
    let from_afar =
        |modes: &[&str]| with(&good, &json!({"support_form": "remote", "delivery_modes": modes, "locations": []}));
    let table: Vec<(Value, &[&str])> = vec![
        (good.clone(), &[]),
        (with(&good, &json!({"fee": "paid"})), &["/fee_note"]),
        (with(&good, &json!({"fee": "free_with_conditions"})), &["/fee_note"]),
        (with(&good, &json!({"fee": "paid", "fee_note": note})), &[]),
        (with(&good, &json!({"access_modes": ["online_booking"]})), &["/booking_url"]),
        (with(&good, &json!({"locations": []})), &["/locations"]),
        (with(&good, &json!({"locations": [], "delivery_modes": ["home_visit"]})), &["/service_area"]),
        (with(&good, &json!({"delivery_modes": ["home_visit"], "service_area": country})), &[]),
        (
            with(
                &good,
                &json!({
                    "locations": [], "delivery_modes": ["home_visit"],
                    "service_area": {"mode": "radius", "radius_km": 5}
                }),
            ),
            &["/locations"],
        ),
        (from_afar(&["phone", "chat"]), &["/channels", "/service_area"]),
        (
            with(&from_afar(&["phone", "chat"]), &json!({"channels": [channel("phone")], "service_area": country})),
            &["/channels"],
        ),
        (
            with(
                &from_afar(&["phone", "chat", "video"]),
                &json!({
                    "channels": [channel("phone"), channel("chat"), channel("video")], "service_area": country
                }),
            ),
            &[],
        ),
        (with(&from_afar(&["remote_desktop"]), &json!({"service_area": country})), &[]),
        (from_afar(&["self_service_point"]), &["/locations"]),
    ];
    for (body, expected) in &table {
        let answer = developer.write("POST", SERVICES, &[], body);
        if expected.is_empty() {
            assert_eq!(answer.status, 201, "{body} {}", answer.text());
        } else {
            assert_eq!(missing(&answer), *expected, "{body}");
        }
        // A draft may leave it out.
        let draft = developer.write("POST", SERVICES, &[], &with(body, &json!({"offer_status": "draft"})));
        assert_eq!(draft.status, 201, "{body} {}", draft.text());
    }
}

#[rstest]
fn what_is_published_does_not_lose_what_it_needs(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = giver(&developer, &organisation);
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let path = developer.add(SERVICES, &service("Digituki", &giver, &[named(&place)]));
    for (patch, pointer) in [
        (json!({"topics": []}), "/topics"),
        (json!({"fee": null}), "/fee"),
        (json!({"locations": []}), "/locations"),
        (json!({"short_descriptions": null}), "/short_descriptions"),
    ] {
        assert_eq!(missing(&developer.write("PATCH", &path, &[ANY], &patch)), [pointer]);
    }
    developer.patch(&path, &json!({"offer_status": "archived", "topics": [], "fee": null}));
    assert_eq!(
        missing(&developer.write("PATCH", &path, &[ANY], &json!({"offer_status": "published"}))),
        ["/fee", "/topics"]
    );
}

#[rstest]
fn what_is_there_and_at_fault_is_not_called_missing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let good = service("Digituki", &giver(&developer, &organisation), &[named(&place)]);
    let monday = hours("Mo 9");
    for (fields, expected) in [
        (json!({"topics": ["weather"]}), "/topics/0"),
        (json!({"languages": ["xx", "yy"]}), "/languages/0"),
        (json!({"fee": "cheap"}), "/fee"),
        (json!({"locations": [{"location": 1}]}), "/locations/0/location"),
        (
            json!({"locations": [{"location": named(&place), "opening_hours": monday}]}),
            "/locations/0/opening_hours/osm",
        ),
        (json!({"service_area": {"mode": "areas", "areas": ["region"]}}), "/service_area/areas/0"),
    ] {
        let answer = developer.write("POST", SERVICES, &[], &with(&good, &fields));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], expected, "{problem}");
        let wrong = ["unknown_value", "malformed_value", "wrong_type"];
        assert!(answer.codes_of_faults().iter().all(|code| wrong.contains(&code.as_str())), "{problem}");
    }
}
