//! Bad input of every kind, made from the contract itself: always refused in words, and in the same
//! words on both databases.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::contract::{Operation, Parameter};
use crate::support::problem::faults;
use crate::support::wire::{self, exchange};
use crate::support::{Answer, Contract, Database, Registry};

/// One request and what must come of it.
struct Case {
    request: Vec<u8>,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Refused with exactly this.
    Is(u16),
    /// Refused as the caller's fault.
    Refused,
    /// Good or bad, but an answer.
    Answered,
}

/// Broken characters: NUL, other control characters, bytes that are not UTF-8.
const FORBIDDEN: [&str; 8] = ["%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%0A", "%7F", "%C2%85"];

/// What no parameter with a form takes.
const WRONG: [&str; 17] = [
    "",
    "%20",
    "-1",
    "1e3",
    "0x10",
    "1.5",
    "99999999999999999999999999999",
    "-5000-01-01",
    "NaN",
    "x%27%20OR%201=1--",
    "%22%3B%20drop%20table%20areas%3B--",
    "%25",
    "*",
    "%7B%7D",
    "..%2F..%2Fetc%2Fpasswd",
    "%F0%9F%92%A5",
    "%D9%A1%D9%A2%D9%A3",
];

const WRONG_DAYS: [&str; 9] = [
    "2021-02-29",
    "2020-13-01",
    "2020-2-9",
    "+2020-01-01",
    "1899-12-31",
    "2101-01-01",
    "99999-01-01",
    "2020-01-01T00:00:00Z",
    "20200101",
];

const WRONG_METHODS: [&str; 7] = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"];

impl Case {
    fn get(target: &str, status: Status) -> Self {
        Self::with("GET", target, "", status)
    }

    fn with(method: &str, target: &str, headers: &str, status: Status) -> Self {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: registry.test\r\nX-Request-Id: bad-input-1\r\n\
             Connection: close\r\n{headers}\r\n"
        );
        Self { request: request.into_bytes(), status }
    }

    fn title(&self) -> String {
        let line = self.request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        String::from_utf8_lossy(line).chars().take(160).collect()
    }

    /// Everything that is wrong with its answer.
    fn judge(&self, answer: &Answer, codes: &[String]) -> Vec<String> {
        let status = answer.status;
        let mut found = match self.status {
            Status::Is(expected) if status != expected => vec![format!("{status} instead of {expected}")],
            Status::Refused if !(400..500).contains(&status) => vec![format!("{status} instead of a refusal")],
            _ if status >= 500 => vec![format!("{status}")],
            _ => Vec::new(),
        };
        if status >= 400 {
            found.extend(faults(answer, codes));
        }
        if status == 405 && answer.header("allow").is_none() {
            found.push("no Allow".into());
        }
        found
    }
}

/// The least good target, ready for one more parameter.
fn open_query(operation: &Operation, without: &str) -> String {
    let target = operation.least_target();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(without));
    let mut open = format!("{path}?");
    for pair in kept {
        write!(open, "{pair}&").unwrap();
    }
    open
}

fn of_operation(operation: &Operation) -> Vec<Case> {
    let open = open_query(operation, "");
    let whole = operation.example_target();
    let refused = |target: String| Case::get(&target, Status::Is(400));
    let mut cases = Vec::from(
        ["text/html", "application/json;q=0"]
            .map(|accept| Case::with("GET", &whole, &format!("Accept: {accept}\r\n"), Status::Is(406))),
    );
    cases.extend([
        refused(format!("{open}colour=red")),
        refused(format!("{open}=")),
        refused(format!("{open}%00=1")),
        refused(format!("{open}%FF=1")),
        refused(format!("{open}%F0%9F%92%A5=1")),
        refused(format!("{open}{}", "colour=red&".repeat(1_000))),
        refused(format!("{open}{}=1", "x".repeat(20_000))),
        Case::get(&format!("{open}{}", "x".repeat(100_000)), Status::Is(414)),
        Case::get(&format!("{}/", operation.path_with("", "")), Status::Is(404)),
        Case::get(&format!("{}/x/y/z", operation.path_with("", "")), Status::Is(404)),
        Case::with("GET", &whole, "Content-Encoding: gzip\r\n", Status::Is(415)),
        Case::with("GET", &whole, "Content-Length: 1048577\r\n", Status::Is(413)),
        Case::with("GET", &whole, "Content-Length: 18446744073709551615\r\n", Status::Is(413)),
        Case::with("GET", &whole, "Accept: \u{e4}\r\nAccept-Language: \u{e4}\r\n", Status::Answered),
        Case::with("GET", &whole, "If-None-Match: \"\u{e4}\r\nPrefer: \u{e4}=;;,\r\n", Status::Answered),
    ]);
    cases.extend(WRONG_METHODS.map(|method| Case::with(method, &whole, "Content-Length: 0\r\n", Status::Is(405))));
    for parameter in operation.in_place("query") {
        cases.extend(of_query_parameter(operation, parameter));
    }
    for parameter in operation.in_place("path") {
        let with = |value: &str| operation.path_with(&parameter.name, value);
        let long = "9".repeat(5_000);
        cases.extend(FORBIDDEN.map(|value| Case::get(&with(value), Status::Refused)));
        cases.extend(WRONG.map(|value| Case::get(&with(value), Status::Refused)));
        cases.extend(["a%2Fb", "%2e%2e", "%", "%zz", &long].map(|value| Case::get(&with(value), Status::Refused)));
    }
    cases
}

