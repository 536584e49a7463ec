//! Creating, replacing, changing, deleting.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::organisation;
use crate::support::session::{
    ANY, LOCATIONS, PROVIDERS, SERVICES, Session, association, id, location_in, named, provider, service, with,
};
use crate::support::{Answer, Database, Registry};

/// A location of which everything is known, as it is written.
fn complete(organisation: &str) -> Value {
    let weekly = json!([{
        "days": ["monday", "tuesday"], "opens": "09:00", "closes": "16:30", "week_parity": "even_weeks",
        "every_weeks": null, "weeks_of_month": []
    }]);
    json!({
        "organisation": organisation,
        "names": {"fi": "Kirjasto", "sv": "Bibliotek", "en": null},
        "address": {
            "street": {"fi": "Esimerkkikatu 1", "sv": "Exempelgatan 1", "en": null}, "postcode": "00100",
            "post_office": {"fi": "Helsinki", "sv": "Helsingfors", "en": null}, "municipality": "091"
        },
        "point": {"lat": 60.1699, "lon": 24.9384},
        "accessibility": {
            "step_free_entrance": true, "automatic_door": false, "lift": null, "accessible_toilet": true,
            "accessible_parking": null, "induction_loop": false, "guidance": null, "quiet_space": true
        },
        "opening_hours": {
            "weekly": weekly,
            "seasons": [{
                "names": {"fi": "Kesä", "sv": "Sommar", "en": null}, "begins": "06-01", "ends": "08-31", "weekly": []
            }],
            "exceptions": [{
                "first_day": "2026-12-28", "last_day": "2026-12-30", "hours": [{"opens": "10:00", "closes": "12:00"}],
                "reason": {"fi": "Inventaario", "sv": null, "en": null}
            }],
            "public_holidays": "as_sunday", "by_appointment": true
        },
        "directions": {"fi": "Torin puolelta.\nSoita kelloa.", "sv": null, "en": "By the square."},
        "phone": "+358295000",
        "external_ids": [{"source": "ptv", "source_id": "a/b c"}, {"source": "own", "source_id": "2"}],
        "valid_from": "2019-01-01",
        "valid_to": "2100-12-31"
    })
}

/// What was written, as it is read: with the names of what it refers to.
fn as_written(read: &Value) -> Value {
    let mut written = read.clone();
    let fields = written.as_object_mut().unwrap();
    for name in ["id", "version", "verified_at", "freshness", "open_state", "demonstration", "notices"] {
        assert!(fields.remove(name).is_some(), "{name} is absent: {read}");
    }
    written["organisation"] = read["organisation"]["id"].clone();
    written["address"]["municipality"] = read["address"]["municipality"]["code"].clone();
    if let Some(hours) = written["opening_hours"].as_object_mut() {
        hours.remove("osm").unwrap();
    }
    written
}

