//! Services.

mod of;
mod places;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use digituki_domain::clock::Moment;
use digituki_domain::duplicate::DuplicateReason;
use digituki_domain::external_id::ExternalId;
use digituki_domain::freshness::Freshness;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::location::{Location, LocationId};
use digituki_domain::noun::{Kept, Noun as _};
use digituki_domain::opening_hours::OpeningHours;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::provider::{OfferStatus, Provider, ProviderId};
use digituki_domain::service::{
    Service, ServiceArea, ServiceAreaFacts, ServiceChannel, ServiceFacts, ServiceFilter, ServiceId, ServicePlace,
    ServiceRecord,
};
use digituki_domain::support::SupportForm;
use digituki_domain::text::Names;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::batch::Batch;
use crate::column::{Json, Plain, any_of, fresh, stored_instant};
use crate::connection::{AnyConnection, Backend};
use crate::duplicate::{Candidate, Duplicable};
use crate::error::{Error, Result, in_body, in_query, refuse, together};
use crate::merge::{self, Merged};
use crate::noun::{
    Pushed, Referred, Step, Stored, Written, add_list, add_row, find_row, find_rows, list_rows, require,
};
use crate::page::{Asked, Page};
use crate::schema::{service_languages, service_locations, services};
use crate::service_point::{Extent, Outdated};
use crate::write::Tx;
use crate::{area, duplicate, external_id, location, names, organisation, provider, service_point};

pub(crate) use of::{at_location, has_published, kept_at_location, kept_of_provider, of_provider};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = services, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    provider_id: String,
    support_form: Plain<SupportForm>,
    folded_names: String,
    sort_name: String,
    offer_status: Plain<OfferStatus>,
    published: bool,
    verified_at: Option<NaiveDateTime>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    record: Json<ServiceRecord>,
    version: i64,
}

/// Lists the services that were given on a day and that the caller may see, alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<ServiceFilter>) -> Result<Page<Service>> {
    let filter = &asked.filter;
    together([
        organisation::require(db, in_query("organisation", &filter.organisation)),
        require::<Provider>(db, in_query("provider", &filter.provider)),
        require::<Location>(db, in_query("location", &filter.location)),
    ])?;
    let own = provider::seats_of(db, &asked.permit, asked.moment.today)?;
    let matching = || visible(matching(filter, asked.moment), &asked.permit, &own);
    list_rows!(db, asked, matching, services, id, services::sort_name)
}

/// Notes that somebody has seen now that what is said of a service is still true.
pub fn verify(tx: &mut Tx, before: Kept<Service>) -> Result<Kept<Service>> {
    let record = ServiceRecord { verified_at: Some(tx.moment().now), ..before.record.clone() };
    tx.update(before, record)
}

type Query = services::BoxedQuery<'static, Backend>;

