//! One connection type for both databases, how a connection is made and when it is given up.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::MigrationSource;
use diesel::{Connection as _, ConnectionError, PgConnection, QueryDsl as _, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::database_url::DatabaseUrl;
use crate::error::{Error, Result, Unavailability};
use crate::service_point;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
#[expect(missing_docs, reason = "the variants are the databases")]
pub enum AnyConnection {
    Postgresql(PgConnection),
    Sqlite(SqliteConnection),
}

/// What queries over `AnyConnection` are built for.
pub(crate) type Backend = <AnyConnection as diesel::Connection>::Backend;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Order matters: a connection must wait for locks before it asks for the WAL mode, and `FULL` makes
/// a commit wait for the disk (`NORMAL` acknowledges before). What is deleted is overwritten, so that an
/// erasure leaves nothing behind.
const SQLITE_SESSION: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                              PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;";

/// One connection writes at a time. It touches pages far apart, again and again: it keeps 16 MB of them, and they come into
/// the database together, when there are 32 MB.
const SQLITE_WRITER_SESSION: &str = "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 8000;";

/// Any number: the lock of those who migrate and load.
const PREPARATION_LOCK: i64 = 0x6469_6769_7475_6b69;
/// Any other number: the lock of those who put one signing key in the place of another.
const KEYS_LOCK: i64 = PREPARATION_LOCK + 1;

impl AnyConnection {
    /// Begins a transaction that reads one snapshot.
    pub(crate) fn begin_read(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => {
                AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
            Self::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN DEFERRED"),
        }
    }

    /// Begins a transaction that writes. On SQLite nobody else writes from here on; on PostgreSQL each
    /// statement sees what was committed before it, once a lock that it waited for is its own.
    pub(crate) fn begin_write(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
            Self::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
        }
    }

    /// Marks how far a transaction has come.
    pub(crate) fn mark(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("SAVEPOINT so_far")
    }

    /// Moves the mark to how far it has come since.
    pub(crate) fn move_mark(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("RELEASE SAVEPOINT so_far; SAVEPOINT so_far")
    }

    /// Undoes what a transaction has done since it was marked.
    pub(crate) fn undo_to_mark(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("ROLLBACK TO SAVEPOINT so_far")
    }

    /// Begins a part of a transaction, which can be undone alone.
    pub(crate) fn begin_part(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("SAVEPOINT part")
    }

    /// Ends a part that stays.
    pub(crate) fn keep_part(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("RELEASE SAVEPOINT part")
    }

    /// Ends a part of which nothing stays.
    pub(crate) fn undo_part(&mut self) -> diesel::QueryResult<()> {
        self.batch_execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
    }

    /// Lets one process at a time go on with the keys, until its transaction ends.
    pub(crate) fn lock_keys(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({KEYS_LOCK})")),
            // A transaction that writes has the one lock already.
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Begins the transaction in which one process at a time migrates and loads.
    pub(crate) fn begin_preparation(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => {
                AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN")?;
                inner.batch_execute(&format!(
                    "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
                     SELECT pg_advisory_xact_lock({PREPARATION_LOCK})"
                ))
            }
            Self::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
        }
    }

    /// Gives up the space in which what was deleted may still stand; says whether all of it could be given up.
    pub(crate) fn tidy(&mut self) -> diesel::QueryResult<bool> {
        #[derive(diesel::QueryableByName)]
        struct Outcome {
            #[diesel(sql_type = diesel::sql_types::Integer)]
            busy: i32,
        }
        match self {
            Self::Postgresql(inner) => {
                inner.batch_execute("SET statement_timeout = 0")?;
                inner.batch_execute(
                    "VACUUM payloads, changes, idempotency_keys, providers, organisations, locations, services, \
                     service_points, service_point_bodies, service_point_areas, suggestions, suggestion_words",
                )?;
                Ok(true)
            }
            Self::Sqlite(inner) => {
                let outcome: Outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(inner)?;
                Ok(outcome.busy == 0)
            }
        }
    }

    /// Has what this transaction asks planned by the values that it asks for: for counts over all that filters find, which
    /// PostgreSQL's plan for any values can take many times as long. SQLite plans by none.
    pub(crate) fn plan_by_values(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => inner.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan"),
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Lets the database count what it holds, by which it plans how to answer.
    pub(crate) fn analyse(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Postgresql(inner) => inner.batch_execute("SET LOCAL statement_timeout = 0; ANALYZE"),
            Self::Sqlite(inner) => inner.batch_execute("ANALYZE"),
        }
    }

    pub(crate) fn migrate(&mut self) -> Result<()> {
        fn run<C: MigrationHarness<DB>, DB: diesel::backend::Backend>(
            connection: &mut C,
            migrations: impl MigrationSource<DB>,
        ) -> Result<()> {
            match connection.run_pending_migrations(migrations) {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::Unforeseen(format!("a migration failed: {error}"))),
            }
        }
        match self {
            Self::Postgresql(inner) => run(inner, POSTGRES_MIGRATIONS),
            Self::Sqlite(inner) => run(inner, SQLITE_MIGRATIONS),
        }
    }

    /// Those of the migrations that have not run. It writes nothing, unlike diesel's own question.
    pub(crate) fn pending_migrations(&mut self) -> Result<Vec<String>> {
        fn names<DB: diesel::backend::Backend>(source: &impl MigrationSource<DB>) -> Result<Vec<(String, String)>> {
            let migrations = source.migrations().map_err(|error| Error::Unforeseen(error.to_string()))?;
            let names = migrations.iter().map(|migration| migration.name());
            Ok(names.map(|name| (name.version().to_string(), name.to_string())).collect())
        }
        let all = match self {
            Self::Postgresql(_) => names::<diesel::pg::Pg>(&POSTGRES_MIGRATIONS)?,
            Self::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE_MIGRATIONS)?,
        };
        let run: Vec<String> = migrations_run::table.select(migrations_run::version).load(self)?;
        Ok(all.into_iter().filter(|(version, _)| !run.contains(version)).map(|(_, name)| name).collect())
    }
}

