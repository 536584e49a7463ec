//! Comparison: the subjects of a round side by side, by goal and by criterion, and what has changed since an earlier round.
//!
//! Only confirmed assessments count. What is not shown, and why it cannot be worked out from what is, docs/adr/0020 says.

mod group;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

pub use group::{Group, Quartiles};

use crate::assessment::{AssessmentFacts, Score};
use crate::assessment_framework::{
    AssessmentFrameworkFacts, Comparability, CriterionChange, CriterionCode, FrameworkCriterion, FrameworkGoal, Goal,
    Lineage,
};
use crate::assessment_round::{AssessmentRoundId, SubjectId, SubjectRef};
use crate::evaluation::Millionths;
use crate::key::Key;

/// Of fewer answers than these no figures are shown.
pub const SMALLEST_GROUP: usize = 5;

/// What one subject comes to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparedValue {
    /// The subject.
    pub subject: SubjectRef,
    /// The level of the criterion, or the score of the goal.
    #[schema(minimum = 1, maximum = 5, example = 3.5)]
    pub value: f64,
    /// By how much it has risen since the previous round; null where that cannot be told or is not shown.
    #[schema(minimum = -4, maximum = 4, example = 0.5)]
    pub change: Option<f64>,
}

/// What all come to in a criterion, or in a goal as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparedItem {
    /// The goal.
    pub goal: Goal,
    /// The criterion; null for the goal as a whole, of which the values are the scores.
    pub criterion: Option<CriterionCode>,
    /// How many are asked in the round.
    #[schema(minimum = 0, maximum = 500, example = 14)]
    pub asked: usize,
    /// How many confirmed assessments have a value.
    #[schema(minimum = 0, maximum = 500, example = 12)]
    pub answered: usize,
    /// Whether the figures are left out: too few have answered, or one could work out from them what too few have answered.
    #[schema(example = false)]
    pub suppressed: bool,
    /// The median of the values.
    #[schema(minimum = 1, maximum = 5, example = 3)]
    pub median: Option<f64>,
    /// The lower quartile: between two values by linear interpolation, as all three (type 7 of Hyndman and Fan 1996).
    #[schema(minimum = 1, maximum = 5, example = 2.25)]
    pub lower_quartile: Option<f64>,
    /// The upper quartile.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub upper_quartile: Option<f64>,
    /// The criterion of the previous round that it compares with; null where none does, and for a goal.
    pub previous_criterion: Option<CriterionCode>,
    /// What became of the criterion since the previous round: only what was kept compares. Null without a previous round, and
    /// for a goal.
    pub comparability: Option<CriterionChange>,
    /// The share of the weights that compares with the previous round: of a criterion 1 or 0. Null without a previous round.
    #[schema(minimum = 0, maximum = 1, example = 1)]
    pub share_comparable: Option<f64>,
    /// How many have a value in both rounds, over what compares; 0 without a previous round.
    #[schema(minimum = 0, maximum = 500, example = 12)]
    pub compared: usize,
    /// The median of the changes; null where fewer than `smallest_group` compare, or one could work out from the changes what
    /// is left out elsewhere.
    #[schema(minimum = -4, maximum = 4, example = 0.5)]
    pub median_change: Option<f64>,
    /// What each subject comes to that has a value, by subject; empty where that is not shown.
    #[schema(max_items = 500)]
    pub values: Vec<ComparedValue>,
}

/// A criterion of the previous round that has ended since: nothing compares with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndedCriterion {
    /// Its goal.
    pub goal: Goal,
    /// Its code then.
    pub criterion: CriterionCode,
    /// What became of it.
    pub change: CriterionChange,
}

/// The subjects of a round side by side.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// The round.
    pub round: AssessmentRoundId,
    /// The framework of the round.
    pub framework: Key,
    /// The earlier round that it is compared with, or null.
    pub previous_round: Option<AssessmentRoundId>,
    /// The framework of that round, or null.
    pub previous_framework: Option<Key>,
    /// Of fewer answers than these no figures are shown.
    #[schema(minimum = 1, maximum = 500, example = 5)]
    pub smallest_group: usize,
    /// Each goal as a whole and then its criteria, in the order of the framework.
    #[schema(max_items = 100)]
    pub items: Vec<ComparedItem>,
    /// What the previous round asked and this one does not, by code.
    #[schema(max_items = 100)]
    pub ended: Vec<EndedCriterion>,
}

