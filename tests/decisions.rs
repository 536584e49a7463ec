//! Decisions: what they need, what comes of them, and who reads what on the way to them.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program;
use crate::support::session::{ANY, Session, id, named};
use crate::support::{Answer, Database, Registry};

const CALL: &str = "/v1/calls/a-call";

fn text(words: &str) -> Value {
    json!({"fi": words, "sv": null, "en": null})
}

/// An open call without an end, with two councils that have applied, and an evaluator who has scored one of them.
struct Scene<'a> {
    developer: Session<'a>,
    evaluator: Session<'a>,
    applicants: Vec<Session<'a>>,
    applications: Vec<String>,
}

impl<'a> Scene<'a> {
    fn of(registry: &'a Registry) -> Self {
        let developer = registry.developer();
        let agency = &registry.items("/v1/organisations?organisation_type=national_agency")[0];
        developer.create(
            "/v1/calls",
            &json!({
                "key": "a-call", "programme": "regional-coordination-2020", "names": text("Haku"), "organiser": id(agency),
                "published": true, "cancelled": false, "outcomes": ["pilot", "grant"], "opens_at": "2020-01-01T00:00:00Z",
                "criteria": [{"key": "impact", "names": text("Vaikutus"), "weight": 1}],
                "questions": [{"key": "why", "texts": text("Miksi?"), "required": true}]
            }),
        );
        let evaluator = registry.sign_in("evaluator", &[], None);
        name(&developer, &[&evaluator.client_id]);
        let mut scene = Self { developer, evaluator, applicants: Vec::new(), applications: Vec::new() };
        for region in ["01", "02"] {
            let council = format!("/v1/organisations?organisation_type=regional_council&area=region:{region}");
            let council = id(&registry.items(&council)[0]).to_owned();
            let applicant = registry.sign_in("applicant", &[], Some(&council));
            let path = applicant.add(
                "/v1/applications",
                &json!({
                    "call": "a-call", "applicant": council, "names": text("Hakemus"),
                    "areas": [format!("region:{region}")], "open_for_comments": false,
                    "answers": [{"question": "why", "texts": text("Siksi.")}]
                }),
            );
            assert_eq!(step(&applicant, &path, "submit").status, 200);
            scene.applicants.push(applicant);
            scene.applications.push(path);
        }
        let scores = json!([{"criterion": "impact", "score": 4}]);
        scene.evaluator.create(
            "/v1/evaluations",
            &json!({"application": named(&scene.applications[0]), "conflict_of_interest": false, "scores": scores}),
        );
        scene
    }

    fn decide(&self, results: &[&str]) -> Answer {
        let decisions: Vec<Value> = self
            .applications
            .iter()
            .zip(results)
            .map(|(path, result)| {
                json!({
                    "application": named(path), "decision_result": result, "amount": null, "reasons": text("Syy")
                })
            })
            .collect();
        let body = json!({"decided_on": "2020-06-01", "decisions": decisions});
        self.developer.write("POST", &format!("{CALL}/decide"), &[], &body)
    }
}

/// Works on the command line of the server.
fn run(arguments: &[&str], registry: &Registry) -> std::process::Output {
    program::run(arguments, &[("DATABASE_URL", registry.database_url())])
}

fn step(session: &Session, path: &str, event: &str) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": event}))
}

