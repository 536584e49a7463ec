//! Search gaps: counted beside the registry's objects, as its other books are, and never in the feed.

use std::collections::BTreeMap;

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::upsert::excluded;
use digituki_domain::area::{AreaId, AreaKind};
use digituki_domain::date::Month;
use digituki_domain::policy::Reach;
use digituki_domain::search::Question;
use digituki_domain::search_gap::{Gap, Miss, SearchGap, SearchGapFilter};
use digituki_domain::service_point::ServicePointFilter;
use digituki_domain::support::Topic;
use digituki_domain::text::Language;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::column::{self, Plain, any_of};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Error, Result, in_query};
use crate::page::{Asked, Page, Position, keyset};
use crate::schema::search_gaps;
use crate::{area, municipality, provider};

/// What a search counts for that found nothing that holds all its words.
pub(crate) fn miss(db: &mut AnyConnection, asked: &Asked<ServicePointFilter>, question: &Question) -> Result<Miss> {
    let (filter, today) = (&asked.filter, asked.moment.today);
    let area = match (filter.municipality.as_slice(), filter.region.as_slice()) {
        ([municipality], _) => municipality.id(),
        (_, regions) => {
            let municipalities = area::all(db, AreaKind::Municipality, today)?;
            let mut named = municipalities.iter().filter(|area| question.names_place(&area.names));
            match (named.next(), named.next(), regions) {
                (Some(municipality), None, _) => municipality.id(),
                (_, _, [region]) => region.id(),
                _ => AreaId::country(),
            }
        }
    };
    let asked_for = match filter.language.as_slice() {
        [language] => Some(*language),
        _ => None,
    };
    let mut topics = if filter.topic.is_empty() { question.topics.clone() } else { filter.topic.clone() };
    topics.sort_unstable();
    topics.dedup();
    Ok(Miss { month: Month::of(today), area, language: question.language.map(Language::from).or(asked_for), topics })
}

/// Counts searches.
pub fn count(db: &mut AnyConnection, gaps: &BTreeMap<Gap, i64>) -> Result<()> {
    for (gap, count) in gaps {
        let row = (
            search_gaps::place.eq(place(gap)),
            search_gaps::month.eq(gap.month.to_string()),
            search_gaps::area_kind.eq(gap.area.kind().code()),
            search_gaps::area_code.eq(gap.area.code()),
            search_gaps::language.eq(gap.language.map(Language::code)),
            search_gaps::topic.eq(gap.topic.map(Topic::code)),
            search_gaps::count.eq(count),
        );
        // What is there already is beyond what one text of a query for both databases can say.
        let insert = diesel::insert_into(search_gaps::table)
            .values(row)
            .on_conflict(search_gaps::place)
            .do_update()
            .set(search_gaps::count.eq(search_gaps::count + excluded(search_gaps::count)));
        match db {
            AnyConnection::Postgresql(db) => insert.execute(db).map_err(Error::from)?,
            AnyConnection::Sqlite(db) => insert.execute(db).map_err(Error::from)?,
        };
    }
    Ok(())
}

/// A text that stands where the gap stands in the list: the later the month, the earlier.
fn place(gap: &Gap) -> String {
    let language = gap.language.map_or("", |language| language.code());
    let topic = gap.topic.map_or("", |topic| topic.code());
    format!("{:06};{};{language};{topic}", 999_999 - gap.month.number(), gap.area)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = search_gaps)]
struct Row {
    place: String,
    month: Plain<Month>,
    area_kind: Plain<AreaKind>,
    area_code: String,
    language: Option<Plain<Language>>,
    topic: Option<Plain<Topic>>,
    count: i64,
}

impl Row {
    fn area(&self) -> Result<AreaId> {
        column::parse(&format!("{}:{}", self.area_kind.text(), self.area_code))
    }
}

/// Lists the gaps of the areas that the caller is responsible for, the latest month first.
pub fn list(db: &mut AnyConnection, asked: &Asked<SearchGapFilter>) -> Result<Page<SearchGap>> {
    let (filter, window, today) = (&asked.filter, &asked.window, asked.moment.today);
    let municipalities = in_query("municipality", &filter.municipality).into_iter();
    let regions = in_query("region", &filter.region).into_iter();
    let areas = municipalities.map(|(place, code)| (place, code.id()));
    area::require(db, areas.chain(regions.map(|(place, code)| (place, code.id()))).collect())?;
    let own = &asked.permit.caller.regions;
    let within = municipality::lying_in(db, &filter.region, today)?;
    let own_within = provider::seats_of(db, &asked.permit, today)?;
    let matching = || {
        let query = matching(filter, &within);
        match asked.permit.reach() {
            Reach::Everything => query,
            Reach::Regions => query.filter(of_regions(provider::codes(own), own_within.clone())),
            // Nobody whose reach is less gets here.
            Reach::Named | Reach::Organisation | Reach::Published | Reach::Nothing => {
                query.filter(of_regions(Vec::new(), Vec::new()))
            }
        }
    };
    let total = window.total(|| matching().count().get_result(db))?;
    let rows: Vec<Row> =
        keyset!(matching(), window, search_gaps::place, search_gaps::place).select(Row::as_select()).load(db)?;
    let position = |row: &Row| Position { sort: row.place.clone(), id: row.place.clone() };
    window.page(rows, total, position, |rows| {
        let areas: Vec<AreaId> = rows.iter().map(Row::area).collect::<Result<_>>()?;
        let named = area::Named::load(db, &areas)?;
        let gap = |(row, area): (Row, &AreaId)| {
            Ok(SearchGap {
                month: row.month.read()?,
                area: named.get(area)?,
                language: row.language.as_ref().map(Plain::read).transpose()?,
                topic: row.topic.as_ref().map(Plain::read).transpose()?,
                count: row.count,
            })
        };
        rows.into_iter().zip(&areas).map(gap).collect()
    })
}

fn matching(filter: &SearchGapFilter, within: &[String]) -> search_gaps::BoxedQuery<'static, Backend> {
    let mut query = search_gaps::table.into_boxed();
    if let Some(first) = filter.first_month {
        query = query.filter(search_gaps::month.ge(first.to_string()));
    }
    if let Some(last) = filter.last_month {
        query = query.filter(search_gaps::month.le(last.to_string()));
    }
    if !filter.region.is_empty() {
        query = query.filter(of_regions(provider::codes(&filter.region), within.to_vec()));
    }
    if !filter.municipality.is_empty() {
        let codes = filter.municipality.iter().map(ToString::to_string).collect();
        query = query.filter(of_regions(Vec::new(), codes));
    }
    any_of!(query, search_gaps::language.assume_not_null(), filter.language);
    any_of!(query, search_gaps::topic.assume_not_null(), filter.topic);
    query
}

/// Whether a gap is of any of the regions, or of any of the municipalities.
#[auto_type]
fn of_regions(regions: Vec<String>, municipalities: Vec<String>) -> _ {
    let region: &'static str = AreaKind::Region.code();
    let municipality: &'static str = AreaKind::Municipality.code();
    let of_region = search_gaps::area_kind.eq(region).and(search_gaps::area_code.eq_any(regions));
    of_region.or(search_gaps::area_kind.eq(municipality).and(search_gaps::area_code.eq_any(municipalities)))
}
