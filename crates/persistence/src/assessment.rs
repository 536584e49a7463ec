//! Assessments, with what they come to and what has changed since the last cycle.

mod cycle;
mod figures;

use chrono::NaiveDate;
use diesel::dsl::{auto_type, exists, not};
use diesel::prelude::*;
use digituki_domain::assessment::{
    Assessment, AssessmentDifference, AssessmentEvent, AssessmentFacts, AssessmentFilter, AssessmentId,
    AssessmentRecord, AssessmentScore, AssessmentStatus, AssessmentStep, AssessmentTransition, Assessments, MAX_STEPS,
};
use digituki_domain::assessment_framework::{AssessmentFramework, AssessmentFrameworkFacts, AssessmentKind, Lineage};
use digituki_domain::assessment_round::{AssessmentRound, RoundStatus, SubjectId};
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::{Kept, Noun as _};
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::provider::Provider;
use digituki_domain::state_machine::StateMachine as _;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::assessment_round::{self, subject};
use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query, refuse, refuse_conflicts, together};
use crate::noun::{Columns, Step, Stored, Written, find_row, kept as kept_of, list_rows, put_row, records};
use crate::page::{Asked, Page};
use crate::schema::{assessment_rounds, assessments, merged_objects};
use crate::write::Tx;
use crate::{assessment_framework, provider};

use cycle::Cycles;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = assessments, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    round_id: String,
    assessment_kind: Plain<AssessmentKind>,
    subject: String,
    subject_id: String,
    assessment_status: Plain<AssessmentStatus>,
    confirmed: bool,
    first_submitted_on: Option<NaiveDate>,
    record: Json<AssessmentRecord>,
    version: i64,
}

type Query = assessments::BoxedQuery<'static, Backend>;

/// Lists the assessments that the caller may see, by subject and then as they were asked for.
pub fn list(db: &mut AnyConnection, asked: &Asked<AssessmentFilter>) -> Result<Page<Assessment>> {
    let (filter, permit, today) = (&asked.filter, &asked.permit, asked.moment.today);
    together([
        assessment_round::require(db, &filter.round, permit),
        subject::require_known(db, in_query("subject", &filter.subject)),
    ])?;
    let own = subject::own(db, permit, today)?;
    let seats = provider::seats_of(db, permit, today)?;
    let matching = || visible(matching(filter), permit, &own, &seats);
    list_rows!(db, asked, matching, assessments, id, assessments::subject)
}

fn matching(filter: &AssessmentFilter) -> Query {
    let mut query = assessments::table.into_boxed();
    any_of!(query, assessments::round_id, filter.round);
    any_of!(query, assessments::assessment_kind, filter.assessment_kind);
    any_of!(query, assessments::subject, filter.subject);
    any_of!(query, assessments::assessment_status, filter.assessment_status);
    match filter.late {
        Some(true) => query.filter(exists(missed())),
        Some(false) => query.filter(not(exists(missed()))),
        None => query,
    }
}

/// The round of an assessment that came after its last day.
#[auto_type(no_type_alias)]
fn missed() -> _ {
    let own = assessment_rounds::id.eq(assessments::round_id);
    let before = assessment_rounds::due_on.nullable().lt(assessments::first_submitted_on);
    assessment_rounds::table.filter(own).filter(before)
}

