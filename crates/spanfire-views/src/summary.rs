//! How much a recording holds.

use crate::Replay;
use crate::replay::{Closing, Instant, Life, Observer, Segment, Tally};
use spanfire_recording::Error;

/// How much the selection holds, and what is missing from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// From the recording's start to its last event.
    pub duration_ns: u64,
    /// Spans created.
    pub spans: u64,
    /// Segments: how often a span was entered.
    pub segments: u64,
    /// Instants.
    pub instants: u64,
    /// Lanes with at least one event.
    pub threads: usize,
    /// Events that were not recorded.
    pub lost_events: u64,
    /// Time in which threads waited for the collector.
    pub stalled_ns: u64,
    /// Spans still open when the recording ended.
    pub open_spans: u64,
    /// Exits of spans that were not entered on that lane.
    pub unmatched_exits: u64,
    /// Spans that were entered or closed but never seen to be created.
    pub unknown_spans: u64,
    /// Spans whose time of creation is only known to lie before their first enter.
    pub inexact_starts: u64,
}

impl Summary {
    /// Counts the selection.
    pub fn of(replay: &Replay<'_>) -> Result<Summary, Error> {
        let replayed = replay.run(Summary::default())?;
        Ok(replayed.observer.completed(replay, &replayed.tally, &replayed.seen))
    }

    /// What was counted, with what is known when the replay has ended.
    pub(crate) fn completed(self, replay: &Replay<'_>, tally: &Tally, seen: &[bool]) -> Summary {
        let mut summary = self;
        summary.threads = seen.iter().filter(|&&seen| seen).count();
        summary.unmatched_exits = tally.unmatched_exits;
        summary.unknown_spans += tally.unknown_drops;
        summary.lost_events = tally.lost_events;
        summary.stalled_ns = tally.stalled_ns;
        let recording = replay.recording();
        let last = recording.chunks().iter().map(|chunk| chunk.last).max().unwrap_or_default();
        let last_ns = recording.timebase().ns(last);
        summary.duration_ns = replay.rules().window.length(0, last_ns);
        summary
    }
}

impl Observer for Summary {
    fn segment(&mut self, _segment: &Segment, _life: &Life) {
        self.segments += 1;
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        if closing.counts {
            self.spans += 1;
            self.open_spans += u64::from(closing.open);
            self.unknown_spans += u64::from(life.unknown);
            self.inexact_starts += u64::from(life.inexact);
        }
    }

    fn instant(&mut self, _: &Instant<'_>, _: Option<&Life>) {
        self.instants += 1;
    }
}
