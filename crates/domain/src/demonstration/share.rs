//! How many service points each municipality gets.

/// Shares points among municipalities by their inhabitants. A sixth goes in equal parts to all, at least one each once
/// there are two for each on the average; the rest by the method of the largest remainders.
pub(super) fn shares(points: usize, populations: &[i64]) -> Vec<usize> {
    let count = populations.len();
    if count == 0 {
        return Vec::new();
    }
    let floor = (points / (6 * count)).max(usize::from(points >= 2 * count));
    let rest = (points - floor * count) as u128;
    let weights: Vec<u128> = populations.iter().map(|people| u128::from(people.unsigned_abs()) + 1).collect();
    let total: u128 = weights.iter().sum();
    let whole = |weight: &u128| usize::try_from(rest * weight / total).unwrap_or_default();
    let mut shares: Vec<usize> = weights.iter().map(|weight| floor + whole(weight)).collect();
    let mut by_remainder: Vec<usize> = (0..count).collect();
    by_remainder.sort_by_key(|index| std::cmp::Reverse(weights.get(*index).map(|weight| rest * weight % total)));
    let missing = points - shares.iter().sum::<usize>();
    for index in by_remainder.into_iter().take(missing) {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_points_are_shared_and_the_small_are_not_forgotten() {
        let populations = [650_000, 120_000, 9_000, 1_200, 700, 110];
        for points in [0, 1, 5, 12, 100, 2_000, 20_001] {
            let shares = shares(points, &populations);
            assert_eq!(shares.iter().sum::<usize>(), points);
            assert!(shares.is_sorted_by(|more, fewer| more >= fewer), "{shares:?}");
            assert!(points < 12 || shares.iter().all(|share| *share > 0), "{shares:?}");
        }
    }
}
