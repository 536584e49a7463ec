//! Which shipped objects are loaded, and at which version: what makes loading idempotent.

use std::collections::HashMap;

use diesel::prelude::*;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary as _;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::noun::Stored;
use crate::schema::shipped_rows;
use crate::write::Tx;

/// The record of what was loaded.
pub(crate) struct Ledger {
    known: HashMap<(String, String), (String, i64)>,
    added: usize,
    updated: usize,
    kept: usize,
}

impl Ledger {
    pub(crate) fn open(tx: &mut Tx) -> Result<Self> {
        let rows: Vec<(String, String, String, i64)> = shipped_rows::table.load(tx.db())?;
        let known = rows.into_iter().map(|(noun, id, digest, version)| ((noun, id), (digest, version))).collect();
        Ok(Self { known, added: 0, updated: 0, kept: 0 })
    }

    /// Whether the program's data has more to say of an object than was loaded.
    pub(crate) fn is_new<N: Stored>(&self, id: &N::Id, record: &N::Record) -> Result<bool> {
        let key = (N::NOUN.code().to_owned(), id.to_string());
        let digest = digest(record)?;
        Ok(self.known.get(&key).is_none_or(|(loaded, _)| *loaded != digest))
    }

    /// Loads one object, if it is new or if the program's data changed. One that a user has changed since,
    /// or removed, stays as the user left it.
    pub(crate) fn ship<N: Stored>(&mut self, tx: &mut Tx, id: N::Id, record: N::Record) -> Result<()> {
        let digest = digest(&record)?;
        let key = (N::NOUN.code().to_owned(), id.to_string());
        let known = self.known.get(&key);
        if known.is_some_and(|(loaded, _)| *loaded == digest) {
            return Ok(());
        }
        let stored = match (known, N::find(tx.db(), &id)?) {
            (None, None) => {
                self.added += 1;
                tx.create::<N>(id, record)?
            }
            (Some((_, loaded)), Some(stored)) if stored.version == Version::new(*loaded) => {
                self.updated += 1;
                tx.update::<N>(stored, record)?
            }
            _ => {
                self.kept += 1;
                return Ok(());
            }
        };
        let values = (shipped_rows::digest.eq(&digest), shipped_rows::version.eq(stored.version.number()));
        let known = self.known.insert(key.clone(), (digest.clone(), stored.version.number()));
        if known.is_none() {
            let whose = (shipped_rows::noun.eq(&key.0), shipped_rows::id.eq(&key.1));
            diesel::insert_into(shipped_rows::table).values((whose, values)).execute(tx.db())?;
        } else {
            diesel::update(shipped_rows::table.find((&key.0, &key.1))).set(values).execute(tx.db())?;
        }
        Ok(())
    }

    pub(crate) fn report(&self) {
        if self.added + self.updated + self.kept > 0 {
            log::info!(
                "reference data and history: {} objects added, {} updated, {} left as a user changed them",
                self.added,
                self.updated,
                self.kept
            );
        }
    }
}

fn digest(record: &impl Serialize) -> Result<String> {
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(record)?)))
}
