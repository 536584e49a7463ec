//! Opening hours, each kept once: whether it is open at an instant is worked out for each of them, not for each point.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use digituki_domain::opening_hours::OpeningHours;
use sha2::{Digest as _, Sha256};

use super::Slim;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::hours_patterns;

/// All opening hours that the process has seen, by what the database calls them. They never change: those that it
/// lacks are read before a question is answered.
#[derive(Debug, Default)]
pub(super) struct Hours(RwLock<BTreeMap<i64, Arc<OpeningHours>>>);

impl Hours {
    /// Reads what has come since it was last asked, if some points have hours that are not known here.
    pub(super) fn refresh<'a>(&self, db: &mut AnyConnection, points: impl IntoIterator<Item = &'a Slim>) -> Result<()> {
        let last = self.last();
        if points.into_iter().any(|point| point.hours > Some(last)) { self.read(db, last) } else { Ok(()) }
    }

    fn last(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().next_back().copied().unwrap_or(0)
    }

    fn read(&self, db: &mut AnyConnection, last: i64) -> Result<()> {
        let rows: Vec<(i64, String)> = hours_patterns::table
            .filter(hours_patterns::id.gt(last))
            .select((hours_patterns::id, hours_patterns::hours))
            .load(db)?;
        let mut more = BTreeMap::new();
        for (id, hours) in rows {
            more.insert(id, Arc::new(serde_json::from_str(&hours)?));
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).append(&mut more);
        Ok(())
    }

    /// The hours that the database calls so.
    pub(super) fn get(&self, id: i64) -> Option<Arc<OpeningHours>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Those by which it is open at an instant.
    pub(super) fn open_at(&self, db: &mut AnyConnection, at: DateTime<Utc>) -> Result<Vec<i64>> {
        self.read(db, self.last())?;
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(known.iter().filter(|(_, hours)| hours.is_open_at(at)).map(|(id, _)| *id).collect())
    }
}

/// What the database calls some hours; it learns them if they are new to it. Rows stay when nothing refers to them any
/// more, so they hold no texts: those could have to be erased.
pub(super) fn id(db: &mut AnyConnection, hours: &OpeningHours) -> Result<i64> {
    let hours = serde_json::to_string(&hours.clone().wordless())?;
    let digest = hex::encode(Sha256::digest(&hours));
    let known = hours_patterns::table.filter(hours_patterns::digest.eq(&digest)).select(hours_patterns::id);
    if let Some(id) = known.first(db).optional()? {
        return Ok(id);
    }
    // One writer at a time: no two take the same.
    let last: Option<i64> = hours_patterns::table.select(diesel::dsl::max(hours_patterns::id)).first(db)?;
    let id = last.unwrap_or(0) + 1;
    diesel::insert_into(hours_patterns::table)
        .values((hours_patterns::id.eq(id), hours_patterns::digest.eq(&digest), hours_patterns::hours.eq(&hours)))
        .execute(db)?;
    Ok(id)
}
