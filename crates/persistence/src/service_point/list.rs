//! Lists service points.

use std::collections::HashMap;

use diesel::prelude::*;
use digituki_domain::search_gap::Miss;
use digituki_domain::service_point::{Facet, ServicePointFilter, ServicePointSort};
use serde_json::value::RawValue;

use super::matching::Conditions;
use super::{Hours, Question, Row, Slim, facets, near, rendered, search};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::service_points;
use crate::search_gap;

/// A page of service points, with the counts that were asked for.
#[derive(Debug)]
pub struct Points {
    /// The points, rendered.
    pub page: Page<Box<RawValue>>,
    /// The counts, if any were asked for.
    pub facets: Option<Vec<Facet>>,
    /// What is counted, when this is the first page of a search in words and nothing holds all of them.
    pub miss: Option<Miss>,
}

/// Lists the service points that a filter finds.
pub fn list(db: &mut AnyConnection, hours: &Hours, asked: &Asked<ServicePointFilter>) -> Result<Points> {
    let (filter, window, moment) = (&asked.filter, &asked.window, asked.moment);
    hours.refresh(db)?;
    let mut conditions = Conditions::new(db, filter, moment, hours)?;
    let is_missed = search::relax(db, &mut conditions)?;
    let total = window.total(|| conditions.everything().count().get_result(db))?;
    let rows: Vec<(Position, Row)> = match (filter.order(), &conditions.search, &conditions.around) {
        (ServicePointSort::Relevance, Some(search), _) => {
            let chosen = search::rows(db, &conditions, search, hours, window)?;
            completed(db, chosen)?
        }
        (ServicePointSort::Distance, _, Some(around)) => {
            let chosen = near::rows(db, &conditions, around, window)?;
            completed(db, chosen)?
        }
        (ServicePointSort::VerifiedAt, ..) => {
            let ordered = keyset!(conditions.everything(), window, service_points::sort_verified, service_points::id);
            positioned(ordered.select((service_points::sort_verified, Row::as_select())).load(db)?)
        }
        (ServicePointSort::Name | ServicePointSort::Distance | ServicePointSort::Relevance, ..) => {
            let ordered = keyset!(conditions.everything(), window, service_points::sort_name, service_points::id);
            positioned(ordered.select((service_points::sort_name, Row::as_select())).load(db)?)
        }
    };
    let question = Question {
        moment,
        at: filter.open_at.map_or(moment.now, |at| at.instant(moment)),
        from: conditions.around.as_ref().map(|around| around.from),
    };
    let page = window.page(
        rows,
        total,
        |(position, _)| position.clone(),
        |rows| {
            let mut scores = search::scores(db, &conditions, hours, &rows, &question)?;
            let answer = |(_, row): (Position, Row)| {
                let score = scores.remove(&row.slim.number);
                rendered(row, hours, &question, score)
            };
            rows.into_iter().map(answer).collect()
        },
    )?;
    let day = filter.as_of.unwrap_or(moment.today);
    let facets = match filter.facets.as_slice() {
        [] => None,
        fields => Some(facets::count(db, &conditions, fields, day, moment)?),
    };
    let missed = conditions.search.as_ref().filter(|_| window.after.is_none());
    let missed = missed.filter(|_| is_missed.unwrap_or(page.items.is_empty()));
    let miss = missed.map(|search| search_gap::miss(db, asked, &search.question)).transpose()?;
    Ok(Points { page, facets, miss })
}

/// The rows of the points that were chosen, in their order.
fn completed(db: &mut AnyConnection, chosen: Vec<(Position, Slim)>) -> Result<Vec<(Position, Row)>> {
    let numbers: Vec<i64> = chosen.iter().map(|(_, slim)| slim.number).collect();
    let rows: Vec<(i64, String)> = service_points::table
        .filter(service_points::number.eq_any(numbers))
        .select((service_points::number, service_points::body))
        .load(db)?;
    let mut bodies: HashMap<i64, String> = rows.into_iter().collect();
    let row = |(position, slim): (Position, Slim)| {
        let body = bodies.remove(&slim.number)?;
        Some((position, Row { slim, body }))
    };
    Ok(chosen.into_iter().filter_map(row).collect())
}

fn positioned(rows: Vec<(String, Row)>) -> Vec<(Position, Row)> {
    rows.into_iter().map(|(sort, row)| (Position { sort, id: row.slim.id.clone() }, row)).collect()
}
