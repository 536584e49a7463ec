//! Need indicators: the rows that are known, those that were known, and the loads that they came with.

mod load;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, MunicipalityCode};
use digituki_domain::need_index::{Figure, Figures};
use digituki_domain::need_indicator::{
    IndicatorCode, IndicatorMethod, IndicatorSource, NeedIndicator, NeedIndicatorFilter, NeedIndicatorLoad,
    NeedIndicatorLoadId,
};
use digituki_domain::validity::Validity;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::area::{self, Named};
use crate::column::{self, Plain, any_of, stored_instant};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Result, in_query, together};
use crate::municipality;
use crate::noun;
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::{areas, memberships, need_indicators};

pub use load::{add, list as list_loads, made_up};

#[derive(Queryable, Selectable)]
#[diesel(table_name = need_indicators)]
struct Row {
    place: String,
    load: Plain<NeedIndicatorLoadId>,
    municipality: Plain<MunicipalityCode>,
    indicator: Plain<IndicatorCode>,
    date: NaiveDate,
    value: f64,
    uncertainty: Option<f64>,
    source: Plain<IndicatorSource>,
    method: Plain<IndicatorMethod>,
}

type Query = need_indicators::BoxedQuery<'static, Backend>;

/// Lists rows by municipality, indicator and day.
pub fn list(db: &mut AnyConnection, asked: &Asked<NeedIndicatorFilter>) -> Result<Page<NeedIndicator>> {
    let (filter, window) = (&asked.filter, &asked.window);
    let municipalities = in_query("municipality", &filter.municipality).into_iter();
    let named = municipalities.map(|(place, code)| (place, code.id()));
    together([
        area::require(db, named.chain(in_query("area", &filter.area)).collect()),
        noun::require::<NeedIndicatorLoad>(db, in_query("load", &filter.load)),
    ])?;
    let within = match filter.as_of {
        Some(day) if !filter.area.is_empty() => Some(municipality::members(db, &filter.area, day)?),
        _ => None,
    };
    let within: Option<Vec<String>> = within.map(|members| members.into_iter().flatten().collect());
    let matching = || matching(filter, within.as_deref());
    let total = window.total(|| matching().count().get_result(db))?;
    let place = need_indicators::place;
    let rows: Vec<Row> = keyset!(matching(), window, place, place).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.place.clone(), id: row.place.clone() };
    window.page(rows, total, position, |rows| represent(db, rows))
}

fn matching(filter: &NeedIndicatorFilter, within: Option<&[String]>) -> Query {
    let known_at = filter.known_at.map(stored_instant);
    let mut query = match filter.as_of {
        Some(day) => latest(day, known_at),
        None => known(known_at),
    };
    any_of!(query, need_indicators::municipality, filter.municipality);
    any_of!(query, need_indicators::indicator, filter.indicator);
    any_of!(query, need_indicators::load, filter.load);
    if let Some(first) = filter.first_date {
        query = query.filter(need_indicators::date.ge(first));
    }
    if let Some(last) = filter.last_date {
        query = query.filter(need_indicators::date.le(last));
    }
    match within {
        Some(codes) => query.filter(among(need_indicators::municipality, codes.to_vec())),
        None if filter.area.is_empty() => query,
        None => lying_in(query, &filter.area),
    }
}

/// The rows that are known, or were at an instant.
fn known(at: Option<NaiveDateTime>) -> Query {
    let query = need_indicators::table.into_boxed();
    match at {
        None => query.filter(need_indicators::replaced_at.is_null()),
        Some(at) => query
            .filter(need_indicators::loaded_at.le(at))
            .filter(need_indicators::replaced_at.is_null().or(need_indicators::replaced_at.gt(at))),
    }
}

/// Of them the latest of each indicator of each municipality that are no later than a day.
fn latest(day: NaiveDate, known_at: Option<NaiveDateTime>) -> Query {
    let later = diesel::alias!(need_indicators as later);
    let query = known(known_at).filter(need_indicators::date.le(day));
    let of_the_same = later
        .filter(later.field(need_indicators::municipality).eq(need_indicators::municipality))
        .filter(later.field(need_indicators::indicator).eq(need_indicators::indicator))
        .filter(later.field(need_indicators::date).gt(need_indicators::date))
        .filter(later.field(need_indicators::date).le(day));
    let replaced_at = later.field(need_indicators::replaced_at);
    match known_at {
        None => query.filter(not(exists(of_the_same.filter(replaced_at.is_null())))),
        Some(at) => {
            let of_the_same = of_the_same.filter(later.field(need_indicators::loaded_at).le(at));
            query.filter(not(exists(of_the_same.filter(replaced_at.is_null().or(replaced_at.gt(at))))))
        }
    }
}

