//! The store: a pool of connections, taken and used off the server's threads, with a deadline.

mod failures;
mod lookups;
mod seats;

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::TransactionManager as _;
use digituki_domain::clock::Clock;
use tokio::sync::watch;

use crate::connection::{AnyConnection, Manager, Pooled, Role};
use crate::database_url::DatabaseUrl;
use crate::error::{Error, Result, Unavailability};
use crate::feed;
use crate::load::{self, Load};
use crate::threads::{Threads, unless_panicked};
use crate::write::{Author, Tx};
use crate::writer::Line;
use failures::Failures;
pub use lookups::Lookups;
use seats::{Seat, Seats};

/// How the store works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the registry is kept.
    pub url: DatabaseUrl,
    /// How many connections at most.
    pub pool_size: u32,
    /// How long a request waits for a connection.
    pub pool_timeout: Duration,
    /// How long a write waits for its turn.
    pub writer_timeout: Duration,
    /// How long a statement may take (PostgreSQL).
    pub statement_timeout: Duration,
}

/// The registry's database. Cheap to clone: all clones share its connections.
#[derive(Clone)]
pub struct Store {
    threads: Threads,
    readers: Seats,
    /// One writer at a time in this process, so that writers queue here and not for locks.
    writers: Seats,
    /// Those who wait for the turn with what they have to do in it.
    line: Arc<Line>,
    /// The number of the last change, as far as this process knows.
    latest: Arc<watch::Sender<i64>>,
    options: Arc<Options>,
    failures: Failures,
}

impl Store {
    /// Opens the store without waiting for its database, which may come later.
    pub fn open(options: Options) -> Self {
        let failures = Failures { url: options.url.clone(), last: Arc::default() };
        let seats = |count, role| {
            let manager = Manager {
                url: options.url.clone(),
                role,
                connect_timeout: options.pool_timeout,
                statement_timeout: options.statement_timeout,
            };
            Seats::new(count, manager, failures.clone())
        };
        let readers = readers(&options);
        Self {
            // One for the writer too.
            threads: Threads::start(usize::try_from(readers).unwrap_or(1) + 1),
            readers: seats(readers, Role::Reader),
            writers: seats(1, Role::Writer),
            line: Arc::default(),
            latest: Arc::new(watch::Sender::new(0)),
            options: Arc::new(options),
            failures,
        }
    }

    /// Where the registry is kept.
    pub fn url(&self) -> &DatabaseUrl {
        &self.options.url
    }

