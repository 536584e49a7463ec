//! Evaluations.

use actix_web::web::Data;
use digituki_domain::evaluation::{Evaluation, EvaluationFacts, EvaluationFilter, EvaluationId};
use digituki_persistence::evaluation;

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

type EvaluationList = ListOf<Evaluation>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_evaluations, create_evaluation, get_evaluation, replace_evaluation);
    operations!(routes, change_evaluation, list_evaluation_history);
}

impl FromQuery for EvaluationFilter {
    fn read(query: &mut Reader) -> Self {
        Self { application: query.each("application"), call: query.each("call"), evaluator: query.each("evaluator") }
    }
}

/// List evaluations.
///
/// Those that the caller may read, oldest first: evaluators their own, the national developer and the ministry all, nobody
/// else any.
#[utoipa::path(
    get, path = "/v1/evaluations", tag = "evaluations",
    params(EvaluationFilter, Paging), responses((status = 200, body = EvaluationList))
)]
async fn list_evaluations(app: Data<App>, query: ListQuery<EvaluationFilter>) -> Result<Answer, Problem> {
    app.list(query, evaluation::list).await
}

/// Create an evaluation.
///
/// Once for each application that waits for a decision, by an evaluator that is named on its call. With a conflict of interest,
/// which whoever works for the applicant or a partner has by that, it is declared and nothing is scored.
#[utoipa::path(
    post, path = "/v1/evaluations", tag = "evaluations",
    request_body = EvaluationFacts, responses((status = 201, body = Evaluation))
)]
async fn create_evaluation(write: Write, _: Query<()>, body: Body<EvaluationFacts>) -> Result<Answer, Problem> {
    write.create::<Evaluation>(body).await
}

/// Get an evaluation.
///
/// With the scores and what they come to by the weights of the criteria.
#[utoipa::path(
    get, path = "/v1/evaluations/{id}", tag = "evaluations",
    params(
        ("id" = EvaluationId, Path, description = "The evaluation's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Evaluation))
)]
async fn get_evaluation(ask: Ask, of: Of<Evaluation>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Evaluation>(of.0, query.0).await
}

/// Replace an evaluation.
///
/// What the body leaves out becomes null or empty. While the application waits for a decision; a declared conflict of interest
/// stays, else 409.
#[utoipa::path(
    put, path = "/v1/evaluations/{id}", tag = "evaluations",
    params(("id" = EvaluationId, Path, description = "The evaluation's id.")),
    request_body = EvaluationFacts, responses((status = 200, body = Evaluation))
)]
async fn replace_evaluation(
    write: Write,
    of: Of<Evaluation>,
    _: Query<()>,
    body: Body<EvaluationFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Evaluation>(of.0, body).await
}

/// Change some fields of an evaluation.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
/// While the application waits for a decision; a declared conflict of interest stays, else 409.
#[utoipa::path(
    patch, path = "/v1/evaluations/{id}", tag = "evaluations",
    params(("id" = EvaluationId, Path, description = "The evaluation's id.")),
    request_body(content = EvaluationFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Evaluation))
)]
async fn change_evaluation(write: Write, of: Of<Evaluation>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Evaluation>(of.0, patch).await
}

/// List the changes of an evaluation.
///
/// Oldest first, each with the evaluation as it was after it.
#[utoipa::path(
    get, path = "/v1/evaluations/{id}/history", tag = "evaluations",
    params(("id" = EvaluationId, Path, description = "The evaluation's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_evaluation_history(app: Data<App>, of: Of<Evaluation>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Evaluation>(of.0, query).await
}
