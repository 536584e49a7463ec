//! The words by which points are found.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Nullable, SmallInt, Text};
use digituki_domain::provider::ProviderFacts;
use digituki_domain::search::{SearchField, WordId, Words};
use digituki_domain::service::{ServiceArea, ServiceFacts};
use digituki_domain::service_point::PointLocation;

use super::Known;
use super::render::Row;
use crate::among::{among, padded};
use crate::batch::{Batch, OverRows, add_rows};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::own_expression::own_expression;
use crate::schema::{service_point_texts, service_point_words};

/// What all points of a service are found by.
pub(super) fn of(service: &ServiceFacts, provider: &ProviderFacts, area: Option<&ServiceArea>) -> Words {
    let mut words = Words::default();
    words.text(SearchField::Name, &service.names);
    words.values(service.topics.iter().copied());
    words.values(service.target_groups.iter().copied());
    words.values(service.special_support.iter().copied());
    words.values(service.delivery_modes.iter().copied());
    words.values([service.support_form]);
    words.values(service.fee);
    words.values(service.access_modes.iter().copied());
    words.values([provider.provider_type]);
    words.values(service.languages.iter().copied());
    words.text(SearchField::Summary, &provider.names);
    if let Some(texts) = &service.short_descriptions {
        words.text(SearchField::Summary, texts);
    }
    if let Some(texts) = &service.descriptions {
        words.text(SearchField::Description, texts);
    }
    if let Some(texts) = &service.fee_note {
        words.text(SearchField::Description, texts);
    }
    for area in area.iter().flat_map(|area| &area.areas) {
        words.text(SearchField::Keyword, &area.names);
    }
    words
}

/// Adds what a point is found by for where it is.
pub(super) fn add_location(words: &mut Words, location: &PointLocation) {
    words.text(SearchField::Keyword, &location.names);
    words.text(SearchField::Keyword, &location.address.municipality.names);
    if let Some(street) = &location.address.street {
        words.text(SearchField::Description, street);
    }
    if let Some(postcode) = &location.address.postcode {
        words.number(SearchField::Keyword, postcode.as_str());
    }
}

/// A point's row and words, and those it had.
type Change<'a> = (&'a Row, &'a Words, Option<(&'a Row, &'a Words)>);

/// Puts the words of points in the place of those that they had.
pub(super) fn put<'a>(batch: &mut Batch<'_, 'a>, points: impl Iterator<Item = Change<'a>>) -> Result<()> {
    let (mut gone, mut new, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for (row, words, before) in points.filter(|(row, words, before)| *before != Some((*row, *words))) {
        let before: BTreeSet<(WordId, i16)> = before.into_iter().flat_map(|(_, words)| words.iter()).collect();
        let now: BTreeSet<(WordId, i16)> = words.iter().collect();
        gone.extend(before.difference(&now).map(|(word, field)| (*word, *field, row.number)));
        new.extend(now.difference(&before).map(|(word, field)| (*word, *field, row.number)));
        texts.push((row, pack(words)));
    }
    remove(batch, &gone)?;
    if !new.is_empty() {
        add_rows!(*batch, insert_into service_point_words, new => |(word, field, number)| {
            word: BigInt = word.0,
            field: SmallInt = *field,
            number: BigInt = *number,
        });
    }
    if !texts.is_empty() {
        add_rows!(*batch, replace_into service_point_texts, texts => |(row, words)| {
            number: BigInt = row.number,
            id: Text = row.id.as_str(),
            hours: Nullable<BigInt> = row.hours,
            northing: Nullable<BigInt> = row.northing,
            easting: Nullable<BigInt> = row.easting,
            verified_at: Nullable<BigInt> = row.verified_at,
            has_place: Bool = row.has_place,
            valid_from: Nullable<Date> = row.valid_from,
            valid_to: Nullable<Date> = row.valid_to,
            words: Binary = words.clone(),
        }, "ON CONFLICT (number) DO UPDATE SET id = excluded.id, hours = excluded.hours, northing = excluded.northing, \
            easting = excluded.easting, verified_at = excluded.verified_at, has_place = excluded.has_place, \
            valid_from = excluded.valid_from, valid_to = excluded.valid_to, words = excluded.words");
    }
    Ok(())
}

/// Removes the words of points.
pub(super) fn forget<'a>(batch: &mut Batch, points: impl Iterator<Item = (i64, &'a Words)>) -> Result<()> {
    let (mut gone, mut numbers) = (Vec::new(), Vec::new());
    for (number, words) in points {
        gone.extend(words.iter().map(|(word, field)| (word, field, number)));
        numbers.push(number);
    }
    remove(batch, &gone)?;
    batch.add(diesel::delete(service_point_texts::table.filter(among(service_point_texts::number, numbers))))
}

