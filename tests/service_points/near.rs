//! What "near me" means in small worlds: neither kind of support drowns the other.

use rstest::rstest;
use serde_json::json;

use super::hand_made::HandMade;
use super::names;
use crate::support::session::POINTS;
use crate::support::{Database, Registry};

#[rstest]
fn in_utsjoki_the_village_comes_first_and_then_support_from_afar_before_what_is_hours_away(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    world.at("890", 69.9081, 27.0262, "Kylä");
    world.at("148", 68.9058, 27.0288, "Inari");
    world.at("148", 68.6573, 27.5397, "Ivalo");
    world.at("758", 67.4155, 26.5890, "Sodankylä");
    world.by_phone("Koko maa", "nationwide", &[]);
    world.by_phone("Manner-Suomi", "nationwide_except_aland", &[]);
    world.by_phone("Lappi", "areas", &["region:19"]);
    world.by_phone("Uusimaa", "areas", &["region:01"]);
    let items = registry.items(&format!("{POINTS}?near=69.9,27.0"));
    assert_eq!(names(&items), ["Kylä", "Lappi", "Inari", "Manner-Suomi", "Ivalo", "Koko maa", "Sodankylä"]);
    let items = registry.items(&format!("{POINTS}?near=69.9,27.0&radius_km=50"));
    assert_eq!(names(&items), ["Kylä", "Lappi", "Manner-Suomi", "Koko maa"]);
    // Whoever says where they live is asked for no centre.
    let items = registry.items(&format!("{POINTS}?near=69.9,27.0&radius_km=50&municipality=091"));
    assert_eq!(names(&items), ["Uusimaa", "Manner-Suomi", "Koko maa"]);
}

#[rstest]
fn in_helsinki_what_is_around_the_corner_comes_first_and_support_from_afar_at_every_fifth_position(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    for step in 0..9 {
        world.at("091", 60.17 + f64::from(step) * 0.002, 24.94, &format!("Talo {step}"));
    }
    world.by_phone("Helsinki", "areas", &["municipality:091"]);
    world.by_phone("Koko maa", "nationwide", &[]);
    world.by_phone("Utsjoki", "areas", &["municipality:890"]);
    let items = registry.items(&format!("{POINTS}?near=60.17,24.94"));
    let expected = [
        "Talo 0", "Talo 1", "Talo 2", "Talo 3", "Helsinki", "Talo 4", "Talo 5", "Talo 6", "Talo 7", "Koko maa",
        "Talo 8",
    ];
    assert_eq!(names(&items), expected);
    // A walk in pages is the same walk.
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    while walked.len() < expected.len() {
        let page = registry.json(&format!("{POINTS}?near=60.17,24.94&limit=2{cursor}"));
        walked.extend(page["items"].as_array().unwrap().clone());
        cursor = format!("&cursor={}", page["next"].as_str().unwrap_or_default());
    }
    assert_eq!(names(&walked), expected);
}

#[rstest]
fn what_serves_the_country_but_aland_is_not_for_aland(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    world.by_phone("Manner-Suomi", "nationwide_except_aland", &[]);
    world.by_phone("Koko maa", "nationwide", &[]);
    for (filter, expected) in [
        ("near=60.097,19.935", &["Koko maa"][..]),
        ("municipality=478", &["Koko maa"]),
        ("region=21", &["Koko maa"]),
        ("near=60.45,22.27", &["Manner-Suomi", "Koko maa"]),
        ("municipality=478&municipality=853", &["Koko maa", "Manner-Suomi"]),
        ("region=02", &["Koko maa", "Manner-Suomi"]),
        ("bbox=19,59,32,71", &[]),
    ] {
        assert_eq!(names(&registry.items(&format!("{POINTS}?{filter}"))), expected, "{filter}");
    }
}

#[rstest]
fn what_has_a_place_that_nobody_knows_is_found_by_its_area_and_never_by_distance(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    let place = world.place("091", &json!({}));
    world.given_at(&place, "Jossakin", &json!({}));
    for (filter, found) in [
        ("municipality=091", 1),
        ("region=01", 1),
        ("remote=false", 1),
        ("near=60.17,24.94", 0),
        ("near=60.17,24.94&radius_km=500", 0),
        ("bbox=19,59,32,71", 0),
    ] {
        assert_eq!(registry.items(&format!("{POINTS}?{filter}")).len(), found, "{filter}");
    }
}
