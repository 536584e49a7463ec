//! What an assessment says: an answer to each criterion with its grounds, and what is to be done better.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::assessment_framework::{AssessmentFrameworkFacts, CriterionCode, FrameworkLevel};
use crate::contact::Website;
use crate::date;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::text::{Descriptions, Names};
use crate::validity::at_most;
use crate::vocabulary::vocabulary;

/// How many criteria are answered at most: as many as a framework has.
const MAX_ANSWERS: usize = 80;
/// How many improvement actions an assessment has at most, those that were carried over included.
pub(super) const MAX_ACTIONS: usize = 100;

vocabulary! {
    /// How a criterion is answered.
    pub enum AnswerType = "answer_type" {
        Level = "level" ["taso", "nivå", "a level"],
        NotApplicable = "not_applicable" ["ei sovellettavissa", "inte tillämpligt", "not applicable"],
        NotKnown = "not_known" ["ei tiedossa", "inte känt", "not known"],
    }
}

vocabulary! {
    /// How an improvement action stands.
    pub enum ActionStatus = "action_status" {
        Planned = "planned" ["suunniteltu", "planerad", "planned"],
        InProgress = "in_progress" ["käynnissä", "pågår", "in progress"],
        Done = "done" ["tehty", "genomförd", "done"],
        Dropped = "dropped" ["luovuttu", "avstådd", "dropped"],
    }
}

impl ActionStatus {
    /// Whether there is something left to do, in the next cycle if not in this one.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Planned | Self::InProgress)
    }
}

/// What an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AnswerEvidence {
    /// What it is.
    #[validate(nested)]
    pub names: Names,
    /// Where it can be read, or null.
    #[schema(value_type = Option<String>, format = "uri", max_length = 2_000, pattern = "^https?://[^\\s]+$", example = json!(null))]
    pub url: Option<Website>,
}

/// The answer to one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = CriterionAnswer::check, skip_on_field_errors = false))]
pub struct CriterionAnswer {
    /// The criterion, by its code in the framework.
    pub criterion: CriterionCode,
    /// How it is answered.
    pub answer: AnswerType,
    /// The level, 1 to 5, with the answer `level` alone; else null.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    #[validate(custom(function = CriterionAnswer::check_level))]
    pub level: Option<i32>,
    /// Why, or null; a level needs it to be submitted. No names of people.
    #[validate(nested)]
    pub reasoning: Option<Descriptions>,
    /// What the answer rests on besides the figures of the registry.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub evidence: Vec<AnswerEvidence>,
}

impl CriterionAnswer {
    fn check_level(level: i32) -> Result<(), ValidationError> {
        crate::invalid::within(level, FrameworkLevel::MIN, FrameworkLevel::MAX)
    }

    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.evidence, "evidence")?;
        match (self.answer, self.level) {
            (AnswerType::Level, None) => Err(Invalid::MissingField.at("level")),
            (AnswerType::NotApplicable | AnswerType::NotKnown, Some(_)) => {
                Err(Invalid::Excludes { other: format!("answer: {}", self.answer) }.at("level"))
            }
            _ => Ok(()),
        }
    }
}

/// Something that is to be done better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ImprovementActionFacts {
    /// What it is called within the assessment, and by those that it is carried over to.
    pub key: Key,
    /// What is to be done.
    #[validate(nested)]
    pub names: Names,
    /// Who sees to it: an organisation or a function in words, never a person.
    #[validate(nested)]
    pub owner: Names,
    /// Until when, or null.
    #[serde(default, deserialize_with = "date::day")]
    pub due_on: Option<NaiveDate>,
    /// How it stands.
    pub action_status: ActionStatus,
}

/// What a subject says, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = AssessmentFacts::check, skip_on_field_errors = false))]
pub struct AssessmentFacts {
    /// The answers, one to each criterion of the framework; some may be missing until it is submitted.
    #[schema(max_items = 80)]
    #[validate(nested)]
    pub answers: Vec<CriterionAnswer>,
    /// What is to be done better, with what was carried over from the cycle before.
    #[schema(max_items = 100)]
    #[validate(nested)]
    pub improvement_actions: Vec<ImprovementActionFacts>,
}

impl AssessmentFacts {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(MAX_ANSWERS, &self.answers, "answers")?;
        at_most(MAX_ACTIONS, &self.improvement_actions, "improvement_actions")
    }

    /// The answer to a criterion.
    pub fn answer(&self, criterion: &CriterionCode) -> Option<&CriterionAnswer> {
        self.answers.iter().find(|answer| answer.criterion == *criterion)
    }

    /// The level that is given to a criterion.
    pub fn level(&self, criterion: &CriterionCode) -> Option<i32> {
        self.answer(criterion).and_then(|answer| answer.level)
    }

    /// What is said twice.
    pub fn repeated(&self) -> Vec<Violation> {
        let criteria: Vec<&str> = self.answers.iter().map(|answer| answer.criterion.as_str()).collect();
        let keys: Vec<&str> = self.improvement_actions.iter().map(|action| action.key.as_str()).collect();
        let mut faults = Vec::new();
        for (list, field, values) in [("answers", "criterion", criteria), ("improvement_actions", "key", keys)] {
            for (index, value) in values.iter().enumerate().filter(|(index, value)| values[..*index].contains(value)) {
                let invalid = Invalid::RepeatedValue { value: (*value).to_owned() };
                faults.push(Violation::pointer(&format!("/{list}/{index}/{field}"), invalid));
            }
        }
        faults
    }

    /// Which answers are to criteria that are none of the framework's.
    pub fn strange(&self, framework: &AssessmentFrameworkFacts) -> Vec<Violation> {
        let allowed = || framework.criteria().map(|criterion| criterion.code.to_string()).collect();
        let answers = self.answers.iter().enumerate();
        let strange = answers.filter(|(_, answer)| framework.criterion(&answer.criterion).is_none());
        let fault = |(index, answer): (usize, &CriterionAnswer)| {
            let invalid = Invalid::UnknownValue { value: answer.criterion.to_string(), allowed: allowed() };
            Violation::pointer(&format!("/answers/{index}/criterion"), invalid)
        };
        strange.map(fault).collect()
    }

    /// What it lacks to be submitted: an answer to each criterion, and the grounds of each level.
    pub fn missing(&self, framework: &AssessmentFrameworkFacts) -> Vec<Violation> {
        let unanswered = framework.criteria().filter(|criterion| self.answer(&criterion.code).is_none());
        let lacks = |place: &str, what| Violation::pointer(place, Invalid::NeededToSubmit { what });
        let answers = unanswered.map(|criterion| lacks("/answers", Some(criterion.code.to_string())));
        let groundless = self.answers.iter().enumerate();
        let groundless = groundless.filter(|(_, answer)| answer.level.is_some() && answer.reasoning.is_none());
        let grounds = groundless.map(|(index, _)| lacks(&format!("/answers/{index}/reasoning"), None));
        answers.chain(grounds).collect()
    }
}

/// Something that is to be done better, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImprovementAction {
    /// What it is called within the assessment.
    pub key: Key,
    /// What is to be done.
    pub names: Names,
    /// Who sees to it: an organisation or a function in words.
    pub owner: Names,
    /// Until when, or null.
    pub due_on: Option<NaiveDate>,
    /// How it stands.
    pub action_status: ActionStatus,
    /// The assessment of the cycle before from which it was carried over, or null.
    pub carried_from: Option<super::AssessmentId>,
}
