//! Assessments.

use actix_web::web::Data;
use digituki_domain::assessment::{Assessment, AssessmentFacts, AssessmentFilter, AssessmentId, AssessmentTransition};
use digituki_persistence::assessment;

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

type AssessmentList = ListOf<Assessment>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_assessments, get_assessment, replace_assessment, change_assessment);
    operations!(routes, transition_assessment, list_assessment_history);
}

impl FromQuery for AssessmentFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            round: query.each("round"),
            assessment_kind: query.each("assessment_kind"),
            subject: query.each("subject"),
            assessment_status: query.each("assessment_status"),
            late: query.truth("late"),
        }
    }
}

/// List assessments.
///
/// Those that are confirmed, and beyond that a subject its own and the national developer and the ministry all; by subject, and of
/// each as they were asked for. Each with what it comes to, and with what has changed since the last cycle.
#[utoipa::path(
    get, path = "/v1/assessments", tag = "assessments",
    params(AssessmentFilter, Paging), responses((status = 200, body = AssessmentList))
)]
async fn list_assessments(app: Data<App>, query: ListQuery<AssessmentFilter>) -> Result<Answer, Problem> {
    app.list(query, assessment::list).await
}

/// Get an assessment.
///
/// With its answers and what they come to, the figures that the registry filled in, its improvement actions, and what has changed
/// since the subject's last confirmed assessment of the same kind.
#[utoipa::path(
    get, path = "/v1/assessments/{id}", tag = "assessments",
    params(
        ("id" = AssessmentId, Path, description = "The assessment's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Assessment))
)]
async fn get_assessment(ask: Ask, of: Of<Assessment>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Assessment>(of.0, query.0).await
}

/// Replace the answers and the improvement actions of an assessment.
///
/// What the body leaves out becomes empty. While it is in progress or returned, and its round is open or past due; else 409.
#[utoipa::path(
    put, path = "/v1/assessments/{id}", tag = "assessments",
    params(("id" = AssessmentId, Path, description = "The assessment's id.")),
    request_body = AssessmentFacts, responses((status = 200, body = Assessment))
)]
async fn replace_assessment(
    write: Write,
    of: Of<Assessment>,
    _: Query<()>,
    body: Body<AssessmentFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Assessment>(of.0, body).await
}

/// Change the answers or the improvement actions of an assessment.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, a list takes the place of the whole list. While it is in progress
/// or returned, and its round is open or past due; else 409.
#[utoipa::path(
    patch, path = "/v1/assessments/{id}", tag = "assessments",
    params(("id" = AssessmentId, Path, description = "The assessment's id.")),
    request_body(content = AssessmentFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Assessment))
)]
async fn change_assessment(write: Write, of: Of<Assessment>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Assessment>(of.0, patch).await
}

/// Take a step with an assessment.
///
/// Start it, with the figures of the registry and what the last cycle left to be done; refresh the figures; submit it; return it with
/// remarks; confirm it, which is final and publishes it. The state machine `assessment` says who may take which step when.
#[utoipa::path(
    post, path = "/v1/assessments/{id}/transitions", tag = "assessments",
    params(("id" = AssessmentId, Path, description = "The assessment's id.")),
    request_body = AssessmentTransition, responses((status = 200, body = Assessment))
)]
async fn transition_assessment(
    write: Write,
    of: Of<Assessment>,
    _: Query<()>,
    body: Body<AssessmentTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<Assessment, _>(of.0, body, assessment::transition).await
}

/// List the changes of an assessment.
///
/// Oldest first, each with the assessment as it was after it.
#[utoipa::path(
    get, path = "/v1/assessments/{id}/history", tag = "assessments",
    params(
        ("id" = AssessmentId, Path, description = "The assessment's id.", example = "019ac0de-0000-7000-8000-0000000000b3"),
        Paging
    ),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_assessment_history(app: Data<App>, of: Of<Assessment>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Assessment>(of.0, query).await
}
