//! Puts points in the place of those that were stored: what has changed of all of them, at once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Double, Nullable, Text};
use digituki_domain::search::Words;
use digituki_domain::service_point::Term;

use super::render::{New, Row};
use super::{Extent, hours, words};
use crate::among::among;
use crate::batch::{Batch, add_rows};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{
    service_point_areas, service_point_bodies, service_point_terms, service_point_texts, service_points,
};

/// What was stored of a point.
struct Stored {
    row: Row,
    words: Words,
}

/// Puts points in the place of all that some services had.
pub(super) fn put(db: &mut AnyConnection, services: &[String], mut points: Vec<New>, extent: Extent) -> Result<()> {
    let mut had = if extent == Extent::NewServices { HashMap::new() } else { stored(db, services)? };
    number(db, &mut points, &had)?;
    hours::note(db, &mut points)?;
    let known: HashMap<i64, Stored> =
        points.iter().filter_map(|point| had.remove(&point.row.id)).map(|stored| (stored.row.number, stored)).collect();
    remove(db, &had.into_values().collect::<Vec<_>>())?;
    for New { row, .. } in &points {
        if known.get(&row.number).is_some_and(|stored| stored.row != *row) {
            diesel::update(service_points::table.find(row.number)).set(row).execute(db)?;
        }
    }
    let filtered = match extent {
        Extent::Texts => Vec::new(),
        Extent::NewServices | Extent::Everything => filtered_otherwise(db, &points, &known)?,
    };
    add(db, &points, &known, &filtered)
}

/// Adds what is new, and what takes the place of what was.
fn add(db: &mut AnyConnection, points: &[New], known: &HashMap<i64, Stored>, filtered: &[&New]) -> Result<()> {
    let rows: Vec<&Row> =
        points.iter().map(|point| &point.row).filter(|row| !known.contains_key(&row.number)).collect();
    let terms: Vec<(&Row, &Term)> =
        filtered.iter().flat_map(|point| point.terms.iter().map(|term| (&point.row, term))).collect();
    let areas: Vec<_> = terms.iter().filter(|(_, term)| term.is_of_area()).collect();
    let mut batch = Batch::on(db);
    if !rows.is_empty() {
        add_rows!(batch, insert_into service_points, rows => |row| {
            number: BigInt = row.number,
            id: Text = row.id.as_str(),
            service_id: Text = row.service_id.as_str(),
            location_id: Nullable<Text> = row.location_id.as_deref(),
            has_place: Bool = row.has_place,
            municipality: Nullable<Text> = row.municipality.as_deref(),
            sort_name: Text = row.sort_name.as_str(),
            sort_verified: Text = row.sort_verified.as_str(),
            lat: Nullable<Double> = row.lat,
            lon: Nullable<Double> = row.lon,
            northing: Nullable<BigInt> = row.northing,
            easting: Nullable<BigInt> = row.easting,
            square: Nullable<BigInt> = row.square,
            hours: Nullable<BigInt> = row.hours,
            verified_at: Nullable<BigInt> = row.verified_at,
            valid_from: Nullable<Date> = row.valid_from,
            valid_to: Nullable<Date> = row.valid_to,
            support_form: Text = row.support_form.as_str(),
            remote: Bool = row.remote,
            languages: BigInt = row.languages,
            serving: Nullable<BigInt> = row.serving,
        });
    }
    add_rows!(batch, replace_into service_point_bodies, points => |point| {
        number: BigInt = point.row.number,
        hours: Nullable<BigInt> = point.row.hours,
        northing: Nullable<BigInt> = point.row.northing,
        easting: Nullable<BigInt> = point.row.easting,
        verified_at: Nullable<BigInt> = point.row.verified_at,
        body: Text = point.body.as_str(),
    }, "ON CONFLICT (number) DO UPDATE SET hours = excluded.hours, northing = excluded.northing, \
        easting = excluded.easting, verified_at = excluded.verified_at, body = excluded.body");
    if !terms.is_empty() {
        add_rows!(batch, insert_into service_point_terms, terms => |(row, term)| {
            term: Text = term.as_str(),
            number: BigInt = row.number,
        });
        add_rows!(batch, insert_into service_point_areas, areas => |(row, term)| {
            area: Text = term.as_str(),
            sort_name: Text = row.sort_name.as_str(),
            number: BigInt = row.number,
            languages: BigInt = row.languages,
            valid_from: Nullable<Date> = row.valid_from,
            valid_to: Nullable<Date> = row.valid_to,
        });
    }
    let before = |point: &New| known.get(&point.row.number).map(|stored| (&stored.row, &stored.words));
    words::put(&mut batch, points.iter().map(|point| (&point.row, &point.words, before(point))))?;
    batch.run()
}

