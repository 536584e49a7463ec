//! A registry in which the contract's examples can be asked for: a national developer has signed in and
//! has created the objects that the example requests create.
//!
//! The examples call a new object by an id that stands in the document; here it has another. Requests and
//! answers go through `here` and `there`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::contract::Operation;
use crate::support::registry::PATIENCE;
use crate::support::sign_in::Credentials;
use crate::support::{Answer, Contract, Database, Registry, poll};

/// The Regional Council of Uusimaa, which applies in the examples.
const APPLICANT: &str = "9a773311-e56c-59fa-bb9e-3884a3799f43";
/// What the examples call an evaluator's client.
const EVALUATOR: &str = "019ac0de-0000-7000-8000-0000000000e1";
/// What they call an application that is about to be submitted, and one that has been.
const UNFINISHED: &str = "019ac0de-0000-7000-8000-0000000000a2";
pub(crate) const SUBMITTED: &str = "019ac0de-0000-7000-8000-0000000000a3";
/// Another one that has been, in another call.
pub(crate) const SUBMITTED_TOO: &str = "019ac0de-0000-7000-8000-0000000000a4";

/// What they call a round that is open, and one that is about to be published.
const OPEN_ROUND: &str = "019ac0de-0000-7000-8000-0000000000b1";
const DRAFT_ROUND: &str = "019ac0de-0000-7000-8000-0000000000b2";
/// And an assessment that nobody has started: the cursor of a longer history would name what has another name here.
const ASKED: &str = "019ac0de-0000-7000-8000-0000000000b3";
/// A framework that is open for comments in the examples.
const COMMENTED: &str = "regional-need-assessment-2";

const FORM: &str = "application/x-www-form-urlencoded";

