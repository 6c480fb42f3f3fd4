//! The processed profile of the Firefox Profiler: samples of every moment, and spans as markers.
//!
//! ```text
//! meta      the program, its start, categories (a crate each), what a marker's data mean
//! shared    strings, functions (a callsite or a native function each), stacks
//! threads   samples: a stack, from when, for how long        what ran where, to the nanosecond
//!           markers: a name, from when to when, data         spans from creation to close; instants
//! ```
//!
//! A table is written column by column, and a recording has rows. So it is read once for its stacks,
//! once to learn how much each thread has, and then once for as many threads as have
//! [`BYTES_AT_ONCE`] together; a thread that alone has more takes a reading for each of its columns.
//! Memory is bounded, and the different stacks, native samples and switches of threads are in it.

mod categories;
mod stacks;
mod moments;
mod survey;
mod head;
mod columns;

use super::carried::too_large_for_browsers;
use super::sink::Sink;
use super::{Carried, Native, Source};
use crate::error::Error;
use crate::tables::counted;
use categories::Categories;
use columns::{COLUMNS, Column, Columns, Place};
use moments::Moments;
use spanfire_recording::LaneId;
use spanfire_views::{CallTree, Hybrid, Joined, Sightings, Stacks as Kind, Visited};
use stacks::Stacks;
use std::io::Write;
use survey::{Survey, Told};

/// The format as it was when stacks became shared by all threads; the profiler reads older ones.
const VERSION: u32 = 60;
/// Text of columns that is kept at once.
const BYTES_AT_ONCE: u64 = 128 << 20;

/// Writes the selected spans as a profile for the Firefox Profiler, and, where there are any, the native
/// samples that fell into them.
///
/// Times are milliseconds with six decimals since the recording's start; a reader that computes in
/// doubles may be off by a nanosecond after 50 days. Samples are weighted by their length in
/// milliseconds, which is no 32-bit integer, so nothing overflows; the call tree's self times are those
/// of `top`. A span is a marker of the thread that created it, with its fields, parent and sums.
///
/// Where context switches are recorded, each sample says how long its thread ran since the one before:
/// in selected spans, so that these add up to what `top` has, and nothing outside of them. A native stack stands
/// below the innermost span where it was seen, up to halfway to the next one; where nothing was seen stands
/// `[not sampled]`, off the processor `[blocked]`. So the spans' own times stay exact, and how they divide among
/// functions is only as good as the samples of the very moments: `flamegraph --native` merges first.
///
/// The format has no links between markers, so parents and `follows_from` are numbers in their data;
/// segments are in the samples, where one that is left out of order is cut. Addresses of native frames are
/// not in it, nor samples outside of spans, whose number is told.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn firefox(
    source: &Source<'_>,
    native: Option<Native<'_>>,
    sink: &mut dyn Write,
) -> Result<Carried, Error> {
    export(source, native, sink, BYTES_AT_ONCE)
}

/// What all threads of a profile share.
struct Profile<'a> {
    source: &'a Source<'a>,
    /// Whose frames are those of the profile.
    tree: CallTree,
    stacks: Stacks,
    categories: Categories,
    /// To be cloned for each reading.
    moments: Moments<'a>,
}

fn export(
    source: &Source<'_>,
    native: Option<Native<'_>>,
    sink: &mut dyn Write,
    at_once: u64,
) -> Result<Carried, Error> {
    let recording = source.recording();
    let (tree, joined) = merged(source, native)?;
    let sightings = native.map(|of| Sightings::new(recording, of.samples, of.symbols));
    let moments = Moments::new(recording, sightings)?;
    let mut survey = Survey::new(recording.lanes().len(), Stacks::of(&tree), moments.clone());
    let visited = source.replay.visit(&mut survey)?;
    let threads = threads(&survey, &visited);
    let misplaced = survey.moments.misplaced;
    let (stacks, categories) = (survey.stacks, Categories::of(&tree));
    let profile = Profile { source, tree, stacks, categories, moments };
    let mut sink = Sink::new(sink);
    head::write(&profile, &visited, &threads, &mut sink);
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
                large_thread(&profile, large, &mut sink)?;
                rest = smaller;
            }
            _ => {
                small_threads(&profile, group, &mut sink)?;
                rest = after;
            }
        }
    }
    let _ = sink.write_all(b"\n]}\n");
    let size = sink.finish()?;
    let notes = Carried::unknown_causes(&visited).into_iter().chain(not_joined(&joined, misplaced));
    Ok(Carried {
        spans: visited.spans,
        split: visited.cuts,
        left_out: 0,
        notes: notes.chain(too_large_for_browsers(size)).collect(),
    })
}

