//! Programmes, whom they reach and which regions took part.

use actix_web::HttpRequest;
use actix_web::web::Data;
use digituki_domain::area::{AreaId, AreaKind, AreaRef};
use digituki_domain::coverage::Coverage;
use digituki_domain::key::Key;
use digituki_domain::programme::{
    self as rules, Programme, ProgrammeCoverageQuestion, ProgrammeFilter, ProgrammeParticipation,
};
use digituki_domain::text::Label;
use digituki_persistence::{AnyConnection, area, coverage, programme};

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::list::{ListOf, ListQuery, Paging};
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Query, Reader, path_value};
use crate::http::routes::{Routes, operations};

type ProgrammeList = ListOf<Programme>;

const WHAT: Label = Label { fi: "ohjelma", sv: "program", en: "programme" };

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_programmes, get_programme, get_programme_coverage, get_programme_participation);
}

impl FromQuery for ProgrammeFilter {
    fn read(query: &mut Reader) -> Self {
        Self { region: query.each_area("region", AreaKind::Region) }
    }
}

impl FromQuery for ProgrammeCoverageQuestion {
    fn read(query: &mut Reader) -> Self {
        Self { population_date: query.day("population_date"), as_of: query.day("as_of") }
    }
}

/// List programmes.
///
/// The phases of the regional coordination of digital support, oldest first.
#[utoipa::path(
    get, path = "/v1/programmes", tag = "programmes",
    params(ProgrammeFilter, Paging), responses((status = 200, body = ProgrammeList))
)]
async fn list_programmes(app: Data<App>, query: ListQuery<ProgrammeFilter>) -> Result<Answer, Problem> {
    app.list(query, |db, asked| programme::list(db, &asked.filter, &asked.window)).await
}

/// Get a programme.
///
/// With its goals, its areas, who coordinated it and when, and the phase before it.
#[utoipa::path(
    get, path = "/v1/programmes/{key}", tag = "programmes",
    params(("key" = Key, Path, description = "The programme's key.", example = "regional-coordination-2020")),
    responses((status = 200, body = Programme))
)]
async fn get_programme(app: Data<App>, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let key: Key = path_value(&request, "key", str::parse)?;
    let found = app.read(move |db| require(db, &key)).await?;
    Answer::object(found.version, &found)
}

/// Get the inhabitants of a programme's areas.
///
/// The union of its areas: no municipality counts twice.
#[utoipa::path(
    get, path = "/v1/programmes/{key}/coverage", tag = "programmes",
    params(
        ("key" = Key, Path, description = "The programme's key.", example = "county-pilots-2018"),
        ProgrammeCoverageQuestion
    ),
    responses((status = 200, body = Coverage))
)]
async fn get_programme_coverage(
    app: Data<App>,
    request: HttpRequest,
    query: Query<ProgrammeCoverageQuestion>,
) -> Result<Answer, Problem> {
    let key: Key = path_value(&request, "key", str::parse)?;
    let ProgrammeCoverageQuestion { population_date, as_of } = query.0;
    let found = app.read(move |db| {
        let programme = require(db, &key)?;
        let areas: Vec<AreaId> = programme.areas.iter().map(AreaRef::id).collect();
        let before = Some(programme.starts.earliest);
        Ok(coverage::of(db, &areas, coverage::When { population_date, before, as_of })?)
    });
    Answer::json(&found.await?)
}

/// Get the regions of a programme against those of the phase before it.
///
/// Each region of either is new, continuing or ended. A programme that covers the country covers each of its
/// regions.
#[utoipa::path(
    get, path = "/v1/programmes/{key}/participation", tag = "programmes",
    params(("key" = Key, Path, description = "The programme's key.", example = "regional-coordination-2020")),
    responses((status = 200, body = ProgrammeParticipation))
)]
async fn get_programme_participation(app: Data<App>, request: HttpRequest, _: Query<()>) -> Result<Answer, Problem> {
    let key: Key = path_value(&request, "key", str::parse)?;
    let found = app.read(move |db| {
        let programme = require(db, &key)?;
        let all = area::all(db, AreaKind::Region, programme.starts.earliest)?;
        let previous = match &programme.previous {
            Some(previous) => Some((previous.clone(), require(db, previous)?.regions(&all))),
            None => None,
        };
        Ok(rules::participation(key, &programme.regions(&all), previous))
    });
    Answer::json(&found.await?)
}

fn require(db: &mut AnyConnection, key: &Key) -> Result<Programme, Problem> {
    programme::get(db, key)?.ok_or_else(|| Problem::not_found(WHAT, key.as_str()))
}
