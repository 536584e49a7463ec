//! Areas of every kind.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{Area, AreaFilter, AreaId, AreaKind, AreaRef, AreaSort};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::text::Names;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::column::{Json, Plain};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result};
use crate::names;
use crate::page::{Page, Position, Window, keyset};
use crate::schema::areas;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = areas, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(kind, code))]
pub(crate) struct Row {
    pub(crate) kind: Plain<AreaKind>,
    pub(crate) code: String,
    pub(crate) names: Json<Names>,
    pub(crate) folded_names: String,
    pub(crate) sort_name: String,
    pub(crate) valid_from: Option<NaiveDate>,
    pub(crate) valid_to: Option<NaiveDate>,
    pub(crate) successor: Option<String>,
    pub(crate) version: i64,
}

/// Lists the areas of a kind that existed on a day.
pub fn list(
    db: &mut AnyConnection,
    kind: AreaKind,
    filter: &AreaFilter,
    today: NaiveDate,
    window: &Window,
) -> Result<Page<Area>> {
    let matching = || {
        let mut query = valid_on(kind, filter.as_of.unwrap_or(today));
        if let Some(letters) = &filter.q {
            query = query.filter(areas::folded_names.like(names::holding(letters)).escape('\\'));
        }
        query
    };
    let total = window.total(|| matching().count().get_result(db))?;
    let rows = match filter.sort.unwrap_or(AreaSort::Code) {
        AreaSort::Code => keyset!(matching(), window, areas::code, areas::code).select(Row::as_select()).load(db)?,
        AreaSort::Name => {
            keyset!(matching(), window, areas::sort_name, areas::code).select(Row::as_select()).load(db)?
        }
    };
    window.page(rows, total, |row| position(row, filter.sort), |rows| assemble(db, rows))
}

/// One area, whenever it existed.
pub fn get(db: &mut AnyConnection, kind: AreaKind, code: &str) -> Result<Option<Area>> {
    let row = areas::table.find((kind.code(), code)).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect())?.pop())
}

/// All areas of a kind that existed on a day, by code.
pub fn all(db: &mut AnyConnection, kind: AreaKind, day: NaiveDate) -> Result<Vec<AreaRef>> {
    let rows: Vec<(String, Json<Names>)> =
        valid_on(kind, day).order(areas::code).select((areas::code, areas::names)).load(db)?;
    rows.into_iter().map(|(code, names)| Ok(AreaRef { kind, code, names: names.read()? })).collect()
}

/// Where a row stands in a list of this order.
pub(crate) fn position(row: &Row, sort: Option<AreaSort>) -> Position {
    let sort = match sort.unwrap_or(AreaSort::Code) {
        AreaSort::Code => row.code.clone(),
        AreaSort::Name => row.sort_name.clone(),
    };
    Position { sort, id: row.code.clone() }
}

/// The areas of a kind that existed on a day.
pub(crate) fn valid_on(kind: AreaKind, day: NaiveDate) -> areas::BoxedQuery<'static, Backend> {
    areas::table
        .filter(areas::kind.eq(kind.code()))
        .filter(areas::valid_from.is_null().or(areas::valid_from.le(day)))
        .filter(areas::valid_to.is_null().or(areas::valid_to.ge(day)))
        .into_boxed()
}

fn assemble(db: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Area>> {
    let mut wanted = Vec::new();
    for row in &rows {
        if let Some(successor) = &row.successor {
            wanted.push((row.kind.read()?, successor.clone()));
        }
    }
    let named = Named::load(db, wanted)?;
    rows.into_iter()
        .map(|row| {
            let kind = row.kind.read()?;
            Ok(Area {
                kind,
                successor: row.successor.map(|code| named.get(kind, &code)).transpose()?,
                code: row.code,
                names: row.names.read()?,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                version: Version::new(row.version),
            })
        })
        .collect()
}

/// The names of the areas that a page refers to, read with one statement.
pub(crate) struct Named(HashMap<(AreaKind, String), Names>);

impl Named {
    pub(crate) fn load(db: &mut AnyConnection, wanted: impl IntoIterator<Item = (AreaKind, String)>) -> Result<Self> {
        let mut codes: HashMap<AreaKind, Vec<String>> = HashMap::new();
        for (kind, code) in wanted {
            codes.entry(kind).or_default().push(code);
        }
        if codes.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let mut query = areas::table.select((areas::kind, areas::code, areas::names)).into_boxed();
        for (kind, mut codes) in codes {
            codes.sort_unstable();
            codes.dedup();
            query = query.or_filter(areas::kind.eq(kind.code()).and(areas::code.eq_any(codes)));
        }
        query
            .load::<(Plain<AreaKind>, String, Json<Names>)>(db)?
            .into_iter()
            .map(|(kind, code, names)| Ok(((kind.read()?, code), names.read()?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    pub(crate) fn get(&self, kind: AreaKind, code: &str) -> Result<AreaRef> {
        let names = self.0.get(&(kind, code.to_owned())).cloned();
        let names = names.ok_or_else(|| Error::Unforeseen(format!("no area {}:{code} is stored", kind.code())))?;
        Ok(AreaRef { kind, code: code.to_owned(), names })
    }

    fn holds(&self, area: &AreaId) -> bool {
        self.0.contains_key(&(area.kind(), area.code().to_owned()))
    }
}

/// Refuses areas that the registry does not know, each by the parameter that named it.
pub(crate) fn require(db: &mut AnyConnection, asked: &[(&'static str, &[AreaId])]) -> Result<()> {
    let wanted = asked.iter().flat_map(|(_, areas)| *areas).map(|area| (area.kind(), area.code().to_owned()));
    let known = Named::load(db, wanted)?;
    let unknown: Vec<Violation> = asked
        .iter()
        .flat_map(|(parameter, areas)| areas.iter().map(move |area| (*parameter, area)))
        .filter(|(_, area)| !known.holds(area))
        .map(|(parameter, area)| Violation::parameter(parameter, Invalid::NoSuch { value: area.to_string() }))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Error::Refused(unknown)) }
}

/// The codes among areas of one kind.
pub(crate) fn codes(areas: &[AreaId]) -> Vec<String> {
    areas.iter().map(|area| area.code().to_owned()).collect()
}

/// The areas of several kinds, in the order asked.
pub(crate) fn by_ids(db: &mut AnyConnection, wanted: &[AreaId]) -> Result<Vec<Area>> {
    let mut query = areas::table.select(Row::as_select()).into_boxed();
    for area in wanted {
        query = query.or_filter(areas::kind.eq(area.kind().code()).and(areas::code.eq(area.code().to_owned())));
    }
    let found = if wanted.is_empty() { Vec::new() } else { query.load(db)? };
    let mut found: HashMap<String, Area> =
        assemble(db, found)?.into_iter().map(|area| (format!("{}:{}", area.kind.code(), area.code), area)).collect();
    Ok(wanted.iter().filter_map(|area| found.remove(&area.to_string())).collect())
}
