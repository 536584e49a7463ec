//! Large loads: more than a body may have that is read as a whole, and at a price that does not grow with each row.

use std::fmt::Write as _;

use rstest::rstest;

use super::{HEAD, LOADS, NEEDS, TABLE, counts};
use crate::support::wire::Wire;
use crate::support::{Database, Registry, statements};

/// One of many days: of each month of the years from 1950 the first 28.
pub(super) fn day(number: usize) -> String {
    format!("{}-{:02}-{:02}", 1950 + number / 336, number % 336 / 28 + 1, number % 28 + 1)
}

/// A table of so many rows, of which some say something else than before.
fn table(rows: usize, changed: impl Fn(usize) -> bool) -> String {
    let mut table = format!("{HEAD}\n");
    for number in 0..rows {
        let (code, indicator) = (["091", "049", "853"], ["share_65_plus", "often_needs_support"]);
        let (code, indicator) = (code[number % 3], indicator[number / 3 % 2]);
        let value = number % 89 + usize::from(changed(number));
        let source = "\"Kysely digipalvelujen käytöstä, jonka nimi on pitkä, niin kuin kyselyjen nimet ovat\"";
        writeln!(table, "{code},{indicator},{},{value},{source},Satunnaisotos,0.5", day(number / 6)).unwrap();
    }
    table
}

#[rstest]
fn a_large_load_takes_a_statement_for_a_thousand_rows(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    const ROWS: usize = 12_000;
    statements::watch();
    let registry = Registry::start(database);
    let developer = registry.developer();
    let whole = table(ROWS, |_| false);
    assert!(whole.len() > 1_048_576, "more than DIGITUKI_BODY_LIMIT: {}", whole.len());
    let place = registry.place();
    let price = |table: &str| {
        let before = statements::sent_to(place);
        let answer = developer.send("POST", NEEDS, &[TABLE], table);
        assert_eq!(answer.status, 201, "{}", answer.text());
        (counts(&answer.json()), statements::sent_to(place) - before)
    };
    let rows = i64::try_from(ROWS).unwrap();
    let (counted, sent) = price(&whole);
    assert_eq!(counted, [rows, rows, 0, 0]);
    assert!(sent < 50, "{sent} questions for {ROWS} rows");
    let (counted, sent) = price(&table(ROWS, |number| number % 100 == 0));
    assert_eq!(counted, [rows, 0, rows / 100, rows - rows / 100]);
    assert!(sent < 50, "{sent} questions for {ROWS} rows");
    let total =
        registry.get_with(&format!("{NEEDS}?limit=1"), &[("Prefer", "return=total-count")]).json()["total"].take();
    assert_eq!(total, rows);
    assert_eq!(registry.get_with(NEEDS, &[("Accept", "text/csv")]).text().lines().count(), ROWS + 1);

    let listing = |limit: usize| {
        let before = statements::sent_to(place);
        registry.json(&format!("{NEEDS}?limit={limit}&as_of=2020-01-01"));
        registry.json(&format!("{NEEDS}?limit={limit}"));
        statements::sent_to(place) - before
    };
    listing(1);
    assert_eq!(listing(1), listing(500));
}

#[test]
fn a_load_may_come_in_chunks_of_any_size() {
    let registry = Registry::start(Database::Sqlite);
    let token = registry.token(&registry.client("national_developer", &[], None));
    let mut request = format!(
        "POST {NEEDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: text/csv\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in table(200, |_| false).as_bytes().chunks(997) {
        request.extend(format!("{:x}\r\n", piece.len()).bytes());
        request.extend(piece);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    let mut wire = Wire::open(registry.address);
    wire.send(request);
    let answer = wire.answer();
    assert_eq!((answer.status, counts(&answer.json())), (201, [200, 200, 0, 0]));
    assert_eq!(registry.items(LOADS).len(), 1);
}
