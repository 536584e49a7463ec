//! What service points are asked for.

use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{IntoParams, ToSchema};

use crate::address::Postcode;
use crate::area::{MunicipalityCode, RegionCode};
use crate::at::At;
use crate::freshness::Freshness;
use crate::invalid::{Invalid, Violation};
use crate::point::{BoundingBox, Near};
use crate::provider::ProviderId;
use crate::search::SearchText;
use crate::support::{AccessMode, DeliveryMode, Fee, SpecialSupport, SupportForm, TargetGroup, Topic};
use crate::text::Language;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What service points are sorted by.
    pub enum ServicePointSort = "service_point_sort" {
        Relevance = "relevance" ["osuvuus", "relevans", "relevance"],
        Distance = "distance" ["etäisyys", "avstånd", "distance"],
        Name = "name" ["nimi", "namn", "name"],
        VerifiedAt = "verified_at" ["viimeksi todennettu", "senast verifierad", "last verified"],
    }
}

vocabulary! {
    /// What service points can be counted by.
    pub enum FacetField = "facet_field" {
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        Region = "region" ["maakunta", "landskap", "region"],
        Language = "language" ["kieli", "språk", "language"],
        SupportForm = "support_form" ["tuen muoto", "stödform", "form of support"],
        DeliveryMode = "delivery_mode" ["toteutustapa", "sätt att ge stöd", "means"],
        Topic = "topic" ["aihe", "ämne", "topic"],
        TargetGroup = "target_group" ["kohderyhmä", "målgrupp", "target group"],
        SpecialSupport = "special_support" ["erityistuki", "särskilt stöd", "special support"],
        Fee = "fee" ["maksu", "avgift", "fee"],
        AccessMode = "access_mode" ["asiointitapa", "sätt att komma", "access"],
        Freshness = "freshness" ["ajantasaisuus", "aktualitet", "freshness"],
        Remote = "remote" ["etänä", "på distans", "remote"],
    }
}

/// How many service points there are under the filters, by the values of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facet {
    /// The field.
    pub field: FacetField,
    /// Its values, the most frequent first. A point counts for every value that it has; what has no place counts for
    /// no municipality and no region.
    #[schema(max_items = 1000)]
    pub values: Vec<FacetValue>,
}

/// A value, and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetValue {
    /// The value, as in JSON and in a query.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$", example = "fi")]
    pub value: String,
    /// How many service points have it.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991i64, example = 12)]
    pub count: i64,
}

/// A field of a service point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServicePointField(&'static str);

impl ServicePointField {
    /// Every field, in the order in which a point shows them.
    pub const ALL: [&str; 30] = [
        "id",
        "service",
        "provider",
        "short_descriptions",
        "descriptions",
        "support_form",
        "delivery_modes",
        "topics",
        "target_groups",
        "special_support",
        "languages",
        "fee",
        "fee_note",
        "access_modes",
        "booking_url",
        "remote",
        "location",
        "service_area",
        "channels",
        "opening_hours",
        "origin",
        "offer_status",
        "verified_at",
        "valid_from",
        "valid_to",
        "demonstration",
        "freshness",
        "distance_km",
        "open_state",
        "score",
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for ServicePointField {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|field| *field == value).map(Self);
        known.ok_or_else(|| Invalid::UnknownValue {
            value: value.to_owned(),
            allowed: Self::ALL.into_iter().map(str::to_owned).collect(),
        })
    }
}

impl utoipa::PartialSchema for ServicePointField {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^({})$", Self::ALL.join("|"));
        crate::schema::string("A field of a service point.", 2, 32, &pattern, "location")
    }
}
impl utoipa::ToSchema for ServicePointField {}

