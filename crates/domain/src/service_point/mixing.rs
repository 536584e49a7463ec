//! In which order near places and what has no place stand in one list.

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The nearest place that has not come yet.
    Place,
    /// The next of what comes to wherever one is.
    Roaming,
}

/// Mixes places and what has none, so that neither drowns the other.
///
/// Up to 25 km away, four places come before each service without a place; farther away, they take turns. So whoever lives in Helsinki sees what is around the corner, with help from afar at every
/// fifth position; whoever lives in Utsjoki sees the one place of the village, and then help from afar before places
/// that are hours away, but never a page of nothing else. Where one kind has come to its end, the other goes on alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mixer {
    since: u8,
}

impl Mixer {
    /// How many places come before each service without one, as long as they are near.
    pub const NEAR_PLACES: u8 = 4;
    /// Up to here a place is near, in metres.
    pub const NEAR: f64 = 25_000.0;

    /// Goes on where so many places have come since the last service without one.
    pub fn since(places: u8) -> Self {
        Self { since: places }
    }

    /// How many places have come since the last service without one.
    pub fn places_since(self) -> u8 {
        self.since
    }

    /// Whose turn it is, by how far away the next place is, if there is one, in metres, and by whether there is another
    /// service without a place; none when all have come.
    pub fn next(&mut self, place: Option<f64>, is_roaming_left: bool) -> Option<Turn> {
        let turn = match place {
            None if is_roaming_left => Turn::Roaming,
            None => return None,
            Some(_) if !is_roaming_left => Turn::Place,
            Some(distance) => {
                let most = if distance <= Self::NEAR { Self::NEAR_PLACES } else { 1 };
                if self.since < most { Turn::Place } else { Turn::Roaming }
            }
        };
        self.since = match turn {
            Turn::Place => self.since.saturating_add(1).min(Self::NEAR_PLACES),
            Turn::Roaming => 0,
        };
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order as letters: `p` a place, `r` what has none.
    fn order(places: &[f64], roaming: usize) -> String {
        let (mut mixer, mut places, mut roaming) = (Mixer::default(), places.iter().peekable(), roaming);
        let mut order = String::new();
        while let Some(turn) = mixer.next(places.peek().map(|distance| **distance), roaming > 0) {
            order.push(match turn {
                Turn::Place => {
                    places.next();
                    'p'
                }
                Turn::Roaming => {
                    roaming -= 1;
                    'r'
                }
            });
        }
        order
    }

    #[test]
    fn neither_kind_drowns_the_other() {
        let near = [1_000.0; 12];
        assert_eq!(order(&near, 3), "pppprpppprpppp".to_owned() + "r", "in Helsinki");
        let far = [500.0, 90_000.0, 100_000.0, 110_000.0];
        assert_eq!(order(&far, 3), "prprprp", "in Utsjoki");
        assert_eq!(order(&[], 3), "rrr");
        assert_eq!(order(&near[..3], 0), "ppp");
        assert_eq!(order(&[90_000.0, 90_000.0], 1), "prp");
    }

    #[test]
    fn a_walk_in_pages_is_the_same_order() {
        let mut whole = Mixer::default();
        let mut paged = Mixer::default();
        for step in 0..40 {
            let distance = Some(f64::from(step) * 1_000.0);
            assert_eq!(whole.next(distance, true), paged.next(distance, true));
            paged = Mixer::since(paged.places_since());
        }
    }
}
