//! Decisions on the applications to a call, and what comes of them.

use diesel::prelude::*;
use digituki_domain::application::{Application, Applications};
use digituki_domain::area::AreaId;
use digituki_domain::call::{Call, CallEventName, CallOutcome, CallRecord, Calls};
use digituki_domain::clock::Moment;
use digituki_domain::decision::{
    CallDecision, Decision, DecisionFilter, DecisionId, DecisionRecord, DecisionResult, NewDecision, Pending,
};
use digituki_domain::grant::{EntryType, Grant, GrantEvent, GrantFacts, GrantTransition};
use digituki_domain::invalid::Violation;
use digituki_domain::money::Money;
use digituki_domain::noun::Kept;
use digituki_domain::pilot::{Pilot, PilotEvent, PilotFacts, PilotStatus, PilotStep};
use digituki_domain::policy::Sight;
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine as _;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query, refuse};
use crate::noun::{self, Columns, Step, Stored, find_row, list_rows, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::decisions;
use crate::write::Tx;
use crate::{application, call, grant, municipality, organisation, pilot};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = decisions, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    call: String,
    application_id: String,
    applicant_id: String,
    decision_result: Plain<DecisionResult>,
    sort_date: String,
    record: Json<DecisionRecord>,
    version: i64,
}

/// Lists decisions, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<DecisionFilter>) -> Result<Page<Decision>> {
    let filter = &asked.filter;
    call::require(db, &filter.call, &asked.permit)?;
    organisation::require(db, in_query("applicant", &filter.applicant))?;
    let matching = || -> decisions::BoxedQuery<'static, Backend> {
        let mut query = decisions::table.into_boxed();
        any_of!(query, decisions::call, filter.call);
        any_of!(query, decisions::applicant_id, filter.applicant);
        any_of!(query, decisions::decision_result, filter.decision_result);
        query
    };
    list_rows!(db, asked, matching, decisions, id, decisions::sort_date)
}

/// Decides on a call: publishes the decision on every application that waits for one, and creates the pilots and grants
/// that come of them.
pub fn decide(tx: &mut Tx, before: Kept<Call>, decision: &CallDecision) -> Result<Kept<Call>> {
    let moment = tx.moment();
    let status = call::status(tx.db(), &before.id, &before.record, moment)?;
    let role = tx.role();
    Calls::step(status, CallEventName::Decide, role).map_err(Error::of_step)?;
    if status.takes_applications() && before.record.facts.closes_at.is_some() {
        return Err(Error::of_step(Calls::refused(status, CallEventName::Decide, role)));
    }
    let received = application::submitted_to(tx.db(), &before.id)?;
    let waiting: Vec<_> = received.iter().filter(|kept| kept.record.application_status.is_pending()).collect();
    let pending: Vec<Pending> =
        waiting.iter().map(|kept| Pending { application: kept.id, requested: kept.record.facts.requested }).collect();
    let facts = &before.record.facts;
    let first = facts.closes_at.or(facts.opens_at).map_or(moment.today, |instant| Moment::at(instant).today);
    refuse(decision.faults(&pending, first..=moment.today))?;
    for one in &decision.decisions {
        if let Some(kept) = waiting.iter().find(|kept| kept.id == one.application) {
            publish(tx, &before, decision, one, (*kept).clone())?;
        }
    }
    let favourable = || decision.decisions.iter().filter(|one| one.decision_result.is_favourable());
    let record = CallRecord {
        decided: true,
        awarded: Money::sum(favourable().map(|one| one.amount)),
        applications_received: i32::try_from(received.len()).ok(),
        counties_represented: counties(tx.db(), &received, moment)?,
        selected: i32::try_from(favourable().count()).ok(),
        selection_grounds: decision.selection_grounds.clone(),
        ..before.record.clone()
    };
    tx.update(before, record)
}

