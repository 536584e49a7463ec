//! Municipalities, with the areas to which they belong on a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::dsl::{InnerJoinOn, IntoBoxed, auto_type};
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, AreaSort, MunicipalityCode, RegionCode};
use digituki_domain::clock::Moment;
use digituki_domain::municipality::{
    LanguageStatus, Membership, Municipality, MunicipalityFilter, MunicipalityRecord, Population, UrbanRural,
};
use digituki_domain::noun::Kept;
use digituki_domain::point::Point;
use digituki_domain::portfolio::Place;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary;

use crate::area::{self, Named};
use crate::column::{self, Json, Plain};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query};
use crate::names;
use crate::noun::{Step, Stored, put_list, put_row};
use crate::page::{Asked, Page, keyset};
use crate::schema::{areas, memberships, municipalities, populations};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = municipalities, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(code))]
struct Row {
    code: String,
    language_status: Plain<LanguageStatus>,
    urban_rural: Plain<UrbanRural>,
    record: Json<MunicipalityRecord>,
    lat: Option<f64>,
    lon: Option<f64>,
}

/// Lists the municipalities that existed on a day, as they were on that day.
pub fn list(db: &mut AnyConnection, asked: &Asked<MunicipalityFilter>) -> Result<Page<Municipality>> {
    let (filter, window) = (&asked.filter, &asked.window);
    let by_area = [
        ("area", &filter.area),
        ("region", &filter.region),
        ("hospital_district", &filter.hospital_district),
        ("wellbeing_services_county", &filter.wellbeing_services_county),
    ];
    area::require(db, by_area.iter().flat_map(|(parameter, areas)| in_query(parameter, areas)).collect())?;
    let day = filter.as_of.unwrap_or(asked.moment.today);
    let mut within = Vec::new();
    for (_, areas) in by_area {
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
    window.page(
        rows,
        total,
        |row| area::position(row, filter.sort),
        |rows| {
            let kept = with_records(db, rows.into_iter().map(|row| (row.code, row.version)).collect())?;
            represent(db, kept, day)
        },
    )
}

/// One municipality, whenever it existed, as it was on a day (or on its last, if that came before).
pub fn get(db: &mut AnyConnection, code: &MunicipalityCode, day: NaiveDate) -> Result<Option<Municipality>> {
    let found = Municipality::find(db, code)?;
    Ok(represent(db, found.into_iter().collect(), day)?.pop())
}

impl Stored for Municipality {
    fn find(db: &mut AnyConnection, id: &MunicipalityCode) -> Result<Option<Kept<Self>>> {
        let row = areas::table.find((AreaKind::Municipality.code(), id.as_str())).select(areas::version);
        let version: Option<i64> = row.first(db).optional()?;
        Ok(with_records(db, version.map(|version| (id.to_string(), version)).into_iter().collect())?.pop())
    }

    fn put(db: &mut AnyConnection, kept: &Kept<Self>, step: Step<Self::Record>) -> Result<()> {
        area::put(db, &kept.id.id(), &kept.record.area, kept.version, step)?;
        let (code, record) = (kept.id.as_str(), &kept.record);
        let row = Row {
            code: code.to_owned(),
            language_status: Plain::of(&record.language_status),
            urban_rural: Plain::of(&record.urban_rural),
            record: Json::of(record)?,
            lat: record.point.map(|point| point.lat),
            lon: record.point.map(|point| point.lon),
        };
        put_row!(db, municipalities, code, &row, step);
        put_list!(db, memberships, municipality = code, step, (0_i32..).zip(&record.memberships) => |(ordinal, of): (i32, &Membership)| (
            memberships::ordinal.eq(ordinal),
            memberships::kind.eq(of.area.kind().code()),
            memberships::area.eq(of.area.code().to_owned()),
            memberships::valid_from.eq(of.valid_from),
            memberships::valid_to.eq(of.valid_to),
        ));
        put_list!(db, populations, municipality = code, step, &record.populations => |figure: &Population| (
            populations::date.eq(figure.date),
            populations::population.eq(figure.population),
        ));
        Ok(())
    }

    fn represent(db: &mut AnyConnection, kept: Vec<Kept<Self>>, moment: Moment) -> Result<Vec<Self>> {
        represent(db, kept, moment.today)
    }
}

/// Municipalities of which the code and the version are known, in their order.
fn with_records(db: &mut AnyConnection, rows: Vec<(String, i64)>) -> Result<Vec<Kept<Municipality>>> {
    let of_rows = municipalities::table.filter(municipalities::code.eq_any(rows.iter().map(|(code, _)| code.as_str())));
    let columns = (municipalities::code, municipalities::record);
    let mut records: HashMap<String, Json<MunicipalityRecord>> =
        of_rows.select(columns).load::<(String, _)>(db)?.into_iter().collect();
    let with_record = |(code, version): (String, i64)| {
        let record = records.remove(&code);
        let record = record.ok_or_else(|| Error::Unforeseen(format!("municipality {code} has no record")))?;
        Ok(Kept { id: column::parse(&code)?, record: record.read()?, version: Version::new(version) })
    };
    rows.into_iter().map(with_record).collect()
}

type Joined = InnerJoinOn<memberships::table, areas::table, diesel::dsl::Eq<areas::code, memberships::municipality>>;

/// The region of each municipality on a day, out of some regions or out of all; one that had ended by then lies where
/// it lay last.
fn lying(day: NaiveDate) -> IntoBoxed<'static, Joined, Backend> {
    let lasting = memberships::valid_to.is_null().or(memberships::valid_to.ge(day));
    memberships::table
        .inner_join(areas::table.on(areas::code.eq(memberships::municipality)))
        .filter(areas::kind.eq(AreaKind::Municipality.code()))
        .filter(memberships::kind.eq(AreaKind::Region.code()))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(day)))
        .filter(lasting.or(memberships::valid_to.eq(areas::valid_to)))
        .into_boxed()
}

