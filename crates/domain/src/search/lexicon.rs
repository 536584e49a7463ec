//! The words of the field in Finnish, Swedish and English: by them inflected forms are brought together and compounds
//! are split. What they do not know is left to Snowball's stemmers.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use super::word::{bare, words};
use super::{finnish, swedish};
use crate::text::TextLanguage;

const FINNISH: [&str; 3] = [
    include_str!("../../data/search/fi.txt"),
    include_str!("../../data/search/places_fi.txt"),
    include_str!("../../data/search/irregular_places_fi.txt"),
];
const SWEDISH: [&str; 2] = [include_str!("../../data/search/sv.txt"), include_str!("../../data/search/places_sv.txt")];
const ENGLISH: [&str; 1] = [include_str!("../../data/search/en.txt")];

/// The languages of texts, in their order.
pub(super) const LANGUAGES: [TextLanguage; 3] = [TextLanguage::Fi, TextLanguage::Sv, TextLanguage::En];

/// What a word is read as: its parts in their order, each with the base forms that it may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) parts: Vec<Vec<String>>,
    /// Whether the lexicon knows all of it.
    pub(super) is_known: bool,
}

impl Reading {
    /// A word of which only the stem is known.
    pub(super) fn stem(stem: String) -> Self {
        Self { parts: vec![vec![stem]], is_known: false }
    }

    /// The parts that stand beside each other in a compound, as one term each.
    pub(super) fn pairs(&self) -> impl Iterator<Item = String> + '_ {
        self.parts.windows(2).filter_map(|pair| Some(pair_of(pair[0].first()?, pair[1].first()?)))
    }
}

/// The term of two parts beside each other.
pub(super) fn pair_of(one: &str, other: &str) -> String {
    format!("{one}+{other}")
}

/// The words of one language.
pub(super) struct Lexicon {
    language: TextLanguage,
    lemmas: Vec<String>,
    /// What endings come onto.
    stems: HashMap<String, Vec<usize>>,
    /// What stands before another part of a compound.
    joints: HashMap<String, Vec<usize>>,
    stemmer: Stemmer,
}

/// Whether a word names a municipality.
pub(super) fn is_place(lemma: &str) -> bool {
    PLACES.contains(lemma)
}

static PLACES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| [FINNISH[1], SWEDISH[1]].into_iter().flat_map(str::lines).map(str::to_owned).collect());

static LEXICONS: LazyLock<[Lexicon; 3]> =
    LazyLock::new(|| LANGUAGES.map(|language| Lexicon::new(language, str::to_owned)));
static BARE: LazyLock<[Lexicon; 3]> = LazyLock::new(|| LANGUAGES.map(|language| Lexicon::new(language, bare)));

