//! A recording as one HTML page that needs nothing else: the interactive viewer with its data.
//!
//! - `head`: names, merged graphs and statistics, as JSON
//! - `lane`, `lives`, `fields`: spans as columns
//! - `numbers`: how columns are written
//! - the comparison, where two recordings are compared: see [`diff`](crate::diff); what measuring costs,
//!   where that was tried: see [`experiment`](crate::experiment)
//! - `ascii`: how bytes are written in a page
//! - `served`: the same for a page that asks a server for its data
//! - `viewer.html`: the viewer, built from `viewer/`, with a place for the data
//!
//! Every block is compressed by itself. The same report gives the same bytes. A page makes no
//! request: its policy forbids it.

mod numbers;
mod lane;
mod lives;
mod fields;
mod head;
mod ascii;
pub mod served;

use crate::Error;
use crate::diff::{DiffOptions, page_json};
use crate::experiment::{self, Tried};
use crate::tables::{self, JoinReport};
use flate2::{Compression, write::DeflateEncoder};
use head::Head;
use lane::{Parts, Shapes};
use spanfire_recording::{Field, Recording};
use spanfire_views::{Diff, Hybrid, LaneSpans, Overall, Replay, RequestTable, Spans};
use std::io::{self, Write};

/// The viewer with a place for the data.
const VIEWER: &str = include_str!("viewer.html");
/// The place. It stands on a line of its own.
const PLACE: &str = "<!--recordings-->\n";

/// Lanes smaller than this share a block with the next: a browser takes a turn for each block.
const LANES_TOGETHER: usize = 1 << 16;

/// More segments than this open slowly in a browser, and are hard to mail.
pub const SEGMENTS_IN_A_PAGE: usize = 5_000_000;

/// All that a page shows of one recording.
pub struct Report<'a> {
    recording: &'a Recording,
    spans: Spans,
    overall: Overall,
    /// Of each request its number, and its time on processors and not; empty where switches are not
    /// recorded.
    on_cpu: Vec<[u64; 3]>,
    native: Option<NativeGraphs>,
}

/// What was seen of the program in its spans.
pub struct NativeGraphs {
    /// By physical stacks, and how the samples join with the spans.
    pub join: JoinReport,
    /// By logical stacks.
    pub by_span: Hybrid,
    /// What should be known of the samples, a line each.
    pub notes: Vec<String>,
}

/// How a page is written.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// What the recording is called.
    pub title: String,
    /// What was selected of it, in words; empty for all of it.
    pub selection: String,
    /// Times of single spans are rounded down to multiples of this, which makes the page smaller.
    /// Merged graphs and statistics stay exact.
    pub resolution_ns: u64,
}

impl<'a> Report<'a> {
    /// Collects it: replays the recording once for its spans, once for all sums, and where it has switches
    /// once for its requests. More than `limit` segments are thinned
    /// out, as [`Spans::of`] does; merged graphs and statistics are over all of them.
    pub fn of(
        recording: &'a Recording,
        replay: &Replay<'_>,
        limit: usize,
    ) -> Result<Report<'a>, spanfire_recording::Error> {
        let (spans, overall) = (Spans::of(replay, limit)?, Overall::of(replay)?);
        let switches = recording.sampling().is_some_and(|sampling| sampling.switches);
        let requests = if switches { Some(RequestTable::of(replay)?) } else { None };
        let requests = requests.iter().flat_map(RequestTable::requests);
        let on_cpu = requests.map(|request| [request.id.0, request.cpu_ns, request.blocked_ns]);
        Ok(Report { recording, spans, overall, on_cpu: on_cpu.collect(), native: None })
    }

    /// The same with what was seen of the program in the spans of this selection.
    pub fn with_native(self, native: NativeGraphs) -> Report<'a> {
        Report { native: Some(native), ..self }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.spans.lanes.is_empty()
    }
}

/// A recording, and how it is written.
pub type Page<'a> = (&'a Report<'a>, &'a ReportOptions);

