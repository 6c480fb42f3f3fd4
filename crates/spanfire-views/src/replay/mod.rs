//! A recording replayed in the order of time.
//!
//! Takes a recording and a selection; gives an [`Observer`] every selected moment, segment and
//! span. A second thread decodes ahead; memory is bounded by the number of lanes, of spans alive
//! at once, and of different stacks, never by the recording's length.
//!
//! - `order`: chunks of all lanes, decoded ahead and merged into one order of time
//! - `engine`: what events mean
//! - `lane`, `life`: a lane and a live span at one moment
//! - `departed`: the spans that closed last
//! - `sample_times`: when samples and switches were
//! - `on_cpu`: when the threads of lanes ran on a processor
//! - `rules`: a selection, worked out for one recording
//! - `observer`: what a view is told

mod rules;
mod sample_times;
mod on_cpu;
mod order;
mod life;
mod lane;
mod departed;
mod observer;
mod engine;

pub(crate) use departed::Cause;
pub(crate) use engine::{Replayed, Tally};
pub(crate) use life::{Life, RequestNumber};
pub use observer::Probe;
pub(crate) use observer::{
    Closing, Follows, Instant, Missing, Observer, Probed, Segment, Slice, Spot,
};
pub(crate) use on_cpu::Split;
pub use on_cpu::{OnCpu, Stretch};
pub(crate) use rules::{SpanSet, Window};
pub(crate) use sample_times::SampleTimes;

use crate::Selection;
use engine::Engine;
use rules::Rules;
use spanfire_recording::{Error, Recording, Tick};
use std::ops::Range;

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
    /// Chunks of events to be replayed; a selection may take more than one reading.
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

    /// When the last event or anchor was, which is where open spans end.
    pub(crate) fn end_ns(&self) -> u64 {
        let events = self.recording.chunks().iter().map(|chunk| chunk.last);
        let anchors = self.recording.anchors().iter().map(|anchor| Tick(anchor.tick));
        self.recording.timebase().ns(events.chain(anchors).max().unwrap_or_default())
    }

    /// The selection, worked out for the recording.
    pub(crate) fn rules(&self) -> Rules {
        Rules::new(self.recording, &self.selection, None)
    }

    /// Shows `observer` everything that is selected.
    pub(crate) fn run<O: Observer>(&self, observer: O) -> Result<Replayed<O>, Error> {
        self.run_as(0..1, observer)
    }

    /// The same where several runs make one view: `part.start` have been, of `part.end`.
    pub(crate) fn run_as<O: Observer>(
        &self,
        part: Range<usize>,
        observer: O,
    ) -> Result<Replayed<O>, Error> {
        let passes = if self.selection.min_duration_ns > 0 { 2 } else { 1 };
        let chunks = passes * self.recording.chunks().len();
        let mut progress = Progress { chunks_done: part.start * chunks, chunks: part.end * chunks };
        let mut step = || {
            progress.chunks_done += 1;
            if let Some(call) = self.progress {
                call(progress);
            }
        };
        let mut kept = None;
        if passes == 2 {
            let everything = Rules::new(self.recording, &Selection::default(), None);
            let min_ns = self.selection.min_duration_ns;
            let observer = LongLived { min_ns, spans: SpanSet::default() };
            kept = Some(self.pass(everything, observer, &mut step)?.observer.spans);
        }
        let rules = Rules::new(self.recording, &self.selection, kept);
        self.pass(rules, observer, &mut step)
    }

    fn pass<O: Observer>(
        &self,
        rules: Rules,
        observer: O,
        progress: &mut dyn FnMut(),
    ) -> Result<Replayed<O>, Error> {
        let on_cpu = OnCpu::of(self.recording)?;
        let mut engine = Engine::new(self.recording, rules, on_cpu, observer, progress);
        order::feed(self.recording, &mut engine)?;
        Ok(engine.finish(self.end_ns()))
    }
}

/// Finds the spans that live at least some time.
struct LongLived {
    min_ns: u64,
    spans: SpanSet,
}

impl Observer for LongLived {
    fn closed(&mut self, closing: &Closing, life: &Life) {
        if closing.lifetime_ns() >= self.min_ns {
            self.spans.insert(life.ordinal);
        }
    }
}
