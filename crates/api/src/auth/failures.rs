//! Failed sign-ins: ten a minute for each network address, and then none at all for the rest of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::http::rate_limit::network;

pub(crate) const MOST: u32 = 10;
pub(crate) const WINDOW: Duration = Duration::from_secs(60);
/// From here on the counters of those who stopped are dropped.
const CROWD: usize = 1_000;

/// Counts them, from the first on.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<IpAddr, Window>>);

struct Window {
    since: Instant,
    failures: u32,
}

impl Failures {
    /// The seconds that an address has to wait, if it has to: whatever secret it comes with.
    pub(crate) fn wait(&self, address: Option<IpAddr>) -> Option<u64> {
        let address = network(address?);
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get(&address).filter(|window| window.failures >= MOST)?;
        let left = WINDOW.checked_sub(window.since.elapsed())?;
        Some(left.as_secs() + 1)
    }

    /// Counts a failure; the seconds to wait, if it was one too many.
    pub(crate) fn count(&self, address: Option<IpAddr>) -> Option<u64> {
        // Asked again here: of many tries at once, each may have been let in before another failed.
        if let Some(seconds) = self.wait(address) {
            return Some(seconds);
        }
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CROWD {
            windows.retain(|_, window| window.since.elapsed() < WINDOW);
        }
        let fresh = || Window { since: Instant::now(), failures: 0 };
        let window = windows.entry(network(address?)).or_insert_with(fresh);
        if window.since.elapsed() >= WINDOW {
            *window = fresh();
        }
        window.failures += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_failures_an_address_waits_and_others_do_not() {
        let failures = Failures::default();
        let address = |last| Some(IpAddr::from([192, 0, 2, last]));
        for _ in 0..10 {
            assert_eq!(failures.wait(address(1)), None);
            assert_eq!(failures.count(address(1)), None);
        }
        assert!(failures.wait(address(1)).is_some_and(|seconds| (1..=60).contains(&seconds)));
        assert!(failures.count(address(1)).is_some());
        assert_eq!(failures.wait(address(2)), None);
    }
}
