//! Whether one series of values lies above another, by ranks.
//!
//! The rank-sum test (H. B. Mann and D. R. Whitney, "On a test of whether one of two random
//! variables is stochastically larger than the other", Annals of Mathematical Statistics 18, 1947)
//! asks nothing of the shape of a distribution, and outliers count by their rank alone. Its
//! estimate of the ratio of two samples is the median of all pairwise ratios (J. L. Hodges and E. L.
//! Lehmann, ibid. 34, 1963), and the interval of L. E. Moses holds every ratio that the test does
//! not reject (M. Hollander, D. A. Wolfe, E. Chicken, "Nonparametric Statistical Methods", 3rd ed.,
//! §§ 4.1–4.3). The normal approximation, corrected for ties and continuity, errs on the side of no
//! difference in its tails.
//!
//! Values that follow one another and are alike tell less than as many that are not. Their variance
//! is larger by (1 + r) / (1 − r) where each is correlated by r with the next (G. V. Bayley and J. M.
//! Hammersley, "The effective number of independent observations in an autocorrelated time series",
//! Supplement to the JRSS 8, 1946).

use crate::distributions::two_sided_normal;

/// The two-sided quantile of the normal distribution at [`super::LEVEL`].
const Z: f64 = 2.807_033_768_343_811;

/// Values below this are taken for it where ratios are formed: half a nanosecond.
const SMALLEST: f64 = 0.5;

/// How far one sample lies above another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RankSum {
    /// The chance of ranks at least as far apart from samples of one distribution.
    pub p: f64,
    /// The median of all pairwise ratios.
    pub ratio: f64,
    /// The interval of ratios that the test does not reject.
    pub low: f64,
    /// Its other end.
    pub high: f64,
}

/// `after` against `before`, neither empty, each in the order of time.
pub(super) fn compare(before: &[f64], after: &[f64]) -> RankSum {
    let (u, ties) = statistic(before, after);
    let (m, n) = (before.len() as f64, after.len() as f64);
    let (mean, sum) = (m * n / 2.0, m + n);
    let r = likeness([before, after]);
    let variance = m * n / 12.0 * (sum + 1.0 - ties / (sum * (sum - 1.0))) * (1.0 + r) / (1.0 - r);
    let error = variance.max(0.0).sqrt();
    let p = match error > 0.0 {
        true => two_sided_normal(((u - mean).abs() - 0.5).max(0.0) / error),
        false => 1.0,
    };
    let ratios = pairwise_ratios(before, after);
    let last = ratios.len() - 1;
    let ratio = (ratios[last / 2] * ratios[ratios.len() / 2]).sqrt();
    // The largest statistic that is rejected is how many ratios are left out at each end.
    let cut = ((mean - 0.5 - Z * error).max(0.0) as usize).min(last / 2);
    RankSum { p, ratio, low: ratios[cut], high: ratios[last - cut] }
}

/// How often a value of `after` lies above one of `before`, ties by half; and Σ (t³ − t) over ties.
fn statistic(before: &[f64], after: &[f64]) -> (f64, f64) {
    let mut all: Vec<(f64, bool)> = before.iter().map(|&value| (value, false)).collect();
    all.extend(after.iter().map(|&value| (value, true)));
    all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks_after, mut ties, mut start) = (0.0, 0.0, 0);
    for tied in all.chunk_by(|a, b| a.0 == b.0) {
        let size = tied.len() as f64;
        let rank = start as f64 + (size + 1.0) / 2.0;
        ranks_after += rank * tied.iter().filter(|&&(_, is_after)| is_after).count() as f64;
        ties += size * size * size - size;
        start += tied.len();
    }
    let n = after.len() as f64;
    (ranks_after - n * (n + 1.0) / 2.0, ties)
}

fn pairwise_ratios(before: &[f64], after: &[f64]) -> Vec<f64> {
    let pairs = before.iter().flat_map(|&b| {
        after.iter().map(move |&a| if a == b { 1.0 } else { a.max(SMALLEST) / b.max(SMALLEST) })
    });
    let mut ratios: Vec<f64> = pairs.collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios
}

