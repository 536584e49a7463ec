//! Suggestions, as one types.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program::run;
use crate::support::sample::{Sample, organisation};
use crate::support::session::{
    LOCATIONS, POINTS, PROVIDERS, SERVICES, Session, id, location, named, provider, service, with,
};
use crate::support::{Database, Registry, statements};

const SUGGEST: &str = "/v1/suggest";

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What is suggested for what was typed, of some kinds or of all.
#[track_caller]
fn suggested(registry: &Registry, typed: &str, kinds: &[&str]) -> Vec<Value> {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("&kind={kind}")).collect();
    let mut answer = registry.json(&format!("{SUGGEST}?q={}&limit=20{}", encoded(typed), kinds.concat()));
    answer["items"].as_array_mut().map(std::mem::take).unwrap()
}

/// The values of that.
#[track_caller]
fn values(registry: &Registry, typed: &str, kinds: &[&str]) -> Vec<String> {
    suggested(registry, typed, kinds).iter().map(|item| item["value"].as_str().unwrap().to_owned()).collect()
}

fn called(fi: &str) -> Value {
    json!({"fi": fi, "sv": null, "en": null})
}

/// A provider and a location of one organisation, for services.
fn giver(developer: &Session) -> (String, String) {
    let organisation = organisation(developer);
    let giver = developer.add(PROVIDERS, &provider("Antaja", &organisation, "01"));
    let place = developer.add(LOCATIONS, &location("Talo", Some(&organisation)));
    (giver, place)
}

#[rstest]
#[case::municipality("hels", "municipality", "091")]
#[case::capitals("HELS", "municipality", "091")]
#[case::in_swedish("helsingf", "municipality", "091")]
#[case::with_a_ring("Åb", "municipality", "853")]
#[case::without_it("ab", "municipality", "853")]
#[case::decomposed("A\u{30a}b", "municipality", "853")]
#[case::accent("hélsí", "municipality", "091")]
#[case::second_word("koski t", "municipality", "284")]
#[case::topic("pank", "topic", "banking_payments")]
#[case::inside_a_name("maks", "topic", "banking_payments")]
#[case::in_english("e-m", "topic", "email")]
fn what_begins_so_is_suggested(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] typed: &str,
    #[case] kind: &str,
    #[case] value: &str,
) {
    let registry = Registry::start(database);
    let first = &suggested(&registry, typed, &[])[0];
    assert_eq!((&first["kind"], &first["value"], &first["municipality"]), (&json!(kind), &json!(value), &json!(null)));
    assert!(first["names"]["fi"].is_string(), "{first}");
}

#[rstest]
fn a_postcode_is_suggested_with_its_municipality(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    assert_eq!(values(&registry, "001", &[]), Vec::<String>::new());
    let organisation = organisation(&developer);
    let [one, other] = ["Talo", "Kirjasto"].map(|name| developer.add(LOCATIONS, &location(name, Some(&organisation))));
    let found = suggested(&registry, "001", &[]);
    let names = registry.json("/v1/municipalities/091")["names"].take();
    let municipality = json!({"kind": "municipality", "code": "091", "names": names});
    let expected = json!({"kind": "postcode", "value": "00100", "names": names, "municipality": municipality});
    assert_eq!(found, [expected]);
    assert_eq!(values(&registry, "0100", &[]), Vec::<String>::new());
    developer.delete(&one);
    assert_eq!(values(&registry, "00100", &["postcode"]), ["00100"]);
    let address = |postcode: Value, municipality: &str| {
        json!({"address": with(&location("Talo", None)["address"],
            &json!({"postcode": postcode, "municipality": municipality}))})
    };
    // In two municipalities it comes once for each.
    let third = developer.add(LOCATIONS, &with(&location("Halli", None), &address(json!("00100"), "049")));
    let of = |found: &[Value]| found.iter().map(|item| item["municipality"]["code"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&suggested(&registry, "00", &[])), ["049", "091"]);
    developer.delete(&third);
    developer.patch(&other, &address(json!("00200"), "091"));
    assert_eq!(values(&registry, "00", &[]), ["00200"]);
    developer.patch(&other, &json!({"valid_to": "2026-11-21"}));
    assert_eq!(values(&registry, "00", &[]), Vec::<String>::new());
    developer.patch(&other, &json!({"valid_to": "2026-11-22"}));
    assert_eq!(values(&registry, "00", &[]), ["00200"]);
    developer.patch(&other, &address(Value::Null, "091"));
    assert_eq!(values(&registry, "00", &[]), Vec::<String>::new());
}

