//! Duplicates: two objects of the registry that are likely to be one.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::merge::ObjectId;
use crate::noun::NounName;
use crate::text::{Names, TextLanguage};
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// Why two objects are likely to be one.
    pub enum DuplicateReason = "duplicate_reason" {
        NearName = "near_name" ["lähes sama nimi", "nästan samma namn", "nearly the same name"],
        NearPlace = "near_place" ["lähes sama paikka", "nästan samma plats", "nearly the same place"],
        SameBusinessId = "same_business_id" ["sama Y-tunnus", "samma FO-nummer", "the same business id"],
    }
}

/// How near two places are that are likely to be one, in metres.
pub const NEAR_PLACE: f64 = 150.0;

/// Two objects of one kind that are likely to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Duplicate {
    /// What kind of objects they are.
    pub noun: NounName,
    /// Why they are likely to be one.
    #[schema(min_items = 1, max_items = 10)]
    pub reasons: Vec<DuplicateReason>,
    /// The two, the older one first.
    #[schema(min_items = 2, max_items = 2)]
    pub objects: Vec<DuplicateObject>,
}

/// One of two objects that are likely to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateObject {
    /// Its id.
    pub id: ObjectId,
    /// Its names.
    pub names: Names,
}

/// Which likely duplicates a list shows, by their ids.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DuplicateFilter {
    /// Those of any of these kinds.
    #[param(value_type = Option<Vec<NounName>>, max_items = 100)]
    pub noun: Vec<NounName>,
}

/// Whether two names are nearly the same in any language: whatever their capitals, signs and the order of their
/// words, with an error of typing in about eight letters.
pub fn are_near(one: &Names, other: &Names) -> bool {
    const ALIKE: f64 = 0.88;
    TextLanguage::VALUES.iter().any(|language| {
        one.get(*language).zip(other.get(*language)).is_some_and(|(one, other)| {
            let (one, other) = (words(one), words(other));
            may_be_alike(&one, &other) && strsim::normalized_damerau_levenshtein(&one, &other) >= ALIKE
        })
    })
}

/// Whether the lengths alone allow that two names are nearly the same: each letter that one has more is an error.
fn may_be_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.chars().count(), other.chars().count());
    one > 0 && one.abs_diff(other) * 8 <= one.max(other)
}

fn words(name: &str) -> String {
    let small = name.to_lowercase();
    let mut words: Vec<&str> =
        small.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fi(name: &str) -> Names {
        Names { fi: Some(name.into()), sv: None, en: None }
    }

    #[test]
    fn names_are_near_in_spite_of_signs_order_and_a_typing_error() {
        let table = [
            ("Kallion kirjasto", "kallion  kirjasto", true),
            ("Kallion kirjasto", "Kirjasto, Kallion", true),
            ("Kallion kirjasto", "Kallion kirjsato", true),
            ("Kallion kirjasto", "Vallilan kirjasto", false),
            ("Digituki", "Digituki", true),
            ("Digituki 1", "Digituki 2", true),
            ("Kallion kirjasto", "Kallion kirkko", false),
        ];
        for (one, other, expected) in table {
            assert_eq!(are_near(&fi(one), &fi(other)), expected, "{one} / {other}");
        }
        let swedish = Names { fi: None, sv: Some("Kallion kirjasto".into()), en: None };
        assert!(!are_near(&fi("Kallion kirjasto"), &swedish), "texts in two languages say nothing of each other");
    }
}
