//! Applications, and the steps that they take.

use chrono::NaiveDate;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use digituki_domain::application::{
    Application, ApplicationEvent, ApplicationFacts, ApplicationFilter, ApplicationId, ApplicationRecord,
    ApplicationStatus, ApplicationStep, ApplicationTransition, Applications, MOST_STEPS,
};
use digituki_domain::area::AreaKind;
use digituki_domain::call::{Call, CallRecord, CallStatus};
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::portfolio::MOST_APPLICATIONS;
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine;
use digituki_domain::vocabulary::Vocabulary;

use crate::among::among;
use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_body, in_query, refuse, refuse_conflicts, together};
use crate::noun::{self, Columns, Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_areas, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{application_areas, applications, call_evaluators};
use crate::write::Tx;
use crate::{area, call, decision, names, organisation};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    call: String,
    applicant_id: String,
    application_status: Plain<ApplicationStatus>,
    submitted: bool,
    private: bool,
    sort_name: String,
    record: Json<ApplicationRecord>,
    version: i64,
}

type Query = applications::BoxedQuery<'static, Backend>;

/// Lists the applications that the caller may see, alphabetically.
pub fn list(db: &mut AnyConnection, asked: &Asked<ApplicationFilter>) -> Result<Page<Application>> {
    let filter = &asked.filter;
    together([
        call::require(db, &filter.call, &asked.permit),
        organisation::require(db, in_query("applicant", &filter.applicant)),
        area::require(db, in_query("region", &filter.region)),
    ])?;
    let matching = || visible(matching(filter), &asked.permit);
    list_rows!(db, asked, matching, applications, id, applications::sort_name)
}

fn matching(filter: &ApplicationFilter) -> Query {
    let mut query = applications::table.into_boxed();
    any_of!(query, applications::call, filter.call);
    any_of!(query, applications::applicant_id, filter.applicant);
    any_of!(query, applications::application_status, filter.application_status);
    if !filter.region.is_empty() {
        let covering = application_areas::table
            .filter(application_areas::kind.eq(AreaKind::Region.code()))
            .filter(application_areas::code.eq_any(area::codes(&filter.region)));
        query = query.filter(applications::id.eq_any(covering.select(application_areas::application_id)));
    }
    query
}

/// Restricts a query to what the caller may see: as `Permit::sees` says it.
fn visible(query: Query, permit: &Permit) -> Query {
    let caller = &permit.caller;
    match (permit.reach(), caller.organisation) {
        (Reach::Everything, _) => query.filter(applications::private.eq(false)),
        (Reach::Organisation, Some(own)) => query.filter(applications::applicant_id.eq(own.to_string())),
        (Reach::Named, _) => {
            let calls: of_evaluator = of_evaluator(caller.name.clone());
            query.filter(applications::submitted.and(applications::call.eq_any(calls)))
        }
        (Reach::Organisation, None) | (Reach::Regions | Reach::Published | Reach::Nothing, _) => {
            query.filter(among(applications::id, Vec::<String>::new()))
        }
    }
}

/// Refuses applications that the registry does not hold, and those that the caller may not see: which there are is not
/// told by a filter either.
pub(crate) fn require_seen(db: &mut AnyConnection, asked: Vec<(Place, ApplicationId)>, permit: &Permit) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = asked.iter().map(|(_, id)| id.to_string()).collect();
    let among = applications::table.filter(applications::id.eq_any(ids)).into_boxed();
    let seen: Vec<String> = visible(among, permit).select(applications::id).load(db)?;
    let unseen = asked.into_iter().filter(|(_, id)| !seen.contains(&id.to_string()));
    refuse(unseen.map(|(place, id)| Violation { place, invalid: Invalid::NoSuch { value: id.to_string() } }).collect())
}

/// The calls on which a client is named.
#[auto_type]
fn of_evaluator(name: String) -> _ {
    call_evaluators::table.filter(call_evaluators::client.eq(name)).select(call_evaluators::call)
}

/// Every application to a call that was ever submitted, alphabetically.
pub(crate) fn submitted_to(db: &mut AnyConnection, call: &Key) -> Result<Vec<Kept<Application>>> {
    let rows: Vec<Columns<Application>> = applications::table
        .filter(applications::call.eq(call.as_str()))
        .filter(applications::submitted)
        .order((applications::sort_name, applications::id))
        .select((applications::id, applications::record, applications::version))
        .load(db)?;
    noun::kept::<Application>(rows)
}

