//! Providers: organisations in their role of giving digital support.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::area::{AreaRef, MunicipalityCode, RegionCode};
use crate::contact::Contact;
use crate::date;
use crate::external_id::{ExternalId, Source};
use crate::freshness::Freshness;
use crate::id::Id;
use crate::notice::Notice;
use crate::noun::{Noun, NounName, Sourced, Writable};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::text::{Descriptions, Language, Names};
use crate::validity::{Validity, distinct};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of provider it is.
    pub enum ProviderType = "provider_type" {
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        Library = "library" ["kirjasto", "bibliotek", "library"],
        AdultEducationCentre = "adult_education_centre"
            ["kansalais- tai työväenopisto", "medborgar- eller arbetarinstitut", "adult education centre"],
        School = "school" ["oppilaitos", "läroanstalt", "school"],
        Association = "association" ["yhdistys", "förening", "association"],
        Parish = "parish" ["seurakunta", "församling", "parish"],
        JointServicePoint = "joint_service_point"
            ["yhteispalvelupiste", "samserviceställe", "joint service point"],
        StateAgency = "state_agency" ["valtion virasto", "statlig myndighet", "state agency"],
        WellbeingServicesCounty = "wellbeing_services_county"
            ["hyvinvointialue", "välfärdsområde", "wellbeing services county"],
        RegionalCouncil = "regional_council" ["maakunnan liitto", "landskapsförbund", "regional council"],
        Company = "company" ["yritys", "företag", "company"],
        Project = "project" ["hanke", "projekt", "project"],
        Other = "other" ["muu", "annan", "other"],
    }
}

vocabulary! {
    /// Whether support existed before the work on it began, or was launched by it.
    pub enum Origin = "origin" {
        Existing = "existing" ["ennestään toiminut", "befintlig", "existing"],
        New = "new" ["uusi", "ny", "new"],
    }
}

vocabulary! {
    /// Whether support is on offer.
    pub enum OfferStatus = "offer_status" {
        Draft = "draft" ["luonnos", "utkast", "draft"],
        Published = "published" ["julkaistu", "publicerad", "published"],
        TemporarilyClosed = "temporarily_closed" ["tilapäisesti suljettu", "tillfälligt stängd", "temporarily closed"],
        Archived = "archived" ["arkistoitu", "arkiverad", "archived"],
        Withdrawn = "withdrawn" ["vedetty pois", "återkallad", "withdrawn"],
    }
}

impl OfferStatus {
    /// Whether everyone may see what has this status.
    pub fn is_published(self) -> bool {
        matches!(self, Self::Published | Self::TemporarilyClosed)
    }
}

/// A provider, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ProviderFacts::check_days, skip_on_field_errors = false))]
pub struct ProviderFacts {
    /// The organisation that gives the support.
    pub organisation: OrganisationId,
    /// What kind of provider it is.
    pub provider_type: ProviderType,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// What it does, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// How to reach it, or null.
    pub contact: Option<Contact>,
    /// The languages in which it gives support.
    #[schema(value_type = BTreeSet<Language>, max_items = 13)]
    #[validate(length(max = 13), custom(function = distinct))]
    pub languages: Vec<Language>,
    /// The municipality in which it has its seat, or null.
    pub municipality: Option<MunicipalityCode>,
    /// The regions in which it works.
    #[schema(value_type = BTreeSet<RegionCode>, max_items = 30)]
    #[validate(length(max = 30), custom(function = distinct))]
    pub regions: Vec<RegionCode>,
    /// Whether it existed before, or was launched by the work on digital support; null where it is not known.
    pub origin: Option<Origin>,
    /// Whether its support is on offer.
    pub offer_status: OfferStatus,
    /// What it is called elsewhere.
    #[schema(value_type = BTreeSet<ExternalId>, max_items = 20)]
    #[validate(length(max = 20), custom(function = distinct))]
    pub external_ids: Vec<ExternalId>,
    /// The first day on which it gives support; null for a time before 2018.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it gives support, inclusive; null while it does.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_to: Option<NaiveDate>,
}

impl ProviderFacts {
    fn check_days(&self) -> Result<(), ValidationError> {
        Validity { from: self.valid_from, to: self.valid_to }.check()
    }
}

/// A provider, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: ProviderFacts,
    /// When somebody last saw that it is still true.
    pub verified_at: Option<DateTime<Utc>>,
}

/// A provider of digital support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// The organisation that gives the support.
    pub organisation: OrganisationRef,
    /// What kind of provider it is.
    pub provider_type: ProviderType,
    /// Its names.
    pub names: Names,
    /// What it does, or null.
    pub descriptions: Option<Descriptions>,
    /// How to reach it, or null.
    pub contact: Option<Contact>,
    /// The languages in which it gives support.
    #[schema(max_items = 100)]
    pub languages: Vec<Language>,
    /// The municipality in which it has its seat, or null.
    pub municipality: Option<AreaRef>,
    /// The regions in which it works.
    #[schema(max_items = 100)]
    pub regions: Vec<AreaRef>,
    /// Whether it existed before, or was launched by the work on digital support; null where it is not known.
    pub origin: Option<Origin>,
    /// Whether its support is on offer.
    pub offer_status: OfferStatus,
    /// What it is called elsewhere.
    #[schema(max_items = 100)]
    pub external_ids: Vec<ExternalId>,
    /// When somebody last saw that it is still true; null when nobody has.
    pub verified_at: Option<DateTime<Utc>>,
    /// How fresh this information is, by `verified_at` and the clock.
    pub freshness: Freshness,
    /// The first day on which it gives support; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it gives support, inclusive; null while it does.
    pub valid_to: Option<NaiveDate>,
    /// Whether it is made up, for demonstrations.
    pub demonstration: bool,
    /// What is worth another look.
    #[schema(max_items = 100)]
    pub notices: Vec<Notice>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one provider.
pub type ProviderId = Id<Provider>;

/// A provider, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderRef {
    /// Its id.
    pub id: ProviderId,
    /// What kind of provider it is.
    pub provider_type: ProviderType,
    /// Its names.
    pub names: Names,
}

impl Noun for Provider {
    const NOUN: NounName = NounName::Provider;
    type Id = ProviderId;
    type Record = ProviderRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Provider {
    type Facts = ProviderFacts;

    fn facts(record: &ProviderRecord) -> &ProviderFacts {
        &record.facts
    }
}

impl Sourced for Provider {
    fn external_ids(facts: &mut ProviderFacts) -> &mut Vec<ExternalId> {
        &mut facts.external_ids
    }
}

/// Which providers a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProviderFilter {
    /// Those that gave support on this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those of any of these organisations.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub organisation: Vec<OrganisationId>,
    /// Those of any of these types.
    #[param(value_type = Option<Vec<ProviderType>>, max_items = 100)]
    pub provider_type: Vec<ProviderType>,
    /// Those with their seat in any of these municipalities.
    #[param(value_type = Option<Vec<MunicipalityCode>>, max_items = 100)]
    pub municipality: Vec<MunicipalityCode>,
    /// Those that work or have their seat in any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<RegionCode>,
    /// Those that give support in any of these languages.
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
