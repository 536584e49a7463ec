//! The entries of a week.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};
use validator::{Validate, ValidationError};

use super::{Interval, TimeOfDay};
use crate::date;
use crate::invalid::Invalid;
use crate::validity::distinct;
use crate::vocabulary::{Vocabulary, vocabulary};

vocabulary! {
    /// A day of the week.
    pub enum Weekday = "weekday" {
        Monday = "monday" ["maanantai", "måndag", "Monday"],
        Tuesday = "tuesday" ["tiistai", "tisdag", "Tuesday"],
        Wednesday = "wednesday" ["keskiviikko", "onsdag", "Wednesday"],
        Thursday = "thursday" ["torstai", "torsdag", "Thursday"],
        Friday = "friday" ["perjantai", "fredag", "Friday"],
        Saturday = "saturday" ["lauantai", "lördag", "Saturday"],
        Sunday = "sunday" ["sunnuntai", "söndag", "Sunday"],
    }
}

impl From<chrono::Weekday> for Weekday {
    fn from(weekday: chrono::Weekday) -> Self {
        match weekday {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

vocabulary! {
    /// Every other week, by its number (ISO 8601). After a year of 53 weeks, two odd weeks follow each other.
    pub enum WeekParity = "week_parity" {
        OddWeeks = "odd_weeks" ["parittomat viikot", "udda veckor", "odd weeks"],
        EvenWeeks = "even_weeks" ["parilliset viikot", "jämna veckor", "even weeks"],
    }
}

impl WeekParity {
    /// The parity of the week of a day.
    pub(super) fn of(day: NaiveDate) -> Self {
        if day.iso_week().week() % 2 == 1 { Self::OddWeeks } else { Self::EvenWeeks }
    }

    /// The weeks that are not of it.
    pub(super) fn other(self) -> Self {
        match self {
            Self::OddWeeks => Self::EvenWeeks,
            Self::EvenWeeks => Self::OddWeeks,
        }
    }
}

/// Every n-th week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = EveryWeeks::check))]
pub struct EveryWeeks {
    /// From one such week to the next, in weeks.
    #[schema(minimum = 2, maximum = 26, example = 2)]
    pub weeks: u8,
    /// A day of the first such week; days before it are none.
    #[schema(example = "2026-09-01")]
    #[serde(deserialize_with = "date::needed_day")]
    pub starting: NaiveDate,
}

impl EveryWeeks {
    fn holds(self, day: NaiveDate) -> bool {
        let monday =
            |day: NaiveDate| i64::from(day.num_days_from_ce()) - i64::from(day.weekday().num_days_from_monday());
        self.starting <= day && (monday(day) - monday(self.starting)) % (7 * i64::from(self.weeks.max(1))) == 0
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator gives a reference")]
    fn check(&self) -> Result<(), ValidationError> {
        if (2..=26).contains(&self.weeks) {
            Ok(())
        } else {
            let value = self.weeks.to_string();
            Err(Invalid::OutOfRange { value, min: "2".into(), max: "26".into() }.at("weeks"))
        }
    }
}

/// Hours of days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = WeeklyHours::check_interval, skip_on_field_errors = false))]
pub struct WeeklyHours {
    /// The days on which it opens.
    #[schema(value_type = BTreeSet<Weekday>, min_items = 1, max_items = 7)]
    #[validate(length(max = 7), custom(function = at_least_one), custom(function = distinct))]
    pub days: Vec<Weekday>,
    /// When it opens.
    pub opens: TimeOfDay,
    /// When it closes; on the next day when not after `opens`. A whole day is 00:00 to 24:00.
    pub closes: TimeOfDay,
    /// Only in odd or only in even weeks; null for all.
    pub week_parity: Option<WeekParity>,
    /// Only in every n-th week; null for all.
    #[validate(nested)]
    pub every_weeks: Option<EveryWeeks>,
    /// Only on the n-th such weekday of the month: 1 to 5 from its beginning, -1 (the last) to -5 from its end. None for
    /// all.
    #[schema(schema_with = ordinals_of_month)]
    #[validate(length(max = 10), custom(function = ordinals), custom(function = distinct))]
    pub weeks_of_month: Vec<i8>,
}

impl WeeklyHours {
    /// Whether it holds on a day.
    pub(super) fn holds(&self, day: NaiveDate) -> bool {
        let weekday = self.days.contains(&day.weekday().into());
        weekday && self.holds_in_week(day) && (self.weeks_of_month.is_empty() || self.holds_in_month(day))
    }

    /// Whether it holds on a day that is none of its weekdays, but counts as a Sunday.
    pub(super) fn holds_as_on_sunday(&self, day: NaiveDate) -> bool {
        self.days.contains(&Weekday::Sunday) && self.holds_in_week(day) && self.weeks_of_month.is_empty()
    }

    fn holds_in_week(&self, day: NaiveDate) -> bool {
        self.week_parity.is_none_or(|parity| parity == WeekParity::of(day))
            && self.every_weeks.is_none_or(|weeks| weeks.holds(day))
    }

    fn holds_in_month(&self, day: NaiveDate) -> bool {
        nth_of_month(day).iter().any(|nth| self.weeks_of_month.contains(nth))
    }

    fn check_interval(&self) -> Result<(), ValidationError> {
        Interval { opens: self.opens, closes: self.closes }.check()
    }
}

/// The how-manieth such weekday of its month a day is, from the beginning and from the end.
pub(super) fn nth_of_month(day: NaiveDate) -> [i8; 2] {
    let nth = |before: u32| i8::try_from(before / 7 + 1).unwrap_or(i8::MAX);
    [nth(day.day0()), -nth(u32::from(day.num_days_in_month()) - day.day())]
}

fn at_least_one(days: &[Weekday]) -> Result<(), ValidationError> {
    if days.is_empty() { Err(Invalid::MissingField.into()) } else { Ok(()) }
}

/// Not derived: utoipa sets no bounds to the numbers of a list.
fn ordinals_of_month() -> Array {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(-5)).maximum(Some(5)).examples([1]);
    ArrayBuilder::new()
        .description(Some(
            "Only on the n-th such weekday of the month: 1 to 5 from its beginning, -1 (the last) to -5 from its end. \
             None for all.",
        ))
        .items(number)
        .max_items(Some(10))
        .unique_items(true)
        .build()
}

fn ordinals(weeks: &[i8]) -> Result<(), ValidationError> {
    match weeks.iter().enumerate().find(|(_, nth)| !(1..=5).contains(&nth.unsigned_abs())) {
        Some((index, nth)) => {
            let allowed = (1..=5).chain(-5..=-1).map(|nth: i8| nth.to_string()).collect();
            Err(Invalid::UnknownValue { value: nth.to_string(), allowed }.at(&index.to_string()))
        }
        None => Ok(()),
    }
}

/// Every day of the week, from Monday.
pub(super) fn all_weekdays() -> &'static [Weekday] {
    Weekday::VALUES
}
