//! Makes the rows of service points from their sources.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind};
use digituki_domain::external_id::ExternalId;
use digituki_domain::location::{Location, LocationId, LocationRecord};
use digituki_domain::noun::Kept;
use digituki_domain::opening_hours::OpeningHours;
use digituki_domain::point::{Point, Square};
use digituki_domain::provider::{Provider, ProviderRecord, ProviderRef};
use digituki_domain::search::Words;
use digituki_domain::service::{
    Service, ServiceArea, ServiceFacts, ServiceId, ServicePlaceFacts, ServiceRecord, ServiceRef,
};
use digituki_domain::service_point::{PointLocation, ServicePointId, StillPoint, Term};
use digituki_domain::support::{DeliveryMode, ServiceAreaMode, SupportForm};
use digituki_domain::text::{Language, Names};
use digituki_domain::validity::Validity;
use sha2::{Digest as _, Sha256};

use super::words;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::noun::records;
use crate::schema::service_points;
use crate::service::{named, told};
use crate::suggestion::Suggested;
use crate::{area, municipality, names};

#[derive(Debug, PartialEq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = service_points, primary_key(number), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) service_id: String,
    pub(super) location_id: Option<String>,
    pub(super) has_place: bool,
    pub(super) municipality: Option<String>,
    pub(super) sort_name: String,
    pub(super) sort_verified: String,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) northing: Option<i64>,
    pub(super) easting: Option<i64>,
    pub(super) square: Option<i64>,
    pub(super) hours: Option<i64>,
    pub(super) verified_at: Option<i64>,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_to: Option<NaiveDate>,
    pub(super) support_form: String,
    pub(super) remote: bool,
    pub(super) languages: i64,
    pub(super) serving: Option<i64>,
}

/// A row that is to be, and what is written beside it.
pub(super) struct New {
    pub(super) row: Row,
    /// What the row says of its hours is known once these have been noted.
    pub(super) hours: Option<OpeningHours>,
    pub(super) body: String,
    pub(super) terms: Vec<Term>,
    pub(super) words: Words,
}

/// What points are made of.
pub(super) struct Sources {
    services: HashMap<String, ServiceRecord>,
    providers: HashMap<String, ProviderRecord>,
    locations: HashMap<String, LocationRecord>,
    areas: area::Named,
    /// Of the municipalities, if a service reaches what lies near enough.
    centres: Vec<(String, Point)>,
}

/// What the points of a service have in common.
struct Common<'a> {
    id: ServiceId,
    service: &'a ServiceRecord,
    provider: &'a ProviderRecord,
    area: Option<ServiceArea>,
    words: Words,
}

impl Sources {
    pub(super) fn load(db: &mut AnyConnection, services: &[Kept<Service>]) -> Result<Self> {
        let services: HashMap<String, ServiceRecord> =
            services.iter().map(|kept| (kept.id.to_string(), kept.record.clone())).collect();
        let providers = records::<Provider>(db, services.values().map(|service| service.facts.provider))?;
        let locations = records::<Location>(db, services.values().flat_map(|service| service.facts.location_ids()))?;
        let served = || services.values().filter_map(|service| service.facts.service_area.as_ref());
        let mut wanted: Vec<AreaId> = served().flat_map(|area| area.areas.iter().cloned()).collect();
        wanted.extend(locations.values().map(|location| location.facts.address.municipality.id()));
        let areas = area::Named::load(db, &wanted)?;
        let by_distance = served().any(|area| area.mode == ServiceAreaMode::Radius);
        let centres = if by_distance { municipality::all_centres(db)? } else { Vec::new() };
        Ok(Self { services, providers, locations, areas, centres })
    }

    /// The points of a service: none unless it is published.
    pub(super) fn points(&self, id: &ServiceId) -> Result<Vec<New>> {
        let Some(service) = self.services.get(&id.to_string()) else { return Ok(Vec::new()) };
        let facts = &service.facts;
        let Some(provider) = self.providers.get(&facts.provider.to_string()) else { return Ok(Vec::new()) };
        if !facts.offer_status.is_published() || !provider.facts.offer_status.is_published() {
            return Ok(Vec::new());
        }
        let area = facts.service_area.as_ref().map(|area| named(area, &self.areas)).transpose()?;
        let words = words::of(facts, &provider.facts, area.as_ref());
        let common = Common { id: *id, service, provider, area, words };
        let mut points = Vec::new();
        for place in &facts.locations {
            if let Some(location) = place.location.and_then(|id| Some((id, self.locations.get(&id.to_string())?))) {
                points.push(self.point(&common, Some((place, location.0, location.1)))?);
            }
        }
        if facts.comes_to_you() {
            points.push(self.point(&common, None)?);
        }
        Ok(points)
    }

