//! The rules of the syntax together: each overrides what those before it say of its days, or adds to it.

use super::rule::{Rule, unsupported};
use crate::invalid::Invalid;
use crate::opening_hours::partition::{Slot, Week, When, Year};
use crate::opening_hours::{HolidayRule, MonthDay, Weekday};

/// The hours of a part of the year.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hours {
    week: Week,
    holidays: Holidays,
}

/// What holds on public holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holidays {
    /// The hours of the weekday that it is.
    AsUsual,
    /// Hours of their own, as if of a Sunday.
    Own(Week),
    /// Of some the one and of some the other, since this rule.
    Mixed(String),
}

/// The week of a part of the year, from a day to a day.
pub(super) type Part = (MonthDay, MonthDay, Week);

/// The usual week, the parts of the year that have another, and what holds on public holidays.
pub(super) fn together<'a>(rules: impl Iterator<Item = &'a Rule>) -> Result<(Week, Vec<Part>, HolidayRule), Invalid> {
    let mut year = Year::new(Hours { week: Week::default(), holidays: Holidays::AsUsual });
    for rule in rules {
        if rule.seasons.is_empty() {
            year.all().try_for_each(|hours| hours.follow(rule))?;
        }
        for (begins, ends) in &rule.seasons {
            year.within(*begins, *ends).try_for_each(|hours| hours.follow(rule))?;
        }
    }
    if let Some(text) = year.all().find_map(|hours| hours.holidays.mixed_by()) {
        return Err(unsupported(text));
    }
    let rules = [HolidayRule::Closed, HolidayRule::AsSunday, HolidayRule::AsUsual];
    let rule = rules.into_iter().find(|rule| year.all().all(|hours| hours.keep(*rule)));
    let rule = rule.ok_or_else(|| unsupported("PH"))?;
    let year = year.map(|hours| hours.week);
    Ok((year.usual.clone(), year.joined(), rule))
}

impl Hours {
    /// Takes over what a rule says.
    fn follow(&mut self, rule: &Rule) -> Result<(), Invalid> {
        for (day, when) in &rule.days {
            write(&mut self.week, *day, when, rule)?;
        }
        self.holidays.follow(rule)
    }

    /// Whether a rule of the registry says what holds on public holidays.
    fn keep(&self, rule: HolidayRule) -> bool {
        match (rule, &self.holidays) {
            (HolidayRule::AsUsual, Holidays::AsUsual) => true,
            (_, Holidays::AsUsual) => self.week.is_empty(),
            (HolidayRule::Closed, Holidays::Own(own)) => own.is_empty(),
            (HolidayRule::AsSunday, Holidays::Own(own)) => own.on(Weekday::Sunday) == self.week.on(Weekday::Sunday),
            _ => false,
        }
    }
}

impl Holidays {
    fn mixed_by(&self) -> Option<String> {
        match self {
            Self::Mixed(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn follow(&mut self, rule: &Rule) -> Result<(), Invalid> {
        let overrides = !rule.adds;
        match self {
            Self::Own(own) if rule.holidays => {
                return write(own, Weekday::Sunday, &When::new(rule.parity, None, &[]), rule);
            }
            // It closes what is closed.
            Self::Own(own) if rule.hours.is_empty() && own.is_empty() => (),
            _ if rule.holidays && overrides && rule.parity.is_none() => {
                let mut own = Week::default();
                write(&mut own, Weekday::Sunday, &When::default(), rule)?;
                *self = Self::Own(own);
            }
            _ if !rule.holidays && overrides && rule.is_of_all_days() => *self = Self::AsUsual,
            Self::AsUsual if !rule.holidays => (),
            Self::Mixed(_) => (),
            _ => *self = Self::Mixed(rule.text.clone()),
        }
        Ok(())
    }
}

/// Writes the hours of a rule to those days of a weekday that it means.
fn write(week: &mut Week, day: Weekday, when: &When, rule: &Rule) -> Result<(), Invalid> {
    if !rule.adds {
        week.clear(day, when).ok_or_else(|| unsupported(rule.text.clone()))?;
    }
    for interval in &rule.hours {
        week.add(day, Slot { interval: *interval, when: when.clone() });
    }
    Ok(())
}
