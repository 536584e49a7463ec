//! Versions: how often an object was changed.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// Counts the changes of an object, from 1. `If-Match` compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(i64);

impl Version {
    /// The greatest whole number that every JSON reader keeps exact (RFC 8259).
    pub const MAX: i64 = 9_007_199_254_740_991;

    /// A version as it is stored.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The version of a new object.
    pub const FIRST: Self = Self(1);

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The version as a number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl utoipa::PartialSchema for Version {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("Counts the changes of an object, from 1."))
            .minimum(Some(1))
            .maximum(Some(Self::MAX))
            .examples([1])
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Version {}
