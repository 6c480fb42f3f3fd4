//! What a recording is: process, clock, threads, how much it holds, and what it lacks.

mod sampling;
mod text;
mod json;

use super::numbers;
use crate::Error;
use serde::Serialize;
use spanfire_recording::{ClockSource, Form, LaneId, LossCause, Recording, Tick};
use spanfire_views::Summary;
use std::io::{self, Write};

pub use text::warnings;

/// How [`info`] is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InfoFormat {
    /// Lines of text, warnings last.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// Writes what `recording` is; `summary` counts the selection of it.
pub fn info(
    recording: &Recording,
    summary: &Summary,
    format: InfoFormat,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    match format {
        InfoFormat::Text => text::write(recording, summary, sink)?,
        InfoFormat::Json => {
            let facts = json::Info::of(recording, summary);
            serde_json::to_writer_pretty(&mut *sink, &facts).map_err(io::Error::from)?;
            writeln!(sink)?;
        }
    }
    Ok(())
}

/// What `recording` is, as JSON.
pub(crate) fn info_facts<'a>(recording: &'a Recording, summary: &Summary) -> impl Serialize + 'a {
    json::Info::of(recording, summary)
}

/// How many events a lane holds, and when.
#[derive(Clone, Copy, Debug, Default)]
struct LaneExtent {
    events: u64,
    first_ns: Option<u64>,
    last_ns: Option<u64>,
}

/// The extent of every lane, without decoding a chunk.
fn lane_extents(recording: &Recording) -> Vec<LaneExtent> {
    let mut extents = vec![LaneExtent::default(); recording.lanes().len()];
    for chunk in recording.chunks() {
        let Some(extent) = extents.get_mut(chunk.lane.index()) else { continue };
        extent.events += u64::from(chunk.events);
        extent.first_ns = extent.first_ns.or(Some(ns(recording, chunk.first)));
        extent.last_ns = Some(ns(recording, chunk.last));
    }
    extents
}

/// The largest uncertainty of an anchor, rounded up.
fn anchor_uncertainty_ns(recording: &Recording) -> Option<u64> {
    let ticks = recording.anchors().iter().map(|anchor| anchor.uncertainty_ticks).max()?;
    Some((ticks as f64 * recording.header().clock.nanos_per_tick).ceil() as u64)
}

fn ns(recording: &Recording, tick: Tick) -> u64 {
    recording.timebase().ns(tick)
}

fn lane_label(recording: &Recording, id: LaneId) -> String {
    match recording.lanes().get(id.index()) {
        Some(lane) => lane.label(id),
        None => format!("thread #{}", id.0),
    }
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Subscriber => "subscriber",
        Form::Layer => "layer",
    }
}

fn source_name(source: ClockSource) -> &'static str {
    match source {
        ClockSource::Counter => "counter",
        ClockSource::Monotonic => "monotonic",
        ClockSource::Manual => "manual",
    }
}

fn cause_name(cause: LossCause) -> &'static str {
    match cause {
        LossCause::Overflow => "overflow",
        LossCause::Stall => "stall",
        LossCause::Sink => "sink",
    }
}