/// Removes what was stored of points that are no more.
fn remove(db: &mut AnyConnection, gone: &[Stored]) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = gone.iter().map(|stored| stored.row.number).collect();
    forget_filters(db, &numbers)?;
    let mut batch = Batch::on(db);
    let of_gone = || numbers.iter().copied();
    batch.add(diesel::delete(service_point_bodies::table.filter(among(service_point_bodies::number, of_gone()))))?;
    batch.add(diesel::delete(service_points::table.filter(among(service_points::number, of_gone()))))?;
    words::forget(&mut batch, gone.iter().map(|stored| (stored.row.number, &stored.words)))?;
    batch.run()
}

/// Those of the points that are filtered by other terms than before, or stand elsewhere in the lists of their areas; what
/// was stored of that is removed.
fn filtered_otherwise<'a>(
    db: &mut AnyConnection,
    points: &'a [New],
    known: &HashMap<i64, Stored>,
) -> Result<Vec<&'a New>> {
    let mut terms: HashMap<i64, BTreeSet<String>> = HashMap::new();
    if !known.is_empty() {
        let stored = service_point_terms::table
            .filter(among(service_point_terms::number, known.keys().copied()))
            .select((service_point_terms::number, service_point_terms::term));
        for (number, term) in stored.load::<(i64, String)>(db)? {
            terms.entry(number).or_default().insert(term);
        }
    }
    let stands_as_before = |New { row, terms: now, .. }: &&New| {
        let before = known.get(&row.number).zip(terms.get(&row.number));
        before.is_some_and(|(stored, before)| {
            let place = |row: &Row| (row.sort_name.clone(), row.valid_from, row.valid_to);
            place(&stored.row) == place(row) && now.iter().map(Term::as_str).eq(before)
        })
    };
    let filtered: Vec<&New> = points.iter().filter(|point| !stands_as_before(point)).collect();
    let otherwise: Vec<i64> =
        filtered.iter().map(|point| point.row.number).filter(|number| known.contains_key(number)).collect();
    forget_filters(db, &otherwise)?;
    Ok(filtered)
}

fn forget_filters(db: &mut AnyConnection, numbers: &[i64]) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let of_points = || numbers.iter().copied();
    let mut batch = Batch::on(db);
    batch.add(diesel::delete(service_point_terms::table.filter(among(service_point_terms::number, of_points()))))?;
    batch.add(diesel::delete(service_point_areas::table.filter(among(service_point_areas::number, of_points()))))?;
    batch.run()
}

/// What was stored of services, by the ids of the points.
fn stored(db: &mut AnyConnection, services: &[String]) -> Result<HashMap<String, Stored>> {
    let rows: Vec<(Row, Option<Vec<u8>>)> = service_points::table
        .left_join(service_point_texts::table.on(service_point_texts::number.eq(service_points::number)))
        .filter(among(service_points::service_id, services.iter().cloned()))
        .select((Row::as_select(), service_point_texts::words.nullable()))
        .load(db)?;
    let stored = |(row, packed): (Row, Option<Vec<u8>>)| {
        (row.id.clone(), Stored { row, words: words::unpack(&packed.unwrap_or_default()) })
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Gives the points their numbers.
fn number(db: &mut AnyConnection, points: &mut [New], had: &HashMap<String, Stored>) -> Result<()> {
    let mut new = Vec::new();
    for New { row, .. } in points {
        match had.get(&row.id) {
            Some(stored) => row.number = stored.row.number,
            None => new.push(row),
        }
    }
    if !new.is_empty() {
        let last: Option<i64> = service_points::table.select(diesel::dsl::max(service_points::number)).first(db)?;
        for (row, number) in new.into_iter().zip(last.unwrap_or(0) + 1..) {
            row.number = number;
        }
    }
    Ok(())
}
