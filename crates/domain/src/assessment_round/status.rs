//! Where a round stands: what moves it, and how its status follows the clock.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::Label;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a round of assessments stands.
    pub enum RoundStatus = "round_status" {
        Draft = "draft" ["luonnos", "utkast", "draft"],
        Upcoming = "upcoming" ["tulossa", "kommande", "upcoming"],
        Open = "open" ["avoinna", "öppen", "open"],
        PastDue = "past_due" ["määräaika ohi", "tiden ute", "past due"],
        Closed = "closed" ["päättynyt", "avslutad", "closed"],
    }
}

impl RoundStatus {
    /// Whether those who are asked can answer: in time, or late.
    pub fn takes_answers(self) -> bool {
        matches!(self, Self::Open | Self::PastDue)
    }
}

vocabulary! {
    /// What happens to a round of assessments.
    pub enum RoundEvent = "round_event" {
        Publish = "publish" ["julkaista", "publicera", "publish"],
        Open = "open" ["avautua", "öppnas", "open"],
        FallDue = "fall_due" ["määräajan päättyä", "passera sista dagen", "fall due"],
        Prolong = "prolong" ["jatkaa määräaikaa", "förlänga tiden", "prolong"],
        Close = "close" ["päättää", "avsluta", "close"],
    }
}

/// The steps of a round.
#[derive(Debug)]
pub struct Rounds;

impl StateMachine for Rounds {
    type State = RoundStatus;
    type Event = RoundEvent;

    const NAME: StateMachineName = StateMachineName::AssessmentRound;
    const INITIAL: RoundStatus = RoundStatus::Draft;
    const STEPS: &'static [Step<RoundStatus, RoundEvent>] = {
        use RoundEvent::{Close, FallDue, Open as Opens, Prolong, Publish};
        use RoundStatus::{Closed, Draft, Open, PastDue, Upcoming};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const PUBLISHED: Label = Label {
            fi: "kun arvioinnin periaatteet on julkaistu",
            sv: "när utvärderingsprinciperna är publicerade",
            en: "with a framework that is published",
        };
        const OPENS: Label =
            Label { fi: "avautumispäivänä", sv: "den dag då omgången öppnas", en: "on the day opens_on" };
        const DUE: Label =
            Label { fi: "määräpäivän jälkeen", sv: "efter den sista dagen", en: "after the day due_on" };
        const LATER: Label = Label {
            fi: "kun määräpäivää siirretään",
            sv: "när den sista dagen flyttas fram",
            en: "where due_on is moved to a later day",
        };
        &[
            Step { from: &[Draft], event: Publish, by: DEVELOPER, to: Upcoming, when: Some(PUBLISHED) },
            Step { from: &[Upcoming], event: Opens, by: &[], to: Open, when: Some(OPENS) },
            Step { from: &[Open], event: FallDue, by: &[], to: PastDue, when: Some(DUE) },
            Step { from: &[PastDue], event: Prolong, by: &[], to: Open, when: Some(LATER) },
            Step { from: &[PastDue], event: Close, by: DEVELOPER, to: Closed, when: None },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRoundTransition {
    /// Which step.
    pub event: RoundEvent,
}
