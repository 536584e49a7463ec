//! Applications: who writes them and reads them, and what they must hold.

mod content;
mod steps;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::registry::PATIENCE;
use crate::support::session::{ANY, ORGANISATIONS, Session, association, id, with};
use crate::support::sign_in::Credentials;
use crate::support::{Answer, Database, Registry};

pub(crate) const CALLS: &str = "/v1/calls";
pub(crate) const APPLICATIONS: &str = "/v1/applications";

/// A call, as it is written, that is open from 1 November 2026 until it is decided.
pub(crate) fn call(registry: &Registry, key: &str) -> Value {
    let agency = registry.items("/v1/organisations?organisation_type=national_agency").pop().unwrap();
    let text = |fi: &str| json!({"fi": fi, "sv": null, "en": null});
    json!({
        "key": key, "programme": "regional-coordination-2020", "names": text("Haku"), "organiser": id(&agency),
        "published": true, "cancelled": false, "opens_at": "2026-11-01T00:00:00Z", "closes_at": null,
        "questions": [
            {"key": "network", "texts": text("Miten verkosto kootaan?"), "required": true},
            {"key": "other", "texts": text("Mitä muuta?"), "required": false}
        ],
        "criteria": [
            {"key": "need", "names": text("Tarve"), "weight": 50},
            {"key": "network", "names": text("Verkosto"), "weight": 30},
            {"key": "cost", "names": text("Kustannukset"), "weight": 20}
        ]
    })
}

/// An application, as it is written, that can be submitted.
pub(crate) fn application(call: &str, applicant: &str) -> Value {
    json!({
        "call": call, "applicant": applicant, "names": {"fi": "Lähituki kylille"}, "areas": ["region:01"],
        "answers": [{"question": "network", "texts": {"fi": "Kylätalojen kanssa."}}], "open_for_comments": false
    })
}

/// An organisation; gives its id.
pub(crate) fn organisation(developer: &Session, name: &str) -> String {
    id(&developer.create(ORGANISATIONS, &association(name, "region:01"))).to_owned()
}

impl Session<'_> {
    /// Asks that an application take a step.
    pub(crate) fn take(&self, application: &str, event: &str) -> Answer {
        let path = format!("{application}/transitions");
        self.write("POST", &path, &[("Accept-Language", "en")], &json!({"event": event, "remarks": null}))
    }

    /// Takes a step with an application.
    #[track_caller]
    pub(crate) fn step(&self, application: &str, event: &str) -> Value {
        let answer = self.take(application, event);
        assert_eq!(answer.status, 200, "{event}: {}", answer.text());
        answer.json()
    }
}

/// A call that is open, with those who take part in it.
pub(crate) struct Round<'a> {
    pub(crate) developer: Session<'a>,
    /// The organisation that applies, and its client.
    pub(crate) own: String,
    pub(crate) applicant: Session<'a>,
    /// Another organisation, and its client.
    pub(crate) other: String,
    pub(crate) rival: Session<'a>,
}

/// The key of the call of a round.
pub(crate) const OPEN: &str = "open-call";

impl<'a> Round<'a> {
    pub(crate) fn of(registry: &'a Registry) -> Self {
        let developer = registry.developer();
        developer.create(CALLS, &call(registry, OPEN));
        let [own, other] = ["Oma ry", "Vieras ry"].map(|name| organisation(&developer, name));
        let applicant = registry.sign_in("applicant", &[], Some(&own));
        let rival = registry.sign_in("applicant", &[], Some(&other));
        Self { developer, own, applicant, other, rival }
    }

    /// A draft of the applicant; gives its address.
    #[track_caller]
    pub(crate) fn draft(&self) -> String {
        self.applicant.add(APPLICATIONS, &application(OPEN, &self.own))
    }

    /// An application of the applicant that was submitted; gives its address.
    #[track_caller]
    pub(crate) fn submitted(&self) -> String {
        let path = self.draft();
        self.applicant.step(&path, "submit");
        path
    }

    /// Names clients as the evaluators of the call.
    #[track_caller]
    pub(crate) fn name_evaluators(&self, evaluators: &[&str]) {
        let path = format!("{CALLS}/{OPEN}/evaluators");
        let answer = self.developer.write("PUT", &path, &[ANY], &json!({"clients": evaluators}));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// A client of each role beside the applicant; the evaluator is named on the call.
    pub(crate) fn others(&self) -> Vec<(&'static str, Session<'a>)> {
        let registry = self.developer.registry;
        let evaluator = registry.sign_in("evaluator", &[], None);
        self.name_evaluators(&[&evaluator.client_id]);
        vec![
            ("national_developer", self.developer.clone()),
            ("ministry", registry.sign_in("ministry", &[], None)),
            ("regional_coordinator", registry.sign_in("regional_coordinator", &["region:01"], None)),
            ("regional_expert", registry.sign_in("regional_expert", &["region:01"], None)),
            ("provider_editor", registry.sign_in("provider_editor", &[], Some(&self.other))),
            ("integrator", registry.sign_in("integrator", &[], Some(&self.other))),
            ("rival", self.rival.clone()),
            ("evaluator", evaluator),
            ("auditor", registry.sign_in("auditor", &[], None)),
            ("public", registry.public()),
        ]
    }
}

/// Who of some sees an object, by every way there is to see it.
#[track_caller]
pub(crate) fn who_sees<'a>(sessions: &[(&'a str, Session)], path: &str) -> Vec<&'a str> {
    let (collection, of) = path.rsplit_once('/').unwrap();
    let noun = collection.rsplit('/').next().unwrap().trim_end_matches('s');
    let sees = |name: &str, session: &Session| {
        let answer = session.get(path);
        let found = answer.status == 200;
        if !found {
            answer.problem(404, "not_found");
        }
        let listed = session.items(collection).iter().any(|each| id(each) == of);
        let history = session.get(&format!("{path}/history")).status == 200;
        let known = session.get(&format!("{path}?known_at=2026-11-22T13:00:00Z")).status == 200;
        let changes = session.json(&format!("/v1/changes?noun={noun}&limit=500"))["items"].take();
        let changes = changes.as_array().unwrap().iter().any(|change| change["id"] == of);
        assert_eq!((listed, history, known, changes), (found, found, found, found), "{name} {path}");
        found
    };
    sessions.iter().filter(|(name, session)| sees(name, session)).map(|(name, _)| *name).collect()
}

