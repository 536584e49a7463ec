//! The table of cases is data, because it is also asked of OpenStreetMap's own reader:
//! `tests/contract/opening_hours.mjs`.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    hours: OpeningHours,
    osm: Option<OsmHours>,
    at: DateTime<Utc>,
    open: bool,
    opens_at: Option<DateTime<Utc>>,
    closes_at: Option<DateTime<Utc>>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../../tests/opening_hours/cases.json")).unwrap()
}

#[test]
fn it_is_open_when_the_table_says() {
    for Case { about, hours, at, open, opens_at, closes_at, .. } in cases() {
        hours.validate().unwrap();
        let state = hours.state_at(at);
        assert_eq!((state.open_now, state.opens_at, state.closes_at), (open, opens_at, closes_at), "{about}");
        assert_eq!(hours.is_open_at(at), open, "{about}");
        for change in [opens_at, closes_at].into_iter().flatten() {
            assert_eq!(hours.is_open_at(change), !open, "{about}: at the change");
        }
    }
}

#[test]
fn the_syntax_says_what_the_table_says() {
    for Case { about, hours, osm, .. } in cases() {
        assert_eq!(hours.clone().told().osm, osm, "{about}");
        if let Some(osm) = osm {
            assert!(osm.hours().unwrap().says_the_same_as(&hours), "{about}: {osm}");
        }
    }
}

fn violations(json: &str) -> Vec<String> {
    let hours: OpeningHours = serde_json::from_str(json).unwrap();
    let errors = hours.validate().err();
    let violations = errors.iter().flat_map(crate::invalid::violations);
    violations.map(|violation| format!("{} {}", violation.place, violation.invalid.code().as_str())).collect()
}

/// Hours as JSON, with the fields of these in place of those of an office.
fn office(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("weekly", r#"[{"days": ["monday"], "opens": "09:00", "closes": "16:00", "weeks_of_month": []}]"#),
        ("seasons", "[]"),
        ("exceptions", "[]"),
        ("public_holidays", "\"closed\""),
        ("by_appointment", "false"),
        ("osm", "null"),
    ];
    let value = |name, usual| changes.iter().find(|(changed, _)| *changed == name).map_or(usual, |(_, value)| *value);
    let fields: Vec<_> = usual.iter().map(|(name, usual)| format!("\"{name}\": {}", value(*name, *usual))).collect();
    format!("{{{}}}", fields.join(", "))
}

