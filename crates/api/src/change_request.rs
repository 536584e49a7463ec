//! Change requests.

use actix_web::web::Data;
use digituki_domain::change_request::{
    ChangeRequest, ChangeRequestFacts, ChangeRequestFilter, ChangeRequestId, ChangeRequestTransition,
};
use digituki_persistence::change_request;

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::body::Body;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type ChangeRequestList = ListOf<ChangeRequest>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_change_requests, create_change_request, get_change_request);
    operations!(routes, transition_change_request, list_change_request_history);
}

impl FromQuery for ChangeRequestFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            grant: query.each("grant"),
            change_request_type: query.each("change_request_type"),
            change_request_status: query.each("change_request_status"),
        }
    }
}

/// List change requests.
///
/// Those that the caller may read, oldest first: a beneficiary its own, the national developer and the ministry all.
#[utoipa::path(
    get, path = "/v1/change-requests", tag = "change_requests",
    params(ChangeRequestFilter, Paging), responses((status = 200, body = ChangeRequestList))
)]
async fn list_change_requests(app: Data<App>, query: ListQuery<ChangeRequestFilter>) -> Result<Answer, Problem> {
    app.list(query, change_request::list).await
}

/// Create a change request.
///
/// Submitted at once, by the beneficiary of a grant that has not ended: more time, more or less money, other contents, other
/// partners.
#[utoipa::path(
    post, path = "/v1/change-requests", tag = "change_requests",
    request_body = ChangeRequestFacts, responses((status = 201, body = ChangeRequest))
)]
async fn create_change_request(write: Write, _: Query<()>, body: Body<ChangeRequestFacts>) -> Result<Answer, Problem> {
    write.create::<ChangeRequest>(body).await
}

/// Get a change request.
///
/// With what is asked for, what was accepted of it and what has happened to it.
#[utoipa::path(
    get, path = "/v1/change-requests/{id}", tag = "change_requests",
    params(
        ("id" = ChangeRequestId, Path, description = "The change request's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = ChangeRequest))
)]
async fn get_change_request(ask: Ask, of: Of<ChangeRequest>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<ChangeRequest>(of.0, query.0).await
}

/// Take a step with a change request.
///
/// Accept it, accept it with changes, reject it, withdraw it: the state machine `change_request` says who may take which step when.
/// What is accepted changes the grant in the same moment, or neither is done.
#[utoipa::path(
    post, path = "/v1/change-requests/{id}/transitions", tag = "change_requests",
    params(("id" = ChangeRequestId, Path, description = "The change request's id.")),
    request_body = ChangeRequestTransition, responses((status = 200, body = ChangeRequest))
)]
async fn transition_change_request(
    write: Write,
    of: Of<ChangeRequest>,
    _: Query<()>,
    body: Body<ChangeRequestTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<ChangeRequest, _>(of.0, body, change_request::transition).await
}

/// List the changes of a change request.
///
/// Oldest first, each with the change request as it was after it.
#[utoipa::path(
    get, path = "/v1/change-requests/{id}/history", tag = "change_requests",
    params(("id" = ChangeRequestId, Path, description = "The change request's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_change_request_history(
    app: Data<App>,
    of: Of<ChangeRequest>,
    query: ListQuery<()>,
) -> Result<Answer, Problem> {
    app.history::<ChangeRequest>(of.0, query).await
}
