//! When an evaluation is written, of what, and what is wrong with it.

use rstest::rstest;
use serde_json::{Value, json};

use super::{EVALUATIONS, evaluation, evaluators};
use crate::applications::{CALLS, Round, call};
use crate::support::session::{ANY, Session, named, with};
use crate::support::{Database, Registry};

/// The pointers and codes of the faults that an evaluation is refused for.
#[track_caller]
fn refused(session: &Session, body: &Value, status: u16) -> Vec<String> {
    let answer = session.write("POST", EVALUATIONS, &[("Accept-Language", "en")], body);
    answer.problem(status, if status == 409 { "conflict" } else { "invalid_request" });
    let told = |fault: &Value| format!("{} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap());
    answer.json()["errors"].as_array().unwrap().iter().map(told).collect()
}

#[rstest]
fn an_application_is_evaluated_while_it_waits_for_a_decision(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [one, two] = evaluators(&registry, &round);
    let unknown = ["/application unknown_value"];
    let path = round.draft();
    assert_eq!(refused(&one, &evaluation(&path, &[]), 400), unknown);
    // Opened for comments it shows to the developer, not to evaluators.
    round.applicant.patch(&path, &json!({"open_for_comments": true}));
    assert_eq!(refused(&one, &evaluation(&path, &[]), 400), unknown);
    round.applicant.step(&path, "submit");
    let made = one.add(EVALUATIONS, &evaluation(&path, &[("need", 1)]));
    for (score, step) in [(2, "request_information"), (3, ""), (4, "recommend")] {
        match step {
            "" => round.applicant.step(&path, "provide_information"),
            step => round.developer.step(&path, step),
        };
        let changed = one.patch(&made, &json!({"scores": [{"criterion": "need", "score": score}]}));
        assert_eq!(changed["weighted_score"], f64::from(score));
    }
    round.applicant.step(&path, "withdraw");
    let before = one.json(&made);
    let seq = registry.last_seq();
    assert_eq!(refused(&two, &evaluation(&path, &[]), 409), ["/application illegal_step"]);
    let answer = one.write("PATCH", &made, &[ANY], &json!({"scores": []}));
    assert_eq!(answer.problem(409, "conflict")["errors"][0]["pointer"], "/application");
    // What says the same is in conflict with nothing.
    assert_eq!(one.patch(&made, &json!({})), before);
    assert_eq!(registry.last_seq(), seq);
}

#[rstest]
fn who_is_not_named_on_the_call_learns_nothing_of_its_applications(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let stranger = registry.sign_in("evaluator", &[], None);
    // Named on another call.
    round.developer.create(CALLS, &call(&registry, "another-call"));
    let body = json!({"clients": [stranger.client_id]});
    assert_eq!(round.developer.write("PUT", "/v1/calls/another-call/evaluators", &[ANY], &body).status, 200);
    let path = round.submitted();
    let said = |path: &str| {
        let answer = stranger.write("POST", EVALUATIONS, &[], &evaluation(path, &[("need", 1)]));
        answer.problem(400, "invalid_request");
        answer.json()["errors"].to_string().replace(named(path), "it")
    };
    assert_eq!(said(&path), said("/v1/applications/00000000-0000-4000-8000-000000000000"));
    stranger.get(&path).problem(404, "not_found");
    let answer = stranger.get(&format!("{EVALUATIONS}?application={}", named(&path)));
    assert_eq!(answer.problem(400, "invalid_request")["errors"][0]["code"], "unknown_value");
}

#[rstest]
fn an_application_is_evaluated_once_by_each(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [one, two] = evaluators(&registry, &round);
    let [path, other] = [round.submitted(), round.submitted()];
    let made = one.add(EVALUATIONS, &evaluation(&path, &[("need", 1)]));
    assert_eq!(refused(&one, &evaluation(&path, &[]), 409), ["/application taken"]);
    two.create(EVALUATIONS, &evaluation(&path, &[("need", 1)]));
    // It stays with its application.
    for elsewhere in [named(&other), "00000000-0000-4000-8000-000000000000"] {
        let answer = one.write("PATCH", &made, &[ANY], &json!({"application": elsewhere}));
        let problem = answer.problem(409, "conflict");
        assert_eq!(problem["errors"][0]["pointer"], "/application");
        assert_eq!(problem["errors"][0]["code"], "illegal_step");
    }
    one.create(EVALUATIONS, &evaluation(&other, &[]));
}

#[rstest]
fn what_does_not_fit_the_criteria_is_named(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [evaluator] = evaluators(&registry, &round);
    let path = round.submitted();
    let seq = registry.last_seq();
    let code = "Hakija 131052-308T.";
    let with_code = json!({"scores": [{"criterion": "need", "score": 1, "reasons": {"fi": code}}]});
    let many: Vec<Value> = (0..51).map(|_| json!({"criterion": "need", "score": 1})).collect();
    let table = [
        (evaluation(&path, &[("need", 0)]), "/scores/0/score out_of_range"),
        (evaluation(&path, &[("need", 6)]), "/scores/0/score out_of_range"),
        (evaluation(&path, &[("need", 1), ("price", 1)]), "/scores/1/criterion unknown_value"),
        (evaluation(&path, &[("need", 1), ("need", 2)]), "/scores/1/criterion repeated_value"),
        (with(&evaluation(&path, &[]), &with_code), "/scores/0/reasons/fi personal_identity_code"),
        (with(&evaluation(&path, &[]), &json!({"scores": many})), "/scores too_many_values"),
        (with(&evaluation(&path, &[]), &json!({"application": null})), "/application missing_field"),
        (with(&evaluation(&path, &[]), &json!({"evaluator": "me-myself"})), "/evaluator unknown_field"),
        (with(&evaluation(&path, &[]), &json!({"remarks": {"fi": ""}})), "/remarks/fi blank"),
        (
            with(&evaluation(&path, &[]), &json!({"scores": [{"criterion": "need", "score": 4.5}]})),
            "/scores/0/score wrong_type",
        ),
    ];
    for (body, expected) in table {
        let told = refused(&evaluator, &body, 400);
        assert!(told.iter().any(|fault| fault == expected), "{expected}: {told:?}");
    }
    let unknown = evaluation(&path, &[("price", 1)]);
    let answer = evaluator.write("POST", EVALUATIONS, &[("Accept-Language", "en")], &unknown);
    let message = answer.json()["errors"][0]["message"].take();
    assert_eq!(message, "Unknown value \"price\". Allowed: need, network, cost.");
    assert_eq!(registry.last_seq(), seq);
    // Two faults at once: one of the body, one against the registry.
    let both = evaluation(&path, &[("price", 6)]);
    assert_eq!(refused(&evaluator, &both, 400).len(), 2);
}
