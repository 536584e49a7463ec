//! Requests that no handler sees, as bytes: each gets a complete answer.

use rstest::rstest;

use crate::support::wire::{self, Wire, assert_refused, exchange, get};
use crate::support::{Database, Registry};

/// The longest request target that reaches the application.
const LONGEST_TARGET: usize = 65_534;

fn long(bytes: usize) -> String {
    format!("/{}", "a".repeat(bytes - 1))
}

/// These have no business with a database: one kind is enough, and it is there without a server.
fn start(flags: &[&str]) -> Registry {
    Registry::start_with(Database::Sqlite, flags)
}

#[rstest]
#[case(LONGEST_TARGET + 1)]
#[case(70_000)]
#[case(100_000)]
#[case(131_072)]
#[case(3_000_000)]
fn a_uri_that_is_too_long_is_414(#[case] bytes: usize) {
    assert_refused(&exchange(start(&[]).address, get(&long(bytes))), 414, "uri_too_long");
}

#[test]
fn the_longest_uri_reaches_the_application() {
    let registry = start(&[]);
    let request = format!("GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", long(LONGEST_TARGET));
    wire::parse(&exchange(registry.address, request)).problem(404, "unknown_route");
}

#[test]
fn heads_that_are_too_large_are_431() {
    let registry = start(&[]);
    for size in [200_000, 3_000_000] {
        let request = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "a".repeat(size));
        assert_refused(&exchange(registry.address, request), 431, "header_fields_too_large");
    }
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(100));
    assert_refused(&exchange(registry.address, request), 431, "header_fields_too_large");
}

#[rstest]
#[case(b"GET / HTTP/9.9\r\nHost: x\r\n\r\n")]
#[case(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xde\xad\xbe\xef\r\n\r\n")]
#[case(b"\x00\x01\x02\x03")]
#[case(b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\nHost: x\r\nX A: b\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n folded\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\n\r\n")]
#[case(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
#[case(b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case(b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case(b"GET /\r\n\r\n")]
#[case(b"G@T / HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n")]
#[case(b"POST /v1/regions HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
fn what_is_not_http_is_400(#[case] request: &[u8]) {
    assert_refused(&exchange(start(&[]).address, request), 400, "malformed_request");
}

