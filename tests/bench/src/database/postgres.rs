//! PostgreSQL: what several requests ask over one connection is sent on without waiting for each other's answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;

use futures_util::future::try_join_all;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use super::{Row, Value};
use crate::Result;

pub(crate) struct Postgres {
    client: Client,
    prepared: RefCell<HashMap<String, Statement>>,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        actix_web::rt::spawn(connection);
        Ok(Self { client, prepared: RefCell::default() })
    }

    pub(super) async fn batch(&self, text: &str) -> Result<()> {
        Ok(self.client.batch_execute(text).await?)
    }

    async fn prepared(&self, text: &str) -> Result<Statement> {
        if let Some(statement) = self.prepared.borrow().get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).await?;
        self.prepared.borrow_mut().insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) async fn each(
        &self,
        text: &str,
        values: &[Value],
        show: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepared(text).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        for row in self.client.query(&statement, &values).await? {
            show(&row)?;
        }
        Ok(())
    }

    pub(super) async fn execute(&self, text: &str, sets: &[Vec<Value>]) -> Result<()> {
        let statement = self.prepared(text).await?;
        let sets: Vec<Vec<&(dyn ToSql + Sync)>> =
            sets.iter().map(|values| values.iter().map(|value| value as _).collect()).collect();
        // A task that waits for many others would look at each of them for every one that is done.
        for sets in sets.chunks(32) {
            let runs = sets.iter().map(|values| self.client.execute(&statement, values));
            try_join_all(runs).await?;
        }
        Ok(())
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Real(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
            Self::Bytes(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::FLOAT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl Row for tokio_postgres::Row {
    fn int(&self, column: usize) -> Result<Option<i64>> {
        Ok(self.try_get(column)?)
    }

    fn real(&self, column: usize) -> Result<Option<f64>> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        Ok(self.try_get(column)?)
    }
}
