//! Coverage: how many people live in a union of areas, on which borders, on which day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::area::{AreaId, AreaRef, MunicipalityCode};
use crate::validity::Validity;

/// The inhabitants of a union of areas; no municipality counts twice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Coverage {
    /// Inhabitants of the union; null when a member's figure is not known.
    #[schema(minimum = 0, maximum = 10_000_000, example = 2_590_634)]
    pub population: Option<i64>,
    /// Inhabitants of Finland on the same day.
    #[schema(minimum = 0, maximum = 10_000_000, example = 5_513_130)]
    pub country_population: i64,
    /// `population` / `country_population`, unrounded.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.469_902_578_027_80)]
    pub share: Option<f64>,
    /// The day of the figures, the last of a year.
    #[schema(example = "2017-12-31")]
    pub population_date: NaiveDate,
    /// The day whose borders decide which municipalities belong to the areas.
    #[schema(example = "2017-12-31")]
    pub as_of: NaiveDate,
    /// The codes of the municipalities of the union.
    #[schema(max_items = 1_000)]
    pub municipalities: Vec<MunicipalityCode>,
    /// Each area by itself; areas may overlap.
    #[schema(max_items = 400)]
    pub per_area: Vec<AreaCoverage>,
    /// Municipalities of the union, or counted into one of it, that have no figure of their own.
    #[schema(max_items = 1_000)]
    pub without_own_figure: Vec<CountedElsewhere>,
}

/// One area of a coverage.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaCoverage {
    /// The area.
    pub area: AreaRef,
    /// Its inhabitants; null when a member's figure is not known.
    #[schema(minimum = 0, maximum = 10_000_000, example = 176_494)]
    pub population: Option<i64>,
    /// Its share of all inhabitants of Finland, unrounded.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.0325)]
    pub share: Option<f64>,
}

/// A municipality whose inhabitants are counted in another's figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountedElsewhere {
    /// The municipality without a figure of its own.
    pub municipality: AreaRef,
    /// The municipality whose figure holds its inhabitants; null when none is known.
    pub counted_in: Option<AreaRef>,
}

/// Which union is asked about.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuestion {
    /// The areas, of any kinds.
    #[param(value_type = Vec<AreaId>, min_items = 1, max_items = 400, example = json!(["region:19"]))]
    pub area: Vec<AreaId>,
    /// The day of the figures, the last of a year; the latest known when left out.
    #[param(value_type = Option<NaiveDate>)]
    pub population_date: Option<NaiveDate>,
    /// The day whose borders hold; the day of the figures when left out. Wellbeing services counties
    /// have borders from 2023-01-01 only.
    #[param(value_type = Option<NaiveDate>)]
    pub as_of: Option<NaiveDate>,
}

/// What the computation knows of one municipality.
#[derive(Debug, Clone)]
pub struct Inhabitants {
    /// The municipality.
    pub municipality: AreaRef,
    /// When it exists.
    pub validity: Validity,
    /// The code of the municipality that it was joined to.
    pub successor: Option<String>,
    /// Its own figure on the day, if there is one.
    pub population: Option<i64>,
}

/// Computes the coverage of areas, each given with the codes of its municipalities on `as_of`.
///
/// A figure is published on the borders of the day when it was read, so a municipality that has
/// since been joined to another may have none: its inhabitants are in the other's. On borders of
/// `as_of`, a municipality's figure is the sum over all that had become part of it by then.
pub fn cover(
    areas: &[(AreaRef, BTreeSet<String>)],
    country: &[Inhabitants],
    population_date: NaiveDate,
    as_of: NaiveDate,
) -> Coverage {
    let figures = Figures::new(country, as_of);
    let union: BTreeSet<&str> = areas.iter().flat_map(|(_, codes)| codes).map(String::as_str).collect();
    let country_population = figures.of_all();
    let share = |population: Option<i64>| population.map(|people| ratio(people, country_population));

    let population = figures.of(&union);
    Coverage {
        population,
        country_population,
        share: share(population),
        population_date,
        as_of,
        municipalities: union.iter().filter_map(|code| code.parse().ok()).collect(),
        per_area: areas
            .iter()
            .map(|(area, codes)| {
                let population = figures.of(&codes.iter().map(String::as_str).collect());
                AreaCoverage { area: area.clone(), population, share: share(population) }
            })
            .collect(),
        without_own_figure: figures.counted_elsewhere(&union),
    }
}

