//! Whether two ways to write hours say the same.

use chrono::{Days, NaiveDate};

use super::partition::{Year, plain, seasons};
use super::{ExceptionalHours, HolidayRule, Interval, OpeningHours, Weekday};

impl OpeningHours {
    /// Whether both say the same hours, however they write them. Names and reasons do not count.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }

    /// The same hours in the one way in which every other way to write them comes out too, without texts.
    pub(super) fn canonical(&self) -> Self {
        let year = Year::of(&self.weekly, &self.seasons);
        let usual = year.usual.clone();
        let parts = year.joined();
        let weeks = || std::iter::once(&usual).chain(parts.iter().map(|(_, _, week)| week));
        let public_holidays = match self.public_holidays {
            // Nothing tells them apart.
            _ if weeks().all(super::partition::Week::is_empty) => None,
            Some(HolidayRule::AsSunday) if weeks().all(|week| week.on(Weekday::Sunday).is_empty()) => {
                Some(HolidayRule::Closed)
            }
            rule => rule,
        };
        Self {
            weekly: usual.entries(),
            seasons: seasons(&parts),
            exceptions: joined(
                self.exceptions.iter().map(|days| (days.first_day, days.last_day, in_order(&days.hours))),
            ),
            public_holidays,
            by_appointment: self.by_appointment,
            osm: None,
        }
    }
}

/// Intervals in order, each once.
pub(super) fn in_order(hours: &[Interval]) -> Vec<Interval> {
    let mut hours: Vec<Interval> = hours.iter().copied().map(plain).collect();
    hours.sort_unstable();
    hours.dedup();
    hours
}

/// Runs of days as exceptions, those joined that follow each other with the same hours.
pub(super) fn joined(runs: impl Iterator<Item = (NaiveDate, NaiveDate, Vec<Interval>)>) -> Vec<ExceptionalHours> {
    let mut runs: Vec<_> = runs.collect();
    runs.sort_unstable();
    let mut exceptions: Vec<ExceptionalHours> = Vec::new();
    for (first_day, last_day, hours) in runs {
        match exceptions.last_mut() {
            Some(before) if before.last_day + Days::new(1) == first_day && before.hours == hours => {
                before.last_day = last_day;
            }
            _ => exceptions.push(ExceptionalHours { first_day, last_day, hours, reason: None }),
        }
    }
    exceptions
}
