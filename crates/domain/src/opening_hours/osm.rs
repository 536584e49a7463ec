//! Opening hours in the syntax of OpenStreetMap (<https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>).

mod read;
mod rule;
mod rules;
mod write;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::OpeningHours;
use crate::invalid::{Form, Invalid};
use crate::personal;
use crate::schema::text_value;

/// Opening hours that the registry can keep, in the syntax of OpenStreetMap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OsmHours(String);

impl OsmHours {
    /// Its longest form, in characters.
    pub const MAX: usize = 2_000;

    /// The hours that it says.
    pub fn hours(&self) -> Result<OpeningHours, Invalid> {
        read::hours(&self.0)
    }

    /// What says these hours; none where the syntax cannot.
    pub(super) fn telling(hours: &OpeningHours) -> Option<Self> {
        write::written(hours).filter(|text| text.len() <= Self::MAX).map(Self)
    }
}

impl FromStr for OsmHours {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        if personal::holds_identity_code(value) {
            Err(Invalid::PersonalIdentityCode)
        } else if value.chars().count() > Self::MAX {
            Err(Invalid::TooLong { max: Self::MAX })
        } else if value.is_empty() || value.chars().any(char::is_control) {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::OpeningHours })
        } else {
            read::hours(value).map(|_| Self(value.to_owned()))
        }
    }
}

text_value!(
    OsmHours,
    "Opening hours in the syntax of OpenStreetMap's `opening_hours`: weekdays and times, odd and even weeks, the n-th \
     weekday of the month, seasons of every year, single days with their year, `PH off` or `PH` as on Sundays after the \
     other rules, and `\"by appointment\"`.",
    1,
    OsmHours::MAX,
    r"^[^\x00-\x1f\x7f-\x9f]+$",
    "Mo-Fr 09:00-16:00; PH off"
);

#[cfg(test)]
mod tests;
