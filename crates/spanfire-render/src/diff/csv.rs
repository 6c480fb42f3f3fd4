//! A diff as lines of CSV: the span names, or the stacks.

use super::on_cpu::OnCpuDiff;
use super::order::{ordered_names, ordered_paths};
use super::rows::{MeasureRow, NameRow, on_cpu, word};
use super::{DiffOptions, DiffRows};
use spanfire_views::{Diff, Measure, NameDiff};
use std::io::{self, Write};

const NAME_COLUMNS: [&str; 27] = [
    "name",
    "target",
    "file",
    "line",
    "verdict",
    "spans_before",
    "spans_after",
    "busy_before_ns",
    "busy_after_ns",
    "self_before_ns",
    "self_after_ns",
    "mean_before_ns",
    "mean_after_ns",
    "ratio",
    "low",
    "high",
    "p",
    "adjusted_p",
    "compared",
    "compared_before",
    "compared_after",
    "p50_before_ns",
    "p50_after_ns",
    "p50_verdict",
    "p99_before_ns",
    "p99_after_ns",
    "p99_verdict",
];

const PATH_COLUMNS: [&str; 12] = [
    "path",
    "standing",
    "count_before",
    "count_after",
    "total_before_ns",
    "total_after_ns",
    "share_before",
    "share_after",
    "self_before_ns",
    "self_after_ns",
    "idle_before_ns",
    "idle_after_ns",
];

/// The rows that the options ask for, the largest change first. Of a name, the mean, ratio and
/// interval are those of the weight that is compared.
pub(super) fn write(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
    match options.rows {
        DiffRows::Names => {
            let names = ordered_names(diff, options);
            let known = names.iter().any(|name| on_cpu(diff, name).is_known());
            csv.write_record(NAME_COLUMNS.iter().chain(more(known)))?;
            for name in names {
                let row = name_row(diff, name, options);
                match known {
                    true => csv.serialize((row, on_cpu(diff, name).fields()))?,
                    false => csv.serialize(row)?,
                }
            }
        }
        DiffRows::Paths => {
            let paths = ordered_paths(diff, options);
            let known = paths.iter().any(|(_, row)| row.on_cpu.is_known());
            csv.write_record(PATH_COLUMNS.iter().chain(more(known)))?;
            for (path, row) in paths {
                let times = (row.total_before_ns, row.total_after_ns);
                let shares = (row.share_before, row.share_after);
                let rest = (
                    (row.self_before_ns, row.self_after_ns),
                    (row.idle_before_ns, row.idle_after_ns),
                );
                let counts = (row.count_before, row.count_after);
                let row_alone = (path, row.standing, counts, times, shares, rest);
                match known {
                    true => csv.serialize((row_alone, row.on_cpu.fields()))?,
                    false => csv.serialize(row_alone)?,
                }
            }
        }
    }
    csv.flush()
}

/// The columns that only recordings with context switches fill.
fn more(known: bool) -> &'static [&'static str] {
    if known { &OnCpuDiff::COLUMNS } else { &[] }
}

type Quantile = (u64, u64, &'static str);

fn name_row<'a>(
    diff: &'a Diff,
    name: &'a NameDiff,
    options: &DiffOptions,
) -> (NameRow<'a>, MeasureColumns, Quantile, Quantile) {
    let row = MeasureRow::of(name, options.weight.measure());
    let columns = (
        (row.before_ns, row.after_ns, row.ratio, row.low, row.high, row.p, row.adjusted_p),
        (row.compared, row.compared_before, row.compared_after),
    );
    let quantile = |measure| {
        let change = name.change(measure);
        (change.before_ns, change.after_ns, word(change.verdict))
    };
    let (p50, p99) = (quantile(Measure::P50), quantile(Measure::P99));
    (NameRow::of(diff, name, options), columns, p50, p99)
}

type MeasureColumns = (
    (Option<u64>, Option<u64>, Option<f64>, Option<f64>, Option<f64>, Option<f64>, Option<f64>),
    (Option<&'static str>, Option<usize>, Option<usize>),
);
