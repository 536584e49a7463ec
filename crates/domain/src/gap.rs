//! Gaps: need beside availability, municipality by municipality, so that the places come first where need is high and
//! support can be had least.
//!
//! The one formula: a municipality's availability index is the mean of the percentile ranks of its figures of availability
//! among the municipalities of the day, weighted, over those that are known (as the need index is made,
//! [`crate::need_index`]; the lower a distance, the higher its rank). The gap is the need index less the availability index.

mod weight;

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef};
use crate::availability::Overview;
use crate::metric::{Figure, MetricCode};
use crate::need_index::{AskedWeight, IndicatorWeight, MunicipalityNeed, NeedComponent, Ranks, weighted_mean};
use crate::text::Language;

pub use weight::{AskedAvailabilityWeight, AvailabilityWeight, AvailabilityWeights};

/// Need beside availability, by municipality.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Gaps {
    /// The day: its municipalities are compared, by the service points that were there and the latest figures known for it.
    #[schema(example = "2026-11-22")]
    pub as_of: NaiveDate,
    /// The day of the figures of inhabitants: the latest known by then, or the earliest of all where none is.
    #[schema(example = "2025-12-31")]
    pub population_date: NaiveDate,
    /// Whether all weights are those that this project proposes, and nobody has adopted; else some are the caller's.
    #[schema(example = true)]
    pub proposed_weights: bool,
    /// How much each indicator counts in the need index; those of no weight are left out everywhere.
    #[schema(max_items = 100)]
    pub weights: Vec<IndicatorWeight>,
    /// How much each figure counts in the availability index; those of no weight are left out everywhere.
    #[schema(max_items = 10)]
    pub availability_weights: Vec<AvailabilityWeight>,
    /// The municipalities of the areas that were asked for: those with the widest gap first, those whose gap is not known
    /// last, and by code where it is the same.
    #[schema(max_items = 400)]
    pub items: Vec<MunicipalityGap>,
    /// Whether made-up service points or figures are in the registry: then they are counted too.
    #[schema(example = false)]
    pub demonstration: bool,
}

/// Need beside availability in a municipality.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MunicipalityGap {
    /// The municipality.
    pub municipality: AreaRef,
    /// The need index less the availability index (metric `gap`); null where either is not known.
    #[schema(minimum = -100.0, maximum = 100.0, example = 24.5)]
    pub gap: Option<f64>,
    /// How much need there is beside other municipalities.
    pub need: GapNeed,
    /// How well support can be had beside other municipalities.
    pub availability: GapAvailability,
    /// What is reached from afar and serves the municipality, by the languages in which some is: of those that `language` asks
    /// for, or of all.
    #[schema(max_items = 100)]
    pub remote_alternatives: Vec<RemoteAlternatives>,
}

/// How much need there is in a municipality beside the others of the country.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GapNeed {
    /// The need index (metric `need_index`), as `/v1/need-index` tells it; null where it is not known.
    #[schema(minimum = 0.0, maximum = 100.0, example = 61.25)]
    pub index: Option<f64>,
    /// The share of all weights that the known components have (metric `share_known`); null where nothing has any weight.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.75)]
    pub share_known: Option<f64>,
    /// What the index is made of.
    #[schema(max_items = 100)]
    pub components: Vec<NeedComponent>,
}

/// How well support can be had in a municipality beside the others of the country.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GapAvailability {
    /// The availability index (metric `availability_index`): from 0, the least support, to 100; null where no component is
    /// known. It says how a municipality stands beside the others and nothing of how much support there is: where all have the
    /// same it is 50, and 0 and 100 are never reached.
    #[schema(minimum = 0.0, maximum = 100.0, example = 36.75)]
    pub index: Option<f64>,
    /// The share of all weights that the known components have (metric `share_known`); null where nothing has any weight.
    #[schema(minimum = 0.0, maximum = 1.0, example = 1.0)]
    pub share_known: Option<f64>,
    /// What the index is made of.
    #[schema(max_items = 10)]
    pub components: Vec<AvailabilityComponent>,
}

/// What a figure of availability adds to the index of a municipality.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct AvailabilityComponent {
    /// The figure's metric.
    pub metric: MetricCode,
    /// The figure, as `/v1/availability` tells it; null where it is not known.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 4.2)]
    pub value: Option<f64>,
    /// Its percentile rank (metric `percentile_rank`) among the municipalities with a figure, from 0, where least support can
    /// be had, to 100; those with the same share the middle of their ranks. Null where it is not known.
    #[schema(minimum = 0.0, maximum = 100.0, example = 36.75)]
    pub scaled: Option<f64>,
    /// How much it counts beside the others.
    #[schema(minimum = 1, maximum = 100, example = 3)]
    pub weight: i32,
}

