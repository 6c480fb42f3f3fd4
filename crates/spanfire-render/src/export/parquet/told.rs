//! Rows of spans and segments, written when they end.

use super::Sink;
use super::paths::{PathId, Paths};
use super::rollups::Rollups;
use super::row::{TextId, signed};
use super::table::{Table, Whose};
use crate::error::Error;
use crate::export::Source;
use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId, LaneId};
use spanfire_views::{Born, SpanNumber, VisitedSegment, VisitedSpan, Visitor};

/// Columns of spans.
pub(super) const SPANS: &str = "
    required int64 origin_unix_ns;
    required int64 span_id;
    optional int64 parent_id;
    required int64 request_id;
    required int64 path_hash;
    required int64 callsite;
    required binary name (STRING);
    required int64 thread_id;
    required binary thread (STRING);
    required int64 start_ns;
    required int64 lifetime_ns;
    required int64 busy_ns;
    optional int64 cpu_ns;
    optional int64 blocked_ns;
    required int64 self_ns;
    required int64 idle_ns;
    required int64 waited_ns;
    required int64 segments;
    required boolean open;
    required boolean inexact_start;
    required boolean unknown_start;
    required group follows (LIST) { repeated group list { required int64 element; } }
    required group fields (MAP) {
        repeated group key_value {
            required binary key (STRING);
            required binary value (STRING);
        }
    }";

/// Columns of segments.
pub(super) const SEGMENTS: &str = "
    required int64 origin_unix_ns;
    required int64 span_id;
    required int64 callsite;
    required binary name (STRING);
    required int64 thread_id;
    required binary thread (STRING);
    required int64 start_ns;
    required int64 length_ns;
    required int64 busy_ns;
    optional int64 cpu_ns;
    optional int64 blocked_ns;
    required int64 depth;
    required boolean open;";

/// A table with rows of spans or segments.
pub(super) struct Rows<'a> {
    table: Table<'a>,
    /// By the number of the callsite.
    names: Vec<TextId>,
    /// The number and the name of each lane.
    threads: Vec<(u64, TextId)>,
}

impl<'a> Rows<'a> {
    /// Those of this recording; none yet.
    pub fn new(
        name: &str,
        columns: &str,
        source: &Source<'_>,
        whose: &Whose,
        sink: Sink<'a>,
    ) -> Rows<'a> {
        let mut table = Table::new(name, columns, whose, sink);
        let names = source.labels().iter().map(|label| table.text(label)).collect();
        let labels = source.lane_labels();
        let ids = source.thread_ids(i64::MAX as u64);
        let threads = ids.into_iter().zip(labels.iter().map(|label| table.text(label))).collect();
        Rows { table, names, threads }
    }

    /// Writes what is left, and the footer.
    pub fn finish(self, facts: &[(&str, String)]) -> Result<(), Error> {
        self.table.finish(facts)
    }

    fn name(&self, callsite: CallsiteId) -> TextId {
        self.names.get(callsite.index()).copied().unwrap_or_default()
    }

    fn thread(&self, lane: LaneId) -> (u64, TextId) {
        self.threads.get(lane.index()).copied().unwrap_or_default()
    }
}

/// Writes what it is told.
pub(super) struct Teller<'a> {
    /// When the recording starts.
    pub origin_unix_ns: u64,
    /// Those of the recording.
    pub callsites: &'a [Callsite],
    /// Written when they close.
    pub spans: Rows<'a>,
    /// Written when they end.
    pub segments: Rows<'a>,
    /// Added up.
    pub rollups: Rollups<'a>,
    /// Those of all spans.
    pub paths: Paths,
    /// The paths of the spans alive.
    pub alive: FxHashMap<SpanNumber, PathId>,
    /// Spans below one that had closed, where what is between them is not selected.
    pub orphans: u64,
}

impl Visitor for Teller<'_> {
    fn born(&mut self, born: &Born) {
        let parent = born.parent.and_then(|parent| self.alive.get(&parent).copied());
        self.orphans += u64::from(parent.is_none() && born.parent.is_some());
        let path = self.paths.child(parent, born.callsite, self.callsites);
        self.alive.insert(born.number, path);
    }

    fn segment(&mut self, segment: &VisitedSegment) {
        let &VisitedSegment { span, callsite, lane, start_ns, end_ns, .. } = segment;
        let name = self.segments.name(callsite);
        let (thread_id, thread) = self.segments.thread(lane);
        self.segments.table.row(|row| {
            row.number(self.origin_unix_ns);
            row.number(span.0);
            row.number(u64::from(callsite.0));
            row.text(name);
            row.number(thread_id);
            row.text(thread);
            row.number(start_ns);
            row.number(end_ns.saturating_sub(start_ns));
            row.number(segment.busy_ns);
            row.ran(segment.ran);
            row.number(segment.depth as u64);
            row.bool(segment.open);
        });
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let born = &span.born;
        let Some(path) = self.alive.remove(&born.number) else { return };
        self.rollups.add(path, span, &self.paths);
        let name = self.spans.name(born.callsite);
        let (thread_id, thread) = self.spans.thread(born.lane);
        self.spans.table.row(|row| {
            row.number(self.origin_unix_ns);
            row.number(born.number.0);
            row.optional(born.parent.map(|parent| signed(parent.0)));
            row.number(born.request.0);
            row.int(self.paths.get(path).hash());
            row.number(u64::from(born.callsite.0));
            row.text(name);
            row.number(thread_id);
            row.text(thread);
            row.number(span.start_ns);
            row.number(span.end_ns.saturating_sub(span.start_ns));
            row.number(span.busy_ns);
            row.ran(span.ran);
            row.number(span.self_ns);
            row.number(span.idle_ns);
            row.number(span.waited_ns);
            row.number(span.segments);
            row.bool(span.open);
            row.bool(span.inexact);
            row.bool(span.unknown);
            row.numbers(span.follows.iter().map(|cause| cause.0));
            row.map(span.fields.iter().map(|field| (&*field.name, field.value.to_string())));
        });
    }
}
