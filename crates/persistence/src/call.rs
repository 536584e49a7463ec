//! Calls, with the status that follows from the clock and from what came of them.

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::call::{Call, CallCircumstances, CallFilter, CallRecord};
use digituki_domain::clock::Moment;
use digituki_domain::grant::GrantStatus;
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::pilot::PilotStatus;
use digituki_domain::policy::Sight;

use crate::column::{Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::noun::{self, Columns, Step, Stored, find_row, list_rows, put_row};
use crate::organisation::Named;
use crate::page::{Asked, Page};
use crate::programme;
use crate::schema::{calls, grants, pilots};

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
    let standing = standing(db, filter, asked.moment)?;
    let matching = || -> calls::BoxedQuery<'static, Backend> {
        let mut query = calls::table.filter(calls::published).into_boxed();
        any_of!(query, calls::programme, filter.programme);
        if let Some(keys) = &standing {
            query = query.filter(calls::key.eq_any(keys.clone()));
        }
        query
    };
    list_rows!(db, asked, matching, calls, key, calls::key)
}

/// Refuses calls that the registry does not know.
pub(crate) fn require(db: &mut AnyConnection, asked: &[Key]) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = asked.iter().map(Key::as_str).collect();
    let known: Vec<String> = calls::table.select(calls::key).filter(calls::key.eq_any(keys)).load(db)?;
    programme::refuse_unknown("call", asked, &known)
}

/// The keys of the calls that stand as the filter asks. A status is decided in one place, in domain,
/// not once more in SQL: calls are few, a handful a year.
fn standing(db: &mut AnyConnection, filter: &CallFilter, moment: Moment) -> Result<Option<Vec<String>>> {
    if filter.call_status.is_empty() {
        return Ok(None);
    }
    let published = calls::table.filter(calls::published);
    let rows: Vec<Columns<Call>> = published.select((calls::key, calls::record, calls::version)).load(db)?;
    let calls = Call::represent(db, noun::kept::<Call>(rows)?, moment)?;
    let wanted = calls.iter().filter(|call| filter.call_status.contains(&call.call_status));
    Ok(Some(wanted.map(|call| call.key.to_string()).collect()))
}

/// What came of each call: the pilots and grants, and those of them that have not ended.
struct Outcomes(Vec<(String, bool)>);

impl Outcomes {
    fn load(db: &mut AnyConnection, keys: &[&str], today: NaiveDate) -> Result<Self> {
        type PilotColumns = (String, Plain<PilotStatus>, Option<NaiveDate>);
        type GrantColumns = (String, Plain<GrantStatus>, Option<NaiveDate>);
        let mut outcomes = Vec::new();
        let columns = (pilots::call, pilots::pilot_status, pilots::begins);
        let of_calls = pilots::table.filter(pilots::call.eq_any(keys)).select(columns);
        for (call, status, begins) in of_calls.load::<PilotColumns>(db)? {
            outcomes.push((call, status.read()?.on(today, begins).is_unfinished()));
        }
        let columns = (grants::call, grants::grant_status, grants::usable_to);
        let of_calls = grants::table.filter(grants::call.eq_any(keys)).select(columns);
        for (call, status, usable_to) in of_calls.load::<GrantColumns>(db)? {
            outcomes.push((call, status.read()?.on(today, usable_to).is_unfinished()));
        }
        Ok(Self(outcomes))
    }

    fn count(&self, call: &Key, unfinished_only: bool) -> usize {
        self.0.iter().filter(|(of, unfinished)| of == call.as_str() && (*unfinished || !unfinished_only)).count()
    }
}

impl Stored for Call {
    fn find(db: &mut AnyConnection, key: &Key) -> Result<Option<Kept<Self>>> {
        find_row!(db, calls, key, key.as_str())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        let row = Row {
            key: kept.id.to_string(),
            programme: kept.record.programme.to_string(),
            organiser_id: kept.record.organiser.to_string(),
            published: kept.record.published,
            record: Json::of(&kept.record)?,
            version: kept.version.number(),
        };
        put_row!(db, calls, kept.id.as_str(), &row, step);
        Ok(())
    }

    fn sight(_: &mut AnyConnection, _: &Key, record: &CallRecord, _: NaiveDate) -> Result<Sight> {
        Ok(Sight { published: record.published, ..Sight::default() })
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        let keys: Vec<&str> = kept.iter().map(|kept| kept.id.as_str()).collect();
        let outcomes = Outcomes::load(db, &keys, moment.today)?;
        let organisers = Named::load(db, kept.iter().map(|kept| kept.record.organiser))?;
        kept.into_iter()
            .map(|Kept { id, record, version }| {
                let circumstances = CallCircumstances {
                    published: record.published,
                    cancelled: record.cancelled,
                    opens_at: record.opens_at,
                    closes_at: record.closes_at,
                    decided: record.decided,
                    outcomes: outcomes.count(&id, false),
                    unfinished: outcomes.count(&id, true),
                    usable_from: record.usable_from,
                    usable_to: record.usable_to,
                };
                Ok(Self {
                    key: id,
                    programme: record.programme,
                    names: record.names,
                    organiser: organisers.get(record.organiser)?,
                    call_status: circumstances.status(moment.now, moment.today),
                    opens_at: record.opens_at,
                    closes_at: record.closes_at,
                    eligible_organisation_types: record.eligible_organisation_types,
                    budgeted: record.budgeted,
                    awarded: record.awarded,
                    unused: record.unused,
                    usable_from: record.usable_from,
                    usable_to: record.usable_to,
                    events: record.events,
                    documents: record.documents,
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
