//! Organisations: who was there on a day, and who followed whom.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

fn names(organisations: &[Value]) -> Vec<&str> {
    organisations.iter().map(|each| each["names"]["fi"].as_str().unwrap()).collect()
}

/// Whether the last digit of a business id follows from the others.
fn has_right_check_digit(business_id: &str) -> bool {
    let digits: Vec<u32> = business_id.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let sum: u32 = [7, 9, 10, 5, 8, 4, 2].iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
    digits.len() == 8 && business_id.len() == 9 && (sum + digits[7]).is_multiple_of(11) && sum % 11 != 1
}

#[rstest]
fn the_agency_of_today_took_over_with_2020(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let on = |day: &str| registry.items(&format!("/v1/organisations?organisation_type=national_agency&as_of={day}"));
    let (before, after) = (on("2019-12-31"), on("2020-01-01"));
    assert_eq!(names(&before), ["Väestörekisterikeskus"]);
    assert_eq!(names(&after), ["Digi- ja väestötietovirasto"]);
    assert_eq!(before[0]["valid_to"], "2019-12-31");
    assert_eq!(after[0]["valid_from"], "2020-01-01");
    assert_eq!(before[0]["successor"]["id"], after[0]["id"]);

    let old = format!("/v1/organisations/{}", before[0]["id"].as_str().unwrap());
    assert_eq!(registry.json(&old), before[0]);
    let problem = registry.get(&format!("{old}?as_of=2020-01-01")).problem(404, "not_valid_at");
    assert_eq!(problem["successor"], before[0]["successor"]);
    let new = format!("/v1/organisations/{}", after[0]["id"].as_str().unwrap());
    registry.get(&format!("{new}?as_of=2019-12-31")).problem(404, "not_valid_at");
}

#[rstest]
#[case("national_agency", "2018-06-01", 1)]
#[case("ministry", "2018-06-01", 1)]
#[case("regional_council", "2018-06-01", 18)]
#[case("government_of_aland", "2018-06-01", 1)]
#[case("hospital_district", "2018-06-01", 20)]
#[case("hospital_district", "2023-01-01", 0)]
#[case("municipality", "2018-06-01", 311)]
#[case("municipality", "2025-06-01", 308)]
fn so_many_organisations_there_were_of_a_type(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] kind: &str,
    #[case] day: &str,
    #[case] expected: usize,
) {
    let registry = Registry::start(database);
    let found = registry.items(&format!("/v1/organisations?organisation_type={kind}&as_of={day}"));
    assert_eq!(found.len(), expected);
}

#[rstest]
fn each_municipality_and_each_region_has_its_organisation(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let areas = |kinds: &str| -> BTreeSet<String> {
        let organisations = registry.items(&format!("/v1/organisations?as_of=2018-06-01&{kinds}"));
        organisations.iter().map(|each| each["area"]["code"].as_str().unwrap().to_owned()).collect()
    };
    let codes = |path: &str| -> BTreeSet<String> {
        registry.items(path).iter().map(|each| each["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(areas("organisation_type=municipality"), codes("/v1/municipalities?as_of=2018-06-01"));
    let councils = "organisation_type=regional_council&organisation_type=government_of_aland";
    assert_eq!(areas(councils), codes("/v1/regions"));
}

#[rstest]
fn every_business_id_has_its_check_digit_and_occurs_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let municipalities = registry.items("/v1/organisations?organisation_type=municipality&as_of=2018-06-01");
    let ids: Vec<_> = municipalities.iter().filter_map(|each| each["business_id"].as_str()).collect();
    // All but Åland's sixteen and Lohja.
    assert_eq!(ids.len(), 311 - 17);
    for id in &ids {
        assert!(has_right_check_digit(id), "{id}");
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let unknown = municipalities.iter().filter(|each| each["business_id"].is_null()).map(|each| &each["area"]["code"]);
    let unknown: BTreeSet<_> = unknown.map(|code| code.as_str().unwrap()).collect();
    let mut expected: BTreeSet<_> = [
        "035", "043", "060", "062", "065", "076", "170", "295", "318", "417", "438", "478", "736", "766", "771", "941",
    ]
    .into();
    expected.insert("444");
    assert_eq!(unknown, expected);
}

#[rstest]
fn organisations_are_found_by_every_filter(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let table = [
        ("business_id=0177619-3", &["Alajärven kaupunki"][..]),
        ("area=municipality:005", &["Alajärven kaupunki"]),
        ("area=municipality:005&organisation_type=ministry", &[]),
        ("q=v%C3%A4est%C3%B6tieto", &["Digi- ja väestötietovirasto"]),
        ("q=digital+and", &["Digi- ja väestötietovirasto"]),
        ("q=50%25", &[]),
    ];
    for (filters, expected) in table {
        assert_eq!(names(&registry.items(&format!("/v1/organisations?{filters}"))), expected, "{filters}");
    }
    let answer = registry.get("/v1/organisations?business_id=0177619-4");
    answer.problem(400, "invalid_request");
    assert_eq!(answer.codes_of_faults(), ["wrong_check_digit"]);
}

#[rstest]
fn an_organisation_is_the_same_in_every_installation(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let ids = |registry: &Registry| -> Vec<Value> {
        registry.items("/v1/organisations").into_iter().map(|mut each| each["id"].take()).collect()
    };
    let (one, other) = (Registry::start(Database::Sqlite), Registry::start(database));
    assert_eq!(ids(&one), ids(&other));
    assert_eq!(one.get("/v1/organisations/not-a-uuid").problem(400, "invalid_request")["successor"], json!(null));
}
