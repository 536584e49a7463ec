//! One rule of the syntax, in the terms of the registry.

use chrono::{Datelike, NaiveDate};
use opening_hours_syntax::rules::day::{
    Date, DateOffset, HolidayKind, Month, MonthdayRange, WeekDayRange, WeekRange, Year, YearRange,
};
use opening_hours_syntax::rules::time::{Time, TimeSelector, TimeSpan};
use opening_hours_syntax::rules::{RuleKind, RuleOperator, RuleSequence};

use crate::date::{FIRST_YEAR, LAST_YEAR};
use crate::invalid::Invalid;
use crate::opening_hours::canonical::in_order;
use crate::opening_hours::partition::When;
use crate::opening_hours::week::{all_weekdays, nth_of_month};
use crate::opening_hours::{Interval, MonthDay, PublicHoliday, TimeOfDay, WeekParity, Weekday};

/// The comments that say that there are hours by appointment.
const BY_APPOINTMENT: [&str; 3] = ["by appointment", "by appointment only", "on appointment"];

/// What a rule of the syntax comes to.
#[derive(Debug)]
pub(super) enum Reading {
    /// There are hours by appointment, at no time that is known.
    ByAppointment,
    /// There are hours.
    Hours {
        /// When.
        rule: Rule,
        /// Whether they are by appointment.
        by_appointment: bool,
    },
}

/// Hours on some of the days.
#[derive(Debug)]
pub(super) struct Rule {
    /// The rule itself, to name it by.
    pub(super) text: String,
    /// Whether it adds to what earlier rules say, in place of overriding it.
    pub(super) adds: bool,
    /// When it is open on the days that it speaks of; never where it closes them.
    pub(super) hours: Vec<Interval>,
    /// The times of every year that it speaks of; none for all.
    pub(super) seasons: Vec<(MonthDay, MonthDay)>,
    /// The days of certain years that it speaks of; none for all.
    pub(super) runs: Vec<(NaiveDate, NaiveDate)>,
    /// The weekdays that it speaks of, each with the days that it means.
    pub(super) days: Vec<(Weekday, When)>,
    /// The weeks that it speaks of; none for all.
    pub(super) parity: Option<WeekParity>,
    /// Whether it speaks of public holidays by name.
    pub(super) holidays: bool,
}

/// Opening hours of which the registry cannot keep a part.
pub(super) fn unsupported(part: impl Into<String>) -> Invalid {
    Invalid::UnsupportedHours { part: part.into() }
}

/// Reads a rule. Fails where it says what the registry cannot keep.
pub(super) fn read(sequence: &RuleSequence) -> Result<Reading, Invalid> {
    let text = sequence.to_string();
    let by_appointment = BY_APPOINTMENT.contains(&sequence.comment.to_lowercase().as_str());
    if !by_appointment && !sequence.comment.is_empty() {
        return Err(unsupported(format!("\"{}\"", sequence.comment)));
    }
    let always = sequence.time_selector == TimeSelector::default();
    let closed = sequence.kind == RuleKind::Closed;
    let adds = match sequence.operator {
        _ if by_appointment && !closed && always && sequence.day_selector.is_empty() => {
            return Ok(Reading::ByAppointment);
        }
        RuleOperator::Fallback => return Err(unsupported(format!("|| {text}"))),
        // What is closed all day is closed, whatever earlier rules say: there is nothing to add.
        RuleOperator::Additional => !closed,
        RuleOperator::Normal => false,
    };
    let hours = match sequence.kind {
        RuleKind::Unknown if !by_appointment => return Err(unsupported(text)),
        RuleKind::Closed if !always => return Err(unsupported(text)),
        RuleKind::Closed => Vec::new(),
        // Such as `Sa "by appointment"`: no time is known.
        _ if by_appointment && always => Vec::new(),
        _ => intervals(&sequence.time_selector)?,
    };
    let selector = &sequence.day_selector;
    let parity = parity(&selector.week)?;
    let (seasons, runs, days) = (Vec::new(), Vec::new(), Vec::new());
    let mut rule = Rule { text, adds, hours, seasons, runs, days, parity, holidays: false };
    for range in &selector.weekday {
        rule.read_weekdays(range)?;
    }
    if selector.weekday.is_empty() {
        rule.days.extend(all_weekdays().iter().map(|day| (*day, When::new(parity, None, &[]))));
    }
    match selector.monthday[..] {
        // Such as `Jun Mo[1]`.
        [MonthdayRange::Date { start, end }]
            if start == end && selector.weekday.is_empty() && selector.year.is_empty() && is_nth_of_month(start) =>
        {
            rule.read_nth_of_month(start.0)?;
        }
        _ => rule.read_dates(&selector.monthday, &selector.year)?,
    }
    Ok(Reading::Hours { rule, by_appointment })
}

