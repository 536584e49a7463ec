//! Loads: all of their rows at once, or none. What is known already is read a thousand rows at a time, and written so.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Double, Nullable, Text, Timestamp};
use digituki_domain::clock::Moment;
use digituki_domain::need_indicator::{Loaded, NeedIndicatorLoad, NeedIndicatorLoadId, NeedIndicatorLoadRecord, Row};
use digituki_domain::noun::Kept;
use digituki_domain::vocabulary::Vocabulary as _;
use sha2::{Digest as _, Sha256};

use crate::among::among;
use crate::batch::{Batch, add_rows};
use crate::column::{self, Json, stored_instant};
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::noun::{Referred, Step, Stored, find_row, find_rows, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::{need_indicator_loads, need_indicators};
use crate::write::Tx;

/// How many rows one statement reads or writes.
const STRIDE: usize = 1_000;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = need_indicator_loads)]
struct LoadRow {
    id: String,
    loaded_at: String,
    demonstration: bool,
    record: Json<NeedIndicatorLoadRecord>,
    version: i64,
}

/// Lists loads, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<()>) -> Result<Page<NeedIndicatorLoad>> {
    let matching = || need_indicator_loads::table.into_boxed();
    list_rows!(db, asked, matching, need_indicator_loads, id, need_indicator_loads::loaded_at)
}

/// The loads that are made up.
pub fn made_up(db: &mut AnyConnection) -> Result<Vec<NeedIndicatorLoadId>> {
    let made_up = need_indicator_loads::table.filter(need_indicator_loads::demonstration);
    let ids: Vec<String> = made_up.order(need_indicator_loads::id).select(need_indicator_loads::id).load(db)?;
    ids.iter().map(|id| column::parse(id)).collect()
}

/// Adds the rows of a load: those that say what is not known yet, and those that say something else than what is known, in
/// its place.
pub fn add(tx: &mut Tx, loaded: &Loaded) -> Result<Kept<NeedIndicatorLoad>> {
    let now = tx.moment().now;
    let mut news = Vec::new();
    for rows in loaded.rows().chunks(STRIDE) {
        news.extend(told_apart(tx.db(), loaded, rows)?);
    }
    let record = record(loaded, &news, now)?;
    let kept = tx.create::<NeedIndicatorLoad>(NeedIndicatorLoadId::new(), record)?;
    let (id, at) = (kept.id.to_string(), stored_instant(now));
    for (rows, news) in loaded.rows().chunks(STRIDE).zip(news.chunks(STRIDE)) {
        write(tx.db(), loaded, rows.iter().zip(news), &id, at)?;
    }
    Ok(kept)
}

/// What a row is to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    New,
    Other,
    Known,
}

fn place(loaded: &Loaded, row: &Row) -> String {
    format!("{};{};{}", loaded.municipality(row), row.indicator.code(), row.date)
}

fn told_apart(db: &mut AnyConnection, loaded: &Loaded, rows: &[Row]) -> Result<Vec<News>> {
    type Said = (f64, Option<f64>, String, String);
    let places: Vec<String> = rows.iter().map(|row| place(loaded, row)).collect();
    let known: Vec<(String, Said)> = need_indicators::table
        .filter(among(need_indicators::place, places.iter().map(String::as_str)))
        .filter(need_indicators::replaced_at.is_null())
        .select((
            need_indicators::place,
            (need_indicators::value, need_indicators::uncertainty, need_indicators::source, need_indicators::method),
        ))
        .load(db)?;
    let known: HashMap<String, Said> = known.into_iter().collect();
    let news = |(row, place): (&Row, String)| match known.get(&place) {
        None => News::New,
        Some((value, uncertainty, source, method)) => {
            let said = (*value, *uncertainty, source.as_str(), method.as_str());
            let says = (row.value, row.uncertainty, loaded.source(row).as_str(), loaded.method(row).as_str());
            if said == says { News::Known } else { News::Other }
        }
    };
    Ok(rows.iter().zip(places).map(news).collect())
}

fn record(loaded: &Loaded, news: &[News], now: DateTime<Utc>) -> Result<NeedIndicatorLoadRecord> {
    let count = |wanted: News| i32::try_from(news.iter().filter(|one| **one == wanted).count()).unwrap_or(i32::MAX);
    let mut digest = Sha256::new();
    for row in loaded.rows() {
        digest.update(loaded.canonical(row));
    }
    let days = loaded.days().ok_or_else(|| Error::Unforeseen("a load without rows was to be added".into()))?;
    Ok(NeedIndicatorLoadRecord {
        rows: i32::try_from(news.len()).unwrap_or(i32::MAX),
        inserted: count(News::New),
        replaced: count(News::Other),
        unchanged: count(News::Known),
        digest: hex::encode(digest.finalize()),
        first_date: days.0,
        last_date: days.1,
        indicators: loaded.indicators(),
        sources: loaded.sources(),
        loaded_at: now,
        demonstration: loaded.is_demonstration(),
    })
}

