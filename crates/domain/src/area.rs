//! Areas: the country, its regions, municipalities, hospital districts and wellbeing services
//! counties, with their official codes and the time in which each exists.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::invalid::{Form, Invalid};
use crate::noun::{Noun, NounName};
use crate::schema::{published_as_string, text_value};
use crate::text::Names;
use crate::validity::{Successor, dated};
use crate::version::Version;
use crate::vocabulary::{Vocabulary, vocabulary};

vocabulary! {
    /// What kind of area it is.
    pub enum AreaKind = "area_kind" {
        Country = "country" ["maa", "land", "country"],
        Region = "region" ["maakunta", "landskap", "region"],
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        HospitalDistrict = "hospital_district" ["sairaanhoitopiiri", "sjukvårdsdistrikt", "hospital district"],
        WellbeingServicesCounty = "wellbeing_services_county"
            ["hyvinvointialue", "välfärdsområde", "wellbeing services county"],
    }
}

/// The code of the one country in the registry.
pub const FINLAND: &str = "FI";

/// An area by kind and official code: `region:06`. The same code can belong to areas of several
/// kinds (21 is Åland among the regions and Lapland among the hospital districts).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaId {
    kind: AreaKind,
    code: String,
}

impl AreaId {
    /// Reads a code of a known kind.
    pub fn new(kind: AreaKind, code: &str) -> Result<Self, Invalid> {
        let digits = match kind {
            AreaKind::Country if code == FINLAND => return Ok(Self { kind, code: code.to_owned() }),
            AreaKind::Country => {
                return Err(Invalid::UnknownValue { value: code.to_owned(), allowed: vec![FINLAND.to_owned()] });
            }
            AreaKind::Municipality => 3,
            AreaKind::Region | AreaKind::HospitalDistrict | AreaKind::WellbeingServicesCounty => 2,
        };
        if code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self { kind, code: code.to_owned() })
        } else {
            Err(Invalid::Malformed { value: code.to_owned(), expected: Form::AreaCode { digits } })
        }
    }

    /// A region.
    pub fn region(code: &RegionCode) -> Self {
        Self { kind: AreaKind::Region, code: code.as_str().to_owned() }
    }

    /// The country.
    pub fn country() -> Self {
        Self { kind: AreaKind::Country, code: FINLAND.to_owned() }
    }

    /// Its kind.
    pub fn kind(&self) -> AreaKind {
        self.kind
    }

    /// Its official code within the kind.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl FromStr for AreaId {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let (kind, code) = value
            .split_once(':')
            .ok_or_else(|| Invalid::Malformed { value: value.to_owned(), expected: Form::Area })?;
        Self::new(kind.parse()?, code)
    }
}

impl fmt::Display for AreaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind.code(), self.code)
    }
}

impl TryFrom<String> for AreaId {
    type Error = Invalid;

    fn try_from(value: String) -> Result<Self, Invalid> {
        value.parse()
    }
}

impl From<AreaId> for String {
    fn from(area: AreaId) -> Self {
        area.to_string()
    }
}

published_as_string!(
    AreaId,
    "An area as kind:code; the kinds are those of the code list area_kind.",
    9,
    28,
    "^(country:FI|municipality:[0-9]{3}|(region|hospital_district|wellbeing_services_county):[0-9]{2})$",
    "region:06"
);

/// Documents the code of an area whose kind the parameter's name tells.
#[derive(Debug)]
pub struct AreaCode;

published_as_string!(AreaCode, "The official code of an area.", 2, 2, "^[0-9]{2}$", "06");

/// The official code of an area whose kind its type tells.
macro_rules! area_code {
    ($(#[doc = $about:literal])* $type:ident, $kind:expr, $digits:literal, $pattern:literal, $example:literal) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The area itself.
            pub fn id(&self) -> AreaId {
                AreaId { kind: $kind, code: self.0.clone() }
            }
        }

        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(value: &str) -> Result<Self, Invalid> {
                AreaId::new($kind, value).map(|area| Self(area.code))
            }
        }

        text_value!($type, concat!($($about,)*).trim_start(), $digits, $digits, $pattern, $example);
    };
}

area_code! {
    /// The official code of a region.
    RegionCode, AreaKind::Region, 2, "^[0-9]{2}$", "06"
}
area_code! {
    /// The official code of a municipality.
    MunicipalityCode, AreaKind::Municipality, 3, "^[0-9]{3}$", "291"
}

/// An area, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AreaRef {
    /// What kind of area it is.
    pub kind: AreaKind,
    /// Its official code within the kind.
    #[schema(min_length = 2, max_length = 10, pattern = "^[A-Z0-9]{2,10}$", example = "06")]
    pub code: String,
    /// Its official names.
    pub names: Names,
}

impl AreaRef {
    /// The area itself.
    pub fn id(&self) -> AreaId {
        AreaId { kind: self.kind, code: self.code.clone() }
    }
}

/// A region, a hospital district or a wellbeing services county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Area {
    /// What kind of area it is.
    pub kind: AreaKind,
    /// Its official code within the kind (Statistics Finland; hospital districts: THL).
    #[schema(min_length = 2, max_length = 2, pattern = "^[0-9]{2}$", example = "06")]
    pub code: String,
    /// Its official names.
    pub names: Names,
    /// The first day of its existence; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day of its existence, inclusive; null while it exists.
    pub valid_to: Option<NaiveDate>,
    /// The area that took its place, or null.
    pub successor: Option<AreaRef>,
    /// Counts the changes of this object.
    pub version: Version,
}

dated!(Area, Successor::Area);

/// An area, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaRecord {
    /// Its official names.
    pub names: Names,
    /// The first day of its existence.
    pub valid_from: Option<NaiveDate>,
    /// The last day of its existence.
    pub valid_to: Option<NaiveDate>,
    /// The code of the area of the same kind that took its place.
    pub successor: Option<String>,
}

impl Noun for Area {
    const NOUN: NounName = NounName::Area;
    type Id = AreaId;
    type Record = AreaRecord;

    fn version(&self) -> Version {
        self.version
    }
}

vocabulary! {
    /// The order of a list of areas.
    pub enum AreaSort = "area_sort" {
        Code = "code" ["koodi", "kod", "code"],
        Name = "name" ["nimi", "namn", "name"],
    }
}

/// Which areas a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AreaFilter {
    /// Those that existed on this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those of which a name in any language holds these letters.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// The order: by code, or alphabetically (å, ä and ö last) by name.
    pub sort: Option<AreaSort>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_a_kind_and_a_code_of_its_length() {
        for good in ["region:06", "municipality:091", "hospital_district:21", "country:FI"] {
            assert_eq!(good.parse::<AreaId>().map(|area| area.to_string()), Ok(good.to_owned()));
        }
        for bad in ["06", "region:6", "region:006", "municipality:91", "country:SE", "planet:06", "region:0٣", ":", ""]
        {
            assert!(bad.parse::<AreaId>().is_err(), "{bad}");
        }
    }
}
