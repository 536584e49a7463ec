//! Squares of the plane, by which what is near is found.

use super::Planar;

/// A square of the plane, as the run of the numbers that the metres in it have.
///
/// A metre's number is woven of the bits of its northing and its easting, so that every square whose side is a power
/// of two metres is one run of numbers: an index over the numbers finds what lies in a square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Square {
    /// The first number.
    pub first: i64,
    /// The last number, inclusive.
    pub last: i64,
}

impl Square {
    /// It holds nothing.
    const EMPTY: Self = Self { first: 0, last: -1 };

    /// The number of the metre that a point lies in.
    pub fn number(at: Planar) -> i64 {
        weave(metres(at.northing), metres(at.easting))
    }

    /// Squares that cover what lies within a distance of a point, in metres; those that are not needed hold nothing.
    pub fn around(at: Planar, distance: f64) -> [Self; 9] {
        let span = |middle: f64| (middle - distance, middle + distance);
        Self::covering(span(at.northing), span(at.easting))
    }

    pub(super) fn covering(northings: (f64, f64), eastings: (f64, f64)) -> [Self; 9] {
        let ends = |(min, max): (f64, f64)| (metres(min), metres(max));
        let ((south, north), (west, east)) = (ends(northings), ends(eastings));
        // With sides of at least half the longer span, three of them reach across.
        let longest = (north - south).max(east - west);
        let bits = (0..BITS).find(|bits| (2_i64 << bits) >= longest).unwrap_or(BITS);
        let mut squares = [Self::EMPTY; 9];
        let rows = (south >> bits)..=(north >> bits);
        let cells = rows.flat_map(|row| ((west >> bits)..=(east >> bits)).map(move |column| (row, column)));
        for (square, (row, column)) in squares.iter_mut().zip(cells) {
            let first = weave(row << bits, column << bits);
            *square = Self { first, last: first + ((1_i64 << (2 * bits)) - 1) };
        }
        squares
    }
}

/// The plane is 2²³ metres long.
const BITS: u32 = 23;

#[expect(clippy::cast_possible_truncation, reason = "held to the plane")]
fn metres(value: f64) -> i64 {
    value.floor().clamp(0.0, 8_388_607.0) as i64
}

fn weave(northing: i64, easting: i64) -> i64 {
    (0..BITS).fold(0, |number, bit| {
        number | (((northing >> bit) & 1) << (2 * bit + 1)) | (((easting >> bit) & 1) << (2 * bit))
    })
}
