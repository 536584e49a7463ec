//! The line of those who write. Whoever has the turn also does the work of those who wait behind it, in the same
//! transaction: what a write waits for most is the disk, and one commit then serves them all.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use r2d2::PooledConnection;
use tokio::sync::oneshot;

use crate::connection::{AnyConnection, Manager, Pooled};
use crate::error::{Error, Result, Unavailability};
use crate::store::panicked;
use crate::turn::Turn;
use crate::write::{Author, Tx};

/// So many writes share a transaction at most.
const MOST: usize = 32;

/// After so long no other write is begun in a transaction: the first one waits for the last.
const LONGEST: Duration = Duration::from_millis(20);

/// What is to be done in a transaction that writes, or if there is none.
type Work = Box<dyn FnOnce(Result<(&mut AnyConnection, &mut Turn)>) -> Done + Send>;

/// Work that was done and not yet committed.
struct Done {
    is_to_stay: bool,
    /// Whether it broke off so that nobody knows what it leaves behind.
    has_panicked: bool,
    /// Tells whoever waits, once it is known what became of the transaction.
    answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// Those who wait for the turn, in the order in which they came.
pub(crate) struct Line {
    places: Mutex<VecDeque<Arc<Mutex<Option<Work>>>>>,
    longest: Duration,
}

impl Default for Line {
    fn default() -> Self {
        Self { places: Mutex::default(), longest: LONGEST }
    }
}

/// A place in the line. Work whose place is given up before its turn is never begun.
pub(crate) struct Place(Arc<Mutex<Option<Work>>>);

impl Place {
    /// Whether there was still something to give up.
    pub(crate) fn give_up(&self) -> bool {
        locked(&self.0).take().is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl Line {
    /// Joins the line; what the work comes to is told once it is committed.
    pub(crate) fn join<T, E>(
        &self,
        author: Author,
        work: impl FnOnce(&mut Tx) -> std::result::Result<T, E> + Send + 'static,
    ) -> (Place, oneshot::Receiver<std::result::Result<T, E>>)
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (teller, told) = oneshot::channel();
        let work: Work = Box::new(move |turn| {
            let (has_panicked, outcome) = match turn {
                Ok((db, turn)) => catch_unwind(AssertUnwindSafe(|| (false, work(&mut Tx::begin(db, &author, turn)))))
                    .unwrap_or_else(|_| (true, Err(panicked().into()))),
                Err(error) => (false, Err(error.into())),
            };
            let is_to_stay = outcome.is_ok();
            let answer = move |committed: Result<()>| {
                // Nobody may wait any more.
                let _ = teller.send(outcome.and_then(|value| committed.map(|()| value).map_err(E::from)));
            };
            Done { is_to_stay, has_panicked, answer: Box::new(answer) }
        });
        let place = Arc::new(Mutex::new(Some(work)));
        locked(&self.places).push_back(Arc::clone(&place));
        (Place(place), told)
    }

    /// Does the work of those who wait, in one transaction on a connection that `begin` has begun it on; calls
    /// `committed` with the number of the last change before it answers them.
    pub(crate) fn serve(&self, begin: impl FnOnce() -> Result<PooledConnection<Manager>>, committed: impl FnOnce(i64)) {
        let Some(first) = self.next() else { return };
        match begin() {
            Ok(mut pooled) => self.share(&mut pooled, first, committed),
            // The others may have better luck when it is their turn.
            Err(error) => refuse(first, error),
        }
    }

    fn share(&self, pooled: &mut Pooled, first: Work, committed: impl FnOnce(i64)) {
        let mut turn = match Turn::take(&mut pooled.connection) {
            Ok(turn) => turn,
            Err(error) => {
                pooled.roll_back();
                return refuse(first, error);
            }
        };
        let began = Instant::now();
        let mut answers = Vec::new();
        let mut next = Some(first);
        let mut outcome = Ok(());
        while let Some(work) = next.take() {
            let marked = match answers.len() {
                0 => Ok(()),
                1 => pooled.connection.mark(),
                _ => pooled.connection.move_mark(),
            };
            if let Err(error) = marked {
                refuse(work, error.into());
                outcome = Err(Error::Unavailable(Unavailability::Lost));
                break;
            }
            let before = turn.clone();
            let done = work(Ok((&mut pooled.connection, &mut turn)));
            pooled.broken |= done.has_panicked;
            answers.push(done.answer);
            if !done.is_to_stay {
                turn = before;
                // The others' work stays, if the database still knows it.
                if answers.len() == 1 || pooled.connection.undo_to_mark().is_err() {
                    outcome = Err(Error::Unavailable(Unavailability::Lost));
                    break;
                }
            }
            if answers.len() < MOST && began.elapsed() < self.longest {
                next = self.next();
            }
        }
        let outcome = outcome.and_then(|()| turn.end(&mut pooled.connection));
        let outcome = pooled.end(outcome);
        if let Some(seq) = turn.last_change().filter(|_| outcome.is_ok()) {
            committed(seq);
        }
        for answer in answers {
            answer(outcome.clone());
        }
    }

    /// The first who has not given up.
    fn next(&self) -> Option<Work> {
        loop {
            let place = locked(&self.places).pop_front()?;
            if let Some(work) = locked(&place).take() {
                return Some(work);
            }
        }
    }
}

fn refuse(work: Work, error: Error) {
    (work(Err(error)).answer)(Ok(()));
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    use digituki_domain::clock::Clock;
    use digituki_domain::policy::Permit;
    use digituki_domain::role::Caller;

    use super::*;
    use crate::connection::Role;
    use crate::database_url::DatabaseUrl;
    use crate::schema::search_gaps;

    type Told = oneshot::Receiver<Result<()>>;

    /// A line before a database of its own, where all who wait share one transaction.
    struct Stage {
        line: Line,
        pool: r2d2::Pool<Manager>,
    }

    impl Stage {
        fn new() -> Self {
            let manager = Manager {
                url: DatabaseUrl::Sqlite(":memory:".into()),
                role: Role::Writer,
                connect_timeout: Duration::from_secs(1),
                statement_timeout: Duration::from_secs(1),
            };
            let pool = r2d2::Pool::builder().max_size(1).build(manager).unwrap();
            pool.get().unwrap().connection.migrate().unwrap();
            Self { line: Line { places: Mutex::default(), longest: Duration::MAX }, pool }
        }

        fn join(&self, work: impl FnOnce(&mut Tx) -> Result<()> + Send + 'static) -> (Place, Told) {
            let permit = Permit::unlimited(Caller::registry());
            let author = Author { permit, operation: "test".into(), request_id: None, clock: Clock::default() };
            self.line.join(author, work)
        }

        fn serve(&self) {
            let begin = || {
                let mut pooled = self.pool.get().unwrap();
                pooled.connection.begin_write()?;
                Ok(pooled)
            };
            self.line.serve(begin, |_| ());
        }

        fn written(&self) -> Vec<String> {
            let places = search_gaps::table.order(search_gaps::place).select(search_gaps::place);
            places.load(&mut self.pool.get().unwrap().connection).unwrap()
        }
    }

    fn note(tx: &mut Tx, place: &str) -> Result<()> {
        let text = format!("INSERT INTO search_gaps VALUES ('{place}', '2026-01', 'region', '01', NULL, NULL, 1)");
        tx.db().batch_execute(&text)?;
        Ok(())
    }

    fn was_done(mut told: Told) -> bool {
        told.try_recv().unwrap().is_ok()
    }

    #[test]
    fn one_who_fails_leaves_what_the_others_did_and_nothing_of_its_own() {
        let stage = Stage::new();
        let all: Vec<_> = ["first", "failing", "third", "fourth"]
            .map(|place| {
                stage.join(move |tx| {
                    note(tx, place)?;
                    if place == "failing" { Err(Error::Forbidden) } else { Ok(()) }
                })
            })
            .into();
        stage.serve();
        let done: Vec<bool> = all.into_iter().map(|(_, told)| was_done(told)).collect();
        assert_eq!(done, [true, false, true, true]);
        assert_eq!(stage.written(), ["first", "fourth", "third"]);
    }

    #[test]
    fn one_who_panics_takes_nobody_along() {
        let stage = Stage::new();
        let (_first, first) = stage.join(|tx| note(tx, "first"));
        let (_second, second) = stage.join(|tx| {
            note(tx, "second")?;
            panic!("a fault of ours");
        });
        let (_third, third) = stage.join(|tx| note(tx, "third"));
        stage.serve();
        assert_eq!([first, second, third].map(was_done), [true, false, true]);
    }

    #[test]
    fn a_commit_that_fails_fails_all() {
        let stage = Stage::new();
        let (_first, first) = stage.join(|tx| note(tx, "first"));
        let (_second, second) = stage.join(|tx| {
            let text = "PRAGMA defer_foreign_keys = ON; INSERT INTO payloads (seq) VALUES (999)";
            Ok(tx.db().batch_execute(text)?)
        });
        stage.serve();
        assert_eq!([first, second].map(was_done), [false, false]);
    }

    #[test]
    fn who_gives_up_before_its_turn_is_not_begun() {
        let stage = Stage::new();
        let (_first, first) = stage.join(|tx| note(tx, "first"));
        let (impatient, _) = stage.join(|tx| note(tx, "impatient"));
        let (gone, _) = stage.join(|tx| note(tx, "gone"));
        assert!(impatient.give_up());
        drop(gone);
        stage.serve();
        assert!(was_done(first));
        assert_eq!(stage.written(), ["first"]);
    }

    #[test]
    fn whoever_cannot_begin_is_told_and_the_others_go_on_waiting() {
        let stage = Stage::new();
        let (_first, mut first) = stage.join(|tx| note(tx, "first"));
        let (_second, second) = stage.join(|tx| note(tx, "second"));
        stage.line.serve(|| Err(Error::Unavailable(Unavailability::Busy)), |_| ());
        assert!(matches!(first.try_recv().unwrap(), Err(Error::Unavailable(Unavailability::Busy))));
        stage.serve();
        assert!(was_done(second));
    }
}