impl Rule {
    /// Whether it speaks of every day of its times of the year.
    pub(super) fn is_of_all_days(&self) -> bool {
        let whole = |day: &Weekday| self.days.iter().any(|(own, when)| own == day && when.is_always());
        all_weekdays().iter().all(whole)
    }

    /// Whether it speaks of a day.
    pub(super) fn holds(&self, day: NaiveDate) -> bool {
        let of_year = MonthDay::of(day);
        let dated = self.seasons.is_empty() && self.runs.is_empty()
            || self.seasons.iter().any(|(begins, ends)| of_year.is_within(*begins, *ends))
            || self.runs.iter().any(|(first, last)| (*first..=*last).contains(&day));
        let (weekday, ordinals) = (Weekday::from(day.weekday()), nth_of_month(day));
        let named = |when: &When| when.nth.is_empty() || ordinals.iter().any(|nth| when.nth.contains(nth));
        dated
            && self.parity.is_none_or(|parity| parity == WeekParity::of(day))
            && (self.days.iter().any(|(own, when)| *own == weekday && named(when))
                || self.holidays && PublicHoliday::on(day).is_some())
    }

    fn read_weekdays(&mut self, range: &WeekDayRange) -> Result<(), Invalid> {
        match range {
            WeekDayRange::Holiday { kind: HolidayKind::Public, offset: 0 } => self.holidays = true,
            WeekDayRange::Fixed { range: days, offset: 0, nth_from_start, nth_from_end } => {
                let every = !nth_from_start.contains(&false) && !nth_from_end.contains(&false);
                let first = (1..=5).zip(nth_from_start).filter_map(|(nth, named)| named.then_some(nth));
                let last = (1..=5).zip(nth_from_end).filter_map(|(nth, named)| named.then_some(-nth));
                let nth: Vec<i8> = if every { Vec::new() } else { first.chain(last).collect() };
                let when = When::new(self.parity, None, &nth);
                let mut day = *days.start();
                self.days.push((day.into(), when.clone()));
                while day != *days.end() {
                    day = day.succ();
                    self.days.push((day.into(), when.clone()));
                }
            }
            other => return Err(unsupported(other.to_string())),
        }
        Ok(())
    }

    fn read_nth_of_month(&mut self, date: Date) -> Result<(), Invalid> {
        if let Date::Weekday { month, wday, nth, .. } = date {
            self.seasons.push(months(month, month)?);
            self.days = vec![(wday.into(), When::new(self.parity, None, &[nth]))];
        }
        Ok(())
    }

    fn read_dates(&mut self, dates: &[MonthdayRange], years: &[YearRange]) -> Result<(), Invalid> {
        for range in dates {
            self.read_date(range)?;
        }
        if !years.is_empty() {
            self.put_into_years(years)?;
        }
        // A run without days, or a list of both kinds, which have different precedence.
        let mixed = !self.seasons.is_empty() && !self.runs.is_empty();
        if mixed || self.runs.iter().any(|(first, last)| last < first) {
            return Err(unsupported(self.text.clone()));
        }
        Ok(())
    }

    fn read_date(&mut self, range: &MonthdayRange) -> Result<(), Invalid> {
        let refused = || unsupported(range.to_string());
        let (from, to) = match range {
            MonthdayRange::Month { range, year } => {
                let (begins, ends) = months(*range.start(), *range.end())?;
                (Some((*year, begins)), Some((None, ends)))
            }
            MonthdayRange::Date { start, end } => (fixed(*start), fixed(*end)),
        };
        match (from.ok_or_else(refused)?, to.ok_or_else(refused)?) {
            ((None, begins), (None, ends)) => self.seasons.push((begins, ends)),
            ((Some(Year(year)), begins), (None, ends)) => self.runs.push(run(year, begins, ends).ok_or_else(refused)?),
            ((Some(Year(first)), begins), (Some(Year(last)), ends)) => {
                self.runs.push(day(first, begins).zip(day(last, ends)).ok_or_else(refused)?);
            }
            _ => return Err(refused()),
        }
        Ok(())
    }

