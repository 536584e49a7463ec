//! Pilots.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::pilot::{Pilot, PilotFilter, PilotId};
use digituki_persistence::pilot;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

type PilotList = ListOf<Pilot>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_pilots, get_pilot);
}

impl FromQuery for PilotFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            programme: query.each("programme"),
            call: query.each("call"),
            region: query.each_area("region", AreaKind::Region),
            lead: query.each("lead"),
            pilot_status: query.each("pilot_status"),
        }
    }
}

/// List pilots.
///
/// Alphabetically by name (å, ä and ö last).
#[utoipa::path(
    get, path = "/v1/pilots", tag = "pilots",
    params(PilotFilter, Paging), responses((status = 200, body = PilotList))
)]
async fn list_pilots(app: Data<App>, query: ListQuery<PilotFilter>) -> Result<Answer, Problem> {
    app.list(query, pilot::list).await
}

/// Get a pilot.
///
/// With the organisation that leads it, its areas, its objectives and its tasks.
#[utoipa::path(
    get, path = "/v1/pilots/{id}", tag = "pilots",
    params(("id" = PilotId, Path, description = "The pilot's id.", example = "6706b694-371e-5164-8139-887f741eafcf")),
    responses((status = 200, body = Pilot))
)]
async fn get_pilot(ask: Ask, of: Of<Pilot>, _: Query<()>) -> Result<Answer, Problem> {
    ask.get::<Pilot>(of.0, KnownAt(None)).await
}
