//! Regions, hospital districts and wellbeing services counties.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

/// Statistics Finland, classification of 2018: code, names, municipalities, inhabitants on 31 December 2017.
const REGIONS: [(&str, &str, &str, usize, i64); 19] = [
    ("01", "Uusimaa", "Uusimaa", 26, 1_655_624),
    ("02", "Varsinais-Suomi", "Southwest Finland", 27, 477_677),
    ("04", "Satakunta", "Satakunta", 17, 220_398),
    ("05", "Kanta-Häme", "Kanta-Häme", 11, 172_720),
    ("06", "Pirkanmaa", "Pirkanmaa", 22, 512_081),
    ("07", "Päijät-Häme", "Päijät-Häme", 9, 201_228),
    ("08", "Kymenlaakso", "Kymenlaakso", 7, 175_511),
    ("09", "Etelä-Karjala", "South Karelia", 9, 129_865),
    ("10", "Etelä-Savo", "South Savo", 14, 147_194),
    ("11", "Pohjois-Savo", "North Savo", 18, 246_653),
    ("12", "Pohjois-Karjala", "North Karelia", 13, 162_986),
    ("13", "Keski-Suomi", "Central Finland", 23, 276_031),
    ("14", "Etelä-Pohjanmaa", "South Ostrobothnia", 17, 190_910),
    ("15", "Pohjanmaa", "Ostrobothnia", 15, 180_945),
    ("16", "Keski-Pohjanmaa", "Central Ostrobothnia", 8, 68_780),
    ("17", "Pohjois-Pohjanmaa", "North Ostrobothnia", 30, 411_856),
    ("18", "Kainuu", "Kainuu", 8, 73_959),
    ("19", "Lappi", "Lapland", 21, 179_223),
    ("21", "Ahvenanmaa", "Åland", 16, 29_489),
];

/// Hospital districts: code and municipalities of 2018.
const HOSPITAL_DISTRICTS: [(&str, usize); 21] = [
    ("00", 16),
    ("03", 28),
    ("04", 17),
    ("05", 11),
    ("06", 23),
    ("07", 12),
    ("08", 6),
    ("09", 9),
    ("10", 9),
    ("11", 4),
    ("12", 14),
    ("13", 18),
    ("14", 21),
    ("15", 18),
    ("16", 13),
    ("17", 10),
    ("18", 29),
    ("19", 8),
    ("20", 6),
    ("21", 15),
    ("25", 24),
];

/// Wellbeing services counties: code and municipalities of 2026.
const COUNTIES: [(&str, usize); 23] = [
    ("01", 7),
    ("02", 6),
    ("03", 10),
    ("04", 2),
    ("05", 27),
    ("06", 16),
    ("07", 11),
    ("08", 23),
    ("09", 10),
    ("10", 6),
    ("11", 9),
    ("12", 11),
    ("13", 19),
    ("14", 13),
    ("15", 22),
    ("16", 18),
    ("17", 14),
    ("18", 8),
    ("19", 30),
    ("20", 8),
    ("21", 21),
    ("90", 1),
    ("91", 16),
];

fn codes(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[rstest]
fn there_are_nineteen_regions_with_official_codes_and_names(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let regions = registry.items("/v1/regions");
    let found: Vec<_> = regions
        .iter()
        .map(|region| (region["code"].clone(), region["names"]["fi"].clone(), region["names"]["en"].clone()))
        .collect();
    let expected: Vec<_> = REGIONS.iter().map(|(code, fi, en, ..)| (json!(code), json!(fi), json!(en))).collect();
    assert_eq!(found, expected);
    for region in regions {
        assert!(region["names"]["sv"].is_string(), "{region}");
        assert_eq!((&region["kind"], &region["valid_to"]), (&json!("region"), &json!(null)), "{region}");
    }
}

#[rstest]
fn every_region_had_its_municipalities_and_inhabitants_of_2018(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (code, _, _, municipalities, inhabitants) in REGIONS {
        let coverage = registry.json(&format!("/v1/coverage?area=region:{code}&population_date=2017-12-31"));
        assert_eq!(coverage["population"], inhabitants, "{code}");
        assert_eq!(coverage["municipalities"].as_array().map(Vec::len), Some(municipalities), "{code}");
        let listed = registry.items(&format!("/v1/municipalities?region={code}&as_of=2018-06-01"));
        assert_eq!(json!(codes(&listed)), coverage["municipalities"], "{code}");
    }
}

#[rstest]
fn hospital_districts_ended_with_2022(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let last = registry.items("/v1/hospital-districts?as_of=2022-12-31");
    assert_eq!(codes(&last), HOSPITAL_DISTRICTS.map(|(code, _)| code));
    // Åland's health care was outside the reform.
    assert_eq!(codes(&registry.items("/v1/hospital-districts?as_of=2023-01-01")), ["00"]);

    let lapland = registry.json("/v1/hospital-districts/21");
    assert_eq!(lapland["names"]["en"], "Hospital District of Lapland");
    assert_eq!(lapland["valid_to"], "2022-12-31");
    registry.get("/v1/hospital-districts/21?as_of=2023-01-01").problem(404, "not_valid_at");
}

#[rstest]
fn every_hospital_district_had_its_municipalities_of_2018(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (code, municipalities) in HOSPITAL_DISTRICTS {
        let found = registry.items(&format!("/v1/municipalities?hospital_district={code}&as_of=2018-06-01"));
        assert_eq!(found.len(), municipalities, "{code}");
    }
}

#[rstest]
fn wellbeing_services_counties_began_with_2023(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    assert!(registry.items("/v1/wellbeing-services-counties?as_of=2022-12-31").is_empty());
    let first = registry.items("/v1/wellbeing-services-counties?as_of=2023-01-01");
    assert_eq!(codes(&first), COUNTIES.map(|(code, _)| code));
    for (code, municipalities) in COUNTIES {
        let found = registry.items(&format!("/v1/municipalities?wellbeing_services_county={code}&as_of=2026-06-01"));
        assert_eq!(found.len(), municipalities, "{code}");
    }
    registry.get("/v1/wellbeing-services-counties/08?as_of=2022-12-31").problem(404, "not_valid_at");
}

#[rstest]
fn a_code_asked_without_a_day_answers_ended_areas_too(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    assert_eq!(registry.json("/v1/hospital-districts/21")["code"], "21");
    assert_eq!(registry.json("/v1/regions/21")["names"]["sv"], "Åland");
    registry.get("/v1/regions/99").problem(404, "not_found");
}

#[rstest]
fn an_area_is_found_by_letters_of_any_of_its_names(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let table = [("nyland", &["01"][..]), ("%C3%85LAND", &["21"]), ("savo", &["10", "11"]), ("%25", &[]), ("_", &[])];
    for (letters, expected) in table {
        assert_eq!(codes(&registry.items(&format!("/v1/regions?q={letters}"))), expected, "{letters}");
    }
}
