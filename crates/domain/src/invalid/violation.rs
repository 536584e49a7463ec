//! Rules that are broken, each with the place where.

use std::fmt;

use super::Invalid;

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the value stands.
    pub place: Place,
    /// What is wrong with it.
    pub invalid: Invalid,
}

/// Where a value stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the query or in the path, under this name.
    Parameter(String),
    /// In the body, at this JSON Pointer (RFC 6901).
    Pointer(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Parameter(place) | Self::Pointer(place)) = self;
        formatter.write_str(place)
    }
}

impl Violation {
    /// The same fault at each of the places of a body that have it.
    pub fn wherever<'a>(places: impl IntoIterator<Item = (&'a str, bool)>, invalid: &Invalid) -> Vec<Self> {
        let at_fault = places.into_iter().filter(|(_, is_at_fault)| *is_at_fault);
        at_fault.map(|(place, _)| Self::pointer(place, invalid.clone())).collect()
    }

    /// What a list of faults is sorted by, whatever order they were found in.
    pub fn order(&self) -> (String, String) {
        (self.place.to_string(), self.invalid.to_string())
    }

    /// A rule broken by a parameter.
    pub fn parameter(name: &str, invalid: Invalid) -> Self {
        Self { place: Place::Parameter(name.to_owned()), invalid }
    }

    /// A rule broken in the body.
    pub fn pointer(pointer: &str, invalid: Invalid) -> Self {
        Self { place: Place::Pointer(pointer.to_owned()), invalid }
    }

    /// The same where what the body says here is only a part of it, which stands at this place.
    #[must_use]
    pub fn within(self, whole: &str) -> Self {
        let Place::Pointer(pointer) = self.place else { return self };
        Self::pointer(&format!("{whole}{pointer}"), self.invalid)
    }
}
