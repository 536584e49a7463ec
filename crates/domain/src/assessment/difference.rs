//! What has changed since the last cycle, as far as the criteria compare.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::AssessmentFacts;
use super::score::number;
use super::{AssessmentId, AssessmentRecord};
use crate::assessment_framework::{AssessmentFrameworkFacts, Comparability, CriterionChange, CriterionCode, Lineage};
use crate::assessment_round::AssessmentRoundId;
use crate::evaluation::Millionths;
use crate::key::Key;

/// What has changed in one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CriterionDifference {
    /// The criterion; null for one of the older framework that this one does not have any more.
    pub criterion: Option<CriterionCode>,
    /// The criterion of the older framework that it compares with, or that has ended; else null.
    pub previous_criterion: Option<CriterionCode>,
    /// What became of it between the two frameworks. Only what was kept compares.
    pub comparability: CriterionChange,
    /// Its level then; null where it had none.
    #[schema(minimum = 1, maximum = 5, example = 2)]
    pub previous_level: Option<i32>,
    /// Its level now; null where it has none.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub level: Option<i32>,
    /// By how much it has risen; null where the two do not compare, or one has no level.
    #[schema(minimum = -4, maximum = 4, example = 2)]
    pub difference: Option<i32>,
}

/// What has changed since the subject's last confirmed assessment that compares. The two values are weighted means over
/// the criteria that compare and have a level in both, with the weights of the newer framework.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentDifference {
    /// The assessment before.
    pub previous: AssessmentId,
    /// The round that it belongs to.
    pub previous_round: AssessmentRoundId,
    /// The framework by which it was made.
    pub previous_framework: Key,
    /// What the levels of then come to; null where nothing compares.
    #[schema(minimum = 1, maximum = 5, example = 2.5)]
    pub previous_value: Option<f64>,
    /// What those of now come to.
    #[schema(minimum = 1, maximum = 5, example = 3)]
    pub value: Option<f64>,
    /// By how much the whole has risen.
    #[schema(minimum = -4, maximum = 4, example = 0.5)]
    pub difference: Option<f64>,
    /// The share of this framework's weights over which the two values are taken, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.75)]
    pub share_compared: Option<f64>,
    /// The same by criterion: this framework's in its order, then those of the older one that have ended, by code.
    #[schema(max_items = 200)]
    pub criteria: Vec<CriterionDifference>,
}

/// A confirmed assessment of an earlier cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// Its id.
    pub id: AssessmentId,
    /// What is known of it.
    pub record: AssessmentRecord,
}

impl AssessmentDifference {
    /// What has changed since an earlier assessment, by what became of the criteria of its framework.
    pub fn since(
        previous: &Previous,
        answers: &AssessmentFacts,
        framework: &AssessmentFrameworkFacts,
        lineage: &Lineage,
    ) -> Self {
        let then = &previous.record;
        let (mut before, mut now, mut compared, mut all) = (0, 0, 0, 0);
        let mut criteria = Vec::new();
        for criterion in framework.criteria() {
            let weight = i64::from(criterion.weight);
            let comparability = lineage.of(&criterion.code);
            let older = comparability.and_then(|comparability| comparability.older());
            let of_criterion = CriterionDifference::of(
                answers.level(&criterion.code),
                older.and_then(|older| then.facts.level(older)),
                Some(criterion.code.clone()),
                older.cloned(),
                comparability.map_or(CriterionChange::New, Comparability::change),
            );
            if let (Some(level), Some(previous_level)) = (of_criterion.level, of_criterion.previous_level) {
                before += weight * i64::from(previous_level);
                now += weight * i64::from(level);
                compared += weight;
            }
            all += weight;
            criteria.push(of_criterion);
        }
        for (code, change) in lineage.ended() {
            let level = then.facts.level(code);
            criteria.push(CriterionDifference::of(None, level, None, Some(code.clone()), change));
        }
        Self {
            previous: previous.id,
            previous_round: then.round,
            previous_framework: then.framework.clone(),
            previous_value: number(Millionths::ratio(before, compared)),
            value: number(Millionths::ratio(now, compared)),
            difference: number(Millionths::ratio(now - before, compared)),
            share_compared: number(Millionths::ratio(compared, all)),
            criteria,
        }
    }
}

impl CriterionDifference {
    fn of(
        level: Option<i32>,
        previous_level: Option<i32>,
        criterion: Option<CriterionCode>,
        previous_criterion: Option<CriterionCode>,
        comparability: CriterionChange,
    ) -> Self {
        let difference = level.zip(previous_level).map(|(level, previous)| level - previous);
        Self { criterion, previous_criterion, comparability, previous_level, level, difference }
    }
}
