//! What a client asks of the token endpoint, read from its form and its headers.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use digituki_domain::policy::Scope;
use digituki_domain::problem::Code;
use percent_encoding::percent_decode;
use utoipa::ToSchema;

use crate::http::problem::Problem;
use crate::oauth::{Failure, Reason, Refusal};

/// The longest value of a parameter, in characters.
const LONGEST_FIELD: usize = 500;
const FORM: &str = "application/x-www-form-urlencoded";

/// How a client asks for a token. Its id and secret stand here, or in the `Authorization` header by HTTP
/// Basic; not in both.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the document's alone: a form is read by hand, which sees what comes twice")]
#[schema(as = TokenRequest)]
pub(super) struct Fields {
    /// `client_credentials`.
    #[schema(min_length = 1, max_length = 500, example = "client_credentials")]
    grant_type: String,
    /// The client's id.
    #[schema(min_length = 1, max_length = 500, example = "019ac0de-0000-7000-8000-000000000000")]
    client_id: String,
    /// The client's secret.
    #[schema(
        min_length = 1,
        max_length = 500,
        format = "password",
        example = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYw"
    )]
    client_secret: String,
    /// The scopes that the token is to allow, with spaces between them; all that the client may have,
    /// when left out.
    #[schema(min_length = 1, max_length = 500, example = "read")]
    scope: String,
}

/// A request for a token, whose form holds.
pub(super) struct TokenRequest {
    /// None where it came without any that can be read.
    pub(super) credentials: Option<Credentials>,
    /// All that the client may have, where it does not say.
    pub(super) scopes: Option<Vec<Scope>>,
}

/// What a client proves itself with.
pub(super) struct Credentials {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

impl TokenRequest {
    pub(super) fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case(FORM) {
            return Err(Problem::new(Code::UnsupportedMediaType).with_header(header::ACCEPT, FORM).into());
        }
        if !request.query_string().is_empty() {
            // Addresses end up in logs.
            return Err(invalid("The parameters belong in the body."));
        }
        let mut fields = fields(body)?;
        match fields.remove("grant_type").as_deref() {
            Some("client_credentials") => (),
            Some(_) => {
                let why = "The grant type is not supported; client_credentials is.";
                return Err(Refusal::new(Reason::UnsupportedGrantType, why).into());
            }
            None => return Err(invalid("The grant type is missing.")),
        }
        let credentials = credentials(request.headers(), fields.remove("client_id"), fields.remove("client_secret"))?;
        let scopes = fields.remove("scope").map(|scope| scopes(&scope)).transpose()?;
        Ok(Self { credentials, scopes })
    }
}

/// The fields of a form; one without a value counts as left out (RFC 6749, 3.2).
fn fields(body: &[u8]) -> Result<HashMap<String, String>, Failure> {
    let mut fields = HashMap::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || decode(halves.next().unwrap_or_default());
        let (Some(name), Some(value)) = (half(), half()) else {
            return Err(invalid("The form holds a control character, or bytes that are not UTF-8."));
        };
        if fields.insert(name, value).is_some() {
            return Err(invalid("A parameter is repeated."));
        }
    }
    fields.retain(|_, value| !value.is_empty());
    // What OAuth may add some day is passed over, however long it is (RFC 6749, 3.2).
    let known = ["grant_type", "client_id", "client_secret", "scope"].map(|name| fields.get(name));
    if known.into_iter().flatten().any(|value| value.chars().count() > LONGEST_FIELD) {
        return Err(invalid("A parameter is longer than 500 characters."));
    }
    Ok(fields)
}

