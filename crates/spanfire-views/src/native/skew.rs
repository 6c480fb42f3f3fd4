//! Whether the two clocks agree.
//!
//! All samples are shifted in time, and the share of them that fall into the right span is counted: a
//! sample is right if the function that holds the span is in its native stack. Where the clocks
//! agree that share is highest at no shift, and falls on both sides as soon as the shift is about as
//! long as spans are. No clock is trusted for this: the program's own stacks are the witness.

use super::join::Joiner;
use super::samples::NativeSamples;
use super::symbols::NativeSymbols;
use crate::Replay;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Error};

/// What samples are shifted by, in ns.
pub const SHIFTS_NS: [i64; 21] = [
    -50_000, -30_000, -20_000, -15_000, -10_000, -7_000, -5_000, -3_000, -2_000, -1_000, 0, 1_000,
    2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 30_000, 50_000,
];

/// A share that is lower by less belongs to the plateau.
const PLATEAU: f64 = 0.001;

/// Fewer samples say nothing.
const FEWEST: u64 = 100;

/// How many samples fall into the right span, for each shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skew {
    /// In the order of [`SHIFTS_NS`].
    pub points: Vec<SkewPoint>,
}

/// One shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkewPoint {
    /// What all samples' times are moved by.
    pub shift_ns: i64,
    /// How many samples then fall into a span whose function is known.
    pub checked: u64,
    /// How many of them have that function in their stack.
    pub right: u64,
}

/// What the shares say of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkewVerdict {
    /// No shift is better than none.
    Joins {
        /// The earliest and the latest shift that are as good.
        plateau_ns: (i64, i64),
    },
    /// Another shift is better.
    Off {
        /// The best.
        shift_ns: i64,
    },
    /// Too few samples can be checked, or their stacks do not hold the spans' functions.
    Unproven,
}

impl SkewPoint {
    /// The share that is right.
    pub fn share(&self) -> f64 {
        if self.checked == 0 { 0.0 } else { self.right as f64 / self.checked as f64 }
    }
}

impl Skew {
    /// Tries all shifts in one replay.
    pub fn of(
        replay: &Replay<'_>,
        samples: &NativeSamples,
        symbols: &NativeSymbols,
    ) -> Result<Skew, Error> {
        let joiner = Joiner::new(replay.recording(), samples, None, &SHIFTS_NS);
        let found = replay.run(joiner)?.observer.found;
        let mut holds: FxHashMap<(CallsiteId, u32), bool> = FxHashMap::default();
        let mut points = Vec::with_capacity(SHIFTS_NS.len());
        for (&shift_ns, found) in SHIFTS_NS.iter().zip(&found) {
            let mut point = SkewPoint { shift_ns, checked: 0, right: 0 };
            for (fell, &count) in found {
                let Some(holders) = symbols.holders(fell.callsite) else { continue };
                let right = *holds.entry((fell.callsite, fell.stack)).or_insert_with(|| {
                    let stack = symbols.expand(samples.stack(fell.stack));
                    stack.iter().any(|function| holders.contains(function))
                });
                point.checked += count;
                point.right += if right { count } else { 0 };
            }
            points.push(point);
        }
        Ok(Skew { points })
    }

    /// The share that is right without a shift.
    pub fn unshifted(&self) -> SkewPoint {
        self.points.iter().find(|point| point.shift_ns == 0).copied().unwrap_or_default()
    }

    /// What follows.
    pub fn verdict(&self) -> SkewVerdict {
        let unshifted = self.unshifted();
        let better = |a: &&SkewPoint, b: &&SkewPoint| {
            a.share().total_cmp(&b.share()).then(a.right.cmp(&b.right))
        };
        let best = self.points.iter().max_by(better);
        let Some(best) = best else { return SkewVerdict::Unproven };
        if best.checked < FEWEST || best.share() < 0.5 {
            return SkewVerdict::Unproven;
        }
        let as_good = |point: &&SkewPoint| point.share() >= best.share() - PLATEAU;
        if !as_good(&&unshifted) {
            return SkewVerdict::Off { shift_ns: best.shift_ns };
        }
        let (before, after): (Vec<&SkewPoint>, Vec<&SkewPoint>) =
            self.points.iter().partition(|point| point.shift_ns <= 0);
        let last = |points: &mut dyn Iterator<Item = &SkewPoint>| {
            points.take_while(as_good).last().map_or(0, |point| point.shift_ns)
        };
        let plateau_ns =
            (last(&mut before.iter().rev().copied()), last(&mut after.iter().copied()));
        SkewVerdict::Joins { plateau_ns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skew(share: impl Fn(i64) -> u64) -> Skew {
        let point = |shift_ns| SkewPoint { shift_ns, checked: 1_000, right: share(shift_ns) };
        Skew { points: SHIFTS_NS.map(point).to_vec() }
    }

    #[test]
    fn a_plateau_around_no_shift_says_that_the_clocks_join() {
        let skew = skew(|shift| if (-5_000..=3_000).contains(&shift) { 1_000 } else { 700 });
        assert_eq!(skew.verdict(), SkewVerdict::Joins { plateau_ns: (-5_000, 3_000) });
    }

    #[test]
    fn a_better_shift_than_none_says_that_they_do_not() {
        let skew = skew(|shift| if shift >= 7_000 { 1_000 } else { 600 });
        assert_eq!(skew.verdict(), SkewVerdict::Off { shift_ns: 50_000 });
    }

    #[test]
    fn stacks_that_never_hold_the_function_prove_nothing() {
        assert_eq!(skew(|_| 10).verdict(), SkewVerdict::Unproven);
    }
}
