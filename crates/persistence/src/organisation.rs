//! Organisations.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::Kept;
use digituki_domain::organisation::{
    BusinessId, Organisation, OrganisationFacts, OrganisationFilter, OrganisationId, OrganisationRecord,
    OrganisationRef, OrganisationType,
};
use digituki_domain::policy::Sight;
use digituki_domain::text::{Label, Names};

use crate::among::among;
use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query, refuse, together};
use crate::feed;
use crate::noun::{Step, Stored, Written, find_row, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::{clients, organisations};
use crate::write::Tx;
use crate::{area, municipality, names};

/// What an organisation is called of which even the log has been erased.
const ERASED: Label = Label { fi: "poistettu organisaatio", sv: "raderad organisation", en: "erased organisation" };

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = organisations, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    organisation_type: Plain<OrganisationType>,
    names: Json<Names>,
    folded_names: String,
    sort_name: String,
    business_id: Option<Plain<BusinessId>>,
    area_kind: Option<Plain<AreaKind>>,
    area_code: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor_id: Option<String>,
    record: Json<OrganisationRecord>,
    version: i64,
}

/// Lists the organisations that existed on a day, alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<OrganisationFilter>) -> Result<Page<Organisation>> {
    let filter = &asked.filter;
    area::require(db, in_query("area", &filter.area))?;
    let matching = || matching(filter, filter.as_of.unwrap_or(asked.moment.today));
    list_rows!(db, asked, matching, organisations, id, organisations::sort_name)
}

/// Refuses organisations that the registry does not know, each at the place that named it.
pub(crate) fn require(db: &mut AnyConnection, asked: Vec<(Place, OrganisationId)>) -> Result<()> {
    let known = Named::stored(db, asked.iter().map(|(_, id)| *id))?;
    let unknown = asked.into_iter().filter(|(_, id)| !known.contains_key(id));
    refuse(unknown.map(|(place, id)| Violation { place, invalid: Invalid::NoSuch { value: id.to_string() } }).collect())
}

/// Whether another organisation than this one has a business id.
pub(crate) fn is_taken(db: &mut AnyConnection, business_id: Option<&BusinessId>, id: OrganisationId) -> Result<bool> {
    let Some(business_id) = business_id else { return Ok(false) };
    let others = organisations::table
        .filter(organisations::business_id.eq(business_id.as_str()))
        .filter(organisations::id.ne(id.to_string()));
    Ok(others.count().get_result::<i64>(db)? > 0)
}

