//! What goes by several names: words and phrases that mean the same, and those by which people ask for a topic.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr as _;
use std::sync::LazyLock;

use super::lexicon::{LANGUAGES, Lexicon};
use super::word::words;
use crate::provider::ProviderType;
use crate::support::{AccessMode, DeliveryMode, Fee, SpecialSupport, SupportForm, TargetGroup, Topic};
use crate::text::{Language, TextLanguage};
use crate::vocabulary::Vocabulary;

const SYNONYMS: &str = include_str!("../../data/search/synonyms.txt");
const STOPWORDS: &str = include_str!("../../data/search/stopwords.txt");

/// Phrases, by the base forms that they may begin with.
#[derive(Default)]
pub(super) struct Phrases {
    starts: HashMap<String, Vec<Phrase>>,
    /// The base forms of all their parts.
    said: BTreeSet<String>,
}

/// Parts, each with the base forms that it may be of, and what they stand for.
#[derive(Clone, PartialEq)]
struct Phrase {
    parts: Vec<Vec<String>>,
    term: String,
}

/// Phrases that mean the same, by the term of what they mean.
pub(super) static CONCEPTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::read(false, concept));

/// Phrases by which people ask for a topic, by the topic's term.
pub(super) static TOPICS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::read(true, |key| Topic::from_str(key).ok().map(value).into_iter().collect()));

/// What values of the vocabularies are called, whole and word by word, by the terms of the values.
pub(super) static LABELS: LazyLock<Phrases> = LazyLock::new(Phrases::of_labels);

static STOP: LazyLock<BTreeSet<String>> = LazyLock::new(|| listed(|key| key != "general"));
static GENERAL: LazyLock<BTreeSet<String>> = LazyLock::new(|| listed(|key| key == "general"));

/// The terms of a concept: its own, and those of the values that mean the same.
fn concept(key: &str) -> Vec<String> {
    let (key, values) = key.split_once('=').unwrap_or((key, ""));
    let values = values.split_whitespace().map(|value| format!("#{value}"));
    std::iter::once(format!("{CONCEPT_MARK}{}", key.trim())).chain(values).collect()
}

/// Whether a term is that of a concept: what a text says, where the value of a vocabulary is what was chosen.
pub(super) fn is_concept(term: &str) -> bool {
    term.starts_with(CONCEPT_MARK)
}

const CONCEPT_MARK: char = '@';

fn listed(is_wanted: fn(&str) -> bool) -> BTreeSet<String> {
    let lines = STOPWORDS.lines().filter_map(|line| line.split('#').next()?.split_once(':'));
    lines.filter(|(key, _)| is_wanted(key.trim())).flat_map(|(_, listed)| words(listed)).collect()
}

/// The term of a value of a vocabulary.
pub(super) fn value<V: Vocabulary>(value: V) -> String {
    format!("#{}:{}", V::NAME, value.code())
}

/// Whether a base form says nothing that is not true of all support: help, use, guidance.
pub(super) fn is_general(lemma: &str) -> bool {
    GENERAL.contains(lemma)
}

/// Whether a word says nothing by itself.
pub(super) fn is_stopword(word: &str) -> bool {
    STOP.contains(word)
}

/// The languages that know all of some words; where none does, all of them. English is read by its stems alone.
fn languages(words: &[String]) -> Vec<TextLanguage> {
    let knows = |language: &TextLanguage| {
        let lexicon = Lexicon::of(*language);
        *language == TextLanguage::En || words.iter().all(|word| is_stopword(word) || lexicon.known(word).is_some())
    };
    let languages: Vec<TextLanguage> = LANGUAGES.into_iter().filter(knows).collect();
    if languages.len() == 1 { LANGUAGES.to_vec() } else { languages }
}

/// The parts of some words in one language, each with the base forms that it may be of.
pub(super) fn sequence<'a>(language: TextLanguage, words: impl IntoIterator<Item = &'a String>) -> Vec<Vec<String>> {
    let lexicon = Lexicon::of(language);
    let said = words.into_iter().filter(|word| !is_stopword(word));
    said.flat_map(|word| lexicon.readings(word).swap_remove(0).parts).collect()
}

impl Phrases {
    /// The lines of the synonyms before or behind `[topics]`.
    fn read(of_topics: bool, terms: fn(&str) -> Vec<String>) -> Self {
        let (concepts, topics) = SYNONYMS.split_once("[topics]").unwrap_or((SYNONYMS, ""));
        let mut phrases = Self::default();
        for line in if of_topics { topics } else { concepts }.lines() {
            let Some((key, listed)) = line.split('#').next().and_then(|line| line.split_once(": ")) else { continue };
            for phrase in listed.split(',').map(words) {
                for language in languages(&phrase) {
                    for term in terms(key) {
                        phrases.put(&sequence(language, &phrase), &term);
                    }
                }
            }
        }
        phrases
    }

    fn of_labels() -> Self {
        let mut phrases = Self::default();
        phrases.name::<Topic>();
        phrases.name::<TargetGroup>();
        phrases.name::<SpecialSupport>();
        phrases.name::<DeliveryMode>();
        phrases.name::<SupportForm>();
        phrases.name::<Fee>();
        phrases.name::<AccessMode>();
        phrases.name::<ProviderType>();
        phrases.name::<Language>();
        phrases
    }

    /// Adds what the values of a vocabulary are called.
    fn name<V: Vocabulary>(&mut self) {
        for named in V::VALUES {
            let term = value(*named);
            for language in LANGUAGES {
                let label = words(named.label().in_language(language));
                self.put(&sequence(language, &label), &term);
                for word in &label {
                    let parts = sequence(language, [word]);
                    for part in parts.iter().filter(|_| parts.len() > 1) {
                        let telling = part.iter().all(|lemma| lemma.len() > 3 && !is_general(lemma));
                        if telling {
                            self.put(std::slice::from_ref(part), &term);
                        }
                    }
                    if parts.iter().flatten().any(|lemma| !is_general(lemma)) {
                        self.put(&parts, &term);
                    }
                }
            }
        }
    }

    fn put(&mut self, parts: &[Vec<String>], term: &str) {
        self.said.extend(parts.iter().flatten().cloned());
        for start in parts.first().cloned().unwrap_or_default() {
            let known = self.starts.entry(start).or_default();
            let one = Phrase { parts: parts.to_vec(), term: term.to_owned() };
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }

    /// Whether some parts stand in phrases, each in any.
    pub(super) fn hold(&self, parts: &[Vec<String>]) -> bool {
        let is_held = |said: &Vec<String>| said.iter().any(|lemma| self.said.contains(lemma));
        parts.iter().all(is_held)
    }

    /// What begins at the start of some parts: how many of them it takes, and the terms that stand for it; the longest.
    pub(super) fn at(&self, parts: &[Vec<String>]) -> Option<(usize, Vec<&str>)> {
        let mut longest: (usize, Vec<&str>) = (0, Vec::new());
        for Phrase { parts: phrase, term } in parts.first()?.iter().filter_map(|start| self.starts.get(start)).flatten()
        {
            let agree = |(part, said): (&Vec<String>, &Vec<String>)| part.iter().any(|one| said.contains(one));
            let is_here = phrase.len() <= parts.len() && phrase.iter().zip(parts).all(agree);
            if is_here && phrase.len() > longest.0 {
                longest = (phrase.len(), vec![term]);
            } else if is_here && phrase.len() == longest.0 && !longest.1.contains(&term.as_str()) {
                longest.1.push(term);
            }
        }
        (longest.0 > 0).then_some(longest)
    }
}
