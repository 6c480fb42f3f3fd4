//! What samplers would have said, as a line for each frame and rate.

use super::rows::{ReadingRow, stack};
use serde::Serialize;
use spanfire_views::{Names, SamplingEstimate};
use std::io::{self, Write};

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    stack: &'a str,
    depth: usize,
    segments: u64,
    part: &'static str,
    busy_ns: u64,
    probe_ns: Option<u64>,
    share: f64,
    hz: u32,
    expected: f64,
    samples: u64,
    reported: f64,
    low: f64,
    high: f64,
    error: Option<f64>,
    standard_error: Option<f64>,
    missed: bool,
    dispersion: f64,
    belief: Option<&'static str>,
}

/// The keys of [`Line`], for a file without rows.
const COLUMNS: [&str; 19] = [
    "name",
    "stack",
    "depth",
    "segments",
    "part",
    "busy_ns",
    "probe_ns",
    "share",
    "hz",
    "expected",
    "samples",
    "reported",
    "low",
    "high",
    "error",
    "standard_error",
    "missed",
    "dispersion",
    "belief",
];

/// Each frame with all that is under it, then by itself, at each rate; stacks with `;` between
/// labels, the outermost first.
pub(super) fn write(
    estimate: &SamplingEstimate,
    names: Names,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
    csv.write_record(COLUMNS)?;
    for (index, frame) in estimate.frames().iter().enumerate().skip(1) {
        let labels = stack(estimate, index, names);
        let stack = labels.join(";");
        for (part, time) in [("total", &frame.total), ("self", &frame.own)] {
            for rate in 0..estimate.rates_hz().len() {
                let reading = ReadingRow::of(estimate, time, rate);
                csv.serialize(Line {
                    name: labels.last().map_or("", String::as_str),
                    stack: &stack,
                    depth: frame.depth,
                    segments: frame.segments,
                    part,
                    busy_ns: time.busy_ns,
                    probe_ns: time.probe_ns.map(|ns| ns.max(0.0).round() as u64),
                    share: time.busy_ns as f64 / estimate.busy_ns().max(1) as f64,
                    hz: reading.hz,
                    expected: reading.expected,
                    samples: reading.samples,
                    reported: reading.reported,
                    low: reading.low,
                    high: reading.high,
                    error: reading.error,
                    standard_error: reading.standard_error,
                    missed: reading.missed,
                    dispersion: reading.dispersion,
                    belief: reading.belief,
                })?;
            }
        }
    }
    csv.flush()
}
