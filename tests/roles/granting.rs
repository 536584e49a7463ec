//! The same walk among calls, applications and what comes of them, among frameworks and assessments: every operation by every role on
//! what is its own, what is others', what is a draft and what is not.
//!
//! Writes carry an ETag that never was. Who may write is asked before what was seen of the object, so that 412 says "you may"
//! and nothing changes from one request to the next.

mod assessments;
mod frameworks;

use std::collections::{BTreeMap, BTreeSet};

use digituki_domain::policy::{Access, Permit, Scope, Sight};
use digituki_domain::role::Role;
use digituki_domain::vocabulary::Vocabulary as _;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Actor, World};
use crate::support::contract::Operation;
use crate::support::session::{ANY, Session, id, named, with};
use crate::support::stage::identifier;
use crate::support::{Answer, Contract, Database, Registry};

/// What this walk is about; the other one passes over it.
pub(super) const COLLECTIONS: [&str; 12] = [
    "/v1/programmes",
    "/v1/calls",
    "/v1/applications",
    "/v1/evaluations",
    "/v1/decisions",
    "/v1/pilots",
    "/v1/grants",
    "/v1/change-requests",
    "/v1/reports",
    "/v1/assessment-frameworks",
    "/v1/assessment-rounds",
    "/v1/assessments",
];
const NEVER: (&str, &str) = ("If-Match", "\"999.0f343b0931126a20f133d67c2b018a3b\"");
const CALL: &str = "walked-call";

/// An object, and to whom it shows by the words of the domain.
struct Thing {
    told: &'static str,
    collection: &'static str,
    path: String,
    body: Value,
    sight: Sight,
}

fn text(name: &str) -> Value {
    json!({"fi": name, "sv": null, "en": null})
}

fn of(organisation: &str) -> Sight {
    Sight { organisation: Some(organisation.parse().unwrap()), ..Sight::default() }
}

fn call(key: &str, published: bool, organiser: &str) -> Value {
    json!({
        "key": key, "programme": "regional-coordination-2020", "names": text(key), "organiser": organiser,
        "published": published, "cancelled": false, "outcomes": ["pilot", "grant"],
        "opens_at": "2020-01-01T00:00:00Z", "criteria": [{"key": "impact", "names": text("Vaikutus"), "weight": 1}]
    })
}

fn application(call: &str, applicant: &str, open_for_comments: bool) -> Value {
    json!({
        "call": call, "applicant": applicant, "names": text("Hakemus"), "areas": ["region:01"],
        "open_for_comments": open_for_comments
    })
}

fn pilot(lead: &str, region: &str) -> Value {
    json!({
        "programme": "regional-coordination-2020", "call": "regional-coordination-2020", "names": text("Pilotti"),
        "lead": lead, "areas": [format!("region:{region}")]
    })
}

fn grant(beneficiary: &str, region: &str) -> Value {
    json!({
        "programme": "regional-coordination-2020", "call": "regional-coordination-2020", "beneficiary": beneficiary,
        "areas": [format!("region:{region}")]
    })
}

fn change_request(grant: &str) -> Value {
    json!({"grant": grant, "change_request_type": "content", "reasons": text("Syy"), "terms": {"contents": text("Toisin")}})
}

fn report(grant: &str) -> Value {
    json!({
        "grant": grant, "report_type": "final", "first_day": "2020-10-01", "last_day": "2021-10-31",
        "due_on": "2021-12-31"
    })
}

fn evaluation(application: &str) -> Value {
    json!({"application": application, "conflict_of_interest": false, "scores": [{"criterion": "impact", "score": 3}]})
}

struct Walk<'a> {
    world: World<'a>,
    actors: Vec<Actor<'a>>,
    things: Vec<Thing>,
    faults: Vec<String>,
    requests: BTreeMap<String, usize>,
}

