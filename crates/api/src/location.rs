//! Locations: places where support is given.

use actix_web::web::Data;
use actix_web::{Either, HttpRequest, HttpResponse};
use digituki_domain::at::At;
use digituki_domain::external_id::{Source, SourceId};
use digituki_domain::location::{Location, LocationFacts, LocationFilter, LocationId};
use digituki_domain::merge::Merge;
use digituki_domain::push::PushOptions;
use digituki_persistence::page::Asked;
use digituki_persistence::{AnyConnection, location};

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of, OpenStateAt, external_id};
use crate::http::body::{Body, Empty, Patch};
use crate::http::export::{FeaturesOf, Listed, Reading, Shape, Table};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::push::{PushOf, PushReport, Rows};
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

type LocationList = ListOf<Location>;
type LocationsFacts = PushOf<LocationFacts>;
type LocationFeatures = FeaturesOf<Location>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_locations, create_location, get_location, replace_location, change_location);
    operations!(routes, delete_location, verify_location, merge_location, list_location_history);
    operations!(routes, get_location_by_source, put_location_by_source, push_locations);
}

impl FromQuery for LocationFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            organisation: query.each("organisation"),
            municipality: query.each("municipality"),
            region: query.each("region"),
            postcode: query.each("postcode"),
            freshness: query.each("freshness"),
            source: query.each("source"),
            q: query.letters("q"),
            open_state_at: query.one("open_state_at"),
        }
    }
}

pub(crate) const SHAPE: Shape = Shape {
    point: Some("/point"),
    columns: &[
        ("id", "/id"),
        ("name_fi", "/names/fi"),
        ("name_sv", "/names/sv"),
        ("name_en", "/names/en"),
        ("street_fi", "/address/street/fi"),
        ("street_sv", "/address/street/sv"),
        ("postcode", "/address/postcode"),
        ("municipality", "/address/municipality/code"),
        ("lat", "/point/lat"),
        ("lon", "/point/lon"),
        ("opening_hours", "/opening_hours/osm"),
        ("phone", "/phone"),
        ("organisation", "/organisation/id"),
        ("freshness", "/freshness"),
        ("verified_at", "/verified_at"),
        ("valid_from", "/valid_from"),
        ("valid_to", "/valid_to"),
        ("demonstration", "/demonstration"),
    ],
};

/// List locations.
///
/// The places that were there on the day asked about, alphabetically by name (å, ä and ö last). As
/// `application/geo+json` a page comes as GeoJSON; as `text/csv` or `application/x-ndjson` all of them come in one
/// stream, whatever `limit` says.
#[utoipa::path(
    get, path = "/v1/locations", tag = "locations",
    params(LocationFilter, Paging),
    responses((status = 200, content(
        (LocationList = "application/json"), (LocationFeatures = "application/geo+json"), (Table = "text/csv"),
        (Location = "application/x-ndjson")
    )))
)]
async fn list_locations(
    app: Data<App>,
    request: HttpRequest,
    query: ListQuery<LocationFilter>,
) -> Result<Either<Answer, HttpResponse>, Problem> {
    let work = |db: &mut AnyConnection, asked: &Asked<LocationFilter>| location::list(db, asked).map(Listed::from);
    App::export(app, &request, query, &SHAPE, (Reading::Snapshot, work)).await
}

/// Create a location.
///
/// A location shows to everyone. It is kept by the organisation that the caller works for, or lies in a region that it
/// works for. A point may be given in EPSG:3067, and hours as OpenStreetMap writes them. What is worth another look stands
/// in `notices`.
#[utoipa::path(
    post, path = "/v1/locations", tag = "locations",
    request_body = LocationFacts, responses((status = 201, body = Location))
)]
async fn create_location(write: Write, _: Query<()>, body: Body<LocationFacts>) -> Result<Answer, Problem> {
    write.create::<Location>(body).await
}

/// Get a location.
///
/// As it is now, or as the registry said it was at the instant `known_at`; with `open_state_at`, whether it is open.
#[utoipa::path(
    get, path = "/v1/locations/{id}", tag = "locations",
    params(
        ("id" = LocationId, Path, description = "The location's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant."),
        ("open_state_at" = Option<At>, Query, description = "Asks for `open_state`: at an instant, or `now`.")
    ),
    responses((status = 200, body = Location), (status = 301, description = "It was merged into another one."))
)]
async fn get_location(ask: Ask, of: Of<Location>, query: Query<(KnownAt, OpenStateAt)>) -> Result<Answer, Problem> {
    let (known_at, OpenStateAt(at)) = query.0;
    ask.get_with(of.0, known_at, move |found: Location, moment| match at {
        Some(at) => found.with_open_state(at.instant(moment)),
        None => found,
    })
    .await
}