#[rstest]
fn a_provider_is_suggested_as_it_is_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let body = Sample::Provider.of_anyone(&developer);
    let path = developer.add(PROVIDERS, &with(&body, &json!({"names": called("Kallion Wäinölä-seura")})));
    for typed in ["kall", "wäinö", "Wainol", "seura", "kallion wäin"] {
        let found = suggested(&registry, typed, &[]);
        assert_eq!(found.len(), 1, "{typed}: {found:?}");
        assert_eq!(
            (&found[0]["kind"], found[0]["value"].as_str()),
            (&json!("provider"), Some(named(&path))),
            "{typed}"
        );
        assert_eq!(found[0]["names"], called("Kallion Wäinölä-seura"));
    }
    for typed in ["allion", "kallio w", "seura kallion"] {
        assert_eq!(values(&registry, typed, &[]), Vec::<String>::new(), "{typed}");
    }
    let is_there = |typed: &str| values(&registry, typed, &["provider"]) == [named(&path)];
    developer.patch(&path, &json!({"names": {"fi": "Töölön tuvat", "sv": "Stugorna", "en": null}}));
    assert!(!is_there("kall") && is_there("töö") && is_there("too") && is_there("stug"));
    developer.patch(&path, &json!({"offer_status": "draft"}));
    assert!(!is_there("töö"), "what is hidden is not suggested, whoever asks");
    assert_eq!(developer.json(&format!("{SUGGEST}?q=stug"))["items"], json!([]));
    developer.patch(&path, &json!({"offer_status": "published", "valid_from": "2026-11-23"}));
    assert!(!is_there("töö"), "it is not there yet");
    developer.patch(&path, &json!({"valid_from": null}));
    assert!(is_there("töö"));
    let other = developer.add(PROVIDERS, &with(&body, &json!({"names": called("Töölön tupa")})));
    assert_eq!(values(&registry, "töölön", &[]).len(), 2);
    assert_eq!(developer.merge(&path, &other).status, 200);
    assert!(is_there("töölön"));
    developer.delete(&path);
    assert_eq!(values(&registry, "töölön", &[]), Vec::<String>::new());
}