fn matching(filter: &ServiceFilter, moment: Moment) -> Query {
    let day = filter.as_of.unwrap_or(moment.today);
    let mut query = services::table
        .filter(services::valid_from.is_null().or(services::valid_from.le(day)))
        .filter(services::valid_to.is_null().or(services::valid_to.ge(day)))
        .into_boxed();
    any_of!(query, services::provider_id, filter.provider);
    any_of!(query, services::support_form, filter.support_form);
    any_of!(query, services::offer_status, filter.offer_status);
    if !filter.organisation.is_empty() {
        let organisations = filter.organisation.iter().map(ToString::to_string).collect();
        query = query.filter(services::provider_id.eq_any(provider::of_organisation(organisations)));
    }
    if !filter.location.is_empty() {
        let wanted: Vec<String> = filter.location.iter().map(ToString::to_string).collect();
        let there = service_locations::table.filter(service_locations::location_id.eq_any(wanted));
        query = query.filter(services::id.eq_any(there.select(service_locations::service_id)));
    }
    if !filter.language.is_empty() {
        let wanted = filter.language.iter().map(|language| language.code());
        let speaking = service_languages::table.filter(service_languages::language.eq_any(wanted));
        query = query.filter(services::id.eq_any(speaking.select(service_languages::service_id)));
    }
    if !filter.source.is_empty() {
        let sources = filter.source.iter().map(ToString::to_string).collect();
        query = query.filter(services::id.eq_any(external_id::known_to(Service::NOUN.code(), sources)));
    }
    fresh!(query, services::verified_at, filter.freshness, moment, crate::column::stored_instant);
    if let Some(letters) = &filter.q {
        query = query.filter(services::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

/// Restricts a query to what the caller may see: a service belongs to whom its provider belongs to.
fn visible(query: Query, permit: &Permit, seats: &[String]) -> Query {
    let caller = &permit.caller;
    match (permit.reach(), caller.organisation) {
        (Reach::Everything, _) => query,
        (Reach::Regions, _) => {
            let regions = provider::codes(&caller.regions);
            let own = services::provider_id.eq_any(provider::of_regions(regions, seats.to_vec()));
            query.filter(services::published.or(own))
        }
        (Reach::Organisation, Some(own)) => {
            let own = services::provider_id.eq_any(provider::of_organisation(vec![own.to_string()]));
            query.filter(services::published.or(own))
        }
        (Reach::Organisation, None) | (Reach::Named | Reach::Published | Reach::Nothing, _) => {
            query.filter(services::published)
        }
    }
}

impl Stored for Service {
    fn find(db: &mut AnyConnection, id: &ServiceId) -> Result<Option<Kept<Self>>> {
        find_row!(db, services, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            provider_id: facts.provider.to_string(),
            support_form: Plain::of(&facts.support_form),
            folded_names: names::folded(&facts.names),
            sort_name: names::sort_key(&facts.names),
            offer_status: Plain::of(&facts.offer_status),
            published: facts.offer_status.is_published(),
            verified_at: kept.record.verified_at.map(stored_instant),
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        let mut batch = Batch::on(db);
        add_row!(batch, services, &id, &row, step);
        add_list!(batch, service_locations(service_id = id.as_str(), location_id), step.difference(record, places));
        let languages = |record: &ServiceRecord| record.facts.languages.clone();
        add_list!(batch, service_languages(service_id = id.as_str(), language), step.difference(record, languages));
        external_id::put::<Self>(&mut batch, &id, step, record, |record| &record.facts.external_ids)?;
        batch.run()?;
        let told_apart = |record: &ServiceRecord| {
            (record.facts.names.clone(), record.facts.provider, record.facts.support_form, places(record))
        };
        if step.changes(record, told_apart) {
            duplicate::look(db, kept, step)?;
        }
        Ok(())
    }

    fn outdates(_: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<Outdated> {
        let extent = match step {
            Step::Insert => Extent::NewServices,
            Step::Replace(_) => Extent::Everything,
        };
        Ok(Outdated::of([kept.id], extent))
    }

    fn remove(db: &mut AnyConnection, id: &ServiceId) -> Result<()> {
        external_id::remove::<Self>(db, id)?;
        duplicate::forget::<Self>(db, id)?;
        service_point::remove(db, id)?;
        let id = id.to_string();
        diesel::delete(service_locations::table.filter(service_locations::service_id.eq(&id))).execute(db)?;
        diesel::delete(service_languages::table.filter(service_languages::service_id.eq(&id))).execute(db)?;
        diesel::delete(services::table.find(&id)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// A service belongs to whom its provider belongs to.
    fn sight(db: &mut AnyConnection, _: &ServiceId, record: &ServiceRecord, today: NaiveDate) -> Result<Sight> {
        let of_provider = match Provider::find(db, &record.facts.provider)? {
            Some(provider) => Provider::sight(db, &provider.id, &provider.record, today)?,
            None => Sight::default(),
        };
        Ok(Sight { published: record.facts.offer_status.is_published(), ..of_provider })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let providers = provider::Named::load(db, kept.iter().map(|kept| kept.record.facts.provider))?;
        let locations = location::Named::load(db, kept.iter().flat_map(|kept| kept.record.facts.location_ids()))?;
        let wanted = kept.iter().filter_map(|kept| kept.record.facts.service_area.as_ref());
        let areas = area::Named::load(db, wanted.flat_map(|area| &area.areas))?;
        let duplicates = duplicate::notices(db, &kept)?;
        kept.into_iter()
            .map(|Kept { id, record: ServiceRecord { facts, verified_at }, version }| {
                let places = facts.locations.into_iter().filter_map(|place| {
                    let location = locations.get(place.location?);
                    Some(ServicePlace { location, opening_hours: place.opening_hours.map(OpeningHours::told) })
                });
                Ok(Self {
                    id,
                    provider: providers.get(facts.provider),
                    names: facts.names,
                    short_descriptions: facts.short_descriptions,
                    descriptions: facts.descriptions,
                    support_form: facts.support_form,
                    delivery_modes: facts.delivery_modes,
                    topics: facts.topics,
                    target_groups: facts.target_groups,
                    special_support: facts.special_support,
                    languages: facts.languages,
                    fee: facts.fee,
                    fee_note: facts.fee_note,
                    access_modes: facts.access_modes,
                    booking_url: facts.booking_url,
                    service_area: facts.service_area.as_ref().map(|area| named(area, &areas)).transpose()?,
                    locations: places.collect(),
                    channels: facts.channels.into_iter().map(told).collect(),
                    origin: facts.origin,
                    offer_status: facts.offer_status,
                    verified_at,
                    freshness: Freshness::of(verified_at, moment.now),
                    valid_from: facts.valid_from,
                    valid_to: facts.valid_to,
                    demonstration: facts.external_ids.iter().any(ExternalId::is_of_demonstration),
                    external_ids: facts.external_ids,
                    notices: duplicates.get(&id.to_string()).cloned().unwrap_or_default(),
                    version,
                })
            })
            .collect()
    }
}

/// Where a service is given.
fn places(record: &ServiceRecord) -> Vec<LocationId> {
    record.facts.location_ids().collect()
}

/// A service area with its areas named.
pub(crate) fn named(facts: &ServiceAreaFacts, areas: &area::Named) -> Result<ServiceArea> {
    Ok(ServiceArea { mode: facts.mode, areas: areas.all(&facts.areas)?, radius_km: facts.radius_km })
}

/// A channel as it is answered.
pub(crate) fn told(channel: ServiceChannel) -> ServiceChannel {
    ServiceChannel { opening_hours: channel.opening_hours.map(OpeningHours::told), ..channel }
}

impl Written for Service {
    fn new_id(_: &Self::Facts) -> ServiceId {
        ServiceId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &ServiceId,
        mut facts: ServiceFacts,
        before: Option<&ServiceRecord>,
    ) -> Result<ServiceRecord> {
        let provider = visible_provider(tx, &facts.provider)?;
        let areas = facts.service_area.iter().flat_map(|area| in_body("/service_area/areas", &area.areas));
        let locations = facts.locations.iter().enumerate();
        let locations = locations.filter_map(|(index, place)| {
            Some((Place::Pointer(format!("/locations/{index}/location")), place.location?))
        });
        together([
            refuse(provider_faults(provider.as_ref(), &facts)),
            refuse(facts.faults()),
            area::require(tx.db(), areas.collect()),
            require::<Location>(tx.db(), locations.collect()),
            places::check(tx, &facts),
        ])?;
        let called = before.map_or(&[][..], |before| &before.facts.external_ids);
        external_id::check::<Self>(tx, id, &facts.external_ids, called)?;
        let organisation = provider.map(|provider| provider.record.facts.organisation);
        places::settle(tx, &mut facts, organisation, before)?;
        Ok(ServiceRecord { facts, verified_at: before.and_then(|before| before.verified_at) })
    }
}

/// The provider of that id; one that the author may not see is as one that never was.
fn visible_provider(tx: &mut Tx, id: &ProviderId) -> Result<Option<Kept<Provider>>> {
    let Some(provider) = Provider::find(tx.db(), id)? else { return Ok(None) };
    let sight = tx.sight(&provider)?;
    Ok(tx.author().permit.sees(&sight).then_some(provider))
}

/// A service needs a provider, and a published one a published provider.
fn provider_faults(provider: Option<&Kept<Provider>>, facts: &ServiceFacts) -> Vec<Violation> {
    let value = facts.provider.to_string();
    let invalid = match provider {
        None => Invalid::NoSuch { value },
        Some(provider) => {
            let is_hidden = !provider.record.facts.offer_status.is_published();
            if !(is_hidden && facts.offer_status.is_published()) {
                return Vec::new();
            }
            Invalid::Unpublished { value }
        }
    };
    vec![Violation::pointer("/provider", invalid)]
}

impl Pushed for Service {}

impl Referred for Service {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, services, id, ids)
    }
}

impl Merged for Service {
    /// The survivor is given also where the other one was.
    fn united(survivor: &ServiceRecord, other: &ServiceRecord) -> ServiceRecord {
        let (mut record, mut other) = (survivor.clone(), other.clone());
        merge::both::<Self>(&mut record.facts, &mut other.facts);
        let known: Vec<LocationId> = record.facts.location_ids().collect();
        let more = other.facts.locations.into_iter();
        record.facts.locations.extend(more.filter(|place| place.location.is_some_and(|id| !known.contains(&id))));
        record
    }

    fn move_references(_: &mut Tx, _: &ServiceId, _: &ServiceId) -> Result<()> {
        Ok(())
    }
}

impl Duplicable for Service {
    fn names(record: &ServiceRecord) -> &Names {
        &record.facts.names
    }

    fn is_published(record: &ServiceRecord) -> bool {
        record.facts.offer_status.is_published()
    }

    fn seen(db: &mut AnyConnection, permit: &Permit, today: NaiveDate, ids: &[String]) -> Result<Vec<String>> {
        let own = provider::seats_of(db, permit, today)?;
        let among = services::table.filter(services::id.eq_any(ids.to_vec())).into_boxed();
        Ok(visible(among, permit, &own).select(services::id).load(db)?)
    }

    /// A service of the same form at the same location, or of the same provider without a location.
    fn candidates(db: &mut AnyConnection, kept: &Kept<Self>) -> Result<Vec<Candidate>> {
        let facts = &kept.record.facts;
        let columns = (services::id, services::record);
        let mut query = services::table
            .filter(services::support_form.eq(facts.support_form.code()))
            .limit(duplicate::MOST_CANDIDATES)
            .select(columns)
            .into_boxed();
        let locations: Vec<String> = facts.location_ids().map(|id| id.to_string()).collect();
        let placed = !locations.is_empty();
        if placed {
            let there = service_locations::table.filter(among(service_locations::location_id, locations));
            query = query.filter(services::id.eq_any(there.select(service_locations::service_id)));
        } else {
            query = query.filter(services::provider_id.eq(facts.provider.to_string()));
        }
        let mut candidates = Vec::new();
        for (id, record) in query.load::<(String, Json<ServiceRecord>)>(db)? {
            let other = record.read()?.facts;
            if placed || other.locations.is_empty() {
                let reason = if placed { DuplicateReason::NearPlace } else { DuplicateReason::SameBusinessId };
                candidates.push(Candidate { id, names: other.names, reasons: vec![reason] });
            }
        }
        Ok(candidates)
    }
}
