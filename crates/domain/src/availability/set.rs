//! Sets of the municipalities of a day, by their places in a list.

/// Some of the municipalities, with a bit for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn insert(&mut self, index: usize) {
        let (word, bit) = (index / 64, index % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    /// Adds all of another set.
    pub(super) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    pub(super) fn holds(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Whether both have one in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut set = Self::default();
        indices.into_iter().for_each(|index| set.insert(index));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(one in proptest::collection::btree_set(0_usize..330, 0..40), other in proptest::collection::btree_set(0_usize..330, 0..40)) {
            let (a, b): (Set, Set) = (one.iter().copied().collect(), other.iter().copied().collect());
            let mut joined = a.clone();
            joined.join(&b);
            let union: BTreeSet<usize> = one.union(&other).copied().collect();
            prop_assert!((0..340).all(|index| joined.holds(index) == union.contains(&index)));
            prop_assert_eq!(a.meets(&b), !one.is_disjoint(&other));
        }
    }
}
