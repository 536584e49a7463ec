//! Duplicates: pairs of objects that are likely to be one, looked for whenever one of them changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use digituki_domain::duplicate::{Duplicate, DuplicateFilter, DuplicateObject, DuplicateReason, are_near};
use digituki_domain::location::Location;
use digituki_domain::notice::Notice;
use digituki_domain::noun::{Kept, Noun, NounName};
use digituki_domain::policy::Permit;
use digituki_domain::provider::Provider;
use digituki_domain::service::Service;
use digituki_domain::text::Names;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::column::{self, Json, Plain, any_of};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::noun::{Referred, Step};
use crate::page::{Asked, Page, Position};
use crate::schema::likely_duplicates;

/// How many objects one is compared with at most.
pub(crate) const MOST_CANDIDATES: i64 = 500;
/// How many duplicates of one object are told at most.
const MOST_TOLD: usize = 20;

/// A noun of which two objects may turn out to be one.
pub(crate) trait Duplicable: Referred {
    /// What it is called.
    fn names(record: &Self::Record) -> &Names;

    /// Whether everyone may see it.
    fn is_published(record: &Self::Record) -> bool;

    /// Those of some objects that the caller may see.
    fn seen(db: &mut AnyConnection, permit: &Permit, today: NaiveDate, ids: &[String]) -> Result<Vec<String>>;

    /// The objects that are near it by more than their names, itself perhaps among them.
    fn candidates(db: &mut AnyConnection, kept: &Kept<Self>) -> Result<Vec<Candidate>>;
}

/// An object with which another one is compared by its names.
pub(crate) struct Candidate {
    pub(crate) id: String,
    pub(crate) names: Names,
    /// What is near of it beside the names.
    pub(crate) reasons: Vec<DuplicateReason>,
}

