//! Providers.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use digituki_domain::area::{MunicipalityCode, RegionCode};
use digituki_domain::assessment_round::SubjectId;
use digituki_domain::clock::Moment;
use digituki_domain::duplicate::DuplicateReason;
use digituki_domain::external_id::ExternalId;
use digituki_domain::freshness::Freshness;
use digituki_domain::invalid::Place;
use digituki_domain::noun::{Kept, Noun as _};
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::provider::{
    OfferStatus, Provider, ProviderFacts, ProviderFilter, ProviderId, ProviderRecord, ProviderRef, ProviderType,
};
use digituki_domain::text::{Label, Names};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::batch::Batch;
use crate::column::{Json, Plain, any_of, fresh, stored_instant};
use crate::connection::{AnyConnection, Backend};
use crate::duplicate::{Candidate, Duplicable};
use crate::error::{Error, Result, in_body, in_query, together};
use crate::merge::{self, Merged};
use crate::noun::{
    Pushed, Referred, Step, Stored, Written, add_list, add_row, find_row, find_rows, list_rows, records,
};
use crate::page::{Asked, Page};
use crate::schema::{provider_languages, provider_regions, providers};
use crate::service_point::{Extent, Outdated};
use crate::suggestion::Suggested;
use crate::write::Tx;
use crate::{area, assessment, duplicate, external_id, municipality, names, organisation, service, suggestion};

/// What a provider is called of which even the log has been erased.
const ERASED: Label = Label { fi: "poistettu tuottaja", sv: "raderad leverantör", en: "erased provider" };

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = providers, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    organisation_id: String,
    provider_type: Plain<ProviderType>,
    folded_names: String,
    sort_name: String,
    municipality: Option<String>,
    offer_status: Plain<OfferStatus>,
    published: bool,
    verified_at: Option<NaiveDateTime>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    record: Json<ProviderRecord>,
    version: i64,
}

/// Lists the providers that gave support on a day and that the caller may see, alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<ProviderFilter>) -> Result<Page<Provider>> {
    let filter = &asked.filter;
    let municipalities = in_query("municipality", &filter.municipality);
    let regions = in_query("region", &filter.region);
    let municipalities = municipalities.into_iter().map(|(place, code)| (place, code.id()));
    let regions = regions.into_iter().map(|(place, code)| (place, code.id()));
    together([
        organisation::require(db, in_query("organisation", &filter.organisation)),
        area::require(db, municipalities.chain(regions).collect()),
    ])?;
    let today = asked.moment.today;
    let seats = municipality::lying_in(db, &filter.region, filter.as_of.unwrap_or(today))?;
    let own = seats_of(db, &asked.permit, today)?;
    let matching = || visible(matching(filter, &seats, asked.moment), &asked.permit, &own);
    list_rows!(db, asked, matching, providers, id, providers::sort_name)
}

/// The municipalities in the regions that the caller works for, where its regions decide what it may see.
pub(crate) fn seats_of(db: &mut AnyConnection, permit: &Permit, today: NaiveDate) -> Result<Vec<String>> {
    match permit.reach() {
        Reach::Regions => municipality::lying_in(db, &permit.caller.regions, today),
        _ => Ok(Vec::new()),
    }
}

/// Notes that somebody has seen now that what is said of a provider is still true.
pub fn verify(tx: &mut Tx, before: Kept<Provider>) -> Result<Kept<Provider>> {
    let record = ProviderRecord { verified_at: Some(tx.moment().now), ..before.record.clone() };
    tx.update(before, record)
}

type Query = providers::BoxedQuery<'static, Backend>;

