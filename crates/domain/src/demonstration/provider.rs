//! Providers and their places.

use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::chance::Chance;
use super::near;
use super::place;
use super::tongue::{Tongue, TownNames, Words};
use super::words::{self, District};
use super::{Batch, Ground, Made, Scene, hours};
use crate::contact::Contact;
use crate::external_id::ExternalId;
use crate::location::{Accessibility, LocationFacts, LocationId, LocationRecord};
use crate::municipality::UrbanRural;
use crate::point::PointFacts;
use crate::provider::{OfferStatus, Origin, ProviderFacts, ProviderId, ProviderRecord, ProviderType};
use crate::service::{ServiceId, ServiceRecord};
use crate::text::{Label, Language};

/// What a provider is in its municipality.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    pub(super) provider_type: ProviderType,
    /// How many of its type there are before it.
    pub(super) number: usize,
    /// Whether it serves the whole country, from afar.
    pub(super) is_national: bool,
}

/// Makes one provider with all that is its own.
pub(super) struct Producer<'a> {
    pub(super) scene: &'a Scene,
    pub(super) ground: &'a Ground,
    pub(super) names: &'a TownNames,
    pub(super) tongue: Tongue,
    pub(super) chance: Chance,
    pub(super) made: &'a mut Made,
    pub(super) id: ProviderId,
    pub(super) role: Role,
    external_ids: Vec<ExternalId>,
    /// The first day on which it gives support.
    began: Option<NaiveDate>,
    /// Its first district; its places lie in those that follow.
    district: usize,
    locations: Vec<(LocationId, LocationRecord)>,
    pub(super) services: Vec<(ServiceId, ServiceRecord)>,
    /// The names of its services, in Finnish.
    pub(super) service_names: HashSet<String>,
}

/// The first day of the work on digital support in the registry.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2018, 1, 1);
/// How many days 2018 to 2024 have.
const DAYS: usize = 2_557;

impl<'a> Producer<'a> {
    /// The next provider of a municipality.
    pub(super) fn new(
        scene: &'a Scene,
        ground: &'a Ground,
        names: &'a TownNames,
        made: &'a mut Made,
        role: Role,
    ) -> Self {
        let (id, external_ids) = made.provider();
        let mut chance = Chance::new(scene.seed, made.providers);
        let district = first_district(ground, role);
        let tongue = ground.language_status.into();
        let (locations, services) = (Vec::new(), Vec::new());
        let is_late = role.provider_type == ProviderType::Project || chance.percent(8);
        let mut producer = Self {
            scene,
            ground,
            names,
            tongue,
            chance,
            made,
            id,
            role,
            external_ids,
            began: None,
            district,
            locations,
            services,
            service_names: HashSet::new(),
        };
        if is_late {
            producer.began = producer.day_since_2018();
        }
        producer
    }

    /// How many points it would have by its type.
    pub(super) fn size(&mut self) -> usize {
        let most = match self.role.provider_type {
            ProviderType::Library | ProviderType::Municipality => 40,
            ProviderType::AdultEducationCentre => 24,
            ProviderType::Association | ProviderType::Project => 16,
            _ => 12,
        };
        self.chance.between(3, most)
    }

    /// The provider with services of exactly so many points.
    pub(super) fn batch(mut self, points: usize) -> Batch {
        let mut left = points;
        while left > 0 {
            left -= self.make_service(left);
        }
        let mut languages: Vec<Language> =
            self.services.iter().flat_map(|(_, service)| service.facts.languages.iter().copied()).collect();
        languages.sort_unstable();
        languages.dedup();
        let english = self.english();
        let facts = ProviderFacts {
            organisation: self.ground.organisation,
            provider_type: self.role.provider_type,
            names: self.name().written(self.tongue, english),
            descriptions: None,
            contact: Some(self.contact()),
            languages,
            municipality: Some(self.ground.code.clone()),
            regions: vec![self.ground.region.clone()],
            origin: self.origin(),
            offer_status: OfferStatus::Published,
            external_ids: std::mem::take(&mut self.external_ids),
            valid_from: self.began,
            valid_to: None,
        };
        let verified_at = self.verified_at();
        let provider = (self.id, ProviderRecord { facts, verified_at });
        Batch { provider, locations: self.locations, services: self.services, points }
    }

