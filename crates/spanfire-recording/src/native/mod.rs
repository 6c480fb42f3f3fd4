//! Native samples beside the spans: stacks of addresses, switches of threads, mapped images.
//!
//! A sampler hands over a [`Batch`] of [`Sample`]s and [`Switch`]es now and then; a block holds
//! some thousand of them, without any other block's help. [`Image`]s say which file was mapped
//! where, so that addresses find their symbols later; [`Sampling`] says how it was sampled, how
//! much was lost, and why there is nothing where there is nothing.
//!
//! Times are readings of the batch's [`SampleClock`]. [`RawTimebase`] turns those of the kernel's
//! raw monotonic clock into nanoseconds of the recording, through the anchors that have both.

mod batch;
mod info;
mod timebase;

pub(crate) use batch::{decode, encode};
pub use info::{Image, Sampling, SamplingMethod};
pub use timebase::RawTimebase;

/// What the times of a batch are readings of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleClock {
    /// The recording's own clock: ticks.
    #[default]
    Tick,
    /// Linux's `CLOCK_MONOTONIC_RAW`, in ns.
    MonotonicRaw,
}

/// What a thread was executing at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The operating system's id of the thread.
    pub thread: u64,
    /// The processor it ran on, where known.
    pub cpu: Option<u32>,
    /// When, on the batch's clock.
    pub time: u64,
    /// Addresses, innermost first: where the thread was, then return addresses. Of more than 1,024
    /// the innermost are kept.
    pub frames: Vec<u64>,
}

/// A thread began or ceased to run on a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The operating system's id of the thread.
    pub thread: u64,
    /// When, on the batch's clock.
    pub time: u64,
    /// Whether it runs from then on.
    pub runs: bool,
    /// Where it ceased: whether it could have gone on, and another thread was preferred.
    pub preempted: bool,
}

/// Samples and switches, each in whatever order they were captured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What the times are readings of.
    pub clock: SampleClock,
    /// The samples.
    pub samples: Vec<Sample>,
    /// The switches.
    pub switches: Vec<Switch>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.switches.is_empty()
    }

    /// Leaves nothing in it, but its memory.
    pub fn clear(&mut self) {
        self.samples.clear();
        self.switches.clear();
    }
}