diesel::table! {
    /// Diesel's own.
    #[sql_name = "__diesel_schema_migrations"]
    migrations_run (version) { version -> Text, }
}

/// For what connections are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Reader,
    Writer,
}

/// Makes connections for a pool.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) url: DatabaseUrl,
    pub(crate) role: Role,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Duration,
}

/// A pooled connection, and whether it is of further use.
pub(crate) struct Pooled {
    pub(crate) connection: AnyConnection,
    pub(crate) broken: bool,
    /// How often it was taken from the pool.
    pub(crate) uses: u32,
}

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

/// A connection keeps every statement that it has ever prepared. Filters combine in many ways: it is replaced before
/// those who try them all fill the memory.
const MOST_USES: u32 = 4_000;

impl Pooled {
    /// Whether it still answers; else it is given up.
    pub(crate) fn answers(&mut self) -> bool {
        self.broken |= self.connection.batch_execute("SELECT 1").is_err();
        !self.broken
    }

    /// Ends the transaction: commits what succeeded and undoes what failed. A connection that cannot
    /// do even that is given up.
    pub(crate) fn end<T, E: From<Error>>(&mut self, outcome: std::result::Result<T, E>) -> std::result::Result<T, E> {
        if outcome.is_err() {
            self.roll_back();
            return outcome;
        }
        let committed = Transactions::commit_transaction(&mut self.connection);
        self.broken |= committed.is_err();
        committed.map_err(Error::from)?;
        outcome
    }

    /// Undoes the transaction.
    pub(crate) fn roll_back(&mut self) {
        self.broken |= Transactions::rollback_transaction(&mut self.connection).is_err();
    }
}

impl Manager {
    fn establish(&self) -> std::result::Result<AnyConnection, ConnectionError> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| ConnectionError::BadConnection(format!("{}: {error}", folder.display())))?;
                }
                let mut inner = SqliteConnection::establish(&path.to_string_lossy())?;
                let more = if self.role == Role::Writer { SQLITE_WRITER_SESSION } else { "" };
                let session = format!("{SQLITE_SESSION} {more}");
                let prepared = inner.batch_execute(&session).and_then(|()| service_point::teach(&mut inner));
                prepared.map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Sqlite(inner))
            }
            DatabaseUrl::Postgres(url) => {
                let mut url = url.clone();
                let given: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
                let seconds = self.connect_timeout.as_secs().max(2).to_string();
                // A server that vanished without a word is found out by these, not waited for.
                for (name, value) in [
                    ("connect_timeout", seconds.as_str()),
                    ("tcp_user_timeout", "5000"),
                    ("keepalives_idle", "10"),
                    ("application_name", "digituki"),
                ] {
                    if !given.iter().any(|given| given == name) {
                        url.query_pairs_mut().append_pair(name, value);
                    }
                }
                let mut inner = PgConnection::establish(url.as_str())?;
                let timeout = self.statement_timeout.as_millis();
                // A row that lies anywhere costs about as much as the next one, in memory and on flash: else whole
                // tables would be read for some hundred rows.
                inner
                    .batch_execute(&format!(
                        "SET statement_timeout = {timeout}; SET lock_timeout = {timeout}; \
                         SET idle_in_transaction_session_timeout = 60000; SET TIME ZONE 'UTC'; \
                         SET plan_cache_mode = force_generic_plan; SET random_page_cost = 1.1"
                    ))
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Postgresql(inner))
            }
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectionError;

    fn connect(&self) -> std::result::Result<Pooled, ConnectionError> {
        Ok(Pooled { connection: self.establish()?, broken: false, uses: 0 })
    }

    /// Not asked: `Store` finds a dead connection out by its first statement, without a round trip
    /// of its own, and takes another.
    fn is_valid(&self, _: &mut Pooled) -> std::result::Result<(), ConnectionError> {
        Ok(())
    }

    /// A connection that comes back from a panic may be in the middle of a transaction.
    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken || pooled.uses >= MOST_USES || std::thread::panicking()
    }
}

impl From<Unavailability> for Error {
    fn from(kind: Unavailability) -> Self {
        Self::Unavailable(kind)
    }
}
