//! Municipalities: which there were on a day, and where each lay.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

/// The classifications of Statistics Finland that the registry was built from.
const CLASSIFICATIONS: [&str; 5] = ["2018-01-01", "2019-01-01", "2020-01-01", "2022-01-01", "2026-01-01"];

/// Municipality, region until the end of 2020, region from 2021.
const MOVED: [(&str, &str, &str); 5] =
    [("090", "10", "12"), ("142", "08", "07"), ("152", "15", "14"), ("171", "10", "11"), ("291", "13", "06")];

/// Municipality, the first day without it, its successor.
const JOINED: [(&str, &str, &str, &str); 3] = [
    ("911", "2019-12-31", "2020-01-01", "541"),
    ("099", "2020-12-31", "2021-01-01", "214"),
    ("588", "2024-12-31", "2025-01-01", "507"),
];

fn regions_on(registry: &Registry, day: &str) -> BTreeMap<String, String> {
    let municipalities = registry.items(&format!("/v1/municipalities?as_of={day}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    municipalities.iter().map(|each| (text(&each["code"]), text(&each["region"]["code"]))).collect()
}

#[rstest]
#[case("2018-06-01", 311)]
#[case("2020-06-01", 310)]
#[case("2021-06-01", 309)]
#[case("2024-06-01", 309)]
#[case("2025-06-01", 308)]
fn so_many_municipalities_there_were_on_a_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] day: &str,
    #[case] expected: usize,
) {
    let registry = Registry::start(database);
    let path = format!("/v1/municipalities?as_of={day}");
    assert_eq!(registry.items(&path).len(), expected);
    let counted = registry.get_with(&format!("{path}&limit=1"), &[("Prefer", "return=total-count")]);
    assert_eq!(counted.json()["total"], expected);
}

#[rstest]
fn five_municipalities_changed_region_on_the_first_day_of_2021(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (code, before, after) in MOVED {
        let region = |day| registry.json(&format!("/v1/municipalities/{code}?as_of={day}"))["region"]["code"].take();
        assert_eq!((region("2020-12-31"), region("2021-01-01")), (json!(before), json!(after)), "{code}");
    }
}

#[rstest]
fn apart_from_those_five_every_municipality_stayed_in_its_region(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let first = regions_on(&registry, "2018-06-01");
    for day in CLASSIFICATIONS {
        let mut expected = first.clone();
        expected.retain(|code, _| JOINED.iter().all(|(gone, _, since, _)| code != gone || day < *since));
        for (code, _, after) in MOVED.iter().filter(|_| day >= "2021-01-01") {
            expected.insert((*code).to_owned(), (*after).to_owned());
        }
        assert_eq!(regions_on(&registry, day), expected, "{day}");
    }
}

#[rstest]
fn a_municipality_that_was_joined_to_another_names_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (code, last, next, successor) in JOINED {
        let joined = registry.json(&format!("/v1/municipalities/{code}"));
        assert_eq!(joined["valid_to"], last, "{code}");
        assert_eq!(joined["successor"]["code"], successor, "{code}");
        assert_eq!(joined["successor"]["kind"], "municipality", "{code}");
        assert_eq!(registry.json(&format!("/v1/municipalities/{code}?as_of={last}"))["code"], code);

        for day in [next, "2026-01-01"] {
            let problem = registry.get(&format!("/v1/municipalities/{code}?as_of={day}")).problem(404, "not_valid_at");
            assert_eq!(problem["successor"], joined["successor"], "{code} on {day}");
        }
    }
}

#[rstest]
fn the_day_of_a_list_is_today_in_helsinki(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    // 22:30 in London on the last day of Pertunmaa is half past midnight in Helsinki.
    let registry = Registry::start_with(database, &["--clock", "2024-12-31T22:30:00Z"]);
    assert_eq!(registry.items("/v1/municipalities").len(), 308);
    let registry = Registry::start_with(database, &["--clock", "2024-12-31T12:00:00Z"]);
    assert_eq!(registry.items("/v1/municipalities").len(), 309);
}

#[rstest]
fn what_is_not_known_of_valtimo_and_honkajoki_stays_null(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let valtimo = registry.json("/v1/municipalities/911");
    assert_eq!((&valtimo["point"], &valtimo["populations"]), (&json!(null), &json!([])));
    assert_eq!(valtimo["wellbeing_services_county"], json!(null));
    assert_eq!(registry.json("/v1/municipalities/099")["populations"], json!([]));
    let nurmes = registry.json("/v1/municipalities/541");
    assert_eq!(nurmes["population_includes"][0]["code"], "911");
}

#[rstest]
fn memberships_follow_the_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let on = |day: &str| {
        let helsinki = registry.json(&format!("/v1/municipalities/091?as_of={day}"));
        ["region", "hospital_district", "wellbeing_services_county"].map(|kind| helsinki[kind]["code"].clone())
    };
    assert_eq!(on("2022-12-31"), [json!("01"), json!("25"), json!(null)]);
    assert_eq!(on("2023-01-01"), [json!("01"), json!(null), json!("90")]);
}

#[rstest]
fn filters_combine(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let table = [
        ("language_status=finnish", 262),
        ("language_status=bilingual_finnish_majority", 18),
        ("language_status=bilingual_swedish_majority", 15),
        ("language_status=swedish", 16),
        ("language_status=swedish&language_status=bilingual_swedish_majority", 31),
        ("urban_rural=urban", 58),
        ("urban_rural=semi_urban&urban_rural=rural", 253),
        ("region=21&language_status=swedish", 16),
        ("region=21&language_status=finnish", 0),
        ("region=19", 21),
        ("hospital_district=21", 15),
        ("area=hospital_district:21&region=19", 15),
        ("area=region:19&area=region:21", 37),
        ("area=municipality:091", 1),
        ("area=country:FI", 311),
        ("q=helsin", 1),
    ];
    for (filters, expected) in table {
        let found = registry.items(&format!("/v1/municipalities?as_of=2018-06-01&{filters}"));
        assert_eq!(found.len(), expected, "{filters}");
    }
}

#[rstest]
fn a_list_gives_whole_objects(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for listed in registry.items("/v1/municipalities?as_of=2026-06-01&region=06") {
        let code = listed["code"].as_str().unwrap();
        assert_eq!(registry.json(&format!("/v1/municipalities/{code}?as_of=2026-06-01")), listed);
    }
}
