//! What is near: places by their distance, and in between what comes to wherever one is.

use std::cmp::Ordering;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::BigInt;
use digituki_domain::area::MunicipalityCode;
use digituki_domain::atlas::Atlas;
use digituki_domain::clock::Moment;
use digituki_domain::point::{Planar, Point, Square};
use digituki_domain::service_point::{Mixer, ServicePointFilter, Term, Turn};

use super::Known;
use super::conditions::{Conditions, texts};
use super::list::Chosen;
use super::matching::{Query, within};
use super::named::{self, run};
use crate::column;
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::own_expression::own_expression;
use crate::page::{Position, Window};
use crate::schema::service_points;
use crate::union::Union;

/// Where somebody is, and how far away a place may be.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) from: Planar,
    /// In metres.
    pub(super) radius: Option<f64>,
    /// The terms of what serves the municipality of whoever asks, what reaches least first.
    serving: Vec<(i32, Term)>,
}

impl Around {
    /// The surroundings of a point; none beyond what the projection knows.
    pub(super) fn new(atlas: &Atlas, filter: &ServicePointFilter, point: Point, moment: Moment) -> Option<Self> {
        let from = point.planar()?;
        let nearest = || atlas.nearest(from, moment.today).cloned().into_iter().collect();
        let asked = &filter.municipality;
        let own: Vec<MunicipalityCode> = if asked.is_empty() { nearest() } else { asked.clone() };
        let terms = atlas.terms_of_municipalities(&own, moment.today).into_iter();
        let mut serving: Vec<(i32, Term)> = terms.filter_map(|term| Some((term.reach()?, term))).collect();
        serving.sort_unstable();
        Some(Self { from, radius: filter.radius_km.map(|kilometres| kilometres * 1_000.0), serving })
    }

    /// The terms of what serves whoever asks.
    pub(super) fn serving(&self) -> Vec<String> {
        texts(&self.serving.iter().map(|(_, term)| term.clone()).collect::<Vec<_>>())
    }

    /// The squares in which everything lies that is so near, in metres.
    pub(super) fn squares(&self, distance: f64) -> [Square; 9] {
        Square::around(self.from, distance * self.from.scale())
    }

    pub(super) fn square_of_distance(&self) -> SquareOfDistance {
        let (north, east) = self.from.centimetres();
        SquareOfDistance { north, east }
    }

    /// A distance on the ground, in metres, as it compares with that.
    #[expect(clippy::cast_possible_truncation, reason = "no distance in Finland is that long")]
    pub(super) fn squared(&self, distance: f64) -> i64 {
        let centimetres = (distance * 100.0 * self.from.scale()).round() as i64;
        centimetres * centimetres
    }
}

/// How far away a point is on the plane, in square centimetres: whole numbers, in which both databases agree.
#[derive(Debug, Clone, Copy)]
pub(super) struct SquareOfDistance {
    north: i64,
    east: i64,
}

own_expression!(SquareOfDistance: BigInt);

