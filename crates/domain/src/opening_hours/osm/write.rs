//! Writes opening hours in the syntax of OpenStreetMap.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};

use crate::opening_hours::partition::{Slot, Week, When};
use crate::opening_hours::week::all_weekdays;
use crate::opening_hours::{HolidayRule, Interval, MonthDay, OpeningHours, WeekParity, Weekday};

/// The text that says these hours; none where the syntax cannot.
pub(super) fn written(hours: &OpeningHours) -> Option<String> {
    let hours = hours.canonical();
    let mut text = Text::default();
    let usual = Week::of(&hours.weekly);
    text.write_week("", &usual, None)?;
    let mut seasons = Vec::new();
    for season in &hours.seasons {
        seasons.push((time_of_year(season.begins, season.ends)?, Week::of(&season.weekly)));
    }
    for (prefix, week) in &seasons {
        text.write_week(prefix, week, Some(&usual))?;
    }
    match hours.public_holidays {
        Some(HolidayRule::AsSunday) => {
            text.write_holidays("", &usual)?;
            for (prefix, week) in
                seasons.iter().filter(|(_, week)| week.on(Weekday::Sunday) != usual.on(Weekday::Sunday))
            {
                text.write_holidays(prefix, week)?;
            }
        }
        Some(HolidayRule::Closed) => text.rule(false, "PH off"),
        Some(HolidayRule::AsUsual) | None => (),
    }
    for exception in &hours.exceptions {
        let days = run(exception.first_day, exception.last_day);
        let times = if exception.hours.is_empty() { "off".to_owned() } else { times(&exception.hours) };
        text.rule(false, &format!("{days} {times}"));
    }
    Some(text.finish(hours.by_appointment))
}

/// Rules, as they are written one after another.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    /// Adds a rule: one that overrides what is said of its days, or one that adds to it.
    fn rule(&mut self, adds: bool, rule: &str) {
        if !self.0.is_empty() {
            self.0.push_str(if adds { ", " } else { "; " });
        }
        self.0.push_str(rule);
    }

    fn finish(self, by_appointment: bool) -> String {
        match (by_appointment, self.0.is_empty()) {
            (true, true) => "\"by appointment\"".to_owned(),
            (true, false) => format!("{} || \"by appointment\"", self.0),
            (false, _) => self.0,
        }
    }

    /// Writes a week; one of a season with all that makes it differ from the usual one.
    fn write_week(&mut self, season: &str, week: &Week, usual: Option<&Week>) -> Option<()> {
        let groups = groups(week)?;
        let overridden = |day: &Weekday| week.on(*day).iter().any(|slot| slot.when.is_always());
        let left = |day: &&Weekday| usual.is_some_and(|usual| !usual.on(**day).is_empty()) && !overridden(day);
        let left: Vec<Weekday> = all_weekdays().iter().filter(left).copied().collect();
        if usual.is_some() && week.is_empty() {
            self.rule(false, &joined([season, "off"]));
        } else if !left.is_empty() {
            self.rule(false, &joined([season, &days(&left, &[]), "off"]));
        }
        let mut spoken_of = BTreeSet::new();
        for (when, weekdays, hours) in groups {
            // To override a day is also to cut off the night that goes on into it. A season has to: it would add to the
            // usual week otherwise.
            let adds = weekdays.iter().any(|day| spoken_of.contains(day));
            spoken_of.extend(weekdays.iter().copied());
            if usual.is_none() && hours.iter().any(|hours| hours.closes <= hours.opens) {
                spoken_of.extend(weekdays.iter().map(|day| all_weekdays()[(*day as usize + 1) % 7]));
            }
            let whole = season.is_empty() && when.is_always() && weekdays.len() == 7 && times(&hours) == "00:00-24:00";
            let rule = if whole && self.0.is_empty() {
                "24/7".to_owned()
            } else {
                joined([season, weeks(when.parity), &days(&weekdays, &when.nth), &times(&hours)])
            };
            self.rule(adds, &rule);
        }
        Some(())
    }

    /// Writes the Sunday of a week as what holds on public holidays. None where it opens on the n-th Sunday of a month
    /// alone: a holiday that is a Sunday may be that one, and the syntax cannot ask.
    fn write_holidays(&mut self, season: &str, week: &Week) -> Option<()> {
        let sunday = week.on(Weekday::Sunday);
        if sunday.iter().any(|slot| !slot.when.nth.is_empty()) {
            return None;
        }
        let mut adds = false;
        if !sunday.iter().any(|slot| slot.when.is_always()) {
            self.rule(false, &joined([season, "PH off"]));
        }
        for (when, hours) in of_one_day(sunday) {
            self.rule(adds, &joined([season, weeks(when.parity), "PH", &times(&hours)]));
            adds = true;
        }
        Some(())
    }
}

