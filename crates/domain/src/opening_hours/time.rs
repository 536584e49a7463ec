//! Times of the day and days of the year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::invalid::{Form, Invalid};
use crate::schema::published_as_string;

/// A time of the day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The end of the day.
    pub const MIDNIGHT: Self = Self(24 * 60);

    /// The time so many minutes after the beginning of the day.
    pub(super) fn after_minutes(minutes: u16) -> Option<Self> {
        (minutes <= Self::MIDNIGHT.0).then_some(Self(minutes))
    }

    /// How long after the beginning of the day it is, in minutes.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let time = two_numbers(value, b':').filter(|(_, minutes)| *minutes < 60);
        time.and_then(|(hours, minutes)| Self::after_minutes(hours * 60 + minutes))
            .ok_or_else(|| Invalid::Malformed { value: value.to_owned(), expected: Form::TimeOfDay })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

published_as_string!(
    TimeOfDay,
    "A time of the day in Helsinki; 24:00 is its end.",
    5,
    5,
    "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
    "09:00"
);

/// A day of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: u8,
    day: u8,
}

/// A year in which every day of the year is.
const LEAP_YEAR: i32 = 2000;

impl MonthDay {
    /// The day of a month, if the month has it in any year.
    pub(super) fn new(month: u8, day: u8) -> Option<Self> {
        NaiveDate::from_ymd_opt(LEAP_YEAR, month.into(), day.into()).map(|_| Self { month, day })
    }

    /// The last day of a month.
    pub(super) fn last_of(month: u8) -> Option<Self> {
        (28..=31).rev().find_map(|day| Self::new(month, day))
    }

    /// The day of the year that a day is.
    pub(super) fn of(day: NaiveDate) -> Self {
        Self { month: small(day.month()), day: small(day.day()) }
    }

    /// The month, from 1.
    pub(super) fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub(super) fn day(self) -> u8 {
        self.day
    }

    /// Its number in a leap year, from 1 to 366.
    pub(super) fn number(self) -> u16 {
        let day = NaiveDate::from_ymd_opt(LEAP_YEAR, self.month.into(), self.day.into());
        day.and_then(|day| day.ordinal().try_into().ok()).unwrap_or(1)
    }

    /// The day with a number in a leap year.
    pub(super) fn numbered(number: u16) -> Option<Self> {
        NaiveDate::from_yo_opt(LEAP_YEAR, number.into()).map(Self::of)
    }

    /// The day in a year; none for 29 February in a year that has none.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month.into(), self.day.into())
    }

    /// Whether it lies between two days, both inclusive, of which the second may lie in the next year.
    pub(super) fn is_within(self, begins: Self, ends: Self) -> bool {
        if begins <= ends { (begins..=ends).contains(&self) } else { begins <= self || self <= ends }
    }
}

impl FromStr for MonthDay {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let day =
            two_numbers(value, b'-').and_then(|(month, day)| Self::new(month.try_into().ok()?, day.try_into().ok()?));
        day.ok_or_else(|| Invalid::Malformed { value: value.to_owned(), expected: Form::MonthDay })
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}-{:02}", self.month, self.day)
    }
}

published_as_string!(
    MonthDay,
    "A day of the year as MM-DD.",
    5,
    5,
    "^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$",
    "06-01"
);

macro_rules! read_from_text {
    ($type:ident) => {
        impl TryFrom<String> for $type {
            type Error = Invalid;

            fn try_from(value: String) -> Result<Self, Invalid> {
                value.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}
read_from_text!(TimeOfDay);
read_from_text!(MonthDay);

/// Reads two numbers of two digits each.
fn two_numbers(value: &str, separator: u8) -> Option<(u16, u16)> {
    let number = |tens: u8, ones: u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
    };
    match *value.as_bytes() {
        [a, b, between, c, d] if between == separator => Some((number(a, b)?, number(c, d)?)),
        _ => None,
    }
}

/// A month or a day of one.
fn small(number: u32) -> u8 {
    number.try_into().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_and_a_day_of_the_year_have_one_form_each() {
        for good in ["00:00", "09:30", "23:59", "24:00"] {
            assert_eq!(good.parse::<TimeOfDay>().map(|time| time.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "9:30", "24:01", "12:60", "09.30", "+9:30", "09:30:00", "٠٩:٣٠"] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        for good in ["01-01", "02-29", "12-31"] {
            assert_eq!(good.parse::<MonthDay>().map(|day| day.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "1-1", "00-01", "02-30", "04-31", "13-01", "2026-01-01"] {
            assert!(bad.parse::<MonthDay>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_run_of_days_of_the_year_may_pass_new_year() {
        let within = |day: &str, begins: &str, ends: &str| {
            let [day, begins, ends] = [day, begins, ends].map(|text| text.parse::<MonthDay>().unwrap());
            day.is_within(begins, ends)
        };
        assert!(within("12-31", "11-01", "02-28") && within("02-28", "11-01", "02-28"));
        assert!(!within("02-29", "11-01", "02-28") && !within("10-31", "11-01", "02-28"));
    }
}
