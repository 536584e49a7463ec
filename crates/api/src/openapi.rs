//! The contract, served.

use actix_web::web::Data;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_openapi);
}

/// Get this contract, as an OpenAPI 3.1 document.
///
/// Self-contained, and open to pages of any origin.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "contract", responses((status = 200, body = Object)))]
async fn get_openapi(app: Data<App>, _: Query<()>) -> Result<Answer, Problem> {
    Answer::json(&*app.document)
}
