//! Several lists as one.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer};

use crate::connection::{AnyConnection, Backend};

/// The first rows of several queries together, each once, in the order of their columns.
///
/// No query has an order or a limit of its own, and each leads along an index that stands in that order: so the lists are
/// merged as they are read, and none is read any further than it has to. Those that are ranked are read as far as rows are
/// wanted, each, and sorted.
pub(crate) struct Union<ST> {
    parts: Vec<Part<ST>>,
    limit: i64,
}

/// One of the queries, of two columns.
pub(crate) struct Part<ST> {
    query: Box<dyn QueryFragment<Backend>>,
    rank: Option<i32>,
    row: PhantomData<ST>,
}

impl<A, B> Part<(A, B)> {
    pub(crate) fn new(query: impl Query<SqlType = (A, B)> + QueryFragment<Backend> + 'static) -> Self {
        Self { query: Box::new(query), rank: None, row: PhantomData }
    }

    /// The same with a number before each row: all that stands under a smaller one comes first.
    pub(crate) fn under(self, rank: i32) -> Part<(Integer, A, B)> {
        Part { query: self.query, rank: Some(rank), row: PhantomData }
    }
}

impl<ST> Union<ST> {
    pub(crate) fn first(limit: i64, parts: impl IntoIterator<Item = Part<ST>>) -> Self {
        Self { parts: parts.into_iter().collect(), limit }
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
        let is_ranked = self.parts.first().is_some_and(|part| part.rank.is_some());
        // SQLite merges what it is to unite in an order; PostgreSQL, what comes to it in that order.
        let unites = matches!(out.backend(), Backend::Sqlite(_)) && !is_ranked;
        out.push_sql(if unites { "" } else { "SELECT DISTINCT * FROM (" });
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                out.push_sql(if unites { " UNION " } else { " UNION ALL " });
            }
            match part.rank {
                Some(rank) => out.push_sql(&format!("SELECT {rank}, part.* FROM (")),
                None => out.push_sql("SELECT * FROM ("),
            }
            part.query.walk_ast(out.reborrow())?;
            if !unites {
                out.push_sql(" ORDER BY 1, 2 LIMIT ");
                out.push_bind_param::<BigInt, i64>(&self.limit)?;
            }
            out.push_sql(") AS part");
        }
        out.push_sql(if unites { "" } else { ") AS parts" });
        out.push_sql(if is_ranked { " ORDER BY 1, 2, 3 LIMIT " } else { " ORDER BY 1, 2 LIMIT " });
        out.push_bind_param::<BigInt, i64>(&self.limit)
    }
}
