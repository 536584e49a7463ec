//! What a person finds: whatever was pushed is in the next answer, from wherever a service point takes it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::organisation;
use crate::support::session::{
    LOCATIONS, POINTS, PROVIDERS, SERVICES, Session, hours, id, location_in, provider, service, with,
};
use crate::support::{Database, Registry};

/// Three objects that an integrator pushes, of which one service point is made.
struct Pushed<'a> {
    registry: &'a Registry,
    integrator: Session<'a>,
    provider: Value,
    location: Value,
    service: Value,
    point: String,
}

impl<'a> Pushed<'a> {
    fn of(registry: &'a Registry) -> Self {
        let developer = registry.developer();
        let own = organisation(&developer);
        let integrator = registry.sign_in("integrator", &[], Some(&own));
        let provider = provider("Antaja", &own, "01");
        let at_nine = json!({
            "opening_hours": hours("Mo-Fr 09:00-16:00; PH off"), "point": {"lat": 60.1699, "lon": 24.9384},
            "address": {"municipality": "091", "postcode": "00100"}
        });
        let location = with(&location_in("Talo", &own, "091"), &at_nine);
        let mut pushed = Self {
            registry,
            integrator,
            provider: provider.clone(),
            location: location.clone(),
            service: Value::Null,
            point: String::new(),
        };
        let giver = pushed.push(PROVIDERS, &provider);
        let place = pushed.push(LOCATIONS, &location);
        pushed.service = service("Digituki", &giver, &[&place]);
        let service = pushed.push(SERVICES, &pushed.service);
        pushed.point = format!("{service}.{place}");
        pushed
    }

    /// Pushes an object; gives its id.
    #[track_caller]
    fn push(&self, collection: &str, body: &Value) -> String {
        let answer = self.integrator.write("PUT", &format!("{collection}/by-source/own/1"), &[], body);
        assert!([200, 201].contains(&answer.status), "{}", answer.text());
        id(&answer.json()).to_owned()
    }

    /// Pushes one of them with some fields said otherwise, the others as they were.
    #[track_caller]
    fn change(&self, collection: &str, fields: &Value) {
        let body = match collection {
            PROVIDERS => &self.provider,
            LOCATIONS => &self.location,
            _ => &self.service,
        };
        self.push(collection, &with(body, fields));
    }

    /// The point, which a list shows as its address does, saying only whether it is open; null when no list shows it.
    #[track_caller]
    fn read(&self, filters: &str) -> Value {
        let listed = self.registry.items(&format!("{POINTS}?{filters}"));
        match listed.as_slice() {
            [] => Value::Null,
            [point] => {
                let alone = self.registry.json(&format!("{POINTS}/{}", self.point));
                // What follows from the question and from the clock is another thing each time.
                let still = json!({"distance_km": null, "open_state": null});
                assert_eq!(with(point, &still), with(&alone, &still));
                with(&alone, &json!({"open_state": alone["open_state"]["open_now"]}))
            }
            several => panic!("{several:?}"),
        }
    }
}

