//! A copy of the registry that is made from the feed alone.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use super::walk;
use crate::support::session::{
    ANY, LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, Session, association, id, location_in, named, provider,
    service, with,
};
use crate::support::{Database, Registry};

const OPERATIONS: usize = 500;

/// Numbers that look random and are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { all.get(self.roll(all.len())) }
    }
}

/// The nouns that are mirrored, and where they are listed.
const MIRRORED: [(&str, &str); 4] =
    [("organisation", ORGANISATIONS), ("provider", PROVIDERS), ("location", LOCATIONS), ("service", SERVICES)];

/// What a reader holds who applies one change after the other.
#[derive(Default)]
struct Mirror {
    objects: BTreeMap<(String, String), Value>,
    seen: i64,
    /// How many mergers it was told of.
    mergers: usize,
}

impl Mirror {
    fn follow(&mut self, session: &Session, limit: usize) {
        let nouns = MIRRORED.map(|(noun, _)| format!("&noun={noun}")).concat();
        for change in walk(session, self.seen, limit, &nouns) {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            let key = (text("noun"), text("id"));
            match change["operation"].as_str().unwrap() {
                "created" => assert_eq!(self.objects.insert(key, change["data"].clone()), None, "{change}"),
                "updated" => assert!(self.objects.insert(key, change["data"].clone()).is_some(), "{change}"),
                "deleted" => assert!(self.objects.remove(&key).is_some(), "{change}"),
                "merged" => {
                    assert!(self.objects.remove(&key).is_some(), "{change}");
                    assert!(self.objects.contains_key(&(text("noun"), text("survivor"))), "{change}");
                    self.mergers += 1;
                }
                other => panic!("{other}"),
            }
            self.seen = change["seq"].as_i64().unwrap();
        }
    }

    /// The objects of a kind as they were when they last changed themselves: what they refer to may have been
    /// renamed since.
    fn of(&self, noun: &str) -> BTreeMap<String, Value> {
        let of_noun = self.objects.iter().filter(|((kind, _), _)| kind == noun);
        of_noun.map(|((_, id), data)| (id.clone(), own_words(data))).collect()
    }
}

fn own_words(object: &Value) -> Value {
    let mut words = object.clone();
    for name in ["organisation", "successor", "provider"] {
        if let Some(named) = words.get_mut(name).filter(|named| named.is_object()) {
            *named = named["id"].take();
        }
    }
    for place in words.get_mut("locations").and_then(Value::as_array_mut).into_iter().flatten() {
        place["location"] = place["location"]["id"].take();
    }
    // What is like it has not changed it.
    words.as_object_mut().unwrap().remove("notices");
    words
}

fn listed(session: &Session, collection: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut target = format!("{collection}?limit=500");
    loop {
        let page = session.json(&target);
        found.extend(page["items"].as_array().unwrap().iter().map(|each| (id(each).to_owned(), own_words(each))));
        let Some(cursor) = page["next"].as_str() else { return found };
        target = format!("{collection}?limit=500&cursor={cursor}");
    }
}

/// Somebody who does one thing after the other, whatever comes of it.
struct Actor<'a> {
    developer: Session<'a>,
    dice: Dice,
    /// The addresses of what there is, by collection.
    there: BTreeMap<&'static str, Vec<String>>,
}

