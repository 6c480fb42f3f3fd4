//! What was seen, along each lane.
//!
//! Takes samples and what their addresses mean; gives, of a time of a lane, when its thread was seen
//! and what of the native stack is below the span that is innermost there. A view that keeps the
//! order of time needs this where [`Hybrid`](super::Hybrid) has merged it. Costs a step for each
//! sample and each function of its stack.

use super::cut::Cutter;
use super::frames::{Frames, Marker};
use super::samples::{NativeSamples, Taken};
use super::symbols::NativeSymbols;
use spanfire_recording::{CallsiteId, LaneId, Recording};

/// What was seen of lanes. Asked in the order of time; a clone made before the first question can be
/// asked anew.
#[derive(Clone)]
pub struct Sightings<'a> {
    samples: &'a NativeSamples,
    symbols: &'a NativeSymbols,
    cutter: Cutter<'a>,
    frames: Frames,
    lanes: Vec<Ahead<'a>>,
}

/// A native stack that was seen in a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at_ns: u64,
    /// What is below the span, outermost first; a function's number is that which it has in
    /// [`Hybrid::tree`](super::Hybrid::tree) of the same samples.
    pub frames: Vec<CallsiteId>,
}

/// What is to come of a lane.
#[derive(Clone)]
struct Ahead<'a>(&'a [Taken]);

impl<'a> Sightings<'a> {
    /// Nothing has been asked.
    pub fn new(
        recording: &Recording,
        samples: &'a NativeSamples,
        symbols: &'a NativeSymbols,
    ) -> Sightings<'a> {
        let of = |thread: Option<u64>| Ahead(thread.map_or(&[], |id| samples.of_thread(id)));
        Sightings {
            samples,
            symbols,
            cutter: Cutter::new(symbols),
            frames: Frames::of(recording, symbols),
            lanes: recording.lanes().iter().map(|lane| of(lane.os_thread_id)).collect(),
        }
    }

    /// What was seen from `from_ns` up to `to_ns`, in which time nothing but `spans` was entered on the lane,
    /// innermost first. Times of one lane come in their order.
    pub fn between(
        &mut self,
        lane: LaneId,
        from_ns: u64,
        to_ns: u64,
        spans: impl Iterator<Item = CallsiteId> + Clone,
    ) -> Vec<Sighting> {
        let Some(Ahead(taken)) = self.lanes.get_mut(lane.index()) else { return Vec::new() };
        let before = |at_ns: u64| taken.partition_point(|taken| taken.at_ns < at_ns);
        let (from, to) = (before(from_ns), before(to_ns));
        let there = &taken[from..to.max(from)];
        *taken = &taken[to.max(from)..];
        let seen = |taken: &Taken| {
            let stack = self.symbols.expand(self.samples.stack(taken.stack));
            let below = self.cutter.below(&stack, spans.clone());
            let frames = below.frames.into_iter().map(|seen| self.frames.seen(seen));
            Sighting { at_ns: taken.at_ns, frames: frames.collect() }
        };
        there.iter().map(seen).collect()
    }

    /// The number of a frame that is no function.
    pub fn marker(&self, marker: Marker) -> CallsiteId {
        self.frames.marker(marker)
    }
}
