//! Programmes and the areas that they cover.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::date::RoughDate;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::key::Key;
use digituki_domain::money::Money;
use digituki_domain::programme::{Coordinator, Programme, ProgrammeFilter};
use digituki_domain::text::{Descriptions, Names};
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::area;
use crate::column::{self, Json};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result};
use crate::organisation::Named;
use crate::page::{Page, Position, Window, keyset};
use crate::schema::{programme_areas, programme_coordinators, programmes};
use crate::scope::Scopes;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = programmes, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(key))]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) names: Json<Names>,
    pub(crate) descriptions: Option<Json<Descriptions>>,
    pub(crate) goals: Json<Vec<Descriptions>>,
    pub(crate) previous: Option<String>,
    pub(crate) starts: Json<RoughDate>,
    pub(crate) sort_date: String,
    pub(crate) ends: Option<Json<RoughDate>>,
    pub(crate) grants_total: Option<Json<Money>>,
    pub(crate) version: i64,
}

/// Lists programmes, oldest first.
pub fn list(db: &mut AnyConnection, filter: &ProgrammeFilter, window: &Window) -> Result<Page<Programme>> {
    area::require(db, &[("region", &filter.region)])?;
    let matching = || -> programmes::BoxedQuery<'static, Backend> {
        let mut query = programmes::table.into_boxed();
        if !filter.region.is_empty() {
            let covering = programme_areas::table
                .filter(programme_areas::kind.eq(AreaKind::Region.code()))
                .filter(programme_areas::code.eq_any(area::codes(&filter.region)));
            let national = programme_areas::table.filter(programme_areas::kind.eq(AreaKind::Country.code()));
            query = query.filter(
                programmes::key
                    .eq_any(covering.select(programme_areas::programme))
                    .or(programmes::key.eq_any(national.select(programme_areas::programme))),
            );
        }
        query
    };
    let total = window.total(|| matching().count().get_result(db))?;
    let rows = keyset!(matching(), window, programmes::sort_date, programmes::key).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.sort_date.clone(), id: row.key.clone() };
    window.page(rows, total, position, |rows| assemble(db, rows))
}

/// One programme.
pub fn get(db: &mut AnyConnection, key: &Key) -> Result<Option<Programme>> {
    let row = programmes::table.find(key.as_str()).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect())?.pop())
}

/// Refuses programmes that the registry does not know.
pub(crate) fn require(db: &mut AnyConnection, asked: &[Key]) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = asked.iter().map(Key::as_str).collect();
    let known: Vec<String> = programmes::table.select(programmes::key).filter(programmes::key.eq_any(keys)).load(db)?;
    refuse_unknown("programme", asked, &known)
}

/// Refuses the keys that are not among the known ones.
pub(crate) fn refuse_unknown(parameter: &'static str, asked: &[Key], known: &[String]) -> Result<()> {
    let unknown: Vec<Violation> = asked
        .iter()
        .filter(|key| !known.iter().any(|known| known == key.as_str()))
        .map(|key| Violation::parameter(parameter, Invalid::NoSuch { value: key.to_string() }))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Error::Refused(unknown)) }
}

fn coordinators(db: &mut AnyConnection, keys: &[&str]) -> Result<HashMap<String, Vec<Coordinator>>> {
    type Columns = (String, String, Option<NaiveDate>, Option<NaiveDate>);
    let rows: Vec<Columns> = programme_coordinators::table
        .filter(programme_coordinators::programme.eq_any(keys))
        .order((programme_coordinators::programme, programme_coordinators::ordinal))
        .select((
            programme_coordinators::programme,
            programme_coordinators::organisation_id,
            programme_coordinators::first_day,
            programme_coordinators::last_day,
        ))
        .load(db)?;
    let named = Named::load(db, rows.iter().map(|(_, organisation, _, _)| organisation.as_str()))?;
    let mut coordinators: HashMap<String, Vec<Coordinator>> = HashMap::new();
    for (programme, organisation, first_day, last_day) in rows {
        let coordinator = Coordinator { organisation: named.get(&organisation)?, first_day, last_day };
        coordinators.entry(programme).or_default().push(coordinator);
    }
    Ok(coordinators)
}

fn assemble(db: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Programme>> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let covered = programme_areas::table
        .filter(programme_areas::programme.eq_any(&keys))
        .order((programme_areas::kind, programme_areas::code))
        .load(db)?;
    let mut areas = Scopes::load(db, covered)?;
    let mut coordinators = coordinators(db, &keys)?;
    rows.into_iter()
        .map(|row| {
            Ok(Programme {
                key: column::parse(&row.key)?,
                names: row.names.read()?,
                descriptions: row.descriptions.as_ref().map(Json::read).transpose()?,
                goals: row.goals.read()?,
                coordinators: coordinators.remove(&row.key).unwrap_or_default(),
                previous: row.previous.as_deref().map(column::parse).transpose()?,
                starts: row.starts.read()?,
                ends: row.ends.as_ref().map(Json::read).transpose()?,
                areas: areas.take(&row.key),
                grants_total: row.grants_total.as_ref().map(Json::read).transpose()?,
                version: Version::new(row.version),
            })
        })
        .collect()
}
