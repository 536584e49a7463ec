//! What answers come to in figures. The one formula, of a goal and of the whole:
//!
//! - the value is the sum of weight times level over the criteria that have a level, divided by the sum of their weights;
//! - the share that is answered is the sum of those weights, divided by the sum of the weights of all criteria but those
//!   that are not applicable. What is not known, and what has no answer yet, counts as not answered.
//!
//! The weights are the framework's. Each figure is rounded half up to six decimals, and calculated in whole numbers: anyone
//! who has the answers and the framework comes to the same.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::{AnswerType, AssessmentFacts};
use crate::assessment_framework::{AssessmentFrameworkFacts, FrameworkCriterion, Goal};
use crate::evaluation::Millionths;

/// What answers come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// The weighted mean, 1 to 5; none where no criterion has a level.
    pub value: Option<Millionths>,
    /// The share of the weights that is answered, 0 to 1; none where no criterion is applicable.
    pub share_answered: Option<Millionths>,
}

impl Score {
    /// What the answers to some criteria come to.
    pub fn of<'a>(answers: &AssessmentFacts, criteria: impl IntoIterator<Item = &'a FrameworkCriterion>) -> Self {
        let (mut points, mut answered, mut applicable) = (0, 0, 0);
        for criterion in criteria {
            let weight = i64::from(criterion.weight);
            let answer = answers.answer(&criterion.code);
            if answer.is_none_or(|answer| answer.answer != AnswerType::NotApplicable) {
                applicable += weight;
            }
            if let Some(level) = answer.and_then(|answer| answer.level) {
                points += weight * i64::from(level);
                answered += weight;
            }
        }
        Self { value: Millionths::ratio(points, answered), share_answered: Millionths::ratio(answered, applicable) }
    }
}

/// What the answers to the criteria of one goal come to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct GoalScore {
    /// The goal.
    pub goal: Goal,
    /// The weighted mean of the levels; null where there is none.
    #[schema(minimum = 1, maximum = 5, example = 3.5)]
    pub value: Option<f64>,
    /// The share of the weights that is answered; null where no criterion is applicable.
    #[schema(minimum = 0, maximum = 1, example = 1)]
    pub share_answered: Option<f64>,
}

/// What the answers come to, as a whole and by goal: the sum of weight times level over the criteria that have a level,
/// divided by the sum of their weights, rounded half up to six decimals. Anyone can calculate it from the answers and the
/// weights of the framework.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentScore {
    /// The weighted mean of the levels; null where there is none.
    #[schema(minimum = 1, maximum = 5, example = 3.25)]
    pub value: Option<f64>,
    /// The share of the weights that has a level, of all but those of criteria that are not applicable; null where none is.
    #[schema(minimum = 0, maximum = 1, example = 0.9)]
    pub share_answered: Option<f64>,
    /// The same by goal, in the order of the framework.
    #[schema(max_items = 4)]
    pub goals: Vec<GoalScore>,
}

impl AssessmentScore {
    /// What answers come to by a framework.
    pub fn of(answers: &AssessmentFacts, framework: &AssessmentFrameworkFacts) -> Self {
        let Score { value, share_answered } = Score::of(answers, framework.criteria());
        let of_goal = |goal: Goal, criteria: &[FrameworkCriterion]| {
            let Score { value, share_answered } = Score::of(answers, criteria);
            GoalScore { goal, value: number(value), share_answered: number(share_answered) }
        };
        Self {
            value: number(value),
            share_answered: number(share_answered),
            goals: framework.goals.iter().map(|goal| of_goal(goal.goal, &goal.criteria)).collect(),
        }
    }
}

pub(super) fn number(figure: Option<Millionths>) -> Option<f64> {
    figure.map(Millionths::number)
}
