//! How native samples join with spans, and what they say of them.

use super::{Format, layout, numbers, printable};
use crate::{Error, duration};
use serde::Serialize;
use spanfire_views::{Compared, Hybrid, Joined, Names, Skew, SkewPoint, SkewVerdict};
use std::io::{self, Write};

/// More names scroll what stands above off the screen. Programs get all.
const NAMES_IN_A_TABLE: usize = 15;

/// What [`join`] shows.
pub struct JoinReport {
    /// Where the samples are from: `the recording`, or a file's name.
    pub source: String,
    /// The samples with their spans.
    pub hybrid: Hybrid,
    /// What shifting their times shows.
    pub skew: Skew,
    /// How many addresses the sample in the middle has.
    pub median_depth: usize,
    /// How many samples had no room.
    pub lost: u64,
}

/// Writes what became of the samples, whether the clocks agree, and what samples say of each name.
/// CSV holds the shifts.
pub fn join(report: &JoinReport, format: Format, sink: &mut dyn Write) -> Result<(), Error> {
    match format {
        Format::Table => text(report, sink)?,
        Format::Json => {
            serde_json::to_writer_pretty(sink, &Document::of(report)).map_err(io::Error::from)?;
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(sink);
            for point in &report.skew.points {
                csv.serialize(Shift::of(point)).map_err(io::Error::from)?;
            }
            csv.flush()?;
        }
    }
    Ok(())
}

/// The same as the JSON value.
pub(crate) fn join_facts(report: &JoinReport) -> Result<serde_json::Value, Error> {
    Ok(serde_json::to_value(Document::of(report)).map_err(io::Error::from)?)
}

#[derive(Serialize)]
struct Document<'a> {
    source: &'a str,
    samples: u64,
    lost_samples: u64,
    in_spans: u64,
    outside_spans: u64,
    without_lane: u64,
    threads_without_lane: u64,
    uncut: u64,
    profiler: u64,
    median_depth: usize,
    checked: u64,
    right: u64,
    right_share: f64,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plateau_from_ns: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plateau_to_ns: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    better_shift_ns: Option<i64>,
    shifts: Vec<Shift>,
    names: Vec<NameRow<'a>>,
}

#[derive(Serialize)]
struct Shift {
    shift_ns: i64,
    checked: u64,
    right: u64,
    right_share: f64,
}

#[derive(Serialize)]
struct NameRow<'a> {
    name: &'a str,
    target: &'a str,
    time_ns: u64,
    share: f64,
    samples: u64,
    reported: f64,
    low: f64,
    high: f64,
}

impl Shift {
    fn of(point: &SkewPoint) -> Shift {
        let &SkewPoint { shift_ns, checked, right } = point;
        Shift { shift_ns, checked, right, right_share: point.share() }
    }
}

