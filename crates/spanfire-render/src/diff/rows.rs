//! Span names and stacks as programs read them: the rows of JSON and CSV.

use super::amount::Scale;
use super::on_cpu::OnCpuDiff;
use super::{DiffOptions, DiffWeight};
use serde::Serialize;
use spanfire_views::{Diff, Evidence, Measure, NameDiff, Standing, Verdict, Weight};

/// A span name on both sides.
#[derive(Serialize)]
pub(super) struct NameRow<'a> {
    pub name: String,
    pub target: &'a str,
    pub file: Option<&'a str>,
    pub line: Option<u32>,
    pub verdict: &'static str,
    pub spans_before: u64,
    pub spans_after: u64,
    pub busy_before_ns: u64,
    pub busy_after_ns: u64,
    pub self_before_ns: u64,
    pub self_after_ns: u64,
}

/// The same with all measures, and what only recordings with context switches know.
#[derive(Serialize)]
pub(super) struct MeasuredRow<'a> {
    #[serde(flatten)]
    row: NameRow<'a>,
    #[serde(flatten)]
    on_cpu: OnCpuDiff,
    measures: Measures,
}

/// What changed per span.
#[derive(Serialize)]
pub(super) struct Measures {
    pub mean: MeasureRow,
    pub mean_self: MeasureRow,
    pub mean_idle: MeasureRow,
    pub p50: MeasureRow,
    pub p99: MeasureRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_cpu: Option<MeasureRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_blocked: Option<MeasureRow>,
}

/// One measure on both sides; what is not known is `null`.
#[derive(Serialize)]
pub(super) struct MeasureRow {
    pub before_ns: Option<u64>,
    pub after_ns: Option<u64>,
    pub ratio: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub p: Option<f64>,
    pub adjusted_p: Option<f64>,
    pub compared: Option<&'static str>,
    pub compared_before: Option<usize>,
    pub compared_after: Option<usize>,
    pub verdict: &'static str,
}

/// A stack on both sides.
#[derive(Serialize)]
pub(super) struct PathRow {
    pub path: Vec<String>,
    pub standing: &'static str,
    pub count_before: u64,
    pub count_after: u64,
    pub total_before_ns: u64,
    pub total_after_ns: u64,
    pub share_before: f64,
    pub share_after: f64,
    pub self_before_ns: u64,
    pub self_after_ns: u64,
    pub idle_before_ns: u64,
    pub idle_after_ns: u64,
    #[serde(flatten)]
    pub on_cpu: OnCpuDiff,
    #[serde(skip)]
    pub shown: Shown,
}

/// What tables for people show of a stack: of busy time, or of the part that is compared.
pub(super) struct Shown {
    /// What the weight compares.
    pub compared: [u64; 2],
    pub total_ns: [u64; 2],
    pub share: [f64; 2],
    pub self_ns: [u64; 2],
}

impl<'a> NameRow<'a> {
    pub(super) fn of(diff: &'a Diff, name: &'a NameDiff, options: &DiffOptions) -> NameRow<'a> {
        let callsite = diff.callsite(name.frame);
        let scale = Scale::per_recording(diff.recordings());
        let [spans_before, spans_after] = scale.rounded(name.spans());
        let [busy_before_ns, busy_after_ns] = scale.rounded(name.busy_ns());
        let [self_before_ns, self_after_ns] = scale.rounded(name.self_ns());
        NameRow {
            name: options.names.label(callsite),
            target: &callsite.target,
            file: callsite.file.as_deref(),
            line: callsite.line,
            verdict: word(name.change(options.weight.measure()).verdict),
            spans_before,
            spans_after,
            busy_before_ns,
            busy_after_ns,
            self_before_ns,
            self_after_ns,
        }
    }
}

/// What is known of a name's time on processors, of one recording of each side.
pub(super) fn on_cpu(diff: &Diff, name: &NameDiff) -> OnCpuDiff {
    let scale = Scale::per_recording(diff.recordings());
    let [cpu_ns, blocked_ns] =
        [Measure::Cpu, Measure::Blocked].map(|measure| scale.rounded(name.sum_ns(measure)));
    OnCpuDiff::of(cpu_ns, blocked_ns)
}

impl<'a> MeasuredRow<'a> {
    pub(super) fn of(diff: &'a Diff, name: &'a NameDiff, options: &DiffOptions) -> MeasuredRow<'a> {
        let row = |measure| MeasureRow::of(name, measure);
        let on_cpu = on_cpu(diff, name);
        let if_known = |measure| on_cpu.is_known().then(|| row(measure));
        let measures = Measures {
            mean: row(Measure::Total),
            mean_self: row(Measure::SelfTime),
            mean_idle: row(Measure::Idle),
            p50: row(Measure::P50),
            p99: row(Measure::P99),
            mean_cpu: if_known(Measure::Cpu),
            mean_blocked: if_known(Measure::Blocked),
        };
        MeasuredRow { row: NameRow::of(diff, name, options), on_cpu, measures }
    }
}