fn remove(batch: &mut Batch, gone: &[(WordId, i16, i64)]) -> Result<()> {
    match batch {
        Batch::Postgresql(_, statements) if !gone.is_empty() => {
            let words: Vec<i64> = gone.iter().map(|(word, ..)| word.0).collect();
            let fields: Vec<i16> = gone.iter().map(|(_, field, _)| *field).collect();
            let numbers: Vec<i64> = gone.iter().map(|(.., number)| *number).collect();
            statements.push(Box::new(OverRows {
                before: "DELETE FROM service_point_words WHERE (word, field, number) IN",
                columns: vec![
                    Box::new(words.into_sql::<Array<BigInt>>()),
                    Box::new(fields.into_sql::<Array<SmallInt>>()),
                    Box::new(numbers.into_sql::<Array<BigInt>>()),
                ],
                after: "",
            }));
        }
        Batch::Postgresql(..) => {}
        Batch::Sqlite(db) => {
            for (word, field, number) in gone {
                diesel::delete(service_point_words::table.find((word.0, field, number))).execute(*db)?;
            }
        }
    }
    Ok(())
}

/// Words as bytes: eight for each term, in their order, and behind them one for its field.
fn pack(words: &Words) -> Vec<u8> {
    let mut packed = Vec::new();
    for (word, field) in words.iter() {
        packed.extend(word.0.to_be_bytes());
        packed.extend(u8::try_from(field));
    }
    packed
}

pub(super) fn unpack(packed: &[u8]) -> Words {
    stored(packed).collect()
}

/// Those of the words that are stored as bytes which are among some others.
pub(super) fn unpack_some(packed: &[u8], wanted: &[WordId]) -> Words {
    let (words, _) = packed.as_chunks::<9>();
    let find = |word: &WordId| words.binary_search_by_key(word, |one| read(one).0).ok();
    wanted.iter().filter_map(find).map(|place| read(&words[place])).collect()
}

fn stored(packed: &[u8]) -> impl Iterator<Item = (WordId, i16)> + '_ {
    let (words, _) = packed.as_chunks::<9>();
    words.iter().map(read)
}

fn read([word @ .., field]: &[u8; 9]) -> (WordId, i16) {
    (WordId(i64::from_be_bytes(*word)), i16::from(*field))
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Whether a point's words, as they are stored, hold one of them.
    fn holds(words: Binary, word: BigInt) -> Bool;
}

/// Teaches SQLite how words are stored; PostgreSQL knows it from its migrations.
pub(crate) fn teach(sqlite: &mut SqliteConnection) -> diesel::QueryResult<()> {
    holds_utils::register_impl(sqlite, |words: Vec<u8>, word: i64| stored(&words).any(|(own, _)| own.0 == word))
}

/// Whether a point holds any of some words: its words are looked through in its one row, so that no index is asked for each
/// word in each field.
#[derive(Debug, Clone)]
pub(super) struct Holds(Hold);

pub(super) fn holds_any(words: &[i64]) -> Holds {
    Holds(hold_any(words))
}

own_expression!(Holds: Bool);

impl QueryFragment<Backend> for Holds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("(SELECT ");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" FROM service_point_texts WHERE service_point_texts.number = service_points.number)");
        Ok(())
    }
}

/// Whether a point whose words are at hand holds any of some words.
#[derive(Debug, Clone)]
pub(super) struct Hold(Vec<i64>);

pub(super) fn hold_any(words: &[i64]) -> Hold {
    Hold(padded(words.to_vec()))
}

own_expression!(Hold: Bool);

impl QueryFragment<Backend> for Hold {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        if self.0.is_empty() {
            out.push_sql("(1 = 0)");
            return Ok(());
        }
        for (index, word) in self.0.iter().enumerate() {
            out.push_sql(if index == 0 { "(holds(" } else { " OR holds(" });
            out.push_sql("service_point_texts.words, ");
            out.push_bind_param::<BigInt, i64>(word)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}

/// So many points of a term are counted: it tells which of several words is the rarest. To walk along a word that only
/// seemed to be takes longer than to count to the end, once a minute.
const COUNTED: i64 = 100_000;

/// How many points have each of some terms, up to a number; those that none has are left out. Of those that some had a
/// minute ago it is taken that as many have them.
pub(super) fn count(db: &mut AnyConnection, known: &Known, words: &BTreeSet<WordId>) -> Result<HashMap<WordId, i64>> {
    /// So many fit into a statement on either database.
    const AT_ONCE: usize = 512;
    let mut counts: HashMap<WordId, i64> =
        words.iter().filter_map(|word| Some((*word, known.holders(*word)?))).collect();
    let others: Vec<WordId> = words.iter().copied().filter(|word| !counts.contains_key(word)).collect();
    for some in others.chunks(AT_ONCE) {
        let counted: Vec<(i64, i64)> = Counts(padded(some.iter().map(|word| word.0).collect())).load(db)?;
        for (word, points) in counted.into_iter().filter(|(_, points)| *points > 0) {
            known.note_holders(WordId(word), points);
            counts.insert(WordId(word), points);
        }
    }
    Ok(counts)
}

/// The statement that counts the points which have each of some words: at most one more than few. As with
/// [`among`], there are few texts of it.
struct Counts(Vec<i64>);

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
        out.push_bind_param::<BigInt, i64>(&COUNTED)?;
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
