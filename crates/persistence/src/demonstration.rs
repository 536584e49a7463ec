//! Demonstration data: what is made up is loaded and removed by the same road as everything else.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaKind, MunicipalityCode};
use digituki_domain::demonstration::{Batch, Ground};
use digituki_domain::external_id::Source;
use digituki_domain::location::{Location, LocationId};
use digituki_domain::municipality::Municipality;
use digituki_domain::need_indicator::{Loaded, NeedIndicatorLoad};
use digituki_domain::noun::Kept;
use digituki_domain::organisation::{OrganisationId, OrganisationType};
use digituki_domain::provider::{Provider, ProviderId};
use digituki_domain::service::{Service, ServiceId};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::connection::AnyConnection;
use crate::error::Result;
use crate::noun::Stored;
use crate::schema::{areas, external_ids, organisations};
use crate::write::Tx;
use crate::{area, column, municipality, need_indicator, service};

/// A noun of which objects are made up.
pub trait MadeUp: Stored {
    /// Whether an object that is left refers to it.
    fn is_in_use(db: &mut AnyConnection, id: &Self::Id) -> Result<bool>;
}

impl MadeUp for Service {
    fn is_in_use(_: &mut AnyConnection, _: &ServiceId) -> Result<bool> {
        Ok(false)
    }
}

impl MadeUp for Location {
    fn is_in_use(db: &mut AnyConnection, id: &LocationId) -> Result<bool> {
        Ok(!service::at_location(db, id)?.is_empty())
    }
}

impl MadeUp for Provider {
    fn is_in_use(db: &mut AnyConnection, id: &ProviderId) -> Result<bool> {
        Ok(!service::of_provider(db, id)?.is_empty())
    }
}

/// What became of a removal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many objects are gone.
    pub gone: usize,
    /// How many remain because others refer to them.
    pub in_use: usize,
}

/// The municipalities of a day for which an organisation stands, by code.
pub fn grounds(db: &mut AnyConnection, day: NaiveDate) -> Result<Vec<Ground>> {
    let codes: Vec<String> =
        area::valid_on(AreaKind::Municipality, day).order(areas::code).select(areas::code).load(db)?;
    let of_municipalities: Vec<(Option<String>, String)> = organisations::table
        .filter(organisations::organisation_type.eq(OrganisationType::Municipality.code()))
        .filter(organisations::area_kind.eq(AreaKind::Municipality.code()))
        .filter(organisations::valid_to.is_null())
        .select((organisations::area_code, organisations::id))
        .load(db)?;
    let mut grounds = Vec::new();
    for code in codes {
        let organisation = of_municipalities.iter().find(|(area, _)| area.as_ref() == Some(&code));
        let Some((_, organisation)) = organisation else { continue };
        grounds.extend(ground(db, &code, column::parse(organisation)?, day)?);
    }
    Ok(grounds)
}

/// A municipality as far as its place, its region and its inhabitants are known.
fn ground(db: &mut AnyConnection, code: &str, organisation: OrganisationId, day: NaiveDate) -> Result<Option<Ground>> {
    let code: MunicipalityCode = column::parse(code)?;
    let Some(Kept { record, .. }) = Municipality::find(db, &code)? else { return Ok(None) };
    let region = municipality::regions_of(db, Some(&code.id()), day)?.pop();
    let population = record.populations.last().map(|figure| figure.population);
    let known = record.point.zip(region).zip(population);
    Ok(known.map(|((point, region), population)| Ground {
        code,
        names: record.area.names,
        language_status: record.language_status,
        urban_rural: record.urban_rural,
        point,
        population,
        region,
        organisation,
    }))
}

/// Whether there is demonstration data.
pub fn is_there(db: &mut AnyConnection) -> Result<bool> {
    let one = external_ids::table.filter(external_ids::source.eq(Source::DEMONSTRATION));
    let is_there = one.select(external_ids::object).first::<String>(db).optional()?.is_some();
    Ok(is_there || !need_indicator::made_up(db)?.is_empty())
}

/// Adds what was made up.
pub fn load(tx: &mut Tx, batches: Vec<Batch>) -> Result<()> {
    for batch in batches {
        tx.create::<Provider>(batch.provider.0, batch.provider.1)?;
        for (id, record) in batch.locations {
            tx.create::<Location>(id, record)?;
        }
        for (id, record) in batch.services {
            tx.create::<Service>(id, record)?;
        }
    }
    Ok(())
}

/// Adds need indicators that were made up, of what nothing is known; says how many loads that took.
pub fn load_need_indicators(tx: &mut Tx, loaded: Loaded) -> Result<usize> {
    let known = need_indicator::known_indicators(tx.db())?;
    let loaded = loaded.retaining(|municipality, row| !known.contains(&(municipality.to_string(), row.indicator)));
    if loaded.rows().is_empty() {
        return Ok(0);
    }
    need_indicator::add(tx, &loaded)?;
    Ok(1)
}

/// Removes them.
pub fn remove_need_indicators(tx: &mut Tx) -> Result<Removed> {
    let mut removed = Removed::default();
    for id in need_indicator::made_up(tx.db())? {
        if let Some(kept) = NeedIndicatorLoad::find(tx.db(), &id)? {
            tx.delete(kept)?;
            removed.gone += 1;
        }
    }
    Ok(removed)
}

/// How many made-up objects there are.
pub fn count(db: &mut AnyConnection) -> Result<i64> {
    let all = external_ids::table.filter(external_ids::source.eq(Source::DEMONSTRATION));
    let loads = i64::try_from(need_indicator::made_up(db)?.len()).unwrap_or(i64::MAX);
    Ok(all.count().get_result::<i64>(db)? + loads)
}

/// Removes some of what was made up, after an object, what refers to others before these: first services, then locations,
/// then providers. What real objects refer to remains. None when there is nothing left of the noun.
pub fn remove<N: MadeUp>(tx: &mut Tx, after: &str, limit: i64) -> Result<(Removed, Option<String>)> {
    let some = external_ids::table
        .filter(external_ids::noun.eq(N::NOUN.code()))
        .filter(external_ids::source.eq(Source::DEMONSTRATION))
        .filter(external_ids::object.gt(after.to_owned()))
        .order(external_ids::object)
        .limit(limit)
        .select(external_ids::object);
    let ids: Vec<String> = some.load(tx.db())?;
    let mut removed = Removed::default();
    for id in &ids {
        let Some(kept) = N::find(tx.db(), &column::parse(id)?)? else { continue };
        if N::is_in_use(tx.db(), &kept.id)? {
            removed.in_use += 1;
        } else {
            tx.delete::<N>(kept)?;
            removed.gone += 1;
        }
    }
    Ok((removed, ids.last().cloned()))
}
