//! Places at the database, and the connections that belong to them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failures::Failures;
use crate::connection::{AnyConnection, Manager, Pooled};
use crate::error::{Error, Result, Unavailability};

type Pool = r2d2::Pool<Manager>;

/// As many places as there are connections, so that whoever has one waits for nobody.
#[derive(Clone)]
pub(super) struct Seats {
    places: Arc<Semaphore>,
    pool: Pool,
}

/// A place at the database. It is held until the work is done, even when the request that asked for it is gone.
pub(super) struct Seat {
    pool: Pool,
    _place: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(count: u32, manager: Manager, failures: Failures) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(count)
            .min_idle(Some(0))
            .connection_timeout(manager.connect_timeout)
            .test_on_check_out(false)
            .error_handler(Box::new(failures))
            .build_unchecked(manager);
        Self { places: Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1))), pool }
    }

    /// Waits for a place.
    pub(super) async fn take(&self, patience: Duration) -> Result<Seat> {
        let places = || Arc::clone(&self.places);
        // Nearly always there is one: no timer is needed then.
        let place = match places().try_acquire_owned() {
            Ok(place) => Some(place),
            Err(_) => {
                tokio::time::timeout(patience, places().acquire_owned()).await.ok().and_then(std::result::Result::ok)
            }
        };
        let place = place.ok_or(Error::Unavailable(Unavailability::Busy))?;
        Ok(Seat { pool: self.pool.clone(), _place: place })
    }
}

impl Seat {
    /// Takes the connection.
    pub(super) fn connection(&self, deadline: Instant) -> Result<r2d2::PooledConnection<Manager>> {
        let left = deadline.saturating_duration_since(Instant::now());
        // The pool refuses to wait for no time at all.
        let taken = self.pool.get_timeout(left.max(Duration::from_millis(1)));
        let mut pooled = taken.map_err(|_| Error::Unavailable(Unavailability::Lost))?;
        pooled.uses += 1;
        Ok(pooled)
    }

    /// Takes the connection if it is there already.
    pub(super) fn at_hand(&self) -> Option<r2d2::PooledConnection<Manager>> {
        let mut pooled = self.pool.try_get()?;
        pooled.uses += 1;
        Some(pooled)
    }

    /// Takes the connection and begins on it. It may have died since it was last used: then another takes its place.
    pub(super) fn begun(
        &self,
        deadline: Instant,
        begin: impl Fn(&mut AnyConnection) -> diesel::QueryResult<()>,
    ) -> Result<r2d2::PooledConnection<Manager>> {
        loop {
            let mut pooled = self.connection(deadline)?;
            match begin(&mut pooled.connection) {
                Ok(()) => return Ok(pooled),
                Err(error) => {
                    pooled.broken = true;
                    if Instant::now() >= deadline {
                        return Err(error.into());
                    }
                }
            }
        }
    }

    /// Does what may be done again: so it is, on another connection, where one turns out to be dead.
    pub(super) fn glance<T>(&self, deadline: Instant, work: impl Fn(&mut AnyConnection) -> Result<T>) -> Result<T> {
        loop {
            let mut pooled = self.connection(deadline)?;
            let outcome = work(&mut pooled.connection);
            if outcome.is_ok() || pooled.answers() || Instant::now() >= deadline {
                return outcome;
            }
        }
    }
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pooled").field("broken", &self.broken).finish_non_exhaustive()
    }
}