fn publish(
    tx: &mut Tx,
    call: &Kept<Call>,
    whole: &CallDecision,
    decision: &NewDecision,
    waiting: Kept<Application>,
) -> Result<()> {
    let NewDecision { decision_result, amount, reasons, .. } = decision.clone();
    let id = DecisionId::new();
    let decided = application::decide(tx, waiting, decision_result.event())?;
    let outcomes = if decision_result.is_favourable() { &call.record.facts.outcomes[..] } else { &[] };
    let mut record = DecisionRecord {
        call: call.id.clone(),
        application: decided.id,
        names: decided.record.facts.names.clone(),
        applicant: decided.record.facts.applicant,
        decision_result,
        decided_on: whole.decided_on,
        amount,
        reasons,
        appeal_instructions: whole.appeal_instructions.clone(),
        pilot: None,
        grant: None,
    };
    let facts = &decided.record.facts;
    if outcomes.contains(&CallOutcome::Pilot) {
        let pilot = PilotFacts::of_application(call.record.facts.programme.clone(), facts);
        record.pilot = Some(pilot::found(tx, pilot, decided.id, id.into())?.id);
    }
    if outcomes.contains(&CallOutcome::Grant) {
        let awarded = GrantFacts::of_application(&call.record.facts, decided.id, facts);
        record.grant = Some(grant::award(tx, awarded, amount, whole.decided_on)?.id);
    }
    tx.create::<Decision>(id, record)?;
    Ok(())
}

/// Undoes what came of an application that its applicant declines: the pilot is discontinued, the grant terminated. Not
/// once the pilot has begun, or money was paid.
pub(crate) fn undo(tx: &mut Tx, declined: &Kept<Application>) -> Result<()> {
    let of_application = decisions::table.filter(decisions::application_id.eq(declined.id.to_string()));
    let columns = (decisions::id, decisions::record, decisions::version);
    let row: Option<Columns<Decision>> = of_application.select(columns).first(tx.db()).optional()?;
    let Some(Kept { record, .. }) = noun::kept::<Decision>(row)?.pop() else { return Ok(()) };
    let too_late = || {
        let invalid = Applications::not_now(declined.record.application_status, Role::NationalDeveloper);
        Error::Conflict(vec![Violation::pointer("/event", invalid)])
    };
    let today = tx.moment().today;
    if let Some(id) = record.pilot
        && let Some(kept) = Pilot::find(tx.db(), &id)?
    {
        let mut record = kept.record.clone();
        if record.pilot_status != PilotStatus::Planned {
            return Err(too_late());
        }
        record.pilot_status = PilotStatus::Discontinued;
        record.steps.push(PilotStep { event: PilotEvent::Discontinue, day: today, remarks: None });
        tx.follow(kept, record)?;
    }
    if let Some(id) = record.grant
        && let Some(kept) = Grant::find(tx.db(), &id)?
    {
        let mut record = kept.record.clone();
        let terminate = GrantTransition { event: GrantEvent::Terminate, day: None, remarks: None };
        let paid = record.entries.iter().any(|entry| entry.entry_type == EntryType::Payment);
        if paid || record.take(terminate, Role::NationalDeveloper, today).is_err() {
            return Err(too_late());
        }
        tx.follow(kept, record)?;
    }
    Ok(())
}

/// From how many regions the applications came.
fn counties(db: &mut AnyConnection, received: &[Kept<Application>], moment: Moment) -> Result<Option<i32>> {
    let areas: Vec<AreaId> = received.iter().flat_map(|kept| kept.record.facts.areas.clone()).collect();
    Ok(i32::try_from(municipality::regions_of_all(db, &areas, moment.today)?.len()).ok())
}

impl Stored for Decision {
    fn find(db: &mut AnyConnection, id: &DecisionId) -> Result<Option<Kept<Self>>> {
        find_row!(db, decisions, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            call: record.call.to_string(),
            application_id: record.application.to_string(),
            applicant_id: record.applicant.to_string(),
            decision_result: Plain::of(&record.decision_result),
            sort_date: record.decided_on.to_string(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, decisions, &id, &row, step);
        Ok(())
    }

    /// By law alone: what was decided stays.
    fn remove(db: &mut AnyConnection, id: &DecisionId) -> Result<()> {
        diesel::delete(decisions::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn sight(_: &mut AnyConnection, _: &DecisionId, record: &DecisionRecord, _: chrono::NaiveDate) -> Result<Sight> {
        Ok(Sight { published: true, organisation: Some(record.applicant), ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let applicants = Named::load(db, kept.iter().map(|kept| kept.record.applicant))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                Ok(Self {
                    id,
                    call: record.call,
                    application: record.application,
                    names: record.names,
                    applicant: applicants.get(record.applicant)?,
                    decision_result: record.decision_result,
                    decided_on: record.decided_on,
                    amount: record.amount,
                    reasons: record.reasons,
                    appeal_instructions: record.appeal_instructions,
                    pilot: record.pilot,
                    grant: record.grant,
                    version,
                })
            })
            .collect()
    }
}