impl<'a> Walk<'a> {
    fn on(registry: &'a Registry) -> Self {
        let world = World::of(registry);
        let actors = world.actors();
        let (own, foreign) = (world.own.clone(), world.foreign.clone());
        let developer = world.developer.clone();
        let mut walk = Self { world, actors, things: Vec::new(), faults: Vec::new(), requests: BTreeMap::new() };
        let evaluators: BTreeSet<String> =
            walk.of_role(Role::Evaluator).map(|actor| actor.caller.name.clone()).collect();
        let evaluators: Vec<String> = evaluators.into_iter().collect();
        for (key, published) in [(CALL, true), ("draft-call", false)] {
            let sight = Sight { published, ..Sight::default() };
            walk.add("a call", &developer, "/v1/calls", call(key, published, &own), sight);
        }
        let programme = json!({
            "key": "walked-programme", "names": text("Ohjelma"), "areas": ["region:01"],
            "coordinators": [{"organisation": own, "first_day": null, "last_day": null}],
            "starts": {"precision": "day", "earliest": "2020-01-01", "latest": "2020-01-01"}
        });
        walk.add("a programme", &developer, "/v1/programmes", programme, Sight::national());
        let named = json!({"clients": evaluators});
        let answer = developer.write("PUT", &format!("/v1/calls/{CALL}/evaluators"), &[ANY], &named);
        assert_eq!(answer.status, 200, "{}", answer.text());
        for (told, organisation, region) in [("own", &own, "01"), ("foreign", &foreign, "02")] {
            walk.add_of(told, organisation, region, &evaluators);
        }
        walk.add_frameworks();
        walk.add_assessments();
        walk
    }

    /// What an organisation has: applications in three states, an evaluation of one, a pilot, a grant with what belongs to it,
    /// and a decision.
    fn add_of(&mut self, told: &'static str, organisation: &str, region: &str, evaluators: &[String]) {
        let registry = self.world.developer.registry;
        let developer = self.world.developer.clone();
        let applicant = registry.sign_in("applicant", &[], Some(organisation));
        let private = Sight { private: true, ..of(organisation) };
        let applications = "/v1/applications";
        self.add(told, &applicant, applications, application(CALL, organisation, false), private);
        self.add(told, &applicant, applications, application(CALL, organisation, true), of(organisation));
        let named_on = Sight { named: evaluators.to_vec(), ..of(organisation) };
        let submitted = self.add(told, &applicant, applications, application(CALL, organisation, false), named_on);
        submit(&applicant, &submitted);
        let evaluator = self.of_role(Role::Evaluator).next().unwrap();
        let (evaluator, name) = (evaluator.session.clone(), evaluator.caller.name.clone());
        let of_evaluator = Sight { named: vec![name], ..Sight::default() };
        self.add(told, &evaluator, "/v1/evaluations", evaluation(named(&submitted)), of_evaluator);
        let shown = Sight { published: true, regions: vec![region.parse().unwrap()], ..of(organisation) };
        self.add(told, &developer, "/v1/pilots", pilot(organisation, region), shown.clone());
        let granted = self.add(told, &developer, "/v1/grants", grant(organisation, region), shown);
        self.add(told, &developer, "/v1/reports", report(named(&granted)), of(organisation));
        self.add(told, &applicant, "/v1/change-requests", change_request(named(&granted)), of(organisation));
        self.decide(told, organisation, &applicant, region);
    }

    /// A decision comes with a pilot and a grant, on a call of its own.
    fn decide(&mut self, told: &'static str, organisation: &str, applicant: &Session, region: &str) {
        let developer = self.world.developer.clone();
        let key = format!("decided-{region}");
        developer.create("/v1/calls", &call(&key, true, organisation));
        let path = applicant.add("/v1/applications", &application(&key, organisation, false));
        submit(applicant, &path);
        let decision = json!({"decided_on": "2020-10-01", "decisions": [{
            "application": named(&path), "decision_result": "granted", "amount": null, "reasons": text("Syy")
        }]});
        let answer = developer.write("POST", &format!("/v1/calls/{key}/decide"), &[], &decision);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let made = developer.items(&format!("/v1/decisions?call={key}"));
        let sight = Sight { published: true, ..of(organisation) };
        let path = format!("/v1/decisions/{}", id(&made[0]));
        self.things.push(Thing { told, collection: "/v1/decisions", path, body: Value::Null, sight });
    }

    fn add(
        &mut self,
        told: &'static str,
        session: &Session,
        collection: &'static str,
        body: Value,
        sight: Sight,
    ) -> String {
        let path = format!("{collection}/{}", identifier(&session.create(collection, &body)));
        self.things.push(Thing { told, collection, path: path.clone(), body, sight });
        path
    }

