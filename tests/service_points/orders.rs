//! The orders of a list: by distance with what comes to people in between, by name, by verification.

use rstest::rstest;
use serde_json::Value;

use super::brute_force::walk_of;
use super::geodesic::kilometres;
use super::oracle::at_noon;
use crate::support::Database;
use crate::support::session::POINTS;

/// Where somebody asks: in cities, in the middle of nowhere, at both ends of the country and in Åland.
const PLACES: [(f64, f64); 6] =
    [(60.1699, 24.9384), (61.4981, 23.7608), (69.907, 27.03), (64.9, 29.0), (60.097, 19.935), (59.9, 23.0)];

/// The order that the documentation tells, as letters: `p` a place, `r` what has none. Up to 25 km away four places
/// come before each of what has none, farther away they take turns; where one kind ends, the other goes on.
fn mixed(distances: &[f64], roaming: usize) -> String {
    let (mut order, mut left, mut since) = (String::new(), roaming, 0);
    for distance in distances {
        let most = if *distance <= 25.0 { 4 } else { 1 };
        if left > 0 && since >= most {
            order.push('r');
            (left, since) = (left - 1, 0);
        }
        order.push('p');
        since += 1;
    }
    order + &"r".repeat(left)
}

/// How far what has no place reaches: what is meant for a small area comes first.
fn reach(point: &Value) -> usize {
    let modes = ["radius", "areas", "nationwide_except_aland", "nationwide"];
    let mode = point["service_area"]["mode"].as_str().unwrap();
    modes.iter().position(|known| *known == mode).unwrap()
}

#[rstest]
fn near_points_come_by_distance_with_what_comes_to_people_in_between(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    for (lat, lon) in PLACES {
        let fields = "fields=distance_km&fields=location&fields=service_area&fields=service";
        let found = walk_of(&registry, &format!("near={lat},{lon}&radius_km=60&{fields}"));
        let (places, roaming): (Vec<&Value>, Vec<&Value>) =
            found.iter().partition(|point| point["location"].is_object());
        let mut distances = Vec::new();
        for place in &places {
            let distance = place["distance_km"].as_f64().unwrap();
            let there = &place["location"]["point"];
            let measured = kilometres((lat, lon), (there["lat"].as_f64().unwrap(), there["lon"].as_f64().unwrap()));
            // To ten metres, as it is told.
            assert!((distance - measured).abs() <= measured * 0.005 + 0.005, "{distance} and {measured}: {place}");
            assert!(measured <= 60.0 * 1.003, "{place}");
            distances.push(distance);
        }
        assert!(distances.is_sorted(), "{lat},{lon}");
        assert!(roaming.iter().all(|point| point["distance_km"].is_null()), "{lat},{lon}");
        assert!(roaming.iter().map(|point| reach(point)).is_sorted(), "{lat},{lon}");
        assert!(!roaming.is_empty() && !places.is_empty(), "{lat},{lon}");
        let order: String = found.iter().map(|point| if point["location"].is_object() { 'p' } else { 'r' }).collect();
        assert_eq!(order, mixed(&distances, roaming.len()), "{lat},{lon}");
    }
}

#[rstest]
fn without_a_radius_the_whole_country_comes_by_distance(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    for (lat, lon) in [PLACES[2], PLACES[4]] {
        let found = walk_of(&registry, &format!("near={lat},{lon}&language=se&language=ru&fields=distance_km"));
        let distances: Vec<f64> = found.iter().filter_map(|point| point["distance_km"].as_f64()).collect();
        assert!(distances.is_sorted() && distances.last().is_some_and(|far| *far > 600.0), "{lat},{lon}");
        let order: String = found.iter().map(|point| if point["distance_km"].is_null() { 'r' } else { 'p' }).collect();
        assert_eq!(order, mixed(&distances, found.len() - distances.len()), "{lat},{lon}");
    }
}

/// By what a name stands in alphabetical order: without regard to capitals, and `å`, `ä`, `ö` last. What two names
/// have in common that are as long as these stands for nothing more.
fn alphabetical(point: &Value) -> Vec<usize> {
    const ALPHABET: &str = " -–,;:!?.'()/&0123456789abcdefghijklmnopqrstuvwxyzåäö";
    let first = |names: &Value| {
        let known = ["fi", "sv", "en"].iter().find_map(|language| names[*language].as_str());
        known.map(str::to_owned).unwrap_or_default()
    };
    let name = format!("{}, {}", first(&point["service"]["names"]), first(&point["location"]["names"])).to_lowercase();
    let places = name.chars().take(30).map(|letter| {
        ALPHABET.chars().position(|known| known == letter).unwrap_or_else(|| panic!("{letter} in {name}"))
    });
    places.collect()
}

#[rstest]
fn sorted_by_name_is_alphabetical_and_by_verification_the_last_verified_comes_first(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    for filter in ["region=19", "language=sv&region=15", "municipality=091&topic=tax"] {
        let found = walk_of(&registry, &format!("{filter}&sort=name&fields=service&fields=location"));
        assert!(found.len() > 50, "{filter}: {}", found.len());
        for pair in found.windows(2) {
            assert!(alphabetical(&pair[0]) <= alphabetical(&pair[1]), "{} before {}", pair[0], pair[1]);
        }
        let found = walk_of(&registry, &format!("{filter}&sort=verified_at&fields=verified_at"));
        let verified: Vec<Option<&str>> = found.iter().rev().map(|point| point["verified_at"].as_str()).collect();
        assert!(verified.is_sorted(), "{filter}");
        assert!(verified[0].is_none() && verified.last().unwrap().is_some(), "{filter}");
    }
}

#[rstest]
fn very_many_values_at_once_are_answered_in_every_order(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = at_noon(database);
    let codes = registry.json("/v1/municipalities?limit=100");
    let codes: Vec<&str> = codes["items"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    let municipalities = format!("municipality={}", codes.join("&municipality="));
    for filters in [
        format!("near=60.17,24.94&open_at=now&{municipalities}"),
        format!("near=60.17,24.94&language=fi&{municipalities}"),
        format!("open_at=now&sort=name&{municipalities}"),
        "q=tietokone&open_at=now".to_owned(),
        format!("q=tietokone+puhelin+pankki+verkkopankki&open_at=now&{municipalities}"),
    ] {
        let page = registry.json(&format!("{POINTS}?{filters}&limit=20"));
        assert_eq!(page["items"].as_array().unwrap().len(), 20, "{filters}");
    }
}
