//! Merging: two objects of the registry turn out to be one.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::id::Id;
use crate::invalid::{Form, Invalid};
use crate::schema::text_value;

/// Which object is merged into the one at the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The id of the object of the same kind that is to be no more. Its address leads to the other one from then on.
    pub other: ObjectId,
}

/// The id of an object of the kind that is spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

impl FromStr for ObjectId {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let uuid = uuid::Uuid::try_parse(value).ok().filter(|uuid| uuid.to_string() == value);
        uuid.map(|_| Self(value.to_owned()))
            .ok_or_else(|| Invalid::Malformed { value: value.to_owned(), expected: Form::Uuid })
    }
}

impl<T> From<Id<T>> for ObjectId {
    fn from(id: Id<T>) -> Self {
        Self(id.to_string())
    }
}

text_value!(
    ObjectId,
    "The id of an object.",
    36,
    36,
    "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "01890000-0000-7000-8000-000000000000"
);
