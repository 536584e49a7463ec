//! Searches that found nothing, on their way into the registry's books: behind the answers, one write at a time however
//! many there are, and dropped where that cannot be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::rt;
use digituki_domain::search_gap::{Gap, Miss};
use digituki_persistence::{Store, search_gap};

/// More kinds of gaps than this do not wait at once.
const MOST_WAITING: usize = 1_000;

/// What is to be counted.
#[derive(Debug, Default)]
pub(crate) struct Misses(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    gaps: BTreeMap<Gap, i64>,
    /// Whether somebody counts.
    is_counted: bool,
}

impl Misses {
    /// Notes a search.
    pub(crate) fn note(&self, miss: Miss) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for gap in miss.gaps() {
            if waiting.gaps.len() < MOST_WAITING || waiting.gaps.contains_key(&gap) {
                *waiting.gaps.entry(gap).or_default() += 1;
            }
        }
    }

    /// Counts what waits, without being waited for. Nothing that goes wrong with it goes wrong with an answer.
    pub(crate) fn count(self: &Arc<Self>, store: &Store, read_only: bool) {
        if !self.begin() {
            return;
        }
        let (misses, store) = (Arc::clone(self), store.clone());
        rt::spawn(async move {
            while let Some(gaps) = misses.take() {
                let why = if read_only {
                    "the registry takes no changes".to_owned()
                } else {
                    match store.keep(move |db| search_gap::count(db, &gaps)).await {
                        Ok(()) => continue,
                        Err(error) => error.to_string(),
                    }
                };
                log::debug!("searches that found nothing are not counted: {why}");
            }
        });
    }

    /// Whether there is something to count that nobody counts.
    fn begin(&self) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = !waiting.is_counted && !waiting.gaps.is_empty();
        waiting.is_counted |= is_first;
        is_first
    }

    /// All that waits; where nothing does, whoever counted is done.
    fn take(&self) -> Option<BTreeMap<Gap, i64>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_counted = !waiting.gaps.is_empty();
        waiting.is_counted.then(|| std::mem::take(&mut waiting.gaps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use digituki_domain::area::AreaId;
    use digituki_domain::support::Topic;

    #[test]
    fn a_search_counts_once_for_each_topic_and_one_at_a_time_counts() {
        let misses = Misses::default();
        assert!(!misses.begin(), "there is nothing to count");
        let miss = |topics: &[Topic]| Miss {
            month: "2026-11".parse().unwrap(),
            area: AreaId::country(),
            language: None,
            topics: topics.to_vec(),
        };
        misses.note(miss(&[]));
        misses.note(miss(&[Topic::Tax, Topic::Email]));
        misses.note(miss(&[Topic::Tax]));
        assert!(misses.begin() && !misses.begin());
        let counts: Vec<i64> = misses.take().unwrap().into_values().collect();
        assert_eq!(counts, [1, 1, 2]);
        misses.note(miss(&[]));
        assert!(!misses.begin(), "whoever counts goes on");
        assert!(misses.take().is_some() && misses.take().is_none());
        misses.note(miss(&[]));
        assert!(misses.begin(), "whoever counted is done");
    }
}