    fn of_role(&self, role: Role) -> impl Iterator<Item = &Actor<'a>> {
        self.actors.iter().filter(move |actor| actor.caller.role == role && !actor.narrow)
    }

    fn note(&mut self, operation: &Operation, told: &str, expected: u16, answer: &Answer) {
        *self.requests.entry(operation.id.clone()).or_default() += 1;
        if answer.status != expected {
            let found = (answer.status, answer.text());
            self.faults.push(format!("{}: {told}: {found:?} instead of {expected}", operation.id));
        }
    }

    fn walk(&mut self, operation: &Operation, access: Access) {
        let collection = COLLECTIONS.into_iter().find(|known| is_within(known, &operation.path)).unwrap();
        for index in 0..self.actors.len() {
            let is_whole = operation.path == collection;
            match operation.method.as_str() {
                "get" if is_whole => self.list(operation, access, index, collection),
                "post" if is_whole => self.create(operation, access, index, collection),
                _ => self.each(operation, access, index, collection),
            }
        }
    }

    /// A list shows what its caller sees, and all of it.
    fn list(&mut self, operation: &Operation, access: Access, index: usize, collection: &str) {
        let actor = &self.actors[index];
        let (told, session) = (actor.name.clone(), actor.session.clone());
        let permit = permit(actor, access);
        let answer = session.get(&format!("{collection}?limit=500"));
        let expected = permit.as_ref().map_or_else(|| denied(actor), |_| 200);
        self.note(operation, &told, expected, &answer);
        let Some(permit) = permit else { return };
        let body = answer.json();
        let shown: BTreeSet<String> = body["items"].as_array().unwrap().iter().map(identifier).collect();
        for thing in self.things.iter().filter(|thing| thing.collection == collection) {
            if shown.contains(named(&thing.path)) != permit.sees(&thing.sight) {
                self.faults.push(format!("{}: {told}: {} {}", operation.id, thing.told, thing.path));
            }
        }
    }

    /// Whoever may not create it is refused; what is created belongs to whom it says.
    fn create(&mut self, operation: &Operation, access: Access, index: usize, collection: &str) {
        for told in ["own", "foreign"] {
            let actor = &self.actors[index];
            let Some((body, sight)) = self.another(collection, told, actor) else { continue };
            let answer = actor.session.write("POST", collection, &[], &body);
            let expected = match permit(actor, access) {
                None => denied(actor),
                // What there may be once is there.
                Some(permit) if permit.covers(&sight) => {
                    if collection == "/v1/evaluations" {
                        409
                    } else {
                        201
                    }
                }
                Some(_) => 403,
            };
            let told = format!("{} on {told}", actor.name);
            self.note(operation, &told, expected, &answer);
        }
    }

    /// Something more of a collection, and to whom it would show.
    fn another(&self, collection: &str, told: &str, actor: &Actor) -> Option<(Value, Sight)> {
        let of_kind = self.things.iter().filter(|thing| thing.collection == collection);
        let known = of_kind.clone().find(|thing| thing.told == told).or(of_kind.clone().next())?;
        let mut body = known.body.clone();
        if body["key"].is_string() {
            body["key"] = json!(format!("new-{told}-{}", self.requests.values().sum::<usize>()));
        }
        let sight = match collection {
            "/v1/evaluations" => Sight { named: vec![actor.caller.name.clone()], ..Sight::default() },
            "/v1/programmes" | "/v1/calls" | "/v1/assessment-frameworks" | "/v1/assessment-rounds" => {
                Sight { published: false, ..Sight::default() }
            }
            _ => known.sight.clone(),
        };
        Some((body, sight))
    }

    /// What is done to one object.
    fn each(&mut self, operation: &Operation, access: Access, index: usize, collection: &str) {
        for place in 0..self.things.len() {
            let (actor, thing) = (&self.actors[index], &self.things[place]);
            if thing.collection != collection {
                continue;
            }
            let told = format!("{} on {} {}", actor.name, thing.told, thing.path);
            let target =
                operation.path.replacen("{id}", named(&thing.path), 1).replacen("{key}", named(&thing.path), 1);
            let expected = expected(operation, access, actor, &thing.sight);
            let answer = send(operation, actor, &target, &thing.body);
            self.note(operation, &told, expected, &answer);
        }
    }
}

