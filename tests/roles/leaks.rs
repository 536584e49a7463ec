//! What is not published shows nowhere but to those whose it is.

use digituki_domain::policy::{Permit, Scope};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Actor, SECRET, Thing, World};
use crate::support::session::{DUPLICATES, POINTS, PROVIDERS, SERVICES, id, named, with};
use crate::support::{Answer, Database, Registry};

/// Every way to ask for what an object says of itself.
fn lists(world: &World, thing: &Thing) -> Vec<String> {
    let organisation = thing.sight.organisation.unwrap();
    let region = &thing.sight.regions[0];
    let of_all = [
        String::new(),
        "offer_status=draft".into(),
        "offer_status=draft&offer_status=published".into(),
        format!("organisation={organisation}"),
        format!("organisation={}&organisation={}", world.own, world.foreign),
        "source=walk".into(),
        "language=fi".into(),
        "freshness=outdated".into(),
        format!("q={SECRET}"),
        format!("q={}", SECRET.to_lowercase()),
        "as_of=2030-01-01".into(),
    ];
    let of_noun = if thing.collection == PROVIDERS {
        vec![format!("region={region}"), "provider_type=association".into()]
    } else {
        let (provider, location) = (&thing.body["provider"], &thing.body["locations"][0]["location"]);
        vec![
            format!("provider={}", provider.as_str().unwrap()),
            format!("location={}", location.as_str().unwrap()),
            "support_form=in_person".into(),
        ]
    };
    let filters = of_all.into_iter().chain(of_noun);
    filters.map(|filter| format!("{}?limit=500&{filter}", thing.collection)).collect()
}

/// What speaks of several kinds of objects, and of others that are like it or refer to it.
fn elsewhere(thing: &Thing) -> Vec<String> {
    let region = &thing.sight.regions[0];
    let mut lists = vec![
        format!("{DUPLICATES}?limit=500"),
        format!("{DUPLICATES}?limit=500&noun=provider&noun=service"),
        format!("{POINTS}?limit=500"),
        format!("{POINTS}?limit=500&region={region}"),
        format!("{POINTS}?limit=500&support_form=in_person&topic=device_setup&facets=topic"),
    ];
    if let Some(provider) = thing.body["provider"].as_str() {
        lists.push(format!("{POINTS}?limit=500&provider={provider}"));
    }
    lists
}

fn total_of(actor: &Actor, list: &str) -> (Answer, Value) {
    let answer = actor.session.send("GET", list, &[("Prefer", "return=total-count")], "");
    let total = answer.json()["total"].clone();
    (answer, total)
}