/// Hours with the weekdays on which they hold, and when.
type Group<'a> = (&'a When, Vec<Weekday>, Vec<Interval>);

/// The hours of a week in groups, each of which is one rule. None where one holds every n-th week: there is no rule for it.
fn groups(week: &Week) -> Option<Vec<Group<'_>>> {
    let mut groups: Vec<Group> = Vec::new();
    for day in all_weekdays() {
        for (when, hours) in of_one_day(week.on(*day)) {
            if when.every_weeks.is_some() {
                return None;
            }
            match groups.iter_mut().find(|(known, _, times)| *known == when && *times == hours) {
                Some((_, days, _)) => days.push(*day),
                None => groups.push((when, vec![*day], hours)),
            }
        }
    }
    // Those of one kind stay in the order of their days.
    groups.sort_by_key(|(when, ..)| !when.is_always());
    Some(groups)
}

/// The hours of one weekday by when they hold: those that always hold first.
fn of_one_day(slots: &[Slot]) -> Vec<(&When, Vec<Interval>)> {
    let mut hours: Vec<(&When, Vec<Interval>)> = Vec::new();
    for slot in slots {
        match hours.iter_mut().find(|(when, _)| **when == slot.when) {
            Some((_, intervals)) => intervals.push(slot.interval),
            None => hours.push((&slot.when, vec![slot.interval])),
        }
    }
    hours.sort_by_key(|(when, _)| !when.is_always());
    hours
}

/// The parts of a rule that there are.
fn joined<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn weeks(parity: Option<WeekParity>) -> &'static str {
    match parity {
        None => "",
        Some(WeekParity::OddWeeks) => "week 01-53/2",
        Some(WeekParity::EvenWeeks) => "week 02-52/2",
    }
}

/// Weekdays, of which those that follow each other are a range unless the n-th of a month are meant.
fn days(days: &[Weekday], nth: &[i8]) -> String {
    let nth: Vec<String> = nth.iter().map(i8::to_string).collect();
    let nth = if nth.is_empty() { String::new() } else { format!("[{}]", nth.join(",")) };
    let mut ranges: Vec<(Weekday, Weekday)> = Vec::new();
    for day in days {
        match ranges.last_mut() {
            Some((_, last)) if nth.is_empty() && *last as usize + 1 == *day as usize => *last = *day,
            _ => ranges.push((*day, *day)),
        }
    }
    let mut text = String::new();
    for (first, last) in ranges {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match last as usize - first as usize {
            0 => write!(text, "{comma}{}{nth}", name(first)),
            1 => write!(text, "{comma}{},{}", name(first), name(last)),
            _ => write!(text, "{comma}{}-{}", name(first), name(last)),
        };
    }
    text
}

fn name(day: Weekday) -> &'static str {
    ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][day as usize]
}

fn times(hours: &[Interval]) -> String {
    hours.iter().map(|hours| format!("{}-{}", hours.opens, hours.closes)).collect::<Vec<_>>().join(",")
}

/// A time of the year. None for one that begins or ends with the day that most years do not have, unless with the
/// month: readers of the syntax disagree about it.
fn time_of_year(begins: MonthDay, ends: MonthDay) -> Option<String> {
    let months = begins.day() == 1 && MonthDay::last_of(ends.month()) == Some(ends);
    let leap = MonthDay::last_of(2);
    if months && begins.month() == ends.month() && begins < ends {
        Some(month(begins.month()).to_owned())
    } else if months {
        Some(format!("{}-{}", month(begins.month()), month(ends.month())))
    } else if Some(begins) == leap || Some(ends) == leap {
        None
    } else if begins == ends {
        Some(day_of_month(begins))
    } else {
        Some(format!("{}-{}", day_of_month(begins), day_of_month(ends)))
    }
}

fn month(number: u8) -> &'static str {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    months.get(usize::from(number) - 1).copied().unwrap_or_default()
}

fn day_of_month(day: MonthDay) -> String {
    format!("{} {:02}", month(day.month()), day.day())
}

fn run(first: NaiveDate, last: NaiveDate) -> String {
    let day = |day: NaiveDate| format!("{} {}", day.year(), day_of_month(MonthDay::of(day)));
    if first == last { day(first) } else { format!("{}-{}", day(first), day(last)) }
}
