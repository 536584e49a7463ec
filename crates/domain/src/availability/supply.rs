//! What is counted of service points.

use std::collections::HashMap;

use crate::point::Planar;
use crate::support::SupportForm;

/// Service points of a day, counted by what their figures need.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// Those with a place.
    pub standing: Vec<Standing>,
    /// Those that come to wherever one is.
    pub roaming: Vec<Roaming>,
    /// Which municipalities the latter serve: the terms by which they are found, by [`Roaming::serving`].
    pub serving: HashMap<i64, Vec<String>>,
    /// Where support is given in person, each place once.
    pub in_person: Vec<Planar>,
}

/// Service points with a place that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The code of the municipality in which they lie, as their addresses say it.
    pub municipality: String,
    /// How support is given.
    pub support_form: SupportForm,
    /// In which languages, with a bit for each ([`crate::text::Language::bits`]).
    pub languages: i64,
    /// How many they are.
    pub points: i64,
    /// About how many of them the information is current.
    pub current: i64,
}

/// Service points without a place that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roaming {
    /// Whom they serve; none where they do not say.
    pub serving: Option<i64>,
    /// How support is given.
    pub support_form: SupportForm,
    /// Whether they are reached from afar.
    pub remote: bool,
    /// In which languages, with a bit for each.
    pub languages: i64,
    /// How many they are.
    pub points: i64,
}
