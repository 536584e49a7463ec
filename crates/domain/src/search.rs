//! Full text: by which terms a service point is found, what a question asks for, and how well the one answers the
//! other.
//!
//! Texts are read once, when they are written: words are brought to their base forms by a lexicon of the field
//! (`data/search`), compounds are split into their parts, and phrases that mean the same stand under one concept; what
//! the lexicon does not know is left to Snowball's stemmers. A question is read in the same way. So a term of the one
//! is a term of the other, on every database.

mod concept;
mod finnish;
mod lexicon;
mod place;
mod question;
mod score;
mod swedish;
mod text;
mod word;

use std::str::FromStr;

use crate::invalid::Invalid;
use crate::schema::published_as_string;

pub use question::{Need, Question, Wanted};
pub use score::{Circumstances, Score, WordScore};
pub use text::{SearchField, WordId, Words};
pub use word::{bare, words};

/// What somebody typed, if anything can be looked for by it: a letter or a digit at least.
pub(crate) fn typed(text: &str, longest: usize) -> Result<String, Invalid> {
    if text.chars().count() > longest {
        Err(Invalid::TooLong { max: longest })
    } else if text.contains(char::is_control) {
        Err(Invalid::ForbiddenCharacter)
    } else if !text.contains(char::is_alphanumeric) {
        Err(Invalid::Blank)
    } else {
        Ok(text.to_owned())
    }
}

/// Words to look for, as people type them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// The most characters.
    const LONGEST: usize = 200;

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SearchText {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        typed(value, Self::LONGEST).map(Self)
    }
}

published_as_string!(
    SearchText,
    "Words to look for, in Finnish, Swedish or English, as people type them: with inflections, compounds and typing errors.",
    1,
    200,
    r"^[^\x00-\x1f\x7f-\x9f]*$",
    "pankkitunnukset Helsingissä"
);
