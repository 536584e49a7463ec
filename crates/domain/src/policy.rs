//! Who may do what: the one table of roles, scopes and operations. What it does not allow is denied.

mod operation;

use serde::{Deserialize, Serialize};

pub use operation::Access;

use crate::area::RegionCode;
use crate::organisation::OrganisationId;
use crate::role::{Caller, Role};
use crate::vocabulary::{Vocabulary, vocabulary};

vocabulary! {
    /// What an access token allows (an OAuth 2.0 scope).
    pub enum Scope = "scope" {
        Read = "read" ["lukea rekisteriä", "läsa registret", "read the registry"],
        ProvidersWrite = "providers:write" ["muuttaa tuottajia", "ändra leverantörer", "change providers"],
        LocationsWrite = "locations:write" ["muuttaa paikkoja", "ändra platser", "change locations"],
        ServicesWrite = "services:write" ["muuttaa palveluja", "ändra tjänster", "change services"],
        OrganisationsWrite = "organisations:write"
            ["muuttaa organisaatioita", "ändra organisationer", "change organisations"],
        CallsWrite = "calls:write" ["pitää ohjelmia ja hakuja", "ordna program och ansökningsomgångar", "run programmes and calls"],
        ApplicationsWrite = "applications:write" ["laatia hakemuksia", "skriva ansökningar", "write applications"],
        ApplicationsProcess = "applications:process"
            ["viedä hakemuksia eteenpäin", "föra ansökningar vidare", "move applications on"],
        EvaluationsWrite = "evaluations:write"
            ["arvioida hakemuksia", "bedöma ansökningar", "evaluate applications"],
        PilotsWrite = "pilots:write" ["muuttaa pilotteja", "ändra pilotförsök", "change pilots"],
        GrantsWrite = "grants:write" ["hoitaa avustuksia", "sköta statsunderstöd", "keep grants"],
        ReportsWrite = "reports:write"
            ["selvittää avustusten käyttöä", "redovisa statsunderstöd", "report on grants"],
        AssessmentsLead = "assessments:lead"
            ["johtaa arviointeja", "leda utvärderingar", "lead assessments"],
        AssessmentsWrite = "assessments:write"
            ["arvioida ja kommentoida periaatteita", "utvärdera och kommentera principer",
             "assess, and comment on frameworks"],
        NeedIndicatorsWrite = "need_indicators:write"
            ["ladata tarvetietoja", "läsa in behovsuppgifter", "load need indicators"],
        SearchGapsRead = "search_gaps:read"
            ["lukea, mitä ei löydetty", "läsa vad som inte hittades", "read what was not found"],
        AuditRead = "audit:read" ["lukea tapahtumalokia", "läsa händelseloggen", "read the audit"],
    }
}

/// How far a scope reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Denied.
    Nothing,
    /// What is published.
    Published,
    /// What the caller itself is named on.
    Named,
    /// What belongs to the caller's organisation.
    Organisation,
    /// What belongs to the caller's regions.
    Regions,
    /// Everything.
    Everything,
}

/// Scope by role. Reading reaches, beyond what is named, all that is published.
const REACH: [(Scope, [Reach; 10]); 17] = {
    use Reach::{
        Everything as All, Named as Nam, Nothing as No, Organisation as Own, Published as Pub, Regions as Reg,
    };
    //                         developer ministry coordinator expert editor integrator applicant evaluator auditor public
    [
        (Scope::Read, /*           */ [All, All, Reg, Reg, Own, Own, Own, Nam, Pub, Pub]),
        (Scope::ProvidersWrite, /* */ [All, No, Reg, Reg, Own, Own, No, No, No, No]),
        (Scope::LocationsWrite, /* */ [All, No, Reg, Reg, Own, Own, No, No, No, No]),
        (Scope::ServicesWrite, /*  */ [All, No, Reg, Reg, Own, Own, No, No, No, No]),
        (Scope::OrganisationsWrite, [All, No, Reg, Reg, Own, Own, No, No, No, No]),
        (Scope::CallsWrite, /*     */ [All, No, No, No, No, No, No, No, No, No]),
        (Scope::ApplicationsWrite, [No, No, No, No, No, No, Own, No, No, No]),
        (Scope::ApplicationsProcess, [All, No, No, No, No, No, Own, No, No, No]),
        (Scope::EvaluationsWrite, [No, No, No, No, No, No, No, Nam, No, No]),
        (Scope::PilotsWrite, /*    */ [All, No, Reg, Reg, No, No, Own, No, No, No]),
        (Scope::GrantsWrite, /*    */ [All, No, No, No, No, No, No, No, No, No]),
        (Scope::ReportsWrite, /*   */ [All, No, No, No, No, No, Own, No, No, No]),
        (Scope::AssessmentsLead, /* */ [All, No, No, No, No, No, No, No, No, No]),
        (Scope::AssessmentsWrite, /* */ [All, No, Reg, Reg, Own, Own, Own, No, No, No]),
        (Scope::NeedIndicatorsWrite, [All, No, No, No, No, No, No, No, No, No]),
        (Scope::SearchGapsRead, /* */ [All, All, Reg, Reg, No, No, No, No, No, No]),
        (Scope::AuditRead, /*      */ [All, No, No, No, No, No, No, No, All, No]),
    ]
};

impl Scope {
    /// How far the scope reaches for a role.
    pub fn reach(self, role: Role) -> Reach {
        let row = REACH.iter().find(|(scope, _)| *scope == self).map(|(_, row)| row);
        let column = Role::VALUES.iter().position(|known| *known == role);
        row.zip(column).and_then(|(row, column)| row.get(column).copied()).unwrap_or(Reach::Nothing)
    }

