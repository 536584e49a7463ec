//! What the computation of a coverage needs to know.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, AreaRef};
use digituki_domain::coverage::{Coverage, Inhabitants, cover};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::text::Names;
use digituki_domain::validity::{Dated as _, Validity};
use digituki_domain::vocabulary::Vocabulary;

use crate::area;
use crate::column::Json;
use crate::connection::AnyConnection;
use crate::error::{Error, Result, in_query};
use crate::municipality;
use crate::schema::{areas, populations};

/// On which day inhabitants are counted, and on which borders.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// The day of the figures, or the latest known no later than `before`.
    pub population_date: Option<NaiveDate>,
    /// For the choice of the day: not after this one.
    pub before: Option<NaiveDate>,
    /// The day whose borders hold; the day of the figures when not given.
    pub as_of: Option<NaiveDate>,
}

/// The inhabitants of the union of areas.
pub fn of(db: &mut AnyConnection, wanted: &[AreaId], when: When) -> Result<Coverage> {
    let Ground { population_date, as_of, areas, country } = ground(db, wanted, when)?;
    Ok(cover(&areas, &country, population_date, as_of))
}

/// What a coverage is computed from.
pub(crate) struct Ground {
    pub(crate) population_date: NaiveDate,
    pub(crate) as_of: NaiveDate,
    /// Each area once, with the codes of its municipalities.
    pub(crate) areas: Vec<(AreaRef, BTreeSet<String>)>,
    pub(crate) country: Vec<Inhabitants>,
}

/// Reads what the coverage of areas is computed from.
pub(crate) fn ground(db: &mut AnyConnection, wanted: &[AreaId], when: When) -> Result<Ground> {
    area::require(db, in_query("area", wanted))?;
    let population_date = population_date(db, when)?;
    let as_of = when.as_of.unwrap_or(population_date);
    let mut distinct: Vec<AreaId> = Vec::new();
    for area in wanted {
        if !distinct.contains(area) {
            distinct.push(area.clone());
        }
    }
    let named = named(db, &distinct, as_of)?;
    let members = municipality::members(db, &distinct, as_of)?;
    let areas = named.into_iter().zip(members).collect();
    Ok(Ground { population_date, as_of, areas, country: country(db, population_date)? })
}

/// Refuses areas that the registry does not hold, and such as did not exist on the day.
pub(crate) fn require(db: &mut AnyConnection, wanted: &[AreaId], day: NaiveDate) -> Result<()> {
    area::require(db, in_query("area", wanted))?;
    named(db, wanted, day).map(drop)
}

/// The areas with their names; refused when one did not exist on the day.
pub(crate) fn named(db: &mut AnyConnection, wanted: &[AreaId], day: NaiveDate) -> Result<Vec<AreaRef>> {
    let mut refused = Vec::new();
    let mut found = Vec::new();
    for area in area::by_ids(db, wanted)? {
        if area.validity().holds_on(day) {
            found.push(AreaRef { kind: area.kind, code: area.code, names: area.names });
        } else {
            let value = format!("{}:{}", area.kind.code(), area.code);
            refused.push(Violation::parameter("area", Invalid::NotValidAt { value, day }));
        }
    }
    if refused.is_empty() { Ok(found) } else { Err(Error::Refused(refused)) }
}

/// The day of the figures.
pub(crate) fn population_date(db: &mut AnyConnection, when: When) -> Result<NaiveDate> {
    let known: Vec<NaiveDate> =
        populations::table.select(populations::date).distinct().order(populations::date).load(db)?;
    let latest = match when.before {
        Some(before) => known.iter().rfind(|date| **date <= before).or(known.first()),
        None => known.last(),
    };
    match when.population_date {
        Some(asked) if known.contains(&asked) => Ok(asked),
        Some(asked) => {
            let allowed = known.iter().map(ToString::to_string).collect();
            let invalid = Invalid::UnknownValue { value: asked.to_string(), allowed };
            Err(Error::Refused(vec![Violation::parameter("population_date", invalid)]))
        }
        None => latest.copied().ok_or_else(|| Error::Unforeseen("no populations are loaded".into())),
    }
}

/// The inhabitants of all municipalities, whenever they exist.
pub(crate) fn country(db: &mut AnyConnection, date: NaiveDate) -> Result<Vec<Inhabitants>> {
    type Columns = (String, Json<Names>, Option<NaiveDate>, Option<NaiveDate>, Option<String>, Option<i64>);
    let rows: Vec<Columns> = areas::table
        .left_join(populations::table.on(populations::municipality.eq(areas::code).and(populations::date.eq(date))))
        .filter(areas::kind.eq(AreaKind::Municipality.code()))
        .order(areas::code)
        .select((
            areas::code,
            areas::names,
            areas::valid_from,
            areas::valid_to,
            areas::successor,
            populations::population.nullable(),
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(code, names, from, to, successor, population)| {
            Ok(Inhabitants {
                municipality: AreaRef { kind: AreaKind::Municipality, code, names: names.read()? },
                validity: Validity { from, to },
                successor,
                population,
            })
        })
        .collect()
}
