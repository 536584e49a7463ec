//! Rounds of assessments: who is asked to assess what, by which framework and until when.

mod completeness;
mod status;
mod subject;
#[cfg(test)]
mod tests;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

pub use completeness::{Completeness, Progress, Standing};
pub use status::{AssessmentRoundTransition, RoundEvent, RoundStatus, Rounds};
pub use subject::{SubjectId, SubjectKind, SubjectRef};

use crate::assessment_framework::AssessmentKind;
use crate::date;
use crate::id::Id;
use crate::invalid::{Invalid, Violation};
use crate::key::Key;
use crate::noun::{Noun, NounName, Writable};
use crate::state_machine::StateMachine as _;
use crate::text::Names;
use crate::validity::distinct;
use crate::version::Version;

/// How many days after the last one a reminder may come.
const LATEST_REMINDER: Days = Days::new(365);

/// A round, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRoundFacts {
    /// The framework by which is assessed: a published one. It stays once the round is published.
    pub framework: Key,
    /// Its names.
    #[validate(nested)]
    pub names: Names,
    /// The first day of the period that is assessed.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-01-01")]
    pub first_day: NaiveDate,
    /// The last day of the period that is assessed.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2026-12-31")]
    pub last_day: NaiveDate,
    /// The day from whose beginning one can answer.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2027-01-11")]
    pub opens_on: NaiveDate,
    /// The last day on which an answer is in time. It may be moved to a later one.
    #[serde(deserialize_with = "date::needed_day")]
    #[schema(example = "2027-02-12")]
    pub due_on: NaiveDate,
    /// The days on which those who have not answered are to be reminded: from the opening to a year after the last day.
    #[serde(default, deserialize_with = "date::days")]
    #[schema(value_type = BTreeSet<NaiveDate>, max_items = 50)]
    #[validate(length(max = 50), custom(function = distinct))]
    pub reminders: Vec<NaiveDate>,
    /// Who is asked: at least one, all of one kind. Once the round is published, others may join them and none leaves.
    #[schema(value_type = BTreeSet<SubjectId>, min_items = 1, max_items = 500)]
    #[validate(length(max = 500), custom(function = distinct), custom(function = of_one_kind))]
    pub asked: Vec<SubjectId>,
}

impl AssessmentRoundFacts {
    /// What is wrong with its days.
    pub fn strange(&self) -> Vec<Violation> {
        let ends = [("/last_day", self.last_day < self.first_day), ("/due_on", self.due_on < self.opens_on)];
        let mut faults = Violation::wherever(ends, &Invalid::EndsBeforeStart);
        let first = self.opens_on;
        let last = self.due_on.checked_add_days(LATEST_REMINDER).unwrap_or(self.due_on);
        let beyond = self.reminders.iter().enumerate().filter(|(_, day)| !(first..=last).contains(day));
        faults.extend(beyond.filter(|_| first <= last).map(|(index, day)| {
            let invalid = Invalid::OutOfRange { value: day.to_string(), min: first.to_string(), max: last.to_string() };
            Violation::pointer(&format!("/reminders/{index}"), invalid)
        }));
        faults
    }

    /// Whether what was submitted for the first time on a day was late.
    pub fn is_late(&self, day: NaiveDate) -> bool {
        self.due_on < day
    }
}

/// A round asks somebody, and compares like with like.
fn of_one_kind(asked: &[SubjectId]) -> Result<(), ValidationError> {
    let Some(first) = asked.first() else { return Err(Invalid::NeededToPublish.into()) };
    match asked.iter().position(|subject| subject.kind() != first.kind()) {
        Some(index) => Err(Invalid::Contradictory.at(&index.to_string())),
        None => Ok(()),
    }
}

/// A round, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentRoundRecord {
    /// What was written.
    #[serde(flatten)]
    pub facts: AssessmentRoundFacts,
    /// What its framework assesses.
    pub assessment_kind: AssessmentKind,
    /// Where it stands, whatever the day: a draft, published (upcoming) or closed.
    pub round_status: RoundStatus,
}

impl AssessmentRoundRecord {
    /// A round that nobody but those who lead it knows of.
    pub fn new(facts: AssessmentRoundFacts, assessment_kind: AssessmentKind) -> Self {
        Self { facts, assessment_kind, round_status: Rounds::INITIAL }
    }

