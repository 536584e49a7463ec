//! What the log says: the feed of changes, the history of one object, what was known at an instant.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, max};
use diesel::prelude::*;
use digituki_domain::application::Application;
use digituki_domain::area::Area;
use digituki_domain::assessment::Assessment;
use digituki_domain::assessment_framework::AssessmentFramework;
use digituki_domain::assessment_round::AssessmentRound;
use digituki_domain::call::Call;
use digituki_domain::change::{Change, ChangeFilter, Operation, Sights};
use digituki_domain::change_request::ChangeRequest;
use digituki_domain::clock::Moment;
use digituki_domain::decision::Decision;
use digituki_domain::evaluation::Evaluation;
use digituki_domain::grant::Grant;
use digituki_domain::location::Location;
use digituki_domain::merge::ObjectId;
use digituki_domain::municipality::Municipality;
use digituki_domain::noun::{Kept, NounName};
use digituki_domain::organisation::Organisation;
use digituki_domain::pilot::Pilot;
use digituki_domain::policy::{Permit, Reach};
use digituki_domain::programme::Programme;
use digituki_domain::provider::Provider;
use digituki_domain::report::Report;
use digituki_domain::service::Service;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary as _;
use serde_json::Value;

use crate::column::{self, Json, any_of, stored_instant};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::log::{Head, Row};
use crate::noun::{Stored, Written};
use crate::page::{Asked, Page, Position};
use crate::schema::{changes, payloads};
use crate::write::Dissolved;

/// How many entries one question looks through at most where only looking tells which of them the caller sees.
const LONGEST_LOOK: i64 = 2_000;

/// A page of the feed.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The changes, in the order in which they were made.
    pub items: Vec<Change>,
    /// Up to here everything has been seen.
    pub last_seq: i64,
    /// The newest change of all.
    pub newest_seq: i64,
    /// Whether there is more already.
    pub more: bool,
}

/// The changes after a number, of those that the caller may see.
pub fn changes(db: &mut AnyConnection, asked: &Asked<ChangeFilter>) -> Result<Changes> {
    let start = asked.window.after.as_ref().map(|after| column::parse(&after.id)).transpose()?;
    let after = start.or(asked.filter.after).unwrap_or(0);
    let head = Head::read(db)?.seq;
    let look = match asked.permit.reach() {
        Reach::Named | Reach::Organisation | Reach::Regions => LONGEST_LOOK,
        // The question itself leaves out what is not seen, or all but little of it is seen.
        Reach::Nothing | Reach::Published | Reach::Everything => asked.window.fetch(),
    };
    let mut query = changes::table
        .filter(changes::seq.gt(after))
        .order(changes::seq)
        .limit(look)
        .select(Row::as_select())
        .into_boxed();
    any_of!(query, changes::noun, asked.filter.noun);
    if asked.permit.reach() <= Reach::Published {
        query = query.filter(changes::published);
    }
    let rows: Vec<Row> = query.load(db)?;
    let looked_through = i64::try_from(rows.len()).unwrap_or(look) < look;
    // Never before what the caller has seen: a log that was restored may end there.
    let end = if looked_through { head.max(after) } else { rows.last().map_or(after, |row| row.seq) };
    let mut shown = visible(db, rows, &asked.permit)?;
    let more = shown.len() > asked.window.limit;
    shown.truncate(asked.window.limit);
    let last_seq = if more { shown.last().map_or(after, |(row, _)| row.seq) } else { end };
    let items = represent(db, &shown, asked.moment)?;
    Ok(Changes { items, last_seq, newest_seq: head, more: more || !looked_through })
}

/// The entries of one object.
#[auto_type]
pub(crate) fn of_object(noun: NounName, id: String) -> _ {
    let noun: &'static str = noun.code();
    changes::table.filter(changes::noun.eq(noun)).filter(changes::object.eq(id))
}

/// The number of the last change.
pub fn last_seq(db: &mut AnyConnection) -> Result<i64> {
    Ok(Head::read(db)?.seq)
}

/// The history of one object, oldest first: the changes of it that the caller may see.
pub fn history<N: Stored>(db: &mut AnyConnection, id: &N::Id, asked: &Asked<()>) -> Result<Page<Change>> {
    let after: i64 = asked.window.after.as_ref().map_or(Ok(0), |after| column::parse(&after.id))?;
    // A total takes the whole history.
    let start = if asked.window.count { 0 } else { after };
    let entries = of_object(N::NOUN, id.to_string()).filter(changes::seq.gt(start));
    let rows = entries.order(changes::seq).select(Row::as_select()).load(db)?;
    let shown = visible(db, rows, &asked.permit)?;
    let total = asked.window.count.then(|| i64::try_from(shown.len()).unwrap_or(i64::MAX));
    let rest: Vec<_> = shown.into_iter().filter(|(row, _)| row.seq > after).collect();
    let position = |(row, _): &(Row, Operation)| Position { sort: row.seq.to_string(), id: row.seq.to_string() };
    asked.window.page(rest, total, position, |shown| represent(db, &shown, asked.moment))
}

