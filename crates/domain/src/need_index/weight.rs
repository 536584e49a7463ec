//! How much each indicator counts.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::invalid::Invalid;
use crate::need_indicator::IndicatorCode;
use crate::schema::published_as_string;
use crate::weight;

/// The most that an indicator counts.
pub const MOST_WEIGHT: i32 = weight::MOST;

/// What this project proposes, and nobody has adopted: what people say of themselves counts most, then who lives there. How
/// many speak Swedish tells in which language support is needed, not how much; and a number of people how large a place is.
/// Whoever is 75 is also 65: together they count as much as one of the others.
const PROPOSED: [(IndicatorCode, i32); 12] = [
    (IndicatorCode::Share65Plus, 1),
    (IndicatorCode::Share75Plus, 1),
    (IndicatorCode::LivingAlone75Plus, 0),
    (IndicatorCode::ShareSwedishSpeakers, 0),
    (IndicatorCode::ShareSamiSpeakers, 1),
    (IndicatorCode::ShareForeignLanguageSpeakers, 2),
    (IndicatorCode::ShareLowEducation, 2),
    (IndicatorCode::NeverUsesInternet, 4),
    (IndicatorCode::OftenNeedsSupport, 4),
    (IndicatorCode::NoStrongIdentification, 3),
    (IndicatorCode::WeakDigitalSkills, 3),
    (IndicatorCode::NoSuitableDevice, 2),
];

/// How much an indicator counts beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndicatorWeight {
    /// The indicator.
    pub indicator: IndicatorCode,
    /// How much it counts.
    #[schema(minimum = 1, maximum = 100, example = 4)]
    pub weight: i32,
}

/// A weight as a query says it: `often_needs_support:3`. Nought leaves the indicator out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedWeight(pub IndicatorWeight);

const PATTERN: &str = "^(share_65_plus|share_75_plus|living_alone_75_plus|share_swedish_speakers|share_sami_speakers|\
                       share_foreign_language_speakers|share_low_education|never_uses_internet|often_needs_support|\
                       no_strong_identification|weak_digital_skills|no_suitable_device):(100|[1-9]?[0-9])$";

published_as_string!(
    AskedWeight,
    "An indicator and how much it counts, as code:weight; the codes are those of the code list indicator_code.",
    15,
    35,
    PATTERN,
    "often_needs_support:3"
);

impl FromStr for AskedWeight {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        weight::parse(value).map(|(indicator, weight)| Self(IndicatorWeight { indicator, weight }))
    }
}

impl fmt::Display for AskedWeight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.0.indicator, self.0.weight)
    }
}

/// How much each indicator counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    all: Vec<IndicatorWeight>,
    is_proposal: bool,
}

impl Weights {
    /// What is asked for, and what the project proposes of the rest. Refuses an indicator that is given two weights.
    pub fn asked(asked: &[AskedWeight]) -> Result<Self, Invalid> {
        let asked: Vec<_> = asked.iter().map(|AskedWeight(asked)| (asked.indicator, asked.weight)).collect();
        let all = weight::changed(&PROPOSED, &asked)?;
        let is_proposal = all == PROPOSED;
        let all = all.into_iter().map(|(indicator, weight)| IndicatorWeight { indicator, weight }).collect();
        Ok(Self { all, is_proposal })
    }

    /// Those that count at all, in the order of the code list.
    pub fn counting(&self) -> Vec<IndicatorWeight> {
        self.all.iter().copied().filter(|weight| weight.weight > 0).collect()
    }

    /// Whether they are what the project proposes.
    pub fn is_proposal(&self) -> bool {
        self.is_proposal
    }
}

impl Default for Weights {
    /// What the project proposes.
    fn default() -> Self {
        let weight = |(indicator, weight)| IndicatorWeight { indicator, weight };
        Self { all: PROPOSED.map(weight).into(), is_proposal: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabulary as _;

    #[test]
    fn every_indicator_has_a_weight_and_can_be_given_another() {
        assert_eq!(PROPOSED.map(|(indicator, _)| indicator).as_slice(), IndicatorCode::VALUES);
        assert_eq!(PATTERN, format!("^({}):(100|[1-9]?[0-9])$", IndicatorCode::codes().join("|")));
        for code in IndicatorCode::codes() {
            for weight in ["0", "7", "100"] {
                let text = format!("{code}:{weight}");
                assert_eq!(text.parse::<AskedWeight>().map(|asked| asked.to_string()), Ok(text.clone()));
                assert!((15..=35).contains(&text.len()), "{text}");
            }
        }
        for bad in [
            "often_needs_support",
            "often_needs_support:",
            "often_needs_support:1.5",
            "x:1",
            ":1",
            "",
            "share_65_plus:01",
        ] {
            assert!(bad.parse::<AskedWeight>().is_err(), "{bad}");
        }
        for far in ["often_needs_support:101", "often_needs_support:-1", "often_needs_support:99999999999999"] {
            assert!(matches!(far.parse::<AskedWeight>(), Err(Invalid::OutOfRange { .. })), "{far}");
        }
    }

    #[test]
    fn what_is_asked_for_changes_what_is_proposed_and_nothing_else() {
        let asked = |texts: &[&str]| {
            let asked: Vec<AskedWeight> = texts.iter().filter_map(|text| text.parse().ok()).collect();
            Weights::asked(&asked)
        };
        assert_eq!(asked(&[]), Ok(Weights::default()));
        assert_eq!(asked(&["often_needs_support:4"]), Ok(Weights::default()), "as proposed");
        let changed = asked(&["share_sami_speakers:0", "living_alone_75_plus:9"]);
        let counting = changed.clone().map(|weights| weights.counting()).unwrap_or_default();
        assert!(!counting.iter().any(|weight| weight.indicator == IndicatorCode::ShareSamiSpeakers));
        assert!(
            counting.iter().any(|weight| (weight.indicator, weight.weight) == (IndicatorCode::LivingAlone75Plus, 9))
        );
        assert!(changed.is_ok_and(|weights| !weights.is_proposal()));
        assert!(matches!(asked(&["share_65_plus:1", "share_65_plus:2"]), Err(Invalid::RepeatedValue { .. })));
    }
}
