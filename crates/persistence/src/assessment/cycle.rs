//! The cycles of a subject: its confirmed assessments, round after round.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use digituki_domain::assessment::{Assessment, AssessmentRecord, AssessmentStatus, Previous};
use digituki_domain::assessment_framework::AssessmentKind;
use digituki_domain::assessment_round::{AssessmentRound, SubjectId};
use digituki_domain::noun::Kept;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::column::{self, Json};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{assessment_rounds, assessments};

/// When a round comes among others: by its opening, and of two that open on one day by its id, which is made later the
/// later the round is.
type Turn = (NaiveDate, String);

/// The confirmed assessments of some subjects, by subject and kind, in the order of their rounds.
pub(super) struct Cycles(HashMap<(SubjectId, AssessmentKind), Vec<(Turn, Previous)>>);

impl Cycles {
    /// Those of the subjects of some assessments, with one statement.
    pub(super) fn load<'a>(db: &mut AnyConnection, of: impl Iterator<Item = &'a Kept<Assessment>>) -> Result<Self> {
        type Columns = (String, Json<AssessmentRecord>, NaiveDate);
        let wanted: BTreeSet<(String, &str)> =
            of.map(|kept| (kept.record.subject.to_string(), kept.record.assessment_kind.code())).collect();
        if wanted.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let subjects: BTreeSet<String> = wanted.iter().map(|(subject, _)| subject.clone()).collect();
        let kinds: BTreeSet<&str> = wanted.iter().map(|(_, kind)| *kind).collect();
        let rows: Vec<Columns> = assessments::table
            .inner_join(assessment_rounds::table)
            .filter(among(assessments::subject, subjects))
            .filter(among(assessments::assessment_kind, kinds))
            .filter(assessments::assessment_status.eq(AssessmentStatus::Confirmed.code()))
            .order((assessment_rounds::opens_on, assessment_rounds::id))
            .select((assessments::id, assessments::record, assessment_rounds::opens_on))
            .load(db)?;
        let mut cycles: HashMap<_, Vec<_>> = HashMap::new();
        for (id, record, opens_on) in rows {
            let record = record.read()?;
            let turn = (opens_on, record.round.to_string());
            let of_subject = cycles.entry((record.subject.clone(), record.assessment_kind)).or_default();
            of_subject.push((turn, Previous { id: column::parse(&id)?, record }));
        }
        Ok(Self(cycles))
    }

    /// Those of rounds before one, the latest first, that were confirmed by an instant, and before the assessment itself was.
    pub(super) fn before(
        &self,
        record: &AssessmentRecord,
        round: &Kept<AssessmentRound>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &Previous> {
        let turn = (round.record.facts.opens_on, round.id.to_string());
        let by = record.confirmed_at.map_or(now, |at| at.min(now));
        let of_subject = self.0.get(&(record.subject.clone(), record.assessment_kind)).into_iter().flatten();
        let earlier = of_subject.rev().filter(move |(known, _)| *known < turn);
        let confirmed = earlier.filter(move |(_, one)| one.record.confirmed_at.is_some_and(|at| at <= by));
        confirmed.map(|(_, previous)| previous)
    }
}
