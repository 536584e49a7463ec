//! Programmes and the areas that they cover.

use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::programme::{Coordinator, CoordinatorFacts, Programme, ProgrammeFacts, ProgrammeFilter};
use digituki_domain::vocabulary::Vocabulary;

use crate::column::Json;
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, together};
use crate::noun::{Step, Stored, Written, find_row, list_rows, put_areas, put_list, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{programme_areas, programme_coordinators, programmes};
use crate::write::Tx;
use crate::{area, organisation};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = programmes, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(key))]
struct Row {
    key: String,
    previous: Option<String>,
    sort_date: String,
    record: Json<ProgrammeFacts>,
    version: i64,
}

/// Lists programmes, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<ProgrammeFilter>) -> Result<Page<Programme>> {
    let filter = &asked.filter;
    area::require(db, in_query("region", &filter.region))?;
    let matching = || -> programmes::BoxedQuery<'static, Backend> {
        let mut query = programmes::table.into_boxed();
        if !filter.region.is_empty() {
            let covering = programme_areas::table
                .filter(programme_areas::kind.eq(AreaKind::Region.code()))
                .filter(programme_areas::code.eq_any(area::codes(&filter.region)));
            let national = programme_areas::table.filter(programme_areas::kind.eq(AreaKind::Country.code()));
            query = query.filter(
                programmes::key
                    .eq_any(covering.select(programme_areas::programme))
                    .or(programmes::key.eq_any(national.select(programme_areas::programme))),
            );
        }
        query
    };
    list_rows!(db, asked, matching, programmes, key, programmes::sort_date)
}

/// Refuses programmes that the registry does not know.
pub(crate) fn require(db: &mut AnyConnection, asked: &[Key]) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = asked.iter().map(Key::as_str).collect();
    let known: Vec<String> = programmes::table.select(programmes::key).filter(programmes::key.eq_any(keys)).load(db)?;
    refuse_unknown("programme", asked, &known)
}

/// Refuses a programme that a body names and the registry does not know.
pub(crate) fn require_in_body(db: &mut AnyConnection, pointer: &str, key: &Key) -> Result<()> {
    match Programme::find(db, key)? {
        Some(_) => Ok(()),
        None => refuse(vec![Violation::pointer(pointer, Invalid::NoSuch { value: key.to_string() })]),
    }
}

/// Refuses the keys that are not among the known ones.
pub(crate) fn refuse_unknown(parameter: &'static str, asked: &[Key], known: &[String]) -> Result<()> {
    let unknown = asked.iter().filter(|key| !known.iter().any(|known| known == key.as_str()));
    refuse(unknown.map(|key| Violation::parameter(parameter, Invalid::NoSuch { value: key.to_string() })).collect())
}

impl Stored for Programme {
    fn find(db: &mut AnyConnection, key: &Key) -> Result<Option<Kept<Self>>> {
        find_row!(db, programmes, key, key.as_str())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (key, record) = (kept.id.as_str(), &kept.record);
        let row = Row {
            key: key.to_owned(),
            previous: record.previous.as_ref().map(ToString::to_string),
            sort_date: record.starts.earliest.to_string(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, programmes, key, &row, step);
        put_areas!(db, programme_areas, programme = key, step, record.areas);
        let coordinators: std::collections::BTreeSet<String> =
            record.coordinators.iter().map(|coordinator| coordinator.organisation.to_string()).collect();
        put_list!(db, programme_coordinators, programme = key, step, coordinators => |id: String| {
            programme_coordinators::organisation_id.eq(id)
        });
        Ok(())
    }

    /// By law alone: a phase that is over has an end, and stays.
    fn remove(db: &mut AnyConnection, key: &Key) -> Result<()> {
        let key = key.as_str();
        diesel::delete(programme_areas::table.filter(programme_areas::programme.eq(key))).execute(db)?;
        diesel::delete(programme_coordinators::table.filter(programme_coordinators::programme.eq(key))).execute(db)?;
        diesel::delete(programmes::table.find(key)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let areas = area::Named::load(db, kept.iter().flat_map(|kept| &kept.record.areas))?;
        let coordinators = kept.iter().flat_map(|kept| &kept.record.coordinators);
        let organisations = Named::load(db, coordinators.map(|coordinator| coordinator.organisation))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let coordinator = |of: CoordinatorFacts| {
                    let organisation = organisations.get(of.organisation)?;
                    Ok(Coordinator { organisation, first_day: of.first_day, last_day: of.last_day })
                };
                Ok(Self {
                    key: id,
                    names: record.names,
                    descriptions: record.descriptions,
                    goals: record.goals,
                    coordinators: record.coordinators.into_iter().map(coordinator).collect::<Result<_>>()?,
                    previous: record.previous,
                    starts: record.starts,
                    ends: record.ends,
                    areas: areas.all(&record.areas)?,
                    grants_total: record.grants_total,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Programme {
    fn new_id(facts: &ProgrammeFacts) -> Key {
        facts.key.clone()
    }

    fn compose(
        tx: &mut Tx,
        key: &Key,
        facts: ProgrammeFacts,
        before: Option<&ProgrammeFacts>,
    ) -> Result<ProgrammeFacts> {
        let coordinators = facts.coordinators.iter().enumerate().map(|(index, coordinator)| {
            (Place::Pointer(format!("/coordinators/{index}/organisation")), coordinator.organisation)
        });
        together([
            organisation::require(tx.db(), coordinators.collect()),
            area::require(tx.db(), in_body("/areas", &facts.areas)),
            require_previous(tx, key, facts.previous.as_ref()),
            keep_key(key, &facts.key),
        ])?;
        if before.is_none() {
            refuse_taken::<Self>(tx, key)?;
        }
        Ok(facts)
    }
}

/// The phase before is there, and does not come after.
fn require_previous(tx: &mut Tx, key: &Key, previous: Option<&Key>) -> Result<()> {
    let Some(first) = previous else { return Ok(()) };
    require_in_body(tx.db(), "/previous", first)?;
    let mut next = Some(first.clone());
    while let Some(phase) = next {
        if phase == *key {
            return refuse(vec![Violation::pointer("/previous", Invalid::Contradictory)]);
        }
        next = Programme::find(tx.db(), &phase)?.and_then(|kept| kept.record.previous);
    }
    Ok(())
}

/// What has a key keeps it.
pub(crate) fn keep_key(key: &Key, written: &Key) -> Result<()> {
    if written == key {
        return Ok(());
    }
    let invalid = Invalid::UnknownValue { value: written.to_string(), allowed: vec![key.to_string()] };
    refuse(vec![Violation::pointer("/key", invalid)])
}

/// A key belongs to one.
pub(crate) fn refuse_taken<N: Stored<Id = Key>>(tx: &mut Tx, key: &Key) -> Result<()> {
    if N::find(tx.db(), key)?.is_none() {
        return Ok(());
    }
    let invalid = Invalid::Taken { value: key.to_string() };
    Err(Error::Conflict(vec![Violation::pointer("/key", invalid)]))
}
