//! One frame at one rate.

use super::SampleTimer;
use super::interval::{relative_standard_error, wilson};

/// A time, and what samplers would have counted in it.
#[derive(Clone, Debug, Default)]
pub struct Sampled {
    /// How long it truly was.
    pub busy_ns: u64,
    /// How much of it recording took; `None` if the recording does not hold its probe cost.
    pub probe_ns: Option<f64>,
    /// By how much that may be off.
    pub probe_doubt_ns: Option<f64>,
    /// The samples at each rate.
    pub taken: Vec<Taken>,
}

/// The samples that fell into a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Taken {
    /// Of a sampler that looks once in each period, anywhere in it.
    pub jittered: u64,
    /// Of a sampler that looks at independent random moments.
    pub poisson: u64,
    /// Of a sampler that looks at the same place of each period.
    pub periodic: u64,
    /// How much what the periodic sampler counts depends on when it started: the variance over its
    /// possible starts, of which chance alone would make 1.
    pub dispersion: f64,
}

impl Taken {
    /// The samples of the sampler with this timer.
    pub fn by(&self, timer: SampleTimer) -> u64 {
        match timer {
            SampleTimer::Jittered => self.jittered,
            SampleTimer::Poisson => self.poisson,
            SampleTimer::Periodic => self.periodic,
        }
    }
}

/// What a sampler says of a frame, beside what is true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The true share of busy time.
    pub share: f64,
    /// The samples to be expected.
    pub expected: f64,
    /// The samples taken.
    pub samples: u64,
    /// The share of the samples.
    pub reported: f64,
    /// The lower end of the reported share's 95 % interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How wrong the reported share is, relative to the true one: −1 for a frame that was missed.
    /// `None` for a frame that had no time.
    pub error: Option<f64>,
    /// The relative standard error that theory expects.
    pub standard_error: f64,
}

impl Reading {
    /// `samples` in `busy_ns`, of `everything`: its time and all samples.
    pub(super) fn new(busy_ns: u64, samples: u64, everything: (u64, u64), hz: u32) -> Reading {
        let (all_ns, all) = everything;
        let share = busy_ns as f64 / all_ns.max(1) as f64;
        let per_ns = f64::from(hz) / 1e9;
        let reported = samples as f64 / all.max(1) as f64;
        let (low, high) = wilson(samples, all);
        Reading {
            share,
            expected: busy_ns as f64 * per_ns,
            samples,
            reported,
            low,
            high,
            error: (busy_ns > 0).then(|| reported / share - 1.0),
            standard_error: relative_standard_error(share, all_ns as f64 * per_ns),
        }
    }

    /// Whether there was something, and no sample saw it.
    pub fn is_missed(&self) -> bool {
        self.samples == 0 && self.share > 0.0
    }

    /// Whether the true share is in the reported interval.
    pub fn covers(&self) -> bool {
        (self.low..=self.high).contains(&self.share)
    }
}
