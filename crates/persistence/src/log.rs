//! The change log: one entry for each change of an object, in the order of commits, without gaps, each
//! entry chained to the one before by its digest.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use digituki_domain::change::Operation;
use digituki_domain::noun::NounName;
use digituki_domain::policy::Sight;
use sha2::{Digest, Sha256};

use crate::audit::Line;
use crate::batch::Batch;
use crate::column::{Json, Plain, stored_instant};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{audit_entries, changes, log_head, payloads};

/// The end of the log, taken by one writer at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) digest: String,
}

/// What the log calls an entry that says which payloads were erased by law, instead of a noun.
pub(crate) const ERASURE: &str = "erasure";

/// What is to be logged of a change.
pub(crate) struct Entry<'a> {
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) noun: &'a str,
    pub(crate) object: String,
    pub(crate) operation: Operation,
    pub(crate) version: i64,
    pub(crate) actor: &'a str,
    pub(crate) before: Option<&'a Sight>,
    pub(crate) after: Option<&'a Sight>,
    /// The object's record after the change; none when it was removed.
    pub(crate) record: Option<String>,
}

/// An entry as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) recorded_at: NaiveDateTime,
    pub(crate) noun: Plain<NounName>,
    pub(crate) object: String,
    pub(crate) operation: Plain<Operation>,
    pub(crate) version: i64,
    pub(crate) actor: String,
    pub(crate) seen_before: Option<Json<Sight>>,
    pub(crate) seen_after: Option<Json<Sight>>,
    pub(crate) published: bool,
    pub(crate) payload_digest: String,
    pub(crate) digest: String,
}

impl Head {
    /// Takes the end of the log: whoever comes second waits here, before it has read anything, until the
    /// first has committed.
    pub(crate) fn take(db: &mut AnyConnection) -> Result<Self> {
        match db {
            AnyConnection::Postgresql(db) => {
                let head = log_head::table.select((log_head::seq, log_head::digest)).for_update();
                let (seq, digest) = head.first(db)?;
                Ok(Self { seq, digest })
            }
            // A transaction that writes has the one lock already.
            AnyConnection::Sqlite(_) => Self::read(db),
        }
    }

    /// Where the log ends.
    pub(crate) fn read(db: &mut AnyConnection) -> Result<Self> {
        let (seq, digest) = log_head::table.select((log_head::seq, log_head::digest)).first(db)?;
        Ok(Self { seq, digest })
    }

    /// Adds an entry behind the end, with the line of the audit that it has by its number.
    pub(crate) fn append(
        &mut self,
        db: &mut AnyConnection,
        entry: Entry,
        line: impl FnOnce(i64) -> Option<Line>,
    ) -> Result<()> {
        // Random, so that nobody finds out by trying what a payload said that was erased.
        let salt = uuid::Uuid::new_v4().simple().to_string();
        let payload_digest = payload_digest(&salt, entry.record.as_deref());
        let published = [entry.before, entry.after].into_iter().flatten().any(|sight| sight.published);
        let mut row = Row {
            seq: self.seq + 1,
            recorded_at: stored_instant(entry.recorded_at),
            noun: Plain::from_text(entry.noun.to_owned()),
            object: entry.object,
            operation: Plain::of(&entry.operation),
            version: entry.version,
            actor: entry.actor.to_owned(),
            seen_before: entry.before.map(Json::of).transpose()?,
            seen_after: entry.after.map(Json::of).transpose()?,
            published,
            payload_digest,
            digest: String::new(),
        };
        row.digest = row.chained_to(&self.digest);
        let line = line(row.seq);
        let mut batch = Batch::on(db);
        batch.add(diesel::insert_into(changes::table).values(&row))?;
        batch.add(diesel::insert_into(payloads::table).values((
            payloads::seq.eq(row.seq),
            payloads::salt.eq(entry.record.is_some().then_some(&salt)),
            payloads::data.eq(&entry.record),
        )))?;
        if let Some(line) = &line {
            batch.add(diesel::insert_into(audit_entries::table).values(line.row()))?;
        }
        batch.run()?;
        *self = Self { seq: row.seq, digest: row.digest };
        Ok(())
    }

    /// Stores where the log ends now.
    pub(crate) fn store(&self, db: &mut AnyConnection) -> Result<()> {
        diesel::update(log_head::table)
            .set((log_head::seq.eq(self.seq), log_head::digest.eq(&self.digest)))
            .execute(db)?;
        Ok(())
    }
}

impl Row {
    /// The digest of the entry, chained to that of the entry before.
    pub(crate) fn chained_to(&self, previous: &str) -> String {
        let mut digest = Sha256::new();
        let fields = [
            previous,
            &self.seq.to_string(),
            &self.recorded_at.and_utc().timestamp_millis().to_string(),
            self.noun.text(),
            &self.object,
            self.operation.text(),
            &self.version.to_string(),
            &self.actor,
            self.seen_before.as_ref().map_or("", Json::text),
            self.seen_after.as_ref().map_or("", Json::text),
            if self.published { "published" } else { "" },
            &self.payload_digest,
        ];
        for field in fields {
            // With its length, so that no two entries read the same.
            digest.update(field.len().to_be_bytes());
            digest.update(field);
        }
        hex::encode(digest.finalize())
    }
}

/// What a payload is known by in the chain; without a payload, nothing.
pub(crate) fn payload_digest(salt: &str, data: Option<&str>) -> String {
    data.map_or_else(String::new, |data| {
        hex::encode(Sha256::new().chain_update(salt.as_bytes()).chain_update(data.as_bytes()).finalize())
    })
}
