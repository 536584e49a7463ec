//! Every step of an application, by every role, against the table of the domain.

use std::collections::BTreeSet;

use digituki_domain::application::{ApplicationEvent, ApplicationStatus, Applications};
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine as _;
use digituki_domain::vocabulary::Vocabulary;
use rstest::rstest;
use serde_json::{Value, json};

use super::Round;
use crate::support::session::{ANY, Session};
use crate::support::{Answer, Database, Registry};

/// What leads to a state without a decision.
fn way(state: ApplicationStatus) -> &'static [(Role, &'static str)] {
    const SUBMIT: (Role, &str) = (Role::Applicant, "submit");
    const REVIEW: (Role, &str) = (Role::NationalDeveloper, "start_review");
    match state {
        ApplicationStatus::Submitted => &[SUBMIT],
        ApplicationStatus::AdditionalInformationRequested => {
            &[SUBMIT, (Role::NationalDeveloper, "request_information")]
        }
        ApplicationStatus::UnderReview => &[SUBMIT, REVIEW],
        ApplicationStatus::Recommended => &[SUBMIT, REVIEW, (Role::NationalDeveloper, "recommend")],
        ApplicationStatus::Withdrawn => &[SUBMIT, (Role::Applicant, "withdraw")],
        _ => &[],
    }
}

const STATES: [ApplicationStatus; 6] = [
    ApplicationStatus::Draft,
    ApplicationStatus::Submitted,
    ApplicationStatus::AdditionalInformationRequested,
    ApplicationStatus::UnderReview,
    ApplicationStatus::Recommended,
    ApplicationStatus::Withdrawn,
];

impl Round<'_> {
    fn by(&self, role: Role) -> &Session<'_> {
        if role == Role::Applicant { &self.applicant } else { &self.developer }
    }

    /// An application that stands so; gives its address.
    fn standing(&self, state: ApplicationStatus) -> String {
        let path = self.draft();
        for (role, event) in way(state) {
            self.by(*role).step(&path, event);
        }
        assert_eq!(self.applicant.json(&path)["application_status"], state.code());
        path
    }
}

/// The events that lines of the table let a role take.
fn legal(state: ApplicationStatus, role: Role) -> Vec<ApplicationEvent> {
    let lines = Applications::STEPS.iter().filter(|line| line.from.contains(&state) && line.by.contains(&role));
    lines.map(|line| line.event).collect()
}

/// That the table gives a role a step at all.
fn takes(role: Role, event: ApplicationEvent) -> bool {
    Applications::STEPS.iter().any(|line| line.event == event && line.by.contains(&role))
}

#[track_caller]
fn check_conflict(answer: &Answer, state: ApplicationStatus, role: Role) {
    answer.problem(409, "conflict");
    let fault = answer.json()["errors"][0].take();
    assert_eq!((&fault["code"], &fault["pointer"]), (&json!("illegal_step"), &json!("/event")));
    let codes: Vec<&str> = legal(state, role).into_iter().map(Vocabulary::code).collect();
    let possible = match codes.as_slice() {
        [] => "No step is possible now.".to_owned(),
        codes => format!("Possible now: {}.", codes.join(", ")),
    };
    assert_eq!(fault["message"], format!("Not possible while it is {}. {possible}", state.code()));
}

#[rstest]
fn every_step_is_taken_or_refused_as_the_table_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let mut sessions = round.others();
    sessions.push(("applicant", round.applicant.clone()));
    for state in STATES {
        let path = round.standing(state);
        let before = round.applicant.json(&path);
        let seq = registry.last_seq();
        for event in ApplicationEvent::VALUES.iter().copied() {
            for (name, session) in &sessions {
                let told = format!("{} {} by {name}", state.code(), event.code());
                let role = match *name {
                    "national_developer" => Role::NationalDeveloper,
                    "applicant" => Role::Applicant,
                    _ => {
                        let status = if *name == "public" { 401 } else { 403 };
                        // Whose role takes steps, and who sees nothing of others' applications.
                        let status = if *name == "rival" { 404 } else { status };
                        let answer = session.take(&path, event.code());
                        assert_eq!(answer.status, status, "{told}: {}", answer.text());
                        continue;
                    }
                };
                // Private: not there for the developer.
                if (state, role) == (ApplicationStatus::Draft, Role::NationalDeveloper) {
                    session.take(&path, event.code()).problem(404, "not_found");
                } else if !takes(role, event) {
                    session.take(&path, event.code()).problem(403, "forbidden");
                } else if !legal(state, role).contains(&event) {
                    check_conflict(&session.take(&path, event.code()), state, role);
                }
            }
        }
        assert_eq!(registry.last_seq(), seq, "{}: what is refused changes nothing", state.code());
        assert_eq!(round.applicant.json(&path), before);
    }
}