impl QueryFragment<Backend> for SquareOfDistance {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        for (text, value) in [
            ("((service_points.northing - ", &self.north),
            (") * (service_points.northing - ", &self.north),
            (") + (service_points.easting - ", &self.east),
            (") * (service_points.easting - ", &self.east),
        ] {
            out.push_sql(text);
            out.push_bind_param::<BigInt, i64>(value)?;
        }
        out.push_sql("))");
        Ok(())
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

/// A page of near points; one more than asked for.
pub(super) fn rows(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    known: &Known,
    window: &Window,
) -> Result<Vec<Chosen>> {
    let mut start = Start::read(window.after.as_ref())?;
    let places = places(db, conditions, around, known, (start.place.as_ref(), window.fetch()))?;
    let mut places = places.into_iter().peekable();
    let mut roaming = roaming(db, conditions, around, start.roaming.as_ref(), window)?.into_iter().peekable();
    let mut mixed = Vec::new();
    while mixed.len() <= window.limit {
        let next = places.peek().map(|(distance, ..)| metres(*distance, around));
        let (id, number) = match start.mixer.next(next, roaming.peek().is_some()) {
            Some(Turn::Place) => {
                let Some((distance, id, number)) = places.next() else { break };
                start.place = Some((distance, id.clone()));
                (id, number)
            }
            Some(Turn::Roaming) => {
                let Some((sort, number)) = roaming.next() else { break };
                start.roaming = Some(Position { sort, id: number.to_string() });
                (number.to_string(), number)
            }
            None => break,
        };
        mixed.push(Chosen { number, position: start.position(&id), score: None, row: None });
    }
    Ok(mixed)
}

#[expect(clippy::cast_precision_loss, reason = "a distance within Finland")]
fn metres(squared: i64, around: &Around) -> f64 {
    (squared as f64).sqrt() / 100.0 / around.from.scale()
}

/// A place: the square of its distance, its id and its number.
type Near = (i64, String, i64);

/// The nearest places behind one, looked for in ever wider rings: each is short where many are near. It begins with the
/// ring that was wide enough the last time that the same was asked around here.
fn places(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    known: &Known,
    (after, fetch): (Option<&(i64, String)>, i64),
) -> Result<Vec<Near>> {
    const RINGS: [f64; 10] =
        [250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 32_000.0, 64_000.0, 128_000.0];
    /// Squares of some four kilometres.
    const HERE: u32 = 24;
    if !conditions.is_narrow() {
        let passed = after.map_or(0.0, |(distance, _)| metres(*distance, around));
        let widest = around.radius.unwrap_or(f64::MAX);
        let question = (Square::number(around.from) >> HERE, fetch, conditions.terms());
        let start = known.ring(&question);
        let mut needed = passed;
        for (index, ring) in RINGS.into_iter().enumerate().skip(start) {
            if ring <= needed || ring >= widest {
                continue;
            }
            let found = ranked(db, conditions, around, after, Some(ring), fetch)?;
            if i64::try_from(found.len()).is_ok_and(|found| found >= fetch) {
                if after.is_none() && index > start {
                    known.note_ring(&question, index);
                }
                return Ok(found);
            }
            needed = ring * growth(found.len(), fetch);
        }
    }
    ranked(db, conditions, around, after, around.radius, fetch)
}

/// By how much less than a ring has to grow there would not be enough, were there as many everywhere as in it: half of what
/// is missing, so that a ring which begins in a gap does not become a country.
#[expect(clippy::cast_precision_loss, reason = "a page is short")]
fn growth(found: usize, fetch: i64) -> f64 {
    (fetch as f64 / (found as f64).max(1.0)).sqrt() / 2.0
}

fn ranked(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    after: Option<&(i64, String)>,
    ring: Option<f64>,
    fetch: i64,
) -> Result<Vec<Near>> {
    let distance = around.square_of_distance();
    let mut query: Query = conditions.anywhere().filter(service_points::square.is_not_null());
    if let Some(ring) = ring {
        query = query.filter(within(around.squares(ring), false)).filter(distance.le(around.squared(ring)));
    }
    if let Some((passed, id)) = after {
        let same = distance.eq(*passed).and(service_points::id.gt(id.clone()));
        query = query.filter(distance.gt(*passed).or(same));
    }
    let ordered = query.order((distance, service_points::id)).limit(fetch);
    Ok(ordered.select((distance, service_points::id, service_points::number)).load(db)?)
}

/// What has no place and serves whoever asks, by how far it reaches and by name, each with its number.
fn roaming(
    db: &mut AnyConnection,
    conditions: &Conditions,
    around: &Around,
    after: Option<&Position>,
    window: &Window,
) -> Result<Vec<(String, i64)>> {
    let start =
        after.map(|after| Ok::<_, crate::Error>((reach(&after.sort)?, named::start(Some(after))?))).transpose()?;
    let conditions = conditions.along_area();
    let list = |(reach, area): &(i32, Term)| {
        let start = match &start {
            None => None,
            Some((passed, start)) => match reach.cmp(passed) {
                Ordering::Less => return None,
                Ordering::Equal => start.as_ref().map(|(sort, number)| (sort[1..].to_owned(), *number)),
                Ordering::Greater => None,
            },
        };
        Some(run(&conditions, area.as_str(), start.as_ref()).under(*reach))
    };
    let mut lists = around.serving.iter().filter_map(list).peekable();
    let mut found: Vec<(i32, String, i64)> = Vec::new();
    while lists.peek().is_some() {
        let some = lists.by_ref().take(conditions.lists_at_once());
        found.extend(Union::first(window.fetch(), some).load::<(i32, String, i64)>(db)?);
    }
    let mut found: Vec<(String, i64)> =
        found.into_iter().map(|(reach, name, number)| (format!("{reach}{name}"), number)).collect();
    // What serves one in two ways stands in two lists.
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// How far that reaches by which something without a place is sorted: the digit before its name.
fn reach(sort: &str) -> Result<i32> {
    column::parse(sort.get(..1).unwrap_or_default())
}
