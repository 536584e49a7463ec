//! Where a report stands, and what can happen to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::application::BudgetLine;
use crate::invalid::Invalid;
use crate::money::Money;
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label};
use crate::validity::at_most;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a report stands.
    pub enum ReportStatus = "report_status" {
        Due = "due" ["odotetaan", "väntas in", "due"],
        Overdue = "overdue" ["myöhässä", "försenad", "overdue"],
        Submitted = "submitted" ["annettu", "inlämnad", "submitted"],
        Returned = "returned" ["palautettu", "återsänd", "returned"],
        Verified = "verified" ["tarkastettu", "granskad", "verified"],
        Accepted = "accepted" ["hyväksytty", "godkänd", "accepted"],
    }
}

impl ReportStatus {
    /// Whether it waits for the beneficiary for the first time: until then, what is asked for can change.
    pub fn is_awaited(self) -> bool {
        matches!(self, Self::Due | Self::Overdue)
    }
}

vocabulary! {
    /// What happens to a report.
    pub enum ReportEvent = "report_event" {
        PassDueDay = "pass_due_day" ["määräpäivän ylittyä", "passera sista dagen", "pass the due day"],
        Submit = "submit" ["antaa", "lämna in", "submit"],
        Return = "return" ["palauttaa täydennettäväksi", "återsända för komplettering", "return"],
        Verify = "verify" ["tarkastaa", "granska", "verify"],
        Accept = "accept" ["hyväksyä", "godkänna", "accept"],
    }
}

/// The steps of a report.
#[derive(Debug)]
pub struct Reports;

impl StateMachine for Reports {
    type State = ReportStatus;
    type Event = ReportEvent;

    const NAME: StateMachineName = StateMachineName::Report;
    const INITIAL: ReportStatus = ReportStatus::Due;
    const STEPS: &'static [Step<ReportStatus, ReportEvent>] = {
        use ReportEvent::{Accept, PassDueDay, Return, Submit, Verify};
        use ReportStatus::{Accepted, Due, Overdue, Returned, Submitted, Verified};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const LATE: Label =
            Label {
                fi: "määräpäivän jälkeen", sv: "efter den sista dagen", en: "after the day on which it is due"
            };
        &[
            Step { from: &[Due], event: PassDueDay, by: &[], to: Overdue, when: Some(LATE) },
            Step { from: &[Due, Overdue, Returned], event: Submit, by: &[Role::Applicant], to: Submitted, when: None },
            Step { from: &[Submitted, Verified], event: Return, by: DEVELOPER, to: Returned, when: None },
            Step { from: &[Submitted], event: Verify, by: DEVELOPER, to: Verified, when: None },
            Step { from: &[Verified], event: Accept, by: DEVELOPER, to: Accepted, when: None },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ReportTransition::check, skip_on_field_errors = false))]
pub struct ReportTransition {
    /// Which step.
    pub event: ReportEvent,
    /// What is said with it, or null. Beneficiary and developer read it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
    /// What was done in the period; with `submit` alone, which needs it.
    #[validate(nested)]
    pub texts: Option<Descriptions>,
    /// How much of the grant was used in the period; with `submit` alone. Null where that is not known, but a final report
    /// says it.
    #[validate(nested)]
    pub used: Option<Money>,
    /// The same by kind of cost: what adds up to it.
    #[schema(max_items = 50)]
    #[validate(nested)]
    pub costs: Vec<BudgetLine>,
}

impl ReportTransition {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(50, &self.costs, "costs")?;
        if self.event != ReportEvent::Submit {
            let given =
                [("texts", self.texts.is_some()), ("used", self.used.is_some()), ("costs", !self.costs.is_empty())];
            let other = self.event.to_string();
            return match given.into_iter().find(|(_, is_given)| *is_given) {
                Some((field, _)) => Err(Invalid::Excludes { other }.at(field)),
                None => Ok(()),
            };
        }
        let total = self.costs.iter().map(|line| line.amount.cents).fold(0_i64, i64::saturating_add);
        match self.used {
            _ if self.texts.is_none() => Err(Invalid::NeededToSubmit { what: None }.at("texts")),
            None if !self.costs.is_empty() => Err(Invalid::MissingField.at("used")),
            Some(used) if used.cents != total => Err(Invalid::Contradictory.at("used")),
            // What is made of estimates is one.
            Some(used) if !used.approximate && self.costs.iter().any(|line| line.amount.approximate) => {
                Err(Invalid::Contradictory.at("used/approximate"))
            }
            _ => Ok(()),
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportStep {
    /// Which step.
    pub event: ReportEvent,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}
