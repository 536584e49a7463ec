//! Change requests, and what becomes of the grant when one is accepted.

use chrono::{NaiveDate, SecondsFormat};
use diesel::prelude::*;
use digituki_domain::change_request::{
    ChangeRequest, ChangeRequestEvent, ChangeRequestFacts, ChangeRequestFilter, ChangeRequestId, ChangeRequestRecord,
    ChangeRequestStatus, ChangeRequestStep, ChangeRequestTransition, ChangeRequestType, ChangeRequests, ChangeTerms,
    PublishedTerms,
};
use digituki_domain::clock::Moment;
use digituki_domain::grant::{Grant, GrantRecord, Unfit};
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::Kept;
use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::state_machine::StateMachine;

use crate::among::among;
use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, together};
use crate::noun::{self, Step, Stored, Written, find_row, list_rows, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::change_requests;
use crate::write::Tx;
use crate::{grant, organisation};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = change_requests)]
struct Row {
    id: String,
    grant_id: String,
    change_request_type: Plain<ChangeRequestType>,
    change_request_status: Plain<ChangeRequestStatus>,
    sort_date: String,
    record: Json<ChangeRequestRecord>,
    version: i64,
}

type Query = change_requests::BoxedQuery<'static, Backend>;

/// Lists the change requests that the caller may see, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<ChangeRequestFilter>) -> Result<Page<ChangeRequest>> {
    let filter = &asked.filter;
    noun::require::<Grant>(db, in_query("grant", &filter.grant))?;
    let matching = || visible(matching(filter), &asked.permit);
    list_rows!(db, asked, matching, change_requests, id, change_requests::sort_date)
}

