//! Evaluations: who scores what, who reads it, and what it comes to.

mod conflicts;
mod writing;

use rstest::rstest;
use serde_json::{Value, json};

use crate::applications::{Round, who_sees};
use crate::support::session::{ANY, Session, id, named, with};
use crate::support::{Database, Registry};

const EVALUATIONS: &str = "/v1/evaluations";

/// An evaluation, as it is written.
fn evaluation(application: &str, scores: &[(&str, i32)]) -> Value {
    let scores: Vec<Value> =
        scores.iter().map(|(criterion, score)| json!({"criterion": criterion, "score": score})).collect();
    json!({"application": named(application), "conflict_of_interest": false, "scores": scores})
}

/// A declaration of a conflict of interest, as it is written.
fn declaration(application: &str) -> Value {
    let declared = json!({"conflict_of_interest": true, "conflict_reasons": {"fi": "Entinen työnantaja."}});
    with(&evaluation(application, &[]), &declared)
}

/// Evaluators of a round, all named on its call.
fn evaluators<'a, const N: usize>(registry: &'a Registry, round: &Round) -> [Session<'a>; N] {
    let sessions = [0; N].map(|_| registry.sign_in("evaluator", &[], None));
    round.name_evaluators(&sessions.iter().map(|session| session.client_id.as_str()).collect::<Vec<_>>());
    sessions
}

#[rstest]
fn an_evaluation_comes_to_the_mean_by_the_weights_of_what_it_scores(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [evaluator] = evaluators(&registry, &round);
    let application = round.submitted();
    let created = evaluator.create(EVALUATIONS, &evaluation(&application, &[("need", 5), ("network", 3)]));
    // (50 * 5 + 30 * 3) / 80, of 100.
    let figures = [&created["weighted_score"], &created["answered_weight"]];
    assert_eq!(figures, [&json!(4.25), &json!(0.8)]);
    assert_eq!(created["evaluator"], evaluator.client_id.as_str());
    assert_eq!((&created["call"], &created["form_version"]), (&json!("open-call"), &json!(1)));
    let path = format!("{EVALUATIONS}/{}", id(&created));
    assert_eq!(evaluator.json(&path), created);
    let scores = json!([
        {"criterion": "need", "score": 1},
        {"criterion": "cost", "score": 5, "reasons": {"fi": "Edullinen.", "sv": null, "en": null}}
    ]);
    let changed = evaluator.patch(&path, &json!({"scores": scores, "remarks": {"en": "Cheap."}}));
    // (50 * 1 + 20 * 5) / 70, of 100.
    let figures = [&changed["weighted_score"], &changed["answered_weight"], &changed["version"]];
    assert_eq!(figures, [&json!(2.142_857), &json!(0.7), &json!(2)]);
    let none = evaluator.write("PUT", &path, &[ANY], &evaluation(&application, &[])).json();
    let figures = [&none["weighted_score"], &none["answered_weight"], &none["remarks"]];
    assert_eq!(figures, [&Value::Null, &json!(0.0), &Value::Null]);
    // History: each version as it was.
    let history = evaluator.items(&format!("{path}/history"));
    let versions: Vec<_> = history.iter().map(|change| change["data"].clone()).collect();
    assert_eq!(versions, [created.clone(), changed, none]);
    let instant = history[0]["recorded_at"].as_str().unwrap();
    assert_eq!(evaluator.json(&format!("{path}?known_at={instant}")), created);
}

#[rstest]
fn evaluations_are_read_by_their_evaluator_the_developer_and_the_ministry(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let mut sessions = round.others();
    sessions.push(("applicant", round.applicant.clone()));
    // Who works for the applicant otherwise.
    sessions.push(("own integrator", registry.sign_in("integrator", &[], Some(&round.own))));
    let [evaluator, colleague] = evaluators(&registry, &round);
    let application = round.submitted();
    let path = evaluator.add(EVALUATIONS, &evaluation(&application, &[("need", 2)]));
    let declared = colleague.add(EVALUATIONS, &declaration(&application));
    sessions.push(("author", evaluator.clone()));
    sessions.push(("colleague", colleague.clone()));
    for (path, author) in [(&path, "author"), (&declared, "colleague")] {
        assert_eq!(who_sees(&sessions, path), ["national_developer", "ministry", author]);
    }
    // Who has decided sees no more, and who is named no more sees what it said itself.
    round.name_evaluators(&[]);
    assert_eq!(who_sees(&sessions, &path), ["national_developer", "ministry", "author"]);
    let answer = evaluator.write("PATCH", &path, &[ANY], &json!({"remarks": {"fi": "Vielä."}}));
    assert_eq!(answer.problem(400, "invalid_request")["errors"][0]["pointer"], "/application");
}