    /// What a service with these points lets be suggested.
    pub(super) fn suggested(&self, id: &ServiceId, points: &[New]) -> Vec<Suggested> {
        let Some(service) = self.services.get(&id.to_string()) else { return Vec::new() };
        let at = points.iter().map(|point| Validity { from: point.row.valid_from, to: point.row.valid_to });
        Suggested::service(&service.facts.names, at)
    }

    fn point(
        &self,
        &Common { id, service: ServiceRecord { facts, verified_at }, provider, ref area, ref words }: &Common,
        place: Option<(&ServicePlaceFacts, LocationId, &LocationRecord)>,
    ) -> Result<New> {
        let location = place.map(|(_, id, location)| self.located(id, location)).transpose()?;
        let there = location.as_ref().and_then(|location| location.point);
        let planar = there.and_then(Point::planar);
        let point_id = ServicePointId { service: id, location: location.as_ref().map(|location| location.id) };
        let of_place = place.and_then(|(place, _, location)| {
            place.opening_hours.clone().or_else(|| location.facts.opening_hours.clone())
        });
        // From afar it is open when its first channel answers.
        let of_channel = || facts.channels.iter().find_map(|channel| channel.opening_hours.clone());
        let opening_hours = if place.is_some() { of_place } else { of_channel() };
        let is_open_at_times = facts.offer_status != digituki_domain::provider::OfferStatus::TemporarilyClosed;
        let hours = opening_hours.clone().filter(|_| is_open_at_times);
        let remote = place.is_none()
            && (facts.support_form != SupportForm::InPerson
                || facts.delivery_modes.iter().any(|mode| mode.comes_to_you() && *mode != DeliveryMode::HomeVisit));
        let mut days = vec![(facts.valid_from, facts.valid_to), (provider.facts.valid_from, provider.facts.valid_to)];
        days.extend(place.map(|(_, _, location)| (location.facts.valid_from, location.facts.valid_to)));
        let valid_from = days.iter().filter_map(|(from, _)| *from).max();
        let valid_to = days.iter().filter_map(|(_, to)| *to).min();
        let terms = self.terms(facts, place.map(|(_, _, location)| location), remote);
        let sort_name = sort_name(&facts.names, location.as_ref().map(|location| &location.names));
        let municipality = place.map(|(_, _, location)| location.facts.address.municipality.to_string());
        let still = StillPoint {
            id: point_id,
            service: ServiceRef { id, names: facts.names.clone() },
            provider: ProviderRef {
                id: facts.provider,
                provider_type: provider.facts.provider_type,
                names: provider.facts.names.clone(),
            },
            short_descriptions: facts.short_descriptions.clone(),
            descriptions: facts.descriptions.clone(),
            support_form: facts.support_form,
            delivery_modes: facts.delivery_modes.clone(),
            topics: facts.topics.clone(),
            target_groups: facts.target_groups.clone(),
            special_support: facts.special_support.clone(),
            languages: facts.languages.clone(),
            fee: facts.fee,
            fee_note: facts.fee_note.clone(),
            access_modes: facts.access_modes.clone(),
            booking_url: facts.booking_url.clone(),
            remote,
            location,
            service_area: area.clone(),
            channels: facts.channels.iter().cloned().map(told).collect(),
            opening_hours: opening_hours.map(OpeningHours::told),
            origin: facts.origin,
            offer_status: facts.offer_status,
            verified_at: *verified_at,
            valid_from,
            valid_to,
            demonstration: facts.external_ids.iter().any(ExternalId::is_of_demonstration),
        };
        let mut words = words.clone();
        if let Some(location) = &still.location {
            words::add_location(&mut words, location);
        }
        let row = Row {
            number: 0,
            id: point_id.to_string(),
            service_id: id.to_string(),
            location_id: point_id.location.as_ref().map(ToString::to_string),
            has_place: place.is_some(),
            municipality,
            sort_name,
            sort_verified: sort_verified(verified_at.map(|at| at.timestamp_millis())),
            lat: there.map(|point| point.lat),
            lon: there.map(|point| point.lon),
            northing: planar.map(|planar| planar.centimetres().0),
            easting: planar.map(|planar| planar.centimetres().1),
            square: planar.map(Square::number),
            hours: None,
            verified_at: verified_at.map(|at| at.timestamp_millis()),
            valid_from,
            valid_to,
            support_form: facts.support_form.to_string(),
            remote,
            languages: Language::bits(&facts.languages),
            serving: place.is_none().then(|| serving(&terms)).flatten(),
        };
        Ok(New { row, hours, body: serde_json::to_string(&still)?, terms, words })
    }

