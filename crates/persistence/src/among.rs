//! Lists of values in a question.
//!
//! A statement is prepared once for each number of values, not once for each question: what diesel's `eq_any` says is
//! prepared anew every time. So that there are few such numbers, the last value stands as often as it takes to the next
//! power of two.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};

/// Whether a column holds any of some values.
pub(crate) fn among<C: Expression, T: Clone>(column: C, values: impl IntoIterator<Item = T>) -> Among<C, T> {
    Among { column, values: padded(values.into_iter().collect()) }
}

/// Values with the last one repeated until their number is a power of two.
pub(crate) fn padded<T: Clone>(mut values: Vec<T>) -> Vec<T> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// That a column holds any of some values.
#[derive(Debug, Clone)]
pub(crate) struct Among<C, T> {
    column: C,
    values: Vec<T>,
}

impl<C: Expression, T> Expression for Among<C, T> {
    type SqlType = Bool;
}
impl<C: SelectableExpression<S>, T, S> SelectableExpression<S> for Among<C, T> {}
impl<C: AppearsOnTable<S>, T, S> AppearsOnTable<S> for Among<C, T> {}

impl<C: ValidGrouping<G>, T, G> ValidGrouping<G> for Among<C, T> {
    type IsAggregate = C::IsAggregate;
}

/// The text of the statement tells how many there are.
impl<C, T> QueryId for Among<C, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, T, DB> QueryFragment<DB> for Among<C, T>
where
    DB: Backend + HasSqlType<C::SqlType>,
    C: Expression + QueryFragment<DB>,
    T: ToSql<C::SqlType, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.values.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        self.column.walk_ast(out.reborrow())?;
        for (index, value) in self.values.iter().enumerate() {
            out.push_sql(if index == 0 { " IN (" } else { ", " });
            out.push_bind_param::<C::SqlType, T>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}
