//! Terms: by what service points are filtered and counted, each as one text.

use std::fmt::Display;

use crate::area::AreaId;

/// What a service point has, as `field:value`: `language:fi`, `municipality:091`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(String);

impl Term {
    /// That a field has a value.
    pub fn new(field: &str, value: impl Display) -> Self {
        Self(format!("{field}:{value}"))
    }

    /// That it lies in an area or, having no place, serves it.
    pub fn serves(area: &AreaId) -> Self {
        Self(format!("serves:{area}"))
    }

    /// That, having no place, it serves the whole country but Åland.
    pub fn serves_mainland() -> Self {
        Self("serves:mainland".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text that a term of a field can have, and the first beyond.
    pub fn range(field: &str) -> (String, String) {
        (format!("{field}:"), format!("{field};"))
    }
}
