//! What a pilot does, how far it has come with it, and what it has seen of the operating model.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::application::FunctionalPart;
use crate::contact::Website;
use crate::date;
use crate::invalid::Invalid;
use crate::text::{Descriptions, Names};
use crate::validity::at_most;
use crate::vocabulary::vocabulary;

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

vocabulary! {
    /// How far a pilot has come with a task.
    pub enum ProgressStatus = "progress_status" {
        NotStarted = "not_started" ["ei aloitettu", "inte påbörjat", "not started"],
        InProgress = "in_progress" ["käynnissä", "pågår", "in progress"],
        Done = "done" ["valmis", "klart", "done"],
    }
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

/// How far a pilot has come with a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = PilotProgress::check, skip_on_field_errors = false))]
pub struct PilotProgress {
    /// The task.
    pub task_type: PilotTaskType,
    /// How far it has come.
    pub progress_status: ProgressStatus,
    /// What has been done, or null.
    #[validate(nested)]
    pub descriptions: Option<Descriptions>,
    /// What shows it.
    #[schema(max_items = 20)]
    #[validate(nested)]
    pub evidence: Vec<PilotEvidence>,
    /// The day on which it stood so, which is not to come.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-11-20")]
    pub observed_on: NaiveDate,
}

impl PilotProgress {
    fn check(&self) -> Result<(), ValidationError> {
        at_most(20, &self.evidence, "evidence")
    }

    /// Refuses two that speak of the same task.
    pub(super) fn check_distinct(all: &[Self]) -> Result<(), ValidationError> {
        let mut seen = HashSet::new();
        match all.iter().enumerate().find(|(_, progress)| !seen.insert(progress.task_type)) {
            Some((index, Self { task_type, .. })) => {
                Err(Invalid::RepeatedValue { value: task_type.to_string() }.at(&format!("progress/{index}/task_type")))
            }
            None => Ok(()),
        }
    }
}

/// Something published that shows what a pilot has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PilotEvidence {
    /// What it is called.
    #[validate(nested)]
    pub names: Names,
    /// Where it is published.
    pub url: Website,
}

/// What a pilot has seen of the operating model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PilotObservation {
    /// The day on which it was seen, which is not to come.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-11-20")]
    pub observed_on: NaiveDate,
    /// What was seen.
    #[validate(nested)]
    pub descriptions: Descriptions,
    /// The part of the model that it is about; null for the model as a whole.
    pub model_part: Option<FunctionalPart>,
}
