//! The row of the recording itself, and what tells it apart from all others.

use super::Sink;
use super::paths::{BASIS, fnv};
use super::table::{Table, Whose};
use crate::export::Source;
use spanfire_recording::Recording;
use spanfire_views::Visited;

const PROCESSES: &str = "
    optional int64 origin_unix_ns;
    required int64 start_ns;
    required int64 end_ns;
    required int64 process_id;
    required binary executable (STRING);
    required binary os (STRING);
    required binary arch (STRING);
    required binary recorder (STRING);
    required int64 spans;
    required int64 segments;
    required int64 open;
    required int64 self_ns;
    required int64 instants;
    required int64 native_samples;
    required int64 lost_events;
    required boolean cut;
    optional binary lacks (STRING);
    optional binary unit (STRING);";

/// The table of one row.
pub(super) fn processes<'a>(
    source: &Source<'_>,
    visited: &Visited,
    whose: &Whose,
    sink: Sink<'a>,
) -> Table<'a> {
    let recording = source.recording();
    let header = recording.header();
    let origin = header.origin.as_ref();
    let lacks = origin.map(|origin| origin.lacks.words().join(", "));
    let mut table = Table::new("processes", PROCESSES, whose, sink);
    table.row(|row| {
        row.optional(start_unix_ns(recording).and_then(|ns| i64::try_from(ns).ok()));
        row.number(visited.range_ns.start);
        row.number(visited.range_ns.end);
        row.number(header.process_id.into());
        let texts = [&header.executable, &header.os, &header.arch, &header.recorder_version];
        texts.into_iter().for_each(|text| row.new_text(text));
        for count in [visited.spans, visited.segments, visited.open_spans, visited.self_ns] {
            row.number(count);
        }
        row.number(visited.instants);
        row.number(recording.sampling().map_or(0, |sampling| sampling.samples));
        row.number(visited.lost_events);
        row.bool(visited.cut);
        row.new_optional_text(lacks.as_deref().filter(|lacks| !lacks.is_empty()));
        row.new_optional_text(origin.and_then(|origin| origin.unit.as_deref()));
    });
    table
}

/// The wall clock at the recording's start, where it is known: of a profile of another tool it may not be.
pub(super) fn start_unix_ns(recording: &Recording) -> Option<u64> {
    recording.anchors().first().map(|anchor| anchor.unix_ns)
}

/// What no other recording has: the program, its number and when it started. Where that is not known, what
/// the recording holds stands for it.
pub(super) fn process(source: &Source<'_>) -> String {
    let recording = source.recording();
    let start = start_unix_ns(recording).map(|start| start.to_string());
    let start = start.unwrap_or_else(|| digest(recording));
    format!("{}-{}-{start}", source.program(), recording.header().process_id)
}

/// The same for the same content: of all names, and of when something happened on which thread.
fn digest(recording: &Recording) -> String {
    let names = recording.callsites().iter().flat_map(|site| [&site.target, &site.name]);
    let hash = names.fold(BASIS, |hash, name| fnv(hash, name.bytes().chain([0xff])));
    let chunks = recording.chunks().iter();
    let numbers = chunks.flat_map(|chunk| {
        [chunk.lane.0.into(), chunk.first.0, chunk.last.0, u64::from(chunk.events)]
    });
    let hash = fnv(hash, numbers.flat_map(u64::to_le_bytes));
    format!("{hash:016x}")
}
