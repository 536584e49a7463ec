//! Clients that have signed in, and what they write.

use serde_json::{Value, json};

use crate::support::sign_in::Credentials;
use crate::support::{Answer, Registry};

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const MERGE_PATCH: (&str, &str) = ("Content-Type", "application/merge-patch+json");
/// Whatever version it is now.
pub(crate) const ANY: (&str, &str) = ("If-Match", "*");

pub(crate) const PROVIDERS: &str = "/v1/providers";
pub(crate) const ORGANISATIONS: &str = "/v1/organisations";
pub(crate) const LOCATIONS: &str = "/v1/locations";
pub(crate) const SERVICES: &str = "/v1/services";
pub(crate) const POINTS: &str = "/v1/service-points";
pub(crate) const DUPLICATES: &str = "/v1/duplicates";

/// Someone who asks: a client that has signed in, or anyone.
#[derive(Clone)]
pub(crate) struct Session<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) client_id: String,
    bearer: Option<String>,
}

impl Registry {
    /// Adds a client and signs it in.
    #[track_caller]
    pub(crate) fn sign_in(&self, role: &str, areas: &[&str], organisation: Option<&str>) -> Session<'_> {
        self.sign_in_as(&self.client(role, areas, organisation))
    }

    /// Signs a client in.
    #[track_caller]
    pub(crate) fn sign_in_as(&self, credentials: &Credentials) -> Session<'_> {
        self.session(&credentials.client_id, &self.token(credentials))
    }

    /// Whoever holds a token.
    pub(crate) fn session(&self, client_id: &str, token: &str) -> Session<'_> {
        Session { registry: self, client_id: client_id.to_owned(), bearer: Some(format!("Bearer {token}")) }
    }

    pub(crate) fn developer(&self) -> Session<'_> {
        self.sign_in("national_developer", &[], None)
    }

    /// Anyone.
    pub(crate) fn public(&self) -> Session<'_> {
        Session { registry: self, client_id: "public".to_owned(), bearer: None }
    }

    /// The number of the last change.
    pub(crate) fn last_seq(&self) -> i64 {
        self.place().number("SELECT seq AS value FROM log_head")
    }
}

impl Session<'_> {
    /// Sends bytes as they are.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let mut all = headers.to_vec();
        if let Some(bearer) = &self.bearer {
            all.push(("Authorization", bearer));
        }
        if matches!(method, "GET" | "HEAD" | "DELETE") {
            return self.registry.ask(method, path, &all);
        }
        self.registry.send(method, path, &all, body)
    }

    /// Sends an object.
    pub(crate) fn write(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![if method == "PATCH" { MERGE_PATCH } else { JSON }];
        all.extend(headers);
        self.send(method, path, &all, body.to_string())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// All objects of a collection that fits on a page.
    #[track_caller]
    pub(crate) fn items(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut page = self.json(&format!("{path}{separator}limit=500"));
        assert!(page["next"].is_null(), "{path} has more than 500");
        page["items"].as_array_mut().map(std::mem::take).unwrap()
    }

    /// Adds an object; gives it as it was answered.
    #[track_caller]
    pub(crate) fn create(&self, collection: &str, body: &Value) -> Value {
        let answer = self.write("POST", collection, &[], body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Adds an object; gives its address.
    #[track_caller]
    pub(crate) fn add(&self, collection: &str, body: &Value) -> String {
        format!("{collection}/{}", id(&self.create(collection, body)))
    }

    /// Changes fields of an object, whatever its version is.
    #[track_caller]
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Value {
        let answer = self.write("PATCH", path, &[ANY], body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Asks that another object be merged into one.
    pub(crate) fn merge(&self, survivor: &str, other: &str) -> Answer {
        self.write("POST", &format!("{survivor}/merge"), &[], &json!({"other": named(other)}))
    }

    /// Removes an object, whatever its version is.
    #[track_caller]
    pub(crate) fn delete(&self, path: &str) {
        let answer = self.send("DELETE", path, &[ANY], "");
        assert_eq!((answer.status, answer.text()), (204, String::new()));
    }
}

/// The id of an object.
#[track_caller]
pub(crate) fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("no id: {object}"))
}

/// An association, as it is written, in an area such as `region:01`.
pub(crate) fn association(name: &str, area: &str) -> Value {
    json!({
        "organisation_type": "association", "names": {"fi": name, "sv": null, "en": null}, "business_id": null,
        "area": area, "valid_from": null, "valid_to": null, "successor": null
    })
}

/// A published provider of an organisation, as it is written, that works in a region.
pub(crate) fn provider(name: &str, organisation: &str, region: &str) -> Value {
    json!({
        "organisation": organisation, "provider_type": "association",
        "names": {"fi": name, "sv": null, "en": null}, "descriptions": null, "contact": null, "languages": ["fi"],
        "municipality": null, "regions": [region], "origin": "existing", "offer_status": "published",
        "external_ids": [], "valid_from": null, "valid_to": null
    })
}

/// A location, as it is written, of which nothing is known but where it lies and who keeps it.
pub(crate) fn location(name: &str, organisation: &str, municipality: &str) -> Value {
    json!({
        "organisation": organisation, "names": {"fi": name, "sv": null, "en": null},
        "address": {"street": null, "postcode": null, "post_office": null, "municipality": municipality},
        "point": null, "accessibility": null, "opening_hours": null, "directions": null, "phone": null,
        "external_ids": [], "valid_from": null, "valid_to": null
    })
}

/// Opening hours, as they are written, in the words of OpenStreetMap.
pub(crate) fn hours(osm: &str) -> Value {
    json!({"osm": osm, "by_appointment": false})
}

/// A published service of a provider, as it is written, that is given at some locations.
pub(crate) fn service(name: &str, provider: &str, locations: &[&str]) -> Value {
    let places: Vec<Value> = locations.iter().map(|id| json!({"location": id, "opening_hours": null})).collect();
    json!({
        "provider": provider, "names": {"fi": name, "sv": null, "en": null},
        "short_descriptions": {"fi": "Apua laitteisiin.", "sv": null, "en": null}, "descriptions": null,
        "support_form": "in_person", "delivery_modes": ["service_point"], "topics": ["device_setup"],
        "target_groups": ["everyone"], "special_support": [], "languages": ["fi"], "fee": "free", "fee_note": null,
        "access_modes": ["walk_in"], "booking_url": null, "service_area": null, "locations": places, "channels": [],
        "origin": "existing", "offer_status": "published", "external_ids": [], "valid_from": null, "valid_to": null
    })
}

/// The id at the end of an object's address.
pub(crate) fn named(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The same with some fields said otherwise.
pub(crate) fn with(object: &Value, fields: &Value) -> Value {
    let mut changed = object.clone();
    for (name, value) in fields.as_object().unwrap() {
        changed[name] = value.clone();
    }
    changed
}
