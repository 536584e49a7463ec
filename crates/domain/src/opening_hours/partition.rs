//! The hours of a year in parts: a week for each run of days that has one, each week by its days.
//!
//! Two ways to write the same hours have the same parts. What the syntax of OpenStreetMap says rule by rule comes
//! together here.

use super::week::all_weekdays;
use super::{EveryWeeks, Interval, MonthDay, SeasonalHours, TimeOfDay, WeekParity, Weekday, WeeklyHours};

/// The number of the last day of a year.
const LAST_DAY: u16 = 366;

/// On which of the days of a weekday hours hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    /// In weeks of this parity; none for all.
    pub(super) parity: Option<WeekParity>,
    /// In every n-th week; none for all.
    pub(super) every_weeks: Option<EveryWeeks>,
    /// On the n-th of the month; none for all.
    pub(super) nth: Vec<i8>,
}

impl When {
    /// The same, the n-th days in order, and none where all five are named.
    pub(super) fn new(parity: Option<WeekParity>, every_weeks: Option<EveryWeeks>, nth: &[i8]) -> Self {
        let named = |nth: &i8| nth.unsigned_abs();
        let (mut first, mut last): (Vec<i8>, Vec<i8>) = nth.iter().partition(|nth| **nth > 0);
        first.sort_unstable();
        last.sort_unstable_by_key(named);
        let all = first.len() == 5 || last.len() == 5;
        Self { parity, every_weeks, nth: if all { Vec::new() } else { [first, last].concat() } }
    }

    /// Whether it is every such weekday.
    pub(super) fn is_always(&self) -> bool {
        *self == Self::default()
    }

    /// What is left of it without another one that names no weeks; none where that cannot be said.
    fn without(&self, other: &Self) -> Option<Vec<Self>> {
        let parity = match (self.parity, other.parity) {
            (Some(own), Some(others)) if own != others => return Some(vec![self.clone()]),
            (own, others) => own.or(others),
        };
        let mut left = Vec::new();
        if let (None, Some(others)) = (self.parity, other.parity) {
            left.push(Self { parity: Some(others.other()), ..self.clone() });
        }
        if !other.nth.is_empty() {
            let from_start = other.nth.iter().all(|nth| *nth > 0);
            let one_way = |nth: &[i8]| nth.iter().all(|nth| (*nth > 0) == from_start);
            if !one_way(&other.nth) || !one_way(&self.nth) {
                return None;
            }
            let all = if from_start { [1, 2, 3, 4, 5] } else { [-1, -2, -3, -4, -5] };
            let own: &[i8] = if self.nth.is_empty() { &all } else { &self.nth };
            let nth: Vec<i8> = own.iter().copied().filter(|nth| !other.nth.contains(nth)).collect();
            if !nth.is_empty() {
                left.push(Self { parity, nth, ..self.clone() });
            }
        }
        Some(left)
    }
}

/// Hours of one weekday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// The time.
    pub(super) interval: Interval,
    /// When it holds.
    pub(super) when: When,
}

/// The hours of a week by its days; those of a day in order, none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Week([Vec<Slot>; 7]);

impl Week {
    /// The week that entries describe.
    pub(super) fn of(entries: &[WeeklyHours]) -> Self {
        let mut week = Self::default();
        for entry in entries {
            let when = When::new(entry.week_parity, entry.every_weeks, &entry.weeks_of_month);
            let interval = plain(Interval { opens: entry.opens, closes: entry.closes });
            for day in &entry.days {
                week.add(*day, Slot { interval, when: when.clone() });
            }
        }
        week
    }

    /// The hours of a weekday.
    pub(super) fn on(&self, day: Weekday) -> &[Slot] {
        &self.0[day as usize]
    }

    /// Whether it says no hours.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// Adds hours to a weekday.
    pub(super) fn add(&mut self, day: Weekday, slot: Slot) {
        let slots = &mut self.0[day as usize];
        if let Err(place) = slots.binary_search(&slot) {
            slots.insert(place, slot);
        }
    }

    /// Takes from a weekday what it says for some of its days. Fails where what is left cannot be said.
    pub(super) fn clear(&mut self, day: Weekday, when: &When) -> Option<()> {
        for slot in std::mem::take(&mut self.0[day as usize]) {
            for left in slot.when.without(when)? {
                self.add(day, Slot { when: left, ..slot.clone() });
            }
        }
        Some(())
    }

    /// The entries that describe it: as few as there are times, from Monday on.
    pub(super) fn entries(&self) -> Vec<WeeklyHours> {
        let mut entries: Vec<(Vec<Weekday>, &Slot)> = Vec::new();
        for day in all_weekdays() {
            for slot in self.on(*day) {
                match entries.iter_mut().find(|(_, known)| *known == slot) {
                    Some((days, _)) => days.push(*day),
                    None => entries.push((vec![*day], slot)),
                }
            }
        }
        let entry = |(days, Slot { interval, when }): (Vec<Weekday>, &Slot)| WeeklyHours {
            days,
            opens: interval.opens,
            closes: interval.closes,
            week_parity: when.parity,
            every_weeks: when.every_weeks,
            weeks_of_month: when.nth.clone(),
        };
        entries.into_iter().map(entry).collect()
    }
}