/// Replace a location.
///
/// What the body leaves out becomes null or empty.
#[utoipa::path(
    put, path = "/v1/locations/{id}", tag = "locations",
    params(("id" = LocationId, Path, description = "The location's id.")),
    request_body = LocationFacts, responses((status = 200, body = Location))
)]
async fn replace_location(
    write: Write,
    of: Of<Location>,
    _: Query<()>,
    body: Body<LocationFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Location>(of.0, body).await
}

/// Change some fields of a location.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the
/// whole list.
#[utoipa::path(
    patch, path = "/v1/locations/{id}", tag = "locations",
    params(("id" = LocationId, Path, description = "The location's id.")),
    request_body(content = LocationFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Location))
)]
async fn change_location(write: Write, of: Of<Location>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Location>(of.0, patch).await
}

/// Delete a location.
///
/// For what was entered by mistake: a place that is no more gets a `valid_to`. Where a service is still given at it, the
/// answer is 409. Its history remains.
#[utoipa::path(
    delete, path = "/v1/locations/{id}", tag = "locations",
    params(("id" = LocationId, Path, description = "The location's id.")),
    responses((status = 204))
)]
async fn delete_location(write: Write, of: Of<Location>, _: Query<()>) -> Result<Answer, Problem> {
    write.delete::<Location>(of.0).await
}

/// Say that a location's information is still true.
///
/// Somebody has seen it now: `verified_at` is the present instant.
#[utoipa::path(
    post, path = "/v1/locations/{id}/verify", tag = "locations",
    params(("id" = LocationId, Path, description = "The location's id.")),
    responses((status = 200, body = Location))
)]
async fn verify_location(write: Write, of: Of<Location>, _: Query<()>, body: Empty) -> Result<Answer, Problem> {
    write.act::<Location>(of.0, body, location::verify).await
}

/// Merge another location into this one.
///
/// For two that are one. This one keeps its id and what it says, takes its place in all services, takes over what other
/// systems call it, and the other one's address leads here for ever (301).
#[utoipa::path(
    post, path = "/v1/locations/{id}/merge", tag = "locations",
    params(("id" = LocationId, Path, description = "The id of the location that remains.")),
    request_body = Merge, responses((status = 200, body = Location))
)]
async fn merge_location(write: Write, of: Of<Location>, _: Query<()>, body: Body<Merge>) -> Result<Answer, Problem> {
    write.merge::<Location>(of.0, body).await
}

/// List the changes of a location.
///
/// Oldest first, each with the location as it was after it; also of one that was deleted.
#[utoipa::path(
    get, path = "/v1/locations/{id}/history", tag = "locations",
    params(("id" = LocationId, Path, description = "The location's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_location_history(app: Data<App>, of: Of<Location>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Location>(of.0, query).await
}

/// Get the location that a source calls so.
///
/// By the id that another system has for it, such as the national service catalogue: `external_ids` lists them.
#[utoipa::path(
    get, path = "/v1/locations/by-source/{source}/{source_id}", tag = "locations",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the location.")
    ),
    responses((status = 200, body = Location))
)]
async fn get_location_by_source(ask: Ask, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    ask.get_by_source::<Location>(external_id(&request)?).await
}

/// Create or replace the location that a source calls so.
///
/// For systems that push what they hold, each under a source of its own: the registry may keep a source for one system. The body need not repeat the source's id. A location that somebody
/// else has changed since this client's last push is not overwritten unseen: then If-Match is needed (428). What
/// says nothing new changes nothing.
#[utoipa::path(
    put, path = "/v1/locations/by-source/{source}/{source_id}", tag = "locations",
    params(
        ("source" = Source, Path, description = "The system that calls it so."),
        ("source_id" = SourceId, Path, description = "What it calls the location.")
    ),
    request_body = LocationFacts,
    responses((status = 200, body = Location), (status = 201, body = Location, description = "It is new."))
)]
async fn put_location_by_source(
    write: Write,
    request: HttpRequest,
    _: Query<()>,
    body: Body<LocationFacts>,
) -> Result<Answer, Problem> {
    write.upsert::<Location>(external_id(&request)?, body).await
}

/// Create or replace the locations that a source calls so.
///
/// Up to 500 rows at once, each with what the source calls the location, and the location as one is written alone
/// (`put_location_by_source`), in the order in which they come. All are taken or none; with `mode=partial` those without
/// faults. The answer tells what became of each row: `/rows/17/facts/names` is a place in the eighteenth. A location that
/// somebody else has changed since this client's last push is refused here (`precondition_required`) and written alone,
/// with If-Match. What says nothing new changes nothing: push everything every night if you like.
#[utoipa::path(
    post, path = "/v1/locations/by-source/{source}", tag = "locations",
    params(("source" = Source, Path, description = "The system that calls them so."), PushOptions),
    request_body = LocationsFacts, responses((status = 200, body = PushReport))
)]
async fn push_locations(write: Write, query: Query<PushOptions>, rows: Rows<LocationFacts>) -> Result<Answer, Problem> {
    write.push::<Location>(query.0, rows).await
}