fn name(developer: &Session, evaluators: &[&str]) {
    let answer = developer.write("PUT", &format!("{CALL}/evaluators"), &[ANY], &json!({"clients": evaluators}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[rstest]
fn scores_show_in_a_simulation_to_those_alone_who_see_all_of_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    let ministry = registry.sign_in("ministry", &[], None);
    let score = |session: &Session| {
        let answer = session.write("POST", &format!("{CALL}/portfolio-simulations"), &[], &json!({}));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let set = answer.json()["set"].take();
        let applications = set["applications"].as_array().unwrap();
        let first = applications.iter().find(|one| one["application"] == named(&scene.applications[0]));
        (set["score"].clone(), first.map(|one| one["score"].clone()))
    };
    for sees in [&scene.developer, &ministry] {
        assert_eq!(score(sees), (json!(4.0), Some(json!(4.0))));
    }
    for sees_not in [&scene.applicants[0], &scene.evaluator] {
        assert_eq!(score(sees_not), (json!(null), Some(json!(null))));
    }
}

#[rstest]
fn an_evaluator_who_is_named_no_more_reads_no_more(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    let path = &scene.applications[0];
    let known_at = format!("{path}?known_at=2099-01-01T00:00:00Z");
    for target in [path.clone(), format!("{path}/history"), known_at.clone()] {
        assert_eq!(scene.evaluator.get(&target).status, 200, "{target}");
    }
    name(&scene.developer, &[]);
    assert_eq!(scene.evaluator.get(path).status, 404);
    // That it went it may know, and nothing of what it was.
    let told = |target: &str| {
        let items = scene.evaluator.items(target);
        items.iter().map(|item| (item["operation"].clone(), item["data"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&format!("{path}/history")), [(json!("deleted"), json!(null))]);
    assert_eq!(scene.evaluator.get(&known_at).status, 404);
    let gone = (json!("deleted"), json!(null));
    assert_eq!(told("/v1/changes?noun=application"), [gone.clone(), gone]);
    // A name that is no evaluator's names nobody.
    let answer = scene.developer.write(
        "PUT",
        &format!("{CALL}/evaluators"),
        &[ANY],
        &json!({"clients": [scene.developer.client_id]}),
    );
    answer.problem(400, "invalid_request");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/clients/0");
}

#[rstest]
fn an_applicant_who_does_not_answer_holds_up_nobody(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    assert_eq!(step(&scene.developer, &scene.applications[0], "request_information").status, 200);
    let decided = scene.decide(&["rejected", "granted"]);
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(scene.applicants[0].json(&scene.applications[0])["application_status"], "rejected");
}

#[rstest]
fn additional_information_is_held_to_the_form_too(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    let (applicant, path) = (&scene.applicants[0], &scene.applications[0]);
    assert_eq!(step(&scene.developer, path, "request_information").status, 200);
    applicant.patch(path, &json!({"areas": [], "answers": []}));
    let answer = step(applicant, path, "provide_information");
    answer.problem(400, "invalid_request");
    assert_eq!(answer.codes_of_faults(), ["needed_to_submit", "needed_to_submit"]);
    applicant.patch(path, &json!({"areas": ["region:01"], "answers": [{"question": "why", "texts": text("Siksi.")}]}));
    assert_eq!(step(applicant, path, "provide_information").json()["application_status"], "under_review");
}

#[rstest]
fn what_is_declined_is_undone_until_it_has_begun(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    assert_eq!(scene.decide(&["granted", "granted"]).status, 200);
    let outcomes = |path: &str| {
        let decisions = registry.items("/v1/decisions?call=a-call");
        let decision = decisions.iter().find(|decision| decision["application"] == named(path)).unwrap();
        ["pilot", "grant"].map(|noun| format!("/v1/{noun}s/{}", decision[noun].as_str().unwrap()))
    };
    let [pilot, grant] = outcomes(&scene.applications[0]);
    assert_eq!(step(&scene.applicants[0], &scene.applications[0], "decline").status, 200);
    assert_eq!(registry.json(&pilot)["pilot_status"], "discontinued");
    assert_eq!(registry.json(&grant)["grant_status"], "terminated");
    let [pilot, grant] = outcomes(&scene.applications[1]);
    assert_eq!(step(&scene.developer, &pilot, "start").status, 200);
    let seq = registry.last_seq();
    step(&scene.applicants[1], &scene.applications[1], "decline").problem(409, "conflict");
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(registry.json(&grant)["grant_status"], "active");
}

#[rstest]
fn a_grant_by_hand_follows_a_favourable_decision_and_no_application_has_two(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    let grant = |of: usize| {
        let application = scene.applicants[of].json(&scene.applications[of]);
        json!({
            "programme": "regional-coordination-2020", "call": "a-call", "application": application["id"],
            "beneficiary": application["applicant"]["id"], "areas": ["region:01"]
        })
    };
    let create = |of: usize| scene.developer.write("POST", "/v1/grants", &[], &grant(of));
    let refused = |problem: Value| {
        let fault = &problem["errors"][0];
        assert_eq!(fault["pointer"], "/application");
        fault["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(create(0).problem(400, "invalid_request")), "contradictory");
    scene.developer.patch(CALL, &json!({"outcomes": ["pilot"]}));
    assert_eq!(scene.decide(&["granted", "rejected"]).status, 200);
    assert_eq!(refused(create(1).problem(400, "invalid_request")), "contradictory");
    assert_eq!(create(0).status, 201);
    assert_eq!(refused(create(0).problem(409, "conflict")), "taken");
    assert_eq!(registry.items("/v1/grants?call=a-call").len(), 1);
}

#[rstest]
fn what_of_a_call_is_not_used_follows_from_its_grants(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    let unused = || registry.json(CALL)["unused"]["cents"].as_i64();
    assert_eq!(unused(), None);
    let euros = |cents: i64| json!({"cents": cents, "currency": "EUR", "approximate": false});
    let granted = |of: usize| {
        json!({
            "application": named(&scene.applications[of]), "decision_result": "granted", "amount": euros(5_000_000),
            "reasons": text("Syy")
        })
    };
    let body = json!({"decided_on": "2020-06-01", "decisions": [granted(0), granted(1)]});
    assert_eq!(scene.developer.write("POST", &format!("{CALL}/decide"), &[], &body).status, 200);
    assert_eq!(unused(), Some(10_000_000));
    let grant = registry.items("/v1/grants?call=a-call")[0]["id"].as_str().unwrap().to_owned();
    let pay = |amount: Value| {
        let entry = json!({"entry_type": "payment", "day": "2020-07-01", "amount": amount});
        assert_eq!(scene.developer.write("POST", &format!("/v1/grants/{grant}/entries"), &[], &entry).status, 200);
    };
    pay(euros(1_234_567));
    assert_eq!(unused(), Some(8_765_433));
    pay(json!(null));
    assert_eq!(unused(), None, "of what was paid in part nobody knows the rest");
}

#[rstest]
fn decisions_are_found_by_applicant(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    assert_eq!(scene.decide(&["granted", "rejected"]).status, 200);
    let applicant =
        |of: usize| scene.applicants[of].json(&scene.applications[of])["applicant"]["id"].as_str().unwrap().to_owned();
    let found = registry.items(&format!("/v1/decisions?applicant={}", applicant(1)));
    assert_eq!(found.iter().map(|one| &one["decision_result"]).collect::<Vec<_>>(), ["rejected"]);
    assert_eq!(
        registry.items(&format!("/v1/decisions?applicant={}&applicant={}", applicant(0), applicant(1))).len(),
        2
    );
    registry.get("/v1/decisions?applicant=00000000-0000-0000-0000-000000000000").problem(400, "invalid_request");
}

#[rstest]
fn a_decision_is_dated_while_it_could_be_made(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    for day in ["2019-12-31", "2099-01-01"] {
        let answer =
            scene.developer.write("POST", &format!("{CALL}/decide"), &[], &json!({"decided_on": day, "decisions": []}));
        answer.problem(400, "invalid_request");
        let faults = answer.json()["errors"].take();
        let at_day = faults.as_array().unwrap().iter().find(|fault| fault["pointer"] == "/decided_on").unwrap();
        assert_eq!(at_day["code"], "out_of_range");
    }
}

#[rstest]
fn what_people_wrote_is_erased_by_law_wherever_it_stands(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let scene = Scene::of(&registry);
    assert_eq!(scene.decide(&["granted", "rejected"]).status, 200);
    let decisions = registry.items("/v1/decisions?call=a-call&decision_result=granted");
    let evaluation = id(&scene.developer.items("/v1/evaluations")[0]).to_owned();
    let erase = |noun: &str, id: &str| {
        let erased = run(&["erase", noun, id], &registry);
        assert!(erased.status.success(), "{noun}: {}", String::from_utf8_lossy(&erased.stderr));
    };
    // What was submitted nobody deletes; the law does, and what was decided on it stays.
    let path = &scene.applications[0];
    scene.applicants[0].send("DELETE", path, &[ANY], "").problem(409, "conflict");
    erase("application", named(path));
    scene.applicants[0].get(path).problem(404, "not_found");
    assert_eq!(registry.items("/v1/decisions?call=a-call&decision_result=granted"), decisions);
    assert_eq!(scene.developer.items("/v1/evaluations").len(), 1);
    erase("evaluation", &evaluation);
    erase("pilot", decisions[0]["pilot"].as_str().unwrap());
    erase("grant", decisions[0]["grant"].as_str().unwrap());
    erase("decision", id(&decisions[0]));
    assert_eq!(registry.items("/v1/decisions?call=a-call").len(), 1);
    assert!(run(&["verify"], &registry).status.success());
}