    fn located(&self, id: LocationId, LocationRecord { facts, .. }: &LocationRecord) -> Result<PointLocation> {
        let municipality = self.areas.get(&facts.address.municipality.id())?;
        Ok(PointLocation {
            id,
            names: facts.names.clone(),
            address: facts.address.clone().named(municipality),
            point: facts.point(),
            accessibility: facts.accessibility,
            directions: facts.directions.clone(),
            phone: facts.phone.clone(),
        })
    }

    /// By what a point is filtered and counted.
    fn terms(&self, facts: &ServiceFacts, location: Option<&LocationRecord>, remote: bool) -> Vec<Term> {
        let mut terms = vec![
            Term::new("provider", facts.provider),
            Term::new("support_form", facts.support_form),
            Term::new("remote", remote),
        ];
        terms.extend(facts.fee.map(|fee| Term::new("fee", fee)));
        terms.extend(facts.languages.iter().map(|language| Term::new("language", language)));
        terms.extend(facts.delivery_modes.iter().map(|mode| Term::new("delivery_mode", mode)));
        terms.extend(facts.topics.iter().map(|topic| Term::new("topic", topic)));
        terms.extend(facts.target_groups.iter().map(|group| Term::new("target_group", group)));
        terms.extend(facts.special_support.iter().map(|need| Term::new("special_support", need)));
        terms.extend(facts.access_modes.iter().map(|mode| Term::new("access_mode", mode)));
        if let Some(LocationRecord { facts: place, .. }) = location {
            terms.push(Term::new("municipality", &place.address.municipality));
            terms.extend(place.address.postcode.iter().map(|postcode| Term::new("postcode", postcode)));
        } else if let Some(area) = &facts.service_area {
            match area.mode {
                ServiceAreaMode::Nationwide => terms.push(Term::serves(&AreaId::country())),
                ServiceAreaMode::NationwideExceptAland => terms.push(Term::serves_mainland()),
                ServiceAreaMode::Areas => terms.extend(area.areas.iter().map(Term::serves)),
                ServiceAreaMode::Radius => terms.extend(self.reached(facts, area.radius_km)),
            }
        }
        // A table of them holds each once.
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// The municipalities whose centre lies within the radius of any of the service's locations, and those of the
    /// locations themselves.
    fn reached(&self, facts: &ServiceFacts, radius_km: Option<u32>) -> Vec<Term> {
        let radius = f64::from(radius_km.unwrap_or(0)) * 1_000.0;
        let locations: Vec<&LocationRecord> =
            facts.location_ids().filter_map(|id| self.locations.get(&id.to_string())).collect();
        let points: Vec<Point> = locations.iter().filter_map(|location| location.facts.point()).collect();
        let is_within = |centre: &Point| points.iter().any(|point| point.distance(*centre) <= radius);
        let reached = self.centres.iter().filter(|(_, centre)| is_within(centre)).map(|(code, _)| code.clone());
        let own = locations.iter().map(|location| location.facts.address.municipality.to_string());
        let area = |code: String| AreaId::new(AreaKind::Municipality, &code).ok();
        reached.chain(own).filter_map(area).map(|area| Term::reaches(&area)).collect()
    }
}

/// Alphabetically by service, then by place.
fn sort_name(service: &Names, location: Option<&Names>) -> String {
    let place = location.map_or("", Names::first);
    let name = format!("{}, {place}", service.first());
    names::sort_key(&Names { fi: Some(name), sv: None, en: None })
}

/// What those have in common that serve the same: a digest of the terms by which they do; none where nothing is said.
fn serving(terms: &[Term]) -> Option<i64> {
    let mut digest = Sha256::new();
    let mut areas = terms.iter().filter(|term| term.is_of_area()).peekable();
    areas.peek()?;
    areas.for_each(|term| digest.update(format!("{}\n", term.as_str())));
    let digest = digest.finalize();
    let (numbers, _) = digest.as_chunks::<8>();
    numbers.first().map(|number| i64::from_be_bytes(*number) & i64::MAX)
}

/// A text that stands the earlier the later the instant is; what was never verified stands last.
fn sort_verified(millis: Option<i64>) -> String {
    const FAR: i64 = 9_999_999_999_999;
    format!("{:013}", millis.map_or(FAR, |millis| FAR - 1 - millis.clamp(0, FAR - 1)))
}
