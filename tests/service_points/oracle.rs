//! What filters mean, worked out plainly over an export of all service points.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use serde_json::Value;

use super::geodesic::kilometres;
use crate::support::{Database, Registry};

/// A Tuesday in Helsinki, a quarter past noon: two days after the demonstration was made, and at no time at which
/// anything opens, closes or ages.
pub(super) const NOON: &str = "2026-11-24T10:17:00Z";
/// The day of it.
pub(super) const TODAY: &str = "2026-11-24";
/// Nearer to the end of a radius than this share of it, one formula says in and another out.
const TOO_CLOSE: f64 = 0.003;
/// The region to which what serves the whole country but Åland does not belong.
const ALAND: &str = "21";

/// The filters for values that a point has.
pub(super) const PLAIN: [(&str, &str); 13] = [
    ("postcode", "/location/address/postcode"),
    ("language", "/languages"),
    ("support_form", "/support_form"),
    ("delivery_mode", "/delivery_modes"),
    ("topic", "/topics"),
    ("target_group", "/target_groups"),
    ("special_support", "/special_support"),
    ("fee", "/fee"),
    ("access_mode", "/access_modes"),
    ("provider", "/provider/id"),
    ("freshness", "/freshness"),
    ("remote", "/remote"),
    ("open_at", "/open_state/open_now"),
];

/// A registry with the demonstration, at noon.
pub(super) fn at_noon(database: Database) -> Registry {
    Registry::on(database.demonstrated(), &["--clock", NOON])
}

/// The lines of a whole collection.
pub(super) fn lines(registry: &Registry, path: &str) -> Vec<String> {
    let answer = registry.get_with(path, &[("Accept", "application/x-ndjson")]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().lines().map(str::to_owned).collect()
}

/// A service point, as far as filters look at it.
pub(super) struct Known {
    pub(super) id: String,
    service: String,
    /// Whether it has a place, be it known where or not.
    pub(super) located: bool,
    pub(super) point: Option<(f64, f64)>,
    pub(super) municipality: Option<String>,
    /// What it has, by the filters of `PLAIN`.
    pub(super) values: BTreeMap<&'static str, Vec<String>>,
    mode: Option<String>,
    /// The areas that it serves, as `region:01`, if it lists them.
    areas: Vec<String>,
    radius: Option<f64>,
    from: Option<String>,
    to: Option<String>,
}

impl Known {
    fn read(line: &str) -> Self {
        let point: Value = serde_json::from_str(line).unwrap();
        let text = |place: &str| point.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let number = |place: &str| point.pointer(place).and_then(Value::as_f64);
        let areas = point.pointer("/service_area/areas").and_then(Value::as_array).into_iter().flatten();
        let area = |area: &Value| format!("{}:{}", area["kind"].as_str().unwrap(), area["code"].as_str().unwrap());
        Self {
            id: text("/id").unwrap(),
            service: text("/service/id").unwrap(),
            located: point["location"].is_object(),
            point: number("/location/point/lat").zip(number("/location/point/lon")),
            municipality: text("/location/address/municipality/code"),
            values: PLAIN.iter().map(|(name, place)| (*name, values(point.pointer(place)))).collect(),
            mode: text("/service_area/mode"),
            areas: areas.map(area).collect(),
            radius: number("/service_area/radius_km"),
            from: text("/valid_from"),
            to: text("/valid_to"),
        }
    }

    fn is_there_on(&self, day: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= day) && self.to.as_deref().is_none_or(|to| to >= day)
    }
}

/// The values of a field, each as it stands in a query.
fn values(field: Option<&Value>) -> Vec<String> {
    match field {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().flat_map(|item| values(Some(item))).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(other) => vec![other.to_string()],
    }
}

/// A municipality on a day.
struct Town {
    region: Option<String>,
    /// All that it belongs to, and itself, as `region:01`.
    areas: BTreeSet<String>,
    centre: Option<(f64, f64)>,
}

/// Whether a filter finds a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    No,
    /// It lies too close to the end of a radius for two formulas to agree.
    Unsure,
    Yes,
}

/// A filter, as a person would say it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Plain(&'static str, Vec<String>),
    Municipality(Vec<String>),
    Region(Vec<String>),
    Near((f64, f64), Option<f64>),
    /// West, south, east, north.
    Box([f64; 4]),
}

