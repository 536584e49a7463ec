//! A made-up registry for demonstrations: providers, locations and services over all of Finland, as they could be.
//!
//! Invariants:
//! - The same seed, number of points, grounds and instant give the same objects, for ever and on every machine.
//! - No organisation, person, telephone number or page is invented that somebody could have.
//! - Nothing but its external id says of an object that it is made up, and nothing but its source of a need indicator.
//! - One provider at a time is in memory, however many there are.

mod chance;
mod hours;
mod near;
mod need;
mod offer;
mod place;
mod provider;
mod service;
mod share;
mod tongue;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::area::{MunicipalityCode, RegionCode};
use crate::clock::Moment;
use crate::external_id::{ExternalId, Source};
use crate::id::Id;
use crate::location::{LocationId, LocationRecord};
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::noun::Noun;
use crate::organisation::OrganisationId;
use crate::point::Point;
use crate::provider::{ProviderId, ProviderRecord, ProviderType};
use crate::service::{ServiceId, ServiceRecord};
use crate::text::Names;
use crate::vocabulary::Vocabulary as _;

pub use need::need_indicators;

use provider::{Producer, Role};
use tongue::TownNames;

/// A municipality, as the generator needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Its official code.
    pub code: MunicipalityCode,
    /// Its official names.
    pub names: Names,
    /// The languages of its administration.
    pub language_status: LanguageStatus,
    /// How urban it is.
    pub urban_rural: UrbanRural,
    /// Its central locality.
    pub point: Point,
    /// Its inhabitants.
    pub population: i64,
    /// The region in which it lies.
    pub region: RegionCode,
    /// Its organisation, which stands behind all that is made up there.
    pub organisation: OrganisationId,
}

/// One provider with all that is its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The provider.
    pub provider: (ProviderId, ProviderRecord),
    /// Its locations, each of which one of its services uses.
    pub locations: Vec<(LocationId, LocationRecord)>,
    /// Its services.
    pub services: Vec<(ServiceId, ServiceRecord)>,
    /// How many service points its services have: one for each of their locations, and one for each that comes to
    /// people.
    pub points: usize,
}

/// Makes a demonstration up, provider by provider, in the order of the municipalities' codes.
#[derive(Debug)]
pub struct Demonstration {
    scene: Scene,
    made: Made,
    lots: std::vec::IntoIter<Lot>,
    town: Option<Town>,
}