/// A row as it is written.
struct Line<'a> {
    place: String,
    municipality: &'a str,
    indicator: &'static str,
    date: NaiveDate,
    value: f64,
    uncertainty: Option<f64>,
    source: &'a str,
    method: &'a str,
}

fn write<'a>(
    db: &mut AnyConnection,
    loaded: &'a Loaded,
    rows: impl Iterator<Item = (&'a Row, &'a News)>,
    load: &str,
    at: NaiveDateTime,
) -> Result<()> {
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    for (row, news) in rows.filter(|(_, news)| **news != News::Known) {
        let place = place(loaded, row);
        if *news == News::Other {
            others.push(place.clone());
        }
        lines.push(Line {
            place,
            municipality: loaded.municipality(row).as_str(),
            indicator: row.indicator.code(),
            date: row.date,
            value: row.value,
            uncertainty: row.uncertainty,
            source: loaded.source(row).as_str(),
            method: loaded.method(row).as_str(),
        });
    }
    if !others.is_empty() {
        let replaced = need_indicators::table
            .filter(among(need_indicators::place, others))
            .filter(need_indicators::replaced_at.is_null());
        let by = (need_indicators::replaced_at.eq(at), need_indicators::replaced_by.eq(load));
        diesel::update(replaced).set(by).execute(db)?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    let mut batch = Batch::on(db);
    add_rows!(batch, insert_into need_indicators, lines => |line| {
        place: Text = line.place.as_str(),
        load: Text = load,
        municipality: Text = line.municipality,
        indicator: Text = line.indicator,
        date: Date = line.date,
        value: Double = line.value,
        uncertainty: Nullable<Double> = line.uncertainty,
        source: Text = line.source,
        method: Text = line.method,
        loaded_at: Timestamp = at,
    });
    batch.run()
}

impl Stored for NeedIndicatorLoad {
    fn find(db: &mut AnyConnection, id: &NeedIndicatorLoadId) -> Result<Option<Kept<Self>>> {
        find_row!(db, need_indicator_loads, id, id.to_string())
    }

    /// Its rows are written beside it: they are no part of its record.
    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = LoadRow {
            id: id.clone(),
            loaded_at: record.loaded_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            demonstration: record.demonstration,
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, need_indicator_loads, &id, &row, step);
        Ok(())
    }

    /// With its rows. What they had replaced is known again, unless a later load has replaced it too.
    fn remove(db: &mut AnyConnection, id: &NeedIndicatorLoadId) -> Result<()> {
        let id = id.to_string();
        let replaced: Vec<(String, Option<NaiveDateTime>, Option<String>)> = need_indicators::table
            .filter(need_indicators::load.eq(&id))
            .filter(need_indicators::replaced_at.is_not_null())
            .select((need_indicators::place, need_indicators::replaced_at, need_indicators::replaced_by))
            .load(db)?;
        let mut by_successor: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (place, at, by) in replaced {
            by_successor.entry((at, by)).or_default().push(place);
        }
        for ((at, by), places) in by_successor {
            for places in places.chunks(STRIDE) {
                let before = need_indicators::table
                    .filter(among(need_indicators::place, places.to_vec()))
                    .filter(need_indicators::replaced_by.eq(&id));
                let successor = (need_indicators::replaced_at.eq(at), need_indicators::replaced_by.eq(&by));
                diesel::update(before).set(successor).execute(db)?;
            }
        }
        diesel::delete(need_indicators::table.filter(need_indicators::load.eq(&id))).execute(db)?;
        let known_again =
            (need_indicators::replaced_at.eq(None::<NaiveDateTime>), need_indicators::replaced_by.eq(None::<String>));
        let before = need_indicators::table.filter(need_indicators::replaced_by.eq(&id));
        diesel::update(before).set(known_again).execute(db)?;
        diesel::delete(need_indicator_loads::table.find(&id)).execute(db)?;
        Ok(())
    }

    fn represent(_: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        Ok(kept.into_iter().map(|Kept { id, record, version }| record.published(id, version)).collect())
    }
}

impl Referred for NeedIndicatorLoad {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, need_indicator_loads, id, ids.to_vec())
    }
}
