//! Opening hours: the usual week, the weeks of seasons, single days that differ, and what holds on public holidays.
//!
//! Days and times are those of Helsinki. The hours of a day follow, in this order, from the exception that holds it,
//! from the rule for public holidays, from the season that holds it, and from the usual week. What opens on a day
//! belongs to that day also past midnight: the rules of the next day do not cut it short.

mod canonical;
mod holiday;
mod osm;
mod partition;
mod state;
mod time;
mod week;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::date;
use crate::invalid::Invalid;
use crate::text::Names;
use crate::validity::at_most;

pub use holiday::{HolidayRule, PublicHoliday};
pub use osm::OsmHours;
pub use state::OpenState;
pub use time::{MonthDay, TimeOfDay};
pub use week::{EveryWeeks, WeekParity, Weekday, WeeklyHours};

/// When something is open, in the time of Helsinki.
///
/// The hours of a day follow from the exception that holds it, else, on a public holiday, from `public_holidays`, else
/// from the season that holds it, else from `weekly`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = OpeningHours::check_lengths, skip_on_field_errors = false))]
#[validate(schema(function = OpeningHours::check_parts, skip_on_field_errors = false))]
#[validate(schema(function = OpeningHours::check_osm, skip_on_field_errors = true))]
pub struct OpeningHours {
    /// The usual week.
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub weekly: Vec<WeeklyHours>,
    /// The times of the year in which another week holds. No day lies in two of them.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub seasons: Vec<SeasonalHours>,
    /// Single days and runs of days that differ from all else. No day lies in two of them.
    #[schema(max_items = 200)]
    #[validate(nested)]
    pub exceptions: Vec<ExceptionalHours>,
    /// What holds on public holidays, which are those of the code list `public_holiday`. Null where there are no hours
    /// but by appointment; in what is written, also where `osm` says it.
    pub public_holidays: Option<HolidayRule>,
    /// Whether there are hours by appointment: beyond these, or these themselves.
    pub by_appointment: bool,
    /// The hours in the syntax of OpenStreetMap's `opening_hours`; null where it cannot say them. In what is written: in
    /// place of the other fields, or beside them where both say the same.
    pub osm: Option<OsmHours>,
}

/// A time of the year with a week of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = SeasonalHours::check_length, skip_on_field_errors = false))]
pub struct SeasonalHours {
    /// Its names, or null.
    #[validate(nested)]
    pub names: Option<Names>,
    /// Its first day.
    pub begins: MonthDay,
    /// Its last day, inclusive; before the first day for a season that passes New Year.
    pub ends: MonthDay,
    /// The week that holds in it in place of the usual one; none for a season in which it is closed.
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub weekly: Vec<WeeklyHours>,
}

/// A day or a run of days that differs from all else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ExceptionalHours::check_days, skip_on_field_errors = false))]
#[validate(schema(function = ExceptionalHours::check_length, skip_on_field_errors = false))]
pub struct ExceptionalHours {
    /// The first day.
    #[schema(example = "2026-12-24")]
    #[serde(deserialize_with = "date::needed_day")]
    pub first_day: NaiveDate,
    /// The last day, inclusive, within a year of the first.
    #[schema(example = "2026-12-26")]
    #[serde(deserialize_with = "date::needed_day")]
    pub last_day: NaiveDate,
    /// The hours of each of these days; none when it is closed.
    #[schema(max_items = 10)]
    #[validate(nested)]
    pub hours: Vec<Interval>,
    /// Why these days differ, or null.
    #[validate(nested)]
    pub reason: Option<Names>,
}

/// A time for which something is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = Interval::check))]
pub struct Interval {
    /// When it opens.
    pub opens: TimeOfDay,
    /// When it closes; on the next day when not after `opens`.
    pub closes: TimeOfDay,
}

/// How many entries a week has at most.
const MAX_WEEKLY: usize = 50;
/// How many seasons a year has at most.
const MAX_SEASONS: usize = 20;
/// How many exceptions there are at most.
const MAX_EXCEPTIONS: usize = 200;
/// How many times a day opens at most.
const MAX_INTERVALS: usize = 10;
/// How many days an exception lasts at most.
const MAX_EXCEPTIONAL_DAYS: u64 = 366;

impl OpeningHours {
    /// Puts the fields in place of an `osm` that stands for them. What is stored holds none.
    pub fn settle(&mut self) {
        let Some(said) = self.osm.take().and_then(|osm| osm.hours().ok()) else { return };
        if self.is_structured() {
            self.public_holidays = self.public_holidays.or(said.public_holidays);
        } else {
            let by_appointment = self.by_appointment || said.by_appointment;
            *self = Self { by_appointment, ..said };
        }
    }

    /// The same with its `osm`, as it is answered.
    #[must_use]
    pub fn told(mut self) -> Self {
        self.osm = OsmHours::telling(&self);
        self
    }

