use super::*;
use crate::date::parse_day;
use crate::validity::Validity;
use crate::vocabulary::Vocabulary as _;

fn rows() -> Rows {
    let day = |text: &str| parse_day(text).ok();
    let municipalities = [("091", Validity::default()), ("911", Validity { from: None, to: day("2019-12-31") })];
    let municipalities = municipalities.into_iter().filter_map(|(code, validity)| Some((code.parse().ok()?, validity)));
    Rows::new(municipalities.collect(), day("2026-11-22").unwrap_or_default())
}

const GOOD: [&str; 8] = ["091", "often_needs_support", "2025-12-31", "12.5", "percent", "Kysely", "Otos", "1.5"];

/// What a row says in other words than the good one.
type Changes<'a> = &'a [(Column, &'a str)];

/// A row of a table with some columns in the place of good ones.
fn take(rows: &mut Rows, changed: Changes) {
    let mut cells = Cells::default();
    for (column, text) in Column::ALL.into_iter().zip(GOOD).chain(changed.iter().copied()) {
        cells.set(column, Cell::Written(text));
    }
    rows.take(&cells);
}

fn faults(rows: Rows) -> Vec<(String, &'static str)> {
    let faults = rows.finish().err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.place.to_string(), fault.invalid.code().as_str())).collect()
}

#[test]
fn each_fault_is_named_by_row_and_column() {
    use Column::{Date, Indicator, Method, Municipality, Source, Uncertainty, Unit, Value};
    let persons = (Indicator, "living_alone_75_plus");
    let long = "ä".repeat(501);
    let table: [(Changes, &str, &str); 29] = [
        (&[(Municipality, "")], "municipality", "missing_field"),
        (&[(Municipality, "91")], "municipality", "malformed_value"),
        (&[(Municipality, "999")], "municipality", "unknown_value"),
        (&[(Municipality, "911")], "municipality", "not_valid_at"),
        (&[(Indicator, "population")], "indicator", "unknown_value"),
        (&[(Indicator, "")], "indicator", "missing_field"),
        (&[(Date, "2026-11-23")], "date", "out_of_range"),
        (&[(Date, "31.12.2025")], "date", "malformed_value"),
        (&[(Date, "")], "date", "missing_field"),
        (&[(Value, "100.01")], "value", "out_of_range"),
        (&[(Value, "-0.01")], "value", "out_of_range"),
        (&[(Value, "NaN")], "value", "malformed_value"),
        (&[(Value, "inf")], "value", "malformed_value"),
        (&[(Value, "1e3")], "value", "malformed_value"),
        (&[(Value, "12,5")], "value", "malformed_value"),
        (&[(Value, ".5")], "value", "malformed_value"),
        (&[(Value, "5.")], "value", "malformed_value"),
        (&[(Value, "")], "value", "missing_field"),
        (&[persons, (Unit, "persons"), (Value, "-1")], "value", "out_of_range"),
        (&[persons, (Unit, "persons"), (Value, "1.5")], "value", "malformed_value"),
        (&[persons, (Unit, "persons"), (Value, "10000001")], "value", "out_of_range"),
        (&[(Unit, "persons")], "unit", "contradictory"),
        (&[(Unit, "metres")], "unit", "unknown_value"),
        (&[(Source, "")], "source", "missing_field"),
        (&[(Source, "demonstration")], "source", "reserved"),
        (&[(Method, " - ")], "method", "blank"),
        (&[(Method, &long)], "method", "too_long"),
        (&[(Uncertainty, "-1")], "uncertainty", "out_of_range"),
        (&[(Source, "131052-308T")], "source", "personal_identity_code"),
    ];
    for (changed, column, code) in table {
        let mut rows = rows();
        take(&mut rows, &[(Date, "2020-12-31")]);
        take(&mut rows, changed);
        let found = faults(rows);
        assert_eq!(found, [(format!("/rows/1/{column}"), code)], "{changed:?}");
    }
}

#[test]
fn what_is_not_needed_may_be_left_out() {
    let mut rows = rows();
    take(&mut rows, &[(Column::Unit, ""), (Column::Uncertainty, "")]);
    take(&mut rows, &[(Column::Municipality, "911"), (Column::Date, "2019-12-31"), (Column::Value, "0")]);
    let loaded = rows.finish();
    assert!(loaded.is_ok_and(|loaded| loaded.rows().len() == 2 && loaded.rows()[0].uncertainty.is_none()));
}