/// Whole numbers of inhabitants are far below 2^52: the division is exact to the last digit shown.
#[expect(clippy::cast_precision_loss, reason = "populations are below 2^52")]
pub(crate) fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The inhabitants of the country by municipality, on the borders of a day.
#[derive(Debug)]
pub(crate) struct Figures<'a> {
    by_code: BTreeMap<&'a str, &'a Inhabitants>,
    /// The sum of the figures of all that had become part of a municipality by `as_of`.
    sums: BTreeMap<&'a str, i64>,
    /// Those that exist on the day and have no figure of their own, each with the one whose figure holds its inhabitants.
    elsewhere: Vec<(&'a Inhabitants, Option<&'a Inhabitants>)>,
    as_of: NaiveDate,
}

impl<'a> Figures<'a> {
    pub(crate) fn new(country: &'a [Inhabitants], as_of: NaiveDate) -> Self {
        let by_code: BTreeMap<_, _> = country.iter().map(|each| (each.municipality.code.as_str(), each)).collect();
        let mut figures = Self { by_code, sums: BTreeMap::new(), elsewhere: Vec::new(), as_of };
        for each in country {
            if let Some(population) = each.population {
                let holder = figures.part_of(each);
                *figures.sums.entry(holder).or_default() += population;
            }
        }
        let without =
            figures.by_code.values().filter(|each| each.validity.holds_on(as_of) && each.population.is_none());
        figures.elsewhere = without.map(|each| (*each, figures.counted_in(each))).collect();
        figures
    }

