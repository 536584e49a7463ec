//! How much each figure of availability counts.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::invalid::Invalid;
use crate::metric::MetricCode;
use crate::schema::published_as_string;
use crate::vocabulary::Vocabulary as _;
use crate::weight;

/// What this project proposes, and nobody has adopted: how much support there is counts most, then how far it is; what can
/// be had from afar and whether the information holds count as well. Support in both national languages is not needed
/// everywhere: whoever compares bilingual municipalities gives it a weight.
const PROPOSED: [(MetricCode, i32); 5] = [
    (MetricCode::ServicePointsPer10000, 3),
    (MetricCode::NearestPointKm, 2),
    (MetricCode::RemoteAlternatives, 1),
    (MetricCode::ShareInBothNationalLanguages, 0),
    (MetricCode::ShareCurrent, 1),
];

/// How much a figure of availability counts beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvailabilityWeight {
    /// The figure's metric.
    pub metric: MetricCode,
    /// How much it counts.
    #[schema(minimum = 1, maximum = 100, example = 3)]
    pub weight: i32,
}

/// A weight as a query says it: `nearest_point_km:5`. Nought leaves the figure out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedAvailabilityWeight(pub AvailabilityWeight);

const PATTERN: &str = "^(service_points_per_10000|nearest_point_km|remote_alternatives|share_in_both_national_languages|\
                       share_current):(100|[1-9]?[0-9])$";

published_as_string!(
    AskedAvailabilityWeight,
    "A figure of availability and how much it counts, as code:weight; the codes are some of those of the code list \
     metric_code.",
    15,
    36,
    PATTERN,
    "nearest_point_km:5"
);

/// A metric that an availability index can be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ranked(MetricCode);

impl FromStr for Ranked {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let known = PROPOSED.iter().find(|(metric, _)| metric.code() == value);
        known.map(|(metric, _)| Self(*metric)).ok_or_else(|| Invalid::UnknownValue {
            value: value.to_owned(),
            allowed: PROPOSED.iter().map(|(metric, _)| metric.code().to_owned()).collect(),
        })
    }
}

impl FromStr for AskedAvailabilityWeight {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        weight::parse(value).map(|(Ranked(metric), weight)| Self(AvailabilityWeight { metric, weight }))
    }
}

impl fmt::Display for AskedAvailabilityWeight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.0.metric, self.0.weight)
    }
}

/// How much each figure of availability counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailabilityWeights(Vec<(MetricCode, i32)>);

impl AvailabilityWeights {
    /// What is asked for, and what the project proposes of the rest. Refuses a metric that is given two weights.
    pub fn asked(asked: &[AskedAvailabilityWeight]) -> Result<Self, Invalid> {
        let asked: Vec<_> = asked.iter().map(|AskedAvailabilityWeight(asked)| (asked.metric, asked.weight)).collect();
        weight::changed(&PROPOSED, &asked).map(Self)
    }

    /// Those that count at all.
    pub fn counting(&self) -> Vec<AvailabilityWeight> {
        let counting = self.0.iter().filter(|(_, weight)| *weight > 0);
        counting.map(|(metric, weight)| AvailabilityWeight { metric: *metric, weight: *weight }).collect()
    }

    /// Whether they are what the project proposes.
    pub fn is_proposal(&self) -> bool {
        self.0 == PROPOSED
    }
}

impl Default for AvailabilityWeights {
    /// What the project proposes.
    fn default() -> Self {
        Self(PROPOSED.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::FIGURES;

    #[test]
    fn every_weight_is_of_a_figure_of_availability_and_can_be_changed() {
        let codes: Vec<&str> = PROPOSED.iter().map(|(metric, _)| metric.code()).collect();
        assert_eq!(PATTERN, format!("^({}):(100|[1-9]?[0-9])$", codes.join("|")));
        for (metric, _) in PROPOSED {
            assert!(FIGURES.contains(&metric));
            for weight in [0, 7, 100] {
                let text = format!("{metric}:{weight}");
                assert_eq!(text.parse::<AskedAvailabilityWeight>().map(|asked| asked.to_string()), Ok(text.clone()));
                assert!((15..=36).contains(&text.len()), "{text}");
            }
        }
        for bad in ["population:1", "gap:1", "nearest_point_km", "nearest_point_km:01", "nearest_point_km:101", ""] {
            assert!(bad.parse::<AskedAvailabilityWeight>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_asked_for_changes_what_is_proposed_and_nothing_else() {
        let asked = |texts: &[&str]| {
            let asked: Vec<AskedAvailabilityWeight> = texts.iter().map(|text| text.parse().unwrap()).collect();
            AvailabilityWeights::asked(&asked)
        };
        assert_eq!(asked(&[]), Ok(AvailabilityWeights::default()));
        assert!(asked(&["nearest_point_km:2"]).unwrap().is_proposal());
        let changed = asked(&["nearest_point_km:0", "share_in_both_national_languages:4"]).unwrap();
        assert!(!changed.is_proposal());
        let counting: Vec<_> = changed.counting().iter().map(|weight| (weight.metric.code(), weight.weight)).collect();
        let expected = [
            ("service_points_per_10000", 3),
            ("remote_alternatives", 1),
            ("share_in_both_national_languages", 4),
            ("share_current", 1),
        ];
        assert_eq!(counting, expected);
        assert!(asked(&["share_current:1", "share_current:1"]).is_ok(), "the same said twice");
        assert!(asked(&["share_current:1", "share_current:2"]).is_err());
    }
}
