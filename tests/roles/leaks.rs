//! What is not published shows nowhere but to those whose it is.

use digituki_domain::policy::{Permit, Scope};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Actor, SECRET, Thing, World};
use crate::support::session::{PROVIDERS, id};
use crate::support::{Answer, Database, Registry};

/// Every way to ask for what a provider says of itself.
fn lists(world: &World, thing: &Thing) -> Vec<String> {
    let organisation = thing.body["organisation"].as_str().unwrap();
    let region = thing.body["regions"][0].as_str().unwrap();
    [
        String::new(),
        "offer_status=draft".into(),
        "offer_status=draft&offer_status=published".into(),
        format!("organisation={organisation}"),
        format!("organisation={}&organisation={}", world.own, world.foreign),
        format!("region={region}"),
        "source=walk".into(),
        "provider_type=association".into(),
        "language=fi".into(),
        "freshness=outdated".into(),
        format!("q={SECRET}"),
        format!("q={}", SECRET.to_lowercase()),
        "as_of=2030-01-01".into(),
    ]
    .map(|filter| format!("{PROVIDERS}?limit=500&{filter}"))
    .into()
}

fn sees(actor: &Actor, thing: &Thing) -> bool {
    Permit::new(actor.caller.clone(), Scope::Read).is_some_and(|permit| permit.sees(&thing.sight))
}

fn total_of(actor: &Actor, list: &str) -> (Answer, Value) {
    let answer = actor.session.send("GET", list, &[("Prefer", "return=total-count")], "");
    let total = answer.json()["total"].clone();
    (answer, total)
}

/// Every place that could speak of a provider to somebody who may not see it.
fn assert_unseen(actor: &Actor, world: &World, thing: &Thing, after: i64) {
    let told = format!("{} on {}", actor.name, thing.kind);
    let own_id = thing.path.rsplit('/').next().unwrap();
    let assert_silent = |place: &str, answer: &Answer| {
        assert!(!answer.text().contains(own_id), "{told}: {place} names it: {}", answer.text());
        let name = thing.body["names"]["fi"].as_str().unwrap();
        assert!(!answer.text().contains(name), "{told}: {place} tells of it: {}", answer.text());
    };
    for list in lists(world, thing) {
        let (answer, total) = total_of(actor, &list);
        assert_eq!(answer.status, 200, "{told}: {list}");
        assert_silent(&list, &answer);
        assert_eq!(total, answer.json()["items"].as_array().unwrap().len(), "{told}: {list}");
    }
    let recorded = "2026-11-22T23:00:00Z";
    let source_id = thing.body["external_ids"][0]["source_id"].as_str().unwrap().replace(' ', "%20");
    for path in [
        thing.path.clone(),
        format!("{}?known_at={recorded}", thing.path),
        format!("{}/history", thing.path),
        format!("{}/history?limit=1", thing.path),
        format!("{PROVIDERS}/by-source/walk/{source_id}"),
    ] {
        let answer = actor.session.get(&path);
        let problem = answer.problem(404, "not_found");
        // As of one that never was.
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains(SECRET), "{detail}");
    }
    for accept in ["application/json", "application/x-ndjson"] {
        let feed = format!("/v1/changes?after={after}&limit=500");
        let answer = actor.session.send("GET", &feed, &[("Accept", accept)], "");
        assert_eq!(answer.status, 200, "{told}");
        assert_silent(accept, &answer);
    }
}

#[rstest]
fn a_draft_shows_to_those_whose_it_is_and_to_nobody_else(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let after = registry.last_seq();
    let world = World::of(&registry);
    // One that was changed, and one that is gone: never published, never seen.
    let mut drafts: Vec<Thing> = world.providers.iter().filter(|thing| !thing.sight.published).cloned().collect();
    for thing in &drafts {
        world.developer.patch(&thing.path, &json!({"names": {"en": format!("{SECRET} again")}}));
    }
    let actors = world.actors();
    let reading = |actor: &&Actor| Permit::new(actor.caller.clone(), Scope::Read).is_some();
    let mut unseen = 0;
    for gone in [false, true] {
        for actor in actors.iter().filter(reading) {
            for thing in &drafts {
                if sees(actor, thing) {
                    let history = actor.session.items(&format!("{}/history", thing.path));
                    assert_eq!(history.len(), if gone { 3 } else { 2 }, "{} on {}", actor.name, thing.kind);
                    let listed = actor.session.items(&format!("{PROVIDERS}?offer_status=draft"));
                    let listed = listed.iter().any(|each| thing.path.ends_with(id(each)));
                    assert_eq!(listed, !gone, "{} on {}", actor.name, thing.kind);
                } else {
                    assert_unseen(actor, &world, thing, after);
                    unseen += 1;
                }
            }
        }
        for thing in drafts.iter().filter(|_| !gone) {
            world.developer.delete(&thing.path);
        }
    }
    drafts.clear();
    assert!(unseen > 40, "{unseen}");
}

#[rstest]
fn what_was_withdrawn_tells_others_nothing_of_what_was_written_since(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let thing = world.providers.iter().find(|thing| thing.kind == "foreign" && thing.sight.published).unwrap();
    world.developer.patch(&thing.path, &json!({"offer_status": "withdrawn"}));
    world.developer.patch(&thing.path, &json!({"names": {"fi": SECRET}}));
    world.developer.send("POST", &format!("{}/verify", thing.path), &[], "");
    for actor in world.actors().iter().filter(|actor| actor.caller.scopes.contains(&Scope::Read)) {
        let history = actor.session.get(&format!("{}/history", thing.path));
        assert_eq!(history.status, 200, "{}", actor.name);
        let body = history.json();
        let operations: Vec<_> = body["items"].as_array().unwrap().iter().map(|change| &change["operation"]).collect();
        if sees(actor, &Thing { sight: super::sight(false, &world.foreign, "02"), ..thing.clone() }) {
            assert_eq!(operations, ["created", "updated", "updated", "updated"], "{}", actor.name);
        } else {
            assert_eq!(operations, ["created", "deleted"], "{}", actor.name);
            assert!(body["items"][1]["data"].is_null(), "{body}");
            assert!(!history.text().contains(SECRET), "{}", history.text());
            actor.session.get(&thing.path).problem(404, "not_found");
        }
    }
}