    /// Where it stands on a day.
    pub fn status(&self, day: NaiveDate) -> RoundStatus {
        match self.round_status {
            RoundStatus::Upcoming if self.facts.due_on < day => RoundStatus::PastDue,
            RoundStatus::Upcoming if self.facts.opens_on <= day => RoundStatus::Open,
            status => status,
        }
    }

    /// Whether everyone may read it.
    pub fn is_published(&self) -> bool {
        self.round_status != RoundStatus::Draft
    }

    /// What kind of subjects it asks.
    pub fn subject_kind(&self) -> Option<SubjectKind> {
        self.facts.asked.first().map(SubjectId::kind)
    }

    /// Those who are asked by these facts and were not before.
    pub fn newly_asked<'a>(&self, facts: &'a AssessmentRoundFacts) -> impl Iterator<Item = &'a SubjectId> {
        facts.asked.iter().filter(|subject| !self.facts.asked.contains(subject))
    }

    /// Which changes are in conflict with where the round stands on a day: what was promised to those who are asked stays.
    pub fn conflicts(&self, facts: &AssessmentRoundFacts, status: RoundStatus, not_now: &Invalid) -> Vec<Violation> {
        let before = &self.facts;
        if status == RoundStatus::Draft || before == facts {
            return Vec::new();
        }
        let begun = status != RoundStatus::Upcoming;
        let rules = [
            ("", status == RoundStatus::Closed),
            ("/framework", before.framework != facts.framework),
            ("/first_day", begun && before.first_day != facts.first_day),
            ("/last_day", begun && before.last_day != facts.last_day),
            ("/opens_on", begun && before.opens_on != facts.opens_on),
            ("/due_on", facts.due_on < before.due_on),
            ("/asked", before.asked.iter().any(|subject| !facts.asked.contains(subject))),
        ];
        Violation::wherever(rules, not_now)
    }
}

/// A round of assessments.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentRound {
    /// Its id.
    pub id: AssessmentRoundId,
    /// The framework by which is assessed.
    pub framework: Key,
    /// What the framework assesses.
    pub assessment_kind: AssessmentKind,
    /// Its names.
    pub names: Names,
    /// The first day of the period that is assessed.
    pub first_day: NaiveDate,
    /// The last day of the period that is assessed.
    pub last_day: NaiveDate,
    /// The day from whose beginning one can answer.
    pub opens_on: NaiveDate,
    /// The last day on which an answer is in time.
    pub due_on: NaiveDate,
    /// The days on which those who have not answered are to be reminded.
    #[schema(max_items = 50)]
    pub reminders: Vec<NaiveDate>,
    /// Who is asked.
    #[schema(max_items = 500)]
    pub asked: Vec<SubjectRef>,
    /// Where it stands now: it follows the clock.
    pub round_status: RoundStatus,
    /// How many of those who are asked have come how far.
    pub completeness: Completeness,
    /// The next day on which to remind; null where none is to come, and once the round is closed.
    pub next_reminder_on: Option<NaiveDate>,
    /// Who has not answered, once the first reminder is due, until the round is closed. What was returned and is not
    /// submitted again is not answered.
    #[schema(max_items = 500)]
    pub to_remind: Vec<SubjectRef>,
    /// Counts the changes of this object.
    pub version: Version,
}

/// The id of one round.
pub type AssessmentRoundId = Id<AssessmentRound>;

impl Noun for AssessmentRound {
    const NOUN: NounName = NounName::AssessmentRound;
    type Id = AssessmentRoundId;
    type Record = AssessmentRoundRecord;

    fn version(&self) -> Version {
        self.version
    }
}

impl Writable for AssessmentRound {
    type Facts = AssessmentRoundFacts;

    fn facts(record: &AssessmentRoundRecord) -> &AssessmentRoundFacts {
        &record.facts
    }
}

/// Which rounds a list shows, those that are due first first.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AssessmentRoundFilter {
    /// Those by any of these frameworks.
    #[param(value_type = Option<Vec<Key>>, max_items = 100, example = json!(["regional-self-assessment-1"]))]
    pub framework: Vec<Key>,
    /// Those in which this is assessed.
    #[param(value_type = Option<Vec<AssessmentKind>>, max_items = 100)]
    pub assessment_kind: Vec<AssessmentKind>,
    /// Those that ask subjects of these kinds.
    #[param(value_type = Option<Vec<SubjectKind>>, max_items = 100)]
    pub subject_kind: Vec<SubjectKind>,
    /// Those that stand so now.
    #[param(value_type = Option<Vec<RoundStatus>>, max_items = 100)]
    pub round_status: Vec<RoundStatus>,
}
