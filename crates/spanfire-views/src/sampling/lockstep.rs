//! Where a periodic sampler would have been misled.
//!
//! A program whose own period is that of the sampler, or a multiple, shows it the same place of its
//! loop again and again: a frame that takes a tenth of a 1.000 ms loop is in every sample at 1,000 Hz, or in
//! none, depending on when the sampler started. So the sampler is started at many places of its period,
//! and the counts are compared:
//!
//! ```text
//! the program   |#.........|#.........|#.........|      # the frame
//! from start 0   x          x          x                100 %
//! from start 4       x          x          x              0 %
//! ```
//!
//! By chance alone the counts' variance around what is expected is at most what is expected (Poisson), and
//! slices longer than the period make it smaller. That variance over the starts follows one recording's chances, so it scatters
//! itself: in the worst case, slices of half a period, it is nearly exponentially distributed with mean 1. Twenty
//! times as much happens once in 10⁸ frames, and in lockstep with n samples it is about n.

use super::timer::PHASES;
use super::{FramePart, SamplingEstimate};

/// From this [dispersion](super::Taken::dispersion) on, it is not chance.
pub const LOCKSTEP_DISPERSION: f64 = 20.0;

/// From this relative error on, lockstep matters.
pub const LOCKSTEP_ERROR: f64 = 0.1;

/// A frame about which a periodic sampler of some rate says what its start decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lockstep {
    /// The index of the frame.
    pub frame: usize,
    /// Which time of it.
    pub part: FramePart,
    /// The relative standard error over all starts.
    pub error: f64,
}

/// The variance of the counts over all starts, as a multiple of what chance makes.
pub(super) fn dispersion(phases: &[u64; PHASES], busy_ns: u64, hz: u32) -> f64 {
    let expected = busy_ns as f64 * f64::from(hz) / 1e9;
    if expected <= 0.0 {
        return 0.0;
    }
    let squares = phases.iter().map(|&count| (count as f64 - expected).powi(2));
    squares.sum::<f64>() / (PHASES as f64 * expected)
}

impl SamplingEstimate {
    /// The frames in lockstep with a periodic sampler of this rate, the worst first. A frame's own time is
    /// listed where not all of it is.
    pub fn lockstep(&self, rate: usize) -> Vec<Lockstep> {
        let hz = f64::from(self.rates_hz[rate]);
        let part = |frame: usize, part: FramePart| {
            let time = self.frames[frame].part(part);
            let dispersion = time.taken[rate].dispersion;
            let error = (dispersion * 1e9 / (time.busy_ns.max(1) as f64 * hz)).sqrt();
            let locked = dispersion >= LOCKSTEP_DISPERSION && error >= LOCKSTEP_ERROR;
            locked.then_some(Lockstep { frame, part, error })
        };
        let either = |frame| part(frame, FramePart::Total).or_else(|| part(frame, FramePart::Own));
        let mut locked: Vec<Lockstep> = (1..self.frames.len()).filter_map(either).collect();
        locked.sort_by(|a, b| b.error.total_cmp(&a.error));
        locked
    }
}
