//! Calls, with the status that follows from the clock and from what came of them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use digituki_domain::call::{Call, CallCircumstances, CallDocument, CallEvent, CallFilter};
use digituki_domain::clock::Clock;
use digituki_domain::date::RoughDate;
use digituki_domain::grant::GrantStatus;
use digituki_domain::key::Key;
use digituki_domain::money::Money;
use digituki_domain::organisation::OrganisationType;
use digituki_domain::pilot::PilotStatus;
use digituki_domain::text::{Descriptions, Names};
use digituki_domain::version::Version;

use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::organisation::Named;
use crate::page::{Page, Position, Window, keyset};
use crate::programme;
use crate::schema::{calls, grants, pilots};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calls, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(key))]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) programme: String,
    pub(crate) names: Json<Names>,
    pub(crate) organiser_id: String,
    pub(crate) published: bool,
    pub(crate) cancelled: bool,
    pub(crate) opens_at: Option<NaiveDateTime>,
    pub(crate) closes_at: Option<NaiveDateTime>,
    pub(crate) decided: bool,
    pub(crate) eligible_organisation_types: Option<Json<Vec<OrganisationType>>>,
    pub(crate) budgeted: Option<Json<Money>>,
    pub(crate) awarded: Option<Json<Money>>,
    pub(crate) unused: Option<Json<Money>>,
    pub(crate) usable_from: Option<NaiveDate>,
    pub(crate) usable_to: Option<NaiveDate>,
    pub(crate) events: Json<Vec<CallEvent>>,
    pub(crate) documents: Json<Vec<CallDocument>>,
    pub(crate) applications_received: Option<i32>,
    pub(crate) counties_represented: Option<i32>,
    pub(crate) selected: Option<i32>,
    pub(crate) selection_grounds: Option<Json<Descriptions>>,
    pub(crate) version: i64,
}

/// Lists calls by key.
pub fn list(db: &mut AnyConnection, filter: &CallFilter, clock: Clock, window: &Window) -> Result<Page<Call>> {
    programme::require(db, &filter.programme)?;
    let standing = standing(db, filter, clock)?;
    let matching = || -> calls::BoxedQuery<'static, Backend> {
        let mut query = calls::table.filter(calls::published).into_boxed();
        any_of!(query, calls::programme, filter.programme);
        if let Some(keys) = &standing {
            query = query.filter(calls::key.eq_any(keys.clone()));
        }
        query
    };
    let total = window.total(|| matching().count().get_result(db))?;
    let rows = keyset!(matching(), window, calls::key, calls::key).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.key.clone(), id: row.key.clone() };
    window.page(rows, total, position, |rows| assemble(db, rows, clock))
}

/// One call, if it is published.
pub fn get(db: &mut AnyConnection, key: &Key, clock: Clock) -> Result<Option<Call>> {
    let row = calls::table.find(key.as_str()).filter(calls::published).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect(), clock)?.pop())
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
fn standing(db: &mut AnyConnection, filter: &CallFilter, clock: Clock) -> Result<Option<Vec<String>>> {
    if filter.call_status.is_empty() {
        return Ok(None);
    }
    let rows = calls::table.filter(calls::published).select(Row::as_select()).load(db)?;
    let calls = assemble(db, rows, clock)?;
    let wanted = calls.iter().filter(|call| filter.call_status.contains(&call.call_status));
    Ok(Some(wanted.map(|call| call.key.to_string()).collect()))
}

type PilotColumns = (String, Plain<PilotStatus>, Option<Json<RoughDate>>);

/// What came of each call: the pilots and grants, and those of them that have not ended.
struct Outcomes(Vec<(String, bool)>);

impl Outcomes {
    fn load(db: &mut AnyConnection, keys: &[&str], today: NaiveDate) -> Result<Self> {
        let mut outcomes = Vec::new();
        let of_calls = pilots::table.filter(pilots::call.eq_any(keys)).select((
            pilots::call,
            pilots::pilot_status,
            pilots::starts,
        ));
        for (call, status, starts) in of_calls.load::<PilotColumns>(db)? {
            let starts = starts.as_ref().map(Json::read).transpose()?;
            outcomes.push((call, status.read()?.on(today, starts.as_ref()).is_unfinished()));
        }
        let of_calls = grants::table.filter(grants::call.eq_any(keys)).select((
            grants::call,
            grants::grant_status,
            grants::usable_to,
        ));
        for (call, status, usable_to) in of_calls.load::<(String, Plain<GrantStatus>, Option<NaiveDate>)>(db)? {
            outcomes.push((call, status.read()?.on(today, usable_to).is_unfinished()));
        }
        Ok(Self(outcomes))
    }

    fn count(&self, call: &str, unfinished_only: bool) -> usize {
        self.0.iter().filter(|(of, unfinished)| of == call && (*unfinished || !unfinished_only)).count()
    }
}

fn assemble(db: &mut AnyConnection, rows: Vec<Row>, clock: Clock) -> Result<Vec<Call>> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let outcomes = Outcomes::load(db, &keys, clock.today())?;
    let organisers = Named::load(db, rows.iter().map(|row| row.organiser_id.as_str()))?;
    let instant = |stored: Option<NaiveDateTime>| stored.map(|stored| stored.and_utc());
    rows.into_iter()
        .map(|row| {
            let facts = CallCircumstances {
                published: row.published,
                cancelled: row.cancelled,
                opens_at: instant(row.opens_at),
                closes_at: instant(row.closes_at),
                decided: row.decided,
                outcomes: outcomes.count(&row.key, false),
                unfinished: outcomes.count(&row.key, true),
                usable_from: row.usable_from,
                usable_to: row.usable_to,
            };
            Ok(Call {
                key: column::parse(&row.key)?,
                programme: column::parse(&row.programme)?,
                names: row.names.read()?,
                organiser: organisers.get(&row.organiser_id)?,
                call_status: facts.status(clock.now(), clock.today()),
                opens_at: facts.opens_at,
                closes_at: facts.closes_at,
                eligible_organisation_types: row.eligible_organisation_types.as_ref().map(Json::read).transpose()?,
                budgeted: row.budgeted.as_ref().map(Json::read).transpose()?,
                awarded: row.awarded.as_ref().map(Json::read).transpose()?,
                unused: row.unused.as_ref().map(Json::read).transpose()?,
                usable_from: row.usable_from,
                usable_to: row.usable_to,
                events: row.events.read()?,
                documents: row.documents.read()?,
                applications_received: row.applications_received,
                counties_represented: row.counties_represented,
                selected: row.selected,
                selection_grounds: row.selection_grounds.as_ref().map(Json::read).transpose()?,
                version: Version::new(row.version),
            })
        })
        .collect()
}