impl<'a> Document<'a> {
    fn of(report: &'a JoinReport) -> Document<'a> {
        let Joined {
            samples,
            in_spans,
            outside,
            without_lane,
            threads_without_lane,
            uncut,
            profiler,
        } = report.hybrid.joined;
        let unshifted = report.skew.unshifted();
        let (verdict, plateau, better_shift_ns) = match report.skew.verdict() {
            SkewVerdict::Joins { plateau_ns } => ("joins", Some(plateau_ns), None),
            SkewVerdict::Off { shift_ns } => ("off", None, Some(shift_ns)),
            SkewVerdict::Unproven => ("unproven", None, None),
        };
        let name = |row: Compared| {
            let callsite = report.hybrid.tree.callsite(row.callsite);
            let (low, high) = row.interval;
            let Compared { time_ns, share, samples, reported, .. } = row;
            let (name, target) = (&callsite.name, &callsite.target);
            NameRow { name, target, time_ns, share, samples, reported, low, high }
        };
        Document {
            source: &report.source,
            samples,
            lost_samples: report.lost,
            in_spans,
            outside_spans: outside,
            without_lane,
            threads_without_lane,
            uncut,
            profiler,
            median_depth: report.median_depth,
            checked: unshifted.checked,
            right: unshifted.right,
            right_share: unshifted.share(),
            verdict,
            plateau_from_ns: plateau.map(|(from, _)| from),
            plateau_to_ns: plateau.map(|(_, to)| to),
            better_shift_ns,
            shifts: report.skew.points.iter().map(Shift::of).collect(),
            names: report.hybrid.compared().into_iter().map(name).collect(),
        }
    }
}

fn text(report: &JoinReport, sink: &mut dyn Write) -> io::Result<()> {
    let joined = &report.hybrid.joined;
    write!(
        sink,
        "native: {} of {}: {} in spans, {} outside every span",
        numbers::counted(joined.samples, "sample"),
        printable(&report.source),
        numbers::count(joined.in_spans),
        numbers::count(joined.outside),
    )?;
    if joined.without_lane > 0 {
        let threads = numbers::counted(joined.threads_without_lane, "thread");
        write!(sink, ", {} of {threads} without spans", numbers::count(joined.without_lane))?;
    }
    if report.lost > 0 {
        write!(sink, "; {} more were lost", numbers::count(report.lost))?;
    }
    writeln!(sink)?;
    writeln!(sink, "{}", verdict(&report.skew))?;
    if joined.in_spans + joined.outside == 0 {
        return Ok(());
    }
    let of_all = |part| numbers::percent(part, joined.in_spans);
    writeln!(
        sink,
        "{} found the program at recording, {} could not be cut below their span",
        of_all(joined.profiler),
        of_all(joined.uncut)
    )?;
    writeln!(sink)?;
    let mut shifts = layout::table(&["shifted by", "checked", "right"], 0);
    for point in &report.skew.points {
        shifts.add_row([
            signed(point.shift_ns),
            numbers::count(point.checked),
            percent(point.share()),
        ]);
    }
    writeln!(sink, "{}", shifts.trim_fmt())?;
    writeln!(sink)?;
    names(report, sink)
}

/// One line on the clocks.
fn verdict(skew: &Skew) -> String {
    let unshifted = skew.unshifted();
    let share = format!(
        "{} of {} that can be checked fell into a span whose function is in their stack",
        percent(unshifted.share()),
        numbers::counted(unshifted.checked, "sample"),
    );
    match skew.verdict() {
        SkewVerdict::Joins { plateau_ns: (from, to) } => format!(
            "the clocks join: {share}, and no shift is better; as good are {} to {}",
            signed(from),
            signed(to)
        ),
        SkewVerdict::Off { shift_ns } => {
            format!("the clocks do not join: {share}, more when shifted by {}", signed(shift_ns))
        }
        SkewVerdict::Unproven if unshifted.checked == 0 => {
            "whether the clocks join is not known: no sample can be checked".to_owned()
        }
        SkewVerdict::Unproven => format!("whether the clocks join is not known: {share}"),
    }
}

fn names(report: &JoinReport, sink: &mut dyn Write) -> io::Result<()> {
    let rows = report.hybrid.compared();
    let header = ["time", "exact", "sampled", "from", "to", "samples", "name"];
    let mut table = layout::table(&header, 1);
    for row in rows.iter().take(NAMES_IN_A_TABLE) {
        let mut cells = vec![duration(row.time_ns)];
        cells.extend([row.share, row.reported, row.interval.0, row.interval.1].map(percent));
        cells.push(numbers::count(row.samples));
        cells.push(printable(&report.hybrid.tree.label(row.callsite, Names::Name)));
        table.add_row(cells);
    }
    writeln!(sink, "{}", table.trim_fmt())?;
    if rows.len() > NAMES_IN_A_TABLE {
        let more = (rows.len() - NAMES_IN_A_TABLE) as u64;
        writeln!(sink, "and {}", numbers::counted(more, "more name"))?;
    }
    Ok(())
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn signed(shift_ns: i64) -> String {
    match shift_ns {
        0 => "0".to_owned(),
        1.. => format!("+{}", duration(shift_ns.unsigned_abs())),
        _ => format!("−{}", duration(shift_ns.unsigned_abs())),
    }
}
