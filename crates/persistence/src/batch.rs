//! Writes that need nothing of each other.
//!
//! On PostgreSQL each statement is a round trip, and nobody else writes while it lasts: there they go as one statement,
//! many rows as arrays, so that their number is no part of its text and it is prepared once. SQLite is in this process,
//! where one row after the other costs no more.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use crate::connection::AnyConnection;
use crate::error::Result;

/// A part of a statement for PostgreSQL.
pub(crate) type Fragment<'a> = Box<dyn QueryFragment<Pg> + 'a>;

/// Writes of which none sees what another one does: no two of them may touch the same row.
pub(crate) enum Batch<'db, 'a> {
    /// They are sent when all are known.
    Postgresql(&'db mut PgConnection, Vec<Fragment<'a>>),
    /// Each is done at once.
    Sqlite(&'db mut SqliteConnection),
}

impl<'db, 'a> Batch<'db, 'a> {
    pub(crate) fn on(db: &'db mut AnyConnection) -> Self {
        match db {
            AnyConnection::Postgresql(db) => Self::Postgresql(db, Vec::new()),
            AnyConnection::Sqlite(db) => Self::Sqlite(db),
        }
    }

    /// Adds a statement.
    pub(crate) fn add<S>(&mut self, statement: S) -> Result<()>
    where
        S: QueryFragment<Pg> + ExecuteDsl<SqliteConnection> + 'a,
    {
        match self {
            Self::Postgresql(_, statements) => statements.push(Box::new(statement)),
            Self::Sqlite(db) => {
                S::execute(statement, db)?;
            }
        }
        Ok(())
    }

    /// Does what is not done yet.
    pub(crate) fn run(self) -> Result<()> {
        if let Self::Postgresql(db, statements) = self
            && !statements.is_empty()
        {
            AsOne(statements).execute(db)?;
        }
        Ok(())
    }
}

/// Adds a statement for rows that are made of some values: `insert_into`, or as diesel calls what else is to be done
/// with a row that is there already; for PostgreSQL that is said behind the rows.
macro_rules! add_rows {
    (
        $batch:expr, $verb:ident $table:ident, $rows:expr => |$row:pat_param| {
            $($column:ident: $kind:ty = $value:expr),+ $(,)?
        } $(, $conflict:literal)?
    ) => {
        match &mut $batch {
            $crate::batch::Batch::Postgresql(_, statements) => {
                let columns: Vec<$crate::batch::Fragment> = vec![$({
                    #[allow(unused_variables, reason = "a column says a part of a row")]
                    let values: Vec<_> = $rows.iter().map(|$row| $value).collect();
                    let column = diesel::IntoSql::into_sql::<diesel::sql_types::Array<$kind>>(values);
                    Box::new(column)
                }),+];
                statements.push(Box::new($crate::batch::OverRows {
                    before: concat!("INSERT INTO ", stringify!($table), " (", stringify!($($column),+), ")"),
                    columns,
                    after: concat!("" $(, " ", $conflict)?),
                }));
            }
            $crate::batch::Batch::Sqlite(db) => {
                for $row in $rows.iter() {
                    let values = ($(diesel::ExpressionMethods::eq($table::$column, $value),)+);
                    diesel::RunQueryDsl::execute(diesel::$verb($table::table).values(values), *db)?;
                }
            }
        }
    };
}
pub(crate) use add_rows;

/// Statements as one.
struct AsOne<'a>(Vec<Fragment<'a>>);

impl QueryFragment<Pg> for AsOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((last, others)) = self.0.split_last() else { return Ok(()) };
        for (index, statement) in others.iter().enumerate() {
            out.push_sql(if index == 0 { "WITH " } else { ", " });
            out.push_sql(&format!("part_{index} AS ("));
            statement.walk_ast(out.reborrow())?;
            out.push_sql(") ");
        }
        last.walk_ast(out)
    }
}

/// The text tells it from others.
impl QueryId for AsOne<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for AsOne<'_> {}

/// A statement over rows that come column by column.
pub(crate) struct OverRows<'a> {
    pub(crate) before: &'static str,
    pub(crate) columns: Vec<Fragment<'a>>,
    pub(crate) after: &'static str,
}

impl QueryFragment<Pg> for OverRows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.before);
        for (index, column) in self.columns.iter().enumerate() {
            out.push_sql(if index == 0 { " (SELECT * FROM unnest(" } else { ", " });
            column.walk_ast(out.reborrow())?;
        }
        out.push_sql("))");
        out.push_sql(self.after);
        Ok(())
    }
}
