//! The ledger of a grant: entries that are added and never changed, and the figures that follow from them on any day.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::change_request::ChangeRequestId;
use crate::date;
use crate::invalid::{Invalid, Violation};
use crate::money::{Currency, Money};
use crate::text::Descriptions;
use crate::version::Version;
use crate::vocabulary::vocabulary;

/// How many entries a ledger holds at most.
pub const MAX_ENTRIES: i32 = 1_000;

vocabulary! {
    /// What an entry of a grant's ledger says.
    pub enum EntryType = "entry_type" {
        Award = "award" ["myöntö", "beviljande", "award"],
        Increase = "increase" ["korotus", "höjning", "increase"],
        Decrease = "decrease" ["vähennys", "minskning", "decrease"],
        Payment = "payment" ["maksu", "utbetalning", "payment"],
        Recovery = "recovery" ["takaisinperintä", "återkrav", "recovery"],
    }
}

/// An entry of a grant's ledger, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = GrantEntryFacts::check, skip_on_field_errors = false))]
pub struct GrantEntryFacts {
    /// What it says.
    pub entry_type: EntryType,
    /// From which day it counts, today at the latest; null where that is not known: then from `usable_from`.
    #[serde(deserialize_with = "date::day")]
    pub day: Option<NaiveDate>,
    /// How much it is; null where that is not known.
    #[validate(nested)]
    pub amount: Option<Money>,
    /// What is said with it, or null. Everyone reads it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
    /// The number of an earlier entry of this type that was wrong, and in the place of which this one counts; or null.
    #[schema(minimum = 1, maximum = 1_000, example = 2)]
    pub replaces: Option<i32>,
}

impl GrantEntryFacts {
    fn check(&self) -> Result<(), ValidationError> {
        match self.replaces {
            Some(number) if !(1..=MAX_ENTRIES).contains(&number) => {
                let (value, max) = (number.to_string(), MAX_ENTRIES.to_string());
                Err(Invalid::OutOfRange { value, min: "1".into(), max }.at("replaces"))
            }
            _ => Ok(()),
        }
    }
}

/// An entry of a grant's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantEntry {
    /// Its number: the first entry has 1.
    #[schema(minimum = 1, maximum = 1_000, example = 1)]
    pub number: i32,
    /// What it says.
    pub entry_type: EntryType,
    /// From which day it counts; null where that is not known: then from `usable_from`.
    pub day: Option<NaiveDate>,
    /// How much it is; null where that is not known.
    pub amount: Option<Money>,
    /// What was said with it, or null.
    #[serde(default)]
    pub remarks: Option<Descriptions>,
    /// The number of the entry that was wrong, and in the place of which this one counts; or null.
    #[schema(minimum = 1, maximum = 1_000, example = 2)]
    #[serde(default)]
    pub replaces: Option<i32>,
    /// The number of the entry that counts in the place of this one, which was wrong; or null. It follows from that one.
    #[schema(minimum = 1, maximum = 1_000, example = 3)]
    #[serde(default)]
    pub replaced_by: Option<i32>,
    /// The change request that it came of, or null.
    #[serde(default)]
    pub change_request: Option<ChangeRequestId>,
}

impl GrantEntry {
    /// An entry with a number.
    pub fn new(number: i32, facts: GrantEntryFacts, change_request: Option<ChangeRequestId>) -> Self {
        let GrantEntryFacts { entry_type, day, amount, remarks, replaces } = facts;
        Self { number, entry_type, day, amount, remarks, replaces, replaced_by: None, change_request }
    }
}

/// The figures of a grant on a day. Each is exact to the cent, or approximate where a part of it is, or null where a part of
/// it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantFigures {
    /// The budget of the whole work, whoever pays for it.
    pub budgeted: Option<Money>,
    /// What is awarded: the award, with what was added to it and without what was taken off; null before the award.
    pub awarded: Option<Money>,
    /// What has been paid of it.
    pub paid: Option<Money>,
    /// What has been recovered of what was paid; null too where neither payments nor recoveries are known.
    pub recovered: Option<Money>,
    /// What is awarded and not with the beneficiary: awarded, less paid, with recovered.
    pub unused: Option<Money>,
}

