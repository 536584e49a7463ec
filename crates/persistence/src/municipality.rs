//! Municipalities, with the areas to which they belong on a day.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, AreaSort};
use digituki_domain::municipality::{LanguageStatus, Municipality, MunicipalityFilter, Point, Population, UrbanRural};
use digituki_domain::validity::Validity;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::area::{self, Named};
use crate::column::Plain;
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result};
use crate::names;
use crate::page::{Page, Window, keyset};
use crate::schema::{areas, memberships, municipalities, populations};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = municipalities, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(code))]
pub(crate) struct Row {
    pub(crate) code: String,
    pub(crate) language_status: Plain<LanguageStatus>,
    pub(crate) urban_rural: Plain<UrbanRural>,
    pub(crate) lat: Option<f64>,
    pub(crate) lon: Option<f64>,
}

/// Lists the municipalities that existed on a day, as they were on that day.
pub fn list(
    db: &mut AnyConnection,
    filter: &MunicipalityFilter,
    today: NaiveDate,
    window: &Window,
) -> Result<Page<Municipality>> {
    area::require(
        db,
        &[
            ("area", &filter.area),
            ("region", &filter.region),
            ("hospital_district", &filter.hospital_district),
            ("wellbeing_services_county", &filter.wellbeing_services_county),
        ],
    )?;
    let day = filter.as_of.unwrap_or(today);
    let mut within = Vec::new();
    for areas in [&filter.area, &filter.region, &filter.hospital_district, &filter.wellbeing_services_county] {
        if !areas.is_empty() {
            within.push(members(db, areas, day)?.into_iter().flatten().collect());
        }
    }
    let matching = || matching(filter, &within, day);
    let total = window.total(|| matching().count().get_result(db))?;
    let rows = match filter.sort.unwrap_or(AreaSort::Code) {
        AreaSort::Code => {
            keyset!(matching(), window, areas::code, areas::code).select(area::Row::as_select()).load(db)?
        }
        AreaSort::Name => {
            keyset!(matching(), window, areas::sort_name, areas::code).select(area::Row::as_select()).load(db)?
        }
    };
    window.page(rows, total, |row| area::position(row, filter.sort), |rows| assemble(db, rows, day))
}

/// One municipality, whenever it existed, as it was on a day (or on its last, if that came before).
pub fn get(db: &mut AnyConnection, code: &str, day: NaiveDate) -> Result<Option<Municipality>> {
    let row =
        areas::table.find((AreaKind::Municipality.code(), code)).select(area::Row::as_select()).first(db).optional()?;
    Ok(assemble(db, row.into_iter().collect(), day)?.pop())
}

fn matching(
    filter: &MunicipalityFilter,
    within: &[Vec<String>],
    day: NaiveDate,
) -> areas::BoxedQuery<'static, Backend> {
    let mut query = area::valid_on(AreaKind::Municipality, day);
    for codes in within {
        query = query.filter(areas::code.eq_any(codes.clone()));
    }
    if !filter.language_status.is_empty() {
        let wanted = filter.language_status.iter().map(|status| status.code());
        let with = municipalities::table.filter(municipalities::language_status.eq_any(wanted));
        query = query.filter(areas::code.eq_any(with.select(municipalities::code)));
    }
    if !filter.urban_rural.is_empty() {
        let wanted = filter.urban_rural.iter().map(|kind| kind.code());
        let with = municipalities::table.filter(municipalities::urban_rural.eq_any(wanted));
        query = query.filter(areas::code.eq_any(with.select(municipalities::code)));
    }
    if let Some(letters) = &filter.q {
        query = query.filter(areas::folded_names.like(names::holding(letters)).escape('\\'));
    }
    query
}

/// The codes of the municipalities that lie in each of the areas on a day.
pub(crate) fn members(db: &mut AnyConnection, within: &[AreaId], day: NaiveDate) -> Result<Vec<BTreeSet<String>>> {
    let existing: BTreeSet<String> =
        area::valid_on(AreaKind::Municipality, day).select(areas::code).load(db)?.into_iter().collect();
    let mut joined = memberships::table
        .select((memberships::kind, memberships::area, memberships::municipality))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(day)))
        .filter(memberships::valid_to.is_null().or(memberships::valid_to.ge(day)))
        .into_boxed();
    let kinds: Vec<&str> = within.iter().map(|area| area.kind().code()).collect();
    joined = joined.filter(memberships::kind.eq_any(kinds)).filter(memberships::area.eq_any(area::codes(within)));
    let mut by_area: HashMap<(AreaKind, String), BTreeSet<String>> = HashMap::new();
    for (kind, code, municipality) in joined.load::<(Plain<AreaKind>, String, String)>(db)? {
        by_area.entry((kind.read()?, code)).or_default().insert(municipality);
    }
    Ok(within
        .iter()
        .map(|area| match area.kind() {
            AreaKind::Country => existing.clone(),
            AreaKind::Municipality => existing.iter().filter(|code| *code == area.code()).cloned().collect(),
            kind => by_area.get(&(kind, area.code().to_owned())).cloned().unwrap_or_default(),
        })
        .collect())
}