fn matching(filter: &ProviderFilter, seats: &[String], moment: Moment) -> Query {
    let day = filter.as_of.unwrap_or(moment.today);
    let mut query = providers::table
        .filter(providers::valid_from.is_null().or(providers::valid_from.le(day)))
        .filter(providers::valid_to.is_null().or(providers::valid_to.ge(day)))
        .into_boxed();
    any_of!(query, providers::organisation_id, filter.organisation);
    any_of!(query, providers::provider_type, filter.provider_type);
    any_of!(query, providers::municipality.assume_not_null(), filter.municipality);
    any_of!(query, providers::offer_status, filter.offer_status);
    if !filter.region.is_empty() {
        query = query.filter(belonging(codes(&filter.region), seats.to_vec()));
    }
    if !filter.language.is_empty() {
        let wanted = filter.language.iter().map(|language| language.code());
        let speaking = provider_languages::table.filter(provider_languages::language.eq_any(wanted));
        query = query.filter(providers::id.eq_any(speaking.select(provider_languages::provider_id)));
    }
    if !filter.source.is_empty() {
        let sources = filter.source.iter().map(ToString::to_string).collect();
        query = query.filter(providers::id.eq_any(external_id::known_to(Provider::NOUN.code(), sources)));
    }
    fresh!(query, providers::verified_at, filter.freshness, moment, crate::column::stored_instant);
    if let Some(letters) = &filter.q {
        query = query.filter(providers::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

/// Whether a provider works in any of the regions, or has its seat in any of the municipalities that lie there.
#[auto_type]
fn belonging(regions: Vec<String>, seats: Vec<String>) -> _ {
    let seated = providers::municipality.assume_not_null().eq_any(seats);
    let working: within = within(regions);
    providers::id.eq_any(working).or(seated)
}

/// The ids of those that work in any of the regions.
#[auto_type]
fn within(codes: Vec<String>) -> _ {
    let working = provider_regions::table.filter(provider_regions::region.eq_any(codes));
    working.select(provider_regions::provider_id)
}

pub(crate) fn codes(regions: &[RegionCode]) -> Vec<String> {
    regions.iter().map(ToString::to_string).collect()
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it.
fn visible(query: Query, permit: &Permit, seats: &[String]) -> Query {
    let caller = &permit.caller;
    match (permit.reach(), caller.organisation) {
        (Reach::Everything, _) => query,
        (Reach::Regions, _) => query.filter(providers::published.or(belonging(codes(&caller.regions), seats.to_vec()))),
        (Reach::Organisation, Some(own)) => {
            query.filter(providers::published.or(providers::organisation_id.eq(own.to_string())))
        }
        (Reach::Organisation, None) | (Reach::Named | Reach::Published | Reach::Nothing, _) => {
            query.filter(providers::published)
        }
    }
}

impl Stored for Provider {
    fn find(db: &mut AnyConnection, id: &ProviderId) -> Result<Option<Kept<Self>>> {
        find_row!(db, providers, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            organisation_id: facts.organisation.to_string(),
            provider_type: Plain::of(&facts.provider_type),
            folded_names: names::folded(&facts.names),
            sort_name: names::sort_key(&facts.names),
            municipality: facts.municipality.as_ref().map(ToString::to_string),
            offer_status: Plain::of(&facts.offer_status),
            published: facts.offer_status.is_published(),
            verified_at: kept.record.verified_at.map(stored_instant),
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        let mut batch = Batch::on(db);
        add_row!(batch, providers, &id, &row, step);
        let regions = |record: &ProviderRecord| record.facts.regions.clone();
        add_list!(batch, provider_regions(provider_id = id.as_str(), region), step.difference(record, regions));
        let languages = |record: &ProviderRecord| record.facts.languages.clone();
        add_list!(batch, provider_languages(provider_id = id.as_str(), language), step.difference(record, languages));
        external_id::put::<Self>(&mut batch, &id, step, record, |record| &record.facts.external_ids)?;
        batch.run()?;
        if step.changes(record, |record| (&record.facts.names, record.facts.organisation)) {
            duplicate::look(db, kept, step)?;
        }
        let suggested = |record| Suggested::provider(&kept.id, record);
        if step.changes(record, |record| suggested(&record.facts)) {
            suggestion::put::<Self>(db, &kept.id, suggested(facts), step)?;
        }
        Ok(())
    }

    fn outdates(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<Outdated> {
        let record = &kept.record;
        let when = |record: &ProviderRecord| {
            let facts = &record.facts;
            (facts.offer_status.is_published(), facts.valid_from, facts.valid_to)
        };
        let shown = |record: &ProviderRecord| (when(record), record.facts.names.clone(), record.facts.provider_type);
        if matches!(step, Step::Insert) || !step.changes(record, shown) {
            return Ok(Outdated::none());
        }
        let extent = if step.changes(record, when) { Extent::Everything } else { Extent::Texts };
        Ok(Outdated::of(service::of_provider(db, &kept.id)?, extent))
    }

    fn remove(db: &mut AnyConnection, id: &ProviderId) -> Result<()> {
        // What it was asked to assess stays, and goes on with the one that it was merged into.
        let is_asked = assessment::has_any(db, &SubjectId::Provider(*id))?;
        if is_asked && merge::survivor::<Self>(db, id)?.is_none() {
            return Err(Error::InUse);
        }
        external_id::remove::<Self>(db, id)?;
        duplicate::forget::<Self>(db, id)?;
        suggestion::forget::<Self>(db, id)?;
        let id = id.to_string();
        diesel::delete(provider_regions::table.filter(provider_regions::provider_id.eq(&id))).execute(db)?;
        diesel::delete(provider_languages::table.filter(provider_languages::provider_id.eq(&id))).execute(db)?;
        diesel::delete(providers::table.find(&id)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn sight(db: &mut AnyConnection, _: &ProviderId, record: &ProviderRecord, today: NaiveDate) -> Result<Sight> {
        let facts = &record.facts;
        let seat = facts.municipality.as_ref().map(MunicipalityCode::id);
        let mut regions = facts.regions.clone();
        for region in municipality::regions_of(db, seat.as_ref(), today)? {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        let published = facts.offer_status.is_published();
        Ok(Sight { published, organisation: Some(facts.organisation), regions, ..Sight::default() })
    }

    /// A service, and what a provider assesses, belong to whom the provider belongs to.
    fn pass_on(tx: &mut Tx, id: &ProviderId, before: &Sight) -> Result<()> {
        for kept in service::kept_of_provider(tx.db(), id)? {
            tx.change_hands(kept, before)?;
        }
        assessment::pass_on(tx, &SubjectId::Provider(*id), before)
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let organisations = organisation::Named::load(db, kept.iter().map(|kept| kept.record.facts.organisation))?;
        let mut wanted = Vec::new();
        for Kept { record: ProviderRecord { facts, .. }, .. } in &kept {
            wanted.extend(facts.municipality.iter().map(MunicipalityCode::id));
            wanted.extend(facts.regions.iter().map(RegionCode::id));
        }
        let areas = area::Named::load(db, &wanted)?;
        let duplicates = duplicate::notices(db, &kept)?;
        kept.into_iter()
            .map(|Kept { id, record: ProviderRecord { facts, verified_at }, version }| {
                Ok(Self {
                    id,
                    organisation: organisations.get(facts.organisation)?,
                    provider_type: facts.provider_type,
                    names: facts.names,
                    descriptions: facts.descriptions,
                    contact: facts.contact,
                    languages: facts.languages,
                    municipality: facts.municipality.map(|code| areas.get(&code.id())).transpose()?,
                    regions: facts.regions.iter().map(|code| areas.get(&code.id())).collect::<Result<_>>()?,
                    origin: facts.origin,
                    offer_status: facts.offer_status,
                    demonstration: facts.external_ids.iter().any(ExternalId::is_of_demonstration),
                    notices: duplicates.get(&id.to_string()).cloned().unwrap_or_default(),
                    external_ids: facts.external_ids,
                    verified_at,
                    freshness: Freshness::of(verified_at, moment.now),
                    valid_from: facts.valid_from,
                    valid_to: facts.valid_to,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Provider {
    fn new_id(_: &Self::Facts) -> ProviderId {
        ProviderId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &ProviderId,
        facts: ProviderFacts,
        before: Option<&ProviderRecord>,
    ) -> Result<ProviderRecord> {
        let organisation = vec![(Place::Pointer("/organisation".into()), facts.organisation)];
        let regions = in_body("/regions", &facts.regions).into_iter().map(|(place, code)| (place, code.id()));
        let seat = facts.municipality.iter().map(|code| (Place::Pointer("/municipality".into()), code.id()));
        together([
            organisation::require(tx.db(), organisation),
            area::require(tx.db(), regions.chain(seat).collect()),
        ])?;
        let called = before.map_or(&[][..], |before| &before.facts.external_ids);
        external_id::check::<Self>(tx, id, &facts.external_ids, called)?;
        let was_published = before.is_some_and(|before| before.facts.offer_status.is_published());
        if was_published && !facts.offer_status.is_published() && service::has_published(tx.db(), id)? {
            return Err(Error::InUse);
        }
        Ok(ProviderRecord { facts, verified_at: before.and_then(|before| before.verified_at) })
    }
}

impl Pushed for Provider {}

impl Referred for Provider {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, providers, id, ids)
    }
}

impl Merged for Provider {
    fn united(survivor: &ProviderRecord, other: &ProviderRecord) -> ProviderRecord {
        let (mut record, mut other) = (survivor.clone(), other.clone());
        merge::both::<Self>(&mut record.facts, &mut other.facts);
        record
    }

    fn move_references(tx: &mut Tx, from: &ProviderId, to: &ProviderId) -> Result<()> {
        let is_hidden = |kept: Kept<Self>| !kept.record.facts.offer_status.is_published();
        if Self::find(tx.db(), to)?.is_some_and(is_hidden) && service::has_published(tx.db(), from)? {
            return Err(Error::InUse);
        }
        for kept in service::kept_of_provider(tx.db(), from)? {
            let mut record = kept.record.clone();
            record.facts.provider = *to;
            tx.follow(kept, record)?;
        }
        Ok(())
    }
}

impl Duplicable for Provider {
    fn names(record: &ProviderRecord) -> &Names {
        &record.facts.names
    }

    fn is_published(record: &ProviderRecord) -> bool {
        record.facts.offer_status.is_published()
    }

    fn seen(db: &mut AnyConnection, permit: &Permit, today: NaiveDate, ids: &[String]) -> Result<Vec<String>> {
        let own = seats_of(db, permit, today)?;
        let among = providers::table.filter(providers::id.eq_any(ids.to_vec())).into_boxed();
        Ok(visible(among, permit, &own).select(providers::id).load(db)?)
    }

    /// A provider of the same organisation, with nearly the same name.
    fn candidates(db: &mut AnyConnection, kept: &Kept<Self>) -> Result<Vec<Candidate>> {
        let of_organisation = providers::table
            .filter(providers::organisation_id.eq(kept.record.facts.organisation.to_string()))
            .limit(duplicate::MOST_CANDIDATES)
            .select((providers::id, providers::record))
            .load::<(String, Json<ProviderRecord>)>(db)?;
        let candidate = |(id, record): (String, Json<ProviderRecord>)| {
            let names = record.read()?.facts.names;
            Ok(Candidate { id, names, reasons: vec![DuplicateReason::SameBusinessId] })
        };
        of_organisation.into_iter().map(candidate).collect()
    }
}

/// The providers to which a page refers.
pub(crate) struct Named(HashMap<String, ProviderRecord>);

impl Named {
    pub(crate) fn load(db: &mut AnyConnection, wanted: impl Iterator<Item = ProviderId>) -> Result<Self> {
        Ok(Self(records::<Provider>(db, wanted)?))
    }

    pub(crate) fn get(&self, id: ProviderId) -> ProviderRef {
        match self.0.get(&id.to_string()) {
            Some(ProviderRecord { facts, .. }) => {
                ProviderRef { id, provider_type: facts.provider_type, names: facts.names.clone() }
            }
            None => ProviderRef { id, provider_type: ProviderType::Other, names: ERASED.into() },
        }
    }
}

/// The ids of the providers of an organisation.
#[auto_type]
pub(crate) fn of_organisation(organisations: Vec<String>) -> _ {
    providers::table.filter(providers::organisation_id.eq_any(organisations)).select(providers::id)
}

/// The ids of the providers that work in any of the regions, or have their seat in any of the municipalities.
#[auto_type]
pub(crate) fn of_regions(regions: Vec<String>, seats: Vec<String>) -> _ {
    let belonging: belonging = belonging(regions, seats);
    providers::table.filter(belonging).select(providers::id)
}
