//! Pilots: a region tries out how digital support is organised.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::area::{AreaId, AreaRef, RegionCode};
use crate::date::RoughDate;
use crate::id::Id;
use crate::key::Key;
use crate::noun::{Noun, NounName};
use crate::organisation::{OrganisationId, OrganisationRef};
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Names};
use crate::version::Version;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a pilot stands.
    pub enum PilotStatus = "pilot_status" {
        Planned = "planned" ["suunniteltu", "planerat", "planned"],
        Active = "active" ["käynnissä", "pågående", "active"],
        Completed = "completed" ["päättynyt", "slutfört", "completed"],
        Discontinued = "discontinued" ["lopetettu kesken", "avbrutet", "discontinued"],
    }
}

vocabulary! {
    /// What a pilot was asked to do.
    pub enum PilotTaskType = "pilot_task_type" {
        Network = "network" ["alueellinen verkosto", "regionalt nätverk", "regional network"],
        Communication = "communication" ["viestintä", "kommunikation", "communication"],
        Assessment = "assessment" ["tarpeen ja tarjonnan arviointi", "utvärdering av behov och utbud", "assessment of need and availability"],
        ModelDevelopment = "model_development"
            ["toimintamallin kehittäminen", "utveckling av verksamhetsmodellen", "development of the model"],
    }
}

impl PilotStatus {
    /// The status on a day: before it can have begun, a pilot is planned, whatever came later.
    #[must_use]
    pub fn on(self, day: NaiveDate, begins: Option<NaiveDate>) -> Self {
        if begins.is_some_and(|first| day < first) { Self::Planned } else { self }
    }

    /// Whether it has not ended.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Planned | Self::Active)
    }
}

vocabulary! {
    /// What happens to a pilot.
    pub enum PilotEvent = "pilot_event" {
        Start = "start" ["aloittaa", "börja", "start"],
        Complete = "complete" ["päättää", "slutföra", "complete"],
        Discontinue = "discontinue" ["lopettaa kesken", "avbryta", "discontinue"],
    }
}

/// The steps of a pilot.
#[derive(Debug)]
pub struct Pilots;

impl StateMachine for Pilots {
    type State = PilotStatus;
    type Event = PilotEvent;

    const NAME: StateMachineName = StateMachineName::Pilot;
    const INITIAL: PilotStatus = PilotStatus::Planned;
    const STEPS: &'static [Step<PilotStatus, PilotEvent>] = {
        use PilotEvent::{Complete, Discontinue, Start};
        use PilotStatus::{Active, Completed, Discontinued, Planned};
        const LEADERS: &[Role] =
            &[Role::NationalDeveloper, Role::RegionalCoordinator, Role::RegionalExpert, Role::Applicant];
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        &[
            Step { from: &[Planned], event: Start, by: LEADERS, to: Active, when: None },
            Step { from: &[Active], event: Complete, by: LEADERS, to: Completed, when: None },
            Step { from: &[Planned, Active], event: Discontinue, by: DEVELOPER, to: Discontinued, when: None },
        ]
    };
}

/// A task of a pilot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PilotTask {
    /// What kind of task it is.
    pub task_type: PilotTaskType,
    /// What is to be done.
    #[validate(nested)]
    pub descriptions: Descriptions,
}

/// A pilot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pilot {
    /// Its id.
    pub id: PilotId,
    /// The programme that it belongs to.
    pub programme: Key,
    /// The call that it came of.
    pub call: Key,
    /// Its names.
    pub names: Names,
    /// Where it stands.
    pub pilot_status: PilotStatus,
    /// The organisation that leads it.
    pub lead: OrganisationRef,
    /// The areas that it is responsible for.
    #[schema(max_items = 400)]
    pub areas: Vec<AreaRef>,
    /// When it began, as exactly as it is known.
    pub starts: Option<RoughDate>,
    /// When it ended, or null where it has not or the day is not known.
    pub ends: Option<RoughDate>,
    /// What it aims at.
    #[schema(max_items = 20)]
    pub objectives: Vec<Descriptions>,
    /// What it does.
    #[schema(max_items = 20)]
    pub tasks: Vec<PilotTask>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one pilot.
pub type PilotId = Id<Pilot>;

/// A pilot, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PilotRecord {
    /// The programme that it belongs to.
    pub programme: Key,
    /// The call that it came of.
    pub call: Key,
    /// Its names.
    pub names: Names,
    /// Where it stands, whatever the day.
    pub pilot_status: PilotStatus,
    /// The organisation that leads it.
    pub lead: OrganisationId,
    /// The areas that it is responsible for.
    pub areas: Vec<AreaId>,
    /// When it began.
    pub starts: Option<RoughDate>,
    /// When it ended.
    pub ends: Option<RoughDate>,
    /// What it aims at.
    pub objectives: Vec<Descriptions>,
    /// What it does.
    pub tasks: Vec<PilotTask>,
}

impl PilotRecord {
    /// The first day on which it can have begun.
    pub fn begins(&self) -> Option<NaiveDate> {
        self.starts.as_ref().map(|starts| starts.earliest)
    }
}

impl Noun for Pilot {
    const NOUN: NounName = NounName::Pilot;
    type Id = PilotId;
    type Record = PilotRecord;

    fn version(&self) -> Version {
        self.version
    }
}

/// Which pilots a list shows, alphabetically by name.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PilotFilter {
    /// Those of any of these programmes.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub programme: Vec<Key>,
    /// Those that came of any of these calls.
    #[param(value_type = Option<Vec<Key>>, max_items = 100)]
    pub call: Vec<Key>,
    /// Those responsible for any of these regions.
    #[param(value_type = Option<Vec<RegionCode>>, max_items = 100)]
    pub region: Vec<AreaId>,
    /// Those that any of these organisations leads.
    #[param(value_type = Option<Vec<OrganisationId>>, max_items = 100)]
    pub lead: Vec<OrganisationId>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<PilotStatus>>, max_items = 100)]
    pub pilot_status: Vec<PilotStatus>,
}
