//! Whether a point is open, by the server's clock or at an instant that is asked for.

use rstest::rstest;
use serde_json::{Value, json};

use super::hand_made::HandMade;
use super::names;
use crate::support::registry::PATIENCE;
use crate::support::session::{POINTS, hours, named};
use crate::support::{Database, Registry};

/// What is open when: at each instant the names, alphabetically.
const TABLE: [(&str, &[&str]); 17] = [
    // Night of Saturday to Sunday in which the clock is put back at 01:00 UTC.
    ("2026-10-24T18:55:00Z", &["Aina"]),
    ("2026-10-24T19:00:00Z", &["Aina", "Yö"]),
    ("2026-10-25T00:30:00Z", &["Aina", "Yö"]),
    ("2026-10-25T01:55:00Z", &["Aina", "Yö"]),
    ("2026-10-25T02:00:00Z", &["Aina"]),
    // Night in which the clock is put forward at 01:00 UTC, which is when this one closes.
    ("2027-03-27T19:55:00Z", &["Aina"]),
    ("2027-03-27T20:00:00Z", &["Aina", "Yö"]),
    ("2027-03-28T00:55:00Z", &["Aina", "Yö"]),
    ("2027-03-28T01:00:00Z", &["Aina"]),
    // Independence Day on a Monday, the day before and the day after.
    ("2027-12-03T10:00:00Z", &["Aina", "Arki", "Arkipyhä"]),
    ("2027-12-05T10:00:00Z", &["Aina"]),
    ("2027-12-06T10:00:00Z", &["Aina", "Arkipyhä"]),
    ("2027-12-07T06:55:00Z", &["Aina"]),
    ("2027-12-07T07:00:00Z", &["Aina", "Arki", "Arkipyhä"]),
    // Midsummer Eve, and the Friday after.
    ("2027-06-25T09:00:00Z", &["Aina", "Arkipyhä"]),
    ("2027-07-02T09:00:00Z", &["Aina", "Arki", "Arkipyhä"]),
    ("2027-07-03T09:00:00Z", &["Aina"]),
];

/// Services with hours of each kind; gives the address of that which is closed for a time.
fn fill(world: &HandMade) -> String {
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let as_usual = json!({
        "weekly": [{"days": weekdays, "opens": "09:00", "closes": "16:00", "week_parity": null, "every_weeks": null,
                    "weeks_of_month": []}],
        "seasons": [], "exceptions": [], "public_holidays": "as_usual", "by_appointment": false, "osm": null
    });
    let given = |name: &str, hours: Value, fields: Value| {
        let place = world.place("091", &json!({"opening_hours": hours}));
        world.given_at(&place, name, &fields)
    };
    given("Aina", hours("24/7"), json!({}));
    given("Yö", hours("Sa 22:00-04:00"), json!({}));
    given("Arki", hours("Mo-Fr 09:00-16:00; PH off"), json!({}));
    given("Arkipyhä", as_usual, json!({}));
    given("Tuntematon", Value::Null, json!({}));
    given("Suljettu", hours("24/7"), json!({"offer_status": "temporarily_closed"}))
}

#[rstest]
fn what_is_open_follows_the_clock_through_its_changes_and_through_holidays(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    fill(&HandMade::by(&developer));
    for (instant, expected) in TABLE {
        let asked = registry.items(&format!("{POINTS}?open_at={instant}"));
        assert_eq!(names(&asked), expected, "{instant}");
        let open = asked.iter().all(|point| point["open_state"]["open_now"] == true);
        assert!(open, "{instant}: {asked:?}");

        let then =
            Registry::begin(registry.database_url(), &["--public-url", "https://registry.example", "--clock", instant]);
        then.wait_until_ready(PATIENCE);
        assert_eq!(names(&then.items(&format!("{POINTS}?open_at=now"))), expected, "{instant}");
        for point in then.items(POINTS) {
            let alone = then.json(&format!("{POINTS}/{}", super::id(&point)));
            let name = alone["service"]["names"]["fi"].as_str().unwrap();
            let is_open = expected.contains(&name);
            assert_eq!(point["open_state"]["open_now"] == true, is_open, "{name} at {instant}");
            assert_eq!(alone["open_state"]["open_now"] == true, is_open, "{name} at {instant}");
        }
    }
}

#[rstest]
fn a_point_says_until_when_and_from_when_it_is_open_and_which_holiday_it_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    fill(&HandMade::by(&developer));
    for (instant, name, opens_at, closes_at, holiday) in [
        ("2026-10-25T00:30:00Z", "Yö", json!(null), json!("2026-10-25T02:00:00Z"), json!(null)),
        ("2027-03-27T23:00:00Z", "Yö", json!(null), json!("2027-03-28T01:00:00Z"), json!("easter_sunday")),
        ("2027-12-06T10:00:00Z", "Arkipyhä", json!(null), json!("2027-12-06T14:00:00Z"), json!("independence_day")),
        ("2027-12-06T10:00:00Z", "Aina", json!(null), json!(null), json!("independence_day")),
    ] {
        let items = registry.items(&format!("{POINTS}?open_at={instant}"));
        let point = items.iter().find(|point| point["service"]["names"]["fi"] == name).unwrap();
        let state = json!({
            "open_now": true, "opens_at": opens_at, "closes_at": closes_at, "public_holiday": holiday
        });
        assert_eq!(point["open_state"], state, "{name} at {instant}");
    }
}

#[rstest]
fn what_is_closed_for_a_time_is_found_but_never_open(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let closed = fill(&HandMade::by(&developer));
    let found = |query: &str| registry.items(&format!("{POINTS}?{query}"));
    let point = found("").into_iter().find(|point| point["service"]["id"] == named(&closed)).unwrap();
    assert_eq!(point["offer_status"], "temporarily_closed");
    assert_eq!(point["open_state"], json!(null));
    assert!(point["opening_hours"].is_object(), "the hours to come stay known: {point}");
    assert!(!names(&found("open_at=now")).contains(&"Suljettu"));
    // Once it is given again it is open again.
    developer.patch(&closed, &json!({"offer_status": "published"}));
    assert!(names(&found("open_at=now")).contains(&"Suljettu"));
}

#[rstest]
fn hours_that_change_are_those_of_the_next_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let world = HandMade::by(&developer);
    let place = world.place("091", &json!({"opening_hours": hours("24/7")}));
    let service = world.given_at(&place, "Digituki", &json!({}));
    let is_open = || !registry.items(&format!("{POINTS}?open_at=now")).is_empty();
    assert!(is_open());
    // Sunday has no hours any more.
    developer.patch(&place, &json!({"opening_hours": null}));
    developer.patch(&place, &json!({"opening_hours": hours("Mo-Fr 09:00-16:00; PH off")}));
    assert!(!is_open());
    let own = json!({"locations": [{"location": named(&place), "opening_hours": hours("Su 10:00-18:00; PH off")}]});
    developer.patch(&service, &own);
    assert!(is_open());
}
