//! How many people live in a union of areas.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Registry};

const PILOT_REGIONS: &str = "area=region:01&area=region:12&area=region:15&area=region:17";

fn population(registry: &Registry, query: &str) -> Value {
    registry.json(&format!("/v1/coverage?{query}"))["population"].take()
}

/// Fails unless a share is the quotient that it says, to the last digit.
fn assert_share(coverage: &Value, part: f64, whole: f64) {
    let share = coverage["share"].as_f64().unwrap();
    assert!((share - part / whole).abs() < 1e-15, "{share}");
}

#[rstest]
fn the_five_pilot_regions_reach_nearly_half_of_all_finns(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let coverage = registry.json("/v1/programmes/county-pilots-2018/coverage?population_date=2017-12-31");
    assert_eq!(coverage["population"], 2_590_634);
    assert_eq!(coverage["country_population"], 5_513_130);
    assert_share(&coverage, 2_590_634.0, 5_513_130.0);
    assert_eq!(coverage["population_date"], "2017-12-31");
    assert_eq!(coverage["as_of"], "2017-12-31");
    assert_eq!(coverage["municipalities"].as_array().map(Vec::len), Some(26 + 13 + 15 + 30 + 21));

    let per_area: Vec<_> = coverage["per_area"].as_array().unwrap().iter().collect();
    let expected = [("01", 1_655_624), ("12", 162_986), ("15", 180_945), ("17", 411_856), ("19", 179_223)];
    let found: Vec<_> = per_area.iter().map(|each| (&each["area"]["code"], &each["population"])).collect();
    let expected: Vec<_> = expected.iter().map(|(code, people)| (json!(code), json!(people))).collect();
    assert_eq!(found, expected.iter().map(|(code, people)| (code, people)).collect::<Vec<_>>());
}

#[rstest]
fn without_a_day_a_programme_is_measured_before_it_began(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let coverage = registry.json("/v1/programmes/county-pilots-2018/coverage");
    assert_eq!((&coverage["population_date"], &coverage["population"]), (&json!("2017-12-31"), &json!(2_590_634)));
    let country = registry.json("/v1/programmes/permanent-2022/coverage");
    assert_eq!((&country["population_date"], &country["share"]), (&json!("2021-12-31"), &json!(1.0)));
}

#[rstest]
fn with_the_hospital_district_instead_of_the_region_it_is_a_little_less(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let query = format!("/v1/coverage?{PILOT_REGIONS}&area=hospital_district:21&population_date=2017-12-31");
    let coverage = registry.json(&query);
    assert_eq!(coverage["population"], 2_528_858);
    assert_share(&coverage, 2_528_858.0, 5_513_130.0);
}

#[rstest]
fn borders_decide_a_figure(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let regions = format!("{PILOT_REGIONS}&area=region:19&population_date=2017-12-31");
    assert_eq!(population(&registry, &regions), 2_590_634);
    assert_eq!(population(&registry, &format!("{regions}&as_of=2018-06-01")), 2_590_634);
    assert_eq!(population(&registry, &format!("{regions}&as_of=2021-12-31")), 2_589_416);
}

#[rstest]
fn the_country_has_its_inhabitants(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let table = [
        ("2017-12-31", 5_513_130),
        ("2018-12-31", 5_517_919),
        ("2019-12-31", 5_525_292),
        ("2020-12-31", 5_533_793),
        ("2021-12-31", 5_548_241),
        ("2022-12-31", 5_563_970),
    ];
    for (day, expected) in table {
        let coverage = registry.json(&format!("/v1/coverage?area=country:FI&population_date={day}"));
        assert_eq!(coverage["population"], expected, "{day}");
        assert_eq!((&coverage["country_population"], &coverage["share"]), (&json!(expected), &json!(1.0)), "{day}");
    }
    assert_eq!(population(&registry, "area=country:FI"), 5_563_970, "the latest, without a day");
}

#[rstest]
fn overlapping_areas_count_each_municipality_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let lapland = "population_date=2017-12-31&area=region:19";
    assert_eq!(population(&registry, lapland), 179_223);
    for overlap in ["area=hospital_district:21", "area=municipality:698", "area=region:19"] {
        assert_eq!(population(&registry, &format!("{lapland}&{overlap}")), 179_223, "{overlap}");
    }
    assert_eq!(population(&registry, &format!("{lapland}&area=country:FI")), 5_513_130);
}

#[rstest]
fn valtimo_alone_has_no_figure_and_counts_with_nurmes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let day = "population_date=2018-12-31";
    let alone = registry.json(&format!("/v1/coverage?area=municipality:911&{day}"));
    assert_eq!((&alone["population"], &alone["share"]), (&json!(null), &json!(null)));
    assert_eq!(alone["without_own_figure"][0]["municipality"]["code"], "911");
    assert_eq!(alone["without_own_figure"][0]["counted_in"]["code"], "541");
    assert_eq!(population(&registry, &format!("area=municipality:911&area=municipality:541&{day}")), 9_784);
}

#[rstest]
fn mäntyharju_on_the_borders_of_2025_includes_pertunmaa(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let day = "population_date=2018-12-31";
    assert_eq!(population(&registry, &format!("area=municipality:507&{day}")), 5_924);
    assert_eq!(population(&registry, &format!("area=municipality:507&{day}&as_of=2025-01-01")), 5_924 + 1_713);
    assert_eq!(population(&registry, &format!("area=municipality:588&{day}&as_of=2024-12-31")), 1_713);
}

#[rstest]
fn a_day_without_figures_is_refused_with_the_days_that_have_some(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for path in ["/v1/coverage?area=region:01&", "/v1/programmes/county-pilots-2018/coverage?"] {
        let answer = registry.get(&format!("{path}population_date=2017-06-30"));
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(answer.codes_of_faults(), ["unknown_value"]);
        let message = problem["errors"][0]["message"].as_str().unwrap();
        for day in ["2017-06-30", "2017-12-31", "2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31"] {
            assert!(message.contains(day), "{message}");
        }
    }
}

#[rstest]
#[case("area=municipality:911&as_of=2020-01-01", "not_valid_at")]
#[case("area=wellbeing_services_county:08&as_of=2022-12-31", "not_valid_at")]
#[case("area=hospital_district:21&as_of=2023-01-01", "not_valid_at")]
#[case("area=region:99", "unknown_value")]
#[case("area=region:6", "malformed_value")]
#[case("area=county:06", "unknown_value")]
#[case("population_date=2017-12-31", "missing_parameter")]
#[case("", "missing_parameter")]
fn areas_that_cannot_be_meant_are_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] query: &str,
    #[case] code: &str,
) {
    let registry = Registry::start(database);
    let answer = registry.get(&format!("/v1/coverage?{query}"));
    let problem = answer.problem(400, "invalid_request");
    assert_eq!(answer.codes_of_faults(), [code]);
    assert_eq!(problem["errors"][0]["parameter"], "area");
}

#[rstest]
fn every_municipality_at_once_is_the_country(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let all: Vec<_> = registry
        .items("/v1/municipalities?as_of=2018-12-31")
        .iter()
        .map(|each| format!("area=municipality:{}", each["code"].as_str().unwrap()))
        .collect();
    assert_eq!(population(&registry, &format!("{}&population_date=2018-12-31", all.join("&"))), 5_517_919);
}
