//! The walk: every operation of the contract by every role on every kind of object, held to the table of the
//! domain.

use std::collections::BTreeMap;

use digituki_domain::policy::{Access, Permit, Sight};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Actor, Thing, World, sight};
use crate::support::contract::Operation;
use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, association, id, provider, with};
use crate::support::{Answer, Contract, Database, Registry};

/// What the table says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passes,
    Unauthenticated,
    Forbidden,
    Hidden,
}

/// What an operation does with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Read,
    /// What is not there can be added: that it is hidden is no reason to say that it is not there.
    Put,
    Change,
}

fn verdict(access: Access, actor: &Actor, object: Option<(&Sight, Deed)>) -> Verdict {
    let Access::Scope(scope) = access else { return Verdict::Passes };
    let Some(permit) = Permit::new(actor.caller.clone(), scope) else {
        return if actor.caller.signed_in() { Verdict::Forbidden } else { Verdict::Unauthenticated };
    };
    match object {
        None => Verdict::Passes,
        Some((sight, Deed::Read)) if permit.sees(sight) => Verdict::Passes,
        Some((sight, Deed::Put | Deed::Change)) if permit.covers(sight) => Verdict::Passes,
        Some((_, Deed::Put)) => Verdict::Forbidden,
        Some((sight, Deed::Change)) if permit.sees(sight) => Verdict::Forbidden,
        Some((_, Deed::Read | Deed::Change)) => Verdict::Hidden,
    }
}

fn seen(operation: &Operation, answer: &Answer) -> Option<Verdict> {
    match answer.status {
        200..300 => Some(Verdict::Passes),
        // All organisations of the walk have providers.
        409 if operation.id == "delete_organisation" => Some(Verdict::Passes),
        // An open operation that was asked for nothing sensible.
        415 if operation.id == "issue_token" => Some(Verdict::Passes),
        401 => Some(Verdict::Unauthenticated),
        403 => Some(Verdict::Forbidden),
        404 => Some(Verdict::Hidden),
        _ => None,
    }
}

/// A walk in progress.
struct Walk<'a> {
    world: World<'a>,
    faults: Vec<String>,
    requests: BTreeMap<String, usize>,
    /// What was last read of every object.
    known: BTreeMap<String, Value>,
    changes: usize,
}

impl Walk<'_> {
    fn note(&mut self, operation: &Operation, told: &str, expected: Verdict, answer: &Answer) {
        *self.requests.entry(operation.id.clone()).or_default() += 1;
        let found = seen(operation, answer);
        if found != Some(expected) {
            self.faults.push(format!("{}: {told}: {} instead of {expected:?}", operation.id, answer.status));
        }
    }

    /// A text that nothing has yet.
    fn fresh(&mut self) -> String {
        self.changes += 1;
        format!("Change {}", self.changes)
    }

    /// An operation that is about no object, or about one that everyone sees.
    fn plain(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        let method = operation.method.to_uppercase();
        let answer = actor.session.send(&method, &operation.example_target(), &[], "");
        self.note(operation, &actor.name, verdict(access, actor, None), &answer);
    }

    fn creation(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        for (kind, organisation, region) in [
            ("own", &self.world.own, "01"),
            ("same region", &self.world.foreign, "01"),
            ("foreign", &self.world.foreign, "02"),
        ]
        .map(|(kind, organisation, region)| (kind, organisation.clone(), region))
        {
            let name = self.fresh();
            let of_provider = operation.path == PROVIDERS;
            let (body, sight) = if of_provider {
                (provider(&name, &organisation, region), sight(true, &organisation, region))
            } else {
                // A new organisation is nobody's own.
                let nobodys = "00000000-0000-4000-8000-000000000000";
                (association(&name, &format!("region:{region}")), sight(true, nobodys, region))
            };
            let before = self.world.developer.registry.last_seq();
            let answer = actor.session.write("POST", &operation.path, &[], &body);
            let expected = verdict(access, actor, Some((&sight, Deed::Put)));
            let told = format!("{} on {kind}", actor.name);
            self.note(operation, &told, expected, &answer);
            let made = self.world.developer.registry.last_seq() - before;
            if made != i64::from(answer.status == 201) {
                self.faults.push(format!("{}: {told}: {} made {made} changes", operation.id, answer.status));
            }
            if answer.status == 201 {
                self.world.developer.delete(&format!("{}/{}", operation.path, id(&answer.json())));
            }
        }
    }

    fn on_things(&mut self, operation: &Operation, access: Access, actor: &Actor, of_provider: bool) {
        let count = if of_provider { self.world.providers.len() } else { self.world.organisations.len() };
        // What a narrow token does not allow it allows on no object: one is enough.
        let stopped = actor.narrow && verdict(access, actor, None) != Verdict::Passes;
        for index in 0..if stopped { 1 } else { count } {
            let things = if of_provider { &self.world.providers } else { &self.world.organisations };
            let thing = things[index].clone();
            let told = format!("{} on {} (published: {})", actor.name, thing.kind, thing.sight.published);
            let name = self.fresh();
            let (answer, deed) = ask(operation, actor, &thing, &name);
            let expected = verdict(access, actor, Some((&thing.sight, deed)));
            self.note(operation, &told, expected, &answer);
            if deed == Deed::Read {
                if !actor.narrow {
                    let head = actor.session.send("HEAD", &target(operation, &thing), &[], "");
                    self.note(operation, &format!("{told} by HEAD"), expected, &head);
                }
                continue;
            }
            let after = self.world.developer.get(&thing.path);
            let before = self.known.insert(thing.path.clone(), own_words(&after));
            let changed = before.is_some_and(|before| before != own_words(&after));
            if changed != (200..300).contains(&answer.status) {
                self.faults.push(format!("{}: {told}: {}, and changed: {changed}", operation.id, answer.status));
            }
            if after.status == 404 {
                let path = self.world.developer.add(PROVIDERS, &thing.body);
                self.known.insert(path.clone(), own_words(&self.world.developer.get(&path)));
                self.world.providers[index].path = path;
            }
        }
    }
}