    /// What a role may ask for.
    pub fn of(role: Role) -> Vec<Self> {
        Self::VALUES.iter().copied().filter(|scope| scope.reach(role) != Reach::Nothing).collect()
    }
}

/// To whom an object shows, and to whom it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sight {
    /// Everyone may see it.
    pub published: bool,
    /// The organisation whose it is.
    pub organisation: Option<OrganisationId>,
    /// The regions that it belongs to.
    pub regions: Vec<RegionCode>,
    /// The clients that are named on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// Only those see it whose it is: not even who sees everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
}

impl Sight {
    /// What everyone may see and only the national developer may change.
    pub fn national() -> Self {
        Self { published: true, ..Self::default() }
    }

    /// Whether both belong to the same.
    pub fn belongs_with(&self, other: &Self) -> bool {
        self.organisation == other.organisation && self.regions == other.regions && self.named == other.named
    }
}

/// A caller who may do something, and how far.
#[derive(Debug, Clone)]
pub struct Permit {
    /// Who it is.
    pub caller: Caller,
    reach: Reach,
    /// Also what is private.
    unlimited: bool,
}

impl Permit {
    /// Lets a caller do what takes a scope; none when it may not, whatever the object.
    pub fn new(caller: Caller, scope: Scope) -> Option<Self> {
        let reach = if caller.scopes.contains(&scope) { scope.reach(caller.role) } else { Reach::Nothing };
        (reach != Reach::Nothing).then_some(Self { caller, reach, unlimited: false })
    }

    /// Lets the registry itself, or whoever works on its command line, do everything.
    pub fn unlimited(caller: Caller) -> Self {
        Self { caller, reach: Reach::Everything, unlimited: true }
    }

    /// How far it reaches.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Whether an object lies within the reach.
    pub fn covers(&self, sight: &Sight) -> bool {
        match self.reach {
            Reach::Nothing => false,
            Reach::Published => sight.published,
            Reach::Named => sight.named.contains(&self.caller.name),
            Reach::Organisation => sight.organisation.is_some() && sight.organisation == self.caller.organisation,
            Reach::Regions => sight.regions.iter().any(|region| self.caller.regions.contains(region)),
            Reach::Everything => self.unlimited || !sight.private,
        }
    }

    /// Whether the caller may see an object.
    pub fn sees(&self, sight: &Sight) -> bool {
        sight.published || self.covers(sight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit(role: Role, scope: Scope) -> Option<Permit> {
        let caller = Caller {
            role,
            regions: "01".parse().into_iter().collect(),
            organisation: Some(OrganisationId::of_key("own")),
            scopes: Scope::of(role),
            ..Caller::public()
        };
        Permit::new(caller, scope)
    }

    #[test]
    fn the_table_has_a_row_for_every_scope() {
        for scope in Scope::VALUES {
            let is_others = matches!(scope, Scope::ApplicationsWrite | Scope::EvaluationsWrite);
            let all = if is_others { Reach::Nothing } else { Reach::Everything };
            assert_eq!(scope.reach(Role::NationalDeveloper), all, "{scope}");
            assert_eq!(scope.reach(Role::Public) > Reach::Nothing, *scope == Scope::Read, "{scope}");
        }
    }

    #[test]
    fn an_object_is_changed_by_those_whose_it_is() {
        let own = Sight {
            published: false,
            organisation: Some(OrganisationId::of_key("own")),
            regions: "02".parse().into_iter().collect(),
            ..Sight::default()
        };
        let regional = Sight { organisation: None, regions: "01".parse().into_iter().collect(), ..own.clone() };
        let table = [
            (Role::NationalDeveloper, true, true),
            (Role::Ministry, false, false),
            (Role::RegionalCoordinator, false, true),
            (Role::RegionalExpert, false, true),
            (Role::ProviderEditor, true, false),
            (Role::Integrator, true, false),
            (Role::Applicant, false, false),
            (Role::Evaluator, false, false),
            (Role::Auditor, false, false),
            (Role::Public, false, false),
        ];
        for (role, of_own, of_regional) in table {
            let may = |sight| permit(role, Scope::ProvidersWrite).is_some_and(|permit| permit.covers(sight));
            assert_eq!((may(&own), may(&regional)), (of_own, of_regional), "{role}");
        }
    }

    #[test]
    fn what_is_private_is_seen_by_nobody_but_whose_it_is() {
        let own = Sight { organisation: Some(OrganisationId::of_key("own")), private: true, ..Sight::default() };
        for role in Role::VALUES {
            let sees = permit(*role, Scope::Read).is_some_and(|permit| permit.sees(&own));
            let is_own = matches!(role, Role::ProviderEditor | Role::Integrator | Role::Applicant);
            assert_eq!(sees, is_own, "{role}");
        }
        assert!(Permit::unlimited(Caller::operator()).sees(&own), "whoever erases by law");
    }

    #[test]
    fn an_evaluator_reads_what_it_is_named_on() {
        let named = Sight { named: vec!["public".into()], ..Sight::default() };
        let may = |sight| permit(Role::Evaluator, Scope::Read).is_some_and(|permit| permit.sees(sight));
        assert!(may(&named));
        assert!(!may(&Sight { named: vec!["another".into()], ..Sight::default() }));
    }

    #[test]
    fn a_token_allows_no_more_than_it_was_asked_for() {
        let narrow = Caller { scopes: vec![Scope::Read], ..Caller::operator() };
        assert!(Permit::new(narrow.clone(), Scope::Read).is_some());
        assert!(Permit::new(narrow, Scope::ProvidersWrite).is_none());
    }
}
