//! Applications.

use actix_web::web::Data;
use digituki_domain::application::{
    Application, ApplicationFacts, ApplicationFilter, ApplicationId, ApplicationTransition,
};
use digituki_domain::area::AreaKind;
use digituki_persistence::application;

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

type ApplicationList = ListOf<Application>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_applications, create_application, get_application, replace_application);
    operations!(routes, change_application, delete_application, transition_application, list_application_history);
}

impl FromQuery for ApplicationFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            call: query.each("call"),
            applicant: query.each("applicant"),
            region: query.each_area("region", AreaKind::Region),
            application_status: query.each("application_status"),
        }
    }
}

/// List applications.
///
/// Those that the caller may read, alphabetically by name (å, ä and ö last): the applicant its own, evaluators what was
/// submitted to their calls, the national developer and the ministry all but others' drafts.
#[utoipa::path(
    get, path = "/v1/applications", tag = "applications",
    params(ApplicationFilter, Paging), responses((status = 200, body = ApplicationList))
)]
async fn list_applications(app: Data<App>, query: ListQuery<ApplicationFilter>) -> Result<Answer, Problem> {
    app.list(query, application::list).await
}

/// Create an application.
///
/// A draft, which nobody but the applicant sees unless `open_for_comments` is true. The call is upcoming or open, and takes
/// organisations of the applicant's type.
#[utoipa::path(
    post, path = "/v1/applications", tag = "applications",
    request_body = ApplicationFacts, responses((status = 201, body = Application))
)]
async fn create_application(write: Write, _: Query<()>, body: Body<ApplicationFacts>) -> Result<Answer, Problem> {
    write.create::<Application>(body).await
}

/// Get an application.
///
/// With where it stands and what has happened to it.
#[utoipa::path(
    get, path = "/v1/applications/{id}", tag = "applications",
    params(
        ("id" = ApplicationId, Path, description = "The application's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Application))
)]
async fn get_application(ask: Ask, of: Of<Application>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Application>(of.0, query.0).await
}

/// Replace an application.
///
/// What the body leaves out becomes null or empty. A draft, or one of which additional information is asked; else 409.
#[utoipa::path(
    put, path = "/v1/applications/{id}", tag = "applications",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    request_body = ApplicationFacts, responses((status = 200, body = Application))
)]
async fn replace_application(
    write: Write,
    of: Of<Application>,
    _: Query<()>,
    body: Body<ApplicationFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Application>(of.0, body).await
}

/// Change some fields of an application.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
/// A draft, or one of which additional information is asked; else 409.
#[utoipa::path(
    patch, path = "/v1/applications/{id}", tag = "applications",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    request_body(content = ApplicationFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Application))
)]
async fn change_application(write: Write, of: Of<Application>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Application>(of.0, patch).await
}

/// Delete an application.
///
/// A draft alone. What was submitted is withdrawn, and stays.
#[utoipa::path(
    delete, path = "/v1/applications/{id}", tag = "applications",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    responses((status = 204))
)]
async fn delete_application(write: Write, of: Of<Application>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<Application>(of.0).await
}

/// Take a step with an application.
///
/// Submit it, ask for additional information, provide that, recommend it, withdraw it: the state machine `application` says who
/// may take which step when. One that cannot be taken now is a 409 that names those that can.
#[utoipa::path(
    post, path = "/v1/applications/{id}/transitions", tag = "applications",
    params(("id" = ApplicationId, Path, description = "The application's id.", example = "019ac0de-0000-7000-8000-0000000000a2")),
    request_body = ApplicationTransition, responses((status = 200, body = Application))
)]
async fn transition_application(
    write: Write,
    of: Of<Application>,
    _: Query<()>,
    body: Body<ApplicationTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<Application, _>(of.0, body, application::transition).await
}

/// List the changes of an application.
///
/// Oldest first, each with the application as it was after it.
#[utoipa::path(
    get, path = "/v1/applications/{id}/history", tag = "applications",
    params(("id" = ApplicationId, Path, description = "The application's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_application_history(
    app: Data<App>,
    of: Of<Application>,
    query: ListQuery<()>,
) -> Result<Answer, Problem> {
    app.history::<Application>(of.0, query).await
}