/// Which round is compared with which, and in what.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuestion {
    /// The round. Those who are asked in it are compared with one another.
    #[param(value_type = AssessmentRoundId, example = "019ac0de-0000-7000-8000-0000000000b1")]
    pub round: Option<AssessmentRoundId>,
    /// An earlier round, whose framework is the same or one that this one's comes of; left out, the latest such round that is
    /// past due and asks the same kind of subjects, first of those in which at least `smallest_group` of the same
    /// ones were confirmed.
    pub previous_round: Option<AssessmentRoundId>,
    /// Only what belongs to any of these goals.
    #[param(value_type = Option<Vec<Goal>>, max_items = 100)]
    pub goal: Vec<Goal>,
    /// Only these criteria of the round's framework, without their goals as a whole and without what has ended.
    #[param(value_type = Option<Vec<CriterionCode>>, max_items = 100)]
    pub criterion: Vec<CriterionCode>,
}

impl ComparisonQuestion {
    fn asks_for(&self, goal: Goal, criterion: Option<&CriterionCode>) -> bool {
        let is_criterion = self.criterion.is_empty() || criterion.is_some_and(|code| self.criterion.contains(code));
        is_criterion && (self.goal.is_empty() || self.goal.contains(&goal))
    }
}

/// What was confirmed in a round.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// The framework of the round.
    pub framework: AssessmentFrameworkFacts,
    /// How many were asked.
    pub asked: usize,
    /// The confirmed answers.
    pub answers: BTreeMap<SubjectId, AssessmentFacts>,
}

impl Confirmed {
    /// The levels that were given to a criterion.
    fn levels(&self, code: &CriterionCode) -> Group {
        let level =
            |answers: &AssessmentFacts| answers.level(code).and_then(|level| Millionths::ratio(level.into(), 1));
        self.group(level)
    }

    /// The scores in a goal.
    fn scores(&self, goal: &FrameworkGoal) -> Group {
        self.group(|answers| Score::of(answers, &goal.criteria).value)
    }

    fn group(&self, value: impl Fn(&AssessmentFacts) -> Option<Millionths>) -> Group {
        Group::of(self.answers.iter().filter_map(|(subject, answers)| Some((subject.clone(), value(answers)?))))
    }

    /// Whether the levels of a criterion may be worked out: nobody gave one, or so many did that they are shown.
    fn is_open(&self, code: &CriterionCode) -> bool {
        let levels = self.levels(code);
        levels.is_empty() || levels.is_large()
    }
}

/// An earlier round, and what became of its criteria since.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// What was confirmed in it.
    pub confirmed: Confirmed,
    /// What became of its criteria.
    pub lineage: Lineage,
}

impl Earlier {
    fn older(&self, code: &CriterionCode) -> Option<&CriterionCode> {
        self.lineage.of(code).and_then(|comparability| comparability.older())
    }

    fn comparability(&self, code: &CriterionCode) -> CriterionChange {
        self.lineage.of(code).map_or(CriterionChange::New, Comparability::change)
    }

    /// By how much each subject has risen, over those of some criteria that compare and have a level in both rounds, by the
    /// weights of now.
    fn changes(&self, now: &Confirmed, criteria: &[&FrameworkCriterion]) -> Group {
        let pairs = criteria.iter().filter_map(|criterion| Some((*criterion, self.older(&criterion.code)?)));
        let pairs: Vec<(&FrameworkCriterion, &CriterionCode)> = pairs.collect();
        let change = |subject: &SubjectId, answers: &AssessmentFacts| {
            let before = self.confirmed.answers.get(subject)?;
            let (mut risen, mut weights) = (0, 0);
            for (criterion, older) in &pairs {
                let Some((level, previous)) = answers.level(&criterion.code).zip(before.level(older)) else { continue };
                risen += i64::from(criterion.weight) * i64::from(level - previous);
                weights += i64::from(criterion.weight);
            }
            Millionths::ratio(risen, weights)
        };
        let risen =
            now.answers.iter().filter_map(|(subject, answers)| Some((subject.clone(), change(subject, answers)?)));
        Group::of(risen)
    }

    /// Whether changes in some criteria may be shown: not where one could work out from them a level of then that is not.
    fn is_open(&self, criteria: &[&FrameworkCriterion]) -> bool {
        let mut older = criteria.iter().filter_map(|criterion| self.older(&criterion.code));
        older.all(|older| self.confirmed.is_open(older))
    }
}

/// What all come to in one criterion or goal, before the subjects have their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    goal: Goal,
    criterion: Option<CriterionCode>,
    asked: usize,
    answered: usize,
    previous_criterion: Option<CriterionCode>,
    comparability: Option<CriterionChange>,
    share_comparable: Option<Millionths>,
    /// The values; none where they are suppressed.
    values: Option<Group>,
    compared: usize,
    /// The changes; none where they are not shown.
    changes: Group,
}

/// Compares what was confirmed in a round, with an earlier one if there is one.
pub fn compare(question: &ComparisonQuestion, now: &Confirmed, earlier: Option<&Earlier>) -> Vec<Row> {
    let mut rows = Vec::new();
    for goal in &now.framework.goals {
        if question.asks_for(goal.goal, None) {
            rows.push(Row::of_goal(goal, now, earlier));
        }
        let asked = goal.criteria.iter().filter(|criterion| question.asks_for(goal.goal, Some(&criterion.code)));
        rows.extend(asked.map(|criterion| Row::of_criterion(goal.goal, criterion, now, earlier)));
    }
    rows
}

