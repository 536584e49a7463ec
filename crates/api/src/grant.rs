//! Grants.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::grant::{Grant, GrantFilter, GrantId};
use digituki_persistence::grant;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

type GrantList = ListOf<Grant>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_grants, get_grant);
}

impl FromQuery for GrantFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            programme: query.each("programme"),
            call: query.each("call"),
            region: query.each_area("region", AreaKind::Region),
            beneficiary: query.each("beneficiary"),
            grant_status: query.each("grant_status"),
        }
    }
}

/// List grants.
///
/// Alphabetically by beneficiary. An amount that is not known is null; the programme tells the sum.
#[utoipa::path(
    get, path = "/v1/grants", tag = "grants",
    params(GrantFilter, Paging), responses((status = 200, body = GrantList))
)]
async fn list_grants(app: Data<App>, query: ListQuery<GrantFilter>) -> Result<Answer, Problem> {
    app.list(query, grant::list).await
}

/// Get a grant.
///
/// With its beneficiary, the areas of the work and the days on which the money may be used.
#[utoipa::path(
    get, path = "/v1/grants/{id}", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.", example = "4582b758-91d1-5679-8724-bd86af89285f")),
    responses((status = 200, body = Grant))
)]
async fn get_grant(ask: Ask, of: Of<Grant>, _: Query<()>) -> Result<Answer, Problem> {
    ask.get::<Grant>(of.0, KnownAt(None)).await
}
