//! Places that a question names.

use super::lexicon::is_place;
use super::question::{Need, Question};
use super::text::WordId;
use super::word::words;
use crate::text::{Names, TextLanguage};
use crate::vocabulary::Vocabulary as _;

impl Question {
    /// Whether a word of the question names the municipality that is called so.
    pub fn names_place(&self, names: &Names) -> bool {
        let places = || self.wanted.iter().filter(|wanted| wanted.need == Need::Place);
        if places().next().is_none() {
            return false;
        }
        let texts = TextLanguage::VALUES.iter().filter_map(|language| names.get(*language));
        let mut called = texts.flat_map(words).filter(|word| is_place(word)).map(|word| WordId::of(&word));
        called.any(|called| places().any(|wanted| wanted.ways.contains_key(&called)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_is_named_in_any_form_of_its_names() {
        let names = |fi: &str, sv: &str| Names { fi: Some(fi.into()), sv: Some(sv.into()), en: None };
        let (helsinki, koski) = (names("Helsinki", "Helsingfors"), names("Koski Tl", "Koskis"));
        for (question, in_helsinki, in_koski) in [
            ("pankkitunnukset Helsingissä", true, false),
            ("hjälp i Helsingfors", true, false),
            ("apua Koskella", false, true),
            ("apua", false, false),
        ] {
            let question =
                Question::read(question, |_| Ok::<_, ()>(std::collections::BTreeSet::new())).unwrap_or_default();
            assert_eq!(
                (question.names_place(&helsinki), question.names_place(&koski)),
                (in_helsinki, in_koski),
                "{question:?}"
            );
        }
    }
}
