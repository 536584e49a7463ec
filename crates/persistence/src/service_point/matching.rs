//! Which points a question is about.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use digituki_domain::area::{AreaId, MunicipalityCode, RegionCode};
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::point::{BoundingBox, Square};
use digituki_domain::provider::{Provider, ProviderId};
use digituki_domain::search::SearchField;
use digituki_domain::service_point::{ServicePointFilter, Term};

use super::near::Around;
use super::search::{Search, WordGroup};
use super::{Hours, near};
use crate::connection::{AnyConnection, Backend};
use crate::error::{Result, in_query, together};
use crate::noun::require;
use crate::schema::{memberships, service_point_terms, service_point_words, service_points};
use crate::{area, merge, municipality};

pub(super) type Query = service_points::BoxedQuery<'static, Backend>;

/// The region to which what serves the whole country but Åland does not belong.
const ALAND: &str = "21";

/// Restricts a boxed query that reads points to those that meet all conditions, but for how far away they are.
macro_rules! meeting {
    ($conditions:expr, $query:expr) => {{
        let (conditions, mut query) = ($conditions, $query);
        let began = service_points::valid_from.is_null().or(service_points::valid_from.le(conditions.day));
        let lasts = service_points::valid_to.is_null().or(service_points::valid_to.ge(conditions.day));
        query = query.filter(began).filter(lasts);
        for group in &conditions.groups {
            let terms = group.terms.clone();
            query = if group.leads {
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_terms(terms)))
            } else {
                query.filter($crate::service_point::matching::has_terms(terms))
            };
        }
        for group in conditions.search.iter().flat_map(|search| &search.groups) {
            let words = group.words.clone();
            query = if group.leads() {
                query.filter(service_points::number.eq_any($crate::service_point::matching::with_words(words)))
            } else {
                query.filter($crate::service_point::matching::has_words(words))
            };
        }
        if let Some(open) = &conditions.open {
            query = query.filter(service_points::hours.assume_not_null().eq_any(open.clone()));
        }
        if let Some(bbox) = &conditions.bbox {
            query = query
                .filter($crate::service_point::matching::within(bbox.squares()))
                .filter(service_points::lat.between(bbox.from.lat, bbox.to.lat))
                .filter(service_points::lon.between(bbox.from.lon, bbox.to.lon));
        }
        let (freshness, moment) = (&conditions.freshness, conditions.moment);
        $crate::column::fresh!(query, service_points::verified_at, freshness, moment);
        query
    }};
}
pub(super) use meeting;

/// Restricts a boxed query that reads points to what is near, if that was asked for.
macro_rules! around {
    ($conditions:expr, $query:expr) => {{
        let (conditions, query) = ($conditions, $query);
        match &conditions.around {
            None => query,
            Some(around) => {
                let serving = $crate::service_point::matching::has_terms(around.serving.clone());
                let serving = diesel::dsl::not(service_points::has_place).and(serving);
                let there = service_points::square.is_not_null();
                match around.radius {
                    None => query.filter(there.or(serving)),
                    Some(radius) => {
                        let within = $crate::service_point::matching::within(around.squares(radius));
                        let near = within.and(around.square_of_distance().le(around.squared(radius)));
                        query.filter(near.or(serving))
                    }
                }
            }
        }
    }};
}
pub(super) use around;

/// A filter, as far as it can be worked out before the points are looked at.
#[derive(Clone)]
pub(super) struct Conditions {
    /// What is asked for in words.
    pub(super) search: Option<Search>,
    /// At which instant it is to be open, if that was asked.
    pub(super) open_at: Option<DateTime<Utc>>,
    pub(super) day: NaiveDate,
    pub(super) moment: Moment,
    pub(super) freshness: Vec<Freshness>,
    pub(super) bbox: Option<BoundingBox>,
    /// The hours by which it is open at the instant.
    pub(super) open: Option<Vec<i64>>,
    /// Terms of which a point has any, for each filter: first those of few points.
    pub(super) groups: Vec<Group>,
    pub(super) around: Option<Around>,
}

