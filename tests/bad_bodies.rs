//! Bad bodies on every operation that writes, made from the contract itself: always refused in words, at the
//! place of the fault, with nothing stored, and in the same words on both databases.

mod fields;
mod whole;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::database::Database;
use crate::support::problem::faults;
use crate::support::session::{
    ANY, JSON, LOCATIONS, MERGE_PATCH, ORGANISATIONS, PROVIDERS, SERVICES, Session, id, location, provider, service,
    with,
};
use crate::support::writer::AGENCY;
use crate::support::{Answer, Contract, Registry};

/// An operation that takes a body, ready to be sent with another one.
struct Target {
    operation: Operation,
    /// What it takes; none for an action that takes nothing.
    good: Option<Value>,
    path: String,
    /// The ids of what it refers to: each registry has its own.
    refers_to: Vec<String>,
}

/// A body, and what must come of it.
struct Case {
    title: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    status: u16,
    /// The place and the code of each fault; none where only the status counts.
    faults: Option<Vec<(String, String)>>,
}

impl Case {
    fn new(title: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { title: title.into(), headers: Vec::new(), body: body.into(), status: 400, faults: None }
    }

    /// Refused at one place for one reason.
    fn at(mut self, pointer: &str, code: &str) -> Self {
        self.faults.get_or_insert_default().push((pointer.into(), code.into()));
        self
    }

    fn is(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Everything that is wrong with its answer.
    fn judge(&self, answer: &Answer, codes: &[String]) -> Vec<String> {
        let mut found = faults(answer, codes);
        if answer.status != self.status {
            found.push(format!("{} instead of {}: {}", answer.status, self.status, answer.text()));
        }
        let listed = answer.json()["errors"].take();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let listed: BTreeSet<_> = listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|fault| (text(&fault["pointer"]), text(&fault["code"])))
            .collect();
        if let Some(expected) = &self.faults
            && listed != expected.iter().cloned().collect()
        {
            found.push(format!("{listed:?} instead of {expected:?}"));
        }
        if answer.body.len() > 500_000 {
            found.push(format!("{} bytes of answer", answer.body.len()));
        }
        found
    }
}

/// Two registries that hold the same, one over each database.
struct Both {
    registries: [Registry; 2],
    tokens: [String; 2],
    operations: Vec<Operation>,
    codes: Vec<String>,
}

impl Both {
    fn start() -> Self {
        let flags = ["--public-url", "http://registry.test"];
        let registries = [Database::Sqlite, Database::Postgres].map(|database| Registry::start_with(database, &flags));
        let tokens =
            registries.each_ref().map(|registry| registry.token(&registry.client("national_developer", &[], None)));
        let operations = Contract::of(&registries[0]).operations();
        let codes = Contract::codes(&registries[0]);
        Self { registries, tokens, operations, codes }
    }

    fn sessions(&self) -> [Session<'_>; 2] {
        let [one, other] = &self.registries;
        [one.session("one", &self.tokens[0]), other.session("other", &self.tokens[1])]
    }

    /// Every operation that writes objects, on objects of its own in each registry.
    fn targets(&self) -> Vec<[Target; 2]> {
        let sessions = self.sessions();
        let writes = |operation: &&Operation| {
            let of_one = COLLECTIONS.iter().any(|collection| is_of(operation, collection));
            // A push takes many of them: see its own tests.
            ["post", "put", "patch"].contains(&operation.method.as_str()) && of_one && !operation.pushes_many()
        };
        let operations: Vec<_> = self.operations.iter().filter(writes).collect();
        assert!(operations.len() >= 8, "{}", operations.len());
        operations.into_iter().map(|operation| sessions.each_ref().map(|session| target(session, operation))).collect()
    }

    /// Sends every case to both; fails unless all were refused as they must be and nothing was stored.
    fn refuse(&self, cases: impl Fn(&Target) -> Vec<Case>) {
        let targets = self.targets();
        let sessions = self.sessions();
        let before = self.registries.each_ref().map(Registry::last_seq);
        let (mut violations, mut sent) = (Vec::new(), 0);
        for pair in &targets {
            for case in cases(&pair[0]) {
                sent += 1;
                let title = format!("{}: {}", pair[0].operation.id, case.title);
                let answers = [0, 1].map(|index| send(&sessions[index], &pair[index], &case, &pair[0]));
                violations
                    .extend(case.judge(&answers[0], &self.codes).into_iter().map(|fault| format!("{title}: {fault}")));
                let [one, other] = [0, 1].map(|index| words(&answers[index], &pair[index]));
                if one != other {
                    violations.push(format!("{title}: SQLite and PostgreSQL differ:\n{one}\n{other}"));
                }
            }
        }
        assert!(violations.is_empty(), "{} faults of {sent} cases:\n{}", violations.len(), violations.join("\n"));
        assert!(sent > 0);
        assert_eq!(self.registries.each_ref().map(Registry::last_seq), before, "nothing was stored");
    }
}

