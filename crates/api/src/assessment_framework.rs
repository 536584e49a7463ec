//! Assessment frameworks.

use actix_web::web::Data;
use digituki_domain::assessment_framework::{
    AssessmentFramework, AssessmentFrameworkFacts, AssessmentFrameworkFilter, FrameworkCommentFacts,
    FrameworkTransition,
};
use digituki_domain::key::Key;
use digituki_persistence::assessment_framework;

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

type AssessmentFrameworkList = ListOf<AssessmentFramework>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_frameworks, create_framework, get_framework, replace_framework, change_framework);
    operations!(routes, delete_framework, transition_framework, comment_on_framework, list_framework_history);
}

impl FromQuery for AssessmentFrameworkFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            assessment_kind: query.each("assessment_kind"),
            framework_status: query.each("framework_status"),
            predecessor: query.each("predecessor"),
        }
    }
}

/// List assessment frameworks.
///
/// The principles of assessing need, availability and regional coordination itself (arvioinnin periaatteet,
/// utvärderingsprinciper), by key. Each is one version; drafts show to the national developer and the ministry alone.
#[utoipa::path(
    get, path = "/v1/assessment-frameworks", tag = "assessment_frameworks",
    params(AssessmentFrameworkFilter, Paging), responses((status = 200, body = AssessmentFrameworkList))
)]
async fn list_frameworks(app: Data<App>, query: ListQuery<AssessmentFrameworkFilter>) -> Result<Answer, Problem> {
    app.list(query, assessment_framework::list).await
}

/// Create an assessment framework.
///
/// A draft: the first version, or one that follows another of the same kind. Each criterion has five levels, and each level says
/// in Finnish, Swedish and English what it looks like.
#[utoipa::path(
    post, path = "/v1/assessment-frameworks", tag = "assessment_frameworks",
    request_body = AssessmentFrameworkFacts, responses((status = 201, body = AssessmentFramework))
)]
async fn create_framework(write: Write, _: Query<()>, body: Body<AssessmentFrameworkFacts>) -> Result<Answer, Problem> {
    write.create::<AssessmentFramework>(body).await
}

/// Get an assessment framework.
///
/// With its goals, criteria and levels, what became of its predecessor's criteria, and what regions said of it.
#[utoipa::path(
    get, path = "/v1/assessment-frameworks/{key}", tag = "assessment_frameworks",
    params(
        ("key" = Key, Path, description = "The framework's key.", example = "regional-self-assessment-1"),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = AssessmentFramework))
)]
async fn get_framework(ask: Ask, of: Of<AssessmentFramework>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<AssessmentFramework>(of.0, query.0).await
}

/// Replace an assessment framework.
///
/// While it is a draft; from then on it stays as it is (409). What the body leaves out becomes null or empty.
#[utoipa::path(
    put, path = "/v1/assessment-frameworks/{key}", tag = "assessment_frameworks",
    params(("key" = Key, Path, description = "The framework's key.", example = "regional-self-assessment-2")),
    request_body = AssessmentFrameworkFacts, responses((status = 200, body = AssessmentFramework))
)]
async fn replace_framework(
    write: Write,
    of: Of<AssessmentFramework>,
    _: Query<()>,
    body: Body<AssessmentFrameworkFacts>,
) -> Result<Answer, Problem> {
    write.replace::<AssessmentFramework>(of.0, body).await
}

/// Change some fields of an assessment framework.
///
/// While it is a draft. A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of
/// the whole list.
#[utoipa::path(
    patch, path = "/v1/assessment-frameworks/{key}", tag = "assessment_frameworks",
    params(("key" = Key, Path, description = "The framework's key.", example = "regional-self-assessment-2")),
    request_body(content = AssessmentFrameworkFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AssessmentFramework))
)]
async fn change_framework(
    write: Write,
    of: Of<AssessmentFramework>,
    _: Query<()>,
    patch: Patch,
) -> Result<Answer, Problem> {
    write.change::<AssessmentFramework>(of.0, patch).await
}

/// Delete an assessment framework.
///
/// A draft. One that is open for comments is revised first, and one that was published stays for good (409).
#[utoipa::path(
    delete, path = "/v1/assessment-frameworks/{key}", tag = "assessment_frameworks",
    params(("key" = Key, Path, description = "The framework's key.", example = "regional-self-assessment-2")),
    responses((status = 204))
)]
async fn delete_framework(write: Write, of: Of<AssessmentFramework>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<AssessmentFramework>(of.0).await
}

/// Take a step with an assessment framework.
///
/// Open it for comments, revise it, publish it, retire it: the state machine `assessment_framework` says which when. To be
/// published, a version says what became of each of its predecessor's criteria, and is the only one that follows it.
#[utoipa::path(
    post, path = "/v1/assessment-frameworks/{key}/transitions", tag = "assessment_frameworks",
    params(("key" = Key, Path, description = "The framework's key.", example = "regional-availability-assessment-1")),
    request_body = FrameworkTransition, responses((status = 200, body = AssessmentFramework))
)]
async fn transition_framework(
    write: Write,
    of: Of<AssessmentFramework>,
    _: Query<()>,
    body: Body<FrameworkTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<AssessmentFramework, _>(of.0, body, assessment_framework::transition).await
}

/// Comment on an assessment framework.
///
/// While it is open for comments, by a regional coordinator or expert for one of their own regions. Everyone reads the comment;
/// who wrote it is not kept.
#[utoipa::path(
    post, path = "/v1/assessment-frameworks/{key}/comments", tag = "assessment_frameworks",
    params(("key" = Key, Path, description = "The framework's key.", example = "regional-need-assessment-2")),
    request_body = FrameworkCommentFacts, responses((status = 200, body = AssessmentFramework))
)]
async fn comment_on_framework(
    write: Write,
    of: Of<AssessmentFramework>,
    _: Query<()>,
    body: Body<FrameworkCommentFacts>,
) -> Result<Answer, Problem> {
    write.act_with::<AssessmentFramework, _>(of.0, body, assessment_framework::comment).await
}

/// List the changes of an assessment framework.
///
/// Oldest first, each with the framework as it was after it.
#[utoipa::path(
    get, path = "/v1/assessment-frameworks/{key}/history", tag = "assessment_frameworks",
    params(
        ("key" = Key, Path, description = "The framework's key.", example = "regional-self-assessment-1"),
        Paging
    ),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_framework_history(
    app: Data<App>,
    of: Of<AssessmentFramework>,
    query: ListQuery<()>,
) -> Result<Answer, Problem> {
    app.history::<AssessmentFramework>(of.0, query).await
}
