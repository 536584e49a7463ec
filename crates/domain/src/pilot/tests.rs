use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::date::parse_day;
use crate::invalid::violations;
use crate::role::Role;

const TODAY: &str = "2026-11-22";

fn day(text: &str) -> NaiveDate {
    parse_day(text).unwrap()
}

fn season() -> Value {
    json!({"precision": "season", "season": "autumn", "earliest": "2018-09-01", "latest": "2018-11-30"})
}

fn facts(changed: &Value) -> PilotFacts {
    let mut facts = json!({
        "programme": "county-pilots-2018", "call": "county-pilots-2018", "names": {"fi": "Pilotti"},
        "lead": OrganisationId::of_key("lead"), "partners": [], "areas": ["region:19"], "starts": season(), "ends": null,
        "objectives": [], "tasks": [], "progress": [], "observations": []
    });
    for (name, value) in changed.as_object().unwrap() {
        facts[name] = value.clone();
    }
    serde_json::from_value(facts).unwrap()
}

fn record(pilot_status: PilotStatus, steps: &[(PilotEvent, &str)]) -> PilotRecord {
    let step = |(event, text): &(PilotEvent, &str)| PilotStep { event: *event, day: day(text), remarks: None };
    let planned = PilotRecord::planned(facts(&json!({})), PilotOrigin::default());
    PilotRecord { pilot_status, steps: steps.iter().map(step).collect(), ..planned }
}

fn progress(task_type: &str) -> Value {
    json!({"task_type": task_type, "progress_status": "done", "observed_on": "2018-12-01", "evidence": []})
}

fn observation() -> Value {
    json!({"observed_on": "2018-12-01", "descriptions": {"fi": "Malli toimii."}, "model_part": null})
}

fn ending(earliest: &str, latest: &str) -> Value {
    json!({"precision": if earliest == latest { "day" } else { "month" }, "season": null, "earliest": earliest, "latest": latest})
}

#[test]
fn facts_are_held_to_their_rules() {
    let evidence = json!({"names": {"fi": "Sivu"}, "url": "https://pilotti.example/sivu"});
    let mut much_shown = progress("network");
    much_shown["evidence"] = json!(vec![evidence; 21]);
    let partner = json!(OrganisationId::of_key("partner"));
    let table = [
        (json!({}), None),
        (json!({"areas": []}), Some("/areas needed_to_publish")),
        (json!({"areas": ["region:19", "region:19"]}), Some("/areas repeated_value")),
        (json!({"partners": [partner, partner]}), Some("/partners repeated_value")),
        (json!({"names": {"fi": " "}}), Some("/names/fi blank")),
        (json!({"ends": ending("2018-08-31", "2018-08-31")}), Some("/ends ends_before_start")),
        (json!({"ends": ending("2018-09-01", "2018-09-30")}), None),
        (json!({"starts": null, "ends": ending("2018-08-31", "2018-08-31")}), None),
        (json!({"starts": ending("2018-09-01", "2018-10-31")}), Some("/starts/latest contradictory")),
        (json!({"progress": [progress("network"), progress("assessment")]}), None),
        (json!({"progress": [progress("network"), progress("network")]}), Some("/progress/1/task_type repeated_value")),
        (json!({"progress": [much_shown]}), Some("/progress/0/evidence too_many_values")),
        (json!({"progress": vec![progress("network"); 21]}), Some("/progress too_many_values")),
        (json!({"observations": vec![observation(); 200]}), None),
        (json!({"observations": vec![observation(); 201]}), Some("/observations too_many_values")),
        (json!({"objectives": vec![json!({"fi": "Tavoite"}); 21]}), Some("/objectives too_many_values")),
    ];
    for (changed, expected) in table {
        let broken = facts(&changed).validate().err().map(|errors| violations(&errors)).unwrap_or_default();
        let told: Vec<String> =
            broken.iter().map(|fault| format!("{} {}", fault.place, fault.invalid.code().as_str())).collect();
        assert_eq!(told, Vec::from_iter(expected), "{changed}");
    }
}

#[test]
fn what_was_seen_was_seen_by_today() {
    let written = facts(&json!({"progress": [progress("network")], "observations": [observation(), observation()]}));
    assert_eq!(written.ahead_of(day("2018-12-01")), []);
    let places: Vec<String> = written.ahead_of(day("2018-11-30")).iter().map(|fault| fault.place.to_string()).collect();
    assert_eq!(places, ["/progress/0/observed_on", "/observations/0/observed_on", "/observations/1/observed_on"]);
}

#[test]
fn before_it_can_have_begun_a_pilot_of_history_is_planned() {
    let of_history = record(PilotStatus::Completed, &[]);
    let on = |text| of_history.pilot_status.on(day(text), of_history.begins());
    assert_eq!(on("2018-08-31"), PilotStatus::Planned);
    assert_eq!(on("2018-09-01"), PilotStatus::Completed);
}

#[test]
fn what_was_given_up_before_it_began_is_not_planned_any_more() {
    let given_up = record(PilotStatus::Discontinued, &[(PilotEvent::Discontinue, "2018-06-01")]);
    assert_eq!(given_up.pilot_status.on(day("2018-06-01"), given_up.begins()), PilotStatus::Discontinued);
}

