//! Bodies of requests: their types, bounds and faults, and clients that take their time.

use std::time::Instant;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::program::Serving;
use crate::support::wire::{self, Wire, exchange};
use crate::support::writer::{self, Writer};
use crate::support::{Answer, Database, Registry};

const PATH: &str = "/fault/body";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const MERGE_PATCH: (&str, &str) = ("Content-Type", "application/merge-patch+json");

/// The least that is read; whatever follows is one field more.
const LEAST: &str = r#"{"organisation": "00000000-0000-4000-8000-000000000001", "provider_type": "library",
                         "names": {"fi": "Kirjasto"}, "offer_status": "draft""#;

/// These have no business with a database: one kind is enough, and it is there without a server.
fn start(flags: &[&str]) -> Registry {
    Registry::start_with(Database::Sqlite, flags)
}

fn faults(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.problem(400, "invalid_request")["errors"].take();
    errors.as_array().unwrap().iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

/// A head that promises a body of some length.
fn head(method: &str, path: &str, length: usize) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
}

fn chunked(chunks: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {chunks}"
    )
}

/// Fails unless the answer is the last on its connection.
#[track_caller]
fn assert_last(wire: &mut Wire, status: u16, code: &str) -> Answer {
    let answer = wire.answer();
    answer.problem(status, code);
    assert_eq!(answer.header("connection").as_deref(), Some("close"));
    assert_eq!(wire.rest(), "");
    answer
}

#[test]
fn a_body_that_was_read_and_refused_leaves_the_connection_to_the_next() {
    let registry = start(&[]);
    let mut wire = Wire::open(registry.address);
    for _ in 0..2 {
        wire.send(head("POST", PATH, 2) + "{}");
        let answer = wire.answer();
        answer.problem(400, "invalid_request");
        assert_eq!(answer.header("connection"), None);
    }
}

#[test]
fn a_body_is_read_and_known_by_its_digest() {
    let registry = start(&[]);
    let body = format!("{LEAST}}}");
    let answer = registry.send("POST", PATH, &[JSON], &body).json();
    assert_eq!(answer["read"]["names"], json!({"fi": "Kirjasto", "sv": null, "en": null}));
    assert_eq!(answer["read"]["languages"], json!([]));
    let other = registry.send("POST", PATH, &[JSON], format!("{body} ")).json();
    assert_eq!(answer["read"], other["read"]);
    assert_ne!(answer["digest"], other["digest"]);
}

