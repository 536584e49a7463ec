//! A group of subjects with a value each, and where its middle lies.

use std::collections::BTreeMap;

use super::SMALLEST_GROUP;
use crate::assessment_round::SubjectId;
use crate::evaluation::Millionths;

/// Subjects, each with its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group(BTreeMap<SubjectId, Millionths>);

/// The values that divide a group in four; none where there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quartiles {
    /// A quarter lies below it.
    pub lower: Option<Millionths>,
    /// A half lies below it.
    pub median: Option<Millionths>,
    /// Three quarters lie below it.
    pub upper: Option<Millionths>,
}

impl Group {
    /// A group of some subjects.
    pub fn of(values: impl IntoIterator<Item = (SubjectId, Millionths)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they are so many that their figures are shown.
    pub fn is_large(&self) -> bool {
        self.len() >= SMALLEST_GROUP
    }

    /// The value of one.
    pub fn get(&self, subject: &SubjectId) -> Option<Millionths> {
        self.0.get(subject).copied()
    }

    /// All of them, by subject.
    pub fn iter(&self) -> impl Iterator<Item = (&SubjectId, Millionths)> {
        self.0.iter().map(|(subject, value)| (subject, *value))
    }

    /// Who they are.
    pub fn subjects(&self) -> impl Iterator<Item = &SubjectId> {
        self.0.keys()
    }

    /// The quartiles of the values: where one lies between two of them, by linear interpolation (type 7 of Hyndman and Fan,
    /// Sample Quantiles in Statistical Packages, 1996), rounded half up to six decimals.
    pub fn quartiles(&self) -> Quartiles {
        let mut values: Vec<Millionths> = self.0.values().copied().collect();
        values.sort_unstable();
        let quarter = |quarters: usize| {
            let place = values.len().checked_sub(1)? * quarters;
            let (below, beyond) = (values.get(place / 4)?, place % 4);
            let above = values.get(place / 4 + 1).unwrap_or(below);
            below.towards(*above, i64::try_from(beyond).ok()?, 4)
        };
        Quartiles { lower: quarter(1), median: quarter(2), upper: quarter(3) }
    }
}