/// A registry with the examples.
pub(crate) struct Stage {
    pub(crate) registry: Registry,
    pub(crate) contract: Contract,
    pub(crate) credentials: Credentials,
    token: String,
    applicant: String,
    evaluator: String,
    coordinator: String,
    /// What the document calls something, and what it is called here.
    names: Vec<(String, String)>,
    created: Vec<(Operation, Answer)>,
    /// The provider of what the examples merge.
    others: String,
}

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Stage {
    pub(crate) fn start(database: Database) -> Self {
        Self::on(Registry::start(database))
    }

    pub(crate) fn start_with(database: Database, flags: &[&str]) -> Self {
        Self::on(Registry::start_with(database, flags))
    }

    /// On a registry that the test has prepared.
    pub(crate) fn on(registry: Registry) -> Self {
        let contract = Contract::of(&registry);
        let credentials = registry.client("national_developer", &[], None);
        let token = registry.token(&credentials);
        let mut names = contract.token_request().map_or_else(Vec::new, |example| {
            let text = |name: &str| example[name].as_str().unwrap().to_owned();
            let Credentials { client_id, client_secret } = credentials.clone();
            vec![(text("client_id"), client_id), (text("client_secret"), client_secret)]
        });
        let applicant = registry.token(&registry.client("applicant", &[], Some(APPLICANT)));
        let evaluator = registry.client("evaluator", &[], None);
        names.push((EVALUATOR.to_owned(), evaluator.client_id.clone()));
        let evaluator = registry.token(&evaluator);
        let coordinator = registry.token(&registry.client("regional_coordinator", &["region:06"], None));
        let (created, others) = (Vec::new(), String::new());
        let mut stage =
            Self { registry, contract, credentials, token, applicant, evaluator, coordinator, names, created, others };
        stage.create();
        stage.miss();
        stage
    }

    /// Creates what the examples create, what is referred to before what refers to it.
    fn create(&mut self) {
        let mut waiting = self.contract.operations();
        waiting.retain(Operation::creates);
        let mut unknown: Vec<String> = waiting.iter().filter_map(|operation| self.example_of(operation)).collect();
        unknown.push(SUBMITTED.to_owned());
        while !waiting.is_empty() {
            let refers = |operation: &Operation| {
                let body = operation.body().map(|body| body.example.to_string()).unwrap_or_default();
                // What has a key names itself.
                let own = self.example_of(operation);
                unknown.iter().filter(|id| Some(*id) != own.as_ref()).any(|id| body.contains(id))
            };
            let next = waiting.iter().position(|operation| !refers(operation));
            let operation = waiting.remove(next.expect("an example that refers to no other that waits"));
            let answer = self.send(&self.request(&operation));
            assert_eq!(answer.status, 201, "{}: {}", operation.id, answer.text());
            if let Some(example) = self.example_of(&operation) {
                unknown.retain(|id| *id != example);
                self.names.push((example, identifier(&answer.json())));
            }
            if operation.id == "create_framework" {
                self.open_for_comments(&operation);
            }
            if operation.id == "create_round" {
                self.assess(&operation);
            }
            if operation.id == "create_application" {
                self.apply(&operation);
                unknown.retain(|id| id != SUBMITTED);
            }
            self.created.push((operation, answer));
        }
        self.create_others();
    }

    /// Makes four more applications: one that is not submitted yet, two that are and that the evaluator of the examples may
    /// evaluate, and one that has been decided on. All but one of those submitted are in calls of their own.
    fn apply(&mut self, creation: &Operation) {
        let operations = self.contract.operations();
        let operation = |id: &str| operations.iter().find(|operation| operation.id == id).unwrap().clone();
        let key = operation("create_call").body().unwrap().example["key"].as_str().unwrap().to_owned();
        let unfinished = self.apply_to(creation, Some(format!("another-{key}")));
        let submitted = self.apply_to(creation, None);
        let other_key = format!("one-more-{key}");
        let submitted_too = self.apply_to(creation, Some(other_key.clone()));
        for (there, here) in [(UNFINISHED, &unfinished), (SUBMITTED, &submitted), (SUBMITTED_TOO, &submitted_too)] {
            self.names.push((there.to_owned(), here.clone()));
        }
        let naming = operation("replace_evaluators");
        self.done(&self.request(&naming));
        self.done(&self.request_to(&naming, &naming.path_with("key", &other_key)));
        let submission = operation("transition_application");
        let submit = |id: &str| self.request_to(&submission, &submission.path_with("id", id));
        self.done(&submit(&submitted));
        self.done(&submit(&submitted_too));
        let decided_key = format!("decided-{key}");
        let decided = self.apply_to(creation, Some(decided_key.clone()));
        self.done(&submit(&decided));
        let decide = operation("decide_call");
        let mut body = decide.body().unwrap().example;
        body["decisions"][0]["application"] = decided.into();
        let request = self.request_to(&decide, &decide.path_with("key", &decided_key));
        self.done(&request.carrying(body.to_string()));
        let made = self.json(&format!("/v1/decisions?call={decided_key}"));
        let example = operation("get_decision").in_place("path").last().unwrap().example_values().remove(0);
        self.names.push((example, identifier(&made["items"][0])));
    }

    /// Makes another framework, which is open for comments.
    fn open_for_comments(&self, creation: &Operation) {
        let operations = self.contract.operations();
        let transition = operations.iter().find(|operation| operation.id == "transition_framework").unwrap();
        let mut body = creation.body().unwrap().example;
        body["key"] = COMMENTED.into();
        (body["predecessor"], body["mapping"]) = (Value::Null, Value::Array(Vec::new()));
        self.done(&self.request(creation).carrying(body.to_string()));
        let opening = self.request_to(transition, &transition.path_with("key", COMMENTED));
        self.done(&opening.carrying(r#"{"event": "open_for_comments"}"#));
    }

    /// Makes two more rounds: one that is about to be published, and one that is open, in which a region has begun.
    fn assess(&mut self, creation: &Operation) {
        let operations = self.contract.operations();
        let operation = |id: &str| operations.iter().find(|operation| operation.id == id).unwrap().clone();
        let another = || identifier(&self.done(&self.request(creation)).json());
        let (draft, open) = (another(), another());
        let publication = operation("transition_round");
        self.done(&self.request_to(&publication, &publication.path_with("id", &open)));
        let asked = self.json(&format!("/v1/assessments?round={open}&subject=region:06"));
        let assessment = identifier(&asked["items"][0]);
        let waiting = self.json(&format!("/v1/assessments?round={open}&subject=region:13"));
        self.names.push((ASKED.to_owned(), identifier(&waiting["items"][0])));
        let step = operation("transition_assessment");
        self.done(&self.request_to(&step, &step.path_with("id", &assessment)).carrying(r#"{"event": "start"}"#));
        let replacing = operation("replace_assessment");
        let any_version = self.request_to(&replacing, &replacing.path_with("id", &assessment)).with("If-Match", "*");
        self.done(&any_version);
        let example = operation("get_assessment").in_place("path").last().unwrap().example_values().remove(0);
        let there = [(OPEN_ROUND.to_owned(), open), (DRAFT_ROUND.to_owned(), draft), (example, assessment)];
        self.names.extend(there);
    }

    /// Applies once more, to the call of the examples or to another one like it.
    fn apply_to(&self, creation: &Operation, call: Option<String>) -> String {
        let mut body = creation.body().unwrap().example;
        if let Some(key) = call {
            let operations = self.contract.operations();
            let calling = operations.iter().find(|operation| operation.id == "create_call").unwrap();
            let mut call = calling.body().unwrap().example;
            call["key"] = key.clone().into();
            self.done(&self.request(calling).carrying(self.here(&call.to_string())));
            body["call"] = key.into();
        }
        identifier(&self.done(&self.request(creation).carrying(self.here(&body.to_string()))).json())
    }

    /// Sends what is to succeed.
    #[track_caller]
    fn done(&self, request: &Request) -> Answer {
        let answer = self.send(request);
        assert!((200..300).contains(&answer.status), "{} {}: {}", request.method, request.target, answer.text());
        answer
    }

    /// Who asks for an address in the examples: applicants and evaluators what is theirs alone, else the developer.
    fn asker(&self, method: &str, path: &str) -> &str {
        let within = |collection: &str| path == collection || path.starts_with(&format!("{collection}/"));
        let asks = |method_asked: &str| method.eq_ignore_ascii_case(method_asked);
        let steps = path.ends_with("/transitions");
        let reports = within("/v1/reports") && steps;
        let requests = within("/v1/change-requests") && asks("post") && !steps;
        let comments = within("/v1/assessment-frameworks") && path.ends_with("/comments");
        let assesses = within("/v1/assessments") && !asks("get");
        if within("/v1/applications") || reports || requests {
            &self.applicant
        } else if within("/v1/evaluations") && !asks("get") {
            &self.evaluator
        } else if comments || assesses {
            &self.coordinator
        } else {
            &self.token
        }
    }

    /// Looks for what is not there, and waits until that is counted.
    fn miss(&self) {
        assert_eq!(self.registry.get("/v1/service-points?q=xylofoni&municipality=091&topic=tax").status, 200);
        poll::until("a search to be counted", PATIENCE, || {
            (self.json("/v1/search-gaps")["items"] != serde_json::json!([])).then_some(())
        });
    }

    /// Creates what the examples merge into what they create: the same once more.
    fn create_others(&mut self) {
        let operations = self.contract.operations();
        let mut merges: Vec<_> = operations.iter().filter(|operation| operation.path.ends_with("/merge")).collect();
        merges.sort_by_key(|merge| {
            let is_its_own = |(creation, _): &(Operation, _)| merge.path.starts_with(&creation.path);
            self.created.iter().position(is_its_own)
        });
        for merge in merges {
            let example = merge.body().unwrap().example["other"].as_str().unwrap().to_owned();
            let collection = merge.path.split("/{").next().unwrap();
            let creation =
                operations.iter().find(|creation| creation.creates() && creation.path == collection).unwrap();
            let mut body = creation.body().unwrap().example;
            body["external_ids"] = Value::Array(Vec::new());
            // It keeps nothing of the examples from being removed.
            if body["provider"].is_string() {
                body["provider"] = self.others.clone().into();
                body["locations"] = Value::Array(Vec::new());
                body["offer_status"] = "draft".into();
            }
            let answer = self.send(&self.request(creation).carrying(self.here(&body.to_string())));
            assert_eq!(answer.status, 201, "{}: {}", creation.id, answer.text());
            let other = answer.json()["id"].as_str().unwrap().to_owned();
            if collection.ends_with("/providers") {
                self.others.clone_from(&other);
            }
            self.names.push((example, other));
        }
    }

    /// What the document calls the object that an operation creates.
    fn example_of(&self, creation: &Operation) -> Option<String> {
        let operations = self.contract.operations();
        let of_one = |method: &&str| {
            let named = |operation: &&Operation| operation.method == *method && operation.is_of(creation);
            operations.iter().find(named)
        };
        let of_one = ["delete", "put", "get"].iter().find_map(of_one)?;
        of_one.in_place("path").last()?.example_values().pop()
    }

    /// A text of the document as it is true here.
    pub(crate) fn here(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (there, here)| text.replace(there, here))
    }

    /// A text of an answer as the document would have it.
    pub(crate) fn there(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (there, here)| text.replace(here, there))
    }

    /// The request that "Execute" sends: every example as it stands, with the token where one is looked at.
    pub(crate) fn request(&self, operation: &Operation) -> Request {
        self.request_to(operation, &operation.example_target())
    }

    /// The same to another address of the document.
    pub(crate) fn request_to(&self, operation: &Operation, target: &str) -> Request {
        let method = operation.method.to_uppercase();
        let mut request = Request { method, target: self.here(target), headers: Vec::new(), body: None };
        if !operation.is_open() {
            let asker = self.asker(&operation.method, &operation.path);
            request = request.with("Authorization", &format!("Bearer {asker}"));
        }
        for parameter in operation.in_place("header") {
            if let Some(Value::String(example)) = &parameter.example {
                request = request.with(&parameter.name, example);
            }
        }
        match operation.body() {
            Some(body) => {
                let written = if body.media_type == FORM { form(&body.example) } else { body.example.to_string() };
                request.with("Content-Type", &body.media_type).carrying(self.here(&written))
            }
            None => request,
        }
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match &request.body {
            Some(body) => self.registry.send(&request.method, &request.target, &headers, body),
            None => self.registry.ask(&request.method, &request.target, &headers),
        }
    }

    /// Sends another body than that of the example, which is taken.
    #[track_caller]
    pub(crate) fn change(&self, operation_id: &str, body: &Value) {
        let operations = self.contract.operations();
        let operation = operations.iter().find(|operation| operation.id == operation_id).unwrap();
        let answer = self.send(&self.request(operation).carrying(self.here(&body.to_string())));
        assert!((200..300).contains(&answer.status), "{operation_id}: {}", answer.text());
    }

    /// Asks for an address of the document.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.get_with(target, &[])
    }

    /// The same with headers.
    pub(crate) fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        let authorization = format!("Bearer {}", self.asker("get", target.split('?').next().unwrap()));
        let headers = [headers, &[("Authorization", authorization.as_str())]].concat();
        self.registry.get_with(&self.here(target), &headers)
    }

    /// The object that an address of the document answers with.
    #[track_caller]
    pub(crate) fn json(&self, target: &str) -> Value {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    /// Every operation in an order in which each can succeed: what creates (which has been done), what reads,
    /// what changes, what removes.
    pub(crate) fn in_order(&self) -> Vec<Operation> {
        let mut operations = self.contract.operations();
        operations.sort_by_key(|operation| match operation.method.as_str() {
            _ if operation.creates() => (0, self.order_of_creation(operation)),
            "get" => (1, 0),
            "delete" => (3, usize::MAX - self.order_of_creation(operation)),
            // What waits for a decision does not change behind it.
            _ if operation.id == "decide_call" => (2, 1),
            _ => (2, 0),
        });
        operations
    }

    fn order_of_creation(&self, operation: &Operation) -> usize {
        let with = |(creation, _): &(Operation, _)| creation.id == operation.id || operation.is_of(creation);
        self.created.iter().position(with).unwrap_or(0)
    }

    /// Sends the example request of every operation, in that order; each answer is a success.
    pub(crate) fn play(&self) -> Vec<(Operation, Answer)> {
        let rest = self.in_order().into_iter().filter(|operation| !operation.creates());
        let answered = rest.map(|operation| {
            let answer = self.send(&self.request(&operation));
            assert!((200..300).contains(&answer.status), "{}: {} {}", operation.id, answer.status, answer.text());
            (operation, answer)
        });
        self.created.iter().cloned().chain(answered).collect()
    }
}

impl Request {
    /// With one header more, or with another value of it.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn to(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(crate) fn by(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(crate) fn carrying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The request as it goes over the wire, the last on its connection.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self { method, target, headers, body } = self;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n");
        let sized = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if let Some(body) = body.as_ref().filter(|_| !sized) {
            write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let body = body.as_deref().unwrap_or_default();
        [head.as_bytes(), b"\r\n", if sized { b"" } else { body }].concat()
    }
}

/// What identifies an object.
#[track_caller]
pub(crate) fn identifier(object: &Value) -> String {
    let named = ["id", "key"].iter().find_map(|name| object[name].as_str());
    named.unwrap_or_else(|| panic!("nothing identifies {object}")).to_owned()
}

fn form(fields: &Value) -> String {
    let fields = fields.as_object().unwrap().iter();
    let pairs: Vec<_> = fields.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    pairs.join("&")
}