    /// The code of the municipality that a municipality had become by `as_of`; none for what is no municipality.
    pub(crate) fn holder(&self, code: &str) -> Option<&'a str> {
        self.by_code.get(code).map(|each| self.part_of(each))
    }

    /// The municipality that a municipality had become by `as_of`: itself while it existed.
    fn part_of(&self, start: &'a Inhabitants) -> &'a str {
        let mut at = start;
        // A chain of mergers is never longer than the list: a loop in faulty data ends too.
        for _ in 0..self.by_code.len() {
            let ended = at.validity.to.is_some_and(|last| last < self.as_of);
            match at.successor.as_deref().filter(|_| ended).and_then(|code| self.by_code.get(code)) {
                Some(next) => at = next,
                None => break,
            }
        }
        &at.municipality.code
    }

    /// The one whose figure holds the inhabitants of a municipality without its own.
    fn counted_in(&self, start: &'a Inhabitants) -> Option<&'a Inhabitants> {
        let mut at = start;
        for _ in 0..self.by_code.len() {
            at = self.by_code.get(at.successor.as_deref()?)?;
            if at.population.is_some() {
                return Some(at);
            }
        }
        None
    }

    /// The inhabitants of all municipalities.
    pub(crate) fn of_all(&self) -> i64 {
        self.by_code.values().filter_map(|each| each.population).sum()
    }

    /// The inhabitants of a municipality, by a figure of its own.
    pub(crate) fn own(&self, code: &str) -> Option<i64> {
        self.sums.get(code).copied()
    }

    /// A municipality, named.
    pub(crate) fn named(&self, code: &str) -> Option<&'a AreaRef> {
        self.by_code.get(code).map(|each| &each.municipality)
    }

    /// The inhabitants of a union of municipalities; none when a member's are in no figure of the union.
    pub(crate) fn of(&self, codes: &BTreeSet<&str>) -> Option<i64> {
        self.part_of_union(codes, codes)
    }

    /// The inhabitants of a union of municipalities and of nobody else; none also when a figure of the union holds those of
    /// one that exists on the day and is no member.
    pub(crate) fn of_just(&self, codes: &BTreeSet<&str>) -> Option<i64> {
        let is_member = |each: &Inhabitants| codes.contains(each.municipality.code.as_str());
        let holds_others =
            self.elsewhere.iter().any(|(each, holder)| !is_member(each) && holder.is_some_and(is_member));
        self.of(codes).filter(|_| !holds_others)
    }

    /// The inhabitants of a part of a union; who is counted in another's figure counts where that one does.
    pub(crate) fn part_of_union(&self, part: &BTreeSet<&str>, union: &BTreeSet<&str>) -> Option<i64> {
        part.iter().try_fold(0, |sum, code| {
            if let Some(figure) = self.sums.get(code) {
                return Some(sum + figure);
            }
            let holder = self.by_code.get(code).and_then(|each| self.counted_in(each))?;
            union.contains(holder.municipality.code.as_str()).then_some(sum)
        })
    }

    fn counted_elsewhere(&self, union: &BTreeSet<&str>) -> Vec<CountedElsewhere> {
        self.elsewhere
            .iter()
            .filter(|(each, holder)| {
                let inside = |other: &Inhabitants| union.contains(other.municipality.code.as_str());
                inside(each) || holder.is_some_and(inside)
            })
            .map(|(each, holder)| CountedElsewhere {
                municipality: each.municipality.clone(),
                counted_in: holder.map(|holder| holder.municipality.clone()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::AreaKind;
    use crate::text::Names;

    fn named(code: &str) -> AreaRef {
        AreaRef {
            kind: AreaKind::Municipality,
            code: code.into(),
            names: Names { fi: Some(code.into()), sv: None, en: None },
        }
    }

    fn municipality(code: &str, last: Option<&str>, successor: Option<&str>, population: Option<i64>) -> Inhabitants {
        Inhabitants {
            municipality: named(code),
            validity: Validity { from: None, to: last.and_then(|last| crate::date::parse_day(last).ok()) },
            successor: successor.map(Into::into),
            population,
        }
    }

    fn day(text: &str) -> NaiveDate {
        crate::date::parse_day(text).unwrap_or_default()
    }

    fn country() -> Vec<Inhabitants> {
        vec![
            municipality("507", None, None, Some(6_000)),
            municipality("588", Some("2024-12-31"), Some("507"), Some(1_600)),
            municipality("541", None, None, Some(9_000)),
            municipality("911", Some("2019-12-31"), Some("541"), None),
        ]
    }

    fn people(codes: &[&str], as_of: &str) -> Option<i64> {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        cover(&[(named("xx"), codes)], &country(), day("2018-12-31"), day(as_of)).population
    }

    #[test]
    fn a_municipality_takes_with_it_those_that_have_become_part_of_it() {
        assert_eq!(people(&["507"], "2024-12-31"), Some(6_000));
        assert_eq!(people(&["507"], "2025-01-01"), Some(7_600));
        assert_eq!(people(&["507", "588"], "2018-12-31"), Some(7_600));
    }

    #[test]
    fn a_municipality_without_a_figure_is_unknown_alone_and_counted_with_its_successor() {
        assert_eq!(people(&["911"], "2018-12-31"), None);
        assert_eq!(people(&["911", "541"], "2018-12-31"), Some(9_000));
    }

    #[test]
    fn a_figure_that_holds_a_neighbour_says_so() {
        let codes = BTreeSet::from(["541".to_owned()]);
        let coverage = cover(&[(named("xx"), codes)], &country(), day("2018-12-31"), day("2018-12-31"));
        assert_eq!(
            coverage.without_own_figure,
            [CountedElsewhere { municipality: named("911"), counted_in: Some(named("541")) }]
        );
    }

    #[test]
    fn a_figure_that_holds_a_neighbour_is_not_that_of_its_municipality_alone_until_they_are_one() {
        let just = |codes: &[&str], as_of: &str| {
            Figures::new(&country(), day(as_of)).of_just(&codes.iter().copied().collect())
        };
        assert_eq!(just(&["541"], "2018-12-31"), None);
        assert_eq!(just(&["541", "507"], "2018-12-31"), None);
        assert_eq!(just(&["911"], "2018-12-31"), None);
        assert_eq!(just(&["541", "911"], "2018-12-31"), Some(9_000));
        assert_eq!(just(&["507"], "2018-12-31"), Some(6_000));
        assert_eq!(just(&["541"], "2020-01-01"), Some(9_000));
    }

    #[test]
    fn overlapping_areas_count_each_municipality_once() {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let areas = [(named("aa"), codes(&["507", "541"])), (named("bb"), codes(&["541"]))];
        let coverage = cover(&areas, &country(), day("2018-12-31"), day("2018-12-31"));
        assert_eq!(coverage.population, Some(15_000));
        assert_eq!(coverage.per_area.iter().filter_map(|area| area.population).sum::<i64>(), 24_000);
    }
}
