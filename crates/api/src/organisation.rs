//! Organisations.

use actix_web::web::Data;
use digituki_domain::noun::Noun as _;
use digituki_domain::organisation::{Organisation, OrganisationFacts, OrganisationFilter, OrganisationId};
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::organisation;

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::body::{Body, Patch};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{AsOf, FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type OrganisationList = ListOf<Organisation>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_organisations, create_organisation, get_organisation, replace_organisation);
    operations!(routes, change_organisation, delete_organisation, list_organisation_history);
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
    app.list(query, organisation::list).await
}

/// Get an organisation.
///
/// Without `as_of` an organisation that ended answers too, with its successor.
#[utoipa::path(
    get, path = "/v1/organisations/{id}", tag = "organisations",
    params(
        ("id" = OrganisationId, Path, description = "The organisation's id.", example = "6ce13e44-92a6-5284-a207-48785ec11b3e"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the organisation as of this day."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Organisation))
)]
async fn get_organisation(ask: Ask, of: Of<Organisation>, query: Query<(AsOf, KnownAt)>) -> Result<Answer, Problem> {
    let (as_of, known_at) = query.0;
    let found: Organisation = ask.find(of.0, known_at).await?;
    as_of.check(Organisation::NOUN.label(), &found.id.to_string(), &found)?;
    Answer::object(found.version, &found)
}

/// Create an organisation.
///
/// Regional coordinators and experts do so within their regions: `area` is one of these, or a municipality in one.
/// Whoever works for one organisation changes that one, and creates none.
#[utoipa::path(
    post, path = "/v1/organisations", tag = "organisations",
    request_body = OrganisationFacts, responses((status = 201, body = Organisation))
)]
async fn create_organisation(write: Write, _: Query<()>, body: Body<OrganisationFacts>) -> Result<Answer, Problem> {
    write.create::<Organisation>(body).await
}

/// Replace an organisation.
///
/// What the body leaves out becomes null.
#[utoipa::path(
    put, path = "/v1/organisations/{id}", tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation's id.")),
    request_body = OrganisationFacts, responses((status = 200, body = Organisation))
)]
async fn replace_organisation(
    write: Write,
    of: Of<Organisation>,
    _: Query<()>,
    body: Body<OrganisationFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Organisation>(of.0, body).await
}

/// Change some fields of an organisation.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away.
#[utoipa::path(
    patch, path = "/v1/organisations/{id}", tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation's id.")),
    request_body(content = OrganisationFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Organisation))
)]
async fn change_organisation(
    write: Write,
    of: Of<Organisation>,
    _: Query<()>,
    patch: Patch,
) -> Result<Answer, Problem> {
    write.change::<Organisation>(of.0, patch).await
}

/// Delete an organisation.
///
/// For what was entered by mistake, and only while nothing refers to it: one that has ended gets a `valid_to`.
#[utoipa::path(
    delete, path = "/v1/organisations/{id}", tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation's id.")),
    responses((status = 204))
)]
async fn delete_organisation(write: Write, of: Of<Organisation>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<Organisation>(of.0).await
}

/// List the changes of an organisation.
///
/// Oldest first, each with the organisation as it was after it; also of one that was deleted.
#[utoipa::path(
    get, path = "/v1/organisations/{id}/history", tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation's id.", example = "6ce13e44-92a6-5284-a207-48785ec11b3e"), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_organisation_history(
    app: Data<App>,
    of: Of<Organisation>,
    query: ListQuery<()>,
) -> Result<Answer, Problem> {
    app.history::<Organisation>(of.0, query).await
}
