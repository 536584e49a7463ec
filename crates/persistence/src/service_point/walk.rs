//! A walk through the points that have a word, those first in whose more telling fields it stands.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt};

use super::along::Along;
use super::conditions::Conditions;
use super::matching::{meeting, there};
use super::search::{Candidate, Search, WordGroup, candidate};
use super::{slim, words};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::schema::{service_point_texts, service_points, walked_words};
use crate::union::{Part, Union};

/// The points that have a word: the field in which it stands, and their numbers.
type Walk = Part<(SmallInt, BigInt)>;

/// Where it is asked whether a point is there on the day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    IsAsked,
    IsReadAlong,
}

/// The first points behind one that have a form of the rarest word and meet the conditions, each with the field in which
/// the form stands: as often as it stands in other fields in other forms.
pub(super) fn walked(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    start: Option<(i16, i64)>,
    limit: usize,
) -> Result<Vec<(i16, i64)>> {
    let mut walked: Vec<(i16, i64)> = Vec::new();
    for list in lists(conditions, search, start, limit, Day::IsAsked) {
        walked.extend(list.load::<(i16, i64)>(db)?);
    }
    walked.sort_unstable();
    walked.dedup();
    walked.truncate(limit);
    Ok(walked)
}

/// The same with what is read of each to rank it, and whether it is there on the day.
pub(super) fn walked_along(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    start: Option<(i16, i64)>,
    limit: usize,
) -> Result<Vec<(i16, Candidate, bool)>> {
    let began = service_point_texts::valid_from.is_null().or(service_point_texts::valid_from.le(conditions.day));
    let lasts = service_point_texts::valid_to.is_null().or(service_point_texts::valid_to.ge(conditions.day));
    let columns = (candidate!(), began.and(lasts).assume_not_null());
    let longest = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut walked: Vec<(i16, Candidate, bool)> = Vec::new();
    for list in lists(conditions, search, start, limit, Day::IsReadAlong) {
        let along = Along::of(list, "field", service_point_texts::table, columns, longest);
        let read = along.load::<(i16, (Candidate, bool))>(db)?;
        walked.extend(read.into_iter().map(|(field, (point, is_there))| (field, point, is_there)));
    }
    walked.sort_by_key(|(field, point, _)| (*field, point.slim.number));
    walked.dedup_by_key(|(field, point, _)| (*field, point.slim.number));
    walked.truncate(limit);
    Ok(walked)
}

/// The walk along the forms of the rarest word: one list, unless there are more forms than go into a statement.
fn lists(
    conditions: &Conditions,
    search: &Search,
    start: Option<(i16, i64)>,
    limit: usize,
    day: Day,
) -> Vec<Union<(SmallInt, BigInt)>> {
    let [lead, others @ ..] = search.groups.as_slice() else { return Vec::new() };
    let first = i64::try_from(limit).unwrap_or(i64::MAX);
    let walks = |word: &i64| {
        // Whoever has a word has one of each group that it is in.
        let asked = others.iter().filter(|group| !group.words.contains(word));
        walk(&conditions.in_words(asked.cloned()), *word, start, day)
    };
    let at_once = conditions.in_words(others.iter().cloned()).lists_at_once();
    lead.words.chunks(at_once).map(|some| Union::first(first, some.iter().map(walks))).collect()
}

/// The points behind one that have a form of a word and meet conditions.
fn walk(conditions: &Conditions, word: i64, start: Option<(i16, i64)>, day: Day) -> Walk {
    macro_rules! behind {
        ($query:expr) => {{
            let columns = (walked_words::field, walked_words::number);
            let mut query = $query.filter(walked_words::word.eq(word)).select(columns).into_boxed();
            if let Some((field, number)) = start {
                let beyond = walked_words::field.gt(field).or(walked_words::number.gt(number));
                query = query.filter(walked_words::field.ge(field)).filter(beyond);
            }
            query
        }};
    }
    let words = walked_words::table;
    let groups: Vec<&WordGroup> = conditions.search.iter().flat_map(|search| &search.groups).collect();
    if !conditions.are_words() {
        let points = service_points::table.on(service_points::number.eq(walked_words::number));
        return Part::new(meeting!(conditions, behind!(words.inner_join(points))));
    }
    if groups.is_empty() && day == Day::IsReadAlong {
        return Part::new(behind!(words));
    }
    let texts = service_point_texts::table.on(service_point_texts::number.eq(walked_words::number));
    let mut query = there!(conditions, behind!(words.inner_join(texts)), service_point_texts);
    for group in groups {
        query = query.filter(words::hold_any(&group.words));
    }
    Part::new(query)
}
