//! The same points as JSON, as GeoJSON, as a table and as one object a line.

use rstest::rstest;
use serde_json::{Value, json};

use super::brute_force::walk;
use super::hand_made::HandMade;
use super::oracle::{at_noon, lines};
use crate::support::session::POINTS;
use crate::support::{Database, Registry};

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// The records of a table, the first of them its head.
fn records(table: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The features of a whole walk as GeoJSON, each page held to RFC 7946.
fn features(registry: &Registry, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = registry.get_with(&format!("{POINTS}?{query}&limit=500{cursor}"), &[("Accept", GEOJSON)]);
        assert_eq!(answer.header("content-type").as_deref(), Some(GEOJSON));
        let mut page = answer.json();
        assert_eq!(page["type"], "FeatureCollection");
        for name in ["coordinates", "geometry", "geometries", "properties", "crs", "bbox"] {
            assert!(page.get(name).is_none(), "a collection of features has no {name} (RFC 7946, 7.1)");
        }
        let Value::Array(features) = page["features"].take() else { panic!("{page}") };
        for feature in &features {
            assert_eq!(feature["type"], "Feature", "{feature}");
            assert!(feature["id"].is_string() && feature["properties"].is_object(), "{feature}");
            let geometry = feature.get("geometry").expect("a feature has a geometry, be it null");
            if let Some(object) = geometry.as_object() {
                let position: Vec<f64> =
                    object["coordinates"].as_array().unwrap().iter().map(|each| each.as_f64().unwrap()).collect();
                assert_eq!((object.len(), &object["type"]), (2, &json!("Point")), "{feature}");
                // Longitude first (3.1.1).
                let [lon, lat] = position[..] else { panic!("{feature}") };
                assert!((19.0..=32.0).contains(&lon) && (59.0..=71.0).contains(&lat), "{feature}");
            } else {
                assert!(geometry.is_null(), "{feature}");
            }
        }
        found.extend(features);
        let Some(next) = page["next"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

#[rstest]
fn every_format_holds_the_same_points(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = at_noon(database);
    for query in ["region=19&remote=false", "near=60.45,22.27&radius_km=12", "language=se&sort=verified_at"] {
        let ids = walk(&registry, query);
        assert!(ids.len() > 20, "{query}: {}", ids.len());
        let path = format!("{POINTS}?{query}");
        let objects: Vec<Value> =
            lines(&registry, &path).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.iter().map(super::id).collect::<Vec<_>>(), ids, "{query}");

        let features = features(&registry, query);
        assert_eq!(features.iter().map(super::id).collect::<Vec<_>>(), ids, "{query}");
        for (feature, object) in features.iter().zip(&objects) {
            let point = &object["location"]["point"];
            let expected = if point.is_object() {
                json!({"type": "Point", "coordinates": [point["lon"], point["lat"]]})
            } else {
                Value::Null
            };
            assert_eq!(feature["geometry"], expected);
            assert_eq!(feature["properties"]["topics"], object["topics"]);
        }

        let answer = registry.get_with(&path, &[("Accept", CSV)]);
        assert_eq!(answer.header("content-type").as_deref(), Some(CSV));
        let mut records = records(&answer.body).into_iter();
        let head = records.next().unwrap();
        let records: Vec<Vec<String>> = records.collect();
        assert_eq!(records.len(), ids.len(), "{query}");
        for (record, object) in records.iter().zip(&objects) {
            assert_eq!(record.len(), head.len());
            for (column, place) in [
                ("id", "/id"),
                ("name_fi", "/service/names/fi"),
                ("provider", "/provider/id"),
                ("location_name_fi", "/location/names/fi"),
                ("postcode", "/location/address/postcode"),
                ("municipality", "/location/address/municipality/code"),
                ("lat", "/location/point/lat"),
                ("lon", "/location/point/lon"),
                ("remote", "/remote"),
                ("languages", "/languages"),
                ("topics", "/topics"),
                ("fee", "/fee"),
                ("distance_km", "/distance_km"),
                ("open_now", "/open_state/open_now"),
                ("verified_at", "/verified_at"),
                ("demonstration", "/demonstration"),
            ] {
                let place = object.pointer(place).unwrap_or(&Value::Null);
                let cell = &record[head.iter().position(|name| name == column).expect(column)];
                assert_eq!(*cell, told(place), "{column} of {}", object["id"]);
            }
        }
    }
}

/// A value as it stands in a table.
fn told(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[rstest]
fn accept_chooses_the_format(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    HandMade::by(&developer).at("091", 60.17, 24.94, "Digituki");
    for (accept, expected) in [
        ("", Some(JSON)),
        ("*/*", Some(JSON)),
        ("application/*", Some(JSON)),
        ("text/*", Some(CSV)),
        (CSV, Some(CSV)),
        (GEOJSON, Some(GEOJSON)),
        (NDJSON, Some(NDJSON)),
        ("text/html, application/xhtml+xml, */*;q=0.8", Some(JSON)),
        ("application/json;q=0.5, text/csv", Some(CSV)),
        ("text/csv;q=0.5, application/geo+json;q=0.6, application/json;q=0.1", Some(GEOJSON)),
        ("application/json;q=0, */*;q=0.1", Some(GEOJSON)),
        ("text/html", None),
        ("text/csv;q=0", None),
    ] {
        let headers = [("Accept", accept)];
        let headers = if accept.is_empty() { &headers[..0] } else { &headers[..] };
        let answer = registry.get_with(POINTS, headers);
        let head = registry.ask("HEAD", POINTS, headers);
        let Some(expected) = expected else {
            answer.problem(406, "not_acceptable");
            assert_eq!((head.status, head.body.len()), (406, 0), "{accept}");
            continue;
        };
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.header("content-type").as_deref(), Some(expected), "{accept}");
        let vary = answer.header("vary").unwrap();
        assert!(vary.split(", ").any(|name| name == "Accept"), "{accept}: {vary}");
        for name in ["content-type", "etag", "vary", "link"] {
            // The digest is that of a body which says when it was asked.
            let is_same = name == "etag" || head.header(name) == answer.header(name);
            assert!(head.status == 200 && head.body.is_empty() && is_same, "{accept}: {name}");
        }
    }
}

#[rstest]
fn a_list_that_is_the_same_need_not_be_sent_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let service = HandMade::by(&developer).at("091", 60.17, 24.94, "Digituki");
    // Without what follows from the clock.
    let path = format!("{POINTS}?fields=service&fields=languages&facets=fee");
    for (accept, languages) in [(JSON, json!(["fi", "sv"])), (GEOJSON, json!(["fi", "en"]))] {
        let etag = registry.get_with(&path, &[("Accept", accept)]).header("etag").unwrap();
        assert!(etag.starts_with('"'), "{etag}");
        let same = registry.get_with(&path, &[("Accept", accept), ("If-None-Match", &etag)]);
        assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(etag.clone())));
        developer.patch(&service, &json!({"languages": languages}));
        let changed = registry.get_with(&path, &[("Accept", accept), ("If-None-Match", &etag)]);
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), Some(etag));
    }
    let point = format!("{POINTS}/{}", super::id(&registry.items(POINTS)[0]));
    let whole = registry.get(&point);
    assert!(whole.header("etag").is_some());
    let head = registry.ask("HEAD", &point, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let etag = registry.get(&point).header("etag").unwrap();
    assert_eq!(registry.get_with(&point, &[("If-None-Match", &format!("W/{etag}, \"x\""))]).status, 304);
}
