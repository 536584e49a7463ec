//! The audit: who did what or was denied it, when, from which client. Never a secret or a personal datum.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use digituki_domain::audit::{AuditEntry, AuditFilter, Outcome};
use digituki_domain::clock::Moment;
use digituki_domain::noun::NounName;
use digituki_domain::role::{Caller, Role};

use crate::column::{Plain, any_of, stored_instant};
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::audit_entries;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub(crate) struct Row {
    id: String,
    recorded_at: NaiveDateTime,
    client: String,
    role: Plain<Role>,
    operation: String,
    outcome: Plain<Outcome>,
    code: Option<String>,
    noun: Option<Plain<NounName>>,
    object: Option<String>,
    seq: Option<i64>,
    request_id: Option<String>,
}

/// Who did something, by what, and when.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// The operation of the contract, or the command.
    pub operation: &'a str,
    /// What names the request in the log of the process.
    pub request_id: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line of the audit to be written.
pub struct Line(Row);

impl Line {
    /// Something was done to an object.
    pub(crate) fn change(deed: Deed, noun: NounName, object: &str, seq: i64) -> Self {
        let mut line = Self::of(deed, Outcome::Done);
        line.0.noun = Some(Plain::of(&noun));
        line.0.object = Some(object.to_owned());
        line.0.seq = Some(seq);
        line
    }

    /// Something else was done, such as adding a client.
    pub fn done(deed: Deed, to: Option<&str>) -> Self {
        let mut line = Self::of(deed, Outcome::Done);
        line.0.object = to.map(str::to_owned);
        line
    }

    /// Something was denied, with this code.
    pub fn denied(deed: Deed, code: &str) -> Self {
        let mut line = Self::of(deed, Outcome::Denied);
        line.0.code = Some(code.to_owned());
        line
    }

    /// It was about an object of this kind: this one, if it was there before.
    #[must_use]
    pub fn about(mut self, noun: NounName, object: Option<String>) -> Self {
        self.0.noun = Some(Plain::of(&noun));
        self.0.object = object;
        self
    }

    /// What is stored of it.
    pub(crate) fn row(&self) -> &Row {
        &self.0
    }

    fn of(deed: Deed, outcome: Outcome) -> Self {
        Self(Row {
            // Ids made later sort later.
            id: uuid::Uuid::now_v7().to_string(),
            recorded_at: stored_instant(deed.at),
            client: deed.caller.name.clone(),
            role: Plain::of(&deed.caller.role),
            operation: deed.operation.to_owned(),
            outcome: Plain::of(&outcome),
            code: None,
            noun: None,
            object: None,
            seq: None,
            // Callers may name their requests as they like; what is kept for years is no text of theirs.
            request_id: deed.request_id.filter(|id| uuid::Uuid::try_parse(id).is_ok()).map(str::to_owned),
        })
    }
}

/// Writes a line.
pub fn append(db: &mut AnyConnection, line: &Line) -> Result<()> {
    diesel::insert_into(audit_entries::table).values(line.row()).execute(db)?;
    Ok(())
}

/// Lists the audit, oldest first.
pub fn list(db: &mut AnyConnection, asked: &Asked<AuditFilter>) -> Result<Page<AuditEntry>> {
    let matching = || matching(&asked.filter);
    let total = asked.window.total(|| matching().count().get_result(db))?;
    let rows =
        keyset!(matching(), asked.window, audit_entries::id, audit_entries::id).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.id.clone(), id: row.id.clone() };
    asked.window.page(rows, total, position, |rows| rows.into_iter().map(entry).collect())
}

fn matching(filter: &AuditFilter) -> audit_entries::BoxedQuery<'static, Backend> {
    let mut query = audit_entries::table.into_boxed();
    any_of!(query, audit_entries::client, filter.client);
    any_of!(query, audit_entries::operation, filter.operation);
    any_of!(query, audit_entries::outcome, filter.outcome);
    any_of!(query, audit_entries::noun.assume_not_null(), filter.noun);
    any_of!(query, audit_entries::object.assume_not_null(), filter.object);
    if let Some(first) = filter.first_day {
        query = query.filter(audit_entries::recorded_at.ge(stored_instant(Moment::beginning_of(first))));
    }
    if let Some(after) = filter.last_day.and_then(|last| last.succ_opt()) {
        query = query.filter(audit_entries::recorded_at.lt(stored_instant(Moment::beginning_of(after))));
    }
    query
}

fn entry(row: Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: row.id,
        recorded_at: row.recorded_at.and_utc(),
        client: row.client,
        role: row.role.read()?,
        operation: row.operation,
        outcome: row.outcome.read()?,
        code: row.code,
        noun: row.noun.as_ref().map(Plain::read).transpose()?,
        object: row.object,
        seq: row.seq,
        request_id: row.request_id,
    })
}
