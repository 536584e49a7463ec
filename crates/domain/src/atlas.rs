//! Areas as a whole: which there are, where municipalities lie on a day, and which is the nearest.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;

use crate::area::{AreaId, AreaKind, MunicipalityCode, RegionCode};
use crate::municipality::{Membership, MunicipalityRecord};
use crate::point::Planar;
use crate::service_point::Term;
use crate::validity::Validity;

/// The region to which what serves the whole country but Åland does not belong.
const ALAND: &str = "21";

/// All areas, for questions that name them.
#[derive(Debug, Default)]
pub struct Atlas {
    areas: HashSet<AreaId>,
    municipalities: BTreeMap<MunicipalityCode, Place>,
}

/// A municipality, as far as it matters where it lies.
#[derive(Debug)]
struct Place {
    exists: Validity,
    centre: Option<Planar>,
    memberships: Vec<Membership>,
}

impl Place {
    fn areas(&self, day: NaiveDate) -> impl Iterator<Item = &AreaId> {
        let holds = move |of: &&Membership| Validity { from: of.valid_from, to: of.valid_to }.holds_on(day);
        self.memberships.iter().filter(holds).map(|of| &of.area)
    }

    /// One that had ended by the day lies where it lay last.
    fn region(&self, day: NaiveDate) -> Option<&AreaId> {
        let day = self.exists.to.map_or(day, |last| last.min(day));
        self.areas(day).find(|area| area.kind() == AreaKind::Region)
    }
}

