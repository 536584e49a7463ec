//! Calls, with the status that follows from the clock and from what came of them.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::call::{Call, CallFacts, CallFilter, CallRecord, CallStatus, Calls};
use digituki_domain::client::{CallerName, Client, ClientId};
use digituki_domain::clock::Moment;
use digituki_domain::grant::{GrantRecord, GrantStatus};
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::key::Key;
use digituki_domain::money::Money;
use digituki_domain::noun::Kept;
use digituki_domain::pilot::PilotStatus;
use digituki_domain::policy::{Permit, Reach, Sight};
use digituki_domain::role::Role;
use digituki_domain::state_machine::StateMachine as _;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, refuse, refuse_conflicts, together};
use crate::noun::{self, Columns, Referred, Step, Stored, Written, find_row, find_rows, list_rows, put_list, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::schema::{call_evaluators, calls, grant_spells, grants, pilots};
use crate::write::Tx;
use crate::{application, client, organisation, programme};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = calls, primary_key(key))]
struct Row {
    key: String,
    programme: String,
    organiser_id: String,
    published: bool,
    record: Json<CallRecord>,
    version: i64,
}

/// Lists calls by key.
pub fn list(db: &mut AnyConnection, asked: &Asked<CallFilter>) -> Result<Page<Call>> {
    let filter = &asked.filter;
    programme::require(db, &filter.programme)?;
    let standing = standing(db, filter, &asked.permit, asked.moment)?;
    let matching = || -> calls::BoxedQuery<'static, Backend> {
        let mut query = visible(&asked.permit);
        any_of!(query, calls::programme, filter.programme);
        if let Some(keys) = &standing {
            query = query.filter(calls::key.eq_any(keys.clone()));
        }
        query
    };
    list_rows!(db, asked, matching, calls, key, calls::key)
}

/// The calls that a caller may see: as `Permit::sees` says it.
fn visible(permit: &Permit) -> calls::BoxedQuery<'static, Backend> {
    let all = calls::table.into_boxed();
    if permit.reach() == Reach::Everything { all } else { all.filter(calls::published) }
}

/// Refuses calls that the caller does not know of: a draft is as one that is not there.
pub(crate) fn require(db: &mut AnyConnection, asked: &[Key], permit: &Permit) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = asked.iter().map(Key::as_str).collect();
    let known: Vec<String> = visible(permit).filter(calls::key.eq_any(keys)).select(calls::key).load(db)?;
    programme::refuse_unknown("call", asked, &known)
}

/// Refuses clients of this registry that are no evaluators. Those of other issuers are known when they sign in.
fn require_evaluators(db: &mut AnyConnection, names: &[CallerName]) -> Result<()> {
    let mut strange = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let Ok(id) = name.as_str().parse::<ClientId>() else { continue };
        let is_one = |client: Client| client.facts.role == Role::Evaluator && client.revoked_at.is_none();
        if !client::get(db, id)?.is_some_and(is_one) {
            let invalid = Invalid::NoSuch { value: name.to_string() };
            strange.push(Violation::pointer(&format!("/clients/{index}"), invalid));
        }
    }
    refuse(strange)
}

/// Refuses a call that a body names and that nobody but its organisers knows of.
pub(crate) fn require_published(db: &mut AnyConnection, pointer: &str, key: &Key) -> Result<()> {
    match Call::find(db, key)? {
        Some(call) if call.record.facts.published => Ok(()),
        _ => refuse(vec![Violation::pointer(pointer, Invalid::NoSuch { value: key.to_string() })]),
    }
}

/// The keys of the calls that stand as the filter asks. A status is decided in one place, in domain,
/// not once more in SQL: calls are few, a handful a year.
fn standing(
    db: &mut AnyConnection,
    filter: &CallFilter,
    permit: &Permit,
    moment: Moment,
) -> Result<Option<Vec<String>>> {
    if filter.call_status.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Columns<Call>> = visible(permit).select((calls::key, calls::record, calls::version)).load(db)?;
    let calls = Call::represent(db, noun::kept::<Call>(rows)?, moment)?;
    let wanted = calls.iter().filter(|call| filter.call_status.contains(&call.call_status));
    Ok(Some(wanted.map(|call| call.key.to_string()).collect()))
}

/// What came of calls.
struct Outcomes {
    /// Each pilot and each grant by its call, and whether it has not ended.
    made: Vec<(String, bool)>,
    /// Of each grant by its call, what of it is not used.
    unused: Vec<(String, Option<Money>)>,
}

impl Outcomes {
    fn load(db: &mut AnyConnection, keys: &[&str], today: NaiveDate) -> Result<Self> {
        type PilotColumns = (String, Plain<PilotStatus>, Option<NaiveDate>);
        type GrantColumns = (String, Json<GrantRecord>, Plain<GrantStatus>);
        let mut made = Vec::new();
        let columns = (pilots::call, pilots::pilot_status, pilots::begins);
        let of_calls = pilots::table.filter(pilots::call.eq_any(keys)).select(columns);
        for (call, status, begins) in of_calls.load::<PilotColumns>(db)? {
            made.push((call, status.read()?.on(today, begins).is_unfinished()));
        }
        let standing = grant_spells::table
            .inner_join(grants::table)
            .filter(grants::call.eq_any(keys))
            .filter(grant_spells::first_day.le(today).and(grant_spells::last_day.ge(today)))
            .select((grants::call, grants::record, grant_spells::grant_status));
        let mut unused = Vec::new();
        for (call, record, status) in standing.load::<GrantColumns>(db)? {
            unused.push((call.clone(), record.read()?.figures(today).unused));
            made.push((call, status.read()?.is_unfinished()));
        }
        Ok(Self { made, unused })
    }

