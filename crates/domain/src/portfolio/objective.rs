//! What a set is worth, in whole numbers: sets of the same worth are found to be so, on every machine.

use std::collections::BTreeMap;

use super::question::PortfolioWeights;
use super::search::Bits;
use super::simulation::{Candidate, Known};
use crate::application::FunctionalPart;
use crate::municipality::LanguageStatus;
use crate::support::TargetGroup;
use crate::vocabulary::Vocabulary;

/// Scores are told apart to this part of one.
const SCORE_PARTS: f64 = 1_000.0;

/// What there is to be covered, by whom, and what each thing is worth.
///
/// Each of the five shares is a fraction of whole numbers; brought to the denominator that they have in common, they add
/// up in whole numbers. With 25 candidates the worth of a set is below 2^63.
pub(super) struct Objective {
    pub(super) worth: Vec<(Bits, u64)>,
    pub(super) whole: Whole,
}

/// What a set is worth that covers everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole(u64);

impl Objective {
    pub(super) fn new(candidates: &[&Candidate], known: &Known, weights: PortfolioWeights) -> Self {
        let weight = |weight: Option<i32>| u64::from(weight.unwrap_or(0).unsigned_abs());
        let scores: Vec<u64> = candidates.iter().map(|candidate| in_parts(candidate.score)).collect();
        // What nobody has divides nothing.
        let all_people = known.country_population().max(1).unsigned_abs();
        let all_scores = scores.iter().sum::<u64>().max(1);
        let (groups, parts, languages) = (
            count(customer_groups().count()),
            count(FunctionalPart::VALUES.len()),
            count(LanguageStatus::VALUES.len()),
        );
        let common = groups * parts * languages;

        let mut worth = Vec::new();
        let mut municipalities: BTreeMap<&str, Bits> = BTreeMap::new();
        let mut spoken: BTreeMap<LanguageStatus, Bits> = BTreeMap::new();
        for (bit, candidate) in candidates.iter().enumerate() {
            for code in &candidate.municipalities {
                *municipalities.entry(code).or_default() |= 1 << bit;
            }
        }
        for (code, by) in municipalities {
            let people = known.people(code).unwrap_or(0).unsigned_abs();
            worth.push((by, weight(weights.population) * people * all_scores * common));
            if let Some(place) = known.place(code) {
                *spoken.entry(place.language_status).or_default() |= by;
            }
        }
        for (bit, score) in scores.iter().enumerate() {
            worth.push((1 << bit, weight(weights.score) * score * all_people * common));
        }
        let one = |weight: u64, of: u64| weight * all_people * all_scores * (common / of);
        let by = |covers: &dyn Fn(&Candidate) -> bool| -> Bits {
            let bits = candidates.iter().enumerate().filter(|(_, candidate)| covers(candidate));
            bits.fold(0, |all, (bit, _)| all | 1 << bit)
        };
        let each = one(weight(weights.customer_groups), groups);
        worth.extend(customer_groups().map(|group| (by(&|candidate| candidate.reaches(group)), each)));
        let each = one(weight(weights.functional_parts), parts);
        worth.extend(
            FunctionalPart::VALUES
                .iter()
                .map(|part| (by(&|candidate| candidate.functional_parts.contains(part)), each)),
        );
        let each = one(weight(weights.language_groups), languages);
        worth.extend(spoken.into_values().map(|by| (by, each)));

        let PortfolioWeights { population, score, customer_groups, functional_parts, language_groups } = weights;
        let all = [population, score, customer_groups, functional_parts, language_groups];
        let whole = all.into_iter().map(weight).sum::<u64>() * all_people * all_scores * common;
        Self { worth, whole: Whole(whole) }
    }
}

impl Whole {
    /// What a set is worth as a share, for show: sets are compared in whole numbers.
    #[expect(clippy::cast_precision_loss, reason = "for show")]
    pub(super) fn share(self, value: u64) -> f64 {
        if self.0 == 0 { 0.0 } else { value as f64 / self.0 as f64 }
    }
}

/// The customer groups that there are: everyone is all of them.
pub(super) fn customer_groups() -> impl Iterator<Item = TargetGroup> {
    TargetGroup::VALUES.iter().copied().filter(|group| *group != TargetGroup::Everyone)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 5,000")]
fn in_parts(score: Option<f64>) -> u64 {
    (score.unwrap_or(0.0).clamp(0.0, 5.0) * SCORE_PARTS).round() as u64
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
