//! Service points: what a person finds.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{Either, HttpRequest, HttpResponse};
use digituki_domain::at::At;
use digituki_domain::point::{BoundingBox, Near};
use digituki_domain::search::SearchText;
use digituki_domain::service_point::{
    ServicePoint, ServicePointField, ServicePointFilter, ServicePointId, ServicePointSort,
};
use digituki_persistence::AnyConnection;
use digituki_persistence::page::Asked;
use digituki_persistence::service_point::{self, Found, Points};
use serde_json::Map;

use crate::app::App;
use crate::http::answer::{Answer, JSON};
use crate::http::ask::Ask;
use crate::http::export::{self, FeaturesOf, Listed, Reading, Shape, Table};
use crate::http::list::{ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader, path_value};
use crate::http::routes::{Routes, operations};

mod body;

use body::{ServicePointAnswer, excerpt};

type ServicePointFeatures = FeaturesOf<ServicePoint>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_service_points, get_service_point);
    // What only a query names.
    routes.add_schema::<SearchText>();
    routes.add_schema::<At>();
    routes.add_schema::<Near>();
    routes.add_schema::<BoundingBox>();
    routes.add_schema::<ServicePointField>();
    routes.add_schema::<ServicePointSort>();
}

impl FromQuery for ServicePointFilter {
    fn read(query: &mut Reader) -> Self {
        let filter = Self {
            q: query.one("q"),
            as_of: query.day("as_of"),
            near: query.one("near"),
            radius_km: query.decimal("radius_km", 0.1, 500.0),
            bbox: query.one("bbox"),
            municipality: query.each("municipality"),
            region: query.each("region"),
            postcode: query.each("postcode"),
            language: query.each("language"),
            support_form: query.each("support_form"),
            delivery_mode: query.each("delivery_mode"),
            topic: query.each("topic"),
            target_group: query.each("target_group"),
            special_support: query.each("special_support"),
            fee: query.each("fee"),
            access_mode: query.each("access_mode"),
            open_at: query.one("open_at"),
            provider: query.each("provider"),
            freshness: query.each("freshness"),
            remote: query.truth("remote"),
            sort: query.one("sort"),
            fields: query.each("fields"),
            facets: query.each("facets"),
        };
        query.refuse_all(filter.conflicts());
        filter
    }
}

pub(crate) const SHAPE: Shape = Shape {
    point: Some("/location/point"),
    columns: &[
        ("id", "/id"),
        ("name_fi", "/service/names/fi"),
        ("name_sv", "/service/names/sv"),
        ("name_en", "/service/names/en"),
        ("short_description_fi", "/short_descriptions/fi"),
        ("short_description_sv", "/short_descriptions/sv"),
        ("short_description_en", "/short_descriptions/en"),
        ("provider", "/provider/id"),
        ("provider_name_fi", "/provider/names/fi"),
        ("provider_name_sv", "/provider/names/sv"),
        ("location_name_fi", "/location/names/fi"),
        ("location_name_sv", "/location/names/sv"),
        ("street_fi", "/location/address/street/fi"),
        ("street_sv", "/location/address/street/sv"),
        ("postcode", "/location/address/postcode"),
        ("municipality", "/location/address/municipality/code"),
        ("lat", "/location/point/lat"),
        ("lon", "/location/point/lon"),
        ("remote", "/remote"),
        ("support_form", "/support_form"),
        ("delivery_modes", "/delivery_modes"),
        ("topics", "/topics"),
        ("target_groups", "/target_groups"),
        ("special_support", "/special_support"),
        ("languages", "/languages"),
        ("fee", "/fee"),
        ("access_modes", "/access_modes"),
        ("booking_url", "/booking_url"),
        ("opening_hours", "/opening_hours/osm"),
        ("open_now", "/open_state/open_now"),
        ("distance_km", "/distance_km"),
        ("offer_status", "/offer_status"),
        ("freshness", "/freshness"),
        ("verified_at", "/verified_at"),
        ("demonstration", "/demonstration"),
    ],
};

/// Find service points.
///
/// Services at their locations, and services that come to wherever one is (from afar, or to one's home): what is
/// published. All filters combine: a repeated one means "or", different ones "and".
///
/// With `near`, whatever has a place comes nearest first, and in between stands what comes to wherever one is, if it
/// serves the asker's municipality: up to 25 km away, one after every four places; farther away, the two take turns, so
/// that neither drowns the other. What is meant for a small area comes before what is meant for the whole country. The
/// asker's municipality is `municipality`, or else the one whose centre is nearest.
///
/// With `q`, what is found by words comes, the best first: `score` says of each hit what counts for it, and where the
/// words stand. What holds a word in its name counts most, then what holds it in its place, its topics or the like, in
/// its summary, in its description.
///
/// As `application/geo+json` a page comes as GeoJSON; as `text/csv` or `application/x-ndjson` everything that the
/// filters find comes in one stream, whatever `limit` says.
#[utoipa::path(
    get, path = "/v1/service-points", tag = "service_points",
    params(ServicePointFilter, Paging),
    responses((status = 200, content(
        (ServicePointAnswer = "application/json"), (ServicePointFeatures = "application/geo+json"),
        (Table = "text/csv"), (ServicePoint = "application/x-ndjson")
    )))
)]
async fn list_service_points(
    app: Data<App>,
    request: HttpRequest,
    query: ListQuery<ServicePointFilter>,
) -> Result<Either<Answer, HttpResponse>, Problem> {
    let (known, misses, counting) = (Arc::clone(&app.known), Arc::clone(&app.misses), app.clone());
    let is_json = export::format(request.headers(), &SHAPE) == Some(JSON);
    // What is counted beside a page has to fit to it.
    let reading = if query.asked.filter.facets.is_empty() { Reading::Glance } else { Reading::Snapshot };
    let work = move |db: &mut AnyConnection, asked: &Asked<ServicePointFilter>| {
        let Points { mut page, facets, miss } = service_point::list(db, &known, asked)?;
        if let Some(miss) = miss {
            misses.note(miss);
        }
        if is_json {
            page.items = excerpt(page.items, &asked.filter.fields)?;
        }
        let facets = serde_json::to_value(facets)?;
        Ok(Listed { page, more: Map::from_iter([("facets".to_owned(), facets)]) })
    };
    let answer = App::export(app, &request, query, &SHAPE, (reading, work)).await;
    counting.count_misses();
    answer
}

/// Get a service point.
///
/// As it is now, and whether it is open now. Where its service or its location was merged into another one, the answer
/// leads to what it is now (301).
#[utoipa::path(
    get, path = "/v1/service-points/{id}", tag = "service_points",
    params(("id" = ServicePointId, Path, description = "The service point's id.")),
    responses(
        (status = 200, body = ServicePoint),
        (status = 301, description = "Its service or its location was merged into another one.")
    )
)]
async fn get_service_point(ask: Ask, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let id: ServicePointId = path_value(&request, "id", str::parse)?;
    let (app, address) = (ask.app, ask.address);
    match app.look_up(&app.points, (id, ask.moment)).await? {
        Found::Point(point) => Ok(Answer::written(point.json()?)),
        Found::Moved(now) => Ok(Answer::moved(&address.replacen(&id.to_string(), &now.to_string(), 1))),
        Found::Nothing => Err(Problem::not_found(ServicePoint::LABEL, &id.to_string())),
    }
}
