//! Every request, one row each.

use super::compensated::{self, CompensatedWork};
use super::fields::{FieldObject, line};
use super::on_cpu::OnCpu;
use super::{Format, layout, numbers, printable};
use crate::Error;
use serde::Serialize;
use spanfire_recording::{Lacks, Origin};
use spanfire_views::{Compensated, Names, Request, RequestTable};
use std::cmp::Reverse;
use std::io::{self, Write};

/// How [`requests`] is arranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestsOptions<'a> {
    /// How roots are named.
    pub names: Names,
    /// What comes first.
    pub order: RequestOrder,
    /// How many rows at most; `None` for all.
    pub limit: Option<usize>,
    /// What the recording was imported from: what that lacks is left out, and said.
    pub origin: Option<&'a Origin>,
}

/// What comes first in [`requests`]; rows that are equal in it stand in the order of their start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestOrder {
    /// The longest lifetime.
    #[default]
    Lifetime,
    /// The most busy time.
    Busy,
    /// The most idle time.
    Idle,
    /// The earliest start.
    Start,
    /// The most work on a processor.
    Cpu,
    /// The most work that was not on one.
    Blocked,
}

/// Writes one row per request.
pub fn requests(
    table: &RequestTable,
    options: &RequestsOptions<'_>,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let shown = arranged(table, options);
    let rows = shown.iter().map(|request| Row::of(table, request, options));
    match format {
        Format::Table => write_table(table, &shown, options, sink)?,
        Format::Json => {
            let rows: Vec<Row> = rows.collect();
            serde_json::to_writer_pretty(&mut *sink, &rows).map_err(io::Error::from)?;
            writeln!(sink)?;
        }
        Format::Csv => {
            let on_cpu_known = shown.iter().any(|request| on_cpu(request).is_known());
            let compensated = shown.iter().any(|request| request.compensated_work.is_some());
            write_csv(rows, on_cpu_known, compensated, sink)?;
        }
    }
    Ok(())
}

fn on_cpu(request: &Request) -> OnCpu {
    OnCpu::of(request.cpu_ns, request.blocked_ns)
}

fn arranged<'a>(table: &'a RequestTable, options: &RequestsOptions<'_>) -> Vec<&'a Request> {
    let mut requests: Vec<&Request> = table.requests().iter().collect();
    match options.order {
        RequestOrder::Lifetime => requests.sort_by_key(|request| Reverse(request.lifetime_ns)),
        RequestOrder::Busy => requests.sort_by_key(|request| Reverse(request.busy_ns)),
        RequestOrder::Idle => requests.sort_by_key(|request| Reverse(request.idle_ns)),
        RequestOrder::Start => {}
        RequestOrder::Cpu => requests.sort_by_key(|request| Reverse(request.cpu_ns)),
        RequestOrder::Blocked => requests.sort_by_key(|request| Reverse(request.blocked_ns)),
    }
    requests.truncate(options.limit.unwrap_or(usize::MAX));
    requests
}

/// A row as programs read it. What the recording's source did not know is `null`.
#[derive(Serialize)]
struct Row<'a> {
    id: u64,
    name: String,
    start_ns: Option<u64>,
    lifetime_ns: Option<u64>,
    busy_ns: u64,
    idle_ns: Option<u64>,
    work_ns: u64,
    #[serde(flatten)]
    on_cpu: OnCpu,
    #[serde(flatten)]
    compensated: Option<CompensatedWork>,
    spans: Option<u64>,
    segments: Option<u64>,
    threads: usize,
    open: bool,
    fields: FieldObject<'a>,
}

impl<'a> Row<'a> {
    fn of(table: &RequestTable, request: &'a Request, options: &RequestsOptions<'_>) -> Self {
        let lacks = lacks(options);
        let timed = |ns| (!lacks.times).then_some(ns);
        let called = |number| (!lacks.calls).then_some(number);
        Row {
            id: request.id.0,
            name: options.names.label(table.callsite(request)),
            start_ns: timed(request.start_ns),
            lifetime_ns: called(request.lifetime_ns),
            busy_ns: request.busy_ns,
            idle_ns: called(request.idle_ns),
            work_ns: request.work_ns,
            on_cpu: on_cpu(request),
            compensated: request.compensated_work.map(CompensatedWork::of),
            spans: called(request.spans),
            segments: called(request.segments),
            threads: request.threads,
            open: request.open,
            fields: FieldObject(&request.fields),
        }
    }
}

fn lacks(options: &RequestsOptions<'_>) -> Lacks {
    options.origin.map_or(Lacks::default(), |origin| origin.lacks)
}

