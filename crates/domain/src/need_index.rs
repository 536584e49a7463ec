//! The need index: how much need there is for digital support in each municipality beside the others, by weights that
//! everyone sees and may change.
//!
//! The one formula, for the municipalities that exist on a day:
//!
//! - an indicator's figure for a municipality is its latest one that is no later than the day; none is carried over from
//!   another municipality, or from another indicator;
//! - it is scaled to its percentile rank: of the municipalities with a figure of that indicator, the share that has a lower
//!   one, and half of the share that has the same (itself included), times 100;
//! - the index is the mean of what is scaled, weighted, over the indicators of which there is a figure. Beside it stands
//!   the share of all weights that these have.

mod weight;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef};
use crate::need_indicator::{IndicatorCode, IndicatorSource, IndicatorUnit};

pub use weight::{AskedWeight, IndicatorWeight, MOST_WEIGHT, Weights};

/// How much need there is for digital support in municipalities beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NeedIndex {
    /// The day whose municipalities are compared, by the latest figures known for it.
    #[schema(example = "2026-11-22")]
    pub as_of: NaiveDate,
    /// Whether the weights are those that this project proposes, and nobody has adopted; else they are the caller's.
    #[schema(example = true)]
    pub proposed_weights: bool,
    /// How much each indicator counts beside the others; those of no weight are left out everywhere.
    #[schema(max_items = 100)]
    pub weights: Vec<IndicatorWeight>,
    /// The municipalities of the areas that were asked for, by code.
    #[schema(max_items = 400)]
    pub items: Vec<MunicipalityNeed>,
}

/// How much need there is in a municipality beside the others of the country.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MunicipalityNeed {
    /// The municipality.
    pub municipality: AreaRef,
    /// The mean of `scaled`, weighted, over the components that are known (metric `need_index`): from 0, the least need, to
    /// 100; null where none is. It says how a municipality stands beside the others.
    #[schema(minimum = 0.0, maximum = 100.0, example = 61.25)]
    pub index: Option<f64>,
    /// The share of all weights that the known components have (metric `share_known`); null where nothing has any weight.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.75)]
    pub share_known: Option<f64>,
    /// What the index is made of, in the order of the weights.
    #[schema(max_items = 100)]
    pub components: Vec<NeedComponent>,
    /// Whether a component is made up, for demonstrations.
    pub demonstration: bool,
}

/// What an indicator adds to the index of a municipality.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NeedComponent {
    /// The indicator.
    pub indicator: IndicatorCode,
    /// Its figure, or null where none is known.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 23.4)]
    pub value: Option<f64>,
    /// What the figure counts in.
    pub unit: IndicatorUnit,
    /// The day that the figure is of, or null.
    #[schema(example = "2025-12-31")]
    pub date: Option<NaiveDate>,
    /// Where the figure comes from, or null.
    pub source: Option<IndicatorSource>,
    /// Its percentile rank (metric `percentile_rank`) among the municipalities with a figure, from 0 to 100; those with the
    /// same share the middle of their ranks. Null where none is known.
    #[schema(minimum = 0.0, maximum = 100.0, example = 72.5)]
    pub scaled: Option<f64>,
    /// How much it counts beside the others.
    #[schema(minimum = 1, maximum = 100, example = 4)]
    pub weight: i32,
}

/// What a need index is asked for.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NeedIndexQuestion {
    /// The day whose municipalities are compared; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Shows those in any of these areas, of whatever kind, on that day; compared are all of the country.
    #[param(
        value_type = Option<Vec<AreaId>>, max_items = 100, example = json!(["municipality:091", "municipality:890"])
    )]
    pub area: Vec<AreaId>,
    /// How much an indicator counts, as code:weight with a whole number from 0 to 100, such as `often_needs_support:3`.
    /// Indicators that are not named count as the project proposes.
    #[param(value_type = Option<Vec<AskedWeight>>, max_items = 100)]
    pub weight: Vec<AskedWeight>,
}

/// A figure of a municipality, as far as the index needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// The day that it is of.
    pub date: NaiveDate,
    /// Where it comes from.
    pub source: IndicatorSource,
}

/// The latest figures of municipalities, by code and indicator.
pub type Figures = BTreeMap<(String, IndicatorCode), Figure>;

/// The need of each of the municipalities that exist on a day, in their order.
pub fn compare(municipalities: Vec<AreaRef>, figures: &Figures, weights: &Weights) -> Vec<MunicipalityNeed> {
    let weights = weights.counting();
    let ranks: Vec<Ranks> = weights
        .iter()
        .map(|weight| {
            let known = municipalities.iter().filter_map(|area| figures.get(&(area.code.clone(), weight.indicator)));
            Ranks::of(known.map(|figure| figure.value))
        })
        .collect();
    let need = |municipality: AreaRef| {
        let component = |(weight, ranks): (&IndicatorWeight, &Ranks)| {
            let figure = figures.get(&(municipality.code.clone(), weight.indicator));
            NeedComponent {
                indicator: weight.indicator,
                value: figure.map(|figure| figure.value),
                unit: weight.indicator.unit(),
                date: figure.map(|figure| figure.date),
                source: figure.map(|figure| figure.source.clone()),
                scaled: figure.and_then(|figure| ranks.scaled(figure.value)),
                weight: weight.weight,
            }
        };
        let components: Vec<NeedComponent> = weights.iter().zip(&ranks).map(component).collect();
        let (index, share_known) =
            weighted_mean(components.iter().map(|component| (component.scaled, f64::from(component.weight))));
        let demonstration =
            components.iter().any(|component| component.source.as_ref().is_some_and(IndicatorSource::is_demonstration));
        MunicipalityNeed { municipality, index, share_known, components, demonstration }
    };
    municipalities.into_iter().map(need).collect()
}

/// The weighted mean over what is known, and the share of all weights that this has.
pub fn weighted_mean(parts: impl Iterator<Item = (Option<f64>, f64)>) -> (Option<f64>, Option<f64>) {
    let (mut sum, mut known, mut all) = (0.0, 0.0, 0.0);
    for (value, weight) in parts {
        all += weight;
        if let Some(value) = value {
            sum += value * weight;
            known += weight;
        }
    }
    ((known > 0.0).then(|| sum / known), (all > 0.0).then(|| known / all))
}

/// Values to be told apart by how many lie below.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks(Vec<f64>);

impl Ranks {
    /// Ranks among values.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The percentile rank of one of the values: of all, the share that is lower and half of the share that is the same,
    /// times 100. None where there are no values.
    #[expect(clippy::cast_precision_loss, reason = "there are some hundred municipalities")]
    pub fn scaled(&self, value: f64) -> Option<f64> {
        let lower = self.0.partition_point(|other| *other < value);
        let not_higher = self.0.partition_point(|other| *other <= value);
        // In whole numbers up to the last step: twice what is lower, and once what is the same.
        (!self.0.is_empty()).then(|| (lower + not_higher) as f64 * 50.0 / self.0.len() as f64)
    }
}

#[cfg(test)]
mod tests;
