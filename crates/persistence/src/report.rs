//! Reports, with the status that follows the clock.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::clock::Moment;
use digituki_domain::grant::Grant;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::Kept;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::report::{
    MAX_STEPS, Report, ReportEvent, ReportFacts, ReportFilter, ReportId, ReportRecord, ReportStatus, ReportStep,
    ReportTransition, ReportType, Reports,
};
use digituki_domain::state_machine::StateMachine;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query, refuse_conflicts};
use crate::grant;
use crate::noun::{self, Step, Stored, Written, find_row, list_rows, put_row};
use crate::page::{Asked, Page};
use crate::schema::reports;
use crate::write::Tx;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = reports)]
struct Row {
    id: String,
    grant_id: String,
    report_type: Plain<ReportType>,
    report_status: Plain<ReportStatus>,
    sort_date: String,
    record: Json<ReportRecord>,
    version: i64,
}

type Query = reports::BoxedQuery<'static, Backend>;

/// Lists the reports that the caller may see, those that are due first first.
pub fn list(db: &mut AnyConnection, asked: &Asked<ReportFilter>) -> Result<Page<Report>> {
    let filter = &asked.filter;
    noun::require::<Grant>(db, in_query("grant", &filter.grant))?;
    let matching = || visible(matching(filter, asked.moment.today), &asked.permit);
    list_rows!(db, asked, matching, reports, id, reports::sort_date)
}

fn matching(filter: &ReportFilter, today: NaiveDate) -> Query {
    let mut query = reports::table.into_boxed();
    any_of!(query, reports::grant_id, filter.grant);
    any_of!(query, reports::report_type, filter.report_type);
    if !filter.report_status.is_empty() {
        // As `ReportRecord::status` says it: none is stored as overdue.
        let asks = |status| filter.report_status.contains(&status);
        let others = filter.report_status.iter().filter(|status| !status.is_awaited());
        let others: Vec<String> = others.map(ToString::to_string).collect();
        let awaited = || reports::report_status.eq(ReportStatus::Due.code());
        let today = today.to_string();
        let as_stored = reports::report_status.eq_any(others);
        query = match (asks(ReportStatus::Due), asks(ReportStatus::Overdue)) {
            (true, true) => query.filter(as_stored.or(awaited())),
            (true, false) => query.filter(as_stored.or(awaited().and(reports::sort_date.ge(today)))),
            (false, true) => query.filter(as_stored.or(awaited().and(reports::sort_date.lt(today)))),
            (false, false) => query.filter(as_stored),
        };
    }
    query
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it.
fn visible(query: Query, permit: &Permit) -> Query {
    match (permit.reach(), permit.caller.organisation) {
        (Reach::Everything, _) => query,
        (Reach::Organisation, Some(own)) => {
            let own: grant::to_beneficiary = grant::to_beneficiary(own.to_string());
            query.filter(reports::grant_id.eq_any(own))
        }
        _ => query.filter(among(reports::id, Vec::<String>::new())),
    }
}

/// Takes a step that somebody asks for.
pub fn transition(tx: &mut Tx, before: Kept<Report>, transition: ReportTransition) -> Result<Kept<Report>> {
    let ReportTransition { event, remarks, texts, used, costs } = transition;
    let role = tx.role();
    let Moment { now, today } = tx.moment();
    let mut record = before.record.clone();
    record.report_status = Reports::step(record.status(today), event, role).map_err(Error::of_step)?;
    if record.steps.len() >= MAX_STEPS {
        return Err(Error::Conflict(vec![Violation::pointer("", Invalid::TooMany { max: MAX_STEPS })]));
    }
    if event == ReportEvent::Submit {
        if record.facts.report_type == ReportType::Final && used.is_none() {
            return Err(Error::Refused(vec![Violation::pointer("/used", Invalid::NeededToSubmit { what: None })]));
        }
        record.submitted_at = Some(now);
        (record.texts, record.used, record.costs) = (texts, used, costs);
    }
    record.steps.push(ReportStep { event, taken_at: now, remarks });
    tx.update(before, record)
}

impl Stored for Report {
    fn find(db: &mut AnyConnection, id: &ReportId) -> Result<Option<Kept<Self>>> {
        find_row!(db, reports, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            grant_id: record.facts.grant.to_string(),
            report_type: Plain::of(&record.facts.report_type),
            report_status: Plain::of(&record.report_status),
            sort_date: record.facts.due_on.to_string(),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, reports, &id, &row, step);
        Ok(())
    }

    /// By law alone: what was reported stays.
    fn remove(db: &mut AnyConnection, id: &ReportId) -> Result<()> {
        diesel::delete(reports::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// The beneficiary's.
    fn sight(db: &mut AnyConnection, _: &ReportId, record: &ReportRecord, _: NaiveDate) -> Result<Sight> {
        grant::sight_of_beneficiary(db, &record.facts.grant)
    }

    fn represent(_: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let published = |Kept { id, record, version }: Kept<Self>| {
            let report_status = record.status(moment.today);
            let ReportRecord { facts, submitted_at, texts, used, costs, steps, .. } = record;
            let ReportFacts { grant, report_type, first_day, last_day, due_on } = facts;
            Self {
                id,
                grant,
                report_type,
                first_day,
                last_day,
                due_on,
                report_status,
                submitted_at,
                texts,
                used,
                costs,
                steps,
                version,
            }
        };
        Ok(kept.into_iter().map(published).collect())
    }
}

impl Written for Report {
    fn new_id(_: &ReportFacts) -> ReportId {
        ReportId::new()
    }

    fn compose(tx: &mut Tx, _: &ReportId, facts: ReportFacts, before: Option<&ReportRecord>) -> Result<ReportRecord> {
        noun::require::<Grant>(tx.db(), vec![(Place::Pointer("/grant".into()), facts.grant)])?;
        let Some(before) = before else { return Ok(ReportRecord::new(facts)) };
        let status = before.status(tx.moment().today);
        let moved =
            [("/grant", before.facts.grant != facts.grant), ("", !status.is_awaited() && before.facts != facts)];
        refuse_conflicts(Violation::wherever(moved, &Reports::not_now(status, tx.role())))?;
        Ok(ReportRecord { facts, ..before.clone() })
    }
}