/// Why an entry does not join a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It is wrong by itself.
    Wrong(Violation),
    /// It is in conflict with what the ledger says.
    Conflicting(Violation),
}

/// The entries of a grant, by number.
#[derive(Debug, Clone, Copy)]
pub struct Ledger<'a> {
    /// The entries.
    pub entries: &'a [GrantEntry],
    /// From which day an entry counts whose day is not known.
    pub usable_from: Option<NaiveDate>,
}

/// A sum of what is known, and what else is known of it.
#[derive(Debug, Clone, Copy)]
struct Sum {
    cents: i64,
    known: bool,
    approximate: bool,
}

impl Sum {
    const ZERO: Self = Self { cents: 0, known: true, approximate: false };

    fn with(self, amount: Option<Money>) -> Self {
        match amount {
            Some(money) => Self {
                cents: self.cents.saturating_add(money.cents),
                approximate: self.approximate || money.approximate,
                ..self
            },
            None => Self { known: false, ..self },
        }
    }

    fn and(self, other: Self, sign: i64) -> Self {
        Self {
            cents: self.cents.saturating_add(sign * other.cents),
            known: self.known && other.known,
            approximate: self.approximate || other.approximate,
        }
    }

    fn money(self) -> Option<Money> {
        let Self { cents, known, approximate } = self;
        known.then_some(Money { cents, currency: Currency::Eur, approximate })
    }
}

/// What is certain of a day: how much could be taken off, how much more could be paid, and how much could be recovered.
#[derive(Debug, Clone, Copy)]
struct Margins {
    awarded: Option<i64>,
    unused: Option<i64>,
    recoverable: Option<i64>,
}

impl Margins {
    fn hold(self) -> bool {
        [self.awarded, self.unused, self.recoverable].into_iter().flatten().all(|cents| cents >= 0)
    }
}

/// The entries that count, without those that others took the place of, each with its day.
#[derive(Debug)]
struct Counting<'a>(Vec<(NaiveDate, &'a GrantEntry)>);

impl<'a> Counting<'a> {
    fn sum(&self, day: NaiveDate, entry_type: EntryType) -> Sum {
        let of_type = self.0.iter().filter(|(from, entry)| *from <= day && entry.entry_type == entry_type);
        of_type.fold(Sum::ZERO, |sum, (_, entry)| sum.with(entry.amount))
    }

    fn says(&self, day: NaiveDate, entry_type: EntryType) -> bool {
        self.0.iter().any(|(from, entry)| *from <= day && entry.entry_type == entry_type)
    }

    /// What is awarded, paid and recovered by a day.
    fn sums(&self, day: NaiveDate) -> (Sum, Sum, Sum) {
        let sum = |entry_type| self.sum(day, entry_type);
        let awarded = sum(EntryType::Award).and(sum(EntryType::Increase), 1).and(sum(EntryType::Decrease), -1);
        (awarded, sum(EntryType::Payment), sum(EntryType::Recovery))
    }

    fn margins(&self, day: NaiveDate) -> Margins {
        let (awarded, paid, recovered) = self.sums(day);
        let unused = awarded.cents.saturating_sub(paid.cents).saturating_add(recovered.cents);
        Margins {
            awarded: awarded.known.then_some(awarded.cents),
            unused: (awarded.known && recovered.known).then_some(unused),
            recoverable: paid.known.then(|| paid.cents.saturating_sub(recovered.cents)),
        }
    }

    fn award(&self) -> Option<(NaiveDate, &'a GrantEntry)> {
        self.0.iter().find(|(_, entry)| entry.entry_type == EntryType::Award).copied()
    }

    /// Whether nothing counts before the award does.
    fn begins_with_the_award(&self) -> bool {
        match self.award() {
            Some((begins, _)) => self.0.iter().all(|(day, _)| *day >= begins),
            None => self.0.is_empty(),
        }
    }
}

