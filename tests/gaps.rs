//! Need beside availability: worked out plainly from what other addresses tell.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::availability::{AVAILABILITY, TODAY, by_code, demonstrated, figure};
use crate::support::{Database, Registry, statements};

const GAPS: &str = "/v1/gaps";

/// The need index of each municipality, worked out plainly over an export of all figures, by the weights of an answer.
fn plain_needs(registry: &Registry, towns: &BTreeMap<String, Value>, answer: &Value) -> BTreeMap<String, Option<f64>> {
    let path = format!("/v1/need-indicators?as_of={TODAY}");
    let export = registry.get_with(&path, &[("Accept", "application/x-ndjson")]).text();
    let rows: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let weights = answer["weights"].as_array().unwrap().iter();
    let weighed: Vec<(BTreeMap<String, Option<f64>>, f64)> = weights
        .map(|weight| {
            let of_indicator: BTreeMap<&str, f64> = rows
                .iter()
                .filter(|row| row["indicator"] == weight["indicator"])
                .map(|row| (code(row), row["value"].as_f64().unwrap()))
                .collect();
            let values = towns.keys().map(|town| (town.clone(), of_indicator.get(town.as_str()).copied())).collect();
            (ranks(&values), weight["weight"].as_f64().unwrap())
        })
        .collect();
    let parts = |town: &String| weighed.iter().map(|(ranks, weight)| (ranks[town], *weight)).collect::<Vec<_>>();
    towns.keys().map(|town| (town.clone(), mean(&parts(town)))).collect()
}

fn code(item: &Value) -> &str {
    item["municipality"]["code"].as_str().unwrap()
}

/// The percentile rank of each value among all that are known.
fn ranks(values: &BTreeMap<String, Option<f64>>) -> BTreeMap<String, Option<f64>> {
    let known: Vec<f64> = values.values().copied().flatten().collect();
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    let rank = |value: f64| {
        let lower = known.iter().filter(|other| **other < value).count();
        let same = known.iter().filter(|other| (**other - value).abs() < f64::EPSILON).count();
        100.0 * (number(lower) + number(same) / 2.0) / number(known.len())
    };
    values.iter().map(|(code, value)| (code.clone(), value.map(rank))).collect()
}

#[track_caller]
fn assert_close(found: &Value, meant: Option<f64>, what: &str) {
    let is_close = match (found.as_f64(), meant) {
        (Some(found), Some(meant)) => (found - meant).abs() < 1e-9,
        (found, meant) => found == meant,
    };
    assert!(is_close, "{what}: {found} instead of {meant:?}");
}

/// The weighted mean of what is known.
fn mean(parts: &[(Option<f64>, f64)]) -> Option<f64> {
    let known = || parts.iter().filter_map(|(value, weight)| Some(((*value)?, *weight)));
    let weights: f64 = known().map(|(_, weight)| weight).sum();
    (weights > 0.0).then(|| known().map(|(value, weight)| value * weight).sum::<f64>() / weights)
}

#[rstest]
#[case::as_proposed("", [3.0, 2.0, 1.0, 0.0, 1.0])]
#[case::by_other_weights("&availability_weight=share_in_both_national_languages:5&availability_weight=share_current:0", [3.0, 2.0, 1.0, 5.0, 0.0])]
#[case::for_some("&target_group=everyone&target_group=older_people&topic=email", [3.0, 2.0, 1.0, 0.0, 1.0])]
fn every_gap_is_what_its_parts_come_to(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] asked: &str,
    #[case] weights: [f64; 5],
) {
    const METRICS: [&str; 5] = [
        "service_points_per_10000",
        "nearest_point_km",
        "remote_alternatives",
        "share_in_both_national_languages",
        "share_current",
    ];
    let registry = demonstrated(database);
    let answer = registry.json(&format!("{GAPS}?as_of={TODAY}{asked}"));
    let filters: Vec<&str> = asked.split('&').filter(|pair| pair.starts_with('t')).collect();
    let filters = [vec![""], filters].concat().join("&");
    let towns = by_code(&registry.json(&format!("{AVAILABILITY}?area_kind=municipality{filters}")));
    let needs: BTreeMap<String, Value> = {
        let index = registry.json("/v1/need-index");
        let items = index["items"].as_array().unwrap().iter();
        items.map(|item| (code(item).to_owned(), item.clone())).collect()
    };
    let by_hand = plain_needs(&registry, &towns, &answer);
    let values = METRICS.map(|metric| -> BTreeMap<String, Option<f64>> {
        towns.iter().map(|(code, town)| (code.clone(), figure(town, metric)["value"].as_f64())).collect()
    });
    let scaled = values.clone().map(|values| ranks(&values));
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), towns.len());
    for item in items {
        let code = code(item);
        let parts: Vec<(Option<f64>, f64)> = (0..METRICS.len())
            // The nearer, the better.
            .map(|index| (scaled[index][code].map(|rank| if index == 1 { 100.0 - rank } else { rank }), weights[index]))
            .collect();
        let availability = mean(&parts);
        assert_close(&item["availability"]["index"], availability, code);
        let components = item["availability"]["components"].as_array().unwrap();
        let counting: Vec<usize> = (0..METRICS.len()).filter(|index| weights[*index] > 0.0).collect();
        assert_eq!(components.len(), counting.len());
        for (component, index) in components.iter().zip(counting) {
            assert_eq!(component["metric"], METRICS[index]);
            assert_eq!(component["value"].as_f64(), values[index][code], "{code}: {}", METRICS[index]);
            assert_close(&component["scaled"], parts[index].0, code);
        }
        for field in ["index", "share_known", "components"] {
            assert_eq!(item["need"][field], needs[code][field], "{code}");
        }
        assert_close(&item["need"]["index"], by_hand[code], code);
        let gap = by_hand[code].zip(availability).map(|(need, availability)| need - availability);
        assert_close(&item["gap"], gap, code);
    }
    assert!(items.iter().any(|item| item["gap"].as_f64().is_some_and(|gap| gap > 20.0)), "the gaps are narrow");
    let order: Vec<(f64, &str)> =
        items.iter().map(|item| (-item["gap"].as_f64().unwrap_or(-1_000.0), code(item))).collect();
    assert!(order.is_sorted(), "{order:?}");
    let is_proposal = !asked.contains("weight");
    assert_eq!((&answer["proposed_weights"], &answer["demonstration"]), (&json!(is_proposal), &json!(true)));
}

