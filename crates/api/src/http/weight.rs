//! Headers that list what a caller wants, with weights (RFC 9110, 12.4.2).

use actix_web::http::header::{HeaderMap, HeaderName};

/// What the header lists, in small letters, each with its weight from 0 to 1; none when the caller
/// did not say. What cannot be read is passed over.
pub(crate) fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<(String, f32)>> {
    let given = headers.get_all(name).filter_map(|value| value.to_str().ok());
    let listed: Vec<_> = given.flat_map(|value| value.split(',')).filter_map(read).collect();
    (!listed.is_empty()).then_some(listed)
}

fn read(item: &str) -> Option<(String, f32)> {
    let mut parts = item.split(';').map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = match parts.find_map(|part| part.strip_prefix("q=").map(str::to_owned)) {
        Some(weight) => weight.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?,
        None => 1.0,
    };
    Some((name, weight))
}
