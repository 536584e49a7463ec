//! Clients: the systems that sign in with a secret, what each is to the registry and for whom it works.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::area::RegionCode;
use crate::invalid::{Form, Invalid, Violation};
use crate::organisation::OrganisationId;
use crate::policy::Scope;
use crate::role::{Caller, Role};
use crate::schema::text_value;
use crate::vocabulary::Vocabulary;

/// The longest name of a client, in characters.
pub const LONGEST_NAME: usize = 100;

/// Identifies a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientId(Uuid);

impl ClientId {
    /// A new id: ids made later sort later.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for ClientId {
    type Err = Invalid;

    /// Takes the hyphenated form in small letters only: one client, one name in the log.
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::Uuid };
        Uuid::try_parse(value).ok().filter(|uuid| uuid.to_string() == value).map(Self).ok_or_else(malformed)
    }
}

/// What the log calls a caller: the id of a client, or the digest of a subject of another issuer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallerName(String);

impl FromStr for CallerName {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":._-".contains(&byte);
        if (3..=100).contains(&value.len()) && value.bytes().all(plain) {
            Ok(Self(value.to_owned()))
        } else {
            Err(Invalid::Malformed { value: value.to_owned(), expected: Form::Uuid })
        }
    }
}

text_value!(
    CallerName,
    "What the log calls a caller: the id of a client.",
    3,
    100,
    "^[A-Za-z0-9:._-]+$",
    "019ac0de-0000-7000-8000-000000000001"
);

/// What is said of a client when it is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    /// What its operators call it.
    pub name: String,
    /// What it is to the registry.
    pub role: Role,
    /// The regions that it works for.
    pub regions: Vec<RegionCode>,
    /// The organisation that it works for.
    pub organisation: Option<OrganisationId>,
}

impl ClientFacts {
    /// Every rule that the facts break, each under the name of what breaks it.
    pub fn check(&self) -> Result<(), Vec<Violation>> {
        let mut violations = Vec::new();
        let mut refuse = |name: &str, invalid| violations.push(Violation::parameter(name, invalid));
        if self.name.chars().any(char::is_control) {
            refuse("name", Invalid::ForbiddenCharacter);
        } else if self.name.trim().is_empty() {
            refuse("name", Invalid::Blank);
        } else if self.name.chars().count() > LONGEST_NAME {
            refuse("name", Invalid::TooLong { max: LONGEST_NAME });
        }
        if let Some(invalid) = refusal_of(self.role) {
            refuse("role", invalid);
        }
        if self.role.needs_regions() && self.regions.is_empty() {
            refuse("area", Invalid::MissingParameter);
        }
        if self.role.needs_organisation() && self.organisation.is_none() {
            refuse("organisation", Invalid::MissingParameter);
        }
        let repeated = |(index, region): &(usize, &RegionCode)| self.regions[..*index].contains(region);
        if let Some((_, region)) = self.regions.iter().enumerate().find(repeated) {
            refuse("area", Invalid::RepeatedValue { value: format!("region:{}", region.as_str()) });
        }
        if violations.is_empty() { Ok(()) } else { Err(violations) }
    }
}

/// Whoever signs in is somebody.
fn refusal_of(role: Role) -> Option<Invalid> {
    let allowed = || Role::VALUES.iter().filter(|role| **role != Role::Public).map(ToString::to_string).collect();
    (role == Role::Public).then(|| Invalid::UnknownValue { value: role.to_string(), allowed: allowed() })
}

/// A client, as it is kept; its secret is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Identifies it.
    pub id: ClientId,
    /// What is known of it.
    pub facts: ClientFacts,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was told to go.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Client {
    /// The client as a caller, with those of the scopes of its role that its token names.
    pub fn caller(self, scopes: &[Scope]) -> Caller {
        let ClientFacts { role, regions, organisation, .. } = self.facts;
        let allowed = Scope::of(role).into_iter().filter(|scope| scopes.contains(scope)).collect();
        Caller { name: self.id.to_string(), role, regions, organisation, scopes: allowed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(role: Role) -> ClientFacts {
        ClientFacts { name: "Nuotta".into(), role, regions: Vec::new(), organisation: None }
    }

    fn faults(facts: &ClientFacts) -> Vec<String> {
        let violations = facts.check().err().unwrap_or_default();
        violations.iter().map(|violation| violation.place.to_string()).collect()
    }

    #[test]
    fn a_client_has_what_its_role_works_for() {
        for role in Role::VALUES.iter().copied().filter(|role| *role != Role::Public) {
            let mut expected = Vec::new();
            expected.extend(role.needs_regions().then_some("area"));
            expected.extend(role.needs_organisation().then_some("organisation"));
            assert_eq!(faults(&facts(role)), expected, "{role}");
            let whole = ClientFacts {
                regions: "01".parse().into_iter().collect(),
                organisation: Some(OrganisationId::of_key("dvv")),
                ..facts(role)
            };
            assert!(whole.check().is_ok(), "{role}");
        }
        assert_eq!(faults(&facts(Role::Public)), ["role"]);
    }

    #[test]
    fn a_name_is_one_to_a_hundred_characters_without_control_characters() {
        let named = |name: &str| ClientFacts { name: name.into(), ..facts(Role::Auditor) };
        for good in ["n", &"ä".repeat(100), "Kunta 091 (testi)"] {
            assert!(named(good).check().is_ok(), "{good}");
        }
        for bad in ["", " ", "a\nb", "a\u{0}", "\u{7f}", &"ä".repeat(101)] {
            assert_eq!(faults(&named(bad)), ["name"], "{bad:?}");
        }
    }

    #[test]
    fn a_region_stands_once() {
        let twice = ["01", "02", "01"].iter().filter_map(|code| code.parse().ok()).collect();
        assert_eq!(faults(&ClientFacts { regions: twice, ..facts(Role::RegionalExpert) }), ["area"]);
    }

    #[test]
    fn a_caller_may_what_both_its_role_and_its_token_allow() {
        let client = Client {
            id: ClientId::generate(),
            facts: facts(Role::Auditor),
            created_at: DateTime::default(),
            revoked_at: None,
        };
        let scopes = |asked: &[Scope]| client.clone().caller(asked).scopes;
        assert_eq!(scopes(&[Scope::Read, Scope::ProvidersWrite]), [Scope::Read]);
        assert_eq!(scopes(Scope::VALUES), [Scope::Read, Scope::AuditRead]);
        assert!(scopes(&[]).is_empty());
    }
}
