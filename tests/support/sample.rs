//! The nouns that callers write and other systems push, each with an object to try a rule on.

use serde_json::Value;

use crate::support::session::{
    LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, Session, association, id, location_in, named, provider, service,
};

/// One of these nouns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sample {
    Provider,
    Location,
    Service,
}

impl Sample {
    /// What the contract calls it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Location => "location",
            Self::Service => "service",
        }
    }

    pub(crate) fn collection(self) -> &'static str {
        match self {
            Self::Provider => PROVIDERS,
            Self::Location => LOCATIONS,
            Self::Service => SERVICES,
        }
    }

    /// Where its objects are pushed.
    pub(crate) fn by_source(self) -> String {
        format!("{}/by-source", self.collection())
    }

    /// An object of an organisation in Uusimaa, as it is written, that everyone may see. What it refers to is there
    /// then.
    pub(crate) fn body(self, developer: &Session, organisation: &str) -> Value {
        match self {
            Self::Provider => provider("Neuvonta", organisation, "01"),
            Self::Location => location_in("Neuvonta", organisation, "091"),
            Self::Service => {
                let giver = developer.add(PROVIDERS, &provider("Antaja", organisation, "01"));
                let place = developer.add(LOCATIONS, &location_in("Talo", organisation, "091"));
                service("Neuvonta", named(&giver), &[named(&place)])
            }
        }
    }

    /// The same of a new organisation.
    pub(crate) fn of_anyone(self, developer: &Session) -> Value {
        self.body(developer, &organisation(developer))
    }
}

/// An association in Uusimaa.
pub(crate) fn organisation(developer: &Session) -> String {
    id(&developer.create(ORGANISATIONS, &association("Yhdistys ry", "region:01"))).to_owned()
}
