//! `Idempotency-Key`: a POST that is sent again does not do its work again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use digituki_domain::invalid::{Form, Invalid, Violation};
use digituki_domain::problem::Code;
use sha2::{Digest, Sha256};

use crate::http::problem::{Problem, RETRY_AFTER};

/// The header.
pub(crate) const HEADER: &str = "Idempotency-Key";

/// The requests that are being worked on, by client and key.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<(String, String)>>>);

/// A request's place among them; given up when it is answered, also when its caller is gone.
pub(crate) struct Turn {
    of: InFlight,
    key: (String, String),
}

impl InFlight {
    /// Takes a place; refused while the same request has it.
    pub(crate) fn enter(&self, client: &str, key: &str) -> Result<Turn, Problem> {
        let key = (client.to_owned(), key.to_owned());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(key.clone()) {
            Ok(Turn { of: self.clone(), key })
        } else {
            Err(Problem::new(Code::RequestInProgress).retry_after(RETRY_AFTER))
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.of.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// What a key is made of: visible characters, in quotes or not.
pub(crate) const PATTERN: &str = "^([!#-~]+|\"[!#-~]+\")$";

/// The key of a request: one, of 1 to 255 visible characters.
pub(crate) fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut given = request.headers().get_all(HEADER);
    let Some(first) = given.next() else { return Ok(None) };
    let refuse = |invalid| Err(Problem::invalid(vec![Violation::parameter(HEADER, invalid)]));
    if given.next().is_some() {
        return refuse(Invalid::RepeatedParameter);
    }
    let value = first.to_str().unwrap_or_default().trim();
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') {
        return refuse(Invalid::Malformed { value: value.to_owned(), expected: Form::IdempotencyKey });
    }
    Ok(Some(value.to_owned()))
}

/// What tells one request from another with the same key.
pub(crate) fn digest(request: &HttpRequest, body: &[u8; 32]) -> String {
    let mut digest = Sha256::new();
    digest.update(request.method().as_str());
    digest.update([0]);
    digest.update(request.uri().to_string());
    digest.update([0]);
    digest.update(body);
    hex::encode(digest.finalize())
}
