//! What a process knows of the database without asking again.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use digituki_domain::atlas::Atlas;
use digituki_domain::opening_hours::OpenState;
use digituki_domain::search::WordId;
use digituki_domain::service_point::FacetValue;

use super::hours::Hours;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::{area, municipality};

/// So many remarks of a kind are kept, if they are short.
const MOST: usize = 20_000;

/// So many counts by the values of a field are kept.
const MOST_COUNTS: usize = 500;

/// How long it is believed that so many points have a term or a word: by that it is decided in which way points are
/// looked for.
const BELIEVED: Duration = Duration::from_secs(60);

/// What a process knows of the database: what never changes, what changes with a new version of the program, and
/// remarks by which ways are chosen.
#[derive(Debug, Default)]
pub struct Known {
    pub(super) hours: Hours,
    atlas: RwLock<Arc<Atlas>>,
    /// Whether it is open in a minute.
    states: Remarks<OpenState>,
    /// Whether few points have any of some terms.
    few: Remarks<(Instant, bool)>,
    /// How many points have a word.
    holders: Remarks<(Instant, i64)>,
    /// In which ring there were enough places.
    rings: Remarks<usize>,
    /// How many points have each value of a field, when the log ended where it says.
    counts: Remarks<(Instant, i64, Vec<FacetValue>), MOST_COUNTS>,
}

impl Known {
    /// Reads the areas anew: another process may have brought others.
    pub fn refresh(&self, db: &mut AnyConnection) -> Result<()> {
        let atlas = Atlas::new(area::ids(db)?, municipality::records(db)?);
        *self.atlas.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(atlas);
        Ok(())
    }

    /// All areas.
    pub(crate) fn atlas(&self, db: &mut AnyConnection) -> Result<Arc<Atlas>> {
        let atlas = Arc::clone(&self.atlas.read().unwrap_or_else(PoisonError::into_inner));
        if atlas.is_empty() {
            self.refresh(db)?;
            return Ok(Arc::clone(&self.atlas.read().unwrap_or_else(PoisonError::into_inner)));
        }
        Ok(atlas)
    }

    /// Whether few points have any of some terms, or lie in some squares, as it was known a minute ago.
    pub(super) fn are_few(&self, question: &impl Hash, count: impl FnOnce() -> Result<bool>) -> Result<bool> {
        if let Some((since, few)) = self.few.of(question)
            && since.elapsed() < BELIEVED
        {
            return Ok(few);
        }
        let few = count()?;
        self.few.note(question, (Instant::now(), few));
        Ok(few)
    }

    /// How many points had a word a minute ago, if any had.
    pub(super) fn holders(&self, word: WordId) -> Option<i64> {
        let (since, points) = self.holders.of(&word)?;
        (since.elapsed() < BELIEVED).then_some(points)
    }

    pub(super) fn note_holders(&self, word: WordId, points: i64) {
        self.holders.note(&word, (Instant::now(), points));
    }

    /// How many points have each value of a field: as it was counted before, as long as nothing was written since. It is
    /// counted anew now and then: what a command writes anew is no change.
    pub(super) fn counts(
        &self,
        question: &impl Hash,
        last_seq: i64,
        count: impl FnOnce() -> Result<Vec<FacetValue>>,
    ) -> Result<Vec<FacetValue>> {
        if let Some((since, seq, counts)) = self.counts.of(question)
            && seq == last_seq
            && since.elapsed() < BELIEVED
        {
            return Ok(counts);
        }
        let counts = count()?;
        self.counts.note(question, (Instant::now(), last_seq, counts.clone()));
        Ok(counts)
    }

    /// Whether it is open at an instant by the hours that the database calls so.
    pub(super) fn open_state(&self, hours: i64, at: DateTime<Utc>) -> Option<OpenState> {
        // Hours begin and end with a minute, and nothing changes within one.
        let question = (hours, at.timestamp().div_euclid(60));
        self.states.of(&question).or_else(|| {
            let state = self.hours.get(hours)?.state_at(at);
            self.states.note(&question, state.clone());
            Some(state)
        })
    }

    /// The ring in which there were enough places last time, or the smallest.
    pub(super) fn ring(&self, question: &impl Hash) -> usize {
        self.rings.of(question).unwrap_or(0)
    }

    pub(super) fn note_ring(&self, question: &impl Hash, ring: usize) {
        self.rings.note(question, ring);
    }
}

/// What was remarked of questions, by their digests. All are forgotten when there are too many.
#[derive(Debug)]
struct Remarks<T, const MOST_OF_THEM: usize = MOST>(Mutex<HashMap<u64, T>>);

impl<T, const MOST_OF_THEM: usize> Default for Remarks<T, MOST_OF_THEM> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone, const MOST_OF_THEM: usize> Remarks<T, MOST_OF_THEM> {
    fn of(&self, question: &impl Hash) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&digest(question)).cloned()
    }

    fn note(&self, question: &impl Hash, remark: T) {
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remarks.len() >= MOST_OF_THEM {
            remarks.clear();
        }
        remarks.insert(digest(question), remark);
    }
}

/// Nobody outside knows by which key: no two questions can be made to have the same digest.
fn digest(question: &impl Hash) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(question)
}
