//! What is looked up by its key. Those who ask while others wait for their answer are answered together, from one
//! statement: what a statement costs PostgreSQL hardly depends on how many keys it names.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::connection::AnyConnection;
use crate::error::{Error, Result, Unavailability};

/// So many statements are under way at most: those who come meanwhile gather for the next one.
const ROUNDS: usize = 2;

type Look<K, T> = dyn Fn(&mut AnyConnection, &[K]) -> Result<Vec<T>> + Send + Sync;

/// Who waits for what a key finds.
type Asker<K, T> = (K, oneshot::Sender<Result<T>>);

/// Questions of one kind, by their keys. Cheap to clone: all clones are asked together.
pub struct Lookups<K, T> {
    look: Arc<Look<K, T>>,
    askers: Arc<Mutex<Vec<Asker<K, T>>>>,
    rounds: Arc<Semaphore>,
}

impl<K, T> Clone for Lookups<K, T> {
    fn clone(&self) -> Self {
        let (look, askers, rounds) = (Arc::clone(&self.look), Arc::clone(&self.askers), Arc::clone(&self.rounds));
        Self { look, askers, rounds }
    }
}

impl<K, T> Lookups<K, T> {
    /// `look` tells what is found by each of some keys, in their order; each of its statements stands for itself.
    pub fn new(look: impl Fn(&mut AnyConnection, &[K]) -> Result<Vec<T>> + Send + Sync + 'static) -> Self {
        Self { look: Arc::new(look), askers: Arc::default(), rounds: Arc::new(Semaphore::new(ROUNDS)) }
    }

    /// What is found by one key.
    pub(super) fn one(&self, db: &mut AnyConnection, key: &K) -> Result<T> {
        let found = (self.look)(db, std::slice::from_ref(key))?;
        found.into_iter().next().ok_or_else(nothing_told)
    }

    /// Joins those who ask.
    pub(super) fn join(&self, key: K) -> oneshot::Receiver<Result<T>> {
        let (teller, told) = oneshot::channel();
        self.askers.lock().unwrap_or_else(PoisonError::into_inner).push((key, teller));
        told
    }

    /// Waits until a statement may be made.
    pub(super) async fn round(&self, patience: Duration) -> Result<OwnedSemaphorePermit> {
        let rounds = || Arc::clone(&self.rounds);
        if let Ok(round) = rounds().try_acquire_owned() {
            return Ok(round);
        }
        let round = tokio::time::timeout(patience, rounds().acquire_owned()).await;
        round.ok().and_then(std::result::Result::ok).ok_or(Error::Unavailable(Unavailability::Busy))
    }

    /// Asks for all who wait by now, if anybody does, and tells them.
    pub(super) fn serve(&self, ask: impl FnOnce(&dyn Fn(&mut AnyConnection) -> Result<Vec<T>>) -> Result<Vec<T>>) {
        let askers = std::mem::take(&mut *self.askers.lock().unwrap_or_else(PoisonError::into_inner));
        // Some may be gone.
        let (keys, tellers): (Vec<K>, Vec<_>) = askers.into_iter().filter(|(_, teller)| !teller.is_closed()).unzip();
        if keys.is_empty() {
            return;
        }
        match ask(&|db| (self.look)(db, &keys)) {
            Ok(found) => {
                for (teller, found) in tellers.into_iter().zip(found) {
                    let _ = teller.send(Ok(found));
                }
            }
            Err(error) => {
                for teller in tellers {
                    let _ = teller.send(Err(error.clone()));
                }
            }
        }
    }
}

fn nothing_told() -> Error {
    Error::Unforeseen("a look-up told nothing of its key".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells of each key whether it is even, with how many it was asked; 13 is too much.
    fn parities() -> Lookups<u32, (bool, usize)> {
        Lookups::new(|_, keys: &[u32]| {
            if keys.contains(&13) {
                return Err(Error::Forbidden);
            }
            Ok(keys.iter().map(|key| (key % 2 == 0, keys.len())).collect())
        })
    }

    fn served(lookups: &Lookups<u32, (bool, usize)>) {
        let mut db = AnyConnection::Sqlite(diesel::Connection::establish(":memory:").unwrap());
        lookups.serve(|look| look(&mut db));
    }

    #[test]
    fn all_who_wait_are_told_of_their_own_keys_from_one_question() {
        let lookups = parities();
        let told = [1, 2, 2].map(|key| lookups.join(key));
        served(&lookups);
        let told = told.map(|mut told| told.try_recv().unwrap().unwrap());
        assert_eq!(told, [(false, 3), (true, 3), (true, 3)]);
    }

    #[test]
    fn who_is_gone_is_not_asked_for() {
        let lookups = parities();
        let mut stays = lookups.join(2);
        drop(lookups.join(13));
        served(&lookups);
        assert_eq!(stays.try_recv().unwrap().unwrap(), (true, 1));
    }

    #[test]
    fn a_question_that_fails_fails_for_all_and_the_next_one_does_not() {
        let lookups = parities();
        let failing = [13, 2].map(|key| lookups.join(key));
        served(&lookups);
        assert!(failing.into_iter().all(|mut told| told.try_recv().unwrap().is_err()));
        let mut next = lookups.join(2);
        served(&lookups);
        assert_eq!(next.try_recv().unwrap().unwrap(), (true, 1));
    }
}