/// Notes the likely duplicates of an object that was written.
pub(crate) fn look<N: Duplicable>(db: &mut AnyConnection, kept: &Kept<N>, step: Step<N::Record>) -> Result<()> {
    let (id, names) = (kept.id.to_string(), N::names(&kept.record));
    let mut found = BTreeMap::new();
    for candidate in N::candidates(db, kept)? {
        if candidate.id == id || !are_near(names, &candidate.names) {
            continue;
        }
        let reasons = [&[DuplicateReason::NearName], candidate.reasons.as_slice()].concat();
        // Ids made later sort later.
        let pair = if candidate.id < id { (candidate.id, id.clone()) } else { (id.clone(), candidate.id) };
        found.insert(pair, Json::of(&reasons)?.text().to_owned());
    }
    if let Step::Replace(_) = step {
        let columns = (likely_duplicates::first, likely_duplicates::second);
        let known = of_object(N::NOUN.code(), &id).select((columns, likely_duplicates::reasons)).load(db)?;
        if found == known.into_iter().collect() {
            return Ok(());
        }
        forget::<N>(db, &kept.id)?;
    }
    for ((first, second), reasons) in found {
        diesel::insert_into(likely_duplicates::table)
            .values((
                likely_duplicates::noun.eq(N::NOUN.code()),
                likely_duplicates::first.eq(first),
                likely_duplicates::second.eq(second),
                likely_duplicates::reasons.eq(reasons),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Forgets the likely duplicates of an object.
pub(crate) fn forget<N: Noun>(db: &mut AnyConnection, id: &N::Id) -> Result<()> {
    diesel::delete(of_object(N::NOUN.code(), &id.to_string())).execute(db)?;
    Ok(())
}

/// The pairs in which an object is.
#[auto_type]
fn of_object<'a>(noun: &'static str, id: &'a str) -> _ {
    let of_noun = likely_duplicates::table.filter(likely_duplicates::noun.eq(noun));
    of_noun.filter(likely_duplicates::first.eq(id).or(likely_duplicates::second.eq(id)))
}

/// What is to be said of the likely duplicates of each of a page's objects: of those that everyone may see.
pub(crate) fn notices<N: Duplicable>(db: &mut AnyConnection, kept: &[Kept<N>]) -> Result<HashMap<String, Vec<Notice>>> {
    let ids: BTreeSet<String> = kept.iter().map(|kept| kept.id.to_string()).collect();
    let rows: Vec<(String, String)> = likely_duplicates::table
        .filter(likely_duplicates::noun.eq(N::NOUN.code()))
        .filter(among(likely_duplicates::first, ids.clone()).or(among(likely_duplicates::second, ids.clone())))
        .select((likely_duplicates::first, likely_duplicates::second))
        .load(db)?;
    let mut pairs = Vec::new();
    for (first, second) in rows {
        pairs.extend(ids.contains(&second).then(|| (second.clone(), first.clone())));
        pairs.extend(ids.contains(&first).then_some((first, second)));
    }
    if pairs.is_empty() {
        return Ok(HashMap::new());
    }
    pairs.sort_unstable();
    let others: Vec<String> = pairs.iter().map(|(_, other)| other.clone()).collect();
    let others = N::find_many(db, &others)?;
    let shown: Vec<String> =
        others.into_iter().filter(|other| N::is_published(&other.record)).map(|other| other.id.to_string()).collect();
    let mut notices: HashMap<String, Vec<Notice>> = HashMap::new();
    for (id, other) in pairs {
        let told = notices.entry(id).or_default();
        if told.len() < MOST_TOLD && shown.contains(&other) {
            told.push(Notice::likely_duplicate(column::parse(&other)?));
        }
    }
    Ok(notices)
}

/// Lists the likely duplicates of which the caller may see both.
pub fn list(db: &mut AnyConnection, asked: &Asked<DuplicateFilter>) -> Result<Page<Duplicate>> {
    // Of what is not published, only looking tells whether the caller may see it.
    const STRIDE: i64 = 1_000;
    let window = &asked.window;
    let mut after = window.after.as_ref().map(|after| (after.sort.clone(), after.id.clone()));
    let mut found: Vec<(Row, Duplicate)> = Vec::new();
    let mut start = if window.count { None } else { after.take() };
    loop {
        let rows = rows(db, &asked.filter, start.as_ref(), STRIDE)?;
        let last = rows.last().map(|row| (row.noun_and_first(), row.second.clone()));
        let ended = i64::try_from(rows.len()).unwrap_or(STRIDE) < STRIDE;
        found.extend(shown(db, asked, rows)?);
        let enough = !window.count && found.len() > window.limit;
        if ended || enough || last.is_none() {
            break;
        }
        start = last;
    }
    let total = window.count.then(|| i64::try_from(found.len()).unwrap_or(i64::MAX));
    if let Some((first, second)) = after {
        found.retain(|(row, _)| (row.noun_and_first(), row.second.clone()) > (first.clone(), second.clone()));
    }
    found.truncate(window.limit + 1);
    let position = |(row, _): &(Row, Duplicate)| Position { sort: row.noun_and_first(), id: row.second.clone() };
    window.page(found, total, position, |found| Ok(found.into_iter().map(|(_, duplicate)| duplicate).collect()))
}

#[derive(Queryable)]
struct Row {
    noun: Plain<NounName>,
    first: String,
    second: String,
    reasons: Json<Vec<DuplicateReason>>,
}

impl Row {
    fn noun_and_first(&self) -> String {
        format!("{}:{}", self.noun.text(), self.first)
    }
}

fn rows(
    db: &mut AnyConnection,
    filter: &DuplicateFilter,
    after: Option<&(String, String)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let mut query = likely_duplicates::table
        .order((likely_duplicates::noun, likely_duplicates::first, likely_duplicates::second))
        .limit(limit)
        .into_boxed();
    any_of!(query, likely_duplicates::noun, filter.noun);
    if let Some((noun_and_first, second)) = after {
        let (noun, first) = noun_and_first.split_once(':').unwrap_or_default();
        let (noun, first, second) = (noun.to_owned(), first.to_owned(), second.clone());
        let later = likely_duplicates::first.gt(first.clone());
        let same = likely_duplicates::first.eq(first).and(likely_duplicates::second.gt(second));
        let of_noun = likely_duplicates::noun.eq(noun.clone()).and(later.or(same));
        query =
            query.filter(likely_duplicates::noun.ge(noun.clone()).and(likely_duplicates::noun.gt(noun).or(of_noun)));
    }
    Ok(query.load(db)?)
}

/// The pairs of which the caller may see both.
fn shown(db: &mut AnyConnection, asked: &Asked<DuplicateFilter>, rows: Vec<Row>) -> Result<Vec<(Row, Duplicate)>> {
    let mut objects: HashMap<String, DuplicateObject> = HashMap::new();
    for noun in [NounName::Provider, NounName::Location, NounName::Service] {
        let of_noun = rows.iter().filter(|row| row.noun.text() == noun.code());
        let ids: Vec<String> = of_noun.flat_map(|row| [row.first.clone(), row.second.clone()]).collect();
        if ids.is_empty() {
            continue;
        }
        objects.extend(match noun {
            NounName::Provider => objects_of::<Provider>(db, asked, &ids)?,
            NounName::Location => objects_of::<Location>(db, asked, &ids)?,
            _ => objects_of::<Service>(db, asked, &ids)?,
        });
    }
    let duplicate = |row: Row| {
        let pair = objects.get(&row.first).cloned().zip(objects.get(&row.second).cloned());
        pair.map(|(first, second)| {
            let duplicate =
                Duplicate { noun: row.noun.read()?, reasons: row.reasons.read()?, objects: vec![first, second] };
            Ok((row, duplicate))
        })
    };
    rows.into_iter().filter_map(duplicate).collect()
}

fn objects_of<N: Duplicable>(
    db: &mut AnyConnection,
    asked: &Asked<DuplicateFilter>,
    ids: &[String],
) -> Result<Vec<(String, DuplicateObject)>> {
    let seen = N::seen(db, &asked.permit, asked.moment.today, ids)?;
    let object = |kept: Kept<N>| {
        let (id, names) = (kept.id.to_string(), N::names(&kept.record).clone());
        Ok((id.clone(), DuplicateObject { id: column::parse(&id)?, names }))
    };
    N::find_many(db, &seen)?.into_iter().map(object).collect()
}
