//! Availability: what support people can have where.

use std::sync::Arc;

use digituki_domain::area::AreaId;
use digituki_domain::availability::{Availability, AvailabilityQuestion, SupplyFilter};
use digituki_persistence::availability;

use crate::coverage::MAX_AREAS;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, find_availability);
}

impl FromQuery for AvailabilityQuestion {
    fn read(query: &mut Reader) -> Self {
        Self {
            area_kind: query.one("area_kind"),
            area: query.each_with("area", MAX_AREAS, str::parse::<AreaId>),
            as_of: query.day("as_of"),
        }
    }
}

impl FromQuery for SupplyFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            target_group: query.each("target_group"),
            topic: query.each("topic"),
            language: query.each("language"),
            support_form: query.each("support_form"),
            delivery_mode: query.each("delivery_mode"),
        }
    }
}

/// Find what support people can have where.
///
/// For each area, as of a day: how many service points there are, also for each 10,000 inhabitants; in how many municipalities
/// there is no support in person; in how many points it is given in both national languages; how far away the nearest point is;
/// how much is reached from afar; and how much of the information is current. Filters say of which service points. What each
/// figure is, and when it is null, stands at `/v1/metrics`.
#[utoipa::path(
    get, path = "/v1/availability", tag = "availability",
    params(AvailabilityQuestion, SupplyFilter), responses((status = 200, body = Availability))
)]
async fn find_availability(ask: Ask, query: Query<(AvailabilityQuestion, SupplyFilter)>) -> Result<Answer, Problem> {
    let (question, filter) = query.0;
    let (known, moment) = (Arc::clone(&ask.app.known), ask.moment);
    let found = ask.app.read(move |db| Ok(availability::find(db, &known, &question, filter, moment)?)).await?;
    Answer::json(&found)
}
