//! Organisations.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::organisation::{Organisation, OrganisationFilter, OrganisationId};
use digituki_domain::text::Label;
use digituki_persistence::organisation;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{AsOf, FromQuery, Query, Reader, path_value};
use crate::http::routes::{Routes, operations};

type OrganisationList = ListOf<Organisation>;

const WHAT: Label = Label { fi: "organisaatio", sv: "organisation", en: "organisation" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_organisations, get_organisation);
}

impl FromQuery for OrganisationFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            organisation_type: query.each("organisation_type"),
            area: query.each("area"),
            business_id: query.each("business_id"),
            q: query.letters("q"),
        }
    }
}

/// List organisations.
///
/// The organisations that existed on the day asked about, alphabetically by name (å, ä and ö last).
#[utoipa::path(
    get, path = "/v1/organisations", tag = "organisations",
    params(OrganisationFilter, Paging), responses((status = 200, body = OrganisationList))
)]
async fn list_organisations(app: Data<App>, query: ListQuery<OrganisationFilter>) -> Result<Answer, Problem> {
    app.list(query, |db, asked| organisation::list(db, &asked.filter, asked.today, &asked.window)).await
}

/// Get an organisation.
///
/// Without `as_of` an organisation that ended answers too, with its successor.
#[utoipa::path(
    get, path = "/v1/organisations/{id}", tag = "organisations",
    params(
        ("id" = OrganisationId, Path, description = "The organisation's id.", example = "6ce13e44-92a6-5284-a207-48785ec11b3e"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the organisation as of this day.")
    ),
    responses((status = 200, body = Organisation))
)]
async fn get_organisation(app: Data<App>, request: HttpRequest, query: Query<AsOf>) -> Result<Answer, Problem> {
    let id: OrganisationId = path_value(&request, "id", str::parse)?;
    let found = app.read(move |db| organisation::get(db, id)?.ok_or_else(|| Problem::not_found(WHAT, &id.to_string())));
    let found = found.await?;
    query.0.check(WHAT, &found.id.to_string(), &found)?;
    Answer::object(found.version, &found)
}