    /// Reads one snapshot. A database that went silent is not waited for beyond the time-outs.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let seat = self.readers.take(self.options.pool_timeout).await?;
        self.unless_silent(self.in_transaction(seat, AnyConnection::begin_read, work)).await
    }

    /// Reads what needs no snapshot, such as a single statement: each statement stands for itself. All of it is done
    /// again on another connection where one turns out to be dead, within the pool's time-out.
    pub async fn glance<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let seat = self.readers.take(self.options.pool_timeout).await?;
        self.unless_silent(self.in_seat(seat, move |seat, deadline| seat.glance(deadline, work))).await
    }

    /// Looks up what a key finds, as [`Store::glance`] reads. SQLite finds it in less time than it takes to hand the
    /// question to another thread, so there it is asked right here, if a connection is at hand; whatever does not succeed
    /// at once goes the way of PostgreSQL, where those who ask at the same time share a statement.
    pub async fn look_up<K, T>(&self, lookups: &Lookups<K, T>, key: K) -> Result<T>
    where
        K: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.look_up_within(self.options.pool_timeout, lookups, key).await
    }

    /// The same for who asks on behalf of a writer, and waits for a connection as long as a writer does.
    pub async fn look_up_patiently<K, T>(&self, lookups: &Lookups<K, T>, key: K) -> Result<T>
    where
        K: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.look_up_within(self.options.writer_timeout, lookups, key).await
    }

    async fn look_up_within<K, T>(&self, patience: Duration, lookups: &Lookups<K, T>, key: K) -> Result<T>
    where
        K: Send + Sync + 'static,
        T: Send + 'static,
    {
        if let DatabaseUrl::Sqlite(_) = self.options.url
            && let Some(mut pooled) = self.readers.take(patience).await?.at_hand()
        {
            match unless_panicked(|| lookups.one(&mut pooled.connection, &key)) {
                Some(Ok(found)) => return Ok(found),
                Some(Err(_)) => {}
                None => {
                    pooled.broken = true;
                    return Err(panicked());
                }
            }
        }
        let mut told = lookups.join(key);
        let round = tokio::select! {
            biased;
            outcome = &mut told => return outcome.unwrap_or_else(|_| Err(panicked())),
            round = lookups.round(patience) => round?,
        };
        let seat = self.readers.take(patience).await?;
        let (lookups, deadline) = (lookups.clone(), self.deadline());
        let served = self.threads.run(move || {
            lookups.serve(|look| seat.glance(deadline, look));
            drop(round);
        });
        let served = async {
            // Whoever asks for all is told as one of them.
            served.await;
            told.await.unwrap_or_else(|_| Err(panicked()))
        };
        self.unless_silent(served).await
    }

    /// Waits no longer than a statement may take.
    async fn unless_silent<T, E: From<Error>>(
        &self,
        reading: impl Future<Output = std::result::Result<T, E>>,
    ) -> std::result::Result<T, E> {
        let longest = self.options.pool_timeout + self.options.statement_timeout;
        let silent = |_| Err(Error::Unavailable(Unavailability::Lost).into());
        tokio::time::timeout(longest, reading).await.unwrap_or_else(silent)
    }

    /// Reads one snapshot for as long as it takes, for commands that look through everything.
    pub async fn look_through<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let seat = self.readers.take(self.options.pool_timeout).await?;
        self.in_transaction(seat, AnyConnection::begin_read, work).await
    }

    /// Writes by the one road: everything that the work does, its entries in the log and its lines in the
    /// audit, or nothing of it.
    pub async fn write<T, E>(
        &self,
        author: Author,
        work: impl FnOnce(&mut Tx) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let since = Instant::now();
        let (waiting, mut told) = self.line.join(author, work);
        loop {
            let left = self.options.writer_timeout.saturating_sub(since.elapsed());
            // Another one who has the turn may do this work too.
            let turn = tokio::select! {
                biased;
                outcome = &mut told => return outcome.unwrap_or_else(|_| Err(panicked().into())),
                turn = self.writers.take(left) => turn,
            };
            match turn {
                Ok(turn) => self.serve(turn),
                Err(busy) if waiting.give_up() => return Err(busy.into()),
                // It has begun.
                Err(_) => return told.await.unwrap_or_else(|_| Err(panicked().into())),
            }
        }
    }

    /// Does the work of those who wait for their turn, even when the requests that asked for it are gone.
    fn serve(&self, turn: Seat) {
        let deadline = self.deadline();
        let (line, latest) = (Arc::clone(&self.line), Arc::clone(&self.latest));
        tokio::task::spawn_blocking(move || {
            line.serve(|| turn.begun(deadline, AnyConnection::begin_write), |seq| tell(&latest, seq));
        });
    }

    /// Keeps the registry's own books (clients, keys, denials, counts): what no log of changes speaks of.
    pub async fn keep<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let turn = self.writers.take(self.options.writer_timeout).await?;
        self.in_transaction(turn, AnyConnection::begin_write, work).await
    }

    /// Tells of changes as they come; of those of other processes once [`Store::look_for_changes`] has found
    /// them.
    pub fn latest(&self) -> watch::Receiver<i64> {
        self.latest.subscribe()
    }

    /// Looks whether another process has written, if anybody waits to know.
    pub async fn look_for_changes(&self) -> Result<()> {
        if self.latest.receiver_count() > 0 {
            let seq = self.read(feed::last_seq).await?;
            tell(&self.latest, seq);
        }
        Ok(())
    }

    /// Clears away the space in which what was erased may still stand; says whether all of it was, which readers can
    /// keep it from.
    pub async fn tidy(&self) -> Result<bool> {
        // Not within a transaction: begun only to know that the connection works.
        let begin = |connection: &mut AnyConnection| {
            connection.begin_read()?;
            <AnyConnection as diesel::Connection>::TransactionManager::commit_transaction(connection)
        };
        let turn = self.writers.take(self.options.writer_timeout).await?;
        self.with_connection(turn, begin, |pooled| Ok(pooled.connection.tidy()?)).await
    }

    /// Lets the database count what it holds, after much has come or gone.
    pub async fn analyse(&self) -> Result<()> {
        self.keep(|db| Ok(db.analyse()?)).await
    }

    /// Whether the database is as this program needs it; it is not touched.
    pub async fn check_prepared(&self) -> Result<()> {
        let pending = self.read(AnyConnection::pending_migrations).await.map_err(|error| match error {
            Error::Unforeseen(_) => Error::Unforeseen("it was never prepared: run `digituki migrate` first".into()),
            error => error,
        })?;
        if pending.is_empty() {
            return Ok(());
        }
        let pending = pending.join(", ");
        Err(Error::Unforeseen(format!("migrations are pending ({pending}): run `digituki migrate` first")))
    }

    /// Migrates the database and loads what every installation starts with; one process at a time.
    pub async fn prepare(&self, load: Load, clock: Clock) -> Result<()> {
        let turn = self.writers.take(self.options.writer_timeout).await?;
        self.in_transaction(turn, AnyConnection::begin_preparation, move |connection| {
            connection.migrate()?;
            load::load(connection, load, clock)
        })
        .await
        .map_err(|error| match (error, self.failures.lasting()) {
            (Error::Unavailable(Unavailability::Lost), Some(reason)) => Error::Unforeseen(reason),
            (error, _) => error,
        })
    }

    /// Does the work in one transaction, of which all stays or nothing.
    async fn in_transaction<T, E>(
        &self,
        seat: Seat,
        begin: impl Fn(&mut AnyConnection) -> diesel::QueryResult<()> + Send + 'static,
        work: impl FnOnce(&mut AnyConnection) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let work = move |pooled: &mut Pooled| {
            let outcome = work(&mut pooled.connection);
            pooled.end(outcome)
        };
        self.with_connection(seat, begin, work).await
    }

    /// Begins on a connection that works, within the pool's time-out, and does the work on it.
    async fn with_connection<T, E>(
        &self,
        seat: Seat,
        begin: impl Fn(&mut AnyConnection) -> diesel::QueryResult<()> + Send + 'static,
        work: impl FnOnce(&mut Pooled) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.in_seat(seat, move |seat, deadline| {
            let mut pooled = seat.begun(deadline, begin)?;
            work(&mut pooled)
        })
        .await
    }

    /// Does the work off the server's threads.
    async fn in_seat<T, E>(
        &self,
        seat: Seat,
        work: impl FnOnce(&Seat, Instant) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let deadline = self.deadline();
        let done = self.threads.run(move || work(&seat, deadline));
        done.await.unwrap_or_else(|| Err(panicked().into()))
    }

    /// Until when a connection is waited for.
    fn deadline(&self) -> Instant {
        Instant::now() + self.options.pool_timeout
    }
}

/// How many connections read. SQLite works in this process: more of them than processors would only wait for each other,
/// each with a cache of its own.
fn readers(options: &Options) -> u32 {
    const SUFFICE: u32 = 4;
    let readers = options.pool_size.saturating_sub(1).max(1);
    match options.url {
        DatabaseUrl::Postgres(_) => readers,
        DatabaseUrl::Sqlite(_) => {
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            readers.min(u32::try_from(processors).unwrap_or(readers).max(SUFFICE))
        }
    }
}

/// The panic itself is in the log by then, with its place; its message may hold anything.
pub(crate) fn panicked() -> Error {
    Error::Unforeseen("the work on the database panicked".into())
}

fn tell(latest: &watch::Sender<i64>, seq: i64) {
    latest.send_if_modified(|known| {
        let newer = seq > *known;
        *known = seq.max(*known);
        newer
    });
}
