//! Search in words: what is found, in which order and why, on both databases alike.

mod judged;
mod ranked;
mod words;

use serde_json::Value;

use crate::support::Registry;
use crate::support::session::POINTS;

/// Words as they stand in a query.
fn encoded(words: &str) -> String {
    percent_encoding::utf8_percent_encode(words, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What a search finds at first.
fn found(registry: &Registry, words: &str, limit: usize) -> Vec<Value> {
    page(registry, &format!("q={}&limit={limit}", encoded(words)))
}

/// The points of a page.
fn page(registry: &Registry, query: &str) -> Vec<Value> {
    let mut page = registry.json(&format!("{POINTS}?{query}"));
    let Value::Array(points) = page["items"].take() else { panic!("{page}") };
    points
}

/// All that a search finds.
fn walk(registry: &Registry, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = registry.json(&format!("{POINTS}?{query}&limit=500{cursor}"));
        let Value::Array(points) = page["items"].take() else { panic!("{page}") };
        found.extend(points);
        let Some(next) = page["next"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// The ids of some points.
fn ids(points: &[Value]) -> Vec<&str> {
    points.iter().map(|point| point["id"].as_str().unwrap()).collect()
}
