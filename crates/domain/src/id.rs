//! Typed identifiers: a pilot's id is never taken for an organisation's.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use uuid::Uuid;

use crate::invalid::{Form, Invalid};
use crate::noun::Noun;
use crate::vocabulary::Vocabulary as _;

/// Ids of what every installation starts with are derived from their keys in this namespace, so
/// that they are the same everywhere.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_2a3e_5c84_5f0b_9e21_d161_7475_6b69);

/// The id of a `T`.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

impl<T: Noun> Id<T> {
    /// The id that a key of the reference data has in every installation.
    pub fn of_key(key: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("{}:{key}", T::NOUN.code()).as_bytes()), PhantomData)
    }

    /// A new id: ids made later sort later.
    pub fn new() -> Self {
        Self(Uuid::now_v7(), PhantomData)
    }
}

impl<T: Noun> Default for Id<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl<T> FromStr for Id<T> {
    type Err = Invalid;

    /// Takes the hyphenated form in small letters only: one thing, one address.
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::Uuid };
        let uuid = Uuid::try_parse(value).ok().filter(|uuid| uuid.to_string() == value).ok_or_else(malformed)?;
        Ok(Self(uuid, PhantomData))
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Cow::<str>::deserialize(deserializer)?;
        value.parse().map_err(serde::de::Error::custom)
    }
}

impl<T: Noun> utoipa::PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        crate::schema::uuid(&format!("Identifies one {}.", T::NOUN), &Self::of_key("example").to_string())
    }
}

impl<T: Noun> utoipa::ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        let words = T::NOUN.code().split('_');
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        (words.map(capital).collect::<String>() + "Id").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::OrganisationId;
    use crate::pilot::PilotId;

    #[test]
    fn an_id_of_a_key_is_the_same_everywhere_and_differs_between_nouns() {
        let id = OrganisationId::of_key("dvv");
        assert_eq!(id, Id::of_key("dvv"));
        assert_ne!(id.to_string(), PilotId::of_key("dvv").to_string());
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = PilotId::of_key("x").to_string();
        assert!(text.parse::<PilotId>().is_ok());
        for bad in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
            format!("urn:uuid:{text}"),
            String::new(),
        ] {
            assert!(bad.parse::<PilotId>().is_err(), "{bad}");
        }
    }
}
