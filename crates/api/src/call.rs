//! Calls.

use actix_web::web::Data;
use digituki_domain::call::{Call, CallFacts, CallFilter};
use digituki_domain::key::Key;
use digituki_persistence::call;

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::body::{Body, Patch};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type CallList = ListOf<Call>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_calls, create_call, get_call, replace_call, change_call, list_call_history);
}

impl FromQuery for CallFilter {
    fn read(query: &mut Reader) -> Self {
        Self { programme: query.each("programme"), call_status: query.each("call_status") }
    }
}

/// List calls.
///
/// Calls for applications (haut, ansökningsomgångar), by key. Their status follows the clock. Drafts show to the national
/// developer and the ministry alone.
#[utoipa::path(
    get, path = "/v1/calls", tag = "calls",
    params(CallFilter, Paging), responses((status = 200, body = CallList))
)]
async fn list_calls(app: Data<App>, query: ListQuery<CallFilter>) -> Result<Answer, Problem> {
    app.list(query, call::list).await
}

/// Create a call.
///
/// A draft, until `published` is true. From then on it follows the clock: upcoming, open, under evaluation.
#[utoipa::path(
    post, path = "/v1/calls", tag = "calls",
    request_body = CallFacts, responses((status = 201, body = Call))
)]
async fn create_call(write: Write, _: Query<()>, body: Body<CallFacts>) -> Result<Answer, Problem> {
    write.create::<Call>(body).await
}

/// Get a call.
///
/// With its dates, its form, its documents and the languages they exist in, who may apply, and what came of it. What is
/// not known is null.
#[utoipa::path(
    get, path = "/v1/calls/{key}", tag = "calls",
    params(
        ("key" = Key, Path, description = "The call's key.", example = "county-pilots-2018"),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Call))
)]
async fn get_call(ask: Ask, of: Of<Call>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Call>(of.0, query.0).await
}

/// Replace a call.
///
/// What the body leaves out becomes null or empty. Once the call is open, its form and who may apply stay as they are; what is
/// published stays published, and what is cancelled cancelled (409).
#[utoipa::path(
    put, path = "/v1/calls/{key}", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    request_body = CallFacts, responses((status = 200, body = Call))
)]
async fn replace_call(write: Write, of: Of<Call>, _: Query<()>, body: Body<CallFacts>) -> Result<Answer, Problem> {
    write.replace::<Call>(of.0, body).await
}

/// Change some fields of a call.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
/// `published: true` publishes it, `cancelled: true` calls it off.
#[utoipa::path(
    patch, path = "/v1/calls/{key}", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    request_body(content = CallFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Call))
)]
async fn change_call(write: Write, of: Of<Call>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Call>(of.0, patch).await
}

/// List the changes of a call.
///
/// Oldest first, each with the call as it was after it.
#[utoipa::path(
    get, path = "/v1/calls/{key}/history", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "county-pilots-2018"), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_call_history(app: Data<App>, of: Of<Call>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Call>(of.0, query).await
}