/// Support in a language that is reached from afar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RemoteAlternatives {
    /// The language.
    pub language: Language,
    /// How many service points reached from afar serve the municipality in it, of those that the filters leave.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991i64, example = 12)]
    pub service_points: i64,
}

/// Which gaps are asked for.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapQuestion {
    /// The day whose municipalities are compared; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Shows those in any of these areas, of whatever kind, on that day; compared are all of the country.
    #[param(value_type = Option<Vec<AreaId>>, max_items = 100, example = json!(["municipality:890"]))]
    pub area: Vec<AreaId>,
    /// How much an indicator counts in the need index, as code:weight with a whole number from 0 to 100, such as
    /// `often_needs_support:3`. Indicators that are not named count as the project proposes.
    #[param(value_type = Option<Vec<AskedWeight>>, max_items = 100)]
    pub weight: Vec<AskedWeight>,
    /// How much a figure counts in the availability index, in the same way, such as `nearest_point_km:5`.
    #[param(value_type = Option<Vec<AskedAvailabilityWeight>>, max_items = 100)]
    pub availability_weight: Vec<AskedAvailabilityWeight>,
}

/// The gaps of the municipalities of a day, of which the need is given; the widest first.
pub fn compare(
    overview: &Overview,
    needs: Vec<MunicipalityNeed>,
    weights: &AvailabilityWeights,
) -> Vec<MunicipalityGap> {
    let weights = weights.counting();
    let values: HashMap<String, Vec<Option<f64>>> = overview
        .municipalities()
        .map(|municipality| {
            let figures = overview.figures([municipality.code.as_str()]);
            (
                municipality.code.clone(),
                weights.iter().map(|weight| better_when_more(weight.metric, &figures)).collect(),
            )
        })
        .collect();
    let rank = |index: usize| Ranks::of(values.values().filter_map(|known| known.get(index).copied().flatten()));
    let ranks: Vec<Ranks> = (0..weights.len()).map(rank).collect();
    let none = vec![None; weights.len()];
    let gap = |MunicipalityNeed { municipality, index, share_known, components, .. }: MunicipalityNeed| {
        let values = values.get(&municipality.code).unwrap_or(&none);
        let availability = availability(&weights, values, &ranks);
        let alternative = |(language, service_points)| RemoteAlternatives { language, service_points };
        MunicipalityGap {
            gap: index.zip(availability.index).map(|(need, availability)| need - availability),
            need: GapNeed { index, share_known, components },
            availability,
            remote_alternatives: overview
                .remote_alternatives(&municipality.code)
                .into_iter()
                .map(alternative)
                .collect(),
            municipality,
        }
    };
    let mut gaps: Vec<MunicipalityGap> = needs.into_iter().map(gap).collect();
    gaps.sort_by(widest_first);
    gaps
}

/// What its known figures make of a municipality.
fn availability(weights: &[AvailabilityWeight], values: &[Option<f64>], ranks: &[Ranks]) -> GapAvailability {
    let components = weights.iter().zip(values).zip(ranks).map(|((weight, value), ranks)| AvailabilityComponent {
        metric: weight.metric,
        // Without a sign before what is nought.
        value: value.map(|value| sign(weight.metric) * value + 0.0),
        scaled: value.and_then(|value| ranks.scaled(value)),
        weight: weight.weight,
    });
    let components: Vec<AvailabilityComponent> = components.collect();
    let parts = components.iter().map(|component| (component.scaled, f64::from(component.weight)));
    let (index, share_known) = weighted_mean(parts);
    GapAvailability { index, share_known, components }
}

/// The value of a figure, so turned that more of it is better.
fn better_when_more(metric: MetricCode, figures: &[Figure]) -> Option<f64> {
    let figure = figures.iter().find(|figure| figure.metric == metric)?;
    Some(sign(metric) * figure.value?)
}

/// Of a distance, less is better.
fn sign(metric: MetricCode) -> f64 {
    if metric == MetricCode::NearestPointKm { -1.0 } else { 1.0 }
}

fn widest_first(one: &MunicipalityGap, other: &MunicipalityGap) -> Ordering {
    let by_gap = match (one.gap, other.gap) {
        (Some(one), Some(other)) => other.total_cmp(&one),
        (known, other) => other.is_some().cmp(&known.is_some()),
    };
    by_gap.then_with(|| one.municipality.code.cmp(&other.municipality.code))
}

#[cfg(test)]
mod tests;
