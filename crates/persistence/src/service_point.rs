//! Service points: a read model. Each row is written anew in the transaction that changes one of its sources, and all
//! of them by one command.

mod along;
mod bodies;
mod conditions;
mod facets;
mod hours;
mod known;
mod list;
mod matching;
mod named;
mod near;
mod outdated;
mod put;
mod render;
mod search;
mod supply;
mod walk;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use digituki_domain::clock::Moment;
use digituki_domain::location::Location;
use digituki_domain::noun::Kept;
use digituki_domain::point::Planar;
use digituki_domain::search::Score;
use digituki_domain::service::{Service, ServiceId};
use digituki_domain::service_point::{Hit, ServicePointId};
use serde_json::{Map, Value};

use crate::connection::AnyConnection;
use crate::error::Result;
use crate::merge::survivor;
use crate::noun::Referred as _;
use crate::schema::{service_point_bodies, service_points, services};
use crate::store::Lookups;
use crate::suggestion;
use crate::write::Tx;

pub use known::Known;
pub use list::{Points, list};
pub use outdated::Outdated;
use render::Sources;
pub(crate) use supply::supply;
pub(crate) use words::teach;

/// What is read of a row to answer with it.
#[derive(Clone)]
pub(crate) struct Row {
    slim: Slim,
    body: String,
}

/// What follows from the clock and from where somebody is follows from this.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Slim {
    number: i64,
    hours: Option<i64>,
    northing: Option<i64>,
    easting: Option<i64>,
    verified_at: Option<i64>,
}

/// The columns of [`Slim`], which more than one table has.
macro_rules! slim {
    ($table:ident) => {
        ($table::number, $table::hours, $table::northing, $table::easting, $table::verified_at)
    };
}
use slim;

impl Slim {
    fn verified_at(&self) -> Option<DateTime<Utc>> {
        self.verified_at.and_then(DateTime::from_timestamp_millis)
    }

    fn planar(&self) -> Option<Planar> {
        self.northing.zip(self.easting).map(Planar::of_centimetres)
    }
}

/// What of the points of services can be other than it was, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// What is said of them; not which there are, and by what they are filtered and suggested.
    Texts,
    Everything,
    /// The services have no points yet.
    NewServices,
}

/// Writes the points of some services anew.
fn rewrite(db: &mut AnyConnection, services: &[Kept<Service>], extent: Extent) -> Result<()> {
    // Their points together fit into one list of a statement.
    const STRIDE: usize = 50;
    for some in services.chunks(STRIDE) {
        let sources = Sources::load(db, some)?;
        let (mut points, mut suggested) = (Vec::new(), BTreeMap::new());
        for Kept { id, .. } in some {
            let of_service = sources.points(id)?;
            suggested.insert(id.to_string(), sources.suggested(id, &of_service));
            points.extend(of_service);
        }
        if extent != Extent::Texts {
            suggestion::put_all::<Service>(db, &suggested, extent == Extent::NewServices)?;
        }
        let services: Vec<String> = suggested.into_keys().collect();
        put::put(db, &services, points, extent)?;
    }
    Ok(())
}

/// Removes the points of a service.
pub(crate) fn remove(db: &mut AnyConnection, id: &ServiceId) -> Result<()> {
    suggestion::forget::<Service>(db, id)?;
    put::put(db, &[id.to_string()], Vec::new(), Extent::Everything)
}

/// Writes all points anew from their sources; says how many services were looked at.
pub fn rebuild(tx: &mut Tx) -> Result<usize> {
    const STRIDE: i64 = 200;
    let mut after = String::new();
    let mut count = 0;
    loop {
        let query = services::table.filter(services::id.gt(&after)).order(services::id).limit(STRIDE);
        let ids: Vec<String> = query.select(services::id).load(tx.db())?;
        let Some(last) = ids.last() else { return Ok(count) };
        after.clone_from(last);
        count += ids.len();
        let services = Service::find_many(tx.db(), &ids)?;
        rewrite(tx.db(), &services, Extent::Everything)?;
    }
}

/// One point.
#[derive(Debug)]
pub enum Found {
    /// As it is answered.
    Point(Rendered),
    /// It is now this one: its service or its location was merged into another.
    Moved(ServicePointId),
    /// There is none.
    Nothing,
}

