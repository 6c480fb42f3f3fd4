//! What a sampling profiler would have reported, had it watched what was recorded.
//!
//! Takes a replay and the rates to try; gives, for every frame of the merged graph and for every
//! name, the true share, and what samplers of each rate would have said of it: how many samples,
//! the share they make, its interval. From one replay for all rates, in memory that grows with the
//! number of different stacks and not with time.
//!
//! - `timer`: when a sampler looks
//! - `tally`: samplers at work
//! - `frames`: from stacks to frames and names
//! - `reading`: one frame at one rate
//! - `interval`: what so many samples tell of a share
//! - `probes`: what recording did to a frame
//! - `verdict`: which of the two to believe
//! - `groups`: frames of one depth, and of one size
//! - `lockstep`: where a periodic sampler would have been misled
//! - `cost`: what sampling itself costs
//!
//! A share is a part of the *busy* time of all selected lanes. Stacks are physical, since these
//! are all that a sampler can see. A sampler is taken to be ideal: it loses nothing and is never
//! late, so that what is left is the error of sampling itself.

mod timer;
mod tally;
mod frames;
mod reading;
mod interval;
mod probes;
mod verdict;
mod groups;
mod lockstep;
mod cost;

pub use cost::{SAMPLE_COST_NS, SAMPLED_FRAME_COST_NS, SAMPLED_FRAMES, sampling_cost};
pub use groups::{FrameGroup, FramePart, GroupReading};
pub use interval::{relative_standard_error, wilson};
pub use lockstep::{LOCKSTEP_DISPERSION, LOCKSTEP_ERROR, Lockstep};
pub use reading::{Reading, Sampled, Taken};
pub use verdict::{Belief, Crossing, GOOD_ENOUGH};

use crate::Replay;
use spanfire_recording::{Callsite, CallsiteId, Error};
use tally::Tally;

/// Which samplers are tried.
#[derive(Clone, Debug)]
pub struct SamplingOptions {
    /// Samples per second and lane, each at least 1.
    pub rates_hz: Vec<u32>,
    /// When samplers look; the [readings](SamplingEstimate::reading) are by this one.
    pub timer: SampleTimer,
    /// What chance depends on.
    pub seed: u64,
}

/// When a sampler looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleTimer {
    /// Once in each period, anywhere in it.
    #[default]
    Jittered,
    /// At independent random moments.
    Poisson,
    /// Once in each period, always at the same place in it.
    Periodic,
}

impl Default for SamplingOptions {
    fn default() -> Self {
        SamplingOptions { rates_hz: vec![99, 999, 4_999], timer: SampleTimer::default(), seed: 1 }
    }
}

/// What samplers of several rates would have reported.
#[derive(Clone, Debug)]
pub struct SamplingEstimate {
    rates_hz: Vec<u32>,
    timer: SampleTimer,
    callsites: Vec<Callsite>,
    frames: Vec<SampledFrame>,
    names: Vec<SampledFrame>,
}

/// A frame of the merged graph, or all frames of one name.
#[derive(Clone, Debug)]
pub struct SampledFrame {
    /// The frame; `None` for the root of the graph, which is everything.
    pub frame: Option<CallsiteId>,
    /// The index of the frame around it; the root is its own parent, and names have the root.
    pub parent: usize,
    /// How far from the root; of a name, of its outermost frame.
    pub depth: usize,
    /// Segments of this frame.
    pub segments: u64,
    /// With all that is under it, recursion counted once.
    pub total: Sampled,
    /// By itself.
    pub own: Sampled,
}

impl SamplingEstimate {
    /// Lets samplers watch the selected moments. The same replay and options give the same.
    pub fn of(replay: &Replay<'_>, options: &SamplingOptions) -> Result<SamplingEstimate, Error> {
        let recording = replay.recording();
        let rates_hz: Vec<u32> = options.rates_hz.iter().map(|&hz| hz.max(1)).collect();
        let tally = Tally::new(recording.lanes().len(), &rates_hz, options.seed);
        let replayed = replay.run(tally)?;
        let callsites = recording.callsites().to_vec();
        let frames = frames::frames(&replayed, &callsites, &rates_hz, recording.probe_cost());
        let (frames, names) = (frames.frames, frames.names);
        Ok(SamplingEstimate { rates_hz, timer: options.timer, callsites, frames, names })
    }

    /// The rates, in the order in which they were asked for. Where a rate is meant, its index
    /// here is.
    pub fn rates_hz(&self) -> &[u32] {
        &self.rates_hz
    }

    /// What the readings are by.
    pub fn timer(&self) -> SampleTimer {
        self.timer
    }

    /// Every frame of the merged graph, in preorder as in a [`CallTree`](crate::CallTree); the
    /// first is the root, which is everything.
    pub fn frames(&self) -> &[SampledFrame] {
        &self.frames
    }

    /// Every name that was entered, the one with the largest total first.
    pub fn names(&self) -> &[SampledFrame] {
        &self.names
    }

    /// The callsite behind a frame.
    pub fn callsite(&self, frame: CallsiteId) -> &Callsite {
        &self.callsites[frame.index()]
    }

    /// All callsites of the recording.
    pub fn callsites(&self) -> &[Callsite] {
        &self.callsites
    }

    /// The frames around and at `index`, the outermost first.
    pub fn stack(&self, index: usize) -> Vec<CallsiteId> {
        let around = |&index: &usize| Some(self.frames[index].parent).filter(|_| index != 0);
        let indices = std::iter::successors(Some(index), around);
        let mut stack: Vec<CallsiteId> =
            indices.filter_map(|index| self.frames[index].frame).collect();
        stack.reverse();
        stack
    }

    /// All busy time.
    pub fn busy_ns(&self) -> u64 {
        self.frames[0].total.busy_ns
    }

    /// How many samples a sampler took of all busy time.
    pub fn samples(&self, rate: usize) -> u64 {
        self.frames[0].total.taken[rate].by(self.timer)
    }

    /// How many samples are to be expected of all busy time.
    pub fn expected(&self, rate: usize) -> f64 {
        self.busy_ns() as f64 * f64::from(self.rates_hz[rate]) / 1e9
    }

    /// What the sampler says of a frame's time.
    pub fn reading(&self, of: &Sampled, rate: usize) -> Reading {
        self.reading_by(self.timer, of, rate)
    }

    /// What a sampler with this timer says.
    pub fn reading_by(&self, timer: SampleTimer, of: &Sampled, rate: usize) -> Reading {
        let samples = self.frames[0].total.taken[rate].by(timer);
        let everything = (self.busy_ns(), samples);
        Reading::new(of.busy_ns, of.taken[rate].by(timer), everything, self.rates_hz[rate])
    }
}
