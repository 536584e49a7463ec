//! What an application must hold, and what it may not.

use rstest::rstest;
use serde_json::{Value, json};

use super::{APPLICATIONS, CALLS, OPEN, Round, application, call};
use crate::support::session::{Session, with};
use crate::support::{Answer, Database, Registry};

/// The places and codes of the faults of an answer.
pub(crate) fn faults(answer: &Answer) -> Vec<String> {
    let told = |fault: &Value| format!("{} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap());
    answer.json()["errors"].as_array().unwrap().iter().map(told).collect()
}

#[rstest]
fn a_submission_needs_areas_and_the_answers_that_are_asked(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let whole = application(OPEN, &round.own);
    let money = |cents: i64| json!({"cents": cents, "currency": "EUR", "approximate": false});
    let line = json!({"cost_category": "staff", "amount": money(100), "names": null});
    let table = [
        (json!({"areas": []}), vec!["/areas needed_to_submit"]),
        (json!({"answers": []}), vec!["/answers needed_to_submit"]),
        (json!({"areas": [], "answers": []}), vec!["/answers needed_to_submit", "/areas needed_to_submit"]),
        (json!({"budget": [line], "requested": money(101)}), vec!["/requested contradictory"]),
        (json!({"budget": [line], "requested": money(100)}), vec![]),
        (json!({}), vec![]),
    ];
    for (lacking, expected) in table {
        let path = round.applicant.add(APPLICATIONS, &with(&whole, &lacking));
        let seq = registry.last_seq();
        let answer = round.applicant.take(&path, "submit");
        if expected.is_empty() {
            assert_eq!(answer.status, 200, "{lacking}: {}", answer.text());
            continue;
        }
        answer.problem(400, "invalid_request");
        assert_eq!(faults(&answer), expected, "{lacking}");
        assert_eq!(registry.last_seq(), seq);
        assert_eq!(round.applicant.json(&path)["application_status"], "draft");
    }
    let path = round.applicant.add(APPLICATIONS, &with(&whole, &json!({"answers": []})));
    let message = round.applicant.take(&path, "submit").json()["errors"][0]["message"].take();
    assert_eq!(message, "To submit it lacks network.");
}

#[rstest]
fn an_organisation_that_may_not_apply_is_told_who_may(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let councils = json!({"eligible_organisation_types": ["regional_council", "hospital_district"]});
    round.developer.create(CALLS, &with(&call(&registry, "council-call"), &councils));
    let body = application("council-call", &round.own);
    let answer = round.applicant.write("POST", APPLICATIONS, &[("Accept-Language", "en")], &body);
    answer.problem(400, "invalid_request");
    assert_eq!(faults(&answer), ["/applicant not_eligible"]);
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("association") && message.contains("regional_council, hospital_district"), "{message}");
    let council = &registry.items("/v1/organisations?area=region:01&organisation_type=regional_council")[0];
    let council = council["id"].as_str().unwrap();
    let client = registry.sign_in("applicant", &[], Some(council));
    let path = client.add(APPLICATIONS, &application("council-call", council));
    assert_eq!(client.step(&path, "submit")["application_status"], "submitted");
}

#[rstest]
fn what_an_application_refers_to_is_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let nobody = "00000000-0000-4000-8000-000000000000";
    let draft = json!({"published": false});
    round.developer.create(CALLS, &with(&call(&registry, "secret-call"), &draft));
    let answer = |question: &str| json!({"question": question, "texts": {"fi": "Näin."}});
    let body = application(OPEN, &round.own);
    let table = [
        (json!({"call": "no-such-call"}), "/call unknown_value"),
        (json!({"call": "secret-call"}), "/call unknown_value"),
        (json!({"partners": [round.other, nobody]}), "/partners/1 unknown_value"),
        (json!({"areas": ["region:01", "region:99"]}), "/areas/1 unknown_value"),
        (json!({"answers": [answer("network"), answer("price")]}), "/answers/1/question unknown_value"),
        (json!({"answers": [answer("network"), answer("network")]}), "/answers/1/question repeated_value"),
    ];
    let seq = registry.last_seq();
    let send = |session: &Session, fields: &Value| {
        session.write("POST", APPLICATIONS, &[("Accept-Language", "en")], &with(&body, fields))
    };
    for (fields, expected) in table {
        let refused = send(&round.applicant, &fields);
        refused.problem(400, "invalid_request");
        assert_eq!(faults(&refused), [expected], "{fields}");
    }
    let named = send(&round.applicant, &json!({"answers": [answer("price")]}));
    assert_eq!(named.json()["errors"][0]["message"], "Unknown value \"price\". Allowed: network, other.");
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(send(&round.applicant, &json!({"partners": [round.other]})).status, 201);
}
