//! Points on the ground: their coordinates, how far apart they are, and the squares they lie in.

mod square;

use std::str::FromStr;
use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, InverseGeodesic as _};
use proj4rs::Proj;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::invalid::{Form, Invalid};

pub use square::Square;

/// A point in WGS84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Latitude in degrees.
    #[schema(minimum = 59.0, maximum = 71.0, example = 61.56)]
    pub lat: f64,
    /// Longitude in degrees.
    #[schema(minimum = 19.0, maximum = 32.0, example = 25.18)]
    pub lon: f64,
}

/// The latitudes in which Finland lies, in degrees.
pub const LATITUDES: (f64, f64) = (59.0, 71.0);
/// The longitudes in which Finland lies, in degrees.
pub const LONGITUDES: (f64, f64) = (19.0, 32.0);
/// The northings in which Finland lies, in metres (ETRS-TM35FIN).
const NORTHINGS: (f64, f64) = (6_570_000.0, 7_830_000.0);
/// The eastings in which Finland lies, in metres (ETRS-TM35FIN).
const EASTINGS: (f64, f64) = (40_000.0, 780_000.0);

/// A point, as it is written: in WGS84, or in ETRS-TM35FIN (EPSG:3067), which is turned into WGS84 and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointFacts {
    /// Latitude in degrees (WGS84), together with `lon`; null where the point is given by `northing` and `easting`.
    #[schema(minimum = 59.0, maximum = 71.0, example = 61.56)]
    pub lat: Option<f64>,
    /// Longitude in degrees (WGS84).
    #[schema(minimum = 19.0, maximum = 32.0, example = 25.18)]
    pub lon: Option<f64>,
    /// Northing in metres (ETRS-TM35FIN, EPSG:3067), together with `easting`; null where the point is given by `lat`
    /// and `lon`.
    #[schema(minimum = 6_570_000.0, maximum = 7_830_000.0)]
    pub northing: Option<f64>,
    /// Easting in metres (ETRS-TM35FIN).
    #[schema(minimum = 40_000.0, maximum = 780_000.0)]
    pub easting: Option<f64>,
}

impl Validate for PointFacts {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let coordinates = [
            ("lat", self.lat, LATITUDES),
            ("lon", self.lon, LONGITUDES),
            ("northing", self.northing, NORTHINGS),
            ("easting", self.easting, EASTINGS),
        ];
        for (field, value, (min, max)) in coordinates {
            if let Some(value) = value.filter(|value| !(min..=max).contains(value)) {
                let (value, min, max) = (value.to_string(), min.to_string(), max.to_string());
                errors.add(field, Invalid::OutOfRange { value, min, max }.into());
            }
        }
        let halves = [("lat", self.lat, "lon", self.lon), ("northing", self.northing, "easting", self.easting)];
        for (one, value, other, its_value) in halves {
            if value.is_some() != its_value.is_some() {
                let (given, missing) = if value.is_some() { (one, other) } else { (other, one) };
                errors.add(given, Invalid::Needs { other: missing.to_owned() }.into());
            }
        }
        match (self.lat, self.northing) {
            (None, None) if self.lon.is_none() && self.easting.is_none() => {
                errors.add("__all__", Invalid::Needs { other: "lat".into() }.into());
            }
            (Some(_), Some(_)) => errors.add("northing", Invalid::Excludes { other: "lat".into() }.into()),
            _ => (),
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl PointFacts {
    /// The point in WGS84; none where too little is said.
    pub fn point(&self) -> Option<Point> {
        match (self.lat.zip(self.lon), self.northing.zip(self.easting)) {
            (Some((lat, lon)), _) => Some(Point { lat: rounded(lat), lon: rounded(lon) }),
            (None, Some((northing, easting))) => Planar { northing, easting }.point(),
            (None, None) => None,
        }
    }
}

impl From<Point> for PointFacts {
    fn from(Point { lat, lon }: Point) -> Self {
        Self { lat: Some(lat), lon: Some(lon), northing: None, easting: None }
    }
}

/// To a tenth of a metre: what a caller can mean.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

/// A point on the plane of ETRS-TM35FIN (EPSG:3067), in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planar {
    /// To the north of the equator.
    pub northing: f64,
    /// To the east of a line 500 km west of the meridian 27° E.
    pub easting: f64,
}

/// The two systems; the definitions are constants, which a test reads.
static SYSTEMS: LazyLock<Option<(Proj, Proj)>> = LazyLock::new(|| {
    let wgs84 = Proj::from_proj_string("+proj=longlat +ellps=GRS80 +no_defs").ok()?;
    let tm35fin = Proj::from_proj_string("+proj=utm +zone=35 +ellps=GRS80 +units=m +no_defs").ok()?;
    Some((wgs84, tm35fin))
});

impl Planar {
    fn point(self) -> Option<Point> {
        let (wgs84, tm35fin) = SYSTEMS.as_ref()?;
        let mut at = (self.easting, self.northing, 0.0);
        proj4rs::transform::transform(tm35fin, wgs84, &mut at).ok()?;
        Some(Point { lat: rounded(at.1.to_degrees()), lon: rounded(at.0.to_degrees()) })
    }