    /// What of a call's grants is not used.
    fn unused(&self, call: &Key) -> Option<Money> {
        Money::sum(self.unused.iter().filter(|(of, _)| of == call.as_str()).map(|(_, unused)| *unused))
    }

    fn count(&self, call: &Key, unfinished_only: bool) -> usize {
        self.made.iter().filter(|(of, unfinished)| of == call.as_str() && (*unfinished || !unfinished_only)).count()
    }

    fn status(&self, key: &Key, record: &CallRecord, moment: Moment) -> CallStatus {
        let circumstances = record.circumstances(self.count(key, false), self.count(key, true));
        circumstances.status(moment.now, moment.today)
    }
}

/// Where a call stands.
pub(crate) fn status(db: &mut AnyConnection, key: &Key, record: &CallRecord, moment: Moment) -> Result<CallStatus> {
    Ok(Outcomes::load(db, &[key.as_str()], moment.today)?.status(key, record, moment))
}

/// Names the clients that may evaluate the applications to a call. To them the applications show from now on.
pub fn name_evaluators(tx: &mut Tx, before: Kept<Call>, evaluators: Vec<CallerName>) -> Result<Kept<Call>> {
    require_evaluators(tx.db(), &evaluators)?;
    let applications = application::submitted_to(tx.db(), &before.id)?;
    let seen = applications.iter().map(|kept| tx.sight(kept)).collect::<Result<Vec<_>>>()?;
    let record = CallRecord { evaluators, ..before.record.clone() };
    let same = record == before.record;
    let kept = tx.update(before, record)?;
    if !same {
        for (application, seen) in applications.into_iter().zip(seen) {
            tx.change_hands(application, &seen)?;
        }
    }
    Ok(kept)
}

impl Stored for Call {
    fn find(db: &mut AnyConnection, key: &Key) -> Result<Option<Kept<Self>>> {
        find_row!(db, calls, key, key.as_str())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let facts = &kept.record.facts;
        let row = Row {
            key: kept.id.to_string(),
            programme: facts.programme.to_string(),
            organiser_id: facts.organiser.to_string(),
            published: facts.published,
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        put_row!(db, calls, kept.id.as_str(), &row, step);
        put_list!(db, call_evaluators, call = kept.id.as_str(), step, &kept.record.evaluators => |name: &CallerName| {
            call_evaluators::client.eq(name.to_string())
        });
        Ok(())
    }

    /// By law alone: a call that comes to nothing is cancelled, and stays.
    fn remove(db: &mut AnyConnection, key: &Key) -> Result<()> {
        let key = key.as_str();
        diesel::delete(call_evaluators::table.filter(call_evaluators::call.eq(key))).execute(db)?;
        diesel::delete(calls::table.find(key)).execute(db).map_err(Error::in_use)?;
        Ok(())
    }

    fn sight(_: &mut AnyConnection, _: &Key, record: &CallRecord, _: NaiveDate) -> Result<Sight> {
        Ok(Sight { published: record.facts.published, ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let keys: Vec<&str> = kept.iter().map(|kept| kept.id.as_str()).collect();
        let outcomes = Outcomes::load(db, &keys, moment.today)?;
        let organisers = Named::load(db, kept.iter().map(|kept| kept.record.facts.organiser))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let (call_status, unused) = (outcomes.status(&id, &record, moment), outcomes.unused(&id));
                let CallRecord { facts, .. } = record;
                Ok(Self {
                    key: id,
                    programme: facts.programme,
                    names: facts.names,
                    purposes: facts.purposes,
                    organiser: organisers.get(facts.organiser)?,
                    published: facts.published,
                    cancelled: facts.cancelled,
                    call_status,
                    outcomes: facts.outcomes,
                    opens_at: facts.opens_at,
                    closes_at: facts.closes_at,
                    eligible_organisation_types: facts.eligible_organisation_types,
                    budgeted: facts.budgeted,
                    awarded: record.awarded,
                    unused,
                    usable_from: facts.usable_from,
                    usable_to: facts.usable_to,
                    events: facts.events,
                    documents: facts.documents,
                    form_version: record.form_version,
                    questions: facts.questions,
                    criteria: facts.criteria,
                    contact: facts.contact,
                    applications_received: record.applications_received,
                    counties_represented: record.counties_represented,
                    selected: record.selected,
                    selection_grounds: record.selection_grounds,
                    version,
                })
            })
            .collect()
    }
}

impl Written for Call {
    fn new_id(facts: &CallFacts) -> Key {
        facts.key.clone()
    }

    fn compose(tx: &mut Tx, key: &Key, facts: CallFacts, before: Option<&CallRecord>) -> Result<CallRecord> {
        together([
            programme::require_in_body(tx.db(), "/programme", &facts.programme),
            organisation::require(tx.db(), vec![(Place::Pointer("/organiser".into()), facts.organiser)]),
            programme::keep_key(key, &facts.key),
        ])?;
        let Some(before) = before else {
            programme::refuse_taken::<Self>(tx, key)?;
            return Ok(CallRecord::new(facts));
        };
        let moment = tx.moment();
        let status = status(tx.db(), key, before, moment)?;
        let role = tx.role();
        refuse_conflicts(before.conflicts(&facts, status, |event| Calls::step(status, event, role)))?;
        let same_form = before.facts.questions == facts.questions && before.facts.criteria == facts.criteria;
        let form_version = before.form_version + i32::from(!same_form);
        Ok(CallRecord { facts, form_version, ..before.clone() })
    }
}

impl Referred for Call {
    fn find_many(db: &mut AnyConnection, keys: &[String]) -> Result<Vec<Kept<Self>>> {
        find_rows!(db, calls, key, keys)
    }
}
