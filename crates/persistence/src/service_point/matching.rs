//! What it takes that a point meets conditions, in words of a query.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use digituki_domain::point::Square;
use digituki_domain::search::SearchField;

use crate::among::{Among, among};
use crate::connection::Backend;
use crate::schema::{service_point_terms, service_point_words, service_points};

pub(super) type Query = service_points::BoxedQuery<'static, Backend>;

/// Restricts a boxed query that reads points to those that meet all conditions, but for how far away they are.
macro_rules! meeting {
    ($conditions:expr, $query:expr) => {{
        let (conditions, mut query) = ($conditions, $query);
        let began = service_points::valid_from.is_null().or(service_points::valid_from.le(conditions.day));
        let lasts = service_points::valid_to.is_null().or(service_points::valid_to.ge(conditions.day));
        query = query.filter(began).filter(lasts);
        for group in &conditions.groups {
            let terms = group.terms.clone();
            query = if group.leads {
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_terms(terms)))
            } else {
                query.filter($crate::service_point::matching::has_terms(terms))
            };
        }
        for group in conditions.search.iter().flat_map(|search| &search.groups) {
            let words = group.words.clone();
            query = if group.leads() {
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_words(words)))
            } else {
                query.filter($crate::service_point::matching::has_words(words))
            };
        }
        if let Some(open) = &conditions.open {
            query = query.filter($crate::among::among(service_points::hours.assume_not_null(), open.clone()));
        }
        if let Some(bbox) = &conditions.bbox {
            query = query
                .filter($crate::service_point::matching::within(bbox.squares()))
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
                        let within = $crate::service_point::matching::within(around.squares(radius));
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

/// Whether a point is found by any of the words. The fields are named one by one: so an index leads to the point.
#[auto_type]
pub(super) fn has_words(words: Vec<i64>) -> _ {
    let own = service_point_words::table.filter(service_point_words::number.eq(service_points::number));
    let any: Among<service_point_words::word, i64> = among(service_point_words::word, words);
    let fields: Among<service_point_words::field, i16> = among(service_point_words::field, SearchField::RANKS);
    exists(own.filter(any).filter(fields))
}

/// Whether a point lies in any of the squares.
#[auto_type]
pub(super) fn within(squares: [Square; 9]) -> _ {
    let first: in_square = in_square(squares[0]);
    let second: in_square = in_square(squares[1]);
    let third: in_square = in_square(squares[2]);
    let fourth: in_square = in_square(squares[3]);
    let fifth: in_square = in_square(squares[4]);
    let sixth: in_square = in_square(squares[5]);
    let seventh: in_square = in_square(squares[6]);
    let eighth: in_square = in_square(squares[7]);
    let ninth: in_square = in_square(squares[8]);
    let any = first.or(second).or(third).or(fourth).or(fifth);
    any.or(sixth).or(seventh).or(eighth).or(ninth)
}

#[auto_type]
fn in_square(square: Square) -> _ {
    let (first, last): (i64, i64) = (square.first, square.last);
    service_points::square.assume_not_null().between(first, last)
}
