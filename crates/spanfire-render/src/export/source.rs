//! What every exporter takes.

use rustc_hash::FxHashSet;
use spanfire_recording::{Lane, LaneId, Recording};
use spanfire_views::{Names, NativeSamples, NativeSymbols, Replay};
use std::path::Path;

/// A recording, what of it is selected, and how its spans are labelled.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The recording and the selection.
    pub replay: &'a Replay<'a>,
    /// How spans are labelled. Where a format has a place for the target, the file and the line, they
    /// are there whatever the labels are.
    pub names: Names,
}

/// What was seen of the process, and what it is called.
#[derive(Clone, Copy)]
pub struct Native<'a> {
    /// The samples.
    pub samples: &'a NativeSamples,
    /// Names of their addresses.
    pub symbols: &'a NativeSymbols,
}

impl<'a> Source<'a> {
    /// The recording.
    pub(super) fn recording(&self) -> &'a Recording {
        self.replay.recording()
    }

    /// The label of every callsite, by its number. Two callsites may have one label.
    pub(super) fn labels(&self) -> Vec<String> {
        let callsites = self.recording().callsites().iter();
        callsites.map(|callsite| self.names.label(callsite)).collect()
    }

    /// The label of every lane, by its number.
    pub(super) fn lane_labels(&self) -> Vec<String> {
        let lanes = (0..).map(LaneId).zip(self.recording().lanes());
        lanes.map(|(id, lane)| lane.label(id)).collect()
    }

    /// A number below `limit` for each lane that no other has: the operating system's where it can be.
    pub(super) fn thread_ids(&self, limit: u64) -> Vec<u64> {
        let lanes = self.recording().lanes();
        let known = |lane: &Lane| lane.os_thread_id.filter(|&id| id < limit);
        let mut free = lanes.iter().filter_map(known).max().unwrap_or(0) + 1;
        let mut taken = FxHashSet::default();
        let id = |lane: &Lane| match known(lane) {
            Some(id) if taken.insert(id) => id,
            _ => {
                free += 1;
                free - 1
            }
        };
        lanes.iter().map(id).collect()
    }

    /// What the program is called: its file's name, or `program` where that is unknown.
    pub(super) fn program(&self) -> String {
        let executable = Path::new(&self.recording().header().executable).file_name();
        executable.map_or("program".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}
