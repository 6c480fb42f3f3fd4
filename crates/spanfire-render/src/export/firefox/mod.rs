//! The processed profile of the Firefox Profiler: samples of every moment, and spans as markers.
//!
//! ```text
//! meta      the program, its start, categories (a crate each), what a marker's data mean
//! shared    strings, functions (a callsite each), stacks (the merged graph)
//! threads   samples: a stack, from when, for how long        what ran where, to the nanosecond
//!           markers: a name, from when to when, data         spans from creation to close; instants
//! ```
//!
//! A table is written column by column, and a recording has rows. So it is read once for its stacks,
//! once to learn how much each thread has, and then once for as many threads as have
//! [`BYTES_AT_ONCE`] together; a thread that alone has more takes a reading for each of its columns.
//! Memory is bounded, and the different stacks are in it.

mod categories;
mod stacks;
mod survey;
mod head;
mod columns;

use super::carried::too_large_for_browsers;
use super::sink::Sink;
use super::{Carried, Source};
use crate::error::Error;
use crate::tables::counted;
use columns::{COLUMNS, Columns, Place};
use spanfire_recording::LaneId;
use spanfire_views::{CallTree, Stacks as Kind, Visited};
use stacks::Stacks;
use std::io::Write;
use survey::{Survey, Told};

/// The format as it was when stacks became shared by all threads; the profiler reads older ones.
const VERSION: u32 = 60;
/// Text of columns that is kept at once.
const BYTES_AT_ONCE: u64 = 128 << 20;

/// Writes the selected spans as a profile for the Firefox Profiler.
///
/// Times are milliseconds with six decimals since the recording's start; a reader that computes in
/// doubles may be off by a nanosecond after 50 days. Samples are weighted by their length in
/// milliseconds, which is no 32-bit integer, so nothing overflows; the call tree's self times are those
/// of `top`. A span is a marker of the thread that created it, with its fields, parent and sums.
///
/// The format has no links between markers, so parents and `follows_from` are numbers in their data;
/// segments are in the samples, where one that is left out of order is cut. What processors did is not
/// in a recording, so threads have no CPU use.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn firefox(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    export(source, sink, BYTES_AT_ONCE)
}

fn export(source: &Source<'_>, sink: &mut dyn Write, at_once: u64) -> Result<Carried, Error> {
    let stacks = Stacks::of(&CallTree::of(source.replay, Kind::Thread)?);
    let mut survey = Survey::new(source.recording().lanes().len());
    let visited = source.replay.visit(&mut survey)?;
    let threads = threads(&survey, &visited);
    let mut sink = Sink::new(sink);
    head::write(source, &visited, &stacks, &threads, &mut sink);
    let mut rest = &threads[..];
    while !rest.is_empty() && !sink.has_refused() {
        let mut bytes = 0;
        let fits = rest.iter().take_while(|thread| {
            bytes += thread.bytes;
            bytes <= at_once
        });
        let (group, after) = rest.split_at(fits.count());
        match (group, after) {
            ([], [large, smaller @ ..]) => {
                large_thread(source, &stacks, large, &mut sink)?;
                rest = smaller;
            }
            _ => {
                small_threads(source, &stacks, group, &mut sink)?;
                rest = after;
            }
        }
    }
    let _ = sink.write_all(b"\n]}\n");
    let size = sink.finish()?;
    let unknown = (visited.unknown_causes > 0).then(|| {
        let count = counted(visited.unknown_causes, "follows_from");
        format!("{count} of spans that had closed long before or are not selected")
    });
    Ok(Carried {
        spans: visited.spans,
        split: visited.cuts,
        left_out: 0,
        notes: unknown.into_iter().chain(too_large_for_browsers(size)).collect(),
    })
}

/// A thread of the profile.
struct Thread {
    lane: LaneId,
    samples: u64,
    markers: u64,
    /// About how much text its columns are.
    bytes: u64,
    self_ns: u64,
    /// Whether it is not the first.
    after_another: bool,
}

/// Every lane that anything is told of; the first if nothing is, since the profiler loads no profile
/// without a thread.
fn threads(survey: &Survey, visited: &Visited) -> Vec<Thread> {
    let any = |lane: LaneId, told: &Told| {
        told.samples + told.markers > 0 || visited.lanes.contains(&lane)
    };
    let lanes = (0..).map(LaneId).zip(&survey.lanes);
    let nothing = lanes.clone().all(|(lane, told)| !any(lane, told));
    let some = lanes.filter(|&(lane, told)| any(lane, told) || (nothing && lane == LaneId(0)));
    let threads = some.enumerate().map(|(index, (lane, told))| Thread {
        lane,
        samples: told.samples,
        markers: told.markers,
        bytes: told.bytes,
        self_ns: told.self_ns,
        after_another: index > 0,
    });
    threads.collect()
}

fn small_threads(
    source: &Source<'_>,
    stacks: &Stacks,
    group: &[Thread],
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let mut kept: Vec<Vec<Vec<u8>>> =
        group.iter().map(|_| COLUMNS.iter().map(|_| Vec::new()).collect()).collect();
    let lanes: Vec<LaneId> = group.iter().map(|thread| thread.lane).collect();
    let mut columns = Columns::new(source, stacks, &lanes, Place::Kept(&mut kept));
    source.replay.visit(&mut columns)?;
    for (thread, columns) in group.iter().zip(kept) {
        let mut columns = columns.into_iter();
        head::thread(source, thread, sink, |sink, _| {
            let _ = sink.write_all(&columns.next().unwrap_or_default());
            Ok(())
        })?;
    }
    Ok(())
}

fn large_thread(
    source: &Source<'_>,
    stacks: &Stacks,
    thread: &Thread,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    head::thread(source, thread, sink, |sink, column| {
        let place = Place::Written(sink, column);
        let mut columns = Columns::new(source, stacks, &[thread.lane], place);
        source.replay.visit(&mut columns)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests;