#[test]
fn a_step_is_not_ahead_nor_before_what_it_follows() {
    use PilotEvent::{Complete, Discontinue, Start};
    use PilotStatus::{Active, Planned};
    let started: &[(PilotEvent, &str)] = &[(Start, "2018-10-01")];
    let none: &[(PilotEvent, &str)] = &[];
    let table = [
        (Planned, none, Start, "2018-08-31", Some(("2018-09-01", TODAY))),
        (Planned, none, Start, "2018-09-01", None),
        (Planned, none, Start, TODAY, None),
        (Planned, none, Start, "2026-11-23", Some(("2018-09-01", TODAY))),
        (Planned, none, Discontinue, "2018-06-01", None),
        (Planned, none, Discontinue, "2026-11-23", Some(("1900-01-01", TODAY))),
        (Active, started, Complete, "2018-09-30", Some(("2018-10-01", TODAY))),
        (Active, started, Complete, "2018-10-01", None),
        (Active, started, Discontinue, "2018-09-30", Some(("2018-10-01", TODAY))),
        (Active, none, Complete, "2018-08-31", Some(("2018-09-01", TODAY))),
    ];
    for (status, steps, event, text, expected) in table {
        let refused = record(status, steps).check_day(event, day(text), day(TODAY)).err();
        let expected = expected.map(|(min, max)| Invalid::OutOfRange {
            value: text.to_owned(),
            min: min.to_owned(),
            max: max.to_owned(),
        });
        assert_eq!(refused, expected, "{event} of {status} on {text}");
    }
}

#[test]
fn what_begins_later_is_told_from_when_it_can_be_started() {
    let planned = record(PilotStatus::Planned, &[]);
    let refused = planned.check_day(PilotEvent::Start, day("2018-06-01"), day("2018-06-01"));
    let (value, min, max) = ("2018-06-01".to_owned(), "2018-09-01".to_owned(), "2100-12-31".to_owned());
    assert_eq!(refused, Err(Invalid::OutOfRange { value, min, max }));
}

#[test]
fn a_start_that_was_taken_is_not_talked_away() {
    let started = record(PilotStatus::Active, &[(PilotEvent::Start, "2018-10-01")]);
    let late = facts(&json!({"starts": ending("2018-11-01", "2018-11-01")}));
    assert!(started.starts_too_late(&late));
    assert!(!started.starts_too_late(&facts(&json!({}))));
    assert!(!record(PilotStatus::Planned, &[]).starts_too_late(&late));
}

#[test]
fn a_record_of_before_there_was_progress_is_read() {
    let old = json!({
        "programme": "county-pilots-2018", "call": "county-pilots-2018", "names": {"fi": "Pilotti", "sv": null, "en": null},
        "pilot_status": "completed", "lead": OrganisationId::of_key("lead"), "areas": ["region:19"], "starts": season(),
        "ends": null, "objectives": [{"fi": "Tavoite", "sv": null, "en": null}], "tasks": []
    });
    let record: PilotRecord = serde_json::from_value(old).unwrap();
    assert_eq!((&record.facts.partners, &record.steps, &record.origin), (&vec![], &vec![], &PilotOrigin::default()));
    let again: PilotRecord = serde_json::from_value(serde_json::to_value(&record).unwrap()).unwrap();
    assert_eq!(again, record);
}

proptest! {
    /// However steps are asked for: those that are taken never go back in time, none is to come, and nothing ends
    /// that did not begin, unless it was given up.
    #[test]
    fn steps_follow_each_other(asked in proptest::collection::vec((0_usize..3, 0_i64..6_000), 0..12)) {
        let events = [PilotEvent::Start, PilotEvent::Complete, PilotEvent::Discontinue];
        let (first, today) = (day("2012-01-01"), day(TODAY));
        let mut pilot = record(PilotStatus::Planned, &[]);
        for (event, days) in asked {
            let (event, day) = (events[event], first + chrono::Duration::days(days));
            let Ok(to) = Pilots::step(pilot.pilot_status, event, Role::NationalDeveloper) else { continue };
            if pilot.check_day(event, day, today).is_ok() {
                pilot.pilot_status = to;
                pilot.steps.push(PilotStep { event, day, remarks: None });
            }
        }
        prop_assert!(pilot.steps.is_sorted_by_key(|step| step.day));
        prop_assert!(pilot.steps.iter().all(|step| step.day <= today));
        let taken: Vec<PilotEvent> = pilot.steps.iter().map(|step| step.event).collect();
        let expected: &[PilotEvent] = match pilot.pilot_status {
            PilotStatus::Planned => &[],
            PilotStatus::Active => &events[..1],
            PilotStatus::Completed => &events[..2],
            PilotStatus::Discontinued if taken.len() == 1 => &events[2..],
            PilotStatus::Discontinued => &[PilotEvent::Start, PilotEvent::Discontinue],
        };
        prop_assert_eq!(taken, expected);
        if let Some(start) = pilot.steps.iter().find(|step| step.event == PilotEvent::Start) {
            prop_assert!(!pilot.starts_too_late(&pilot.facts) && start.day >= crate::date::parse_day("2018-09-01").unwrap());
        }
    }
}