/// What holds for all objects.
#[derive(Debug)]
struct Scene {
    seed: u64,
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// How many service points a municipality gets, and how many of them are services for the whole country.
#[derive(Debug)]
struct Lot {
    ground: Ground,
    points: usize,
    national: usize,
}

/// A municipality at work.
#[derive(Debug)]
struct Town {
    lot: Lot,
    names: TownNames,
    /// How many providers it has of each type.
    types: BTreeMap<ProviderType, usize>,
}

/// How many objects of each kind there are.
#[derive(Debug)]
struct Made {
    seed: u64,
    providers: usize,
    locations: usize,
    services: usize,
}

/// How many services for the whole country there are, however many points.
const NATIONAL: usize = 40;
/// In how many municipalities they have their providers.
const NATIONAL_SEATS: usize = 8;
/// Fewer points than this are left to no provider that is not the only one of its municipality.
const FEWEST: usize = 3;

/// In which order a municipality gets its providers.
const ROTATION: [ProviderType; 20] = [
    ProviderType::Library,
    ProviderType::Municipality,
    ProviderType::Association,
    ProviderType::AdultEducationCentre,
    ProviderType::Library,
    ProviderType::Parish,
    ProviderType::JointServicePoint,
    ProviderType::Association,
    ProviderType::Municipality,
    ProviderType::Project,
    ProviderType::Library,
    ProviderType::Association,
    ProviderType::School,
    ProviderType::Parish,
    ProviderType::Municipality,
    ProviderType::Library,
    ProviderType::AdultEducationCentre,
    ProviderType::Association,
    ProviderType::Company,
    ProviderType::JointServicePoint,
];

impl Demonstration {
    /// A demonstration of exactly so many service points, as they could be at an instant. Without any ground there are
    /// none.
    pub fn new(seed: u64, points: usize, mut grounds: Vec<Ground>, now: DateTime<Utc>) -> Self {
        grounds.sort_by(|one, other| one.code.cmp(&other.code));
        let national = NATIONAL.min(points / 2);
        let populations: Vec<i64> = grounds.iter().map(|ground| ground.population).collect();
        let mut seats: Vec<usize> = (0..grounds.len()).collect();
        seats.sort_by_key(|index| std::cmp::Reverse(populations.get(*index)));
        seats.truncate(NATIONAL_SEATS);
        let shares = share::shares(points - national, &populations);
        let mut lots: Vec<Lot> =
            grounds.into_iter().zip(shares).map(|(ground, points)| Lot { ground, points, national: 0 }).collect();
        for (seat, services) in seats.iter().zip(share::shares(national, &vec![1; seats.len()])) {
            lots[*seat].points += services;
            lots[*seat].national = services;
        }
        let Moment { now, today } = Moment::at(now);
        let made = Made { seed, providers: 0, locations: 0, services: 0 };
        Self { scene: Scene { seed, now, today }, made, lots: lots.into_iter(), town: None }
    }
}

impl Iterator for Demonstration {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        while self.town.as_ref().is_none_or(|town| town.lot.points == 0) {
            self.town = Some(Town::new(self.lots.next()?));
        }
        let town = self.town.as_mut()?;
        Some(town.provider(&self.scene, &mut self.made))
    }
}

impl Town {
    fn new(lot: Lot) -> Self {
        let names = TownNames::of(&lot.ground.names, lot.ground.language_status);
        Self { lot, names, types: BTreeMap::new() }
    }

    /// The next provider: first the one for the whole country, if it has its seat here.
    fn provider(&mut self, scene: &Scene, made: &mut Made) -> Batch {
        let Lot { ground, points: left, national } = &mut self.lot;
        let is_national = *national > 0;
        let (provider_type, number) = if is_national {
            (ProviderType::Association, 0)
        } else {
            // Municipalities begin at different places, so that the smallest have not all the same.
            let code: usize = ground.code.as_str().parse().unwrap_or_default();
            let provider_type = ROTATION[(code + self.types.values().sum::<usize>()) % ROTATION.len()];
            let count = self.types.entry(provider_type).or_default();
            *count += 1;
            (provider_type, *count - 1)
        };
        let role = Role { provider_type, number, is_national };
        let mut producer = Producer::new(scene, ground, &self.names, made, role);
        let wanted = if is_national { std::mem::take(national) } else { producer.size() };
        let points = if is_national || left.saturating_sub(wanted) >= FEWEST { wanted.min(*left) } else { *left };
        *left -= points;
        producer.batch(points)
    }
}

impl Made {
    fn provider(&mut self) -> (ProviderId, Vec<ExternalId>) {
        self.providers += 1;
        self.identity(self.providers)
    }

    fn location(&mut self) -> (LocationId, Vec<ExternalId>) {
        self.locations += 1;
        self.identity(self.locations)
    }

    fn service(&mut self) -> (ServiceId, Vec<ExternalId>) {
        self.services += 1;
        self.identity(self.services)
    }

    /// The id of the n-th object of a kind, and what it is called elsewhere: the same whenever it is made again.
    fn identity<T: Noun>(&self, n: usize) -> (Id<T>, Vec<ExternalId>) {
        let source_id = format!("{}:{}:{n}", self.seed, T::NOUN.code());
        let id = Id::of_key(&format!("{}:{source_id}", Source::DEMONSTRATION));
        let source = Source::DEMONSTRATION.parse().ok();
        let external_id =
            source.zip(source_id.parse().ok()).map(|(source, source_id)| ExternalId { source, source_id });
        (id, external_id.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
