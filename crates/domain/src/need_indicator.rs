//! Need indicators: what is known of a municipality that tells how much digital support is needed there.
//!
//! A row is one figure of one municipality on one day, with where it comes from. Rows come in loads, each whole or not at
//! all; a row that is known already is replaced, and what was known before stays known as of then.

mod cell;
mod code;
mod facts;
mod load;
mod row;
mod text;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef, MunicipalityCode};

pub use cell::{Cell, Cells, Column};
pub use code::{IndicatorCode, IndicatorUnit};
pub use facts::{NeedIndicatorFacts, NeedIndicatorsFacts};
pub use load::{MOST_TEXTS, NeedIndicatorLoad, NeedIndicatorLoadId, NeedIndicatorLoadRecord};
pub use row::{Loaded, MOST_FAULTS, MOST_ROWS, Row, Rows};
pub use text::{IndicatorMethod, IndicatorSource};

/// What is known of a municipality on a day, and from where.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NeedIndicator {
    /// The municipality.
    pub municipality: AreaRef,
    /// What it is that is known.
    pub indicator: IndicatorCode,
    /// The day that the figure is of.
    #[schema(example = "2025-12-31")]
    pub date: NaiveDate,
    /// The figure, in the unit of the indicator.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 23.4)]
    pub value: f64,
    /// What the figure counts in.
    pub unit: IndicatorUnit,
    /// Where the figure comes from, in the words of whoever loaded it.
    pub source: IndicatorSource,
    /// How it was found, in the same words.
    pub method: IndicatorMethod,
    /// How far the true figure may lie from this one: half the width of the interval of 95 per cent, in the same unit; null
    /// where nobody has said.
    #[schema(minimum = 0.0, maximum = 10_000_000.0, example = 1.5)]
    pub uncertainty: Option<f64>,
    /// The load that it came with.
    pub load: NeedIndicatorLoadId,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
}

/// Which need indicators a list shows: by municipality, indicator and day.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NeedIndicatorFilter {
    /// Those of any of these municipalities.
    #[param(value_type = Option<Vec<MunicipalityCode>>, max_items = 100)]
    pub municipality: Vec<MunicipalityCode>,
    /// Those of the municipalities in any of these areas, of whatever kind: on the day of `as_of`, else on the day of each
    /// row.
    #[param(value_type = Option<Vec<AreaId>>, max_items = 100)]
    pub area: Vec<AreaId>,
    /// Any of these indicators.
    #[param(value_type = Option<Vec<IndicatorCode>>, max_items = 100)]
    pub indicator: Vec<IndicatorCode>,
    /// Of each indicator of each municipality only the latest figure that is no later than this day.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those of this day and later.
    #[param(value_type = Option<NaiveDate>)]
    pub first_date: Option<NaiveDate>,
    /// Those of this day and earlier.
    #[param(value_type = Option<NaiveDate>)]
    pub last_date: Option<NaiveDate>,
    /// Those that came with any of these loads.
    #[param(value_type = Option<Vec<NeedIndicatorLoadId>>, max_items = 100)]
    pub load: Vec<NeedIndicatorLoadId>,
    /// As the registry knew them at this instant: with those that have been replaced since, without those that came later.
    #[param(value_type = Option<DateTime<Utc>>)]
    pub known_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests;
