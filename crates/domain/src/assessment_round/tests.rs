use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::assessment::AssessmentStatus;
use crate::invalid::violations;
use crate::pilot::PilotId;
use crate::role::Role;
use crate::vocabulary::Vocabulary as _;

fn facts() -> Value {
    json!({
        "framework": "regional-self-assessment-1", "names": {"fi": "Kierros"}, "first_day": "2026-01-01",
        "last_day": "2026-12-31", "opens_on": "2027-01-11", "due_on": "2027-02-12",
        "reminders": ["2027-02-05", "2027-02-19"], "asked": ["region:01", "region:02", "region:04"]
    })
}

fn read(facts: &Value) -> AssessmentRoundFacts {
    AssessmentRoundFacts::deserialize(facts).unwrap_or_else(|error| panic!("{facts}: {error}"))
}

fn with(field: &str, value: Value) -> AssessmentRoundFacts {
    let mut facts = facts();
    facts[field] = value;
    read(&facts)
}

fn published() -> AssessmentRoundRecord {
    AssessmentRoundRecord {
        round_status: RoundStatus::Upcoming,
        ..AssessmentRoundRecord::new(read(&facts()), AssessmentKind::SelfAssessment)
    }
}

fn day(text: &str) -> NaiveDate {
    date::parse_day(text).unwrap_or_else(|invalid| panic!("{text}: {invalid}"))
}

#[test]
fn a_round_says_a_period_days_in_their_order_and_whom_it_asks() {
    let pilot = format!("pilot:{}", PilotId::of_key("x"));
    let table = [
        ("names", json!({"fi": "Toinen"}), None),
        ("reminders", json!([]), None),
        ("reminders", json!(["2027-01-11", "2028-02-12"]), None),
        ("due_on", json!("2027-02-05"), None),
        ("last_day", json!("2025-12-31"), Some("/last_day")),
        ("due_on", json!("2027-01-10"), Some("/due_on")),
        ("reminders", json!(["2027-01-10"]), Some("/reminders/0")),
        ("reminders", json!(["2027-02-05", "2028-02-13"]), Some("/reminders/1")),
        ("reminders", json!(["2027-02-05", "2027-02-05"]), Some("/reminders")),
        ("asked", json!([]), Some("/asked")),
        ("asked", json!(["region:01", "region:01"]), Some("/asked")),
        ("asked", json!(["region:01", pilot]), Some("/asked/1")),
    ];
    for (field, value, expected) in table {
        let facts = with(field, value.clone());
        let shape = facts.validate().err().map(|errors| violations(&errors)).unwrap_or_default();
        let found = shape.into_iter().chain(facts.strange());
        let places: Vec<String> = found.map(|violation| violation.place.to_string()).collect();
        assert_eq!(places, expected.into_iter().collect::<Vec<_>>(), "{field}: {value}");
    }
    for bad in [json!("2027-02-30"), json!("soon")] {
        let mut facts = facts();
        facts["reminders"] = json!([bad]);
        assert!(AssessmentRoundFacts::deserialize(&facts).is_err(), "{bad}");
    }
}

#[test]
fn a_published_round_follows_the_clock_and_the_others_do_not() {
    let table = [
        ("2027-01-10", RoundStatus::Upcoming),
        ("2027-01-11", RoundStatus::Open),
        ("2027-02-12", RoundStatus::Open),
        ("2027-02-13", RoundStatus::PastDue),
        ("2099-12-31", RoundStatus::PastDue),
    ];
    for (on, expected) in table {
        assert_eq!(published().status(day(on)), expected, "{on}");
        for settled in [RoundStatus::Draft, RoundStatus::Closed] {
            let round = AssessmentRoundRecord { round_status: settled, ..published() };
            assert_eq!(round.status(day(on)), settled, "{on}");
        }
    }
}

