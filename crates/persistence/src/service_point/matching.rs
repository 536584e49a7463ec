//! What it takes that a point meets conditions, in words of a query.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool};
use digituki_domain::point::Square;

use crate::among::{Among, among};
use crate::connection::Backend;
use crate::own_expression::own_expression;
use crate::schema::{service_point_terms, service_point_words, service_points};

pub(super) type Query = service_points::BoxedQuery<'static, Backend>;

/// Restricts a boxed query that reads points, or their lists, to what is there on the day that was asked for.
macro_rules! there {
    ($conditions:expr, $query:expr, $table:ident) => {{
        let (conditions, query) = ($conditions, $query);
        let began = $table::valid_from.is_null().or($table::valid_from.le(conditions.day));
        let lasts = $table::valid_to.is_null().or($table::valid_to.ge(conditions.day));
        query.filter(began).filter(lasts)
    }};
}
pub(super) use there;

/// Restricts a boxed query that reads points to those that meet all conditions, but for how far away they are.
macro_rules! meeting {
    ($conditions:expr, $query:expr) => {{
        let conditions = $conditions;
        let mut query = $crate::service_point::matching::there!(conditions, $query, service_points);
        for group in &conditions.groups {
            let terms = group.terms.clone();
            query = if group.leads {
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_terms(terms)))
            } else {
                query.filter($crate::service_point::matching::has_terms(terms))
            };
        }
        for group in conditions.search.iter().flat_map(|search| &search.groups) {
            query = if group.leads() {
                let words = group.words.clone();
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_words(words)))
            } else {
                query.filter($crate::service_point::words::holds_any(&group.words))
            };
        }
        if let Some(open) = &conditions.open {
            query = query.filter($crate::among::among(service_points::hours.assume_not_null(), open.clone()));
        }
        if let Some(bbox) = &conditions.bbox {
            query = query
                .filter($crate::service_point::matching::within(bbox.squares(), conditions.bbox_leads))
                .filter(service_points::lat.between(bbox.from.lat, bbox.to.lat))
                .filter(service_points::lon.between(bbox.from.lon, bbox.to.lon));
        }
        let (freshness, moment) = (&conditions.freshness, conditions.moment);
        $crate::column::fresh!(query, service_points::verified_at, freshness, moment, |at: chrono::DateTime<
            chrono::Utc,
        >| at.timestamp_millis());
        query
    }};
}
pub(super) use meeting;

/// Restricts a boxed query that reads points to what is near, if that was asked for.
macro_rules! around {
    ($conditions:expr, $query:expr) => {{
        let (conditions, query) = ($conditions, $query);
        match &conditions.around {
            None => query,
            Some(around) => {
                let serving = $crate::service_point::matching::has_terms(around.serving());
                let serving = diesel::dsl::not(service_points::has_place).and(serving);
                let there = service_points::square.is_not_null();
                match around.radius {
                    None => query.filter(there.or(serving)),
                    Some(radius) => {
                        let within = $crate::service_point::matching::within(around.squares(radius), false);
                        let near = within.and(around.square_of_distance().le(around.squared(radius)));
                        query.filter(near.or(serving))
                    }
                }
            }
        }
    }};
}
pub(super) use around;

/// The numbers of the points that have any of the terms.
#[auto_type]
pub(super) fn with_terms(terms: Vec<String>) -> _ {
    let any: Among<service_point_terms::term, String> = among(service_point_terms::term, terms);
    service_point_terms::table.filter(any).select(service_point_terms::number)
}

/// Whether a point has any of the terms.
#[auto_type]
pub(super) fn has_terms(terms: Vec<String>) -> _ {
    let own = service_point_terms::table.filter(service_point_terms::number.eq(service_points::number));
    let any: Among<service_point_terms::term, String> = among(service_point_terms::term, terms);
    exists(own.filter(any))
}

/// The numbers of the points that are found by any of the words.
#[auto_type]
pub(super) fn with_words(words: Vec<i64>) -> _ {
    let any: Among<service_point_words::word, i64> = among(service_point_words::word, words);
    service_point_words::table.filter(any).select(service_point_words::number)
}

/// Whether a point lies in any of some squares.
#[derive(Debug, Clone)]
pub(super) struct Within {
    squares: [Square; 9],
    /// Whether few points do: then the squares lead to them, in whatever order they are wanted.
    leads: bool,
}

/// Whether a point lies in any of some squares.
pub(super) fn within(squares: [Square; 9], leads: bool) -> Within {
    Within { squares, leads }
}

own_expression!(Within: Bool);

impl QueryFragment<Backend> for Within {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        if self.leads {
            out.push_sql("service_points.number IN (SELECT service_points.number FROM service_points WHERE ");
        }
        for (index, square) in self.squares.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { " OR " });
            out.push_sql("service_points.square BETWEEN ");
            out.push_bind_param::<BigInt, i64>(&square.first)?;
            out.push_sql(" AND ");
            out.push_bind_param::<BigInt, i64>(&square.last)?;
        }
        out.push_sql(if self.leads { "))" } else { ")" });
        Ok(())
    }
}