#[test]
fn the_same_figure_comes_once_in_a_load() {
    let mut rows = rows();
    take(&mut rows, &[]);
    take(&mut rows, &[(Column::Date, "2024-12-31")]);
    take(&mut rows, &[(Column::Value, "13")]);
    assert_eq!(faults(rows), [("/rows/2".to_owned(), "repeated_value")]);
}

#[test]
fn a_load_has_rows_but_not_too_many_and_not_too_many_sources() {
    assert_eq!(faults(rows()), [("/rows".to_owned(), "missing_field")]);
    let mut many = rows();
    let codes = IndicatorCode::codes();
    'all: for day in 0.. {
        let Some(date) = parse_day("1950-01-01").ok().and_then(|first| first.checked_add_days(chrono::Days::new(day)))
        else {
            break;
        };
        for code in &codes {
            take(
                &mut many,
                &[
                    (Column::Indicator, code),
                    (Column::Unit, ""),
                    (Column::Value, "10"),
                    (Column::Date, &date.to_string()),
                ],
            );
            if many.is_over() {
                break 'all;
            }
        }
    }
    assert_eq!(faults(many), [("/rows".to_owned(), "too_many_values")]);
    let mut motley = rows();
    for number in 0..=MOST_TEXTS {
        let date = format!("{}-12-31", 1900 + number);
        take(&mut motley, &[(Column::Date, &date), (Column::Source, &format!("Lähde {number}"))]);
    }
    assert_eq!(faults(motley), [("/rows/100/source".to_owned(), "too_many_values")]);
}

#[test]
fn no_more_faults_are_told_than_anyone_reads() {
    let mut rows = rows();
    let mut count = 0;
    while !rows.is_over() {
        take(&mut rows, &[(Column::Value, "x"), (Column::Source, "")]);
        count += 1;
    }
    assert_eq!((count, faults(rows).len()), (MOST_FAULTS / 2, MOST_FAULTS));
}

#[test]
fn json_says_what_is_a_number_and_what_a_text() {
    let mut rows = rows();
    let mut cells = Cells::default();
    for (column, text) in Column::ALL.into_iter().zip(GOOD) {
        cells.set(column, Cell::Text(text.into()));
    }
    cells.set(Column::Municipality, Cell::Number(91.0));
    cells.set(Column::Uncertainty, Cell::Other);
    rows.take(&cells);
    let found = faults(rows);
    let wrong = ["municipality", "value", "uncertainty"].map(|column| (format!("/rows/0/{column}"), "wrong_type"));
    assert_eq!(found, wrong);
}

#[test]
fn rows_have_one_order_and_one_writing_however_they_came() {
    let canonical = |changes: [Changes; 3]| {
        let mut rows = rows();
        for changed in changes {
            take(&mut rows, changed);
        }
        let loaded = rows.finish().ok()?;
        Some(loaded.rows().iter().map(|row| loaded.canonical(row)).collect::<String>())
    };
    let (one, two, three): (&[_], &[_], &[_]) = (
        &[(Column::Date, "2024-12-31"), (Column::Source, "Toinen")],
        &[(Column::Indicator, "no_suitable_device"), (Column::Value, "12.50")],
        &[(Column::Uncertainty, "")],
    );
    let written = canonical([one, two, three]);
    assert_eq!(written, canonical([three, one, two]));
    let expected = "[\"091\",\"no_suitable_device\",\"2025-12-31\",12.5,1.5,\"Kysely\",\"Otos\"]\n\
                    [\"091\",\"often_needs_support\",\"2024-12-31\",12.5,1.5,\"Toinen\",\"Otos\"]\n\
                    [\"091\",\"often_needs_support\",\"2025-12-31\",12.5,null,\"Kysely\",\"Otos\"]\n";
    assert_eq!(written.as_deref(), Some(expected));
    let numbers: [Changes; 3] = [
        &[(Column::Date, "2023-12-31"), (Column::Value, "17"), (Column::Source, "Kysely \"ä/\\\"")],
        &[(Column::Date, "2024-12-31"), (Column::Value, "0.0000015"), (Column::Uncertainty, "0")],
        &[(Column::Value, "0.00001")],
    ];
    let expected = "[\"091\",\"often_needs_support\",\"2023-12-31\",17.0,1.5,\"Kysely \\\"ä/\\\\\\\"\",\"Otos\"]\n\
                    [\"091\",\"often_needs_support\",\"2024-12-31\",1.5e-6,0.0,\"Kysely\",\"Otos\"]\n\
                    [\"091\",\"often_needs_support\",\"2025-12-31\",0.00001,1.5,\"Kysely\",\"Otos\"]\n";
    assert_eq!(canonical(numbers).as_deref(), Some(expected));
}