/// Writes the page of a recording, or of several.
pub fn report(reports: &[Page<'_>], sink: &mut dyn Write) -> Result<(), Error> {
    write(reports, &[], sink)
}

/// The same with a page of its own for what measuring costs the program.
pub fn report_with_experiment(
    reports: &[Page<'_>],
    tried: &Tried,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    write(reports, &[("-experiment", experiment::part(tried)?)], sink)
}

/// Writes the page of two recordings that are compared, with the comparison by physical and by
/// logical stacks, both forward.
pub fn diff_report(
    reports: [Page<'_>; 2],
    diffs: [&Diff; 2],
    options: &DiffOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let [by_thread, by_span] = diffs;
    let sites = reports.map(|(report, _)| report.recording.callsites());
    let diff = page_json(by_thread, by_span, sites, options).map_err(io::Error::from)?;
    write(&reports, &[("-diff", diff)], sink)
}

/// Writes a page with `parts` after its recordings, each a block of its kind.
fn write(
    reports: &[Page<'_>],
    parts: &[(&str, Vec<u8>)],
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let (before, after) = VIEWER.split_once(PLACE).unwrap_or((VIEWER, ""));
    sink.write_all(before.as_bytes())?;
    for (report, options) in reports {
        for bytes in blocks(report, options)? {
            block("", &bytes, sink)?;
        }
        block("-end", &[], sink)?;
    }
    for (kind, bytes) in parts {
        block(kind, bytes, sink)?;
    }
    sink.write_all(after.as_bytes())?;
    Ok(())
}

/// One block; empty ones are marks.
fn block(kind: &str, bytes: &[u8], sink: &mut dyn Write) -> Result<(), Error> {
    write!(sink, "<script type=\"application/x-spanfire{kind}\">")?;
    if !bytes.is_empty() {
        sink.write_all(ascii::encode(&deflated(bytes)?).as_bytes())?;
    }
    sink.write_all(b"</script>\n")?;
    Ok(())
}

/// The head, the lives, their fields, and the lanes, small ones together.
fn blocks(report: &Report<'_>, options: &ReportOptions) -> Result<Vec<Vec<u8>>, Error> {
    let resolution_ns = options.resolution_ns.max(1);
    let mut shapes = Shapes::default();
    let lanes = &report.spans.lanes;
    let parts: Vec<Parts> =
        lanes.iter().map(|lane| Parts::of(lane, resolution_ns, &mut shapes)).collect();
    let shapes = shapes.finish();
    let lives = (0u64..).zip(&report.spans.lives);
    let (columns, fields) = fields::encode(lives.map(|(index, life)| (index, &life.fields[..])));
    let (mark_columns, mark_fields) = fields::encode(mark_fields(lanes));
    let info = tables::info_facts(report.recording, &report.overall.summary);
    let head = Head::of(report, options, &shapes, [&columns, &mark_columns], info)?;
    let mut blocks = vec![
        serde_json::to_vec(&head).map_err(io::Error::from)?,
        lives::encode(&report.spans, resolution_ns),
        numbers::joined(&[fields, mark_fields].concat()),
    ];
    let mut group = Vec::new();
    for (parts, lane) in parts.iter().zip(lanes) {
        group.push(parts.encode(lane, &shapes, resolution_ns));
        if group.iter().map(Vec::len).sum::<usize>() >= LANES_TOGETHER {
            blocks.push(numbers::joined(&std::mem::take(&mut group)));
        }
    }
    if !group.is_empty() {
        blocks.push(numbers::joined(&group));
    }
    Ok(blocks)
}

/// The fields of all instants, which are numbered through all lanes.
fn mark_fields(lanes: &[LaneSpans]) -> impl Iterator<Item = (u64, &[Field])> {
    let mut first = 0;
    lanes.iter().flat_map(move |lane| {
        let before = first;
        first += lane.marks.len() as u64;
        lane.mark_fields.iter().map(move |(index, fields)| (before + *index as u64, &fields[..]))
    })
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(8));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
