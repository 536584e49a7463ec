//! Roles of people and systems, and who asks.

use crate::area::RegionCode;
use crate::organisation::OrganisationId;
use crate::policy::Scope;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a client of the registry is to it.
    pub enum Role = "role" {
        NationalDeveloper = "national_developer"
            ["valtakunnallinen kehittäjä", "nationell utvecklare", "national developer"],
        Ministry = "ministry" ["ministeriö", "ministerium", "ministry"],
        RegionalCoordinator = "regional_coordinator"
            ["alueellinen koordinaattori", "regional samordnare", "regional coordinator"],
        RegionalExpert = "regional_expert" ["alueellinen asiantuntija", "regional expert", "regional expert"],
        ProviderEditor = "provider_editor"
            ["tuottajan tietojen ylläpitäjä", "redaktör för en leverantör", "provider's editor"],
        Integrator = "integrator" ["tietojärjestelmä", "informationssystem", "integrating system"],
        Applicant = "applicant" ["hakija", "sökande", "applicant"],
        Evaluator = "evaluator" ["arvioija", "bedömare", "evaluator"],
        Auditor = "auditor" ["tarkastaja", "granskare", "auditor"],
        Public = "public" ["kuka tahansa", "vem som helst", "anyone"],
    }
}

impl Role {
    /// Whether clients of this role work for one organisation.
    pub fn needs_organisation(self) -> bool {
        matches!(self, Self::ProviderEditor | Self::Integrator | Self::Applicant)
    }

    /// Whether clients of this role work for regions.
    pub fn needs_regions(self) -> bool {
        matches!(self, Self::RegionalCoordinator | Self::RegionalExpert)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What the log calls it: the id of a client, or of the subject of another issuer; never a person's
    /// name.
    pub name: String,
    /// What it is to the registry.
    pub role: Role,
    /// The regions that it works for.
    pub regions: Vec<RegionCode>,
    /// The organisation that it works for.
    pub organisation: Option<OrganisationId>,
    /// What its token allows, out of what its role allows.
    pub scopes: Vec<Scope>,
}

impl Caller {
    /// Anyone, not signed in.
    pub fn public() -> Self {
        Self::of_role("public", Role::Public)
    }

    /// The registry itself, loading what every installation starts with.
    pub fn registry() -> Self {
        Self::of_role("registry", Role::NationalDeveloper)
    }

    /// Whoever works on the command line of the server.
    pub fn operator() -> Self {
        Self::of_role("operator", Role::NationalDeveloper)
    }

    fn of_role(name: &str, role: Role) -> Self {
        Self { name: name.to_owned(), role, regions: Vec::new(), organisation: None, scopes: Scope::of(role) }
    }

    /// Whether it has signed in.
    pub fn signed_in(&self) -> bool {
        self.role != Role::Public
    }
}
