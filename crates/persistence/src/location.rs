//! Locations.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use digituki_domain::address::Postcode;
use digituki_domain::area::{MunicipalityCode, RegionCode};
use digituki_domain::clock::Moment;
use digituki_domain::duplicate::{DuplicateReason, NEAR_PLACE};
use digituki_domain::external_id::ExternalId;
use digituki_domain::freshness::Freshness;
use digituki_domain::invalid::Place;
use digituki_domain::location::{Location, LocationFacts, LocationFilter, LocationId, LocationRecord, LocationRef};
use digituki_domain::notice::Notice;
use digituki_domain::noun::{Kept, Noun as _};
use digituki_domain::opening_hours::OpeningHours;
use digituki_domain::point::{Point, Square};
use digituki_domain::policy::{Permit, Sight};
use digituki_domain::text::{Label, Names};
use digituki_domain::vocabulary::Vocabulary as _;

use crate::batch::Batch;
use crate::column::{Json, any_of, fresh, stored_instant};
use crate::connection::{AnyConnection, Backend};
use crate::duplicate::{Candidate, Duplicable};
use crate::error::{Error, Result, in_query, together};
use crate::merge::{self, Merged};
use crate::noun::{Pushed, Referred, Step, Stored, Written, add_row, find_row, find_rows, list_rows, records};
use crate::page::{Asked, Page};
use crate::schema::locations;
use crate::service_point::{Extent, Outdated};
use crate::suggestion::Suggested;
use crate::write::Tx;
use crate::{area, duplicate, external_id, municipality, names, organisation, service, suggestion};

/// What a location is called of which even the log has been erased.
const ERASED: Label = Label { fi: "poistettu paikka", sv: "raderad plats", en: "erased location" };

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = locations, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    organisation_id: Option<String>,
    folded_names: String,
    sort_name: String,
    municipality: String,
    postcode: Option<String>,
    square: Option<i64>,
    verified_at: Option<NaiveDateTime>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    record: Json<LocationRecord>,
    version: i64,
}

/// Lists the locations that were there on a day, alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<LocationFilter>) -> Result<Page<Location>> {
    let filter = &asked.filter;
    let municipalities = in_query("municipality", &filter.municipality);
    let regions = in_query("region", &filter.region);
    let municipalities = municipalities.into_iter().map(|(place, code)| (place, code.id()));
    let regions = regions.into_iter().map(|(place, code)| (place, code.id()));
    together([
        organisation::require(db, in_query("organisation", &filter.organisation)),
        area::require(db, municipalities.chain(regions).collect()),
    ])?;
    let within = municipality::lying_in(db, &filter.region, filter.as_of.unwrap_or(asked.moment.today))?;
    let matching = || matching(filter, &within, asked.moment);
    let page: Page<Location> = list_rows!(db, asked, matching, locations, id, locations::sort_name)?;
    let Some(at) = filter.open_state_at else { return Ok(page) };
    let items = page.items.into_iter().map(|location| location.with_open_state(at.instant(asked.moment))).collect();
    Ok(Page { items, ..page })
}

/// Notes that somebody has seen now that what is said of a location is still true.
pub fn verify(tx: &mut Tx, before: Kept<Location>) -> Result<Kept<Location>> {
    let record = LocationRecord { verified_at: Some(tx.moment().now), ..before.record.clone() };
    tx.update(before, record)
}

