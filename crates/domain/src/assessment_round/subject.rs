//! Who is asked to assess: a region, a pilot or a provider.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::area::RegionCode;
use crate::invalid::{Form, Invalid};
use crate::pilot::PilotId;
use crate::provider::ProviderId;
use crate::schema::published_as_string;
use crate::text::Names;
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// What kind of subject assesses itself, its need or its provision.
    pub enum SubjectKind = "subject_kind" {
        Region = "region" ["maakunta", "landskap", "region"],
        Pilot = "pilot" ["pilotti", "pilotförsök", "pilot"],
        Provider = "provider" ["tuottaja", "leverantör", "provider"],
    }
}

/// A subject by its kind and its code or id: `region:01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SubjectId {
    /// A region.
    Region(RegionCode),
    /// A pilot.
    Pilot(PilotId),
    /// A provider.
    Provider(ProviderId),
}

impl SubjectId {
    /// Its kind.
    pub fn kind(&self) -> SubjectKind {
        match self {
            Self::Region(_) => SubjectKind::Region,
            Self::Pilot(_) => SubjectKind::Pilot,
            Self::Provider(_) => SubjectKind::Provider,
        }
    }

    /// Its code or id within the kind.
    pub fn id(&self) -> String {
        match self {
            Self::Region(code) => code.to_string(),
            Self::Pilot(id) => id.to_string(),
            Self::Provider(id) => id.to_string(),
        }
    }
}

impl FromStr for SubjectId {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let (kind, id) = value
            .split_once(':')
            .ok_or_else(|| Invalid::Malformed { value: value.to_owned(), expected: Form::Subject })?;
        match kind.parse()? {
            SubjectKind::Region => id.parse().map(Self::Region),
            SubjectKind::Pilot => id.parse().map(Self::Pilot),
            SubjectKind::Provider => id.parse().map(Self::Provider),
        }
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind().code(), self.id())
    }
}

impl TryFrom<String> for SubjectId {
    type Error = Invalid;

    fn try_from(value: String) -> Result<Self, Invalid> {
        value.parse()
    }
}

impl From<SubjectId> for String {
    fn from(subject: SubjectId) -> Self {
        subject.to_string()
    }
}

published_as_string!(
    SubjectId,
    "Who assesses, as kind:code or kind:id; the kinds are those of the code list subject_kind.",
    9,
    45,
    "^(region:[0-9]{2}|(pilot|provider):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
    "region:01"
);

/// Who assesses, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectRef {
    /// What kind of subject it is.
    pub subject_kind: SubjectKind,
    /// The code of the region, or the id of the pilot or the provider.
    #[schema(min_length = 2, max_length = 36, pattern = "^[0-9a-f-]{2,36}$", example = "01")]
    pub id: String,
    /// What it is called.
    pub names: Names,
}

impl SubjectRef {
    /// A subject with its names.
    pub fn of(subject: &SubjectId, names: Names) -> Self {
        Self { subject_kind: subject.kind(), id: subject.id(), names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_kind_and_what_identifies_one_of_it() {
        let provider = format!("provider:{}", ProviderId::of_key("x"));
        let pilot = format!("pilot:{}", PilotId::of_key("x"));
        for good in ["region:01", &provider, &pilot] {
            assert_eq!(good.parse::<SubjectId>().map(|subject| subject.to_string()), Ok(good.to_owned()));
        }
        for bad in ["01", "region:1", "municipality:091", "pilot:01", "provider:", ":", "", &provider.to_uppercase()] {
            assert!(bad.parse::<SubjectId>().is_err(), "{bad}");
        }
    }
}
