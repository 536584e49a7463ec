//! `If-Match` and `If-None-Match: *`: a change is made to the version that its author has seen, or not at all (RFC 9110).

use actix_web::http::header::{HeaderMap, IF_MATCH, IF_NONE_MATCH};
use digituki_domain::problem::Code;
use digituki_domain::version::Version;

use crate::http::problem::Problem;

/// The versions that a caller is ready to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Any: `*`.
    Any,
    /// These. A tag that is not ours matches nothing.
    Versions(Vec<Version>),
    /// None: the object is only to be made (`If-None-Match: *`).
    Absent,
}

impl Precondition {
    /// What the request says; none when it says nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(IF_MATCH).peekable();
        if given.peek().is_none() {
            let absent = headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*");
            return absent.then_some(Self::Absent);
        }
        let tags: Vec<&str> =
            given.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim).collect();
        if tags == ["*"] {
            return Some(Self::Any);
        }
        Some(Self::Versions(tags.into_iter().filter_map(version).collect()))
    }

    /// Refuses a version that the caller has not seen.
    pub(crate) fn check(&self, version: Version) -> Result<(), Problem> {
        match self {
            Self::Any => Ok(()),
            Self::Versions(seen) if seen.contains(&version) => Ok(()),
            Self::Versions(_) | Self::Absent => Err(Problem::new(Code::PreconditionFailed)),
        }
    }
}

/// The version in a strong ETag: the digest behind it also tells of the clock, which a write need not match.
fn version(tag: &str) -> Option<Version> {
    let text = tag.strip_prefix('"')?.strip_suffix('"')?;
    let number = text.split_once('.').map_or(text, |(number, _)| number);
    // As we write it: no sign, no zeros before it.
    number.parse().ok().filter(|parsed: &i64| parsed.to_string() == number).map(Version::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_precondition_names_versions_by_strong_tags() {
        let table = [
            (None, None),
            (Some("*"), Some(Precondition::Any)),
            (Some("\"3.0f343b09\""), Some(Precondition::Versions(vec![Version::new(3)]))),
            (Some("\"3\", \"4.ab\""), Some(Precondition::Versions(vec![Version::new(3), Version::new(4)]))),
            (Some("W/\"3.ab\""), Some(Precondition::Versions(vec![]))),
            (Some("3"), Some(Precondition::Versions(vec![]))),
            (Some("\"+3\", \"03\""), Some(Precondition::Versions(vec![]))),
            (Some(""), Some(Precondition::Versions(vec![]))),
            (Some("\"\u{7f}\""), Some(Precondition::Versions(vec![]))),
        ];
        for (value, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(IF_MATCH, HeaderValue::from_bytes(value.replace('\u{7f}', "x").as_bytes()).unwrap());
            }
            assert_eq!(Precondition::of(&headers), expected, "{value:?}");
        }
    }
}
