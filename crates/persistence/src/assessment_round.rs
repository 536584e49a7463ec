//! Rounds of assessments, with the status that follows the clock and how far each has come.

pub(crate) mod subject;

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::assessment::{Assessment, AssessmentId, AssessmentRecord, AssessmentStatus};
use digituki_domain::assessment_framework::{AssessmentFramework, AssessmentKind, FrameworkStatus};
use digituki_domain::assessment_round::{
    AssessmentRound, AssessmentRoundFacts, AssessmentRoundFilter, AssessmentRoundId, AssessmentRoundRecord,
    AssessmentRoundTransition, Progress, RoundEvent, RoundStatus, Rounds, Standing, SubjectId, SubjectKind,
};
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine as _;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::assessment_framework;
use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, refuse_conflicts, together};
use crate::noun::{Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::{assessment_rounds, assessments};
use crate::write::Tx;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = assessment_rounds)]
struct Row {
    id: String,
    framework: String,
    assessment_kind: Plain<AssessmentKind>,
    subject_kind: String,
    round_status: Plain<RoundStatus>,
    published: bool,
    opens_on: NaiveDate,
    due_on: NaiveDate,
    sort_date: String,
    record: Json<AssessmentRoundRecord>,
    version: i64,
}

type Query = assessment_rounds::BoxedQuery<'static, Backend>;

/// Lists the rounds that the caller may see, those that are due first first.
pub fn list(db: &mut AnyConnection, asked: &Asked<AssessmentRoundFilter>) -> Result<Page<AssessmentRound>> {
    let filter = &asked.filter;
    assessment_framework::require(db, "framework", &filter.framework, &asked.permit)?;
    let matching = || visible(matching(filter, asked.moment.today), &asked.permit);
    list_rows!(db, asked, matching, assessment_rounds, id, assessment_rounds::sort_date)
}

fn matching(filter: &AssessmentRoundFilter, today: NaiveDate) -> Query {
    let mut query = assessment_rounds::table.into_boxed();
    any_of!(query, assessment_rounds::framework, filter.framework);
    any_of!(query, assessment_rounds::assessment_kind, filter.assessment_kind);
    any_of!(query, assessment_rounds::subject_kind, filter.subject_kind);
    for unwanted in RoundStatus::VALUES {
        if filter.round_status.is_empty() || filter.round_status.contains(unwanted) {
            continue;
        }
        // As `AssessmentRoundRecord::status` says it: what is published is stored as upcoming.
        let is_published = || assessment_rounds::round_status.eq(RoundStatus::Upcoming.code());
        let (opens_on, due_on) = (assessment_rounds::opens_on, assessment_rounds::due_on);
        query = match unwanted {
            RoundStatus::Draft | RoundStatus::Closed => {
                query.filter(assessment_rounds::round_status.ne(unwanted.code()))
            }
            RoundStatus::Upcoming => query.filter(diesel::dsl::not(is_published().and(opens_on.gt(today)))),
            RoundStatus::Open => {
                query.filter(diesel::dsl::not(is_published().and(opens_on.le(today)).and(due_on.ge(today))))
            }
            RoundStatus::PastDue => query.filter(diesel::dsl::not(is_published().and(due_on.lt(today)))),
        };
    }
    query
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it.
fn visible(query: Query, permit: &Permit) -> Query {
    if permit.reach() == Reach::Everything { query } else { query.filter(assessment_rounds::published) }
}

/// Refuses rounds that the caller does not know of: a draft is as one that is not there.
pub(crate) fn require(db: &mut AnyConnection, asked: &[AssessmentRoundId], permit: &Permit) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let of_these = assessment_rounds::table.filter(assessment_rounds::id.eq_any(ids)).into_boxed();
    let known: Vec<String> = visible(of_these, permit).select(assessment_rounds::id).load(db)?;
    let unknown = in_query("round", asked).into_iter().filter(|(_, id)| !known.contains(&id.to_string()));
    refuse(unknown.map(|(place, id)| Violation { place, invalid: Invalid::NoSuch { value: id.to_string() } }).collect())
}

/// The round that an assessment belongs to.
pub(crate) fn of(db: &mut AnyConnection, id: &AssessmentRoundId) -> Result<Kept<AssessmentRound>> {
    AssessmentRound::find(db, id)?.ok_or_else(|| Error::Unforeseen(format!("no round {id} is stored")))
}

/// Takes a step that somebody asks for. Who is asked has an assessment to start as soon as the round is published.
pub fn transition(
    tx: &mut Tx,
    before: Kept<AssessmentRound>,
    transition: AssessmentRoundTransition,
) -> Result<Kept<AssessmentRound>> {
    let AssessmentRoundTransition { event } = transition;
    let (role, today) = (tx.role(), tx.moment().today);
    let mut record = before.record.clone();
    record.round_status = Rounds::step(record.status(today), event, role).map_err(Error::of_step)?;
    let is_publication = event == RoundEvent::Publish;
    if is_publication {
        let event = || Place::Pointer("/event".into());
        published_framework(tx.db(), "/event", &record.facts.framework)?;
        subject::require(tx.db(), record.facts.asked.iter().map(|subject| (event(), subject.clone())).collect())?;
    }
    let kept = tx.update(before, record)?;
    if is_publication {
        ask(tx, kept.id, &kept.record, kept.record.facts.asked.iter())?;
    }
    Ok(kept)
}

/// Gives each of some subjects an assessment to start.
fn ask<'a>(
    tx: &mut Tx,
    round: AssessmentRoundId,
    record: &AssessmentRoundRecord,
    subjects: impl Iterator<Item = &'a SubjectId>,
) -> Result<()> {
    for subject in subjects {
        tx.create::<Assessment>(AssessmentId::new(), AssessmentRecord::asked(round, record, subject.clone()))?;
    }
    Ok(())
}