    /// The same without its texts: when it is open does not follow from them.
    #[must_use]
    pub fn wordless(mut self) -> Self {
        self.seasons.iter_mut().for_each(|season| season.names = None);
        self.exceptions.iter_mut().for_each(|days| days.reason = None);
        self
    }

    /// Whether it says any hours outside `osm`.
    fn is_structured(&self) -> bool {
        !(self.weekly.is_empty() && self.seasons.is_empty() && self.exceptions.is_empty())
    }

    fn check_lengths(&self) -> Result<(), ValidationError> {
        at_most(MAX_WEEKLY, &self.weekly, "weekly")?;
        at_most(MAX_SEASONS, &self.seasons, "seasons")?;
        at_most(MAX_EXCEPTIONS, &self.exceptions, "exceptions")
    }

    fn check_parts(&self) -> Result<(), ValidationError> {
        if self.osm.is_none() && self.is_structured() && self.public_holidays.is_none() {
            return Err(Invalid::MissingField.at("public_holidays"));
        }
        if self.osm.is_none() && !self.is_structured() && !self.by_appointment {
            return Err(Invalid::NoHours.into());
        }
        // Comparing each with each is for lists of the length that is allowed.
        if let Some((index, season)) = repeats(&self.seasons, MAX_SEASONS, SeasonalHours::overlaps) {
            let value = format!("{}–{}", season.begins, season.ends);
            return Err(Invalid::Overlapping { value }.at(&format!("seasons/{index}")));
        }
        if let Some((index, days)) = repeats(&self.exceptions, MAX_EXCEPTIONS, ExceptionalHours::overlaps) {
            let value = format!("{}–{}", days.first_day, days.last_day);
            return Err(Invalid::Overlapping { value }.at(&format!("exceptions/{index}")));
        }
        Ok(())
    }

    fn check_osm(&self) -> Result<(), ValidationError> {
        // Comparing is for lists of the length that is allowed.
        let Some(osm) = self.osm.as_ref().filter(|_| self.check_lengths().is_ok()) else { return Ok(()) };
        let said = osm.hours().map_err(|invalid| invalid.at("osm"))?;
        let same = if self.is_structured() {
            let public_holidays = self.public_holidays.or(said.public_holidays);
            said.says_the_same_as(&Self { public_holidays, ..self.clone() })
        } else {
            self.public_holidays
                .is_none_or(|rule| said.says_the_same_as(&Self { public_holidays: Some(rule), ..said.clone() }))
        };
        if same { Ok(()) } else { Err(Invalid::Contradictory.at("osm")) }
    }
}

impl SeasonalHours {
    /// Whether a day of the year lies within it.
    fn holds(&self, day: MonthDay) -> bool {
        day.is_within(self.begins, self.ends)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.holds(other.begins) || other.holds(self.begins)
    }

    fn check_length(&self) -> Result<(), ValidationError> {
        at_most(MAX_WEEKLY, &self.weekly, "weekly")
    }
}

impl ExceptionalHours {
    /// Whether a day lies within it.
    fn holds(&self, day: NaiveDate) -> bool {
        (self.first_day..=self.last_day).contains(&day)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.first_day <= other.last_day && other.first_day <= self.last_day
    }

    fn check_days(&self) -> Result<(), ValidationError> {
        if self.last_day < self.first_day {
            return Err(Invalid::EndsBeforeStart.at("last_day"));
        }
        let last = self.first_day + chrono::Days::new(MAX_EXCEPTIONAL_DAYS - 1);
        if last < self.last_day {
            let (value, min, max) = (self.last_day.to_string(), self.first_day.to_string(), last.to_string());
            return Err(Invalid::OutOfRange { value, min, max }.at("last_day"));
        }
        Ok(())
    }

    fn check_length(&self) -> Result<(), ValidationError> {
        at_most(MAX_INTERVALS, &self.hours, "hours")
    }
}

impl Interval {
    /// Refuses an interval that opens at the end of the day, and one that lasts no time.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator gives a reference")]
    fn check(&self) -> Result<(), ValidationError> {
        if self.opens == TimeOfDay::MIDNIGHT {
            let value = self.opens.to_string();
            Err(Invalid::OutOfRange { value, min: "00:00".into(), max: "23:59".into() }.at("opens"))
        } else if self.opens == self.closes {
            Err(Invalid::NoTime.at("closes"))
        } else {
            Ok(())
        }
    }
}

/// The first of a list that clashes with one before it.
fn repeats<T>(items: &[T], max: usize, clash: impl Fn(&T, &T) -> bool) -> Option<(usize, &T)> {
    let items = items.get(..max).unwrap_or(items);
    items.iter().enumerate().find(|(index, item)| items[..*index].iter().any(|earlier| clash(earlier, item)))
}

#[cfg(test)]
mod tests;