#[rstest]
fn a_draft_is_the_applicants_alone_until_it_is_opened_for_comments(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let mut sessions = round.others();
    sessions.push(("applicant", round.applicant.clone()));
    let path = round.draft();
    assert_eq!(who_sees(&sessions, &path), ["applicant"]);
    let seq = registry.last_seq();
    for (name, session) in &sessions[..sessions.len() - 1] {
        let answer = session.write("PATCH", &path, &[ANY], &json!({"names": {"sv": "Stulen"}}));
        let removal = session.send("DELETE", &path, &[ANY], "");
        let expected = match *name {
            "public" => 401,
            "rival" => 404,
            _ => 403,
        };
        assert_eq!((answer.status, removal.status), (expected, expected), "{name}");
    }
    assert_eq!(registry.last_seq(), seq);
    round.applicant.patch(&path, &json!({"open_for_comments": true}));
    // Who sees everything but what is private: the ministry reads what the developer reads.
    assert_eq!(who_sees(&sessions, &path), ["national_developer", "ministry", "applicant"]);
    round.developer.write("PATCH", &path, &[ANY], &json!({"names": {"sv": "Ändrad"}})).problem(403, "forbidden");
    round.applicant.step(&path, "submit");
    assert_eq!(who_sees(&sessions, &path), ["national_developer", "ministry", "evaluator", "applicant"]);
    // Who is named no more sees it no more, also in the feed.
    round.name_evaluators(&[]);
    let evaluator = &sessions.iter().find(|(name, _)| *name == "evaluator").unwrap().1;
    evaluator.get(&path).problem(404, "not_found");
    let last = evaluator.json("/v1/changes?noun=application&limit=500")["items"].as_array().unwrap().last().cloned();
    assert_eq!(last.unwrap()["operation"], "deleted");
}

#[rstest]
fn an_application_is_written_in_the_own_name_alone(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let round = Round::of(&registry);
    let foreign = application(OPEN, &round.other);
    let path = round.draft();
    let seq = registry.last_seq();
    round.applicant.write("POST", APPLICATIONS, &[], &foreign).problem(403, "forbidden");
    let mine = application(OPEN, &round.own);
    for (name, session) in round.others() {
        let expected = if name == "public" { 401 } else { 403 };
        let answer = session.write("POST", APPLICATIONS, &[], &mine);
        assert_eq!(answer.status, expected, "{name}: {}", answer.text());
    }
    // To name the evaluator was a change, of the call.
    assert_eq!(registry.last_seq(), seq + 1);
    let answer = round.applicant.write("PATCH", &path, &[ANY], &json!({"applicant": round.other}));
    answer.problem(409, "conflict");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/applicant");
    assert_eq!(registry.last_seq(), seq + 1);
}

#[rstest]
fn an_application_is_submitted_from_the_opening_until_the_close(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--clock", "2026-11-22T11:00:00Z"]);
    let developer = registry.developer();
    let own = organisation(&developer, "Oma ry");
    let client = registry.client("applicant", &[], Some(&own));
    let times = json!({"opens_at": "2026-11-22T12:00:00Z", "closes_at": "2026-11-22T13:00:00Z"});
    developer.create(CALLS, &with(&call(&registry, "short-call"), &times));
    let applicant = registry.sign_in_as(&client);
    let paths = [0; 3].map(|_| applicant.add(APPLICATIONS, &application("short-call", &own)));
    let submit = |clock: &str, path: &str, client: &Credentials| {
        let later = Registry::begin(registry.database_url(), &["--clock", clock]);
        later.wait_until_ready(PATIENCE);
        let session = later.sign_in_as(client);
        let created = session.write("POST", APPLICATIONS, &[], &application("short-call", &own));
        (session.take(path, "submit"), created)
    };
    let refused = |answer: &Answer, pointer: &str, state: &str| {
        answer.problem(409, "conflict");
        let fault = answer.json()["errors"][0].take();
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!("illegal_step")), "{fault}");
        assert!(answer.text().contains(state), "{}", answer.text());
    };
    // A draft can be written before the call opens.
    let (early, created) = submit("2026-11-22T11:59:30Z", &paths[0], &client);
    refused(&early, "/event", "upcoming");
    assert_eq!(created.status, 201);
    let (first, _) = submit("2026-11-22T12:00:00Z", &paths[0], &client);
    assert_eq!(first.json()["application_status"], "submitted", "{}", first.text());
    let (last, created) = submit("2026-11-22T12:59:30Z", &paths[1], &client);
    assert_eq!((last.status, created.status), (200, 201));
    let (late, created) = submit("2026-11-22T13:00:00Z", &paths[2], &client);
    refused(&late, "/event", "evaluation");
    refused(&created, "/call", "evaluation");
}
