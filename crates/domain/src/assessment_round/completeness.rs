//! How far a round has come: who has answered, in time or late.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{AssessmentRoundRecord, RoundStatus, SubjectId};
use crate::assessment::AssessmentStatus;

/// How the assessment of one who is asked stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Who is asked.
    pub subject: SubjectId,
    /// Where its assessment stands.
    pub status: AssessmentStatus,
    /// The day, in Helsinki, on which it was submitted for the first time.
    pub first_submitted_on: Option<NaiveDate>,
}

/// How many of those who are asked have come how far.
///
/// `not_started`, `in_progress`, `submitted`, `returned` and `confirmed` together are `asked`. Whatever has happened since,
/// `on_time` and `late` count those that were submitted for the first time no later than on the day `due_on` or after it;
/// `missing` are those that, after that day, have never been submitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Completeness {
    /// How many are asked.
    #[schema(minimum = 0, maximum = 500, example = 14)]
    pub asked: usize,
    /// Of those, how many have not begun.
    #[schema(minimum = 0, maximum = 500, example = 1)]
    pub not_started: usize,
    /// How many are at it.
    #[schema(minimum = 0, maximum = 500, example = 0)]
    pub in_progress: usize,
    /// How many have submitted and wait.
    #[schema(minimum = 0, maximum = 500, example = 3)]
    pub submitted: usize,
    /// How many have had theirs returned.
    #[schema(minimum = 0, maximum = 500, example = 0)]
    pub returned: usize,
    /// How many are confirmed.
    #[schema(minimum = 0, maximum = 500, example = 10)]
    pub confirmed: usize,
    /// How many have answered: submitted and not returned, or confirmed.
    #[schema(minimum = 0, maximum = 500, example = 13)]
    pub answered: usize,
    /// How many submitted for the first time no later than on the day `due_on`.
    #[schema(minimum = 0, maximum = 500, example = 12)]
    pub on_time: usize,
    /// How many submitted for the first time after it.
    #[schema(minimum = 0, maximum = 500, example = 1)]
    pub late: usize,
    /// How many have never submitted and should have; none before that day has passed.
    #[schema(minimum = 0, maximum = 500, example = 1)]
    pub missing: usize,
    /// `answered` divided by `asked`, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.928_571_428_571_428_6)]
    pub share_answered: f64,
}

/// What follows from how the assessments of a round stand on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How many have come how far.
    pub completeness: Completeness,
    /// The next day on which to remind.
    pub next_reminder_on: Option<NaiveDate>,
    /// Whom to remind, in the order in which they are asked.
    pub to_remind: Vec<SubjectId>,
}

impl Progress {
    /// How far a round has come by a day. Who has no standing has not begun.
    pub fn of(round: &AssessmentRoundRecord, standings: &[Standing], today: NaiveDate) -> Self {
        let (facts, status) = (&round.facts, round.status(today));
        let of_asked: Vec<&Standing> = standings.iter().filter(|one| facts.asked.contains(&one.subject)).collect();
        let count = |wanted: AssessmentStatus| of_asked.iter().filter(|one| one.status == wanted).count();
        let asked = facts.asked.len();
        let (in_progress, returned) = (count(AssessmentStatus::InProgress), count(AssessmentStatus::Returned));
        let (submitted, confirmed) = (count(AssessmentStatus::Submitted), count(AssessmentStatus::Confirmed));
        let first_submitted = || of_asked.iter().filter_map(|one| one.first_submitted_on);
        let late = first_submitted().filter(|day| facts.is_late(*day)).count();
        let ever = first_submitted().count();
        let is_over = matches!(status, RoundStatus::PastDue | RoundStatus::Closed);
        let answered = submitted + confirmed;
        let completeness = Completeness {
            asked,
            not_started: asked - (in_progress + submitted + returned + confirmed),
            in_progress,
            submitted,
            returned,
            confirmed,
            answered,
            on_time: ever - late,
            late,
            missing: if is_over { asked - ever } else { 0 },
            share_answered: share(answered, asked),
        };
        let is_running = status.takes_answers();
        let is_told = is_running && facts.reminders.iter().any(|day| *day <= today);
        let has_answered =
            |subject: &SubjectId| of_asked.iter().any(|one| one.subject == *subject && one.status.is_answered());
        let waited_for = facts.asked.iter().filter(|subject| is_told && !has_answered(subject));
        let next = facts.reminders.iter().copied().filter(|day| *day > today).min();
        Self {
            completeness,
            next_reminder_on: next.filter(|_| is_running || status == RoundStatus::Upcoming),
            to_remind: waited_for.cloned().collect(),
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}