/// Looks up points by their ids, as they are at a moment: each if its service is published.
pub fn lookups(known: Arc<Known>) -> Lookups<(ServicePointId, Moment), Found> {
    Lookups::new(move |db, asked: &[(ServicePointId, Moment)]| {
        let rows = rows(db, asked.iter().map(|(id, _)| id.to_string()).collect())?;
        known.hours.refresh(db, rows.values().map(|row| &row.slim))?;
        let found = |(id, moment): &(ServicePointId, Moment)| match rows.get(&id.to_string()) {
            Some(row) => Ok(Found::Point(rendered(row.clone(), &known, &Question::at(*moment), None))),
            None => moved(db, *id),
        };
        asked.iter().map(found).collect()
    })
}

/// What is read of points by their ids, in the database's own words: a list in one parameter is what SQLite does not know,
/// and what it does not need.
fn rows(db: &mut AnyConnection, ids: Vec<String>) -> Result<HashMap<String, Row>> {
    macro_rules! points {
        ($condition:expr) => {
            service_points::table
                .inner_join(service_point_bodies::table.on(service_point_bodies::number.eq(service_points::number)))
                .filter($condition)
                .select((service_points::id, (slim!(service_point_bodies), service_point_bodies::body)))
        };
    }
    type Read = (String, (Slim, String));
    let mut read: Vec<Read> = Vec::new();
    match db {
        AnyConnection::Postgresql(db) => read = points!(service_points::id.eq_any(ids)).load(db)?,
        AnyConnection::Sqlite(db) => {
            for id in ids {
                read.extend(points!(service_points::id.eq(id)).first::<Read>(db).optional()?);
            }
        }
    }
    Ok(read.into_iter().map(|(id, (slim, body))| (id, Row { slim, body })).collect())
}

/// Where a point is that is not there.
fn moved(db: &mut AnyConnection, id: ServicePointId) -> Result<Found> {
    let service = survivor::<Service>(db, &id.service)?;
    let location = match id.location {
        Some(location) => survivor::<Location>(db, &location)?,
        None => None,
    };
    if service.is_none() && location.is_none() {
        return Ok(Found::Nothing);
    }
    let moved = ServicePointId { service: service.unwrap_or(id.service), location: location.or(id.location) };
    let known = service_points::table.filter(service_points::id.eq(moved.to_string())).select(service_points::number);
    let known: Option<i64> = known.first(db).optional()?;
    Ok(known.map_or(Found::Nothing, |_| Found::Moved(moved)))
}

/// What of an answer follows from the question.
struct Question {
    moment: Moment,
    at: DateTime<Utc>,
    from: Option<Planar>,
}

impl Question {
    fn at(moment: Moment) -> Self {
        Self { moment, at: moment.now, from: None }
    }
}

/// A point as it is answered: what stands still, as it was rendered when it was written, and what follows from the clock
/// and from the question.
#[derive(Debug)]
pub struct Rendered {
    still: String,
    hit: Option<Hit>,
}

impl Rendered {
    /// As JSON.
    pub fn json(&self) -> Result<Vec<u8>> {
        let mut json = Vec::with_capacity(self.still.len() + 256);
        self.write_to(&mut json)?;
        Ok(json)
    }

    /// Writes it as JSON behind what is there: of two objects one, `{…}` and `{…}`.
    pub fn write_to(&self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(self.still.as_bytes());
        if let Some(hit) = &self.hit {
            out.pop();
            let seam = out.len();
            serde_json::to_writer(&mut *out, hit)?;
            out[seam] = b',';
        }
        Ok(())
    }

    /// Only some of its fields.
    pub fn excerpt(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let mut whole: Map<String, Value> = serde_json::from_slice(&self.json()?)?;
        whole.retain(|name, _| is_wanted(name));
        Ok(Self { still: serde_json::to_string(&whole)?, hit: None })
    }
}

fn rendered(row: Row, known: &Known, question: &Question, score: Option<Score>) -> Rendered {
    let there = row.slim.planar();
    let hit = Hit {
        freshness: digituki_domain::freshness::Freshness::of(row.slim.verified_at(), question.moment.now),
        distance_km: there.zip(question.from).map(|(there, from)| from.kilometres(there)),
        open_state: row.slim.hours.and_then(|hours| known.open_state(hours, question.at)),
        score,
    };
    Rendered { still: row.body, hit: Some(hit) }
}
