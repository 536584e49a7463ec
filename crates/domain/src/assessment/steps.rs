//! Where an assessment stands, and what can happen to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::assessment_round::RoundStatus;
use crate::invalid::Invalid;
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label};
use crate::vocabulary::vocabulary;

/// How many steps an assessment takes at most.
pub const MAX_STEPS: usize = 1_000;

vocabulary! {
    /// Where an assessment stands.
    pub enum AssessmentStatus = "assessment_status" {
        NotStarted = "not_started" ["aloittamatta", "inte påbörjad", "not started"],
        InProgress = "in_progress" ["kesken", "pågår", "in progress"],
        Submitted = "submitted" ["annettu", "inlämnad", "submitted"],
        Returned = "returned" ["palautettu", "återsänd", "returned"],
        Confirmed = "confirmed" ["vahvistettu", "fastställd", "confirmed"],
    }
}

impl AssessmentStatus {
    /// Whether its subject writes it.
    pub fn is_editable(self) -> bool {
        matches!(self, Self::InProgress | Self::Returned)
    }

    /// Whether its subject has said what it has to say.
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Submitted | Self::Confirmed)
    }
}

vocabulary! {
    /// What happens to an assessment.
    pub enum AssessmentEvent = "assessment_event" {
        Start = "start" ["aloittaa", "påbörja", "start"],
        Refresh = "refresh" ["päivittää luvut", "uppdatera siffrorna", "refresh the figures"],
        Submit = "submit" ["antaa", "lämna in", "submit"],
        Return = "return" ["palauttaa täydennettäväksi", "återsända för komplettering", "return"],
        Confirm = "confirm" ["vahvistaa", "fastställa", "confirm"],
    }
}

impl AssessmentEvent {
    /// Whether it can happen as the round stands. What came in before a round was closed can be confirmed after it; nobody
    /// could answer what was returned then.
    pub fn happens_in(self, round: RoundStatus) -> bool {
        round.takes_answers() || (self == Self::Confirm && round == RoundStatus::Closed)
    }
}

/// Who speaks for a subject.
const SUBJECT: &[Role] =
    &[Role::RegionalCoordinator, Role::RegionalExpert, Role::ProviderEditor, Role::Integrator, Role::Applicant];

/// The steps of an assessment.
#[derive(Debug)]
pub struct Assessments;

impl Assessments {
    /// Whether a role writes answers: those who start and submit do, and nobody in their stead.
    pub fn are_written_by(role: Role) -> bool {
        SUBJECT.contains(&role)
    }
}

impl StateMachine for Assessments {
    type State = AssessmentStatus;
    type Event = AssessmentEvent;

    const NAME: StateMachineName = StateMachineName::Assessment;
    const INITIAL: AssessmentStatus = AssessmentStatus::NotStarted;
    const STEPS: &'static [Step<AssessmentStatus, AssessmentEvent>] = {
        use AssessmentEvent::{Confirm, Refresh, Return, Start, Submit};
        use AssessmentStatus::{Confirmed, InProgress, NotStarted, Returned, Submitted};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const RUNNING: Label = Label {
            fi: "kierroksen ollessa avoinna tai määräajan päätyttyä, ennen kierroksen päättämistä",
            sv: "medan omgången är öppen eller efter dess sista dag, innan omgången avslutas",
            en: "while the round is open or past due",
        };
        const COMPLETE: Label = Label {
            fi: "kierroksen ollessa avoinna tai määräajan päätyttyä, kun jokaiseen kriteeriin on vastattu ja tasot on perusteltu",
            sv: "medan omgången är öppen eller efter dess sista dag, när varje kriterium är besvarat och nivåerna motiverade",
            en: "while the round is open or past due, with an answer to each criterion and grounds for each level",
        };
        const RUNNING_OR_CLOSED: Label = Label {
            fi: "kierroksen avauduttua, myös päättämisen jälkeen",
            sv: "efter att omgången öppnats, även efter att den avslutats",
            en: "once the round has opened, also after it was closed",
        };
        &[
            Step { from: &[NotStarted], event: Start, by: SUBJECT, to: InProgress, when: Some(RUNNING) },
            Step { from: &[InProgress], event: Refresh, by: SUBJECT, to: InProgress, when: Some(RUNNING) },
            Step { from: &[Returned], event: Refresh, by: SUBJECT, to: Returned, when: Some(RUNNING) },
            Step { from: &[InProgress, Returned], event: Submit, by: SUBJECT, to: Submitted, when: Some(COMPLETE) },
            Step { from: &[Submitted], event: Return, by: DEVELOPER, to: Returned, when: Some(RUNNING) },
            Step { from: &[Submitted], event: Confirm, by: DEVELOPER, to: Confirmed, when: Some(RUNNING_OR_CLOSED) },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = AssessmentTransition::check, skip_on_field_errors = false))]
pub struct AssessmentTransition {
    /// Which step.
    pub event: AssessmentEvent,
    /// What is said with it, or null; `return` needs it. Once the assessment is confirmed, everyone reads it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

impl AssessmentTransition {
    fn check(&self) -> Result<(), ValidationError> {
        match (self.event, &self.remarks) {
            (AssessmentEvent::Return, None) => Err(Invalid::MissingField.at("remarks")),
            _ => Ok(()),
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssessmentStep {
    /// Which step.
    pub event: AssessmentEvent,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}
