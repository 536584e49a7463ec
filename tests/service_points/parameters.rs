//! Parameters: what is wrong with each is said in its place, with its value and what is allowed; and filters that need a
//! small world.

use rstest::rstest;
use serde_json::{Value, json};

use super::hand_made::HandMade;
use super::names;
use crate::support::session::{POINTS, PROVIDERS, named, provider};
use crate::support::writer::AGENCY;
use crate::support::{Database, Registry};

/// A query, and for each fault its parameter, its code and what its message says.
type Refused = (&'static str, &'static [(&'static str, &'static str, &'static [&'static str])]);

const REFUSED: [Refused; 36] = [
    ("near=55,10", &[("near", "out_of_range", &["55", "59 to 71"])]),
    ("near=60.17,10", &[("near", "out_of_range", &["10", "19 to 32"])]),
    ("near=60", &[("near", "malformed_value", &["\"60\"", "lat,lon"])]),
    ("near=60.1;24.9", &[("near", "malformed_value", &["60.1;24.9", "lat,lon"])]),
    ("near=60,24&near=61,24", &[("near", "repeated_parameter", &["once"])]),
    ("near=60.17,24.94&radius_km=0", &[("radius_km", "out_of_range", &["0 ", "0.1 to 500"])]),
    ("near=60.17,24.94&radius_km=501", &[("radius_km", "out_of_range", &["501", "0.1 to 500"])]),
    ("near=60.17,24.94&radius_km=NaN", &[("radius_km", "malformed_value", &["NaN", "number"])]),
    ("radius_km=5", &[("radius_km", "missing_field", &["near"])]),
    ("bbox=25,60,24,61", &[("bbox", "malformed_value", &["25,60,24,61", "west,south,east,north"])]),
    ("bbox=24,61,25,60", &[("bbox", "malformed_value", &["24,61,25,60", "west,south,east,north"])]),
    ("bbox=24,60,25", &[("bbox", "malformed_value", &["24,60,25", "west,south,east,north"])]),
    ("bbox=10,60,24,61", &[("bbox", "out_of_range", &["10", "19 to 32"])]),
    ("municipality=999", &[("municipality", "unknown_value", &["999"])]),
    ("region=99", &[("region", "unknown_value", &["99"])]),
    ("region=1", &[("region", "malformed_value", &["\"1\"", "two digits"])]),
    ("postcode=123", &[("postcode", "malformed_value", &["123", "five digits"])]),
    ("language=xx", &[("language", "unknown_value", &["xx", "smn"])]),
    ("support_form=x", &[("support_form", "unknown_value", &["x", "in_person"])]),
    ("delivery_mode=x", &[("delivery_mode", "unknown_value", &["x", "home_visit"])]),
    ("topic=x", &[("topic", "unknown_value", &["x", "e_identification"])]),
    ("target_group=x", &[("target_group", "unknown_value", &["x", "everyone"])]),
    ("special_support=x", &[("special_support", "unknown_value", &["x", "plain_language"])]),
    ("fee=x", &[("fee", "unknown_value", &["x", "free"])]),
    ("access_mode=x", &[("access_mode", "unknown_value", &["x", "walk_in"])]),
    ("freshness=x", &[("freshness", "unknown_value", &["x", "current"])]),
    ("remote=maybe", &[("remote", "malformed_value", &["maybe", "true or false"])]),
    ("open_at=soon", &[("open_at", "malformed_value", &["soon", "now"])]),
    ("open_at=2026-11-24", &[("open_at", "malformed_value", &["2026-11-24", "RFC 3339"])]),
    (
        "provider=00000000-0000-4000-8000-000000000000",
        &[("provider", "unknown_value", &["00000000-0000-4000-8000-000000000000"])],
    ),
    ("sort=size", &[("sort", "unknown_value", &["size", "distance, name, verified_at"])]),
    ("sort=distance", &[("sort", "missing_field", &["near"])]),
    ("fields=colour", &[("fields", "unknown_value", &["colour", "open_state"])]),
    ("facets=provider", &[("facets", "unknown_value", &["provider", "municipality, region"])]),
    (
        "as_of=2020-01-01&near=60.17,24.94&open_at=now",
        &[("near", "excluded", &["as_of"]), ("open_at", "excluded", &["as_of"])],
    ),
    (
        "fee=x&limit=0&as_of=soon",
        &[
            ("limit", "out_of_range", &["0", "1 to 500"]),
            ("as_of", "malformed_value", &["soon", "YYYY-MM-DD"]),
            ("fee", "unknown_value", &["x", "free"]),
        ],
    ),
];

