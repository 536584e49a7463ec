//! The contract: the OpenAPI document, generated from the operations and completed with what holds
//! for all of them.

mod complete;

use actix_web::web::Data;
use serde_json::Value;

use crate::app::{self, App};
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_openapi);
}

/// The document as it is published.
pub fn document() -> Value {
    let document = serde_json::to_value(app::routes().document()).unwrap_or_default();
    complete::complete(document)
}

/// Get this contract, as an OpenAPI 3.1 document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "contract", responses((status = 200, body = Object)))]
async fn get_openapi(app: Data<App>, _: Query<()>) -> Result<Answer, Problem> {
    Answer::json(&*app.document)
}
