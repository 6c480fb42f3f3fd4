//! What recording cost, per name or per stack.

use super::{Format, layout, numbers, printable};
use crate::{Error, duration};
use serde::Serialize;
use spanfire_views::{Account, Compensated, Ledger, Names, Stacks};
use std::cmp::Reverse;
use std::io::{self, Write};

/// How [`ledger`] is arranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct LedgerOptions {
    /// How spans are named.
    pub names: Names,
    /// A row for each stack of this kind; otherwise for each name.
    pub stacks: Option<Stacks>,
    /// How many rows at most; `None` for all.
    pub limit: Option<usize>,
}

/// A row of either kind, before it is written.
struct Entry<'a> {
    label: String,
    account: &'a Account,
}

/// Writes how much of the recorded time was spent on recording it, and on which spans; the dearest
/// first.
pub fn ledger(
    ledger: &Ledger,
    options: &LedgerOptions,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let mut entries = match options.stacks {
        None => names(ledger, options.names),
        Some(stacks) => self::stacks(ledger, stacks, options.names),
    };
    entries.sort_by_key(|entry| Reverse((entry.account.cost_ns(), entry.account.self_time.raw_ns)));
    let all = entries.len();
    entries.truncate(options.limit.unwrap_or(usize::MAX));
    match format {
        Format::Table => write_table(ledger, &entries, all, options.stacks.is_some(), sink)?,
        Format::Json => {
            let rows = entries.iter().map(|entry| Row::of(entry)).collect();
            let told = Told { total: Totals::of(ledger), rows };
            serde_json::to_writer_pretty(sink, &told).map_err(io::Error::from)?;
        }
        Format::Csv => write_csv(&entries, sink)?,
    }
    Ok(())
}

fn names(ledger: &Ledger, names: Names) -> Vec<Entry<'_>> {
    let entry = |name: &'_ spanfire_views::NameAccount| names.label(&name.callsite);
    ledger.names.iter().map(|name| Entry { label: entry(name), account: &name.account }).collect()
}

fn stacks(ledger: &Ledger, stacks: Stacks, names: Names) -> Vec<Entry<'_>> {
    let tree = ledger.stacks(stacks);
    let label = |index: usize| {
        let mut frames: Vec<String> =
            tree.stack(index).map(|frame| names.label(&tree.callsites()[frame.index()])).collect();
        frames.reverse();
        frames.join(";")
    };
    let nodes = tree.nodes().iter().enumerate().skip(1);
    nodes.map(|(index, node)| Entry { label: label(index), account: &node.account }).collect()
}

