//! What is read of points to answer with them: along with the list that they stand in, or by their numbers.

use diesel::prelude::*;
use diesel::query_builder::{Query, QueryFragment};
use diesel::sql_types::{BigInt, Text};

use super::along::Along;
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
    let columns = (slim!(service_point_bodies), service_point_bodies::body);
    // In a round number, as there would be many statements otherwise.
    let along = Along::of(list, "sort_name", service_point_bodies::table, columns, longest.max(1_000));
    let rows: Vec<(String, (Slim, String))> = along.load(db)?;
    let mut rows: Vec<(String, Row)> =
        rows.into_iter().map(|(sort, (slim, body))| (sort, Row { slim, body })).collect();
    // It comes in this order, though nobody promises so: one look at each then.
    rows.sort_by(|(one, first), (other, second)| (one, first.slim.number).cmp(&(other, second.slim.number)));
    Ok(rows)
}
