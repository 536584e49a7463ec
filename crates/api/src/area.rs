//! Regions, hospital districts and wellbeing services counties.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::area::{Area, AreaCode, AreaFilter, AreaId, AreaKind, AreaSort, RegionCode};
use digituki_domain::vocabulary::Vocabulary;
use digituki_persistence::area;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{AsOf, FromQuery, Query, Reader, path_value};
use crate::http::routes::{Routes, operations};

type AreaList = ListOf<Area>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    routes.add_schema::<AreaCode>();
    routes.add_schema::<AreaId>();
    routes.add_schema::<AreaSort>();
    routes.add_schema::<RegionCode>();
    operations!(
        routes,
        list_regions,
        get_region,
        list_hospital_districts,
        get_hospital_district,
        list_wellbeing_services_counties,
        get_wellbeing_services_county,
    );
}

impl FromQuery for AreaFilter {
    fn read(query: &mut Reader) -> Self {
        Self { as_of: query.day("as_of"), q: query.letters("q"), sort: query.one("sort") }
    }
}

/// List regions.
///
/// The regions (maakunnat, landskap) that existed on the day asked about, today when none is named.
#[utoipa::path(
    get, path = "/v1/regions", tag = "regions",
    params(AreaFilter, Paging), responses((status = 200, body = AreaList))
)]
async fn list_regions(app: Data<App>, query: ListQuery<AreaFilter>) -> Result<Answer, Problem> {
    list(&app, AreaKind::Region, query).await
}

/// Get a region.
///
/// By its official code. Asked as of a day on which it did not exist, the answer is 404 `not_valid_at` with
/// its successor.
#[utoipa::path(
    get, path = "/v1/regions/{code}", tag = "regions",
    params(
        ("code" = String, Path, description = "The region's code (Statistics Finland).", min_length = 2, max_length = 2, pattern = "^[0-9]{2}$", example = "06"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the region as of this day.")
    ),
    responses((status = 200, body = Area))
)]
async fn get_region(app: Data<App>, request: HttpRequest, query: Query<AsOf>) -> Result<Answer, Problem> {
    get(&app, &request, AreaKind::Region, query.0).await
}

/// List hospital districts.
///
/// The hospital districts (sairaanhoitopiirit, sjukvårdsdistrikt) that existed on the day asked about. All
/// but Åland's ended on 31 December 2022: ask `as_of` a day before.
#[utoipa::path(
    get, path = "/v1/hospital-districts", tag = "hospital_districts",
    params(AreaFilter, Paging), responses((status = 200, body = AreaList))
)]
async fn list_hospital_districts(app: Data<App>, query: ListQuery<AreaFilter>) -> Result<Answer, Problem> {
    list(&app, AreaKind::HospitalDistrict, query).await
}

/// Get a hospital district.
///
/// By its official code, which is of another code space than that of regions. Without `as_of` a district that
/// ended answers too.
#[utoipa::path(
    get, path = "/v1/hospital-districts/{code}", tag = "hospital_districts",
    params(
        ("code" = String, Path, description = "The hospital district's code (THL).", min_length = 2, max_length = 2, pattern = "^[0-9]{2}$", example = "21"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the hospital district as of this day.")
    ),
    responses((status = 200, body = Area))
)]
async fn get_hospital_district(app: Data<App>, request: HttpRequest, query: Query<AsOf>) -> Result<Answer, Problem> {
    get(&app, &request, AreaKind::HospitalDistrict, query.0).await
}

/// List wellbeing services counties.
///
/// The wellbeing services counties (hyvinvointialueet, välfärdsområden), which exist from 1 January 2023, and
/// Helsinki and Åland, which bear the same duties.
#[utoipa::path(
    get, path = "/v1/wellbeing-services-counties", tag = "wellbeing_services_counties",
    params(AreaFilter, Paging), responses((status = 200, body = AreaList))
)]
async fn list_wellbeing_services_counties(app: Data<App>, query: ListQuery<AreaFilter>) -> Result<Answer, Problem> {
    list(&app, AreaKind::WellbeingServicesCounty, query).await
}

/// Get a wellbeing services county.
///
/// By its official code. Asked as of a day before 2023 the answer is 404 `not_valid_at`.
#[utoipa::path(
    get, path = "/v1/wellbeing-services-counties/{code}", tag = "wellbeing_services_counties",
    params(
        ("code" = String, Path, description = "The county's code (Statistics Finland).", min_length = 2, max_length = 2, pattern = "^[0-9]{2}$", example = "08"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the county as of this day.")
    ),
    responses((status = 200, body = Area))
)]
async fn get_wellbeing_services_county(
    app: Data<App>,
    request: HttpRequest,
    query: Query<AsOf>,
) -> Result<Answer, Problem> {
    get(&app, &request, AreaKind::WellbeingServicesCounty, query.0).await
}

async fn list(app: &App, kind: AreaKind, query: ListQuery<AreaFilter>) -> Result<Answer, Problem> {
    app.list(query, move |db, asked| area::list(db, kind, asked)).await
}

async fn get(app: &App, request: &HttpRequest, kind: AreaKind, as_of: AsOf) -> Result<Answer, Problem> {
    let id = path_value(request, "code", |code| AreaId::new(kind, code))?;
    let what = kind.label();
    let found = app.read(move |db| area::get(db, kind, id.code())?.ok_or_else(|| Problem::not_found(what, id.code())));
    let found = found.await?;
    as_of.check(what, &found.code, &found)?;
    Answer::object(found.version, &found)
}
