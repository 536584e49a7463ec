//! What was looked for and not found: counted, and read by those responsible.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::registry::PATIENCE;
use crate::support::sample::organisation;
use crate::support::session::{LOCATIONS, POINTS, PROVIDERS, SERVICES, Session, location, named, provider, service};
use crate::support::{Database, Registry, poll};

const GAPS: &str = "/v1/search-gaps";

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Looks for words, as anyone does.
#[track_caller]
fn search(registry: &Registry, words: &str, filters: &str) -> Value {
    registry.json(&format!("{POINTS}?q={}{filters}", encoded(words)))
}

/// A gap in short: month, area, language, topic, count.
fn short(gap: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let area = format!("{}:{}", text(&gap["area"]["kind"]), text(&gap["area"]["code"]));
    format!("{} {area} {} {} {}", text(&gap["month"]), text(&gap["language"]), text(&gap["topic"]), gap["count"])
}

#[track_caller]
fn gaps(session: &Session, filters: &str) -> Vec<String> {
    session.items(&format!("{GAPS}{filters}")).iter().map(short).collect()
}

/// Waits until so many searches are counted; they are counted behind their answers.
#[track_caller]
fn wait_for(registry: &Registry, count: i64) {
    let sum = || registry.place().number("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS value FROM search_gaps");
    poll::until("searches to be counted", PATIENCE, || (sum() >= count).then_some(()));
    assert_eq!(sum(), count);
}

#[rstest]
#[case::nothing_said("zzzyx", "", "country:FI - -")]
#[case::by_code("zzzyx", "&municipality=091", "municipality:091 - -")]
#[case::by_two_codes("zzzyx", "&municipality=091&municipality=049", "country:FI - -")]
#[case::by_name("zzzyx Helsingissä", "", "municipality:091 fi -")]
#[case::by_code_before_name("zzzyx Helsingissä", "&municipality=049", "municipality:049 fi -")]
#[case::by_name_in_swedish("zzzyx i Åbo", "", "municipality:853 sv -")]
#[case::by_two_names("zzzyx Helsinki Turku", "&region=01", "region:01 fi -")]
#[case::by_region("zzzyx", "&region=01", "region:01 - -")]
#[case::by_two_regions("zzzyx", "&region=01&region=02", "country:FI - -")]
#[case::in_a_language("zzzyx", "&language=so", "country:FI so -")]
#[case::in_two_languages("zzzyx", "&language=so&language=ru", "country:FI - -")]
#[case::about_a_topic("zzzyx", "&topic=tax", "country:FI - tax")]
#[case::fields_change_nothing("zzzyx", "&topic=tax&fields=service", "country:FI - tax")]
fn a_search_that_finds_nothing_is_counted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] words: &str,
    #[case] filters: &str,
    #[case] counted: &str,
) {
    let registry = Registry::start(database);
    for times in [1, 2] {
        assert_eq!(search(&registry, words, filters)["items"], json!([]));
        wait_for(&registry, times);
        assert_eq!(gaps(&registry.developer(), ""), [format!("2026-11 {counted} {times}")]);
    }
    // Nothing else is kept.
    let columns = "month || area_kind || area_code || COALESCE(language, '') || COALESCE(topic, '') || place";
    let kept = registry.place().texts(&format!("SELECT {columns} AS value FROM search_gaps"));
    assert!(!kept[0].contains("zzzyx"), "{kept:?}");
}

#[rstest]
fn each_topic_counts_that_is_asked_for_or_recognised(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    search(&registry, "zzzyx", "&topic=tax&topic=email&topic=tax");
    wait_for(&registry, 2);
    search(&registry, "pankkitunnukset Helsingissä", "");
    poll::until("the topic", PATIENCE, || {
        (gaps(&developer, "?municipality=091").first()?.contains(" fi ")).then_some(())
    });
    let recognised = gaps(&developer, "?municipality=091");
    assert!(recognised.iter().all(|gap| gap.contains(" fi ") && !gap.contains(" - ")), "{recognised:?}");
    assert_eq!(
        gaps(&developer, "?topic=tax&topic=email"),
        ["2026-11 country:FI - email 1", "2026-11 country:FI - tax 1"]
    );
}

#[rstest]
fn what_is_found_and_what_goes_on_is_not_counted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let organisation = organisation(&developer);
    let giver = developer.add(PROVIDERS, &provider("Antaja", &organisation, "01"));
    let place = developer.add(LOCATIONS, &location("Talo", Some(&organisation)));
    for _ in 0..2 {
        developer.add(SERVICES, &service("Kuvakerho", named(&giver), &[named(&place)]));
    }
    let seq = registry.last_seq();
    assert_eq!(search(&registry, "kuvakerho", "")["items"].as_array().unwrap().len(), 2);
    registry.json(&format!("{POINTS}?municipality=049"));
    // Something holds one of the words, and nothing both: counted on the first page only.
    let first = search(&registry, "kuvakerho zzzyx", "&limit=1");
    let cursor = first["next"].as_str().unwrap();
    search(&registry, "kuvakerho zzzyx", &format!("&limit=1&cursor={cursor}"));
    let table = registry.get_with(&format!("{POINTS}?q=zzzyx"), &[("Accept", "text/csv")]);
    assert_eq!(table.status, 200);
    wait_for(&registry, 2);
    assert_eq!(registry.last_seq(), seq);
    assert!(!registry.get("/v1/changes?limit=500").text().contains("search_gap"));
}