    fn name(&self) -> Words {
        const NATIONAL: [Label; 2] = [
            Label {
                fi: "valtakunnallinen etätuki", sv: "Riksomfattande distansstöd", en: "Nationwide remote support"
            },
            Label { fi: "koko maan digipuhelin", sv: "Hela landets digitelefon", en: "Nationwide digital helpline" },
        ];
        let nouns = words::provider_nouns(self.role.provider_type);
        let noun = if self.role.is_national {
            NATIONAL[self.made.providers % 2]
        } else {
            nouns[self.role.number % nouns.len()]
        };
        let town = &self.names.words;
        if self.role.number < nouns.len() {
            let fi = match &self.names.genitive {
                Some(genitive) => format!("{genitive} {}", noun.fi),
                None => format!("{}, {}", capital(noun.fi), town.fi),
            };
            return Words { fi, sv: format!("{}, {}", noun.sv, town.sv), en: format!("{}, {}", noun.en, town.en) };
        }
        let district = self.district(0);
        Words {
            fi: format!("{} {}, {}", district.genitive, noun.fi, town.fi),
            sv: format!("{} {}, {}", noun.sv, district.words.sv, town.sv),
            en: format!("{} {}, {}", noun.en, district.words.en, town.en),
        }
    }

    fn contact(&mut self) -> Contact {
        let email = format!("digituki@{}", self.names.host()).parse().ok();
        let phone = if self.chance.percent(70) { self.phone() } else { None };
        Contact { email, phone, website: self.page("digituki", "digistod") }
    }

    fn district(&self, place: usize) -> District {
        District::numbered(self.district_number(place), self.names.is_swedish)
    }

    fn district_number(&self, place: usize) -> usize {
        (self.district + place) % districts(self.ground)
    }

    /// So many different places: some that it has, some new.
    pub(super) fn places(&mut self, count: usize) -> Vec<LocationId> {
        let known = self.locations.len();
        let reused = (0..count).filter(|_| self.chance.percent(45)).count().min(known);
        let ids: Vec<LocationId> = self.locations.iter().map(|(id, _)| *id).collect();
        let mut places = self.chance.several(&ids, reused);
        while places.len() < count {
            let is_twin = !self.locations.is_empty() && self.chance.below(440) == 0;
            let twin_of = self.chance.below(self.locations.len());
            let twin_of = self.locations.get(twin_of).filter(|_| is_twin).map(|(_, record)| record.clone());
            let (id, record) = match twin_of {
                Some(record) => self.twin(record),
                None => self.location(),
            };
            self.locations.push((id, record));
            places.push(id);
        }
        places
    }

    fn location(&mut self) -> (LocationId, LocationRecord) {
        let number = self.locations.len();
        let (id, external_ids) = self.made.location();
        let has_point = !self.chance.percent(2);
        let point = place::scattered(self.ground, self.made.locations, &mut self.chance);
        let district = self.district_number(number);
        let english = self.english();
        let directed = self.chance.percent(15);
        let facts = LocationFacts {
            organisation: Some(self.ground.organisation),
            names: self.place_name(number).written(self.tongue, english),
            address: place::address(self.ground, self.names, district, self.tongue, &mut self.chance),
            point: has_point.then(|| PointFacts::from(point)),
            accessibility: self.accessibility(),
            opening_hours: hours::of_place(self.role.provider_type, self.scene.today, &mut self.chance),
            directions: directed
                .then(|| Words::from(self.chance.one_of(&words::DIRECTIONS)).written(self.tongue, english)),
            phone: if self.chance.percent(45) { self.phone() } else { None },
            external_ids,
            valid_from: None,
            valid_to: None,
        };
        (id, LocationRecord { facts, verified_at: self.verified_at(), is_questioned: false })
    }

    /// What somebody wrote who did not see that the place was there already.
    fn twin(&mut self, mut record: LocationRecord) -> (LocationId, LocationRecord) {
        let (id, external_ids) = self.made.location();
        let point = record.facts.point().map(|point| place::settled(point, self.made.locations));
        record.facts.names = near::name(record.facts.names, self.chance.below(3));
        record.facts.point = point.map(PointFacts::from);
        record.facts.external_ids = external_ids;
        record.verified_at = self.verified_at();
        (id, record)
    }

