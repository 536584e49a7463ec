//! What objects are called in other systems, for every noun that other systems push.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Text;
use digituki_domain::external_id::{ExternalId, Source};
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::Noun;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::batch::{Batch, add_rows};
use crate::column;
use crate::connection::AnyConnection;
use crate::error::{Error, Result, in_body};
use crate::noun::Step;
use crate::schema::external_ids;
use crate::write::Tx;

/// Replaces what an object is called elsewhere.
pub(crate) fn put<'a, N: Noun>(
    batch: &mut Batch<'_, 'a>,
    id: &'a str,
    step: Step<'a, N::Record>,
    now: &'a N::Record,
    called: impl Fn(&'a N::Record) -> &'a [ExternalId],
) -> Result<()> {
    let before = if let Step::Replace(before) = step { called(before) } else { &[] };
    let now = called(now);
    for lost in before.iter().filter(|external| !now.contains(external)) {
        let key = (N::NOUN.code(), lost.source.as_str(), lost.source_id.as_str());
        batch.add(diesel::delete(external_ids::table.find(key)))?;
    }
    let won: Vec<&'a ExternalId> = now.iter().filter(|external| !before.contains(external)).collect();
    if !won.is_empty() {
        add_rows!(*batch, insert_into external_ids, won => |external| {
            noun: Text = N::NOUN.code(),
            source: Text = external.source.as_str(),
            source_id: Text = external.source_id.as_str(),
            object: Text = id,
        });
    }
    Ok(())
}

/// Forgets what an object is called elsewhere.
pub(crate) fn remove<N: Noun>(db: &mut AnyConnection, id: &N::Id) -> Result<()> {
    let of_object = external_ids::table.filter(external_ids::noun.eq(N::NOUN.code()));
    diesel::delete(of_object.filter(external_ids::object.eq(id.to_string()))).execute(db)?;
    Ok(())
}

/// The object that a source calls so.
pub(crate) fn object<N: Noun>(db: &mut AnyConnection, external: &ExternalId) -> Result<Option<N::Id>> {
    let key = (N::NOUN.code(), external.source.as_str(), external.source_id.as_str());
    let id: Option<String> = external_ids::table.find(key).select(external_ids::object).first(db).optional()?;
    id.map(|id| column::parse(&id)).transpose()
}

/// The ids of the objects of a noun that any of the sources knows.
#[auto_type]
pub(crate) fn known_to(noun: &'static str, sources: Vec<String>) -> _ {
    let of_noun = external_ids::table.filter(external_ids::noun.eq(noun));
    of_noun.filter(external_ids::source.eq_any(sources)).select(external_ids::object)
}

/// Refuses what another object is called already, and what only the registry itself writes.
pub(crate) fn check<N: Noun>(tx: &mut Tx, id: &N::Id, called: &[ExternalId], before: &[ExternalId]) -> Result<()> {
    let (mut reserved, mut taken) = (Vec::new(), Vec::new());
    for (place, external) in in_body("/external_ids", called) {
        let value = format!("{}/{}", external.source, external.source_id);
        if external.source.as_str() == Source::DEMONSTRATION && !before.contains(&external) {
            let Place::Pointer(pointer) = place else { continue };
            reserved.push(Violation::pointer(&format!("{pointer}/source"), Invalid::Reserved { value }));
        } else if object::<N>(tx.db(), &external)?.is_some_and(|other| other != *id) {
            taken.push(Violation { place, invalid: Invalid::Taken { value } });
        }
    }
    match (reserved.is_empty(), taken.is_empty()) {
        (false, _) => Err(Error::Refused(reserved)),
        (true, false) => Err(Error::Conflict(taken)),
        (true, true) => Ok(()),
    }
}
