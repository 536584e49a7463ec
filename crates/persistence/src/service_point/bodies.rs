//! What is read of points to answer with them: along with the list that they stand in, or by their numbers.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};

use super::{Row, Slim, slim};
use crate::among::among;
use crate::connection::{AnyConnection, Backend};
use crate::error::Result;
use crate::schema::service_point_bodies;

/// The points with some numbers, in no order.
pub(super) fn of(db: &mut AnyConnection, numbers: &[i64]) -> Result<Vec<Row>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let rows = service_point_bodies::table
        .filter(among(service_point_bodies::number, numbers.iter().copied()))
        .select((slim!(service_point_bodies), service_point_bodies::body));
    Ok(rows.load::<(Slim, String)>(db)?.into_iter().map(|(slim, body)| Row { slim, body }).collect())
}

/// The points of a list with the names by which it is sorted, in its order. It is no longer than this.
pub(super) fn of_list(
    db: &mut AnyConnection,
    list: impl Query<SqlType = (Text, BigInt)> + QueryFragment<Backend> + 'static,
    longest: i64,
) -> Result<Vec<(String, Row)>> {
    let rows: Vec<(String, Slim, String)> = OfList { list: Box::new(list), longest }.load(db)?;
    let mut rows: Vec<(String, Row)> = rows.into_iter().map(|(sort, slim, body)| (sort, Row { slim, body })).collect();
    // It comes in this order, though nobody promises so: one look at each then.
    rows.sort_by(|(one, first), (other, second)| (one, first.slim.number).cmp(&(other, second.slim.number)));
    Ok(rows)
}

/// A list of `sort_name` and `number`, each with what the point is answered with.
struct OfList {
    list: Box<dyn QueryFragment<Backend>>,
    longest: i64,
}

impl Query for OfList {
    type SqlType = (Text, (BigInt, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>), Text);
}

impl RunQueryDsl<AnyConnection> for OfList {}

/// The text of the statement tells which list it is.
impl QueryId for OfList {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Backend> for OfList {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql(
            "SELECT list.sort_name, list.number, service_point_bodies.hours, service_point_bodies.northing, \
             service_point_bodies.easting, service_point_bodies.verified_at, service_point_bodies.body \
             FROM (SELECT * FROM (",
        );
        self.list.walk_ast(out.reborrow())?;
        // PostgreSQL plans before it knows how long a list may be, and would take this one for a tenth of everything: so the
        // text says it, in a round number, as there would be many statements otherwise. SQLite reads a cross join from its
        // left side.
        let round = self.longest.max(1_000);
        out.push_sql(&format!(
            ") AS longer LIMIT {round}) AS list CROSS JOIN service_point_bodies \
             WHERE service_point_bodies.number = list.number"
        ));
        Ok(())
    }
}