fn matching(filter: &ChangeRequestFilter) -> Query {
    let mut query = change_requests::table.into_boxed();
    any_of!(query, change_requests::grant_id, filter.grant);
    any_of!(query, change_requests::change_request_type, filter.change_request_type);
    any_of!(query, change_requests::change_request_status, filter.change_request_status);
    query
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it.
fn visible(query: Query, permit: &Permit) -> Query {
    match (permit.reach(), permit.caller.organisation) {
        (Reach::Everything, _) => query,
        (Reach::Organisation, Some(own)) => {
            let own: grant::to_beneficiary = grant::to_beneficiary(own.to_string());
            query.filter(change_requests::grant_id.eq_any(own))
        }
        _ => query.filter(among(change_requests::id, Vec::<String>::new())),
    }
}

/// Takes a step that somebody asks for. What is accepted changes the grant within the same write.
pub fn transition(
    tx: &mut Tx,
    before: Kept<ChangeRequest>,
    transition: ChangeRequestTransition,
) -> Result<Kept<ChangeRequest>> {
    let ChangeRequestTransition { event, remarks, terms } = transition;
    let role = tx.role();
    let mut record = before.record.clone();
    record.change_request_status =
        ChangeRequests::step(record.change_request_status, event, role).map_err(Error::of_step)?;
    record.accepted = match event {
        ChangeRequestEvent::Accept => Some(record.facts.terms.clone()),
        ChangeRequestEvent::AcceptWithChanges => terms,
        ChangeRequestEvent::Reject | ChangeRequestEvent::Withdraw => None,
    };
    if let Some(terms) = &record.accepted {
        accept(tx, &before, terms, event)?;
    }
    record.steps.push(ChangeRequestStep { event, taken_at: tx.moment().now, remarks });
    tx.update(before, record)
}

/// Does to the grant what was accepted.
fn accept(tx: &mut Tx, request: &Kept<ChangeRequest>, terms: &ChangeTerms, event: ChangeRequestEvent) -> Result<()> {
    let facts = &request.record.facts;
    // What is wrong with what was asked for cannot be told by its place in this body.
    let placed = |violation: Violation| match (event, violation.place) {
        (ChangeRequestEvent::AcceptWithChanges, Place::Pointer(place)) => {
            Violation::pointer(&format!("/terms{place}"), violation.invalid)
        }
        _ => Violation::pointer("/event", violation.invalid),
    };
    let faults = terms.faults(facts.change_request_type).into_iter();
    refuse(faults.map(|(field, invalid)| placed(Violation::pointer(&format!("/{field}"), invalid))).collect())?;
    match organisation::require(tx.db(), in_body("/partners", &terms.partners)) {
        Err(Error::Refused(faults)) => return Err(Error::Refused(faults.into_iter().map(placed).collect())),
        other => other?,
    }
    let grant = grant::of(tx.db(), &facts.grant)?;
    let today = tx.moment().today;
    check_unfinished(&grant.record, today, "/event")?;
    let mut record = grant.record.clone();
    terms.apply(&mut record, request.id, today).map_err(|unfit| match unfit {
        Unfit::Wrong(violation) | Unfit::Conflicting(violation) => Error::Conflict(vec![placed(violation)]),
    })?;
    if facts.change_request_type == ChangeRequestType::Partner {
        record.facts.partners.clone_from(&terms.partners);
    }
    tx.follow(grant, record)?;
    Ok(())
}

/// Refuses to change a grant that has ended.
fn check_unfinished(grant: &GrantRecord, today: NaiveDate, place: &str) -> Result<()> {
    let status = grant.status(today);
    if status.is_unfinished() {
        return Ok(());
    }
    let invalid = Invalid::NotNow { state: status.to_string(), legal: Vec::new() };
    Err(Error::Conflict(vec![Violation::pointer(place, invalid)]))
}

impl Stored for ChangeRequest {
    fn find(db: &mut AnyConnection, id: &ChangeRequestId) -> Result<Option<Kept<Self>>> {
        find_row!(db, change_requests, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let row = Row {
            id: id.clone(),
            grant_id: record.facts.grant.to_string(),
            change_request_type: Plain::of(&record.facts.change_request_type),
            change_request_status: Plain::of(&record.change_request_status),
            sort_date: record.submitted_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, change_requests, &id, &row, step);
        Ok(())
    }

    /// By law alone: what was asked stays.
    fn remove(db: &mut AnyConnection, id: &ChangeRequestId) -> Result<()> {
        diesel::delete(change_requests::table.find(id.to_string())).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// The beneficiary's.
    fn sight(db: &mut AnyConnection, _: &ChangeRequestId, record: &ChangeRequestRecord, _: NaiveDate) -> Result<Sight> {
        grant::sight_of_beneficiary(db, &record.facts.grant)
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let terms = kept.iter().flat_map(|kept| [Some(&kept.record.facts.terms), kept.record.accepted.as_ref()]);
        let partners: Vec<OrganisationId> = terms.flatten().flat_map(|terms| terms.partners.clone()).collect();
        let organisations = Named::load(db, partners.into_iter())?;
        let published = |terms: ChangeTerms| {
            let ChangeTerms { usable_to, budget, contents, partners } = terms;
            let partners = partners.into_iter().map(|id| organisations.get(id)).collect::<Result<_>>()?;
            Ok::<_, Error>(PublishedTerms { usable_to, budget, contents, partners })
        };
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let ChangeRequestRecord { facts, change_request_status, submitted_at, accepted, steps } = record;
                Ok(Self {
                    id,
                    grant: facts.grant,
                    change_request_type: facts.change_request_type,
                    change_request_status,
                    submitted_at,
                    reasons: facts.reasons,
                    terms: published(facts.terms)?,
                    accepted: accepted.map(published).transpose()?,
                    steps,
                    version,
                })
            })
            .collect()
    }
}

impl Written for ChangeRequest {
    fn new_id(_: &ChangeRequestFacts) -> ChangeRequestId {
        ChangeRequestId::new()
    }

    fn compose(
        tx: &mut Tx,
        _: &ChangeRequestId,
        facts: ChangeRequestFacts,
        before: Option<&ChangeRequestRecord>,
    ) -> Result<ChangeRequestRecord> {
        if before.is_some() {
            return Err(Error::Unforeseen("a change request stays as it was submitted".into()));
        }
        let asked = vec![(Place::Pointer("/grant".into()), facts.grant)];
        together([
            noun::require::<Grant>(tx.db(), asked),
            organisation::require(tx.db(), in_body("/terms/partners", &facts.terms.partners)),
        ])?;
        let grant = grant::of(tx.db(), &facts.grant)?;
        let Moment { now, today } = tx.moment();
        check_unfinished(&grant.record, today, "/grant")?;
        if let Some(fault) = facts.terms.usable_to.and_then(|usable_to| grant.record.not_later(usable_to)) {
            return Err(Error::Refused(vec![Violation::pointer("/terms/usable_to", fault.invalid)]));
        }
        Ok(ChangeRequestRecord {
            facts,
            change_request_status: ChangeRequests::INITIAL,
            submitted_at: now,
            accepted: None,
            steps: Vec::new(),
        })
    }
}