impl Actor<'_> {
    fn any(&mut self, collection: &str) -> Option<String> {
        self.dice.of(self.there.get(collection)?).cloned()
    }

    fn status(&mut self) -> Value {
        // Most of what there is is published.
        let statuses = ["draft", "published", "published", "temporarily_closed", "archived", "withdrawn"];
        json!(statuses[self.dice.roll(6)])
    }

    fn number(&mut self) -> usize {
        self.dice.roll(100)
    }

    fn add(&mut self, collection: &'static str, body: &Value) {
        let answer = self.developer.write("POST", collection, &[], body);
        if answer.status == 201 {
            self.there.entry(collection).or_default().push(format!("{collection}/{}", id(&answer.json())));
        }
    }

    fn patch(&mut self, collection: &str, fields: &Value) {
        if let Some(path) = self.any(collection) {
            self.developer.write("PATCH", &path, &[ANY], fields);
        }
    }

    fn forget(&mut self, collection: &str, path: &str) {
        self.there.get_mut(collection).unwrap().retain(|other| other != path);
    }

    fn delete(&mut self, collection: &str) {
        if let Some(path) = self.any(collection)
            && self.developer.send("DELETE", &path, &[ANY], "").status == 204
        {
            self.forget(collection, &path);
        }
    }

    fn merge(&mut self, collection: &str) {
        if let (Some(survivor), Some(other)) = (self.any(collection), self.any(collection))
            && self.developer.merge(&survivor, &other).status == 200
        {
            self.forget(collection, &other);
        }
    }

    fn do_something(&mut self) {
        let (number, status) = (self.number(), self.status());
        let region = ["01", "02", "19"][self.dice.roll(3)];
        let municipality = ["091", "853", "698"][self.dice.roll(3)];
        let owner = self.any(ORGANISATIONS);
        match (self.dice.roll(24), owner) {
            (0 | 1, _) | (_, None) => {
                self.add(ORGANISATIONS, &association(&format!("Ry {number}"), "region:01"));
            }
            (2..5, Some(owner)) => {
                let body = provider(&format!("Tuki {number}"), named(&owner), region);
                self.add(PROVIDERS, &with(&body, &json!({"offer_status": status})));
            }
            (5..7, Some(owner)) => {
                self.add(LOCATIONS, &location_in(&format!("Talo {number}"), named(&owner), municipality));
            }
            (7..11, _) => {
                if let (Some(giver), Some(place)) = (self.any(PROVIDERS), self.any(LOCATIONS)) {
                    let body = service(&format!("Apu {number}"), named(&giver), &[named(&place)]);
                    self.add(SERVICES, &with(&body, &json!({"offer_status": status})));
                }
            }
            (11, _) => self.patch(PROVIDERS, &json!({"offer_status": status})),
            (12, _) => self.patch(PROVIDERS, &json!({"names": {"fi": format!("Tuki {number}")}})),
            (13, _) => self.patch(ORGANISATIONS, &json!({"names": {"fi": format!("Ry {number}")}})),
            (14 | 15, _) => self.patch(SERVICES, &json!({"offer_status": status})),
            (16, _) => self.patch(LOCATIONS, &json!({"address": {"municipality": municipality}})),
            (17, _) => self.patch(PROVIDERS, &json!({"regions": [region]})),
            (18, _) => self.merge(PROVIDERS),
            (19, _) => self.merge(LOCATIONS),
            (20, _) => self.merge(SERVICES),
            (21, _) => self.delete(SERVICES),
            (22, _) => self.delete([PROVIDERS, LOCATIONS][number % 2]),
            (_, _) => self.delete(ORGANISATIONS),
        }
    }
}

#[rstest]
fn a_mirror_of_the_feed_holds_what_the_lists_hold(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let (developer, public) = (registry.developer(), registry.public());
    let coordinator = registry.sign_in("regional_coordinator", &["region:02"], None);
    let readers = [&public, &coordinator, &developer];
    let mut mirrors = readers.map(|_| Mirror::default());
    let mut actor = Actor { developer: developer.clone(), dice: Dice(20_261_122), there: BTreeMap::new() };
    for step in 0..OPERATIONS {
        actor.do_something();
        if step % 60 == 0 {
            // Each in steps of another length, wherever the others are.
            mirrors[step / 60 % 3].follow(readers[step / 60 % 3], 1 + step % 500);
        }
    }
    for (mirror, reader) in mirrors.iter_mut().zip(readers) {
        mirror.follow(reader, 500);
        for (noun, collection) in MIRRORED {
            let (there, listed) = (mirror.of(noun), listed(reader, collection));
            // The list is as of today.
            let ended = there.iter().filter(|(id, _)| !listed.contains_key(*id));
            assert!(ended.clone().all(|(_, each)| !each["valid_to"].is_null() || !each["valid_from"].is_null()));
            for (id, each) in &listed {
                assert_eq!(there.get(id), Some(each), "{} of {noun}", reader.client_id);
            }
        }
        assert!(mirror.mergers > 5, "{}", mirror.mergers);
    }
    for collection in [PROVIDERS, LOCATIONS, SERVICES] {
        assert!(actor.there[collection].len() > 5, "{collection}: {}", actor.there[collection].len());
    }
}
