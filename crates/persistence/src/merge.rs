//! Merging: one object takes the place of another, with all that refers to it.

use std::collections::HashMap;

use diesel::prelude::*;
use digituki_domain::external_id::ExternalId;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::noun::{Kept, Noun, NounName, Sourced};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::column;
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::noun::Pushed;
use crate::schema::merged_objects;
use crate::write::Tx;

/// A noun of which two objects can be merged.
pub trait Merged: Pushed {
    /// What both records together say: the survivor's, and of the other what the survivor lacks.
    fn united(survivor: &Self::Record, other: &Self::Record) -> Self::Record;

    /// Makes whatever refers to one object refer to another.
    fn move_references(tx: &mut Tx, from: &Self::Id, to: &Self::Id) -> Result<()>;
}

/// Merges another object into one, which survives.
pub fn merge<N: Merged>(tx: &mut Tx, survivor: Kept<N>, other: Kept<N>) -> Result<Kept<N>> {
    const MOST_EXTERNAL_IDS: usize = 20;
    if survivor.id == other.id {
        let invalid = Invalid::NoSuch { value: other.id.to_string() };
        return Err(Error::Refused(vec![Violation::pointer("/other", invalid)]));
    }
    let record = N::united(&survivor.record, &other.record);
    let mut facts = N::facts(&record).clone();
    if N::external_ids(&mut facts).len() > MOST_EXTERNAL_IDS {
        let invalid = Invalid::TooMany { max: MOST_EXTERNAL_IDS };
        return Err(Error::Refused(vec![Violation::pointer("/other", invalid)]));
    }
    tx.check_mine(&survivor)?;
    tx.check_mine(&other)?;
    N::move_references(tx, &other.id, &survivor.id)?;
    redirect::<N>(tx.db(), &other.id, &survivor.id)?;
    tx.dissolve(other, &survivor.id)?;
    // Its references may have moved to it by way of its own row.
    let survivor = N::find(tx.db(), &survivor.id)?.unwrap_or(survivor);
    tx.update(survivor, record)
}

/// What two objects are called elsewhere, together.
pub(crate) fn both<N: Sourced>(survivor: &mut N::Facts, other: &mut N::Facts) {
    let more: Vec<ExternalId> = N::external_ids(other).clone();
    let known = N::external_ids(survivor);
    let is_real = !known.iter().any(ExternalId::is_of_demonstration);
    for external in more {
        // What is real does not become a demonstration by taking one over.
        let is_left_out = is_real && external.is_of_demonstration();
        if !is_left_out && !known.contains(&external) {
            known.push(external);
        }
    }
}

fn redirect<N: Noun>(db: &mut AnyConnection, from: &N::Id, to: &N::Id) -> Result<()> {
    let noun = N::NOUN.code();
    let earlier = merged_objects::table.filter(merged_objects::noun.eq(noun));
    diesel::update(earlier.filter(merged_objects::survivor.eq(from.to_string())))
        .set(merged_objects::survivor.eq(to.to_string()))
        .execute(db)?;
    diesel::insert_into(merged_objects::table)
        .values((
            merged_objects::noun.eq(noun),
            merged_objects::id.eq(from.to_string()),
            merged_objects::survivor.eq(to.to_string()),
        ))
        .execute(db)?;
    Ok(())
}

/// The object into which another one was merged, at once however often that happened; none if it never was.
pub fn survivor<N: Noun>(db: &mut AnyConnection, id: &N::Id) -> Result<Option<N::Id>> {
    survivor_of(db, N::NOUN, &id.to_string())?.map(|id| column::parse(&id)).transpose()
}

/// The objects into which others were merged, by the ids of these.
pub(crate) fn survivors<N: Noun>(db: &mut AnyConnection, ids: &[N::Id]) -> Result<HashMap<String, N::Id>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String)> = merged_objects::table
        .filter(merged_objects::noun.eq(N::NOUN.code()))
        .filter(merged_objects::id.eq_any(ids.iter().map(ToString::to_string)))
        .select((merged_objects::id, merged_objects::survivor))
        .load(db)?;
    rows.into_iter().map(|(id, survivor)| Ok((id, column::parse(&survivor)?))).collect()
}

fn survivor_of(db: &mut AnyConnection, noun: NounName, id: &str) -> Result<Option<String>> {
    Ok(merged_objects::table.find((noun.code(), id)).select(merged_objects::survivor).first(db).optional()?)
}
