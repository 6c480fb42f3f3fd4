//! Which of the two to believe.
//!
//! A sampler's error comes from chance and shrinks with a frame's share; that of the spans comes
//! from what recording adds, and grows with how often a frame was entered. Each is weighed by its
//! typical size: the standard error, and the bias of the raw times.

use super::{Sampled, SamplingEstimate, relative_standard_error};

/// An error up to this is none: both instruments are right.
pub const GOOD_ENOUGH: f64 = 0.05;

/// Which instrument has the smaller error for a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// The sampler.
    Sampler,
    /// The spans, raw.
    Spans,
    /// Neither is wrong by more than [`GOOD_ENOUGH`].
    Either,
}

impl SamplingEstimate {
    /// Which instrument to believe about a frame's time, the sampler being of this rate; `None` where the probe cost
    /// is not known.
    pub fn belief(&self, of: &Sampled, rate: usize) -> Option<Belief> {
        let bias = of.bias()?;
        let share = of.busy_ns as f64 / self.busy_ns().max(1) as f64;
        let chance = relative_standard_error(share, self.expected(rate));
        Some(match bias.max(chance) <= GOOD_ENOUGH {
            true => Belief::Either,
            false if chance < bias => Belief::Sampler,
            false => Belief::Spans,
        })
    }

    /// The share from which on a sampler of this rate errs less than the spans of the typical
    /// frame, whose bias is the median of all frames that have time: where theory's line crosses
    /// it. `None` where the probe cost is not known or nothing.
    pub fn crossing(&self, rate: usize) -> Option<Crossing> {
        let bias = self.median_bias().filter(|&bias| bias > 0.0)?;
        // √((1−p)/(pn)) = bias, solved for p.
        let share = 1.0 / (1.0 + bias * bias * self.expected(rate));
        Some(Crossing { share, bias })
    }

    /// The bias that half of all frames exceed.
    pub fn median_bias(&self) -> Option<f64> {
        let timed = self.frames.iter().skip(1).filter(|frame| frame.total.busy_ns > 0);
        let biases: Option<Vec<f64>> = timed.map(|frame| frame.total.bias()).collect();
        median(biases?)
    }
}

/// Where a sampler and the spans err alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The share.
    pub share: f64,
    /// The error of both.
    pub bias: f64,
}

/// The middle value, or the mean of the two middle ones.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.len() / 2;
    let lower = values.len().checked_sub(1)? / 2;
    Some((values[lower] + values[upper]) / 2.0)
}
