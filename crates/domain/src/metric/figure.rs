//! Figures: what a metric comes to somewhere.

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::MetricCode;

/// What a metric comes to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// The metric.
    pub metric: MetricCode,
    /// The figure, unrounded but for the kilometres of a single municipality, which are told to ten metres; null when it
    /// cannot be told.
    #[schema(minimum = -100, maximum = 9_007_199_254_740_991i64, example = 4.2)]
    #[serde(serialize_with = "plain")]
    pub value: Option<f64>,
    /// What was divided; null where the figure is no quotient, or where this is not known.
    #[schema(minimum = -100, maximum = 9_007_199_254_740_991i64, example = 28)]
    #[serde(serialize_with = "plain")]
    pub numerator: Option<f64>,
    /// By what it was divided; null where the figure is no quotient, or where this is not known.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 66_667)]
    #[serde(serialize_with = "plain")]
    pub denominator: Option<f64>,
}

impl Figure {
    /// A figure that is no quotient.
    pub fn of(metric: MetricCode, value: Option<f64>) -> Self {
        Self { metric, value, numerator: None, denominator: None }
    }

    /// A number of things, or of people.
    pub fn count(metric: MetricCode, count: Option<i64>) -> Self {
        Self::of(metric, count.map(number))
    }

    /// A part of a whole; not told when either is unknown, or when there is nothing of which it could be a part.
    pub fn share(metric: MetricCode, part: Option<i64>, whole: Option<i64>) -> Self {
        Self::quotient(metric, part.map(number), whole.map(number), 1.0)
    }

    /// So much for each so many; not told when either is unknown, or when they are none.
    pub fn per(metric: MetricCode, each: f64, part: Option<i64>, whole: Option<i64>) -> Self {
        Self::quotient(metric, part.map(number), whole.map(number), each)
    }

    /// The mean of values, each with its weight; not told when nothing weighs anything.
    pub fn mean(metric: MetricCode, values: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let sums = |(sum, weights): (f64, f64), (value, weight): (f64, f64)| (sum + value * weight, weights + weight);
        let (sum, weights) = values.into_iter().fold((0.0, 0.0), sums);
        let is_told = weights > 0.0;
        Self::quotient(metric, is_told.then_some(sum), is_told.then_some(weights), 1.0)
    }

    /// One number by another, times so many.
    pub fn quotient(metric: MetricCode, numerator: Option<f64>, denominator: Option<f64>, times: f64) -> Self {
        let whole = denominator.filter(|denominator| *denominator > 0.0);
        let value = numerator.zip(whole).map(|(numerator, denominator)| times * numerator / denominator);
        Self { metric, value, numerator, denominator }
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is below 2^52")]
fn number(count: i64) -> f64 {
    count as f64
}

/// A whole number is written as one.
#[expect(clippy::ref_option, reason = "what serde hands over")]
fn plain<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    /// Beyond, not every whole number can be told from the next.
    const EXACT: f64 = 9_007_199_254_740_991.0;
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "it is a whole number that fits")]
        Some(value) if value.fract() == 0.0 && value.abs() <= EXACT => serializer.serialize_some(&(*value as i64)),
        value => value.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_share_of_nothing_and_of_what_is_unknown_is_not_told() {
        let share = |part, whole| Figure::share(MetricCode::ShareCurrent, part, whole).value;
        assert_eq!(share(Some(1), Some(4)), Some(0.25));
        assert_eq!(share(Some(0), Some(4)), Some(0.0));
        assert_eq!(share(Some(0), Some(0)), None);
        assert_eq!(share(Some(1), None), None);
        assert_eq!(share(None, Some(4)), None);
    }

    #[test]
    fn a_mean_is_of_what_weighs_something() {
        let mean = |values: &[(f64, f64)]| Figure::mean(MetricCode::NearestPointKm, values.iter().copied());
        assert_eq!(mean(&[(1.0, 3.0), (5.0, 1.0)]).value, Some(2.0));
        assert_eq!(mean(&[(1.0, 3.0), (5.0, 1.0)]).denominator, Some(4.0));
        assert_eq!(mean(&[(1.0, 0.0)]), Figure::of(MetricCode::NearestPointKm, None));
        assert_eq!(mean(&[]).value, None);
    }

    #[test]
    fn whole_numbers_are_written_without_a_point() {
        let figure = Figure::per(MetricCode::ServicePointsPer10000, 10_000.0, Some(3), Some(20_000));
        let written =
            json!({"metric": "service_points_per_10000", "value": 1.5, "numerator": 3, "denominator": 20_000});
        assert_eq!(serde_json::to_value(figure).unwrap(), written);
        let nothing = json!({"metric": "gap", "value": null, "numerator": null, "denominator": null});
        assert_eq!(serde_json::to_value(Figure::of(MetricCode::Gap, None)).unwrap(), nothing);
    }
}
