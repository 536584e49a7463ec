//! What is asked for, as far as it can be worked out before the points are looked at.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use digituki_domain::atlas::Atlas;
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::point::{BoundingBox, Square};
use digituki_domain::provider::{Provider, ProviderId};
use digituki_domain::service_point::{ServicePointFilter, Term};
use digituki_domain::text::Language;

use super::Known;
use super::matching::{Query, around, meeting, within};
use super::near::Around;
use super::search::{Search, WordGroup};
use crate::among::among;
use crate::connection::AnyConnection;
use crate::error::{Result, in_query, refuse, together};
use crate::merge;
use crate::noun::require;
use crate::schema::{service_point_terms, service_points};

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
    /// Whether few points lie in the box: then its squares lead to them.
    pub(super) bbox_leads: bool,
    /// The hours by which it is open at the instant.
    pub(super) open: Option<Vec<i64>>,
    /// Terms of which a point has any, for each filter: first those of few points.
    pub(super) groups: Vec<Group>,
    /// The languages of which a point has any, where its list says which it has.
    pub(super) languages: Option<i64>,
    pub(super) around: Option<Around>,
}

/// The terms of one filter.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) terms: Vec<String>,
    /// Whether few points have any of them: then they lead to the points; else each point is asked for them, in the
    /// order of the list.
    pub(super) leads: bool,
    about: About,
}

/// What a filter is about, where there is a list by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Area,
    Languages(i64),
    Else,
}

impl Conditions {
    pub(super) fn new(
        db: &mut AnyConnection,
        filter: &ServicePointFilter,
        moment: Moment,
        known: &Known,
    ) -> Result<Self> {
        let day = filter.as_of.unwrap_or(moment.today);
        let atlas = known.atlas(db)?;
        let providers = merged_into(db, &filter.provider)?;
        together([require_areas(&atlas, filter), require::<Provider>(db, in_query("provider", &providers))])?;
        let open_at = filter.open_at.map(|at| at.instant(moment));
        let open = open_at.map(|at| known.hours.open_at(db, at)).transpose()?;
        let search = filter.q.as_ref().map(|text| Search::new(db, known, text)).transpose()?;
        let mut weighed = Vec::new();
        for (about, terms) in asked_for(filter, &atlas, &providers, day) {
            let leads = match search {
                // What is ranked together follows from it.
                Some(_) => are_few(db, &terms)?,
                None => known.are_few(&terms, || are_few(db, &terms))?,
            };
            weighed.push(Group { terms, leads, about });
        }
        weighed.sort_by_key(|group| !group.leads);
        let bbox_leads = match filter.bbox.map(|bbox| bbox.squares()) {
            Some(squares) => known.are_few(&squares, || few_lie_within(db, squares))?,
            None => false,
        };
        let around = filter.near.and_then(|near| Around::new(&atlas, filter, near.0, moment));
        let (freshness, languages) = (filter.freshness.clone(), None);
        Ok(Self {
            search,
            open_at,
            day,
            moment,
            freshness,
            bbox: filter.bbox,
            bbox_leads,
            open,
            groups: weighed,
            languages,
            around,
        })
    }

    /// The areas whose lists lead to the points, and what is left of the conditions along these; none where something
    /// else than an area leads to few points, or where all lists together are more than one statement can join.
    pub(super) fn without_area(&self) -> Option<(Vec<String>, Self)> {
        let leads = |group: &Group| group.leads && group.about != About::Area;
        let area = self.groups.iter().position(|group| group.about == About::Area)?;
        if self.bbox_leads || self.groups.iter().any(leads) {
            return None;
        }
        let mut others = self.clone();
        let Group { terms, .. } = others.groups.remove(area);
        others.read_languages();
        (terms.len() <= others.lists_at_once()).then_some((terms, others))
    }

    /// The same conditions with these groups of words alone.
    pub(super) fn in_words(&self, groups: impl Iterator<Item = WordGroup>) -> Self {
        Self { search: Some(Search { groups: groups.collect(), ..Search::default() }), ..self.clone() }
    }

    /// Along how many lists these conditions can be asked for in one statement.
    pub(super) fn lists_at_once(&self) -> usize {
        /// SQLite joins 500 at most.
        const LISTS: usize = 400;
        /// Values in a statement: 32,766 at most on SQLite, 65,535 on PostgreSQL.
        const VALUES: usize = 30_000;
        const OTHERS: usize = 60;
        let words = self.search.iter().flat_map(|search| &search.groups).map(|group| group.words.len());
        let lists = self.groups.iter().map(|group| group.terms.len()).chain(words);
        let serving = self.around.as_ref().map(|around| around.serving().len());
        let lists = lists.chain(self.open.as_ref().map(Vec::len)).chain(serving);
        let each = OTHERS + lists.map(usize::next_power_of_two).sum::<usize>();
        (VALUES / each).clamp(1, LISTS)
    }