fn of_query_parameter(operation: &Operation, parameter: &Parameter) -> Vec<Case> {
    let name = &parameter.name;
    let open = open_query(operation, name);
    let with = |value: &str| format!("{open}{name}={value}");
    let refused = |target: String| Case::get(&target, Status::Is(400));
    let good = good_value(parameter).unwrap_or_else(|| "x".into());
    let mut cases = vec![
        refused(format!("{open}{name}[]={good}")),
        refused(format!("{open}{name}[0]={good}")),
        refused(format!("{open}{name}%00={good}")),
        refused(format!("{open}{}={good}", name.to_uppercase())),
        refused(format!("{open}%20{name}={good}")),
        Case::get(&format!("{open}{name}={good}"), Status::Answered),
        refused(with("")),
        refused(format!("{open}{name}")),
        refused(with(&"9".repeat(5_000))),
    ];
    cases.extend(FORBIDDEN.map(|value| refused(with(value))));
    if parameter.is_list() {
        let most = usize::try_from(parameter.schema["maxItems"].as_u64().unwrap_or(100)).unwrap();
        cases.push(refused(format!("{open}{}", format!("{name}={good}&").repeat(most + 1))));
        cases.push(refused(format!("{open}{name}={good}&{name}=%00")));
        cases.push(refused(format!("{open}{name}={good},{good}")));
    } else {
        cases.push(refused(format!("{open}{name}={good}&{name}={good}")));
        cases.push(refused(format!("{open}{name}={good}&{name}=")));
    }
    if parameter.is_free_text() {
        cases.extend(WRONG[1..].iter().map(|value| Case::get(&with(value), Status::Answered)));
    } else {
        cases.extend(WRONG.map(|value| refused(with(value))));
    }
    if parameter.schema["format"] == "date" {
        cases.extend(WRONG_DAYS.map(|value| refused(with(value))));
    }
    cases
}

/// A value that the contract shows or allows.
fn good_value(parameter: &Parameter) -> Option<String> {
    let items = if parameter.is_list() { &parameter.schema["items"] } else { &parameter.schema };
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let shown = parameter.example_values().into_iter().next();
    let allowed = || items["enum"].get(0).or_else(|| items["examples"].get(0)).and_then(text);
    let day = || (items["format"] == "date").then(|| "2020-06-01".to_owned());
    shown.or_else(allowed).or_else(day).or_else(|| (parameter.name == "limit").then(|| "5".to_owned()))
}

/// The lines of an answer that must not depend on which database: all but the date, and the id that
/// a request gets which nobody could read.
fn lines(answer: &Answer) -> BTreeSet<String> {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "x-request-id");
    let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    headers.chain([answer.status.to_string(), answer.text()]).collect()
}

#[test]
fn bad_input_is_refused_in_the_same_words_on_both_databases() {
    let flags = ["--public-url", "http://registry.test"];
    let both = [Database::Sqlite, Database::Postgres].map(|database| Registry::start_with(database, &flags));
    let codes = Contract::codes(&both[0]);
    let mut operations = Contract::of(&both[0]).reads();
    // Each registry has keys of its own.
    operations.retain(|operation| operation.id != "get_keys");
    assert!(operations.len() > 20);
    let cases: Vec<Case> = operations.iter().flat_map(of_operation).collect();

    let mut violations = Vec::new();
    for case in &cases {
        let [one, other] = both.each_ref().map(|registry| wire::parse(&exchange(registry.address, &case.request)));
        for fault in case.judge(&one, &codes) {
            violations.push(format!("{}: {fault}", case.title()));
        }
        let (one, other) = (lines(&one), lines(&other));
        if one != other {
            let differences: Vec<_> = one.symmetric_difference(&other).collect();
            violations.push(format!("{}: SQLite and PostgreSQL differ: {differences:?}", case.title()));
        }
    }
    for registry in &both {
        assert_eq!(registry.get("/health/ready").status, 200, "the server goes on");
    }
    assert!(violations.is_empty(), "{} of {} requests:\n{}", violations.len(), cases.len(), violations.join("\n"));
}
