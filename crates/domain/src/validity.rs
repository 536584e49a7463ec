//! When things exist, and what took their place.

use std::collections::HashSet;
use std::hash::Hash;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use validator::ValidationError;

use crate::area::AreaRef;
use crate::invalid::Invalid;
use crate::organisation::OrganisationRef;

/// The days on which something exists or holds, both inclusive; null is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// The first day, or null for a time before 2018.
    pub from: Option<NaiveDate>,
    /// The last day, or null.
    pub to: Option<NaiveDate>,
}

impl Validity {
    /// Whether a day lies within it.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Refuses a last day before the first, for the schema rule of whatever says `valid_from` and `valid_to`.
    pub(crate) fn check(self) -> Result<(), ValidationError> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => Err(Invalid::EndsBeforeStart.at("valid_to")),
            _ => Ok(()),
        }
    }
}

/// Refuses a list that says a value twice.
pub(crate) fn distinct<T: Eq + Hash + Serialize>(values: &[T]) -> Result<(), ValidationError> {
    let mut seen = HashSet::new();
    match values.iter().find(|value| !seen.insert(*value)) {
        Some(value) => {
            let value = serde_json::to_value(value).unwrap_or_default();
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Err(Invalid::RepeatedValue { value }.into())
        }
        None => Ok(()),
    }
}

/// Refuses a list that is too long. Not the validator's own rule: it cannot stand beside `nested`, because a field that
/// broke both would make it panic.
pub(crate) fn at_most<T>(max: usize, items: &[T], field: &str) -> Result<(), ValidationError> {
    if items.len() > max { Err(Invalid::TooMany { max }.at(field)) } else { Ok(()) }
}

/// What took the place of something that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Successor {
    /// An area.
    Area(AreaRef),
    /// An organisation.
    Organisation(OrganisationRef),
}

/// What exists for a time.
pub trait Dated {
    /// When it exists.
    fn validity(&self) -> Validity;

    /// What took its place.
    fn successor(&self) -> Option<Successor>;
}

/// The same for every noun that says `valid_from`, `valid_to` and `successor`.
macro_rules! dated {
    ($type:ty, $successor:path) => {
        impl $crate::validity::Dated for $type {
            fn validity(&self) -> $crate::validity::Validity {
                $crate::validity::Validity { from: self.valid_from, to: self.valid_to }
            }

            fn successor(&self) -> Option<$crate::validity::Successor> {
                self.successor.clone().map($successor)
            }
        }
    };
}
pub(crate) use dated;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_belongs_to_the_validity() {
        let day = |text: &str| crate::date::parse_day(text).ok();
        let validity = Validity { from: None, to: day("2019-12-31") };
        assert!(day("2019-12-31").is_some_and(|last| validity.holds_on(last)));
        assert!(day("2020-01-01").is_some_and(|next| !validity.holds_on(next)));
    }
}
