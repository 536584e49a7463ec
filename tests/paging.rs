//! Collections: pages, cursors, totals and order.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::contract::Operation;
use crate::support::{Answer, Database, Registry, Stage};

/// What a whole walk gives: the objects, page by page, each page checked against its Link header.
fn walk(registry: &Registry, first: &str) -> Vec<Value> {
    walk_by(registry, first, |target| registry.get(target))
}

/// The same by whoever has signed in.
fn walk_as_developer(stage: &Stage, first: &str) -> Vec<Value> {
    walk_by(&stage.registry, &stage.here(first), |target| stage.get(target))
}

fn walk_by(registry: &Registry, first: &str, get: impl Fn(&str) -> Answer) -> Vec<Value> {
    let mut items = Vec::new();
    let mut target = registry.url(first);
    loop {
        let answer = get(&target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        let mut page = answer.json();
        let Value::Array(found) = page["items"].take() else { panic!("{page}") };
        items.extend(found);
        match (page["next"].as_str(), answer.header("link")) {
            (None, None) => return items,
            (Some(cursor), Some(link)) => {
                let address = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
                assert!(address.starts_with(&registry.url(&first[..first.find('?').unwrap()])), "{address}");
                assert!(address.ends_with(&format!("cursor={cursor}")), "{address} and {cursor}");
                address.clone_into(&mut target);
            }
            (next, link) => panic!("{target}: next {next:?}, Link {link:?}"),
        }
    }
}

/// What names an object within its collection: of the changes of one object their number.
fn identity(item: &Value) -> String {
    let fields =
        if item.get("data").is_some() { ["seq"].as_slice() } else { &["id", "key", "code", "name", "objects"] };
    let found = fields.iter().map(|field| &item[*field]).find(|value| !value.is_null());
    // A count has no name but what it counts, and an indicator none but where and when.
    let found = found.or_else(|| item.get("count").or(item.get("indicator")).map(|_| item));
    found.unwrap_or_else(|| panic!("{item}")).to_string()
}

/// A registry in which every collection has something, and every object a history.
fn start(database: Database) -> (Stage, Vec<Operation>) {
    let stage = Stage::start(database);
    for operation in stage.in_order().iter().filter(|operation| ["put", "patch"].contains(&operation.method.as_str())) {
        assert_eq!(stage.send(&stage.request(operation)).status, 200, "{}", operation.id);
    }
    let collections = stage.contract.collections();
    assert_eq!(collections.len(), 47, "{:?}", collections.iter().map(|each| &each.path).collect::<Vec<_>>());
    (stage, collections)
}

#[rstest]
fn a_walk_in_small_steps_gives_each_object_once_as_a_walk_in_large_steps_does(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, collections) = start(database);
    for path in collections.iter().map(Operation::least_target) {
        let small = walk_as_developer(&stage, &format!("{path}?limit=7"));
        let large = walk_as_developer(&stage, &format!("{path}?limit=500"));
        assert!(!small.is_empty(), "{path}");
        assert_eq!(small, large, "{path}");
        let distinct: BTreeSet<_> = small.iter().map(identity).collect();
        assert_eq!(distinct.len(), small.len(), "{path}");
    }
}

#[rstest]
fn a_walk_keeps_its_filters_and_its_order(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    for path in [
        "/v1/municipalities?sort=name&as_of=2018-06-01&limit=7",
        "/v1/municipalities?q=%C3%A4&region=06&region=14&limit=2",
        "/v1/regions?sort=name&limit=3",
        "/v1/organisations?organisation_type=regional_council&organisation_type=ministry&limit=1",
        "/v1/grants?region=01&region=02&region=04&limit=1",
        "/v1/organisations?q=a+b&limit=1",
    ] {
        let whole = path.rsplit_once("limit=").unwrap().0;
        assert_eq!(walk(&registry, path), walk(&registry, &format!("{whole}limit=500")), "{path}");
    }
}

#[rstest]
fn a_total_comes_when_it_is_asked_for_and_stays_the_same_on_every_page(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, mut collections) = start(database);
    // The feed has no end that could be counted.
    collections.retain(|operation| operation.parameter("Prefer").is_some());
    assert_eq!(collections.len(), 46);
    for path in collections.iter().map(Operation::least_target) {
        let plain = stage.get(&format!("{path}?limit=1"));
        assert_eq!((&plain.json()["total"], plain.header("preference-applied")), (&json!(null), None), "{path}");

        let prefer = [("Prefer", "return=total-count")];
        let first = stage.get_with(&format!("{path}?limit=1"), &prefer);
        assert_eq!(first.header("preference-applied").as_deref(), Some("return=total-count"), "{path}");
        let total = first.json()["total"].as_u64().unwrap();
        assert_eq!(total, walk_as_developer(&stage, &format!("{path}?limit=500")).len() as u64, "{path}");
        let Some(next) = first.json()["next"].as_str().map(str::to_owned) else { continue };
        let second = stage.get_with(&format!("{path}?limit=1&cursor={next}"), &prefer);
        assert_eq!(second.json()["total"], total, "{path}");
    }
}

#[rstest]
fn a_cursor_belongs_to_its_list_and_its_filters(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let next = |path: &str| registry.json(path)["next"].as_str().unwrap().to_owned();
    let cursor = next("/v1/municipalities?region=06&limit=1");
    let others = [
        "/v1/municipalities?",
        "/v1/municipalities?region=07&",
        "/v1/municipalities?region=06&region=07&",
        "/v1/municipalities?region=06&sort=name&",
        "/v1/municipalities?region=06&as_of=2018-06-01&",
        "/v1/regions?",
    ];
    for other in others {
        let answer = registry.get(&format!("{other}cursor={cursor}"));
        answer.problem(400, "invalid_request");
        assert_eq!(answer.codes_of_faults(), ["invalid_cursor"], "{other}");
    }
    // Neither the size of the page nor the order of the filters is one.
    registry.json(&format!("/v1/municipalities?region=06&limit=9&cursor={cursor}"));
    let cursor = next("/v1/municipalities?region=06&region=07&limit=1");
    registry.json(&format!("/v1/municipalities?cursor={cursor}&region=07&region=06"));
}

