//! What samplers would have said, for people.
//!
//! Four tables: the rates, the frames by depth and by size, and the names that would have been
//! misjudged most.

use super::{SamplingTableOptions, misjudged, percent};
use crate::duration;
use crate::tables::{count, counted, layout, printable};
use spanfire_views::{
    Belief, FrameGroup, FramePart, Names, SampleTimer, Sampled, SampledFrame, SamplingEstimate,
    sampling_cost,
};
use std::io::{self, Write};

/// More stacks in lockstep than these are only counted.
const LOCKED_SHOWN: usize = 3;

pub(super) fn write(
    estimate: &SamplingEstimate,
    options: &SamplingTableOptions,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let frames = estimate.frames().len() as u64 - 1;
    if estimate.busy_ns() == 0 {
        return writeln!(sink, "sampling: nothing ran that a sampler could have seen");
    }
    writeln!(
        sink,
        "sampling: what {} would have said of {} busy time in {}",
        sampler(estimate.timer()),
        duration(estimate.busy_ns()),
        counted(frames, "frame"),
    )?;
    rates(estimate, sink)?;
    lockstep(estimate, options.names, sink)?;
    let depth = |group: &FrameGroup| group.key.to_string();
    groups(estimate, ("depth", &depth), &estimate.by_depth(FramePart::Total), sink)?;
    let decade = |group: &FrameGroup| {
        let [from, to] = [group.key, group.key + 1].map(|power| percent::share(10f64.powi(power)));
        format!("{} – {to}", from.trim_end_matches(" %"))
    };
    groups(estimate, ("share", &decade), &estimate.by_share(FramePart::Total), sink)?;
    names(estimate, options, sink)
}

fn sampler(timer: SampleTimer) -> &'static str {
    match timer {
        SampleTimer::Jittered => "a sampler with jitter",
        SampleTimer::Poisson => "a sampler at random moments",
        SampleTimer::Periodic => "a periodic sampler",
    }
}

