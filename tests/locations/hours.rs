//! When a location is open, in both ways to say it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::sample::organisation;
use crate::support::session::{LOCATIONS, Session, hours, id, location_in, with};
use crate::support::{Database, Registry};

fn open(developer: &Session, when: &Value) -> Value {
    let body = with(&location_in("Talo", &organisation(developer), "091"), &json!({"opening_hours": when}));
    developer.create(LOCATIONS, &body)
}

#[rstest]
fn hours_come_in_as_openstreetmap_writes_them_and_go_out_in_both_forms(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let by_osm = open(&developer, &hours("Mo-Fr 09:00-16:00; PH off"));
    let weekly = json!([{
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "09:00", "closes": "16:00",
        "week_parity": null, "every_weeks": null, "weeks_of_month": []
    }]);
    let expected = json!({
        "weekly": weekly, "seasons": [], "exceptions": [], "public_holidays": "closed", "by_appointment": false,
        "osm": "Mo-Fr 09:00-16:00; PH off"
    });
    assert_eq!(by_osm["opening_hours"], expected);
    let structured = open(&developer, &json!({"weekly": weekly, "public_holidays": "closed", "by_appointment": false}));
    assert_eq!(structured["opening_hours"], expected);
    // Both, where they say the same; and what was given out is taken back.
    let path = format!("{LOCATIONS}/{}", id(&structured));
    assert_eq!(developer.patch(&path, &json!({"opening_hours": expected}))["version"], 1);
    let monday = json!({"opening_hours": {"weekly": null, "public_holidays": null, "osm": "Mo 10:00-12:00; PH off"}});
    let changed = developer.patch(&path, &monday);
    assert_eq!(changed["opening_hours"]["weekly"][0]["days"], json!(["monday"]), "{changed}");
}

#[rstest]
fn hours_that_openstreetmap_cannot_say_go_out_in_one_form(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let third_week = json!([{
        "days": ["monday"], "opens": "09:00", "closes": "16:00", "week_parity": null,
        "every_weeks": {"weeks": 3, "starting": "2026-01-05"}, "weeks_of_month": []
    }]);
    let created =
        open(&developer, &json!({"weekly": third_week, "public_holidays": "closed", "by_appointment": false}));
    assert_eq!(created["opening_hours"]["weekly"], third_week);
    assert_eq!(created["opening_hours"]["osm"], Value::Null);
}

#[rstest]
fn whether_it_is_open_is_told_to_who_asks(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let created = open(&developer, &hours("Mo-Fr 09:00-16:00; PH off"));
    open(&developer, &Value::Null);
    let path = format!("{LOCATIONS}/{}", id(&created));
    assert_eq!(created["open_state"], Value::Null);
    let monday = json!({
        "open_now": true, "opens_at": null, "closes_at": "2026-11-23T14:00:00Z",
        "public_holiday": null
    });
    let independence = json!({
        "open_now": false, "opens_at": "2027-12-07T07:00:00Z", "closes_at": null,
        "public_holiday": "independence_day"
    });
    for (at, expected) in [("2026-11-23T07:00:00Z", &monday), ("2027-12-06T10:00:00%2B02:00", &independence)] {
        assert_eq!(&registry.json(&format!("{path}?open_state_at={at}"))["open_state"], expected);
        let listed = registry.items(&format!("{LOCATIONS}?open_state_at={at}"));
        let states: Vec<&Value> = listed.iter().map(|each| &each["open_state"]).collect();
        // Of what has no hours nothing is known.
        assert_eq!(states.len(), 2);
        assert!(states.contains(&expected) && states.contains(&&Value::Null), "{states:?}");
    }
    let now = registry.json(&format!("{path}?open_state_at=now"))["open_state"].clone();
    assert_eq!((&now["open_now"], &now["opens_at"]), (&json!(false), &json!("2026-11-23T07:00:00Z")));
    for bad in ["", "today", "2026-11-23", "2026-11-23T07:00:00"] {
        registry.get(&format!("{path}?open_state_at={bad}")).problem(400, "invalid_request");
    }
}
