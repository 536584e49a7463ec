//! What the figures of availability are computed from.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use digituki_domain::area::{AreaId, AreaKind, AreaRef};
use digituki_domain::availability::{
    AreaAvailability, Availability, AvailabilityQuestion, Land, Overview, Supply, SupplyFilter, seen_from,
};
use digituki_domain::clock::Moment;
use digituki_domain::metric::Figure;
use digituki_domain::provider::ProviderId;
use digituki_domain::service_point::ServicePointFilter;

use crate::connection::AnyConnection;
use crate::coverage::{self, When};
use crate::error::{Result, in_query};
use crate::service_point::Known;
use crate::{area, demonstration, municipality, service_point};

/// The figures of a provider's own points today, in the order of [`digituki_domain::availability::FIGURES`]; what cannot be
/// told without an area is null.
pub(crate) fn of_provider(db: &mut AnyConnection, provider: ProviderId, moment: Moment) -> Result<Vec<Figure>> {
    let own = ServicePointFilter { provider: vec![provider], ..SupplyFilter::default().on(moment.today) };
    Ok(supply(db, &Known::default(), &own, moment)?.figures())
}

/// The availability that is asked for. As many statements for one area as for four hundred.
pub fn find(
    db: &mut AnyConnection,
    known: &Known,
    question: &AvailabilityQuestion,
    filter: SupplyFilter,
    moment: Moment,
) -> Result<Availability> {
    area::require(db, in_query("area", &question.area))?;
    let as_of = question.as_of.unwrap_or(moment.today);
    let areas = areas(db, question, as_of)?;
    let supply = supply(db, known, &filter.on(as_of), moment)?;
    let land = land(db, known, as_of)?;
    let overview = Overview::new(&land, &supply);
    let item = |(area, members): (AreaRef, BTreeSet<String>)| AreaAvailability {
        area,
        figures: overview.figures(members.iter().map(String::as_str)),
    };
    let items = areas.into_iter().map(item).collect();
    let demonstration = demonstration::is_there(db)?;
    Ok(Availability { as_of, population_date: land.population_date, items, demonstration })
}

/// The areas that are asked for, each with the codes of its municipalities on the day.
fn areas(
    db: &mut AnyConnection,
    question: &AvailabilityQuestion,
    day: NaiveDate,
) -> Result<Vec<(AreaRef, BTreeSet<String>)>> {
    let mut asked: Vec<AreaId> = Vec::new();
    for area in &question.area {
        if !asked.contains(area) {
            asked.push(area.clone());
        }
    }
    let Some(kind) = question.area_kind else {
        let asked = if asked.is_empty() { vec![AreaId::country()] } else { asked };
        let named = coverage::named(db, &asked, day)?;
        return Ok(named.into_iter().zip(municipality::members(db, &asked, day)?).collect());
    };
    let within: Option<BTreeSet<String>> = if asked.is_empty() {
        None
    } else {
        coverage::named(db, &asked, day)?;
        Some(municipality::members(db, &asked, day)?.into_iter().flatten().collect())
    };
    let all = if kind == AreaKind::Country {
        coverage::named(db, &[AreaId::country()], day)?
    } else {
        area::all(db, kind, day)?
    };
    let ids: Vec<AreaId> = all.iter().map(AreaRef::id).collect();
    let members = municipality::members(db, &ids, day)?;
    let of_these =
        |(_, members): &(AreaRef, BTreeSet<String>)| within.as_ref().is_none_or(|within| !members.is_disjoint(within));
    Ok(all.into_iter().zip(members).filter(of_these).collect())
}

/// Counts the points that a filter finds on its day.
pub(crate) fn supply(
    db: &mut AnyConnection,
    known: &Known,
    filter: &ServicePointFilter,
    moment: Moment,
) -> Result<Supply> {
    let day = filter.as_of.unwrap_or(moment.today);
    service_point::supply(db, known, filter, moment, seen_from(day, moment))
}

/// Where municipalities lie on a day, and how many lived there by the latest figures.
pub(crate) fn land(db: &mut AnyConnection, known: &Known, as_of: NaiveDate) -> Result<Land> {
    let when = When { population_date: None, before: Some(as_of), as_of: Some(as_of) };
    let population_date = coverage::population_date(db, when)?;
    let inhabitants = coverage::country(db, population_date)?;
    Ok(Land { as_of, population_date, inhabitants, atlas: known.atlas(db)? })
}
