//! Where places lie, and their addresses.

use super::Ground;
use super::chance::Chance;
use super::tongue::{Tongue, TownNames, Words};
use super::words::STREETS;
use crate::address::AddressFacts;
use crate::municipality::UrbanRural;
use crate::point::Point;

/// One degree of latitude in Finland, in kilometres.
const DEGREE: f64 = 111.5;

/// A point somewhere around the centre of a municipality, for the n-th place of all.
pub(super) fn scattered(ground: &Ground, number: usize, chance: &mut Chance) -> Point {
    let (north, east) = loop {
        let (north, east) = (chance.offset(), chance.offset());
        if north * north + east * east <= 1.0 {
            break (north, east);
        }
    };
    // Thinner from the middle outwards.
    let reach = radius(ground) * (0.55 + 0.45 * chance.offset());
    let (north, east) = inland(ground.point, north * reach, east * reach);
    let Point { lat, lon } = ground.point;
    settled(Point { lat: lat + north / DEGREE, lon: lon + east / (DEGREE * cosine(lat)) }, number)
}

/// How far from its centre a municipality has places, in kilometres: up to 24.
fn radius(ground: &Ground) -> f64 {
    let people = f64::from(u32::try_from(ground.population).unwrap_or_default());
    let near = match ground.urban_rural {
        UrbanRural::Urban => 1.5 + 0.4 * (people / 1_000.0).sqrt(),
        UrbanRural::SemiUrban => 8.0,
        UrbanRural::Rural => 12.0,
    };
    let wide = if ground.point.lat > 65.0 { 2.0 } else { 1.0 };
    (near * wide).min(24.0)
}

/// An offset in kilometres, turned away from the sea in the south and from the neighbours at the borders.
fn inland(Point { lat, lon }: Point, north: f64, east: f64) -> (f64, f64) {
    let north = if lat < 60.5 && lon > 22.5 && north < -1.5 { -north } else { north };
    let north = if lat > 69.3 && north > 1.0 { -north } else { north };
    let east = if (lon > 29.5 || lat < 62.0 && lon > 28.5) && east > 3.0 { -east } else { east };
    let east = if lat > 65.7 && lon < 24.6 && east < -2.0 { -east } else { east };
    (north, east)
}

/// The cosine of a latitude, by its series: the same on every machine.
fn cosine(degrees: f64) -> f64 {
    let square = degrees.to_radians() * degrees.to_radians();
    1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)))
}

/// The nearest point that only the n-th place may have: at most 65 metres off. So no two of a million places lie at the
/// same point, whatever chance says, and nobody has to remember where the others are.
pub(super) fn settled(point: Point, number: usize) -> Point {
    // One and one only for each number of a million, far from that of its neighbours.
    let own = number % 1_000_000 * 387_641 % 1_000_000;
    Point {
        lat: on_lattice(point.lat, own / 1_000, (59.0, 71.0)),
        lon: on_lattice(point.lon, own % 1_000, (19.0, 32.0)),
    }
}

/// The nearest coordinate of which the last three of six decimals are these.
#[expect(clippy::cast_possible_truncation, reason = "millionths of a degree within Finland")]
fn on_lattice(degrees: f64, own: usize, (min, max): (f64, f64)) -> f64 {
    let own = i32::try_from(own).unwrap_or_default();
    let millionths = (degrees.clamp(min + 0.002, max - 0.002) * 1e6).round() as i32;
    f64::from((millionths - own + 500).div_euclid(1_000) * 1_000 + own) / 1e6
}

/// An address in a municipality; its districts have postcodes of their own.
pub(super) fn address(
    ground: &Ground,
    names: &TownNames,
    district: usize,
    tongue: Tongue,
    chance: &mut Chance,
) -> AddressFacts {
    let [fi, sv] = chance.one_of(&STREETS);
    let number = chance.between(1, 64);
    let street = Words { fi: fi.to_owned(), sv: sv.to_owned(), en: fi.to_owned() };
    AddressFacts {
        street: Some(street.map(|street| format!("{street} {number}")).written(tongue, false)),
        postcode: postcode(ground, district).parse().ok(),
        post_office: Some(names.words.clone().map(|name| name.to_uppercase()).written(tongue, false)),
        municipality: ground.code.clone(),
    }
}

/// The postcode of a district: two digits as in its region, one of the municipality, one of the district, and a nought.
fn postcode(ground: &Ground, district: usize) -> String {
    let code: usize = ground.code.as_str().parse().unwrap_or_default();
    let (first, last) = match (code, ground.region.as_str()) {
        (91, _) => (0, 0),
        (92, _) => (1, 1),
        (49, _) => (2, 2),
        (_, "01") => (4, 10),
        (_, "02") => (20, 27),
        (_, "04") => (28, 29),
        (_, "05") => (30, 32),
        (_, "06") => (33, 39),
        (_, "07") => (15, 19),
        (_, "08") => (45, 49),
        (_, "09") => (53, 56),
        (_, "10") => (50, 52),
        (_, "11") => (70, 79),
        (_, "12") => (80, 83),
        (_, "13") => (40, 44),
        (_, "14") => (60, 63),
        (_, "15") => (64, 66),
        (_, "16") => (67, 69),
        (_, "18") => (87, 89),
        (_, "19") => (94, 99),
        (_, "21") => (22, 22),
        _ => (84, 86),
    };
    let area = first + code / 10 % (last - first + 1);
    // The largest cities have a hundred districts, the others ten.
    let third = if first == last && area < 10 { district / 10 % 10 } else { code % 10 };
    format!("{area:02}{third}{}0", district % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_of_the_cosine_is_near_enough() {
        for lat in 59..=71_u32 {
            let lat = f64::from(lat);
            assert!((cosine(lat) - lat.to_radians().cos()).abs() < 1e-4, "{lat}");
        }
    }

    #[test]
    fn a_point_moves_by_at_most_65_metres_and_no_two_places_share_one() {
        let points =
            [Point { lat: 60.17, lon: 24.94 }, Point { lat: 69.9, lon: 27.02 }, Point { lat: 59.0, lon: 32.0 }];
        let mut seen = std::collections::HashSet::new();
        for number in (0..4_000).chain(999_000..1_000_000) {
            for point in points.iter().take(2) {
                let settled = settled(*point, number);
                assert!(settled.distance(*point) < 65.0, "{number}");
            }
            let Point { lat, lon } = settled(points[0], number);
            assert!(seen.insert((lat.to_bits(), lon.to_bits())), "{number}");
        }
        let Point { lat, lon } = settled(points[2], 999_999);
        assert!(lat > 59.0 && lon < 32.0);
    }
}
