//! Lists service points.

use diesel::prelude::*;
use digituki_domain::service_point::{Facet, ServicePointFilter, ServicePointSort};
use serde_json::value::RawValue;

use super::matching::Conditions;
use super::{Hours, Question, Row, facets, near, rendered};
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::service_points;

/// A page of service points, with the counts that were asked for.
#[derive(Debug)]
pub struct Points {
    /// The points, rendered.
    pub page: Page<Box<RawValue>>,
    /// The counts, if any were asked for.
    pub facets: Option<Vec<Facet>>,
}

/// Lists the service points that a filter finds.
pub fn list(db: &mut AnyConnection, hours: &Hours, asked: &Asked<ServicePointFilter>) -> Result<Points> {
    let (filter, window, moment) = (&asked.filter, &asked.window, asked.moment);
    hours.refresh(db)?;
    let conditions = Conditions::new(db, filter, moment, hours)?;
    let total = window.total(|| conditions.everything().count().get_result(db))?;
    let rows: Vec<(Position, Row)> = match (filter.order(), &conditions.around) {
        (ServicePointSort::Distance, Some(around)) => near::rows(db, &conditions, around, window)?,
        (ServicePointSort::VerifiedAt, _) => {
            let ordered = keyset!(conditions.everything(), window, service_points::sort_verified, service_points::id);
            positioned(ordered.select((service_points::sort_verified, Row::as_select())).load(db)?)
        }
        (ServicePointSort::Name | ServicePointSort::Distance, _) => {
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
        |rows| rows.into_iter().map(|(_, row)| rendered(row, hours, &question)).collect(),
    )?;
    let day = filter.as_of.unwrap_or(moment.today);
    let facets = match filter.facets.as_slice() {
        [] => None,
        fields => Some(facets::count(db, &conditions, fields, day, moment)?),
    };
    Ok(Points { page, facets })
}

fn positioned(rows: Vec<(String, Row)>) -> Vec<(Position, Row)> {
    rows.into_iter().map(|(sort, row)| (Position { sort, id: row.id.clone() }, row)).collect()
}
