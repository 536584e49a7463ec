//! What the answers of all operations have in common: errors and headers.

use digituki_domain::invalid::{Form, Invalid, Violation};
use digituki_domain::problem::Code;
use digituki_domain::text::TextLanguage;
use serde_json::{Map, Value, json};

use crate::http::problem::{MEDIA_TYPE, Problem};

/// The errors that operations share.
pub(super) struct Faults;

impl Faults {
    const OF_ALL: [Code; 11] = [
        Code::InvalidRequest,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::NotAcceptable,
        Code::PayloadTooLarge,
        Code::UriTooLong,
        Code::UnsupportedMediaType,
        Code::TooManyRequests,
        Code::InternalError,
        Code::Unavailable,
    ];

    const OF_WRITES: [Code; 6] = [
        Code::Conflict,
        Code::PreconditionFailed,
        Code::PreconditionRequired,
        Code::IdempotencyKeyReused,
        Code::RequestTimeout,
        Code::InsufficientStorage,
    ];

    /// Those that every operation of a kind can meet.
    pub(super) fn of(path: &str, guarded: bool, speaks: bool) -> impl Iterator<Item = Code> {
        let one_object = path.contains('{');
        let counted = !path.starts_with("/health/");
        Self::OF_ALL.into_iter().filter(move |code| match code {
            Code::Unauthenticated | Code::Forbidden => guarded,
            Code::NotFound => one_object,
            Code::TooManyRequests => counted,
            // What answers without a body suits everyone.
            Code::NotAcceptable => speaks,
            _ => true,
        })
    }

    /// What the document calls the answer.
    pub(super) fn name(code: Code) -> String {
        code.as_str().split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
    }

    /// The headers of the answer.
    pub(super) fn headers(code: Code) -> Value {
        let mut headers = common_headers();
        let mut add = |name: &str, of: &str| {
            headers.insert(name.into(), json!({"$ref": format!("#/components/headers/{of}")}));
        };
        match code {
            // A conflict only where the same request is being worked on.
            Code::TooManyRequests | Code::Unavailable | Code::InsufficientStorage | Code::Conflict => {
                add("Retry-After", "RetryAfter");
            }
            Code::Unauthenticated => add("WWW-Authenticate", "WwwAuthenticate"),
            // Where another token could do it.
            Code::Forbidden => {
                headers.insert("WWW-Authenticate".into(), sign_in(CHALLENGE));
            }
            _ => (),
        }
        Value::Object(headers)
    }

    /// The answers that operations refer to.
    pub(super) fn components() -> Value {
        let mut components = Map::new();
        for code in Self::OF_ALL.into_iter().chain(Self::OF_WRITES) {
            components.insert(Self::name(code), Self::answer(code, "/v1/regions"));
        }
        Value::Object(components)
    }

    /// An answer, with an example that was given at a path.
    pub(super) fn answer(code: Code, instance: &str) -> Value {
        let mut headers = Self::headers(code);
        headers["Content-Language"] = json!({"$ref": "#/components/headers/ContentLanguage"});
        let example = match code {
            Code::InvalidRequest => Problem::invalid(example_faults()),
            _ => Problem::new(code),
        };
        let example = example.body(TextLanguage::En, "http://127.0.0.1:8080", Some(instance));
        json!({
            "description": code.title().en,
            "headers": headers,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
        })
    }
}

/// Two faults at once, as a 400 lists them.
fn example_faults() -> Vec<Violation> {
    let allowed = ["limit", "cursor", "as_of", "q", "sort"].map(str::to_owned).to_vec();
    vec![
        Violation::parameter("as_of", Invalid::Malformed { value: "yesterday".into(), expected: Form::Day }),
        Violation::parameter("colour", Invalid::UnknownParameter { allowed }),
    ]
}

fn common_headers() -> Map<String, Value> {
    let names = [("RateLimit", "RateLimit"), ("RateLimit-Policy", "RateLimitPolicy"), ("X-Request-Id", "RequestId")];
    names.into_iter().map(|(name, of)| (name.into(), json!({"$ref": format!("#/components/headers/{of}")}))).collect()
}

/// The headers of an answer that succeeds, by what can be asked for.
pub(super) fn answer_headers(counted: bool, tagged: bool, parameters: &[String]) -> Value {
    let mut headers = common_headers();
    headers.retain(|name, _| counted || !name.starts_with("RateLimit"));
    let asked = |name: &str| parameters.iter().any(|parameter| parameter == name);
    let table = [
        ("ETag", "ETag", tagged),
        ("Link", "Link", asked("cursor")),
        ("Preference-Applied", "PreferenceApplied", asked("Prefer")),
    ];
    for (name, of, _) in table.into_iter().filter(|(.., there)| *there) {
        headers.insert(name.into(), json!({"$ref": format!("#/components/headers/{of}")}));
    }
    Value::Object(headers)
}

fn text(description: &str, max: usize, example: &str) -> Value {
    json!({"description": description, "schema": {"type": "string", "maxLength": max}, "example": example})
}

const CHALLENGE: &str = "Bearer realm=\"digituki\", error=\"invalid_token\"";

pub(super) fn sign_in(challenge: &str) -> Value {
    text("How to sign in, and what was wrong with the token (RFC 6750, RFC 7617).", 1_000, challenge)
}

/// A header that is usually there, but not always.
pub(super) fn sometimes(name: &str) -> Value {
    let mut header = headers()[name].take();
    if let Some(header) = header.as_object_mut() {
        header.remove("required");
    }
    header
}

/// The headers that answers refer to.
pub(super) fn headers() -> Value {
    let always = |mut header: Value| {
        header["required"] = json!(true);
        header
    };
    json!({
        "ContentLanguage": always(text("The language of the problem.", 35, "en")),
        "ETag": always(text(
            "What this answer is known by: version and digest of an object, digest of anything else.",
            100,
            "\"1.0f343b0931126a20f133d67c2b018a3b\""
        )),
        "Link": text("The address of the next page, absolute; left out on the last.", 9_000, "<http://127.0.0.1:8080/v1/regions?limit=2&cursor=eyJ>; rel=\"next\""),
        "Location": {
            "required": true,
            "description": "The address of the new object.",
            "schema": {"type": "string", "format": "uri", "maxLength": 2_000},
            "example": "http://127.0.0.1:8080/v1/providers/019ac0de-0000-7000-8000-000000000000"
        },
        "PreferenceApplied": text("The preference that was followed.", 100, "return=total-count"),
        "RateLimit": text("What is left of the limit (`r`), and the seconds until there is more (`t`).", 100, "\"default\";r=599;t=1"),
        "RateLimitPolicy": text("The limit: so many requests in so many seconds.", 100, "\"default\";q=600;w=60"),
        "RequestId": always(text("Names this request in the log.", 64, "019ac0de-0000-7000-8000-000000000000")),
        "WwwAuthenticate": always(sign_in(CHALLENGE)),
        "RetryAfter": {
            "description": "Seconds to wait before another try.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 604_800},
            "example": 1
        }
    })
}
