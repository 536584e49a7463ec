//! How well a service point answers a question: one formula in whole numbers, for both databases.

use std::cmp::Reverse;

use serde::Serialize;
use utoipa::ToSchema;

use super::question::Question;
use super::text::{SearchField, Words};
use crate::freshness::Freshness;

/// How well a service point answers a question: the higher, the better. The total is the sum of the parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Score {
    /// The sum by which the hits are ordered.
    #[schema(minimum = 0, maximum = 160, example = 112)]
    pub total: i64,
    /// How well the words are found: the mean over all words of the question, 100 for a word in the name as it was
    /// asked for; what is true of all support, as help, weighs a third.
    #[schema(minimum = 0, maximum = 100, example = 90)]
    pub text: i64,
    /// Up to 40 for what is near, when `near` asks; 12 for what comes to wherever one is.
    #[schema(minimum = 0, maximum = 40, example = 0)]
    pub distance: i64,
    /// 6 for what is open, at the instant of `open_at` or now.
    #[schema(minimum = 0, maximum = 6, example = 6)]
    pub open: i64,
    /// 6 for support in the language in which the question is asked.
    #[schema(minimum = 0, maximum = 6, example = 6)]
    pub language: i64,
    /// By how fresh the information is: 8, 5, 2 or 0.
    #[schema(minimum = 0, maximum = 8, example = 8)]
    pub freshness: i64,
    /// Where each word was found.
    #[schema(max_items = 100)]
    pub words: Vec<WordScore>,
}

/// Where a word of the question was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordScore {
    /// The word as it was asked for; a compound once for each of its parts.
    #[schema(min_length = 1, max_length = 64, example = "pankkitunnukset")]
    pub word: String,
    /// The most telling place where it stands, or null where it is not found.
    pub field: Option<SearchField>,
    /// What it counts: how telling the place is, and how well what stands there answers to the word.
    #[schema(minimum = 0, maximum = 100, example = 70)]
    pub points: i64,
}

/// What of a service point counts beside its words.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// How far away it is, in metres, when `near` asks and it has a place.
    pub metres: Option<f64>,
    /// Whether `near` asks and it has no place.
    pub comes_to_you: bool,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether support is given in the language of the question.
    pub speaks: bool,
    /// How fresh the information is.
    pub freshness: Freshness,
}

impl Question {
    /// How well a service point with these terms answers.
    pub fn score(&self, terms: &Words, of: Circumstances) -> Score {
        let words: Vec<WordScore> = self
            .wanted
            .iter()
            .map(|wanted| {
                let found = wanted.ways.keys().chain(&wanted.beside).filter_map(|term| {
                    let field = terms.field(*term)?;
                    Some((points(field) * wanted.quality(*term) / 100, Reverse(field)))
                });
                let (count, best) = found.fold((0, None), |(count, best), one| (count + 1, best.max(Some(one))));
                // What says it in several ways is likelier to mean it.
                let emphasis = MOST_EMPHASIS.min(EMPHASIS * (count - 1));
                WordScore {
                    word: wanted.said.clone(),
                    field: best.map(|(_, Reverse(field))| field),
                    points: best.map_or(0, |(points, _)| (points + emphasis).min(100)),
                }
            })
            .collect();
        let weights = self.wanted.iter().map(|wanted| wanted.need.weight());
        let weighed: i64 = words.iter().zip(weights.clone()).map(|(word, weight)| word.points * weight).sum();
        let text = weighed / weights.sum::<i64>().max(1);
        let distance = if of.comes_to_you { 12 } else { of.metres.map_or(0, nearness) };
        let open = if of.is_open { 6 } else { 0 };
        let language = if of.speaks { 6 } else { 0 };
        let freshness = match of.freshness {
            Freshness::Current => 8,
            Freshness::Watch => 5,
            Freshness::Verify => 2,
            Freshness::Outdated => 0,
        };
        Score { total: text + distance + open + language + freshness, text, distance, open, language, freshness, words }
    }
}

/// What it counts that a word is there in one more way, and what all of that counts at most.
const EMPHASIS: i64 = 8;
const MOST_EMPHASIS: i64 = 16;

/// What a word counts in a field.
fn points(field: SearchField) -> i64 {
    match field {
        SearchField::Name => 100,
        SearchField::Keyword => 85,
        SearchField::Summary => 55,
        SearchField::Description => 40,
    }
}

/// 40 within a kilometre, half of that at 10 kilometres, less with every doubling.
#[expect(clippy::cast_possible_truncation, reason = "between 0 and 40")]
fn nearness(metres: f64) -> i64 {
    (40.0 / (1.0 + (metres - 1_000.0).max(0.0) / 9_000.0)).round() as i64
}
