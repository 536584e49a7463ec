//! Services: what support is given, how, for whom, in which languages and at what fee.

mod parts;
mod publishing;

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::contact::Website;
use crate::date;
use crate::external_id::{ExternalId, Source};
use crate::freshness::Freshness;
use crate::id::Id;
use crate::invalid::Invalid;
use crate::location::{Location, LocationId};
use crate::notice::Notice;
use crate::noun::{Noun, NounName, Sourced, Writable};
use crate::opening_hours::OpeningHours;
use crate::organisation::OrganisationId;
use crate::provider::{OfferStatus, Origin, ProviderId, ProviderRef};
use crate::support::{AccessMode, DeliveryMode, Fee, SpecialSupport, SupportForm, TargetGroup, Topic, everyone_alone};
use crate::text::{Descriptions, Language, Names, Text};
use crate::validity::{Validity, at_most, distinct};
use crate::version::Version;

pub use parts::{ServiceArea, ServiceAreaFacts, ServiceChannel, ServicePlace, ServicePlaceFacts};

/// What a service is in one sentence: up to 150 characters a language.
pub type ShortDescriptions = Text<150>;
/// What a service costs, or under which conditions it is free: up to 500 characters a language.
pub type FeeNote = Text<500>;

/// At how many locations a service is given at most.
const MAX_LOCATIONS: usize = 300;
/// How many channels a service has at most.
const MAX_CHANNELS: usize = 20;

/// A service, as it is written. A draft may leave out what a published service needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ServiceFacts::check_days, skip_on_field_errors = false))]
#[validate(schema(function = ServiceFacts::check_locations, skip_on_field_errors = false))]
#[validate(schema(function = ServiceFacts::check_channels, skip_on_field_errors = false))]
pub struct ServiceFacts {
    /// The provider that gives it.
    pub provider: ProviderId,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it is in one sentence; a published service needs it.
    #[validate(nested)]
    pub short_descriptions: Option<ShortDescriptions>,
    /// What it is, at length, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// How it is given.
    pub support_form: SupportForm,
    /// By which means of that form; a published service needs one.
    #[schema(value_type = BTreeSet<DeliveryMode>, max_items = 14)]
    #[validate(length(max = 14), custom(function = distinct))]
    pub delivery_modes: Vec<DeliveryMode>,
    /// What it is about; a published service needs one.
    #[schema(value_type = BTreeSet<Topic>, max_items = 27)]
    #[validate(length(max = 27), custom(function = distinct))]
    pub topics: Vec<Topic>,
    /// For whom it is meant; a published service needs one. `everyone` excludes all others.
    #[schema(value_type = BTreeSet<TargetGroup>, max_items = 13)]
    #[validate(length(max = 13), custom(function = distinct), custom(function = everyone_alone))]
    pub target_groups: Vec<TargetGroup>,
    /// For which needs it is prepared in particular.
    #[schema(value_type = BTreeSet<SpecialSupport>, max_items = 8)]
    #[validate(length(max = 8), custom(function = distinct))]
    pub special_support: Vec<SpecialSupport>,
    /// In which languages it is given; a published service needs one.
    #[schema(value_type = BTreeSet<Language>, max_items = 13)]
    #[validate(length(max = 13), custom(function = distinct))]
    pub languages: Vec<Language>,
    /// What it costs; a published service needs it.
    pub fee: Option<Fee>,
    /// How much, or under which conditions it is free; a published service needs it unless it is simply free.
    #[validate(nested)]
    pub fee_note: Option<FeeNote>,
    /// How one comes to it; a published service needs one.
    #[schema(value_type = BTreeSet<AccessMode>, max_items = 7)]
    #[validate(length(max = 7), custom(function = distinct))]
    pub access_modes: Vec<AccessMode>,
    /// Where one books a time; a published service needs it for `online_booking`.
    pub booking_url: Option<Website>,
    /// Where people live who may use it; a published service that one need not go to needs it.
    #[validate(nested)]
    pub service_area: Option<ServiceAreaFacts>,
    /// Where it is given.
    #[schema(max_items = 300)]
    #[validate(nested)]
    pub locations: Vec<ServicePlaceFacts>,
    /// How one reaches it from afar.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub channels: Vec<ServiceChannel>,
    /// Whether it existed before, or was launched by the work on digital support; null where it is not known.
    pub origin: Option<Origin>,
    /// Whether it is on offer.
    pub offer_status: OfferStatus,
    /// What it is called elsewhere.
    #[schema(value_type = BTreeSet<ExternalId>, max_items = 20)]
    #[validate(length(max = 20), custom(function = distinct))]
    pub external_ids: Vec<ExternalId>,
    /// The first day on which it is given; null for a time before 2018.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is given, inclusive; null while it is.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_to: Option<NaiveDate>,
}

impl ServiceFacts {
    fn check_days(&self) -> Result<(), ValidationError> {
        Validity { from: self.valid_from, to: self.valid_to }.check()
    }

    // Not by the validator's `length`: it panics where both a list and one of its elements are at fault.
    fn check_locations(&self) -> Result<(), ValidationError> {
        at_most(MAX_LOCATIONS, &self.locations, "locations")?;
        let mut seen = HashSet::new();
        match self.location_ids().find(|id| !seen.insert(*id)) {
            Some(id) => Err(Invalid::RepeatedValue { value: id.to_string() }.at("locations")),
            None => Ok(()),
        }
    }

    fn check_channels(&self) -> Result<(), ValidationError> {
        at_most(MAX_CHANNELS, &self.channels, "channels")
    }

