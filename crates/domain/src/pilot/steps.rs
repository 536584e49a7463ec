//! Where a pilot stands, and the steps that it takes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::date::{self, FIRST_YEAR, LAST_YEAR};
use crate::invalid::Invalid;
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label};
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
        const NOT_EARLY: Label = Label {
            fi: "aikaisintaan päivänä, jona pilotti voi alkaa (starts)",
            sv: "tidigast den dag då pilotförsöket kan börja (starts)",
            en: "not on a day before it can begin (starts)",
        };
        const IN_ORDER: Label = Label {
            fi: "aikaisintaan edellisen vaiheen päivänä",
            sv: "tidigast den dag då föregående steg togs",
            en: "not on a day before the step before it",
        };
        &[
            Step { from: &[Planned], event: Start, by: LEADERS, to: Active, when: Some(NOT_EARLY) },
            Step { from: &[Active], event: Complete, by: LEADERS, to: Completed, when: Some(IN_ORDER) },
            Step {
                from: &[Planned, Active],
                event: Discontinue,
                by: DEVELOPER,
                to: Discontinued,
                when: Some(IN_ORDER),
            },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PilotTransition {
    /// Which step.
    pub event: PilotEvent,
    /// The day on which it was taken, which is not to come; today when null.
    #[serde(default, deserialize_with = "date::day")]
    #[schema(example = "2026-10-01")]
    pub day: Option<NaiveDate>,
    /// What is said with it, or null. Everyone may read it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PilotStep {
    /// Which step.
    pub event: PilotEvent,
    /// The day on which it was taken.
    pub day: NaiveDate,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}

/// Refuses a day that is still to come, or before the earliest that it can be.
pub(super) fn check_day(day: NaiveDate, earliest: Option<NaiveDate>, today: NaiveDate) -> Result<(), Invalid> {
    let out_of_range = |min: Option<NaiveDate>, max: Option<NaiveDate>| Invalid::OutOfRange {
        value: day.to_string(),
        min: min.map_or_else(|| format!("{FIRST_YEAR}-01-01"), |day| day.to_string()),
        max: max.map_or_else(|| format!("{LAST_YEAR}-12-31"), |day| day.to_string()),
    };
    // Where the earliest day is to come itself, no range would hold anything.
    let range = earliest.filter(|earliest| *earliest <= today);
    if day > today {
        return Err(out_of_range(range, Some(today)));
    }
    match earliest {
        Some(earliest) if day < earliest => Err(out_of_range(Some(earliest), range.map(|_| today))),
        _ => Ok(()),
    }
}
