//! Signing keys: one that signs, and those that were retired while tokens of theirs may still live.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::column::stored_instant;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::signing_keys;

/// A key, as it is kept.
#[derive(Clone)]
pub struct SigningKey {
    /// Names it in tokens.
    pub kid: String,
    /// The key itself, as whoever made it writes it.
    pub private_key: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When another took its place.
    pub retired_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    private_key: String,
    created_at: NaiveDateTime,
    retired_at: Option<NaiveDateTime>,
}

/// Every key, the one that signs first.
pub fn all(db: &mut AnyConnection) -> Result<Vec<SigningKey>> {
    let order = (signing_keys::retired_at.is_not_null(), signing_keys::created_at.desc(), signing_keys::kid);
    let rows: Vec<Row> = signing_keys::table.order(order).select(Row::as_select()).load(db)?;
    Ok(rows.into_iter().map(Row::key).collect())
}

/// Keeps a first key where there is none: one of several processes that start together.
pub fn ensure(db: &mut AnyConnection, first: SigningKey) -> Result<()> {
    db.lock_keys()?;
    let standing: i64 = signing_keys::table.filter(signing_keys::retired_at.is_null()).count().get_result(db)?;
    if standing == 0 { insert(db, first) } else { Ok(()) }
}

/// Puts a key in the place of the one that signed, and forgets those that were retired before
/// `forgotten`: no token of theirs is alive.
pub fn rotate(db: &mut AnyConnection, next: SigningKey, forgotten: DateTime<Utc>) -> Result<()> {
    db.lock_keys()?;
    diesel::delete(signing_keys::table.filter(signing_keys::retired_at.lt(stored_instant(forgotten)))).execute(db)?;
    diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
        .set(signing_keys::retired_at.eq(stored_instant(next.created_at)))
        .execute(db)?;
    insert(db, next)
}

fn insert(db: &mut AnyConnection, key: SigningKey) -> Result<()> {
    let row = Row {
        kid: key.kid,
        private_key: key.private_key,
        created_at: stored_instant(key.created_at),
        retired_at: key.retired_at.map(stored_instant),
    };
    diesel::insert_into(signing_keys::table).values(row).execute(db)?;
    Ok(())
}

impl Row {
    fn key(self) -> SigningKey {
        SigningKey {
            kid: self.kid,
            private_key: self.private_key,
            created_at: self.created_at.and_utc(),
            retired_at: self.retired_at.map(|at| at.and_utc()),
        }
    }
}
