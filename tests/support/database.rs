//! One database for each test: copied from a template that is prepared once in this process, and
//! removed when the test is over.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use tempfile::TempDir;

use crate::support::program;
use crate::support::registry::{self, CLOCK};

#[diesel::declare_sql_function]
extern "SQL" {
    fn holds(words: Binary, word: BigInt) -> Bool;
}

/// The kind of database that a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// A database of one test. Dropping it removes it.
pub(crate) struct Place {
    url: String,
    kept: Kept,
}

enum Kept {
    Folder(TempDir),
    OnServer(String),
}

/// What databases are copied from: prepared once in this process, by the first test that needs it.
struct Template {
    name: &'static str,
    sqlite: OnceLock<Vec<u8>>,
    postgres: OnceLock<String>,
}

impl Template {
    const fn new(name: &'static str) -> Self {
        Self { name, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

/// How many service points a demonstration has.
pub(crate) const DEMONSTRATED: usize = 20_000;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

static NUMBER: AtomicUsize = AtomicUsize::new(0);
static CREATION: Mutex<()> = Mutex::new(());

impl Database {
    /// A database that holds the reference data and the history.
    pub(crate) fn loaded(self) -> Place {
        static TEMPLATE: Template = Template::new("template");
        self.copy(&TEMPLATE, |url| registry::migrate(url, &[]))
    }

    /// A database that holds a demonstration of so many service points beside these.
    pub(crate) fn demonstrated(self) -> Place {
        static TEMPLATE: Template = Template::new("demonstration");
        self.copy(&TEMPLATE, |url| {
            let points = DEMONSTRATED.to_string();
            let made =
                program::run(&["demo", "--points", &points], &[("DATABASE_URL", url), ("DIGITUKI_CLOCK", CLOCK)]);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        })
    }

    /// A copy of a template, which is filled if it is the first.
    fn copy(self, template: &'static Template, fill: impl FnOnce(&str)) -> Place {
        match self {
            Self::Sqlite => {
                let place = sqlite();
                let template = template.sqlite.get_or_init(|| {
                    let place = sqlite();
                    fill(place.url());
                    let copy = place.file().with_file_name("template.db");
                    // A file that is whole by itself, without a log of writes beside it.
                    place.execute(&format!("VACUUM INTO '{}'", copy.display()));
                    fs::read(copy).unwrap()
                });
                fs::write(place.file(), template).unwrap();
                place
            }
            Self::Postgres => {
                let template = template.postgres.get_or_init(|| {
                    let name = format!("digituki_{}_{}", template.name, process::id());
                    admin(&format!("CREATE DATABASE {name}"));
                    fill(&url_of(&name));
                    name
                });
                postgres(&format!("TEMPLATE {template}"))
            }
        }
    }

    /// A database that holds nothing at all.
    pub(crate) fn empty(self) -> Place {
        match self {
            Self::Sqlite => sqlite(),
            Self::Postgres => postgres(""),
        }
    }
}

impl Place {
    /// What the registry takes as `DATABASE_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What a connection calls it: a path or a URL that holds this.
    pub(crate) fn name(&self) -> String {
        match &self.kept {
            Kept::Folder(_) => self.file().display().to_string(),
            Kept::OnServer(name) => name.clone(),
        }
    }

    /// Runs statements behind the registry's back.
    pub(crate) fn execute(&self, statements: &str) {
        match &self.kept {
            Kept::Folder(_) => self.sqlite().batch_execute(statements).unwrap(),
            Kept::OnServer(_) => self.postgres().batch_execute(statements).unwrap(),
        }
    }

    /// The number that a query selects as `value`.
    pub(crate) fn number(&self, query: &str) -> i64 {
        let rows: Vec<Count> = match &self.kept {
            Kept::Folder(_) => sql_query(query).load(&mut self.sqlite()).unwrap(),
            Kept::OnServer(_) => sql_query(query).load(&mut self.postgres()).unwrap(),
        };
        rows[0].value
    }

    /// The texts that a query selects as `value`.
    pub(crate) fn texts(&self, query: &str) -> Vec<String> {
        let rows: Vec<Word> = match &self.kept {
            Kept::Folder(_) => sql_query(query).load(&mut self.sqlite()).unwrap(),
            Kept::OnServer(_) => sql_query(query).load(&mut self.postgres()).unwrap(),
        };
        rows.into_iter().map(|row| row.value).collect()
    }

    /// How an SQLite file would be searched: the steps of the plan that `EXPLAIN QUERY PLAN` tells.
    pub(crate) fn plan(&self, question: &str) -> Vec<String> {
        let steps: Vec<Step> = sql_query(question).load(&mut self.sqlite()).unwrap();
        steps.into_iter().map(|step| step.detail).collect()
    }

    /// A connection to an SQLite file.
    pub(crate) fn sqlite(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(&self.file().to_string_lossy()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        // What the registry teaches SQLite: enough of it to ask how a statement would be answered.
        holds_utils::register_impl(&mut connection, |_: Vec<u8>, _: i64| false).unwrap();
        connection
    }

    /// A connection to a database on the server.
    pub(crate) fn postgres(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// The folder of an SQLite file.
    pub(crate) fn folder(&self) -> PathBuf {
        self.file().parent().unwrap().to_owned()
    }

    fn file(&self) -> PathBuf {
        match &self.kept {
            Kept::Folder(folder) => folder.path().join("digituki.db"),
            Kept::OnServer(name) => panic!("{name} is no file"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Kept::OnServer(name) = &self.kept {
            admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn sqlite() -> Place {
    let folder = tempfile::Builder::new().prefix("digituki-test-").tempdir().unwrap();
    Place { url: format!("sqlite://{}", folder.path().join("digituki.db").display()), kept: Kept::Folder(folder) }
}

fn postgres(options: &str) -> Place {
    let name = format!("digituki_test_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    // Copies of one template get into each other's way.
    let _turn = CREATION.lock().unwrap_or_else(PoisonError::into_inner);
    admin(&format!("CREATE DATABASE {name} {options}"));
    Place { url: url_of(&name), kept: Kept::OnServer(name) }
}

fn admin(statement: &str) {
    let mut connection = PgConnection::establish(&server()).unwrap();
    connection.batch_execute(statement).unwrap();
}

fn url_of(name: &str) -> String {
    let server = server();
    let (start, _) = server.rsplit_once('/').unwrap();
    format!("{start}/{name}")
}

fn server() -> String {
    env::var("DIGITUKI_TEST_POSTGRES").expect(
        "DIGITUKI_TEST_POSTGRES names no PostgreSQL: run `make test`, which starts a throw-away one, \
         or `tests/postgres.sh with cargo test`",
    )
}
