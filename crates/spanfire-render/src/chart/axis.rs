//! Time on the horizontal axis.

use std::ops::Range;

/// How much room a tick's label needs, in px.
const TICK_ROOM: f64 = 90.0;

/// A range of time laid over a range of px.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    range_ns: Range<u64>,
    left: f64,
    right: f64,
}

/// A labelled moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub x: f64,
    pub label: String,
}

impl Axis {
    /// An axis of at least 1 ns, so that it always has a scale.
    pub(super) fn new(range_ns: Range<u64>, left: f64, right: f64) -> Axis {
        let end = range_ns.end.max(range_ns.start.saturating_add(1));
        Axis { range_ns: range_ns.start..end, left, right }
    }

    pub(super) fn length_ns(&self) -> u64 {
        self.range_ns.end - self.range_ns.start
    }

    pub(super) fn left(&self) -> f64 {
        self.left
    }

    pub(super) fn right(&self) -> f64 {
        self.right
    }

    /// Where a moment lies; what is outside the range lies on its edge.
    pub(super) fn x(&self, at_ns: u64) -> f64 {
        let at_ns = at_ns.clamp(self.range_ns.start, self.range_ns.end) - self.range_ns.start;
        self.left + (self.right - self.left) * (at_ns as f64 / self.length_ns() as f64)
    }

    /// How long a distance is, in ns, at least 1.
    pub(super) fn ns(&self, distance: f64) -> u64 {
        (distance / (self.right - self.left) * self.length_ns() as f64).ceil().max(1.0) as u64
    }

    /// Ticks at round times since the range's start, as close as their labels allow.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let step_ns = round_step(self.ns(TICK_ROOM));
        (0..=self.length_ns() / step_ns)
            .map(|number| number * step_ns)
            .map(|at_ns| Tick {
                x: self.x(self.range_ns.start + at_ns),
                label: tick_label(at_ns, step_ns, self.length_ns()),
            })
            .collect()
    }
}

/// The next of 1, 2, 5, 10, 20, … that is at least `least`.
fn round_step(least: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for factor in [1, 2, 5] {
            match power.checked_mul(factor) {
                Some(step) if step < least => {}
                step => return step.unwrap_or(u64::MAX),
            }
        }
        power = power.saturating_mul(10);
    }
}

/// The time in the unit that suits the whole axis, with the decimals that the step needs.
fn tick_label(at_ns: u64, step_ns: u64, length_ns: u64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    let (unit_ns, unit) =
        units.into_iter().find(|&(unit_ns, _)| length_ns >= unit_ns).unwrap_or((1, "ns"));
    let decimals =
        (0..9).find(|&digits| (step_ns * 10u64.pow(digits)).is_multiple_of(unit_ns)).unwrap_or(9);
    match (at_ns, decimals) {
        (0, _) => "0".to_owned(),
        (_, 0) => format!("{} {unit}", at_ns / unit_ns),
        _ => {
            let fraction = at_ns % unit_ns / (unit_ns / 10u64.pow(decimals));
            format!("{}.{fraction:0width$} {unit}", at_ns / unit_ns, width = decimals as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(length_ns: u64, expected: &[&str]) {
        let axis = Axis::new(1_000..1_000 + length_ns, 100.0, 600.0);
        let labels: Vec<String> = axis.ticks().into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn ticks_stand_at_round_times() {
        check(0, &["0", "1 ns"]);
        check(10, &["0", "2 ns", "4 ns", "6 ns", "8 ns", "10 ns"]);
        check(1_000, &["0", "0.2 µs", "0.4 µs", "0.6 µs", "0.8 µs", "1.0 µs"]);
        check(7_300_000, &["0", "2 ms", "4 ms", "6 ms"]);
        check(1_300_000_000, &["0", "0.5 s", "1.0 s"]);
        check(3_600_000_000_000, &["0", "1000 s", "2000 s", "3000 s"]);
    }

    #[test]
    fn moments_outside_the_range_lie_on_its_edge() {
        let axis = Axis::new(100..200, 10.0, 20.0);
        assert_eq!([0, 100, 150, 200, 900].map(|at| axis.x(at)), [10.0, 10.0, 15.0, 20.0, 20.0]);
    }

    #[test]
    fn the_longest_range_has_ticks() {
        let axis = Axis::new(0..u64::MAX, 0.0, 500.0);
        assert!((2..=6).contains(&axis.ticks().len()));
    }
}