/// Whether some providers assess, or such as were merged into them.
macro_rules! of_providers {
    ($providers:expr) => {{
        let merged = merged_objects::table
            .filter(merged_objects::noun.eq(Provider::NOUN.code()))
            .filter(merged_objects::survivor.eq_any($providers))
            .select(merged_objects::id);
        assessments::subject_id.eq_any($providers).or(assessments::subject_id.eq_any(merged))
    }};
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it of the sight of the subject.
fn visible(query: Query, permit: &Permit, own: &[String], seats: &[String]) -> Query {
    let caller = &permit.caller;
    let readable = assessments::confirmed.or(assessments::subject.eq_any(own.to_vec()));
    match (permit.reach(), caller.organisation) {
        (Reach::Everything, _) => query,
        (Reach::Regions, _) => {
            let regions = || provider::of_regions(provider::codes(&caller.regions), seats.to_vec());
            query.filter(readable.or(of_providers!(regions())))
        }
        (Reach::Organisation, Some(own)) => {
            let organisation = || provider::of_organisation(vec![own.to_string()]);
            query.filter(readable.or(of_providers!(organisation())))
        }
        (Reach::Organisation, None) | (Reach::Named | Reach::Published | Reach::Nothing, _) => {
            query.filter(assessments::confirmed)
        }
    }
}

/// Whether a subject was ever asked.
pub(crate) fn has_any(db: &mut AnyConnection, subject: &SubjectId) -> Result<bool> {
    let of_subject = assessments::table.filter(assessments::subject.eq(subject.to_string()));
    Ok(diesel::select(exists(of_subject)).get_result(db)?)
}

/// Passes on what a subject assesses, when it belongs to others than before.
pub(crate) fn pass_on(tx: &mut Tx, subject: &SubjectId, before: &Sight) -> Result<()> {
    let rows: Vec<Columns<Assessment>> = assessments::table
        .filter(assessments::subject.eq(subject.to_string()))
        .order(assessments::id)
        .select((assessments::id, assessments::record, assessments::version))
        .load(tx.db())?;
    for kept in kept_of::<Assessment>(rows)? {
        tx.change_hands(kept, before)?;
    }
    Ok(())
}

/// Takes a step that somebody asks for.
pub fn transition(tx: &mut Tx, before: Kept<Assessment>, transition: AssessmentTransition) -> Result<Kept<Assessment>> {
    let AssessmentTransition { event, remarks } = transition;
    let role = tx.role();
    let moment @ Moment { now, today } = tx.moment();
    let mut record = before.record.clone();
    record.assessment_status = Assessments::step(record.assessment_status, event, role).map_err(Error::of_step)?;
    let round = assessment_round::of(tx.db(), &record.round)?;
    let standing = round.record.status(today);
    refuse_conflicts(Violation::wherever([("/event", !event.happens_in(standing))], &not_now(standing)))?;
    let is_full = record.steps.len() >= MAX_STEPS;
    refuse_conflicts(Violation::wherever([("", is_full)], &Invalid::TooMany { max: MAX_STEPS }))?;
    if Assessments::are_written_by(role) {
        // An earlier cycle may have been confirmed in the meantime.
        let cycles = Cycles::load(tx.db(), std::iter::once(&before))?;
        record.carry_over(cycles.before(&before.record, &round, now));
    }
    match event {
        AssessmentEvent::Start | AssessmentEvent::Refresh => {
            let framework = framework(tx.db(), &record.framework)?;
            tx.write_points()?;
            record.figures = figures::of(tx.db(), &record.subject, &framework, moment)?;
        }
        AssessmentEvent::Submit => {
            let framework = framework(tx.db(), &record.framework)?;
            let forgotten = record.forgotten(&record.facts).map(|key| {
                let what = Some(key.to_string());
                Violation::pointer("/improvement_actions", Invalid::NeededToSubmit { what })
            });
            refuse(record.facts.missing(&framework).into_iter().chain(forgotten).collect())?;
            record.first_submitted_at.get_or_insert(now);
            record.submitted_at = Some(now);
        }
        AssessmentEvent::Return => (),
        AssessmentEvent::Confirm => record.confirmed_at = Some(now),
    }
    // That figures are as of another day they say themselves.
    if event != AssessmentEvent::Refresh {
        record.steps.push(AssessmentStep { event, taken_at: now, remarks });
    }
    tx.update(before, record)
}

/// What cannot be done as a round stands.
fn not_now(round: RoundStatus) -> Invalid {
    Invalid::NotNow { state: round.code().to_owned(), legal: Vec::new() }
}

/// The framework that an assessment answers.
fn framework(db: &mut AnyConnection, key: &Key) -> Result<AssessmentFrameworkFacts> {
    let kept = AssessmentFramework::find(db, key)?;
    Ok(kept.ok_or_else(|| Error::Unforeseen(format!("an assessment answers no framework: {key}")))?.record.facts)
}

impl Stored for Assessment {
    fn find(db: &mut AnyConnection, id: &AssessmentId) -> Result<Option<Kept<Self>>> {
        find_row!(db, assessments, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            round_id: record.round.to_string(),
            assessment_kind: Plain::of(&record.assessment_kind),
            subject: record.subject.to_string(),
            subject_id: record.subject.id(),
            assessment_status: Plain::of(&record.assessment_status),
            confirmed: record.is_confirmed(),
            first_submitted_on: record.first_submitted_on(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, assessments, &id, &row, step);
        Ok(())
    }

    /// By law alone: what was asked for stays.
    fn remove(db: &mut AnyConnection, id: &AssessmentId) -> Result<()> {
        diesel::delete(assessments::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// Its subject's, until it is confirmed: then everyone's to read.
    fn sight(db: &mut AnyConnection, _: &AssessmentId, record: &AssessmentRecord, today: NaiveDate) -> Result<Sight> {
        Ok(Sight { published: record.is_confirmed(), ..subject::sight(db, &record.subject, today)? })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let rounds = records::<AssessmentRound>(db, kept.iter().map(|kept| kept.record.round))?;
        let mut kinds: Vec<AssessmentKind> = kept.iter().map(|kept| kept.record.assessment_kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let frameworks = assessment_framework::settled(db, &kinds)?;
        let subjects = subject::Named::load(db, kept.iter().map(|kept| &kept.record.subject))?;
        let cycles = Cycles::load(db, kept.iter())?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let round = rounds.get(&record.round.to_string()).cloned();
                let round = round.ok_or_else(|| Error::Unforeseen(format!("assessment {id} is of no round")))?;
                let framework = frameworks.get(&record.framework);
                let framework =
                    framework.ok_or_else(|| Error::Unforeseen(format!("assessment {id} answers no framework")))?;
                let round = Kept { id: record.round, record: round, version };
                let difference = cycles.before(&record, &round, moment.now).find_map(|previous| {
                    let lineage = Lineage::between(&frameworks, &previous.record.framework, &record.framework)?;
                    Some(AssessmentDifference::since(previous, &record.facts, framework, &lineage))
                });
                let due = round.record.facts;
                Ok(Self {
                    id,
                    round: record.round,
                    assessment_kind: record.assessment_kind,
                    subject: subjects.get(&record.subject)?,
                    first_day: due.first_day,
                    last_day: due.last_day,
                    due_on: due.due_on,
                    assessment_status: record.assessment_status,
                    first_submitted_at: record.first_submitted_at,
                    submitted_at: record.submitted_at,
                    late: record.first_submitted_on().is_some_and(|day| due.is_late(day)),
                    confirmed_at: record.confirmed_at,
                    score: AssessmentScore::of(&record.facts, framework),
                    difference,
                    improvement_actions: record.improvement_actions(),
                    framework: record.framework,
                    figures: record.figures,
                    answers: record.facts.answers,
                    steps: record.steps,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Assessment {
    fn new_id(_: &AssessmentFacts) -> AssessmentId {
        AssessmentId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &AssessmentId,
        facts: AssessmentFacts,
        before: Option<&AssessmentRecord>,
    ) -> Result<AssessmentRecord> {
        let Some(before) = before else {
            return Err(Error::Unforeseen(format!("assessment {id} was asked for by no round")));
        };
        if !Assessments::are_written_by(tx.role()) {
            return Err(Error::Forbidden);
        }
        if before.facts == facts {
            return Ok(before.clone());
        }
        let framework = framework(tx.db(), &before.framework)?;
        refuse(facts.repeated().into_iter().chain(facts.strange(&framework)).collect())?;
        let status = before.assessment_status;
        let settled = Assessments::not_now(status, tx.role());
        refuse_conflicts(Violation::wherever([("", !status.is_editable())], &settled))?;
        let round = assessment_round::of(tx.db(), &before.round)?;
        let standing = round.record.status(tx.moment().today);
        refuse_conflicts(Violation::wherever([("", !standing.takes_answers())], &not_now(standing)))?;
        Ok(AssessmentRecord { facts, ..before.clone() })
    }
}
