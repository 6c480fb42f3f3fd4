//! One side of a comparison: what is kept of its recordings.

use super::batches::{Batcher, Batches};
use crate::call_tree::Weigher;
use crate::statistics::Rows;
use crate::{CallTree, Replay, Stacks, Statistics, Weight};
use spanfire_recording::{Callsite, Error};

/// The recordings of one side. All are compared by the same kind of stack.
pub struct DiffSide {
    stacks: Stacks,
    pub(super) reversed: bool,
    pub(super) recordings: Vec<Recorded>,
}

/// What a comparison needs of one recording.
pub(super) struct Recorded {
    pub tree: CallTree,
    pub statistics: Statistics,
    /// By callsite; those without spans may be missing at the end.
    pub batches: Vec<Batches>,
}

impl DiffSide {
    /// A side without recordings. Reversed stacks are read from the innermost frame outwards.
    pub fn new(stacks: Stacks, reversed: bool) -> DiffSide {
        DiffSide { stacks, reversed, recordings: Vec::new() }
    }

    /// Adds what is selected of a recording: one more run of this side.
    pub fn add(&mut self, replay: &Replay<'_>) -> Result<(), Error> {
        let callsites = replay.recording().callsites();
        let observers = (Weigher::new(self.stacks), (Rows::new(callsites), Batcher::default()));
        let replayed = replay.run(observers)?;
        let (weigher, (rows, Batcher(batches))) = replayed.observer;
        let tree = weigher.finish(&replayed.paths, callsites);
        let tree = if self.reversed { tree.reversed() } else { tree };
        self.recordings.push(Recorded { tree, statistics: rows.finish(), batches });
        Ok(())
    }

    /// The first of its recordings, counted from 0, whose spans have no known time on or off a
    /// processor.
    pub fn without_switches(&self) -> Option<usize> {
        let tells =
            |tree: &CallTree| tree.total(Weight::Cpu) > 0 || tree.total(Weight::Blocked) > 0;
        self.recordings.iter().position(|recorded| !tells(&recorded.tree))
    }

    pub(super) fn callsites(&self) -> impl Iterator<Item = &Callsite> {
        self.recordings.iter().flat_map(|recorded| recorded.tree.callsites())
    }
}
