//! What objects are called in other systems.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::invalid::{Form, Invalid};
use crate::personal;
use crate::schema::text_value;
use crate::text::is_invisible;

/// The name of a system from which objects come.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source(String);

impl Source {
    /// The source of what is made up: nobody writes under it but the command that makes it up.
    pub const DEMONSTRATION: &str = "demonstration";
}

impl FromStr for Source {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let starts = value.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !starts || !(2..=40).contains(&value.len()) || !value.bytes().all(letter) {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Source })
        } else if personal::holds_identity_code(value) {
            Err(Invalid::PersonalIdentityCode)
        } else {
            Ok(Self(value.to_owned()))
        }
    }
}

text_value!(
    Source,
    "The name of a system from which objects come, such as `ptv`.",
    2,
    40,
    "^[a-z][a-z0-9_-]{1,39}$",
    "ptv"
);

/// What a source calls an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(String);

impl SourceId {
    /// Its longest form, in characters.
    pub const MAX: usize = 200;
}

impl FromStr for SourceId {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        if value.chars().any(|letter| letter.is_control() || is_invisible(letter)) {
            Err(Invalid::ForbiddenCharacter)
        } else if value.trim().is_empty() {
            Err(Invalid::Blank)
        } else if value.chars().count() > Self::MAX {
            Err(Invalid::TooLong { max: Self::MAX })
        } else if personal::holds_identity_code(value) {
            Err(Invalid::PersonalIdentityCode)
        } else {
            Ok(Self(value.to_owned()))
        }
    }
}

text_value!(
    SourceId,
    "What the source calls the object.",
    1,
    SourceId::MAX,
    "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "00000000-0000-4000-8000-000000000001"
);

/// What an object is called elsewhere. No two objects of a kind have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalId {
    /// The system.
    pub source: Source,
    /// What it calls the object.
    pub source_id: SourceId,
}

impl ExternalId {
    /// Whether it says that its object is made up, for demonstrations.
    pub fn is_of_demonstration(&self) -> bool {
        self.source.as_str() == Source::DEMONSTRATION
    }
}
