//! Locations: places where support is given.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::address::{Address, AddressFacts, Postcode};
use crate::area::{MunicipalityCode, RegionCode};
use crate::at::At;
use crate::contact::Phone;
use crate::date;
use crate::external_id::{ExternalId, Source};
use crate::freshness::Freshness;
use crate::id::Id;
use crate::notice::Notice;
use crate::noun::{Noun, NounName, Sourced, Writable};
use crate::opening_hours::{OpenState, OpeningHours};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::point::{Point, PointFacts};
use crate::text::{Names, Text};
use crate::validity::{Validity, distinct};
use crate::version::Version;

/// How one finds a place: up to 1,000 characters a language.
pub type Directions = Text<1_000>;

/// What is known of how accessible a place is: true, false, or null where it is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accessibility {
    /// One comes in without a step.
    pub step_free_entrance: Option<bool>,
    /// The door opens by itself.
    pub automatic_door: Option<bool>,
    /// A lift leads to the support, or it is on the ground floor.
    pub lift: Option<bool>,
    /// There is an accessible toilet.
    pub accessible_toilet: Option<bool>,
    /// There is a parking space for disabled people.
    pub accessible_parking: Option<bool>,
    /// There is an induction loop.
    pub induction_loop: Option<bool>,
    /// Tactile or visual guides lead the way.
    pub guidance: Option<bool>,
    /// There is a quiet room.
    pub quiet_space: Option<bool>,
}

/// A location, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = LocationFacts::check_days, skip_on_field_errors = false))]
pub struct LocationFacts {
    /// The organisation that keeps this information, or null. Within a service that is written together with its
    /// locations, null stands for the organisation of its provider.
    pub organisation: Option<OrganisationId>,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// Its address.
    #[validate(nested)]
    pub address: AddressFacts,
    /// Where it lies, or null where that is not known: then no search by distance finds it.
    #[validate(nested)]
    pub point: Option<PointFacts>,
    /// How accessible it is, or null where nothing is known.
    pub accessibility: Option<Accessibility>,
    /// When it is open, or null where that is not known.
    #[validate(nested)]
    pub opening_hours: Option<OpeningHours>,
    /// How one finds it, or null.
    #[validate(nested)]
    pub directions: Option<Directions>,
    /// Its phone, or null; never a person's.
    pub phone: Option<Phone>,
    /// What it is called elsewhere.
    #[schema(value_type = BTreeSet<ExternalId>, max_items = 20)]
    #[validate(length(max = 20), custom(function = distinct))]
    pub external_ids: Vec<ExternalId>,
    /// The first day on which it is there; null for a time before 2018.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is there, inclusive; null while it is.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_to: Option<NaiveDate>,
}

impl LocationFacts {
    fn check_days(&self) -> Result<(), ValidationError> {
        Validity { from: self.valid_from, to: self.valid_to }.check()
    }

    /// Its point in WGS84.
    pub fn point(&self) -> Option<Point> {
        self.point.as_ref().and_then(PointFacts::point)
    }
}

/// A location, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocationRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: LocationFacts,
    /// When somebody last saw that it is still true.
    pub verified_at: Option<DateTime<Utc>>,
    /// Whether its point seems to lie elsewhere than in its municipality.
    pub is_questioned: bool,
}

/// A place where support is given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// The organisation that keeps this information, or null.
    pub organisation: Option<OrganisationRef>,
    /// Its names.
    pub names: Names,
    /// Its address.
    pub address: Address,
    /// Where it lies, or null.
    pub point: Option<Point>,
    /// How accessible it is, or null.
    pub accessibility: Option<Accessibility>,
    /// When it is open, or null where that is not known.
    pub opening_hours: Option<OpeningHours>,
    /// Whether it is open, when `open_state_at` asks and the hours are known; else null.
    pub open_state: Option<OpenState>,
    /// How one finds it, or null.
    pub directions: Option<Directions>,
    /// Its phone, or null.
    pub phone: Option<Phone>,
    /// What it is called elsewhere.
    #[schema(max_items = 100)]
    pub external_ids: Vec<ExternalId>,
    /// When somebody last saw that it is still true; null when nobody has.
    pub verified_at: Option<DateTime<Utc>>,
    /// How fresh this information is, by `verified_at` and the clock.
    pub freshness: Freshness,
    /// The first day on which it is there; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is there, inclusive; null while it is.
    pub valid_to: Option<NaiveDate>,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
    /// What is worth another look.
    #[schema(max_items = 100)]
    pub notices: Vec<Notice>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one location.
pub type LocationId = Id<Location>;

/// A location, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocationRef {
    /// Its id.
    pub id: LocationId,
    /// Its names.
    pub names: Names,
}

impl Location {
    /// The same, saying whether it is open.
    #[must_use]
    pub fn with_open_state(mut self, at: DateTime<Utc>) -> Self {
        self.open_state = self.opening_hours.as_ref().map(|hours| hours.state_at(at));
        self
    }
}

impl Noun for Location {
    const NOUN: NounName = NounName::Location;
    type Id = LocationId;
    type Record = LocationRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Location {
    type Facts = LocationFacts;

    fn facts(record: &LocationRecord) -> &LocationFacts {
        &record.facts
    }

    /// What was written in another way becomes what is kept: points in WGS84, hours in their structured form.
    fn settle(facts: &mut LocationFacts) {
        facts.point = facts.point().map(PointFacts::from);
        if let Some(hours) = &mut facts.opening_hours {
            hours.settle();
        }
    }
}

impl Sourced for Location {
    fn external_ids(facts: &mut LocationFacts) -> &mut Vec<ExternalId> {
        &mut facts.external_ids
    }
}

/// Which locations a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LocationFilter {
    /// Those that were there on this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those whose information any of these organisations keeps.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub organisation: Vec<OrganisationId>,
    /// Those in any of these municipalities.
    #[param(value_type = Option<Vec<MunicipalityCode>>, max_items = 100)]
    pub municipality: Vec<MunicipalityCode>,
    /// Those in any of these regions on that day.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<RegionCode>,
    /// Those with any of these postcodes.
    #[param(value_type = Option<Vec<Postcode>>, max_items = 100)]
    pub postcode: Vec<Postcode>,
    /// Those about which the information is so fresh.
    #[param(value_type = Option<Vec<Freshness>>, max_items = 100)]
    pub freshness: Vec<Freshness>,
    /// Those that any of these sources knows.
    #[param(value_type = Option<Vec<Source>>, max_items = 100)]
    pub source: Vec<Source>,
    /// Those of which a name in any language holds these letters.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// Asks for `open_state`: at an instant, or `now`.
    #[param(value_type = Option<At>)]
    pub open_state_at: Option<At>,
}
