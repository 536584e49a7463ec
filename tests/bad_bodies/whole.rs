//! Bodies that are no good as a whole.

use std::io::Write as _;

use serde_json::json;

use super::{Both, Case, Target};
use crate::support::session::with;

/// What must be refused before anybody reads a field of it.
fn wholes(target: &Target) -> Vec<Case> {
    let good = target.good.clone().unwrap_or_else(|| json!({}));
    let text = good.to_string();
    let malformed = |title: &str, body: Vec<u8>| Case::new(title, body).at("", "malformed_json");
    let wrong = |title: &str, body: &str| Case::new(title, body).at("", "wrong_type");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut cases = vec![
        malformed("half an object", text[..text.len() - 1].into()),
        malformed("two objects", format!("{text}{text}").into()),
        malformed("a comma too many", format!("{},}}", &text[..text.len() - 1]).into()),
        malformed("a comment", format!("// {text}").into()),
        malformed("no JSON", b"names=Kirjasto".into()),
        malformed("a byte order mark", format!("\u{FEFF}{text}").into()),
        malformed("UTF-16, least byte first", utf16(u16::to_le_bytes)),
        malformed("UTF-16, greatest byte first", utf16(u16::to_be_bytes)),
        malformed("NUL bytes", vec![0; 100]),
        malformed("a NUL byte at the end", format!("{text}\0").into()),
        malformed("bytes that are not UTF-8", b"{\"names\": {\"fi\": \"\xC3\x28\"}}".into()),
        malformed("a surrogate in bytes", b"{\"names\": {\"fi\": \"\xED\xA0\x80\"}}".into()),
        malformed("a lone surrogate", br#"{"names": {"fi": "\ud800"}}"#.into()),
        malformed("surrogates in the wrong order", br#"{"names": {"fi": "\udc00\ud800"}}"#.into()),
        malformed("1e400", br#"{"names": 1e400}"#.into()),
        malformed("NaN", br#"{"names": NaN}"#.into()),
        malformed("arrays 500,000 deep", "[".repeat(500_000).into()),
        malformed("arrays 500,000 deep, closed", ("[".repeat(500_000) + &"]".repeat(500_000)).into()),
        malformed("objects 150,000 deep", "{\"a\":".repeat(150_000).into()),
        malformed("a field 500,000 deep", format!("{{\"names\": {}", "[".repeat(500_000)).into()),
        Case::new("a number past every reader", r#"{"names": 18446744073709551616}"#).at("/names", "out_of_range"),
        Case::new("a field twice", r#"{"names": 1, "names": 2}"#).at("/names", "repeated_field"),
        Case::new("a field twice, written otherwise", r#"{"names": {"fi": "a", "\u0066i": "b"}}"#)
            .at("/names/fi", "repeated_field"),
        Case::new("a NUL in a text", r#"{"names": {"fi": "a\u0000"}}"#).at("/names/fi", "forbidden_character"),
        Case::new("a NUL in a name", r#"{"a\u0000": 1}"#).at("/a\0", "forbidden_character"),
        wrong("an array", "[]"),
        wrong("an array of the object", &format!("[{text}]")),
        wrong("null", "null"),
        wrong("a text", "\"x\""),
        wrong("a number", "5"),
        wrong("true", "true"),
        Case::new("10 MB", vec![b' '; 10_000_000]).is(413),
        Case::new("just too much", vec![b' '; 1_048_577]).is(413),
    ];
    // An action without a body takes nothing for nothing.
    if target.good.is_some() {
        cases.push(malformed("nothing", Vec::new()));
        cases.push(malformed("a space", b" ".into()));
        cases.push(Case::new("100,000 fields", many_fields(100_000)));
        cases.push(Case::new("a long name", format!("{{\"{}\": 1}}", "~/".repeat(400_000))));
    }
    cases
}

fn many_fields(count: usize) -> Vec<u8> {
    let mut body = vec![b'{'];
    for number in 0..count {
        write!(body, "\"{number}\":1,").unwrap();
    }
    body.extend(b"\"x\":1}");
    body
}

/// Contents that say to be something else.
fn types(target: &Target) -> Vec<Case> {
    let text = target.good.clone().unwrap_or_else(|| json!({})).to_string();
    let refused = |title: &str| Case::new(title, text.as_str()).is(415);
    let codings = ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x"];
    let mut cases: Vec<Case> = codings.map(|coding| refused(coding).with("Content-Encoding", coding)).into();
    if target.good.is_some() {
        let mut types = vec![
            "text/plain",
            "text/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=utf-16",
            "application/json; charset=iso-8859-1",
            "application/problem+json",
            "application/x-ndjson",
            "json",
            "*/*",
            "",
        ];
        if target.operation.method != "patch" {
            types.push("application/merge-patch+json");
        }
        cases.extend(types.into_iter().map(|kind| refused(kind).with("Content-Type", kind)));
        let json = ("Content-Type", "application/json");
        cases.push(refused("two types").with(json.0, json.1).with(json.0, json.1));
    }
    cases
}

/// What the body says of fields that it may not have.
fn unknown_fields(target: &Target) -> Vec<Case> {
    let good = target.good.clone().unwrap_or_else(|| json!({}));
    let names =
        ["colour", "id", "version", "verified_at", "freshness", "reference", "", "Names", "names ", "__proto__"];
    let unknown = |name: &str, pointer: &str| {
        Case::new(&format!("a field {name:?}"), with(&good, &json!({name: "x"})).to_string())
            .at(pointer, "unknown_field")
    };
    let mut cases: Vec<Case> = names.iter().map(|name| unknown(name, &format!("/{name}"))).collect();
    cases.push(unknown("~/", "/~0~1"));
    cases.push(unknown("päivä", "/päivä"));
    for name in ["names", "descriptions", "contact"] {
        if let Some(object) = good.get(name).filter(|object| object.is_object()) {
            let body = with(&good, &json!({name: with(object, &json!({"de": "x"}))})).to_string();
            cases.push(Case::new(&format!("a field in {name}"), body).at(&format!("/{name}/de"), "unknown_field"));
        }
    }
    cases
}

#[test]
fn a_body_that_is_no_object_of_json_is_refused_on_every_write() {
    Both::start().refuse(wholes);
}

#[test]
fn contents_of_another_type_or_coding_are_refused_on_every_write() {
    Both::start().refuse(types);
}

#[test]
fn a_field_that_is_unknown_is_refused_on_every_write() {
    Both::start().refuse(unknown_fields);
}

#[test]
fn a_good_body_with_headers_that_are_none_stores_nothing() {
    Both::start().refuse(|target| {
        let body = target.good.clone().map_or(Vec::new(), |good| good.to_string().into_bytes());
        let refused = |title: &str| Case::new(title, body.clone());
        vec![
            refused("too long a key").with("Idempotency-Key", &"k".repeat(256)),
            refused("too long a precondition").with("If-Match", &"\"1\",".repeat(1_500)),
            refused("an answer of another kind").with("Accept", "text/html").is(406),
            refused("two tokens").with("Authorization", "Bearer x").is(401),
        ]
    });
}
