//! The best of all sets of a few candidates.
//!
//! What a set is worth is the sum of the values of what it covers, and nothing counts twice. Every set is looked at, or
//! one of a whole block of sets that cannot be among the best: the answer is exact, and the work is bounded by the number of
//! sets, however the candidates overlap.
//!
//! The sets are taken in blocks that agree in their highest candidates. Within a block, what none of the others of a set
//! covers is summed up for all sets at once (a sum over subsets, one addition for each candidate and pair of sets).

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// Candidates as bits: bit `i` is the candidate at place `i`.
pub(super) type Bits = u32;

/// As many candidates as can be compared.
pub const MOST_CANDIDATES: usize = 25;

/// How many candidates vary within a block: its sums fit into the nearest cache.
const VARYING: u32 = 12;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    /// What each candidate costs; none where it is not known. Where two sets are worth the same, the order of the candidates
    /// decides in the end.
    pub(super) costs: Vec<Option<i64>>,
    /// What there is to be covered: by which candidates, and what that is worth.
    pub(super) worth: Vec<(Bits, u64)>,
    /// The regions, each by the candidates that reach it.
    pub(super) regions: Vec<Bits>,
    /// The money that there is; none for no limit. What costs nobody knows how much fits into no budget.
    pub(super) budget: Option<i64>,
    /// The least and the most candidates of a set.
    pub(super) count: (u32, u32),
    /// The least regions that a set reaches.
    pub(super) min_regions: u32,
    /// The candidates that every set has.
    pub(super) must: Bits,
    /// How many sets are wanted.
    pub(super) limit: usize,
}

/// A set that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) members: Bits,
    pub(super) value: u64,
    unknown_costs: u32,
    cost: i64,
}

impl Found {
    /// The better first: what is worth more; of the same worth, what has fewer members, costs less, and comes first by them.
    fn order(&self, other: &Self) -> Ordering {
        let key = |set: &Self| (Reverse(set.value), set.members.count_ones(), set.unknown_costs, set.cost);
        key(self).cmp(&key(other)).then_with(|| {
            let differing = self.members ^ other.members;
            let lowest = differing & differing.wrapping_neg();
            if lowest == 0 {
                Ordering::Equal
            } else if self.members & lowest != 0 {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        })
    }
}

/// The best sets, best first, and how many sets were looked at to find them.
#[derive(Debug, Default)]
pub(super) struct Best {
    pub(super) sets: Vec<Found>,
    pub(super) examined: u64,
}

impl Search {
    /// The best sets.
    pub(super) fn run(&self) -> Best {
        self.run_in_blocks(VARYING)
    }

    fn run_in_blocks(&self, varying: u32) -> Best {
        let Some(field) = Field::of(self) else { return Best::default() };
        let mut best = Best::default();
        let varying = varying.min(field.free_count());
        let mut block = Block::new(&field, varying);
        // From the largest sets down: what they are worth soon leaves whole blocks of smaller ones behind.
        for top in (0..1 << (field.free_count() - varying)).rev() {
            block.examine(top, &mut best);
        }
        best.sets.iter_mut().for_each(|set| set.members = field.spread(set.members));
        best
    }
}

/// A search of which all is taken out that is settled before it begins. Its candidates are those that are free to be
/// in a set or not, in their order.
struct Field<'a> {
    search: &'a Search,
    /// The place of each among all candidates.
    free: Vec<u32>,
    costs: Vec<i64>,
    unknown_costs: Bits,
    worth: Vec<(Bits, u64)>,
    regions: Vec<Bits>,
    /// What the candidates are worth, reach and cost that every set has.
    settled: Settled,
}

#[derive(Default)]
struct Settled {
    value: u64,
    regions: u32,
    count: u32,
    cost: i64,
    unknown_costs: u32,
}

impl<'a> Field<'a> {
    /// None where no set has what every set must have.
    fn of(search: &'a Search) -> Option<Self> {
        let is_must = |place: u32| search.must & (1 << place) != 0;
        let places = || (0_u32..).zip(&search.costs);
        let mut settled = Settled { count: search.must.count_ones(), ..Settled::default() };
        for (_, cost) in places().filter(|(place, _)| is_must(*place)) {
            match cost {
                Some(cost) => settled.cost += cost,
                None => settled.unknown_costs += 1,
            }
        }
        let fits = |cost: Option<i64>| match search.budget {
            Some(budget) => cost.is_some_and(|cost| settled.cost + cost <= budget),
            None => true,
        };
        if !fits(Some(0)) || (search.budget.is_some() && settled.unknown_costs > 0) {
            return None;
        }
        let free: Vec<u32> =
            places().filter(|(place, cost)| !is_must(*place) && fits(**cost)).map(|(place, _)| place).collect();
        let gather = |bits: Bits| -> Bits {
            (0_u32..).zip(&free).filter(|(_, place)| bits & (1 << **place) != 0).fold(0, |all, (bit, _)| all | 1 << bit)
        };
        // What the same candidates cover is one thing.
        let mut worth: BTreeMap<Bits, u64> = BTreeMap::new();
        for (by, value) in &search.worth {
            if by & search.must == 0 {
                *worth.entry(gather(*by)).or_default() += value;
            } else {
                settled.value += value;
            }
        }
        worth.remove(&0);
        let mut regions = Vec::new();
        for by in &search.regions {
            match (by & search.must, gather(*by)) {
                (0, 0) => (),
                (0, by) => regions.push(by),
                _ => settled.regions += 1,
            }
        }
        let cost = |place: &u32| search.costs.get(*place as usize).copied().flatten();
        let unknown = |bits: Bits, (bit, place): (u32, &u32)| bits | Bits::from(cost(place).is_none()) << bit;
        Some(Self {
            search,
            costs: free.iter().map(|place| cost(place).unwrap_or(0)).collect(),
            unknown_costs: (0_u32..).zip(&free).fold(0, unknown),
            free,
            worth: worth.into_iter().collect(),
            regions,
            settled,
        })
    }

