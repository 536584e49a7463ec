//! Availability: what digital support people can have in an area, as of a day.
//!
//! What each figure is stands in the registry of metrics ([`crate::metric`]); here it is worked out, for whichever road
//! shows it, from the points that were counted and from where municipalities lie and how many live there.

mod overview;
mod set;
mod supply;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaKind, AreaRef};
use crate::clock::Moment;
use crate::metric::{Figure, MetricCode};
use crate::service_point::ServicePointFilter;
use crate::support::{DeliveryMode, SupportForm, TargetGroup, Topic};
use crate::text::Language;

pub use overview::{Land, Overview};
pub use supply::{Roaming, Standing, Supply};

/// The figures of availability, in the order in which they are shown.
pub const FIGURES: [MetricCode; 9] = [
    MetricCode::Population,
    MetricCode::ServicePoints,
    MetricCode::ServicePointsPer10000,
    MetricCode::Municipalities,
    MetricCode::MunicipalitiesWithoutInPersonSupport,
    MetricCode::ShareInBothNationalLanguages,
    MetricCode::NearestPointKm,
    MetricCode::RemoteAlternatives,
    MetricCode::ShareCurrent,
];

/// What support people can have in areas.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Availability {
    /// The day: its borders hold, and the service points that were there.
    #[schema(example = "2026-11-22")]
    pub as_of: NaiveDate,
    /// The day of the figures of inhabitants: the latest known by then, or the earliest of all where none is.
    #[schema(example = "2025-12-31")]
    pub population_date: NaiveDate,
    /// The areas, by code, or in the order in which they were asked for.
    #[schema(max_items = 400)]
    pub items: Vec<AreaAvailability>,
    /// Whether made-up service points are in the registry: then they are counted too.
    #[schema(example = false)]
    pub demonstration: bool,
}

/// What support people can have in an area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaAvailability {
    /// The area.
    pub area: AreaRef,
    /// Its figures, always the same ones in the same order. What each is says `/v1/metrics`.
    #[schema(min_items = 1, max_items = 100)]
    pub figures: Vec<Figure>,
}

/// For which areas availability is asked, and when.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AvailabilityQuestion {
    /// Each area of this kind; when left out, each of the areas that `area` names, or the country.
    #[param(value_type = Option<AreaKind>)]
    pub area_kind: Option<AreaKind>,
    /// These areas, of whatever kinds; with `area_kind`, the areas of that kind that have a municipality in common with any of
    /// them.
    #[param(value_type = Option<Vec<AreaId>>, max_items = 400, example = json!(["region:19"]))]
    pub area: Vec<AreaId>,
    /// The day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
}

/// Of which service points availability is worked out. All filters combine.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SupplyFilter {
    /// Those that name any of these groups. What is for everyone names `everyone`: `older_people` leaves it out unless both are
    /// asked for.
    #[param(value_type = Option<Vec<TargetGroup>>, max_items = 100)]
    pub target_group: Vec<TargetGroup>,
    /// Those about any of these topics.
    #[param(value_type = Option<Vec<Topic>>, max_items = 100)]
    pub topic: Vec<Topic>,
    /// Those where support is given in any of these languages.
    #[param(value_type = Option<Vec<Language>>, max_items = 100)]
    pub language: Vec<Language>,
    /// Those of any of these forms.
    #[param(value_type = Option<Vec<SupportForm>>, max_items = 100)]
    pub support_form: Vec<SupportForm>,
    /// Those by any of these means.
    #[param(value_type = Option<Vec<DeliveryMode>>, max_items = 100)]
    pub delivery_mode: Vec<DeliveryMode>,
}

impl SupplyFilter {
    /// The service points that were there on a day.
    pub fn on(self, day: NaiveDate) -> ServicePointFilter {
        let Self { target_group, topic, language, support_form, delivery_mode } = self;
        ServicePointFilter {
            as_of: Some(day),
            target_group,
            topic,
            language,
            support_form,
            delivery_mode,
            ..ServicePointFilter::default()
        }
    }
}

/// The instant from which freshness is counted on a day: now when it is today, else the end of the day.
pub fn seen_from(day: NaiveDate, moment: Moment) -> DateTime<Utc> {
    let end = day.checked_add_days(Days::new(1)).map(Moment::beginning_of);
    end.filter(|_| day != moment.today).unwrap_or(moment.now)
}

#[cfg(test)]
mod tests;
