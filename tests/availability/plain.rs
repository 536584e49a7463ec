//! Availability worked out plainly, over exports of all service points and of all municipalities.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::service_points::geodesic::kilometres;
use crate::support::Registry;

/// Where a place lies, if that is known, and in which municipality.
type Place = (Option<(f64, f64)>, String);

/// The country on a day.
pub(crate) struct Country {
    pub(crate) day: String,
    points: Vec<Value>,
    pub(crate) towns: BTreeMap<String, Value>,
    /// Where the places of each service lie, and in which municipalities.
    places: HashMap<String, Vec<Place>>,
}

/// A filter: the place of the field in a point, its name in a query, and the values that are wanted.
pub(crate) type Filter = (&'static str, &'static str, &'static [&'static str]);

/// The figures of some municipalities: value, numerator and denominator of each but for the population, which others tell.
#[derive(Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) points: usize,
    pub(crate) municipalities: usize,
    pub(crate) without_in_person: usize,
    pub(crate) in_both: usize,
    pub(crate) remote: usize,
    pub(crate) current: usize,
}

fn lines(registry: &Registry, path: &str) -> Vec<Value> {
    let answer = registry.get_with(path, &[("Accept", "application/x-ndjson")]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().lines().map(|line| needed(serde_json::from_str(line).unwrap())).collect()
}

/// What is looked at of a point: all of it would fill the memory.
fn needed(mut point: Value) -> Value {
    const FIELDS: [&str; 10] = [
        "service",
        "location",
        "service_area",
        "support_form",
        "delivery_modes",
        "topics",
        "target_groups",
        "languages",
        "remote",
        "verified_at",
    ];
    point.as_object_mut().unwrap().retain(|name, _| FIELDS.contains(&name.as_str()));
    if let Some(location) = point["location"].as_object_mut() {
        location.retain(|name, _| ["id", "point", "address"].contains(&name.as_str()));
    }
    point
}

fn place(point: &Value) -> Option<(f64, f64)> {
    point["lat"].as_f64().zip(point["lon"].as_f64())
}

/// Whether a field says any of some values; a list, whether it has any.
fn says(value: Option<&Value>, wanted: &[&str]) -> bool {
    match value {
        Some(Value::Array(items)) => items.iter().any(|item| says(Some(item), wanted)),
        Some(Value::String(text)) => wanted.contains(&text.as_str()),
        _ => false,
    }
}

impl Country {
    pub(crate) fn on(registry: &Registry, day: &str) -> Self {
        let points = lines(registry, &format!("/v1/service-points?as_of={day}"));
        let mut places: HashMap<String, BTreeMap<String, Value>> = HashMap::new();
        // A service reaches whom it reaches from its other places too, and from those that are not there on the day.
        for point in points.iter().chain(&lines(registry, "/v1/service-points")) {
            if let Some(id) = point["location"]["id"].as_str() {
                let of_service = places.entry(point["service"]["id"].to_string()).or_default();
                of_service.insert(id.to_owned(), point["location"].clone());
            }
        }
        let place = |location: &Value| {
            (place(&location["point"]), location["address"]["municipality"]["code"].as_str().unwrap().to_owned())
        };
        let places = places.into_iter().map(|(id, places)| (id, places.values().map(place).collect())).collect();
        let towns = registry.items(&format!("/v1/municipalities?as_of={day}"));
        let towns = towns.into_iter().map(|town| (town["code"].as_str().unwrap().to_owned(), town)).collect();
        Self { day: day.to_owned(), points, towns, places }
    }

    /// The codes of the municipalities in each area of a kind; in the country all.
    pub(crate) fn areas(&self, kind: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut areas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (code, town) in &self.towns {
            let area = match kind {
                "municipality" => Some(code.as_str()),
                "country" => Some("FI"),
                kind => town[kind]["code"].as_str(),
            };
            if let Some(area) = area {
                areas.entry(area.to_owned()).or_default().insert(code.clone());
            }
        }
        areas
    }

    /// The points that some filters find, each with the municipalities that it lies in or serves.
    pub(crate) fn found(&self, filters: &[Filter]) -> Vec<(&Value, BTreeSet<&str>)> {
        let meets = |point: &&Value| filters.iter().all(|(field, _, wanted)| says(point.pointer(field), wanted));
        self.points.iter().filter(meets).map(|point| (point, self.served(point))).collect()
    }

    fn served(&self, point: &Value) -> BTreeSet<&str> {
        if let Some(code) = point["location"]["address"]["municipality"]["code"].as_str() {
            return self.towns.keys().map(String::as_str).filter(|known| *known == code).collect();
        }
        let area = &point["service_area"];
        let listed = || area["areas"].as_array().into_iter().flatten();
        let is_listed = |kind: &str, code: &Value| listed().any(|area| area["kind"] == kind && area["code"] == *code);
        let reached = |town: &Value| {
            let radius = area["radius_km"].as_f64().unwrap();
            self.places.get(&point["service"]["id"].to_string()).into_iter().flatten().any(|(from, code)| {
                let away = from.zip(place(&town["point"])).map(|(from, to)| kilometres(from, to));
                town["code"] == code.as_str() || away.is_some_and(|away| away <= radius)
            })
        };
        let serves = |town: &Value| match area["mode"].as_str() {
            Some("nationwide") => true,
            Some("nationwide_except_aland") => town["region"]["code"] != "21",
            Some("areas") => {
                is_listed("country", &Value::from("FI"))
                    || is_listed("municipality", &town["code"])
                    || ["region", "hospital_district", "wellbeing_services_county"]
                        .iter()
                        .any(|kind| is_listed(kind, &town[kind]["code"]))
            }
            Some("radius") => reached(town),
            _ => false,
        };
        self.towns.iter().filter(|(_, town)| serves(town)).map(|(code, _)| code.as_str()).collect()
    }

    /// What the points come to in some municipalities. What was verified after the instant is current.
    pub(crate) fn figures(found: &[(&Value, BTreeSet<&str>)], codes: &BTreeSet<String>, after: &str) -> Figures {
        let here = |served: &BTreeSet<&str>| served.iter().any(|code| codes.contains(*code));
        let standing: Vec<&Value> = found
            .iter()
            .filter(|(point, at)| point["location"].is_object() && here(at))
            .map(|(point, _)| *point)
            .collect();
        let in_person: BTreeSet<&str> = found
            .iter()
            .filter(|(point, _)| point["support_form"] == "in_person")
            .flat_map(|(_, served)| served.iter().copied())
            .collect();
        let both = |point: &&&Value| ["fi", "sv"].iter().all(|language| says(point.get("languages"), &[language]));
        let is_current = |point: &&&Value| point["verified_at"].as_str().is_some_and(|at| at > after);
        Figures {
            points: standing.len(),
            municipalities: codes.len(),
            without_in_person: codes.iter().filter(|code| !in_person.contains(code.as_str())).count(),
            in_both: standing.iter().filter(both).count(),
            remote: found.iter().filter(|(point, served)| point["remote"] == true && here(served)).count(),
            current: standing.iter().filter(is_current).count(),
        }
    }

    /// How far away the nearest of the points is where support is given in person, along the ellipsoid, in kilometres.
    pub(crate) fn nearest(&self, found: &[(&Value, BTreeSet<&str>)], code: &str) -> Option<f64> {
        let from = place(&self.towns[code]["point"])?;
        let there = found.iter().filter(|(point, _)| point["support_form"] == "in_person");
        let there: Vec<(f64, f64)> = there.filter_map(|(point, _)| place(&point["location"]["point"])).collect();
        // Roughly first: the other formula takes its time.
        let rough = |to: &(f64, f64)| (to.0 - from.0).hypot((to.1 - from.1) * from.0.to_radians().cos());
        let least = there.iter().map(rough).min_by(f64::total_cmp)?;
        there.iter().filter(|to| rough(to) <= least * 1.1).map(|to| kilometres(from, *to)).min_by(f64::total_cmp)
    }
}

/// Filters as they stand in a query.
pub(crate) fn query(filters: &[Filter]) -> String {
    let pairs = filters.iter().flat_map(|(_, name, values)| values.iter().map(move |value| format!("&{name}={value}")));
    pairs.collect()
}
