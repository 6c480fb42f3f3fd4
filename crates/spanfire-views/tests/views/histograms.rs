//! The histogram against exact counts.

use proptest::prelude::*;
use spanfire_views::{Histogram, assign_rows};

fn durations() -> impl Strategy<Value = Vec<u64>> {
    let any_size = (0u32..64, any::<u64>()).prop_map(|(bits, value)| value >> bits);
    proptest::collection::vec(any_size, 1..300)
}

fn histogram(durations: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    durations.iter().for_each(|&ns| histogram.record(ns));
    histogram
}

proptest! {
    #[test]
    fn a_quantile_is_exact_to_within_one_in_256(mut durations in durations(), q in 0.0..=1.0) {
        let estimate = histogram(&durations).quantile(q);
        durations.sort_unstable();
        let rank = (q * durations.len() as f64).ceil().max(1.0) as usize;
        let exact = durations[rank - 1];
        prop_assert!(estimate.abs_diff(exact) <= exact / 256 + 1, "{estimate} for {exact}");
        prop_assert!(exact >= 128 || estimate == exact);
    }

    #[test]
    fn merging_is_recording_all(left in durations(), right in durations()) {
        let mut merged = histogram(&left);
        merged.merge(&histogram(&right));
        prop_assert_eq!(merged, histogram(&[left, right].concat()));
    }

    #[test]
    fn every_duration_is_in_the_bucket_that_holds_it(ns in durations(), n in 1u64..9) {
        let mut counted = 0;
        for &ns in &ns {
            let mut single = Histogram::default();
            single.record_n(ns, n);
            let buckets: Vec<(u64, u64, u64)> = single.buckets().collect();
            prop_assert_eq!(buckets.len(), 1);
            let (lower, upper, count) = buckets[0];
            prop_assert!((lower..=upper).contains(&ns) && count == n);
            prop_assert!(upper - lower <= lower / 128);
            counted += count;
        }
        prop_assert_eq!(counted, n * ns.len() as u64);
    }

    #[test]
    fn rows_hold_no_overlap_and_are_as_few_as_can_be(
        mut intervals in proptest::collection::vec((0u64..100, 1u64..30), 0..60),
    ) {
        intervals.sort_unstable();
        let intervals: Vec<(u64, u64)> =
            intervals.into_iter().map(|(start, length)| (start, start + length)).collect();
        let rows = assign_rows(&intervals);
        for (a, first) in intervals.iter().enumerate() {
            for (b, second) in intervals.iter().enumerate().skip(a + 1) {
                let overlap = first.0 < second.1 && second.0 < first.1;
                prop_assert!(!overlap || rows[a] != rows[b]);
            }
        }
        let open_at = |at: u64| intervals.iter().filter(|(start, end)| (*start..*end).contains(&at)).count();
        let needed = intervals.iter().map(|&(start, _)| open_at(start)).max().unwrap_or(0);
        prop_assert_eq!(rows.iter().map(|row| row + 1).max().unwrap_or(0), needed);
    }
}

#[test]
fn an_empty_histogram_has_no_quantile() {
    assert_eq!(Histogram::default().quantile(0.5), 0);
}
