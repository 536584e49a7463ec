//! Need indicators: loaded whole or not at all, listed as they are and as they were known.

mod faults;
mod large;
mod made_up;
mod past;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{Session, id};
use crate::support::{Answer, Database, Registry};

pub(crate) const NEEDS: &str = "/v1/need-indicators";
pub(crate) const LOADS: &str = "/v1/need-indicator-loads";
const TABLE: (&str, &str) = ("Content-Type", "text/csv");
const LINES: (&str, &str) = ("Content-Type", "application/x-ndjson");
const HEAD: &str = "municipality,indicator,date,value,source,method,uncertainty";

/// A row, as it is written.
pub(crate) fn row(municipality: &str, indicator: &str, date: &str, value: f64) -> Value {
    json!({
        "municipality": municipality, "indicator": indicator, "date": date, "value": value, "source": "Kysely",
        "method": "Satunnaisotos"
    })
}

#[track_caller]
pub(crate) fn load(session: &Session, rows: &[Value]) -> Value {
    session.create(NEEDS, &json!({"rows": rows}))
}

/// A row in short: municipality, indicator, day, figure.
pub(crate) fn short(row: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let [code, indicator, date] = [&row["municipality"]["code"], &row["indicator"], &row["date"]].map(text);
    format!("{code} {indicator} {date} {}", row["value"])
}

#[track_caller]
fn listed(registry: &Registry, query: &str) -> Vec<String> {
    registry.items(&format!("{NEEDS}{query}")).iter().map(short).collect()
}

/// How many rows a load had, how many were new, replaced another, and said what was known.
fn counts(load: &Value) -> [i64; 4] {
    ["rows", "inserted", "replaced", "unchanged"].map(|name| load[name].as_i64().unwrap())
}

fn faults(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.problem(400, "invalid_request")["errors"].take();
    errors.as_array().unwrap().iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

#[rstest]
fn the_same_rows_come_in_three_formats(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let rows = [
        row("091", "share_75_plus", "2025-12-31", 7.5),
        row("091", "living_alone_75_plus", "2025-12-31", 21_000.0),
        row("890", "share_sami_speakers", "2024-12-31", 0.0),
    ];
    let lines = rows.iter().map(|row| format!("{row}\n")).collect::<Vec<_>>().concat();
    let of = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let [code, indicator, date, source, method] =
            ["municipality", "indicator", "date", "source", "method"].map(text);
        format!("{code},{indicator},{date},{},\"{source}\",{method},\r\n", row["value"])
    };
    let table = format!("\u{FEFF}{HEAD}\r\n{}", rows.iter().rev().map(of).collect::<String>());

    let answer = developer.send("POST", NEEDS, &[TABLE], &table);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let first = answer.json();
    let path = format!("{LOADS}/{}", id(&first));
    assert_eq!(answer.header("location"), Some(registry.url(&path)));
    assert_eq!(registry.get(&path).body, answer.body);
    assert_eq!(registry.get(&path).header("etag"), answer.header("etag"));
    assert_eq!(counts(&first), [3, 3, 0, 0]);
    assert_eq!((&first["first_date"], &first["last_date"]), (&json!("2024-12-31"), &json!("2025-12-31")));
    assert_eq!(first["indicators"], json!(["share_75_plus", "living_alone_75_plus", "share_sami_speakers"]));
    assert_eq!((&first["sources"], &first["demonstration"]), (&json!(["Kysely"]), &json!(false)));
    let whole = [
        "091 living_alone_75_plus 2025-12-31 21000.0",
        "091 share_75_plus 2025-12-31 7.5",
        "890 share_sami_speakers 2024-12-31 0.0",
    ];
    assert_eq!(listed(&registry, ""), whole);
    let item = &registry.items(NEEDS)[0];
    assert_eq!(item["municipality"]["names"]["sv"], "Helsingfors");
    assert_eq!([&item["unit"], &item["uncertainty"], &item["load"]], [&json!("persons"), &json!(null), &first["id"]]);

    for (kind, body) in [(LINES, lines), (("Content-Type", "application/json"), json!({"rows": rows}).to_string())] {
        let again = developer.send("POST", NEEDS, &[kind], &body).json();
        assert_eq!(counts(&again), [3, 0, 0, 3]);
        assert_eq!(again["digest"], first["digest"]);
    }
    assert_eq!(registry.items(NEEDS)[0]["load"], first["id"], "what was known keeps its load");
    let loads = registry.items(LOADS);
    assert_eq!((loads.len(), &loads[0]), (3, &first));
    let changes = registry.items("/v1/changes?noun=need_indicator_load");
    assert_eq!(changes.len(), 3);
    assert_eq!((&changes[0]["operation"], &changes[0]["data"]), (&json!("created"), &first));
    assert_eq!(registry.items(&format!("{path}/history")).len(), 1);
}