/// What these bodies are about. What calls and grants take is tried along their schemas, and by the tests of each.
const COLLECTIONS: [&str; 4] = [ORGANISATIONS, LOCATIONS, SERVICES, PROVIDERS];

fn is_of(operation: &Operation, collection: &str) -> bool {
    operation.path == collection || operation.path.starts_with(&format!("{collection}/"))
}

fn target(session: &Session, operation: &Operation) -> Target {
    let collection = *COLLECTIONS.iter().find(|collection| is_of(operation, collection)).unwrap();
    let good = match collection {
        ORGANISATIONS => json!({
            "organisation_type": "association", "names": {"fi": "Yhdistys", "sv": null, "en": null},
            "business_id": null, "area": "municipality:091", "valid_from": "2020-01-01", "valid_to": "2030-01-01",
            "successor": AGENCY
        }),
        LOCATIONS => with(&location("Kirjasto", Some(AGENCY)), &known_elsewhere(operation)),
        SERVICES => {
            let provider = session.create(PROVIDERS, &provider("Tuki", AGENCY, "01"));
            let location = session.create(LOCATIONS, &location("Talo", Some(AGENCY)));
            with(&service("Neuvonta", id(&provider), &[id(&location)]), &known_elsewhere(operation))
        }
        _ => {
            let fields = json!({
                "descriptions": {"fi": "Neuvoja.", "sv": null, "en": null},
                "contact": {"email": "a@b.example", "phone": "+358295000", "website": "https://b.example"},
                "municipality": "091"
            });
            with(&with(&provider("Kirjasto", AGENCY, "01"), &fields), &known_elsewhere(operation))
        }
    };
    let needs_object = operation.path.contains("{id}");
    let named = if needs_object { session.add(collection, &good) } else { String::new() };
    let path = operation.path.replace("{id}", named.rsplit('/').next().unwrap());
    let path = path.replace("{source}", "ptv").replace("{source_id}", "bad%20bodies");
    let takes_body = operation.definition.get("requestBody").is_some();
    let good = if path.ends_with("/merge") { json!({"other": AGENCY}) } else { good };
    let refers_to =
        ["/provider", "/locations/0/location"].into_iter().filter_map(|place| good.pointer(place)?.as_str());
    let refers_to = refers_to.map(str::to_owned).collect();
    Target { operation: operation.clone(), good: takes_body.then_some(good), path, refers_to }
}

impl Target {
    /// A body that was made for another registry, as it is for this one.
    fn adapted(&self, body: &[u8], other: &Self) -> Vec<u8> {
        let Ok(text) = str::from_utf8(body) else { return body.to_vec() };
        let pairs = other.refers_to.iter().zip(&self.refers_to);
        pairs.fold(text.to_owned(), |text, (there, here)| text.replace(there, here)).into_bytes()
    }
}

fn known_elsewhere(operation: &Operation) -> Value {
    json!({
        "external_ids": [{"source": "own", "source_id": operation.id}], "valid_from": "2020-01-01", "valid_to": "2030-01-01"
    })
}

fn send(session: &Session, target: &Target, case: &Case, first: &Target) -> Answer {
    let method = target.operation.method.to_uppercase();
    let mut headers: Vec<(&str, &str)> =
        case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if !headers.iter().any(|(name, _)| *name == "Content-Type") {
        headers.push(if method == "PATCH" { MERGE_PATCH } else { JSON });
    }
    if target.path.contains('-') && method != "POST" && !target.path.contains("by-source") {
        headers.push(ANY);
    }
    session.send(&method, &target.path, &headers, target.adapted(&case.body, first))
}

/// What must not depend on which database: all but the id of the object.
fn words(answer: &Answer, target: &Target) -> String {
    let id = target.path.split('/').find(|part| part.len() == 36).unwrap_or("no id");
    let text = answer.text().replace(id, "ID");
    let text = target.refers_to.iter().fold(text, |text, other| text.replace(other, "ANOTHER"));
    format!("{} {text}", answer.status)
}
