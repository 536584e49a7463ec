//! What the need index is computed from.

use chrono::NaiveDate;
use digituki_domain::area::AreaKind;
use digituki_domain::invalid::Violation;
use digituki_domain::need_index::{MunicipalityNeed, NeedIndex, NeedIndexQuestion, Weights, compare};
use digituki_domain::need_indicator::IndicatorCode;

use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::{area, coverage, municipality, need_indicator};

/// The need of the municipalities of a day, by code, each beside all others.
pub fn needs(db: &mut AnyConnection, day: NaiveDate, weights: &Weights) -> Result<Vec<MunicipalityNeed>> {
    let municipalities = area::all(db, AreaKind::Municipality, day)?;
    let indicators: Vec<IndicatorCode> = weights.counting().iter().map(|weight| weight.indicator).collect();
    let figures = need_indicator::figures(db, &indicators, day)?;
    Ok(compare(municipalities, &figures, weights))
}

/// The need index that is asked for.
pub fn find(db: &mut AnyConnection, question: &NeedIndexQuestion, today: NaiveDate) -> Result<NeedIndex> {
    let refused = |invalid| Error::Refused(vec![Violation::parameter("weight", invalid)]);
    let weights = Weights::asked(&question.weight).map_err(refused)?;
    let as_of = question.as_of.unwrap_or(today);
    coverage::require(db, &question.area, as_of)?;
    let mut items = needs(db, as_of, &weights)?;
    if !question.area.is_empty() {
        let members = municipality::members(db, &question.area, as_of)?;
        items.retain(|need| members.iter().any(|codes| codes.contains(&need.municipality.code)));
    }
    Ok(NeedIndex { as_of, proposed_weights: weights.is_proposal(), weights: weights.counting(), items })
}
