//! A recording replayed in the order of time. (Types fixed; the engine follows.)

use crate::Selection;
use spanfire_recording::{Error, Recording};

/// A recording and what of it is selected: the input of every view.
pub struct Replay<'a> {
    recording: &'a Recording,
    selection: Selection,
    progress: Option<&'a dyn Fn(Progress)>,
}

/// How far a replay has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Chunks of events replayed.
    pub chunks_done: usize,
    /// Chunks of events in the recording.
    pub chunks: usize,
}

/// Which stack a moment is put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stacks {
    /// The physical stack: what was entered on the thread.
    Thread,
    /// The logical stack: ancestry by parent.
    Span,
}

impl<'a> Replay<'a> {
    /// The part of `recording` that `selection` names.
    pub fn new(recording: &'a Recording, selection: Selection) -> Self {
        Replay { recording, selection, progress: None }
    }

    /// Calls `progress` after every chunk.
    pub fn on_progress(self, progress: &'a dyn Fn(Progress)) -> Self {
        Replay { progress: Some(progress), ..self }
    }

    /// The recording.
    pub fn recording(&self) -> &'a Recording {
        self.recording
    }

    /// The selection.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    #[allow(dead_code)]
    pub(crate) fn run(&self) -> Result<(), Error> {
        unimplemented!()
    }
}
