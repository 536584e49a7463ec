//! What became of the criteria of one version in the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::{AssessmentFrameworkFacts, CriterionCode};
use crate::invalid::{Invalid, Violation};
use crate::validity::distinct;
use crate::vocabulary::vocabulary;

/// The most criteria that one of them can be split into, or that can be joined in one.
const MOST: usize = 20;

vocabulary! {
    /// What became of criteria from one version of a framework to the next.
    pub enum CriterionChange = "criterion_change" {
        Kept = "kept" ["säilynyt", "bevarat", "kept"],
        Split = "split" ["jaettu", "delat", "split"],
        Joined = "joined" ["yhdistetty", "sammanslaget", "joined"],
        Dropped = "dropped" ["poistettu", "slopat", "dropped"],
        New = "new" ["uusi", "nytt", "new"],
    }
}

impl CriterionChange {
    /// How many criteria it goes from and how many it leads to, at least and at most.
    fn shape(self) -> [(&'static str, usize, usize); 2] {
        let (from, to) = match self {
            Self::Kept => ((1, 1), (1, 1)),
            Self::Split => ((1, 1), (2, MOST)),
            Self::Joined => ((2, MOST), (1, 1)),
            Self::Dropped => ((1, 1), (0, 0)),
            Self::New => ((0, 0), (1, 1)),
        };
        [("from", from.0, from.1), ("to", to.0, to.1)]
    }
}

/// What became of one criterion, or of several that were joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CriterionMapping {
    /// What became of them: one is `kept` as one, with a meaning and levels that compare; one is `split` into several,
    /// several are `joined` in one, one is `dropped`, one is `new`.
    pub change: CriterionChange,
    /// The predecessor's criteria.
    #[schema(value_type = BTreeSet<CriterionCode>, max_items = 20)]
    #[validate(custom(function = CriterionMapping::check))]
    pub from: Vec<CriterionCode>,
    /// This version's criteria.
    #[schema(value_type = BTreeSet<CriterionCode>, max_items = 20)]
    #[validate(custom(function = CriterionMapping::check))]
    pub to: Vec<CriterionCode>,
}

impl CriterionMapping {
    fn check(codes: &[CriterionCode]) -> Result<(), ValidationError> {
        if codes.len() > MOST { Err(Invalid::TooMany { max: MOST }.into()) } else { distinct(codes) }
    }

    fn sides(&self) -> [(&'static str, &[CriterionCode]); 2] {
        [("from", &self.from), ("to", &self.to)]
    }
}

/// Which mappings have another number of criteria than their change goes from or leads to.
pub(super) fn faults_of_shape(mapping: &[CriterionMapping]) -> Vec<Violation> {
    let mut faults = Vec::new();
    for (index, of) in mapping.iter().enumerate() {
        for ((side, codes), (_, min, max)) in of.sides().into_iter().zip(of.change.shape()) {
            if (min..=max).contains(&codes.len()) {
                continue;
            }
            let invalid =
                Invalid::OutOfRange { value: codes.len().to_string(), min: min.to_string(), max: max.to_string() };
            faults.push(Violation::pointer(&format!("/mapping/{index}/{side}"), invalid));
        }
    }
    faults
}

/// Which criteria of the mapping are not there, or stand in it twice.
pub(super) fn misfits(own: &AssessmentFrameworkFacts, predecessor: &AssessmentFrameworkFacts) -> Vec<Violation> {
    let known = [codes(predecessor), codes(own)];
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    let mut faults = Vec::new();
    for (index, of) in own.mapping.iter().enumerate() {
        for (((side, codes), known), seen) in of.sides().into_iter().zip(&known).zip(&mut seen) {
            for (at, code) in codes.iter().enumerate() {
                let place = format!("/mapping/{index}/{side}/{at}");
                if !known.contains(code) {
                    let allowed = known.iter().map(ToString::to_string).collect();
                    let invalid = Invalid::UnknownValue { value: code.to_string(), allowed };
                    faults.push(Violation::pointer(&place, invalid));
                } else if !seen.insert(code) {
                    let invalid = Invalid::RepeatedValue { value: code.to_string() };
                    faults.push(Violation::pointer(&place, invalid));
                }
            }
        }
    }
    faults
}

/// Which criteria do not stand in the mapping.
pub(super) fn unmapped(own: &AssessmentFrameworkFacts, predecessor: &AssessmentFrameworkFacts) -> Vec<Violation> {
    let from: BTreeSet<_> = own.mapping.iter().flat_map(|mapping| &mapping.from).collect();
    let to: BTreeSet<_> = own.mapping.iter().flat_map(|mapping| &mapping.to).collect();
    let (older, newer) = (codes(predecessor), codes(own));
    let missing = older.difference(&from).map(|code| ("from", code));
    let missing = missing.chain(newer.difference(&to).map(|code| ("to", code)));
    let fault = |(side, code): (&str, &&CriterionCode)| {
        Violation::pointer("/mapping", Invalid::NotMapped { value: code.to_string(), side: side.to_owned() })
    };
    missing.map(fault).collect()
}

fn codes(facts: &AssessmentFrameworkFacts) -> BTreeSet<&CriterionCode> {
    facts.criteria().map(|criterion| &criterion.code).collect()
}