#[rstest]
fn what_is_wrong_with_a_parameter_is_said_in_its_place_with_what_is_allowed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (query, faults) in REFUSED {
        for accept in ["application/json", "text/csv", "application/geo+json, application/problem+json"] {
            let answer = registry.get_with(&format!("{POINTS}?{query}"), &[("Accept", accept)]);
            let problem = answer.problem(400, "invalid_request");
            let errors = problem["errors"].as_array().unwrap();
            assert_eq!(errors.len(), faults.len(), "{query}: {errors:?}");
            for (error, (parameter, code, said)) in errors.iter().zip(faults) {
                assert_eq!((&error["parameter"], &error["code"]), (&json!(parameter), &json!(code)), "{query}");
                let message = error["message"].as_str().unwrap();
                assert!(said.iter().all(|part| message.contains(part)), "{query}: {message}");
            }
        }
    }
}

#[rstest]
fn a_filter_by_a_provider_that_was_merged_finds_what_the_survivor_gives(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let one = HandMade::by(&developer);
    let other = named(&developer.add(PROVIDERS, &provider("Toinen", AGENCY, "01"))).to_owned();
    let two = HandMade { developer: &developer, provider: other };
    one.at("091", 60.17, 24.94, "Yksi");
    two.at("091", 60.18, 24.94, "Kaksi");
    let found = |provider: &str| {
        let items = registry.items(&format!("{POINTS}?provider={provider}"));
        names(&items).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((found(&one.provider), found(&two.provider)), (vec!["Yksi".to_owned()], vec!["Kaksi".to_owned()]));
    let merged = developer.merge(&format!("{PROVIDERS}/{}", one.provider), &two.provider);
    assert_eq!(merged.status, 200, "{}", merged.text());
    assert_eq!(found(&one.provider), ["Kaksi", "Yksi"]);
    assert_eq!(found(&two.provider), ["Kaksi", "Yksi"]);
    assert_eq!(found(&format!("{}&provider={}", one.provider, two.provider)), ["Kaksi", "Yksi"]);
}

#[rstest]
fn a_place_belongs_to_the_region_in_which_its_municipality_lay_on_the_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    // Kuhmoinen changed from Central Finland to Pirkanmaa with the year.
    world.at("291", 61.5664, 25.1833, "Kuhmoinen");
    world.by_phone("Keski-Suomi", "areas", &["region:13"]);
    let ended = world.place("091", &json!({"valid_from": "2019-01-01", "valid_to": "2020-06-30"}));
    world.given_at(&ended, "Ennen", &json!({}));
    for (query, expected) in [
        ("region=13&as_of=2020-12-31", &["Keski-Suomi", "Kuhmoinen"][..]),
        ("region=06&as_of=2020-12-31", &[]),
        ("region=13&as_of=2021-01-01", &["Keski-Suomi"]),
        ("region=06&as_of=2021-01-01", &["Kuhmoinen"]),
        ("region=06", &["Kuhmoinen"]),
        ("municipality=291&as_of=2020-12-31", &["Keski-Suomi", "Kuhmoinen"]),
        ("municipality=291", &["Kuhmoinen"]),
        ("municipality=091", &[]),
        ("municipality=091&as_of=2018-12-31", &[]),
        ("municipality=091&as_of=2019-01-01", &["Ennen"]),
        ("region=01&language=fi&as_of=2020-06-30", &["Ennen"]),
        ("region=01&language=fi&as_of=2020-07-01", &[]),
        ("bbox=25,61,26,62&as_of=2020-07-01", &["Kuhmoinen"]),
    ] {
        assert_eq!(names(&registry.items(&format!("{POINTS}?{query}"))), expected, "{query}");
        let regions = registry.json(&format!("{POINTS}?{query}&facets=region"))["facets"][0]["values"].take();
        let counted: i64 = regions.as_array().unwrap().iter().map(|value| value["count"].as_i64().unwrap()).sum();
        let placed = expected.iter().filter(|name| **name != "Keski-Suomi").count();
        assert_eq!(usize::try_from(counted).unwrap(), placed, "{query}: {regions}");
    }
}

