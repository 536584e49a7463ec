//! The need index.

use digituki_domain::need_index::{AskedWeight, NeedIndex, NeedIndexQuestion};
use digituki_persistence::need_index;

use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, find_need_index);
    // What only a query names.
    routes.add_schema::<AskedWeight>();
}

impl FromQuery for NeedIndexQuestion {
    fn read(query: &mut Reader) -> Self {
        Self { as_of: query.day("as_of"), area: query.each("area"), weight: query.each("weight") }
    }
}

/// Find how much need for digital support there is.
///
/// For each municipality that exists on the day, by the latest figures of need indicators that are no later. A figure is
/// scaled to its percentile rank among the municipalities that have one: the share that has a lower one and half of the share
/// that has the same, times 100. The index is the mean of these, weighted, over the indicators that are known; beside it
/// stands the share of the weights that these have. The weights are a proposal of this project, which nobody has adopted:
/// `weight` changes them. A figure of a municipality that was joined to another is not carried over to that one.
#[utoipa::path(
    get, path = "/v1/need-index", tag = "need_index",
    params(NeedIndexQuestion), responses((status = 200, body = NeedIndex))
)]
async fn find_need_index(ask: Ask, query: Query<NeedIndexQuestion>) -> Result<Answer, Problem> {
    let (question, today) = (query.0, ask.moment.today);
    Answer::json(&ask.app.read(move |db| Ok(need_index::find(db, &question, today)?)).await?)
}
