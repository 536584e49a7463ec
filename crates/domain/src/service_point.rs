//! Service points: what a person finds. A service at a location, or a service that comes to wherever one is.

mod filter;
mod mixing;
mod term;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::Address;
use crate::contact::{Phone, Website};
use crate::freshness::Freshness;
use crate::invalid::{Form, Invalid};
use crate::location::{Accessibility, Directions, LocationId};
use crate::opening_hours::{OpenState, OpeningHours};
use crate::point::Point;
use crate::provider::{OfferStatus, Origin, ProviderRef};
use crate::schema::published_as_string;
use crate::search::Score;
use crate::service::{FeeNote, ServiceArea, ServiceChannel, ServiceId, ServiceRef, ShortDescriptions};
use crate::support::{AccessMode, DeliveryMode, Fee, SpecialSupport, SupportForm, TargetGroup, Topic};
use crate::text::{Descriptions, Label, Language, Names};

pub use filter::{Facet, FacetField, FacetValue, ServicePointField, ServicePointFilter, ServicePointSort};
pub use mixing::{Mixer, Turn};
pub use term::Term;

/// The id of a service point: the service's id, and after a dot the location's where there is one.
///
/// It follows from the two, so that it leads on when either of them was merged into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServicePointId {
    /// The service.
    pub service: ServiceId,
    /// The location; none where the service comes to wherever one is.
    pub location: Option<LocationId>,
}

impl FromStr for ServicePointId {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let malformed = |_| Invalid::Malformed { value: value.to_owned(), expected: Form::ServicePoint };
        let (service, location) = match value.split_once('.') {
            Some((service, location)) => (service, Some(location.parse().map_err(malformed)?)),
            None => (value, None),
        };
        Ok(Self { service: service.parse().map_err(malformed)?, location })
    }
}

impl fmt::Display for ServicePointId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.service)?;
        self.location.map_or(Ok(()), |location| write!(formatter, ".{location}"))
    }
}

impl TryFrom<String> for ServicePointId {
    type Error = Invalid;

    fn try_from(value: String) -> Result<Self, Invalid> {
        value.parse()
    }
}

impl From<ServicePointId> for String {
    fn from(id: ServicePointId) -> Self {
        id.to_string()
    }
}

published_as_string!(
    ServicePointId,
    "The service's id, and after a dot the location's where there is one.",
    36,
    73,
    "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$",
    "73499efc-21e3-5e9a-b9f3-1decfc37e6c7.1a124336-7c7e-5622-b1eb-96d64388eff8"
);

/// The place of a service point.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PointLocation {
    /// The location's id.
    pub id: LocationId,
    /// Its names.
    pub names: Names,
    /// Its address.
    pub address: Address,
    /// Where it lies, or null.
    pub point: Option<Point>,
    /// How accessible it is, or null.
    pub accessibility: Option<Accessibility>,
    /// How one finds it, or null.
    pub directions: Option<Directions>,
    /// Its phone, or null.
    pub phone: Option<Phone>,
}

/// A service point as far as it stands still: what is rendered when one of its sources changes. What follows from
/// the clock and from the question is in [`Hit`].
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StillPoint {
    /// Its id.
    pub id: ServicePointId,
    /// The service.
    pub service: ServiceRef,
    /// The provider.
    pub provider: ProviderRef,
    /// What the service is in one sentence.
    pub short_descriptions: Option<ShortDescriptions>,
    /// What it is, at length, or null.
    pub descriptions: Option<Descriptions>,
    /// How support is given.
    pub support_form: SupportForm,
    /// By which means.
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
    /// Whether it is reached from afar: by phone, by video, by chat, on the net.
    pub remote: bool,
    /// Where it is; null where it comes to wherever one is.
    pub location: Option<PointLocation>,
    /// Where people live who may use it, or null.
    pub service_area: Option<ServiceArea>,
    /// How one reaches it from afar.
    #[schema(max_items = 100)]
    pub channels: Vec<ServiceChannel>,
    /// When it is open: the service's own hours there, or else those of the location or of the channel; null where
    /// they are not known.
    pub opening_hours: Option<OpeningHours>,
    /// Whether it existed before, or was launched by the work on digital support; null where it is not known.
    pub origin: Option<Origin>,
    /// Whether it is open to people: published, or closed for a time.
    pub offer_status: OfferStatus,
    /// When somebody last saw that what is said of the service is still true; null when nobody has.
    pub verified_at: Option<DateTime<Utc>>,
    /// The first day on which service, place and provider are all there; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last such day, inclusive; null while they are.
    pub valid_to: Option<NaiveDate>,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
}

/// Why a service point is among the answers: what follows from the clock and from the question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// How fresh this information is, by `verified_at` and the clock.
    pub freshness: Freshness,
    /// How far away it is as the crow flies, in kilometres, when `near` asks; null for what has no place.
    #[schema(minimum = 0, maximum = 2_000, example = 1.25)]
    pub distance_km: Option<f64>,
    /// Whether it is open, at the instant of `open_at` or now; null where the hours are not known, and while it is closed
    /// for a time.
    pub open_state: Option<OpenState>,
    /// How well it answers, when `q` asks.
    pub score: Option<Score>,
}

/// Documents a service point: all that is known of it, and why it is among the answers.
#[derive(Debug)]
pub struct ServicePoint;

impl ServicePoint {
    /// What a reader calls it.
    pub const LABEL: Label = Label { fi: "digitukipiste", sv: "digistödspunkt", en: "service point" };
}

impl utoipa::PartialSchema for ServicePoint {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::RefOr;
        use utoipa::openapi::schema::Schema;

        match (StillPoint::schema(), Hit::schema()) {
            (RefOr::T(Schema::Object(mut whole)), RefOr::T(Schema::Object(hit))) => {
                whole.properties.extend(hit.properties);
                whole.required.extend(hit.required);
                whole.description = Some("A service at a location, or a service that comes to wherever one is.".into());
                RefOr::T(Schema::Object(whole))
            }
            (still, _) => still,
        }
    }
}

impl utoipa::ToSchema for ServicePoint {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        StillPoint::schemas(schemas);
        Hit::schemas(schemas);
    }
}
