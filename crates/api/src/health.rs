//! Whether the process lives, and whether it can do its work.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
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
    #[schema(min_length = 4, max_length = 5, pattern = "^(live|ready)$", example = "live")]
    status: &'static str,
}

impl Health {
    /// Of this moment: a proxy must neither keep it nor be told that what it has still holds.
    fn answer(&self) -> HttpResponse {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(self)
    }
}

/// Say whether the process lives.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, body = Health)))]
async fn get_live(_: Query<()>) -> impl Responder {
    Health { status: "live" }.answer()
}

/// Say whether the registry can answer: its database is reachable, migrated and loaded.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses((status = 200, body = Health)))]
async fn get_ready(app: Data<App>, _: Query<()>) -> Result<HttpResponse, Problem> {
    app.read(|_| Ok(())).await?;
    Ok(Health { status: "ready" }.answer())
}