impl MeasureRow {
    pub(super) fn of(name: &NameDiff, measure: Measure) -> MeasureRow {
        let change = name.change(measure);
        let shift = change.shift;
        let compared = shift.map(|shift| match shift.evidence {
            Evidence::Batches { before, after, .. } => ("batches", before, after),
            Evidence::Recordings { before, after } => ("recordings", before, after),
        });
        MeasureRow {
            before_ns: known(name, measure, 0).then_some(change.before_ns),
            after_ns: known(name, measure, 1).then_some(change.after_ns),
            ratio: shift.map(|shift| rounded(shift.ratio)),
            low: shift.map(|shift| rounded(shift.low)),
            high: shift.map(|shift| rounded(shift.high)),
            p: shift.map(|shift| rounded(shift.p)),
            adjusted_p: shift.map(|shift| rounded(shift.adjusted_p)),
            compared: compared.map(|(what, ..)| what),
            compared_before: compared.map(|(_, before, _)| before),
            compared_after: compared.map(|(.., after)| after),
            verdict: word(change.verdict),
        }
    }
}

/// Whether a side's value is one: that of no spans is 0.
fn known(name: &NameDiff, measure: Measure, side: usize) -> bool {
    name.sides()[side].is_none() || name.knows(measure)[side]
}

/// Every stack but the empty one, with the labels of its frames; time outside all spans has none.
pub(super) fn paths(diff: &Diff, options: &DiffOptions) -> Vec<PathRow> {
    let scale = Scale::per_recording(diff.recordings());
    let totals = diff.totals(Weight::Busy);
    let on_cpu = [Weight::Cpu, Weight::Blocked].map(|weight| diff.totals(weight));
    let shown_weight = shown_weight(options.weight);
    let shown_totals = match shown_weight {
        Weight::Cpu => &on_cpu[0],
        Weight::Blocked => &on_cpu[1],
        _ => &totals,
    };
    let shares = Scale::shares(totals[0]);
    let shown_shares = Scale::shares(shown_totals[0]);
    let standings = diff.standings();
    let mut path: Vec<String> = Vec::new();
    let nodes = diff.nodes().iter().enumerate().skip(1);
    let rows = nodes.map(|(index, node)| {
        path.truncate(node.depth - 1);
        path.extend(node.frame.map(|frame| diff.label(frame, options.names)));
        let [count_before, count_after] = scale.rounded(node.own(Weight::Count));
        let [total_before_ns, total_after_ns] = scale.rounded(totals[index]);
        let [self_before_ns, self_after_ns] = scale.rounded(node.own(Weight::Busy));
        let [idle_before_ns, idle_after_ns] = scale.rounded(node.own(Weight::Idle));
        let [share_before, share_after] = shares.of(totals[index]).map(rounded);
        let [cpu_ns, blocked_ns] = on_cpu.each_ref().map(|totals| scale.rounded(totals[index]));
        let total_ns = scale.rounded(shown_totals[index]);
        let self_ns = scale.rounded(node.own(shown_weight));
        let shown = Shown {
            compared: match options.weight {
                DiffWeight::Total | DiffWeight::Cpu | DiffWeight::Blocked => total_ns,
                DiffWeight::SelfTime => self_ns,
                DiffWeight::Idle => [idle_before_ns, idle_after_ns],
                DiffWeight::Count => [count_before, count_after],
            },
            total_ns,
            share: shown_shares.of(shown_totals[index]),
            self_ns,
        };
        PathRow {
            path: path.clone(),
            standing: match standings[index] {
                Standing::Both => "both",
                Standing::New => "new",
                Standing::Gone => "gone",
            },
            count_before,
            count_after,
            total_before_ns,
            total_after_ns,
            share_before,
            share_after,
            self_before_ns,
            self_after_ns,
            idle_before_ns,
            idle_after_ns,
            on_cpu: OnCpuDiff::of(cpu_ns, blocked_ns),
            shown,
        }
    });
    rows.collect()
}

/// Waiting spans and counts are shown beside busy time.
fn shown_weight(weight: DiffWeight) -> Weight {
    match weight {
        DiffWeight::Cpu | DiffWeight::Blocked => weight.width(),
        _ => Weight::Busy,
    }
}

/// Five significant digits: what the recordings say, and not what a platform's logarithm does.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::Same => "same",
        Verdict::Unclear => "unclear",
        Verdict::New => "new",
        Verdict::Gone => "gone",
    }
}