/// A piece of a form, in which a plus is a space.
fn decode(piece: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = piece.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = String::from_utf8(percent_decode(&spaced).collect()).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

fn credentials(
    headers: &HeaderMap,
    id: Option<String>,
    secret: Option<String>,
) -> Result<Option<Credentials>, Failure> {
    let mut given = headers.get_all(header::AUTHORIZATION);
    let Some(basic) = given.next() else {
        let both = id.zip(secret);
        return Ok(both.map(|(client_id, client_secret)| Credentials { client_id, client_secret }));
    };
    if secret.is_some() || given.next().is_some() {
        return Err(invalid("The client proves itself in more than one way."));
    }
    let credentials = basic.to_str().ok().and_then(by_basic);
    match (&credentials, id) {
        (Some(credentials), Some(id)) if credentials.client_id != id => {
            Err(invalid("The client gives two different ids."))
        }
        _ => Ok(credentials),
    }
}

/// HTTP Basic, of which each half is encoded like a form (RFC 6749, 2.3.1).
fn by_basic(value: &str) -> Option<Credentials> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())??;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some(Credentials { client_id: decode(&decoded[..colon])?, client_secret: decode(&decoded[colon + 1..])? })
}

fn scopes(text: &str) -> Result<Vec<Scope>, Failure> {
    let mut scopes = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let scope = word.parse().map_err(|_| Refusal::new(Reason::InvalidScope, "The scope is not known."))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

fn invalid(why: &'static str) -> Failure {
    Refusal::new(Reason::InvalidRequest, why).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(authorization: &[&str], body: &str) -> Result<(String, String), Reason> {
        let mut request = TestRequest::post().insert_header((header::CONTENT_TYPE, FORM));
        for value in authorization {
            request = request.append_header((header::AUTHORIZATION, *value));
        }
        match TokenRequest::read(&request.to_http_request(), body.as_bytes()) {
            Ok(asked) => Ok(asked.credentials.map(|it| (it.client_id, it.client_secret)).unwrap_or_default()),
            Err(Failure::Refusal(refusal)) => Err(refusal.error),
            Err(Failure::Problem(problem)) => panic!("{problem}"),
        }
    }

    #[test]
    fn a_client_proves_itself_in_one_way() {
        let grant = "grant_type=client_credentials";
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let who = |id: &str, secret: &str| Ok((id.to_owned(), secret.to_owned()));
        let table = [
            (vec![], format!("{grant}&client_id=a&client_secret=b"), who("a", "b")),
            (vec![basic("a:b")], grant.to_owned(), who("a", "b")),
            (vec![basic("a%3A+:b%2B:c")], grant.to_owned(), who("a: ", "b+:c")),
            (vec![basic("a:b")], format!("{grant}&client_id=a&client_secret="), who("a", "b")),
            (vec![basic("a:b")], format!("{grant}&client_id=x"), Err(Reason::InvalidRequest)),
            (vec![basic("a:b")], format!("{grant}&client_id=a&client_secret=b"), Err(Reason::InvalidRequest)),
            (vec![basic("a:b"), basic("a:b")], grant.to_owned(), Err(Reason::InvalidRequest)),
            (vec![basic("ab")], grant.to_owned(), who("", "")),
            (vec!["Basic %".into()], grant.to_owned(), who("", "")),
            (vec!["Bearer x".into()], grant.to_owned(), who("", "")),
            (vec![], format!("{grant}&client_id=a"), who("", "")),
            (vec![], format!("{grant}&unknown=1&client_id=a&client_secret=b"), who("a", "b")),
            (vec![], format!("{grant}&{grant}"), Err(Reason::InvalidRequest)),
            (vec![], format!("{grant}&client_id=a&client_id=a"), Err(Reason::InvalidRequest)),
            (vec![], format!("{grant}&client_id=%00"), Err(Reason::InvalidRequest)),
            (vec![], format!("{grant}&client_id=%ff"), Err(Reason::InvalidRequest)),
            (vec![], "client_id=a&client_secret=b".into(), Err(Reason::InvalidRequest)),
            (vec![], "grant_type=".into(), Err(Reason::InvalidRequest)),
            (vec![], "grant_type=password".into(), Err(Reason::UnsupportedGrantType)),
            (vec![], format!("{grant}&scope=read+everything"), Err(Reason::InvalidScope)),
        ];
        for (authorization, body, expected) in table {
            let authorization: Vec<&str> = authorization.iter().map(String::as_str).collect();
            assert_eq!(read(&authorization, &body), expected, "{authorization:?} {body}");
        }
    }
}
