//! Several questions in one statement.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use crate::connection::{AnyConnection, Backend};

/// The rows of several queries, each of which keeps its own order and limit; they come in no order that is promised, unless
/// one is asked for.
pub(crate) struct Union<ST> {
    parts: Vec<Part<ST>>,
    /// How many rows are wanted, if only the first.
    first: Option<i64>,
}

/// One of the queries.
pub(crate) struct Part<ST> {
    query: Box<dyn QueryFragment<Backend>>,
    row: PhantomData<ST>,
}

impl<ST> Part<ST> {
    pub(crate) fn new(query: impl Query<SqlType = ST> + QueryFragment<Backend> + 'static) -> Self {
        Self { query: Box::new(query), row: PhantomData }
    }
}

impl<ST> Union<ST> {
    pub(crate) fn of(parts: impl IntoIterator<Item = Part<ST>>) -> Self {
        Self { parts: parts.into_iter().collect(), first: None }
    }

    /// Only the first rows of all in the order of their three columns, each once.
    pub(crate) fn first(self, limit: i64) -> Self {
        Self { first: Some(limit), ..self }
    }
}

impl<ST> Query for Union<ST> {
    type SqlType = ST;
}

impl<ST> diesel::RunQueryDsl<AnyConnection> for Union<ST> {}

/// The text of the statement tells how many there are.
impl<ST> QueryId for Union<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> QueryFragment<Backend> for Union<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        if self.first.is_some() {
            out.push_sql("SELECT DISTINCT * FROM (");
        }
        for (index, part) in self.parts.iter().enumerate() {
            out.push_sql(if index == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
            part.query.walk_ast(out.reborrow())?;
            out.push_sql(") AS part");
        }
        if let Some(limit) = &self.first {
            out.push_sql(") AS parts ORDER BY 1, 2, 3 LIMIT ");
            out.push_bind_param::<BigInt, i64>(limit)?;
        }
        Ok(())
    }
}