#[rstest]
fn rows_are_filtered_by_place_indicator_and_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    // Iitti changed its region with the year 2021; Valtimo was joined to Nurmes with the year 2020.
    let rows = [
        row("142", "share_65_plus", "2020-12-31", 30.0),
        row("142", "share_65_plus", "2021-12-31", 31.0),
        row("142", "share_75_plus", "2021-06-30", 16.0),
        row("911", "share_65_plus", "2019-12-31", 38.0),
        row("091", "share_65_plus", "2021-12-31", 17.0),
    ];
    let first = load(&developer, &rows);
    let [helsinki, iitti_2020, iitti_2021, iitti_75, valtimo] = [
        "091 share_65_plus 2021-12-31 17.0",
        "142 share_65_plus 2020-12-31 30.0",
        "142 share_65_plus 2021-12-31 31.0",
        "142 share_75_plus 2021-06-30 16.0",
        "911 share_65_plus 2019-12-31 38.0",
    ];
    for (query, expected) in [
        ("", vec![helsinki, iitti_2020, iitti_2021, iitti_75, valtimo]),
        ("?municipality=142&municipality=911", vec![iitti_2020, iitti_2021, iitti_75, valtimo]),
        ("?indicator=share_75_plus", vec![iitti_75]),
        ("?area=region:08", vec![iitti_2020]),
        ("?area=region:07", vec![iitti_2021, iitti_75]),
        ("?area=region:07&area=municipality:091", vec![helsinki, iitti_2021, iitti_75]),
        ("?area=hospital_district:12", vec![valtimo]),
        ("?area=country:FI", vec![helsinki, iitti_2020, iitti_2021, iitti_75, valtimo]),
        ("?area=wellbeing_services_county:09", vec![]),
        ("?area=wellbeing_services_county:09&as_of=2023-01-01", vec![iitti_2021, iitti_75]),
        ("?area=region:07&as_of=2021-01-01", vec![iitti_2020]),
        ("?area=region:08&as_of=2020-12-31", vec![iitti_2020]),
        ("?area=region:08&as_of=2022-01-01", vec![]),
        ("?as_of=2021-12-31", vec![helsinki, iitti_2021, iitti_75, valtimo]),
        ("?as_of=2021-12-30", vec![iitti_2020, iitti_75, valtimo]),
        ("?as_of=2021-12-31&first_date=2021-01-01&indicator=share_65_plus", vec![helsinki, iitti_2021]),
        ("?as_of=2019-12-30", vec![]),
        ("?first_date=2020-12-31&last_date=2021-06-30", vec![iitti_2020, iitti_75]),
        (&format!("?load={}&municipality=091", id(&first)), vec![helsinki]),
        ("?known_at=2026-11-22T11:59:59Z", vec![]),
    ] {
        assert_eq!(listed(&registry, query), expected, "{query}");
    }
    for (query, parameter) in [
        ("indicator=population", "indicator"),
        ("municipality=999", "municipality"),
        ("area=region:99", "area"),
        ("as_of=2021-02-29", "as_of"),
        ("first_date=now", "first_date"),
        ("known_at=2021-01-01", "known_at"),
        ("load=00000000-0000-4000-8000-000000000000", "load"),
        ("date=2021-01-01", "date"),
    ] {
        let problem = registry.get(&format!("{NEEDS}?{query}")).problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}");
    }
}

