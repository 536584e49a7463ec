//! Decisions.

use actix_web::web::Data;
use digituki_domain::call::Call;
use digituki_domain::decision::{CallDecision, Decision, DecisionFilter, DecisionId};
use digituki_domain::key::Key;
use digituki_persistence::decision;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::body::Body;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type DecisionList = ListOf<Decision>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, decide_call, list_decisions, get_decision);
}

impl FromQuery for DecisionFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            call: query.each("call"),
            applicant: query.each("applicant"),
            decision_result: query.each("decision_result"),
        }
    }
}

/// Decide on a call.
///
/// On every application that waits for it, at once: the decisions are published, and the pilots and grants that the call is to
/// bring about are created with them. A call that is under evaluation; or an open one that has no `closes_at`.
#[utoipa::path(
    post, path = "/v1/calls/{key}/decide", tag = "decisions",
    params(("key" = Key, Path, description = "The call's key.", example = "regional-coordination-continuous")),
    request_body = CallDecision, responses((status = 200, body = Call))
)]
async fn decide_call(write: Write, of: Of<Call>, _: Query<()>, body: Body<CallDecision>) -> Result<Answer, Problem> {
    write.act_with::<Call, _>(of.0, body, |tx, before, said| decision::decide(tx, before, &said)).await
}

/// List decisions.
///
/// Decisions on applications, oldest first. They are public; the applications are not.
#[utoipa::path(
    get, path = "/v1/decisions", tag = "decisions",
    params(DecisionFilter, Paging), responses((status = 200, body = DecisionList))
)]
async fn list_decisions(app: Data<App>, query: ListQuery<DecisionFilter>) -> Result<Answer, Problem> {
    app.list(query, decision::list).await
}

/// Get a decision.
///
/// With its reasons, how to appeal, and the pilot and the grant that came of it.
#[utoipa::path(
    get, path = "/v1/decisions/{id}", tag = "decisions",
    params(
        ("id" = DecisionId, Path, description = "The decision's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Decision))
)]
async fn get_decision(ask: Ask, of: Of<Decision>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Decision>(of.0, query.0).await
}
