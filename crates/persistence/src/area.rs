//! Areas of every kind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{Area, AreaFilter, AreaId, AreaKind, AreaRecord, AreaRef, AreaSort};
use digituki_domain::clock::Moment;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::noun::Kept;
use digituki_domain::text::Names;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::among::among;
use crate::column::{self, Json, Plain};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, refuse};
use crate::names;
use crate::noun::{Step, Stored, put_row};
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::areas;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = areas, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(kind, code))]
pub(crate) struct Row {
    kind: Plain<AreaKind>,
    pub(crate) code: String,
    names: Json<Names>,
    pub(crate) folded_names: String,
    pub(crate) sort_name: String,
    pub(crate) valid_from: Option<NaiveDate>,
    pub(crate) valid_to: Option<NaiveDate>,
    pub(crate) successor: Option<String>,
    pub(crate) version: i64,
}

/// Lists the areas of a kind that existed on a day.
pub fn list(db: &mut AnyConnection, kind: AreaKind, asked: &Asked<AreaFilter>) -> Result<Page<Area>> {
    let (filter, window) = (&asked.filter, &asked.window);
    let matching = || {
        let mut query = valid_on(kind, filter.as_of.unwrap_or(asked.moment.today));
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
    window.page(rows, total, |row| position(row, filter.sort), |rows| represent(db, rows))
}

/// One area, whenever it existed.
pub fn get(db: &mut AnyConnection, kind: AreaKind, code: &str) -> Result<Option<Area>> {
    let row = areas::table.find((kind.code(), code)).select(Row::as_select()).first(db).optional()?;
    Ok(represent(db, row.into_iter().collect())?.pop())
}

impl Stored for Area {
    fn find(db: &mut AnyConnection, id: &AreaId) -> Result<Option<Kept<Self>>> {
        let row = areas::table.find((id.kind().code(), id.code())).select(Row::as_select()).first(db).optional()?;
        row.map(|row: Row| row.kept()).transpose()
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        put(db, &kept.id, &kept.record, kept.version, step)
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, _: Moment) -> Result<Vec<Self>> {
        represent(db, kept.iter().map(|kept| Row::of(&kept.id, &kept.record, kept.version)).collect::<Result<_>>()?)
    }
}

/// Writes the row that every area has, also a municipality.
pub(crate) fn put<R>(
    db: &mut AnyConnection,
    id: &AreaId,
    record: &AreaRecord,
    version: Version,
    step: Step<R>,
) -> Result<()> {
    let row = Row::of(id, record, version)?;
    put_row!(db, areas, (id.kind().code(), id.code()), &row, step);
    Ok(())
}

impl Row {
    fn of(id: &AreaId, record: &AreaRecord, version: Version) -> Result<Self> {
        Ok(Self {
            kind: Plain::of(&id.kind()),
            code: id.code().to_owned(),
            folded_names: names::folded(&record.names),
            sort_name: names::sort_key(&record.names),
            names: Json::of(&record.names)?,
            valid_from: record.valid_from,
            valid_to: record.valid_to,
            successor: record.successor.clone(),
            version: version.number(),
        })
    }

    fn kept(self) -> Result<Kept<Area>> {
        let id = column::parse(&format!("{}:{}", self.kind.text(), self.code))?;
        let record = AreaRecord {
            names: self.names.read()?,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            successor: self.successor,
        };
        Ok(Kept { id, record, version: Version::new(self.version) })
    }
}

/// All areas of a kind that existed on a day, by code.
pub fn all(db: &mut AnyConnection, kind: AreaKind, day: NaiveDate) -> Result<Vec<AreaRef>> {
    let rows: Vec<(String, Json<Names>)> =
        valid_on(kind, day).order(areas::code).select((areas::code, areas::names)).load(db)?;
    rows.into_iter().map(|(code, names)| Ok(AreaRef { kind, code, names: names.read()? })).collect()
}

/// All areas, whenever they exist.
pub(crate) fn ids(db: &mut AnyConnection) -> Result<Vec<AreaId>> {
    let rows: Vec<(String, String)> = areas::table.select((areas::kind, areas::code)).load(db)?;
    rows.iter().map(|(kind, code)| column::parse(&format!("{kind}:{code}"))).collect()
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

fn represent(db: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Area>> {
    let successor = |row: &Row| -> Result<Option<AreaId>> {
        row.successor.as_deref().map(|code| column::parse(&format!("{}:{code}", row.kind.text()))).transpose()
    };
    let wanted: Vec<Option<AreaId>> = rows.iter().map(successor).collect::<Result<_>>()?;
    let named = Named::load(db, wanted.iter().flatten())?;
    rows.into_iter()
        .zip(wanted)
        .map(|(row, successor)| {
            Ok(Area {
                kind: row.kind.read()?,
                successor: successor.map(|area| named.get(&area)).transpose()?,
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
pub(crate) struct Named(HashMap<AreaId, Names>);

impl Named {
    pub(crate) fn load<'a>(db: &mut AnyConnection, wanted: impl IntoIterator<Item = &'a AreaId>) -> Result<Self> {
        let mut codes: BTreeMap<AreaKind, BTreeSet<&str>> = BTreeMap::new();
        for area in wanted {
            codes.entry(area.kind()).or_default().insert(area.code());
        }
        if codes.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let mut query = areas::table.select((areas::kind, areas::code, areas::names)).into_boxed();
        for (kind, codes) in codes {
            query = query.or_filter(areas::kind.eq(kind.code()).and(among(areas::code, codes)));
        }
        query
            .load::<(Plain<AreaKind>, String, Json<Names>)>(db)?
            .into_iter()
            .map(|(kind, code, names)| Ok((column::parse(&format!("{}:{code}", kind.text()))?, names.read()?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    pub(crate) fn get(&self, area: &AreaId) -> Result<AreaRef> {
        let names = self.0.get(area).cloned();
        let names = names.ok_or_else(|| Error::Unforeseen(format!("no area {area} is stored")))?;
        Ok(AreaRef { kind: area.kind(), code: area.code().to_owned(), names })
    }

    /// Several areas, in their order.
    pub(crate) fn all<'a>(&self, areas: impl IntoIterator<Item = &'a AreaId>) -> Result<Vec<AreaRef>> {
        areas.into_iter().map(|area| self.get(area)).collect()
    }

    fn holds(&self, area: &AreaId) -> bool {
        self.0.contains_key(area)
    }
}

/// Refuses areas that the registry does not know, each at the place that named it.
pub(crate) fn require(db: &mut AnyConnection, asked: Vec<(Place, AreaId)>) -> Result<()> {
    let known = Named::load(db, asked.iter().map(|(_, area)| area))?;
    let unknown = asked.into_iter().filter(|(_, area)| !known.holds(area));
    refuse(
        unknown
            .map(|(place, area)| Violation { place, invalid: Invalid::NoSuch { value: area.to_string() } })
            .collect(),
    )
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
        represent(db, found)?.into_iter().map(|area| (format!("{}:{}", area.kind.code(), area.code), area)).collect();
    Ok(wanted.iter().filter_map(|area| found.remove(&area.to_string())).collect())
}
