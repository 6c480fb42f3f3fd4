//! Ticks and nanoseconds.

use crate::Tick;
use minicbor::{Decode, Encode};

/// The clock a recording's ticks were read from.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClockInfo {
    /// What is read.
    #[n(0)]
    pub source: ClockSource,
    /// Nanoseconds per tick as calibrated before the first event.
    #[n(1)]
    pub nanos_per_tick: f64,
    /// What the kernel itself keeps time with (`tsc`, `kvm-clock`), where it tells.
    #[n(2)]
    pub kernel_source: Option<String>,
    /// A reason to distrust the clock, in words.
    #[n(3)]
    pub warning: Option<String>,
}

/// What a tick is a reading of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ClockSource {
    /// The processor's counter (TSC, or the ARM system counter).
    #[n(0)]
    Counter,
    /// The operating system's monotonic clock, in nanoseconds.
    #[n(1)]
    Monotonic,
    /// A clock that a test drives, in nanoseconds.
    #[n(2)]
    Manual,
}

/// The same moment on three clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Anchor {
    /// The recording's clock.
    #[n(0)]
    pub tick: u64,
    /// The monotonic clock, in ns since some moment before the first anchor.
    #[n(1)]
    pub monotonic_ns: u64,
    /// The wall clock, in ns since the Unix epoch.
    #[n(2)]
    pub unix_ns: u64,
    /// How far apart the two ticks around the monotonic reading were: the anchor's uncertainty.
    #[n(3)]
    pub uncertainty_ticks: u64,
}

/// Turns ticks into nanoseconds since the recording's start.
///
/// Piecewise linear through the anchors, continuous and monotonic. A tick is turned into
/// nanoseconds once and durations are differences of the results, so that sums telescope exactly.
#[derive(Clone, Debug)]
pub struct Timebase {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    tick: u64,
    ns: u64,
    /// ns per tick as a fixed-point number with 32 fractional bits.
    rate: u64,
    /// Never exceed the next piece's start.
    end_ns: u64,
}

/// Anchors closer than this fix the rate worse than the calibration at start does.
const SHORTEST_CORRECTION_NS: u64 = 500_000_000;

impl Timebase {
    /// The timebase of `clock`, corrected by `anchors` (in tick order; others are passed over).
    pub fn new(clock: &ClockInfo, anchors: &[Anchor]) -> Timebase {
        let nominal = fixed_point(clock.nanos_per_tick);
        let Some(first) = anchors.first() else {
            return Timebase {
                pieces: vec![Piece { tick: 0, ns: 0, rate: nominal, end_ns: u64::MAX }],
            };
        };
        let mut knots = vec![*first];
        if clock.source != ClockSource::Manual {
            for anchor in &anchors[1..] {
                let last = knots[knots.len() - 1];
                let far = anchor.monotonic_ns.saturating_sub(last.monotonic_ns);
                if anchor.tick > last.tick && far >= SHORTEST_CORRECTION_NS {
                    knots.push(*anchor);
                }
            }
        }
        let mut pieces: Vec<Piece> = Vec::with_capacity(knots.len());
        for pair in knots.windows(2) {
            let rate = (pair[1].monotonic_ns - pair[0].monotonic_ns) as f64
                / (pair[1].tick - pair[0].tick) as f64;
            pieces.push(Piece {
                tick: pair[0].tick,
                ns: pair[0].monotonic_ns - first.monotonic_ns,
                rate: fixed_point(rate),
                end_ns: pair[1].monotonic_ns - first.monotonic_ns,
            });
        }
        let last = knots[knots.len() - 1];
        let rate = pieces.last().map_or(nominal, |piece| piece.rate);
        pieces.push(Piece {
            tick: last.tick,
            ns: last.monotonic_ns - first.monotonic_ns,
            rate,
            end_ns: u64::MAX,
        });
        Timebase { pieces }
    }

    /// Nanoseconds from the recording's start to `tick`; 0 for earlier ticks.
    #[inline]
    pub fn ns(&self, tick: Tick) -> u64 {
        let last = &self.pieces[self.pieces.len() - 1];
        if tick.0 >= last.tick {
            return last.ns(tick);
        }
        let after = self.pieces.partition_point(|piece| piece.tick <= tick.0);
        match after {
            0 => 0,
            after => self.pieces[after - 1].ns(tick),
        }
    }
}

impl Piece {
    #[inline]
    fn ns(&self, tick: Tick) -> u64 {
        let ticks = u128::from(tick.0 - self.tick);
        let ns = u128::from(self.ns) + ((ticks * u128::from(self.rate)) >> 32);
        u64::try_from(ns).unwrap_or(u64::MAX).min(self.end_ns)
    }
}

/// A rate with 32 fractional bits: 1e-10 relative for rates near 1. A rate that makes no sense is
/// taken as one nanosecond per tick.
fn fixed_point(rate: f64) -> u64 {
    let scaled = rate * (1u64 << 32) as f64;
    if scaled.is_finite() && (1.0..=1e15).contains(&scaled) {
        scaled.round() as u64
    } else {
        1 << 32
    }
}