/// Every place that could speak of an object to somebody who may not see it.
fn assert_unseen(actor: &Actor, world: &World, thing: &Thing, after: i64) {
    let told = format!("{} on {}", actor.name, thing.kind);
    let own_id = named(&thing.path);
    let assert_silent = |place: &str, answer: &Answer| {
        assert!(!answer.text().contains(own_id), "{told}: {place} names it: {}", answer.text());
        let name = thing.body["names"]["fi"].as_str().unwrap();
        assert!(!answer.text().contains(name), "{told}: {place} tells of it: {}", answer.text());
    };
    for list in lists(world, thing).into_iter().chain(elsewhere(thing)) {
        let (answer, total) = total_of(actor, &list);
        assert_eq!(answer.status, 200, "{told}: {list}");
        assert_silent(&list, &answer);
        assert_eq!(total, answer.json()["items"].as_array().unwrap().len(), "{told}: {list}");
    }
    for typed in [SECRET, &SECRET.to_lowercase()[..3]] {
        let suggested = format!("/v1/suggest?limit=20&q={typed}");
        assert_silent(&suggested, &actor.session.get(&suggested));
    }
    let recorded = "2026-11-22T23:00:00Z";
    let source_id = thing.body["external_ids"][0]["source_id"].as_str().unwrap().replace(' ', "%20");
    for path in [
        thing.path.clone(),
        format!("{}?known_at={recorded}", thing.path),
        format!("{}/history", thing.path),
        format!("{}/history?limit=1", thing.path),
        format!("{}/by-source/walk/{source_id}", thing.collection),
    ] {
        let answer = actor.session.get(&path);
        let problem = answer.problem(404, "not_found");
        // As of one that never was.
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains(SECRET), "{detail}");
    }
    if let Some(location) = thing.body["locations"][0]["location"].as_str() {
        for point in [own_id.to_owned(), format!("{own_id}.{location}")] {
            actor.session.get(&format!("{POINTS}/{point}")).problem(404, "not_found");
        }
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
    // One that was changed, and one that is gone: never published, never seen. Another one, which is published, is so
    // much like it that they may be one.
    let drafts = world.drafts();
    let mut twins = Vec::new();
    for thing in &drafts {
        world.developer.patch(&thing.path, &json!({"names": {"en": format!("{SECRET} again")}}));
        let name = thing.body["names"]["fi"].as_str().unwrap().to_lowercase().replace(':', "");
        let fields = json!({"names": {"fi": name}, "offer_status": "published", "external_ids": []});
        twins.push(world.developer.add(thing.collection, &with(&thing.body, &fields)));
    }
    let actors = world.actors();
    let reading = |actor: &&Actor| Permit::new(actor.caller.clone(), Scope::Read).is_some();
    let mut unseen = 0;
    for gone in [false, true] {
        for actor in actors.iter().filter(reading) {
            for (thing, twin) in drafts.iter().zip(&twins) {
                assert_eq!(actor.session.json(twin)["notices"], json!([]), "{} on {}", actor.name, thing.kind);
                if actor.sees(thing) {
                    let history = actor.session.items(&format!("{}/history", thing.path));
                    assert_eq!(history.len(), if gone { 3 } else { 2 }, "{} on {}", actor.name, thing.kind);
                    let listed = actor.session.items(&format!("{}?offer_status=draft", thing.collection));
                    let listed = listed.iter().any(|each| thing.path.ends_with(id(each)));
                    assert_eq!(listed, !gone, "{} on {}", actor.name, thing.kind);
                    let told = actor.session.get(&format!("{DUPLICATES}?limit=500")).text();
                    assert_eq!(told.contains(named(&thing.path)), !gone, "{} on {}", actor.name, thing.kind);
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
    assert!(unseen > 80, "{unseen}");
}

#[rstest]
fn what_was_withdrawn_tells_others_nothing_of_what_was_written_since(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(PROVIDERS, SERVICES)] collection: &str,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let path = world
        .developer
        .add(collection, &with(&world.published(collection, "foreign").body, &json!({"external_ids": []})));
    let thing = Thing {
        path,
        sight: super::sight(false, &world.foreign, "02"),
        ..world.published(collection, "foreign").clone()
    };
    world.developer.patch(&thing.path, &json!({"offer_status": "withdrawn"}));
    world.developer.patch(&thing.path, &json!({"names": {"fi": SECRET}}));
    world.developer.send("POST", &format!("{}/verify", thing.path), &[], "");
    for actor in world.actors().iter().filter(|actor| actor.caller.scopes.contains(&Scope::Read)) {
        let history = actor.session.get(&format!("{}/history", thing.path));
        assert_eq!(history.status, 200, "{}", actor.name);
        let body = history.json();
        let operations: Vec<_> = body["items"].as_array().unwrap().iter().map(|change| &change["operation"]).collect();
        if actor.sees(&thing) {
            assert_eq!(operations, ["created", "updated", "updated", "updated"], "{}", actor.name);
        } else {
            assert_eq!(operations, ["created", "deleted"], "{}", actor.name);
            assert!(body["items"][1]["data"].is_null(), "{body}");
            assert!(!history.text().contains(SECRET), "{}", history.text());
            actor.session.get(&thing.path).problem(404, "not_found");
        }
    }
}

#[rstest]
fn what_is_merged_into_what_others_may_not_see_is_gone_for_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(PROVIDERS, SERVICES)] collection: &str,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let after = registry.last_seq();
    let find = |published: bool| {
        let mut foreign = world.things.iter().filter(|thing| thing.collection == collection && thing.kind == "foreign");
        foreign.find(|thing| thing.sight.published == published).unwrap()
    };
    let (shown, hidden) = (find(true), find(false));
    assert_eq!(world.developer.merge(&hidden.path, &shown.path).status, 200);
    for actor in world.actors().iter().filter(|actor| actor.caller.scopes.contains(&Scope::Read)) {
        let feed = actor.session.json(&format!("/v1/changes?after={after}"));
        let change = &feed["items"][0];
        let told = (change["operation"].as_str().unwrap(), change["survivor"].as_str());
        let moved = actor.session.get(&shown.path);
        if actor.sees(hidden) {
            assert_eq!(told, ("merged", Some(named(&hidden.path))), "{}", actor.name);
            assert_eq!(moved.status, 301, "{}", actor.name);
        } else {
            assert_eq!(told, ("deleted", None), "{}", actor.name);
            moved.problem(404, "not_found");
            let history = actor.session.get(&format!("{}/history", shown.path)).text();
            for text in [feed.to_string(), history] {
                assert!(!text.contains(named(&hidden.path)), "{}: {text}", actor.name);
            }
            let change = json!({"names": {"en": "Again"}});
            let told = actor.session.write("PATCH", &shown.path, &[("If-Match", "*")], &change).text();
            assert!(!told.contains(named(&hidden.path)), "{}: {told}", actor.name);
        }
    }
}

#[rstest]
fn a_service_of_a_provider_that_one_may_not_see_is_one_of_a_provider_that_never_was(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let world = World::of(&registry);
    let editor = registry.sign_in("provider_editor", &[], Some(&world.own));
    let own = world.published(SERVICES, "own");
    for hidden in world.drafts().iter().filter(|thing| thing.collection == PROVIDERS && thing.kind != "own") {
        for status in ["published", "draft"] {
            let fields = json!({"provider": named(&hidden.path), "offer_status": status, "external_ids": []});
            let body = with(&own.body, &fields);
            for answer in [
                editor.write("POST", SERVICES, &[], &body),
                editor.write("PUT", &own.path, &[("If-Match", "*")], &body),
            ] {
                let problem = answer.problem(400, "invalid_request");
                assert_eq!(problem["errors"][0]["pointer"], "/provider");
                assert_eq!(answer.codes_of_faults(), ["unknown_value"]);
            }
        }
    }
}