#[rstest]
fn a_change_of_each_source_of_a_point_is_in_the_next_answer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let pushed = Pushed::of(&registry);
    let point = pushed.read("");
    assert_eq!((point["id"].as_str(), &point["remote"]), (Some(pushed.point.as_str()), &json!(false)));
    let sv = json!({"fi": null, "sv": "Stödet", "en": null});
    let step_free = json!({"step_free_entrance": true});
    let monday = hours("Mo 10:00-12:00; PH off");
    let here = pushed.service["locations"][0]["location"].clone();
    let by_phone = json!([{"channel": "phone", "number": "+358295000", "url": null, "opening_hours": null}]);
    let table = [
        (PROVIDERS, json!({"names": sv}), "/provider/names", sv.clone()),
        (PROVIDERS, json!({"provider_type": "library"}), "/provider/provider_type", json!("library")),
        (PROVIDERS, json!({"valid_from": "2020-01-01"}), "/valid_from", json!("2020-01-01")),
        (PROVIDERS, json!({"valid_to": "2099-12-31"}), "/valid_to", json!("2099-12-31")),
        (LOCATIONS, json!({"names": sv}), "/location/names", sv.clone()),
        (LOCATIONS, json!({"address": {"municipality": "049"}}), "/location/address/municipality/code", json!("049")),
        (
            LOCATIONS,
            json!({"address": {"municipality": "091", "street": {"fi": "Katu 1"}}}),
            "/location/address/street/fi",
            json!("Katu 1"),
        ),
        (LOCATIONS, json!({"point": {"lat": 60.2, "lon": 25.0}}), "/location/point/lat", json!(60.2)),
        (LOCATIONS, json!({"point": null}), "/location/point", Value::Null),
        (LOCATIONS, json!({"accessibility": step_free}), "/location/accessibility/step_free_entrance", json!(true)),
        (LOCATIONS, json!({"directions": sv}), "/location/directions", sv.clone()),
        (LOCATIONS, json!({"phone": "+358295000"}), "/location/phone", json!("+358295000")),
        (LOCATIONS, json!({"opening_hours": monday}), "/opening_hours/osm", monday["osm"].clone()),
        (LOCATIONS, json!({"opening_hours": null}), "/open_state", Value::Null),
        (LOCATIONS, json!({"valid_from": "2021-01-01"}), "/valid_from", json!("2021-01-01")),
        (LOCATIONS, json!({"valid_to": "2098-12-31"}), "/valid_to", json!("2098-12-31")),
        (SERVICES, json!({"names": sv}), "/service/names", sv.clone()),
        (SERVICES, json!({"short_descriptions": sv}), "/short_descriptions", sv.clone()),
        (SERVICES, json!({"descriptions": sv}), "/descriptions", sv.clone()),
        (SERVICES, json!({"topics": ["tax"]}), "/topics", json!(["tax"])),
        (SERVICES, json!({"target_groups": ["families"]}), "/target_groups", json!(["families"])),
        (SERVICES, json!({"special_support": ["vision"]}), "/special_support", json!(["vision"])),
        (SERVICES, json!({"languages": ["sv"]}), "/languages", json!(["sv"])),
        (SERVICES, json!({"delivery_modes": ["peer_support"]}), "/delivery_modes", json!(["peer_support"])),
        (
            SERVICES,
            json!({"support_form": "training", "delivery_modes": ["course"]}),
            "/support_form",
            json!("training"),
        ),
        (SERVICES, json!({"fee": "paid", "fee_note": sv}), "/fee_note", sv.clone()),
        (SERVICES, json!({"access_modes": ["phone"]}), "/access_modes", json!(["phone"])),
        (SERVICES, json!({"booking_url": "https://a.example/"}), "/booking_url", json!("https://a.example/")),
        (SERVICES, json!({"channels": by_phone}), "/channels", by_phone.clone()),
        (SERVICES, json!({"service_area": {"mode": "nationwide"}}), "/service_area/mode", json!("nationwide")),
        (
            SERVICES,
            json!({"locations": [{"location": here, "opening_hours": monday}]}),
            "/opening_hours/osm",
            monday["osm"].clone(),
        ),
        (SERVICES, json!({"origin": "new"}), "/origin", json!("new")),
        (SERVICES, json!({"valid_to": "2097-12-31"}), "/valid_to", json!("2097-12-31")),
        (SERVICES, json!({"offer_status": "temporarily_closed"}), "/offer_status", json!("temporarily_closed")),
    ];
    for (collection, fields, place, expected) in table {
        assert_ne!(point.pointer(place), Some(&expected), "{collection} {fields} would change nothing");
        pushed.change(collection, &fields);
        assert_eq!(pushed.read("").pointer(place), Some(&expected), "{collection} {fields}");
        pushed.change(collection, &json!({}));
        assert_eq!(pushed.read(""), point, "{collection} {fields}, taken back");
    }
}

