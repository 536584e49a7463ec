//! A copy of the registry that is made from the feed alone.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use super::walk;
use crate::support::session::{ANY, ORGANISATIONS, PROVIDERS, Session, association, id, provider};
use crate::support::{Database, Registry};

const OPERATIONS: usize = 300;

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

/// What a reader holds who applies one change after the other.
#[derive(Default)]
struct Mirror {
    objects: BTreeMap<(String, String), Value>,
    seen: i64,
}

impl Mirror {
    fn follow(&mut self, session: &Session, limit: usize) {
        for change in walk(session, self.seen, limit, "&noun=provider&noun=organisation") {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            let key = (text("noun"), text("id"));
            match change["operation"].as_str().unwrap() {
                "created" => assert_eq!(self.objects.insert(key, change["data"].clone()), None, "{change}"),
                "updated" => assert!(self.objects.insert(key, change["data"].clone()).is_some(), "{change}"),
                "deleted" => assert!(self.objects.remove(&key).is_some(), "{change}"),
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
    // What others have to do with it is as of the reading.
    words.as_object_mut().unwrap().remove("notices");
    for name in ["organisation", "successor"] {
        if let Some(named) = words.get_mut(name).filter(|named| named.is_object()) {
            *named = named["id"].take();
        }
    }
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

fn do_something(dice: &mut Dice, developer: &Session, organisations: &mut Vec<String>, providers: &mut Vec<String>) {
    let statuses = ["draft", "published", "temporarily_closed", "archived", "withdrawn"].map(|status| json!(status));
    let regions = ["01", "02", "19"];
    let own = |path: &String| path.rsplit('/').next().unwrap().to_owned();
    match dice.roll(12) {
        0 | 1 => organisations
            .push(developer.add(ORGANISATIONS, &association(&format!("Ry {}", dice.roll(100)), "region:01"))),
        2..5 => {
            if let Some(organisation) = dice.of(organisations).map(own) {
                let mut body = provider(&format!("Tuki {}", dice.roll(100)), &organisation, regions[dice.roll(3)]);
                body["offer_status"] = statuses[dice.roll(5)].clone();
                providers.push(developer.add(PROVIDERS, &body));
            }
        }
        5..8 => {
            if let Some(path) = dice.of(providers).cloned() {
                developer.patch(&path, &json!({"offer_status": statuses[dice.roll(5)]}));
            }
        }
        8 => {
            if let Some(path) = dice.of(providers).cloned() {
                developer.patch(&path, &json!({"names": {"fi": format!("Tuki {}", dice.roll(100))}}));
            }
        }
        9 => {
            if let Some(path) = dice.of(organisations).cloned() {
                developer.patch(&path, &json!({"names": {"fi": format!("Ry {}", dice.roll(100))}}));
            }
        }
        10 => {
            if let Some(path) = dice.of(providers).cloned() {
                developer.delete(&path);
                providers.retain(|other| *other != path);
            }
        }
        _ => {
            if let Some(path) = dice.of(organisations).cloned()
                && developer.send("DELETE", &path, &[ANY], "").status == 204
            {
                organisations.retain(|other| *other != path);
            }
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
    let (mut organisations, mut providers) = (Vec::new(), Vec::new());
    let mut dice = Dice(20_261_122);
    for step in 0..OPERATIONS {
        do_something(&mut dice, &developer, &mut organisations, &mut providers);
        if step % 60 == 0 {
            // Each in steps of another length, wherever the others are.
            mirrors[step % 3].follow(readers[step % 3], 1 + step);
        }
    }
    for (mirror, reader) in mirrors.iter_mut().zip(readers) {
        mirror.follow(reader, 500);
        assert_eq!(mirror.of("provider"), listed(reader, PROVIDERS));
        let organisations = listed(reader, ORGANISATIONS);
        let there: BTreeMap<_, _> = mirror.of("organisation");
        // The list is as of today.
        let ended = there.iter().filter(|(id, _)| !organisations.contains_key(*id));
        assert!(ended.clone().all(|(_, each)| !each["valid_to"].is_null() || !each["valid_from"].is_null()));
        for (id, each) in &organisations {
            assert_eq!(there.get(id), Some(each));
        }
    }
    assert!(providers.len() > 20, "{}", providers.len());
}
