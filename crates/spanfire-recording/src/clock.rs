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
    /// A clock that a test or an import sets, in nanoseconds.
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
    /// Linux's `CLOCK_MONOTONIC_RAW`, in ns, where it was read: the times of native samples are
    /// readings of it.
    #[n(4)]
    pub raw_ns: Option<u64>,
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
        let knots = knots(clock, first, anchors);
        let mut pieces: Vec<Piece> = Vec::with_capacity(knots.len());
        for pair in knots.windows(2) {
            pieces.push(Piece {
                tick: pair[0].tick,
                ns: pair[0].monotonic_ns - first.monotonic_ns,
                rate: fixed_point(rate(&pair[0], &pair[1])),
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

/// The anchors that the timebase goes through: the first, and each that is late enough after the one
/// before.
fn knots(clock: &ClockInfo, first: &Anchor, anchors: &[Anchor]) -> Vec<Anchor> {
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
    knots
}

/// How well a recording's ticks are known as times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// How far a time may be off. The largest uncertainty of an anchor, and what the anchors say of
    /// the line between them: the largest distance of one from the line through its two neighbours,
    /// or, of one too close to the last to be gone through, from the timebase.
    pub error_ns: u64,
    /// By how much the rate measured at the start differs from that between the first and the last
    /// anchor, in millionths: what the anchors correct. `None` without two anchors half a second
    /// apart.
    pub corrected_ppm: Option<f64>,
}

impl Calibration {
    /// What `anchors` say of `clock`. `None` without anchors.
    pub fn of(clock: &ClockInfo, anchors: &[Anchor]) -> Option<Calibration> {
        let first = anchors.first()?;
        let knots = knots(clock, first, anchors);
        let ticks = anchors.iter().map(|anchor| anchor.uncertainty_ticks).max()?;
        let uncertainty_ns = ticks as f64 * clock.nanos_per_tick.max(0.0);
        let at_knots = knots.windows(3).map(|three| off_the_line(&three[0], &three[1], &three[2]));
        let timebase = Timebase::new(clock, anchors);
        let since = |anchor: &Anchor| anchor.monotonic_ns.saturating_sub(first.monotonic_ns);
        let between = anchors
            .iter()
            .map(|anchor| since(anchor).abs_diff(timebase.ns(Tick(anchor.tick))) as f64);
        let off_ns = at_knots.chain(between).fold(0.0, f64::max);
        let last = &knots[knots.len() - 1];
        let corrected_ppm = (knots.len() > 1)
            .then(|| (clock.nanos_per_tick / rate(first, last) - 1.0) * 1e6)
            .filter(|ppm| ppm.is_finite());
        Some(Calibration { error_ns: (uncertainty_ns + off_ns).ceil() as u64, corrected_ppm })
    }
}

/// ns per tick from one knot to a later one.
fn rate(from: &Anchor, to: &Anchor) -> f64 {
    (to.monotonic_ns - from.monotonic_ns) as f64 / (to.tick - from.tick) as f64
}

fn off_the_line(from: &Anchor, middle: &Anchor, to: &Anchor) -> f64 {
    let expected = (middle.tick - from.tick) as f64 * rate(from, to);
    ((middle.monotonic_ns - from.monotonic_ns) as f64 - expected).abs()
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
