//! Change requests: what is asked for, by whom, and what becomes of the grant.

use rstest::rstest;
use serde_json::{Value, json};

use crate::grants::{council, entry, granted};
use crate::support::session::{Session, with};
use crate::support::{Answer, Database, Registry};

const REQUESTS: &str = "/v1/change-requests";

fn money(cents: i64) -> Value {
    json!({"cents": cents, "currency": "EUR", "approximate": false})
}

fn request(grant: &str, change_request_type: &str, terms: &Value) -> Value {
    json!({
        "grant": grant.rsplit('/').next(), "change_request_type": change_request_type,
        "reasons": {"fi": "Hankinta viivästyi."}, "terms": terms
    })
}

fn step(session: &Session, path: &str, body: &Value) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], body)
}

fn budget(change: &str, cents: i64) -> Value {
    json!({"budget": {"budget_change_type": change, "amount": money(cents)}})
}

/// What a request of each type can ask for, what can be accepted in its place, and where the grant shows it.
fn types(registry: &Registry) -> [(&'static str, Value, Value, &'static str, Value, Value); 4] {
    let (one, other) = (council(registry, "02"), council(registry, "04"));
    let (asked, accepted) = (json!({"partners": [one, other]}), json!({"partners": [other]}));
    let contents = |text: &str| json!({"contents": {"fi": text}});
    [
        (
            "extension",
            json!({"usable_to": "2027-06-30"}),
            json!({"usable_to": "2027-03-31"}),
            "/usable_to",
            json!("2027-06-30"),
            json!("2027-03-31"),
        ),
        (
            "budget",
            budget("increase", 500_000),
            budget("increase", 250_000),
            "/figures/awarded/cents",
            json!(10_500_000),
            json!(10_250_000),
        ),
        (
            "content",
            contents("Etätuki"),
            contents("Lähituki"),
            "/figures/awarded/cents",
            json!(10_000_000),
            json!(10_000_000),
        ),
        ("partner", asked, accepted, "/partners/0/id", json!(one), json!(other)),
    ]
}

#[rstest]
fn what_is_accepted_changes_the_grant_and_what_is_not_does_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let applicant = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    for (change_request_type, asked, other, place, as_asked, as_changed) in types(&registry) {
        for (event, status, seen) in [
            ("accept", "accepted", Some(&as_asked)),
            ("accept_with_changes", "accepted_with_changes", Some(&as_changed)),
            ("reject", "rejected", None),
            ("withdraw", "withdrawn", None),
        ] {
            let grant = granted(&developer);
            let before = registry.json(&grant);
            let path = applicant.add(REQUESTS, &request(&grant, change_request_type, &asked));
            let terms = if event == "accept_with_changes" { other.clone() } else { json!(null) };
            let body = json!({"event": event, "remarks": {"fi": "Näin."}, "terms": terms});
            let (right, wrong) = if event == "withdraw" { (&applicant, &developer) } else { (&developer, &applicant) };
            step(wrong, &path, &body).problem(403, "forbidden");
            let answer = step(right, &path, &body);
            assert_eq!(answer.status, 200, "{change_request_type} {event}: {}", answer.text());
            let answer = answer.json();
            assert_eq!(answer["change_request_status"], status);
            assert_eq!(answer["accepted"].is_null(), seen.is_none(), "{event}");
            let after = registry.json(&grant);
            match seen {
                Some(seen) => assert_eq!(after.pointer(place), Some(seen), "{change_request_type} {event}"),
                None => assert_eq!(after, before, "{change_request_type} {event}"),
            }
            step(right, &path, &body).problem(409, "conflict");
        }
    }
}

#[rstest]
fn an_accepted_extension_or_budget_names_its_request_and_leaves_the_past_as_it_was(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let accept = json!({"event": "accept"});
    let extension = developer.add(REQUESTS, &request(&grant, "extension", &json!({"usable_to": "2027-06-30"})));
    let decrease = developer.add(REQUESTS, &request(&grant, "budget", &budget("decrease", 1)));
    assert_eq!(step(&developer, &extension, &accept).status, 200);
    assert_eq!(step(&developer, &decrease, &accept).status, 200);
    let after = registry.json(&grant);
    let id = |path: &str| json!(path.rsplit('/').next());
    assert_eq!(after["extensions"][0]["change_request"], id(&extension));
    assert_eq!(after["entries"][1]["change_request"], id(&decrease));
    assert_eq!((&after["first_usable_to"], &after["usable_to"]), (&json!("2026-12-31"), &json!("2027-06-30")));
    let eve = registry.json(&format!("{grant}?as_of=2026-11-21"));
    assert_eq!((&eve["usable_to"], &eve["figures"]["awarded"]["cents"]), (&json!("2026-12-31"), &json!(10_000_000)));
    let changed = developer.write("PATCH", &grant, &[("If-Match", "*")], &json!({"usable_to": "2028-01-01"}));
    changed.problem(409, "conflict");
}

