//! Where an application stands, and what can happen to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where an application stands.
    pub enum ApplicationStatus = "application_status" {
        Draft = "draft" ["luonnos", "utkast", "draft"],
        Submitted = "submitted" ["jätetty", "inlämnad", "submitted"],
        AdditionalInformationRequested = "additional_information_requested"
            ["lisätietoja pyydetty", "tilläggsuppgifter begärda", "additional information requested"],
        UnderReview = "under_review" ["käsittelyssä", "under behandling", "under review"],
        Recommended = "recommended" ["esitetty hyväksyttäväksi", "föreslagen för godkännande", "recommended"],
        Granted = "granted" ["myönnetty", "beviljad", "granted"],
        PartiallyGranted = "partially_granted" ["osittain myönnetty", "delvis beviljad", "partially granted"],
        Rejected = "rejected" ["hylätty", "avslagen", "rejected"],
        Withdrawn = "withdrawn" ["peruttu", "återkallad", "withdrawn"],
        DeclinedByApplicant = "declined_by_applicant"
            ["hakija luopunut", "avböjd av sökanden", "declined by the applicant"],
    }
}

vocabulary! {
    /// What happens to an application.
    pub enum ApplicationEvent = "application_event" {
        Comment = "comment" ["kommentoida", "kommentera", "comment"],
        Submit = "submit" ["jättää", "lämna in", "submit"],
        StartReview = "start_review" ["ottaa käsittelyyn", "ta upp till behandling", "start the review"],
        RequestInformation = "request_information"
            ["pyytää lisätietoja", "begära tilläggsuppgifter", "request additional information"],
        ProvideInformation = "provide_information"
            ["antaa lisätiedot", "lämna tilläggsuppgifter", "provide additional information"],
        Recommend = "recommend" ["esittää hyväksyttäväksi", "föreslå för godkännande", "recommend"],
        ReturnToReview = "return_to_review" ["palauttaa käsittelyyn", "återföra till behandling", "return to the review"],
        Grant = "grant" ["myöntää", "bevilja", "grant"],
        GrantPartially = "grant_partially" ["myöntää osittain", "bevilja delvis", "grant partially"],
        Reject = "reject" ["hylätä", "avslå", "reject"],
        Withdraw = "withdraw" ["perua", "återkalla", "withdraw"],
        Decline = "decline" ["luopua", "avböja", "decline"],
    }
}

/// The steps of an application.
#[derive(Debug)]
pub struct Applications;

impl StateMachine for Applications {
    type State = ApplicationStatus;
    type Event = ApplicationEvent;

    const NAME: StateMachineName = StateMachineName::Application;
    const INITIAL: ApplicationStatus = ApplicationStatus::Draft;
    const STEPS: &'static [Step<ApplicationStatus, ApplicationEvent>] = {
        use ApplicationEvent::{
            Comment, Decline, Grant, GrantPartially, ProvideInformation, Recommend, Reject, RequestInformation,
            ReturnToReview, StartReview, Submit, Withdraw,
        };
        use ApplicationStatus::{
            AdditionalInformationRequested as Asked, DeclinedByApplicant, Draft, Granted, PartiallyGranted,
            Recommended, Rejected, Submitted, UnderReview, Withdrawn,
        };
        const APPLICANT: &[Role] = &[Role::Applicant];
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const OPENED: Label = Label {
            fi: "jos hakija on avannut luonnoksen kommentoitavaksi",
            sv: "om sökanden har öppnat utkastet för kommentarer",
            en: "if the applicant has opened the draft for comments",
        };
        const OPEN: Label = Label {
            fi: "haun ollessa avoinna ja lomakkeen ollessa täytetty",
            sv: "när ansökningsomgången är öppen och blanketten är ifylld",
            en: "while the call is open, with the form filled in",
        };
        const FILLED_IN: Label =
            Label {
                fi: "lomakkeen ollessa täytetty", sv: "när blanketten är ifylld", en: "with the form filled in"
            };
        const UNTOUCHED: Label = Label {
            fi: "ennen pilotin alkua ja ensimmäistä maksua",
            sv: "innan pilotförsöket börjar och något har betalats",
            en: "before the pilot begins and before any payment",
        };
        const DECISION: Label = Label {
            fi: "kun haun päätökset julkaistaan",
            sv: "när besluten om ansökningsomgången publiceras",
            en: "when the decisions on the call are published",
        };
        // Also what waits for additional information: an applicant who does not answer holds up nobody else.
        const HANDED_IN: &[ApplicationStatus] = &[Submitted, Asked, UnderReview, Recommended];
        &[
            Step { from: &[Draft], event: Comment, by: DEVELOPER, to: Draft, when: Some(OPENED) },
            Step { from: &[Draft], event: Submit, by: APPLICANT, to: Submitted, when: Some(OPEN) },
            Step { from: &[Submitted], event: StartReview, by: DEVELOPER, to: UnderReview, when: None },
            Step { from: &[Submitted, UnderReview], event: RequestInformation, by: DEVELOPER, to: Asked, when: None },
            Step { from: &[Asked], event: ProvideInformation, by: APPLICANT, to: UnderReview, when: Some(FILLED_IN) },
            Step { from: &[UnderReview], event: Recommend, by: DEVELOPER, to: Recommended, when: None },
            Step { from: &[Recommended], event: ReturnToReview, by: DEVELOPER, to: UnderReview, when: None },
            Step { from: HANDED_IN, event: Grant, by: &[], to: Granted, when: Some(DECISION) },
            Step { from: HANDED_IN, event: GrantPartially, by: &[], to: PartiallyGranted, when: Some(DECISION) },
            Step { from: HANDED_IN, event: Reject, by: &[], to: Rejected, when: Some(DECISION) },
            Step { from: HANDED_IN, event: Withdraw, by: APPLICANT, to: Withdrawn, when: None },
            Step {
                from: &[Granted, PartiallyGranted],
                event: Decline,
                by: APPLICANT,
                to: DeclinedByApplicant,
                when: Some(UNTOUCHED),
            },
        ]
    };
}

/// How many steps an application takes at most.
pub const MOST_STEPS: usize = 1_000;

impl ApplicationStatus {
    /// Whether the applicant may change what it says.
    pub fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::AdditionalInformationRequested)
    }

    /// Whether it waits for a decision.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Submitted | Self::AdditionalInformationRequested | Self::UnderReview | Self::Recommended)
    }

    /// Whether it was granted, in whole or in part.
    pub fn is_favourable(self) -> bool {
        matches!(self, Self::Granted | Self::PartiallyGranted)
    }
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ApplicationTransition {
    /// Which step.
    pub event: ApplicationEvent,
    /// What is said with it: what information is asked for, what is answered. Applicant and developer read it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationStep {
    /// Which step.
    pub event: ApplicationEvent,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}
