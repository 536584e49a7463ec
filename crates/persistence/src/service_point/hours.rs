//! Opening hours, each kept once: whether it is open at an instant is worked out for each of them, not for each point.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use digituki_domain::opening_hours::OpeningHours;
use sha2::{Digest as _, Sha256};

use super::Slim;
use super::render::New;
use crate::among::among;
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

/// Notes for some points what the database calls their hours; it learns those that are new to it. Rows stay when nothing
/// refers to them any more, so they hold no texts: those could have to be erased.
pub(super) fn note(db: &mut AnyConnection, points: &mut [New]) -> Result<()> {
    let mut asked: BTreeMap<String, (String, Vec<&mut New>)> = BTreeMap::new();
    for point in points {
        if let Some(hours) = point.hours.take() {
            let hours = serde_json::to_string(&hours.wordless())?;
            let digest = hex::encode(Sha256::digest(&hours));
            asked.entry(digest).or_insert((hours, Vec::new())).1.push(point);
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let known = hours_patterns::table.filter(among(hours_patterns::digest, asked.keys().cloned()));
    let known: HashMap<String, i64> =
        known.select((hours_patterns::digest, hours_patterns::id)).load(db)?.into_iter().collect();
    for (digest, (hours, points)) in asked {
        let id = match known.get(&digest) {
            Some(id) => *id,
            None => learn(db, &digest, &hours)?,
        };
        for point in points {
            point.row.hours = Some(id);
        }
    }
    Ok(())
}

fn learn(db: &mut AnyConnection, digest: &str, hours: &str) -> Result<i64> {
    // One writer at a time: no two take the same.
    let last: Option<i64> = hours_patterns::table.select(diesel::dsl::max(hours_patterns::id)).first(db)?;
    let id = last.unwrap_or(0) + 1;
    diesel::insert_into(hours_patterns::table)
        .values((hours_patterns::id.eq(id), hours_patterns::digest.eq(digest), hours_patterns::hours.eq(hours)))
        .execute(db)?;
    Ok(id)
}
