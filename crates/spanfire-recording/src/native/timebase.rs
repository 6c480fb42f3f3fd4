//! The kernel's raw monotonic clock, as time of the recording.

use crate::{Anchor, Tick, Timebase};

/// Turns readings of `CLOCK_MONOTONIC_RAW` into nanoseconds since the recording's start.
///
/// Straight lines through the anchors that have such a reading. Neither clock is steered, so what
/// lies between two anchors is right to the anchors' own uncertainty.
#[derive(Clone, Debug)]
pub struct RawTimebase {
    /// Raw reading and ns since the start, both increasing; never empty.
    knots: Vec<(u64, u64)>,
}

/// Anchors closer than this say less of the rate than they are uncertain.
const SHORTEST_PIECE_NS: u64 = 500_000_000;

impl RawTimebase {
    /// The timebase of `anchors`; `None` if none of them has a reading.
    pub(crate) fn new(timebase: &Timebase, anchors: &[Anchor]) -> Option<RawTimebase> {
        let mut knots: Vec<(u64, u64)> = Vec::new();
        for anchor in anchors {
            let Some(raw_ns) = anchor.raw_ns else { continue };
            let ns = timebase.ns(Tick(anchor.tick));
            let late = knots.last().is_none_or(|&(last_raw, last_ns)| {
                let far = |now: u64, last| now.saturating_sub(last) >= SHORTEST_PIECE_NS;
                far(raw_ns, last_raw) && far(ns, last_ns)
            });
            if late {
                knots.push((raw_ns, ns));
            }
        }
        (!knots.is_empty()).then_some(RawTimebase { knots })
    }

    /// Nanoseconds from the recording's start to the moment of `raw_ns`; `None` before its start.
    pub fn ns(&self, raw_ns: u64) -> Option<u64> {
        let after = self.knots.partition_point(|&(raw, _)| raw <= raw_ns);
        // Behind the last knot, and before the first, the piece beside goes on.
        let at = after.saturating_sub(1).min(self.knots.len().saturating_sub(2));
        let (raw, ns) = self.knots[at];
        let (raw_passed, ns_passed) = match self.knots.get(at + 1) {
            Some((next_raw, next_ns)) => (next_raw - raw, next_ns - ns),
            None => (1, 1),
        };
        let since = i128::from(raw_ns) - i128::from(raw);
        let moved = (since * i128::from(ns_passed)).div_euclid(i128::from(raw_passed));
        u64::try_from(i128::from(ns) + moved).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClockInfo, ClockSource};

    fn anchor(tick: u64, monotonic_ns: u64, raw_ns: Option<u64>) -> Anchor {
        Anchor { tick, monotonic_ns, unix_ns: 0, uncertainty_ticks: 0, raw_ns }
    }

    fn timebase(anchors: &[Anchor]) -> Option<RawTimebase> {
        let (source, nanos_per_tick) = (ClockSource::Counter, 0.5);
        let clock = ClockInfo { source, nanos_per_tick, kernel_source: None, warning: None };
        RawTimebase::new(&Timebase::new(&clock, anchors), anchors)
    }

    #[test]
    fn a_raw_reading_becomes_the_time_of_the_tick_beside_it() {
        // The raw clock is 100 ppm faster than the other in the first second, and then as fast.
        let second = 1_000_000_000;
        let anchors = [
            anchor(1_000, 7, Some(5_000)),
            anchor(1_000 + 2 * second, 7 + second, Some(5_000 + second + 100_000)),
            anchor(1_000 + 4 * second, 7 + 2 * second, Some(5_000 + 2 * second + 100_000)),
        ];
        let raw = timebase(&anchors).expect("there are raw readings");
        for (raw_ns, ns) in [
            (5_000, Some(0)),
            (5_000 + (second + 100_000) / 2, Some(second / 2)),
            (5_000 + second + 100_000, Some(second)),
            (5_000 + second + 100_500, Some(second + 500)),
            (5_000 + 4 * second + 100_000, Some(4 * second)),
            (4_000, None),
            (u64::MAX, Some(u64::MAX - 5_000 - 100_000)),
        ] {
            assert_eq!(raw.ns(raw_ns), ns, "{raw_ns}");
        }
    }

    #[test]
    fn without_a_rate_of_its_own_a_raw_nanosecond_is_one() {
        assert!(timebase(&[anchor(0, 0, None)]).is_none());
        let near = [anchor(0, 0, Some(70)), anchor(20, 10, Some(95)), anchor(9, 9, None)];
        let raw = timebase(&near).expect("there are raw readings");
        assert_eq!([raw.ns(70), raw.ns(1_070), raw.ns(69)], [Some(0), Some(1_000), None]);
    }
}