/// What an earlier round asked and is not asked any more, of what the question is about.
pub fn ended(question: &ComparisonQuestion, earlier: &Earlier) -> Vec<EndedCriterion> {
    let told = |(code, change): (&CriterionCode, CriterionChange)| {
        let (goal, _) = earlier.confirmed.framework.criterion(code)?;
        let is_asked = question.asks_for(goal, None);
        is_asked.then(|| EndedCriterion { goal, criterion: code.clone(), change })
    };
    earlier.lineage.ended().filter_map(told).collect()
}

impl Row {
    fn of_criterion(goal: Goal, criterion: &FrameworkCriterion, now: &Confirmed, earlier: Option<&Earlier>) -> Self {
        let levels = now.levels(&criterion.code);
        let is_shown = levels.is_large();
        let (compared, changes) = Self::changes(is_shown, now, earlier, &[criterion]);
        let previous_criterion = earlier.and_then(|earlier| earlier.older(&criterion.code)).cloned();
        Self {
            goal,
            criterion: Some(criterion.code.clone()),
            asked: now.asked,
            answered: levels.len(),
            comparability: earlier.map(|earlier| earlier.comparability(&criterion.code)),
            share_comparable: earlier.and_then(|_| Millionths::ratio(i64::from(previous_criterion.is_some()), 1)),
            previous_criterion,
            compared,
            changes,
            values: is_shown.then_some(levels),
        }
    }

    fn of_goal(goal: &FrameworkGoal, now: &Confirmed, earlier: Option<&Earlier>) -> Self {
        let scores = now.scores(goal);
        // From the score and the levels that are shown one could work out the one that is not.
        let is_shown = scores.is_large() && goal.criteria.iter().all(|criterion| now.is_open(&criterion.code));
        let criteria: Vec<&FrameworkCriterion> = goal.criteria.iter().collect();
        let weight = |criterion: &FrameworkCriterion| i64::from(criterion.weight);
        let share = |earlier: &Earlier| {
            let comparing = criteria.iter().filter(|criterion| earlier.older(&criterion.code).is_some());
            let comparing = comparing.map(|criterion| weight(criterion)).sum();
            Millionths::ratio(comparing, criteria.iter().map(|criterion| weight(criterion)).sum())
        };
        let (compared, changes) = Self::changes(is_shown, now, earlier, &criteria);
        Self {
            goal: goal.goal,
            criterion: None,
            asked: now.asked,
            answered: scores.len(),
            previous_criterion: None,
            comparability: None,
            share_comparable: earlier.and_then(share),
            compared,
            changes,
            values: is_shown.then_some(scores),
        }
    }

    /// How many have changed by something, and by how much, where that is shown.
    fn changes(
        is_shown: bool,
        now: &Confirmed,
        earlier: Option<&Earlier>,
        criteria: &[&FrameworkCriterion],
    ) -> (usize, Group) {
        let Some(earlier) = earlier else { return (0, Group::default()) };
        let changes = earlier.changes(now, criteria);
        let (compared, is_large) = (changes.len(), changes.is_large());
        (compared, if is_shown && is_large && earlier.is_open(criteria) { changes } else { Group::default() })
    }

    /// Whose values it shows.
    pub fn subjects(&self) -> impl Iterator<Item = &SubjectId> {
        self.values.iter().flat_map(Group::subjects)
    }

    /// The row as it is published; each subject gets its names. What says that it cannot name one is passed on.
    pub fn published<E>(self, named: impl Fn(&SubjectId) -> Result<SubjectRef, E>) -> Result<ComparedItem, E> {
        let Self { values, changes, .. } = self;
        let number = |figure: Option<Millionths>| figure.map(Millionths::number);
        let suppressed = values.is_none();
        let values = values.unwrap_or_default();
        let Quartiles { lower, median, upper } = values.quartiles();
        let value = |(subject, value): (&SubjectId, Millionths)| {
            let change = number(changes.get(subject));
            Ok(ComparedValue { subject: named(subject)?, value: value.number(), change })
        };
        Ok(ComparedItem {
            goal: self.goal,
            criterion: self.criterion,
            asked: self.asked,
            answered: self.answered,
            suppressed,
            median: number(median),
            lower_quartile: number(lower),
            upper_quartile: number(upper),
            previous_criterion: self.previous_criterion,
            comparability: self.comparability,
            share_comparable: number(self.share_comparable),
            compared: self.compared,
            median_change: number(changes.quartiles().median),
            values: values.iter().map(value).collect::<Result<_, E>>()?,
        })
    }
}