/// What `ledger` is as JSON.
#[derive(Serialize)]
struct Told {
    total: Totals,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Totals {
    recorded_ns: u64,
    ours_ns: u64,
    /// Of all that was recorded.
    share: f64,
    stalled_ns: u64,
    compensated_ns: u64,
    compensated_low_ns: u64,
    compensated_high_ns: u64,
    overcompensated_ns: u64,
    beyond_ns: u64,
    spans: u64,
    segments: u64,
    below_resolution: u64,
}

impl Totals {
    fn of(ledger: &Ledger) -> Totals {
        let total = &ledger.total;
        let Compensated { raw_ns, ns, low_ns, high_ns } = total.self_time;
        Totals {
            recorded_ns: raw_ns,
            ours_ns: total.ours_ns,
            share: share(total.ours_ns, raw_ns),
            stalled_ns: total.stalled_ns,
            compensated_ns: ns,
            compensated_low_ns: low_ns,
            compensated_high_ns: high_ns,
            overcompensated_ns: total.overcompensated_ns,
            beyond_ns: ledger.beyond_ns,
            spans: total.spans,
            segments: total.segments,
            below_resolution: total.below_resolution,
        }
    }
}

fn share(part_ns: u64, whole_ns: u64) -> f64 {
    if whole_ns == 0 { 0.0 } else { part_ns as f64 / whole_ns as f64 }
}

/// A row as programs read it; a stack's label is its frames, the outermost first.
#[derive(Serialize)]
struct Row {
    name: String,
    spans: u64,
    segments: u64,
    cost_inside_ns: u64,
    cost_outside_ns: u64,
    /// Of its busy time.
    cost_share: f64,
    self_ns: u64,
    compensated_self_ns: u64,
    compensated_self_low_ns: u64,
    compensated_self_high_ns: u64,
    busy_ns: u64,
    compensated_busy_ns: u64,
    compensated_busy_low_ns: u64,
    compensated_busy_high_ns: u64,
    ours_ns: u64,
    stalled_ns: u64,
    overcompensated_ns: u64,
    below_resolution: u64,
}

const COLUMNS: [&str; 18] = [
    "name",
    "spans",
    "segments",
    "cost_inside_ns",
    "cost_outside_ns",
    "cost_share",
    "self_ns",
    "compensated_self_ns",
    "compensated_self_low_ns",
    "compensated_self_high_ns",
    "busy_ns",
    "compensated_busy_ns",
    "compensated_busy_low_ns",
    "compensated_busy_high_ns",
    "ours_ns",
    "stalled_ns",
    "overcompensated_ns",
    "below_resolution",
];

impl Row {
    fn of(entry: &Entry<'_>) -> Row {
        let account = entry.account;
        Row {
            name: entry.label.clone(),
            spans: account.spans,
            segments: account.segments,
            cost_inside_ns: account.inside_ns,
            cost_outside_ns: account.outside_ns,
            cost_share: share(account.cost_ns(), account.busy.raw_ns),
            self_ns: account.self_time.raw_ns,
            compensated_self_ns: account.self_time.ns,
            compensated_self_low_ns: account.self_time.low_ns,
            compensated_self_high_ns: account.self_time.high_ns,
            busy_ns: account.busy.raw_ns,
            compensated_busy_ns: account.busy.ns,
            compensated_busy_low_ns: account.busy.low_ns,
            compensated_busy_high_ns: account.busy.high_ns,
            ours_ns: account.ours_ns,
            stalled_ns: account.stalled_ns,
            overcompensated_ns: account.overcompensated_ns,
            below_resolution: account.below_resolution,
        }
    }
}

fn write_csv(entries: &[Entry<'_>], sink: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
    csv.write_record(COLUMNS)?;
    for entry in entries {
        csv.serialize(Row::of(entry))?;
    }
    csv.flush()
}

fn write_table(
    ledger: &Ledger,
    entries: &[Entry<'_>],
    all: usize,
    stacks: bool,
    sink: &mut dyn Write,
) -> io::Result<()> {
    if ledger.total.segments == 0 && ledger.total.self_time.raw_ns == 0 {
        return writeln!(sink, "there are no spans, so recording took nothing");
    }
    write_totals(ledger, sink)?;
    if entries.is_empty() {
        return Ok(());
    }
    let last = if stacks { "stack" } else { "name" };
    let header = [
        "cost",
        "inside",
        "outside",
        "of busy",
        "segments",
        "self",
        "compensated",
        "from",
        "to",
        "",
        last,
    ];
    let mut table = layout::table(&header, 2);
    for Entry { label, account } in entries {
        let Compensated { raw_ns, ns, low_ns, high_ns } = account.self_time;
        table.add_row([
            duration(account.cost_ns()),
            duration(account.inside_ns),
            duration(account.outside_ns),
            numbers::percent(account.cost_ns(), account.busy.raw_ns),
            numbers::count(account.segments),
            duration(raw_ns),
            duration(ns),
            duration(low_ns),
            duration(high_ns),
            marks(account),
            printable(label),
        ]);
    }
    writeln!(sink, "\n{}", table.trim_fmt())?;
    if all > entries.len() {
        writeln!(sink, "the dearest {} of {}", entries.len(), numbers::counted(all as u64, "row"))?;
    }
    legend(entries, sink)
}

fn write_totals(ledger: &Ledger, sink: &mut dyn Write) -> io::Result<()> {
    let total = &ledger.total;
    let Compensated { raw_ns, ns, low_ns, high_ns } = total.self_time;
    writeln!(
        sink,
        "recording took {} of {} ({}) for {}; {} remain ({} to {})",
        duration(total.ours_ns),
        duration(raw_ns),
        numbers::percent(total.ours_ns, raw_ns),
        numbers::counted(total.segments, "segment"),
        duration(ns),
        duration(low_ns),
        duration(high_ns),
    )?;
    if ledger.beyond_ns > 0 {
        writeln!(sink, "and {} outside of all these spans", duration(ledger.beyond_ns))?;
    }
    if total.stalled_ns > 0 {
        let stalled = duration(total.stalled_ns);
        writeln!(sink, "threads waited {stalled} for the collector, which is taken out, too")?;
    }
    Ok(())
}

/// `~` below resolution, `!` more to take out than there was.
fn marks(account: &Account) -> String {
    let below = if account.is_below_resolution() { "~" } else { "" };
    let over = if account.overcompensated_ns > 0 { "!" } else { "" };
    format!("{below}{over}")
}

fn legend(entries: &[Entry<'_>], sink: &mut dyn Write) -> io::Result<()> {
    if entries.iter().any(|entry| entry.account.is_below_resolution()) {
        writeln!(sink, "~ most segments are too short to be told from what recording them took")?;
    }
    if entries.iter().any(|entry| entry.account.overcompensated_ns > 0) {
        writeln!(
            sink,
            "! recording would have taken more than there was: it cost less here than measured"
        )?;
    }
    Ok(())
}
