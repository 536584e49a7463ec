//! Cross-origin requests from browsers (the Fetch standard's CORS protocol).
//!
//! Own code, because the library answers a refused preflight in plain text and leaves failed answers
//! without CORS headers: a frontend could not read the problem.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// What a frontend may read of an answer, beyond what every browser allows.
static EXPOSED: HeaderValue = HeaderValue::from_static(
    "ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, Content-Language, \
     Preference-Applied, X-Request-Id, Deprecation, Sunset, \
     WWW-Authenticate, Allow, Accept, Accept-Patch",
);
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS: &str = "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, \
                       If-None-Match, Prefer, X-Request-Id";

/// The origins whose pages may use the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origins {
    /// All: nothing here rests on cookies.
    Any,
    /// These.
    Listed(Vec<String>),
}

/// Who asks, and whether it is a preflight.
pub(crate) struct Caller {
    origin: Option<HeaderValue>,
    pub(crate) preflight: bool,
    open: bool,
}

impl Caller {
    pub(crate) fn of(request: &ServiceRequest) -> Self {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let preflight = request.method() == Method::OPTIONS && origin.is_some() && asks;
        // The contract itself is for every page, wherever it is read.
        Self { origin, preflight, open: request.path() == "/v1/openapi.json" }
    }

    /// Whoever sent a request that could not be read.
    pub(crate) fn unknown() -> Self {
        Self { origin: None, preflight: false, open: false }
    }

    /// The answer to a preflight.
    pub(crate) fn permission() -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish()
    }

    /// Adds to any answer what its reader's browser asks for.
    pub(crate) fn grant(&self, origins: &Origins, headers: &mut HeaderMap) {
        let allowed = match if self.open { &Origins::Any } else { origins } {
            // To everyone alike, whether asked or not: a shared cache may keep the answer.
            Origins::Any => Some(HeaderValue::from_static("*")),
            Origins::Listed(listed) => {
                headers.append(header::VARY, HeaderValue::from_static("Origin"));
                let known = |origin: &&HeaderValue| listed.iter().any(|known| known.as_bytes() == origin.as_bytes());
                self.origin.as_ref().filter(known).cloned()
            }
        };
        if let Some(allowed) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED.clone());
        }
    }
}