/// The terms of one filter.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) terms: Vec<String>,
    /// Whether few points have any of them: then they lead to the points; else each point is asked for them, in the
    /// order of the list.
    pub(super) leads: bool,
}

impl Conditions {
    pub(super) fn new(
        db: &mut AnyConnection,
        filter: &ServicePointFilter,
        moment: Moment,
        hours: &Hours,
    ) -> Result<Self> {
        let day = filter.as_of.unwrap_or(moment.today);
        let municipalities = in_query("municipality", &filter.municipality).into_iter();
        let regions = in_query("region", &filter.region).into_iter();
        let areas = municipalities.map(|(place, code)| (place, code.id()));
        let areas = areas.chain(regions.map(|(place, code)| (place, code.id())));
        let providers = merged_into(db, &filter.provider)?;
        together([area::require(db, areas.collect()), require::<Provider>(db, in_query("provider", &providers))])?;
        let open_at = filter.open_at.map(|at| at.instant(moment));
        let open = open_at.map(|at| hours.open_at(at));
        let search = filter.q.as_ref().map(|text| Search::new(db, text)).transpose()?;
        let mut groups = vec![
            all("provider", &providers),
            all("postcode", &filter.postcode),
            all("language", &filter.language),
            all("support_form", &filter.support_form),
            all("delivery_mode", &filter.delivery_mode),
            all("topic", &filter.topic),
            all("target_group", &filter.target_group),
            all("special_support", &filter.special_support),
            all("fee", &filter.fee),
            all("access_mode", &filter.access_mode),
            all("remote", filter.remote.as_slice()),
        ];
        if !filter.municipality.is_empty() {
            groups.push(of_municipalities(db, &filter.municipality, day)?);
        }
        if !filter.region.is_empty() {
            groups.push(of_regions(db, &filter.region, day)?);
        }
        let mut weighed = Vec::new();
        for terms in groups.into_iter().filter(|terms| !terms.is_empty()) {
            weighed.push(Group { leads: are_few(db, &terms)?, terms });
        }
        weighed.sort_by_key(|group| !group.leads);
        let around = filter.near.map(|near| near::around(db, filter, near.0, moment)).transpose()?.flatten();
        let freshness = filter.freshness.clone();
        Ok(Self { search, open_at, day, moment, freshness, bbox: filter.bbox, open, groups: weighed, around })
    }

    /// Whether some condition leaves few points.
    pub(super) fn is_narrow(&self) -> bool {
        let words = self.search.iter().flat_map(|search| &search.groups);
        self.groups.iter().any(|group| group.leads) || words.into_iter().any(WordGroup::leads)
    }

    /// The points that meet all conditions, but for how far away they are.
    pub(super) fn anywhere(&self) -> Query {
        meeting!(self, service_points::table.into_boxed())
    }

    /// The points that meet all conditions.
    pub(super) fn everything(&self) -> Query {
        around!(self, self.anywhere())
    }
}

/// The terms of a field for any of its values.
fn all<T: std::fmt::Display>(field: &str, values: &[T]) -> Vec<String> {
    values.iter().map(|value| Term::new(field, value).as_str().to_owned()).collect()
}

/// The providers that are meant: those that were merged into others are these now.
fn merged_into(db: &mut AnyConnection, ids: &[ProviderId]) -> Result<Vec<ProviderId>> {
    let mut survivors = merge::survivors::<Provider>(db, ids)?;
    Ok(ids.iter().map(|id| survivors.remove(&id.to_string()).unwrap_or(*id)).collect())
}

/// The terms of what lies in municipalities on a day, or serves them.
pub(super) fn of_municipalities(
    db: &mut AnyConnection,
    codes: &[MunicipalityCode],
    day: NaiveDate,
) -> Result<Vec<String>> {
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    lying_or_serving(db, &codes, day)
}

