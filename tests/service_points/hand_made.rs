//! Small worlds made by hand.

use serde_json::{Value, json};

use crate::support::session::{LOCATIONS, PROVIDERS, SERVICES, Session, location_in, named, provider, service, with};
use crate::support::writer::AGENCY;

/// A provider's services, and where they are given.
pub(super) struct HandMade<'a> {
    pub(super) developer: &'a Session<'a>,
    pub(super) provider: String,
}

impl<'a> HandMade<'a> {
    pub(super) fn by(developer: &'a Session<'a>) -> Self {
        let provider = developer.add(PROVIDERS, &provider("Antaja", AGENCY, "01"));
        Self { developer, provider: named(&provider).to_owned() }
    }

    /// A place in a municipality, with some fields said otherwise; gives its address.
    pub(super) fn place(&self, municipality: &str, fields: &Value) -> String {
        self.developer.add(LOCATIONS, &with(&location_in("Talo", AGENCY, municipality), fields))
    }

    /// A service at a place, with some fields said otherwise; gives its address.
    pub(super) fn given_at(&self, place: &str, name: &str, fields: &Value) -> String {
        self.developer.add(SERVICES, &with(&service(name, &self.provider, &[named(place)]), fields))
    }

    /// A service at a new place at a point.
    pub(super) fn at(&self, municipality: &str, lat: f64, lon: f64, name: &str) -> String {
        let place = self.place(municipality, &json!({"point": {"lat": lat, "lon": lon}}));
        self.given_at(&place, name, &json!({}))
    }

    /// A service by phone for people who live in an area, told by a mode and some areas; gives its address.
    pub(super) fn by_phone(&self, name: &str, mode: &str, areas: &[&str]) -> String {
        let remote = json!({
            "support_form": "remote", "delivery_modes": ["phone"], "access_modes": ["phone"],
            "channels": [{"channel": "phone", "number": "+358295000", "url": null, "opening_hours": null}],
            "service_area": {"mode": mode, "areas": areas, "radius_km": null}
        });
        self.developer.add(SERVICES, &with(&service(name, &self.provider, &[]), &remote))
    }
}