/// The codes of the municipalities that lie in regions on a day.
pub(crate) fn lying_in(db: &mut AnyConnection, regions: &[RegionCode], day: NaiveDate) -> Result<Vec<String>> {
    if regions.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = regions.iter().map(ToString::to_string).collect();
    Ok(lying(day).filter(memberships::area.eq_any(codes)).select(memberships::municipality).load(db)?)
}

/// The regions of an area on a day: itself, or the one in which a municipality lies.
pub(crate) fn regions_of(db: &mut AnyConnection, area: Option<&AreaId>, day: NaiveDate) -> Result<Vec<RegionCode>> {
    let Some(area) = area else { return Ok(Vec::new()) };
    let codes: Vec<String> = match area.kind() {
        AreaKind::Region => vec![area.code().to_owned()],
        AreaKind::Municipality => {
            let of_area = lying(day).filter(memberships::municipality.eq(area.code().to_owned()));
            of_area.select(memberships::area).load(db)?
        }
        AreaKind::Country | AreaKind::HospitalDistrict | AreaKind::WellbeingServicesCounty => Vec::new(),
    };
    codes.iter().map(|code| column::parse(code)).collect()
}

/// The regions of several areas on a day: each itself, or those in which its municipalities lie. The country has none: it
/// is nobody's. A constant number of statements, however many areas.
pub(crate) fn regions_of_all(db: &mut AnyConnection, areas: &[AreaId], day: NaiveDate) -> Result<Vec<RegionCode>> {
    let of = |wanted: AreaKind| areas.iter().filter(move |area| area.kind() == wanted);
    let mut regions: BTreeSet<String> = of(AreaKind::Region).map(|area| area.code().to_owned()).collect();
    let mut municipalities: BTreeSet<String> = of(AreaKind::Municipality).map(|area| area.code().to_owned()).collect();
    let districts: Vec<AreaId> =
        of(AreaKind::HospitalDistrict).chain(of(AreaKind::WellbeingServicesCounty)).cloned().collect();
    if !districts.is_empty() {
        municipalities.extend(members(db, &districts, day)?.into_iter().flatten());
    }
    if !municipalities.is_empty() {
        let lying = lying(day).filter(memberships::municipality.eq_any(municipalities)).select(memberships::area);
        regions.extend(lying.load::<String>(db)?);
    }
    regions.iter().map(|code| column::parse(code)).collect()
}

/// The areas of which a part lies in some regions on a day: those whose `regions_of_all` names one of them.
pub(crate) fn touching(db: &mut AnyConnection, regions: &[RegionCode], day: NaiveDate) -> Result<Vec<AreaId>> {
    let seats = lying_in(db, regions, day)?;
    let districts = [AreaKind::HospitalDistrict, AreaKind::WellbeingServicesCounty].map(AreaKind::code);
    let joined: Vec<(Plain<AreaKind>, String)> = memberships::table
        .filter(memberships::municipality.eq_any(seats.clone()))
        .filter(memberships::kind.eq_any(districts))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(day)))
        .filter(memberships::valid_to.is_null().or(memberships::valid_to.ge(day)))
        .select((memberships::kind, memberships::area))
        .distinct()
        .load(db)?;
    let mut touching: Vec<AreaId> = regions.iter().map(RegionCode::id).collect();
    for code in seats {
        touching.push(AreaId::new(AreaKind::Municipality, &code).map_err(|_| unreadable(&code))?);
    }
    for (kind, code) in joined {
        touching.push(AreaId::new(kind.read()?, &code).map_err(|_| unreadable(&code))?);
    }
    Ok(touching)
}

/// What each municipality is like, whenever it exists, and in which region it lies on a day.
pub(crate) fn places(db: &mut AnyConnection, day: NaiveDate) -> Result<BTreeMap<String, Place>> {
    type Kinds = (String, Plain<LanguageStatus>, Plain<UrbanRural>);
    let lying: Vec<(String, String)> = lying(day).select((memberships::municipality, memberships::area)).load(db)?;
    let region = |(municipality, code): &(String, String)| {
        Ok((municipality.clone(), AreaId::new(AreaKind::Region, code).map_err(|_| unreadable(code))?))
    };
    let regions: HashMap<String, AreaId> = lying.iter().map(region).collect::<Result<_>>()?;
    let named = Named::load(db, regions.values())?;
    let columns = (municipalities::code, municipalities::language_status, municipalities::urban_rural);
    let rows: Vec<Kinds> = municipalities::table.select(columns).load(db)?;
    rows.into_iter()
        .map(|(code, language_status, urban_rural)| {
            let region = regions.get(&code).map(|region| named.get(region)).transpose()?;
            Ok((code, Place { language_status: language_status.read()?, urban_rural: urban_rural.read()?, region }))
        })
        .collect()
}

