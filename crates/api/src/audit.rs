//! The audit.

use actix_web::web::Data;
use digituki_domain::audit::{AuditEntry, AuditFilter, ExactName};
use digituki_persistence::audit;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader};
use crate::http::routes::{Routes, operations};

type AuditEntryList = ListOf<AuditEntry>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    routes.add_schema::<ExactName>();
    operations!(routes, list_audit_entries);
}

impl FromQuery for AuditFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            client: query.each_text("client"),
            operation: query.each_text("operation"),
            outcome: query.each("outcome"),
            noun: query.each("noun"),
            object: query.each_text("object"),
            first_day: query.day("first_day"),
            last_day: query.day("last_day"),
        }
    }
}

/// List who did what, and who was denied it.
///
/// Oldest first. Every change and every denial to somebody known; for auditors and the national developer.
#[utoipa::path(
    get, path = "/v1/audit", tag = "audit",
    params(AuditFilter, Paging), responses((status = 200, body = AuditEntryList))
)]
async fn list_audit_entries(app: Data<App>, query: ListQuery<AuditFilter>) -> Result<Answer, Problem> {
    app.list(query, audit::list).await
}
