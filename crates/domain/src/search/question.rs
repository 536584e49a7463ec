//! What a question asks for: words of which each has to be found, in any of the ways in which it can be meant.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::concept::{CONCEPTS, LABELS, TOPICS, is_general, is_stopword, sequence};
use super::lexicon::{LANGUAGES, Lexicon, Reading, is_place, pair_of};
use super::text::{WordId, speaking};
use super::word::{bare, words};
use crate::support::Topic;
use crate::text::TextLanguage;

/// How well a way of finding a word stands for it, of a hundred.
const EXACT: i64 = 100;
const CONCEPT: i64 = 90;
const APART: i64 = 80;
const CORRECTED: i64 = 70;
const OF_TOPIC: i64 = 70;

/// More words than this are not looked at.
const MOST_WORDS: usize = 12;
/// Words of so many letters are corrected.
const CORRECTED_LENGTHS: RangeInclusive<usize> = 5..=24;
/// So many words at most may be meant by one that nothing holds.
const MOST_VARIANTS: usize = 6;
/// More words than this are not corrected.
const MOST_CORRECTED: usize = 3;

/// A part of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// As it was asked for.
    pub said: String,
    /// The terms by which it is found, each with how well it stands for the word, of a hundred.
    pub ways: BTreeMap<WordId, i64>,
    /// The terms that say that it stands beside its neighbour, as it was asked for.
    pub beside: BTreeSet<WordId>,
    /// What it does to what is found.
    pub need: Need,
}

/// What a word does to what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It only counts: all support is help, guidance and use.
    Counts,
    /// It has to be found, if all can be.
    Wanted,
    /// It names a place, and has to be found if there is anything at all.
    Place,
}

/// A question in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// What has to be found: all of it.
    pub wanted: Vec<Wanted>,
    /// The language in which it seems to be asked, unless nothing tells.
    pub language: Option<TextLanguage>,
    /// The topics that it seems to be about.
    pub topics: Vec<Topic>,
}

/// A word of the question.
struct Word {
    said: String,
    /// As it is read, in which language, by what there is.
    held: Vec<(TextLanguage, Reading)>,
    /// What it may be meant to be, where nothing holds it as it was said.
    meant: Vec<Reading>,
}

impl Question {
    /// Reads a question. `known` says which terms any service point has: a word of which there is none is looked for
    /// without its dots and rings, and then as if it held a typing error.
    pub fn read<E>(
        text: &str,
        mut known: impl FnMut(BTreeSet<WordId>) -> Result<BTreeSet<WordId>, E>,
    ) -> Result<Self, E> {
        let mut said = words(text);
        if said.iter().any(|word| !is_stopword(word)) {
            said.retain(|word| !is_stopword(word));
        }
        said.truncate(MOST_WORDS);
        let mut understood = Vec::new();
        let mut corrected = 0;
        for word in said {
            let held = held(&word, &mut known)?;
            let is_told = !held.is_empty() || LANGUAGES.into_iter().any(|language| names_something(&word, language));
            let meant = if is_told || !CORRECTED_LENGTHS.contains(&word.chars().count()) || corrected == MOST_CORRECTED
            {
                Vec::new()
            } else {
                corrected += 1;
                corrections(&word, &mut known)?
            };
            understood.push(Word { said: word, held, meant });
        }
        let language = language(&understood);
        let mut wanted = Vec::new();
        for word in &understood {
            wanted.extend(word.wanted(language));
        }
        let mut question = Self { wanted, language, topics: Vec::new() };
        // What no lexicon knows may be English: of that, only the commonest words are kept.
        for language in language.into_iter().chain([TextLanguage::En]) {
            question.put_phrases(&understood, language);
        }
        if question.wanted.iter().all(|wanted| wanted.need == Need::Counts) {
            question.wanted.iter_mut().for_each(|wanted| wanted.need = Need::Wanted);
        }
        Ok(question)
    }

    /// Adds what several words say together, or one word in other words.
    fn put_phrases(&mut self, understood: &[Word], language: TextLanguage) {
        let parts: Vec<Vec<String>> = understood.iter().flat_map(|word| word.parts(language)).collect();
        // Only where every word is read in this language does a place in the sequence tell the word.
        if parts.len() != self.wanted.len() {
            return;
        }
        let mut start = 0;
        while start < parts.len() {
            let Some((length, concepts)) = CONCEPTS.at(&parts[start..]) else {
                start += 1;
                continue;
            };
            for wanted in &mut self.wanted[start..start + length] {
                for concept in &concepts {
                    wanted.add(concept, CONCEPT);
                }
            }
            start += length;
        }
        for (phrases, quality) in [(&LABELS, EXACT), (&TOPICS, OF_TOPIC)] {
            for start in 0..parts.len() {
                let Some((length, values)) = phrases.at(&parts[start..]) else { continue };
                for term in values {
                    for wanted in &mut self.wanted[start..start + length] {
                        wanted.add(term, quality);
                    }
                    let about: Option<Topic> = term.strip_prefix("#topic:").and_then(|topic| topic.parse().ok());
                    self.topics.extend(about.filter(|about| !self.topics.contains(about)));
                }
            }
        }
    }

