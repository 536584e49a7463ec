//! What evaluations come to in figures. The one formula:
//!
//! - an evaluation's weighted score is the sum of score times weight over the criteria that it scores, divided by the
//!   sum of their weights;
//! - its answered weight is the sum of those weights, divided by the sum of the weights of all criteria of the call;
//! - an application's score is the mean of the weighted scores of its evaluations, each counting once; those that declare
//!   a conflict of interest and those that score nothing do not count. Its answered weight is the mean of theirs.
//!
//! Each figure is rounded half up to six decimals, and calculated in whole numbers: the same on every machine and in
//! whatever order the evaluations are read.

use crate::call::CallCriterion;
use crate::evaluation::{CriterionScore, CriterionWeight, EvaluationRecord};

/// How many make one.
const ONE: i64 = 1_000_000;

/// A figure in whole millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millionths(i32);

impl Millionths {
    /// A part of a whole; none where there is no whole.
    pub(crate) fn ratio(part: i64, whole: i64) -> Option<Self> {
        Self::rounded(part.checked_mul(ONE)?, whole)
    }

    /// So many millionths, divided and rounded half up.
    fn rounded(millionths: i64, by: i64) -> Option<Self> {
        let twice = millionths.checked_mul(2)?.checked_add(by)?;
        twice.checked_div_euclid(by.checked_mul(2)?).and_then(|rounded| rounded.try_into().ok()).map(Self)
    }

    /// The figure that lies so many parts of all on the way to another one.
    pub(crate) fn towards(self, other: Self, parts: i64, all: i64) -> Option<Self> {
        Self::rounded(i64::from(self.0) * (all - parts) + i64::from(other.0) * parts, all)
    }

    fn mean(figures: &[Self]) -> Option<Self> {
        let sum = figures.iter().map(|figure| i64::from(figure.0)).sum();
        Self::rounded(sum, i64::try_from(figures.len()).ok()?)
    }

    /// The figure as it is published.
    pub fn number(self) -> f64 {
        f64::from(self.0) / 1_000_000.0
    }
}

/// What one evaluation, or all of one application, come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// The weighted score, 1 to 5; none where nothing was scored.
    pub weighted_score: Option<Millionths>,
    /// The share of the weights that was scored, 0 to 1; none where there are no criteria, and for an application
    /// where nothing was scored.
    pub answered_weight: Option<Millionths>,
    /// How many evaluations it is made of.
    pub evaluations: usize,
}

impl Score {
    /// What scores come to, by the weights of all criteria of the call. Those of other criteria do not count.
    pub fn of(scores: &[CriterionScore], weights: &[CriterionWeight]) -> Self {
        let mut points = 0;
        let mut answered = 0;
        let mut all = 0;
        for of in weights {
            let weight = i64::from(of.weight);
            all += weight;
            if let Some(score) = scores.iter().find(|score| score.criterion == of.criterion) {
                points += weight * i64::from(score.score);
                answered += weight;
            }
        }
        Self {
            weighted_score: Millionths::ratio(points, answered),
            answered_weight: Millionths::ratio(answered, all),
            evaluations: 1,
        }
    }
}

/// What the evaluations of one application come to together.
pub fn mean_of<'a>(evaluations: impl IntoIterator<Item = &'a EvaluationRecord>) -> Score {
    let free = evaluations.into_iter().filter(|evaluation| !evaluation.facts.conflict_of_interest);
    let counted = free.map(EvaluationRecord::score).filter(|score| score.weighted_score.is_some());
    let (mut points, mut shares) = (Vec::new(), Vec::new());
    for score in counted {
        points.extend(score.weighted_score);
        shares.extend(score.answered_weight);
    }
    Score {
        weighted_score: Millionths::mean(&points),
        answered_weight: Millionths::mean(&shares),
        evaluations: points.len(),
    }
}