/// The terms of what lies in regions on a day, or serves any part of them.
fn of_regions(db: &mut AnyConnection, regions: &[RegionCode], day: NaiveDate) -> Result<Vec<String>> {
    let codes = municipality::lying_in(db, regions, day)?;
    let mut terms = lying_or_serving(db, &codes, day)?;
    // Also where nothing lies in a region on that day.
    terms.extend(regions.iter().map(|region| Term::serves(&region.id()).as_str().to_owned()));
    terms.sort_unstable();
    terms.dedup();
    Ok(terms)
}

fn lying_or_serving(db: &mut AnyConnection, codes: &[String], day: NaiveDate) -> Result<Vec<String>> {
    let areas: Vec<(String, String)> = memberships::table
        .filter(memberships::municipality.eq_any(codes))
        .filter(memberships::valid_from.is_null().or(memberships::valid_from.le(day)))
        .filter(memberships::valid_to.is_null().or(memberships::valid_to.ge(day)))
        .select((memberships::kind, memberships::area))
        .distinct()
        .load(db)?;
    let mut terms = all("municipality", codes);
    terms.extend(all("serves:municipality", codes));
    terms.extend(areas.iter().map(|(kind, code)| format!("serves:{kind}:{code}")));
    terms.push(Term::serves(&AreaId::country()).as_str().to_owned());
    if areas.iter().any(|(kind, code)| kind == "region" && code != ALAND) {
        terms.push(Term::serves_mainland().as_str().to_owned());
    }
    Ok(terms)
}

/// Whether few points have any of the terms.
fn are_few(db: &mut AnyConnection, terms: &[String]) -> Result<bool> {
    const FEW: i64 = 2_000;
    let some = service_point_terms::table
        .filter(service_point_terms::term.eq_any(terms))
        .offset(FEW)
        .limit(1)
        .select(service_point_terms::number);
    let beyond: Option<i64> = some.first(db).optional()?;
    Ok(beyond.is_none())
}

/// The numbers of the points that have any of the terms.
#[auto_type]
pub(super) fn with_terms(terms: Vec<String>) -> _ {
    service_point_terms::table.filter(service_point_terms::term.eq_any(terms)).select(service_point_terms::number)
}

/// Whether a point has any of the terms.
#[auto_type]
pub(super) fn has_terms(terms: Vec<String>) -> _ {
    let own = service_point_terms::table.filter(service_point_terms::number.eq(service_points::number));
    exists(own.filter(service_point_terms::term.eq_any(terms)))
}

/// The numbers of the points that are found by any of the words.
#[auto_type]
pub(super) fn with_words(words: Vec<i64>) -> _ {
    service_point_words::table.filter(service_point_words::word.eq_any(words)).select(service_point_words::number)
}

/// Whether a point is found by any of the words. The fields are named one by one: so an index leads to the point.
#[auto_type]
pub(super) fn has_words(words: Vec<i64>) -> _ {
    let own = service_point_words::table.filter(service_point_words::number.eq(service_points::number));
    let fields: [i16; 4] = SearchField::RANKS;
    exists(own.filter(service_point_words::word.eq_any(words)).filter(service_point_words::field.eq_any(fields)))
}

/// Whether a point lies in any of the squares.
#[auto_type]
pub(super) fn within(squares: [Square; 9]) -> _ {
    let first: in_square = in_square(squares[0]);
    let second: in_square = in_square(squares[1]);
    let third: in_square = in_square(squares[2]);
    let fourth: in_square = in_square(squares[3]);
    let fifth: in_square = in_square(squares[4]);
    let sixth: in_square = in_square(squares[5]);
    let seventh: in_square = in_square(squares[6]);
    let eighth: in_square = in_square(squares[7]);
    let ninth: in_square = in_square(squares[8]);
    let any = first.or(second).or(third).or(fourth).or(fifth);
    any.or(sixth).or(seventh).or(eighth).or(ninth)
}

#[auto_type]
fn in_square(square: Square) -> _ {
    let (first, last): (i64, i64) = (square.first, square.last);
    service_points::square.assume_not_null().between(first, last)
}