    /// Whole centimetres: what both databases reckon with alike.
    #[expect(clippy::cast_possible_truncation, reason = "the plane of Finland is a few thousand kilometres long")]
    pub fn centimetres(self) -> (i64, i64) {
        ((self.northing * 100.0).round() as i64, (self.easting * 100.0).round() as i64)
    }

    /// The same, back.
    #[expect(clippy::cast_precision_loss, reason = "the plane of Finland is a few thousand kilometres long")]
    pub fn of_centimetres((northing, easting): (i64, i64)) -> Self {
        Self { northing: northing as f64 / 100.0, easting: easting as f64 / 100.0 }
    }

    /// How far away another point is on the ground, in metres, by the plane: within a thousandth of the way along the
    /// ellipsoid. Both databases sort by it.
    pub fn distance(self, other: Self) -> f64 {
        (self.northing - other.northing).hypot(self.easting - other.easting) / self.scale()
    }

    /// The same in kilometres, to ten metres: as it is told.
    pub fn kilometres(self, other: Self) -> f64 {
        (self.distance(other) / 10.0).round() / 100.0
    }

    /// How much longer than on the ground a line at this point is on the plane: 0.9996 in the middle of Finland, up to
    /// 1.0017 in Åland.
    pub fn scale(self) -> f64 {
        const RADIUS: f64 = 6_378_137.0;
        let east = (self.easting - 500_000.0) / RADIUS;
        0.9996 * (1.0 + east * east / 2.0)
    }
}

impl Point {
    /// The point on the plane; none beyond what the projection knows.
    pub fn planar(self) -> Option<Planar> {
        let (wgs84, tm35fin) = SYSTEMS.as_ref()?;
        let mut at = (self.lon.to_radians(), self.lat.to_radians(), 0.0);
        proj4rs::transform::transform(wgs84, tm35fin, &mut at).ok()?;
        Some(Planar { northing: at.1, easting: at.0 })
    }

    /// The shortest way to another point along the ellipsoid, in metres.
    pub fn distance(self, other: Self) -> f64 {
        static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);
        ELLIPSOID.inverse(self.lat, self.lon, other.lat, other.lon)
    }
}

/// The point where somebody is: `lat,lon` in a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near(pub Point);

impl FromStr for Near {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::Near };
        let [lat, lon] = numbers(value).ok_or_else(malformed)?;
        Ok(Self(Point { lat: within(lat, LATITUDES)?, lon: within(lon, LONGITUDES)? }))
    }
}

crate::schema::published_as_string!(
    Near,
    "A point as `lat,lon` in degrees (WGS84): latitudes 59 to 71, longitudes 19 to 32.",
    5,
    40,
    "^((59|6[0-9]|70)(\\.[0-9]{1,15})?|71),((19|2[0-9]|3[01])(\\.[0-9]{1,15})?|32)$",
    "60.1699,24.9384"
);

/// A box on the map: `west,south,east,north` in a query (the order of RFC 7946).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Its south-western corner.
    pub from: Point,
    /// Its north-eastern corner.
    pub to: Point,
}

impl FromStr for BoundingBox {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::BoundingBox };
        let [west, south, east, north] = numbers(value).ok_or_else(malformed)?;
        let from = Point { lat: within(south, LATITUDES)?, lon: within(west, LONGITUDES)? };
        let to = Point { lat: within(north, LATITUDES)?, lon: within(east, LONGITUDES)? };
        if from.lat > to.lat || from.lon > to.lon { Err(malformed()) } else { Ok(Self { from, to }) }
    }
}

crate::schema::published_as_string!(
    BoundingBox,
    "A box as `west,south,east,north` in degrees (WGS84; the order of RFC 7946): longitudes 19 to 32, latitudes 59 to 71.",
    11,
    80,
    "^(((19|2[0-9]|3[01])(\\.[0-9]{1,15})?|32),((59|6[0-9]|70)(\\.[0-9]{1,15})?|71)(,|$)){2}$",
    "24.5,60.1,25.3,60.4"
);

impl BoundingBox {
    /// Whether a point lies in it, its edges included.
    pub fn holds(&self, point: Point) -> bool {
        (self.from.lat..=self.to.lat).contains(&point.lat) && (self.from.lon..=self.to.lon).contains(&point.lon)
    }

    /// The squares that cover it.
    pub fn squares(&self) -> [Square; 9] {
        // Its edges are bent on the plane: taken at some points of each, with a margin for what bulges between them.
        const STEPS: u32 = 8;
        let mut seen = Vec::new();
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let lat = self.from.lat + (self.to.lat - self.from.lat) * share;
            let lon = self.from.lon + (self.to.lon - self.from.lon) * share;
            let edges = [(self.from.lat, lon), (self.to.lat, lon), (lat, self.from.lon), (lat, self.to.lon)];
            seen.extend(edges.into_iter().filter_map(|(lat, lon)| Point { lat, lon }.planar()));
        }
        let span = |of: fn(&Planar) -> f64| {
            let all = seen.iter().map(of);
            let (min, max) = all.fold((f64::MAX, f64::MIN), |(min, max), value| (min.min(value), max.max(value)));
            let margin = 1.0 + (max - min) / 50.0;
            (min - margin, max + margin)
        };
        Square::covering(span(|at| at.northing), span(|at| at.easting))
    }
}

