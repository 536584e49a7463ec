//! Evidence that the registry fills in from its own data.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assessment_framework::{CriterionCode, MetricCode};
use crate::text::Names;

/// A figure of the registry beside a criterion that names its metric. What cannot be told is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssessmentFigure {
    /// The criterion.
    pub criterion: CriterionCode,
    /// The metric.
    pub metric: MetricCode,
    /// The figure, in the unit of the metric.
    #[schema(minimum = -1e12, maximum = 1e12, example = 3.5)]
    pub value: Option<f64>,
    /// What is divided, where the metric is a quotient.
    #[schema(minimum = 0, maximum = 1e12, example = 35)]
    pub numerator: Option<f64>,
    /// By what it is divided.
    #[schema(minimum = 0, maximum = 1e12, example = 100_000)]
    pub denominator: Option<f64>,
    /// The day whose data it is made of.
    pub as_of: NaiveDate,
    /// Where the data come from.
    pub source: Names,
}