#[test]
fn a_refused_head_request_gets_no_body() {
    let registry = start(&[]);
    let answer = exchange(registry.address, format!("HEAD {} HTTP/1.1\r\nHost: x\r\n\r\n", long(70_000)));
    assert!(answer.starts_with("HTTP/1.1 414 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(!answer.contains("content-length: 0"), "{answer}");
}

#[test]
fn a_refusal_says_under_which_address_its_problem_is_described() {
    let registry = start(&["--public-url", "https://registry.example"]);
    let problem = assert_refused(&exchange(registry.address, "\0"), 400, "malformed_request");
    assert_eq!(problem["type"], "https://registry.example/v1/problems/malformed_request");
    assert_eq!(problem["instance"], serde_json::json!(null));
}

#[rstest]
#[case("")]
#[case("\r\n")]
#[case("GET / HT")]
#[case("GET / HTTP/1.1\r\nHost: x\r\nX-A: ")]
fn a_head_that_does_not_arrive_in_time_is_408(#[case] start_of_head: &str) {
    let registry = start(&["--head-timeout", "1"]);
    assert_refused(&exchange(registry.address, start_of_head), 408, "request_timeout");

    // The same behind a request that was answered: resting is no offence, beginning and stopping is one.
    if !start_of_head.is_empty() {
        let mut wire = Wire::open(registry.address);
        wire.send(get("/health/live"));
        assert_eq!(wire.answer().status, 200);
        wire.send(start_of_head);
        assert_refused(&wire.rest(), 408, "request_timeout");
    }
}

#[test]
fn a_connection_that_rests_too_long_ends_without_a_word() {
    let registry = start(&["--keep-alive", "1"]);
    let mut wire = Wire::open(registry.address);
    wire.send(get("/health/live"));
    assert_eq!(wire.answer().status, 200);
    assert_eq!(wire.rest(), "");
}

#[test]
fn a_client_that_stops_in_the_middle_of_a_head_is_told() {
    let registry = start(&[]);
    for answered_before in [false, true] {
        for (sent, told) in [("GET / HTTP/1.1\r\nHos", true), ("", false)] {
            let mut wire = Wire::open(registry.address);
            if answered_before {
                wire.send(get("/health/live"));
                assert_eq!(wire.answer().status, 200);
            }
            wire.send(sent);
            wire.finish_sending();
            let rest = wire.rest();
            if told {
                assert_refused(&rest, 400, "malformed_request");
            } else {
                assert_eq!(rest, "");
            }
        }
    }
}

#[test]
fn a_client_that_is_still_sending_receives_the_answer() {
    let registry = start(&[]);
    let table = [
        ("GET /", 414, "uri_too_long"),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-Big: ", 431, "header_fields_too_large"),
        ("\0", 400, "malformed_request"),
    ];
    for (start, status, code) in table {
        let mut wire = Wire::open(registry.address);
        wire.send(start);
        for _ in 0..20 {
            wire.send("a".repeat(20_000));
        }
        wire.finish_sending();
        assert_refused(&wire.rest(), status, code);
    }
}

#[test]
fn garbage_behind_answered_requests_gets_its_own_answer() {
    let registry = start(&[]);
    let bytes = [&get("/health/live")[..], &get("/nothing"), b"\0garbage\r\n\r\n"].concat();
    let mut wire = Wire::open(registry.address);
    wire.send(bytes);
    assert_eq!(wire.answer().json()["status"], "live");
    wire.answer().problem(404, "unknown_route");
    assert_refused(&wire.rest(), 400, "malformed_request");

    let mut wire = Wire::open(registry.address);
    wire.send([&b"HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\n"[..], b"\0garbage"].concat());
    assert_eq!(wire.answer_without_body().status, 200);
    assert_refused(&wire.rest(), 400, "malformed_request");
}

#[test]
fn a_connection_serves_many_requests() {
    let registry = start(&[]);
    let mut wire = Wire::open(registry.address);
    for _ in 0..5 {
        wire.send(get("/v1/regions/06"));
        let answer = wire.answer();
        assert_eq!(answer.json()["code"], "06");
        wire.send(get("/nothing"));
        wire.answer().problem(404, "unknown_route");
        wire.send("HEAD /v1/regions/06 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(wire.answer_without_body().header("etag"), answer.header("etag"));
        wire.send(format!(
            "GET /v1/regions/06 HTTP/1.1\r\nHost: x\r\nIf-None-Match: {}\r\n\r\n",
            answer.header("etag").unwrap()
        ));
        assert_eq!(wire.answer_without_body().status, 304);
    }
}

#[test]
fn an_early_answer_survives_a_body_that_nobody_reads() {
    let registry = start(&["--body-limit", "100000000"]);
    for end in [false, true] {
        let mut wire = Wire::open(registry.address);
        wire.send("POST /v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
        for _ in 0..50 {
            wire.send("a".repeat(100_000));
        }
        if end {
            wire.finish_sending();
        }
        wire.answer().problem(405, "method_not_allowed");
    }
}

#[rstest]
#[case("zz\r\nabc\r\n")]
#[case("3\r\nabcdef\r\n")]
#[case("ffffffffffffffffff\r\n")]
fn a_body_in_broken_chunks_ends_the_connection_after_one_answer(#[case] chunk: &str) {
    let registry = start(&[]);
    let head = "POST /v1/regions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut wire = Wire::open(registry.address);
    wire.send(format!("{head}{chunk}"));
    // Whichever is found first, the wrong method or the broken chunk.
    let answer = wire.answer();
    let code = if answer.status == 405 { "method_not_allowed" } else { "malformed_request" };
    answer.problem(answer.status, code);
    assert_eq!(answer.header("connection").as_deref(), Some("close"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn odd_but_valid_requests_are_answered() {
    let registry = start(&[]);
    let table = [
        ("GET /health/live HTTP/1.0\r\n\r\n", 200),
        ("\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
        ("GET http://anything/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
        ("GET //health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        ("GET /health/live/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        ("GET /health/../v1/regions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        ("GET /%2e%2e/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        ("GET /health/live? HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
        ("GET /health/live?#x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
    ];
    for (request, status) in table {
        let answer = wire::parse(&exchange(registry.address, request));
        assert_eq!(answer.status, status, "{request}");
        if status != 200 {
            answer.problem(404, "unknown_route");
        }
    }
}
