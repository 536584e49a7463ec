//! What is found in the order of names: where an area is asked for, along the lists of what lies in it and of what
//! serves it, each read no further than a page needs.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::conditions::Conditions;
use super::list::Chosen;
use super::matching::{around, meeting, there};
use super::{Row, bodies};
use crate::column;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Position, Window};
use crate::schema::{service_point_areas, service_points};
use crate::union::{Part, Union};

diesel::infix_operator!(Shared, " & ", BigInt);

/// The points of an area: what they are sorted by, and their numbers.
type Run = Part<(Text, BigInt)>;

/// Where a page starts: behind a name and, of those with the same, behind a number.
pub(super) type Start = (String, i64);

pub(super) fn start(position: Option<&Position>) -> Result<Option<Start>> {
    position.map(|position| Ok((position.sort.clone(), column::parse(&position.id)?))).transpose()
}

/// A page of what is found, in the order of names; one more than asked for.
pub(super) fn rows(db: &mut AnyConnection, conditions: &Conditions, window: &Window) -> Result<Vec<Chosen>> {
    let start = start(window.after.as_ref())?;
    let found: Vec<(String, Row)> = if let Some((areas, others)) = conditions.without_area() {
        let runs = areas.iter().map(|area| run(&others, area, start.as_ref()));
        bodies::of_list(db, Union::first(window.fetch(), runs), window.fetch())?
    } else {
        let order = (service_points::sort_name, service_points::number);
        let mut query = conditions.everything().order(order).limit(window.fetch());
        if let Some((name, number)) = start {
            let beyond = service_points::sort_name.gt(name.clone()).or(service_points::number.gt(number));
            query = query.filter(service_points::sort_name.ge(name)).filter(beyond);
        }
        bodies::of_list(db, query.select(order), window.fetch())?
    };
    let chosen = found.into_iter().map(|(sort, row)| {
        let number = row.slim.number;
        Chosen { number, position: Position { sort, id: number.to_string() }, score: None, row: Some(row) }
    });
    Ok(chosen.collect())
}

/// What lies in an area or serves it and meets the conditions, as it stands in the list. The points themselves are looked
/// at where something is asked for that the list does not say.
pub(super) fn run(conditions: &Conditions, area: &str, start: Option<&Start>) -> Run {
    macro_rules! listed {
        ($query:expr) => {{
            let mut query = there!(conditions, $query.into_boxed(), service_point_areas)
                .select((service_point_areas::sort_name, service_point_areas::number))
                .filter(service_point_areas::area.eq(area.to_owned()));
            if let Some((name, number)) = start.cloned() {
                let beyond = service_point_areas::sort_name.gt(name.clone()).or(service_point_areas::number.gt(number));
                query = query.filter(service_point_areas::sort_name.ge(name)).filter(beyond);
            }
            if let Some(languages) = conditions.languages {
                let shared = Shared::new(service_point_areas::languages, languages.into_sql::<BigInt>());
                query = query.filter(shared.ne(0));
            }
            query
        }};
    }
    let list = service_point_areas::table;
    if !conditions.look_at_points() {
        return Part::new(listed!(list));
    }
    let points = service_points::table.on(service_points::number.eq(service_point_areas::number));
    Part::new(around!(conditions, meeting!(conditions, listed!(list.inner_join(points)))))
}
