//! Organisations: authorities, councils, districts, municipalities, associations, companies.

use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::area::{AreaId, AreaRef};
use crate::date;
use crate::id::Id;
use crate::invalid::{Form, Invalid};
use crate::noun::{Noun, NounName, Writable};
use crate::schema::text_value;
use crate::text::Names;
use crate::validity::{Successor, Validity, dated};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of body an organisation is.
    pub enum OrganisationType = "organisation_type" {
        NationalAgency = "national_agency" ["valtakunnallinen virasto", "nationell myndighet", "national agency"],
        Ministry = "ministry" ["ministeriö", "ministerium", "ministry"],
        RegionalCouncil = "regional_council" ["maakunnan liitto", "landskapsförbund", "regional council"],
        HospitalDistrict = "hospital_district" ["sairaanhoitopiiri", "sjukvårdsdistrikt", "hospital district"],
        SpecialCareDistrict = "special_care_district"
            ["erityishuoltopiiri", "specialomsorgsdistrikt", "special care district"],
        GovernmentOfAland = "government_of_aland"
            ["Ahvenanmaan maakunnan hallitus", "Ålands landskapsregering", "Government of Åland"],
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        JointAuthority = "joint_authority" ["kuntayhtymä", "samkommun", "joint municipal authority"],
        WellbeingServicesCounty = "wellbeing_services_county"
            ["hyvinvointialue", "välfärdsområde", "wellbeing services county"],
        Association = "association" ["yhdistys", "förening", "association"],
        Parish = "parish" ["seurakunta", "församling", "parish"],
        Company = "company" ["yritys", "företag", "company"],
        Other = "other" ["muu", "annan", "other"],
    }
}

/// A Finnish business id (Y-tunnus): seven digits, a hyphen and a check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BusinessId(String);

impl FromStr for BusinessId {
    type Err = Invalid;

    /// Verifies the check digit: weights 7, 9, 10, 5, 8, 4, 2, modulo 11 (Finnish Patent and
    /// Registration Office).
    fn from_str(value: &str) -> Result<Self, Invalid> {
        const WEIGHTS: [u32; 7] = [7, 9, 10, 5, 8, 4, 2];
        let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::BusinessId };

        let (number, check) = value.split_once('-').ok_or_else(malformed)?;
        let digits = |text: &str| text.chars().map(|digit| digit.to_digit(10)).collect::<Option<Vec<_>>>();
        let (number, check) = digits(number).zip(digits(check)).ok_or_else(malformed)?;
        if number.len() != WEIGHTS.len() || check.len() != 1 {
            return Err(malformed());
        }
        let sum: u32 = number.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
        // A remainder of 1 is not given out.
        let expected = match sum % 11 {
            0 => Some(0),
            1 => None,
            remainder => Some(11 - remainder),
        };
        if expected.is_some_and(|digit| check == [digit]) {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::WrongCheckDigit { value: value.to_owned() })
        }
    }
}

text_value!(
    BusinessId,
    "A Finnish business id (Y-tunnus), its check digit verified.",
    9,
    9,
    "^[0-9]{7}-[0-9]$",
    "0177619-3"
);

/// An organisation, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationRef {
    /// Its id.
    pub id: OrganisationId,
    /// What kind of body it is.
    pub organisation_type: OrganisationType,
    /// Its names.
    pub names: Names,
}

/// An organisation, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = OrganisationFacts::check_days, skip_on_field_errors = false))]
pub struct OrganisationFacts {
    /// What kind of body it is.
    pub organisation_type: OrganisationType,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// Its business id, which no other organisation has, or null where it has none or it is not known.
    pub business_id: Option<BusinessId>,
    /// The area that it is responsible for or works in, or null.
    pub area: Option<AreaId>,
    /// The first day of its existence; null for a time before 2018.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_from: Option<NaiveDate>,
    /// The last day of its existence, inclusive; null while it exists.
    #[serde(default, deserialize_with = "date::day")]
    pub valid_to: Option<NaiveDate>,
    /// The organisation that took over its duties, or null.
    pub successor: Option<OrganisationId>,
}

impl OrganisationFacts {
    fn check_days(&self) -> Result<(), ValidationError> {
        Validity { from: self.valid_from, to: self.valid_to }.check()?;
        match self.successor {
            Some(_) if self.valid_to.is_none() => Err(Invalid::Needs { other: "valid_to".into() }.at("valid_to")),
            _ => Ok(()),
        }
    }
}

/// An organisation, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: OrganisationFacts,
    /// Whether it belongs to the reference data.
    pub reference: bool,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What kind of body it is.
    pub organisation_type: OrganisationType,
    /// Its names.
    pub names: Names,
    /// Its business id, or null where it is not known.
    pub business_id: Option<BusinessId>,
    /// The area that it is responsible for or works in, or null.
    pub area: Option<AreaRef>,
    /// The first day of its existence; null for a time before 2018.
    pub valid_from: Option<NaiveDate>,
    /// The last day of its existence, inclusive; null while it exists.
    pub valid_to: Option<NaiveDate>,
    /// The organisation that took over its duties, or null.
    pub successor: Option<OrganisationRef>,
    /// Whether it belongs to the reference data, which only the national developer changes.
    #[schema(example = true)]
    pub reference: bool,
    /// Counts the changes of this object.
    pub version: Version,
}

dated!(Organisation, Successor::Organisation);

/// The id of one organisation.
pub type OrganisationId = Id<Organisation>;

impl Noun for Organisation {
    const NOUN: NounName = NounName::Organisation;
    type Id = OrganisationId;
    type Record = OrganisationRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Organisation {
    type Facts = OrganisationFacts;

    fn facts(record: &OrganisationRecord) -> &OrganisationFacts {
        &record.facts
    }
}

/// Which organisations a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganisationFilter {
    /// Those that existed on this day; today when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
    /// Those of any of these types.
    #[param(value_type = Option<Vec<OrganisationType>>, max_items = 100)]
    pub organisation_type: Vec<OrganisationType>,
    /// Those responsible for any of these areas.
    #[param(value_type = Option<Vec<AreaId>>, max_items = 100)]
    pub area: Vec<AreaId>,
    /// Those with any of these business ids.
    #[param(value_type = Option<Vec<BusinessId>>, max_items = 100)]
    pub business_id: Vec<BusinessId>,
    /// Those of which a name in any language holds these letters.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_id_has_seven_digits_a_hyphen_and_its_check_digit() {
        for good in ["0177619-3", "0184674-5", "0177736-4"] {
            assert!(good.parse::<BusinessId>().is_ok(), "{good}");
        }
        for bad in ["0177619-4", "01776193", "177619-3", "0177619-33", "017761x-3", "0177619-", "-", "٠177619-3", ""] {
            assert!(bad.parse::<BusinessId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn one_wrong_digit_is_always_noticed() {
        let good = "0177619-3";
        for (place, digit) in (0..7).flat_map(|place| (b'0'..=b'9').map(move |digit| (place, digit))) {
            let mut bytes = good.as_bytes().to_vec();
            let same = std::mem::replace(&mut bytes[place], digit) == digit;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(text.parse::<BusinessId>().is_ok(), same, "{text}");
        }
    }
}
