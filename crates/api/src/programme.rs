//! Programmes, whom they reach and which regions took part.

use actix_web::web::Data;
use digituki_domain::area::AreaKind;
use digituki_domain::coverage::Coverage;
use digituki_domain::key::Key;
use digituki_domain::noun::Noun as _;
use digituki_domain::programme::{
    self as rules, Programme, ProgrammeCoverageQuestion, ProgrammeFacts, ProgrammeFilter, ProgrammeParticipation,
};
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::noun::Stored as _;
use digituki_persistence::{AnyConnection, area, coverage, programme};

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

type ProgrammeList = ListOf<Programme>;

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    operations!(routes, list_programmes, create_programme, get_programme, replace_programme, change_programme);
    operations!(routes, list_programme_history, get_programme_coverage, get_programme_participation);
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
    app.list(query, programme::list).await
}

/// Get a programme.
///
/// With its goals, its areas, who coordinated it and when, and the phase before it.
#[utoipa::path(
    get, path = "/v1/programmes/{key}", tag = "programmes",
    params(
        ("key" = Key, Path, description = "The programme's key.", example = "regional-coordination-2020"),
        ("known_at" = Option<DateTime<Utc>>, Query, description = "Asks for what the registry said at this instant.")
    ),
    responses((status = 200, body = Programme))
)]
async fn get_programme(ask: Ask, of: Of<Programme>, query: Query<KnownAt>) -> Result<Answer, Problem> {
    ask.get::<Programme>(of.0, query.0).await
}

/// Create a programme.
///
/// A phase of the work, by a key of its own.
#[utoipa::path(
    post, path = "/v1/programmes", tag = "programmes",
    request_body = ProgrammeFacts, responses((status = 201, body = Programme))
)]
async fn create_programme(write: Write, _: Query<()>, body: Body<ProgrammeFacts>) -> Result<Answer, Problem> {
    write.create::<Programme>(body).await
}

/// Replace a programme.
///
/// What the body leaves out becomes null or empty. Its key stays.
#[utoipa::path(
    put, path = "/v1/programmes/{key}", tag = "programmes",
    params(("key" = Key, Path, description = "The programme's key.", example = "regional-coordination-next")),
    request_body = ProgrammeFacts, responses((status = 200, body = Programme))
)]
async fn replace_programme(
    write: Write,
    of: Of<Programme>,
    _: Query<()>,
    body: Body<ProgrammeFacts>,
) -> Result<Answer, Problem> {
    write.replace::<Programme>(of.0, body).await
}

/// Change some fields of a programme.
///
/// A JSON merge patch (RFC 7396): what the body leaves out stays, null takes away, a list takes the place of the whole list.
#[utoipa::path(
    patch, path = "/v1/programmes/{key}", tag = "programmes",
    params(("key" = Key, Path, description = "The programme's key.", example = "regional-coordination-next")),
    request_body(content = ProgrammeFacts, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Programme))
)]
async fn change_programme(write: Write, of: Of<Programme>, _: Query<()>, patch: Patch) -> Result<Answer, Problem> {
    write.change::<Programme>(of.0, patch).await
}

/// List the changes of a programme.
///
/// Oldest first, each with the programme as it was after it.
#[utoipa::path(
    get, path = "/v1/programmes/{key}/history", tag = "programmes",
    params(("key" = Key, Path, description = "The programme's key.", example = "county-pilots-2018"), Paging),
    responses((status = 200, body = ChangeHistory))
)]
async fn list_programme_history(app: Data<App>, of: Of<Programme>, query: ListQuery<()>) -> Result<Answer, Problem> {
    app.history::<Programme>(of.0, query).await
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
    of: Of<Programme>,
    query: Query<ProgrammeCoverageQuestion>,
) -> Result<Answer, Problem> {
    let key = of.0;
    let ProgrammeCoverageQuestion { population_date, as_of } = query.0;
    let found = app.read(move |db| {
        let programme = require(db, &key)?;
        let before = Some(programme.starts.earliest);
        Ok(coverage::of(db, &programme.areas, coverage::When { population_date, before, as_of })?)
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
async fn get_programme_participation(app: Data<App>, of: Of<Programme>, _: Query<()>) -> Result<Answer, Problem> {
    let key = of.0;
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

fn require(db: &mut AnyConnection, key: &Key) -> Result<ProgrammeFacts, Problem> {
    let unknown = || Problem::not_found(Programme::NOUN.label(), key.as_str());
    Programme::find(db, key)?.map(|kept| kept.record).ok_or_else(unknown)
}