fn matching(filter: &LocationFilter, within: &[String], moment: Moment) -> locations::BoxedQuery<'static, Backend> {
    let day = filter.as_of.unwrap_or(moment.today);
    let mut query = locations::table
        .filter(locations::valid_from.is_null().or(locations::valid_from.le(day)))
        .filter(locations::valid_to.is_null().or(locations::valid_to.ge(day)))
        .into_boxed();
    any_of!(query, locations::organisation_id.assume_not_null(), filter.organisation);
    any_of!(query, locations::municipality, filter.municipality);
    any_of!(query, locations::postcode.assume_not_null(), filter.postcode);
    if !filter.region.is_empty() {
        query = query.filter(locations::municipality.eq_any(within.to_vec()));
    }
    if !filter.source.is_empty() {
        let sources = filter.source.iter().map(ToString::to_string).collect();
        query = query.filter(locations::id.eq_any(external_id::known_to(Location::NOUN.code(), sources)));
    }
    fresh!(query, locations::verified_at, filter.freshness, moment, crate::column::stored_instant);
    if let Some(letters) = &filter.q {
        query = query.filter(locations::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

impl Stored for Location {
    fn find(db: &mut AnyConnection, id: &LocationId) -> Result<Option<Kept<Self>>> {
        find_row!(db, locations, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let record = &kept.record;
        let facts = &record.facts;
        let row = Row {
            id: kept.id.to_string(),
            organisation_id: facts.organisation.as_ref().map(ToString::to_string),
            folded_names: names::folded(&facts.names),
            sort_name: names::sort_key(&facts.names),
            municipality: facts.address.municipality.to_string(),
            postcode: facts.address.postcode.as_ref().map(Postcode::to_string),
            square: facts.point().and_then(Point::planar).map(Square::number),
            verified_at: kept.record.verified_at.map(stored_instant),
            valid_from: facts.valid_from,
            valid_to: facts.valid_to,
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        let mut batch = Batch::on(db);
        add_row!(batch, locations, &row.id, &row, step);
        external_id::put::<Self>(&mut batch, &row.id, step, record, |record| &record.facts.external_ids)?;
        batch.run()?;
        if step.changes(record, |record| (&record.facts.names, record.facts.point())) {
            duplicate::look(db, kept, step)?;
        }
        if step.changes(record, |record| Suggested::postcode(&record.facts)) {
            suggestion::put::<Self>(db, &kept.id, Suggested::postcode(facts), step)?;
        }
        Ok(())
    }

    fn outdates(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<Outdated> {
        if matches!(step, Step::Insert) || !step.changes(&kept.record, |record| &record.facts) {
            return Ok(Outdated::none());
        }
        Ok(Outdated::of(service::at_location(db, &kept.id)?, Extent::Everything))
    }

    fn remove(db: &mut AnyConnection, id: &LocationId) -> Result<()> {
        external_id::remove::<Self>(db, id)?;
        duplicate::forget::<Self>(db, id)?;
        suggestion::forget::<Self>(db, id)?;
        diesel::delete(locations::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// Everyone sees locations.
    fn sight(db: &mut AnyConnection, _: &LocationId, record: &LocationRecord, today: NaiveDate) -> Result<Sight> {
        let area = record.facts.address.municipality.id();
        let regions: Vec<RegionCode> = municipality::regions_of(db, Some(&area), today)?;
        Ok(Sight { published: true, organisation: record.facts.organisation, regions, ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let organisations =
            organisation::Named::load(db, kept.iter().filter_map(|kept| kept.record.facts.organisation))?;
        let wanted: Vec<_> = kept.iter().map(|kept| kept.record.facts.address.municipality.id()).collect();
        let areas = area::Named::load(db, &wanted)?;
        let duplicates = duplicate::notices(db, &kept)?;
        kept.into_iter()
            .map(|Kept { id, record: LocationRecord { facts, verified_at, is_questioned }, version }| {
                let mut notices = duplicates.get(&id.to_string()).cloned().unwrap_or_default();
                if is_questioned {
                    notices.insert(0, Notice::point_outside_municipality());
                }
                let municipality = areas.get(&facts.address.municipality.id())?;
                Ok(Self {
                    id,
                    organisation: facts.organisation.map(|id| organisations.get(id)).transpose()?,
                    point: facts.point(),
                    names: facts.names,
                    address: facts.address.named(municipality),
                    accessibility: facts.accessibility,
                    opening_hours: facts.opening_hours.map(OpeningHours::told),
                    open_state: None,
                    directions: facts.directions,
                    phone: facts.phone,
                    verified_at,
                    freshness: Freshness::of(verified_at, moment.now),
                    valid_from: facts.valid_from,
                    valid_to: facts.valid_to,
                    demonstration: facts.external_ids.iter().any(ExternalId::is_of_demonstration),
                    external_ids: facts.external_ids,
                    notices,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Location {
    fn new_id(_: &Self::Facts) -> LocationId {
        LocationId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &LocationId,
        facts: LocationFacts,
        before: Option<&LocationRecord>,
    ) -> Result<LocationRecord> {
        let organisation = facts.organisation.iter().map(|id| (Place::Pointer("/organisation".into()), *id));
        let municipality = (Place::Pointer("/address/municipality".into()), facts.address.municipality.id());
        together([organisation::require(tx.db(), organisation.collect()), area::require(tx.db(), vec![municipality])])?;
        let called = before.map_or(&[][..], |before| &before.facts.external_ids);
        external_id::check::<Self>(tx, id, &facts.external_ids, called)?;
        let today = tx.moment().today;
        let is_questioned = match facts.point() {
            Some(point) => !is_around(tx.db(), &facts.address.municipality, point, today)?,
            None => false,
        };
        Ok(LocationRecord { facts, verified_at: before.and_then(|before| before.verified_at), is_questioned })
    }
}

/// Whether a point may well lie in a municipality. Borders are not known here: it does if it lies within 25 km of the
/// municipality's centre, or if not more than three other centres are nearer.
fn is_around(db: &mut AnyConnection, municipality: &MunicipalityCode, point: Point, today: NaiveDate) -> Result<bool> {
    const SURELY: f64 = 25_000.0;
    const NEARER_AT_MOST: usize = 3;
    // Of one that is no more, or whose centre is not known, nothing can be said.
    let Some(own) = municipality::centre(db, municipality, today)? else { return Ok(true) };
    let distance = point.distance(own);
    if distance <= SURELY {
        return Ok(true);
    }
    let centres = municipality::centres(db, today)?;
    Ok(centres.iter().filter(|(_, other)| point.distance(*other) < distance).count() <= NEARER_AT_MOST)
}

impl Pushed for Location {}

impl Referred for Location {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, locations, id, ids)
    }
}

impl Merged for Location {
    fn united(survivor: &LocationRecord, other: &LocationRecord) -> LocationRecord {
        let (mut record, mut other) = (survivor.clone(), other.clone());
        merge::both::<Self>(&mut record.facts, &mut other.facts);
        record
    }

    fn move_references(tx: &mut Tx, from: &LocationId, to: &LocationId) -> Result<()> {
        for kept in service::kept_at_location(tx.db(), from)? {
            let mut record = kept.record.clone();
            record.facts.move_location(*from, *to);
            tx.follow(kept, record)?;
        }
        Ok(())
    }
}

impl Duplicable for Location {
    fn names(record: &LocationRecord) -> &Names {
        &record.facts.names
    }

    fn is_published(_: &LocationRecord) -> bool {
        true
    }

    fn seen(_: &mut AnyConnection, _: &Permit, _: NaiveDate, ids: &[String]) -> Result<Vec<String>> {
        Ok(ids.to_vec())
    }

    /// A location in nearly the same place: both must have a point.
    fn candidates(db: &mut AnyConnection, kept: &Kept<Self>) -> Result<Vec<Candidate>> {
        let Some(point) = kept.record.facts.point() else { return Ok(Vec::new()) };
        let near = near(db, point, NEAR_PLACE)?.into_iter();
        let candidate = |near: Kept<Self>| Candidate {
            id: near.id.to_string(),
            names: near.record.facts.names,
            reasons: vec![DuplicateReason::NearPlace],
        };
        Ok(near.map(candidate).collect())
    }
}

/// The locations within a distance of a point, in metres.
pub(crate) fn near(db: &mut AnyConnection, point: Point, distance: f64) -> Result<Vec<Kept<Location>>> {
    let Some(planar) = point.planar() else { return Ok(Vec::new()) };
    let mut query = locations::table
        .select((locations::id, locations::record, locations::version))
        .limit(duplicate::MOST_CANDIDATES)
        .into_boxed();
    for square in Square::around(planar, distance) {
        query = query.or_filter(locations::square.between(square.first, square.last));
    }
    let mut found = crate::noun::kept::<Location>(query.load(db)?)?;
    found.retain(|other| other.record.facts.point().is_some_and(|other| other.distance(point) <= distance));
    Ok(found)
}

/// The locations to which a page refers.
pub(crate) struct Named(HashMap<String, LocationRecord>);

impl Named {
    pub(crate) fn load(db: &mut AnyConnection, wanted: impl Iterator<Item = LocationId>) -> Result<Self> {
        Ok(Self(records::<Location>(db, wanted)?))
    }

    pub(crate) fn get(&self, id: LocationId) -> LocationRef {
        let names = self.0.get(&id.to_string()).map(|record| record.facts.names.clone());
        LocationRef { id, names: names.unwrap_or_else(|| ERASED.into()) }
    }
}
