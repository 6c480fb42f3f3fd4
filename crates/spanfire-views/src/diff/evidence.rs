//! Whether a measure of one name changed by more than noise.

use super::LEVEL;
use super::batches::{Batch, Batches};
use super::rank_sum::{self, likeness};
use crate::SpanStatistics;
use crate::distributions::{student_quantile, two_sided_student};

/// Fewer batches a side than this give no evidence.
const BATCHES_MIN: usize = 12;

/// Batches whose neighbours are more alike are too short, and where they cannot be made longer the
/// recording is.
const LIKENESS_MAX: f64 = 0.3;

/// How much of the busy time of a name switches have to tell of on each side: what they do not is in
/// neither mean.
const KNOWN_LEAST: f64 = 0.99;

/// Values below this are taken for it where logarithms are formed, in ns.
const SMALLEST_NS: f64 = 0.5;

/// What of the spans of one name is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Mean busy time of a span, with children.
    Total,
    /// Mean self time of a span.
    SelfTime,
    /// Mean idle time of a span.
    Idle,
    /// Median busy time.
    P50,
    /// 99th percentile of busy time.
    P99,
    /// Mean time of a span on a processor, with children.
    Cpu,
    /// Mean time of a span entered but not on a processor, with children.
    Blocked,
}

/// A measure on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Over all spans before; 0 if there are none.
    pub before_ns: u64,
    /// Over all spans after; 0 if there are none.
    pub after_ns: u64,
    /// How far it shifted, where there is enough to compare.
    pub shift: Option<Shift>,
    /// What to make of it.
    pub verdict: Verdict,
}

/// An estimate of after / before. It is of the typical stretch of a recording, so that a few
/// outliers, which the values over all spans contain, do not make it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The ratio.
    pub ratio: f64,
    /// The least ratio that the recordings do not contradict.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// The chance of such a difference where nothing changed.
    pub p: f64,
    /// The same, corrected for the number of names.
    pub adjusted_p: f64,
    /// What was compared.
    pub evidence: Evidence,
}

/// What a [`Shift`] was estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Batches of successive spans of one recording a side, which do not show what varies from run
    /// to run.
    Batches {
        /// How many before.
        before: usize,
        /// How many after.
        after: usize,
        /// How many spans each holds.
        spans: u64,
    },
    /// Whole recordings.
    Recordings {
        /// How many before.
        before: usize,
        /// How many after.
        after: usize,
    },
}

/// What to make of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// More than noise and at least the threshold.
    Slower,
    /// The same in the other direction.
    Faster,
    /// Any change is smaller than the threshold: the whole interval lies within it.
    Same,
    /// Too few spans, or too much noise, to say any of the others.
    Unclear,
    /// There are spans after alone.
    New,
    /// There are spans before alone.
    Gone,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 7] = [
        Measure::Total,
        Measure::SelfTime,
        Measure::Idle,
        Measure::P50,
        Measure::P99,
        Measure::Cpu,
        Measure::Blocked,
    ];

    /// Whether it is known of a row: of time on processors nothing is said where switches tell of
    /// less than nearly all.
    pub(super) fn is_known(self, row: &SpanStatistics) -> bool {
        match self {
            Measure::Cpu | Measure::Blocked => {
                let known_ns = row.cpu_ns.saturating_add(row.blocked_ns);
                known_ns as f64 >= row.busy_ns as f64 * KNOWN_LEAST
            }
            _ => true,
        }
    }

    /// Over all spans of a row, in ns.
    pub(super) fn of_all(self, row: &SpanStatistics) -> f64 {
        let mean = |sum_ns: u64| sum_ns as f64 / row.spans.max(1) as f64;
        match self {
            Measure::Total => mean(row.busy_ns),
            Measure::SelfTime => mean(row.self_ns),
            Measure::Idle => mean(row.idle_ns),
            Measure::P50 => row.quantile_ns(0.5) as f64,
            Measure::P99 => row.quantile_ns(0.99) as f64,
            Measure::Cpu => mean(row.cpu_ns),
            Measure::Blocked => mean(row.blocked_ns),
        }
    }

    fn of_batch(self, batch: &Batch) -> f64 {
        let mean = |sum_ns: u64| sum_ns as f64 / batch.spans.max(1) as f64;
        match self {
            Measure::Total => mean(batch.busy_ns),
            Measure::SelfTime => mean(batch.self_ns),
            Measure::Idle => mean(batch.idle_ns),
            Measure::P50 => batch.quantile(0.5) as f64,
            Measure::P99 => batch.quantile(0.99) as f64,
            Measure::Cpu => mean(batch.cpu_ns),
            Measure::Blocked => mean(batch.blocked_ns),
        }
    }

    /// The logarithm of how many spans a batch needs to have such a value.
    fn least_size_log2(self) -> u32 {
        match self {
            Measure::P50 => 3,
            Measure::P99 => 7,
            _ => 0,
        }
    }

    fn of_batches(self, batches: &Batches) -> Vec<f64> {
        batches.full().iter().map(|batch| self.of_batch(batch)).collect()
    }
}

