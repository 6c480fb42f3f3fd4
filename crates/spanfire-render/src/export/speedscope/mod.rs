//! The file format of speedscope: evented profiles of threads and requests, and one of all together.
//!
//! ```text
//! profile 0       every stack once, merged: its axis is self time, not when
//! profiles 1…n    a thread each: the pieces of its segments
//! then            a request each, the longest first: its spans from creation to close; what overlaps
//!                 is a further profile of the request, a track
//! ```
//!
//! The file has one profile after the other, and a recording everything at once. Rather than keep
//! either, the recording is read several times: once to learn how many events each profile has, and
//! then once for as many profiles as have [`EVENTS_AT_ONCE`] events together; a profile that alone
//! has more is written as it is told. So memory is bounded without a temporary file, and a recording of
//! ordinary size is read three times.

mod survey;
mod gather;
mod writer;

use super::carried::{NARROWER, too_large_for_browsers};
use super::{Carried, Source};
use crate::error::Error;
use crate::tables::counted;
use gather::Gather;
use spanfire_recording::LaneId;
use spanfire_views::{CallTree, Node, RequestId, Stacks, Weight};
use std::io::Write;
use survey::Survey;
use writer::Writer;

/// Events that are kept at once: about 50 MB.
const EVENTS_AT_ONCE: u64 = 8_000_000;
/// Requests that get a profile. More are more than a menu is good for.
const REQUESTS: usize = 1_000;
/// Writes the selected spans as a file for speedscope.
///
/// Values are nanoseconds; the profiles of threads and requests all start and end with the selected
/// range, so that they align. Callsites are frames of their own, with file and line, whatever their
/// labels.
///
/// The format has no fields, links or instants, and no place for what is open, inexact or lost, nor
/// for processor time beside the time of a span; native samples are left out. A request's profiles show lifetimes, with the time it waited; only the longest thousand requests have
/// one. Spans that overlap in one track are cut.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn speedscope(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    export(source, sink, Limits { events_at_once: EVENTS_AT_ONCE, requests: REQUESTS })
}

/// How much is kept at once, and how much is written at all.
#[derive(Clone, Copy)]
struct Limits {
    events_at_once: u64,
    requests: usize,
}

fn export(source: &Source<'_>, sink: &mut dyn Write, limits: Limits) -> Result<Carried, Error> {
    let mut survey = Survey::new(source.recording().lanes().len(), limits.requests);
    let visited = source.replay.visit(&mut survey)?;
    let survey = survey.finish();
    let mut writer = Writer::begin(source, visited.range_ns.clone(), sink);
    merged(&CallTree::of(source.replay, Stacks::Thread)?, &mut writer);
    let mut profiles = Vec::new();
    for (lane, name) in (0..).map(LaneId).zip(source.lane_labels()) {
        let events = survey.lanes[lane.index()];
        // A segment around the whole of a range has no event in it.
        if events > 0 || visited.lanes.contains(&lane) {
            profiles.push(Profile { stream: Stream::Lane(lane), name, events });
        }
    }
    let sites = source.labels();
    for request in &survey.requests {
        profiles.extend(request.profiles(&sites));
    }
    let mut unseen = 0;
    for group in groups(&profiles, limits.events_at_once) {
        let mut gather = Gather::new(group, &survey, &mut writer);
        source.replay.visit(&mut gather)?;
        unseen = gather.finish();
        if writer.has_refused() {
            break;
        }
    }
    let size = writer.finish()?;
    Ok(Carried {
        spans: visited.spans - unseen,
        split: visited.cuts + survey.track_cuts,
        left_out: unseen,
        notes: notes(survey.left_out, size),
    })
}

fn notes(requests_left_out: u64, size: u64) -> Vec<String> {
    let requests = (requests_left_out > 0).then(|| {
        let left_out = counted(requests_left_out, "shorter request");
        format!("{left_out} without a profile; {NARROWER} select others")
    });
    requests.into_iter().chain(too_large_for_browsers(size)).collect()
}

/// What a profile shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stream {
    Lane(LaneId),
    Track(RequestId, usize),
}

/// A profile to write.
struct Profile {
    stream: Stream,
    name: String,
    events: u64,
}

/// As many profiles at once as have at most so many events, at least one.
fn groups(profiles: &[Profile], events_at_once: u64) -> Vec<&[Profile]> {
    let mut groups = Vec::new();
    let mut rest = profiles;
    while !rest.is_empty() {
        let mut events = 0;
        let fits = rest.iter().take_while(|profile| {
            events += profile.events;
            events <= events_at_once
        });
        let (group, after) = rest.split_at(fits.count().max(1));
        groups.push(group);
        rest = after;
    }
    groups
}

/// Every stack once, as wide as the time on it: its own first, then its callees'.
fn merged(tree: &CallTree, writer: &mut Writer<'_>) {
    let total = tree.total(Weight::Busy);
    writer.profile("all threads, merged", Some(0..total));
    let mut open: Vec<u32> = Vec::new();
    let mut at_ns = 0;
    for node in tree.nodes() {
        let Node { frame: Some(frame), depth, .. } = node else { continue };
        while open.len() >= *depth {
            if let Some(frame) = open.pop() {
                writer.event(false, frame, at_ns);
            }
        }
        writer.event(true, frame.0, at_ns);
        open.push(frame.0);
        at_ns += node.own(Weight::Busy);
    }
    for frame in open.into_iter().rev() {
        writer.event(false, frame, at_ns);
    }
    writer.profile_done();
}

#[cfg(test)]
mod tests;
