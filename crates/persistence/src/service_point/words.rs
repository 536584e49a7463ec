//! The words by which points are found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use digituki_domain::search::{SearchField, WordId, Words};
use digituki_domain::service_point::StillPoint;

use super::Known;
use super::search::FEW;
use crate::among::among;
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result};
use crate::schema::{service_point_texts, service_point_words};

/// What a point is found by.
pub(super) fn of(point: &StillPoint) -> Words {
    let mut words = Words::default();
    words.text(SearchField::Name, &point.service.names);
    words.values(point.topics.iter().copied());
    words.values(point.target_groups.iter().copied());
    words.values(point.special_support.iter().copied());
    words.values(point.delivery_modes.iter().copied());
    words.values([point.support_form]);
    words.values(point.fee);
    words.values(point.access_modes.iter().copied());
    words.values([point.provider.provider_type]);
    words.values(point.languages.iter().copied());
    words.text(SearchField::Summary, &point.provider.names);
    if let Some(texts) = &point.short_descriptions {
        words.text(SearchField::Summary, texts);
    }
    if let Some(texts) = &point.descriptions {
        words.text(SearchField::Description, texts);
    }
    if let Some(texts) = &point.fee_note {
        words.text(SearchField::Description, texts);
    }
    for area in point.service_area.iter().flat_map(|area| &area.areas) {
        words.text(SearchField::Keyword, &area.names);
    }
    if let Some(location) = &point.location {
        words.text(SearchField::Keyword, &location.names);
        words.text(SearchField::Keyword, &location.address.municipality.names);
        if let Some(street) = &location.address.street {
            words.text(SearchField::Description, street);
        }
        if let Some(postcode) = &location.address.postcode {
            words.number(SearchField::Keyword, postcode.as_str());
        }
    }
    words
}

/// Puts the words of a point in the place of those that it had.
pub(super) fn put(db: &mut AnyConnection, number: i64, words: &Words) -> Result<()> {
    let packed = pack(words);
    let row = service_point_texts::table.find(number);
    let had: Option<Vec<u8>> = row.select(service_point_texts::words).first(db).optional()?;
    match had {
        Some(had) if had == packed => return Ok(()),
        Some(had) => {
            let now: BTreeSet<(WordId, i16)> = words.iter().collect();
            let before: BTreeSet<(WordId, i16)> = unpack(&had).iter().collect();
            remove(db, number, before.difference(&now))?;
            add(db, number, now.difference(&before))?;
            diesel::update(row).set(service_point_texts::words.eq(&packed)).execute(db)?;
        }
        None => {
            add(db, number, words.iter().collect::<BTreeSet<_>>().iter())?;
            let row = (service_point_texts::number.eq(number), service_point_texts::words.eq(&packed));
            diesel::insert_into(service_point_texts::table).values(row).execute(db)?;
        }
    }
    Ok(())
}

/// Removes the words of points.
pub(super) fn forget(db: &mut AnyConnection, numbers: &[i64]) -> Result<()> {
    for (number, words) in load(db, numbers)? {
        remove(db, number, words.iter().collect::<BTreeSet<_>>().iter())?;
    }
    diesel::delete(service_point_texts::table.filter(service_point_texts::number.eq_any(numbers))).execute(db)?;
    Ok(())
}

/// The words of points.
fn load(db: &mut AnyConnection, numbers: &[i64]) -> Result<HashMap<i64, Words>> {
    let of_points = service_point_texts::table.filter(among(service_point_texts::number, numbers.iter().copied()));
    let rows: Vec<(i64, Vec<u8>)> = of_points.load(db)?;
    Ok(rows.into_iter().map(|(number, words)| (number, unpack(&words))).collect())
}

fn add<'a>(db: &mut AnyConnection, number: i64, words: impl Iterator<Item = &'a (WordId, i16)>) -> Result<()> {
    let rows: Vec<_> = words
        .map(|(word, field)| {
            (
                service_point_words::word.eq(word.0),
                service_point_words::field.eq(*field),
                service_point_words::number.eq(number),
            )
        })
        .collect();
    // Many rows at once are beyond what one text of a query for both databases can say.
    let insert = diesel::insert_into(service_point_words::table).values(&rows);
    match db {
        AnyConnection::Postgresql(db) => insert.execute(db).map_err(Error::from)?,
        AnyConnection::Sqlite(db) => insert.execute(db).map_err(Error::from)?,
    };
    Ok(())
}

