//! Evidence that the registry fills in from its own data.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assessment_framework::CriterionCode;
use crate::metric::{Figure, Metric};
use crate::text::Names;

/// A figure of the registry beside a criterion that names its metric. Of several municipalities a count of people is the sum,
/// and what is told of each by itself, such as an index, the mean of theirs, weighted by inhabitants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssessmentFigure {
    /// The criterion.
    pub criterion: CriterionCode,
    /// What the metric came to.
    pub figure: Figure,
    /// The day whose data it was made of.
    pub as_of: NaiveDate,
    /// Where the data come from.
    pub source: Names,
    /// The version of the metric's definition by which it was worked out.
    #[schema(minimum = 1, maximum = 1_000, example = 1)]
    pub metric_version: i32,
}

impl AssessmentFigure {
    /// A figure as evidence for a criterion.
    pub fn new(criterion: CriterionCode, figure: Figure, as_of: NaiveDate) -> Self {
        let Metric { source, version, .. } = Metric::from(figure.metric);
        Self { criterion, figure, as_of, source, metric_version: version }
    }
}