#[rstest]
fn the_alternative_from_afar_is_what_a_list_finds_in_the_language(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = demonstrated(database);
    for municipality in ["890", "478", "091"] {
        let answer = registry.json(&format!("{GAPS}?area=municipality:{municipality}"));
        let told: BTreeMap<&str, &Value> = answer["items"][0]["remote_alternatives"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["language"].as_str().unwrap(), &one["service_points"]))
            .collect();
        for language in ["fi", "sv", "en", "se", "smn", "ru", "fse"] {
            let path =
                format!("/v1/service-points?remote=true&municipality={municipality}&language={language}&limit=1");
            let total = registry.get_with(&path, &[("Prefer", "return=total-count")]).json()["total"].take();
            let count = told.get(language).copied().cloned().unwrap_or_else(|| json!(0));
            assert_eq!(count, total, "{municipality} {language}");
            let mut alone = registry.json(&format!("{GAPS}?area=municipality:{municipality}&language={language}"));
            let alone = alone["items"][0]["remote_alternatives"].take();
            let expected =
                if count == 0 { json!([]) } else { json!([{"language": language, "service_points": count}]) };
            assert_eq!(alone, expected, "{municipality} {language}");
        }
    }
}

#[rstest]
fn areas_choose_what_is_shown_and_not_what_is_compared(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = demonstrated(database);
    let price = |query: &str| {
        let before = statements::sent_to(registry.place());
        let answer = registry.json(&format!("{GAPS}?weight=share_75_plus:9{query}"));
        (answer, statements::sent_to(registry.place()) - before)
    };
    price("");
    let (whole, all) = price("");
    let (lapland, some) = price("&area=region:19");
    let of_lapland: Vec<Value> = {
        let members = registry.items("/v1/municipalities?region=19");
        let is_there = |item: &&Value| members.iter().any(|town| town["code"] == item["municipality"]["code"]);
        whole["items"].as_array().unwrap().iter().filter(is_there).cloned().collect()
    };
    assert_eq!(lapland["items"], json!(of_lapland));
    assert_eq!(of_lapland.len(), 21);
    assert_eq!(lapland["proposed_weights"], false);
    // The areas are looked up, and what lies in them.
    assert!(some <= all + 4, "{some} {all}");
    assert!(all <= 18, "{all}");
}

#[rstest]
fn nothing_is_told_of_a_gap_before_need_is_known(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let answer = registry.json(&format!("{GAPS}?as_of=2019-12-31&area=municipality:911"));
    let item = &answer["items"][0];
    assert_eq!((&answer["as_of"], &answer["demonstration"]), (&json!("2019-12-31"), &json!(false)));
    assert_eq!((&item["gap"], &item["need"]["index"]), (&Value::Null, &Value::Null));
    // All are the same: none has anything.
    assert_eq!(item["availability"]["index"], 50.0);
}

#[rstest]
#[case("weight=happiness:3", "weight", "unknown_value")]
#[case("weight=often_needs_support:101", "weight", "out_of_range")]
#[case("weight=often_needs_support", "weight", "malformed_value")]
#[case("weight=often_needs_support:1&weight=often_needs_support:2", "weight", "repeated_value")]
#[case("availability_weight=population:1", "availability_weight", "unknown_value")]
#[case("availability_weight=nearest_point_km:-1", "availability_weight", "out_of_range")]
#[case(
    "availability_weight=share_current:1&availability_weight=share_current:2",
    "availability_weight",
    "repeated_value"
)]
#[case("area=region:99", "area", "unknown_value")]
#[case("area=municipality:911", "area", "not_valid_at")]
#[case("area=wellbeing_services_county:09&as_of=2022-12-31", "area", "not_valid_at")]
#[case("as_of=yesterday", "as_of", "malformed_value")]
#[case("area_kind=region", "area_kind", "unknown_parameter")]
fn what_is_wrong_is_named(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] query: &str,
    #[case] parameter: &str,
    #[case] code: &str,
) {
    let registry = Registry::start(database);
    let problem = registry.get(&format!("{GAPS}?{query}")).problem(400, "invalid_request");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{problem}");
    assert_eq!((&errors[0]["parameter"], &errors[0]["code"]), (&json!(parameter), &json!(code)), "{problem}");
}