impl Filter {
    /// As it stands in a query.
    pub(super) fn query(&self) -> String {
        let repeated = |name: &str, values: &[String]| {
            values.iter().map(|value| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        match self {
            Self::Plain("open_at", _) => "open_at=now".to_owned(),
            Self::Plain(name, values) => repeated(name, values),
            Self::Municipality(codes) => repeated("municipality", codes),
            Self::Region(codes) => repeated("region", codes),
            Self::Near((lat, lon), None) => format!("near={lat},{lon}"),
            Self::Near((lat, lon), Some(radius)) => format!("near={lat},{lon}&radius_km={radius}"),
            Self::Box([west, south, east, north]) => format!("bbox={west},{south},{east},{north}"),
        }
    }

    /// The same for what either finds.
    pub(super) fn or(&self, other: &Self) -> Self {
        let both = |one: &[String], other: &[String]| one.iter().chain(other).cloned().collect();
        match (self, other) {
            // These take one value.
            (Self::Plain("remote" | "open_at", _), _) => self.clone(),
            (Self::Plain(name, one), Self::Plain(_, other)) => Self::Plain(name, both(one, other)),
            (Self::Municipality(one), Self::Municipality(other)) => Self::Municipality(both(one, other)),
            (Self::Region(one), Self::Region(other)) => Self::Region(both(one, other)),
            _ => self.clone(),
        }
    }
}

/// Filters together, as they stand in a query.
pub(super) fn query(filters: &[Filter]) -> String {
    filters.iter().map(Filter::query).collect::<Vec<_>>().join("&")
}

/// Where a service is given: a point and a municipality, as far as they are known.
type Place = (Option<(f64, f64)>, Option<String>);

/// All service points of a day, and the country of that day.
pub(super) struct World {
    day: String,
    pub(super) points: Vec<Known>,
    towns: BTreeMap<String, Town>,
    /// Where the places of each service lie.
    places: HashMap<String, Vec<Place>>,
    /// How many points have a value of a field.
    frequencies: HashMap<(&'static str, String), usize>,
}

impl World {
    /// What an export says now: the same in each copy of the demonstration, hence asked for once.
    pub(super) fn now(database: Database, registry: &Registry) -> &'static Self {
        static SQLITE: OnceLock<World> = OnceLock::new();
        static POSTGRES: OnceLock<World> = OnceLock::new();
        let world = if database == Database::Sqlite { &SQLITE } else { &POSTGRES };
        world.get_or_init(|| Self::read(registry, TODAY, &["/v1/service-points"]))
    }

    /// What an export says of another day; the other exports know the places that are not there on it.
    pub(super) fn on(registry: &Registry, day: &str) -> Self {
        let own = format!("/v1/service-points?as_of={day}");
        Self::read(registry, day, &[&own, "/v1/service-points"])
    }

    fn read(registry: &Registry, day: &str, exports: &[&str]) -> Self {
        let mut points: BTreeMap<String, Known> = BTreeMap::new();
        let mut of_the_day = BTreeSet::new();
        for (index, export) in exports.iter().enumerate() {
            for line in lines(registry, export) {
                let known = Known::read(&line);
                if index == 0 {
                    assert!(known.is_there_on(day), "{line} is not there on {day}");
                    assert!(of_the_day.insert(known.id.clone()), "{line} comes twice");
                }
                points.insert(known.id.clone(), known);
            }
        }
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for known in points.values().filter(|known| known.located) {
            places.entry(known.service.clone()).or_default().push((known.point, known.municipality.clone()));
        }
        for known in points.values() {
            assert_eq!(known.is_there_on(day), of_the_day.contains(&known.id), "{} on {day}", known.id);
        }
        let points: Vec<Known> = points.into_values().filter(|known| known.is_there_on(day)).collect();
        let mut frequencies: HashMap<_, usize> = HashMap::new();
        for known in &points {
            for (field, value) in
                known.values.iter().flat_map(|(field, values)| values.iter().map(|value| (*field, value)))
            {
                *frequencies.entry((field, value.clone())).or_default() += 1;
            }
            if let Some(code) = &known.municipality {
                *frequencies.entry(("municipality", code.clone())).or_default() += 1;
            }
        }
        let items = registry.items(&format!("/v1/municipalities?as_of={day}"));
        let towns = items.iter().map(town).collect();
        Self { day: day.to_owned(), points, towns, places, frequencies }
    }

    /// A filter by one field that finds a point; none where the point has nothing to be found by.
    pub(super) fn filter(&self, field: &'static str, known: &Known) -> Option<Filter> {
        let town = known.municipality.as_ref().and_then(|code| self.towns.get(code));
        match field {
            "municipality" => known.municipality.clone().map(|code| Filter::Municipality(vec![code])),
            "region" => town.and_then(|town| town.region.clone()).map(|code| Filter::Region(vec![code])),
            "near" => known.point.map(|point| Filter::Near(point, Some(1.5))),
            "bbox" => known.point.map(|(lat, lon)| {
                let rounded = |degrees: f64| (degrees * 1e4).round() / 1e4;
                Filter::Box([lon - 0.04, lat - 0.02, lon + 0.04, lat + 0.02].map(rounded))
            }),
            "open_at" => (known.values[field] == ["true"]).then(|| Filter::Plain(field, vec!["true".into()])),
            field => {
                let rarest =
                    known.values[field].iter().min_by_key(|value| self.frequencies[&(field, (*value).clone())]);
                rarest.map(|value| Filter::Plain(field, vec![value.clone()]))
            }
        }
    }

    /// About how large a part of all points a filter finds.
    pub(super) fn share(&self, filter: &Filter, known: &Known) -> f64 {
        let count = |field: &'static str, value: &String| self.frequencies.get(&(field, value.clone())).copied();
        let count = match filter {
            Filter::Plain(field, values) => values.iter().filter_map(|value| count(field, value)).sum(),
            _ => known.municipality.as_ref().and_then(|code| count("municipality", code)).unwrap_or_default(),
        };
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand points")]
        let share = count as f64 / self.points.len() as f64;
        share
    }

    /// How each point stands to filters together.
    pub(super) fn verdicts(&self, filters: &[Filter]) -> Vec<Verdict> {
        let asker = self.asker(filters);
        let verdict = |known: &Known| {
            let each = filters.iter().map(|filter| self.verdict(filter, known, &asker));
            each.min().unwrap_or(Verdict::Yes)
        };
        self.points.iter().map(verdict).collect()
    }

    /// The points that filters find, all of them sure.
    pub(super) fn found(&self, filters: &[Filter]) -> Vec<&Known> {
        let verdicts = self.verdicts(filters);
        assert!(!verdicts.contains(&Verdict::Unsure), "{filters:?} ends too close to a point");
        let both = self.points.iter().zip(verdicts);
        both.filter_map(|(known, verdict)| (verdict == Verdict::Yes).then_some(known)).collect()
    }

    /// The first of some filters that ends nowhere too close to a point.
    pub(super) fn sure(&self, filters: impl IntoIterator<Item = Filter>) -> Filter {
        let mut filters = filters.into_iter();
        filters.find(|filter| !self.verdicts(std::slice::from_ref(filter)).contains(&Verdict::Unsure)).unwrap()
    }

    /// The municipalities of whoever asks: those that are named, or else that with the nearest centre.
    fn asker(&self, filters: &[Filter]) -> Vec<String> {
        let named = filters.iter().find_map(|filter| match filter {
            Filter::Municipality(codes) => Some(codes.clone()),
            _ => None,
        });
        let near = filters.iter().find_map(|filter| match filter {
            Filter::Near(from, _) => Some(*from),
            _ => None,
        });
        named.unwrap_or_else(|| near.map(|from| self.nearest(from)).into_iter().collect())
    }

    fn nearest(&self, from: (f64, f64)) -> String {
        let centres = self.towns.iter().filter_map(|(code, town)| Some((kilometres(from, town.centre?), code)));
        let nearest = centres.min_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest.map(|(_, code)| code.clone()).unwrap()
    }

    fn verdict(&self, filter: &Filter, known: &Known, asker: &[String]) -> Verdict {
        let sure = |holds: bool| if holds { Verdict::Yes } else { Verdict::No };
        match filter {
            Filter::Plain(name, wanted) => sure(known.values[name].iter().any(|value| wanted.contains(value))),
            Filter::Municipality(codes) if known.located => {
                sure(known.municipality.as_ref().is_some_and(|code| codes.contains(code)))
            }
            Filter::Municipality(codes) => self.serves_any(known, codes),
            Filter::Region(regions) => self.region(regions, known),
            Filter::Near(_, _) if !known.located => self.serves_any(known, asker),
            Filter::Near(from, radius) => known.point.map_or(Verdict::No, |point| within(*from, point, *radius)),
            Filter::Box([west, south, east, north]) => sure(
                known
                    .point
                    .is_some_and(|(lat, lon)| (*south..=*north).contains(&lat) && (*west..=*east).contains(&lon)),
            ),
        }
    }

    fn region(&self, regions: &[String], known: &Known) -> Verdict {
        let lies = |town: &Town| town.region.as_ref().is_some_and(|region| regions.contains(region));
        if let Some(code) = &known.municipality {
            return if self.towns.get(code).is_some_and(lies) { Verdict::Yes } else { Verdict::No };
        }
        if known.located {
            return Verdict::No;
        }
        let codes: Vec<String> =
            self.towns.iter().filter(|(_, town)| lies(town)).map(|(code, _)| code.clone()).collect();
        self.serves_any(known, &codes)
    }

    /// Whether what has no place serves any of some municipalities.
    fn serves_any(&self, known: &Known, codes: &[String]) -> Verdict {
        codes.iter().map(|code| self.serves(known, code)).max().unwrap_or(Verdict::No)
    }

    fn serves(&self, known: &Known, code: &str) -> Verdict {
        if known.mode.as_deref() == Some("nationwide") {
            return Verdict::Yes;
        }
        let Some(town) = self.towns.get(code) else { return Verdict::No };
        let sure = |holds: bool| if holds { Verdict::Yes } else { Verdict::No };
        match known.mode.as_deref() {
            Some("nationwide_except_aland") => sure(town.region.as_deref().is_some_and(|region| region != ALAND)),
            Some("areas") => sure(known.areas.iter().any(|area| town.areas.contains(area))),
            Some("radius") => {
                let places = self.places.get(&known.service).into_iter().flatten();
                let verdicts = places.map(|(point, municipality)| match (point, town.centre) {
                    _ if municipality.as_deref() == Some(code) => Verdict::Yes,
                    (Some(point), Some(centre)) => within(*point, centre, known.radius),
                    _ => Verdict::No,
                });
                verdicts.max().unwrap_or(Verdict::No)
            }
            _ => Verdict::No,
        }
    }

    /// How many points have each value of a field, of some.
    pub(super) fn counts(&self, field: &str, among: &[&Known]) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for known in among {
            let region = || self.towns.get(known.municipality.as_ref()?)?.region.clone();
            let values: BTreeSet<String> = match field {
                "municipality" => known.municipality.iter().cloned().collect(),
                "region" => region().into_iter().collect(),
                field => known.values[field].iter().cloned().collect(),
            };
            for value in values {
                *counts.entry(value).or_default() += 1;
            }
        }
        counts
    }

    /// The day that is spoken of, as it stands in a query; today needs no word.
    pub(super) fn as_of(&self) -> String {
        if self.day == TODAY { String::new() } else { format!("as_of={}&", self.day) }
    }
}

/// Whether one point lies within a radius of another, in kilometres; anywhere, without one.
fn within(from: (f64, f64), to: (f64, f64), radius: Option<f64>) -> Verdict {
    let Some(radius) = radius else { return Verdict::Yes };
    // A degree of latitude is at least 111 km here: no need to reckon with what is far north or south.
    if (from.0 - to.0).abs() * 111.0 > radius * (1.0 + TOO_CLOSE) {
        return Verdict::No;
    }
    let distance = kilometres(from, to);
    if (distance - radius).abs() <= radius * TOO_CLOSE {
        Verdict::Unsure
    } else if distance < radius {
        Verdict::Yes
    } else {
        Verdict::No
    }
}

fn town(item: &Value) -> (String, Town) {
    let code = item["code"].as_str().unwrap().to_owned();
    let of = |kind: &str| item[kind]["code"].as_str().map(|code| format!("{kind}:{code}"));
    let kinds = ["region", "hospital_district", "wellbeing_services_county"];
    let mut areas: BTreeSet<String> = kinds.into_iter().filter_map(of).collect();
    areas.insert(format!("municipality:{code}"));
    let centre = item["point"]["lat"].as_f64().zip(item["point"]["lon"].as_f64());
    let region = item["region"]["code"].as_str().map(str::to_owned);
    (code, Town { region, areas, centre })
}
