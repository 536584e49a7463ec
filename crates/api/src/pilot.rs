//! Pilots.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::pilot::{Pilot, PilotFacts, PilotFilter, PilotId, PilotTransition};
use digituki_persistence::pilot;

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

type PilotList = ListOf<Pilot>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_pilots, create_pilot, get_pilot, replace_pilot, change_pilot, transition_pilot);
    operations!(routes, list_pilot_history);
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

/// Create a pilot.
///
/// Planned, until it takes the step `start`. Of an application that is granted, the decision makes one by itself.
#[utoipa::path(
    post, path = "/v1/pilots", tag = "pilots",
    request_body = PilotFacts, responses((status = 201, body = Pilot))
)]
async fn create_pilot(write: Write, _: Query<()>, body: Body<PilotFacts>) -> Result<Answer, Problem> {
    write.create::<Pilot>(body).await
}

/// Get a pilot.
///
/// With the organisation that leads it and those that take part, its areas, its objectives and tasks, how far it has come with
/// them, what it has seen of the operating model, and what it came of.
#[utoipa::path(
    get, path = "/v1/pilots/{id}", tag = "pilots",
    params(
        ("id" = PilotId, Path, description = "The pilot's id.", example = "6706b694-371e-5164-8139-887f741eafcf"),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Pilot))
)]
async fn get_pilot(ask: Ask, of: Of<Pilot>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Pilot>(of.0, query.0).await
}

/// Replace a pilot.
///
/// What the body leaves out becomes null or empty. A pilot stays with its call and its programme (409).
#[utoipa::path(
    put, path = "/v1/pilots/{id}", tag = "pilots",
    params(("id" = PilotId, Path, description = "The pilot's id.")),
    request_body = PilotFacts, responses((status = 200, body = Pilot))
)]
async fn replace_pilot(write: Write, of: Of<Pilot>, _: Query<()>, body: Body<PilotFacts>) -> Result<Answer, Problem> {
    write.replace::<Pilot>(of.0, body).await
}

/// Change some fields of a pilot.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
/// So progress and observations are reported: the list with what is new.
#[utoipa::path(
    patch, path = "/v1/pilots/{id}", tag = "pilots",
    params(("id" = PilotId, Path, description = "The pilot's id.")),
    request_body(content = PilotFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Pilot))
)]
async fn change_pilot(write: Write, of: Of<Pilot>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Pilot>(of.0, patch).await
}

/// Take a step with a pilot.
///
/// Start it, complete it, discontinue it: the state machine `pilot` says who may take which step when. One that cannot be
/// taken now is a 409 that names those that can. A day is not to come, and not before the step before it.
#[utoipa::path(
    post, path = "/v1/pilots/{id}/transitions", tag = "pilots",
    params(("id" = PilotId, Path, description = "The pilot's id.")),
    request_body = PilotTransition, responses((status = 200, body = Pilot))
)]
async fn transition_pilot(
    write: Write,
    of: Of<Pilot>,
    _: Query<()>,
    body: Body<PilotTransition>,
) -> Result<Answer, Problem> {
    write.act_with::<Pilot, _>(of.0, body, pilot::transition).await
}

/// List the changes of a pilot.
///
/// Oldest first, each with the pilot as it was after it.
#[utoipa::path(
    get, path = "/v1/pilots/{id}/history", tag = "pilots",
    params(
        ("id" = PilotId, Path, description = "The pilot's id.", example = "6706b694-371e-5164-8139-887f741eafcf"),
        Paging
    ),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_pilot_history(app: Data<App>, of: Of<Pilot>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Pilot>(of.0, query).await
}
