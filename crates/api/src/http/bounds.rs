//! How long a header may be that the contract documents: what is promised is what is held to.

use actix_web::http::header::HeaderMap;
use digituki_domain::invalid::{Invalid, Violation};

/// Header fields with their longest value, in bytes.
pub(crate) const LONGEST: [(&str, usize); 5] = [
    ("Accept-Language", 500),
    ("Idempotency-Key", 255),
    ("If-Match", 4_000),
    ("If-None-Match", 4_000),
    ("Prefer", 500),
];

/// The longest value of a header field.
pub(crate) fn longest(name: &str) -> usize {
    LONGEST.iter().find(|(known, _)| *known == name).map_or(0, |(_, longest)| *longest)
}

/// The header fields that are too long.
pub(crate) fn violations(headers: &HeaderMap) -> Vec<Violation> {
    let too_long = |(name, max): &&(&str, usize)| headers.get_all(*name).any(|value| value.len() > *max);
    let found = LONGEST.iter().filter(too_long);
    found.map(|(name, max)| Violation::parameter(name, Invalid::TooLong { max: *max })).collect()
}
