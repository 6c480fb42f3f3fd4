//! Where the time went, per span name.

use super::compensated::{self, CompensatedTimes};
use super::on_cpu::OnCpu;
use super::{Format, layout, numbers, printable};
use crate::Error;
use serde::Serialize;
use spanfire_recording::Origin;
use spanfire_views::{Ledger, Names, SpanStatistics, Statistics};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

/// How [`top`] is arranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct TopOptions<'a> {
    /// How rows are named.
    pub names: Names,
    /// What comes first.
    pub order: TopOrder,
    /// How many rows at most; `None` for all.
    pub limit: Option<usize>,
    /// What the recording was imported from: what that lacks is left out, and said.
    pub origin: Option<&'a Origin>,
}

/// What comes first in [`top`]; rows that are equal in it stand in the order of decreasing self time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopOrder {
    /// The most self time.
    #[default]
    SelfTime,
    /// The most busy time, children included.
    Total,
    /// The most spans.
    Count,
    /// The largest 99th percentile of busy time per span.
    P99,
    /// The most time on a processor, children included.
    Cpu,
    /// The most time entered but not on one, children included.
    Blocked,
}

/// Writes one row per callsite that has spans.
pub fn top(
    statistics: &Statistics,
    options: &TopOptions<'_>,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    write(statistics, None, options, format, sink)
}

/// The same rows in the same order, with the times that remain without what recording took.
pub fn compensated_top(
    statistics: &Statistics,
    ledger: &Ledger,
    options: &TopOptions<'_>,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    write(statistics, Some(ledger), options, format, sink)
}

fn write(
    statistics: &Statistics,
    ledger: Option<&Ledger>,
    options: &TopOptions<'_>,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let shown = arranged(statistics, options);
    match format {
        Format::Table => write_table(statistics, ledger, &shown, options, sink)?,
        Format::Json => {
            let rows: Vec<RowCompensated> =
                shown.iter().map(|row| RowCompensated::of(row, ledger, options)).collect();
            serde_json::to_writer_pretty(&mut *sink, &rows).map_err(io::Error::from)?;
            writeln!(sink)?;
        }
        Format::Csv => write_csv(&shown, ledger, options, sink)?,
    }
    Ok(())
}

fn arranged<'a>(statistics: &'a Statistics, options: &TopOptions<'_>) -> Vec<&'a SpanStatistics> {
    let mut rows: Vec<&SpanStatistics> = statistics.rows.iter().collect();
    rows.sort_by_cached_key(|row| {
        let first = match options.order {
            TopOrder::SelfTime => row.self_ns,
            TopOrder::Total => row.busy_ns,
            TopOrder::Count => row.spans,
            TopOrder::P99 => row.quantile_ns(0.99),
            TopOrder::Cpu => row.cpu_ns,
            TopOrder::Blocked => row.blocked_ns,
        };
        Reverse((first, row.self_ns))
    });
    rows.truncate(options.limit.unwrap_or(usize::MAX));
    rows
}

/// A row as programs read it. What needs counts of calls is `null` where there are none.
#[derive(Serialize)]
struct Row<'a> {
    name: String,
    target: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    spans: Option<u64>,
    segments: Option<u64>,
    busy_ns: u64,
    self_ns: u64,
    nonreentrant_ns: u64,
    idle_ns: Option<u64>,
    min_ns: Option<u64>,
    mean_ns: Option<u64>,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p99_ns: Option<u64>,
    max_ns: Option<u64>,
}

/// A row with what only recordings with context switches know.
#[derive(Serialize)]
struct RowOnCpu<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    #[serde(flatten)]
    on_cpu: OnCpu,
}

impl<'a> RowOnCpu<'a> {
    fn of(row: &'a SpanStatistics, options: &TopOptions<'_>) -> Self {
        RowOnCpu { row: Row::of(row, options), on_cpu: on_cpu(row) }
    }
}

fn on_cpu(row: &SpanStatistics) -> OnCpu {
    OnCpu::of(row.cpu_ns, row.blocked_ns)
}

/// The keys of [`Row`], for a CSV file without rows.
const COLUMNS: [&str; 16] = [
    "name",
    "target",
    "file",
    "line",
    "spans",
    "segments",
    "busy_ns",
    "self_ns",
    "nonreentrant_ns",
    "idle_ns",
    "min_ns",
    "mean_ns",
    "p50_ns",
    "p90_ns",
    "p99_ns",
    "max_ns",
];

impl<'a> Row<'a> {
    fn of(row: &'a SpanStatistics, options: &TopOptions<'_>) -> Self {
        let called = |number| has_calls(options).then_some(number);
        Row {
            name: options.names.label(&row.callsite),
            target: &row.callsite.target,
            file: row.callsite.file.as_deref(),
            line: row.callsite.line,
            spans: called(row.spans),
            segments: called(row.segments),
            busy_ns: row.busy_ns,
            self_ns: row.self_ns,
            nonreentrant_ns: row.nonreentrant_ns,
            idle_ns: called(row.idle_ns),
            min_ns: called(row.min_ns),
            mean_ns: called(row.mean_ns()),
            p50_ns: called(row.quantile_ns(0.5)),
            p90_ns: called(row.quantile_ns(0.9)),
            p99_ns: called(row.quantile_ns(0.99)),
            max_ns: called(row.max_ns),
        }
    }
}

