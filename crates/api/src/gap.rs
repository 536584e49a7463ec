//! Gaps: need beside availability.

use std::sync::Arc;

use digituki_domain::availability::SupplyFilter;
use digituki_domain::gap::{AskedAvailabilityWeight, GapQuestion, Gaps};
use digituki_domain::need_index::AskedWeight;
use digituki_persistence::gap;

use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, find_gaps);
    // What only a query names.
    routes.add_schema::<AskedWeight>();
    routes.add_schema::<AskedAvailabilityWeight>();
}

impl FromQuery for GapQuestion {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            area: query.each("area"),
            weight: query.each("weight"),
            availability_weight: query.each("availability_weight"),
        }
    }
}

/// Find where need is high and support can be had least.
///
/// For each municipality of a day: the need index, the availability index, what each is made of, and how much reaches it from
/// afar in which languages. The gap is the need index less the availability index; the widest comes first. Both indices are
/// weighted means of percentile ranks among all municipalities of the day, over what is known. The weights are a proposal of
/// this project, which nobody has adopted: `weight` and `availability_weight` change them. Filters say of which service
/// points availability is worked out.
#[utoipa::path(
    get, path = "/v1/gaps", tag = "gaps",
    params(GapQuestion, SupplyFilter), responses((status = 200, body = Gaps))
)]
async fn find_gaps(ask: Ask, query: Query<(GapQuestion, SupplyFilter)>) -> Result<Answer, Problem> {
    let (question, filter) = query.0;
    let (known, moment) = (Arc::clone(&ask.app.known), ask.moment);
    let found = ask.app.read(move |db| Ok(gap::find(db, &known, &question, filter, moment)?)).await?;
    Answer::json(&found)
}
