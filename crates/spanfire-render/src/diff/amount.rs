//! Times and counts before and after, and how they changed.

use super::DiffWeight;
use crate::duration;
use crate::tables::count;

/// From sums over all recordings of a side to what is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    divisors: [f64; 2],
    share: bool,
}

impl Scale {
    /// One recording of each side, on average.
    pub(super) fn per_recording(recordings: [usize; 2]) -> Scale {
        Scale { divisors: recordings.map(|number| number.max(1) as f64), share: false }
    }

    /// Shares of these totals.
    pub(super) fn shares(totals: [u64; 2]) -> Scale {
        Scale { divisors: totals.map(|total| total.max(1) as f64), share: true }
    }

    /// What is compared.
    pub(super) fn of(&self, sums: [u64; 2]) -> [f64; 2] {
        [sums[0] as f64 / self.divisors[0], sums[1] as f64 / self.divisors[1]]
    }

    /// The same as integers: of times and counts, not of shares.
    pub(super) fn rounded(&self, sums: [u64; 2]) -> [u64; 2] {
        self.of(sums).map(|value| value.round() as u64)
    }

    /// `before → after (difference, change)`.
    pub(super) fn described(&self, weight: DiffWeight, sums: [u64; 2]) -> String {
        let [before, after] = self.of(sums);
        let text = |value: f64| match (self.share, weight) {
            (true, _) => format!("{:.2} %", value * 100.0),
            (false, DiffWeight::Count) => count(value.round() as u64),
            (false, _) => duration(value.round() as u64),
        };
        let difference = match self.share {
            true => format!("{}{:.2} points", sign(after - before), (after - before).abs() * 100.0),
            false => format!("{}{}", sign(after - before), text((after - before).abs())),
        };
        format!("{} → {} ({difference}, {})", text(before), text(after), change(before, after))
    }
}

/// The change in percent with its sign, from ten times on as a factor.
pub(super) fn change(before: f64, after: f64) -> String {
    match (before > 0.0, after > 0.0) {
        (false, false) => "–".to_owned(),
        (false, true) => "new".to_owned(),
        (true, false) => "gone".to_owned(),
        (true, true) => percent(after / before),
    }
}

/// A ratio as the change it is: `+8.1 %`, `−3.0 %`, `× 12.3`.
pub(super) fn percent(ratio: f64) -> String {
    if ratio >= 10.0 {
        return format!("× {ratio:.1}");
    }
    let change = (ratio - 1.0) * 100.0;
    match format!("{:.1}", change.abs()).as_str() {
        "0.0" => "0.0 %".to_owned(),
        digits => format!("{}{digits} %", sign(change)),
    }
}

/// The difference of two times with its sign.
pub(super) fn difference(before_ns: u64, after_ns: u64) -> String {
    match after_ns.abs_diff(before_ns) {
        0 => duration(0),
        ns if after_ns > before_ns => format!("+{}", duration(ns)),
        ns => format!("−{}", duration(ns)),
    }
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "−" } else { "+" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_percentage_and_a_large_one_a_factor() {
        let ratios = [1.081, 0.97, 1.0, 1.0004, 0.9996, 9.99, 12.34, 0.001];
        let expected =
            ["+8.1 %", "−3.0 %", "0.0 %", "0.0 %", "0.0 %", "+899.0 %", "× 12.3", "−99.9 %"];
        assert_eq!(ratios.map(percent), expected);
        assert_eq!(change(0.0, 3.0), "new");
        assert_eq!(change(3.0, 0.0), "gone");
        assert_eq!(change(0.0, 0.0), "–");
    }

    #[test]
    fn sums_of_several_recordings_are_compared_by_their_means() {
        let scale = Scale::per_recording([1, 3]);
        let text = scale.described(DiffWeight::Total, [1_000, 3_300]);
        assert_eq!(text, "1.000 µs → 1.100 µs (+100 ns, +10.0 %)");
        let scale = Scale::shares([1_000, 4_000]);
        let text = scale.described(DiffWeight::Idle, [500, 1_000]);
        assert_eq!(text, "50.00 % → 25.00 % (−25.00 points, −50.0 %)");
        assert_eq!(difference(1_500, 1_000), "−500 ns");
    }
}
