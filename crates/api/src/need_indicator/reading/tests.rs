use std::collections::BTreeMap;

use chrono::NaiveDate;
use digituki_domain::invalid::Invalid;
use digituki_domain::validity::Validity;

use super::*;

type Told = Result<Loaded, Vec<(String, &'static str)>>;

const TABLE: &str = "municipality,indicator,date,value,source,method\r\n\
                     091,often_needs_support,2025-12-31,12.5,\"Kysely, 2025\",Otos\r\n\
                     005,never_uses_internet,2024-12-31,7,\"\"\"Kysely\"\"\",Otos\r\n";
const LINES: &str = r#"{"municipality":"091","indicator":"often_needs_support","date":"2025-12-31","value":12.5,"source":"Kysely, 2025","method":"Otos"}
{"municipality":"005","indicator":"never_uses_internet","date":"2024-12-31","value":7.0,"source":"\"Kysely\"","method":"\u004ftos","unit":null}
"#;

/// Reads a body in pieces of some length.
fn read(format: impl Format, body: &[u8], length: usize) -> Told {
    let told = |fault: Violation| (fault.place.to_string(), fault.invalid.code().as_str());
    read_whole(format, body, length).map_err(|faults| faults.into_iter().map(told).collect())
}

fn read_whole(mut format: impl Format, body: &[u8], length: usize) -> Result<Loaded, Vec<Violation>> {
    let codes = ["005", "091"].into_iter().filter_map(|code| Some((code.parse().ok()?, Validity::default())));
    let mut rows = Rows::new(codes.collect::<BTreeMap<_, _>>(), NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
    let mut mark = Mark { seen: 0, is_past: false };
    for piece in body.chunks(length) {
        for rest in mark.strip(piece) {
            format.take(rest, &mut rows);
        }
        if rows.is_over() {
            break;
        }
    }
    if !rows.is_over() {
        format.end(&mut rows);
    }
    rows.finish()
}

fn table(body: impl AsRef<[u8]>) -> Told {
    read(Table::default(), body.as_ref(), 7)
}

fn lines(body: impl AsRef<[u8]>) -> Told {
    read(Lines::default(), body.as_ref(), 7)
}

fn array(body: impl AsRef<[u8]>) -> Told {
    read(Array::default(), body.as_ref(), 7)
}

#[test]
fn the_three_formats_say_the_same_in_pieces_of_any_length() {
    let whole = table(TABLE).expect("a table");
    assert_eq!(whole.rows().len(), 2);
    let tables = [
        TABLE.to_owned(),
        format!("\u{FEFF}{TABLE}"),
        TABLE.replace("\r\n", "\n"),
        TABLE.trim_end().to_owned(),
        TABLE.replace("\r\n", "\r\n\r\n"),
    ];
    let objects =
        [LINES.to_owned(), format!("\u{FEFF}{LINES}"), LINES.replace('\n', "\r\n\r\n"), LINES.trim().to_owned()];
    let list = format!(" {{ \"ro\\u0077s\"\n: [{}] }}\r\n", LINES.trim().replace('\n', " ,\n"));
    for length in [1, 2, 3, 5, 64, 10_000] {
        for body in &tables {
            assert_eq!(read(Table::default(), body.as_bytes(), length).as_ref(), Ok(&whole), "{length} {body:?}");
        }
        for body in &objects {
            assert_eq!(read(Lines::default(), body.as_bytes(), length).as_ref(), Ok(&whole), "{length} {body:?}");
        }
        assert_eq!(read(Array::default(), list.as_bytes(), length).as_ref(), Ok(&whole), "{length}");
    }
}

#[test]
fn a_table_begins_with_a_line_that_names_its_columns() {
    let needed = "municipality,indicator,date,value,source";
    for (head, name, code) in [
        (needed.to_owned(), "method", "missing_field"),
        (format!("{needed},method,colour/1"), "colour~11", "unknown_field"),
        (format!("{needed},method,value"), "value", "repeated_field"),
        (format!("{needed},method,"), "", "unknown_field"),
    ] {
        let expected = Err(vec![(format!("/header/{name}"), code)]);
        assert_eq!(table(format!("{head}\n091,x,x,x,x,x\n")), expected, "{head}");
        assert_eq!(table(&head), expected, "{head}");
    }
    assert_eq!(table("").expect_err("no columns").len(), 6);
    for semicolons in [format!("{needed},method").replace(',', ";"), format!("{needed},method").replace(',', "\t")] {
        assert_eq!(table(&semicolons), Err(vec![("/header".to_owned(), "malformed_value")]));
        assert_eq!(table(format!("{semicolons}\n1;2\n")), Err(vec![("/header".to_owned(), "malformed_value")]));
    }
    let many = format!("{}\n", ["municipality"; 12].join(","));
    assert_eq!(table(many), Err(vec![("/header".to_owned(), "too_many_values")]));
}

#[test]
fn a_line_has_as_many_fields_as_there_are_columns() {
    let head = TABLE.lines().next().unwrap_or_default();
    let row = "091,often_needs_support,2025-12-31,12.5,Kysely";
    let of_second = |step: &str, code| Err(vec![(format!("/rows/1{step}"), code)]);
    let good = format!("{head}\n{row},Otos\n");
    assert_eq!(table(format!("{good}{row}\n")), of_second("", "missing_field"));
    let more = good.replacen("method\n", "method,uncertainty\n", 1).replace("Otos\n", "Otos,\n");
    assert_eq!(table(&more).map(|loaded| loaded.rows().len()), Ok(1));
    assert_eq!(table(format!("{more}{row},Otos\n")), of_second("", "missing_field"));
    assert_eq!(table(format!("{good}{row},Otos,1\n")), of_second("", "too_many_values"));
    assert_eq!(table(format!("{good}{}\n", "1,".repeat(20))), of_second("", "too_many_values"));
    assert_eq!(table(format!("{good}\"{}\n", "1".repeat(20_000))), of_second("", "too_long"));
    let mut broken = format!("{good}{row},").into_bytes();
    broken.extend(b"Ot\xFFs\n");
    assert_eq!(table(broken), of_second("/method", "forbidden_character"));
    assert_eq!(table(format!("{head}\n")), Err(vec![("/rows".to_owned(), "missing_field")]));
}

#[test]
fn a_table_does_not_end_within_quotation_marks() {
    let head = TABLE.lines().next().unwrap_or_default();
    let row = "091,often_needs_support,2025-12-31,12.5,Kysely";
    for (end, place) in [
        (format!("{row},\"Otos"), "/rows/1/method"),
        (format!("{row},\"Otos\r\n"), "/rows/1/method"),
        (format!("{row},\"Otos\"\""), "/rows/1/method"),
        (format!("{row},\""), "/rows/1/method"),
        (row.replace("2025", "\"2025"), "/rows/1/date"),
    ] {
        for length in [1, 3, 10_000] {
            let body = format!("{head}\n{row},Otos\n{end}");
            let expected = Err(vec![(place.to_owned(), "malformed_value")]);
            assert_eq!(read(Table::default(), body.as_bytes(), length), expected, "{end}");
        }
    }
    let whole = format!("{head}\n{row},\"Otos\"");
    assert_eq!(table(&whole).map(|loaded| loaded.rows().len()), Ok(1));
    assert_eq!(table(format!("{whole}\r")).map(|loaded| loaded.rows().len()), Ok(1));
    assert_eq!(table("municipality,\"indicator"), Err(vec![("/header".to_owned(), "malformed_value")]));
}

#[test]
fn an_object_a_line_is_read_strictly() {
    let row = LINES.lines().next().unwrap_or_default();
    let second = |text: &str| lines(format!("{row}\n{text}\n"));
    for (text, step, code) in [
        ("[]", "", "wrong_type"),
        ("null", "", "wrong_type"),
        ("{", "", "malformed_json"),
        ("{} {}", "", "malformed_json"),
        (r#"{"value": 1, "value": 1}"#, "/value", "repeated_field"),
        (r#"{"source": "a\u0000"}"#, "/source", "forbidden_character"),
        (r#"{"value": 1e300}"#, "/value", "out_of_range"),
    ] {
        assert_eq!(second(text), Err(vec![(format!("/rows/1{step}"), code)]), "{text}");
    }
    let unknown = second(&row.replacen('{', r#"{"a/b": null, "#, 1).replace("091", "005"));
    assert_eq!(unknown, Err(vec![("/rows/1/a~1b".to_owned(), "unknown_field")]));
    assert_eq!(second(&" ".repeat(20_000)), Err(vec![("/rows/1".to_owned(), "too_long")]));
    assert_eq!(lines("\n \n"), Err(vec![("/rows".to_owned(), "missing_field")]));
}

#[test]
fn a_list_is_taken_apart_strictly() {
    for (body, place, code) in [
        ("", "", "malformed_json"),
        ("{", "", "malformed_json"),
        ("[]", "", "wrong_type"),
        ("5", "", "wrong_type"),
        ("x", "", "malformed_json"),
        ("{}", "/rows", "missing_field"),
        (r#"{"rows": []}"#, "/rows", "missing_field"),
        (r#"{"rows": null}"#, "/rows", "wrong_type"),
        (r#"{"rows": {}}"#, "/rows", "wrong_type"),
        (r#"{"rows": x}"#, "", "malformed_json"),
        (r#"{"rows": [], "rows": []}"#, "/rows", "repeated_field"),
        (r#"{"rows": [], "colour": "red"}"#, "/colour", "unknown_field"),
        (r#"{"colour": "red", "rows": []}"#, "/colour", "unknown_field"),
        (r#"{"rows": []} x"#, "", "malformed_json"),
        (r#"{"rows": [],}"#, "", "malformed_json"),
        (r#"{"rows": [}"#, "", "malformed_json"),
        (r#"{"rows": ["#, "", "malformed_json"),
        (r#"{"rows": []"#, "", "malformed_json"),
        (r"{rows: []}", "", "malformed_json"),
        (r#"{"rows" []}"#, "", "malformed_json"),
    ] {
        assert_eq!(array(body), Err(vec![(place.to_owned(), code)]), "{body}");
    }
    let faults = |body: &str| array(body).expect_err("a fault");
    let wrong = faults(r#"{"rows": [1, "a,]\"", true , [{"}": 1}], null]}"#);
    let expected: Vec<_> = (0..5).map(|row| (format!("/rows/{row}"), "wrong_type")).collect();
    assert_eq!(wrong, expected);
    assert_eq!(faults(r#"{"rows": [1 2]}"#).last(), Some(&(String::new(), "malformed_json")));
    assert_eq!(faults(r#"{"rows": [1,]}"#).last(), Some(&(String::new(), "malformed_json")));
    assert_eq!(faults(r#"{"rows": [{"value": }]}"#), [("/rows/0".to_owned(), "malformed_json")]);
    let long = format!("{{\"rows\": [\"{}\"]}}", "a".repeat(20_000));
    assert_eq!(faults(&long), [("/rows/0".to_owned(), "too_long")]);
}

#[test]
fn a_fault_in_json_is_named_by_its_place_in_the_body() {
    let place = |read: Result<Loaded, Vec<Violation>>| match read.expect_err("a fault").swap_remove(0).invalid {
        Invalid::MalformedJson { line, column } => (line, column),
        other => panic!("{other}"),
    };
    for (body, expected) in [
        ("{\"rows\": [\n{\"value\": }]}", (2, 11)),
        ("{\"rows\": [{\"value\": }]}", (1, 21)),
        ("{\"rows\":\n [{\n\n  \"value\": }]}", (4, 12)),
        ("{\"rows\": [\n\n} 2]}", (3, 1)),
    ] {
        let read = place(read_whole(Array::default(), body.as_bytes(), 3));
        assert_eq!(read, expected, "{body}");
    }
    for (body, expected) in [("{\"value\": }\n", (1, 11)), ("\n\r\n  {\"value\": }", (3, 13))] {
        let read = place(read_whole(Lines::default(), body.as_bytes(), 3));
        assert_eq!(read, expected, "{body}");
    }
}