impl Lexicon {
    /// That of a language.
    pub(super) fn of(language: TextLanguage) -> &'static Self {
        &LEXICONS[language as usize]
    }

    /// That of a language, for words whose å, ä and ö were typed as a and o.
    pub(super) fn bare(language: TextLanguage) -> &'static Self {
        &BARE[language as usize]
    }

    fn new(language: TextLanguage, written: fn(&str) -> String) -> Self {
        let (algorithm, files): (_, &[&str]) = match language {
            TextLanguage::Fi => (Algorithm::Finnish, &FINNISH),
            TextLanguage::Sv => (Algorithm::Swedish, &SWEDISH),
            TextLanguage::En => (Algorithm::English, &ENGLISH),
        };
        let stemmer = Stemmer::create(algorithm);
        let (stems, joints) = (HashMap::new(), HashMap::new());
        let mut lexicon = Self { language, lemmas: Vec::new(), stems, joints, stemmer };
        for line in files.iter().flat_map(|file| file.lines()) {
            let forms: Vec<String> = line.split('#').next().into_iter().flat_map(words).collect();
            if let [lemma, irregular @ ..] = forms.as_slice() {
                lexicon.add(lemma, irregular, written);
            }
        }
        lexicon
    }

    fn add(&mut self, lemma: &str, irregular: &[String], written: fn(&str) -> String) {
        let id = self.lemmas.len();
        self.lemmas.push(lemma.to_owned());
        let forms = match self.language {
            TextLanguage::Fi => {
                let mut forms = finnish::forms(lemma);
                for stem in irregular {
                    let more = finnish::stem(stem);
                    forms.stems.extend(more.stems);
                    forms.joints.extend(more.joints);
                }
                forms
            }
            TextLanguage::Sv => swedish::forms(lemma, irregular),
            TextLanguage::En => finnish::Forms {
                stems: irregular
                    .iter()
                    .map(String::as_str)
                    .chain([lemma])
                    .map(|form| self.stemmer.stem(form).into_owned())
                    .collect(),
                joints: BTreeSet::new(),
            },
        };
        for (known, forms) in [(&mut self.stems, forms.stems), (&mut self.joints, forms.joints)] {
            for form in forms {
                let ids: &mut Vec<usize> = known.entry(written(&form)).or_default();
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
        }
    }

    /// What a word is read as if all of it is known, with as few parts as can be.
    pub(super) fn known(&self, word: &str) -> Option<Reading> {
        const SHORTEST_JOINT: usize = 2;
        let mut ways: Vec<Option<Vec<Vec<usize>>>> = vec![None; word.len() + 1];
        ways[0] = Some(Vec::new());
        let mut best: Option<(Vec<Vec<usize>>, usize)> = None;
        for at in 0..word.len() {
            let Some(before) = ways[at].clone() else { continue };
            if self.language == TextLanguage::En && at > 0 {
                break;
            }
            if let Some((length, ids)) = self.tail(&word[at..]) {
                let is_better =
                    best.as_ref().is_none_or(|(parts, longest)| (before.len() + 1, *longest) < (parts.len(), length));
                if is_better {
                    let mut parts = before.clone();
                    parts.push(ids);
                    best = Some((parts, length));
                }
            }
            for end in at + SHORTEST_JOINT..word.len() {
                if !word.is_char_boundary(end) {
                    continue;
                }
                if let Some(ids) = self.joints.get(&word[at..end])
                    && ways[end].as_ref().is_none_or(|known| known.len() > before.len() + 1)
                {
                    let mut parts = before.clone();
                    parts.push(ids.clone());
                    ways[end] = Some(parts);
                }
            }
        }
        let (parts, _) = best?;
        // So many short words make up anything.
        if parts.len() > 2 && word.chars().count() < 4 * parts.len() {
            return None;
        }
        Some(Reading { parts: parts.iter().map(|ids| self.named(ids)).collect(), is_known: true })
    }

    /// What a word is read as, known or not; where only an end of it is known, that too.
    pub(super) fn readings(&self, word: &str) -> Vec<Reading> {
        const SHORTEST_KNOWN: usize = 4;
        const SHORTEST_UNKNOWN: usize = 3;
        /// Behind fewer unknown letters, as in `e-faktura`.
        const LONG_KNOWN: usize = 6;
        if let Some(reading) = self.known(word) {
            return vec![reading];
        }
        let mut readings = vec![Reading::stem(self.stem(word))];
        if self.language == TextLanguage::En {
            return readings;
        }
        let letters: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let splits = letters.get(1..letters.len().saturating_sub(SHORTEST_UNKNOWN - 1));
        for (&at, unknown) in splits.unwrap_or_default().iter().zip(1..) {
            let (head, tail) = word.split_at(at);
            let shortest = if unknown < SHORTEST_UNKNOWN { LONG_KNOWN } else { SHORTEST_KNOWN };
            let found = self.tail(tail).filter(|(length, _)| *length >= shortest);
            if let Some((_, ids)) = found {
                let parts = vec![vec![self.stem(head)], self.named(&ids)];
                readings.push(Reading { parts, is_known: false });
                return readings;
            }
        }
        for &at in splits.unwrap_or_default().iter().rev() {
            let (head, tail) = word.split_at(at);
            if head.len() >= SHORTEST_KNOWN
                && let Some(ids) = self.joints.get(head)
            {
                let parts = vec![self.named(ids), vec![self.stem(tail)]];
                readings.push(Reading { parts, is_known: false });
                return readings;
            }
        }
        readings
    }

    pub(super) fn stem(&self, word: &str) -> String {
        self.stemmer.stem(word).into_owned()
    }

    /// The last part of a word, if it is known: how long its longest stem is, and the base forms that it may be of.
    fn tail(&self, tail: &str) -> Option<(usize, Vec<usize>)> {
        let is_ending = match self.language {
            TextLanguage::Fi => finnish::is_ending,
            TextLanguage::Sv => swedish::is_ending,
            TextLanguage::En => {
                let stem = self.stemmer.stem(tail);
                return self.stems.get(stem.as_ref()).map(|ids| (tail.len(), ids.clone()));
            }
        };
        let ends = (2..=tail.len()).rev().filter(|end| tail.is_char_boundary(*end) && is_ending(&tail[*end..]));
        let mut found: Option<(usize, Vec<usize>)> = None;
        for (end, ids) in ends.filter_map(|end| Some((end, self.stems.get(&tail[..end])?))) {
            found.get_or_insert((end, Vec::new())).1.extend(ids);
        }
        found
    }

    fn named(&self, ids: &[usize]) -> Vec<String> {
        let mut named: Vec<String> = Vec::new();
        for lemma in ids.iter().map(|id| &self.lemmas[*id]) {
            if !named.contains(lemma) {
                named.push(lemma.clone());
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(language: TextLanguage, word: &str) -> String {
        let reading = &Lexicon::of(language).readings(word)[0];
        reading.parts.iter().map(|part| part.join("|")).collect::<Vec<_>>().join("+")
    }

    #[test]
    fn compounds_are_split_and_forms_brought_together() {
        let table = [
            (TextLanguage::Fi, "pankkitunnusten", "pankki+tunnus"),
            (TextLanguage::Fi, "verkkopankkitunnus", "verkko+pankki+tunnus"),
            (TextLanguage::Fi, "tietokoneella", "tieto+kone"),
            (TextLanguage::Fi, "älypuhelimesi", "äly+puhelin"),
            (TextLanguage::Fi, "helsingissä", "helsinki"),
            (TextLanguage::Sv, "datorhjälp", "dator+hjälp"),
            (TextLanguage::Sv, "datorn", "dator"),
            (TextLanguage::Sv, "bankkoderna", "bank+kod|koda"),
            (TextLanguage::Sv, "lösenordet", "lösenord"),
            (TextLanguage::Sv, "surfplattan", "surf|surfa+platta"),
            (TextLanguage::Sv, "helsingfors", "helsingfors"),
            (TextLanguage::En, "computers", "computer"),
        ];
        for (language, word, expected) in table {
            assert_eq!(read(language, word), expected, "{word}");
        }
    }
}
