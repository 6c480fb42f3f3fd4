//! `info` as people read it.

use super::{form_name, lane_extents, lane_label, ns, numbers, sampling, source_name};
use crate::duration;
use crate::tables::{layout, printable};
use spanfire_recording::{
    LaneId, Loss, LossCause, ProbeCost, ProbeSample, Recording, VERSION, tail::TailState,
};
use spanfire_views::Summary;
use std::io::{self, Write};

/// A program with thousands of threads would push everything else off the screen.
const LANES_SHOWN: usize = 20;
/// A slow disk gives as many losses as there were chunks.
const LOSSES_SHOWN: usize = 10;

pub(super) fn write(
    recording: &Recording,
    summary: &Summary,
    sink: &mut dyn Write,
) -> io::Result<()> {
    for (key, value) in facts(recording, summary) {
        writeln!(sink, "{key:<11} {value}")?;
    }
    write_lanes(recording, sink)?;
    for warning in warnings(recording, summary) {
        writeln!(sink, "warning: {warning}")?;
    }
    Ok(())
}

fn facts(recording: &Recording, summary: &Summary) -> Vec<(&'static str, String)> {
    let header = recording.header();
    let count = numbers::count;
    let amount = numbers::amount_of(header.origin.as_ref());
    let mut facts = vec![
        ("origin", origin(recording)),
        ("process", process(recording)),
        ("command", printable(&header.arguments.join(" "))),
        ("recorder", recorder(recording)),
        ("size", size(recording, summary)),
        ("duration", amount(summary.duration_ns)),
        ("spans", spans(summary)),
        ("segments", count(summary.segments)),
        ("instants", count(summary.instants)),
        ("threads", summary.threads.to_string()),
        ("lost events", count(summary.lost_events)),
        ("clock", clock(recording)),
        ("probe cost", probe_cost(recording)),
        ("with fields", probe_kind(recording, |cost| cost.fields)),
        ("reentered", probe_kind(recording, |cost| cost.reenter)),
        ("samples", sampling::line(recording)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn origin(recording: &Recording) -> String {
    let origin = recording.header().origin.as_ref();
    let period = origin.and_then(|origin| origin.period_ns);
    let period = period.map(|ns| format!("; a sample stands for {}", duration(ns)));
    let said = origin.map(ToString::to_string).unwrap_or_default();
    printable(&(said + &period.unwrap_or_default()))
}

fn process(recording: &Recording) -> String {
    let header = recording.header();
    if header.origin.is_some() {
        let (process, name) = (header.process_id, printable(&header.executable));
        return match (process, name.is_empty()) {
            (0, _) => name,
            (_, true) => format!("pid {process}"),
            (_, false) => format!("{name} (pid {process})"),
        };
    }
    let executable = match header.executable.as_str() {
        "" => "unknown executable".to_owned(),
        path => printable(path),
    };
    let machine = match header.parallelism {
        Some(threads) => {
            format!(", {}", numbers::counted(u64::from(threads), "hardware thread"))
        }
        None => String::new(),
    };
    let (os, arch) = (printable(&header.os), printable(&header.arch));
    format!("{executable} (pid {}) on {os} {arch}{machine}", header.process_id)
}

fn recorder(recording: &Recording) -> String {
    let header = recording.header();
    let version = printable(&header.recorder_version);
    if header.origin.is_some() {
        return format!("spanfire import {version}, format version {VERSION}");
    }
    format!("spanfire {version}, {} form, format version {VERSION}", form_name(header.form))
}

fn size(recording: &Recording, summary: &Summary) -> String {
    let bytes = recording.size_bytes();
    match summary.spans {
        0 => numbers::bytes(bytes),
        spans => {
            format!("{}, {:.1} bytes per span", numbers::bytes(bytes), bytes as f64 / spans as f64)
        }
    }
}

fn spans(summary: &Summary) -> String {
    let spans = numbers::count(summary.spans);
    match summary.open_spans {
        0 => spans,
        open => format!("{spans}, of which {} still open at the end", numbers::count(open)),
    }
}

fn clock(recording: &Recording) -> String {
    // Neither is there a clock of ours.
    if recording.header().origin.is_some() {
        return String::new();
    }
    let clock = &recording.header().clock;
    let mut text =
        format!("{}, {:.4} ns per tick", source_name(clock.source), clock.nanos_per_tick);
    if let Some(kernel) = &clock.kernel_source {
        text.push_str(&format!(", kernel keeps time with {}", printable(kernel)));
    }
    if let Some(known) = recording.calibration() {
        let anchors = numbers::counted(recording.anchors().len() as u64, "anchor");
        text.push_str(&format!(", {anchors}, times to within {}", duration(known.error_ns)));
        if let Some(ppm) = known.corrected_ppm {
            text.push_str(&format!(", rate corrected by {ppm:.1} ppm"));
        }
    }
    if recording.clamped_ticks() > 0 {
        let clamped = numbers::counted(recording.clamped_ticks(), "tick");
        text.push_str(&format!(", {clamped} moved to keep order"));
    }
    text
}

fn probe_cost(recording: &Recording) -> String {
    match recording.probe_cost() {
        Some(cost) => probe_sample(&cost.plain, cost.samples),
        None if recording.header().origin.is_some() => String::new(),
        None => "not measured".to_owned(),
    }
}

fn probe_kind(recording: &Recording, kind: fn(&ProbeCost) -> Option<ProbeSample>) -> String {
    let cost = recording.probe_cost();
    let sample = cost.and_then(|cost| Some(probe_sample(&kind(cost)?, cost.samples)));
    sample.unwrap_or_default()
}

fn probe_sample(sample: &ProbeSample, samples: u32) -> String {
    let (inside, outside) = (sample.inside_median_ns, sample.outside_median_ns);
    let spread = match (sample.inside_spread_ns, sample.outside_spread_ns) {
        (Some(inside), Some(outside)) => format!(", spread {:.1} ns", inside + outside),
        _ => String::new(),
    };
    format!(
        "{:.1} ns per span: {inside:.1} ns inside it, {outside:.1} ns in its parent (median of {}; \
         {:.1} ns at least{spread})",
        inside + outside,
        numbers::count(u64::from(samples)),
        sample.inside_min_ns + sample.outside_min_ns,
    )
}

fn write_lanes(recording: &Recording, sink: &mut dyn Write) -> io::Result<()> {
    let lanes = recording.lanes();
    if lanes.is_empty() {
        return Ok(());
    }
    let mut table = layout::table(&["events", "first", "last", "os id", "thread"], 1);
    let shown = lanes.iter().zip(lane_extents(recording)).zip(0..).take(LANES_SHOWN);
    for ((lane, extent), number) in shown {
        table.add_row([
            numbers::count(extent.events),
            extent.first_ns.map(duration).unwrap_or_default(),
            extent.last_ns.map(duration).unwrap_or_default(),
            lane.os_thread_id.map(|id| id.to_string()).unwrap_or_default(),
            printable(&lane.label(LaneId(number))),
        ]);
    }
    writeln!(sink, "\n{}", table.trim_fmt())?;
    match lanes.len().saturating_sub(LANES_SHOWN) {
        0 => Ok(()),
        more => writeln!(sink, "… and {}", numbers::counted(more as u64, "more thread")),
    }
}

/// What is known of the events behind the last whole block.
fn end_of_unfinished(tail: &TailState) -> String {
    match tail {
        TailState::Missing => "everything before it is here, but what the process recorded in its \
             last 100 ms may not be, since no tail file stands beside it"
            .to_string(),
        TailState::Growing => {
            "it goes on growing: everything its writer has written is here".to_string()
        }
        TailState::Refused(error) => format!(
            "everything before it is here, but the tail file beside it cannot be used: {}",
            printable(&error.to_string()),
        ),
        TailState::Damaged(_) => "what follows was taken from the tail file beside it, but that \
             is damaged: the last events of some threads are missing"
            .to_string(),
        TailState::Taken(taken) => format!(
            "what follows, {}, was taken from the tail file beside it: no event is missing",
            numbers::counted(taken.records, "record"),
        ),
    }
}

/// What is missing or doubtful, a sentence each: cuts, losses, stalls, the clock.
pub fn warnings(recording: &Recording, summary: &Summary) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(cut) = recording.cut() {
        warnings.push(format!(
            "the recording was not finished: cut at byte {} ({}); {}",
            cut.at_byte,
            printable(&cut.reason),
            end_of_unfinished(recording.tail()),
        ));
    }
    let losses = recording.losses().iter().filter(|loss| loss.cause != LossCause::Stall);
    warnings.extend(losses.clone().take(LOSSES_SHOWN).map(|loss| lost(recording, loss)));
    match losses.count().saturating_sub(LOSSES_SHOWN) {
        0 => {}
        more => warnings.push(format!("{more} more losses; `--format json` lists them all")),
    }
    warnings.extend(doubts(recording, summary));
    warnings.extend(sampling::doubts(recording));
    warnings
}

fn lost(recording: &Recording, loss: &Loss) -> String {
    let why = match loss.cause {
        LossCause::Sink => "the file could not be written (is the disk full?)",
        _ => "the collector fell behind: enlarge the buffer or choose Overflow::Block",
    };
    format!(
        "{} events of {} are missing between {} and {}: {why}",
        numbers::count(loss.events),
        printable(&lane_label(recording, loss.lane)),
        duration(ns(recording, loss.first)),
        duration(ns(recording, loss.last)),
    )
}

fn doubts(recording: &Recording, summary: &Summary) -> Vec<String> {
    let count = numbers::count;
    let mut doubts = Vec::new();
    if let Some(warning) = &recording.header().clock.warning {
        doubts.push(format!("the clock: {}", printable(warning)));
    }
    if recording.clamped_ticks() > 0 {
        let clamped = count(recording.clamped_ticks());
        doubts.push(format!("the clock ran backwards: {clamped} events were moved to keep order"));
    }
    if summary.stalled_ns > 0 {
        let stalled = duration(summary.stalled_ns);
        doubts.push(format!("threads waited {stalled} for the collector: enlarge the buffer"));
    }
    if summary.unmatched_exits > 0 {
        let exits = count(summary.unmatched_exits);
        doubts.push(format!("{exits} exits of spans that were not entered on that thread"));
    }
    if summary.unknown_spans > 0 {
        let unknown = count(summary.unknown_spans);
        doubts.push(format!("{unknown} spans were used but never seen to be created"));
    }
    if summary.inexact_starts > 0 {
        let inexact = count(summary.inexact_starts);
        doubts
            .push(format!("{inexact} spans may have been created later than they are shown to be"));
    }
    doubts
}
