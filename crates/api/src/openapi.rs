//! The contract, served.

use std::sync::LazyLock;

use actix_web::web::Bytes;

use crate::contract;
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};

/// Written when it is first asked for: that takes more memory than all else at the start.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| contract::document().to_string().into());

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_openapi);
}

/// Get this contract, as an OpenAPI 3.1 document.
///
/// Self-contained, and open to pages of any origin.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "contract", responses((status = 200, body = Object)))]
async fn get_openapi(_: Query<()>) -> Result<Answer, Problem> {
    Ok(Answer::written(DOCUMENT.clone()))
}