fn matching(filter: &OrganisationFilter, day: NaiveDate) -> organisations::BoxedQuery<'static, Backend> {
    let mut query = organisations::table
        .filter(organisations::valid_from.is_null().or(organisations::valid_from.le(day)))
        .filter(organisations::valid_to.is_null().or(organisations::valid_to.ge(day)))
        .into_boxed();
    any_of!(query, organisations::organisation_type, filter.organisation_type);
    if !filter.area.is_empty() {
        // By code, for which there is an index; then by kind too, as the same code can be of several kinds.
        let wanted: Vec<_> = filter.area.iter().map(ToString::to_string).collect();
        query = query.filter(organisations::area_code.eq_any(area::codes(&filter.area)));
        let area = organisations::area_kind.concat(":").concat(organisations::area_code);
        query = query.filter(area.eq_any(wanted));
    }
    any_of!(query, organisations::business_id, filter.business_id);
    if let Some(letters) = &filter.q {
        query = query.filter(organisations::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

impl Stored for Organisation {
    fn find(db: &mut AnyConnection, id: &OrganisationId) -> Result<Option<Kept<Self>>> {
        find_row!(db, organisations, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let facts = &kept.record.facts;
        let row = Row {
            id: kept.id.to_string(),
            organisation_type: Plain::of(&facts.organisation_type),
            names: Json::of(&facts.names)?,
            folded_names: names::folded(&facts.names),
            sort_name: names::sort_key(&facts.names),
            business_id: facts.business_id.as_ref().map(Plain::of),
            area_kind: facts.area.as_ref().map(|area| Plain::of(&area.kind())),
            area_code: facts.area.as_ref().map(|area| area.code().to_owned()),
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
            successor_id: facts.successor.as_ref().map(ToString::to_string),
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        put_row!(db, organisations, kept.id.to_string(), &row, step);
        Ok(())
    }

    fn remove(db: &mut AnyConnection, id: &OrganisationId) -> Result<()> {
        // This reference alone is checked by the database only at the end of the transaction.
        let named_as_successor = organisations::table.filter(organisations::successor_id.eq(id.to_string()));
        if named_as_successor.count().get_result::<i64>(db)? > 0 {
            return Err(Error::InUse);
        }
        // Clients that were revoked work for nobody any more.
        let revoked = clients::table.filter(clients::organisation_id.eq(id.to_string()));
        diesel::update(revoked.filter(clients::revoked_at.is_not_null()))
            .set(clients::organisation_id.eq(None::<String>))
            .execute(db)?;
        diesel::delete(organisations::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// Everyone sees organisations. Those of the reference data are nobody's but the national developer's.
    fn sight(
        db: &mut AnyConnection,
        id: &OrganisationId,
        record: &OrganisationRecord,
        today: NaiveDate,
    ) -> Result<Sight> {
        if record.reference {
            return Ok(Sight::national());
        }
        let regions = municipality::regions_of(db, record.facts.area.as_ref(), today)?;
        Ok(Sight { published: true, organisation: Some(*id), regions, ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let areas = area::Named::load(db, kept.iter().filter_map(|kept| kept.record.facts.area.as_ref()))?;
        let successors = Named::load(db, kept.iter().filter_map(|kept| kept.record.facts.successor))?;
        kept.into_iter()
            .map(|Kept { id, record: OrganisationRecord { facts, reference }, version }| {
                Ok(Self {
                    id,
                    organisation_type: facts.organisation_type,
                    names: facts.names,
                    business_id: facts.business_id,
                    area: facts.area.map(|area| areas.get(&area)).transpose()?,
                    valid_from: facts.valid_from,
                    valid_to: facts.valid_to,
                    successor: facts.successor.map(|id| successors.get(id)).transpose()?,
                    reference,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Organisation {
    fn new_id(_: &Self::Facts) -> OrganisationId {
        OrganisationId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &OrganisationId,
        facts: OrganisationFacts,
        before: Option<&OrganisationRecord>,
    ) -> Result<OrganisationRecord> {
        let place = |pointer: &str| Place::Pointer(pointer.to_owned());
        together([
            area::require(tx.db(), facts.area.iter().map(|area| (place("/area"), area.clone())).collect()),
            require(tx.db(), facts.successor.iter().map(|id| (place("/successor"), *id)).collect()),
        ])?;
        if facts.successor == Some(*id) {
            let invalid = Invalid::NoSuch { value: id.to_string() };
            return Err(Error::Refused(vec![Violation::pointer("/successor", invalid)]));
        }
        if let Some(business_id) = &facts.business_id
            && is_taken(tx.db(), Some(business_id), *id)?
        {
            let invalid = Invalid::Taken { value: business_id.to_string() };
            return Err(Error::Conflict(vec![Violation::pointer("/business_id", invalid)]));
        }
        Ok(OrganisationRecord { facts, reference: before.is_some_and(|before| before.reference) })
    }
}

/// The names of the organisations that a page refers to, read with one statement.
pub(crate) struct Named(HashMap<OrganisationId, OrganisationRef>);

impl Named {
    pub(crate) fn load(db: &mut AnyConnection, wanted: impl Iterator<Item = OrganisationId>) -> Result<Self> {
        let wanted: BTreeSet<OrganisationId> = wanted.collect();
        let mut found = Self::stored(db, wanted.iter().copied())?;
        // The past may speak of an organisation that is gone: then of what it was called last.
        let gone: Vec<OrganisationId> = wanted.into_iter().filter(|id| !found.contains_key(id)).collect();
        for (id, record) in feed::last_records::<Organisation>(db, &gone)? {
            let organisation_type = record.facts.organisation_type;
            found.insert(id, OrganisationRef { id, organisation_type, names: record.facts.names });
        }
        for id in gone {
            let erased = || OrganisationRef { id, organisation_type: OrganisationType::Other, names: ERASED.into() };
            found.entry(id).or_insert_with(erased);
        }
        Ok(Self(found))
    }

    fn stored(
        db: &mut AnyConnection,
        wanted: impl Iterator<Item = OrganisationId>,
    ) -> Result<HashMap<OrganisationId, OrganisationRef>> {
        let ids: BTreeSet<String> = wanted.map(|id| id.to_string()).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(String, Plain<OrganisationType>, Json<Names>)> = organisations::table
            .filter(among(organisations::id, ids))
            .select((organisations::id, organisations::organisation_type, organisations::names))
            .load(db)?;
        let named = rows.into_iter().map(|(id, kind, names)| {
            let (id, organisation_type) = (column::parse(&id)?, kind.read()?);
            Ok((id, OrganisationRef { id, organisation_type, names: names.read()? }))
        });
        named.collect()
    }

    pub(crate) fn get(&self, id: OrganisationId) -> Result<OrganisationRef> {
        self.0.get(&id).cloned().ok_or_else(|| Error::Unforeseen(format!("no organisation {id} is known")))
    }
}