/// The parts of a year that have something of their own, in order; the rest is as usual.
#[derive(Debug, Clone)]
pub(super) struct Year<T> {
    /// What holds in the rest.
    pub(super) usual: T,
    /// The first and the last day of each part, by number, and what holds in it.
    parts: Vec<(u16, u16, T)>,
}

impl<T: Clone + PartialEq> Year<T> {
    /// A year without parts.
    pub(super) fn new(usual: T) -> Self {
        Self { usual, parts: Vec::new() }
    }

    /// Everything that holds in it somewhere.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut T> {
        std::iter::once(&mut self.usual).chain(self.parts.iter_mut().map(|(_, _, held)| held))
    }

    /// What holds between two days, in parts of their own.
    pub(super) fn within(&mut self, begins: MonthDay, ends: MonthDay) -> impl Iterator<Item = &mut T> {
        let (first, last) = (begins.number(), ends.number());
        let runs = if first <= last { vec![(first, last)] } else { vec![(1, last), (first, LAST_DAY)] };
        for (first, last) in &runs {
            self.part_off(*first, *last);
        }
        self.parts.iter_mut().filter_map(move |(from, to, held)| {
            runs.iter().any(|(first, last)| *first <= *from && *to <= *last).then_some(held)
        })
    }

    /// Makes parts that begin and end with a run of days and leave none of it to the rest.
    fn part_off(&mut self, first: u16, last: u16) {
        let mut parts = Vec::new();
        // The first day of the run that is in no part so far.
        let mut next = first;
        for (from, to, held) in std::mem::take(&mut self.parts) {
            if next < from && next <= last {
                let until = last.min(from - 1);
                parts.push((next, until, self.usual.clone()));
                next = until + 1;
            }
            if to >= first && from <= last {
                next = to + 1;
            }
            let mut from = from;
            for cut in [first, last + 1] {
                if from < cut && cut <= to {
                    parts.push((from, cut - 1, held.clone()));
                    from = cut;
                }
            }
            parts.push((from, to, held));
        }
        if next <= last {
            parts.push((next, last, self.usual.clone()));
        }
        self.parts = parts;
    }

    /// The same parts, with what something is made to.
    pub(super) fn map<U>(self, make: impl Fn(T) -> U) -> Year<U> {
        let parts = self.parts.into_iter().map(|(from, to, held)| (from, to, make(held))).collect();
        Year { usual: make(self.usual), parts }
    }

    /// The parts by their days, those joined that follow each other with the same.
    pub(super) fn joined(self) -> Vec<(MonthDay, MonthDay, T)> {
        let mut joined: Vec<(u16, u16, T)> = Vec::new();
        for (from, to, held) in self.parts {
            match joined.last_mut() {
                Some((_, last, before)) if *last + 1 == from && *before == held => *last = to,
                _ => joined.push((from, to, held)),
            }
        }
        // Over New Year.
        if let [(1, to, first), .., (_, LAST_DAY, last)] = &mut joined[..]
            && first == last
        {
            let to = *to;
            joined.remove(0);
            if let Some((_, last, _)) = joined.last_mut() {
                *last = to;
            }
        }
        let days = |(from, to, held)| Some((MonthDay::numbered(from)?, MonthDay::numbered(to)?, held));
        joined.into_iter().filter_map(days).collect()
    }
}

impl Year<Week> {
    /// The year that the usual week and the seasons describe.
    pub(super) fn of(weekly: &[WeeklyHours], seasons: &[SeasonalHours]) -> Self {
        let mut year = Self::new(Week::of(weekly));
        for season in seasons {
            let week = Week::of(&season.weekly);
            year.within(season.begins, season.ends).for_each(|part| part.clone_from(&week));
        }
        year
    }
}

/// The seasons with these weeks.
pub(super) fn seasons(parts: &[(MonthDay, MonthDay, Week)]) -> Vec<SeasonalHours> {
    let season = |(begins, ends, week): &(MonthDay, MonthDay, Week)| SeasonalHours {
        names: None,
        begins: *begins,
        ends: *ends,
        weekly: week.entries(),
    };
    parts.iter().map(season).collect()
}

/// The same time, the end of the day as 24:00.
pub(super) fn plain(interval: Interval) -> Interval {
    let closes = if interval.closes.minutes() == 0 { TimeOfDay::MIDNIGHT } else { interval.closes };
    Interval { closes, ..interval }
}
