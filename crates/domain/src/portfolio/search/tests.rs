use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng as _;

use super::*;

/// Numbers that are the same at every run.
struct Dice(Pcg64Mcg);

impl Dice {
    fn new(seed: u128) -> Self {
        Self(Pcg64Mcg::new(seed))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    fn bits(&mut self, candidates: u64) -> Bits {
        let all = (1_u64 << candidates) - 1;
        Bits::try_from(self.0.next_u64() & self.0.next_u64() & all).unwrap_or_default()
    }

    /// A call of up to 12 applications, with whatever can be asked of their sets.
    fn call(&mut self) -> Search {
        let candidates = 1 + self.below(12);
        let cost = |dice: &mut Self| (dice.below(8) > 0).then(|| i64::try_from(dice.below(6)).unwrap_or_default());
        let least = 1 + u32::try_from(self.below(3)).unwrap_or_default();
        Search {
            costs: (0..candidates).map(|_| cost(self)).collect(),
            // Small values, so that many sets are worth the same.
            worth: (0..self.below(40)).map(|_| (self.bits(candidates), self.below(5))).collect(),
            regions: (0..self.below(8)).map(|_| self.bits(candidates)).collect(),
            budget: (self.below(3) > 0).then(|| i64::try_from(self.below(20)).unwrap_or_default()),
            count: (least, least + u32::try_from(self.below(12)).unwrap_or_default()),
            min_regions: if self.below(2) > 0 { u32::try_from(self.below(5)).unwrap_or_default() } else { 0 },
            must: if self.below(3) > 0 { 0 } else { self.bits(candidates) & self.bits(candidates) },
            limit: usize::try_from(1 + self.below(10)).unwrap_or(1),
        }
    }
}

/// The members of a set, by their places.
fn members(candidates: usize, set: Bits) -> Vec<usize> {
    (0..candidates).filter(|place| set & (1 << place) != 0).collect()
}

/// Every set, each by itself, from the definition alone.
fn by_brute_force(search: &Search) -> Vec<(Bits, u64)> {
    let candidates = search.costs.len();
    let mut sets = Vec::new();
    for set in 0..1 << candidates {
        let places = members(candidates, set);
        let covered = |by: &Bits| places.iter().any(|place| by & (1 << place) != 0);
        let value: u64 = search.worth.iter().filter(|(by, _)| covered(by)).map(|(_, value)| value).sum();
        let regions = search.regions.iter().filter(|by| covered(by)).count();
        let costs: Vec<_> = places.iter().map(|place| search.costs[*place]).collect();
        let unknown = costs.iter().filter(|cost| cost.is_none()).count();
        let cost: i64 = costs.iter().flatten().sum();
        let fits = match search.budget {
            Some(budget) => unknown == 0 && cost <= budget,
            None => true,
        };
        let (least, most) = (search.count.0 as usize, search.count.1 as usize);
        let has_all = members(candidates, search.must).iter().all(|place| places.contains(place));
        if fits && has_all && (least..=most).contains(&places.len()) && regions >= search.min_regions as usize {
            sets.push((Reverse(value), places.len(), unknown, cost, places, set));
        }
    }
    sets.sort();
    sets.truncate(search.limit);
    sets.into_iter().map(|(Reverse(value), .., set)| (set, value)).collect()
}

#[test]
fn the_best_sets_of_200_random_calls_are_those_of_brute_force() {
    let mut dice = Dice::new(2018);
    let mut found_any = 0;
    for call in 0..200 {
        let search = dice.call();
        let expected = by_brute_force(&search);
        found_any += usize::from(!expected.is_empty());
        // In one block, and in many.
        for varying in [VARYING, 3, 0] {
            let found = search.run_in_blocks(varying).sets;
            let found: Vec<_> = found.iter().map(|set| (set.members, set.value)).collect();
            assert_eq!(found, expected, "call {call} in blocks of {varying}: {search:?}");
        }
    }
    assert!(found_any > 100, "only {found_any} calls had an answer at all");
}

/// As many candidates as are taken, each in a region of its own.
fn full() -> Search {
    Search {
        costs: vec![Some(10); MOST_CANDIDATES],
        worth: (0..25).map(|place| (1 << place, 100)).collect(),
        regions: (0..25).map(|place| 1 << place).collect(),
        budget: None,
        count: (1, 25),
        min_regions: 0,
        must: 0,
        limit: 10,
    }
}

/// No set is looked at twice, whatever the candidates are like.
const ALL_SETS: u64 = 1 << 25;

#[test]
fn of_25_that_are_all_equal_the_first_are_taken() {
    let search = Search { budget: Some(129), ..full() };
    let Best { sets, examined } = search.run();
    assert_eq!((sets[0].members, sets[0].value), ((1 << 12) - 1, 1_200));
    assert_eq!(sets[1].members, ((1 << 11) - 1) | 1 << 12, "the next by the order of the candidates");
    assert!(examined <= ALL_SETS, "{examined}");
}

#[test]
fn of_25_that_overlap_strongly_the_tightest_budget_is_kept() {
    let mut dice = Dice::new(25);
    let costs: Vec<_> = (0..25).map(|_| Some(900 + i64::try_from(dice.below(200)).unwrap_or_default())).collect();
    let worth = (0..300).map(|_| (dice.bits(25) | dice.bits(25), 1_000 + dice.below(200_000))).collect();
    let search = Search { costs, worth, budget: Some(5_000), min_regions: 5, ..full() };
    let Best { sets, examined } = search.run();
    assert_eq!(sets.len(), 10);
    for set in &sets {
        let cost: i64 = members(25, set.members).iter().filter_map(|place| search.costs[*place]).sum();
        assert!(cost <= 5_000 && set.members.count_ones() == 5, "{set:?} costs {cost}");
    }
    assert!(sets.is_sorted_by_key(|set| Reverse(set.value)));
    assert!(examined <= ALL_SETS, "{examined}");
}

#[test]
fn without_limits_the_best_of_25_is_found_in_the_first_blocks() {
    let mut dice = Dice::new(7);
    let worth = (0..25).map(|place| (1 << place, 1 + dice.below(1_000))).collect();
    let Best { sets, examined } = Search { worth, limit: 1, ..full() }.run();
    assert_eq!(sets[0].members, (1 << 25) - 1);
    assert_eq!(examined, 1 << VARYING);
}

#[test]
fn what_every_set_must_have_may_leave_none() {
    let dear = Search { budget: Some(15), must: 0b11, ..full() };
    assert!(dear.run().sets.is_empty(), "it costs more than there is");
    let mut unknown = Search { budget: Some(1_000), must: 1, ..full() };
    unknown.costs[0] = None;
    assert!(unknown.run().sets.is_empty(), "nobody knows what it costs");
    let many = Search { min_regions: 3, count: (1, 2), ..full() };
    assert!(many.run().sets.is_empty(), "two reach two regions");
}