#[rstest]
fn services_of_one_name_are_suggested_once_as_words_to_look_for(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (giver, place) = giver(&developer);
    let body = |name: &str| service(name, named(&giver), &[named(&place)]);
    let [one, other] = [(); 2].map(|()| developer.add(SERVICES, &body("Kukkakerho")));
    let expected =
        json!({"kind": "service", "value": "Kukkakerho", "names": called("Kukkakerho"), "municipality": null});
    assert_eq!(suggested(&registry, "kukka", &[]), std::slice::from_ref(&expected));
    assert_eq!(registry.items(&format!("{POINTS}?q=Kukkakerho")).len(), 2, "the value is what finds them");
    // Also where it is called something in Swedish too.
    developer.patch(&one, &json!({"names": {"sv": "Bildklubben"}}));
    assert_eq!(values(&registry, "kukka", &[]), ["Kukkakerho"]);
    assert_eq!(values(&registry, "bild", &["service"]), ["Kukkakerho"]);
    developer.delete(&one);
    assert_eq!(suggested(&registry, "kukka", &[]), [expected]);
    assert_eq!(values(&registry, "bild", &["service"]), Vec::<String>::new());
    let is_there = || values(&registry, "kukka", &[]) == ["Kukkakerho"];
    developer.patch(&other, &json!({"offer_status": "draft"}));
    assert!(!is_there());
    developer.patch(&other, &json!({"offer_status": "published"}));
    assert!(is_there());
    // It is found where its points are, and when.
    for (path, day) in [(&place, json!({"valid_to": "2026-11-21"})), (&giver, json!({"valid_from": "2026-11-23"}))] {
        developer.patch(path, &day);
        assert!(!is_there(), "{path}");
        developer.patch(path, &json!({"valid_from": null, "valid_to": null}));
        assert!(is_there(), "{path}");
    }
    let merged = developer.add(SERVICES, &body("Kukkapaja"));
    assert_eq!(values(&registry, "kukka", &[]), ["Kukkakerho", "Kukkapaja"]);
    assert_eq!(developer.merge(&other, &merged).status, 200);
    assert!(is_there());
    let erased = run(&["erase", "service", named(&other)], &[("DATABASE_URL", registry.database_url())]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    assert_eq!(values(&registry, "kukka", &[]), Vec::<String>::new());
    for table in ["suggestions", "suggestion_words", "suggestion_holders"] {
        let of_services = format!("SELECT COUNT(*) AS value FROM {table}");
        // The provider and the postcode.
        assert_eq!(registry.place().number(&of_services), 2, "{table}");
    }
}

#[rstest]
fn the_best_come_first_and_a_limit_cuts_the_rest(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (giver, place) = giver(&developer);
    let organisation = developer.json(&giver)["organisation"]["id"].as_str().unwrap().to_owned();
    let names = ["Helsingin Öylätti", "Helsingin Äyri", "Helsingin Zorro", "Uusi Helsinki", "helsingin ääni"];
    let ids = names.map(|name| id(&developer.create(PROVIDERS, &provider(name, &organisation, "01"))).to_owned());
    for name in ["Helsinki auttaa", "Apua Helsingissä"] {
        developer.add(SERVICES, &service(name, named(&giver), &[named(&place)]));
    }
    let [second, first, zorro, inside, third] = ids;
    let whole = ["091", &zorro, &first, &third, &second, "Helsinki auttaa", &inside, "Apua Helsingissä"];
    assert_eq!(values(&registry, "hels", &[]), whole);
    assert_eq!(values(&registry, "hels", &["service"]), ["Helsinki auttaa", "Apua Helsingissä"]);
    assert_eq!(values(&registry, "hels", &["service", "municipality"]), ["091", "Helsinki auttaa", "Apua Helsingissä"]);
    let cut = |limit: &str| registry.json(&format!("{SUGGEST}?q=hels{limit}"))["items"].as_array().unwrap().len();
    assert_eq!([cut("&limit=1"), cut("&limit=3"), cut(""), cut("&limit=20")], [1, 3, 8, 8]);
    assert_eq!(registry.json("/v1/suggest?q=k")["items"].as_array().unwrap().len(), 10);
}

#[test]
fn whatever_is_typed_is_answered_or_refused_alike_on_both_databases() {
    let both = [Database::Sqlite, Database::Postgres].map(Registry::start);
    for registry in &both {
        let developer = registry.developer();
        developer.add(
            PROVIDERS,
            &with(&Sample::Provider.of_anyone(&developer), &json!({"names": called("100 % _ * \" apu")})),
        );
    }
    let long = ["ä".repeat(100), "ä".repeat(101), "a".repeat(10_000)];
    for (typed, status) in [
        ("%", 400),
        ("_", 400),
        ("*", 400),
        ("\"", 400),
        ("\u{1F642}", 400),
        ("", 400),
        (" ", 400),
        ("a\u{0}", 400),
        ("%a", 200),
        ("100 %", 200),
        ("a_", 200),
        ("' OR 1=1 --", 200),
        ("\\", 400),
        ("Інт", 200),
        ("²", 200),
        ("\u{fdfa}", 200),
        ("a\u{10FFFF}", 200),
        ("\u{1F642} apu", 200),
        (&long[0], 200),
        (&long[1], 400),
        (&long[2], 400),
    ] {
        let answers = both.each_ref().map(|registry| registry.get(&format!("{SUGGEST}?q={}", encoded(typed))));
        let told: String = typed.chars().take(20).collect();
        assert_eq!(answers.each_ref().map(|answer| answer.status), [status; 2], "{told}");
        let [one, other] = answers.map(|answer| {
            let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
            items.into_iter().map(|item| item["names"].clone()).collect::<Vec<_>>()
        });
        assert_eq!(one, other, "{told}");
        let finds = ["100 %", "\u{1F642} apu"].contains(&typed);
        assert!(!finds || one.contains(&called("100 % _ * \" apu")), "{told}");
    }
}

#[rstest]
fn suggestions_are_rebuilt_from_what_they_are_made_of(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let (giver, place) = giver(&developer);
    developer.add(SERVICES, &service("Kukkakerho", named(&giver), &[named(&place)]));
    let rows = || {
        [
            "suggestions ORDER BY id",
            "suggestion_words ORDER BY suggestion, word_key",
            "suggestion_holders ORDER BY object",
        ]
        .iter()
        .flat_map(|table| {
            let column = if table.starts_with("suggestions") { "value || sort_name" } else { "suggestion" };
            registry.place().texts(&format!("SELECT {column} AS value FROM {table}"))
        })
        .collect::<Vec<_>>()
    };
    let before = rows();
    registry.place().execute(
        "DELETE FROM suggestion_words; DELETE FROM suggestion_holders WHERE noun = 'provider'; \
         UPDATE suggestions SET value = 'x'",
    );
    assert_ne!(rows(), before);
    let rebuilt = run(&["rebuild"], &[("DATABASE_URL", registry.database_url())]);
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
    assert_eq!(rows(), before);
}

#[rstest]
fn the_number_of_statements_does_not_depend_on_the_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    statements::watch();
    let registry = Registry::start(database);
    giver(&registry.developer());
    let price = |target: &str| {
        let before = statements::sent_to(registry.place());
        registry.json(target);
        statements::sent_to(registry.place()) - before
    };
    for typed in ["a", "0", "ab", "xyz"] {
        let prices = ["1", "10", "20"].map(|limit| price(&format!("{SUGGEST}?q={typed}&limit={limit}")));
        assert!(prices.iter().all(|price| *price == prices[0] && *price < 16), "{typed}: {prices:?}");
    }
}
