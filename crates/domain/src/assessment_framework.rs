//! Assessment frameworks: the principles by which need, availability and regional coordination itself are assessed in
//! all of Finland. One object is one version; a version names the one before it and says what became of its criteria.

mod criterion;
mod lineage;
mod mapping;
mod steps;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use criterion::{Anchors, CriterionCode, FrameworkCriterion, FrameworkGoal, FrameworkLevel, Goal};
pub use lineage::{Comparability, Lineage};
pub use mapping::{CriterionChange, CriterionMapping};
pub use steps::{
    AssessmentFrameworks, FrameworkComment, FrameworkCommentFacts, FrameworkEvent, FrameworkStatus, FrameworkStep,
    FrameworkTransition, KeptComment, MAX_COMMENTS_OF_REGION, MAX_STEPS,
};

use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::noun::{Noun, NounName, Writable};
use crate::text::{Descriptions, Names};
use crate::validity::at_most;
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is assessed.
    pub enum AssessmentKind = "assessment_kind" {
        Need = "need" ["tarve", "behov", "need"],
        Availability = "availability" ["tarjonta", "utbud", "availability"],
        SelfAssessment = "self" ["itsearviointi", "självutvärdering", "self-assessment"],
    }
}

/// An assessment framework, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = AssessmentFrameworkFacts::check, skip_on_field_errors = false))]
pub struct AssessmentFrameworkFacts {
    /// Its key, which it keeps for good.
    pub key: Key,
    /// What is assessed by it.
    pub assessment_kind: AssessmentKind,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it is for and how it is used, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// Whether it is a proposal that no authority has adopted.
    pub proposal: bool,
    /// The version before it, of the same kind, published or retired; null for the first.
    pub predecessor: Option<Key>,
    /// The goals, each once, with their criteria.
    #[schema(min_items = 1, max_items = 4)]
    #[validate(nested)]
    pub goals: Vec<FrameworkGoal>,
    /// What became of the predecessor's criteria. To be published, it names each of them once and each of its own once.
    #[schema(max_items = 200)]
    #[validate(nested)]
    pub mapping: Vec<CriterionMapping>,
}

impl AssessmentFrameworkFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(4, &self.goals, "goals")?;
        at_most(200, &self.mapping, "mapping")
    }

    /// Its criteria, in the order of the goals.
    pub fn criteria(&self) -> impl Iterator<Item = &FrameworkCriterion> {
        self.goals.iter().flat_map(|goal| &goal.criteria)
    }

    /// A criterion with the goal that it belongs to.
    pub fn criterion(&self, code: &CriterionCode) -> Option<(Goal, &FrameworkCriterion)> {
        let of_goals = self.goals.iter().flat_map(|goal| goal.criteria.iter().map(move |one| (goal.goal, one)));
        of_goals.into_iter().find(|(_, criterion)| criterion.code == *code)
    }

    /// The places that say something else than another version of the same facts did.
    pub fn differences(&self, before: &Self) -> [(&'static str, bool); 7] {
        [
            ("/assessment_kind", self.assessment_kind != before.assessment_kind),
            ("/names", self.names != before.names),
            ("/descriptions", self.descriptions != before.descriptions),
            ("/proposal", self.proposal != before.proposal),
            ("/predecessor", self.predecessor != before.predecessor),
            ("/goals", self.goals != before.goals),
            ("/mapping", self.mapping != before.mapping),
        ]
    }

    /// What is wrong with the goals and criteria as a whole.
    pub fn strange(&self) -> Vec<Violation> {
        let mut faults = criterion::faults(&self.goals);
        if self.predecessor.is_none() && !self.mapping.is_empty() {
            let other = "predecessor: null".to_owned();
            faults.push(Violation::pointer("/mapping", Invalid::Excludes { other }));
        }
        faults.extend(mapping::faults_of_shape(&self.mapping));
        faults
    }

    /// What of the mapping does not fit the predecessor and its own criteria. What is not mapped yet is no fault before it is
    /// published.
    pub fn misfits(&self, predecessor: &Self) -> Vec<Violation> {
        let mut faults = mapping::misfits(self, predecessor);
        if predecessor.assessment_kind != self.assessment_kind {
            faults.push(Violation::pointer("/assessment_kind", Invalid::Contradictory));
        }
        faults
    }

    /// The criteria, the predecessor's and its own, of which the mapping does not say what became.
    pub fn unmapped(&self, predecessor: &Self) -> Vec<Violation> {
        mapping::unmapped(self, predecessor)
    }
}

/// An assessment framework, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentFrameworkRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: AssessmentFrameworkFacts,
    /// Where it stands.
    pub framework_status: FrameworkStatus,
    /// What regions said of it.
    pub comments: Vec<KeptComment>,
    /// What has happened to it.
    pub steps: Vec<FrameworkStep>,
}

impl AssessmentFrameworkRecord {
    /// A framework of which nothing is settled yet.
    pub fn new(facts: AssessmentFrameworkFacts) -> Self {
        Self { facts, framework_status: FrameworkStatus::Draft, comments: Vec::new(), steps: Vec::new() }
    }
}

/// The principles of an assessment, one version of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentFramework {
    /// Its key.
    pub key: Key,
    /// What is assessed by it.
    pub assessment_kind: AssessmentKind,
    /// Where it stands.
    pub framework_status: FrameworkStatus,
    /// Its names.
    pub names: Names,
    /// What it is for and how it is used, or null.
    pub descriptions: Option<Descriptions>,
    /// Whether it is a proposal that no authority has adopted.
    #[schema(example = true)]
    pub proposal: bool,
    /// The version before it, or null.
    pub predecessor: Option<Key>,
    /// The version after it, once that is published; else null.
    pub successor: Option<Key>,
    /// The goals with their criteria.
    #[schema(max_items = 4)]
    pub goals: Vec<FrameworkGoal>,
    /// What became of the predecessor's criteria.
    #[schema(max_items = 200)]
    pub mapping: Vec<CriterionMapping>,
    /// What regions said of it, oldest first.
    #[schema(max_items = 1_000)]
    pub comments: Vec<FrameworkComment>,
    /// What has happened to it, oldest first; empty where it came with the registry.
    #[schema(max_items = 100)]
    pub steps: Vec<FrameworkStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

impl Noun for AssessmentFramework {
    const NOUN: NounName = NounName::AssessmentFramework;
    type Id = Key;
    type Record = AssessmentFrameworkRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for AssessmentFramework {
    type Facts = AssessmentFrameworkFacts;

    fn facts(record: &AssessmentFrameworkRecord) -> &AssessmentFrameworkFacts {
        &record.facts
    }
}

/// Which frameworks a list shows, of those that the caller may read, by key.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AssessmentFrameworkFilter {
    /// Those of any of these kinds.
    #[param(value_type = Option<Vec<AssessmentKind>>, max_items = 100)]
    pub assessment_kind: Vec<AssessmentKind>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<FrameworkStatus>>, max_items = 100)]
    pub framework_status: Vec<FrameworkStatus>,
    /// Those that follow any of these.
    #[param(value_type = Option<Vec<Key>>, max_items = 100, example = json!(["regional-self-assessment-1"]))]
    pub predecessor: Vec<Key>,
}
