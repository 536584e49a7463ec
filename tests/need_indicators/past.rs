//! What is replaced is known as of then; what is erased is not.

use rstest::rstest;
use serde_json::{Value, json};

use super::{LOADS, NEEDS, counts, listed, load, row};
use crate::support::program::run;
use crate::support::registry::CLOCK;
use crate::support::session::id;
use crate::support::{Database, Registry};

/// The instant a millisecond before a load, on the same day.
fn before(load: &Value) -> String {
    let (day, time) = load["loaded_at"].as_str().unwrap().trim_end_matches('Z').split_once('T').unwrap();
    let (time, part) = time.split_once('.').unwrap_or((time, "000"));
    let parts: Vec<u32> = time.split(':').map(|part| part.parse().unwrap()).collect();
    let millis = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000 + part.parse::<u32>().unwrap() - 1;
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!("{day}T{:02}:{:02}:{:02}.{millis:03}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn at(load: &Value) -> String {
    load["loaded_at"].as_str().unwrap().to_owned()
}

#[rstest]
fn what_was_replaced_is_known_as_of_then(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let helsinki = |value| row("091", "share_65_plus", "2025-12-31", value);
    let turku = |date, value| row("853", "share_65_plus", date, value);
    let first = load(&developer, &[helsinki(17.0), turku("2024-12-31", 20.0)]);
    let second = load(&developer, &[helsinki(17.5), turku("2024-12-31", 20.0)]);
    let mut other_words = helsinki(17.5);
    other_words["method"] = json!("Koko väestö");
    let third = load(&developer, &[other_words, turku("2025-12-31", 21.0)]);
    assert_eq!([&first, &second, &third].map(counts), [[2, 2, 0, 0], [2, 0, 1, 1], [2, 1, 1, 0]]);

    let known = |instant: &str, more: &str| listed(&registry, &format!("?known_at={instant}{more}"));
    let [old, new] = ["091 share_65_plus 2025-12-31 17.0", "091 share_65_plus 2025-12-31 17.5"];
    let [turku_2024, turku_2025] = ["853 share_65_plus 2024-12-31 20.0", "853 share_65_plus 2025-12-31 21.0"];
    assert_eq!(known(&before(&first), ""), Vec::<String>::new());
    assert_eq!(known(&at(&first), ""), [old, turku_2024]);
    assert_eq!(known(&before(&second), ""), [old, turku_2024]);
    assert_eq!(known(&at(&second), ""), [new, turku_2024]);
    assert_eq!(known(&before(&third), "&as_of=2025-12-31"), [new, turku_2024]);
    assert_eq!(known(&at(&third), "&as_of=2025-12-31"), [new, turku_2025]);
    assert_eq!(known(&at(&third), ""), listed(&registry, ""));
    let method = |query: &str| registry.items(&format!("{NEEDS}?municipality=091{query}"))[0]["method"].clone();
    assert_eq!(method(&format!("&known_at={}", at(&second))), "Satunnaisotos");
    assert_eq!(method(""), "Koko väestö");
    let of_load = |load: &Value| listed(&registry, &format!("?load={}", id(load)));
    assert_eq!(of_load(&first), [turku_2024], "what is known of it");
    let then = format!("?load={}&known_at={}", id(&first), at(&first));
    assert_eq!(listed(&registry, &then), [old, turku_2024]);
    assert_eq!(registry.json(&format!("{LOADS}/{}", id(&first))), first, "a load stays as it was");
}

#[rstest]
fn a_load_that_is_erased_by_law_gives_way_to_what_it_replaced(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let figures = |helsinki, turku| {
        [row("091", "share_65_plus", "2025-12-31", helsinki), row("853", "share_65_plus", "2025-12-31", turku)]
    };
    let first = load(&developer, &figures(1.0, 1.0));
    let second =
        load(&developer, &[&figures(2.0, 2.0)[..], &[row("049", "share_65_plus", "2025-12-31", 2.0)]].concat());
    let third = load(&developer, &figures(3.0, 2.0)[..1]);
    let environment = [("DATABASE_URL", registry.database_url()), ("DIGITUKI_CLOCK", CLOCK)];
    let erased = run(&["erase", "need_indicator_load", id(&second)], &environment);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    let [helsinki, turku] = ["091 share_65_plus 2025-12-31 3.0", "853 share_65_plus 2025-12-31 1.0"];
    assert_eq!(listed(&registry, ""), [helsinki, turku]);
    let then = listed(&registry, &format!("?known_at={}", before(&third)));
    assert_eq!(then, ["091 share_65_plus 2025-12-31 1.0", turku]);
    registry.get(&format!("{LOADS}/{}", id(&second))).problem(404, "not_found");
    assert_eq!(registry.items(LOADS), [first, third]);
    assert!(run(&["verify"], &environment).status.success());
}
