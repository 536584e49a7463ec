//! The country on a day, with the support that there is in each municipality.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::set::Set;
use super::supply::{Roaming, Standing, Supply};
use crate::area::{AreaId, AreaKind, AreaRef, MunicipalityCode};
use crate::atlas::Atlas;
use crate::coverage::{Figures, Inhabitants};
use crate::metric::{Figure, MetricCode};
use crate::point::Planar;
use crate::service_point::Term;
use crate::support::SupportForm;
use crate::text::Language;
use crate::vocabulary::Vocabulary as _;

/// Where municipalities lie on a day, and how many live there.
#[derive(Debug, Clone)]
pub struct Land {
    /// The day whose borders hold.
    pub as_of: NaiveDate,
    /// The day of the figures of inhabitants.
    pub population_date: NaiveDate,
    /// All municipalities, whenever they exist, by code.
    pub inhabitants: Vec<Inhabitants>,
    /// Where they lie.
    pub atlas: Arc<Atlas>,
}

/// The country on a day, with the support that there is in each municipality.
#[derive(Debug)]
pub struct Overview<'a> {
    people: Figures<'a>,
    /// The municipalities of the day, by code.
    sites: Vec<Site<'a>>,
    remote: Vec<Remote>,
}

/// A municipality, and what was counted there.
#[derive(Debug)]
struct Site<'a> {
    municipality: &'a AreaRef,
    counted: Counted,
    /// Whether support is given there in person.
    in_person: bool,
    nearest_km: Option<f64>,
}

/// What was counted of service points with a place.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    points: i64,
    in_both_national_languages: i64,
    current: i64,
}

impl Counted {
    fn add(&mut self, standing: &Standing) {
        let both = Language::bits(&[Language::Fi, Language::Sv]);
        self.points += standing.points;
        self.current += standing.current;
        if standing.languages & both == both {
            self.in_both_national_languages += standing.points;
        }
    }

    fn join(&mut self, other: Self) {
        self.points += other.points;
        self.in_both_national_languages += other.in_both_national_languages;
        self.current += other.current;
    }
}

/// Points that are reached from afar, by whom they serve.
#[derive(Debug)]
struct Remote {
    serves: Set,
    languages: i64,
    points: i64,
}

impl<'a> Overview<'a> {
    /// Puts together what was counted and where it lies.
    pub fn new(land: &'a Land, supply: &Supply) -> Self {
        let people = Figures::new(&land.inhabitants, land.as_of);
        let there = land.inhabitants.iter().filter(|each| each.validity.holds_on(land.as_of));
        let mut sites: Vec<Site> = there
            .map(|each| Site {
                municipality: &each.municipality,
                counted: Counted::default(),
                in_person: false,
                nearest_km: nearest(land.atlas.centre(&each.municipality.code), &supply.in_person),
            })
            .collect();
        let places: HashMap<&str, usize> =
            sites.iter().enumerate().map(|(index, site)| (site.municipality.code.as_str(), index)).collect();
        // What lies in a municipality that has ended lies in the one that it became.
        let place = |code: &str| places.get(people.holder(code)?).copied();
        for standing in &supply.standing {
            if let Some(site) = place(&standing.municipality).and_then(|index| sites.get_mut(index)) {
                site.counted.add(standing);
                site.in_person |= standing.support_form == SupportForm::InPerson;
            }
        }
        let served = served(land, &place);
        let mut serving: HashMap<i64, Set> = HashMap::new();
        for (id, terms) in &supply.serving {
            let mut set = Set::default();
            terms.iter().filter_map(|term| served.get(term.as_str())).for_each(|some| set.join(some));
            serving.insert(*id, set);
        }
        let mut remote: HashMap<(i64, i64), i64> = HashMap::new();
        for Roaming { serving: id, support_form, remote: from_afar, languages, points } in &supply.roaming {
            let Some((id, reached)) = id.and_then(|id| Some((id, serving.get(&id)?))) else { continue };
            if *support_form == SupportForm::InPerson {
                let visited = sites.iter_mut().enumerate().filter(|(index, _)| reached.holds(*index));
                visited.for_each(|(_, site)| site.in_person = true);
            }
            if *from_afar {
                *remote.entry((id, *languages)).or_default() += points;
            }
        }
        let remote = remote.into_iter().filter_map(|((id, languages), points)| {
            Some(Remote { serves: serving.get(&id)?.clone(), languages, points })
        });
        Self { remote: remote.collect(), people, sites }
    }

    /// The municipalities of the day, by code.
    pub fn municipalities(&self) -> impl Iterator<Item = &AreaRef> {
        self.sites.iter().map(|site| site.municipality)
    }