    fn place_name(&mut self, number: usize) -> Words {
        let is_city = self.ground.urban_rural == UrbanRural::Urban;
        let is_first = number == 0 && self.role.number == 0;
        if let Some(noun) = words::main_place(self.role.provider_type, is_city).filter(|_| is_first) {
            let town = &self.names.words;
            let fi = match &self.names.genitive {
                Some(genitive) => format!("{genitive} {}", noun.fi),
                None => format!("{}, {}", capital(noun.fi), town.fi),
            };
            return Words { fi, sv: format!("{}, {}", noun.sv, town.sv), en: format!("{}, {}", noun.en, town.en) };
        }
        let nouns = words::place_nouns(self.role.provider_type);
        let noun = nouns[self.chance.below(nouns.len())];
        let District { words, genitive } = self.district(number);
        Words {
            fi: format!("{genitive} {}", noun.fi),
            sv: format!("{} {}", noun.sv, words.sv),
            en: format!("{}, {}", noun.en, words.en),
        }
    }

    fn accessibility(&mut self) -> Option<Accessibility> {
        let known = self.chance.percent(70);
        let mut answer = |yes| self.chance.weighed(&[(Some(true), yes), (Some(false), 15), (None, 85 - yes)]);
        known.then(|| Accessibility {
            step_free_entrance: answer(75),
            automatic_door: answer(50),
            lift: answer(55),
            accessible_toilet: answer(60),
            accessible_parking: answer(45),
            induction_loop: answer(20),
            guidance: answer(10),
            quiet_space: answer(15),
        })
    }

    /// Whether a text is there in English too.
    pub(super) fn english(&mut self) -> bool {
        let share = if self.ground.urban_rural == UrbanRural::Urban { 35 } else { 8 };
        self.chance.percent(share)
    }

    pub(super) fn origin(&mut self) -> Option<Origin> {
        match self.began {
            Some(_) => Some(Origin::New),
            None => self.chance.weighed(&[(Some(Origin::Existing), 62), (Some(Origin::New), 20), (None, 18)]),
        }
    }

    /// When somebody last saw it: for most within half a year, for some never.
    pub(super) fn verified_at(&mut self) -> Option<DateTime<Utc>> {
        let (first, last) =
            self.chance.weighed(&[((1, 178), 55), ((187, 362), 20), ((369, 542), 10), ((552, 1_500), 9), ((0, 0), 6)]);
        let days = i64::try_from(self.chance.between(first, last)).unwrap_or_default();
        let seconds = i64::try_from(self.chance.below(86_400)).unwrap_or_default();
        let at = self.scene.now - TimeDelta::days(days) - TimeDelta::seconds(seconds);
        (first > 0).then(|| DateTime::from_timestamp_secs(at.timestamp()).unwrap_or(at))
    }

    /// A day of 2018 to 2024 that has been.
    fn day_since_2018(&mut self) -> Option<NaiveDate> {
        let days = Days::new(self.chance.below(DAYS) as u64);
        FIRST_DAY.map(|first| first + days).filter(|day| *day <= self.scene.today)
    }

    /// The first day of a service, not before that of its provider, and for one in a hundred the last.
    pub(super) fn days(&mut self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let first = if self.chance.percent(30) { self.day_since_2018() } else { None };
        let first = first.max(self.began);
        let ended = self.chance.percent(1);
        let ago = Days::new(self.chance.between(1, 400) as u64);
        let last = Some(self.scene.today - ago).filter(|last| ended && first.is_none_or(|first| first <= *last));
        (first, last)
    }
}

/// Providers of one type begin in different districts: a step that divides their number into no equal parts takes them to
/// each in turn.
fn first_district(ground: &Ground, role: Role) -> usize {
    let districts = districts(ground);
    let step = if districts.is_multiple_of(17) { 19 } else { 17 };
    let code: usize = ground.code.as_str().parse().unwrap_or_default();
    (code + role.provider_type as usize * 5 + role.number * step) % districts
}

fn districts(ground: &Ground) -> usize {
    District::count(usize::try_from(ground.population).unwrap_or_default())
}

/// A text with its first letter in capitals.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