/// Those applications to a call that can be chosen, of those that the caller may see: submitted and not withdrawn. All of
/// them when none is named, though no more than one beyond the most that a set can have.
pub(crate) fn to_choose_from(
    db: &mut AnyConnection,
    call: &Key,
    named: &[ApplicationId],
    permit: &Permit,
) -> Result<Vec<Kept<Application>>> {
    let mut query = applications::table
        .filter(applications::call.eq(call.to_string()))
        .filter(applications::submitted)
        .filter(applications::application_status.ne(ApplicationStatus::Withdrawn.code()))
        .into_boxed();
    if !named.is_empty() {
        query = query.filter(applications::id.eq_any(named.iter().map(ToString::to_string).collect::<Vec<_>>()));
    }
    let most = i64::try_from(MOST_APPLICATIONS).unwrap_or(i64::MAX);
    let rows: Vec<Columns<Application>> = visible(query, permit)
        .order(applications::id)
        .limit(most.saturating_add(1))
        .select((applications::id, applications::record, applications::version))
        .load(db)?;
    noun::kept::<Application>(rows)
}

/// Takes a step that somebody asks for.
pub fn transition(
    tx: &mut Tx,
    before: Kept<Application>,
    transition: ApplicationTransition,
) -> Result<Kept<Application>> {
    let ApplicationTransition { event, remarks } = transition;
    let role = tx.role();
    let to = Applications::step(before.record.application_status, event, role).map_err(Error::of_step)?;
    let now = tx.moment().now;
    let mut record = before.record.clone();
    if matches!(event, ApplicationEvent::Submit | ApplicationEvent::ProvideInformation) {
        let call = call_of(tx.db(), &record.facts.call)?;
        if event == ApplicationEvent::Submit {
            refuse_unless_open(tx, &call, "/event")?;
            record.submitted_at = Some(now);
            record.form_version = call.record.form_version;
        }
        let facts = &record.facts;
        together([
            eligible(tx.db(), &call, facts.applicant),
            refuse(facts.strange(&call.record.facts)),
            refuse(facts.missing(&call.record.facts)),
        ])?;
    }
    if event == ApplicationEvent::Decline {
        decision::undo(tx, &before)?;
    }
    take(&mut record, to, ApplicationStep { event, taken_at: now, remarks })?;
    tx.update(before, record)
}

/// Takes the step that a decision means.
pub(crate) fn decide(tx: &mut Tx, before: Kept<Application>, event: ApplicationEvent) -> Result<Kept<Application>> {
    let to = Applications::follow(before.record.application_status, event)
        .map_err(|invalid| Error::Conflict(vec![Violation::pointer("/decisions", invalid)]))?;
    let mut record = before.record.clone();
    take(&mut record, to, ApplicationStep { event, taken_at: tx.moment().now, remarks: None })?;
    tx.update(before, record)
}

fn take(record: &mut ApplicationRecord, to: ApplicationStatus, step: ApplicationStep) -> Result<()> {
    if record.steps.len() >= MOST_STEPS {
        return Err(Error::Refused(vec![Violation::pointer("/event", Invalid::TooMany { max: MOST_STEPS })]));
    }
    record.application_status = to;
    record.steps.push(step);
    Ok(())
}

/// The call that an application answers.
pub(crate) fn call_of(db: &mut AnyConnection, key: &Key) -> Result<Kept<Call>> {
    Call::find(db, key)?.ok_or_else(|| Error::Unforeseen(format!("an application answers no call: {key}")))
}

fn refuse_unless_open(tx: &mut Tx, call: &Kept<Call>, pointer: &str) -> Result<()> {
    let moment = tx.moment();
    let status = call::status(tx.db(), &call.id, &call.record, moment)?;
    if status == CallStatus::Open {
        return Ok(());
    }
    let invalid = Invalid::NotNow { state: status.code().to_owned(), legal: Vec::new() };
    Err(Error::Conflict(vec![Violation::pointer(pointer, invalid)]))
}

/// Refuses an organisation of a type that may not apply.
fn eligible(db: &mut AnyConnection, call: &Kept<Call>, applicant: OrganisationId) -> Result<()> {
    let CallRecord { facts, .. } = &call.record;
    let organisation_type = Named::load(db, std::iter::once(applicant))?.get(applicant)?.organisation_type;
    if facts.takes(organisation_type) {
        return Ok(());
    }
    let types = facts.eligible_organisation_types.iter().flatten();
    let invalid = Invalid::NotEligible {
        value: organisation_type.to_string(),
        allowed: types.map(ToString::to_string).collect(),
    };
    refuse(vec![Violation::pointer("/applicant", invalid)])
}