/// Which service points a list shows. All filters combine.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServicePointFilter {
    /// Those that are found by these words: by all of them, in any of their forms, in compounds, in other words that
    /// mean the same, and by words that differ by one typing error from one that nothing holds. Where fewer than 20
    /// hold all of them, those that hold some come behind.
    #[param(value_type = Option<SearchText>)]
    pub q: Option<SearchText>,
    /// Those that were there on this day; today when left out. It does not combine with `near` and `open_at`, which
    /// ask about the present.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// From where distances are measured, as `lat,lon`. Whatever has a place comes nearest first, and what comes to
    /// wherever one is stands in between, if it serves the municipality that was asked for, or else the one whose
    /// centre is nearest to the point.
    #[param(value_type = Option<Near>)]
    pub near: Option<Near>,
    /// How far away a place may be, in kilometres as the crow flies: 0.1 to 500. It needs `near`.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 500)]
    pub radius_km: Option<f64>,
    /// Those with a place in this box, `west,south,east,north`.
    #[param(value_type = Option<BoundingBox>)]
    pub bbox: Option<BoundingBox>,
    /// Those in any of these municipalities; of what has no place, that which serves any of them.
    #[param(value_type = Option<Vec<MunicipalityCode>>, max_items = 100)]
    pub municipality: Vec<MunicipalityCode>,
    /// Those in any of these regions; of what has no place, that which serves any part of them.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<RegionCode>,
    /// Those whose place has any of these postcodes.
    #[param(value_type = Option<Vec<Postcode>>, max_items = 100)]
    pub postcode: Vec<Postcode>,
    /// Those where support is given in any of these languages.
    #[param(value_type = Option<Vec<Language>>, max_items = 100)]
    pub language: Vec<Language>,
    /// Those of any of these forms.
    #[param(value_type = Option<Vec<SupportForm>>, max_items = 100)]
    pub support_form: Vec<SupportForm>,
    /// Those by any of these means.
    #[param(value_type = Option<Vec<DeliveryMode>>, max_items = 100)]
    pub delivery_mode: Vec<DeliveryMode>,
    /// Those about any of these topics.
    #[param(value_type = Option<Vec<Topic>>, max_items = 100)]
    pub topic: Vec<Topic>,
    /// Those that name any of these groups. What is for everyone names `everyone`: `older_people` leaves it out unless both are
    /// asked for.
    #[param(value_type = Option<Vec<TargetGroup>>, max_items = 100)]
    pub target_group: Vec<TargetGroup>,
    /// Those prepared for any of these needs.
    #[param(value_type = Option<Vec<SpecialSupport>>, max_items = 100)]
    pub special_support: Vec<SpecialSupport>,
    /// Those at any of these fees.
    #[param(value_type = Option<Vec<Fee>>, max_items = 100)]
    pub fee: Vec<Fee>,
    /// Those to which one comes in any of these ways.
    #[param(value_type = Option<Vec<AccessMode>>, max_items = 100)]
    pub access_mode: Vec<AccessMode>,
    /// Those that are open: `now`, or at an instant.
    #[param(value_type = Option<At>)]
    pub open_at: Option<At>,
    /// Those of any of these providers.
    #[param(value_type = Option<Vec<ProviderId>>, max_items = 100)]
    pub provider: Vec<ProviderId>,
    /// Those about which the information is so fresh as of now, also where `as_of` asks about another day.
    #[param(value_type = Option<Vec<Freshness>>, max_items = 100)]
    pub freshness: Vec<Freshness>,
    /// Only what is reached from afar, or only what is not.
    #[param(value_type = Option<bool>)]
    pub remote: Option<bool>,
    /// The order: by how well a point answers (the order when `q` is given, which it needs), by distance (the order
    /// when `near` is given without `q`; it needs `near`), alphabetically by name (the order when neither is; å, ä and
    /// ö last), or last verified first.
    #[param(value_type = Option<ServicePointSort>)]
    pub sort: Option<ServicePointSort>,
    /// Only these fields of each point, beside its id, in an answer as JSON.
    #[param(value_type = Option<Vec<ServicePointField>>, max_items = 100)]
    pub fields: Vec<ServicePointField>,
    /// Counts to go with the answer, under all filters.
    #[param(value_type = Option<Vec<FacetField>>, max_items = 100)]
    pub facets: Vec<FacetField>,
}

impl ServicePointFilter {
    /// The order that is meant.
    pub fn order(&self) -> ServicePointSort {
        let otherwise = match (&self.q, self.near) {
            (Some(_), _) => ServicePointSort::Relevance,
            (None, Some(_)) => ServicePointSort::Distance,
            (None, None) => ServicePointSort::Name,
        };
        self.sort.unwrap_or(otherwise)
    }

    /// What of it does not go together.
    pub fn conflicts(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut conflict = |is_one: bool, name: &str, invalid: Invalid| {
            if is_one {
                found.push(Violation::parameter(name, invalid));
            }
        };
        let excludes = |other: &str| Invalid::Excludes { other: other.to_owned() };
        let needs = |other: &str| Invalid::Needs { other: other.to_owned() };
        let (dated, near) = (self.as_of.is_some(), self.near.is_some());
        conflict(dated && near, "near", excludes("as_of"));
        conflict(dated && self.open_at.is_some(), "open_at", excludes("as_of"));
        conflict(!near && self.radius_km.is_some(), "radius_km", needs("near"));
        conflict(!near && self.sort == Some(ServicePointSort::Distance), "sort", needs("near"));
        conflict(self.q.is_none() && self.sort == Some(ServicePointSort::Relevance), "sort", needs("q"));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_point::ServicePoint;

    #[test]
    fn every_field_of_a_point_can_be_asked_for() {
        let schema = serde_json::to_value(<ServicePoint as utoipa::PartialSchema>::schema()).unwrap();
        let fields: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = ServicePointField::ALL;
        known.sort_unstable();
        assert_eq!(fields, known);
    }

    #[test]
    fn what_asks_about_the_present_does_not_combine_with_a_day() {
        let filter = ServicePointFilter {
            as_of: NaiveDate::from_ymd_opt(2020, 1, 1),
            near: "60.17,24.94".parse().ok(),
            open_at: Some(At::Now),
            ..ServicePointFilter::default()
        };
        let places: Vec<String> = filter.conflicts().iter().map(|violation| violation.place.to_string()).collect();
        assert_eq!(places, ["near", "open_at"]);
        let filter = ServicePointFilter { radius_km: Some(1.0), ..ServicePointFilter::default() };
        assert_eq!(filter.conflicts().len(), 1);
        assert_eq!(filter.order(), ServicePointSort::Name);
    }
}