fn unreadable(code: &str) -> Error {
    Error::Unforeseen(format!("the stored code {code} is no area's"))
}

/// The records of all municipalities, whenever they exist.
pub(crate) fn records(db: &mut AnyConnection) -> Result<Vec<(MunicipalityCode, MunicipalityRecord)>> {
    let rows: Vec<(String, Json<MunicipalityRecord>)> =
        municipalities::table.select((municipalities::code, municipalities::record)).load(db)?;
    rows.into_iter().map(|(code, record)| Ok((column::parse(&code)?, record.read()?))).collect()
}

/// The central localities of the municipalities that exist on a day.
pub(crate) fn centres(db: &mut AnyConnection, day: NaiveDate) -> Result<Vec<(String, Point)>> {
    let columns = (municipalities::code, municipalities::lat, municipalities::lon);
    Ok(points(existing(day).filter(municipalities::lat.is_not_null()).select(columns).load(db)?))
}

/// The central localities of all municipalities, whenever they exist.
pub(crate) fn all_centres(db: &mut AnyConnection) -> Result<Vec<(String, Point)>> {
    let known = municipalities::table.filter(municipalities::lat.is_not_null());
    let columns = (municipalities::code, municipalities::lat, municipalities::lon);
    Ok(points(known.select(columns).load(db)?))
}

/// The central locality of a municipality, if it exists on a day.
pub(crate) fn centre(db: &mut AnyConnection, code: &MunicipalityCode, day: NaiveDate) -> Result<Option<Point>> {
    let own = existing(day).filter(municipalities::code.eq(code.to_string()));
    let row: Option<Coordinates> = own.select((municipalities::lat, municipalities::lon)).first(db).optional()?;
    Ok(row.and_then(|(lat, lon)| Some(Point { lat: lat?, lon: lon? })))
}

type Coordinates = (Option<f64>, Option<f64>);
type Centre = (String, Option<f64>, Option<f64>);

fn points(rows: Vec<Centre>) -> Vec<(String, Point)> {
    let point = |(code, lat, lon): Centre| Some((code, Point { lat: lat?, lon: lon? }));
    rows.into_iter().filter_map(point).collect()
}

/// The municipalities that exist on a day, with their rows as areas.
#[auto_type]
fn existing(day: NaiveDate) -> _ {
    let kind: &'static str = AreaKind::Municipality.code();
    municipalities::table
        .inner_join(areas::table.on(areas::code.eq(municipalities::code)))
        .filter(areas::kind.eq(kind))
        .filter(areas::valid_from.is_null().or(areas::valid_from.le(day)))
        .filter(areas::valid_to.is_null().or(areas::valid_to.ge(day)))
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

fn represent(db: &mut AnyConnection, kept: Vec<Kept<Municipality>>, day: NaiveDate) -> Result<Vec<Municipality>> {
    let municipality = |code: &str| AreaId::new(AreaKind::Municipality, code).ok();
    let joined = without_figures(db)?;
    let successors = kept.iter().filter_map(|kept| kept.record.area.successor.as_deref());
    let others: Vec<AreaId> =
        successors.chain(joined.iter().map(|(code, _)| code.as_str())).filter_map(municipality).collect();
    let memberships = kept.iter().flat_map(|kept| &kept.record.memberships).map(|membership| &membership.area);
    let named = Named::load(db, memberships.chain(&others))?;

    kept.into_iter()
        .map(|Kept { id, record, version }| {
            let last = record.area.valid_to.map_or(day, |last| last.min(day));
            let part_of = |kind| record.part_of(kind, last).map(|area| named.get(area)).transpose();
            let code = id.to_string();
            Ok(Municipality {
                region: part_of(AreaKind::Region)?,
                hospital_district: part_of(AreaKind::HospitalDistrict)?,
                wellbeing_services_county: part_of(AreaKind::WellbeingServicesCounty)?,
                names: record.area.names,
                language_status: record.language_status,
                urban_rural: record.urban_rural,
                point: record.point,
                populations: record.populations,
                population_includes: absorbed(&joined, &code)
                    .into_iter()
                    .filter_map(municipality)
                    .map(|area| named.get(&area))
                    .collect::<Result<_>>()?,
                valid_from: record.area.valid_from,
                valid_to: record.area.valid_to,
                successor: record
                    .area
                    .successor
                    .as_deref()
                    .and_then(municipality)
                    .map(|area| named.get(&area))
                    .transpose()?,
                version,
                code,
            })
        })
        .collect()
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
