//! Organisations.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::AreaKind;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::organisation::{
    BusinessId, Organisation, OrganisationFilter, OrganisationId, OrganisationRef, OrganisationType,
};
use digituki_domain::text::Names;
use digituki_domain::version::Version;

use crate::area;
use crate::column::{self, Json, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result};
use crate::names;
use crate::page::{Page, Position, Window, keyset};
use crate::schema::organisations;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organisations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) organisation_type: Plain<OrganisationType>,
    pub(crate) names: Json<Names>,
    pub(crate) folded_names: String,
    pub(crate) sort_name: String,
    pub(crate) business_id: Option<Plain<BusinessId>>,
    pub(crate) area_kind: Option<Plain<AreaKind>>,
    pub(crate) area_code: Option<String>,
    pub(crate) valid_from: Option<NaiveDate>,
    pub(crate) valid_to: Option<NaiveDate>,
    pub(crate) successor_id: Option<String>,
    pub(crate) version: i64,
}

impl Row {
    fn area(&self) -> Result<Option<(AreaKind, String)>> {
        match (&self.area_kind, &self.area_code) {
            (Some(kind), Some(code)) => Ok(Some((kind.read()?, code.clone()))),
            _ => Ok(None),
        }
    }
}

/// Lists the organisations that existed on a day, alphabetically.
pub fn list(
    db: &mut AnyConnection,
    filter: &OrganisationFilter,
    today: NaiveDate,
    window: &Window,
) -> Result<Page<Organisation>> {
    area::require(db, &[("area", &filter.area)])?;
    let matching = || matching(filter, filter.as_of.unwrap_or(today));
    let total = window.total(|| matching().count().get_result(db))?;
    let rows =
        keyset!(matching(), window, organisations::sort_name, organisations::id).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.sort_name.clone(), id: row.id.clone() };
    window.page(rows, total, position, |rows| assemble(db, rows))
}

/// One organisation, whenever it existed.
pub fn get(db: &mut AnyConnection, id: OrganisationId) -> Result<Option<Organisation>> {
    let row = organisations::table.find(id.to_string()).select(Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect())?.pop())
}

/// Refuses organisations that the registry does not know.
pub(crate) fn require(db: &mut AnyConnection, parameter: &str, asked: &[OrganisationId]) -> Result<()> {
    let ids: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let known = Named::load(db, ids.iter().map(String::as_str))?;
    let unknown: Vec<Violation> = ids
        .into_iter()
        .filter(|id| !known.0.contains_key(id))
        .map(|value| Violation::parameter(parameter, Invalid::NoSuch { value }))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Error::Refused(unknown)) }
}

fn matching(filter: &OrganisationFilter, day: NaiveDate) -> organisations::BoxedQuery<'static, Backend> {
    let mut query = organisations::table
        .filter(organisations::valid_from.is_null().or(organisations::valid_from.le(day)))
        .filter(organisations::valid_to.is_null().or(organisations::valid_to.ge(day)))
        .into_boxed();
    any_of!(query, organisations::organisation_type, filter.organisation_type);
    if !filter.area.is_empty() {
        // By code, for which there is an index; then by kind too, as the same code can be of several kinds.
        let wanted: Vec<_> = filter.area.iter().map(ToString::to_string).collect();
        query = query.filter(organisations::area_code.eq_any(area::codes(&filter.area)));
        let area = organisations::area_kind.concat(":").concat(organisations::area_code);
        query = query.filter(area.eq_any(wanted));
    }
    any_of!(query, organisations::business_id, filter.business_id);
    if let Some(letters) = &filter.q {
        query = query.filter(organisations::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

fn assemble(db: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Organisation>> {
    let mut areas = Vec::new();
    for row in &rows {
        areas.extend(row.area()?);
    }
    let areas = area::Named::load(db, areas)?;
    let successors = Named::load(db, rows.iter().filter_map(|row| row.successor_id.as_deref()))?;
    rows.into_iter()
        .map(|row| {
            Ok(Organisation {
                id: column::parse(&row.id)?,
                organisation_type: row.organisation_type.read()?,
                names: row.names.read()?,
                business_id: row.business_id.as_ref().map(Plain::read).transpose()?,
                area: row.area()?.map(|(kind, code)| areas.get(kind, &code)).transpose()?,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                successor: row.successor_id.as_deref().map(|id| successors.get(id)).transpose()?,
                reference: true,
                version: Version::new(row.version),
            })
        })
        .collect()
}

/// The names of the organisations that a page refers to, read with one statement.
pub(crate) struct Named(HashMap<String, OrganisationRef>);

impl Named {
    pub(crate) fn load<'a>(db: &mut AnyConnection, wanted: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut ids: Vec<&str> = wanted.collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let rows: Vec<(String, Plain<OrganisationType>, Json<Names>)> = organisations::table
            .filter(organisations::id.eq_any(ids))
            .select((organisations::id, organisations::organisation_type, organisations::names))
            .load(db)?;
        let named = rows.into_iter().map(|(id, kind, names)| {
            let organisation_type = kind.read()?;
            let organisation = OrganisationRef { id: column::parse(&id)?, organisation_type, names: names.read()? };
            Ok((id, organisation))
        });
        Ok(Self(named.collect::<Result<_>>()?))
    }

    pub(crate) fn get(&self, id: &str) -> Result<OrganisationRef> {
        self.0.get(id).cloned().ok_or_else(|| Error::Unforeseen(format!("no organisation {id} is stored")))
    }
}
