//! SQLite, as durable as the registry's, with the caches of somebody who tunes it.

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, params_from_iter};

use super::{Row, Value};
use crate::Result;

/// Each commit waits for the disk, as in the registry.
const SESSION: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";

pub(crate) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(file: &str) -> Result<Self> {
        let db = Connection::open(file)?;
        db.execute_batch(SESSION)?;
        // Else every new value of a parameter would have its statement planned anew, by what ANALYZE saw.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Self(db))
    }

    pub(super) fn batch(&self, text: &str) -> Result<()> {
        Ok(self.0.execute_batch(text)?)
    }

    pub(super) fn each(
        &self,
        text: &str,
        values: &[Value],
        show: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.0.prepare_cached(text)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            show(row)?;
        }
        Ok(())
    }

    pub(super) fn execute(&self, text: &str, sets: &[Vec<Value>]) -> Result<()> {
        let mut statement = self.0.prepare_cached(text)?;
        let run = |statement: &mut Statement<'_>, values: &Vec<Value>| statement.execute(params_from_iter(values));
        for values in sets {
            run(&mut statement, values)?;
        }
        Ok(())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn int(&self, column: usize) -> Result<Option<i64>> {
        Ok(self.get(column)?)
    }

    fn real(&self, column: usize) -> Result<Option<f64>> {
        Ok(self.get(column)?)
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        Ok(self.get_ref(column)?.as_str_or_null()?)
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        Ok(self.get_ref(column)?.as_bytes_or_null()?)
    }
}