#[rstest]
fn what_the_grant_cannot_bear_is_not_accepted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let path = developer.add(REQUESTS, &request(&grant, "budget", &budget("decrease", 5_000_000)));
    developer.write("POST", &format!("{grant}/entries"), &[], &entry("payment", "2026-02-01", 6_000_000));
    let before = (registry.json(&grant), developer.json(&path));
    let pointer = |answer: &Answer| answer.json()["errors"][0]["pointer"].clone();
    let accepted = step(&developer, &path, &json!({"event": "accept"}));
    assert_eq!((accepted.status, pointer(&accepted)), (409, json!("/event")));
    let changed = json!({"event": "accept_with_changes", "terms": budget("decrease", 4_000_001)});
    let changed = step(&developer, &path, &changed);
    assert_eq!((changed.status, pointer(&changed)), (409, json!("/terms/budget/amount/cents")));
    for (body, place) in [
        (json!({"event": "accept_with_changes"}), "/terms"),
        (json!({"event": "accept", "terms": budget("decrease", 1)}), "/terms"),
        (json!({"event": "accept_with_changes", "terms": {"usable_to": "2027-01-31"}}), "/terms/budget"),
    ] {
        let answer = step(&developer, &path, &body);
        assert_eq!((answer.status, pointer(&answer)), (400, json!(place)), "{body}");
    }
    assert_eq!((registry.json(&grant), developer.json(&path)), before);
    step(&developer, &grant, &json!({"event": "complete"}));
    let late = developer.write("POST", REQUESTS, &[], &request(&grant, "budget", &budget("increase", 1)));
    assert_eq!((late.status, pointer(&late)), (409, json!("/grant")));
}

#[rstest]
fn a_request_says_what_its_type_asks_for_and_no_more(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let good = json!({"usable_to": "2027-06-30"});
    for (change_request_type, terms, place) in [
        ("extension", json!({}), "/terms/usable_to"),
        ("extension", json!({"usable_to": "2026-12-31"}), "/terms/usable_to"),
        ("extension", with(&good, &budget("increase", 1)), "/terms/budget"),
        ("budget", json!({}), "/terms/budget"),
        ("content", json!({}), "/terms/contents"),
        ("partner", good.clone(), "/terms/usable_to"),
        ("partner", json!({"partners": ["00000000-0000-4000-8000-000000000000"]}), "/terms/partners/0"),
    ] {
        let answer = developer.write("POST", REQUESTS, &[], &request(&grant, change_request_type, &terms));
        let pointer = answer.json()["errors"][0]["pointer"].clone();
        assert_eq!((answer.status, pointer), (400, json!(place)), "{change_request_type} {terms}");
    }
    assert_eq!(developer.items(REQUESTS), Vec::<Value>::new());
}

#[rstest]
fn a_request_is_its_beneficiarys_and_shows_to_nobody_else(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let grant = granted(&developer);
    let own = registry.sign_in("applicant", &[], Some(&council(&registry, "01")));
    let foreign = registry.sign_in("applicant", &[], Some(&council(&registry, "02")));
    let body = request(&grant, "extension", &json!({"usable_to": "2027-06-30"}));
    foreign.write("POST", REQUESTS, &[], &body).problem(403, "forbidden");
    let path = own.add(REQUESTS, &body);
    let ministry = registry.sign_in("ministry", &[], None);
    for session in [&own, &developer, &ministry] {
        assert_eq!(session.get(&path).status, 200);
        assert_eq!(session.items(&format!("{REQUESTS}?change_request_status=submitted")).len(), 1);
        assert_eq!(session.items(&format!("{REQUESTS}?change_request_type=budget")).len(), 0);
        assert_eq!(session.items(&format!("{path}/history")).len(), 1);
    }
    let coordinator = registry.sign_in("regional_coordinator", &["region:01"], None);
    for session in [&foreign, &coordinator, &registry.public()] {
        session.get(&path).problem(404, "not_found");
        assert_eq!(session.items(REQUESTS), Vec::<Value>::new());
    }
    step(&foreign, &path, &json!({"event": "withdraw"})).problem(404, "not_found");
    step(&ministry, &path, &json!({"event": "accept"})).problem(403, "forbidden");
}
