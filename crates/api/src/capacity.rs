//! How much may go on at once, by the file descriptors that the process may have. Where they run out no
//! connection could be accepted any more, not even that of whoever watches over the process.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What is kept for everything that is no connection: the log, files of the database, the runtime.
const RESERVE: usize = 64;
/// Descriptors of one connection to the database, or of one worker, at most.
const EACH: usize = 4;
/// More is of no use: the machine has other limits.
const ENOUGH: usize = 1_000_000;

/// So many of each at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Connections of clients.
    pub(crate) connections: usize,
    /// Bodies on their way.
    pub(crate) bodies: usize,
    /// Closing connections that still read what the client sends.
    pub(crate) lingering: usize,
}

impl Capacity {
    /// What so many descriptors allow, beside the pool of the database and the workers.
    pub(crate) fn of(descriptors: usize, pool: usize, workers: usize) -> Self {
        let reserve = RESERVE + EACH * (pool + workers);
        Self {
            connections: descriptors - reserve.min(descriptors / 2),
            bodies: (descriptors / 4).clamp(16, 1_024),
            lingering: (descriptors / 16).clamp(8, 256),
        }
    }
}

/// The number of file descriptors that the process may have, once it has taken all that it is allowed.
pub(crate) fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let mut raised = limit;
    raised.current = limit.maximum;
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            log::warn!("the limit of open files stays as it is: {error}");
            limit.current
        }
    };
    allowed.and_then(|allowed| allowed.try_into().ok()).unwrap_or(ENOUGH).min(ENOUGH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_something_left_beside_the_connections() {
        assert_eq!(Capacity::of(256, 8, 2), Capacity { connections: 152, bodies: 64, lingering: 16 });
        assert_eq!(Capacity::of(64, 256, 8), Capacity { connections: 32, bodies: 16, lingering: 8 });
        let large = Capacity::of(ENOUGH, 256, 512);
        assert_eq!((large.bodies, large.lingering), (1_024, 256));
        assert!(large.connections < ENOUGH - 3_000);
    }

    #[test]
    fn the_process_takes_all_descriptors_that_it_may_have() {
        assert!(descriptors() > 0);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
