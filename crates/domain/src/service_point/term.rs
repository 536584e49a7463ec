//! Terms: by what service points are filtered and counted, each as one text.

use std::fmt::Display;

use crate::area::AreaId;

/// What a service point has, as `field:value`: `language:fi`, `municipality:091`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(String);

impl Term {
    /// That a field has a value.
    pub fn new(field: &str, value: impl Display) -> Self {
        Self(format!("{field}:{value}"))
    }

    /// That it lies in an area or, having no place, serves it.
    pub fn serves(area: &AreaId) -> Self {
        Self(format!("serves:{area}"))
    }

    /// That, having no place, it serves an area because that lies within its radius.
    pub fn reaches(area: &AreaId) -> Self {
        Self(format!("reaches:{area}"))
    }

    /// That, having no place, it serves the whole country but Åland.
    pub fn serves_mainland() -> Self {
        Self("serves:mainland".to_owned())
    }

    /// How far it reaches, if it says that something without a place serves an area: what is meant for a small area
    /// comes before what is meant for the whole country.
    pub fn reach(&self) -> Option<i32> {
        match self.0.split(':').collect::<Vec<_>>().as_slice() {
            ["reaches", ..] => Some(0),
            ["serves", "mainland"] => Some(2),
            ["serves", "country", _] => Some(3),
            ["serves", ..] => Some(1),
            _ => None,
        }
    }

    /// Whether it says that something lies in an area, or serves it.
    pub fn is_of_area(&self) -> bool {
        self.0.starts_with("municipality:") || self.reach().is_some()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text that a term of a field can have, and the first beyond.
    pub fn range(field: &str) -> (String, String) {
        (format!("{field}:"), format!("{field};"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serves_a_small_area_comes_first() {
        let municipality: AreaId = "municipality:091".parse().unwrap();
        let region: AreaId = "region:01".parse().unwrap();
        let table = [
            (Term::reaches(&municipality), Some(0)),
            (Term::serves(&municipality), Some(1)),
            (Term::serves(&region), Some(1)),
            (Term::serves_mainland(), Some(2)),
            (Term::serves(&AreaId::country()), Some(3)),
            (Term::new("municipality", "091"), None),
            (Term::new("language", "fi"), None),
        ];
        for (term, reach) in table {
            assert_eq!(term.reach(), reach, "{term:?}");
        }
        assert!(Term::new("municipality", "091").is_of_area());
        assert!(!Term::new("language", "fi").is_of_area());
    }
}
