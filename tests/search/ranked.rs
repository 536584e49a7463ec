//! Why a hit stands where it stands, and how one walks through what is found.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::{encoded, found, ids, page, walk};
use crate::support::session::{LOCATIONS, POINTS, PROVIDERS, SERVICES, location_in, named, provider, service, with};
use crate::support::writer::AGENCY;
use crate::support::{Database, Registry};

const NOON: &str = "2026-11-24T10:17:00Z";

#[rstest]
fn each_hit_explains_its_score(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::on(database.demonstrated(), &["--clock", NOON]);
    for query in [
        "q=verkkopankki%20Helsinki",
        "q=tietokone&near=60.17,24.94",
        "q=dator&municipality=905",
        "q=digituki&open_at=now",
    ] {
        let points = page(&registry, &format!("{query}&limit=40"));
        assert!(!points.is_empty(), "{query}");
        let mut before: Option<(i64, String)> = None;
        for point in &points {
            let score = &point["score"];
            let part = |name: &str| score[name].as_i64().unwrap();
            let sum: i64 = ["text", "distance", "open", "language", "freshness"].into_iter().map(part).sum();
            assert_eq!(part("total"), sum, "{score}");
            assert_eq!(part("open"), if point["open_state"]["open_now"] == true { 6 } else { 0 }, "{point}");
            let by_freshness = [("current", 8), ("watch", 5), ("verify", 2), ("outdated", 0)];
            assert!(by_freshness.contains(&(point["freshness"].as_str().unwrap(), part("freshness"))), "{point}");
            assert_eq!(part("distance") > 0, query.contains("near"), "{point}");
            for word in score["words"].as_array().unwrap() {
                assert_eq!(word["field"].is_null(), word["points"] == 0, "{score}");
            }
            let key = (-part("total"), point["id"].as_str().unwrap().to_owned());
            assert!(before.as_ref().is_none_or(|before| *before < key), "{query}: {before:?} before {key:?}");
            before = Some(key);
        }
    }
    assert_eq!(page(&registry, "limit=1")[0]["score"], Value::Null);
}

#[rstest]
fn a_walk_shows_each_hit_once_and_all_of_them(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::on(database.demonstrated(), &["--clock", NOON]);
    for query in [
        "q=tietokone",
        "q=digituki&municipality=091",
        "q=verkkopankki%20Turku",
        "q=dator&near=60.45,22.27",
        "q=kirjasto&sort=name",
    ] {
        let counted =
            registry.get_with(&format!("{POINTS}?{query}&limit=1"), &[("Prefer", "return=total-count")]).json();
        let total = usize::try_from(counted["total"].as_i64().unwrap()).unwrap();
        let found = walk(&registry, &format!("{query}&fields=id"));
        let seen: BTreeSet<&str> = ids(&found).into_iter().collect();
        assert_eq!((found.len(), seen.len()), (total, total), "{query}");
        assert!(total > 20, "{query}");
    }
}

#[rstest]
fn a_word_in_the_name_counts_more_than_one_in_the_description(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = developer.add(PROVIDERS, &provider("Zyx", AGENCY, "06"));
    let place = developer.add(LOCATIONS, &location_in("Zyx", AGENCY, "837"));
    let told = |name: &str, short: &str, long: &str| {
        let texts = json!({
            "short_descriptions": {"fi": short, "sv": null, "en": null},
            "descriptions": {"fi": long, "sv": null, "en": null}
        });
        named(&developer.add(SERVICES, &with(&service(name, named(&giver), &[named(&place)]), &texts))).to_owned()
    };
    let (third, first, second) = (
        told("Yksi", "Kaksi.", "Skanneri."),
        told("Skannerit", "Kaksi.", "Kolme."),
        told("Yksi", "Skannerilla.", "Kolme."),
    );
    let services: Vec<String> = found(&registry, "skanneri", 9)
        .iter()
        .map(|point| point["service"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(services, [first, second, third]);
}

#[rstest]
fn a_text_that_changes_is_found_by_what_it_says_now(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let giver = developer.add(PROVIDERS, &provider("Kvartsi", AGENCY, "06"));
    let place = developer.add(LOCATIONS, &location_in("Zyx", AGENCY, "837"));
    let service = developer.add(SERVICES, &service("Timantti", named(&giver), &[named(&place)]));
    let is_found = |word: &str| !found(&registry, word, 9).is_empty();
    assert!(is_found("timantti") && is_found("kvartsin"));
    developer.patch(&service, &json!({"names": {"fi": "Rubiini"}}));
    assert!(!is_found("timantti") && is_found("rubiinit") && is_found("kvartsi"));
    developer.patch(&giver, &json!({"names": {"fi": "Graniitti"}}));
    assert!(!is_found("kvartsi") && is_found("graniitti"));
    developer.patch(&service, &json!({"offer_status": "withdrawn"}));
    assert!(!is_found("rubiini") && !is_found("graniitti"));
}

#[rstest]
#[case("%25", 400)]
#[case("%2A", 400)]
#[case("%22", 400)]
#[case("_", 400)]
#[case("NEAR%28", 200)]
#[case("a%20OR%20b", 200)]
#[case("%F0%9F%99%82", 400)]
#[case("tietokone%20%F0%9F%99%82", 200)]
#[case("%E2%80%8Ftietokone%E2%80%8E", 200)]
#[case("a%00b", 400)]
#[case("%27%3B--%20DROP%20TABLE%20x", 200)]
#[case("-", 400)]
#[case("", 400)]
fn hostile_questions_are_answered_or_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] words: &str,
    #[case] status: u16,
) {
    let registry = Registry::start(database);
    assert_eq!(registry.get(&format!("{POINTS}?q={words}")).status, status, "{words}");
}

#[rstest]
fn a_question_that_never_ends_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    assert_eq!(registry.get(&format!("{POINTS}?q={}", "a".repeat(201))).status, 400);
    assert!([400, 414].contains(&registry.get(&format!("{POINTS}?q={}", "a".repeat(10_000))).status));
    let many = "pankkitunuksetko ".repeat(11);
    assert_eq!(registry.get(&format!("{POINTS}?q={}", encoded(many.trim()))).status, 200);
    for conflict in ["q=tietokone&sort=distance", "sort=relevance"] {
        assert_eq!(registry.get(&format!("{POINTS}?{conflict}")).status, 400, "{conflict}");
    }
}
