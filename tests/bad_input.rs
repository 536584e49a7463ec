//! Bad input of every kind, made from the contract itself: always refused in words, and in the same
//! words on both databases.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::thread;

use crate::support::contract::{Operation, Parameter};
use crate::support::problem::faults;
use crate::support::stage::Request;
use crate::support::wire::{self, exchange};
use crate::support::{Answer, Contract, Database, Stage, canon};

/// One request and what must come of it.
struct Case {
    request: Request,
    status: Status,
}

/// Makes cases out of the good request of an operation.
struct Cases<'a> {
    stage: &'a Stage,
    operation: &'a Operation,
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

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"];

impl Case {
    fn title(&self) -> String {
        format!("{} {}", self.request.method, self.request.target).chars().take(160).collect()
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
        if self.request.target.starts_with("/oauth2/token") && [400, 401].contains(&status) {
            // An object of OAuth's own (RFC 6749, 5.2).
            let said = answer.json();
            let told = ["error", "error_description"].iter().all(|field| said[field].is_string());
            found.extend((!told).then(|| format!("says not why: {said}")));
        } else if status >= 400 {
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

impl Cases<'_> {
    fn all(&self) -> Vec<Case> {
        let Self { stage, operation } = self;
        let open = open_query(operation, "");
        let whole = stage.request(operation);
        let refused = |target: String| self.to(&target, Status::Is(400));
        let with = |name: &str, value: &str, status| Case { request: whole.clone().with(name, value), status };
        let path = operation.path_with("", "");
        // A byte more than is taken.
        let longest_body = if operation.id == "load_need_indicators" { "67108865" } else { "1048577" };
        let mut cases = vec![
            refused(format!("{open}colour=red")),
            refused(format!("{open}=")),
            refused(format!("{open}%00=1")),
            refused(format!("{open}%FF=1")),
            refused(format!("{open}%F0%9F%92%A5=1")),
            refused(format!("{open}{}", "colour=red&".repeat(1_000))),
            refused(format!("{open}{}=1", "x".repeat(20_000))),
            self.to(&format!("{open}{}", "x".repeat(100_000)), Status::Is(414)),
            self.to(&format!("{path}/"), Status::Is(404)),
            self.to(&format!("{path}/x/y/z"), Status::Is(404)),
            with("Content-Encoding", "gzip", Status::Is(415)),
            with("Content-Length", longest_body, Status::Is(413)),
            with("Content-Length", "18446744073709551615", Status::Is(413)),
        ];
        if !operation.formats().is_empty() {
            let unacceptable = ["text/html", "application/json;q=0"];
            cases.extend(unacceptable.map(|accept| with("Accept", accept, Status::Is(406))));
        }
        if !operation.writes() {
            cases.extend([
                with("Accept-Language", "\u{e4}", Status::Answered),
                with("Accept", "\u{e4}", Status::Answered),
                with("If-None-Match", "\"\u{e4}", Status::Answered),
                with("Prefer", "\u{e4}=;;,", Status::Answered),
            ]);
        }
        for parameter in ["If-Match", "Idempotency-Key"].iter().filter_map(|name| operation.parameter(name)) {
            // A tag is opaque: any may be one that is not the object's.
            let formed = |value| parameter.name == "Idempotency-Key" && parameter.allows(value);
            let wrong = ["\u{e4} \u{e4}", "", ",,,", "\"", "a\tb"];
            let status = |value| if formed(value) { Status::Answered } else { Status::Refused };
            cases.extend(wrong.map(|value| with(&parameter.name, value, status(value))));
        }
        let operations = stage.contract.operations();
        let served = |method: &str| {
            operations.iter().any(|other| other.path == operation.path && other.method.eq_ignore_ascii_case(method))
        };
        for method in METHODS.into_iter().filter(|method| !served(method)) {
            cases.push(Case { request: whole.clone().by(method).carrying(""), status: Status::Is(405) });
        }
        cases.extend(operation.in_place("query").flat_map(|parameter| self.of_query_parameter(parameter)));
        cases.extend(operation.in_place("path").flat_map(|parameter| self.of_path_parameter(parameter)));
        cases.extend(self.of_body());
        cases
    }

    /// The good request, to another address.
    fn to(&self, target: &str, status: Status) -> Case {
        Case { request: self.stage.request_to(self.operation, target), status }
    }

    fn of_path_parameter(&self, parameter: &Parameter) -> Vec<Case> {
        let with = |value: &str, status| self.to(&self.operation.path_with(&parameter.name, value), status);
        let long = "9".repeat(5_000);
        let mut cases: Vec<_> = FORBIDDEN.map(|value| with(value, Status::Refused)).into();
        cases.extend(
            ["a%2Fb", "%2e%2e", "%", "%zz", &long]
                .map(|value| with(value, if parameter.allows(value) { Status::Answered } else { Status::Refused })),
        );
        cases.extend(WRONG.map(|value| {
            // What fits its form may be what an object is called from now on.
            with(value, if parameter.allows(value) { Status::Answered } else { Status::Refused })
        }));
        cases
    }

    /// Bytes that are no body at all.
    fn of_body(&self) -> Vec<Case> {
        let Some(body) = self.operation.body() else { return Vec::new() };
        let bodies: [&[u8]; 12] = [
            b"",
            b" ",
            b"{",
            b"[]",
            b"null",
            b"{}{}",
            b"\xEF\xBB\xBF{}",
            b"\xFF\xFE{\0}\0",
            b"{\"names\": {\"fi\": \"a\\u0000\"}}",
            b"{\"a\": 1, \"a\": 1}",
            b"{\"a\": 1e999}",
            b"{\"__proto__\": {\"x\": 1}}",
        ];
        let good = self.stage.request(self.operation);
        let mut cases: Vec<_> =
            bodies.map(|body| Case { request: good.clone().carrying(body), status: Status::Is(400) }).into();
        let deep = "[".repeat(100_000);
        cases.push(Case { request: good.carrying(deep), status: Status::Is(400) });
        assert!(!body.schema.is_null());
        cases
    }

    fn of_query_parameter(&self, parameter: &Parameter) -> Vec<Case> {
        let name = &parameter.name;
        let open = open_query(self.operation, name);
        let with = |value: &str| format!("{open}{name}={value}");
        let refused = |target: String| self.to(&target, Status::Is(400));
        let answered = |target: String| self.to(&target, Status::Answered);
        let good = good_value(parameter).unwrap_or_else(|| "x".into());
        let mut cases = vec![
            refused(format!("{open}{name}[]={good}")),
            refused(format!("{open}{name}[0]={good}")),
            refused(format!("{open}{name}%00={good}")),
            refused(format!("{open}{}={good}", name.to_uppercase())),
            refused(format!("{open}%20{name}={good}")),
            answered(format!("{open}{name}={good}")),
            refused(with("")),
            refused(format!("{open}{name}")),
            refused(with(&"9".repeat(5_000))),
        ];
        cases.extend(FORBIDDEN.map(|value| refused(with(value))));
        if parameter.is_list() {
            let most = usize::try_from(parameter.schema["maxItems"].as_u64().unwrap_or(100)).unwrap();
            cases.push(refused(format!("{open}{}", format!("{name}={good}&").repeat(most + 1))));
            cases.push(refused(format!("{open}{name}={good}&{name}=%00")));
            let joined = format!("{good},x");
            let target = with(&joined);
            cases.push(if parameter.allows(&joined) { answered(target) } else { refused(target) });
        } else {
            cases.push(refused(format!("{open}{name}={good}&{name}={good}")));
            cases.push(refused(format!("{open}{name}={good}&{name}=")));
        }
        for value in WRONG {
            // A cursor has a form that only the registry knows.
            let allowed = parameter.allows(value) && name != "cursor";
            cases.push(if allowed { answered(with(value)) } else { refused(with(value)) });
        }
        if parameter.schema["format"] == "date" {
            cases.extend(WRONG_DAYS.map(|value| refused(with(value))));
        }
        cases
    }
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
/// a request gets which nobody could read. What a database of its own calls things is called as in the document.
fn lines(stage: &Stage, answer: &Answer) -> BTreeSet<String> {
    let said = answer.text();
    let text =
        serde_json::from_str(&stage.there(&said)).map_or_else(|_| said.clone(), |body| canon::of(body).to_string());
    let differs = |name: &str| match name {
        // Something new has an id of its own.
        "date" | "x-request-id" | "location" => true,
        "etag" | "content-length" | "link" => text != said,
        _ => false,
    };
    let headers = answer.headers.iter().filter(|(name, _)| !differs(name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    headers.chain([answer.status.to_string(), text.clone()]).map(|line| stage.there(&line)).collect()
}

#[test]
fn bad_input_is_refused_in_the_same_words_on_both_databases() {
    let flags = ["--public-url", "http://registry.test"];
    let both = [Database::Sqlite, Database::Postgres].map(|database| Stage::start_with(database, &flags));
    let codes = Contract::codes(&both[0].registry);
    let operations = both[0].in_order();
    assert!(operations.len() > 40, "{}", operations.len());
    let cases = both.each_ref().map(|stage| {
        let mut cases: Vec<_> = operations.iter().flat_map(|operation| Cases { stage, operation }.all()).collect();
        for case in &mut cases {
            case.request = case.request.clone().with("X-Request-Id", "bad-input-1");
        }
        cases
    });

    let mut violations = Vec::new();
    // Side by side: there are thousands.
    let [ones, others] = thread::scope(|scope| {
        let asked = [0, 1].map(|one| {
            let requests: Vec<_> = cases[one].iter().map(|case| case.request.bytes()).collect();
            let address = both[one].registry.address;
            scope.spawn(move || requests.iter().map(|bytes| exchange(address, bytes)).collect::<Vec<_>>())
        });
        asked.map(|asked| asked.join().unwrap())
    });
    for (case, (one, other)) in cases[0].iter().zip(ones.iter().zip(&others)) {
        let [one, other] = [one, other].map(|answer| wire::parse(answer));
        for fault in case.judge(&one, &codes) {
            violations.push(format!("{}: {fault}", case.title()));
        }
        let (one, other) = (lines(&both[0], &one), lines(&both[1], &other));
        if one != other {
            let differences: Vec<_> = one.symmetric_difference(&other).collect();
            violations.push(format!("{}: SQLite and PostgreSQL differ: {differences:?}", case.title()));
        }
    }
    for stage in &both {
        assert_eq!(stage.registry.get("/health/ready").status, 200, "the server goes on");
    }
    assert!(violations.is_empty(), "{} of {} requests:\n{}", violations.len(), cases[0].len(), violations.join("\n"));
}