#[test]
fn all_faults_of_a_body_are_listed_in_the_callers_language() {
    let registry = start(&[]);
    let body = r#"{"provider_type": "cinema", "names": ["Kirjasto"], "languages": ["fi", 5], "colour": "red"}"#;
    let answer = registry.send("POST", PATH, &[JSON, ("Accept-Language", "sv")], body);
    let expected = [
        ("/colour", "unknown_field"),
        ("/languages/1", "wrong_type"),
        ("/names", "wrong_type"),
        ("/offer_status", "missing_field"),
        ("/organisation", "missing_field"),
        ("/provider_type", "unknown_value"),
    ];
    assert_eq!(faults(&answer), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    let problem = answer.json();
    assert_eq!(problem["title"], "Begäran innehåller fel");
    assert!(problem["errors"][5]["message"].as_str().unwrap().contains("cinema"), "{problem}");
}

#[rstest]
#[case("", "malformed_json", "")]
#[case("{", "malformed_json", "")]
#[case("[]", "wrong_type", "")]
#[case("null", "wrong_type", "")]
#[case("\u{FEFF}{}", "malformed_json", "")]
#[case("{}{}", "malformed_json", "")]
#[case(r#"{"names": {"fi": "a", "fi": "b"}}"#, "repeated_field", "/names/fi")]
#[case(r#"{"names": {"fi": "a\u0000"}}"#, "forbidden_character", "/names/fi")]
#[case(r#"{"names": {"fi": "\ud800"}}"#, "malformed_json", "")]
#[case(r#"{"a": 1e400}"#, "malformed_json", "")]
#[case(r#"{"a": 18446744073709551616}"#, "out_of_range", "/a")]
fn what_is_not_plain_json_has_one_fault(#[case] body: &str, #[case] code: &str, #[case] pointer: &str) {
    let registry = start(&[]);
    let answer = registry.send("POST", PATH, &[JSON], body);
    assert_eq!(faults(&answer), [(pointer.to_owned(), code.to_owned())]);
}

#[test]
fn bodies_made_to_hurt_are_refused() {
    let registry = start(&[]);
    let bodies = [
        "[".repeat(1_000_000),
        "{\"a\":".repeat(200_000),
        format!("{LEAST}, \"languages\": [{}null]}}", "5,".repeat(400_000)),
        format!("{{{}\"x\": 1}}", (0..80_000).map(|number| format!("\"{number}\":1,")).collect::<Vec<_>>().concat()),
        format!("{{\"{}\": 1}}", "~/".repeat(400_000)),
        format!("{LEAST}, \"origin\": \"{}\"}}", "x".repeat(1_000_000)),
    ];
    for body in bodies {
        let answer = registry.send("POST", PATH, &[JSON], &body);
        let found = faults(&answer);
        assert!((1..=1_000).contains(&found.len()), "{}", found.len());
        assert!(found.iter().all(|(pointer, _)| pointer.chars().count() <= 1_000));
        assert!(answer.body.len() < 500_000, "{}", answer.body.len());
    }
    assert_eq!(registry.get("/health/live").status, 200);
}

#[test]
fn contents_of_another_type_are_415_and_told_which_is_right() {
    let registry = start(&[]);
    let table = [
        ("POST", "accept", "application/json", vec!["application/merge-patch+json"]),
        ("PATCH", "accept-patch", "application/merge-patch+json", vec![]),
    ];
    for (method, name, right, also_wrong) in table {
        let wrong = ["text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "*/*", ""];
        for given in wrong.into_iter().chain(also_wrong) {
            let answer = registry.send(method, PATH, &[("Content-Type", given)], "{}");
            answer.problem(415, "unsupported_media_type");
            assert_eq!(answer.header(name).as_deref(), Some(right), "{method} {given}");
        }
        let answer = exchange(
            registry.address,
            format!("{method} {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"),
        );
        wire::parse(&answer).problem(415, "unsupported_media_type");
    }
    let answer = registry.send("POST", PATH, &[JSON, ("Content-Encoding", "gzip")], "{}");
    answer.problem(415, "unsupported_media_type");
    assert_eq!(answer.header("accept-encoding").as_deref(), Some("identity"));
}

#[test]
fn a_patch_is_an_object() {
    let registry = start(&[]);
    for kind in [MERGE_PATCH, JSON, ("Content-Type", "application/merge-patch+json; charset=utf-8")] {
        let answer = registry.send("PATCH", PATH, &[kind], r#"{"removed": null, "added": {"a": 1, "b": null}}"#);
        assert_eq!(answer.json()["read"], json!({"kept": 1, "added": {"a": 1}}));
    }
    for body in ["[]", "null", "5"] {
        let answer = registry.send("PATCH", PATH, &[MERGE_PATCH], body);
        assert_eq!(faults(&answer), [(String::new(), "wrong_type".to_owned())], "{body}");
    }
}

#[test]
fn an_action_without_a_body_takes_none() {
    let registry = start(&[]);
    let sha = |answer: &Answer| answer.json()["digest"].as_str().unwrap()[..8].to_owned();
    assert_eq!(sha(&registry.send("PUT", PATH, &[], "")), "e3b0c442");
    assert_eq!(sha(&registry.send("PUT", PATH, &[JSON], "{}")), "44136fa3");
    for (body, pointer, code) in
        [(r#"{"a": 1}"#, "/a", "unknown_field"), ("[]", "", "wrong_type"), ("x", "", "malformed_json")]
    {
        let answer = registry.send("PUT", PATH, &[JSON], body);
        assert_eq!(faults(&answer), [(pointer.to_owned(), code.to_owned())], "{body}");
    }
}

#[test]
fn a_body_up_to_the_limit_is_read_and_a_larger_one_is_413() {
    let registry = start(&["--body-limit", "2048"]);
    let body = |length: usize| format!("{LEAST}}}{}", " ".repeat(length - LEAST.len() - 1));
    let (fits, too_large) = (body(2_048), body(2_049));
    assert_eq!(registry.send("POST", PATH, &[JSON], &fits).status, 200);
    registry.send("POST", PATH, &[JSON], &too_large).problem(413, "payload_too_large");

    // In chunks, of which nobody knows beforehand how many will come.
    let in_chunks = |body: &str| {
        let chunk = |bytes: &[u8]| format!("{:x}\r\n{}\r\n", bytes.len(), String::from_utf8_lossy(bytes));
        chunked(&body.as_bytes().chunks(100).map(chunk).collect::<Vec<_>>().concat())
    };
    let mut wire = Wire::open(registry.address);
    wire.send(in_chunks(&fits) + "0\r\n\r\n");
    assert_eq!(wire.answer().status, 200);
    wire.send(in_chunks(&too_large));
    assert_last(&mut wire, 413, "payload_too_large");
}

#[test]
fn a_large_body_in_many_pieces_gets_through() {
    let registry = start(&[]);
    let mut wire = Wire::open(registry.address);
    let body = format!("{LEAST}}}{}", " ".repeat(1_000_000));
    wire.send(head("POST", PATH, body.len()));
    for piece in body.as_bytes().chunks(10_000) {
        wire.send(piece);
    }
    assert_eq!(wire.answer().status, 200);
    // And the connection serves on.
    wire.send(wire::get("/health/live"));
    assert_eq!(wire.answer().status, 200);
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_408() {
    let registry = start(&["--body-timeout", "1"]);
    for start_of_body in [head("POST", PATH, 100), head("POST", PATH, 100) + "{", chunked(""), chunked("1\r\n{\r\n")] {
        let mut wire = Wire::open(registry.address);
        wire.send(start_of_body);
        assert_last(&mut wire, 408, "request_timeout");
    }
}

#[rstest]
#[case("zz\r\n{}\r\n")]
#[case("2\r\n{}extra\r\n")]
#[case("1\r\n{\r\nffffffffffffffffff\r\n")]
fn a_body_in_broken_chunks_is_400(#[case] chunks: &str) {
    let registry = start(&[]);
    let mut wire = Wire::open(registry.address);
    wire.send(chunked(chunks));
    assert_last(&mut wire, 400, "malformed_request");
}

#[test]
fn a_body_that_ends_too_soon_is_400() {
    let registry = start(&[]);
    for cut in [head("POST", PATH, 100) + "{", chunked("5\r\n{")] {
        let mut wire = Wire::open(registry.address);
        wire.send(cut);
        wire.finish_sending();
        let answer = wire::parse(&wire.rest());
        answer.problem(400, "malformed_request");
    }
}

/// How a client holds on to its connection.
#[derive(Debug, Clone, Copy)]
enum Slow {
    Head,
    SecondHead,
    Resting,
    RefusedBody,
    UnknownRoute,
    /// A body that is read, of somebody who may write.
    Writing,
    /// A body that is not read, of somebody who may not.
    Unauthenticated,
    SigningIn,
}

#[rstest]
fn slow_clients_do_not_stop_the_others(
    #[values(
        Slow::Head,
        Slow::SecondHead,
        Slow::Resting,
        Slow::RefusedBody,
        Slow::UnknownRoute,
        Slow::Writing,
        Slow::Unauthenticated,
        Slow::SigningIn
    )]
    how: Slow,
) {
    let place = Database::Sqlite.loaded();
    let mut serving = Serving::start_within(256, place.url());
    serving.log_until(|line| line["message"].as_str().is_some_and(|text| text.starts_with("ready")));
    let writer = Writer::sign_in(serving.address, &writer::credentials(place.url()));
    let authorization = format!("Authorization: {}\r\n", writer.authorization());
    let open = || {
        let mut wire = Wire::open(serving.address);
        if matches!(how, Slow::SecondHead | Slow::Resting) {
            wire.send(wire::get("/health/live"));
            assert_eq!(wire.answer().status, 200);
        }
        wire.send(match how {
            Slow::Head | Slow::SecondHead => "GET /v1/regions HTTP/1.1\r\nHos".to_owned(),
            Slow::Resting => String::new(),
            Slow::RefusedBody => head("POST", "/v1/regions", 1_000) + "{",
            Slow::UnknownRoute => head("POST", "/nothing", 1_000) + "{",
            Slow::Writing => with(&head("POST", "/v1/providers", 1_000), &[&authorization]) + "{",
            Slow::Unauthenticated => head("POST", "/v1/providers", 1_000) + "{",
            Slow::SigningIn => {
                head("POST", "/oauth2/token", 1_000).replace("json", "x-www-form-urlencoded") + "grant_type="
            }
        });
        wire
    };
    let slow: Vec<_> = (0..300).map(|_| open()).collect();

    for target in ["/health/live", "/v1/regions/06"] {
        let began = Instant::now();
        let mut wire = Wire::open(serving.address);
        wire.send(wire::get(target));
        assert_eq!(wire.answer().status, 200, "{target}");
        assert!(began.elapsed().as_millis() < 1_500, "{target}: {:?}", began.elapsed());
    }
    writer.create("Kirjasto");
    drop(slow);
}

/// A head with further fields.
fn with(head: &str, fields: &[&str]) -> String {
    head.replacen("\r\n", &format!("\r\n{}", fields.concat()), 1)
}

#[test]
fn a_client_that_has_to_make_room_is_told() {
    let place = Database::Sqlite.loaded();
    let serving = Serving::start_within(128, place.url());
    let mut first = Wire::open(serving.address);
    first.send("GET /v1/regions HTTP/1.1\r\nHos");
    let _others: Vec<_> = (0..100).map(|_| Wire::open(serving.address)).collect();
    let answer = wire::parse(&first.rest());
    answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after").as_deref(), Some("1"));
}
