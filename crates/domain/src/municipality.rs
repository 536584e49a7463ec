//! Municipalities: the ground on which everything else stands.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaCode, AreaId, AreaKind, AreaRecord, AreaRef, AreaSort, MunicipalityCode};
use crate::noun::{Noun, NounName};
use crate::point::Point;
use crate::text::Names;
use crate::validity::{Successor, Validity, dated};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The languages of a municipality's administration (Language Act, government decree).
    pub enum LanguageStatus = "language_status" {
        Finnish = "finnish" ["suomenkielinen", "finskspråkig", "Finnish"],
        BilingualFinnishMajority = "bilingual_finnish_majority"
            ["kaksikielinen, enemmistö suomenkielisiä", "tvåspråkig med finskspråkig majoritet", "bilingual, Finnish majority"],
        BilingualSwedishMajority = "bilingual_swedish_majority"
            ["kaksikielinen, enemmistö ruotsinkielisiä", "tvåspråkig med svenskspråkig majoritet", "bilingual, Swedish majority"],
        Swedish = "swedish" ["ruotsinkielinen", "svenskspråkig", "Swedish"],
    }
}

vocabulary! {
    /// How urban a municipality is (Statistics Finland's grouping).
    pub enum UrbanRural = "urban_rural" {
        Urban = "urban" ["kaupunkimainen kunta", "urban kommun", "urban"],
        SemiUrban = "semi_urban" ["taajaan asuttu kunta", "tätortskommun", "semi-urban"],
        Rural = "rural" ["maaseutumainen kunta", "landsbygdskommun", "rural"],
    }
}

/// The inhabitants at the end of a year (Statistics Finland, through THL's Sotkanet).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Population {
    /// The day of the figure, the last of a year.
    #[schema(example = "2022-12-31")]
    pub date: NaiveDate,
    /// Inhabitants.
    #[schema(minimum = 0, maximum = 10_000_000, example = 2_000)]
    pub population: i64,
}

/// A municipality as of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Municipality {
    /// Its official code (Statistics Finland).
    #[schema(min_length = 3, max_length = 3, pattern = "^[0-9]{3}$", example = "291")]
    pub code: String,
    /// Its official names.
    pub names: Names,
    /// The region in which it lies on the day asked about, or on its last day.
    pub region: Option<AreaRef>,
    /// The hospital district to which it belongs on that day; known for 2018 and carried to the end
    /// of 2022, when hospital districts ended but for that of Åland.
    pub hospital_district: Option<AreaRef>,
    /// The wellbeing services county to which it belongs on that day, from 2023.
    pub wellbeing_services_county: Option<AreaRef>,
    /// The languages of its administration.
    pub language_status: LanguageStatus,
    /// How urban it is.
    pub urban_rural: UrbanRural,
    /// Its central locality, or null where none is known (Valtimo).
    pub point: Option<Point>,
    /// Its inhabitants at the end of each known year, oldest first.
    #[schema(max_items = 100)]
    pub populations: Vec<Population>,
    /// Former municipalities that have no figures of their own: their inhabitants are counted here,
    /// also for the years before they were joined.
    #[schema(max_items = 50)]
    pub population_includes: Vec<AreaRef>,
    /// The first day of its existence; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day of its existence, inclusive; null while it exists.
    pub valid_to: Option<NaiveDate>,
    /// The municipality that it was joined to, or null.
    pub successor: Option<AreaRef>,
    /// Counts the changes of this object.
    pub version: Version,
}

dated!(Municipality, Successor::Area);

/// To which area of a kind a municipality belongs, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The area.
    pub area: AreaId,
    /// The first day.
    pub valid_from: Option<NaiveDate>,
    /// The last day, inclusive.
    pub valid_to: Option<NaiveDate>,
}

/// A municipality, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MunicipalityRecord {
    /// What it has in common with other areas.
    #[serde(flatten)]
    pub area: AreaRecord,
    /// The languages of its administration.
    pub language_status: LanguageStatus,
    /// How urban it is.
    pub urban_rural: UrbanRural,
    /// Its central locality.
    pub point: Option<Point>,
    /// The areas to which it belongs.
    pub memberships: Vec<Membership>,
    /// Its inhabitants, oldest first.
    pub populations: Vec<Population>,
}

impl MunicipalityRecord {
    /// The area of a kind to which it belongs on a day.
    pub fn part_of(&self, kind: AreaKind, day: NaiveDate) -> Option<&AreaId> {
        let holds = |of: &&Membership| {
            of.area.kind() == kind && Validity { from: of.valid_from, to: of.valid_to }.holds_on(day)
        };
        self.memberships.iter().find(holds).map(|of| &of.area)
    }
}

impl Noun for Municipality {
    const NOUN: NounName = NounName::Municipality;
    type Id = MunicipalityCode;
    type Record = MunicipalityRecord;

    fn version(&self) -> Version {
        self.version
    }
}

/// Which municipalities a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MunicipalityFilter {
    /// Those that existed on this day, with the memberships of this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those in any of these areas, of whatever kind, on that day.
    #[param(value_type = Option<Vec<AreaId>>, max_items = 100)]
    pub area: Vec<AreaId>,
    /// Those in any of these regions on that day.
    #[param(value_type = Option<Vec<AreaCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
    /// Those in any of these hospital districts on that day.
    #[param(value_type = Option<Vec<AreaCode>>, max_items = 100)]
    pub hospital_district: Vec<AreaId>,
    /// Those in any of these wellbeing services counties on that day.
    #[param(value_type = Option<Vec<AreaCode>>, max_items = 100)]
    pub wellbeing_services_county: Vec<AreaId>,
    /// Those with any of these language statuses.
    #[param(value_type = Option<Vec<LanguageStatus>>, max_items = 100)]
    pub language_status: Vec<LanguageStatus>,
    /// Those of any of these kinds.
    #[param(value_type = Option<Vec<UrbanRural>>, max_items = 100)]
    pub urban_rural: Vec<UrbanRural>,
    /// Those of which a name in any language holds these letters.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// The order: by code, or alphabetically (å, ä and ö last) by name.
    pub sort: Option<AreaSort>,
}