#[rstest]
fn counts_are_of_what_was_written_last(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    let counted = |query: &str| {
        let page = registry.json(&format!("{POINTS}?facets=municipality{query}"));
        let values = page["facets"][0]["values"].as_array().unwrap().clone();
        let told = |value: &Value| format!("{} {}", value["value"].as_str().unwrap(), value["count"]);
        values.iter().map(told).collect::<Vec<String>>()
    };
    let all = || ["", "&language=fi", "&as_of=2020-06-30"].map(counted);
    let none = Vec::<String>::new;
    assert_eq!(all(), [(); 3].map(|()| none()));
    let ending = world.given_at(&world.place("091", &json!({})), "Tulostusapu", &json!({}));
    assert_eq!(all(), [(); 3].map(|()| vec!["091 1".to_owned()]));
    let ended = json!({"valid_from": "2020-01-01", "valid_to": "2020-06-30"});
    developer.patch(&ending, &ended);
    assert_eq!(all(), [none(), none(), vec!["091 1".to_owned()]]);
    world.given_at(&world.place("049", &json!({})), "Laiteapu", &json!({"languages": ["sv"]}));
    let both = vec!["049 1".to_owned(), "091 1".to_owned()];
    assert_eq!(all(), [vec!["049 1".to_owned()], none(), both]);
}

#[rstest]
fn what_ends_is_gone_from_every_list_and_found_on_the_days_before(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    let service = world.given_at(&world.place("091", &json!({})), "Tulostusapu", &json!({}));
    let phone = world.by_phone("Tulostuspuhelin", "areas", &["municipality:091"]);
    let lists = |day: &str| {
        ["municipality=091", "municipality=091&language=fi", "q=tulostus", "sort=name"].map(|query| {
            let items = registry.items(&format!("{POINTS}?{query}{day}"));
            let mut found: Vec<String> = names(&items).into_iter().map(str::to_owned).collect();
            found.sort_unstable();
            found
        })
    };
    let both = || vec!["Tulostusapu".to_owned(), "Tulostuspuhelin".to_owned()];
    assert_eq!(lists(""), [(); 4].map(|()| both()));
    for path in [&service, &phone] {
        developer.patch(path, &json!({"valid_from": "2020-01-01", "valid_to": "2020-06-30"}));
    }
    assert_eq!(lists(""), [const { Vec::<String>::new() }; 4]);
    assert_eq!(lists("&as_of=2020-06-30"), [(); 4].map(|()| both()));
    developer.patch(&service, &json!({"valid_to": null}));
    assert_eq!(lists(""), [(); 4].map(|()| vec!["Tulostusapu".to_owned()]));
    assert_eq!(lists("&as_of=2019-12-31"), [const { Vec::<String>::new() }; 4]);
}

#[rstest]
fn fields_gives_of_each_point_its_id_and_what_was_asked_for(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    HandMade::by(&developer).at("091", 60.17, 24.94, "Digituki");
    let whole = registry.items(&format!("{POINTS}?near=60.17,24.94")).remove(0);
    for (name, value) in whole.as_object().unwrap() {
        let item = registry.items(&format!("{POINTS}?near=60.17,24.94&fields={name}")).remove(0);
        let expected = if name == "id" { json!({"id": value}) } else { json!({"id": whole["id"], name: value}) };
        if name == "open_state" {
            assert_eq!(item.as_object().unwrap().len(), 2);
        } else {
            assert_eq!(item, expected);
        }
    }
    let item = registry.items(&format!("{POINTS}?fields=languages&fields=fee&fields=fee")).remove(0);
    assert_eq!(item, json!({"id": whole["id"], "languages": ["fi"], "fee": "free"}));
}