fn rates(estimate: &SamplingEstimate, sink: &mut dyn Write) -> io::Result<()> {
    let header = [
        "rate",
        "samples",
        "costs",
        "missed",
        "seen at all from",
        "±10 % from",
        "beats the median spans from",
    ];
    let mut table = layout::table(&header, 0);
    for (rate, &hz) in estimate.rates_hz().iter().enumerate() {
        let timed = estimate.frames().iter().skip(1).filter(|frame| frame.total.busy_ns > 0);
        let missed = timed.filter(|frame| estimate.reading(&frame.total, rate).is_missed()).count();
        let crossing = estimate.crossing(rate).map(|crossing| percent::share(crossing.share));
        let expected = estimate.expected(rate);
        table.add_row([
            rate_label(hz),
            count(estimate.samples(rate)),
            percent::share(sampling_cost(hz)),
            counted(missed as u64, "frame"),
            percent::share((3.0 / expected).min(1.0)),
            percent::share(known_to_a_tenth(expected)),
            crossing.unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    writeln!(sink, "{}\n", table.trim_fmt())
}

/// The share whose 95 % interval is ±10 % of it: 1.96 √((1−p)/(pn)) = 0.1, solved for p.
fn known_to_a_tenth(samples: f64) -> f64 {
    1.0 / (1.0 + samples * (0.1f64 / 1.96).powi(2))
}

fn lockstep(estimate: &SamplingEstimate, names: Names, sink: &mut dyn Write) -> io::Result<()> {
    for (rate, &hz) in estimate.rates_hz().iter().enumerate() {
        let locked = estimate.lockstep(rate);
        for locked in locked.iter().take(LOCKED_SHOWN) {
            let part = match locked.part {
                FramePart::Total => "",
                FramePart::Own => "the own time of ",
            };
            writeln!(
                sink,
                "lockstep: a periodic sampler at {} reads {part}{} wrong by {}, its start decides \
                 which way; one with jitter does not",
                rate_label(hz),
                stack(estimate, locked.frame, names),
                percent::error(locked.error),
            )?;
        }
        if let Some(more) = locked.len().checked_sub(LOCKED_SHOWN).filter(|&more| more > 0) {
            writeln!(sink, "lockstep: … and {} more at this rate", counted(more as u64, "frame"))?;
        }
        if !locked.is_empty() {
            writeln!(sink)?;
        }
    }
    Ok(())
}

fn groups(
    estimate: &SamplingEstimate,
    (what, key): (&str, &dyn Fn(&FrameGroup) -> String),
    groups: &[FrameGroup],
    sink: &mut dyn Write,
) -> io::Result<()> {
    let mut header = vec![what.to_owned()];
    header.extend(["frames", "median share", "raw spans err"].map(str::to_owned));
    for hz in estimate.rates_hz() {
        header.extend([format!("{} errs", rate_label(*hz)), "misses".to_owned()]);
    }
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = layout::table(&header, 0);
    for group in groups {
        let bias = group.median_bias.map_or_else(|| "–".to_owned(), percent::error);
        let frames = count(group.frames as u64);
        let mut cells = vec![key(group), frames, percent::share(group.median_share), bias];
        for reading in &group.rates {
            cells.push(percent::error(reading.median_error));
            cells.push(format!("{:.0} %", 100.0 * reading.missed));
        }
        table.add_row(cells);
    }
    writeln!(sink, "{}\n", table.trim_fmt())
}

/// The names that would have been misjudged most.
fn names(
    estimate: &SamplingEstimate,
    options: &SamplingTableOptions,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let timed = estimate.names().iter().filter(|name| name.total.busy_ns > 0);
    let mut names: Vec<&SampledFrame> = timed.collect();
    names.sort_by(|a, b| misjudged(estimate, b).total_cmp(&misjudged(estimate, a)));
    let all = names.len();
    names.truncate(options.limit.unwrap_or(usize::MAX));
    let mut header = vec!["true share".to_owned(), "raw spans err".to_owned()];
    header.extend(estimate.rates_hz().iter().map(|&hz| format!("{} says", rate_label(hz))));
    header.extend(["believe".to_owned(), "name".to_owned()]);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = layout::table(&header, 2);
    for (name, label) in names.iter().zip(labels(estimate, &names, options.names)) {
        let mut cells = cells(estimate, name);
        cells.push(printable(&label));
        table.add_row(cells);
    }
    writeln!(sink, "{}", table.trim_fmt())?;
    writeln!(
        sink,
        "the {} of {} misjudged most, with 95 % intervals; `errs` is what half of the frames exceed",
        count(names.len() as u64),
        counted(all as u64, "name"),
    )
}

fn cells(estimate: &SamplingEstimate, name: &SampledFrame) -> Vec<String> {
    let share = name.total.busy_ns as f64 / estimate.busy_ns() as f64;
    let bias = name.total.bias().map_or_else(|| "–".to_owned(), percent::error);
    let mut cells = vec![percent::share(share), bias];
    let rates = 0..estimate.rates_hz().len();
    cells.extend(rates.map(|rate| says(estimate, &name.total, rate)));
    cells.push(believe(estimate, &name.total));
    cells
}

/// Labels, with the place in the source where a label alone would name two rows.
fn labels(estimate: &SamplingEstimate, shown: &[&SampledFrame], names: Names) -> Vec<String> {
    let label = |names: Names, frame: &SampledFrame| {
        frame.frame.map_or_else(String::new, |id| names.label(estimate.callsite(id)))
    };
    let labels: Vec<String> = shown.iter().map(|frame| label(names, frame)).collect();
    let told_apart = |(own, frame): (&String, &&SampledFrame)| match labels
        .iter()
        .filter(|other| *other == own)
        .count()
    {
        1 => own.clone(),
        _ => label(Names::Location, frame),
    };
    labels.iter().zip(shown).map(told_apart).collect()
}

fn says(estimate: &SamplingEstimate, time: &Sampled, rate: usize) -> String {
    let reading = estimate.reading(time, rate);
    let [reported, low, high] = [reading.reported, reading.low, reading.high].map(percent::share);
    let low = low.trim_end_matches(" %");
    match reading.is_missed() {
        true => format!("missed (up to {high})"),
        false => format!("{reported} ({low} – {high})"),
    }
}

/// The instrument with the smaller error, and from which rate on.
fn believe(estimate: &SamplingEstimate, time: &Sampled) -> String {
    let beliefs: Vec<(Option<Belief>, u32)> = (0..)
        .zip(estimate.rates_hz())
        .map(|(rate, &hz)| (estimate.belief(time, rate), hz))
        .collect();
    let first = |asked| beliefs.iter().find(|(belief, _)| *belief == Some(asked));
    match (first(Belief::Sampler), first(Belief::Either), first(Belief::Spans)) {
        (Some((_, hz)), ..) => format!("the sampler from {}", rate_label(*hz)),
        (_, Some((_, hz)), _) => format!("either from {}", rate_label(*hz)),
        (.., Some(_)) => "the spans".to_owned(),
        _ => "–".to_owned(),
    }
}

fn rate_label(hz: u32) -> String {
    format!("{} Hz", count(u64::from(hz)))
}

fn stack(estimate: &SamplingEstimate, index: usize, names: Names) -> String {
    let labels = super::rows::stack(estimate, index, names);
    printable(&labels.join(" → "))
}
