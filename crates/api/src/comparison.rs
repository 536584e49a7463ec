//! The subjects of a round side by side.

use digituki_domain::comparison::{Comparison, ComparisonQuestion};
use digituki_persistence::comparison;

use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_comparison);
}

impl FromQuery for ComparisonQuestion {
    fn read(query: &mut Reader) -> Self {
        query.require("round");
        Self {
            round: query.one("round"),
            previous_round: query.one("previous_round"),
            goal: query.each("goal"),
            criterion: query.each("criterion"),
        }
    }
}

/// Compare the subjects of a round.
///
/// Side by side by goal and by criterion: the value of each, the median and the quartiles of all, the change since an earlier
/// round. Confirmed assessments alone count. Figures of fewer than `smallest_group` are left out, and so is what would give them
/// away: this is about what is said of all of them together, for each confirmed assessment is public by itself. From one version
/// of a framework to another only what was kept compares.
#[utoipa::path(
    get, path = "/v1/comparisons", tag = "comparisons",
    params(ComparisonQuestion), responses((status = 200, body = Comparison))
)]
async fn get_comparison(ask: Ask, query: Query<ComparisonQuestion>) -> Result<Answer, Problem> {
    let Ask { app, permit, moment, .. } = ask;
    Answer::json(&app.read(move |db| Ok(comparison::of(db, &query.0, moment, &permit)?)).await?)
}
