//! Creating, replacing, changing, deleting.

use rstest::rstest;
use serde_json::{Value, json};

use super::giver;
use crate::support::sample::organisation;
use crate::support::session::{
    ANY, LOCATIONS, PROVIDERS, SERVICES, Session, id, location_in, named, provider, service, with,
};
use crate::support::{Database, Registry};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What is open on one day of the week.
fn hours(day: &str) -> Value {
    json!({
        "weekly": [{
            "days": [day], "opens": "12:00", "closes": "15:00", "week_parity": null, "every_weeks": null,
            "weeks_of_month": [1, 3]
        }],
        "seasons": [], "exceptions": [], "public_holidays": "closed", "by_appointment": false
    })
}

/// A service of which everything is known, as it is written, at two new locations.
fn complete(developer: &Session) -> Value {
    let organisation = organisation(developer);
    let places = ["Yksi", "Kaksi"].map(|name| developer.add(LOCATIONS, &location_in(name, &organisation, "091")));
    json!({
        "provider": giver(developer, &organisation),
        "names": {"fi": "Digituki", "sv": "Digitalt stöd", "en": null},
        "short_descriptions": {"fi": "Apua.", "sv": "Hjälp.", "en": null},
        "descriptions": {"fi": "Apua.\nMyös iltaisin.", "sv": null, "en": "Help."},
        "support_form": "in_person",
        "delivery_modes": ["service_point", "home_visit"],
        "topics": ["email", "tax"],
        "target_groups": ["older_people", "families"],
        "special_support": ["hearing", "interpreter"],
        "languages": ["fi", "sv", "smn"],
        "fee": "paid",
        "fee_note": {"fi": "5 euroa", "sv": null, "en": "5 euros"},
        "access_modes": ["walk_in", "online_booking"],
        "booking_url": "https://yhdistys.example/ajanvaraus",
        "service_area": {"mode": "areas", "areas": ["region:01", "municipality:853"], "radius_km": null},
        "locations": [
            {"location": named(&places[0]), "opening_hours": hours("tuesday")},
            {"location": named(&places[1]), "opening_hours": null}
        ],
        "channels": [
            {"channel": "phone", "number": "+358295000", "url": null, "opening_hours": hours("monday")},
            {"channel": "chat", "number": null, "url": "https://yhdistys.example/chat", "opening_hours": null}
        ],
        "origin": "new",
        "offer_status": "temporarily_closed",
        "external_ids": [{"source": "ptv", "source_id": "a/b c"}, {"source": "ptv", "source_id": "2"}],
        "valid_from": "2019-01-01",
        "valid_to": "2100-12-31"
    })
}

fn without_osm(each: &mut Value) {
    if let Some(hours) = each["opening_hours"].as_object_mut() {
        hours.remove("osm").unwrap();
    }
}

/// What was written, as it is read: with the names of what it refers to.
fn as_written(read: &Value) -> Value {
    let mut written = read.clone();
    let fields = written.as_object_mut().unwrap();
    for name in ["id", "version", "verified_at", "freshness", "demonstration", "notices"] {
        assert!(fields.remove(name).is_some(), "{name} is absent: {read}");
    }
    written["provider"] = read["provider"]["id"].clone();
    for place in written["locations"].as_array_mut().unwrap() {
        place["location"] = place["location"]["id"].take();
        without_osm(place);
    }
    written["channels"].as_array_mut().unwrap().iter_mut().for_each(without_osm);
    if let Some(areas) = written["service_area"].as_object_mut() {
        for area in areas["areas"].as_array_mut().unwrap() {
            *area = json!(format!("{}:{}", area["kind"].as_str().unwrap(), area["code"].as_str().unwrap()));
        }
    }
    written
}

