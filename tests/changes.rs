//! The feed of changes: everything, in order, to whom it concerns.

mod mirror;
mod scope;
mod waiting;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{ORGANISATIONS, PROVIDERS, Session, association, id, provider};
use crate::support::writer::AGENCY;
use crate::support::{Database, Registry};

/// The changes after a number, from page to page.
fn walk(session: &Session, after: i64, limit: usize, filter: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut target = format!("/v1/changes?after={after}&limit={limit}{filter}");
    loop {
        let answer = session.get(&target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        let page = answer.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        if let Some(last) = items.last() {
            assert!(last["seq"].as_i64() <= page["last_seq"].as_i64(), "{page}");
        }
        found.extend(items.iter().cloned());
        match (page["next"].as_str(), answer.header("link")) {
            (None, None) => return found,
            (Some(cursor), Some(link)) => {
                let address = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
                assert!(address.ends_with(&format!("cursor={cursor}")), "{address}");
                // By number as by cursor.
                let by_number = format!("/v1/changes?after={}&limit={limit}{filter}", page["last_seq"]);
                assert_eq!(session.json(&by_number)["items"], session.json(address)["items"]);
                address.clone_into(&mut target);
            }
            (next, link) => panic!("next {next:?}, Link {link:?}"),
        }
    }
}

fn seqs(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|change| change["seq"].as_i64().unwrap()).collect()
}

/// What happened to which object.
fn told(changes: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    changes.iter().map(|change| (text(&change["operation"]), text(&change["id"]))).collect()
}

#[rstest]
fn the_national_developer_reads_every_change_in_order_and_without_gaps(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let loaded = registry.last_seq();
    let path = developer.add(PROVIDERS, &provider("Tuki", AGENCY, "01"));
    let mut draft = provider("Luonnos", AGENCY, "02");
    draft["offer_status"] = json!("draft");
    developer.add(PROVIDERS, &draft);
    developer.patch(&path, &json!({"origin": "new"}));
    developer.delete(&path);
    let all = walk(&developer, 0, 500, "");
    assert_eq!(seqs(&all), (1..=loaded + 4).collect::<Vec<_>>());
    assert_eq!(walk(&developer, loaded - 5, 2, ""), all[usize::try_from(loaded).unwrap() - 5..]);
    assert_eq!(developer.json(&format!("/v1/changes?after={loaded}"))["last_seq"], loaded + 4);
    for change in &all {
        let fields: Vec<_> = change.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["seq", "recorded_at", "noun", "id", "operation", "version", "data", "survivor"]);
        assert_eq!(change["data"].is_null(), change["operation"] == "deleted", "{change}");
    }
    // To the public nothing of the draft.
    let public = walk(&registry.public(), loaded, 500, "");
    assert_eq!(seqs(&public), [loaded + 1, loaded + 3, loaded + 4]);
}

#[rstest]
fn after_the_end_there_is_nothing_and_the_end_does_not_go_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let end = registry.last_seq();
    for after in [end, end + 1_000, 9_007_199_254_740_991] {
        let page = registry.json(&format!("/v1/changes?after={after}"));
        assert_eq!(page, json!({"items": [], "next": null, "last_seq": after, "newest_seq": end}));
    }
    for bad in [
        "after=-1",
        "after=9007199254740992",
        "after=x",
        "after=",
        "wait=31",
        "wait=-1",
        "wait=x",
        "noun=x",
        "after=1&after=2",
        "sort=seq",
        "limit=0",
        "limit=501",
    ] {
        registry.get(&format!("/v1/changes?{bad}")).problem(400, "invalid_request");
    }
}

#[rstest]
fn changes_are_found_by_the_kind_of_object(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let after = registry.last_seq();
    let organisation = id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned();
    let of_provider = id(&developer.create(PROVIDERS, &provider("Tuki", &organisation, "01"))).to_owned();
    let of = |filter: &str| told(&walk(&developer, after, 1, filter));
    let created = |id: &String| ("created".to_owned(), id.clone());
    assert_eq!(of("&noun=provider"), [created(&of_provider)]);
    assert_eq!(of("&noun=organisation"), [created(&organisation)]);
    assert_eq!(of("&noun=organisation&noun=provider"), [created(&organisation), created(&of_provider)]);
    assert_eq!(of("&noun=pilot"), []);
    // What is passed over has been seen too.
    assert_eq!(registry.json(&format!("/v1/changes?after={after}&noun=pilot"))["last_seq"], after + 2);
    let pilots = walk(&developer, 0, 2, "&noun=pilot");
    assert_eq!(pilots.len(), registry.items("/v1/pilots").len());
}

#[rstest]
fn a_stream_of_lines_says_what_the_pages_say(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    developer.add(PROVIDERS, &provider("Tuki", AGENCY, "01"));
    let end = registry.last_seq();
    for (session, after, filter) in [
        (&developer, 0, ""),
        (&registry.public(), 0, ""),
        (&developer, end - 3, ""),
        (&developer, 100, "&noun=pilot&noun=provider"),
        (&developer, end, ""),
        (&developer, end + 7, ""),
    ] {
        let path = format!("/v1/changes?after={after}&limit=7{filter}");
        let answer = session.send("GET", &path, &[("Accept", "application/x-ndjson")], "");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type").as_deref(), Some("application/x-ndjson"));
        let text = answer.text();
        assert!(text.is_empty() || text.ends_with('\n'));
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, walk(session, after, 500, filter), "{path}");
        for answer in [answer, session.get(&path)] {
            let vary = answer.header("vary").unwrap_or_default().to_lowercase();
            assert!(vary.split(", ").any(|name| name == "accept"), "{vary}");
        }
    }
    for (accept, kind) in [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/x-ndjson, application/json", "application/json"),
        ("application/x-ndjson, */*;q=0.5", "application/x-ndjson"),
        ("application/json;q=0.1, application/x-ndjson", "application/x-ndjson"),
    ] {
        let answer = developer.send("GET", "/v1/changes?limit=1", &[("Accept", accept)], "");
        assert_eq!(answer.header("content-type").as_deref(), Some(kind), "{accept}");
    }
    developer.send("GET", "/v1/changes", &[("Accept", "text/csv")], "").problem(406, "not_acceptable");
    let lines = ("Accept", "application/x-ndjson");
    developer.send("GET", "/v1/changes?after=x", &[lines], "").problem(400, "invalid_request");
    let head = developer.send("HEAD", "/v1/changes", &[lines], "");
    assert_eq!((head.status, head.body.len()), (200, 0));
}
