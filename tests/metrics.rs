//! Metrics: what is served is what figures are worked out by.

use std::collections::BTreeSet;

use digituki_domain::metric::{self, MetricCode};
use digituki_domain::vocabulary::Vocabulary as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::availability::{AVAILABILITY, by_code};
use crate::support::{Database, Registry};

#[rstest]
fn the_definitions_are_served_as_the_domain_has_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let known: Vec<_> = metric::all().iter().map(|metric| json!(metric)).collect();
    assert_eq!(known.len(), MetricCode::VALUES.len());
    assert_eq!(registry.items("/v1/metrics"), known);
    for metric in known {
        let code = metric["code"].as_str().unwrap();
        assert_eq!(registry.json(&format!("/v1/metrics/{code}")), metric);
    }
    registry.get("/v1/metrics/happiness").problem(404, "not_found");
}

/// Every value of a field of that name, anywhere.
fn named<'a>(value: &'a Value, field: &str, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get(field).and_then(Value::as_str));
            object.values().for_each(|value| named(value, field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, field, found)),
        _ => (),
    }
}

#[rstest]
fn every_figure_that_is_shown_is_defined(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let metrics = registry.items("/v1/metrics");
    let defined: BTreeSet<&str> = metrics.iter().map(|metric| metric["code"].as_str().unwrap()).collect();
    let availability = registry.json(AVAILABILITY);
    let gaps = registry.json("/v1/gaps?area=municipality:890");
    let indicators = registry.json("/v1/code-lists/indicator_code");
    let mut shown = BTreeSet::new();
    for (answer, field) in [(&availability, "metric"), (&gaps, "metric"), (&gaps, "indicator"), (&indicators, "code")] {
        named(answer, field, &mut shown);
    }
    assert!(shown.len() > 15, "{shown:?}");
    assert!(shown.is_subset(&defined), "{:?}", shown.difference(&defined).collect::<Vec<_>>());
    assert_eq!(by_code(&availability).len(), 1);
}
