//! Municipalities.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::municipality::{Municipality, MunicipalityFilter};
use digituki_domain::vocabulary::Vocabulary;
use digituki_persistence::municipality;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::Of;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{AsOf, FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};

type MunicipalityList = ListOf<Municipality>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_municipalities, get_municipality);
}

impl FromQuery for MunicipalityFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            as_of: query.day("as_of"),
            area: query.each("area"),
            region: query.each_area("region", AreaKind::Region),
            hospital_district: query.each_area("hospital_district", AreaKind::HospitalDistrict),
            wellbeing_services_county: query.each_area("wellbeing_services_county", AreaKind::WellbeingServicesCounty),
            language_status: query.each("language_status"),
            urban_rural: query.each("urban_rural"),
            q: query.letters("q"),
            sort: query.one("sort"),
        }
    }
}

/// List municipalities.
///
/// Each as it was on the day asked about: with the region, the hospital district and the wellbeing
/// services county to which it belonged then.
#[utoipa::path(
    get, path = "/v1/municipalities", tag = "municipalities",
    params(MunicipalityFilter, Paging), responses((status = 200, body = MunicipalityList))
)]
async fn list_municipalities(app: Data<App>, query: ListQuery<MunicipalityFilter>) -> Result<Answer, Problem> {
    app.list(query, municipality::list).await
}

/// Get a municipality.
///
/// Without `as_of` a municipality that was joined to another answers too, as it was on its last day.
#[utoipa::path(
    get, path = "/v1/municipalities/{code}", tag = "municipalities",
    params(
        ("code" = String, Path, description = "The municipality's code (Statistics Finland).", min_length = 3, max_length = 3, pattern = "^[0-9]{3}$", example = "291"),
        ("as_of" = Option<NaiveDate>, Query, description = "Asks for the municipality as of this day.")
    ),
    responses((status = 200, body = Municipality))
)]
async fn get_municipality(app: Data<App>, of: Of<Municipality>, query: Query<AsOf>) -> Result<Answer, Problem> {
    let what = AreaKind::Municipality.label();
    let (code, as_of) = (of.0, query.0);
    let day = as_of.0.unwrap_or_else(|| app.clock.today());
    let found =
        app.read(move |db| municipality::get(db, &code, day)?.ok_or_else(|| Problem::not_found(what, code.as_str())));
    let found = found.await?;
    as_of.check(what, &found.code, &found)?;
    Answer::object(found.version, &found)
}