    /// Every term that counts for how well something answers, in their order.
    pub fn counting(&self) -> Vec<WordId> {
        let ways = self.wanted.iter().flat_map(|wanted| wanted.ways.keys().chain(&wanted.beside).copied());
        let language = self.language.map(|language| speaking(language.into()));
        let terms: BTreeSet<WordId> = ways.chain(language).collect();
        terms.into_iter().collect()
    }

    /// Every term by which anything of it is found.
    pub fn terms(&self) -> BTreeSet<WordId> {
        self.wanted.iter().flat_map(|wanted| wanted.ways.keys().copied()).collect()
    }
}

impl Word {
    /// Its parts in a language.
    fn parts(&self, language: TextLanguage) -> Vec<Vec<String>> {
        let meant = self.meant.first().map(|reading| reading.parts.clone());
        meant.unwrap_or_else(|| Lexicon::of(language).readings(&self.said).swap_remove(0).parts)
    }

    /// The parts that have to be found: those of the language in which the question is asked, if it knows them; else
    /// those of another language, or the stem in any.
    fn wanted(&self, language: Option<TextLanguage>) -> Vec<Wanted> {
        let order = language.into_iter().chain(LANGUAGES.into_iter().filter(|other| Some(*other) != language));
        let quality = if self.meant.is_empty() { EXACT } else { CORRECTED };
        let mut known: Vec<Reading> = self.meant.clone();
        if known.is_empty() {
            let held = |language| self.held.iter().filter(move |(of, _)| *of == language).map(|(_, reading)| reading);
            known = order.clone().flat_map(held).cloned().collect();
        }
        if known.is_empty() {
            known = order.filter_map(|language| Lexicon::of(language).known(&self.said)).collect();
        }
        if known.is_empty() {
            known = LANGUAGES.map(|language| Reading::stem(Lexicon::of(language).stem(&self.said))).to_vec();
        }
        let Some(first) = known.first() else { return Vec::new() };
        let of_one = if first.parts.len() == 1 { quality } else { quality * APART / 100 };
        let mut parts: Vec<Wanted> = Vec::new();
        for (at, part) in first.parts.iter().enumerate() {
            let mut wanted = Wanted::new(&self.said);
            let alike = known.iter().filter(|reading| reading.parts.len() == first.parts.len());
            for term in alike.flat_map(|reading| &reading.parts[at]) {
                wanted.add(term, of_one);
            }
            wanted.need = if first.parts.len() == 1 && part.iter().any(|lemma| is_place(lemma)) {
                Need::Place
            } else if first.parts.iter().flatten().all(|lemma| is_general(lemma)) {
                Need::Counts
            } else {
                Need::Wanted
            };
            parts.push(wanted);
        }
        for (at, pair) in first.parts.windows(2).enumerate() {
            for (one, other) in pair[0].first().into_iter().zip(pair[1].first()) {
                let pair = WordId::of(&pair_of(one, other));
                parts[at].beside.insert(pair);
                parts[at + 1].beside.insert(pair);
            }
        }
        parts
    }
}

impl Need {
    /// How much a word weighs in the mean over all words.
    pub(super) fn weight(self) -> i64 {
        match self {
            Self::Counts => 1,
            Self::Wanted | Self::Place => 3,
        }
    }
}

impl Wanted {
    fn new(said: &str) -> Self {
        Self { said: said.to_owned(), ways: BTreeMap::new(), beside: BTreeSet::new(), need: Need::Wanted }
    }

    fn add(&mut self, term: &str, quality: i64) {
        let known = self.ways.entry(WordId::of(term)).or_insert(quality);
        *known = (*known).max(quality);
    }

    /// How well a term stands for it, of a hundred; nought when it does not.
    pub fn quality(&self, term: WordId) -> i64 {
        let beside = if self.beside.contains(&term) { EXACT } else { 0 };
        self.ways.get(&term).copied().unwrap_or(0).max(beside)
    }
}

/// How a word is read in each language in which anything holds all of its parts; where a lexicon knows it, only there.
fn held<E>(
    word: &str,
    known: &mut impl FnMut(BTreeSet<WordId>) -> Result<BTreeSet<WordId>, E>,
) -> Result<Vec<(TextLanguage, Reading)>, E> {
    let mut readings: Vec<(TextLanguage, Reading)> =
        LANGUAGES.map(|language| (language, Lexicon::of(language).readings(word).swap_remove(0))).to_vec();
    let there = known(terms(readings.iter().map(|(_, reading)| reading)))?;
    readings.retain(|(_, reading)| reading.is_held(&there));
    if readings.iter().any(|(_, reading)| reading.is_known) {
        readings.retain(|(_, reading)| reading.is_known);
    }
    Ok(readings)
}

/// Whether a word belongs to what stands for a concept or for the value of a vocabulary.
fn names_something(word: &str, language: TextLanguage) -> bool {
    // What their stemmers make of other languages' words says nothing.
    if language != TextLanguage::En && Lexicon::of(language).known(word).is_none() {
        return false;
    }
    stand_in_phrases(&sequence(language, [&word.to_owned()]))
}

