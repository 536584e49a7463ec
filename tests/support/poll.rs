//! Waiting for what comes by itself, without guessing how long it takes.

use std::thread;
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until there is something to see; fails after the deadline, saying what was awaited.
#[track_caller]
pub(crate) fn until<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < deadline, "{what}: not within {deadline:?}");
        thread::sleep(PAUSE);
    }
}