#[rstest]
fn nobody_but_its_evaluator_changes_an_evaluation(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let mut sessions = round.others();
    sessions.push(("applicant", round.applicant.clone()));
    let [evaluator, colleague] = evaluators(&registry, &round);
    sessions.push(("colleague", colleague));
    let application = round.submitted();
    let path = evaluator.add(EVALUATIONS, &evaluation(&application, &[("need", 2)]));
    let before = evaluator.json(&path);
    let seq = registry.last_seq();
    for (name, session) in &sessions {
        let expected = match *name {
            "public" => 401,
            // It may evaluate, and sees nothing of others' evaluations.
            "evaluator" | "colleague" => 404,
            _ => 403,
        };
        let body = evaluation(&application, &[("need", 5)]);
        let answers =
            [session.write("PATCH", &path, &[ANY], &json!({"scores": []})), session.write("PUT", &path, &[ANY], &body)];
        for answer in answers {
            assert_eq!(answer.status, expected, "{name}: {}", answer.text());
        }
        if !matches!(*name, "evaluator" | "colleague") {
            assert_eq!(session.write("POST", EVALUATIONS, &[], &body).status, expected, "{name}");
        }
    }
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(evaluator.json(&path), before);
    assert_eq!(evaluator.send("DELETE", &path, &[ANY], "").status, 405);
    // Denials are noted, also that of what is hidden.
    let auditor = registry.sign_in("auditor", &[], None);
    let denied = auditor.items("/v1/audit?outcome=denied");
    let of = |name: &str| {
        let client = sessions.iter().find(|(other, _)| *other == name).unwrap().1.client_id.clone();
        let lines = denied.iter().filter(|line| line["client"] == client.as_str());
        lines.map(|line| line["operation"].clone()).collect::<Vec<_>>()
    };
    for name in ["applicant", "ministry"] {
        assert_eq!(of(name), ["change_evaluation", "replace_evaluation", "create_evaluation"], "{name}");
    }
    assert_eq!(of("colleague"), ["change_evaluation", "replace_evaluation"]);
}

#[rstest]
fn evaluations_are_found_by_application_call_and_evaluator(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let [one, two] = evaluators(&registry, &round);
    let applications = [round.submitted(), round.submitted()];
    let mut paths = Vec::new();
    for application in &applications {
        for session in [&one, &two] {
            paths.push(session.add(EVALUATIONS, &evaluation(application, &[("need", 3)])));
        }
    }
    let found = |session: &Session, query: &str| -> Vec<String> {
        let found = session.items(&format!("{EVALUATIONS}?{query}"));
        found.iter().map(|each| format!("{EVALUATIONS}/{}", id(each))).collect()
    };
    let developer = &round.developer;
    assert_eq!(found(developer, ""), paths);
    assert_eq!(found(developer, &format!("application={}", named(&applications[1]))), paths[2..]);
    assert_eq!(found(developer, "call=open-call"), paths);
    assert_eq!(found(developer, "call=regional-coordination-2020"), Vec::<String>::new());
    let of_two = [paths[1].clone(), paths[3].clone()];
    assert_eq!(found(developer, &format!("evaluator={}", two.client_id)), of_two);
    assert_eq!(found(&two, ""), of_two);
    assert_eq!(found(&two, &format!("evaluator={}", one.client_id)), Vec::<String>::new());
    assert_eq!(found(&round.applicant, &format!("application={}", named(&applications[0]))), Vec::<String>::new());
    // A walk meets each once.
    let mut next = format!("{EVALUATIONS}?limit=1");
    let mut walked = Vec::new();
    loop {
        let page = developer.json(&next);
        walked.extend(page["items"].as_array().unwrap().iter().map(|each| format!("{EVALUATIONS}/{}", id(each))));
        match page["next"].as_str() {
            Some(cursor) => next = format!("{EVALUATIONS}?limit=1&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(walked, paths);
    // What is not there, or hidden, is named.
    for (session, query) in [
        (developer, "call=no-such-call".to_owned()),
        (developer, "application=00000000-0000-4000-8000-000000000000".to_owned()),
        (developer, format!("application={}", named(&round.draft()))),
        (&round.rival, format!("application={}", named(&applications[0]))),
    ] {
        let problem = session.get(&format!("{EVALUATIONS}?{query}")).problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["code"], "unknown_value", "{query}");
    }
}