impl<'a> Ledger<'a> {
    /// From which day an entry counts.
    pub fn day_of(&self, entry: &GrantEntry) -> NaiveDate {
        entry.day.or(self.usable_from).unwrap_or(NaiveDate::MIN)
    }

    /// By the number of each entry that was wrong, the number of the one that counts in its place.
    fn replacements(self) -> HashMap<i32, i32> {
        self.entries.iter().filter_map(|entry| Some((entry.replaces?, entry.number))).collect()
    }

    fn counting(self) -> Counting<'a> {
        let replaced = self.replacements();
        let counting = self.entries.iter().filter(|entry| !replaced.contains_key(&entry.number));
        Counting(counting.map(|entry| (self.day_of(entry), entry)).collect())
    }

    /// The figures on a day.
    pub fn figures(&self, day: NaiveDate, budgeted: Option<Money>) -> GrantFigures {
        let counting = self.counting();
        if !counting.says(day, EntryType::Award) {
            return GrantFigures { budgeted, awarded: None, paid: None, recovered: None, unused: None };
        }
        let (awarded, paid, recovered) = counting.sums(day);
        // Of money whose payment nobody knows, nobody knows either that none came back.
        let known = recovered.known && (paid.known || counting.says(day, EntryType::Recovery));
        let recovered = Sum { known, ..recovered };
        GrantFigures {
            budgeted,
            awarded: awarded.money(),
            paid: paid.money(),
            recovered: recovered.money(),
            unused: awarded.and(paid, -1).and(recovered, 1).money(),
        }
    }

    /// The entries that stand in the ledger on a day, each with what took its place.
    pub fn shown(&self, day: NaiveDate) -> Vec<GrantEntry> {
        let replacements = self.replacements();
        let standing = self.entries.iter().filter(|entry| self.day_of(entry) <= day);
        let shown = |entry: &GrantEntry| {
            let replaced_by = replacements.get(&entry.number).copied();
            GrantEntry { replaced_by, ..entry.clone() }
        };
        standing.map(shown).collect()
    }

    /// The days on which the ledger says something new.
    fn days(self) -> BTreeSet<NaiveDate> {
        self.entries.iter().map(|entry| self.day_of(entry)).collect()
    }

    /// From which day the award counts.
    pub fn awarded_on(&self) -> Option<NaiveDate> {
        self.counting().award().map(|(day, _)| day)
    }

    /// The entry that facts make, if it fits in: the ledger adds up on every day with it, as it did without it.
    pub fn admit(
        &self,
        facts: GrantEntryFacts,
        change_request: Option<ChangeRequestId>,
        today: NaiveDate,
    ) -> Result<GrantEntry, Unfit> {
        let number = i32::try_from(self.entries.len()).unwrap_or(i32::MAX).saturating_add(1);
        if number > MAX_ENTRIES {
            let max = usize::try_from(MAX_ENTRIES).unwrap_or_default();
            return conflicting("", Invalid::TooMany { max });
        }
        let entry = GrantEntry::new(number, facts, change_request);
        self.check_replaced(&entry)?;
        let day = match entry.day.or(self.usable_from) {
            Some(day) if day <= today => day,
            // Of what is yet to be, one knows the day.
            _ if entry.day.is_none() => return wrong("/day", Invalid::MissingField),
            later => return wrong("/day", outside_days(later, date::first_day(), today)),
        };
        let award = self.counting().award().filter(|(_, award)| entry.replaces != Some(award.number));
        match (award, entry.entry_type) {
            (Some(_), EntryType::Award) => {
                return conflicting("/entry_type", Invalid::Taken { value: EntryType::Award.to_string() });
            }
            (None, EntryType::Award) => (),
            (None, _) => return conflicting("/entry_type", Invalid::Needs { other: EntryType::Award.to_string() }),
            (Some((begins, _)), _) if day < begins => {
                return conflicting("/day", outside_days(Some(day), begins, today));
            }
            (Some(_), _) => (),
        }
        self.weigh(entry, day)
    }

    /// Refuses an entry that takes the place of none, or of one of another type.
    fn check_replaced(self, entry: &GrantEntry) -> Result<(), Unfit> {
        let Some(replaced) = entry.replaces else { return Ok(()) };
        match self.entries.iter().find(|earlier| earlier.number == replaced) {
            None => wrong("/replaces", Invalid::NoSuch { value: replaced.to_string() }),
            Some(earlier) if earlier.entry_type != entry.entry_type => wrong("/replaces", Invalid::Contradictory),
            Some(_) if self.replacements().contains_key(&replaced) => {
                conflicting("/replaces", Invalid::Taken { value: replaced.to_string() })
            }
            Some(_) => Ok(()),
        }
    }

    /// Holds an entry's amount to what the others leave room for, from its day on.
    fn weigh(self, entry: GrantEntry, day: NaiveDate) -> Result<GrantEntry, Unfit> {
        // Without its own amount: what the others say.
        let nothing = entry.amount.map(|amount| Money { cents: 0, ..amount });
        let others: Vec<GrantEntry> =
            self.entries.iter().cloned().chain([GrantEntry { amount: nothing, ..entry.clone() }]).collect();
        let others = Ledger { entries: &others, ..self };
        let counting = others.counting();
        let days = others.days();
        let earlier_hold = days.range(..day).all(|earlier| counting.margins(*earlier).hold());
        if !counting.begins_with_the_award() || !earlier_hold {
            return conflicting("/day", Invalid::Contradictory);
        }
        let Some(amount) = entry.amount else { return Ok(entry) };
        let later: Vec<Margins> = days.range(day..).map(|later| counting.margins(*later)).collect();
        let awarded = later.iter().filter_map(|margins| margins.awarded).min();
        let unused = later.iter().filter_map(|margins| margins.unused).min();
        let recoverable = later.iter().filter_map(|margins| margins.recoverable).min();
        let lacking = |cents: Option<i64>| cents.map_or(0, |cents| cents.saturating_neg().max(0));
        let most = |cents: Option<i64>| cents.map_or(Version::MAX, |cents| cents.clamp(0, Version::MAX));
        let (min, max) = match entry.entry_type {
            EntryType::Award | EntryType::Increase => (lacking(unused).max(lacking(awarded)), Version::MAX),
            EntryType::Decrease => (0, most(unused).min(most(awarded))),
            EntryType::Payment => (lacking(recoverable), most(unused)),
            EntryType::Recovery => (lacking(unused), most(recoverable)),
        };
        // A figure beyond what every reader of JSON keeps exact would not be exact.
        let total = |entry_type| counting.sum(NaiveDate::MAX, entry_type).cents;
        let total = match entry.entry_type {
            EntryType::Award | EntryType::Increase => {
                total(EntryType::Award).saturating_add(total(EntryType::Increase))
            }
            other => total(other),
        };
        let max = max.min(Version::MAX.saturating_sub(total).max(0));
        if (min..=max).contains(&amount.cents) {
            return Ok(entry);
        }
        let (value, min, max) = (amount.cents.to_string(), min.to_string(), max.to_string());
        conflicting("/amount/cents", Invalid::OutOfRange { value, min, max })
    }
}

fn wrong<T>(place: &str, invalid: Invalid) -> Result<T, Unfit> {
    Err(Unfit::Wrong(Violation::pointer(place, invalid)))
}

fn conflicting<T>(place: &str, invalid: Invalid) -> Result<T, Unfit> {
    Err(Unfit::Conflicting(Violation::pointer(place, invalid)))
}

/// A day that does not lie where it could.
pub(super) fn outside_days(day: Option<NaiveDate>, min: NaiveDate, max: NaiveDate) -> Invalid {
    let value = day.map(|day| day.to_string()).unwrap_or_default();
    Invalid::OutOfRange { value, min: min.to_string(), max: max.to_string() }
}