#[rstest]
fn what_is_created_is_read_back_whole_at_its_location(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let answer = developer.write("POST", SERVICES, &[], &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json();
    assert_eq!(as_written(&created), body);
    assert_eq!(created["provider"]["names"]["fi"], "Antaja");
    assert_eq!(created["provider"]["provider_type"], "association");
    assert_eq!(created["locations"][1]["location"]["names"]["fi"], "Kaksi");
    assert_eq!(created["service_area"]["areas"][1]["names"]["sv"], "Åbo");
    assert_eq!(created["channels"][0]["opening_hours"]["osm"], "Mo[1,3] 12:00-15:00; PH off");
    let derived = ["version", "verified_at", "freshness", "demonstration", "notices"].map(|name| created[name].clone());
    assert_eq!(derived, [json!(1), json!(null), json!("outdated"), json!(false), json!([])]);

    let address = answer.header("location").unwrap();
    assert_eq!(address, registry.url(&format!("{SERVICES}/{}", id(&created))));
    let read = registry.get(&address);
    assert_eq!((&read.body, read.header("etag")), (&answer.body, answer.header("etag")));
    assert_eq!(registry.get(&format!("{SERVICES}/by-source/ptv/2")).body, answer.body);
}

#[rstest]
fn the_least_that_is_written_leaves_the_rest_null_or_empty(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let provider = &body["provider"];
    let least =
        json!({"provider": provider, "names": {"sv": "Stöd"}, "support_form": "training", "offer_status": "draft"});
    let expected = json!({
        "provider": provider, "names": {"fi": null, "sv": "Stöd", "en": null}, "short_descriptions": null,
        "descriptions": null, "support_form": "training", "delivery_modes": [], "topics": [], "target_groups": [],
        "special_support": [], "languages": [], "fee": null, "fee_note": null, "access_modes": [],
        "booking_url": null, "service_area": null, "locations": [], "channels": [], "origin": null,
        "offer_status": "draft", "external_ids": [], "valid_from": null, "valid_to": null
    });
    assert_eq!(as_written(&developer.create(SERVICES, &least)), expected);

    // Replacing by as little takes everything else away.
    let path = developer.add(SERVICES, &body);
    let answer = developer.write("PUT", &path, &[ANY], &least);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(as_written(&answer.json()), expected);
    assert_eq!(developer.json(&path), answer.json());
    let place = body["locations"][0]["location"].as_str().unwrap();
    for filter in ["source=ptv", "language=smn", &format!("location={place}")] {
        assert_eq!(developer.items(&format!("{SERVICES}?{filter}")), Vec::<Value>::new(), "{filter}");
    }
}

#[rstest]
fn a_patch_changes_what_it_names_and_null_takes_away(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let path = developer.add(SERVICES, &body);
    let second = body["locations"][1].clone();
    let steps = [
        (json!({"origin": null, "valid_to": null}), json!({"origin": null, "valid_to": null})),
        (
            json!({"short_descriptions": {"sv": null, "en": "Help."}}),
            json!({"short_descriptions": {"fi": "Apua.", "sv": null, "en": "Help."}}),
        ),
        (json!({"locations": [second]}), json!({"locations": [second]})),
        (
            json!({"service_area": {"mode": "radius", "areas": null, "radius_km": 30}}),
            json!({"service_area": {"mode": "radius", "areas": [], "radius_km": 30}}),
        ),
        (json!({"fee": "free", "fee_note": null}), json!({"fee": "free", "fee_note": null})),
        (json!({"channels": null, "special_support": null}), json!({"channels": [], "special_support": []})),
        (
            json!({"offer_status": "draft", "topics": [], "locations": [], "service_area": null, "descriptions": null}),
            json!({"offer_status": "draft", "topics": [], "locations": [], "service_area": null, "descriptions": null}),
        ),
    ];
    let mut expected = body;
    for (number, (patch, change)) in steps.iter().enumerate() {
        expected = with(&expected, change);
        let changed = developer.patch(&path, patch);
        assert_eq!(as_written(&changed), expected, "{patch}");
        assert_eq!(changed["version"], number + 2, "{patch}");
        assert_eq!(developer.json(&path), changed, "{patch}");
    }
    // What says nothing new is no change.
    let before = registry.last_seq();
    for patch in [json!({}), json!({"locations": []}), json!({"origin": null}), json!({"fee": "free"})] {
        assert_eq!(developer.patch(&path, &patch)["version"], steps.len() + 1, "{patch}");
    }
    assert_eq!(registry.last_seq(), before);
}

#[rstest]
fn a_patch_that_makes_a_faulty_whole_is_refused_where_the_fault_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let path = developer.add(SERVICES, &body);
    let before = registry.get(&path).text();
    let place = &body["locations"][0]["location"];
    let phone = |fields: Value| json!({"channels": [with(&body["channels"][0], &fields)]});
    let table = [
        (json!({"provider": null}), "/provider", "missing_field"),
        (json!({"provider": NOBODY}), "/provider", "unknown_value"),
        (json!({"names": {"fi": " "}}), "/names/fi", "blank"),
        (json!({"short_descriptions": {"fi": "x".repeat(151)}}), "/short_descriptions/fi", "too_long"),
        (json!({"support_form": "telepathic"}), "/support_form", "unknown_value"),
        (json!({"delivery_modes": ["service_point", "chat"]}), "/delivery_modes/1", "unknown_value"),
        (json!({"delivery_modes": ["service_point", "service_point"]}), "/delivery_modes", "repeated_value"),
        (json!({"topics": ["email", "weather"]}), "/topics/1", "unknown_value"),
        (json!({"target_groups": ["everyone", "families"]}), "/target_groups", "unknown_value"),
        (json!({"languages": ["fi", "fi"]}), "/languages", "repeated_value"),
        (json!({"fee": "cheap"}), "/fee", "unknown_value"),
        (json!({"booking_url": "yhdistys.example"}), "/booking_url", "malformed_value"),
        (json!({"service_area": {"mode": "nationwide"}}), "/service_area/areas", "missing_field"),
        (json!({"service_area": {"radius_km": 10}}), "/service_area/radius_km", "missing_field"),
        (json!({"service_area": {"areas": ["region:01", "region:77"]}}), "/service_area/areas/1", "unknown_value"),
        (json!({"locations": [{"location": place}, {"location": place}]}), "/locations", "repeated_value"),
        (json!({"locations": [{"location": place}, {"location": NOBODY}]}), "/locations/1/location", "unknown_value"),
        (json!({"locations": [{}]}), "/locations/0/location", "missing_field"),
        (phone(json!({"number": null})), "/channels/0/number", "missing_field"),
        (
            phone(json!({"opening_hours": {"osm": "Xx", "by_appointment": false}})),
            "/channels/0/opening_hours/osm",
            "malformed_value",
        ),
        (
            json!({"external_ids": [{"source": "demonstration", "source_id": "1"}]}),
            "/external_ids/0/source",
            "reserved",
        ),
        (json!({"valid_to": "2018-12-31"}), "/valid_to", "ends_before_start"),
        (json!({"verified_at": "2026-11-22T12:00:00Z"}), "/verified_at", "unknown_field"),
        (json!({"notices": []}), "/notices", "unknown_field"),
    ];
    for (patch, pointer, code) in table {
        let answer = developer.write("PATCH", &path, &[ANY], &patch);
        let problem = answer.problem(400, "invalid_request");
        let errors = problem["errors"].as_array().unwrap();
        let found: Vec<_> = errors.iter().map(|fault| (&fault["pointer"], &fault["code"])).collect();
        assert_eq!(found, [(&json!(pointer), &json!(code))], "{patch}");
    }
    assert_eq!(registry.get(&path).text(), before);
}

