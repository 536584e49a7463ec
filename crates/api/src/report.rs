//! Reports.

use actix_web::web::Data;
use digituki_domain::report::{Report, ReportFacts, ReportFilter, ReportId, ReportTransition};
use digituki_persistence::report;

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

type ReportList = ListOf<Report>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_reports, create_report, get_report, replace_report, change_report);
    operations!(routes, transition_report, list_report_history);
}

impl FromQuery for ReportFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            grant: query.each("grant"),
            report_type: query.each("report_type"),
            report_status: query.each("report_status"),
        }
    }
}

/// List reports.
///
/// Those that the caller may read, those that are due first first: a beneficiary its own, the national developer and the ministry
/// all. What is awaited is overdue by the clock.
#[utoipa::path(
    get, path = "/v1/reports", tag = "reports",
    params(ReportFilter, Paging), responses((status = 200, body = ReportList))
)]
async fn list_reports(app: Data<App>, query: ListQuery<ReportFilter>) -> Result<Answer, Problem> {
    app.list(query, report::list).await
}

/// Create a report.
///
/// One that is asked for: on which grant, of which period, until when. The beneficiary tells it by the step `submit`.
#[utoipa::path(
    post, path = "/v1/reports", tag = "reports",
    request_body = ReportFacts, responses((status = 201, body = Report))
)]
async fn create_report(write: Write, _: Query<()>, body: Body<ReportFacts>) -> Result<Answer, Problem> {
    write.create::<Report>(body).await
}

/// Get a report.
///
/// With what it tells, where it stands and what has happened to it.
#[utoipa::path(
    get, path = "/v1/reports/{id}", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Report))
)]
async fn get_report(ask: Ask, of: Of<Report>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Report>(of.0, query.0).await
}

/// Replace what is asked for by a report.
///
/// As long as it is due or overdue; else 409.
#[utoipa::path(
    put, path = "/v1/reports/{id}", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id.")),
    request_body = ReportFacts, responses((status = 200, body = Report))
)]
async fn replace_report(
    write: Write,
    of: Of<Report>,
    _: Query<()>,
    body: Body<ReportFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Report>(of.0, body).await
}

/// Change some of what is asked for by a report.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays. As long as it is due or overdue; else 409.
#[utoipa::path(
    patch, path = "/v1/reports/{id}", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id.")),
    request_body(content = ReportFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Report))
)]
async fn change_report(write: Write, of: Of<Report>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Report>(of.0, patch).await
}

/// Take a step with a report.
///
/// Submit it with what it tells, return it, verify it, accept it: the state machine `report` says who may take which step when.
#[utoipa::path(
    post, path = "/v1/reports/{id}/transitions", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id.")),
    request_body = ReportTransition, responses((status = 200, body = Report))
)]
async fn transition_report(
    write: Write,
    of: Of<Report>,
    _: Query<()>,
    body: Body<ReportTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<Report, _>(of.0, body, report::transition).await
}

/// List the changes of a report.
///
/// Oldest first, each with the report as it was after it.
#[utoipa::path(
    get, path = "/v1/reports/{id}/history", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_report_history(app: Data<App>, of: Of<Report>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Report>(of.0, query).await
}
