//! What every problem must be (RFC 9457, and the contract).

use serde_json::Value;

use crate::support::Answer;

/// Words of the machinery, in small letters: none may show in an answer.
const FORBIDDEN: [&str; 31] = [
    "select ",
    "insert into",
    "delete from",
    "where ",
    "sqlite",
    "postgres",
    "psql",
    "libpq",
    "diesel",
    "r2d2",
    "actix",
    "serde",
    "utoipa",
    "tokio",
    "panicked",
    "unwrap",
    "::",
    "some(",
    "none)",
    "err(",
    "ok(",
    ".rs",
    "invalid digit",
    "parseint",
    "syntax error",
    "relation \"",
    "no such table",
    "constraint",
    "backtrace",
    "utf8error",
    "deserializ",
];

const FIELDS: [&str; 8] = ["type", "title", "status", "detail", "instance", "code", "errors", "successor"];
const FAULT_FIELDS: [&str; 4] = ["parameter", "pointer", "code", "message"];

/// Everything that is wrong with an answer that should be a problem; `codes` are those of `/v1/problems`.
pub(crate) fn faults(answer: &Answer, codes: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let header = |name: &str| answer.header(name).unwrap_or_default();
    expect((400..600).contains(&answer.status), format!("status {}", answer.status));
    expect(header("content-type") == "application/problem+json", format!("content type {:?}", header("content-type")));
    expect(!header("content-language").is_empty(), "no Content-Language".into());
    expect(header("cache-control") == "no-store", format!("cache control {:?}", header("cache-control")));
    expect(header("x-content-type-options") == "nosniff", "no nosniff".into());
    let text = answer.text();
    let lower = text.to_lowercase();
    for word in FORBIDDEN {
        expect(!lower.contains(word), format!("says {word:?}: {text}"));
    }
    let Ok(body) = serde_json::from_str::<Value>(&text) else {
        faults.push(format!("no JSON: {text:?}"));
        return faults;
    };
    for field in FIELDS {
        expect(body.get(field).is_some(), format!("lacks {field}: {body}"));
    }
    for field in ["title", "detail"] {
        expect(body[field].as_str().is_some_and(|text| !text.is_empty()), format!("{field} says nothing: {body}"));
    }
    expect(body["status"] == answer.status, format!("status {} says {}", answer.status, body["status"]));
    let code = body["code"].as_str().unwrap_or_default();
    let known = |code: &str| codes.iter().any(|known| known == code);
    expect(known(code), format!("unknown code {code:?}"));
    let kind = body["type"].as_str().unwrap_or_default();
    expect(kind.starts_with("http") && kind.ends_with(&format!("/v1/problems/{code}")), format!("type {kind}"));
    for fault in body["errors"].as_array().into_iter().flatten() {
        for field in FAULT_FIELDS {
            expect(fault.get(field).is_some(), format!("a fault lacks {field}: {fault}"));
        }
        expect(fault["code"].as_str().is_some_and(known), format!("unknown code of a fault: {fault}"));
        expect(
            fault["message"].as_str().is_some_and(|text| !text.is_empty()),
            format!("a fault says nothing: {fault}"),
        );
        let places = [&fault["parameter"], &fault["pointer"]];
        expect(places.iter().any(|place| place.is_string()), format!("a fault is nowhere: {fault}"));
    }
    if code == "invalid_request" {
        expect(body["errors"].as_array().is_some_and(|errors| !errors.is_empty()), format!("names no fault: {body}"));
    }
    faults
}

impl Answer {
    /// Fails unless this is a problem with the status and the code; gives its body.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        let faults = faults(self, &[code.to_owned()].into_iter().chain(self.codes_of_faults()).collect::<Vec<_>>());
        assert!(faults.is_empty(), "{faults:#?}");
        self.json()
    }

    /// The codes of the faults that a problem lists, in its order.
    pub(crate) fn codes_of_faults(&self) -> Vec<String> {
        let errors = self.json()["errors"].take();
        errors.as_array().into_iter().flatten().filter_map(|fault| fault["code"].as_str().map(str::to_owned)).collect()
    }
}
