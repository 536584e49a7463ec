//! A list of points along with what is read of each of them, in one statement.

use std::marker::PhantomData;

use diesel::expression::Expression;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use crate::connection::{AnyConnection, Backend};

/// What stands in a table of the points of a list, behind what the list is sorted by.
pub(super) struct Along<S, T, C> {
    list: Box<dyn QueryFragment<Backend>>,
    /// The name of the list's first column.
    sort: &'static str,
    table: T,
    columns: C,
    longest: i64,
    row: PhantomData<S>,
}

impl<S, T, C> Along<S, T, C> {
    /// The list is no longer than this, which stands in the statement's text: a few round numbers make a few statements.
    pub(super) fn of(
        list: impl Query<SqlType = (S, BigInt)> + QueryFragment<Backend> + 'static,
        sort: &'static str,
        table: T,
        columns: C,
        longest: i64,
    ) -> Self {
        Self { list: Box::new(list), sort, table, columns, longest, row: PhantomData }
    }
}

impl<S, T, C: Expression> Query for Along<S, T, C> {
    type SqlType = (S, C::SqlType);
}

impl<S, T, C> RunQueryDsl<AnyConnection> for Along<S, T, C> {}

/// The text of the statement tells which list it is.
impl<S, T, C> QueryId for Along<S, T, C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, T: QueryFragment<Backend>, C: QueryFragment<Backend>> QueryFragment<Backend> for Along<S, T, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql(&format!("SELECT list.{}, ", self.sort));
        self.columns.walk_ast(out.reborrow())?;
        out.push_sql(" FROM (SELECT * FROM (");
        self.list.walk_ast(out.reborrow())?;
        // PostgreSQL plans before it knows how long a list may be, and would take this one for a tenth of everything: so
        // the text says it. SQLite reads a cross join from its left side.
        out.push_sql(&format!(") AS longer LIMIT {}) AS list CROSS JOIN ", self.longest));
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE list.number = ");
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(".number");
        Ok(())
    }
}
