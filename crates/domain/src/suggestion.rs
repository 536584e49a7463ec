//! Suggestions: what may be meant, as one types.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::AreaRef;
use crate::invalid::Invalid;
use crate::schema::published_as_string;
use crate::search::{typed, words};
use crate::text::{Names, TextLanguage};
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// What is suggested.
    pub enum SuggestionKind = "suggestion_kind" {
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        Postcode = "postcode" ["postinumero", "postnummer", "postcode"],
        Topic = "topic" ["aihe", "ämne", "topic"],
        Provider = "provider" ["tuottaja", "leverantör", "provider"],
        Service = "service" ["palvelu", "tjänst", "service"],
    }
}

/// The most suggestions.
pub const MOST: usize = 20;
/// How many suggestions there are when nobody says.
pub const USUAL: usize = 10;

/// What may be meant by what was typed so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestions {
    /// The best first.
    #[schema(min_items = 0, max_items = 20)]
    pub items: Vec<Suggestion>,
}

/// What may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// What the filter of that name takes: a code, a postcode or an id. Of a service it is the name, for `q`: services
    /// that are called the same are suggested once.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "091")]
    pub value: String,
    /// What it is called; a postcode is called as its municipality.
    pub names: Names,
    /// The municipality of a postcode; else null. A postcode in two municipalities comes once for each.
    pub municipality: Option<AreaRef>,
}

/// What is suggested for what.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestionQuestion {
    /// What was typed so far: the beginning of any word of a name, in any language, or whole words and a beginning as
    /// they follow each other. Capitals and accents do not matter. Where nothing begins so, neither do the dots and
    /// rings of å, ä and ö.
    #[param(value_type = TypedText, example = "hels")]
    pub q: Option<TypedText>,
    /// How many at most: 1 to 20, 10 when left out.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 20, default = 10)]
    pub limit: usize,
    /// Only those of these kinds.
    #[param(value_type = Option<Vec<SuggestionKind>>, max_items = 100)]
    pub kind: Vec<SuggestionKind>,
}

impl SuggestionQuestion {
    /// Whether what is of a kind is asked for.
    pub fn wants(&self, kind: SuggestionKind) -> bool {
        self.kind.is_empty() || self.kind.contains(&kind)
    }
}

/// What was typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedText(String);

impl TypedText {
    const LONGEST: usize = 100;

    /// What the key of a beginning begins with that is meant.
    pub fn key(&self) -> String {
        key(&words(&self.0))
    }
}

impl FromStr for TypedText {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        typed(value, Self::LONGEST).map(Self)
    }
}

published_as_string!(
    TypedText,
    "What was typed so far: a letter or a digit at least.",
    1,
    100,
    r"^[^\x00-\x1f\x7f-\x9f]*$",
    "hels"
);

/// Where in a name a word begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beginning {
    /// Whether there are words before it.
    pub is_inside: bool,
    /// The words of the name from there on, each written in one way.
    pub key: String,
}

/// Where words begin in names of any language, each once.
pub fn beginnings(names: &Names) -> BTreeSet<Beginning> {
    let texts = TextLanguage::VALUES.iter().filter_map(|language| names.get(*language));
    texts.flat_map(beginnings_of).collect()
}

/// Where words begin in a text.
pub fn beginnings_of(text: &str) -> BTreeSet<Beginning> {
    let words = words(text);
    (0..words.len()).map(|at| Beginning { is_inside: at > 0, key: key(&words[at..]) }).collect()
}

/// Names that agree so far are not told apart.
const LONGEST_KEY: usize = 120;

fn key(words: &[String]) -> String {
    words.join(" ").chars().take(LONGEST_KEY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_name_begins_it_or_stands_inside() {
        let names = Names { fi: Some("Kallion e-kirjasto".into()), sv: Some("Åbo".into()), en: None };
        let found = beginnings(&names);
        let found: Vec<_> = found.iter().map(|one| (one.is_inside, one.key.as_str())).collect();
        assert_eq!(found, [(false, "kallion ekirjasto"), (false, "åbo"), (true, "ekirjasto")]);
    }

    #[test]
    fn what_is_typed_is_the_beginning_of_a_key() {
        let key = |typed: &str| typed.parse::<TypedText>().map(|typed| typed.key());
        for (typed, expected) in
            [("HELS", "hels"), ("Kallion  e-k", "kallion ek"), ("e-", "e"), ("Caf\u{e9} ", "cafe"), ("001", "001")]
        {
            assert_eq!(key(typed), Ok(expected.to_owned()), "{typed}");
        }
        for bad in ["", " ", "%_*", "\u{1F642}", "a\u{0}", &"a".repeat(101)] {
            assert!(key(bad).is_err(), "{bad}");
        }
    }
}
