//! Chance that is the same for the same seed, for ever and on every machine.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng as _;

/// A source of chance. Whole numbers only, and fractions of two: nothing that a machine rounds in its own way.
#[derive(Debug)]
pub(super) struct Chance(Pcg64);

impl Chance {
    /// The n-th source of a seed; each goes its own way.
    pub(super) fn new(seed: u64, n: usize) -> Self {
        let (high, low) = (mixed(seed), mixed(mixed(seed).wrapping_add(n as u64)));
        Self(Pcg64::new(u128::from(high) << 64 | u128::from(low), 0))
    }

    /// A number below another; nought where there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * end as u128;
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number between two, both inclusive.
    pub(super) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// A number from -1 to 1.
    pub(super) fn offset(&mut self) -> f64 {
        let number = u32::try_from(self.0.next_u64() >> 32).unwrap_or_default();
        f64::from(number) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    /// One of some.
    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, some: &[T; N]) -> T {
        const { assert!(N > 0) };
        some[self.below(N)]
    }

    /// One of some, each as often as its weight says; the first where nothing weighs.
    pub(super) fn weighed<T: Copy, const N: usize>(&mut self, some: &[(T, usize); N]) -> T {
        const { assert!(N > 0) };
        let mut left = self.below(some.iter().map(|(_, weight)| weight).sum());
        for (one, weight) in some {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *one,
            }
        }
        some[0].0
    }

    /// So many different ones of some, in the order in which they stand.
    pub(super) fn several<T: Copy>(&mut self, some: &[T], count: usize) -> Vec<T> {
        let mut wanted = count.min(some.len());
        let mut chosen = Vec::with_capacity(wanted);
        for (index, one) in some.iter().enumerate() {
            if self.below(some.len() - index) < wanted {
                chosen.push(*one);
                wanted -= 1;
            }
        }
        chosen
    }
}

/// A number of which each bit depends on each of another (`SplitMix64`), so that neighbours have nothing in common.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_never_change() {
        let mut chance = Chance::new(7, 1);
        let numbers: Vec<_> = (0..8).map(|_| chance.below(1_000)).collect();
        assert_eq!(numbers, [472, 659, 892, 427, 179, 328, 718, 620]);
    }

    #[test]
    fn several_are_different_and_as_many_as_there_are() {
        let mut chance = Chance::new(7, 2);
        for count in 0..=6 {
            let mut several = chance.several(&[1, 2, 3, 4], count);
            several.dedup();
            assert_eq!(several.len(), count.min(4));
        }
    }

    #[test]
    fn what_weighs_nothing_never_comes() {
        let mut chance = Chance::new(7, 3);
        assert!((0..100).all(|_| chance.weighed(&[('a', 0), ('b', 3), ('c', 0)]) == 'b'));
    }
}
