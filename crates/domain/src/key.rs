//! Keys: readable identifiers of the few things that people name by hand (programmes, calls).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::invalid::{Form, Invalid};
use crate::schema::text_value;

/// A key such as `county-pilots-2018`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

impl Key {
    /// Its shortest form, in characters.
    pub const MIN: usize = 3;
    /// Its longest form, in characters.
    pub const MAX: usize = 64;
    /// What its length does not say.
    pub(crate) const PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

    /// Stands for the key of what was stored before its key stood among its facts.
    pub(crate) fn placeholder() -> Self {
        Self("not-kept".to_owned())
    }
}

impl FromStr for Key {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let shaped = (Self::MIN..=Self::MAX).contains(&value.len())
            && value.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if shaped {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Key })
        }
    }
}

text_value!(
    Key,
    "A readable key: small letters, digits and hyphens.",
    Key::MIN,
    Key::MAX,
    Key::PATTERN,
    "county-pilots-2018"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_small_letters_digits_and_single_hyphens() {
        for good in ["county-pilots-2018", "abc", "2018"] {
            assert!(good.parse::<Key>().is_ok(), "{good}");
        }
        for bad in ["", "ab", "-abc", "abc-", "a--bc", "Abc", "åbc", "a b c", &"a".repeat(65)] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
