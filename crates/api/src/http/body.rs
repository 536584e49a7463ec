//! Reads the bodies of requests: within a size and a time, strictly, and with all their faults.

pub(crate) mod echo;

use std::pin::pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use digituki_domain::invalid::{Form, Invalid, Violation};
use digituki_domain::problem::Code;
use futures_util::StreamExt as _;
use futures_util::future::{Either, LocalBoxFuture, select};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use validator::Validate;

use crate::app::App;
use crate::http::answer::JSON;
use crate::http::json;
use crate::http::problem::Problem;
use crate::http::receiving::Receiving;
use crate::http::shape::{self, Draft};

const MERGE_PATCH: &str = "application/merge-patch+json";
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The body of an operation that takes an object.
pub(crate) struct Body<T> {
    /// The object, as far as it could be read.
    pub(crate) draft: Draft<T>,
    /// The SHA-256 of the bytes, by which a repeated request is known.
    pub(crate) digest: [u8; 32],
}

/// The body of a partial change: a JSON merge patch (RFC 7396).
pub(crate) struct Patch {
    /// An object; [`merge`] applies it.
    pub(crate) patch: Value,
}

/// The body of an action that takes none: nothing, or an object without fields.
pub(crate) struct Empty {
    /// The SHA-256 of the bytes.
    pub(crate) digest: [u8; 32],
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request, &[JSON], &header::ACCEPT)?;
            let bytes = bytes(&request, &mut payload).await?;
            let draft = shape::draft(&parse(&bytes)?, Vec::new()).map_err(Problem::invalid)?;
            Ok(Self { draft, digest: digest(&bytes) })
        })
    }
}

impl FromRequest for Patch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request, &[MERGE_PATCH, JSON], &ACCEPT_PATCH)?;
            let bytes = bytes(&request, &mut payload).await?;
            let patch = parse(&bytes)?;
            if !patch.is_object() {
                let invalid = Invalid::WrongType { expected: Form::Object };
                return Err(Problem::invalid(vec![Violation::pointer("", invalid)]));
            }
            Ok(Self { patch })
        })
    }
}

impl FromRequest for Empty {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        #[derive(Deserialize, Validate)]
        struct Nothing {}

        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = bytes(&request, &mut payload).await?;
            if !bytes.is_empty() {
                check_type(&request, &[JSON], &header::ACCEPT)?;
                let Nothing {} = shape::read(&parse(&bytes)?).map_err(Problem::invalid)?;
            }
            Ok(Self { digest: digest(&bytes) })
        })
    }
}

/// Left with a request when its body has come to its end: the connection is ready for the next one.
pub(crate) struct Read;

/// Reads a body to its end.
pub(crate) async fn bytes(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, Problem> {
    let Some(app) = request.app_data::<Data<App>>() else { return Err(Problem::new(Code::InternalError)) };
    let limit = usize::try_from(app.settings.body_limit()).unwrap_or(usize::MAX);
    let bytes = receive(payload, limit, app.settings.body_timeout(), &app.receiving).await?;
    request.extensions_mut().insert(Read);
    Ok(bytes)
}

/// Reads a body of at most `limit` bytes piece by piece, and keeps none; no further, once `take` has enough.
pub(crate) async fn pieces(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
    take: impl FnMut(&[u8]) -> bool,
) -> Result<(), Problem> {
    let Some(app) = request.app_data::<Data<App>>() else { return Err(Problem::new(Code::InternalError)) };
    if receive_pieces(payload, limit, app.settings.body_timeout(), &app.receiving, take).await? {
        request.extensions_mut().insert(Read);
    }
    Ok(())
}

async fn receive(
    payload: &mut Payload,
    limit: usize,
    timeout: Duration,
    receiving: &Receiving,
) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    let take = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        true
    };
    receive_pieces(payload, limit, timeout, receiving, take).await?;
    Ok(bytes.freeze())
}

/// Says whether the body came to its end.
async fn receive_pieces(
    payload: &mut Payload,
    limit: usize,
    timeout: Duration,
    receiving: &Receiving,
    take: impl FnMut(&[u8]) -> bool,
) -> Result<bool, Problem> {
    let mut arriving = receiving.begin();
    let reading = pin!(collect(payload, limit, take));
    match tokio::time::timeout(timeout, select(reading, &mut arriving.given_up)).await {
        Ok(Either::Left((read, _))) => read,
        Ok(Either::Right(_)) => Err(Problem::unavailable()),
        Err(_) => Err(Problem::new(Code::RequestTimeout)),
    }
}

async fn collect(payload: &mut Payload, limit: usize, mut take: impl FnMut(&[u8]) -> bool) -> Result<bool, Problem> {
    let mut left = limit;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::MalformedRequest))?;
        left = left.checked_sub(chunk.len()).ok_or_else(|| Problem::new(Code::PayloadTooLarge))?;
        if !take(&chunk) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads JSON.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    json::read(bytes).map_err(|violation| Problem::invalid(vec![violation]))
}

/// By which a repeated body is known.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Refuses contents that say to be anything else than one of these, in UTF-8; `accept` tells the first. Says which it is.
pub(crate) fn check_type(
    request: &HttpRequest,
    types: &[&'static str],
    accept: &HeaderName,
) -> Result<&'static str, Problem> {
    let once = request.headers().get_all(header::CONTENT_TYPE).count() == 1;
    let given = request.mime_type().ok().flatten().filter(|given| {
        once && given.get_param("charset").is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"))
    });
    let fitting = given.and_then(|given| types.iter().find(|known| **known == given.essence_str()));
    if let Some(fitting) = fitting {
        return Ok(fitting);
    }
    let problem = Problem::new(Code::UnsupportedMediaType);
    Err(match types.first() {
        Some(first) => problem.with_header(accept.clone(), first),
        None => problem,
    })
}

/// What an object says after a merge patch. A field that its type does not know is a fault, also where null
/// would only have removed it.
pub(crate) fn patched<T: DeserializeOwned + Validate>(
    mut object: Value,
    patch: &Value,
) -> Result<Draft<T>, Vec<Violation>> {
    let unknown = shape::unknown_fields::<T>(patch);
    merge(&mut object, patch);
    shape::draft(&object, unknown)
}

/// Applies a JSON merge patch (RFC 7396): null removes a field.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                merge(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
