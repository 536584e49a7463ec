//! Where a grant stands, and what can happen to it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::change_request::ChangeRequestId;
use crate::date;
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::Descriptions;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a grant stands.
    pub enum GrantStatus = "grant_status" {
        Active = "active" ["käytössä", "pågående", "active"],
        Suspended = "suspended" ["maksatus keskeytetty", "utbetalningen avbruten", "suspended"],
        Completed = "completed" ["päättynyt", "slutfört", "completed"],
        Terminated = "terminated" ["maksatus lopetettu", "utbetalningen upphört", "terminated"],
        Recovered = "recovered" ["peritty takaisin", "återkrävt", "recovered"],
    }
}

impl GrantStatus {
    /// Whether it has not ended.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }

    /// Whether money is paid while it stands so.
    pub fn is_paid(self) -> bool {
        matches!(self, Self::Active | Self::Completed)
    }
}

vocabulary! {
    /// What happens to a grant.
    pub enum GrantEvent = "grant_event" {
        Suspend = "suspend" ["keskeyttää maksatus", "avbryta utbetalningen", "suspend"],
        Resume = "resume" ["jatkaa maksatusta", "återuppta utbetalningen", "resume"],
        Complete = "complete" ["päättää", "slutföra", "complete"],
        Terminate = "terminate" ["lopettaa maksatus", "upphöra med utbetalningen", "terminate"],
        Recover = "recover" ["periä takaisin", "återkräva", "recover"],
    }
}

/// The steps of a grant.
#[derive(Debug)]
pub struct Grants;

impl StateMachine for Grants {
    type State = GrantStatus;
    type Event = GrantEvent;

    const NAME: StateMachineName = StateMachineName::Grant;
    const INITIAL: GrantStatus = GrantStatus::Active;
    const STEPS: &'static [Step<GrantStatus, GrantEvent>] = {
        use GrantEvent::{Complete, Recover, Resume, Suspend, Terminate};
        use GrantStatus::{Active, Completed, Recovered, Suspended, Terminated};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        &[
            Step { from: &[Active], event: Suspend, by: DEVELOPER, to: Suspended, when: None },
            Step { from: &[Suspended], event: Resume, by: DEVELOPER, to: Active, when: None },
            Step { from: &[Active, Suspended], event: Complete, by: DEVELOPER, to: Completed, when: None },
            Step { from: &[Active, Suspended], event: Terminate, by: DEVELOPER, to: Terminated, when: None },
            Step {
                from: &[Suspended, Completed, Terminated],
                event: Recover,
                by: DEVELOPER,
                to: Recovered,
                when: None,
            },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct GrantTransition {
    /// Which step.
    pub event: GrantEvent,
    /// From which day it holds, today at the latest; null means today.
    #[serde(deserialize_with = "date::day")]
    pub day: Option<NaiveDate>,
    /// What is said with it, or null. Everyone reads it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantStep {
    /// Which step.
    pub event: GrantEvent,
    /// From which day it holds; null where that is not known: then from when the money is over.
    pub day: Option<NaiveDate>,
    /// What was said with it, or null.
    #[serde(default)]
    pub remarks: Option<Descriptions>,
}

/// More time to use the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantExtension {
    /// The day on which it was granted.
    #[schema(example = "2026-11-20")]
    pub day: NaiveDate,
    /// The last day on which the money may be used since.
    #[schema(example = "2027-12-31")]
    pub usable_to: NaiveDate,
    /// The change request that it came of.
    pub change_request: ChangeRequestId,
}

/// How a grant stands in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantSpell {
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
    /// How it stands.
    pub grant_status: GrantStatus,
}