    /// The same conditions along the list of an area that whoever asks is served in: it says the languages, and that
    /// what stands there is near.
    pub(super) fn along_area(&self) -> Self {
        let mut along = Self { around: None, ..self.clone() };
        along.read_languages();
        along
    }

    fn read_languages(&mut self) {
        for group in &self.groups {
            if let (About::Languages(bits), false) = (group.about, group.leads) {
                self.languages = Some(bits);
            }
        }
        self.groups.retain(|group| group.leads || !matches!(group.about, About::Languages(_)));
    }

    /// Whether anything is asked for that no list says: more than the day, and languages along areas.
    pub(super) fn look_at_points(&self) -> bool {
        !self.groups.is_empty() || !self.are_terms()
    }

    /// Whether nothing is asked for but terms and the day.
    pub(super) fn are_terms(&self) -> bool {
        let in_words = self.search.as_ref().is_some_and(|search| !search.groups.is_empty());
        !in_words && self.stand_still()
    }

    /// Whether nothing is asked for but words and the day.
    pub(super) fn are_words(&self) -> bool {
        self.groups.is_empty() && self.stand_still()
    }

    /// Whether nothing is asked for that follows from the clock or from where something is, but for the day.
    fn stand_still(&self) -> bool {
        self.freshness.is_empty() && self.bbox.is_none() && self.open.is_none() && self.around.is_none()
    }

    /// All terms that are asked for.
    pub(super) fn terms(&self) -> Vec<&[String]> {
        self.groups.iter().map(|group| group.terms.as_slice()).collect()
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

/// The terms that each filter asks for.
fn asked_for(
    filter: &ServicePointFilter,
    atlas: &Atlas,
    providers: &[ProviderId],
    day: NaiveDate,
) -> impl Iterator<Item = (About, Vec<String>)> {
    let municipalities = &filter.municipality;
    let areas = [
        if municipalities.is_empty() { Vec::new() } else { atlas.terms_of_municipalities(municipalities, day) },
        if filter.region.is_empty() { Vec::new() } else { atlas.terms_of_regions(&filter.region, day) },
    ];
    let others = [
        all("provider", providers),
        all("postcode", &filter.postcode),
        all("support_form", &filter.support_form),
        all("delivery_mode", &filter.delivery_mode),
        all("topic", &filter.topic),
        all("target_group", &filter.target_group),
        all("special_support", &filter.special_support),
        all("fee", &filter.fee),
        all("access_mode", &filter.access_mode),
        all("remote", filter.remote.as_slice()),
    ];
    let languages = (About::Languages(Language::bits(&filter.language)), all("language", &filter.language));
    let groups = areas.map(|terms| (About::Area, texts(&terms))).into_iter().chain([languages]);
    let groups = groups.chain(others.map(|terms| (About::Else, terms)));
    groups.filter(|(_, terms)| !terms.is_empty())
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

/// Refuses areas that the registry does not know.
fn require_areas(atlas: &Atlas, filter: &ServicePointFilter) -> Result<()> {
    let municipalities = in_query("municipality", &filter.municipality).into_iter();
    let regions = in_query("region", &filter.region).into_iter();
    let asked = municipalities.map(|(place, code)| (place, code.id()));
    let asked = asked.chain(regions.map(|(place, code)| (place, code.id())));
    let unknown = asked.filter(|(_, area)| !atlas.holds(area));
    refuse(
        unknown
            .map(|(place, area)| Violation { place, invalid: Invalid::NoSuch { value: area.to_string() } })
            .collect(),
    )
}

pub(super) fn texts(terms: &[Term]) -> Vec<String> {
    terms.iter().map(|term| term.as_str().to_owned()).collect()
}

/// So many points are few: they can be gathered and sorted.
const FEW: i64 = 2_000;

/// Whether few points lie in any of the squares.
fn few_lie_within(db: &mut AnyConnection, squares: [Square; 9]) -> Result<bool> {
    let some = service_points::table.filter(within(squares, false)).offset(FEW).limit(1).select(service_points::number);
    let beyond: Option<i64> = some.first(db).optional()?;
    Ok(beyond.is_none())
}

/// Whether few points have any of the terms.
fn are_few(db: &mut AnyConnection, terms: &[String]) -> Result<bool> {
    let some = service_point_terms::table
        .filter(among(service_point_terms::term, terms.iter().cloned()))
        .offset(FEW)
        .limit(1)
        .select(service_point_terms::number);
    let beyond: Option<i64> = some.first(db).optional()?;
    Ok(beyond.is_none())
}