#[rstest]
fn a_point_is_found_by_what_it_has_become(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let pushed = Pushed::of(&registry);
    let elsewhere = json!({
        "address": {"municipality": "853", "postcode": "20100"}, "point": {"lat": 60.4518, "lon": 22.2666}
    });
    let monday = json!({"opening_hours": hours("Mo 10:00-12:00; PH off")});
    for (collection, fields, before, after) in [
        (LOCATIONS, elsewhere.clone(), "municipality=091", "municipality=853"),
        (LOCATIONS, elsewhere.clone(), "region=01", "region=02"),
        (LOCATIONS, elsewhere.clone(), "postcode=00100", "postcode=20100"),
        (LOCATIONS, elsewhere.clone(), "near=60.17,24.94&radius_km=5", "near=60.45,22.27&radius_km=5"),
        (LOCATIONS, elsewhere, "bbox=24.9,60.1,25.0,60.2", "bbox=22.2,60.4,22.3,60.5"),
        (LOCATIONS, monday, "open_at=2026-11-24T10:00:00Z", "as_of=2026-11-24"),
        (LOCATIONS, json!({"valid_to": "2026-11-21"}), "", "as_of=2026-11-21"),
        (PROVIDERS, json!({"valid_to": "2026-11-21"}), "", "as_of=2026-11-21"),
        (SERVICES, json!({"valid_from": "2026-11-23"}), "", "as_of=2026-11-23"),
        (SERVICES, json!({"languages": ["sv"]}), "language=fi", "language=sv"),
        (SERVICES, json!({"topics": ["tax"]}), "topic=device_setup", "topic=tax"),
        (SERVICES, json!({"target_groups": ["families"]}), "target_group=everyone", "target_group=families"),
        (SERVICES, json!({"fee": "paid", "fee_note": {"fi": "5 euroa"}}), "fee=free", "fee=paid"),
        (SERVICES, json!({"access_modes": ["phone"]}), "access_mode=walk_in", "access_mode=phone"),
        (
            SERVICES,
            json!({"delivery_modes": ["peer_support"]}),
            "delivery_mode=service_point",
            "support_form=in_person",
        ),
        (SERVICES, json!({"offer_status": "temporarily_closed"}), "open_at=2026-11-24T10:00:00Z", ""),
    ] {
        let told = format!("{collection} {fields}");
        assert!(pushed.read(before).is_object(), "{told}: {before}");
        pushed.change(collection, &fields);
        assert_eq!(pushed.read(before), Value::Null, "{told}: {before}");
        assert!(pushed.read(after).is_object(), "{told}: {after}");
        pushed.change(collection, &json!({}));
    }
}

#[rstest]
fn a_verification_makes_a_point_fresh(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let pushed = Pushed::of(&registry);
    assert_eq!(pushed.read("")["freshness"], "outdated");
    let service = format!("{SERVICES}/{}/verify", pushed.point.split('.').next().unwrap());
    let verified = pushed.integrator.send("POST", &service, &[], "").json();
    let point = pushed.read("freshness=current");
    assert_eq!((&point["freshness"], &point["verified_at"]), (&json!("current"), &verified["verified_at"]));
}

#[rstest]
fn points_come_and_go_with_the_places_and_the_status_of_their_service(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let pushed = Pushed::of(&registry);
    let ids = || -> Vec<String> {
        let mut ids: Vec<_> = registry.items(POINTS).iter().map(|point| id(point).to_owned()).collect();
        ids.sort();
        ids
    };
    let [service, here] = [0, 1].map(|part| pushed.point.split('.').nth(part).unwrap().to_owned());
    assert_eq!(ids(), [pushed.point.as_str()]);
    for status in ["draft", "archived", "withdrawn"] {
        pushed.change(SERVICES, &json!({"offer_status": status}));
        assert_eq!(ids(), Vec::<String>::new(), "{status}");
        registry.get(&format!("{POINTS}/{}", pushed.point)).problem(404, "not_found");
    }
    let two = json!({"locations": [{"location": here}, {"new_location": {
        "names": {"fi": "Tori"}, "address": {"municipality": "091"}
    }}]});
    pushed.change(SERVICES, &two);
    let both = ids();
    assert_eq!(both.len(), 2);
    assert!(both.contains(&pushed.point) && both.iter().all(|point| point.starts_with(&service)), "{both:?}");
    // One that also comes to wherever one is has a point without a place.
    pushed.change(
        SERVICES,
        &json!({
            "delivery_modes": ["service_point", "home_visit"], "service_area": {"mode": "areas", "areas": ["region:01"]}
        }),
    );
    assert_eq!(ids(), [service.clone(), pushed.point.clone()]);
    pushed.change(
        SERVICES,
        &json!({
            "delivery_modes": ["home_visit"], "service_area": {"mode": "nationwide"}, "locations": []
        }),
    );
    assert_eq!(ids(), [service.as_str()]);
    pushed.integrator.delete(&format!("{SERVICES}/{service}"));
    assert_eq!(ids(), Vec::<String>::new());
    assert_eq!(registry.get(&format!("{LOCATIONS}/{here}")).status, 200);
}
