//! What is near: places by their distance, and in between what comes to wherever one is.

use diesel::dsl::{not, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use digituki_domain::area::MunicipalityCode;
use digituki_domain::clock::Moment;
use digituki_domain::point::{Planar, Point, Square};
use digituki_domain::service_point::{Mixer, ServicePointFilter, Turn};

use super::Slim;
use super::matching::{Conditions, Query, of_municipalities, within};
use crate::column;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::municipality;
use crate::page::{Position, Window, keyset};
use crate::schema::service_points;

/// Where somebody is, and how far away a place may be.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) from: Planar,
    /// In metres.
    pub(super) radius: Option<f64>,
    /// The terms of what serves the municipality of whoever asks.
    pub(super) serving: Vec<String>,
}

/// The surroundings of a point; none beyond what the projection knows.
pub(super) fn around(
    db: &mut AnyConnection,
    filter: &ServicePointFilter,
    point: Point,
    moment: Moment,
) -> Result<Option<Around>> {
    let Some(from) = point.planar() else { return Ok(None) };
    let own: Vec<MunicipalityCode> = if filter.municipality.is_empty() {
        nearest_centre(db, point, moment)?.into_iter().collect()
    } else {
        filter.municipality.clone()
    };
    let serving = of_municipalities(db, &own, moment.today)?;
    Ok(Some(Around { from, radius: filter.radius_km.map(|kilometres| kilometres * 1_000.0), serving }))
}

/// The municipality whose centre is nearest: borders are not known here.
fn nearest_centre(db: &mut AnyConnection, point: Point, moment: Moment) -> Result<Option<MunicipalityCode>> {
    let centres = municipality::centres(db, moment.today)?;
    let nearest = centres.iter().min_by(|(_, one), (_, other)| point.distance(*one).total_cmp(&point.distance(*other)));
    nearest.map(|(code, _)| column::parse(code)).transpose()
}

impl Around {
    /// The squares in which everything lies that is so near, in metres.
    pub(super) fn squares(&self, distance: f64) -> [Square; 9] {
        Square::around(self.from, distance * self.from.scale())
    }

    /// How far away a point is on the plane, in square centimetres: whole numbers, in which both databases agree.
    pub(super) fn square_of_distance(&self) -> SqlLiteral<BigInt> {
        let (north, east) = self.from.centimetres();
        sql(&format!("((northing - {north}) * (northing - {north}) + (easting - {east}) * (easting - {east}))"))
    }

    /// A distance on the ground, in metres, as it compares with that.
    #[expect(clippy::cast_possible_truncation, reason = "no distance in Finland is that long")]
    pub(super) fn squared(&self, distance: f64) -> i64 {
        let centimetres = (distance * 100.0 * self.from.scale()).round() as i64;
        centimetres * centimetres
    }
}

/// Where a page of near points starts: behind which place, behind which of those without one, and how many places
/// have come since.
struct Start {
    place: Option<(i64, String)>,
    roaming: Option<Position>,
    mixer: Mixer,
}

impl Start {
    fn read(position: Option<&Position>) -> Result<Self> {
        let Some(position) = position else {
            return Ok(Self { place: None, roaming: None, mixer: Mixer::default() });
        };
        let parts: Vec<&str> = position.sort.split('|').collect();
        let [distance, place, sort, id, since] = parts.try_into().unwrap_or_default();
        let place = if place.is_empty() { None } else { Some((column::parse(distance)?, place.to_owned())) };
        let roaming = Position { sort: sort.to_owned(), id: id.to_owned() };
        let roaming = (!roaming.id.is_empty()).then_some(roaming);
        Ok(Self { place, roaming, mixer: Mixer::since(column::parse(since)?) })
    }

    fn position(&self, id: &str) -> Position {
        let (distance, place) = self.place.clone().unwrap_or_default();
        let roaming = self.roaming.clone().unwrap_or(Position { sort: String::new(), id: String::new() });
        let sort = format!("{distance}|{place}|{}|{}|{}", roaming.sort, roaming.id, self.mixer.places_since());
        Position { sort, id: id.to_owned() }
    }
}

