//! First answers: a POST that is repeated with its Idempotency-Key is answered as the first time.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::column::stored_instant;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::idempotency_keys;
use crate::write::Tx;

/// How long a first answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// A first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAnswer {
    /// The digest of the request that it answered.
    pub request_digest: String,
    /// Its status.
    pub status: u16,
    /// The version of the object that it carries.
    pub version: Option<i64>,
    /// Where the object is.
    pub location: Option<String>,
    /// The object.
    pub body: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
struct Row {
    client: String,
    key: String,
    digest: String,
    status: i32,
    version: Option<i64>,
    location: Option<String>,
    body: String,
    recorded_at: NaiveDateTime,
}

impl Tx<'_> {
    /// The first answer to a key of the author, if it is still kept.
    pub fn recall(&mut self, key: &str) -> Result<Option<FirstAnswer>> {
        let since = stored_instant(self.moment().now - KEPT);
        let client = self.author().permit.caller.name.clone();
        let row: Option<Row> = idempotency_keys::table
            .find((client, key))
            .filter(idempotency_keys::recorded_at.gt(since))
            .select(Row::as_select())
            .first(self.db())
            .optional()?;
        Ok(row.map(|row| FirstAnswer {
            request_digest: row.digest,
            status: row.status.try_into().unwrap_or(500),
            version: row.version,
            location: row.location,
            body: row.body,
        }))
    }

    /// Keeps the first answer to a key of the author, in the transaction of what it answers.
    pub fn remember(&mut self, key: &str, answer: FirstAnswer) -> Result<()> {
        let row = Row {
            client: self.author().permit.caller.name.clone(),
            key: key.to_owned(),
            digest: answer.request_digest,
            status: i32::from(answer.status),
            version: answer.version,
            location: answer.location,
            body: answer.body,
            recorded_at: stored_instant(self.moment().now),
        };
        let now = self.moment().now;
        let db = self.db();
        // Also the one that this key may have had before.
        forget_old(db, now)?;
        diesel::insert_into(idempotency_keys::table).values(&row).execute(db)?;
        Ok(())
    }
}

/// Forgets the answers that speak of an object: its own, and those of what refers to it by its id.
pub(crate) fn forget(db: &mut AnyConnection, object: &str) -> Result<()> {
    let speaks = idempotency_keys::body.like(format!("%{object}%"));
    diesel::delete(idempotency_keys::table.filter(speaks)).execute(db)?;
    Ok(())
}

/// Forgets the answers that have been kept long enough.
pub fn forget_old(db: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
    let over = stored_instant(now - KEPT);
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::recorded_at.le(over))).execute(db)?;
    Ok(())
}