/// How much each value is like the next in its series, from 0 to below 1: the rank version of von
/// Neumann's ratio (R. Bartels, "The rank version of von Neumann's ratio test for randomness", JASA
/// 77, 1982) as a correlation, of both series together.
pub(super) fn likeness(series: [&[f64]; 2]) -> f64 {
    let values = (series[0].len() + series[1].len()) as f64;
    let ratio: f64 =
        series.iter().map(|values| von_neumann_ratio(values) * values.len() as f64).sum();
    (1.0 - ratio / values / 2.0).clamp(0.0, 0.99)
}

/// The squared steps from rank to rank over the squared distances from the mean rank: about 2 where
/// the order says nothing, which is also what values have that are all the same.
fn von_neumann_ratio(values: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&index| ranks[index] = rank);
        start += tied.len();
    }
    let middle = (values.len() as f64 + 1.0) / 2.0;
    let spread: f64 = ranks.iter().map(|rank| (rank - middle).powi(2)).sum();
    let steps: f64 = ranks.windows(2).map(|pair| (pair[0] - pair[1]).powi(2)).sum();
    if spread == 0.0 { 2.0 } else { steps / spread }
}

#[cfg(test)]
mod tests {
    use super::super::LEVEL;
    use super::*;

    /// Values from `start` on in an order in which neighbours are not alike.
    fn scattered(start: u32, size: u32) -> Vec<f64> {
        (0..size).map(|i| f64::from(start + i * 7 % size)).collect()
    }

    /// By hand: U = 0, mean 72, variance 12 · 12 · 25 / 12 = 300, z = 71.5 / 17.32 = 4.128.
    #[test]
    fn samples_that_do_not_overlap_give_the_smallest_p() {
        let (low, high) = (scattered(1, 12), scattered(101, 12));
        assert_eq!(likeness([&low, &high]), 0.0);
        let found = compare(&low, &high);
        assert!((found.p - two_sided_normal(71.5 / 300.0_f64.sqrt())).abs() < 1e-12, "{found:?}");
        assert!(found.low > 1.0 && found.ratio > found.low && found.high > found.ratio);
        let back = compare(&high, &low);
        assert!((found.ratio * back.ratio - 1.0).abs() < 1e-9, "{back:?}");
    }

    #[test]
    fn equal_samples_give_a_ratio_of_one_and_no_evidence() {
        let values = scattered(1, 30);
        let found = compare(&values, &values);
        assert_eq!((found.p, found.ratio), (1.0, 1.0));
        assert!(found.low < 1.0 && found.high > 1.0);
        let constant = compare(&[7.0; 12], &[7.0; 12]);
        assert_eq!(constant, RankSum { p: 1.0, ratio: 1.0, low: 1.0, high: 1.0 });
    }

    #[test]
    fn the_interval_excludes_one_where_the_test_rejects() {
        for shift in 0..40 {
            for size in [12, 30, 64] {
                let before = scattered(100, size);
                let after: Vec<f64> = before.iter().map(|v| v + f64::from(shift) + 0.3).collect();
                let found = compare(&before, &after);
                assert_eq!(found.p <= LEVEL, found.low > 1.0, "{size} {shift}: {found:?}");
            }
        }
    }

    #[test]
    fn slow_waves_are_seen_and_alternation_is_not() {
        let wave: Vec<f64> = (0..64).map(|i| (f64::from(i) / 9.0).sin()).collect();
        let alternating: Vec<f64> = (0..64).map(|i| f64::from(i % 2)).collect();
        assert!(likeness([&wave, &wave]) > 0.9);
        assert!((0.4..0.6).contains(&likeness([&wave, &[3.0; 64]])));
        assert_eq!(likeness([&alternating, &alternating]), 0.0);
        assert_eq!(likeness([&[3.0; 20], &[3.0; 20]]), 0.0);
    }

    #[test]
    fn values_that_are_alike_are_weaker_evidence() {
        let rising = |start: u32| -> Vec<f64> { (start..start + 30).map(f64::from).collect() };
        let strong = compare(&scattered(1, 30), &scattered(11, 30));
        let weak = compare(&rising(1), &rising(11));
        assert!(strong.p < LEVEL && weak.p > 0.05, "{strong:?} {weak:?}");
        assert_eq!(strong.ratio, weak.ratio);
    }
}