#[rstest]
fn a_tampered_cursor_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (stage, collections) = start(database);
    for path in collections.iter().map(Operation::least_target) {
        // Of hospital districts only Åland's is left.
        let Some(cursor) = stage.json(&format!("{path}?limit=1"))["next"].as_str().map(str::to_owned) else {
            continue;
        };
        let last = cursor.len() - 1;
        let changed = |place: usize| {
            let instead = if cursor.as_bytes()[place] == b'A' { "B" } else { "A" };
            format!("{}{instead}{}", &cursor[..place], &cursor[place + 1..])
        };
        let tampered = [
            changed(0),
            changed(last / 2),
            changed(last),
            cursor[1..].into(),
            cursor[..last].into(),
            format!("{cursor}A"),
        ];
        for cursor in tampered.iter().map(String::as_str).chain(["A", "=", "null", "%F0%9F%92%A5"]) {
            let answer = stage.get(&format!("{path}?cursor={cursor}"));
            answer.problem(400, "invalid_request");
            assert_eq!(answer.codes_of_faults(), ["invalid_cursor"], "{path} {cursor}");
        }
    }
}

#[rstest]
fn a_walk_past_midnight_goes_on_as_it_began(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let eve = Registry::start_with(database, &["--clock", "2024-12-31T12:00:00Z"]);
    let first = eve.json("/v1/municipalities?limit=5");
    let morning = Registry::start_with(database, &["--clock", "2025-01-01T12:00:00Z"]);
    let cursor = first["next"].as_str().unwrap();
    let rest = walk(&morning, &format!("/v1/municipalities?limit=500&cursor={cursor}"));
    let whole = walk(&eve, "/v1/municipalities?limit=500");
    assert_eq!((whole.len(), &whole[5..]), (309, &rest[..]));
}

#[rstest]
fn the_next_page_has_the_public_address(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start_with(database, &["--public-url", "https://registry.example"]);
    let link = registry.get("/v1/municipalities?q=%C3%A4&limit=1").header("link").unwrap();
    assert!(link.starts_with("<https://registry.example/v1/municipalities?q=%C3%A4&limit=1&cursor="), "{link}");
}

#[rstest]
fn the_limit_is_from_1_to_500(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (stage, collections) = start(database);
    for path in collections.iter().map(Operation::least_target) {
        for (limit, most) in [("limit=1", 1), ("limit=500", 500), ("", 50)] {
            let found = stage.json(&format!("{path}?{limit}"))["items"].as_array().map(Vec::len);
            assert!(found.is_some_and(|found| found <= most), "{path}?{limit}: {found:?}");
        }
        for limit in ["0", "501"] {
            let answer = stage.get(&format!("{path}?limit={limit}"));
            answer.problem(400, "invalid_request");
            assert_eq!(answer.codes_of_faults(), ["out_of_range"], "{path}?limit={limit}");
        }
    }
}

#[rstest]
fn a_walk_among_inserts_and_deletes_sees_every_lasting_row_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database);
    let registry = &stage.registry;
    let operations = stage.contract.operations();
    let named = |id: &str| operations.iter().find(|operation| operation.id == id).unwrap();
    let add = |name: &str| {
        let body = json!({"organisation_type": "other", "names": {"fi": name}}).to_string();
        let answer = stage.send(&stage.request(named("create_organisation")).carrying(body));
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let remove = |id: &str| {
        let removal = named("delete_organisation");
        assert_eq!(stage.send(&stage.request(removal).to(&removal.path_with("id", id))).status, 204);
    };
    // Of those that go, one was seen and one is still to come.
    let gone = [add("Aa"), add("Öö")];
    let before = walk(registry, "/v1/organisations?limit=500");
    let first = registry.json("/v1/organisations?limit=50");
    for id in &gone {
        remove(id);
    }
    add("Aaa");
    let new = add("Öö");
    let mut seen: Vec<_> = first["items"].as_array().unwrap().iter().map(identity).collect();
    let cursor = first["next"].as_str().unwrap();
    seen.extend(walk(registry, &format!("/v1/organisations?limit=50&cursor={cursor}")).iter().map(identity));
    assert!(seen.contains(&json!(new).to_string()), "what is added behind the page is seen");
    let gone = gone.map(|id| json!(id).to_string());
    for id in before.iter().map(identity).filter(|id| !gone.contains(id)) {
        assert_eq!(seen.iter().filter(|other| **other == id).count(), 1, "{id}");
    }
}

#[rstest]
fn sorted_by_name_is_alphabetical_in_finnish(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    const ALPHABET: &str = " -abcdefghijklmnopqrstuvwxyzåäö";
    let registry = Registry::start(database);
    for path in ["/v1/regions", "/v1/hospital-districts", "/v1/wellbeing-services-counties", "/v1/municipalities"] {
        let found: Vec<String> = registry
            .items(&format!("{path}?sort=name"))
            .iter()
            .map(|item| item["names"]["fi"].as_str().unwrap().to_lowercase())
            .collect();
        let mut sorted = found.clone();
        sorted.sort_by_key(|name| name.chars().map(|letter| ALPHABET.find(letter)).collect::<Vec<_>>());
        assert_eq!(found, sorted, "{path}");
    }
    let last = registry.items("/v1/municipalities?sort=name").pop().unwrap();
    assert_eq!(last["names"]["fi"], "Äänekoski");
}