fn assemble(db: &mut AnyConnection, rows: Vec<area::Row>, day: NaiveDate) -> Result<Vec<Municipality>> {
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let mut details: HashMap<String, Row> = municipalities::table
        .filter(municipalities::code.eq_any(&codes))
        .select(Row::as_select())
        .load(db)?
        .into_iter()
        .map(|row| (row.code.clone(), row))
        .collect();
    let mut figures: HashMap<String, Vec<Population>> = HashMap::new();
    let by_year = populations::table.filter(populations::municipality.eq_any(&codes)).order(populations::date);
    for (code, date, population) in by_year.load::<(String, NaiveDate, i64)>(db)? {
        figures.entry(code).or_default().push(Population { date, population });
    }
    let belongings = Belongings::load(db, &codes)?;
    let joined = without_figures(db)?;
    let references = Named::load(
        db,
        rows.iter()
            .filter_map(|row| row.successor.clone())
            .chain(joined.iter().map(|(code, _)| code.clone()))
            .map(|code| (AreaKind::Municipality, code))
            .chain(belongings.areas()),
    )?;

    rows.into_iter()
        .map(|row| {
            let last = row.valid_to.map_or(day, |last| last.min(day));
            let part_of = |kind| {
                let code = belongings.on(&row.code, kind, last);
                code.map(|code| references.get(kind, code)).transpose()
            };
            let detail = details
                .remove(&row.code)
                .ok_or_else(|| Error::Unforeseen(format!("municipality {} has no details", row.code)))?;
            Ok(Municipality {
                names: row.names.read()?,
                region: part_of(AreaKind::Region)?,
                hospital_district: part_of(AreaKind::HospitalDistrict)?,
                wellbeing_services_county: part_of(AreaKind::WellbeingServicesCounty)?,
                language_status: detail.language_status.read()?,
                urban_rural: detail.urban_rural.read()?,
                point: detail.lat.zip(detail.lon).map(|(lat, lon)| Point { lat, lon }),
                populations: figures.remove(&row.code).unwrap_or_default(),
                population_includes: absorbed(&joined, &row.code)
                    .into_iter()
                    .map(|code| references.get(AreaKind::Municipality, code))
                    .collect::<Result<_>>()?,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                successor: row
                    .successor
                    .as_deref()
                    .map(|code| references.get(AreaKind::Municipality, code))
                    .transpose()?,
                version: Version::new(row.version),
                code: row.code,
            })
        })
        .collect()
}

/// To which areas each municipality has belonged, and when.
struct Belongings(HashMap<String, Vec<(AreaKind, String, Validity)>>);

impl Belongings {
    fn load(db: &mut AnyConnection, codes: &[&str]) -> Result<Self> {
        type Columns = (String, Plain<AreaKind>, String, Option<NaiveDate>, Option<NaiveDate>);
        let rows: Vec<Columns> = memberships::table
            .filter(memberships::municipality.eq_any(codes))
            .select((
                memberships::municipality,
                memberships::kind,
                memberships::area,
                memberships::valid_from,
                memberships::valid_to,
            ))
            .load(db)?;
        let mut found: HashMap<String, Vec<_>> = HashMap::new();
        for (municipality, kind, area, from, to) in rows {
            found.entry(municipality).or_default().push((kind.read()?, area, Validity { from, to }));
        }
        Ok(Self(found))
    }

    fn areas(&self) -> impl Iterator<Item = (AreaKind, String)> + '_ {
        self.0.values().flatten().map(|(kind, area, _)| (*kind, area.clone()))
    }

    fn on(&self, municipality: &str, kind: AreaKind, day: NaiveDate) -> Option<&str> {
        let found = self.0.get(municipality)?.iter().find(|(of, _, validity)| *of == kind && validity.holds_on(day));
        found.map(|(_, area, _)| area.as_str())
    }
}

/// Former municipalities without figures of their own, each with its successor.
fn without_figures(db: &mut AnyConnection) -> Result<Vec<(String, String)>> {
    let counted = populations::table.select(populations::municipality).distinct();
    Ok(areas::table
        .filter(areas::kind.eq(AreaKind::Municipality.code()))
        .filter(areas::successor.is_not_null())
        .filter(areas::code.ne_all(counted))
        .order(areas::code)
        .select((areas::code, areas::successor.assume_not_null()))
        .load(db)?)
}

/// Those of them whose inhabitants are in the figures of a municipality, directly or by way of another.
fn absorbed<'a>(joined: &'a [(String, String)], into: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    loop {
        let next = joined.iter().find(|(code, successor)| {
            !found.contains(&code.as_str()) && (successor == into || found.contains(&successor.as_str()))
        });
        match next {
            Some((code, _)) => found.push(code),
            None => return found,
        }
    }
}
