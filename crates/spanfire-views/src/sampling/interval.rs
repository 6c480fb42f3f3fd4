//! What so many samples tell of a share.

/// The standard normal quantile of a two-sided interval at 95 %.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Wilson's score interval at 95 % for a share of which `hits` of `samples` were seen, as (low,
/// high); all of 0..1 where nothing was sampled.
///
/// It covers the true share about as often as it says even where hits are few or none, which the
/// textbook's `p ± 1.96 √(p(1−p)/n)` does not (Brown, Cai and DasGupta, "Interval Estimation for a
/// Binomial Proportion", 2001).
pub fn wilson(hits: u64, samples: u64) -> (f64, f64) {
    if samples == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (samples as f64, hits as f64 / samples as f64);
    let z2 = Z95 * Z95;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half =
        Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).max(0.0).sqrt();
    let low = if hits == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits >= samples { 1.0 } else { (middle + half).min(1.0) };
    (low, high)
}

/// The relative standard error of a share `p` read from `samples` independent samples,
/// √((1−p)/(pn)); infinite where there is nothing to see.
pub fn relative_standard_error(share: f64, samples: f64) -> f64 {
    if share <= 0.0 || samples <= 0.0 {
        return f64::INFINITY;
    }
    ((1.0 - share).max(0.0) / (share * samples)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the values that R's `prop.test(x, n, correct = FALSE)` is documented to give.
    #[test]
    fn wilsons_interval_is_the_published_one() {
        let near = |(low, high): (f64, f64), expected: (f64, f64)| {
            assert!((low - expected.0).abs() < 5e-5 && (high - expected.1).abs() < 5e-5);
        };
        near(wilson(0, 10), (0.0, 0.27753));
        near(wilson(10, 10), (0.72247, 1.0));
        near(wilson(5, 10), (0.23659, 0.76341));
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn a_share_is_known_to_a_tenth_from_where_the_formula_says() {
        for (hz, share) in [(99.0, 0.28), (999.0, 0.037), (4_999.0, 0.0076)] {
            let error = Z95 * relative_standard_error(share, hz * 10.0);
            assert!((error - 0.1).abs() < 0.003, "{hz} Hz: {error}");
        }
    }
}