/// The fields are one column that holds a JSON object: requests of different roots have different
/// ones.
fn write_csv<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    on_cpu_known: bool,
    compensated: bool,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(sink);
    let more = if on_cpu_known { &OnCpu::COLUMNS[..] } else { &[] };
    let columns = [
        "id",
        "name",
        "start_ns",
        "lifetime_ns",
        "busy_ns",
        "idle_ns",
        "work_ns",
        "spans",
        "segments",
        "threads",
        "open",
        "fields",
    ];
    let work = if compensated { &CompensatedWork::COLUMNS[..] } else { &[] };
    csv.write_record(columns.iter().chain(more).chain(work))?;
    for row in rows {
        let (busy, work) = (Some(row.busy_ns), Some(row.work_ns));
        let times = [row.start_ns, row.lifetime_ns, busy, row.idle_ns, work];
        let counts = [row.spans, row.segments, Some(row.threads as u64)];
        csv.write_field(row.id.to_string())?;
        csv.write_field(&row.name)?;
        for number in times.into_iter().chain(counts) {
            csv.write_field(number.map(|number| number.to_string()).unwrap_or_default())?;
        }
        csv.write_field(row.open.to_string())?;
        csv.write_field(serde_json::to_string(&row.fields)?)?;
        for time_ns in row.on_cpu.fields().into_iter().filter(|_| on_cpu_known) {
            csv.write_field(time_ns.map_or(String::new(), |time_ns| time_ns.to_string()))?;
        }
        for time_ns in row.compensated.iter().flat_map(CompensatedWork::fields) {
            csv.write_field(time_ns.to_string())?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

fn write_table(
    table: &RequestTable,
    shown: &[&Request],
    options: &RequestsOptions<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let (lacks, amount) = (lacks(options), numbers::amount_of(options.origin));
    if table.requests().is_empty() {
        return writeln!(sink, "no requests");
    }
    let on_cpu_known = shown.iter().any(|request| on_cpu(request).is_known());
    let compensated = shown.iter().any(|request| request.compensated_work.is_some());
    let columns = [
        ("id", true),
        ("start", !lacks.times),
        ("lifetime", !lacks.calls),
        ("busy", true),
        ("idle", !lacks.calls),
        ("work", true),
        ("compensated work", compensated),
        ("on cpu", on_cpu_known),
        ("blocked", on_cpu_known),
        ("spans", !lacks.calls),
        ("threads", !lacks.threads),
        ("request", true),
    ];
    let known = || columns.iter().filter(|(_, is_known)| *is_known);
    let header: Vec<&str> = known().map(|(name, _)| *name).collect();
    let mut rows = layout::table(&header, 1);
    for request in shown {
        let [on_cpu, blocked] = on_cpu(request).cells();
        let cells = [
            request.id.to_string(),
            amount(request.start_ns),
            amount(request.lifetime_ns),
            amount(request.busy_ns),
            amount(request.idle_ns),
            amount(request.work_ns),
            request.compensated_work.map_or_else(String::new, |left| compensated::cell(&left)),
            on_cpu,
            blocked,
            numbers::count(request.spans),
            request.threads.to_string(),
            title(table, request, options.names),
        ];
        let known = cells.into_iter().zip(columns).filter(|(_, (_, is_known))| *is_known);
        rows.add_row(known.map(|(cell, _)| cell));
    }
    writeln!(sink, "{}", rows.trim_fmt())?;
    writeln!(sink, "{}{}", totals(table, shown, amount), without_recording(table))?;
    match options.origin {
        Some(origin) => writeln!(sink, "{}", printable(&origin.to_string())),
        None => Ok(()),
    }
}

/// `GET /orders method=GET uri=/orders`, and `(open)` where the recording ended before the request.
fn title(table: &RequestTable, request: &Request, names: Names) -> String {
    let mut title = printable(&names.label(table.callsite(request)));
    if request.open {
        title.push_str(" (open)");
    }
    if !request.fields.is_empty() {
        title.push(' ');
        title.push_str(&line(&request.fields));
    }
    title
}

/// What that line adds where it is known what recording took.
fn without_recording(table: &RequestTable) -> String {
    let left = table.requests().iter().filter_map(|request| request.compensated_work);
    left.reduce(Compensated::plus).map_or_else(String::new, |left| {
        let cell = compensated::cell(&left);
        format!("; of all {cell} remain without what recording took")
    })
}

/// The line under the table.
fn totals(table: &RequestTable, shown: &[&Request], amount: fn(u64) -> String) -> String {
    let all: u64 = table.requests().iter().map(|request| request.work_ns).sum();
    let covered: u64 = shown.iter().map(|request| request.work_ns).sum();
    match shown.len() == table.requests().len() {
        true => {
            let requests = numbers::counted(shown.len() as u64, "request");
            format!("Σ work {} in {requests}", amount(all))
        }
        false => format!(
            "Σ work {} of {} ({}) in {} of {}",
            amount(covered),
            amount(all),
            numbers::percent(covered, all),
            numbers::count(shown.len() as u64),
            numbers::counted(table.requests().len() as u64, "request"),
        ),
    }
}
