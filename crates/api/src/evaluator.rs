//! Evaluators: the clients that are named on a call.

use digituki_domain::call::{Call, Evaluators, EvaluatorsFacts};
use digituki_domain::key::Key;
use digituki_persistence::call;

use crate::http::answer::Answer;
use crate::http::ask::{Ask, Of};
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_evaluators, replace_evaluators);
}

/// Get the evaluators of a call.
///
/// The clients that may read and evaluate what is submitted to it. For the national developer and the ministry.
#[utoipa::path(
    get, path = "/v1/calls/{key}/evaluators", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    responses((status = 200, body = Evaluators))
)]
async fn get_evaluators(ask: Ask, of: Of<Call>, _: Query<()>) -> Result<Answer, Problem> {
    ask.get_part::<Call, Evaluators>(of.0).await
}

/// Replace the evaluators of a call.
///
/// From then on they read what is submitted to it, and those that are named no more read it no longer.
#[utoipa::path(
    put, path = "/v1/calls/{key}/evaluators", tag = "calls",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    request_body = EvaluatorsFacts, responses((status = 200, body = Evaluators))
)]
async fn replace_evaluators(
    write: Write,
    of: Of<Call>,
    _: Query<()>,
    body: Body<EvaluatorsFacts>,
) -> Result<Answer, Problem> {
    write
        .replace_part::<Call, EvaluatorsFacts, Evaluators>(of.0, body, |tx, before, facts| {
            call::name_evaluators(tx, before, facts.clients)
        })
        .await
}