/// Compares the batches of one recording a side; nothing if there are too few, or if they are alike
/// however long they are made (G. S. Fishman, "Grouping observations in digital simulation",
/// Management Science 24, 1978).
pub(super) fn from_batches(measure: Measure, before: &Batches, after: &Batches) -> Option<Shift> {
    let size = before.size_log2().max(after.size_log2()).max(measure.least_size_log2());
    let mut sides = [before, after].map(|batches| batches.of_size(size));
    let are_alike = |sides: &[Batches; 2]| {
        let [before, after] = sides.each_ref().map(|side| measure.of_batches(side));
        likeness([&before, &after]) > LIKENESS_MAX
    };
    while sides.iter().all(|side| side.full().len() >= BATCHES_MIN) && are_alike(&sides) {
        sides.iter_mut().for_each(Batches::double);
    }
    if sides.iter().any(|side| side.full().len() < BATCHES_MIN) {
        return None;
    }
    let [before, after] = [&sides[0], &sides[1]].map(|batches| measure.of_batches(batches));
    let found = rank_sum::compare(&before, &after);
    Some(Shift {
        ratio: found.ratio,
        low: found.low,
        high: found.high,
        p: found.p,
        adjusted_p: found.p,
        evidence: Evidence::Batches {
            before: before.len(),
            after: after.len(),
            spans: 1 << sides[0].size_log2(),
        },
    })
}

/// Compares one value of each recording; nothing if there are fewer than three, or none on a side.
pub(super) fn from_recordings(before: &[f64], after: &[f64]) -> Option<Shift> {
    let freedom = (before.len() + after.len()).checked_sub(2).filter(|&freedom| freedom > 0)?;
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let [(mean_before, spread_before), (mean_after, spread_after)] = [before, after].map(moments);
    let variance = (spread_before + spread_after) / freedom as f64;
    let error = (variance * (1.0 / before.len() as f64 + 1.0 / after.len() as f64)).sqrt();
    // A clock that counts in nanoseconds makes equal values of spans that are not.
    let error = error.max(1e-9);
    let shift = mean_after - mean_before;
    let p = two_sided_student(shift / error, freedom as f64);
    let margin = error * student_quantile(LEVEL, freedom as f64);
    Some(Shift {
        ratio: shift.exp(),
        low: (shift - margin).exp(),
        high: (shift + margin).exp(),
        p,
        adjusted_p: p,
        evidence: Evidence::Recordings { before: before.len(), after: after.len() },
    })
}

/// The mean of the logarithms and the sum of their squared distances from it.
fn moments(values: &[f64]) -> (f64, f64) {
    let logarithms: Vec<f64> = values.iter().map(|value| value.max(SMALLEST_NS).ln()).collect();
    let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    (mean, logarithms.iter().map(|value| (value - mean).powi(2)).sum())
}