fn has_calls(options: &TopOptions<'_>) -> bool {
    options.origin.is_none_or(|origin| !origin.lacks.calls)
}

/// A row, and what remains of its times where that is asked for.
#[derive(Serialize)]
struct RowCompensated<'a> {
    #[serde(flatten)]
    row: RowOnCpu<'a>,
    #[serde(flatten)]
    compensated: Option<CompensatedTimes>,
}

impl<'a> RowCompensated<'a> {
    fn of(row: &'a SpanStatistics, ledger: Option<&Ledger>, options: &TopOptions<'_>) -> Self {
        let times = |ledger| CompensatedTimes::of(&compensated::account(ledger, row.id));
        RowCompensated { row: RowOnCpu::of(row, options), compensated: ledger.map(times) }
    }
}

fn write_csv(
    shown: &[&SpanStatistics],
    ledger: Option<&Ledger>,
    options: &TopOptions<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
    let on_cpu_known = shown.iter().any(|row| on_cpu(row).is_known());
    let more = if on_cpu_known { &OnCpu::COLUMNS[..] } else { &[] };
    let compensated = if ledger.is_some() { &CompensatedTimes::COLUMNS[..] } else { &[] };
    csv.write_record(COLUMNS.iter().chain(more).chain(compensated))?;
    for row in shown {
        let times =
            ledger.map(|ledger| CompensatedTimes::of(&compensated::account(ledger, row.id)));
        match (on_cpu_known, times) {
            (true, None) => csv.serialize((Row::of(row, options), on_cpu(row).fields()))?,
            (false, None) => csv.serialize(Row::of(row, options))?,
            (true, Some(times)) => {
                csv.serialize((Row::of(row, options), on_cpu(row).fields(), times))?;
            }
            (false, Some(times)) => csv.serialize((Row::of(row, options), times))?,
        }
    }
    csv.flush()
}

fn write_table(
    statistics: &Statistics,
    ledger: Option<&Ledger>,
    shown: &[&SpanStatistics],
    options: &TopOptions<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let amount = numbers::amount_of(options.origin);
    if statistics.rows.is_empty() {
        return writeln!(sink, "no spans");
    }
    let recursion = shown.iter().any(|row| row.nonreentrant_ns != row.busy_ns);
    let mut header = vec!["self", "self %", "total"];
    if ledger.is_some() {
        header.extend(compensated::HEADER);
    }
    if recursion {
        header.push("nonreentrant");
    }
    let on_cpu_known = shown.iter().any(|row| on_cpu(row).is_known());
    if on_cpu_known {
        header.extend(["on cpu", "blocked"]);
    }
    if has_calls(options) {
        header.extend(["spans", "mean", "p50", "p90", "p99", "max", "idle"]);
    }
    header.push("name");
    let mut table = layout::table(&header, 1);
    for (row, label) in shown.iter().zip(labels(shown, options.names)) {
        let mut cells = vec![
            amount(row.self_ns),
            numbers::percent(row.self_ns, statistics.total_self_ns),
            amount(row.busy_ns),
        ];
        if let Some(ledger) = ledger {
            cells.extend(compensated::cells(&compensated::account(ledger, row.id)));
        }
        if recursion {
            cells.push(amount(row.nonreentrant_ns));
        }
        if on_cpu_known {
            cells.extend(on_cpu(row).cells());
        }
        if has_calls(options) {
            cells.push(numbers::count(row.spans));
            let busy = [row.mean_ns(), row.quantile_ns(0.5), row.quantile_ns(0.9)];
            cells.extend(busy.map(amount));
            cells.extend([row.quantile_ns(0.99), row.max_ns, row.idle_ns].map(amount));
        }
        cells.push(printable(&label));
        table.add_row(cells);
    }
    writeln!(sink, "{}", table.trim_fmt())?;
    let without = ledger.map(compensated::total).unwrap_or_default();
    writeln!(sink, "{}{without}", totals(statistics, shown, amount))?;
    match options.origin {
        Some(origin) => writeln!(sink, "{}", printable(&origin.to_string())),
        None => Ok(()),
    }
}

/// Labels, with the place in the source where a label alone would name two rows.
fn labels(shown: &[&SpanStatistics], names: Names) -> Vec<String> {
    let labels: Vec<String> = shown.iter().map(|row| names.label(&row.callsite)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for label in &labels {
        *uses.entry(label).or_default() += 1;
    }
    let told_apart = |(label, row): (&String, &&SpanStatistics)| match uses[label.as_str()] {
        1 => label.clone(),
        _ => Names::Location.label(&row.callsite),
    };
    labels.iter().zip(shown).map(told_apart).collect()
}

/// The line under the table: how much of everything the rows above it account for.
fn totals(statistics: &Statistics, shown: &[&SpanStatistics], amount: fn(u64) -> String) -> String {
    let total = statistics.total_self_ns;
    let covered: u64 = shown.iter().map(|row| row.self_ns).sum();
    match shown.len() == statistics.rows.len() {
        true => {
            format!("Σ self {} in {}", amount(total), numbers::counted(shown.len() as u64, "row"))
        }
        false => format!(
            "Σ self {} of {} ({}) in {} of {}",
            amount(covered),
            amount(total),
            numbers::percent(covered, total),
            numbers::count(shown.len() as u64),
            numbers::counted(statistics.rows.len() as u64, "row"),
        ),
    }
}