#[rstest]
fn what_is_deleted_is_gone_and_leaves_what_it_referred_to(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let path = developer.add(SERVICES, &body);
    let point = format!("/v1/service-points/{}.{}", named(&path), body["locations"][0]["location"].as_str().unwrap());
    assert_eq!(registry.get(&point).status, 200);
    developer.delete(&path);
    for gone in [&path, &point] {
        developer.get(gone).problem(404, "not_found");
    }
    for method in ["PUT", "PATCH"] {
        developer.write(method, &path, &[ANY], &body).problem(404, "not_found");
    }
    assert_eq!(registry.items("/v1/service-points"), Vec::<Value>::new());
    assert_eq!(registry.items(LOCATIONS).len(), 2);
    developer.create(SERVICES, &body);
}

#[rstest]
fn a_provider_that_has_services_is_not_deleted_nor_hidden_while_they_are_published(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = giver(&developer, &organisation);
    let place = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let path = developer.add(SERVICES, &service("Digituki", &giver, &[named(&place)]));
    let of_provider = format!("{PROVIDERS}/{giver}");
    let hidden = with(&provider("Antaja", &organisation, "01"), &json!({"offer_status": "archived"}));
    let seq = registry.last_seq();
    for answer in [
        developer.send("DELETE", &of_provider, &[ANY], ""),
        developer.write("PUT", &of_provider, &[ANY], &hidden),
        developer.write("PATCH", &of_provider, &[ANY], &json!({"offer_status": "draft"})),
        developer.write("PATCH", &of_provider, &[ANY], &json!({"offer_status": "withdrawn"})),
    ] {
        answer.problem(409, "in_use");
    }
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(developer.patch(&of_provider, &json!({"offer_status": "temporarily_closed"}))["version"], 2);
    developer.patch(&path, &json!({"offer_status": "archived"}));
    developer.patch(&of_provider, &json!({"offer_status": "archived"}));
    developer.send("DELETE", &of_provider, &[ANY], "").problem(409, "in_use");

    // What is not published gives nothing that is.
    let answer = developer.write("PATCH", &path, &[ANY], &json!({"offer_status": "published"}));
    let problem = answer.problem(400, "invalid_request");
    assert_eq!(
        (&problem["errors"][0]["pointer"], answer.codes_of_faults()),
        (&json!("/provider"), vec!["needed_to_publish".to_owned()])
    );
    developer.delete(&path);
    developer.delete(&of_provider);
}

#[rstest]
fn names_follow_when_what_it_refers_to_is_renamed_and_versions_do_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&developer);
    let path = developer.add(SERVICES, &body);
    let before = registry.get(&path);
    let place = body["locations"][0]["location"].as_str().unwrap();
    developer.patch(&format!("{LOCATIONS}/{place}"), &json!({"names": {"fi": "Uusi talo"}}));
    let giver = body["provider"].as_str().unwrap();
    developer.patch(&format!("{PROVIDERS}/{giver}"), &json!({"names": {"fi": "Uusi antaja"}}));
    let after = registry.get(&path);
    assert_eq!(after.json()["locations"][0]["location"]["names"]["fi"], "Uusi talo");
    assert_eq!(after.json()["provider"]["names"]["fi"], "Uusi antaja");
    assert_eq!(after.json()["version"], before.json()["version"]);
    // What a reader has is stale, what a writer has seen is not.
    let seen = before.header("etag").unwrap();
    assert_eq!(registry.get_with(&path, &[("If-None-Match", &seen)]).status, 200);
    assert_eq!(developer.write("PATCH", &path, &[("If-Match", &seen)], &json!({"origin": null})).status, 200);
}
