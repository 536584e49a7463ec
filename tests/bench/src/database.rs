//! One connection to either database. Statements are prepared once and kept.

mod postgres;
mod sqlite;

use crate::Result;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// A parameter of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row, read where it lies.
pub(crate) trait Row {
    fn int(&self, column: usize) -> Result<Option<i64>>;
    fn real(&self, column: usize) -> Result<Option<f64>>;
    fn text(&self, column: usize) -> Result<Option<&str>>;
    fn bytes(&self, column: usize) -> Result<Option<&[u8]>>;
}

/// A connection to either database.
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        match url.strip_prefix("sqlite://") {
            Some(file) => Ok(Self::Sqlite(Sqlite::open(file)?)),
            None => Ok(Self::Postgres(Postgres::open(url).await?)),
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Runs statements that return nothing.
    pub(crate) async fn batch(&self, text: &str) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.batch(text),
            Self::Postgres(db) => db.batch(text).await,
        }
    }

    /// Shows each row that a statement finds.
    pub(crate) async fn each(
        &self,
        text: &str,
        values: &[Value],
        mut show: impl FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.each(text, values, &mut show),
            Self::Postgres(db) => db.each(text, values, &mut show).await,
        }
    }

    /// Runs a statement once for each set of values; on PostgreSQL without waiting for one before the next is sent.
    pub(crate) async fn execute(&self, text: &str, sets: &[Vec<Value>]) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.execute(text, sets),
            Self::Postgres(db) => db.execute(text, sets).await,
        }
    }

    /// The number in the first column of the first row.
    pub(crate) async fn number(&self, text: &str, values: &[Value]) -> Result<Option<i64>> {
        let mut number = None;
        self.each(text, values, |row| {
            number = number.or(row.int(0)?);
            Ok(())
        })
        .await?;
        Ok(number)
    }
}