#[rstest]
fn a_list_is_walked_by_pages_and_exported_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let mut rows = vec![
        row("091", "often_needs_support", "2025-12-31", 12.5),
        row("091", "often_needs_support", "2024-12-31", 0.1),
        row("005", "no_suitable_device", "2025-12-31", 100.0),
    ];
    rows[0]["uncertainty"] = json!(1.25);
    rows[1]["source"] = json!("Kysely, \"vuosi\" 2024");
    load(&developer, &rows);
    let whole = listed(&registry, "");
    let mut walked = Vec::new();
    let mut next = String::new();
    loop {
        let page = registry.get_with(&format!("{NEEDS}?limit=1{next}"), &[("Prefer", "return=total-count")]).json();
        assert_eq!(page["total"], 3);
        walked.extend(page["items"].as_array().unwrap().iter().map(short));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(walked, whole);

    let table = registry.get_with(&format!("{NEEDS}?limit=1"), &[("Accept", "text/csv")]);
    assert_eq!(table.header("content-type").as_deref(), Some("text/csv"));
    let text = table.text();
    assert!(text.starts_with("municipality,indicator,date,value,unit,source,method,uncertainty\r\n"), "{text}");
    assert!(
        text.contains(
            "\r\n091,often_needs_support,2024-12-31,0.1,percent,\"Kysely, \"\"vuosi\"\" 2024\",Satunnaisotos,\r\n"
        ),
        "{text}"
    );
    assert_eq!(
        counts(&developer.send("POST", NEEDS, &[TABLE], &text).json()),
        [3, 0, 0, 3],
        "what is exported is loaded"
    );
    let lines = registry.get_with(NEEDS, &[("Accept", "application/x-ndjson")]).text();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, registry.items(NEEDS));
    registry.get_with(NEEDS, &[("Accept", "application/geo+json")]).problem(406, "not_acceptable");
}

#[rstest]
fn a_load_is_done_once_for_its_key(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let key = ("Idempotency-Key", "load-1");
    let body = json!({"rows": [row("091", "share_65_plus", "2025-12-31", 17.0)]});
    let first = developer.write("POST", NEEDS, &[key], &body);
    let second = developer.write("POST", NEEDS, &[key], &body);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!((first.body, first.headers.get("location")), (second.body, second.headers.get("location")));
    assert_eq!(registry.items(LOADS).len(), 1);
    let other = json!({"rows": [row("091", "share_65_plus", "2025-12-31", 18.0)]});
    developer.write("POST", NEEDS, &[key], &other).problem(422, "idempotency_key_reused");
    let faulty = json!({"rows": [row("091", "share_65_plus", "2025-12-31", 180.0)]});
    developer.write("POST", NEEDS, &[key], &faulty).problem(422, "idempotency_key_reused");
    assert_eq!(listed(&registry, ""), ["091 share_65_plus 2025-12-31 17.0"]);
}

#[rstest]
fn who_may_not_load_is_refused_and_nothing_is_read(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let body = json!({"rows": [row("091", "share_65_plus", "2025-12-31", 17.0)]});
    for (role, areas) in [("ministry", &[][..]), ("regional_coordinator", &["region:01"]), ("auditor", &[])] {
        registry.sign_in(role, areas, None).write("POST", NEEDS, &[], &body).problem(403, "forbidden");
    }
    registry.public().write("POST", NEEDS, &[], &body).problem(401, "unauthenticated");
    let other = registry.developer().send("POST", NEEDS, &[("Content-Type", "text/plain")], "x");
    other.problem(415, "unsupported_media_type");
    assert_eq!(other.header("accept").as_deref(), Some("application/json, application/x-ndjson, text/csv"));
    assert_eq!(registry.items(LOADS), Vec::<Value>::new());
}