#[rstest]
fn what_is_created_is_read_back_whole_at_its_location(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let answer = developer.write("POST", LOCATIONS, &[], &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json();
    assert_eq!(as_written(&created), body);
    assert_eq!(created["organisation"]["names"]["fi"], "Yhdistys ry");
    assert_eq!(created["address"]["municipality"]["names"]["sv"], "Helsingfors");
    let derived = ["version", "verified_at", "freshness", "open_state", "demonstration", "notices"];
    let derived = derived.map(|name| created[name].clone());
    assert_eq!(derived, [json!(1), json!(null), json!("outdated"), json!(null), json!(false), json!([])]);

    let address = answer.header("location").unwrap();
    assert_eq!(address, registry.url(&format!("{LOCATIONS}/{}", id(&created))));
    let read = registry.get(&address);
    assert_eq!((&read.body, read.header("etag")), (&answer.body, answer.header("etag")));
    let pushed = registry.get(&format!("{LOCATIONS}/by-source/ptv/a%2Fb%20c"));
    assert_eq!(pushed.body, answer.body);
}

#[rstest]
fn the_least_that_is_written_leaves_the_rest_null_or_empty(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let least = json!({"names": {"sv": "Stödet"}, "address": {"municipality": "091"}});
    let empty = location_in("", "", "091");
    let expected = with(&empty, &json!({"organisation": null, "names": {"fi": null, "sv": "Stödet", "en": null}}));
    assert_eq!(as_written(&developer.create(LOCATIONS, &least)), expected);

    // Replacing by as little takes everything else away.
    let path = developer.add(LOCATIONS, &complete(&organisation(&developer)));
    let answer = developer.write("PUT", &path, &[ANY], &least);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(as_written(&answer.json()), expected);
    assert_eq!(registry.json(&path), answer.json());
    for filter in ["source=ptv", "postcode=00100"] {
        assert_eq!(registry.items(&format!("{LOCATIONS}?{filter}")), Vec::<Value>::new(), "{filter}");
    }
}

#[rstest]
fn a_patch_changes_what_it_names_and_null_takes_away(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let path = developer.add(LOCATIONS, &body);
    let hours = with(&body["opening_hours"], &json!({"seasons": [], "public_holidays": "closed"}));
    let steps = [
        (json!({"phone": null, "valid_to": null}), json!({"phone": null, "valid_to": null})),
        (
            json!({"address": {"postcode": null, "street": {"sv": null}}}),
            json!({"address": with(&body["address"], &json!({
                "postcode": null, "street": {"fi": "Esimerkkikatu 1", "sv": null, "en": null}
            }))}),
        ),
        (
            json!({"accessibility": {"lift": true, "quiet_space": null}}),
            json!({"accessibility": with(&body["accessibility"], &json!({"lift": true, "quiet_space": null}))}),
        ),
        (json!({"opening_hours": {"seasons": [], "public_holidays": "closed"}}), json!({"opening_hours": hours})),
        (json!({"point": {"lat": 60.17}}), json!({"point": {"lat": 60.17, "lon": 24.9384}})),
        (json!({"external_ids": null}), json!({"external_ids": []})),
        (
            json!({"point": null, "accessibility": null, "opening_hours": null, "directions": null}),
            json!({"point": null, "accessibility": null, "opening_hours": null, "directions": null}),
        ),
        (json!({"organisation": null}), json!({"organisation": null})),
    ];
    let mut expected = body;
    for (number, (patch, change)) in steps.iter().enumerate() {
        expected = with(&expected, change);
        let changed = developer.patch(&path, patch);
        assert_eq!(as_written(&changed), expected, "{patch}");
        assert_eq!(changed["version"], number + 2, "{patch}");
        assert_eq!(registry.json(&path), changed, "{patch}");
    }
    // What says nothing new is no change.
    let before = registry.last_seq();
    for patch in [json!({}), json!({"point": null}), json!({"names": {"sv": "Bibliotek"}})] {
        assert_eq!(developer.patch(&path, &patch)["version"], steps.len() + 1, "{patch}");
    }
    assert_eq!(registry.last_seq(), before);
}

#[track_caller]
fn faults(answer: &Answer) -> Vec<(String, String)> {
    let problem = answer.problem(400, "invalid_request");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

#[rstest]
fn a_patch_that_makes_a_faulty_whole_is_refused_where_the_fault_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let path = developer.add(LOCATIONS, &complete(&organisation(&developer)));
    let before = registry.get(&path).text();
    let table = [
        (json!({"names": null}), "/names", "missing_field"),
        (json!({"names": {"fi": " "}}), "/names/fi", "blank"),
        (json!({"organisation": "00000000-0000-4000-8000-000000000000"}), "/organisation", "unknown_value"),
        (json!({"address": null}), "/address", "missing_field"),
        (json!({"address": {"municipality": "999"}}), "/address/municipality", "unknown_value"),
        (json!({"address": {"municipality": null}}), "/address/municipality", "missing_field"),
        (json!({"address": {"postcode": "0010"}}), "/address/postcode", "malformed_value"),
        (json!({"address": {"country": "FI"}}), "/address/country", "unknown_field"),
        (json!({"point": {"lat": 24.9, "lon": 24.9}}), "/point/lat", "out_of_range"),
        (json!({"point": {"lon": null}}), "/point/lat", "missing_field"),
        (json!({"point": {"northing": 6_672_118.0, "easting": 385_611.0}}), "/point/northing", "excluded"),
        (json!({"accessibility": {"lift": "yes"}}), "/accessibility/lift", "wrong_type"),
        (json!({"accessibility": {"pool": true}}), "/accessibility/pool", "unknown_field"),
        (json!({"opening_hours": {"osm": "Mo 25:61"}}), "/opening_hours/osm", "malformed_value"),
        (json!({"opening_hours": {"osm": "24/7"}}), "/opening_hours/osm", "contradictory"),
        (json!({"directions": {"fi": "x".repeat(1_001)}}), "/directions/fi", "too_long"),
        (json!({"phone": "0401234567"}), "/phone", "malformed_value"),
        (
            json!({"external_ids": [{"source": "demonstration", "source_id": "1"}]}),
            "/external_ids/0/source",
            "reserved",
        ),
        (json!({"valid_to": "2018-12-31"}), "/valid_to", "ends_before_start"),
        (json!({"id": "x"}), "/id", "unknown_field"),
        (json!({"notices": []}), "/notices", "unknown_field"),
        (json!({"open_state": null}), "/open_state", "unknown_field"),
        (json!({"demonstration": true}), "/demonstration", "unknown_field"),
    ];
    for (patch, pointer, code) in table {
        let answer = developer.write("PATCH", &path, &[ANY], &patch);
        assert_eq!(faults(&answer), [(pointer.to_owned(), code.to_owned())], "{patch}");
    }
    assert_eq!(registry.get(&path).text(), before);
}

#[rstest]
fn what_breaks_a_rule_and_what_the_registry_does_not_hold_are_refused_together(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let nobody = "00000000-0000-4000-8000-000000000000";
    let body = with(&location_in("Talo", nobody, "998"), &json!({"phone": "1", "point": {"lat": 10.0, "lon": 24.9}}));
    let seq = registry.last_seq();
    for answer in [
        developer.write("POST", LOCATIONS, &[], &body),
        developer.write("PUT", &format!("{LOCATIONS}/by-source/own/1"), &[], &body),
    ] {
        let expected = [
            ("/address/municipality", "unknown_value"),
            ("/organisation", "unknown_value"),
            ("/phone", "malformed_value"),
            ("/point/lat", "out_of_range"),
        ];
        assert_eq!(faults(&answer), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }
    assert_eq!(registry.last_seq(), seq);
}

/// A published service at a location; gives the addresses of its provider and of itself.
fn serve_at(developer: &Session, organisation: &str, location: &str) -> [String; 2] {
    let provider = developer.add(PROVIDERS, &provider("Antaja", organisation, "01"));
    let service = developer.add(SERVICES, &service("Digituki", named(&provider), &[named(location)]));
    [provider, service]
}

#[rstest]
fn a_location_at_which_a_service_is_given_is_not_deleted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = complete(&organisation(&developer));
    let path = developer.add(LOCATIONS, &body);
    let [_, service] = serve_at(&developer, body["organisation"].as_str().unwrap(), &path);
    // Neither one that is published nor one that is not.
    for status in ["published", "draft"] {
        developer.patch(&service, &json!({"offer_status": status}));
        let seq = registry.last_seq();
        developer.send("DELETE", &path, &[ANY], "").problem(409, "in_use");
        assert_eq!((registry.last_seq(), registry.get(&path).status), (seq, 200));
    }
    developer.delete(&service);
    developer.delete(&path);
    registry.get(&path).problem(404, "not_found");
    for method in ["PUT", "PATCH"] {
        developer.write(method, &path, &[ANY], &body).problem(404, "not_found");
    }
    developer.send("DELETE", &path, &[ANY], "").problem(404, "not_found");
    // What it was called elsewhere is free for others.
    developer.create(LOCATIONS, &body);
}

#[rstest]
fn an_organisation_that_keeps_a_location_is_not_deleted_and_its_names_follow(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let path = developer.add(LOCATIONS, &location_in("Talo", &organisation, "091"));
    let of_organisation = format!("/v1/organisations/{organisation}");
    developer.send("DELETE", &of_organisation, &[ANY], "").problem(409, "in_use");
    let renamed = association("Uusi nimi ry", "region:01");
    assert_eq!(developer.write("PUT", &of_organisation, &[ANY], &renamed).status, 200);
    let read = registry.json(&path);
    assert_eq!((&read["organisation"]["names"]["fi"], &read["version"]), (&json!("Uusi nimi ry"), &json!(1)));
    developer.patch(&path, &json!({"organisation": null}));
    developer.delete(&of_organisation);
    assert_eq!(registry.items(&format!("{path}/history"))[0]["data"]["organisation"]["id"], organisation);
}
