//! What the gaps between need and availability are computed from.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use digituki_domain::availability::{Overview, SupplyFilter};
use digituki_domain::clock::Moment;
use digituki_domain::gap::{AvailabilityWeights, GapQuestion, Gaps, MunicipalityGap, RemoteAlternatives, compare};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::need_index::Weights;

use crate::connection::AnyConnection;
use crate::error::{Result, refuse};
use crate::service_point::Known;
use crate::{availability, coverage, demonstration, municipality, need_index};

/// The gaps that are asked for. As many statements for one municipality as for all.
pub fn find(
    db: &mut AnyConnection,
    known: &Known,
    question: &GapQuestion,
    filter: SupplyFilter,
    moment: Moment,
) -> Result<Gaps> {
    let weights = Weights::asked(&question.weight);
    let of_figures = AvailabilityWeights::asked(&question.availability_weight);
    let faults = [("weight", weights.as_ref().err()), ("availability_weight", of_figures.as_ref().err())];
    let fault = |(name, invalid): (&str, Option<&Invalid>)| Some(Violation::parameter(name, invalid?.clone()));
    refuse(faults.into_iter().filter_map(fault).collect())?;
    let (weights, of_figures) = (weights.unwrap_or_default(), of_figures.unwrap_or_default());
    let as_of = question.as_of.unwrap_or(moment.today);
    coverage::require(db, &question.area, as_of)?;
    let languages = filter.language.clone();
    let supply = availability::supply(db, known, &filter.on(as_of), moment)?;
    let land = availability::land(db, known, as_of)?;
    let (mut items, made_up) = between(db, &Overview::new(&land, &supply), as_of, &weights, &of_figures)?;
    let demonstration = made_up || demonstration::is_there(db)?;
    if !question.area.is_empty() {
        let members: BTreeSet<String> =
            municipality::members(db, &question.area, as_of)?.into_iter().flatten().collect();
        items.retain(|gap| members.contains(&gap.municipality.code));
    }
    if !languages.is_empty() {
        let is_asked = |one: &RemoteAlternatives| languages.contains(&one.language);
        for gap in &mut items {
            gap.remote_alternatives.retain(is_asked);
        }
    }
    Ok(Gaps {
        as_of,
        population_date: land.population_date,
        proposed_weights: weights.is_proposal() && of_figures.is_proposal(),
        weights: weights.counting(),
        availability_weights: of_figures.counting(),
        items,
        demonstration,
    })
}

/// Need beside availability of all municipalities of a day, and whether a figure of need is made up.
pub(crate) fn between(
    db: &mut AnyConnection,
    overview: &Overview,
    day: NaiveDate,
    weights: &Weights,
    of_figures: &AvailabilityWeights,
) -> Result<(Vec<MunicipalityGap>, bool)> {
    let needs = need_index::needs(db, day, weights)?;
    let made_up = needs.iter().any(|need| need.demonstration);
    Ok((compare(overview, needs, of_figures), made_up))
}
