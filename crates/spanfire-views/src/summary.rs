//! How much a recording holds.

use crate::Replay;
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
        let _ = replay;
        unimplemented!()
    }
}