/// A page of near points, each with where the next page starts behind it; one more than asked for.
pub(super) fn rows(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    window: &Window,
) -> Result<Vec<(Position, Slim)>> {
    let mut start = Start::read(window.after.as_ref())?;
    let mut places = places(db, conditions, around, start.place.as_ref(), window.fetch())?.into_iter().peekable();
    let mut roaming = roaming(db, conditions, around, start.roaming.as_ref(), window)?.into_iter().peekable();
    let mut mixed = Vec::new();
    while mixed.len() <= window.limit {
        let next = places.peek().map(|(distance, _)| metres(*distance, around));
        match start.mixer.next(next, roaming.peek().is_some()) {
            Some(Turn::Place) => {
                let Some((distance, row)) = places.next() else { break };
                start.place = Some((distance, row.id.clone()));
                mixed.push((start.position(&row.id), row));
            }
            Some(Turn::Roaming) => {
                let Some((sort, row)) = roaming.next() else { break };
                start.roaming = Some(Position { sort, id: row.id.clone() });
                mixed.push((start.position(&row.id), row));
            }
            None => break,
        }
    }
    Ok(mixed)
}

#[expect(clippy::cast_precision_loss, reason = "a distance within Finland")]
fn metres(squared: i64, around: &Around) -> f64 {
    (squared as f64).sqrt() / 100.0 / around.from.scale()
}

/// The nearest places behind one, looked for in ever wider rings: how many of them it takes does not depend on how
/// many are asked for, and each is short where many are near.
fn places(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    after: Option<&(i64, String)>,
    fetch: i64,
) -> Result<Vec<(i64, Slim)>> {
    const RINGS: [f64; 5] = [500.0, 2_000.0, 8_000.0, 32_000.0, 128_000.0];
    let passed = after.map_or(0.0, |(distance, _)| metres(*distance, around));
    let widest = around.radius.unwrap_or(f64::MAX);
    let rings = RINGS.into_iter().filter(|ring| *ring > passed && *ring < widest);
    for ring in rings {
        let found = ranked(db, conditions, around, after, Some(ring), fetch)?;
        if i64::try_from(found.len()).is_ok_and(|found| found >= fetch) {
            return Ok(found);
        }
    }
    ranked(db, conditions, around, after, around.radius, fetch)
}

fn ranked(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    after: Option<&(i64, String)>,
    ring: Option<f64>,
    fetch: i64,
) -> Result<Vec<(i64, Slim)>> {
    let mut query: Query = conditions.anywhere().filter(service_points::square.is_not_null());
    if let Some(ring) = ring {
        let within = within(around.squares(ring));
        query = query.filter(within).filter(around.square_of_distance().le(around.squared(ring)));
    }
    if let Some((distance, id)) = after {
        let same = around.square_of_distance().eq(*distance).and(service_points::id.gt(id.clone()));
        query = query.filter(around.square_of_distance().gt(*distance).or(same));
    }
    let ordered = query.order((around.square_of_distance(), service_points::id)).limit(fetch);
    Ok(ordered.select((around.square_of_distance(), Slim::as_select())).load(db)?)
}

/// What has no place and serves whoever asks, by how far it reaches and by name.
fn roaming(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    after: Option<&Position>,
    window: &Window,
) -> Result<Vec<(String, Slim)>> {
    let window = Window { after: after.cloned(), ..window.clone() };
    let query = conditions
        .anywhere()
        // In the words of the index, which a value would not be.
        .filter(not(service_points::has_place))
        .filter(super::matching::has_terms(around.serving.clone()));
    let ordered = keyset!(query, window, service_points::sort_reach, service_points::id);
    Ok(ordered.select((service_points::sort_reach, Slim::as_select())).load(db)?)
}
