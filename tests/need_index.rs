//! The need index: its components by the one formula, computed once more in plain words.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use crate::need_indicators::{load, row};
use crate::support::{Database, Registry};

const INDEX: &str = "/v1/need-index";

/// What the project proposes, once more.
const PROPOSED: [(&str, f64); 10] = [
    ("share_65_plus", 1.0),
    ("share_75_plus", 1.0),
    ("share_sami_speakers", 1.0),
    ("share_foreign_language_speakers", 2.0),
    ("share_low_education", 2.0),
    ("never_uses_internet", 4.0),
    ("often_needs_support", 4.0),
    ("no_strong_identification", 3.0),
    ("weak_digital_skills", 3.0),
    ("no_suitable_device", 2.0),
];

/// The latest figures no later than a day, of municipalities that exist on it.
fn figures(registry: &Registry, day: &str) -> BTreeMap<(String, String), f64> {
    let text = registry.get_with("/v1/need-indicators", &[("Accept", "application/x-ndjson")]).text();
    let existing: Vec<String> = registry
        .items(&format!("/v1/municipalities?as_of={day}"))
        .iter()
        .map(|municipality| municipality["code"].as_str().unwrap().to_owned())
        .collect();
    let mut figures = BTreeMap::new();
    // In the order of their days: the latest stays.
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let code = text(&row["municipality"]["code"]);
        if text(&row["date"]).as_str() <= day && existing.contains(&code) {
            figures.insert((code, text(&row["indicator"])), row["value"].as_f64().unwrap());
        }
    }
    figures
}

fn rank(values: &[f64], value: f64) -> f64 {
    let count = |order: Ordering| {
        values.iter().filter(|other| other.total_cmp(&value) == order).fold(0.0, |count, _| count + 1.0)
    };
    let [lower, same, higher] = [Ordering::Less, Ordering::Equal, Ordering::Greater].map(count);
    100.0 * (lower + same / 2.0) / (lower + same + higher)
}

/// Compares an answer with what plain words come to.
#[track_caller]
fn assert_agrees(registry: &Registry, query: &str, day: &str, weights: &[(&str, f64)]) {
    let figures = figures(registry, day);
    let answer = registry.json(&format!("{INDEX}{query}"));
    assert_eq!(answer["as_of"], day);
    let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let items = answer["items"].as_array().unwrap();
    assert!(items.len() > 300, "{}", items.len());
    for item in items {
        let code = item["municipality"]["code"].as_str().unwrap().to_owned();
        let (mut sum, mut known) = (0.0, 0.0);
        for (component, (indicator, weight)) in item["components"].as_array().unwrap().iter().zip(weights) {
            let own = figures.get(&(code.clone(), (*indicator).to_owned()));
            assert_eq!((&component["indicator"], component["weight"].as_f64()), (&json!(indicator), Some(*weight)));
            assert_eq!(component["value"].as_f64(), own.copied(), "{code} {indicator}");
            let Some(own) = own else {
                assert_eq!((&component["scaled"], &component["date"]), (&json!(null), &json!(null)));
                continue;
            };
            let values: Vec<f64> =
                figures.iter().filter(|((_, other), _)| other == indicator).map(|(_, value)| *value).collect();
            let scaled = rank(&values, *own);
            assert!((component["scaled"].as_f64().unwrap() - scaled).abs() < 1e-9, "{code} {indicator}");
            (sum, known) = (sum + scaled * weight, known + weight);
        }
        match item["index"].as_f64() {
            Some(index) => assert!((index - sum / known).abs() < 1e-9, "{code}"),
            None => assert!(known == 0.0, "{code}"),
        }
        assert!((item["share_known"].as_f64().unwrap() - known / all).abs() < 1e-9, "{code}");
    }
}

#[rstest]
fn the_index_of_the_demonstration_is_what_plain_words_come_to(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::on(database.demonstrated(), &[]);
    let developer = registry.developer();
    // Of one it is known again, of another something is taken by another day.
    load(
        &developer,
        &[row("091", "often_needs_support", "2026-06-30", 3.3), row("890", "share_65_plus", "2019-12-31", 99.0)],
    );
    assert_agrees(&registry, "", "2026-11-22", &PROPOSED);
    assert_agrees(&registry, "?as_of=2025-12-30", "2025-12-30", &PROPOSED);
    let weights = [("often_needs_support", 3.0)];
    let others = PROPOSED.iter().filter(|(code, _)| *code != "often_needs_support");
    let none = others.map(|(code, _)| format!("&weight={code}:0")).collect::<Vec<_>>().concat();
    assert_agrees(&registry, &format!("?weight=often_needs_support:3{none}"), "2026-11-22", &weights);
}

#[rstest]
fn weights_are_the_callers_and_what_is_not_known_is_null(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let rows = [
        row("091", "often_needs_support", "2025-12-31", 10.0),
        row("049", "often_needs_support", "2025-12-31", 20.0),
        row("049", "share_swedish_speakers", "2025-12-31", 6.6),
        // Valtimo was joined to Nurmes, which has no figure by that.
        row("911", "often_needs_support", "2019-12-31", 90.0),
    ];
    load(&developer, &rows);
    let short = |query: &str| -> Vec<String> {
        let answer = registry.json(&format!("{INDEX}?{query}"));
        let item = |item: &Value| format!("{} {} {}", item["municipality"]["code"], item["index"], item["share_known"]);
        answer["items"].as_array().unwrap().iter().map(item).collect()
    };
    let two = "area=municipality:091&area=municipality:049";
    let share = 4.0 / 23.0;
    assert_eq!(short(two), [format!("\"049\" 75.0 {share}"), format!("\"091\" 25.0 {share}")]);
    let answer = registry.json(&format!("{INDEX}?{two}"));
    assert_eq!((&answer["proposed_weights"], answer["weights"].as_array().unwrap().len()), (&json!(true), 10));
    let own = registry.json(&format!("{INDEX}?{two}&weight=share_swedish_speakers:4&weight=share_sami_speakers:0"));
    assert_eq!(own["proposed_weights"], false);
    let helsinki = &own["items"][1];
    assert_eq!(helsinki["components"].as_array().unwrap().len(), 10);
    assert_eq!(helsinki["components"][2]["value"], json!(null), "{helsinki}");
    assert_eq!(short("area=municipality:541"), ["\"541\" null 0.0"]);
    assert!(short("area=region:12&as_of=2019-12-31").contains(&format!("\"911\" 50.0 {share}")));
    assert_eq!(short("area=region:01").len(), registry.items("/v1/municipalities?region=01").len());
    for (query, code) in [
        ("weight=population:3", "unknown_value"),
        ("weight=often_needs_support:101", "out_of_range"),
        ("weight=often_needs_support:-1", "out_of_range"),
        ("weight=often_needs_support", "malformed_value"),
        ("weight=often_needs_support:1&weight=often_needs_support:2", "repeated_value"),
        ("area=region:99", "unknown_value"),
        ("area=municipality:911", "not_valid_at"),
        ("area=municipality:091&area=wellbeing_services_county:09&as_of=2022-12-31", "not_valid_at"),
        ("as_of=now", "malformed_value"),
        ("sort=index", "unknown_parameter"),
    ] {
        let answer = registry.get(&format!("{INDEX}?{query}"));
        assert_eq!((answer.status, answer.codes_of_faults()), (400, vec![code.to_owned()]), "{query}");
    }
}
