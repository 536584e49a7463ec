//! Grants.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::grant::{Grant, GrantEntryFacts, GrantFacts, GrantFilter, GrantId, GrantTransition};
use digituki_persistence::grant;

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

type GrantList = ListOf<Grant>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_grants, create_grant, get_grant, replace_grant, change_grant);
    operations!(routes, add_grant_entry, transition_grant, list_grant_history);
}

impl FromQuery for GrantFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            programme: query.each("programme"),
            call: query.each("call"),
            region: query.each_area("region", AreaKind::Region),
            beneficiary: query.each("beneficiary"),
            grant_status: query.each("grant_status"),
            as_of: query.day("as_of"),
        }
    }
}

/// List grants.
///
/// Alphabetically by beneficiary, as they are today or as of a day. An amount that is not known is null; the programme tells
/// the sum.
#[utoipa::path(
    get, path = "/v1/grants", tag = "grants",
    params(GrantFilter, Paging), responses((status = 200, body = GrantList))
)]
async fn list_grants(app: Data<App>, query: ListQuery<GrantFilter>) -> Result<Answer, Problem> {
    app.list(query, grant::list).await
}

/// Create a grant.
///
/// Active, and nothing is awarded yet: the award is the first entry of its ledger. A decision on an application creates its grant
/// with the award.
#[utoipa::path(
    post, path = "/v1/grants", tag = "grants",
    request_body = GrantFacts, responses((status = 201, body = Grant))
)]
async fn create_grant(write: Write, _: Query<()>, body: Body<GrantFacts>) -> Result<Answer, Problem> {
    write.create::<Grant>(body).await
}

/// Get a grant.
///
/// With its ledger and the figures that follow from it, as they are today or were on the day `as_of`. With `known_at`, as the
/// registry said it at that instant.
#[utoipa::path(
    get, path = "/v1/grants/{id}", tag = "grants",
    params(
        ("id" = GrantId, Path, description = "The grant's id.", example = "4582b758-91d1-5679-8724-bd86af89285f"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the figures, the status and the last day as of this day."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Grant))
)]
async fn get_grant(mut ask: Ask, of: Of<Grant>, query: Query<(AsOf, KnownAt)>) -> Result<Answer, Problem> {
    let (AsOf(day), known_at) = query.0;
    ask.moment.today = day.unwrap_or(ask.moment.today);
    ask.get::<Grant>(of.0, known_at).await
}

/// Replace a grant.
///
/// What the body leaves out becomes null or empty. Call, beneficiary and application stay as they are, and so does the last day
/// once it was extended (409). The ledger and the steps are not written here.
#[utoipa::path(
    put, path = "/v1/grants/{id}", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.")),
    request_body = GrantFacts, responses((status = 200, body = Grant))
)]
async fn replace_grant(write: Write, of: Of<Grant>, _: Query<()>, body: Body<GrantFacts>) -> Result<Answer, Problem> {
    write.replace::<Grant>(of.0, body).await
}

/// Change some fields of a grant.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
#[utoipa::path(
    patch, path = "/v1/grants/{id}", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.")),
    request_body(content = GrantFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Grant))
)]
async fn change_grant(write: Write, of: Of<Grant>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Grant>(of.0, patch).await
}

/// Add an entry to the ledger of a grant.
///
/// The award, an increase or a decrease, a payment, a recovery. An entry is never changed: one that was wrong is replaced by
/// another that names it. More cannot be paid than is awarded, nor recovered than is paid, nor taken off than is unused (409).
#[utoipa::path(
    post, path = "/v1/grants/{id}/entries", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.")),
    request_body = GrantEntryFacts, responses((status = 200, body = Grant))
)]
async fn add_grant_entry(
    write: Write,
    of: Of<Grant>,
    _: Query<()>,
    body: Body<GrantEntryFacts>,
) -> Result<Answer, Problem> {
    write.act_with::<Grant, _>(of.0, body, grant::enter).await
}

/// Take a step with a grant.
///
/// Suspend its payment, resume it, complete or terminate the grant, recover it: the state machine `grant` says which when. One
/// that cannot be taken now is a 409 that names those that can.
#[utoipa::path(
    post, path = "/v1/grants/{id}/transitions", tag = "grants",
    params(("id" = GrantId, Path, description = "The grant's id.")),
    request_body = GrantTransition, responses((status = 200, body = Grant))
)]
async fn transition_grant(
    write: Write,
    of: Of<Grant>,
    _: Query<()>,
    body: Body<GrantTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<Grant, _>(of.0, body, grant::transition).await
}

/// List the changes of a grant.
///
/// Oldest first, each with the grant as it was after it.
#[utoipa::path(
    get, path = "/v1/grants/{id}/history", tag = "grants",
    params(
        ("id" = GrantId, Path, description = "The grant's id.", example = "4582b758-91d1-5679-8724-bd86af89285f"),
        Paging
    ),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_grant_history(app: Data<App>, of: Of<Grant>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Grant>(of.0, query).await
}
