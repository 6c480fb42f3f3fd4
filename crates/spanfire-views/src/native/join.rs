//! Samples to the spans that they fell in.
//!
//! Takes, during a replay, every moment of every lane with the span it belongs to; gives each sample
//! of the lane's thread to the span of its moment. The same replay tries other clocks: each *shift*
//! is what all samples' times are moved by. Costs a step for each sample and shift.

use super::samples::{NativeSamples, Taken};
use crate::Stacks;
use crate::paths::PathId;
use crate::replay::{Life, Observer, Slice};
use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_recording::{CallsiteId, Recording};

/// Joins while it is told of a replay.
pub(super) struct Joiner<'a> {
    /// Which stack a sample is put on; `None` for none.
    stacks: Option<Stacks>,
    shifts_ns: &'a [i64],
    lanes: Vec<LaneJoin<'a>>,
    /// How often, for each shift.
    pub found: Vec<FxHashMap<Fell, u64>>,
}

/// Where a sample fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Fell {
    pub path: PathId,
    /// The span's.
    pub callsite: CallsiteId,
    /// What was seen.
    pub stack: u32,
}

struct LaneJoin<'a> {
    taken: &'a [Taken],
    /// The first sample that is not earlier than the moment told last, for each shift.
    next: Vec<usize>,
}

impl<'a> Joiner<'a> {
    pub(super) fn new(
        recording: &Recording,
        samples: &'a NativeSamples,
        stacks: Option<Stacks>,
        shifts_ns: &'a [i64],
    ) -> Joiner<'a> {
        let of = |thread: Option<u64>| LaneJoin {
            taken: thread.map_or(&[], |thread| samples.of_thread(thread)),
            next: vec![0; shifts_ns.len()],
        };
        Joiner {
            stacks,
            shifts_ns,
            lanes: recording.lanes().iter().map(|lane| of(lane.os_thread_id)).collect(),
            found: vec![FxHashMap::default(); shifts_ns.len()],
        }
    }
}

impl Observer for Joiner<'_> {
    fn slice(&mut self, slice: &Slice, life: &Life) {
        let lane = &mut self.lanes[slice.lane.index()];
        if lane.taken.is_empty() {
            return;
        }
        let path = match self.stacks {
            Some(Stacks::Thread) => slice.path,
            Some(Stacks::Span) => life.logical,
            None => PathId::EMPTY,
        };
        let end_ns = slice.start_ns + slice.length_ns;
        for (index, shift_ns) in self.shifts_ns.iter().enumerate() {
            let next = &mut lane.next[index];
            while let Some(taken) = lane.taken.get(*next) {
                let at_ns = taken.at_ns.saturating_add_signed(*shift_ns);
                if at_ns >= end_ns {
                    break;
                }
                *next += 1;
                if at_ns >= slice.start_ns {
                    let fell = Fell { path, callsite: life.callsite, stack: taken.stack };
                    *self.found[index].entry(fell).or_default() += 1;
                }
            }
        }
    }
}

/// How many samples are of threads without a lane, and how many such threads there are.
pub(super) fn without_lane(recording: &Recording, samples: &NativeSamples) -> (u64, u64) {
    let lanes: FxHashSet<u64> =
        recording.lanes().iter().filter_map(|lane| lane.os_thread_id).collect();
    let others = samples.threads().filter(|(thread, _)| !lanes.contains(thread));
    others.fold((0, 0), |(all, threads), (_, count)| (all + count, threads + 1))
}
