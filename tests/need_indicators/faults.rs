//! What is wrong with a load is named by row and column, and nothing of it is stored.

use rstest::rstest;
use serde_json::{Value, json};

use super::{HEAD, LINES, LOADS, NEEDS, TABLE, faults, load, row};
use crate::support::session::{Session, with};
use crate::support::wire::Wire;
use crate::support::{Database, Registry};

const GOOD: &str = "091,share_65_plus,2025-12-31,17.5,Kysely,Otos,";

fn nothing_is_stored(registry: &Registry, seq: i64) {
    assert_eq!(registry.last_seq(), seq);
    assert_eq!(registry.items(NEEDS), Vec::<Value>::new());
    assert_eq!(registry.items(LOADS), Vec::<Value>::new());
}

#[rstest]
fn each_fault_is_named_and_nothing_is_stored(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    let seq = registry.last_seq();
    let good = row("091", "share_65_plus", "2025-12-31", 17.5);
    for (fields, column, code) in [
        (json!({"municipality": "999"}), "municipality", "unknown_value"),
        (json!({"municipality": "911", "date": "2020-01-01"}), "municipality", "not_valid_at"),
        (json!({"municipality": 91}), "municipality", "wrong_type"),
        (json!({"indicator": "share_70_plus"}), "indicator", "unknown_value"),
        (json!({"value": 100.1}), "value", "out_of_range"),
        (json!({"value": -1}), "value", "out_of_range"),
        (json!({"value": "12"}), "value", "wrong_type"),
        (json!({"value": null}), "value", "missing_field"),
        (json!({"indicator": "living_alone_75_plus", "value": -1}), "value", "out_of_range"),
        (json!({"indicator": "living_alone_75_plus", "value": 1.5}), "value", "malformed_value"),
        (json!({"date": "2026-11-23"}), "date", "out_of_range"),
        (json!({"date": "2025-12"}), "date", "malformed_value"),
        (json!({"source": null}), "source", "missing_field"),
        (json!({"source": "demonstration"}), "source", "reserved"),
        (json!({"source": "Demonstration "}), "source", "reserved"),
        (json!({"method": "ä".repeat(501)}), "method", "too_long"),
        (json!({"method": "131052-308T"}), "method", "personal_identity_code"),
        (json!({"unit": "persons"}), "unit", "contradictory"),
        (json!({"uncertainty": -1}), "uncertainty", "out_of_range"),
        (json!({"colour": null}), "colour", "unknown_field"),
    ] {
        let second = with(&with(&good, &json!({"date": "2024-12-31"})), &fields);
        let expected = [(format!("/rows/1/{column}"), code.to_owned())];
        let as_list = developer.write("POST", NEEDS, &[], &json!({"rows": [good, second]}));
        assert_eq!(faults(&as_list), expected, "{fields}");
        let as_lines = developer.send("POST", NEEDS, &[LINES], format!("{good}\n{second}\n"));
        assert_eq!(faults(&as_lines), expected, "{fields}");
    }
    nothing_is_stored(&registry, seq);
}

#[rstest]
#[case::not_a_number(GOOD, "091,share_65_plus,2024-12-31,NaN,Kysely,Otos,", "/value", "malformed_value")]
#[case::a_comma(GOOD, "091,share_65_plus,2024-12-31,\"17,5\",Kysely,Otos,", "/value", "malformed_value")]
#[case::the_same_again(GOOD, "091,share_65_plus,2025-12-31,18,Kysely,Otos,", "", "repeated_value")]
#[case::a_field_too_many(GOOD, "091,share_65_plus,2024-12-31,17.5,Kysely,Otos,,", "", "too_many_values")]
#[case::a_line_that_ends_early(GOOD, "091,share_65_plus,2024-12-31", "", "missing_field")]
#[case::a_line_without_its_last_field(GOOD, "091,share_65_plus,2024-12-31,17.5,Kysely,Otos", "", "missing_field")]
#[case::no_end_of_a_quote(GOOD, "091,share_65_plus,2024-12-31,17.5,\"Kysely,Otos,", "/source", "malformed_value")]
fn a_line_of_a_table_is_named_by_its_row_of_data(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] first: &str,
    #[case] second: &str,
    #[case] column: &str,
    #[case] code: &str,
) {
    let registry = Registry::start(database);
    let seq = registry.last_seq();
    let body = format!("{HEAD}\r\n{first}\r\n{second}");
    for body in [format!("{body}\r\n"), body] {
        let answer = registry.developer().send("POST", NEEDS, &[TABLE], body);
        let first_of_all = faults(&answer).swap_remove(0);
        assert_eq!(first_of_all, (format!("/rows/1{column}"), code.to_owned()));
    }
    nothing_is_stored(&registry, seq);
}