fn numbers<const N: usize>(value: &str) -> Option<[f64; N]> {
    let plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'));
    let numbers: Option<Vec<f64>> = value.split(',').map(|number| number.parse().ok()).collect();
    numbers.filter(|_| plain && value.len() <= 80)?.try_into().ok()
}

fn within(value: f64, (min, max): (f64, f64)) -> Result<f64, Invalid> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(Invalid::OutOfRange { value: value.to_string(), min: min.to_string(), max: max.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELSINKI: Point = Point { lat: 60.169_9, lon: 24.938_4 };
    const UTSJOKI: Point = Point { lat: 69.907_9, lon: 27.027_3 };

    #[test]
    fn a_point_is_the_same_in_both_systems() {
        // As PROJ 9 has it.
        let table = [
            (HELSINKI, 6_672_118.380, 385_611.317),
            (UTSJOKI, 7_755_602.671, 501_046.673),
            (Point { lat: 60.1, lon: 19.94 }, 6_683_529.773, 107_899.822),
        ];
        for (point, northing, easting) in table {
            let planar = point.planar().unwrap();
            assert!((planar.northing - northing).hypot(planar.easting - easting) < 0.05, "{planar:?}");
            let back = planar.point().unwrap();
            assert!(back.distance(point) < 0.2, "{back:?}");
        }
    }

    #[test]
    fn distances_are_those_of_the_ellipsoid() {
        // As PROJ 9 has it.
        let north = Point { lat: 60.0 + 1.0 / 60.0, lon: 25.0 };
        assert!((Point { lat: 60.0, lon: 25.0 }.distance(north) - 1_856.874).abs() < 0.01);
        assert!((HELSINKI.distance(UTSJOKI) - 1_089_994.416).abs() < 0.01);
    }

    #[test]
    fn the_plane_keeps_distances_to_within_half_a_per_cent() {
        for lat in [59.8, 62.0, 65.0, 68.0, 70.0] {
            for lon in [19.5, 21.0, 25.0, 27.0, 30.0, 31.5] {
                for (north, east) in [(0.05, 0.0), (0.0, 0.1), (0.4, -0.5), (-0.7, 1.0)] {
                    let (one, other) = (Point { lat, lon }, Point { lat: lat + north, lon: lon + east });
                    let (a, b) = (one.planar().unwrap(), other.planar().unwrap());
                    let error = (a.distance(b) / one.distance(other) - 1.0).abs();
                    assert!(error < 0.001, "{one:?} {other:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn what_is_near_lies_in_the_squares_around() {
        let centre = HELSINKI.planar().unwrap();
        for distance in [1.0, 90.0, 250.0, 10_000.0, 64_000.0, 1_500_000.0] {
            let squares = Square::around(centre, distance);
            for turn in 0..64_u32 {
                let (sin, cos) = (f64::from(turn) / 10.0).sin_cos();
                let at = Planar {
                    northing: centre.northing + distance * 0.999 * sin,
                    easting: centre.easting + distance * 0.999 * cos,
                };
                if at.northing > 0.0 && at.easting > 0.0 {
                    let number = Square::number(at);
                    assert!(squares.iter().any(|square| (square.first..=square.last).contains(&number)), "{distance}");
                }
            }
        }
    }

    #[test]
    fn a_box_is_covered() {
        let whole: BoundingBox = "24.5,60.1,25.3,60.4".parse().unwrap();
        let squares = whole.squares();
        for lat in 0..=30_u32 {
            for lon in 0..=80_u32 {
                let point = Point { lat: 60.1 + f64::from(lat) / 100.0, lon: 24.5 + f64::from(lon) / 100.0 };
                let number = Square::number(point.planar().unwrap());
                assert!(squares.iter().any(|square| (square.first..=square.last).contains(&number)), "{point:?}");
            }
        }
    }

    #[test]
    fn a_point_of_a_query_lies_in_finland() {
        for good in ["60.17,24.94", "59,19", "71,32"] {
            assert!(good.parse::<Near>().is_ok(), "{good}");
        }
        for bad in ["", "60.17", "60.17,24.94,1", "24.94,60.17", "60,17,24,94", "NaN,25", "6e1,25", "60.17, 24.94"] {
            assert!(bad.parse::<Near>().is_err(), "{bad}");
        }
        for bad in ["24,60,25", "25,60,24,61", "24,61,25,60", "60,24,61,25"] {
            assert!(bad.parse::<BoundingBox>().is_err(), "{bad}");
        }
    }
}