    /// The figures of the union of some municipalities, in the order of [`super::FIGURES`]; what none of the day is called is
    /// passed over.
    pub fn figures<'c>(&self, codes: impl IntoIterator<Item = &'c str>) -> Vec<Figure> {
        let codes: BTreeSet<&str> = codes.into_iter().collect();
        let members =
            || self.sites.iter().enumerate().filter(|(_, site)| codes.contains(site.municipality.code.as_str()));
        let set: Set = members().map(|(index, _)| index).collect();
        let mut counted = Counted::default();
        members().for_each(|(_, site)| counted.join(site.counted));
        Known {
            population: self.people.of_just(&members().map(|(_, site)| site.municipality.code.as_str()).collect()),
            counted,
            municipalities: Some(length(members())),
            without_in_person: Some(length(members().filter(|(_, site)| !site.in_person))),
            nearest: self.mean_of(MetricCode::NearestPointKm, members().map(|(_, site)| (site, site.nearest_km))),
            remote: self.remote.iter().filter(|remote| remote.serves.meets(&set)).map(|remote| remote.points).sum(),
        }
        .figures()
    }

    /// What is told of each municipality by itself comes to this in the union of some: that of the only one, or the mean of theirs,
    /// weighted by inhabitants, over those of which both are known.
    pub fn mean<'c>(
        &self,
        metric: MetricCode,
        codes: impl IntoIterator<Item = &'c str>,
        of: impl Fn(&str) -> Option<f64>,
    ) -> Figure {
        let codes: BTreeSet<&str> = codes.into_iter().collect();
        let members = self.sites.iter().filter(|site| codes.contains(site.municipality.code.as_str()));
        self.mean_of(metric, members.map(|site| (site, of(&site.municipality.code))))
    }

    fn mean_of<'s>(&self, metric: MetricCode, values: impl Iterator<Item = (&'s Site<'s>, Option<f64>)>) -> Figure {
        let values: Vec<_> = values.collect();
        if let [(_, value)] = values.as_slice() {
            return Figure::of(metric, *value);
        }
        let people =
            |site: &Site| i32::try_from(self.people.of_just(&BTreeSet::from([site.municipality.code.as_str()]))?).ok();
        let known = values.iter().filter_map(|(site, value)| Some(((*value)?, f64::from(people(site)?))));
        Figure::mean(metric, known)
    }

    /// How many points are reached from afar that serve a municipality, by the languages in which some do.
    pub fn remote_alternatives(&self, code: &str) -> Vec<(Language, i64)> {
        let Some(index) = self.sites.iter().position(|site| site.municipality.code == code) else { return Vec::new() };
        let serving = || self.remote.iter().filter(|remote| remote.serves.holds(index));
        let count = |language: Language| {
            let given = serving().filter(|remote| remote.languages & Language::bits(&[language]) != 0);
            given.map(|remote| remote.points).sum::<i64>()
        };
        let counts = Language::VALUES.iter().map(|language| (*language, count(*language)));
        counts.filter(|(_, points)| *points > 0).collect()
    }
}

impl Supply {
    /// The figures of the points themselves, wherever they lie: what of them can be told without an area.
    pub fn figures(&self) -> Vec<Figure> {
        let mut counted = Counted::default();
        self.standing.iter().for_each(|standing| counted.add(standing));
        Known {
            population: None,
            counted,
            municipalities: None,
            without_in_person: None,
            nearest: Figure::of(MetricCode::NearestPointKm, None),
            remote: self.roaming.iter().filter(|roaming| roaming.remote).map(|roaming| roaming.points).sum(),
        }
        .figures()
    }
}

/// What figures are made of.
struct Known {
    population: Option<i64>,
    counted: Counted,
    municipalities: Option<i64>,
    without_in_person: Option<i64>,
    nearest: Figure,
    remote: i64,
}

impl Known {
    /// The one place where they are.
    fn figures(self) -> Vec<Figure> {
        let Counted { points, in_both_national_languages, current } = self.counted;
        let figure = |metric: MetricCode| match metric {
            MetricCode::Population => Figure::count(metric, self.population),
            MetricCode::ServicePoints => Figure::count(metric, Some(points)),
            MetricCode::ServicePointsPer10000 => Figure::per(metric, 10_000.0, Some(points), self.population),
            MetricCode::Municipalities => Figure::count(metric, self.municipalities),
            MetricCode::MunicipalitiesWithoutInPersonSupport => Figure::count(metric, self.without_in_person),
            MetricCode::ShareInBothNationalLanguages => {
                Figure::share(metric, Some(in_both_national_languages), Some(points))
            }
            MetricCode::NearestPointKm => self.nearest,
            MetricCode::RemoteAlternatives => Figure::count(metric, Some(self.remote)),
            MetricCode::ShareCurrent => Figure::share(metric, Some(current), Some(points)),
            _ => Figure::of(metric, None),
        };
        super::FIGURES.map(figure).into()
    }
}

/// How far away the nearest of some places is, in kilometres.
fn nearest(from: Option<Planar>, places: &[Planar]) -> Option<f64> {
    let from = from?;
    let squared = |place: &Planar| (from.northing - place.northing).powi(2) + (from.easting - place.easting).powi(2);
    let nearest = places.iter().min_by(|one, other| squared(one).total_cmp(&squared(other)))?;
    Some(from.kilometres(*nearest))
}

/// The municipalities that each term serves.
fn served(land: &Land, place: &impl Fn(&str) -> Option<usize>) -> BTreeMap<String, Set> {
    let mut served: BTreeMap<String, Set> = BTreeMap::new();
    for each in &land.inhabitants {
        let code = each.municipality.code.as_str();
        let Some(index) = place(code) else { continue };
        let terms = match code.parse::<MunicipalityCode>() {
            Ok(code) if each.validity.holds_on(land.as_of) => land.atlas.terms_of_municipalities(&[code], land.as_of),
            // One that has ended is served as a part of what it became.
            _ => match AreaId::new(AreaKind::Municipality, code) {
                Ok(area) => vec![Term::serves(&area), Term::reaches(&area)],
                Err(_) => continue,
            },
        };
        for term in terms {
            served.entry(term.as_str().to_owned()).or_default().insert(index);
        }
    }
    served
}

fn length(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}