#[test]
fn each_fault_has_its_place() {
    let week = |entry: &str| format!("[{{{entry}}}]");
    let season = |begins: &str, ends: &str| format!(r#"{{"begins": "{begins}", "ends": "{ends}", "weekly": []}}"#);
    let days = |first: &str, last: &str| format!(r#"{{"first_day": "{first}", "last_day": "{last}", "hours": []}}"#);
    let days_of_may: [String; 21] = std::array::from_fn(|day| format!("05-{:02}", day + 1));
    let entry = r#""days": ["monday"], "opens": "09:00", "closes": "16:00", "weeks_of_month": []"#;
    let table = [
        ("weekly", week(&entry.replace("16:00", "09:00")), "/weekly/0/closes out_of_range"),
        ("weekly", week(&entry.replace("09:00", "24:00")), "/weekly/0/opens out_of_range"),
        ("weekly", week(&entry.replace(r#"["monday"]"#, "[]")), "/weekly/0/days missing_field"),
        ("weekly", week(&entry.replace(r#"["monday"]"#, r#"["monday", "monday"]"#)), "/weekly/0/days repeated_value"),
        ("weekly", week(&entry.replace("[]", "[0]")), "/weekly/0/weeks_of_month/0 unknown_value"),
        ("weekly", week(&entry.replace("[]", "[1, 1]")), "/weekly/0/weeks_of_month repeated_value"),
        (
            "weekly",
            week(&format!(r#"{entry}, "every_weeks": {{"weeks": 1, "starting": "2026-01-01"}}"#)),
            "/weekly/0/every_weeks/weeks out_of_range",
        ),
        ("weekly", format!("[{}]", vec![format!("{{{entry}}}"); 51].join(", ")), "/weekly too_many_values"),
        ("seasons", format!("[{}, {}]", season("06-01", "08-31"), season("08-31", "09-30")), "/seasons/1 overlapping"),
        ("seasons", format!("[{}, {}]", season("11-01", "02-28"), season("01-01", "01-01")), "/seasons/1 overlapping"),
        ("seasons", format!("[{}]", days_of_may.map(|day| season(&day, &day)).join(", ")), "/seasons too_many_values"),
        ("exceptions", format!("[{}]", days("2026-12-26", "2026-12-24")), "/exceptions/0/last_day ends_before_start"),
        ("exceptions", format!("[{}]", days("2026-01-01", "2027-01-02")), "/exceptions/0/last_day out_of_range"),
        (
            "exceptions",
            format!("[{}, {}]", days("2026-12-24", "2026-12-26"), days("2026-12-26", "2026-12-26")),
            "/exceptions/1 overlapping",
        ),
        ("public_holidays", "null".to_owned(), "/public_holidays missing_field"),
        ("weekly", "[]".to_owned(), " missing_field"),
        ("osm", r#""Mo 09:00-15:00; PH off""#.to_owned(), "/osm contradictory"),
        ("osm", r#""Mo 09:00-16:00""#.to_owned(), "/osm contradictory"),
    ];
    for (field, value, expected) in &table {
        assert_eq!(violations(&office(&[(field, value)])), [*expected], "{field}: {value}");
    }
}

#[test]
fn what_can_be_kept_is_taken() {
    for changes in [
        &[][..],
        &[("osm", r#""Mo 09:00-16:00; PH off""#)],
        &[("osm", r#""PH off; Mo 09:00-16:00; PH off""#), ("public_holidays", "null")],
        &[("osm", r#""Mo-Fr 09:00-16:00""#), ("weekly", "[]"), ("public_holidays", "null")],
        &[("osm", r#""Mo-Fr 09:00-16:00""#), ("weekly", "[]"), ("public_holidays", "\"as_usual\"")],
        &[("weekly", "[]"), ("public_holidays", "null"), ("by_appointment", "true")],
    ] {
        assert_eq!(violations(&office(changes)), Vec::<String>::new(), "{changes:?}");
    }
}

fn said(text: &str) -> OpeningHours {
    text.parse::<OsmHours>().and_then(|osm| osm.hours()).unwrap()
}

#[test]
fn hours_settle_in_their_fields_alone() {
    let mut hours: OpeningHours = serde_json::from_str(&office(&[
        ("osm", r#""Mo-Fr 09:00-16:00; PH off""#),
        ("weekly", "[]"),
        ("public_holidays", "null"),
        ("by_appointment", "true"),
    ]))
    .unwrap();
    hours.settle();
    assert_eq!(hours.osm, None);
    assert_eq!((hours.weekly.len(), hours.public_holidays), (1, Some(HolidayRule::Closed)));
    assert!(hours.by_appointment, "what is said beside the text stays said");
    let mut beside: OpeningHours =
        serde_json::from_str(&office(&[("osm", r#""Mo 09:00-16:00; PH off""#), ("public_holidays", "null")])).unwrap();
    beside.settle();
    assert_eq!(
        serde_json::to_string(&beside).unwrap(),
        serde_json::to_string(&said("Mo 09:00-16:00; PH off")).unwrap()
    );
    let text = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<OpeningHours>(&text).unwrap(), hours);
    assert_eq!(hours.told().osm.unwrap().as_str(), r#"Mo-Fr 09:00-16:00; PH off || "by appointment""#);
}

#[test]
fn a_public_holiday_is_named() {
    let hours: OpeningHours = serde_json::from_str(&office(&[])).unwrap();
    let holiday = |at: &str| hours.state_at(at.parse().unwrap()).public_holiday;
    assert_eq!(holiday("2026-12-23T22:00:00Z"), Some(PublicHoliday::ChristmasEve));
    assert_eq!(holiday("2026-12-23T21:59:59Z"), None);
}