/// The merged graph of what is on threads, and what became of native samples.
fn merged(source: &Source<'_>, native: Option<Native<'_>>) -> Result<(CallTree, Joined), Error> {
    let Some(Native { samples, symbols }) = native else {
        return Ok((CallTree::of(source.replay, Kind::Thread)?, Joined::default()));
    };
    let Hybrid { tree, joined } = Hybrid::of(source.replay, Kind::Thread, samples, symbols)?;
    Ok((tree, joined))
}

/// What to say of native samples that are not where they belong.
fn not_joined(joined: &Joined, misplaced: u64) -> Option<String> {
    let of_threads = format!("of {} without spans", counted(joined.threads_without_lane, "thread"));
    let parts = [
        (joined.outside, "outside of selected spans"),
        (joined.without_lane, of_threads.as_str()),
        (misplaced, "at a moment off the processor"),
    ];
    let told = |count: u64, what: &str| format!("{} {what}", counted(count, "native sample"));
    let left = parts.iter().filter(|(count, _)| *count > 0);
    let left: Vec<String> =
        left.map(|(count, what)| format!("{} left out", told(*count, what))).collect();
    let whole = (joined.uncut > 0)
        .then(|| told(joined.uncut, "without the function of a span, and with the whole stack"));
    let clauses: Vec<String> = left.into_iter().chain(whole).collect();
    (!clauses.is_empty()).then(|| clauses.join("; "))
}

/// A thread of the profile.
struct Thread {
    lane: LaneId,
    samples: u64,
    markers: u64,
    /// About how much text its columns are.
    bytes: u64,
    self_ns: u64,
    /// Whether it is known when it ran.
    knows_cpu: bool,
    /// Whether it is not the first.
    after_another: bool,
}

impl Thread {
    /// Whether it has this column.
    fn has(&self, column: Column) -> bool {
        column != Column::SampleCpu || self.knows_cpu
    }
}

/// Every lane that anything is told of; the first if nothing is, since the profiler loads no profile
/// without a thread.
fn threads(survey: &Survey<'_>, visited: &Visited) -> Vec<Thread> {
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
        knows_cpu: survey.moments.knows(lane),
        after_another: index > 0,
    });
    threads.collect()
}

fn small_threads(
    profile: &Profile<'_>,
    group: &[Thread],
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let mut kept: Vec<Vec<Vec<u8>>> =
        group.iter().map(|_| COLUMNS.iter().map(|_| Vec::new()).collect()).collect();
    let lanes: Vec<LaneId> = group.iter().map(|thread| thread.lane).collect();
    let mut columns = Columns::new(profile, &lanes, Place::Kept(&mut kept));
    profile.source.replay.visit(&mut columns)?;
    for (thread, columns) in group.iter().zip(kept) {
        head::thread(profile, thread, sink, |sink, column| {
            let _ = sink.write_all(&columns[column as usize]);
            Ok(())
        })?;
    }
    Ok(())
}

fn large_thread(profile: &Profile<'_>, thread: &Thread, sink: &mut Sink<'_>) -> Result<(), Error> {
    head::thread(profile, thread, sink, |sink, column| {
        let place = Place::Written(sink, column);
        let mut columns = Columns::new(profile, &[thread.lane], place);
        profile.source.replay.visit(&mut columns)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests;