#[rstest]
fn every_step_of_the_table_leads_where_it_says(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let mut taken = BTreeSet::new();
    for state in STATES {
        for role in [Role::NationalDeveloper, Role::Applicant] {
            for event in legal(state, role) {
                let path = round.standing(state);
                if event == ApplicationEvent::Comment {
                    round.applicant.patch(&path, &json!({"open_for_comments": true}));
                }
                let version = round.applicant.json(&path)["version"].as_i64().unwrap();
                let remarks = json!({"fi": "Näin on.", "sv": null, "en": null});
                let answer = round.by(role).write(
                    "POST",
                    &format!("{path}/transitions"),
                    &[],
                    &json!({"event": event.code(), "remarks": remarks}),
                );
                let after = answer.json();
                let to = Applications::step(state, event, role).unwrap();
                assert_eq!(after["application_status"], to.code(), "{} {}", state.code(), event.code());
                assert_eq!(after["version"], version + 1);
                let last = after["steps"].as_array().unwrap().last().cloned().unwrap();
                assert_eq!((&last["event"], &last["remarks"]), (&json!(event.code()), &remarks));
                assert_eq!(round.applicant.json(&path), after);
                taken.insert((state.code(), event.code()));
            }
        }
    }
    assert_eq!(taken.len(), 12, "{taken:?}");
}

#[rstest]
fn what_an_application_says_changes_only_while_it_is_a_draft_or_asked_about(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    for state in STATES {
        let path = round.standing(state);
        let seq = registry.last_seq();
        let answer = round.applicant.write("PATCH", &path, &[ANY], &json!({"names": {"sv": "Närstöd i byarna"}}));
        let open = matches!(state, ApplicationStatus::Draft | ApplicationStatus::AdditionalInformationRequested);
        if open {
            assert_eq!(answer.status, 200, "{}: {}", state.code(), answer.text());
        } else {
            answer.problem(409, "conflict");
            assert_eq!(answer.codes_of_faults(), ["illegal_step"]);
        }
        assert_eq!(registry.last_seq(), seq + i64::from(open), "{}", state.code());
        // What says the same is in conflict with nothing.
        let same = round.applicant.write("PATCH", &path, &[ANY], &json!({}));
        assert_eq!(same.status, 200, "{}", same.text());
    }
}

#[rstest]
fn a_draft_alone_is_deleted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    for state in STATES {
        let path = round.standing(state);
        let removal = round.applicant.send("DELETE", &path, &[ANY], "");
        if state == ApplicationStatus::Draft {
            assert_eq!(removal.status, 204);
            round.applicant.get(&path).problem(404, "not_found");
        } else {
            removal.problem(409, "conflict");
            assert_eq!(removal.codes_of_faults(), ["illegal_step"], "{}", state.code());
            assert_eq!(round.applicant.json(&path)["application_status"], state.code());
        }
    }
}

#[rstest]
fn the_answer_to_additional_questions_is_submitted_with_what_was_changed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let path = round.standing(ApplicationStatus::AdditionalInformationRequested);
    round.applicant.patch(&path, &json!({"summaries": {"fi": "Kymmenen kylätaloa."}}));
    let after = round.applicant.step(&path, "provide_information");
    assert_eq!(after["summaries"]["fi"], "Kymmenen kylätaloa.");
    let events: Vec<Value> = after["steps"].as_array().unwrap().iter().map(|step| step["event"].clone()).collect();
    assert_eq!(events, ["submit", "request_information", "provide_information"]);
}
