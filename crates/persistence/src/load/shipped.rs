//! Which shipped rows are loaded, and at which version: what makes loading idempotent.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::schema::shipped_rows;

/// A row of the shipped data with all that belongs to it.
pub(crate) trait Shipped: Serialize {
    /// Its noun.
    const NOUN: &'static str;

    /// What identifies it among its noun.
    fn id(&self) -> String;

    /// Inserts it, or replaces it where it still has the version that was loaded. Says whether it
    /// did: a row that a user has changed since stays.
    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool>;
}

/// From which version to which a row goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The version that was loaded before; none for a new row.
    pub(crate) from: Option<i64>,
    /// The version that the row gets.
    pub(crate) to: i64,
}

/// Inserts a row, or updates the one that has the version loaded before.
macro_rules! put {
    ($db:expr, $table:ident, $key:expr, $row:expr, $step:expr) => {
        match $step.from {
            None => diesel::insert_into($table::table).values($row).execute($db)?,
            Some(loaded) => {
                diesel::update($table::table.find($key).filter($table::version.eq(loaded))).set($row).execute($db)?
            }
        } == 1
    };
}
pub(crate) use put;

/// The record of what was loaded.
pub(crate) struct Ledger {
    known: HashMap<(String, String), (String, i64)>,
    added: usize,
    updated: usize,
    kept: usize,
}

impl Ledger {
    pub(crate) fn open(db: &mut AnyConnection) -> Result<Self> {
        let rows: Vec<(String, String, String, i64)> = shipped_rows::table.load(db)?;
        let known = rows.into_iter().map(|(noun, id, digest, version)| ((noun, id), (digest, version))).collect();
        Ok(Self { known, added: 0, updated: 0, kept: 0 })
    }

    /// Loads one row, if it is new or changed.
    pub(crate) fn ship<T: Shipped>(&mut self, db: &mut AnyConnection, item: &T) -> Result<()> {
        let id = item.id();
        let digest = digest(item)?;
        let known = self.known.get(&(T::NOUN.to_owned(), id.clone()));
        if known.is_some_and(|(loaded, _)| *loaded == digest) {
            return Ok(());
        }
        let from = known.map(|(_, version)| *version);
        let step = Step { from, to: from.unwrap_or(0) + 1 };
        if !item.store(db, step)? {
            self.kept += 1;
            return Ok(());
        }
        if from.is_none() {
            self.added += 1;
            diesel::insert_into(shipped_rows::table)
                .values((
                    shipped_rows::noun.eq(T::NOUN),
                    shipped_rows::id.eq(&id),
                    shipped_rows::digest.eq(&digest),
                    shipped_rows::version.eq(step.to),
                ))
                .execute(db)?;
        } else {
            self.updated += 1;
            diesel::update(shipped_rows::table.find((T::NOUN, &id)))
                .set((shipped_rows::digest.eq(&digest), shipped_rows::version.eq(step.to)))
                .execute(db)?;
        }
        Ok(())
    }

    pub(crate) fn report(&self) {
        if self.added + self.updated + self.kept > 0 {
            log::info!(
                "reference data and history: {} rows added, {} updated, {} left as a user changed them",
                self.added,
                self.updated,
                self.kept
            );
        }
    }
}

fn digest(item: &impl Serialize) -> Result<String> {
    let bytes = serde_json::to_vec(item).map_err(Error::from)?;
    Ok(hex::encode(Sha256::digest(bytes)))
}
