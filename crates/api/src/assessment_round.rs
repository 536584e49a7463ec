//! Rounds of assessments.

use actix_web::web::Data;
use digituki_domain::assessment_round::{
    AssessmentRound, AssessmentRoundFacts, AssessmentRoundFilter, AssessmentRoundId, AssessmentRoundTransition,
};
use digituki_persistence::assessment_round;

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

type AssessmentRoundList = ListOf<AssessmentRound>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_rounds, create_round, get_round, replace_round, change_round, delete_round);
    operations!(routes, transition_round, list_round_history);
}

impl FromQuery for AssessmentRoundFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            framework: query.each("framework"),
            assessment_kind: query.each("assessment_kind"),
            subject_kind: query.each("subject_kind"),
            round_status: query.each("round_status"),
        }
    }
}

/// List rounds of assessments.
///
/// Those that are due first first, each with how far it has come. Their status follows the clock, and how far they have come is as
/// of the reading. Drafts show to the national developer and the ministry alone.
#[utoipa::path(
    get, path = "/v1/assessment-rounds", tag = "assessment_rounds",
    params(AssessmentRoundFilter, Paging), responses((status = 200, body = AssessmentRoundList))
)]
async fn list_rounds(app: Data<App>, query: ListQuery<AssessmentRoundFilter>) -> Result<Answer, Problem> {
    app.list(query, assessment_round::list).await
}

/// Create a round of assessments.
///
/// A draft: nobody is asked yet. The step `publish` gives each of those who are asked an assessment to start.
#[utoipa::path(
    post, path = "/v1/assessment-rounds", tag = "assessment_rounds",
    request_body = AssessmentRoundFacts, responses((status = 201, body = AssessmentRound))
)]
async fn create_round(write: Write, _: Query<()>, body: Body<AssessmentRoundFacts>) -> Result<Answer, Problem> {
    write.create::<AssessmentRound>(body).await
}

/// Get a round of assessments.
///
/// With who is asked, how many have answered in time, late or not at all, and whom to remind.
#[utoipa::path(
    get, path = "/v1/assessment-rounds/{id}", tag = "assessment_rounds",
    params(
        ("id" = AssessmentRoundId, Path, description = "The round's id.", example = "019ac0de-0000-7000-8000-0000000000b1"),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = AssessmentRound))
)]
async fn get_round(ask: Ask, of: Of<AssessmentRound>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<AssessmentRound>(of.0, query.0).await
}

/// Replace a round of assessments.
///
/// Once it is published, its framework stays, its last day moves to a later one only, and others may join those who are asked but
/// none leaves; once it is open, its period and its first day stay too; once it is closed, all of it (409).
#[utoipa::path(
    put, path = "/v1/assessment-rounds/{id}", tag = "assessment_rounds",
    params(("id" = AssessmentRoundId, Path, description = "The round's id.")),
    request_body = AssessmentRoundFacts, responses((status = 200, body = AssessmentRound))
)]
async fn replace_round(
    write: Write,
    of: Of<AssessmentRound>,
    _: Query<()>,
    body: Body<AssessmentRoundFacts>,
) -> Result<Answer, Problem> {
    write.replace::<AssessmentRound>(of.0, body).await
}

/// Change some fields of a round of assessments.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, a list takes the place of the whole list. What stays once the
/// round is published, open or closed is what stays where it is replaced (409).
#[utoipa::path(
    patch, path = "/v1/assessment-rounds/{id}", tag = "assessment_rounds",
    params(("id" = AssessmentRoundId, Path, description = "The round's id.")),
    request_body(content = AssessmentRoundFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AssessmentRound))
)]
async fn change_round(write: Write, of: Of<AssessmentRound>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<AssessmentRound>(of.0, patch).await
}

/// Delete a round of assessments.
///
/// A draft alone. What was published is closed, and stays (409).
#[utoipa::path(
    delete, path = "/v1/assessment-rounds/{id}", tag = "assessment_rounds",
    params(("id" = AssessmentRoundId, Path, description = "The round's id.")),
    responses((status = 204))
)]
async fn delete_round(write: Write, of: Of<AssessmentRound>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<AssessmentRound>(of.0).await
}

/// Take a step with a round of assessments.
///
/// Publish it, or close it once it is past due: the state machine `assessment_round` says which when. What follows the clock nobody
/// takes.
#[utoipa::path(
    post, path = "/v1/assessment-rounds/{id}/transitions", tag = "assessment_rounds",
    params(("id" = AssessmentRoundId, Path, description = "The round's id.", example = "019ac0de-0000-7000-8000-0000000000b2")),
    request_body = AssessmentRoundTransition, responses((status = 200, body = AssessmentRound))
)]
async fn transition_round(
    write: Write,
    of: Of<AssessmentRound>,
    _: Query<()>,
    body: Body<AssessmentRoundTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<AssessmentRound, _>(of.0, body, assessment_round::transition).await
}

/// List the changes of a round of assessments.
///
/// Oldest first, each with the round as it was after it. How far it had come is as of the reading.
#[utoipa::path(
    get, path = "/v1/assessment-rounds/{id}/history", tag = "assessment_rounds",
    params(("id" = AssessmentRoundId, Path, description = "The round's id.", example = "019ac0de-0000-7000-8000-0000000000b1"), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_round_history(app: Data<App>, of: Of<AssessmentRound>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<AssessmentRound>(of.0, query).await
}