    /// Makes the times of every year, or else the whole year, to days of certain years.
    fn put_into_years(&mut self, years: &[YearRange]) -> Result<(), Invalid> {
        let refused = || unsupported(self.text.clone());
        if !self.runs.is_empty() {
            return Err(refused());
        }
        let seasons = match &self.seasons[..] {
            [] => vec![months(Month::January, Month::December)?],
            seasons => seasons.to_vec(),
        };
        let mut runs = Vec::new();
        for range in years {
            let (range, step) = range.into_parts();
            if step != 1 || !(FIRST_YEAR..=LAST_YEAR).contains(&range.end().0) {
                return Err(refused());
            }
            for year in range.start().0..=range.end().0 {
                for (begins, ends) in &seasons {
                    runs.push(run(year, *begins, *ends).ok_or_else(refused)?);
                }
            }
        }
        (self.seasons, self.runs) = (Vec::new(), runs);
        Ok(())
    }
}

/// Whether a date is the n-th weekday of a month of every year.
fn is_nth_of_month((date, offset): (Date, DateOffset)) -> bool {
    matches!(date, Date::Weekday { year: None, .. }) && offset == DateOffset::default()
}

/// A date that is the same in every year, with its year if it has one.
fn fixed((date, offset): (Date, DateOffset)) -> Option<(Option<Year>, MonthDay)> {
    match date {
        Date::Fixed { year, month, day } if offset == DateOffset::default() => {
            Some((year, MonthDay::new(u8::from(month), day)?))
        }
        _ => None,
    }
}

fn months(first: Month, last: Month) -> Result<(MonthDay, MonthDay), Invalid> {
    let days = MonthDay::new(u8::from(first), 1).zip(MonthDay::last_of(u8::from(last)));
    days.ok_or_else(|| unsupported(format!("{first}-{last}")))
}

/// A day of a year; the end of February is its 28th where there is no 29th.
fn day(year: i32, day: MonthDay) -> Option<NaiveDate> {
    let known = (FIRST_YEAR..=LAST_YEAR).contains(&year);
    day.in_year(year).or_else(|| MonthDay::new(2, 28)?.in_year(year)).filter(|_| known)
}

/// A time of the year in the year in which it begins.
fn run(year: i32, begins: MonthDay, ends: MonthDay) -> Option<(NaiveDate, NaiveDate)> {
    day(year, begins).zip(day(if ends < begins { year + 1 } else { year }, ends))
}

/// The parity of the weeks that a rule speaks of.
fn parity(weeks: &[WeekRange]) -> Result<Option<WeekParity>, Invalid> {
    let [week] = weeks else {
        return weeks.first().map_or(Ok(None), |first| Err(unsupported(format!("week {first}, …"))));
    };
    let (range, step) = week.into_parts();
    match (range.start().0, range.end().0, step) {
        (1, 53, 1) => Ok(None),
        (1, 53, 2) => Ok(Some(WeekParity::OddWeeks)),
        (2, 52 | 53, 2) => Ok(Some(WeekParity::EvenWeeks)),
        _ => Err(unsupported(format!("week {week}"))),
    }
}

fn intervals(times: &TimeSelector) -> Result<Vec<Interval>, Invalid> {
    let hours: Option<Vec<_>> = times.spans.iter().map(interval).collect();
    hours.map(|hours| in_order(&hours)).ok_or_else(|| unsupported(times.to_string()))
}

/// The time that a span is; none for one without a fixed end, and for one of a day or more that is not the day.
fn interval(span: &TimeSpan) -> Option<Interval> {
    const DAY: u16 = 24 * 60;
    let (Time::Fixed(from), Time::Fixed(to)) = (span.range.start, span.range.end) else { return None };
    let (from, to) = (from.mins_from_midnight(), to.mins_from_midnight());
    let closes = match to {
        _ if span.open_end || span.repeats.is_some() || from >= DAY => return None,
        0 => DAY,
        past if past > DAY && past - DAY < from => past - DAY,
        within if within <= DAY && within != from => within,
        _ => return None,
    };
    Some(Interval { opens: TimeOfDay::after_minutes(from)?, closes: TimeOfDay::after_minutes(closes)? })
}