impl Stored for Application {
    fn find(db: &mut AnyConnection, id: &ApplicationId) -> Result<Option<Kept<Self>>> {
        find_row!(db, applications, id, id.to_string())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let (id, record) = (kept.id.to_string(), &kept.record);
        let facts = &record.facts;
        let row = Row {
            id: id.clone(),
            call: facts.call.to_string(),
            applicant_id: facts.applicant.to_string(),
            application_status: Plain::of(&record.application_status),
            submitted: record.is_submitted(),
            private: record.is_private(),
            sort_name: names::sort_key(&facts.names),
            record: Json::of(record)?,
            version: kept.version.number(),
        };
        put_row!(db, applications, &id, &row, step);
        put_areas!(db, application_areas, application_id = &id, step, record.facts.areas);
        Ok(())
    }

    /// A draft alone goes: what was submitted is withdrawn, and stays.
    fn check_removal(kept: &Kept<Self>) -> Result<()> {
        if !kept.record.is_submitted() {
            return Ok(());
        }
        let invalid = Applications::not_now(kept.record.application_status, Role::Applicant);
        Err(Error::Conflict(vec![Violation::pointer("", invalid)]))
    }

    fn remove(db: &mut AnyConnection, id: &ApplicationId) -> Result<()> {
        let id = id.to_string();
        diesel::delete(application_areas::table.filter(application_areas::application_id.eq(&id))).execute(db)?;
        diesel::delete(applications::table.find(&id)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    /// The applicant's alone until it is submitted or opened for comments; from then on also the evaluators'.
    fn sight(db: &mut AnyConnection, _: &ApplicationId, record: &ApplicationRecord, _: NaiveDate) -> Result<Sight> {
        let own =
            Sight { organisation: Some(record.facts.applicant), private: record.is_private(), ..Sight::default() };
        if !record.is_submitted() {
            return Ok(own);
        }
        let evaluators = call_of(db, &record.facts.call)?.record.evaluators;
        Ok(Sight { named: evaluators.into_iter().map(Into::into).collect(), ..own })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        let facts = || kept.iter().map(|kept| &kept.record.facts);
        let areas = area::Named::load(db, facts().flat_map(|facts| &facts.areas))?;
        let named = facts().flat_map(|facts| std::iter::once(facts.applicant).chain(facts.partners.iter().copied()));
        let organisations = Named::load(db, named)?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let ApplicationRecord { facts, .. } = record;
                Ok(Self {
                    id,
                    call: facts.call,
                    applicant: organisations.get(facts.applicant)?,
                    names: facts.names,
                    application_status: record.application_status,
                    submitted_at: record.submitted_at,
                    form_version: record.form_version,
                    contact: facts.contact,
                    partners: facts.partners.into_iter().map(|id| organisations.get(id)).collect::<Result<_>>()?,
                    areas: areas.all(&facts.areas)?,
                    starts: facts.starts,
                    ends: facts.ends,
                    summaries: facts.summaries,
                    objectives: facts.objectives,
                    tasks: facts.tasks,
                    customer_groups: facts.customer_groups,
                    functional_parts: facts.functional_parts,
                    answers: facts.answers,
                    budget: facts.budget,
                    requested: facts.requested,
                    open_for_comments: facts.open_for_comments,
                    steps: record.steps,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Application {
    fn new_id(_: &ApplicationFacts) -> ApplicationId {
        ApplicationId::new()
    }

    fn compose(
        tx: &mut Tx,
        _: &ApplicationId,
        facts: ApplicationFacts,
        before: Option<&ApplicationRecord>,
    ) -> Result<ApplicationRecord> {
        let place = |pointer: &str| Place::Pointer(pointer.to_owned());
        together([
            call::require_published(tx.db(), "/call", &facts.call),
            organisation::require(tx.db(), vec![(place("/applicant"), facts.applicant)]),
            organisation::require(tx.db(), in_body("/partners", &facts.partners)),
            area::require(tx.db(), in_body("/areas", &facts.areas)),
        ])?;
        let call = call_of(tx.db(), &facts.call)?;
        together([eligible(tx.db(), &call, facts.applicant), refuse(facts.strange(&call.record.facts))])?;
        let Some(before) = before else {
            let moment = tx.moment();
            if call::status(tx.db(), &call.id, &call.record, moment)? != CallStatus::Upcoming {
                refuse_unless_open(tx, &call, "/call")?;
            }
            return Ok(ApplicationRecord {
                facts,
                application_status: Applications::INITIAL,
                submitted_at: None,
                form_version: call.record.form_version,
                steps: Vec::new(),
            });
        };
        let status = before.application_status;
        let moved = [
            ("/call", before.facts.call != facts.call),
            ("/applicant", before.facts.applicant != facts.applicant),
            ("", !status.is_editable() && before.facts != facts),
        ];
        refuse_conflicts(Violation::wherever(moved, &Applications::not_now(status, tx.role())))?;
        Ok(ApplicationRecord { facts, ..before.clone() })
    }
}

impl Referred for Application {
    fn find_many(db: &mut AnyConnection, ids: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, applications, id, ids)
    }
}
