//! Nouns: what the registry keeps, with a version, a history and an entry in the log for every change.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::external_id::ExternalId;
use crate::invalid::{Invalid, Violation, violations};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of object it is.
    pub enum NounName = "noun_name" {
        Area = "area" ["alue", "område", "area"],
        Municipality = "municipality" ["kunta", "kommun", "municipality"],
        Organisation = "organisation" ["organisaatio", "organisation", "organisation"],
        Programme = "programme" ["ohjelma", "program", "programme"],
        Call = "call" ["haku", "ansökningsomgång", "call"],
        Application = "application" ["hakemus", "ansökan", "application"],
        Decision = "decision" ["päätös", "beslut", "decision"],
        Evaluation = "evaluation" ["arviointi", "bedömning", "evaluation"],
        Pilot = "pilot" ["pilotti", "pilotförsök", "pilot"],
        Grant = "grant" ["valtionavustus", "statsunderstöd", "grant"],
        ChangeRequest = "change_request" ["muutospyyntö", "ändringsbegäran", "change request"],
        Report = "report" ["selvitys", "redovisning", "report"],
        Provider = "provider" ["tuottaja", "leverantör", "provider"],
        Location = "location" ["paikka", "plats", "location"],
        Service = "service" ["palvelu", "tjänst", "service"],
        AssessmentFramework = "assessment_framework"
            ["arvioinnin periaatteet", "utvärderingsprinciper", "assessment framework"],
        AssessmentRound = "assessment_round" ["arviointikierros", "utvärderingsomgång", "assessment round"],
        Assessment = "assessment" ["digituen arviointi", "utvärdering av digitalt stöd", "assessment"],
    }
}

/// An object that the registry keeps. The type itself is what is published: with the names of what it
/// refers to and with what follows from the clock.
pub trait Noun: Serialize + Sized + Send + 'static {
    /// What it is called.
    const NOUN: NounName;
    /// What identifies it.
    type Id: Display + FromStr<Err = Invalid> + Clone + PartialEq + Send + Sync + 'static;
    /// All that is known of it, as it is stored and logged: what it refers to by id.
    type Record: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static;

    /// How often it was changed.
    fn version(&self) -> Version;
}

/// A noun that callers write.
pub trait Writable: Noun {
    /// What a caller writes: the record without what only actions change.
    type Facts: Serialize + DeserializeOwned + Validate + Clone + PartialEq + Send + 'static;

    /// What was written.
    fn facts(record: &Self::Record) -> &Self::Facts;

    /// The rules that facts break by themselves.
    fn broken_rules(facts: &Self::Facts) -> Vec<Violation> {
        facts.validate().err().map(|errors| violations(&errors)).unwrap_or_default()
    }

    /// Turns what was written in another way into what is kept.
    fn settle(_: &mut Self::Facts) {}
}

/// A noun that other systems push by their own ids.
pub trait Sourced: Writable {
    /// What it is called elsewhere.
    fn external_ids(facts: &mut Self::Facts) -> &mut Vec<ExternalId>;
}

/// An object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<N: Noun> {
    /// What identifies it.
    pub id: N::Id,
    /// What is known of it.
    pub record: N::Record,
    /// How often it was changed.
    pub version: Version,
}
