//! The threads on which the database is asked: as many as there are places at it, so that no work waits behind another,
//! for all of the server's threads together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::Sender;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// A fixed number of threads, which end with the last clone of this.
#[derive(Clone)]
pub(crate) struct Threads(Sender<Work>);

impl Threads {
    pub(crate) fn start(count: usize) -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded::<Work>();
        for number in 1..=count {
            let receiver = receiver.clone();
            let thread = thread::Builder::new().name(format!("database {number}"));
            if let Err(error) = thread.spawn(move || receiver.iter().for_each(|work| work())) {
                log::error!("only {} of {count} threads for the database: {error}", number - 1);
                break;
            }
        }
        Self(sender)
    }

    /// Does the work on one of the threads; nothing comes of it if it panics.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let work = move || {
            if let Some(outcome) = unless_panicked(work) {
                // Whoever asked may be gone.
                let _ = tell.send(outcome);
            }
        };
        self.0.send(Box::new(work)).ok()?;
        told.await.ok()
    }
}

/// What came of some work; nothing if it panicked. The panic itself is in the log by then, with its place; its message may
/// hold anything.
pub(crate) fn unless_panicked<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_work_and_not_the_thread() {
        let (threads, runtime) = (Threads::start(1), tokio::runtime::Builder::new_current_thread().build().unwrap());
        let panicked = runtime.block_on(threads.run(|| "no number".parse::<u8>().unwrap()));
        assert_eq!((panicked, runtime.block_on(threads.run(|| 2))), (None, Some(2)));
    }
}
