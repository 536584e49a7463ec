//! Assessments: what one subject answers to the criteria of a framework in one round, and what is made of it.

mod content;
mod difference;
mod figure;
mod score;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use content::MAX_ACTIONS;
pub use content::{
    ActionStatus, AnswerEvidence, AnswerType, AssessmentFacts, CriterionAnswer, ImprovementAction,
    ImprovementActionFacts,
};
pub use difference::{AssessmentDifference, CriterionDifference, Previous};
pub use figure::AssessmentFigure;
pub use score::{AssessmentScore, GoalScore, Score};
pub use steps::{AssessmentEvent, AssessmentStatus, AssessmentStep, AssessmentTransition, Assessments, MAX_STEPS};

use crate::assessment_framework::AssessmentKind;
use crate::assessment_round::{AssessmentRoundId, AssessmentRoundRecord, SubjectId, SubjectRef};
use crate::clock::Moment;
use crate::id::Id;
use crate::key::Key;
use crate::noun::{Noun, NounName, Writable};
use crate::state_machine::StateMachine as _;
use crate::version::Version;

/// An improvement action that began in an earlier cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedAction {
    /// What it is called.
    pub key: Key,
    /// The assessment from which it was carried over.
    pub carried_from: AssessmentId,
}

/// An assessment, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssessmentRecord {
    /// What its subject wrote.
    #[serde(flatten)]
    pub facts: AssessmentFacts,
    /// The round that it belongs to.
    pub round: AssessmentRoundId,
    /// The framework of the round.
    pub framework: Key,
    /// What the framework assesses.
    pub assessment_kind: AssessmentKind,
    /// Who assesses.
    pub subject: SubjectId,
    /// Where it stands.
    pub assessment_status: AssessmentStatus,
    /// When it was submitted for the first time.
    pub first_submitted_at: Option<DateTime<Utc>>,
    /// When it was submitted last.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What the registry filled in.
    pub figures: Vec<AssessmentFigure>,
    /// Which of the improvement actions began earlier.
    pub carried: Vec<CarriedAction>,
    /// What has happened to it.
    pub steps: Vec<AssessmentStep>,
}