impl From<&CallCriterion> for CriterionWeight {
    fn from(criterion: &CallCriterion) -> Self {
        Self { criterion: criterion.key.clone(), weight: criterion.weight }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::application::ApplicationId;
    use crate::evaluation::EvaluationFacts;
    use crate::key::Key;

    fn key(number: usize) -> Key {
        format!("criterion-{number}").parse().unwrap_or_else(|_| Key::placeholder())
    }

    /// One evaluation: of each criterion its weight, and its score unless it was left out.
    fn evaluation(given: &[(i32, Option<i32>)], conflict_of_interest: bool) -> EvaluationRecord {
        let scores = given.iter().enumerate().filter_map(|(number, (_, score))| {
            score.map(|score| CriterionScore { criterion: key(number), score, reasons: None })
        });
        let weights = given.iter().enumerate();
        EvaluationRecord {
            facts: EvaluationFacts {
                application: ApplicationId::of_key("one"),
                conflict_of_interest,
                conflict_reasons: None,
                scores: scores.collect(),
                remarks: None,
            },
            call: Key::placeholder(),
            evaluator: "one-evaluator".parse().unwrap_or_else(|_| panic!("a name")),
            form_version: 1,
            weights: weights
                .map(|(number, (weight, _))| CriterionWeight { criterion: key(number), weight: *weight })
                .collect(),
        }
    }

    fn told(score: Score) -> (Option<f64>, Option<f64>) {
        (score.weighted_score.map(Millionths::number), score.answered_weight.map(Millionths::number))
    }

    #[test]
    fn a_weighted_score_is_the_mean_over_the_criteria_that_were_scored() {
        type Given = &'static [(i32, Option<i32>)];
        let table: [(Given, Option<f64>, Option<f64>); 9] = [
            (&[], None, None),
            (&[(25, None)], None, Some(0.0)),
            (&[(25, Some(4))], Some(4.0), Some(1.0)),
            (&[(30, Some(5)), (70, Some(1))], Some(2.2), Some(1.0)),
            (&[(50, Some(5)), (25, Some(3)), (25, None)], Some(4.333_333), Some(0.75)),
            (&[(1, Some(2)), (1, Some(3)), (1, Some(3))], Some(2.666_667), Some(1.0)),
            (&[(1, None), (2, Some(1))], Some(1.0), Some(0.666_667)),
            (&[(100, Some(5)), (100, Some(5))], Some(5.0), Some(1.0)),
            (&[(100, Some(1)), (1, None)], Some(1.0), Some(0.990_099)),
        ];
        for (given, weighted, answered) in table {
            assert_eq!(told(evaluation(given, false).score()), (weighted, answered), "{given:?}");
        }
    }

    #[test]
    fn an_application_has_the_mean_of_those_who_have_no_conflict_and_have_scored() {
        let four = evaluation(&[(25, Some(4)), (75, Some(4))], false);
        let half = evaluation(&[(25, Some(1)), (75, None)], false);
        let nothing = evaluation(&[(25, None), (75, None)], false);
        let conflict = evaluation(&[(25, Some(5)), (75, Some(5))], true);
        let table = [
            (vec![], (None, None), 0),
            (vec![&nothing, &conflict], (None, None), 0),
            (vec![&four], (Some(4.0), Some(1.0)), 1),
            (vec![&four, &nothing, &conflict], (Some(4.0), Some(1.0)), 1),
            (vec![&four, &half], (Some(2.5), Some(0.625)), 2),
            (vec![&half, &four, &four], (Some(3.0), Some(0.75)), 3),
        ];
        for (evaluations, expected, count) in table {
            let score = mean_of(evaluations.iter().copied());
            assert_eq!((told(score), score.evaluations), (expected, count), "{evaluations:?}");
        }
    }

    proptest! {
        #[test]
        fn a_score_lies_between_the_lowest_and_the_highest_and_every_order_comes_to_the_same(
            given in prop::collection::vec(
                prop::collection::vec((1..=100_i32, prop::option::of(1..=5_i32)), 0..50),
                0..20,
            ),
        ) {
            let mut evaluations: Vec<_> = given.iter().map(|given| evaluation(given, false)).collect();
            let scores: Vec<i32> = given.iter().flatten().filter_map(|(_, score)| *score).collect();
            let whole = mean_of(&evaluations);
            match (scores.iter().min(), scores.iter().max(), whole.weighted_score) {
                (Some(least), Some(most), Some(mean)) => {
                    prop_assert!(f64::from(*least) <= mean.number() && mean.number() <= f64::from(*most));
                }
                (None, None, None) => (),
                other => prop_assert!(false, "{other:?}"),
            }
            prop_assert!(whole.answered_weight.is_none_or(|share| (0.0..=1.0).contains(&share.number())));
            evaluations.reverse();
            prop_assert_eq!(mean_of(&evaluations), whole);
        }

        #[test]
        fn a_higher_score_never_lowers_the_whole(
            given in prop::collection::vec((1..=100_i32, 1..=4_i32), 1..50),
            at in any::<prop::sample::Index>(),
        ) {
            let scored = |given: &[(i32, i32)]| {
                let given: Vec<_> = given.iter().map(|(weight, score)| (*weight, Some(*score))).collect();
                evaluation(&given, false).score().weighted_score
            };
            let mut better = given.clone();
            better[at.index(given.len())].1 += 1;
            prop_assert!(scored(&better) > scored(&given));
        }
    }
}
