//! Several questions in one statement.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

use crate::connection::{AnyConnection, Backend};

/// The rows of several queries, each of which keeps its own order and limit; they come one query after the other, in no
/// order that is promised.
pub(crate) struct Union<ST> {
    parts: Vec<Part<ST>>,
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
        Self { parts: parts.into_iter().collect() }
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
        for (index, part) in self.parts.iter().enumerate() {
            out.push_sql(if index == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
            part.query.walk_ast(out.reborrow())?;
            out.push_sql(") AS part");
        }
        Ok(())
    }
}