#[test]
fn what_was_promised_to_those_who_are_asked_stays() {
    use RoundStatus::{Closed, Draft, Open, PastDue, Upcoming};
    let table: [(&str, Value, &[RoundStatus]); 9] = [
        ("names", json!({"fi": "Toinen"}), &[Draft, Upcoming, Open, PastDue]),
        ("framework", json!("another"), &[Draft]),
        ("first_day", json!("2026-02-01"), &[Draft, Upcoming]),
        ("opens_on", json!("2027-01-12"), &[Draft, Upcoming]),
        ("due_on", json!("2027-02-11"), &[Draft]),
        ("due_on", json!("2027-02-13"), &[Draft, Upcoming, Open, PastDue]),
        ("reminders", json!([]), &[Draft, Upcoming, Open, PastDue]),
        ("asked", json!(["region:01", "region:02"]), &[Draft]),
        ("asked", json!(["region:05", "region:04", "region:02", "region:01"]), &[Draft, Upcoming, Open, PastDue]),
    ];
    let round = published();
    for (field, value, allowed) in table {
        for status in RoundStatus::VALUES {
            let not_now = Rounds::not_now(*status, Role::NationalDeveloper);
            let found = round.conflicts(&with(field, value.clone()), *status, &not_now);
            assert_eq!(found.is_empty(), allowed.contains(status), "{field} {value} {status}: {found:?}");
        }
    }
    assert_eq!(round.conflicts(&round.facts, Closed, &Rounds::not_now(Closed, Role::NationalDeveloper)), []);
    let grown = with("asked", json!(["region:05", "region:01"]));
    assert_eq!(round.newly_asked(&grown).map(ToString::to_string).collect::<Vec<_>>(), ["region:05"]);
}

fn standing(subject: &SubjectId, status: AssessmentStatus, first: Option<&str>) -> Standing {
    Standing { subject: subject.clone(), status, first_submitted_on: first.map(day) }
}

#[test]
fn a_round_tells_who_answered_in_time_who_late_and_whom_to_remind() {
    let round = published();
    let [one, two, three] = &round.facts.asked[..] else { panic!("three are asked") };
    let standings = [
        standing(one, AssessmentStatus::Confirmed, Some("2027-02-12")),
        standing(two, AssessmentStatus::Returned, Some("2027-02-13")),
        standing(three, AssessmentStatus::InProgress, None),
    ];
    let progress = Progress::of(&round, &standings, day("2027-02-20"));
    let told = progress.completeness;
    assert_eq!((told.asked, told.not_started, told.in_progress, told.returned, told.confirmed), (3, 0, 1, 1, 1));
    assert_eq!((told.answered, told.on_time, told.late, told.missing), (1, 1, 1, 1));
    assert_eq!(progress.to_remind, [two.clone(), three.clone()]);
    let table = [
        ("2027-01-01", Some("2027-02-05"), 0, 0),
        ("2027-02-04", Some("2027-02-05"), 0, 0),
        ("2027-02-05", Some("2027-02-19"), 3, 0),
        ("2027-02-13", Some("2027-02-19"), 3, 3),
        ("2027-02-19", None, 3, 3),
    ];
    for (on, next, to_remind, missing) in table {
        let progress = Progress::of(&round, &[], day(on));
        assert_eq!(progress.next_reminder_on, next.map(day), "{on}");
        assert_eq!((progress.to_remind.len(), progress.completeness.missing), (to_remind, missing), "{on}");
        assert_eq!(progress.completeness.not_started, 3, "{on}");
        for settled in [RoundStatus::Draft, RoundStatus::Closed] {
            let round = AssessmentRoundRecord { round_status: settled, ..published() };
            let progress = Progress::of(&round, &[], day(on));
            assert_eq!((progress.next_reminder_on, progress.to_remind.len()), (None, 0), "{settled} on {on}");
        }
    }
}

proptest! {
    #[test]
    fn every_one_who_is_asked_is_counted_once(
        given in prop::collection::vec((0..5_usize, prop::option::of(0..60_u64)), 0..3),
        after in 0..90_u64,
    ) {
        let round = published();
        let start = round.facts.opens_on;
        let standings: Vec<Standing> = round.facts.asked.iter().zip(&given).map(|(subject, (status, first))| Standing {
            subject: subject.clone(),
            status: AssessmentStatus::VALUES[*status],
            first_submitted_on: first.and_then(|days| start.checked_add_days(Days::new(days))),
        }).collect();
        let today = start.checked_add_days(Days::new(after)).unwrap_or(start);
        let Progress { completeness: told, to_remind, .. } = Progress::of(&round, &standings, today);
        let by_status = told.not_started + told.in_progress + told.submitted + told.returned + told.confirmed;
        prop_assert_eq!(by_status, told.asked);
        prop_assert_eq!(told.answered, told.submitted + told.confirmed);
        if round.status(today) == RoundStatus::PastDue {
            prop_assert_eq!(told.on_time + told.late + told.missing, told.asked);
            prop_assert_eq!(to_remind.len(), told.asked - told.answered);
        }
        prop_assert!((0.0..=1.0).contains(&told.share_answered));
    }
}