/// Whether some parts stand in phrases.
fn stand_in_phrases(parts: &[Vec<String>]) -> bool {
    [&CONCEPTS, &LABELS, &TOPICS].into_iter().any(|phrases| phrases.hold(parts))
}

/// The language of whose words most are known.
fn language(words: &[Word]) -> Option<TextLanguage> {
    let count = |language: TextLanguage| {
        let is_of = |word: &&Word| word.meant.is_empty() && Lexicon::of(language).known(&word.said).is_some();
        words.iter().filter(is_of).count()
    };
    let (language, most) =
        LANGUAGES.map(|language| (language, count(language))).into_iter().rev().max_by_key(|(_, count)| *count)?;
    (most > 0).then_some(language)
}

/// What a word may be meant to be that nothing holds: the same with its dots and rings, or what is one typing error
/// away, as like it as can be.
fn corrections<E>(
    word: &str,
    known: &mut impl FnMut(BTreeSet<WordId>) -> Result<BTreeSet<WordId>, E>,
) -> Result<Vec<Reading>, E> {
    let variants = variants(word);
    let bare_word = bare(word);
    let dotted = |word: &str| -> Vec<(String, Reading)> {
        let readings = LANGUAGES.into_iter().filter_map(|language| Lexicon::bare(language).known(word));
        readings.map(|reading| (word.to_owned(), reading)).collect()
    };
    let exact = |word: &String| -> Vec<(String, Reading)> {
        let readings = LANGUAGES.into_iter().filter_map(|language| Lexicon::of(language).known(word));
        readings.map(|reading| (word.clone(), reading)).collect()
    };
    let by_stem = |word: &String| -> Vec<(String, Reading)> {
        let stems = LANGUAGES.map(|language| Reading::stem(Lexicon::of(language).stem(word)));
        stems.into_iter().map(|reading| (word.clone(), reading)).collect()
    };
    // Each is worked out only where those before it led to nothing.
    let ways: [&dyn Fn() -> Vec<(String, Reading)>; 3] = [
        &|| dotted(&bare_word).into_iter().chain(variants.iter().flat_map(exact)).collect(),
        &|| {
            variants
                .iter()
                .map(|variant| bare(variant))
                .collect::<BTreeSet<_>>()
                .iter()
                .flat_map(|one| dotted(one))
                .collect()
        },
        &|| variants.iter().flat_map(by_stem).collect(),
    ];
    let is_told =
        |reading: &Reading, there: &BTreeSet<WordId>| reading.is_held(there) || stand_in_phrases(&reading.parts);
    for way in ways {
        let candidates = way();
        let there = known(terms(candidates.iter().map(|(_, reading)| reading)))?;
        let held: Vec<(String, Reading)> =
            candidates.into_iter().filter(|(_, reading)| is_told(reading, &there)).collect();
        let Some(fewest) = held.iter().map(|(_, reading)| reading.parts.len()).min() else { continue };
        let mut nearest: Vec<(f64, String, Reading)> = held
            .into_iter()
            .filter(|(_, reading)| reading.parts.len() == fewest)
            .map(|(variant, reading)| (strsim::jaro_winkler(word, &variant), variant, reading))
            .collect();
        nearest.sort_by(|(one, first, _), (other, second, _)| other.total_cmp(one).then_with(|| first.cmp(second)));
        return Ok(nearest.into_iter().take(MOST_VARIANTS).map(|(_, _, reading)| reading).collect());
    }
    Ok(Vec::new())
}

impl Reading {
    /// Whether each part is among some terms.
    fn is_held(&self, there: &BTreeSet<WordId>) -> bool {
        self.parts.iter().all(|part| part.iter().any(|term| there.contains(&WordId::of(term))))
    }
}

/// The terms of some readings.
fn terms<'a>(readings: impl Iterator<Item = &'a Reading>) -> BTreeSet<WordId> {
    readings.flat_map(|reading| reading.parts.iter().flatten()).map(|term| WordId::of(term)).collect()
}

/// All words that are one typing error away: a letter too many, missing or wrong, or two that changed places.
fn variants(word: &str) -> BTreeSet<String> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzåäö";
    let letters: Vec<char> = word.chars().collect();
    let mut variants = BTreeSet::new();
    let put = |variants: &mut BTreeSet<String>, head: &[char], middle: &[char], tail: &[char]| {
        variants.insert(head.iter().chain(middle).chain(tail).collect());
    };
    for at in 0..=letters.len() {
        let (head, tail) = letters.split_at(at);
        for letter in LETTERS.chars() {
            put(&mut variants, head, &[letter], tail);
        }
        let [first, rest @ ..] = tail else { continue };
        put(&mut variants, head, &[], rest);
        for letter in LETTERS.chars() {
            put(&mut variants, head, &[letter], rest);
        }
        if let [second, rest @ ..] = rest {
            put(&mut variants, head, &[*second, *first], rest);
        }
    }
    variants.remove(word);
    variants
}