    fn free_count(&self) -> u32 {
        u32::try_from(self.free.len()).unwrap_or(u32::MAX)
    }

    /// A set of free candidates as a set of all, with those that every set has.
    fn spread(&self, bits: Bits) -> Bits {
        let spread = (0_u32..).zip(&self.free).filter(|(bit, _)| bits & (1 << bit) != 0);
        spread.fold(self.search.must, |all, (_, place)| all | 1 << place)
    }

    fn cost_of(&self, bits: Bits) -> i64 {
        (0_u32..).zip(&self.costs).filter(|(bit, _)| bits & (1 << bit) != 0).map(|(_, cost)| cost).sum()
    }
}

/// The sets that agree in their highest candidates, one block after the other.
struct Block<'a> {
    field: &'a Field<'a>,
    varying: u32,
    /// The cost of each set of the varying candidates.
    costs: Vec<i64>,
    /// By the varying candidates that are not in a set: what the set leaves uncovered of what the block can cover.
    lost: Vec<u64>,
    /// The same of regions.
    lost_regions: Vec<u32>,
}

impl<'a> Block<'a> {
    fn new(field: &'a Field<'a>, varying: u32) -> Self {
        let size = 1_usize << varying;
        let mut costs = vec![0_i64; size];
        for (bit, cost) in field.costs.iter().enumerate().take(varying as usize) {
            let (known, new) = costs.split_at_mut(1 << bit);
            for (new, known) in new.iter_mut().zip(known.iter()) {
                *new = known + cost;
            }
        }
        let regions = if field.search.min_regions > 0 { size } else { 0 };
        Self { field, varying, costs, lost: vec![0; size], lost_regions: vec![0; regions] }
    }

    fn examine(&mut self, top: Bits, best: &mut Best) {
        let Field { search, settled, .. } = self.field;
        let fixed = top << self.varying;
        let (least, most) = search.count;
        let count = settled.count + top.count_ones();
        let cost = settled.cost + self.field.cost_of(fixed);
        let room = search.budget.map_or(i64::MAX, |budget| budget - cost);
        if count > most || count + self.varying < least || room < 0 {
            return;
        }
        let reachable = settled.value + self.sum_up(fixed);
        if search.limit == 0 || best.sets.get(search.limit - 1).is_some_and(|last| reachable < last.value) {
            return;
        }
        spread_sums(&mut self.lost);
        let reachable_regions = self.sum_up_regions(fixed);
        if reachable_regions < search.min_regions {
            return;
        }
        best.examined += 1 << self.varying;
        let all: Bits = (1 << self.varying) - 1;
        let mut least_value = best.sets.get(search.limit - 1).map_or(0, |last| last.value);
        for (varied, varied_cost) in (0..=all).zip(&self.costs) {
            let value = reachable - self.lost[(!varied & all) as usize];
            let count = count + varied.count_ones();
            if value < least_value || *varied_cost > room || count < least || count > most {
                continue;
            }
            if search.min_regions > 0 {
                let lost = self.lost_regions[(!varied & all) as usize];
                if reachable_regions - lost < search.min_regions {
                    continue;
                }
            }
            let members = fixed | varied;
            let unknown_costs = settled.unknown_costs + (members & self.field.unknown_costs).count_ones();
            best.offer(Found { members, value, unknown_costs, cost: cost + varied_cost }, search.limit);
            least_value = best.sets.get(search.limit - 1).map_or(0, |last| last.value);
        }
    }

    /// Lays out what the fixed candidates do not cover, by the varying ones that do; gives the value of all that the block
    /// can cover.
    fn sum_up(&mut self, fixed: Bits) -> u64 {
        let all: Bits = (1 << self.varying) - 1;
        self.lost.fill(0);
        let mut reachable = 0;
        for (by, value) in &self.field.worth {
            if by & fixed != 0 {
                reachable += value;
            } else if by & all != 0 {
                reachable += value;
                self.lost[(by & all) as usize] += value;
            }
        }
        reachable
    }

    fn sum_up_regions(&mut self, fixed: Bits) -> u32 {
        if self.lost_regions.is_empty() {
            return 0;
        }
        let all: Bits = (1 << self.varying) - 1;
        self.lost_regions.fill(0);
        let mut reachable = self.field.settled.regions;
        for by in &self.field.regions {
            if by & fixed != 0 {
                reachable += 1;
            } else if by & all != 0 {
                reachable += 1;
                self.lost_regions[(by & all) as usize] += 1;
            }
        }
        spread_sums(&mut self.lost_regions);
        reachable
    }
}

impl Best {
    fn offer(&mut self, set: Found, limit: usize) {
        // Of many sets of the same worth, most come after the last: one look is enough.
        if self.sets.get(limit - 1).is_some_and(|last| last.order(&set) == Ordering::Less) {
            return;
        }
        let place = self.sets.partition_point(|known| known.order(&set) == Ordering::Less);
        if place < limit {
            self.sets.insert(place, set);
            self.sets.truncate(limit);
        }
    }
}

/// Adds to the entry of every set those of all its subsets.
fn spread_sums<T: Copy + std::ops::AddAssign>(sums: &mut [T]) {
    let mut width = 1;
    while width < sums.len() {
        for pair in sums.chunks_exact_mut(2 * width) {
            let (lower, upper) = pair.split_at_mut(width);
            for (sum, below) in upper.iter_mut().zip(lower.iter()) {
                *sum += *below;
            }
        }
        width *= 2;
    }
}

#[cfg(test)]
mod tests;
