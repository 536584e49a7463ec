//! Where a change request stands, and what can happen to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::ChangeTerms;
use crate::invalid::Invalid;
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::Descriptions;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a change request stands.
    pub enum ChangeRequestStatus = "change_request_status" {
        Submitted = "submitted" ["jätetty", "inlämnad", "submitted"],
        Accepted = "accepted" ["hyväksytty", "godkänd", "accepted"],
        AcceptedWithChanges = "accepted_with_changes"
            ["hyväksytty muutettuna", "godkänd med ändringar", "accepted with changes"],
        Rejected = "rejected" ["hylätty", "avslagen", "rejected"],
        Withdrawn = "withdrawn" ["peruttu", "återkallad", "withdrawn"],
    }
}

vocabulary! {
    /// What happens to a change request.
    pub enum ChangeRequestEvent = "change_request_event" {
        Accept = "accept" ["hyväksyä", "godkänna", "accept"],
        AcceptWithChanges = "accept_with_changes"
            ["hyväksyä muutettuna", "godkänna med ändringar", "accept with changes"],
        Reject = "reject" ["hylätä", "avslå", "reject"],
        Withdraw = "withdraw" ["perua", "återkalla", "withdraw"],
    }
}

/// The steps of a change request.
#[derive(Debug)]
pub struct ChangeRequests;

impl StateMachine for ChangeRequests {
    type State = ChangeRequestStatus;
    type Event = ChangeRequestEvent;

    const NAME: StateMachineName = StateMachineName::ChangeRequest;
    const INITIAL: ChangeRequestStatus = ChangeRequestStatus::Submitted;
    const STEPS: &'static [Step<ChangeRequestStatus, ChangeRequestEvent>] = {
        use ChangeRequestEvent::{Accept, AcceptWithChanges, Reject, Withdraw};
        use ChangeRequestStatus::{Accepted, AcceptedWithChanges as Changed, Rejected, Submitted, Withdrawn};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        &[
            Step { from: &[Submitted], event: Accept, by: DEVELOPER, to: Accepted, when: None },
            Step { from: &[Submitted], event: AcceptWithChanges, by: DEVELOPER, to: Changed, when: None },
            Step { from: &[Submitted], event: Reject, by: DEVELOPER, to: Rejected, when: None },
            Step { from: &[Submitted], event: Withdraw, by: &[Role::Applicant], to: Withdrawn, when: None },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ChangeRequestTransition::check, skip_on_field_errors = false))]
pub struct ChangeRequestTransition {
    /// Which step.
    pub event: ChangeRequestEvent,
    /// What is said with it, or null. Beneficiary and developer read it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
    /// What is accepted in the place of what was asked for; with `accept_with_changes` alone, which needs it.
    #[validate(nested)]
    pub terms: Option<ChangeTerms>,
}

impl ChangeRequestTransition {
    fn check(&self) -> Result<(), ValidationError> {
        match (self.event, &self.terms) {
            (ChangeRequestEvent::AcceptWithChanges, None) => Err(Invalid::MissingField.at("terms")),
            (ChangeRequestEvent::AcceptWithChanges, Some(_)) | (_, None) => Ok(()),
            (event, Some(_)) => Err(Invalid::Excludes { other: event.to_string() }.at("terms")),
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeRequestStep {
    /// Which step.
    pub event: ChangeRequestEvent,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}
