//! Reads opening hours in the syntax of OpenStreetMap.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use opening_hours_syntax::rules::OpeningHoursExpression;
use validator::Validate;

use super::rule::{self, Reading, Rule, unsupported};
use super::rules;
use crate::invalid::{self, Form, Invalid};
use crate::opening_hours::canonical::{in_order, joined};
use crate::opening_hours::{Interval, OpeningHours, partition};

/// How many days with a year of their own are looked at.
const MAX_DAYS: usize = 20_000;

/// The hours that a text says.
pub(super) fn hours(text: &str) -> Result<OpeningHours, Invalid> {
    let malformed = || Invalid::Malformed { value: text.to_owned(), expected: Form::OpeningHours };
    if let Some(part) = misread(text) {
        return Err(unsupported(part));
    }
    let expression = opening_hours_syntax::parse(text).map_err(|error| match error {
        opening_hours_syntax::Error::Syntax(_) => malformed(),
        _ => unsupported(text),
    })?;
    let (rules, by_appointment) = rules_of(&expression)?;
    let (week, parts, holidays) = rules::together(rules.iter().filter(|rule| rule.runs.is_empty()))?;
    let hours = OpeningHours {
        weekly: week.entries(),
        seasons: partition::seasons(&parts),
        exceptions: joined(days(&rules)?.into_iter().map(|day| (day, day, hours_on(day, &rules)))),
        public_holidays: None,
        by_appointment,
        osm: None,
    };
    let public_holidays = hours.is_structured().then_some(holidays);
    let hours = OpeningHours { public_holidays, ..hours };
    match hours.validate() {
        Ok(()) => Ok(hours),
        Err(errors) => {
            Err(invalid::violations(&errors).into_iter().next().map_or_else(malformed, |first| first.invalid))
        }
    }
}

/// The rules of an expression, and whether there are hours by appointment.
fn rules_of(expression: &OpeningHoursExpression) -> Result<(Vec<Rule>, bool), Invalid> {
    let mut by_appointment = false;
    let mut rules = Vec::new();
    for sequence in &expression.rules {
        match rule::read(sequence)? {
            Reading::ByAppointment => by_appointment = true,
            Reading::Hours { rule, by_appointment: these } => {
                by_appointment |= these;
                rules.push(rule);
            }
        }
    }
    Ok((rules, by_appointment))
}

/// The days with a year of their own that rules speak of.
fn days(rules: &[Rule]) -> Result<BTreeSet<NaiveDate>, Invalid> {
    let mut days = BTreeSet::new();
    let mut seen = 0;
    for rule in rules {
        for (first, last) in &rule.runs {
            for day in first.iter_days().take_while(|day| day <= last) {
                seen += 1;
                if seen > MAX_DAYS {
                    return Err(unsupported(rule.text.clone()));
                }
                if rule.holds(day) {
                    days.insert(day);
                }
            }
        }
    }
    Ok(days)
}

/// The hours of one day, by all rules in their order.
fn hours_on(day: NaiveDate, rules: &[Rule]) -> Vec<Interval> {
    let mut hours = Vec::new();
    for rule in rules.iter().filter(|rule| rule.holds(day)) {
        if !rule.adds {
            hours.clear();
        }
        hours.extend(&rule.hours);
    }
    in_order(&hours)
}

/// The hours of one day, by the rules alone.
#[cfg(test)]
pub(super) fn hours_of(text: &str, day: NaiveDate) -> Vec<Interval> {
    let expression = opening_hours_syntax::parse(text).unwrap();
    hours_on(day, &rules_of(&expression).unwrap().0)
}

/// A part that the parser would take for something else, or with which it would never finish.
fn misread(text: &str) -> Option<String> {
    // Comments are every second piece.
    let said: String = text.split('"').step_by(2).collect::<Vec<_>>().join(" ").to_lowercase();
    intersection(&said).or_else(|| unordered(&said)).or_else(|| list_of_nth(&said)).map(str::to_owned)
}

/// `PH Mo`: the public holidays that are Mondays, read as both.
fn intersection(said: &str) -> Option<&str> {
    let weekday = |word: &str| word.get(..2).is_some_and(|name| WEEKDAYS.contains(&name));
    let holiday = |word: &str| word.starts_with("ph") || word.starts_with("sh");
    // Not `sunrise`, and before a space no `Su;`.
    let begins = |word: &str| weekday(word) && !word[2..].starts_with(|letter: char| letter.is_ascii_alphabetic());
    let ends = |word: &str| weekday(word) && (word.len() == 2 || word.ends_with(']'));
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| {
        let (before, after) = (pair[0], pair[1]);
        let end = before.rsplit([',', '-']).next().unwrap_or_default();
        let both = matches!(end, "ph" | "sh") && begins(after) || ends(end) && holiday(after);
        both.then_some(before)
    })
}

/// `Mo[3-1]`: no Monday, read as every one.
fn unordered(said: &str) -> Option<&str> {
    let lists = said.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(list, _)| list);
    lists
        .flat_map(|list| list.split(','))
        .find(|range| range.trim().split_once('-').is_some_and(|(first, last)| !first.is_empty() && first > last))
}

/// `Jan Mo[1],Feb Mo[1],…`: the parser reads each of them three times for each before it.
fn list_of_nth(said: &str) -> Option<&str> {
    let mut lists = said.match_indices("],");
    let following = lists.find_map(|(at, found)| {
        let next = &said[at + found.len()..];
        let weekday = WEEKDAYS.iter().chain(&["ph", "sh", " "]).any(|name| next.starts_with(name));
        (!weekday).then_some(next)
    });
    following.and_then(|next| next.split([',', ';']).next())
}

/// The weekdays of the syntax, in small letters.
const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