fn submit(session: &Session, path: &str) {
    let answer = session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": "submit"}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn is_within(collection: &str, path: &str) -> bool {
    path == collection || path.starts_with(&format!("{collection}/"))
}

/// Whether the walk is about an operation.
pub(super) fn is_about(operation: &Operation) -> bool {
    COLLECTIONS.iter().any(|collection| is_within(collection, &operation.path))
}

fn permit(actor: &Actor, access: Access) -> Option<Permit> {
    let Access::Scope(scope) = access else { panic!("none of these is open to all") };
    Permit::new(actor.caller.clone(), scope)
}

fn denied(actor: &Actor) -> u16 {
    if actor.caller.signed_in() { 403 } else { 401 }
}

fn expected(operation: &Operation, access: Access, actor: &Actor, sight: &Sight) -> u16 {
    let Some(permit) = permit(actor, access) else { return denied(actor) };
    let reads = access == Access::Scope(Scope::Read);
    match operation.id.as_str() {
        // Shows to fewer than the call does.
        "get_evaluators" => match (permit.sees(sight), permit.covers(&Sight { published: false, ..sight.clone() })) {
            (false, _) => 404,
            (true, false) => 403,
            (true, true) => 200,
        },
        _ if !permit.sees(sight) && !permit.covers(sight) => 404,
        _ if reads => 200,
        _ if permit.covers(sight) => 412,
        _ => 403,
    }
}

fn send(operation: &Operation, actor: &Actor, target: &str, body: &Value) -> Answer {
    let method = operation.method.to_uppercase();
    // What the body says matters to whoever may; it is a good one.
    let body = match operation.id.as_str() {
        "simulate_portfolio" => json!({}),
        "replace_evaluators" => json!({"clients": []}),
        "decide_call" => json!({"decided_on": "2020-01-01", "decisions": []}),
        "add_grant_entry" => json!({"entry_type": "payment", "day": "2021-01-01", "amount": null}),
        "change_grant" => json!({"usable_from": "2020-10-02"}),
        "change_evaluation" => json!({"remarks": {"fi": "Huomio"}}),
        "change_report" => json!({"due_on": "2022-01-31"}),
        "change_assessment" => json!({"answers": []}),
        "comment_on_framework" => json!({"region": "01", "texts": text("Huomio")}),
        id if id.starts_with("change_") => json!({"names": {"en": "Another name"}}),
        _ if target.ends_with("/transitions") => json!({"event": first_event(target)}),
        _ => with(body, &json!({})),
    };
    match method.as_str() {
        "GET" => actor.session.get(target),
        "DELETE" => actor.session.send("DELETE", target, &[NEVER], ""),
        _ => actor.session.write(&method, target, &[NEVER], &body),
    }
}

/// Any step of what is moved: none is taken.
fn first_event(target: &str) -> &'static str {
    let noun = target.split('/').nth(2).unwrap();
    match noun {
        "applications" => "submit",
        "reports" => "verify",
        "pilots" => "start",
        "grants" => "complete",
        "change-requests" => "reject",
        "assessment-frameworks" => "retire",
        "assessment-rounds" => "publish",
        "assessments" => "refresh",
        other => panic!("{other} takes no steps"),
    }
}

#[rstest]
fn every_operation_on_calls_and_grants_does_for_every_role_what_the_table_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let operations = Contract::of(&registry).operations();
    let mut walk = Walk::on(&registry);
    let about: Vec<_> = operations.iter().filter(|operation| is_about(operation)).collect();
    for operation in &about {
        let access = Access::to(&operation.id).unwrap_or_else(|| panic!("{} stands in no row", operation.id));
        walk.walk(operation, access);
    }
    for operation in &about {
        let asked = walk.requests.get(&operation.id).copied().unwrap_or_default();
        assert!(asked >= walk.actors.len(), "{} was asked {asked} times", operation.id);
    }
    let roles: BTreeSet<&str> = walk.actors.iter().map(|actor| actor.caller.role.code()).collect();
    assert_eq!(roles.len(), Role::VALUES.len());
    assert!(walk.faults.is_empty(), "{} faults:\n{}", walk.faults.len(), walk.faults.join("\n"));
}
