//! Grants.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::grant::{Grant, GrantFilter, GrantId};
use digituki_domain::text::Label;
use digituki_persistence::grant;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader, path_value};
use crate::http::routes::{Routes, operations};

type GrantList = ListOf<Grant>;

const WHAT: Label = Label { fi: "valtionavustus", sv: "statsunderstöd", en: "grant" };

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
    app.list(query, |db, asked| grant::list(db, &asked.filter, asked.today, &asked.window)).await
}

/// Get a grant.
///
/// With its beneficiary, the areas of the work and the days on which the money may be used.
#[utoipa::path(
    get, path = "/v1/grants/{id}", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.", example = "4582b758-91d1-5679-8724-bd86af89285f")),
    responses((status = 200, body = Grant))
)]
async fn get_grant(app: Data<App>, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let today = app.clock.today();
    let id: GrantId = path_value(&request, "id", str::parse)?;
    let found = app.read(move |db| grant::get(db, id, today)?.ok_or_else(|| Problem::not_found(WHAT, &id.to_string())));
    let found = found.await?;
    Answer::object(found.version, &found)
}
