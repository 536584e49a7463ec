//! Need indicators: what is known of municipalities, and how it is loaded.

mod document;
mod reading;

use actix_web::web::Data;
use actix_web::{Either, HttpRequest, HttpResponse};
use digituki_domain::need_indicator::{
    NeedIndicator, NeedIndicatorFacts, NeedIndicatorFilter, NeedIndicatorLoad, NeedIndicatorLoadId, NeedIndicatorsFacts,
};
use digituki_persistence::page::Asked;
use digituki_persistence::{AnyConnection, need_indicator};

use crate::app::App;
use crate::change::ChangeHistory;
use crate::http::answer::Answer;
use crate::http::ask::{Ask, KnownAt, Of};
use crate::http::export::{Listed, Reading, Shape};
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader};
use crate::http::routes::{Routes, operations};
use crate::http::write::Write;

use document::NeedIndicatorTable;
pub(crate) use document::in_format;
pub(crate) use reading::LONGEST_BODY;
use reading::Load;

/// Where rows are listed and loaded.
pub(crate) const PATH: &str = "/v1/need-indicators";
/// Where it is told what was loaded.
const LOADS: &str = "/v1/need-indicator-loads";

type NeedIndicatorList = ListOf<NeedIndicator>;
type NeedIndicatorLoadList = ListOf<NeedIndicatorLoad>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_need_indicators, load_need_indicators);
    operations!(routes, list_need_indicator_loads, get_need_indicator_load, list_need_indicator_load_history);
}

impl FromQuery for NeedIndicatorFilter {
    fn read(query: &mut Reader) -> Self {
        Self {
            municipality: query.each("municipality"),
            area: query.each("area"),
            indicator: query.each("indicator"),
            as_of: query.day("as_of"),
            first_date: query.day("first_date"),
            last_date: query.day("last_date"),
            load: query.each("load"),
            known_at: query.instant("known_at"),
        }
    }
}

/// The columns that a load takes: what was exported can be loaded.
pub(crate) const SHAPE: Shape = Shape {
    point: None,
    columns: &[
        ("municipality", "/municipality/code"),
        ("indicator", "/indicator"),
        ("date", "/date"),
        ("value", "/value"),
        ("unit", "/unit"),
        ("source", "/source"),
        ("method", "/method"),
        ("uncertainty", "/uncertainty"),
    ],
};

/// List need indicators.
///
/// What is known of municipalities, by municipality, indicator and day. With `as_of` of each indicator of each municipality
/// only the latest figure that is no later than the day; with `known_at` what was known at an instant. As `text/csv` or
/// `application/x-ndjson` all of them come in one stream, whatever `limit` says; the columns of a table are those that
/// `load_need_indicators` takes. How many people live in a municipality is no indicator: the municipality says it itself.
#[utoipa::path(
    get, path = "/v1/need-indicators", tag = "need_indicators",
    params(NeedIndicatorFilter, Paging),
    responses((status = 200, content(
        (NeedIndicatorList = "application/json"), (NeedIndicatorTable = "text/csv"),
        (NeedIndicator = "application/x-ndjson")
    )))
)]
async fn list_need_indicators(
    app: Data<App>,
    request: HttpRequest,
    query: ListQuery<NeedIndicatorFilter>,
) -> Result<Either<Answer, HttpResponse>, Problem> {
    let work =
        |db: &mut AnyConnection, asked: &Asked<NeedIndicatorFilter>| need_indicator::list(db, asked).map(Listed::from);
    App::export(app, &request, query, &SHAPE, (Reading::Snapshot, work)).await
}

/// Load need indicators.
///
/// Up to 200,000 rows and 64 MiB at once, of which all are taken or none; a row has at most 16,384 bytes, and all of them
/// come within the time that a body may take. They come as JSON (`{"rows": […]}`), as one JSON object a line
/// (`application/x-ndjson`), or as a table (`text/csv`, RFC 4180, UTF-8). They are read as they come, so that a large load
/// takes no more memory than its figures.
///
/// The first line of a table names the columns, in small letters and in any order: `municipality`, `indicator`, `date`,
/// `value`, `source` and `method`, perhaps `unit` and `uncertainty`. Fields are separated by commas, and every line has as
/// many as the first. An empty field is not given. Numbers have at most 20 characters, with a point and without an exponent.
///
/// A figure that is known already, by its municipality, its indicator and its day, is replaced; what was known before can
/// be asked with `known_at`. The answer is the load, which its rows name: it says how many rows were new, replaced another
/// or said what was known.
///
/// What is wrong is named by row and column, whatever the format: `/rows/17/value` is the value of the eighteenth row of
/// data, which in a table is its nineteenth line where none is blank: blank lines are no rows, nor is the first one of a
/// table. Up to 100 faults are told; then it is read no further.
#[utoipa::path(
    post, path = "/v1/need-indicators", tag = "need_indicators",
    request_body(content(
        (NeedIndicatorsFacts = "application/json"), (NeedIndicatorFacts = "application/x-ndjson"),
        (NeedIndicatorTable = "text/csv")
    )),
    responses((status = 201, body = NeedIndicatorLoad))
)]
async fn load_need_indicators(write: Write, _: Query<()>, load: Load) -> Result<Answer, Problem> {
    let Load { rows, digest } = load;
    write
        .create_in::<NeedIndicatorLoad>(LOADS, digest, move |tx| {
            let rows = rows.map_err(Problem::invalid)?;
            Ok(need_indicator::add(tx, &rows)?)
        })
        .await
}

/// List loads of need indicators.
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/need-indicator-loads", tag = "need_indicators",
    params(Paging), responses((status = 200, body = NeedIndicatorLoadList))
)]
async fn list_need_indicator_loads(app: Data<App>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.list(query, need_indicator::list_loads).await
}

/// Get a load of need indicators.
///
/// As it was when it came: a load never changes, also where its rows have been replaced since.
#[utoipa::path(
    get, path = "/v1/need-indicator-loads/{id}", tag = "need_indicators",
    params(
        ("id" = NeedIndicatorLoadId, Path, description = "The load's id."),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = NeedIndicatorLoad))
)]
async fn get_need_indicator_load(
    ask: Ask,
    of: Of<NeedIndicatorLoad>,
    query: Query<KnownAt>,
) -> Result<Answer, Problem> {
    ask.get::<NeedIndicatorLoad>(of.0, query.0).await
}

/// List the history of a load of need indicators.
///
/// That it came, and that it went where it was a demonstration or was erased by law.
#[utoipa::path(
    get, path = "/v1/need-indicator-loads/{id}/history", tag = "need_indicators",
    params(("id" = NeedIndicatorLoadId, Path, description = "The load's id."), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_need_indicator_load_history(
    app: Data<App>,
    of: Of<NeedIndicatorLoad>,
    query: ListQuery<()>,
) -> Result<Answer, Problem> {
    app.history::<NeedIndicatorLoad>(of.0, query).await
}
