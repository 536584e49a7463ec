//! Where a framework stands, what can happen to it, and what regions say of it meanwhile.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::CriterionCode;
use crate::area::{AreaRef, RegionCode};
use crate::role::Role;
use crate::state_machine::{StateMachine, StateMachineName, Step};
use crate::text::{Descriptions, Label, Text};
use crate::version::Version;
use crate::vocabulary::vocabulary;

/// The most comments that a framework keeps of one region.
pub const MAX_COMMENTS_OF_REGION: usize = 20;
/// The most steps that a framework takes.
pub const MAX_STEPS: usize = 100;

vocabulary! {
    /// Where an assessment framework stands.
    pub enum FrameworkStatus = "framework_status" {
        Draft = "draft" ["luonnos", "utkast", "draft"],
        Commented = "commented" ["kommentoitavana", "på kommentarsrunda", "open for comments"],
        Published = "published" ["julkaistu", "publicerad", "published"],
        Retired = "retired" ["poistettu käytöstä", "tagen ur bruk", "retired"],
    }
}

impl FrameworkStatus {
    /// Whether it is settled for good: nothing that it says changes any more.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Published | Self::Retired)
    }

    /// Whether everyone may read it.
    pub fn is_public(self) -> bool {
        self != Self::Draft
    }
}

vocabulary! {
    /// What happens to an assessment framework.
    pub enum FrameworkEvent = "framework_event" {
        OpenForComments = "open_for_comments" ["avata kommentoitavaksi", "öppna för kommentarer", "open for comments"],
        Revise = "revise" ["ottaa muokattavaksi", "ta tillbaka för bearbetning", "revise"],
        Publish = "publish" ["julkaista", "publicera", "publish"],
        Retire = "retire" ["poistaa käytöstä", "ta ur bruk", "retire"],
    }
}

/// The steps of an assessment framework.
#[derive(Debug)]
pub struct AssessmentFrameworks;

impl StateMachine for AssessmentFrameworks {
    type State = FrameworkStatus;
    type Event = FrameworkEvent;

    const NAME: StateMachineName = StateMachineName::AssessmentFramework;
    const INITIAL: FrameworkStatus = FrameworkStatus::Draft;
    const STEPS: &'static [Step<FrameworkStatus, FrameworkEvent>] = {
        use FrameworkEvent::{OpenForComments, Publish, Retire, Revise};
        use FrameworkStatus::{Commented, Draft, Published, Retired};
        const DEVELOPER: &[Role] = &[Role::NationalDeveloper];
        const COMPLETE: Label = Label {
            fi: "jokainen edellisen version ja tämän version kriteeri on kuvauksessa, eikä edellisellä ole jo seuraajaa",
            sv: "varje kriterium i den föregående och i denna version finns i mappningen, och den föregående har ingen efterföljare",
            en: "the mapping names each criterion of the predecessor and of this version, and the predecessor has no successor yet",
        };
        &[
            Step { from: &[Draft], event: OpenForComments, by: DEVELOPER, to: Commented, when: None },
            Step { from: &[Commented], event: Revise, by: DEVELOPER, to: Draft, when: None },
            Step { from: &[Commented], event: Publish, by: DEVELOPER, to: Published, when: Some(COMPLETE) },
            Step { from: &[Published], event: Retire, by: DEVELOPER, to: Retired, when: None },
        ]
    };
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FrameworkTransition {
    /// Which step.
    pub event: FrameworkEvent,
    /// What is said with it, or null. Whoever reads the framework reads it.
    #[validate(nested)]
    pub remarks: Option<Descriptions>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrameworkStep {
    /// Which step.
    pub event: FrameworkEvent,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What was said with it, or null.
    pub remarks: Option<Descriptions>,
}

/// What is said of a framework: up to 1,000 characters a language.
type CommentTexts = Text<1_000>;

/// What a region says of a framework, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FrameworkCommentFacts {
    /// The region that says it; one of those that the caller works for.
    pub region: RegionCode,
    /// The criterion that it is said of; null where it is said of the whole.
    pub criterion: Option<CriterionCode>,
    /// What is said. Everyone reads it.
    #[validate(nested)]
    pub texts: CommentTexts,
}

/// What a region said of a framework, as it is kept: neither a person nor a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptComment {
    /// What was written.
    #[serde(flatten)]
    pub facts: FrameworkCommentFacts,
    /// The version of the framework of which it was said.
    pub framework_version: Version,
    /// When it was said.
    pub commented_at: DateTime<Utc>,
}

/// What a region said of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FrameworkComment {
    /// The region.
    pub region: AreaRef,
    /// The criterion that it was said of; null where it was said of the whole. A later version may not have it any more.
    pub criterion: Option<CriterionCode>,
    /// The version of the framework of which it was said: `known_at` the instant of the comment shows it.
    pub framework_version: Version,
    /// What was said.
    pub texts: CommentTexts,
    /// When it was said.
    pub commented_at: DateTime<Utc>,
}
