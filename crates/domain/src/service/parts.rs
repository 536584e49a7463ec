//! What a service is made of beside its own fields: its area, its places, its channels.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::area::{AreaId, AreaRef};
use crate::contact::{Phone, Website};
use crate::invalid::Invalid;
use crate::location::{LocationFacts, LocationId, LocationRef};
use crate::opening_hours::OpeningHours;
use crate::support::{ChannelType, ServiceAreaMode};
use crate::validity::distinct;

/// Where people live who may use a service, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAreaFacts {
    /// How the area is told.
    pub mode: ServiceAreaMode,
    /// The areas, for the mode `areas`; else none.
    #[schema(value_type = BTreeSet<AreaId>, max_items = 400)]
    pub areas: Vec<AreaId>,
    /// How far from its locations, in kilometres, for the mode `radius`; else null.
    #[schema(minimum = 1, maximum = 500)]
    pub radius_km: Option<u32>,
}

impl Validate for ServiceAreaFacts {
    fn validate(&self) -> Result<(), ValidationErrors> {
        const MOST_AREAS: usize = 400;
        const LONGEST_RADIUS: u32 = 500;
        let mut errors = ValidationErrors::new();
        if self.areas.len() > MOST_AREAS {
            errors.add("areas", Invalid::TooMany { max: MOST_AREAS }.into());
        } else if let Err(error) = distinct(&self.areas) {
            errors.add("areas", error);
        }
        if let Some(radius) = self.radius_km.filter(|radius| !(1..=LONGEST_RADIUS).contains(radius)) {
            let (value, max) = (radius.to_string(), LONGEST_RADIUS.to_string());
            errors.add("radius_km", Invalid::OutOfRange { value, min: "1".into(), max }.into());
        }
        let listed = self.mode == ServiceAreaMode::Areas;
        let measured = self.mode == ServiceAreaMode::Radius;
        match (listed, self.areas.is_empty()) {
            (true, true) => errors.add("areas", Invalid::MissingField.into()),
            (false, false) => errors.add("areas", Invalid::Needs { other: "mode: areas".into() }.into()),
            _ => (),
        }
        match (measured, self.radius_km) {
            (true, None) => errors.add("radius_km", Invalid::MissingField.into()),
            (false, Some(_)) => errors.add("radius_km", Invalid::Needs { other: "mode: radius".into() }.into()),
            _ => (),
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Where people live who may use a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceArea {
    /// How the area is told.
    pub mode: ServiceAreaMode,
    /// The areas, for the mode `areas`.
    #[schema(max_items = 1000)]
    pub areas: Vec<AreaRef>,
    /// How far from its locations, in kilometres, for the mode `radius`.
    #[schema(minimum = 1, maximum = 10_000)]
    pub radius_km: Option<u32>,
}

/// A place where a service is given, as it is written: one that the registry holds, or a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ServicePlaceFacts::check_one, skip_on_field_errors = false))]
pub struct ServicePlaceFacts {
    /// The location; null where `new_location` says one.
    pub location: Option<LocationId>,
    /// A location that comes into the registry together with the service. One of the service's that says the same,
    /// or one that its own source knows already, is taken instead of a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub new_location: Option<LocationFacts>,
    /// The service's hours there where they differ from those of the location; else null.
    #[validate(nested)]
    pub opening_hours: Option<OpeningHours>,
}

impl ServicePlaceFacts {
    fn check_one(&self) -> Result<(), ValidationError> {
        match (self.location, &self.new_location) {
            (None, None) => Err(Invalid::MissingField.at("location")),
            (Some(_), Some(_)) => Err(Invalid::Excludes { other: "location".into() }.at("new_location")),
            _ => Ok(()),
        }
    }
}

/// A place where a service is given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServicePlace {
    /// The location.
    pub location: LocationRef,
    /// The service's hours there where they differ from those of the location; else null.
    pub opening_hours: Option<OpeningHours>,
}

/// A way to reach support from afar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ServiceChannel::check_address, skip_on_field_errors = false))]
pub struct ServiceChannel {
    /// What kind of connection it is.
    pub channel: ChannelType,
    /// The number to call, for `phone`; else null.
    pub number: Option<Phone>,
    /// The page that leads there, for `video` and `chat`; else null.
    pub url: Option<Website>,
    /// When it answers, or null where that is not known.
    #[validate(nested)]
    pub opening_hours: Option<OpeningHours>,
}

impl ServiceChannel {
    fn check_address(&self) -> Result<(), ValidationError> {
        match self.channel {
            ChannelType::Phone if self.number.is_none() => Err(Invalid::MissingField.at("number")),
            ChannelType::Video | ChannelType::Chat if self.url.is_none() => Err(Invalid::MissingField.at("url")),
            ChannelType::Video | ChannelType::Chat if self.number.is_some() => {
                Err(Invalid::Needs { other: "channel: phone".into() }.at("number"))
            }
            _ => Ok(()),
        }
    }
}