#[test]
fn a_table_without_its_columns_is_refused_by_its_first_line() {
    let registry = Registry::start(Database::Sqlite);
    let developer = registry.developer();
    let table = |head: &str| faults(&developer.send("POST", NEEDS, &[TABLE], format!("{head}\n{GOOD}\n")));
    let named = |name: &str, code: &str| (format!("/header/{name}"), code.to_owned());
    assert_eq!(
        table(&HEAD.replace("value", "figure")),
        [named("figure", "unknown_field"), named("value", "missing_field")]
    );
    assert_eq!(table(&HEAD.replace(',', ";")), [("/header".to_owned(), "malformed_value".to_owned())]);
    assert_eq!(faults(&developer.send("POST", NEEDS, &[TABLE], "")).len(), 6);
    let empty = [("/rows".to_owned(), "missing_field".to_owned())];
    assert_eq!(faults(&developer.send("POST", NEEDS, &[TABLE], format!("{HEAD}\n"))), empty);
    assert_eq!(faults(&developer.send("POST", NEEDS, &[LINES], "\n")), empty);
    assert_eq!(faults(&developer.write("POST", NEEDS, &[], &json!({"rows": []}))), empty);
}

#[test]
fn all_faults_are_told_up_to_a_hundred_in_the_callers_language() {
    let registry = Registry::start(Database::Sqlite);
    let developer = registry.developer();
    let rows = |count: usize| (0..count).map(|_| "999,x,x,x,,,\n").collect::<String>();
    let load =
        |count| developer.send("POST", NEEDS, &[TABLE, ("Accept-Language", "fi")], format!("{HEAD}\n{}", rows(count)));
    let few = load(2);
    assert_eq!(faults(&few).len(), 12);
    assert_eq!(few.json()["title"], "Pyynnössä on virheitä");
    assert!(few.json()["errors"][0]["message"].as_str().unwrap().contains("999"), "{}", few.text());
    assert_eq!(faults(&load(50)).len(), 100);
}

#[rstest]
fn a_load_that_breaks_off_leaves_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let seq = registry.last_seq();
    let token = registry.token(&registry.client("national_developer", &[], None));
    let head = |length: &str| {
        format!(
            "POST {NEEDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: text/csv\r\n{length}\r\n\r\n"
        )
    };
    let body = format!("{HEAD}\n{GOOD}\n");
    let mut wire = Wire::open(registry.address);
    wire.send(head(&format!("Content-Length: {}", body.len() + 1)) + &body);
    wire.finish_sending();
    drop(wire);
    let mut wire = Wire::open(registry.address);
    wire.send(head("Transfer-Encoding: chunked") + &format!("{:x}\r\n{body}\r\nx", body.len()));
    wire.answer().problem(400, "malformed_request");
    nothing_is_stored(&registry, seq);
    // Too large is known before anything comes.
    let mut wire = Wire::open(registry.address);
    wire.send(head("Content-Length: 67108865"));
    wire.answer().problem(413, "payload_too_large");
}

/// Of several, one is at fault: the good ones do not stay either, and may come again.
#[rstest]
fn one_bad_row_among_many_names_itself_and_nothing_is_stored(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer: Session = registry.developer();
    let seq = registry.last_seq();
    let mut rows: Vec<Value> =
        (0..3_000).map(|day| row("091", "share_65_plus", &super::large::day(day), 17.5)).collect();
    rows[2_998]["value"] = json!(175);
    let answer = developer.write("POST", NEEDS, &[], &json!({"rows": rows}));
    assert_eq!(faults(&answer), [("/rows/2998/value".to_owned(), "out_of_range".to_owned())]);
    nothing_is_stored(&registry, seq);
    rows[2_998]["value"] = json!(17.5);
    assert_eq!(super::counts(&load(&developer, &rows)), [3_000, 3_000, 0, 0]);
}
