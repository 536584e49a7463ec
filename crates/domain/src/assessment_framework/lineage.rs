//! What became of criteria over several versions: which answers compare, and why others do not.

use std::collections::{BTreeMap, HashMap};

use super::{AssessmentFrameworkFacts, CriterionChange, CriterionCode};
use crate::key::Key;

/// Whether the answers to a criterion compare with those to one of an older version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparability {
    /// It was kept in every version since.
    Comparable {
        /// What it was called.
        older: CriterionCode,
    },
    /// It was not.
    Not {
        /// What happened to it last.
        change: CriterionChange,
    },
}

impl Comparability {
    /// The older criterion that it compares with.
    pub fn older(&self) -> Option<&CriterionCode> {
        match self {
            Self::Comparable { older } => Some(older),
            Self::Not { .. } => None,
        }
    }

    /// What happened, in one word.
    pub fn change(&self) -> CriterionChange {
        match self {
            Self::Comparable { .. } => CriterionChange::Kept,
            Self::Not { change } => *change,
        }
    }
}

/// What became of the criteria of an older version up to a newer one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    newer: BTreeMap<CriterionCode, Comparability>,
    ended: BTreeMap<CriterionCode, CriterionChange>,
}

impl Lineage {
    /// That of a chain of versions, the oldest first, each of which names the one before it; none of what is no such
    /// chain. A single version compares with itself.
    pub fn of_chain(chain: &[&AssessmentFrameworkFacts]) -> Option<Self> {
        let (first, rest) = chain.split_first()?;
        let mut before = *first;
        let mut lineage = Self::identity(first);
        for next in rest {
            if next.predecessor.as_ref() != Some(&before.key) {
                return None;
            }
            lineage = lineage.on(next);
            before = next;
        }
        Some(lineage)
    }

    /// That between two of some versions; none where the newer does not come of the older.
    pub fn between(versions: &HashMap<Key, AssessmentFrameworkFacts>, older: &Key, newer: &Key) -> Option<Self> {
        let mut chain = vec![versions.get(newer)?];
        // No chain is longer than there are versions: one that is goes round.
        for _ in 0..versions.len() {
            let last = chain.last()?;
            if last.key == *older {
                chain.reverse();
                return Self::of_chain(&chain);
            }
            chain.push(versions.get(last.predecessor.as_ref()?)?);
        }
        None
    }

    /// What became of a criterion of the newer version; none where that has no such criterion.
    pub fn of(&self, newer: &CriterionCode) -> Option<&Comparability> {
        self.newer.get(newer)
    }

    /// Every criterion of the newer version, by code.
    pub fn newer(&self) -> impl Iterator<Item = (&CriterionCode, &Comparability)> {
        self.newer.iter()
    }

    /// The criteria of the older version that the newer one does not have any more, by code, with what happened to each.
    pub fn ended(&self) -> impl Iterator<Item = (&CriterionCode, CriterionChange)> {
        self.ended.iter().map(|(code, change)| (code, *change))
    }

    fn identity(facts: &AssessmentFrameworkFacts) -> Self {
        let same = |code: &CriterionCode| (code.clone(), Comparability::Comparable { older: code.clone() });
        Self { newer: facts.criteria().map(|criterion| same(&criterion.code)).collect(), ended: BTreeMap::new() }
    }

    /// The same, one version on.
    fn on(mut self, next: &AssessmentFrameworkFacts) -> Self {
        let mut newer = BTreeMap::new();
        for mapping in &next.mapping {
            for code in &mapping.to {
                let comparability = match (mapping.change, mapping.from.as_slice()) {
                    (CriterionChange::Kept, [from]) => self.newer.get(from).cloned(),
                    (change, _) => Some(Comparability::Not { change }),
                };
                newer.extend(comparability.map(|comparability| (code.clone(), comparability)));
            }
            if mapping.change != CriterionChange::Kept {
                self.end(&mapping.from, mapping.change);
            }
        }
        // What a mapping leaves out, a published one nothing, is told apart rather than compared.
        for criterion in next.criteria() {
            newer.entry(criterion.code.clone()).or_insert(Comparability::Not { change: CriterionChange::New });
        }
        let mapped: Vec<&CriterionCode> = next.mapping.iter().flat_map(|mapping| &mapping.from).collect();
        let left: Vec<CriterionCode> = self.newer.keys().filter(|code| !mapped.contains(code)).cloned().collect();
        self.end(&left, CriterionChange::Dropped);
        Self { newer, ended: self.ended }
    }

    /// Notes what ended of the older version, by what it is called now.
    fn end(&mut self, codes: &[CriterionCode], change: CriterionChange) {
        let older = codes.iter().filter_map(|code| self.newer.get(code)?.older().cloned());
        self.ended.extend(older.map(|code| (code, change)));
    }
}
