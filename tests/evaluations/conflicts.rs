//! Conflicts of interest: who has one gives no scores.

use rstest::rstest;
use serde_json::{Value, json};

use super::{EVALUATIONS, declaration, evaluation, evaluators};
use crate::applications::{APPLICATIONS, OPEN, Round, application};
use crate::support::session::{ANY, Session, with};
use crate::support::{Answer, Database, Registry};

#[track_caller]
fn check(answer: &Answer, status: u16, faults: &[(&str, &str)]) {
    answer.problem(status, if status == 409 { "conflict" } else { "invalid_request" });
    let told = answer.json()["errors"].take();
    let told: Vec<(&str, &str)> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, faults, "{}", answer.text());
}

#[rstest]
fn who_declares_a_conflict_scores_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [evaluator] = evaluators(&registry, &round);
    let path = round.submitted();
    let seq = registry.last_seq();
    let scores = json!([{"criterion": "need", "score": 5}]);
    let post = |fields: &Value| evaluator.write("POST", EVALUATIONS, &[], &with(&declaration(&path), fields));
    check(&post(&json!({"scores": scores})), 400, &[("/scores", "excluded")]);
    check(&post(&json!({"conflict_reasons": null})), 400, &[("/conflict_reasons", "missing_field")]);
    check(&post(&json!({"conflict_of_interest": false})), 400, &[("/conflict_reasons", "excluded")]);
    assert_eq!(registry.last_seq(), seq);
    let declared = evaluator.create(EVALUATIONS, &declaration(&path));
    assert_eq!((&declared["weighted_score"], &declared["scores"]), (&Value::Null, &json!([])));
}

#[rstest]
fn a_declared_conflict_is_final(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [evaluator] = evaluators(&registry, &round);
    let application = round.submitted();
    // Also who has scored already may find one: the scores go with it.
    let path = evaluator.add(EVALUATIONS, &evaluation(&application, &[("need", 5)]));
    let answer = evaluator.write("PUT", &path, &[ANY], &declaration(&application));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seq = registry.last_seq();
    let scores = json!([{"criterion": "need", "score": 5}]);
    for body in [
        json!({"conflict_of_interest": false}),
        json!({"conflict_of_interest": false, "conflict_reasons": null}),
        json!({"conflict_of_interest": false, "conflict_reasons": null, "scores": scores}),
        json!({"scores": scores}),
    ] {
        let answer = evaluator.write("PATCH", &path, &[ANY], &body);
        check(&answer, 409, &[("/conflict_of_interest", "conflict_of_interest")]);
    }
    let answer = evaluator.write("PUT", &path, &[ANY], &evaluation(&application, &[("need", 5)]));
    check(&answer, 409, &[("/conflict_of_interest", "conflict_of_interest")]);
    assert_eq!(registry.last_seq(), seq);
    // Why there is one may still be said otherwise.
    let changed = evaluator.patch(&path, &json!({"conflict_reasons": {"fi": "Sukulainen hankkeessa."}}));
    assert_eq!((&changed["version"], &changed["conflict_of_interest"]), (&json!(3), &json!(true)));
}

#[rstest]
fn who_works_for_the_applicant_or_a_partner_cannot_score(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let of = |organisation: Option<&str>| registry.sign_in("evaluator", &[], organisation);
    let third = super::super::applications::organisation(&round.developer, "Kolmas ry");
    let [own, partner, free] = [&round.own, &round.other, &third].map(|organisation| of(Some(organisation)));
    round.name_evaluators(&[&own.client_id, &partner.client_id, &free.client_id]);
    let body = with(&application(OPEN, &round.own), &json!({"partners": [round.other]}));
    let path = round.applicant.add(APPLICATIONS, &body);
    round.applicant.step(&path, "submit");
    let seq = registry.last_seq();
    let scores = evaluation(&path, &[("need", 5)]);
    let post = |session: &Session, body: &Value| session.write("POST", EVALUATIONS, &[], body);
    let (at_scores, at_conflict) =
        (("/scores", "conflict_of_interest"), ("/conflict_of_interest", "conflict_of_interest"));
    for session in [&own, &partner] {
        check(&post(session, &scores), 409, &[at_scores, at_conflict]);
        check(&post(session, &evaluation(&path, &[])), 409, &[at_conflict]);
    }
    assert_eq!(registry.last_seq(), seq);
    for session in [&own, &partner] {
        let declared = session.create(EVALUATIONS, &declaration(&path));
        assert_eq!(declared["conflict_of_interest"], true);
    }
    assert_eq!(post(&free, &scores).status, 201);
}

#[rstest]
fn who_comes_to_work_for_a_partner_after_scoring_scores_no_more(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let evaluator = registry.sign_in("evaluator", &[], Some(&round.other));
    round.name_evaluators(&[&evaluator.client_id]);
    let application = round.submitted();
    let path = evaluator.add(EVALUATIONS, &evaluation(&application, &[("need", 5)]));
    round.developer.step(&application, "request_information");
    round.applicant.patch(&application, &json!({"partners": [round.other]}));
    let answer = evaluator.write("PATCH", &path, &[ANY], &json!({"remarks": {"fi": "Hyvä."}}));
    let places = [("/scores", "conflict_of_interest"), ("/conflict_of_interest", "conflict_of_interest")];
    check(&answer, 409, &places);
    let answer = evaluator.write("PUT", &path, &[ANY], &declaration(&application));
    assert_eq!(answer.status, 200, "{}", answer.text());
}
