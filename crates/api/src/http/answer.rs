//! Answers: JSON with a strong ETag, 304 to who has it already, 406 to who cannot take it.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use digituki_domain::problem::Code;
use digituki_domain::text::TextLanguage;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::idempotency::FirstAnswer;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use crate::http::problem::Problem;
use crate::http::weight::listed;

/// The media type of nearly every answer.
pub(crate) const JSON: &str = "application/json";

/// An answer that succeeds, before it is known what the caller already has.
pub(crate) struct Answer {
    status: StatusCode,
    media_type: &'static str,
    body: Bytes,
    version: Option<Version>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// An answer that is known by its contents alone.
    pub(crate) fn json(body: &impl Serialize) -> Result<Self, Problem> {
        Self::of_type(JSON, body)
    }

    /// The same of what is JSON already.
    pub(crate) fn written(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, media_type: JSON, body: body.into(), version: None, headers: Vec::new() }
    }

    /// The same as another media type that is JSON.
    pub(crate) fn of_type(media_type: &'static str, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| {
            log::error!("answered 500: {error}");
            Problem::new(Code::InternalError)
        })?;
        Ok(Self { media_type, ..Self::written(body) })
    }

    /// Nothing more to say.
    pub(crate) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, ..Self::written(Bytes::new()) }
    }

    /// What was asked for is at another address now, for ever.
    pub(crate) fn moved(address: &str) -> Self {
        let moved = Self { status: StatusCode::MOVED_PERMANENTLY, ..Self::nothing() };
        moved.with_header(header::LOCATION, address)
    }

    /// Says that the object is new, and where it is.
    pub(crate) fn created_at(mut self, address: &str) -> Self {
        self.status = StatusCode::CREATED;
        self.with_header(header::LOCATION, address)
    }

    /// The answer as it is kept for whoever asks the same again.
    pub(crate) fn keep(&self, request_digest: String) -> FirstAnswer {
        let location = self.headers.iter().find(|(name, _)| *name == header::LOCATION);
        FirstAnswer {
            request_digest,
            status: self.status.as_u16(),
            version: self.version.map(Version::number),
            location: location.and_then(|(_, value)| value.to_str().ok()).map(str::to_owned),
            body: String::from_utf8_lossy(&self.body).into_owned(),
        }
    }

    /// A first answer, once more.
    pub(crate) fn again(first: FirstAnswer) -> Self {
        let answer = Self {
            status: StatusCode::from_u16(first.status).unwrap_or(StatusCode::OK),
            version: first.version.map(Version::new),
            ..Self::written(first.body)
        };
        match first.location {
            Some(address) => answer.with_header(header::LOCATION, &address),
            None => answer,
        }
    }

    /// An object with a version, to which `If-Match` compares.
    pub(crate) fn object(version: Version, body: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self { version: Some(version), ..Self::json(body)? })
    }

    /// Says in which language it speaks to the caller.
    pub(crate) fn in_language(self, language: TextLanguage) -> Self {
        self.with_header(header::CONTENT_LANGUAGE, language.code()).with_header(header::VARY, "Accept-Language")
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    fn etag(&self) -> String {
        let digest = hex::encode(xxh3_128(&self.body).to_be_bytes());
        match self.version {
            Some(version) => format!("\"{}.{digest}\"", version.number()),
            None => format!("\"{digest}\""),
        }
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        if !self.body.is_empty() && !accepts(request.headers(), self.media_type) {
            return Problem::new(Code::NotAcceptable).error_response();
        }
        let etag = self.etag();
        let is_empty = self.body.is_empty();
        let mut response = if is_empty {
            HttpResponse::build(self.status).finish()
        } else if request.method().is_safe() && has(request.headers(), &etag) {
            HttpResponse::NotModified().finish()
        } else {
            HttpResponse::build(self.status).content_type(self.media_type).body(self.body)
        };
        let headers = response.headers_mut();
        if !is_empty && let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        // Fresh every time, at the price of a question: the registry changes under its readers.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}

/// Whether the caller has what the ETag names (`If-None-Match`, RFC 9110: compared weakly).
fn has(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    given
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Changes and other rows, one JSON object a line.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// Whether the caller would rather have one media type than another, which it gets when it does not mind.
pub(crate) fn prefers(headers: &HeaderMap, media_type: &str, otherwise: &str) -> bool {
    weight(headers, media_type) > weight(headers, otherwise)
}

/// The media type that the caller likes best, the first of those that it likes equally; none when it takes none.
pub(crate) fn choose(headers: &HeaderMap, media_types: &[&'static str]) -> Option<&'static str> {
    let mut chosen = (0.0, None);
    for media_type in media_types {
        let weight = weight(headers, media_type);
        if weight > chosen.0 {
            chosen = (weight, Some(*media_type));
        }
    }
    chosen.1
}

/// Whether the caller takes a media type (`Accept`, RFC 9110); everything, when it does not say.
pub(crate) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    weight(headers, media_type) > 0.0
}

fn weight(headers: &HeaderMap, media_type: &str) -> f32 {
    let Some(ranges) = listed(headers, &header::ACCEPT) else { return 1.0 };
    let group = media_type.split('/').next().unwrap_or_default();
    // The most specific range decides: it may forbid (q=0) what a wider one allows.
    let mut decided = (0, 0.0);
    for (range, weight) in ranges {
        let specificity = match range.as_str() {
            _ if range == media_type => 3,
            _ if range.strip_suffix("/*") == Some(group) => 2,
            "*/*" => 1,
            _ => continue,
        };
        if specificity > decided.0 {
            decided = (specificity, weight);
        }
    }
    decided.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_taken_by_the_most_specific_range() {
        let table = [
            ("*/*", true),
            ("application/json", true),
            ("application/*", true),
            ("text/html, */*;q=0.1", true),
            ("application/JSON; charset=utf-8", true),
            ("text/html", false),
            ("application/json;Q=0, */*", false),
            ("", true),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(accepts(&headers, JSON), expected, "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), JSON));
    }
}