/// Those of the municipalities that lay in any of the areas on the day of each row.
fn lying_in(query: Query, areas: &[AreaId]) -> Query {
    let codes = |kind: AreaKind| -> Vec<String> {
        areas.iter().filter(|area| area.kind() == kind).map(|area| area.code().to_owned()).collect()
    };
    if !codes(AreaKind::Country).is_empty() {
        return query;
    }
    let of_kind = |kind: AreaKind| memberships::kind.eq(kind.code()).and(memberships::area.eq_any(codes(kind)));
    let then = memberships::table
        .filter(memberships::municipality.eq(need_indicators::municipality))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(need_indicators::date.nullable())))
        .filter(memberships::valid_to.is_null().or(memberships::valid_to.ge(need_indicators::date.nullable())))
        .filter(
            of_kind(AreaKind::Region)
                .or(of_kind(AreaKind::HospitalDistrict))
                .or(of_kind(AreaKind::WellbeingServicesCounty)),
        );
    query.filter(need_indicators::municipality.eq_any(codes(AreaKind::Municipality)).or(exists(then)))
}

fn represent(db: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<NeedIndicator>> {
    let areas: Vec<AreaId> = rows.iter().map(|row| Ok(row.municipality.read()?.id())).collect::<Result<_>>()?;
    let named = Named::load(db, &areas)?;
    let published = |(row, area): (Row, &AreaId)| {
        let (indicator, source) = (row.indicator.read()?, row.source.read()?);
        Ok(NeedIndicator {
            municipality: named.get(area)?,
            indicator,
            date: row.date,
            value: row.value,
            unit: indicator.unit(),
            demonstration: source.is_demonstration(),
            source,
            method: row.method.read()?,
            uncertainty: row.uncertainty,
            load: row.load.read()?,
        })
    };
    rows.into_iter().zip(&areas).map(published).collect()
}

/// The latest figures of some indicators that are no later than a day, of every municipality.
pub fn figures(db: &mut AnyConnection, indicators: &[IndicatorCode], day: NaiveDate) -> Result<Figures> {
    type Columns = (String, Plain<IndicatorCode>, f64, NaiveDate, Plain<IndicatorSource>);
    if indicators.is_empty() {
        return Ok(Figures::new());
    }
    let wanted = indicators.iter().map(ToString::to_string);
    let rows: Vec<Columns> = latest(day, None)
        .filter(among(need_indicators::indicator, wanted))
        .select((
            need_indicators::municipality,
            need_indicators::indicator,
            need_indicators::value,
            need_indicators::date,
            need_indicators::source,
        ))
        .load(db)?;
    let figure = |(municipality, indicator, value, date, source): Columns| {
        Ok(((municipality, indicator.read()?), Figure { value, date, source: source.read()? }))
    };
    rows.into_iter().map(figure).collect()
}

/// Of which indicators of which municipalities something is known.
pub(crate) fn known_indicators(db: &mut AnyConnection) -> Result<BTreeSet<(String, IndicatorCode)>> {
    let columns = (need_indicators::municipality, need_indicators::indicator);
    let rows: Vec<(String, Plain<IndicatorCode>)> = known(None).select(columns).distinct().load(db)?;
    rows.into_iter().map(|(municipality, indicator)| Ok((municipality, indicator.read()?))).collect()
}

/// When each municipality exists, by code: what rows may speak of.
pub fn municipalities(db: &mut AnyConnection) -> Result<BTreeMap<MunicipalityCode, Validity>> {
    let rows: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)> = areas::table
        .filter(areas::kind.eq(AreaKind::Municipality.code()))
        .select((areas::code, areas::valid_from, areas::valid_to))
        .load(db)?;
    rows.into_iter().map(|(code, from, to)| Ok((column::parse(&code)?, Validity { from, to }))).collect()
}