#[rstest]
fn those_responsible_read_of_their_areas_and_others_do_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    for (number, filters) in
        ["", "&municipality=091", "&region=01", "&municipality=853", "&region=19"].iter().enumerate()
    {
        search(&registry, "zzzyx", filters);
        wait_for(&registry, i64::try_from(number).unwrap() + 1);
    }
    let areas = ["country:FI", "municipality:091", "municipality:853", "region:01", "region:19"];
    let whole = areas.map(|area| format!("2026-11 {area} - - 1"));
    for role in ["national_developer", "ministry"] {
        assert_eq!(gaps(&registry.sign_in(role, &[], None), ""), whole, "{role}");
    }
    for role in ["regional_coordinator", "regional_expert"] {
        let session = registry.sign_in(role, &["region:01"], None);
        assert_eq!(gaps(&session, ""), [&*whole[1], &whole[3]], "{role}");
        let total = session.send("GET", GAPS, &[("Prefer", "return=total-count")], "").json()["total"].take();
        assert_eq!(total, 2, "{role}");
        assert_eq!(gaps(&session, "?municipality=853"), Vec::<String>::new(), "{role}");
        assert_eq!(gaps(&session, "?region=19&region=02"), Vec::<String>::new(), "{role}");
        let both = registry.sign_in(role, &["region:01", "region:02"], None);
        assert_eq!(gaps(&both, ""), [&*whole[1], &whole[2], &whole[3]], "{role}");
    }
    for role in ["evaluator", "auditor"] {
        registry.sign_in(role, &[], None).get(GAPS).problem(403, "forbidden");
    }
    let organisation = organisation(&registry.developer());
    for role in ["provider_editor", "integrator", "applicant"] {
        registry.sign_in(role, &[], Some(&organisation)).get(GAPS).problem(403, "forbidden");
    }
    registry.get(GAPS).problem(401, "unauthenticated");
}

#[rstest]
fn gaps_are_listed_by_month_and_filtered(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let row = |place: &str, month: &str, kind: &str, code: &str, language: &str, topic: &str| {
        format!(
            "INSERT INTO search_gaps VALUES ('{place};{kind}:{code};{language};{topic}', '{month}', '{kind}', '{code}', \
             NULLIF('{language}', ''), NULLIF('{topic}', ''), 5);"
        )
    };
    let rows = [
        row("797389", "2026-10", "municipality", "091", "sv", "email"),
        row("797390", "2026-09", "region", "02", "", "tax"),
        row("797389", "2026-10", "municipality", "091", "fi", ""),
        row("797488", "2025-11", "country", "FI", "", ""),
    ];
    registry.place().execute(&rows.concat());
    let developer = registry.developer();
    let whole = [
        "2026-10 municipality:091 fi - 5",
        "2026-10 municipality:091 sv email 5",
        "2026-09 region:02 - tax 5",
        "2025-11 country:FI - - 5",
    ];
    assert_eq!(gaps(&developer, ""), whole);
    for (filters, expected) in [
        ("?first_month=2026-09", &whole[..3]),
        ("?last_month=2026-09", &whole[2..]),
        ("?first_month=2026-09&last_month=2026-09", &whole[2..3]),
        ("?region=01", &whole[..2]),
        ("?region=02", &whole[2..3]),
        ("?region=01&municipality=091", &whole[..2]),
        ("?region=02&municipality=091", &[]),
        ("?language=sv", &whole[1..2]),
        ("?topic=tax&topic=email", &whole[1..3]),
    ] {
        assert_eq!(gaps(&developer, filters), expected, "{filters}");
    }
    let first = developer.json(&format!("{GAPS}?limit=2"));
    let rest = developer.json(&format!("{GAPS}?limit=2&cursor={}", first["next"].as_str().unwrap()));
    let [first, rest] =
        [first, rest].map(|page| page["items"].as_array().unwrap().iter().map(short).collect::<Vec<_>>());
    assert_eq!([first, rest].concat(), whole);
    for wrong in ["first_month=2026", "last_month=2026-13", "region=99", "municipality=999", "topic=x", "month=2026-11"]
    {
        assert_eq!(developer.get(&format!("{GAPS}?{wrong}")).status, 400, "{wrong}");
    }
}

#[rstest]
fn where_nothing_can_be_counted_a_search_is_answered(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let place = database.loaded();
    let registry = Registry::on(place, &["--read-only"]);
    assert_eq!(search(&registry, "zzzyx", "")["items"], json!([]));
    assert_eq!(registry.place().number("SELECT COUNT(*) AS value FROM search_gaps"), 0);
    drop(registry);
    // Where the table cannot be written to, and where it is not even there.
    let registry = Registry::start(database);
    registry.place().execute("ALTER TABLE search_gaps RENAME TO elsewhere");
    for _ in 0..3 {
        assert_eq!(search(&registry, "zzzyx", "")["items"], json!([]));
    }
    registry.place().execute("ALTER TABLE elsewhere RENAME TO search_gaps");
    poll::until("counting to go on", PATIENCE, || {
        search(&registry, "zzzyx", "");
        (registry.place().number("SELECT COUNT(*) AS value FROM search_gaps") == 1).then_some(())
    });
}

#[rstest]
fn a_search_does_not_wait_for_who_writes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    use diesel::connection::SimpleConnection as _;

    let registry = Registry::start(database);
    let mut locked: Box<dyn FnMut(&str)> = match database {
        Database::Sqlite => {
            let mut connection = registry.place().sqlite();
            Box::new(move |statement| connection.batch_execute(statement).unwrap())
        }
        Database::Postgres => {
            let mut connection = registry.place().postgres();
            Box::new(move |statement| connection.batch_execute(statement).unwrap())
        }
    };
    locked(if database == Database::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN; LOCK TABLE search_gaps" });
    for _ in 0..3 {
        assert_eq!(search(&registry, "zzzyx", "")["items"], json!([]));
    }
    locked("COMMIT");
    wait_for(&registry, 3);
}
