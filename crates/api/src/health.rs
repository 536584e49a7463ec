//! Whether the process lives, and whether it can do its work.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::{Routes, operations};

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, get_live, get_ready);
}

/// How the registry is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `live` or `ready`.
    #[schema(min_length = 4, max_length = 32, pattern = "^[a-z_]+$", example = "live")]
    status: &'static str,
}

/// Say whether the process lives.
///
/// For whoever starts processes anew: it says nothing of the database.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, body = Health)))]
async fn get_live(_: Query<()>) -> Result<Answer, Problem> {
    Answer::json(&Health { status: "live" })
}

/// Say whether the registry can answer.
///
/// It can when its database is reachable, migrated and loaded; else the answer is 503.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses((status = 200, body = Health)))]
async fn get_ready(app: Data<App>, _: Query<()>) -> Result<Answer, Problem> {
    app.read(|_| Ok(())).await?;
    Answer::json(&Health { status: "ready" })
}
