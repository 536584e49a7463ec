//! What a service point is found by: the terms of its texts, each with the most telling field that holds it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::concept::{CONCEPTS, is_concept, is_stopword, sequence, value};
use super::lexicon::{LANGUAGES, Lexicon};
use super::word::words;
use crate::text::{Language, Text, TextLanguage};
use crate::vocabulary::{Vocabulary, vocabulary};

vocabulary! {
    /// Where in a service point a word stands, the most telling first.
    pub enum SearchField = "search_field" {
        Name = "name" ["palvelun nimi", "tjänstens namn", "name of the service"],
        Keyword = "keyword" ["paikka ja asiasanat", "plats och ämnesord", "place and keywords"],
        Summary = "summary" ["tiivistelmä ja järjestäjä", "sammanfattning och anordnare", "summary and provider"],
        Description = "description" ["kuvaus", "beskrivning", "description"],
    }
}

impl SearchField {
    /// As it is stored: the most telling first.
    pub fn rank(self) -> i16 {
        self as i16
    }

    /// The one that is stored so.
    pub(super) fn ranked(rank: i16) -> Self {
        usize::try_from(rank).ok().and_then(|rank| Self::VALUES.get(rank).copied()).unwrap_or(Self::Description)
    }
}

/// A term as it is stored: 64 bits of a digest, so that no list of words outlives the texts that held them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub i64);

impl WordId {
    pub(super) fn of(term: &str) -> Self {
        const WORDS: uuid::Uuid = uuid::uuid!("5c3b5d0e-30a4-5b1c-9d0e-52a6c5d2a1f7");
        let (half, _) = uuid::Uuid::new_v5(&WORDS, term.as_bytes()).as_u64_pair();
        Self(half.cast_signed())
    }
}

/// What a service point is found by: terms in their order, each with the rank of the most telling field that holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<(WordId, i16)>);

impl Words {
    /// Each term with the rank of its field, in the order of the terms.
    pub fn iter(&self) -> impl Iterator<Item = (WordId, i16)> + '_ {
        self.0.iter().copied()
    }

    /// The most telling field that holds a term.
    pub fn field(&self, word: WordId) -> Option<SearchField> {
        self.place(word).ok().and_then(|place| self.0.get(place)).map(|(_, rank)| SearchField::ranked(*rank))
    }

    /// Whether support is given in a language.
    pub fn speak(&self, language: Language) -> bool {
        self.place(speaking(language)).is_ok()
    }

    /// Adds a text in up to three languages.
    pub fn text<const MAX: usize>(&mut self, field: SearchField, text: &Text<MAX>) {
        for language in LANGUAGES {
            if let Some(text) = text.get(language) {
                self.read(field, language, text);
            }
        }
    }

    /// Adds values of a vocabulary: a question that names one leads to it.
    pub fn values<V: Vocabulary>(&mut self, values: impl IntoIterator<Item = V>) {
        for one in values {
            self.put(SearchField::Keyword, WordId::of(&value(one)));
        }
    }

    /// Adds a word that has no forms: a number.
    pub fn number(&mut self, field: SearchField, number: &str) {
        self.put(field, WordId::of(number));
    }

    /// Adds a text in one language.
    fn read(&mut self, field: SearchField, language: TextLanguage, text: &str) {
        for term in terms(language, text).iter() {
            self.put(field, *term);
        }
    }

    fn put(&mut self, field: SearchField, term: WordId) {
        match self.place(term) {
            Ok(place) => self.0[place].1 = self.0[place].1.min(field.rank()),
            Err(place) => self.0.insert(place, (term, field.rank())),
        }
    }

    /// Where a term stands, or where it would.
    fn place(&self, term: WordId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&term, |(word, _)| *word)
    }
}

/// The term of what gives support in a language.
pub(super) fn speaking(language: Language) -> WordId {
    static TERMS: LazyLock<Vec<WordId>> =
        LazyLock::new(|| Language::VALUES.iter().map(|language| WordId::of(&value(*language))).collect());
    TERMS.get(language as usize).copied().unwrap_or_else(|| WordId::of(&value(language)))
}

/// By digests: no text is kept.
type Kept = HashMap<(TextLanguage, WordId), Arc<[WordId]>>;

/// What a text in one language is found by. Names come again and again, so those that were read last are kept.
fn terms(language: TextLanguage, text: &str) -> Arc<[WordId]> {
    const LONGEST_KEPT: usize = 200;
    const MOST_KEPT: usize = 4_096;
    static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);
    if text.len() > LONGEST_KEPT {
        return read(language, text).into_iter().collect();
    }
    let key = (language, WordId::of(text));
    if let Some(terms) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(terms);
    }
    let terms: Arc<[WordId]> = read(language, text).into_iter().collect();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(key, Arc::clone(&terms));
    terms
}

fn read(language: TextLanguage, text: &str) -> BTreeSet<WordId> {
    let words = words(text);
    let lexicon = Lexicon::of(language);
    let mut terms = BTreeSet::new();
    for word in words.iter().filter(|word| !is_stopword(word)) {
        for reading in lexicon.readings(word) {
            terms.extend(reading.pairs().map(|pair| WordId::of(&pair)));
            terms.extend(reading.parts.iter().flatten().map(|term| WordId::of(term)));
        }
    }
    let parts = sequence(language, &words);
    for start in 0..parts.len() {
        let concepts = CONCEPTS.at(&parts[start..]).into_iter().flat_map(|(_, concepts)| concepts);
        terms.extend(concepts.filter(|concept| is_concept(concept)).map(WordId::of));
    }
    terms
}

impl FromIterator<(WordId, i16)> for Words {
    fn from_iter<I: IntoIterator<Item = (WordId, i16)>>(words: I) -> Self {
        let mut words: Vec<(WordId, i16)> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup_by_key(|(word, _)| *word);
        Self(words)
    }
}
