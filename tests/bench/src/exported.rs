//! A point as the registry exports it, and what it is found by.

use digituki_domain::point::{Planar, Point};
use serde_json::{Value, json};

use crate::Result;
use crate::areas::{COUNTRY, MAINLAND, Municipalities, string};

/// A point as it was exported.
pub(crate) struct Exported {
    pub(crate) json: Value,
}

impl Exported {
    pub(crate) fn read(line: &str) -> Result<Self> {
        Ok(Self { json: serde_json::from_str(line)? })
    }

    /// The point that the facts of a service make at one of its places.
    pub(crate) fn of_facts(id: &str, facts: &Value, provider: &Value, location: &Value, hours: &Value) -> Self {
        let taken = |field: &str| facts[field].clone();
        let json = json!({
            "id": format!("{id}.{}", string(&location["id"])),
            "service": {"id": id, "names": taken("names")},
            "provider": provider,
            "short_descriptions": taken("short_descriptions"),
            "descriptions": taken("descriptions"),
            "support_form": taken("support_form"),
            "delivery_modes": taken("delivery_modes"),
            "topics": taken("topics"),
            "target_groups": taken("target_groups"),
            "special_support": taken("special_support"),
            "languages": taken("languages"),
            "fee": taken("fee"),
            "fee_note": taken("fee_note"),
            "access_modes": taken("access_modes"),
            "booking_url": taken("booking_url"),
            "remote": false,
            "location": location,
            "service_area": taken("service_area"),
            "channels": taken("channels"),
            "opening_hours": hours,
            "origin": taken("origin"),
            "offer_status": taken("offer_status"),
            "verified_at": null,
            "valid_from": taken("valid_from"),
            "valid_to": taken("valid_to"),
            "demonstration": false,
            "freshness": "outdated",
            "distance_km": null,
            "open_state": null,
            "score": null
        });
        Self { json }
    }

    /// A field's text; nothing if it has none.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.json.pointer(pointer).and_then(Value::as_str)
    }

    /// The texts of a field with many.
    pub(crate) fn texts(&self, pointer: &str) -> impl Iterator<Item = &str> {
        self.json.pointer(pointer).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Any field as JSON, if it is not null.
    pub(crate) fn part(&self, pointer: &str) -> Option<String> {
        self.json.pointer(pointer).filter(|part| !part.is_null()).map(Value::to_string)
    }

    pub(crate) fn is_placed(&self) -> bool {
        self.text("/location/id").is_some()
    }

    /// Where it lies on the plane.
    pub(crate) fn planar(&self) -> Option<Planar> {
        self.point().and_then(Point::planar)
    }

    pub(crate) fn point(&self) -> Option<Point> {
        let coordinate = |pointer| self.json.pointer(pointer).and_then(Value::as_f64);
        Some(Point { lat: coordinate("/location/point/lat")?, lon: coordinate("/location/point/lon")? })
    }

    /// The areas by which it is found; `places` are those of its service.
    pub(crate) fn areas(&self, municipalities: &Municipalities, places: &[(Option<Point>, String)]) -> Vec<String> {
        if let Some(code) = self.text("/location/address/municipality/code") {
            return vec![format!("at:{code}")];
        }
        match self.text("/service_area/mode") {
            Some("nationwide") => vec![COUNTRY.to_owned()],
            Some("nationwide_except_aland") => vec![MAINLAND.to_owned()],
            Some("areas") => {
                let areas = self.json.pointer("/service_area/areas").and_then(Value::as_array);
                areas.into_iter().flatten().map(area).collect()
            }
            Some("radius") => self.reached(municipalities, places),
            _ => Vec::new(),
        }
    }

    /// The municipalities whose centre lies within the radius of a place, and those of the places.
    fn reached(&self, municipalities: &Municipalities, places: &[(Option<Point>, String)]) -> Vec<String> {
        let radius = self.json.pointer("/service_area/radius_km").and_then(Value::as_f64).unwrap_or(0.0) * 1_000.0;
        let mut reached: Vec<String> = places.iter().map(|(_, code)| format!("municipality:{code}")).collect();
        for (code, municipality) in &municipalities.0 {
            let Some(centre) = municipality.centre else { continue };
            if places.iter().any(|(point, _)| point.is_some_and(|point| point.distance(centre) <= radius)) {
                reached.push(format!("municipality:{code}"));
            }
        }
        reached.sort_unstable();
        reached.dedup();
        reached
    }

    /// What is meant for a small area comes first.
    pub(crate) fn reach(&self) -> &'static str {
        match self.text("/service_area/mode") {
            Some("radius") => "0",
            Some("areas") => "1",
            Some("nationwide_except_aland") => "2",
            _ => "3",
        }
    }

    /// The words by which it is found.
    pub(crate) fn words(&self) -> String {
        const FIELDS: [&str; 8] = [
            "/service/names",
            "/provider/names",
            "/short_descriptions",
            "/descriptions",
            "/location/names",
            "/location/address/street",
            "/location/address/post_office",
            "/location/address/municipality/names",
        ];
        let mut words = String::new();
        for field in FIELDS {
            for text in self.json.pointer(field).and_then(Value::as_object).into_iter().flatten() {
                words.push_str(text.1.as_str().unwrap_or_default());
                words.push(' ');
            }
        }
        words
    }
}

fn area(area: &Value) -> String {
    match string(&area["kind"]).as_str() {
        "country" => COUNTRY.to_owned(),
        kind => format!("{kind}:{}", string(&area["code"])),
    }
}