impl AssessmentRecord {
    /// What a round asks of one subject.
    pub fn asked(round: AssessmentRoundId, record: &AssessmentRoundRecord, subject: SubjectId) -> Self {
        Self {
            facts: AssessmentFacts::default(),
            round,
            framework: record.facts.framework.clone(),
            assessment_kind: record.assessment_kind,
            subject,
            assessment_status: Assessments::INITIAL,
            first_submitted_at: None,
            submitted_at: None,
            confirmed_at: None,
            figures: Vec::new(),
            carried: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Whether everyone may read it: then nothing of it changes any more.
    pub fn is_confirmed(&self) -> bool {
        self.assessment_status == AssessmentStatus::Confirmed
    }

    /// The day, in Helsinki, on which it was submitted for the first time.
    pub fn first_submitted_on(&self) -> Option<NaiveDate> {
        self.first_submitted_at.map(|instant| Moment::at(instant).today)
    }

    /// Takes over what earlier cycles, the latest first, have left to be done, as far as there is room: what is left over is
    /// for the next cycle. What a later one says of an action counts.
    pub fn carry_over<'a>(&mut self, earlier: impl IntoIterator<Item = &'a Previous>) {
        let there = self.facts.improvement_actions.iter().map(|action| &action.key);
        let mut known: BTreeSet<Key> = there.chain(self.carried.iter().map(|carried| &carried.key)).cloned().collect();
        for previous in earlier {
            for action in &previous.record.facts.improvement_actions {
                let has_room = self.facts.improvement_actions.len() < MAX_ACTIONS;
                if known.insert(action.key.clone()) && action.action_status.is_unfinished() && has_room {
                    self.facts.improvement_actions.push(action.clone());
                    self.carried.push(CarriedAction { key: action.key.clone(), carried_from: previous.id });
                }
            }
        }
    }

    /// Which of the actions that were carried over are not there any more: they are done or dropped, not forgotten.
    pub fn forgotten<'a>(&'a self, facts: &'a AssessmentFacts) -> impl Iterator<Item = &'a Key> {
        let is_there = |key: &Key| facts.improvement_actions.iter().any(|action| action.key == *key);
        self.carried.iter().map(|carried| &carried.key).filter(move |key| !is_there(key))
    }

    /// Its improvement actions, each with where it began.
    pub fn improvement_actions(&self) -> Vec<ImprovementAction> {
        let carried_from = |key: &Key| self.carried.iter().find(|carried| carried.key == *key);
        let actions = self.facts.improvement_actions.iter().cloned();
        let told = |action: ImprovementActionFacts| ImprovementAction {
            carried_from: carried_from(&action.key).map(|carried| carried.carried_from),
            key: action.key,
            names: action.names,
            owner: action.owner,
            due_on: action.due_on,
            action_status: action.action_status,
        };
        actions.map(told).collect()
    }
}

/// What one subject answers in one round.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The round that it belongs to.
    pub round: AssessmentRoundId,
    /// The framework whose criteria it answers.
    pub framework: Key,
    /// What the framework assesses.
    pub assessment_kind: AssessmentKind,
    /// Who assesses.
    pub subject: SubjectRef,
    /// The first day of the period that is assessed, as the round says it.
    pub first_day: NaiveDate,
    /// The last day of the period that is assessed, as the round says it.
    pub last_day: NaiveDate,
    /// The last day on which it is in time, as the round says it: it may be prolonged, for all of them alike.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub assessment_status: AssessmentStatus,
    /// When it was submitted for the first time, or null.
    pub first_submitted_at: Option<DateTime<Utc>>,
    /// When it was submitted last, or null.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Whether it was submitted for the first time after the day `due_on` in Helsinki, as that day is now; false as long as
    /// it is not submitted.
    #[schema(example = false)]
    pub late: bool,
    /// When it was confirmed, or null.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What the registry knows of the subject by the metrics that the framework names, as it was when the assessment was
    /// started or its figures were refreshed last.
    #[schema(max_items = 2_000)]
    pub figures: Vec<AssessmentFigure>,
    /// The answers.
    #[schema(max_items = 80)]
    pub answers: Vec<CriterionAnswer>,
    /// What is to be done better.
    #[schema(max_items = 100)]
    pub improvement_actions: Vec<ImprovementAction>,
    /// What the answers come to.
    pub score: AssessmentScore,
    /// What has changed since the subject's last assessment in an earlier round whose framework compares with this one, of
    /// those that were confirmed before this one was; null where there is none.
    pub difference: Option<AssessmentDifference>,
    /// What has happened to it, oldest first.
    #[schema(max_items = 1_000)]
    pub steps: Vec<AssessmentStep>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one assessment.
pub type AssessmentId = Id<Assessment>;

impl Noun for Assessment {
    const NOUN: NounName = NounName::Assessment;
    type Id = AssessmentId;
    type Record = AssessmentRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for Assessment {
    type Facts = AssessmentFacts;

    fn facts(record: &AssessmentRecord) -> &AssessmentFacts {
        &record.facts
    }
}

/// Which assessments a list shows, of those that the caller may read, by subject and then as they were asked for.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AssessmentFilter {
    /// Those of any of these rounds.
    #[param(value_type = Option<Vec<AssessmentRoundId>>, max_items = 100)]
    pub round: Vec<AssessmentRoundId>,
    /// Those of any of these kinds.
    #[param(value_type = Option<Vec<AssessmentKind>>, max_items = 100)]
    pub assessment_kind: Vec<AssessmentKind>,
    /// Those of any of these subjects.
    #[param(value_type = Option<Vec<SubjectId>>, max_items = 100)]
    pub subject: Vec<SubjectId>,
    /// Those that stand so.
    #[param(value_type = Option<Vec<AssessmentStatus>>, max_items = 100)]
    pub assessment_status: Vec<AssessmentStatus>,
    /// Only those that were submitted late, or only those that were not, or not yet.
    pub late: Option<bool>,
}
