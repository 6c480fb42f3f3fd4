//! A diff as one JSON object.

use super::DiffOptions;
use super::amount::Scale;
use super::rows::{MeasuredRow, PathRow, paths};
use crate::tables::OnCpu;
use serde::Serialize;
use spanfire_views::{CONFIDENCE, Diff, FALSE_DISCOVERY_RATE, Weight};
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    before: Side,
    after: Side,
    weight: &'static str,
    threshold: f64,
    false_discovery_rate: f64,
    confidence: f64,
    names: Vec<MeasuredRow<'a>>,
    paths: Vec<PathRow>,
}

#[derive(Serialize)]
struct Side {
    recordings: usize,
    spans: u64,
    total_ns: u64,
    idle_ns: u64,
    /// Where switches tell.
    #[serde(flatten)]
    on_cpu: OnCpu,
}

/// All names, the largest change of self time first, and all stacks, every one after that around it.
pub(super) fn write(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> io::Result<()> {
    let [before, after] = sides(diff);
    let names = diff.names().iter();
    let document = Document {
        before,
        after,
        weight: options.weight.word(),
        threshold: options.threshold,
        false_discovery_rate: FALSE_DISCOVERY_RATE,
        confidence: CONFIDENCE,
        names: names.map(|name| MeasuredRow::of(diff, name, options)).collect(),
        paths: paths(diff, options),
    };
    serde_json::to_writer_pretty(&mut *sink, &document).map_err(io::Error::from)?;
    writeln!(sink)
}

fn sides(diff: &Diff) -> [Side; 2] {
    let scale = Scale::per_recording(diff.recordings());
    let total = |weight| scale.rounded(diff.total(weight));
    let (spans, busy, idle) = (total(Weight::Count), total(Weight::Busy), total(Weight::Idle));
    let (cpu, blocked) = (total(Weight::Cpu), total(Weight::Blocked));
    [0, 1].map(|side| Side {
        recordings: diff.recordings()[side],
        spans: spans[side],
        total_ns: busy[side],
        idle_ns: idle[side],
        on_cpu: OnCpu::of(cpu[side], blocked[side]),
    })
}