fn remove<'a>(db: &mut AnyConnection, number: i64, words: impl Iterator<Item = &'a (WordId, i16)>) -> Result<()> {
    let mut by_field: BTreeMap<i16, Vec<i64>> = BTreeMap::new();
    for (word, field) in words {
        by_field.entry(*field).or_default().push(word.0);
    }
    for (field, words) in by_field {
        let gone = service_point_words::table
            .filter(service_point_words::word.eq_any(words))
            .filter(service_point_words::field.eq(field))
            .filter(service_point_words::number.eq(number));
        diesel::delete(gone).execute(db)?;
    }
    Ok(())
}

/// Words as bytes: eight for each term, and behind them one for its field.
fn pack(words: &Words) -> Vec<u8> {
    let mut packed = Vec::new();
    for (word, field) in words.iter() {
        packed.extend(word.0.to_be_bytes());
        packed.extend(u8::try_from(field));
    }
    packed
}

fn unpack(packed: &[u8]) -> Words {
    let (words, _) = packed.as_chunks::<9>();
    let parse = |[word @ .., field]: &[u8; 9]| (WordId(i64::from_be_bytes(*word)), i16::from(*field));
    words.iter().map(parse).collect()
}

/// Those of the words that are stored as bytes which are among some others; these stand in their order.
pub(super) fn unpack_some(packed: &[u8], wanted: &[WordId]) -> Words {
    let (words, _) = packed.as_chunks::<9>();
    let parse = |[word @ .., field]: &[u8; 9]| (WordId(i64::from_be_bytes(*word)), i16::from(*field));
    words.iter().map(parse).filter(|(word, _)| wanted.binary_search(word).is_ok()).collect()
}

/// How many points have each of some terms, up to a number; those that none has are left out. Of those that many had a
/// minute ago it is taken that many have them.
pub(super) fn count(db: &mut AnyConnection, known: &Known, words: &BTreeSet<WordId>) -> Result<HashMap<WordId, i64>> {
    /// So many fit into a statement on either database.
    const AT_ONCE: usize = 512;
    let (many, others): (Vec<WordId>, Vec<WordId>) = words.iter().partition(|word| known.is_frequent(**word));
    let mut counts: HashMap<WordId, i64> = many.into_iter().map(|word| (word, FEW + 1)).collect();
    for some in others.chunks(AT_ONCE) {
        let counted: Vec<(i64, i64)> = Counts::of(some).load(db)?;
        for (word, points) in counted.into_iter().filter(|(_, points)| *points > 0) {
            if points > FEW {
                known.note_frequent(WordId(word));
            }
            counts.insert(WordId(word), points);
        }
    }
    Ok(counts)
}

/// The statement that counts the points which have each of some words: at most one more than few. As with
/// [`among`], there are few texts of it.
struct Counts(Vec<i64>);

impl Counts {
    fn of(words: &[WordId]) -> Self {
        let mut words: Vec<i64> = words.iter().map(|word| word.0).collect();
        if let Some(last) = words.last().copied() {
            words.resize(words.len().next_power_of_two(), last);
        }
        Self(words)
    }
}

/// The text of the statement tells how many there are.
impl QueryId for Counts {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Counts {
    type SqlType = (BigInt, BigInt);
}
impl RunQueryDsl<AnyConnection> for Counts {}

impl QueryFragment<Backend> for Counts {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql(
            "SELECT column1, (SELECT count(*) FROM (SELECT 1 FROM service_point_words \
             WHERE service_point_words.word = column1 LIMIT ",
        );
        out.push_bind_param::<BigInt, i64>(&(FEW + 1))?;
        out.push_sql(") AS few) FROM (VALUES ");
        for (index, word) in self.0.iter().enumerate() {
            out.push_sql(if index == 0 { "(CAST(" } else { ", (CAST(" });
            out.push_bind_param::<BigInt, i64>(word)?;
            out.push_sql(" AS BIGINT))");
        }
        out.push_sql(") AS asked");
        Ok(())
    }
}