/// Raises every p to what it is among all of them: step-up, from the largest down.
pub(super) fn adjust(shifts: &mut [&mut Shift]) {
    let tests = shifts.len() as f64;
    shifts.sort_unstable_by(|a, b| b.p.total_cmp(&a.p));
    let mut least = 1.0_f64;
    for (index, shift) in shifts.iter_mut().enumerate() {
        let rank = tests - index as f64;
        least = least.min(shift.p * tests / rank);
        shift.adjusted_p = least;
    }
}

/// What a shift means for somebody to whom less than `threshold` does not matter.
pub(super) fn judge(shift: Option<&Shift>, threshold: f64) -> Verdict {
    let Some(shift) = shift else { return Verdict::Unclear };
    let (least, most) = (1.0 / (1.0 + threshold), 1.0 + threshold);
    let beyond_noise = shift.adjusted_p <= LEVEL;
    match shift.ratio {
        ratio if beyond_noise && ratio >= most && ratio > 1.0 => Verdict::Slower,
        ratio if beyond_noise && ratio <= least && ratio < 1.0 => Verdict::Faster,
        _ if shift.low >= least && shift.high <= most => Verdict::Same,
        _ => Verdict::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(ratio: f64, low: f64, high: f64, p: f64) -> Shift {
        let evidence = Evidence::Recordings { before: 1, after: 2 };
        Shift { ratio, low, high, p, adjusted_p: p, evidence }
    }

    /// The example of Benjamini and Hochberg's § 3.2, in which four of fifteen are found at 5 %.
    #[test]
    fn many_tests_at_once_are_corrected_as_published() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let mut shifts = p.map(|p| shift(1.1, 1.0, 1.2, p));
        adjust(&mut shifts.iter_mut().collect::<Vec<_>>());
        assert_eq!(shifts.iter().filter(|shift| shift.adjusted_p <= 0.05).count(), 4);
        assert!(shifts.iter().all(|shift| shift.adjusted_p >= shift.p && shift.adjusted_p <= 1.0));
        assert!((shifts[3].adjusted_p - 0.0095 * 15.0 / 4.0).abs() < 1e-12);
    }

    #[test]
    fn a_verdict_needs_both_evidence_and_size() {
        let judge = |found| judge(Some(&found), 0.02);
        assert_eq!(judge(shift(1.10, 1.05, 1.15, 0.001)), Verdict::Slower);
        assert_eq!(judge(shift(0.90, 0.85, 0.95, 0.001)), Verdict::Faster);
        assert_eq!(judge(shift(1.01, 1.005, 1.015, 0.001)), Verdict::Same);
        assert_eq!(judge(shift(1.00, 0.99, 1.01, 0.9)), Verdict::Same);
        assert_eq!(judge(shift(1.10, 0.95, 1.25, 0.2)), Verdict::Unclear);
        assert_eq!(judge(shift(1.015, 1.005, 1.025, 0.001)), Verdict::Unclear);
        assert_eq!(super::judge(None, 0.02), Verdict::Unclear);
    }

    /// Student's test of 1.0 ± 0.1 against 1.5 ± 0.1 by hand: t = 0.5 / (0.1 · √(2/3)) = 6.12.
    #[test]
    fn recordings_are_compared_by_student_s_test_on_logarithms() {
        let exp = |values: [f64; 3]| values.map(f64::exp);
        let found = from_recordings(&exp([0.9, 1.0, 1.1]), &exp([1.4, 1.5, 1.6])).unwrap();
        assert!((found.ratio - 0.5_f64.exp()).abs() < 1e-12);
        assert!(
            (found.p - two_sided_student(0.5 / (0.1 * (2.0_f64 / 3.0).sqrt()), 4.0)).abs() < 1e-9
        );
        assert!(found.low > 1.0 && found.p < 0.01);
        assert_eq!(from_recordings(&[1.0], &[2.0]), None);
        assert_eq!(from_recordings(&[1.0, 2.0, 3.0], &[]), None);
    }
}