impl Atlas {
    /// An atlas of some areas, and of the municipalities among them.
    pub fn new(
        areas: impl IntoIterator<Item = AreaId>,
        municipalities: impl IntoIterator<Item = (MunicipalityCode, MunicipalityRecord)>,
    ) -> Self {
        let place = |record: MunicipalityRecord| Place {
            exists: Validity { from: record.area.valid_from, to: record.area.valid_to },
            centre: record.point.and_then(crate::point::Point::planar),
            memberships: record.memberships,
        };
        let municipalities = municipalities.into_iter().map(|(code, record)| (code, place(record)));
        Self { areas: areas.into_iter().collect(), municipalities: municipalities.collect() }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Whether there is such an area, whenever it exists.
    pub fn holds(&self, area: &AreaId) -> bool {
        self.areas.contains(area)
    }

    /// The code of the region in which a municipality lies on a day.
    pub fn region_of(&self, code: &str, day: NaiveDate) -> Option<&str> {
        let code: MunicipalityCode = code.parse().ok()?;
        self.municipalities.get(&code)?.region(day).map(AreaId::code)
    }

    /// The central locality of a municipality, where one is known.
    pub fn centre(&self, code: &str) -> Option<Planar> {
        let code: MunicipalityCode = code.parse().ok()?;
        self.municipalities.get(&code)?.centre
    }

    /// The municipalities that lie in regions on a day.
    pub fn lying_in(&self, regions: &[RegionCode], day: NaiveDate) -> Vec<MunicipalityCode> {
        let wanted: Vec<AreaId> = regions.iter().map(RegionCode::id).collect();
        let lies = |place: &Place| place.region(day).is_some_and(|region| wanted.contains(region));
        self.municipalities.iter().filter(|(_, place)| lies(place)).map(|(code, _)| code.clone()).collect()
    }

    /// The municipality that exists on a day and whose centre is nearest: borders are not known here.
    pub fn nearest(&self, from: Planar, day: NaiveDate) -> Option<&MunicipalityCode> {
        let there = self.municipalities.iter().filter(|(_, place)| place.exists.holds_on(day));
        let away = there.filter_map(|(code, place)| Some((from.distance(place.centre?), code)));
        away.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, code)| code)
    }

    /// The terms of what lies in any of some municipalities on a day or, having no place, serves them.
    pub fn terms_of_municipalities(&self, codes: &[MunicipalityCode], day: NaiveDate) -> Vec<Term> {
        let mut terms = BTreeSet::from([Term::serves(&AreaId::country())]);
        for code in codes {
            let own = code.id();
            terms.extend([Term::new("municipality", code), Term::serves(&own), Term::reaches(&own)]);
            for area in self.municipalities.get(code).into_iter().flat_map(|place| place.areas(day)) {
                terms.insert(Term::serves(area));
                if area.kind() == AreaKind::Region && area.code() != ALAND {
                    terms.insert(Term::serves_mainland());
                }
            }
        }
        terms.into_iter().collect()
    }

    /// The terms of what lies in any of some regions on a day or, having no place, serves any part of them.
    pub fn terms_of_regions(&self, regions: &[RegionCode], day: NaiveDate) -> Vec<Term> {
        let mut terms = self.terms_of_municipalities(&self.lying_in(regions, day), day);
        // Also where nothing lies in a region on that day.
        terms.extend(regions.iter().map(|region| Term::serves(&region.id())));
        terms.sort_unstable();
        terms.dedup();
        terms
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::point::Point;

    fn atlas() -> Atlas {
        let municipality = |code: &str, region: &str, lat: f64, ended: Option<&str>| {
            let record = json!({
                "names": {"fi": "Kunta", "sv": null, "en": null}, "valid_from": null, "valid_to": ended, "successor": null,
                "language_status": "finnish", "urban_rural": "urban", "point": {"lat": lat, "lon": 25.0},
                "memberships": [{"area": format!("region:{region}"), "valid_from": null, "valid_to": ended}],
                "populations": []
            });
            (code.parse().unwrap(), serde_json::from_value(record).unwrap())
        };
        let areas = ["region:01", "region:21", "municipality:091", "municipality:035", "municipality:078"];
        let municipalities = [
            municipality("091", "01", 60.2, None),
            municipality("035", "21", 60.3, None),
            municipality("078", "01", 60.4, Some("2019-12-31")),
        ];
        Atlas::new(areas.map(|area| area.parse().unwrap()), municipalities)
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn texts(terms: &[Term]) -> Vec<&str> {
        terms.iter().map(Term::as_str).collect()
    }

    #[test]
    fn what_serves_all_but_åland_serves_no_municipality_of_it() {
        let of = |code: &str| atlas().terms_of_municipalities(&[code.parse().unwrap()], day("2020-06-01"));
        let mainland = [
            "municipality:091",
            "reaches:municipality:091",
            "serves:country:FI",
            "serves:mainland",
            "serves:municipality:091",
            "serves:region:01",
        ];
        assert_eq!(texts(&of("091")), mainland);
        assert!(!texts(&of("035")).contains(&"serves:mainland"));
    }

    #[test]
    fn a_municipality_that_has_ended_lies_where_it_lay_last_but_is_not_the_nearest_any_more() {
        let (atlas, now, then) = (atlas(), day("2020-06-01"), day("2019-06-01"));
        assert_eq!(atlas.region_of("078", now), Some("01"));
        let uusimaa = ["01".parse().unwrap()];
        assert_eq!(atlas.lying_in(&uusimaa, now).len(), 2);
        assert!(texts(&atlas.terms_of_regions(&uusimaa, now)).contains(&"municipality:078"));
        let from = Point { lat: 60.41, lon: 25.0 }.planar().unwrap();
        assert_eq!(atlas.nearest(from, then).unwrap().to_string(), "078");
        assert_eq!(atlas.nearest(from, now).unwrap().to_string(), "035");
    }

    #[test]
    fn what_no_area_is_called_is_not_held() {
        assert!(atlas().holds(&"region:21".parse().unwrap()));
        assert!(!atlas().holds(&"region:20".parse().unwrap()));
        assert_eq!(atlas().region_of("999", day("2020-01-01")), None);
        assert!(Atlas::default().is_empty());
    }
}
