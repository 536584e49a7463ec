//! The walk: every operation of the contract by every role on every kind of object, held to the table of the
//! domain.

use std::collections::BTreeMap;

use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::{Access, Permit, Sight};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Actor, Thing, World};
use crate::support::contract::Operation;
use crate::support::session::{ANY, ORGANISATIONS, POINTS, SERVICES, id, named, with};
use crate::support::{Answer, Contract, Database, Registry};

/// What the table says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passes,
    Unauthenticated,
    Forbidden,
    Hidden,
    /// What the body names is as of one that never was.
    Unknown,
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
        400 if answer.codes_of_faults() == ["unknown_value"] => Some(Verdict::Unknown),
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

    /// The objects of a collection, by their numbers.
    fn of(&self, collection: &str) -> Vec<usize> {
        let things = self.world.things.iter().enumerate();
        things.filter(|(_, thing)| thing.collection == collection).map(|(index, _)| index).collect()
    }

    /// Whether what has been done with an object is what was answered, and what there is of it now.
    fn look(&mut self, operation: &Operation, told: &str, index: usize, answer: &Answer) {
        let thing = &self.world.things[index];
        let after = self.world.developer.get(&thing.path);
        let before = self.known.insert(thing.path.clone(), own_words(&after));
        let changed = before.is_some_and(|before| before != own_words(&after));
        if changed != (200..300).contains(&answer.status) {
            self.faults.push(format!("{}: {told}: {}, and changed: {changed}", operation.id, answer.status));
        }
        if after.status != 200 {
            self.renew(index);
        }
    }

    /// Puts an object anew in the place of one that is gone.
    fn renew(&mut self, index: usize) {
        let thing = &mut self.world.things[index];
        thing.path = self.world.developer.add(thing.collection, &thing.body);
        self.known.insert(thing.path.clone(), own_words(&self.world.developer.get(&thing.path)));
    }

    /// An operation that is about no object, or about one that everyone sees.
    fn plain(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        let method = operation.method.to_uppercase();
        let target = match operation.id.as_str() {
            "get_comparison" => format!("{}?round={}", operation.path, self.world.round),
            _ => operation.example_target(),
        };
        let answer = actor.session.send(&method, &target, &[], "");
        self.note(operation, &actor.name, verdict(access, actor, None), &answer);
    }

    /// What is loaded is nobody's own.
    fn loading(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        let rows = json!([{
            "municipality": "091", "indicator": "share_65_plus", "date": "2025-12-31", "value": 17, "source": "Kysely",
            "method": "Otos"
        }]);
        let before = self.world.developer.registry.last_seq();
        let answer = actor.session.write("POST", &operation.path, &[], &json!({"rows": rows}));
        self.note(operation, &actor.name, verdict(access, actor, Some((&Sight::national(), Deed::Put))), &answer);
        let made = self.world.developer.registry.last_seq() - before;
        if made != i64::from(answer.status == 201) {
            self.faults.push(format!("{}: {}: {} made {made} changes", operation.id, actor.name, answer.status));
        }
    }

    fn creation(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        for kind in ["own", "same region", "foreign"] {
            let name = self.fresh();
            let Thing { mut body, mut sight, .. } = self.world.published(&operation.path, kind).clone();
            body["names"] = json!({"fi": name, "sv": null, "en": null});
            if operation.path == ORGANISATIONS {
                // A new organisation is nobody's own.
                sight.organisation = Some(OrganisationId::of_key("nobody's"));
            } else {
                body["external_ids"] = json!([]);
            }
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

    /// What is pushed is new.
    fn pushing(&mut self, operation: &Operation, access: Access, actor: &Actor, collection: &str) {
        for kind in ["own", "same region", "foreign"] {
            let name = self.fresh();
            let Thing { mut body, sight, .. } = self.world.published(collection, kind).clone();
            body["names"] = json!({"fi": name, "sv": null, "en": null});
            body["external_ids"] = json!([]);
            let before = self.world.developer.registry.last_seq();
            let target = operation.path.replace("{source}", "walk");
            let rows = json!({"rows": [{"source_id": name, "facts": body}]});
            let answer = actor.session.write("POST", &target, &[], &rows);
            let told = format!("{} on {kind}", actor.name);
            self.note(operation, &told, verdict(access, actor, Some((&sight, Deed::Put))), &answer);
            let made = self.world.developer.registry.last_seq() - before;
            if made != i64::from(answer.status == 200) {
                self.faults.push(format!("{}: {told}: {} made {made} changes", operation.id, answer.status));
            }
            if answer.status == 200 {
                self.world.developer.delete(&format!("{collection}/{}", id(&answer.json()["rows"][0])));
            }
        }
    }

    fn on_things(&mut self, operation: &Operation, access: Access, actor: &Actor, collection: &str) {
        // What a narrow token does not allow it allows on no object: one is enough.
        let stopped = actor.narrow && verdict(access, actor, None) != Verdict::Passes;
        for index in self.of(collection).into_iter().take(if stopped { 1 } else { usize::MAX }) {
            let thing = self.world.things[index].clone();
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
            self.look(operation, &told, index, &answer);
        }
    }

    /// Every object with every other one of its collection.
    fn merging(&mut self, operation: &Operation, access: Access, actor: &Actor, collection: &str) {
        let stopped = verdict(access, actor, None) != Verdict::Passes;
        let all = self.of(collection);
        let pairs = all.iter().flat_map(|one| all.iter().map(|other| (*one, *other)));
        let pairs: Vec<_> = pairs.filter(|(one, other)| one != other).collect();
        for (survivor, other) in pairs.into_iter().take(if stopped { 1 } else { usize::MAX }) {
            let (one, another) = (self.world.things[survivor].clone(), self.world.things[other].clone());
            let answer = actor.session.merge(&one.path, &another.path);
            let expected = match verdict(access, actor, Some((&one.sight, Deed::Change))) {
                Verdict::Passes => match verdict(access, actor, Some((&another.sight, Deed::Change))) {
                    Verdict::Hidden => Verdict::Unknown,
                    of_other => of_other,
                },
                of_survivor => of_survivor,
            };
            let published = (one.sight.published, another.sight.published);
            let told = format!("{}: {} into {} (published: {published:?})", actor.name, another.kind, one.kind);
            self.note(operation, &told, expected, &answer);
            if answer.status == 200 {
                // What the survivor took over is free for the next ones.
                self.world.developer.delete(&one.path);
            }
            self.look(operation, &told, survivor, &answer);
            self.look(operation, &told, other, &answer);
        }
    }

    /// The point of each service: shown while its service is published, and then to all.
    fn points(&mut self, operation: &Operation, access: Access, actor: &Actor) {
        for index in self.of(SERVICES) {
            let thing = self.world.things[index].clone();
            let place = thing.body["locations"][0]["location"].as_str().unwrap();
            let point = format!("{POINTS}/{}.{place}", named(&thing.path));
            let expected = match verdict(access, actor, None) {
                Verdict::Passes if !thing.sight.published => Verdict::Hidden,
                of_all => of_all,
            };
            let told = format!("{} on {} (published: {})", actor.name, thing.kind, thing.sight.published);
            for method in ["GET", "HEAD"] {
                let answer = actor.session.send(method, &point, &[], "");
                self.note(operation, &format!("{told} by {method}"), expected, &answer);
            }
        }
    }
}

/// An object as it is answered, but for what follows others: the names of its organisation, and what is like it.
fn own_words(answer: &Answer) -> Value {
    if answer.status != 200 {
        return Value::Null;
    }
    let mut body = answer.json();
    if let Some(notices) = body.get_mut("notices") {
        notices.take();
    }
    if let Some(named) = body.get_mut("organisation") {
        *named = named["id"].take();
    }
    body
}

fn target(operation: &Operation, thing: &Thing) -> String {
    let source_id = thing.body["external_ids"][0]["source_id"].as_str().unwrap_or_default().replace(' ', "%20");
    operation.path.replace("{id}", named(&thing.path)).replace("{source}", "walk").replace("{source_id}", &source_id)
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

/// The collection of the world that an operation is about.
fn collection_of(world: &World, path: &str) -> Option<&'static str> {
    let within = |collection: &str| path == collection || path.starts_with(&format!("{collection}/"));
    world.things.iter().map(|thing| thing.collection).find(|collection| within(collection))
}

#[rstest]
fn every_operation_does_for_every_role_what_the_table_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let mut operations = Contract::of(&registry).operations();
    // Of calls and of what comes of them there is a walk of its own.
    operations.retain(|operation| !super::granting::is_about(operation));
    let world = World::of(&registry);
    let actors = world.actors();
    let known = world.things.iter();
    let known = known.map(|thing| (thing.path.clone(), own_words(&world.developer.get(&thing.path)))).collect();
    let mut walk = Walk { world, faults: Vec::new(), requests: BTreeMap::new(), known, changes: 0 };
    for operation in &operations {
        let Some(access) = Access::to(&operation.id) else {
            walk.faults.push(format!("{} stands in no row of the table", operation.id));
            continue;
        };
        for actor in &actors {
            let collection = collection_of(&walk.world, &operation.path);
            match (operation.method.as_str(), collection) {
                ("post", Some(collection)) if operation.path == collection => walk.creation(operation, access, actor),
                ("post", Some(collection)) if operation.pushes_many() => {
                    walk.pushing(operation, access, actor, collection);
                }
                ("post", Some(collection)) if operation.path.ends_with("/merge") => {
                    walk.merging(operation, access, actor, collection);
                }
                (_, Some(collection)) if operation.path != collection => {
                    walk.on_things(operation, access, actor, collection);
                }
                ("post", _) if operation.id == "load_need_indicators" => walk.loading(operation, access, actor),
                ("get", _) if operation.id == "get_service_point" => walk.points(operation, access, actor),
                ("get", _) => walk.plain(operation, access, actor),
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