/// An object as the registry knew it at an instant, if the caller may see that.
pub fn known_at<N: Stored>(
    db: &mut AnyConnection,
    id: &N::Id,
    instant: DateTime<Utc>,
    present: Moment,
    permit: &Permit,
) -> Result<Option<N>> {
    let row: Option<Row> = of_object(N::NOUN, id.to_string())
        .filter(changes::recorded_at.le(stored_instant(instant)))
        .order(changes::seq.desc())
        .select(Row::as_select())
        .first(db)
        .optional()?;
    let Some(row) = row.filter(|row| row.operation.text() != Operation::Merged.code()) else { return Ok(None) };
    let sight = row.seen_after.as_ref().map(Json::read).transpose()?;
    if !sight.is_some_and(|sight| permit.sees(&sight)) || !closed(db, std::slice::from_ref(&row), permit)?.is_empty() {
        return Ok(None);
    }
    let Some(data) = data(db, &[row.seq])?.remove(&row.seq) else { return Ok(None) };
    let kept = Kept::<N> { id: id.clone(), record: serde_json::from_str(&data)?, version: Version::new(row.version) };
    // What follows the clock was as of then; what will be nobody knows. A day that was asked for stays.
    let is_asked = present.today != Moment::at(present.now).today;
    let moment = match Moment::at(instant) {
        _ if instant >= present.now => present,
        then if is_asked => Moment { today: present.today, ..then },
        then => then,
    };
    Ok(N::represent(db, vec![kept], moment)?.pop())
}

/// Who wrote the facts of an object as they are: what changed something else since does not count. None where they
/// are older than the last changes that are looked at, or erased.
pub fn author_of_facts<N: Written>(db: &mut AnyConnection, kept: &Kept<N>) -> Result<Option<String>> {
    const LOOKED_AT: i64 = 100;
    let rows: Vec<(String, Option<String>)> = of_object(N::NOUN, kept.id.to_string())
        .inner_join(payloads::table.on(payloads::seq.eq(changes::seq)))
        .order(changes::seq.desc())
        .limit(LOOKED_AT)
        .select((changes::actor, payloads::data))
        .load(db)?;
    let mut author = None;
    for (actor, data) in rows {
        let Some(data) = data else { break };
        let record: N::Record = serde_json::from_str(&data)?;
        if N::facts(&record) != N::facts(&kept.record) {
            break;
        }
        author = Some(actor);
    }
    Ok(author)
}

/// The last records of objects that are gone, as far as the log still holds them.
pub(crate) fn last_records<N: Stored>(db: &mut AnyConnection, ids: &[N::Id]) -> Result<Vec<(N::Id, N::Record)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, Option<String>)> = changes::table
        .inner_join(payloads::table.on(payloads::seq.eq(changes::seq)))
        .filter(changes::noun.eq(N::NOUN.code()))
        .filter(changes::object.eq_any(ids.iter().map(ToString::to_string)))
        .filter(changes::operation.ne(Operation::Merged.code()))
        .filter(payloads::data.is_not_null())
        .order(changes::seq)
        .select((changes::object, payloads::data))
        .load(db)?;
    // The last of each wins.
    let last: HashMap<String, Option<String>> = rows.into_iter().collect();
    let read = |(id, data): (String, Option<String>)| {
        Ok((column::parse(&id)?, serde_json::from_str(data.as_deref().unwrap_or_default())?))
    };
    last.into_iter().map(read).collect()
}

fn visible(db: &mut AnyConnection, rows: Vec<Row>, permit: &Permit) -> Result<Vec<(Row, Operation)>> {
    let closed = closed(db, &rows, permit)?;
    let mut shown = Vec::new();
    for row in rows {
        let is_closed = !row.published && closed.contains(&(row.noun.text().to_owned(), row.object.clone()));
        let sights = Sights {
            before: row.seen_before.as_ref().map(Json::read).transpose()?,
            after: row.seen_after.as_ref().map(Json::read).transpose()?,
        };
        // That it went it may know.
        let operation = sights.shown(row.operation.read()?, permit);
        if let Some(operation) = operation.filter(|operation| !is_closed || *operation == Operation::Deleted) {
            shown.push((row, operation));
        }
    }
    Ok(shown)
}