/// An object as it is answered, but for the names of its organisation, which follow that.
fn own_words(answer: &Answer) -> Value {
    let mut body = answer.json();
    if let Some(named) = body.get_mut("organisation") {
        *named = named["id"].take();
    }
    body
}

fn target(operation: &Operation, thing: &Thing) -> String {
    let source_id = thing.body["external_ids"][0]["source_id"].as_str().unwrap_or_default().replace(' ', "%20");
    let named = thing.path.rsplit('/').next().unwrap();
    operation.path.replace("{id}", named).replace("{source}", "walk").replace("{source_id}", &source_id)
}

/// Asks for something that would change the object, if the operation changes it.
fn ask(operation: &Operation, actor: &Actor, thing: &Thing, name: &str) -> (Answer, Deed) {
    let target = target(operation, thing);
    let names = json!({"fi": thing.body["names"]["fi"], "sv": null, "en": name});
    match operation.method.as_str() {
        "get" => (actor.session.get(&target), Deed::Read),
        "put" => {
            let body: Value = with(&thing.body, &json!({"names": names}));
            let by_source = operation.id.ends_with("_by_source");
            let deed = if by_source { Deed::Put } else { Deed::Change };
            (actor.session.write("PUT", &target, &[ANY], &body), deed)
        }
        "patch" => (actor.session.write("PATCH", &target, &[ANY], &json!({"names": {"en": name}})), Deed::Change),
        "delete" => (actor.session.send("DELETE", &target, &[ANY], ""), Deed::Change),
        "post" => (actor.session.send("POST", &target, &[], ""), Deed::Change),
        other => panic!("{other}"),
    }
}

#[rstest]
fn every_operation_does_for_every_role_what_the_table_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let operations = Contract::of(&registry).operations();
    let world = World::of(&registry);
    let actors = world.actors();
    let things = world.providers.iter().chain(&world.organisations);
    let known = things.map(|thing| (thing.path.clone(), own_words(&world.developer.get(&thing.path)))).collect();
    let mut walk = Walk { world, faults: Vec::new(), requests: BTreeMap::new(), known, changes: 0 };
    for operation in &operations {
        let Some(access) = Access::to(&operation.id) else {
            walk.faults.push(format!("{} stands in no row of the table", operation.id));
            continue;
        };
        for actor in &actors {
            let about = |collection: &str| operation.path.starts_with(&format!("{collection}/"));
            match operation.method.as_str() {
                "post" if [PROVIDERS, ORGANISATIONS].contains(&operation.path.as_str()) => {
                    walk.creation(operation, access, actor);
                }
                _ if about(PROVIDERS) => walk.on_things(operation, access, actor, true),
                _ if about(ORGANISATIONS) => walk.on_things(operation, access, actor, false),
                "get" => walk.plain(operation, access, actor),
                _ if access == Access::Open => walk.plain(operation, access, actor),
                _ => walk.faults.push(format!("the walk knows no object for {}", operation.id)),
            }
        }
    }
    for operation in &operations {
        let asked = walk.requests.get(&operation.id).copied().unwrap_or_default();
        assert!(asked >= actors.len(), "{} was asked {asked} times", operation.id);
    }
    assert!(walk.faults.is_empty(), "{} faults:\n{}", walk.faults.len(), walk.faults.join("\n"));
}
