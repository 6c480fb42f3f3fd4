//! The viewer with a server behind it, for recordings too large for one page.
//!
//! The page is the same but for its policy, which lets it ask where it came from. Each answer is one
//! of these:
//!
//! | answer | form | holds |
//! |---|---|---|
//! | outline | JSON | names, lanes, time, what `info` says |
//! | window | binary | what a picture of a stretch of time needs, at most two pieces a pixel and row |
//! | merged | JSON | merged graphs, statistics and requests of a stretch of time, exact |
//! | functions | JSON | the graphs of a stretch of time, with the functions that samples saw in spans |
//! | near | binary | every span of a stretch of time, in the blocks of a report |

use super::head::{Functions, Head, Merged};
use super::{PLACE, Report, ReportOptions, VIEWER, blocks};
use crate::{Error, tables};
use serde::Serialize;
use spanfire_recording::Recording;
use spanfire_views::{
    Hybrid, IndexedLane, Mark, Overall, RequestTable, SegmentIndex, Shown, Summary,
};
use std::io;
use std::ops::Range;

/// Says that the data is where the page came from.
const SERVED: &str = "<script type=\"application/x-spanfire-served\"></script>\n";
/// What every page may do, and what a served one may do in addition.
const POLICY: &str = "default-src 'none';";
const SERVED_POLICY: &str = "default-src 'none'; connect-src 'self';";

/// The page.
pub fn page() -> String {
    VIEWER.replacen(POLICY, SERVED_POLICY, 1).replacen(PLACE, SERVED, 1)
}

/// The outline of a recording; `reading` is the share of its time that the index has, while it grows.
pub fn outline(
    recording: &Recording,
    index: &SegmentIndex,
    summary: &Summary,
    reading: Option<f64>,
    options: &ReportOptions,
) -> Result<Vec<u8>, Error> {
    let info = tables::info_facts(recording, summary);
    let head = Head::outline(recording, index, options, info);
    json(&Outline { head, reading })
}

#[derive(Serialize)]
struct Outline<'a, I> {
    #[serde(flatten)]
    head: Head<'a, I>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<f64>,
}

/// What is exact over a selection, however many spans it has.
/// Of many requests only the slowest are there one by one.
pub fn merged(overall: &Overall, requests: &RequestTable) -> Result<Vec<u8>, Error> {
    json(&Merged::of(overall, requests))
}

/// Graphs by physical and by logical stacks in which functions open spans up.
pub fn functions(graphs: [&Hybrid; 2], recording: &Recording) -> Result<Vec<u8>, Error> {
    json(&Functions::of(graphs, recording))
}

/// Every span of a report: its blocks one after the other, each with its length in 8 bytes before
/// it.
pub fn near(report: &Report<'_>, options: &ReportOptions) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for block in blocks(report, options)? {
        bytes.extend((block.len() as u64).to_le_bytes());
        bytes.extend(block);
    }
    Ok(bytes)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(value).map_err(io::Error::from)?)
}

/// The shape of a window: how many pieces each row of each lane has, and how many marks.
#[derive(Serialize)]
struct WindowHead {
    from: u64,
    to: u64,
    lanes: Vec<WindowLane>,
}

#[derive(Serialize)]
struct WindowLane {
    rows: Vec<usize>,
    marks: usize,
}

/// What a picture of `range_ns` shows, where a pixel is `pixel_ns`.
///
/// A length in 8 bytes, so many bytes of JSON that say how many pieces there are, spaces up to a
/// multiple of 8, then columns of little-endian numbers, lane by lane: of each row starts and ends (doubles, ns),
/// callsites and how many segments a piece stands for (32 bits each); then times and callsites of
/// the marks.
pub fn window(
    index: &SegmentIndex,
    range_ns: &Range<u64>,
    pixel_ns: f64,
) -> Result<Vec<u8>, Error> {
    let (mut columns, mut lanes) = (Vec::new(), Vec::new());
    for lane in index.lanes() {
        lanes.push(add_lane(&mut columns, lane, range_ns, pixel_ns));
    }
    let mut head = json(&WindowHead { from: range_ns.start, to: range_ns.end, lanes })?;
    head.resize(head.len().next_multiple_of(8), b' ');
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend(head);
    bytes.extend(columns);
    Ok(bytes)
}

fn add_lane(
    columns: &mut Vec<u8>,
    lane: &IndexedLane,
    range_ns: &Range<u64>,
    pixel_ns: f64,
) -> WindowLane {
    let rows = (0..lane.depth()).map(|depth| lane.shown(depth, range_ns, pixel_ns));
    let rows = rows.map(|row| add_row(columns, &row)).collect();
    let marks = lane.marks(range_ns, pixel_ns);
    add_marks(columns, &marks);
    WindowLane { rows, marks: marks.len() }
}

fn add_row(columns: &mut Vec<u8>, row: &[Shown]) -> usize {
    columns.extend(row.iter().flat_map(|piece| (piece.start_ns as f64).to_le_bytes()));
    columns.extend(row.iter().flat_map(|piece| (piece.end_ns as f64).to_le_bytes()));
    columns.extend(row.iter().flat_map(|piece| piece.callsite.0.to_le_bytes()));
    let many = |piece: &Shown| u32::try_from(piece.segments).unwrap_or(u32::MAX);
    columns.extend(row.iter().flat_map(|piece| many(piece).to_le_bytes()));
    row.len()
}

fn add_marks(columns: &mut Vec<u8>, marks: &[Mark]) {
    columns.extend(marks.iter().flat_map(|mark| (mark.at_ns as f64).to_le_bytes()));
    columns.extend(marks.iter().flat_map(|mark| mark.callsite.0.to_le_bytes()));
    if marks.len() % 2 == 1 {
        columns.extend([0; 4]);
    }
}
