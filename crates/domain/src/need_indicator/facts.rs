//! What a load says as JSON. Its rows are read one after the other, by the rules of [`super::Rows`]; these types tell the
//! contract of them.

use chrono::NaiveDate;
use utoipa::ToSchema;

use super::code::{IndicatorCode, IndicatorUnit};
use super::text::{IndicatorMethod, IndicatorSource};
use crate::area::MunicipalityCode;

/// Rows of need indicators to be loaded.
#[derive(Debug, ToSchema)]
pub struct NeedIndicatorsFacts {
    /// The rows, each of another municipality, indicator or day.
    #[schema(min_items = 1, max_items = 200_000)]
    pub rows: Vec<NeedIndicatorFacts>,
}

/// A row of need indicators to be loaded.
#[derive(Debug, ToSchema)]
pub struct NeedIndicatorFacts {
    /// The municipality, which exists on the day.
    pub municipality: MunicipalityCode,
    /// What it is that is known.
    pub indicator: IndicatorCode,
    /// The day that the figure is of; no later than today.
    #[schema(example = "2025-12-31")]
    pub date: NaiveDate,
    /// The figure, in the unit of the indicator: persons are whole, per cent are at most 100.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 23.4)]
    pub value: f64,
    /// What the figure counts in. It follows from the indicator, and may be left out or null.
    pub unit: Option<IndicatorUnit>,
    /// Where the figure comes from; at most 100 different ones in a load.
    pub source: IndicatorSource,
    /// How it was found; at most 100 different ones in a load.
    pub method: IndicatorMethod,
    /// How far the true figure may lie from this one: half the width of the interval of 95 per cent, in the same unit; null
    /// where it is not known.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 1.5)]
    pub uncertainty: Option<f64>,
}
