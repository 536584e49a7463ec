//! Calls.

use actix_web::web::Data;
use digituki_domain::call::{Call, CallFilter};
use digituki_domain::key::Key;
use digituki_persistence::call;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

type CallList = ListOf<Call>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_calls, get_call);
}

impl FromQuery for CallFilter {
    fn read(query: &mut Reader) -> Self {
        Self { programme: query.each("programme"), call_status: query.each("call_status") }
    }
}

/// List calls.
///
/// Calls for applications (haut, ansökningsomgångar) that are published, by key. Their status follows the
/// clock.
#[utoipa::path(
    get, path = "/v1/calls", tag = "calls",
    params(CallFilter, Paging), responses((status = 200, body = CallList))
)]
async fn list_calls(app: Data<App>, query: ListQuery<CallFilter>) -> Result<Answer, Problem> {
    app.list(query, call::list).await
}

/// Get a call.
///
/// With its dates, its documents and the languages they exist in, who may apply, and what came of it. What is
/// not known is null.
#[utoipa::path(
    get, path = "/v1/calls/{key}", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "county-pilots-2018")),
    responses((status = 200, body = Call))
)]
async fn get_call(ask: Ask, of: Of<Call>, _: Query<()>) -> Result<Answer, Problem> {
    ask.get::<Call>(of.0, KnownAt(None)).await
}