/// The objects that have been closed to the caller since: what it was named on, and is no more, and what is private now. Of
/// all else it may know what it once saw.
fn closed(db: &mut AnyConnection, rows: &[Row], permit: &Permit) -> Result<HashSet<(String, String)>> {
    let may_close = |row: &&Row| match permit.reach() {
        Reach::Named => !row.published,
        Reach::Everything => row.noun.text() == NounName::Application.code(),
        Reach::Organisation | Reach::Regions | Reach::Published | Reach::Nothing => false,
    };
    let objects: BTreeSet<&str> = rows.iter().filter(may_close).map(|row| row.object.as_str()).collect();
    // With their nouns an index leads to them.
    let nouns: BTreeSet<&str> = rows.iter().filter(may_close).map(|row| row.noun.text()).collect();
    if objects.is_empty() {
        return Ok(HashSet::new());
    }
    let last: Vec<Option<i64>> = changes::table
        .filter(changes::noun.eq_any(nouns))
        .filter(changes::object.eq_any(objects))
        .group_by((changes::noun, changes::object))
        .select(max(changes::seq))
        .load(db)?;
    let last: Vec<i64> = last.into_iter().flatten().collect();
    let last: Vec<Row> = changes::table.filter(changes::seq.eq_any(last)).select(Row::as_select()).load(db)?;
    let mut closed = HashSet::new();
    for row in last {
        let sight = row.seen_after.as_ref().map(Json::read).transpose()?;
        if sight.is_some_and(|sight| !permit.sees(&sight)) {
            closed.insert((row.noun.text().to_owned(), row.object));
        }
    }
    Ok(closed)
}

/// The payloads of entries, by number; without those that were erased.
fn data(db: &mut AnyConnection, seqs: &[i64]) -> Result<HashMap<i64, String>> {
    let columns = (payloads::seq, payloads::data.assume_not_null());
    let rows: Vec<(i64, String)> = payloads::table
        .filter(payloads::seq.eq_any(seqs))
        .filter(payloads::data.is_not_null())
        .select(columns)
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Entries as changes, each with its object as it was after it: one question for each noun, not for each entry.
fn represent(db: &mut AnyConnection, shown: &[(Row, Operation)], moment: Moment) -> Result<Vec<Change>> {
    let told = |operation: &Operation| *operation != Operation::Deleted;
    let there = shown.iter().filter(|(_, operation)| told(operation));
    let seqs: Vec<i64> = there.map(|(row, _)| row.seq).collect();
    let mut data = data(db, &seqs)?;
    let mut by_noun: HashMap<NounName, Vec<(i64, &Row, String)>> = HashMap::new();
    let mut survivors: HashMap<i64, ObjectId> = HashMap::new();
    for (row, operation) in shown {
        let Some(data) = data.remove(&row.seq) else { continue };
        if *operation == Operation::Merged {
            let Dissolved { survivor } = serde_json::from_str(&data)?;
            survivors.insert(row.seq, column::parse(&survivor)?);
        } else {
            by_noun.entry(row.noun.read()?).or_default().push((row.seq, row, data));
        }
    }
    let mut objects: HashMap<i64, Value> = HashMap::new();
    for (noun, entries) in by_noun {
        let represent = match noun {
            NounName::Area => objects_of::<Area>,
            NounName::Municipality => objects_of::<Municipality>,
            NounName::Organisation => objects_of::<Organisation>,
            NounName::Programme => objects_of::<Programme>,
            NounName::Call => objects_of::<Call>,
            NounName::Application => objects_of::<Application>,
            NounName::Decision => objects_of::<Decision>,
            NounName::Evaluation => objects_of::<Evaluation>,
            NounName::Pilot => objects_of::<Pilot>,
            NounName::Grant => objects_of::<Grant>,
            NounName::ChangeRequest => objects_of::<ChangeRequest>,
            NounName::Report => objects_of::<Report>,
            NounName::Provider => objects_of::<Provider>,
            NounName::Location => objects_of::<Location>,
            NounName::Service => objects_of::<Service>,
            NounName::AssessmentFramework => objects_of::<AssessmentFramework>,
            NounName::AssessmentRound => objects_of::<AssessmentRound>,
            NounName::Assessment => objects_of::<Assessment>,
        };
        objects.extend(represent(db, entries, moment)?);
    }
    shown
        .iter()
        .map(|(row, operation)| {
            Ok(Change {
                seq: row.seq,
                recorded_at: row.recorded_at.and_utc(),
                noun: row.noun.read()?,
                id: row.object.clone(),
                operation: *operation,
                version: Version::new(row.version),
                data: objects.remove(&row.seq),
                survivor: survivors.remove(&row.seq),
            })
        })
        .collect()
}

fn objects_of<N: Stored>(
    db: &mut AnyConnection,
    entries: Vec<(i64, &Row, String)>,
    moment: Moment,
) -> Result<Vec<(i64, Value)>> {
    let mut seqs = Vec::new();
    let mut kept = Vec::new();
    for (seq, row, data) in entries {
        let record = serde_json::from_str(&data)?;
        seqs.push(seq);
        kept.push(Kept::<N> { id: column::parse(&row.object)?, record, version: Version::new(row.version) });
    }
    let objects = N::represent(db, kept, moment)?;
    seqs.into_iter().zip(objects).map(|(seq, object)| Ok((seq, serde_json::to_value(object)?))).collect()
}