    /// Whether one gets it wherever one is, beside or instead of going to a place.
    pub fn comes_to_you(&self) -> bool {
        self.delivery_modes.iter().any(|mode| mode.comes_to_you())
    }

    /// The locations that the registry holds.
    pub fn location_ids(&self) -> impl Iterator<Item = LocationId> {
        self.locations.iter().filter_map(|place| place.location)
    }

    /// Puts one location in the place of another; where it is given at both, one remains.
    pub fn move_location(&mut self, from: LocationId, to: LocationId) {
        if self.location_ids().any(|id| id == to) {
            self.locations.retain(|place| place.location != Some(from));
        }
        for place in self.locations.iter_mut().filter(|place| place.location == Some(from)) {
            place.location = Some(to);
        }
    }
}

/// A service, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: ServiceFacts,
    /// When somebody last saw that it is still true.
    pub verified_at: Option<DateTime<Utc>>,
}

/// A service: what support is given, how, for whom, in which languages and at what fee.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The provider that gives it.
    pub provider: ProviderRef,
    /// Its names.
    pub names: Names,
    /// What it is in one sentence, or null.
    pub short_descriptions: Option<ShortDescriptions>,
    /// What it is, at length, or null.
    pub descriptions: Option<Descriptions>,
    /// How it is given.
    pub support_form: SupportForm,
    /// By which means of that form.
    #[schema(max_items = 100)]
    pub delivery_modes: Vec<DeliveryMode>,
    /// What it is about.
    #[schema(max_items = 100)]
    pub topics: Vec<Topic>,
    /// For whom it is meant.
    #[schema(max_items = 100)]
    pub target_groups: Vec<TargetGroup>,
    /// For which needs it is prepared in particular.
    #[schema(max_items = 100)]
    pub special_support: Vec<SpecialSupport>,
    /// In which languages it is given.
    #[schema(max_items = 100)]
    pub languages: Vec<Language>,
    /// What it costs, or null.
    pub fee: Option<Fee>,
    /// How much, or under which conditions it is free, or null.
    pub fee_note: Option<FeeNote>,
    /// How one comes to it.
    #[schema(max_items = 100)]
    pub access_modes: Vec<AccessMode>,
    /// Where one books a time, or null.
    pub booking_url: Option<Website>,
    /// Where people live who may use it, or null.
    pub service_area: Option<ServiceArea>,
    /// Where it is given.
    #[schema(max_items = 1000)]
    pub locations: Vec<ServicePlace>,
    /// How one reaches it from afar.
    #[schema(max_items = 100)]
    pub channels: Vec<ServiceChannel>,
    /// Whether it existed before, or was launched by the work on digital support; null where it is not known.
    pub origin: Option<Origin>,
    /// Whether it is on offer.
    pub offer_status: OfferStatus,
    /// What it is called elsewhere.
    #[schema(max_items = 100)]
    pub external_ids: Vec<ExternalId>,
    /// When somebody last saw that it is still true; null when nobody has.
    pub verified_at: Option<DateTime<Utc>>,
    /// How fresh this information is, by `verified_at` and the clock.
    pub freshness: Freshness,
    /// The first day on which it is given; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is given, inclusive; null while it is.
    pub valid_to: Option<NaiveDate>,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
    /// What is worth another look.
    #[schema(max_items = 100)]
    pub notices: Vec<Notice>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one service.
pub type ServiceId = Id<Service>;

/// A service, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceRef {
    /// Its id.
    pub id: ServiceId,
    /// Its names.
    pub names: Names,
}

impl Noun for Service {
    const NOUN: NounName = NounName::Service;
    type Id = ServiceId;
    type Record = ServiceRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Service {
    type Facts = ServiceFacts;

    fn facts(record: &ServiceRecord) -> &ServiceFacts {
        &record.facts
    }

    fn settle(facts: &mut ServiceFacts) {
        for place in &mut facts.locations {
            place.new_location.iter_mut().for_each(Location::settle);
            place.opening_hours.iter_mut().for_each(OpeningHours::settle);
        }
        facts.channels.iter_mut().filter_map(|channel| channel.opening_hours.as_mut()).for_each(OpeningHours::settle);
    }
}

impl Sourced for Service {
    fn external_ids(facts: &mut ServiceFacts) -> &mut Vec<ExternalId> {
        &mut facts.external_ids
    }
}

/// Which services a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServiceFilter {
    /// Those that were given on this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those of any of these providers.
    #[param(value_type = Option<Vec<ProviderId>>, max_items = 100)]
    pub provider: Vec<ProviderId>,
    /// Those of any of these organisations, by their providers.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub organisation: Vec<OrganisationId>,
    /// Those that are given at any of these locations.
    #[param(value_type = Option<Vec<LocationId>>, max_items = 100)]
    pub location: Vec<LocationId>,
    /// Those that are given in any of these ways.
    #[param(value_type = Option<Vec<SupportForm>>, max_items = 100)]
    pub support_form: Vec<SupportForm>,
    /// Those that are given in any of these languages.
    #[param(value_type = Option<Vec<Language>>, max_items = 100)]
    pub language: Vec<Language>,
    /// Those with any of these statuses, among those that the caller may see.
    #[param(value_type = Option<Vec<OfferStatus>>, max_items = 100)]
    pub offer_status: Vec<OfferStatus>,
    /// Those about which the information is so fresh.
    #[param(value_type = Option<Vec<Freshness>>, max_items = 100)]
    pub freshness: Vec<Freshness>,
    /// Those that any of these sources knows.
    #[param(value_type = Option<Vec<Source>>, max_items = 100)]
    pub source: Vec<Source>,
    /// Those of which a name in any language holds these letters.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
}
