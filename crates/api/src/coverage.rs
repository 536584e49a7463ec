//! Coverage: how many people live in any union of areas.

use actix_web::web::Data;
use digituki_domain::area::AreaId;
use digituki_domain::coverage::{Coverage, CoverageQuestion};
use digituki_persistence::coverage;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

/// As many as there are municipalities, and some.
pub(crate) const MAX_AREAS: usize = 400;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_coverage);
}

impl FromQuery for CoverageQuestion {
    fn read(query: &mut Reader) -> Self {
        query.require("area");
        Self {
            area: query.each_with("area", MAX_AREAS, str::parse::<AreaId>),
            population_date: query.day("population_date"),
            as_of: query.day("as_of"),
        }
    }
}

/// Get the inhabitants of a union of areas.
///
/// Areas may be of any kinds and may overlap: no municipality counts twice.
#[utoipa::path(
    get, path = "/v1/coverage", tag = "coverage",
    params(CoverageQuestion), responses((status = 200, body = Coverage))
)]
async fn get_coverage(app: Data<App>, query: Query<CoverageQuestion>) -> Result<Answer, Problem> {
    let CoverageQuestion { area, population_date, as_of } = query.0;
    let when = coverage::When { population_date, before: None, as_of };
    Answer::json(&app.read(move |db| Ok(coverage::of(db, &area, when)?)).await?)
}
