//! Lists service points.

use std::collections::HashMap;

use diesel::prelude::*;
use digituki_domain::search::Score;
use digituki_domain::search_gap::Miss;
use digituki_domain::service_point::{Facet, ServicePointFilter, ServicePointSort};

use super::conditions::Conditions;
use super::{Known, Question, Rendered, Row, bodies, facets, named, near, rendered, search};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::service_points;
use crate::search_gap;

/// A page of service points, with the counts that were asked for.
#[derive(Debug)]
pub struct Points {
    /// The points, rendered.
    pub page: Page<Rendered>,
    /// The counts, if any were asked for.
    pub facets: Option<Vec<Facet>>,
    /// What is counted, when this is the first page of a search in words and nothing holds all of them.
    pub miss: Option<Miss>,
}

/// A point that was chosen for a page.
pub(super) struct Chosen {
    pub(super) number: i64,
    /// Where the next page starts, if this is the last of its page.
    pub(super) position: Position,
    /// How well it answers, where that is what it was chosen by.
    pub(super) score: Option<Score>,
    /// What it is answered with, where that was read along.
    pub(super) row: Option<Row>,
}

/// Lists the service points that a filter finds.
pub fn list(db: &mut AnyConnection, known: &Known, asked: &Asked<ServicePointFilter>) -> Result<Points> {
    let (filter, window, moment) = (&asked.filter, &asked.window, asked.moment);
    let mut conditions = Conditions::new(db, filter, moment, known)?;
    let is_missed = search::relax(db, &mut conditions)?;
    if window.count {
        db.plan_by_values()?;
    }
    let total = window.total(|| conditions.everything().count().get_result(db))?;
    let chosen: Vec<Chosen> = match (filter.order(), &conditions.search, &conditions.around) {
        (ServicePointSort::Relevance, Some(search), _) => search::rows(db, &conditions, search, known, window)?,
        (ServicePointSort::Distance, _, Some(around)) => near::rows(db, &conditions, around, known, window)?,
        (ServicePointSort::VerifiedAt, ..) => {
            let ordered = keyset!(conditions.everything(), window, service_points::sort_verified, service_points::id);
            let columns = (service_points::sort_verified, service_points::id, service_points::number);
            let rows: Vec<(String, String, i64)> = ordered.select(columns).load(db)?;
            let chosen =
                |(sort, id, number)| Chosen { number, position: Position { sort, id }, score: None, row: None };
            rows.into_iter().map(chosen).collect()
        }
        (ServicePointSort::Name | ServicePointSort::Distance | ServicePointSort::Relevance, ..) => {
            named::rows(db, &conditions, window)?
        }
    };
    let question = Question {
        moment,
        at: filter.open_at.map_or(moment.now, |at| at.instant(moment)),
        from: conditions.around.as_ref().map(|around| around.from),
    };
    let page = window.page(
        chosen,
        total,
        |chosen| chosen.position.clone(),
        |chosen| shown(db, known, &conditions, &question, chosen),
    )?;
    let day = filter.as_of.unwrap_or(moment.today);
    let facets = match filter.facets.as_slice() {
        [] => None,
        fields => Some(facets::count(db, &conditions, known, fields, day)?),
    };
    let missed = conditions.search.as_ref().filter(|_| window.after.is_none());
    let missed = missed.filter(|_| is_missed.unwrap_or(page.items.is_empty()));
    let miss = missed.map(|search| search_gap::miss(db, asked, &search.question)).transpose()?;
    Ok(Points { page, facets, miss })
}

/// The points that were chosen, in their order, as they are answered.
fn shown(
    db: &mut AnyConnection,
    known: &Known,
    conditions: &Conditions,
    question: &Question,
    chosen: Vec<Chosen>,
) -> Result<Vec<Rendered>> {
    let unread: Vec<i64> = chosen.iter().filter(|chosen| chosen.row.is_none()).map(|chosen| chosen.number).collect();
    let read = bodies::of(db, &unread)?;
    let mut read: HashMap<i64, Row> = read.into_iter().map(|row| (row.slim.number, row)).collect();
    let present = chosen.into_iter().filter_map(|Chosen { number, row, score, .. }| {
        let row = row.or_else(|| read.remove(&number))?;
        Some((row, score))
    });
    let rows: Vec<(Row, Option<Score>)> = present.collect();
    known.hours.refresh(db, rows.iter().map(|(row, _)| &row.slim))?;
    let unscored: Vec<i64> = rows.iter().filter(|(_, score)| score.is_none()).map(|(row, _)| row.slim.number).collect();
    let mut scores = search::scores(db, conditions, known, &unscored, question)?;
    let points = rows.into_iter().map(|(row, score)| {
        let score = score.or_else(|| scores.remove(&row.slim.number));
        rendered(row, known, question, score)
    });
    Ok(points.collect())
}