/// What a framework assesses; refused where it is not there or not in force.
fn published_framework(db: &mut AnyConnection, pointer: &str, key: &Key) -> Result<AssessmentKind> {
    let value = key.to_string();
    let invalid = match AssessmentFramework::find(db, key)? {
        None => Invalid::NoSuch { value },
        Some(kept) if kept.record.framework_status == FrameworkStatus::Published => {
            return Ok(kept.record.facts.assessment_kind);
        }
        Some(_) => Invalid::Unpublished { value },
    };
    Err(Error::Refused(vec![Violation::pointer(pointer, invalid)]))
}

/// How the assessments of some rounds stand, with one statement.
fn standings(db: &mut AnyConnection, rounds: &[Kept<AssessmentRound>]) -> Result<HashMap<String, Vec<Standing>>> {
    type Columns = (String, Plain<SubjectId>, Plain<AssessmentStatus>, Option<NaiveDate>);
    if rounds.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Columns> = assessments::table
        .filter(among(assessments::round_id, rounds.iter().map(|kept| kept.id.to_string())))
        .select((
            assessments::round_id,
            assessments::subject,
            assessments::assessment_status,
            assessments::first_submitted_on,
        ))
        .load(db)?;
    let mut of_rounds: HashMap<String, Vec<Standing>> = HashMap::new();
    for (round, subject, status, first_submitted_on) in rows {
        let standing = Standing { subject: subject.read()?, status: status.read()?, first_submitted_on };
        of_rounds.entry(round).or_default().push(standing);
    }
    Ok(of_rounds)
}

impl Stored for AssessmentRound {
    fn find(db: &mut AnyConnection, id: &AssessmentRoundId) -> Result<Option<Kept<Self>>> {
        find_row!(db, assessment_rounds, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            framework: facts.framework.to_string(),
            assessment_kind: Plain::of(&record.assessment_kind),
            subject_kind: record.subject_kind().map_or("", SubjectKind::code).to_owned(),
            round_status: Plain::of(&record.round_status),
            published: record.is_published(),
            opens_on: facts.opens_on,
            due_on: facts.due_on,
            sort_date: facts.due_on.to_string(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, assessment_rounds, &id, &row, step);
        Ok(())
    }

    /// A draft alone goes: what was published is closed, and stays.
    fn check_removal(kept: &Kept<Self>) -> Result<()> {
        let not_now = Rounds::not_now(kept.record.round_status, Role::NationalDeveloper);
        refuse_conflicts(Violation::wherever([("", kept.record.is_published())], &not_now))
    }

    fn remove(db: &mut AnyConnection, id: &AssessmentRoundId) -> Result<()> {
        diesel::delete(assessment_rounds::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn sight(
        _: &mut AnyConnection,
        _: &AssessmentRoundId,
        record: &AssessmentRoundRecord,
        _: NaiveDate,
    ) -> Result<Sight> {
        Ok(Sight { published: record.is_published(), ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let standings = standings(db, &kept)?;
        let subjects = subject::Named::load(db, kept.iter().flat_map(|kept| &kept.record.facts.asked))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let of_round = standings.get(&id.to_string()).map(Vec::as_slice).unwrap_or_default();
                let Progress { completeness, next_reminder_on, to_remind } =
                    Progress::of(&record, of_round, moment.today);
                let round_status = record.status(moment.today);
                let AssessmentRoundRecord { facts, assessment_kind, .. } = record;
                Ok(Self {
                    id,
                    framework: facts.framework,
                    assessment_kind,
                    names: facts.names,
                    first_day: facts.first_day,
                    last_day: facts.last_day,
                    opens_on: facts.opens_on,
                    due_on: facts.due_on,
                    reminders: facts.reminders,
                    asked: subjects.all(&facts.asked)?,
                    round_status,
                    completeness,
                    next_reminder_on,
                    to_remind: subjects.all(&to_remind)?,
                    version,
                })
            })
            .collect()
    }
}

impl Written for AssessmentRound {
    fn new_id(_: &AssessmentRoundFacts) -> AssessmentRoundId {
        AssessmentRoundId::new()
    }

    fn compose(
        tx: &mut Tx,
        id: &AssessmentRoundId,
        facts: AssessmentRoundFacts,
        before: Option<&AssessmentRoundRecord>,
    ) -> Result<AssessmentRoundRecord> {
        // A framework that was in force when the round was published stays its framework.
        let assessment_kind = match before.filter(|before| before.facts.framework == facts.framework) {
            Some(before) => Ok(before.assessment_kind),
            None => published_framework(tx.db(), "/framework", &facts.framework),
        };
        let known = before.map_or(&[][..], |before| &before.facts.asked);
        let mut asked = in_body("/asked", &facts.asked);
        asked.retain(|(_, subject)| !known.contains(subject));
        together([
            refuse(facts.strange()),
            assessment_kind.as_ref().map(|_| ()).map_err(Clone::clone),
            subject::require(tx.db(), asked),
        ])?;
        let assessment_kind = assessment_kind?;
        let Some(before) = before else { return Ok(AssessmentRoundRecord::new(facts, assessment_kind)) };
        let status = before.status(tx.moment().today);
        refuse_conflicts(before.conflicts(&facts, status, &Rounds::not_now(status, tx.role())))?;
        let record = AssessmentRoundRecord { facts, assessment_kind, ..before.clone() };
        if record.is_published() {
            // Those who join are asked within the same write.
            ask(tx, *id, &record, before.newly_asked(&record.facts))?;
        }
        Ok(record)
    }
}

impl Referred for AssessmentRound {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, assessment_rounds, id, ids)
    }
}
