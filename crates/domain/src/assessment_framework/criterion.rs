//! What is looked at: the goals, their criteria, and the five levels with what each looks like.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::invalid::{Form, Invalid, Violation};
use crate::metric::MetricCode;
use crate::schema::text_value;
use crate::text::{Descriptions, Names, WholeText};
use crate::validity::{at_most, distinct};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// A goal of regional coordination.
    pub enum Goal = "goal" {
        ActiveNetwork = "active_network" ["aktiivinen verkosto", "ett aktivt nätverk", "an active network"],
        SituationalPicture = "situational_picture"
            ["ajantasainen tilannekuva", "en aktuell lägesbild", "an up-to-date situational picture"],
        ProvisionMeetsNeed = "provision_meets_need"
            ["tarjonta kattaa alueen ja vastaa tarpeeseen", "utbudet täcker området och svarar mot behovet",
             "provision covers the region and meets the need"],
        SufficientCommunication = "sufficient_communication"
            ["riittävä viestintä", "tillräcklig kommunikation", "sufficient communication"],
    }
}

/// What a criterion is called within its framework: `remote_support`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CriterionCode(String);

impl CriterionCode {
    /// Its shortest form, in characters.
    pub const MIN: usize = 2;
    /// Its longest form, in characters.
    pub const MAX: usize = 64;
}

impl FromStr for CriterionCode {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        if is_code(value) {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Code })
        }
    }
}

text_value!(
    CriterionCode,
    "A criterion's code within its framework: small letters, digits and underscores.",
    CriterionCode::MIN,
    CriterionCode::MAX,
    "^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
    "network_membership"
);

fn is_code(value: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (CriterionCode::MIN..=CriterionCode::MAX).contains(&value.len())
        && value.starts_with(|first: char| first.is_ascii_lowercase())
        && value.split('_').all(is_word)
}

/// What a level looks like: up to 1,000 characters a language.
pub type Anchors = WholeText<1_000>;

/// A level of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FrameworkLevel {
    /// From 1, the lowest, to 5.
    #[schema(minimum = 1, maximum = 5, example = 3)]
    #[validate(custom(function = FrameworkLevel::check))]
    pub level: i32,
    /// What it looks like.
    #[validate(nested)]
    pub anchors: Anchors,
}

impl FrameworkLevel {
    /// The lowest level.
    pub const MIN: i32 = 1;
    /// The highest.
    pub const MAX: i32 = 5;

    fn check(level: i32) -> Result<(), ValidationError> {
        crate::invalid::within(level, Self::MIN, Self::MAX)
    }

    fn is_in_range(&self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self.level)
    }
}

/// What is looked at, and by what one tells how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = FrameworkCriterion::check, skip_on_field_errors = false))]
pub struct FrameworkCriterion {
    /// Its code, which no other criterion of the framework has.
    pub code: CriterionCode,
    /// What it is called.
    #[validate(nested)]
    pub names: Names,
    /// How to assess it.
    #[validate(nested)]
    pub guidance: Descriptions,
    /// How much it counts beside the others, 1 to 100.
    #[schema(minimum = 1, maximum = 100, example = 25)]
    #[validate(custom(function = FrameworkCriterion::check_weight))]
    pub weight: i32,
    /// The levels 1 to 5, each once.
    #[schema(min_items = 5, max_items = 5)]
    #[validate(nested)]
    pub levels: Vec<FrameworkLevel>,
    /// The metrics that the registry fills in as evidence from its own data.
    #[schema(value_type = BTreeSet<MetricCode>, max_items = 20)]
    #[validate(length(max = 20), custom(function = distinct))]
    pub metrics: Vec<MetricCode>,
}

impl FrameworkCriterion {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(5, &self.levels, "levels")
    }

    fn check_weight(weight: i32) -> Result<(), ValidationError> {
        crate::invalid::within(weight, 1, 100)
    }

    /// What is wrong with its levels.
    fn faults(&self, place: &str) -> Vec<Violation> {
        let mut faults = Vec::new();
        for (index, of) in self.levels.iter().enumerate() {
            let place = format!("{place}/levels/{index}");
            if self.levels[..index].iter().any(|before| before.level == of.level) {
                let invalid = Invalid::RepeatedValue { value: of.level.to_string() };
                faults.push(Violation::pointer(&format!("{place}/level"), invalid));
            }
        }
        let absent = (FrameworkLevel::MIN..=FrameworkLevel::MAX)
            .filter(|level| !self.levels.iter().any(|known| known.level == *level || !known.is_in_range()));
        faults.extend(absent.map(|level| {
            Violation::pointer(&format!("{place}/levels"), Invalid::Needs { other: format!("level: {level}") })
        }));
        faults
    }
}

/// A goal, and by what one tells whether it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = FrameworkGoal::check, skip_on_field_errors = false))]
pub struct FrameworkGoal {
    /// Which goal.
    pub goal: Goal,
    /// Its criteria.
    #[schema(min_items = 1, max_items = 20)]
    #[validate(nested)]
    pub criteria: Vec<FrameworkCriterion>,
}

impl FrameworkGoal {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.criteria, "criteria")
    }
}

/// What is wrong with goals and their criteria as a whole.
pub(super) fn faults(goals: &[FrameworkGoal]) -> Vec<Violation> {
    let mut faults = Vec::new();
    if goals.is_empty() {
        faults.push(Violation::pointer("/goals", Invalid::NeededToPublish));
    }
    let mut codes = BTreeSet::new();
    for (index, of) in goals.iter().enumerate() {
        let place = format!("/goals/{index}");
        if goals[..index].iter().any(|before| before.goal == of.goal) {
            let invalid = Invalid::RepeatedValue { value: of.goal.to_string() };
            faults.push(Violation::pointer(&format!("{place}/goal"), invalid));
        }
        if of.criteria.is_empty() {
            faults.push(Violation::pointer(&format!("{place}/criteria"), Invalid::NeededToPublish));
        }
        for (index, criterion) in of.criteria.iter().enumerate() {
            let place = format!("{place}/criteria/{index}");
            if !codes.insert(&criterion.code) {
                let invalid = Invalid::RepeatedValue { value: criterion.code.to_string() };
                faults.push(Violation::pointer(&format!("{place}/code"), invalid));
            }
            faults.extend(criterion.faults(&place));
        }
    }
    faults
}
