//! What a page knows of a recording beside its spans: one JSON object.
//!
//! Names are those of the recording, unescaped: the page sets them as text and never as markup.

use super::fields::FieldColumn;
use super::lane::Shape;
use super::{NativeGraphs, Report, ReportOptions};
use crate::{Error, tables};
use serde::Serialize;
use spanfire_recording::{Callsite, CallsiteKind, Recording};
use spanfire_views::{
    CallTree, Histogram, Hybrid, LaneSpans, LedgerTree, Overall, Request, RequestTable,
    SegmentIndex, SpanStatistics, Stacks, Weight,
};
use std::cmp::Reverse;
use std::collections::HashMap;

/// More requests than this nobody reads through, and a browser would take long to get.
const REQUESTS_SENT: usize = 10_000;

#[derive(Serialize)]
pub(super) struct Head<'a, I> {
    title: &'a str,
    /// What was selected of the recording, in words; empty for all of it.
    selection: &'a str,
    resolution_ns: u64,
    range_ns: [u64; 2],
    callsites: Vec<Site<'a>>,
    /// Callsite, children, and bits: 1 lives, 2 overtaken.
    shapes: Vec<[u32; 3]>,
    lanes: Vec<Lane<'a>>,
    lives: usize,
    left_out: Option<Left>,
    fields: &'a [FieldColumn],
    /// The fields of instants.
    mark_fields: &'a [FieldColumn],
    trees: Trees,
    statistics: Vec<Row>,
    /// Of each request its number, and its time on processors and not.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    on_cpu: &'a [[u64; 3]],
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<Native<'a>>,
    /// What `spanfire info --format json` says.
    info: I,
}

/// What was seen of the program in its spans.
#[derive(Serialize)]
struct Native<'a> {
    #[serde(flatten)]
    functions: Functions<'a>,
    /// What `spanfire overhead --only join --format json` says.
    join: serde_json::Value,
    notes: &'a [String],
}

/// Merged graphs in which functions open spans up.
#[derive(Serialize)]
pub(super) struct Functions<'a> {
    /// What graphs have besides callsites, numbered after these: functions, then what is none.
    frames: Vec<Site<'a>>,
    trees: Trees,
}

/// The spans that are not in the page, all of them shorter than some time.
#[derive(Serialize)]
struct Left {
    spans: u64,
    shorter_than_ns: u64,
}

#[derive(Serialize)]
struct Site<'a> {
    name: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    level: String,
    /// Whether it makes instants, not spans.
    event: bool,
}

#[derive(Serialize)]
struct Lane<'a> {
    lane: u32,
    label: &'a str,
    segments: usize,
    marks: usize,
}

/// What pages other than the chart show of a recording whose spans stay on the server.
#[derive(Serialize)]
pub(super) struct Merged<'a> {
    trees: Trees,
    statistics: Vec<Row>,
    /// The slowest, by start, and how many there are of which these are the slowest.
    requests: Vec<RequestRow<'a>>,
    all_requests: usize,
    /// The lifetimes of all of them, as a histogram, see [`buckets`].
    lifetimes: Vec<u64>,
}

/// A request, as the page's own analysis has it; times in ns.
#[derive(Serialize)]
struct RequestRow<'a> {
    number: u64,
    site: u32,
    start: u64,
    lifetime: u64,
    busy: u64,
    idle: u64,
    work: u64,
    cpu: u64,
    blocked: u64,
    spans: u64,
    segments: u64,
    threads: usize,
    open: bool,
    fields: Vec<(&'a str, String)>,
}

/// The merged graphs over everything that is selected.
#[derive(Serialize, Default)]
struct Trees {
    thread: Tree,
    span: Tree,
}

/// A graph in preorder, without its root; a parent is the index of a node plus one.
#[derive(Serialize, Default)]
struct Tree {
    site: Vec<u32>,
    parent: Vec<usize>,
    busy_ns: Vec<u64>,
    idle_ns: Vec<u64>,
    count: Vec<u64>,
    /// What remains of `busy_ns` without what recording took, and from where to where that may be;
    /// absent where the recording does not hold its probe cost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compensated_ns: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    low_ns: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    high_ns: Vec<u64>,
    /// The parts of `busy_ns` on a processor and not, where anything is known of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cpu_ns: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocked_ns: Vec<u64>,
    /// Native samples, in a graph with functions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    samples: Vec<u64>,
}

/// A row of `spanfire top`.
#[derive(Serialize)]
struct Row {
    site: u32,
    spans: u64,
    segments: u64,
    busy_ns: u64,
    self_ns: u64,
    nonreentrant_ns: u64,
    idle_ns: u64,
    cpu_ns: u64,
    blocked_ns: u64,
    min_ns: u64,
    max_ns: u64,
    /// The histogram of busy times, see [`buckets`].
    buckets: Vec<u64>,
}

impl<'a, I> Head<'a, I> {
    /// The head of a page.
    pub fn of(
        report: &'a Report<'_>,
        options: &'a ReportOptions,
        shapes: &[Shape],
        [fields, mark_fields]: [&'a [FieldColumn]; 2],
        info: I,
    ) -> Result<Self, Error> {
        let spans = &report.spans;
        let shape_bits = |shape: &Shape| u32::from(shape.lives) | u32::from(shape.overtaken) << 1;
        let shapes = shapes.iter();
        let native = report.native.as_ref().map(|native| Native::of(native, report.recording));
        Ok(Head {
            title: &options.title,
            selection: &options.selection,
            resolution_ns: options.resolution_ns,
            range_ns: [spans.range_ns.start, spans.range_ns.end],
            callsites: report.recording.callsites().iter().map(Site::of).collect(),
            shapes: shapes
                .map(|shape| [shape.callsite, shape.children, shape_bits(shape)])
                .collect(),
            lanes: spans.lanes.iter().map(Lane::of).collect(),
            lives: spans.lives.len(),
            left_out: spans
                .left_out
                .map(|left| Left { spans: left.spans, shorter_than_ns: left.shorter_than_ns }),
            fields,
            mark_fields,
            trees: Trees::of(&report.overall),
            statistics: report.overall.statistics.rows.iter().map(Row::of).collect(),
            on_cpu: &report.on_cpu,
            native: native.transpose()?,
            info,
        })
    }
}

impl<'a, I> Head<'a, I> {
    /// The head of a recording whose spans stay on the server: without what takes longer to find.
    pub fn outline(
        recording: &'a Recording,
        index: &'a SegmentIndex,
        options: &'a ReportOptions,
        info: I,
    ) -> Self {
        let range_ns = index.range_ns();
        let lanes = index.lanes().iter().map(|lane| Lane {
            lane: lane.lane.0,
            label: &lane.label,
            segments: lane.segments(),
            marks: 0,
        });
        Head {
            title: &options.title,
            selection: &options.selection,
            resolution_ns: 1,
            range_ns: [range_ns.start, range_ns.end],
            callsites: recording.callsites().iter().map(Site::of).collect(),
            shapes: Vec::new(),
            lanes: lanes.collect(),
            lives: 0,
            left_out: None,
            fields: &[],
            mark_fields: &[],
            trees: Trees::default(),
            statistics: Vec::new(),
            on_cpu: &[],
            native: None,
            info,
        }
    }
}

impl<'a> Native<'a> {
    fn of(native: &'a NativeGraphs, recording: &Recording) -> Result<Native<'a>, Error> {
        Ok(Native {
            functions: Functions::of([&native.join.hybrid, &native.by_span], recording),
            join: tables::join_facts(&native.join)?,
            notes: &native.notes,
        })
    }
}

impl<'a> Functions<'a> {
    /// By physical and by logical stacks, of the same samples.
    pub fn of([by_thread, by_span]: [&'a Hybrid; 2], recording: &Recording) -> Functions<'a> {
        let frames = &by_thread.tree.callsites()[recording.callsites().len()..];
        Functions {
            frames: frames.iter().map(Site::of).collect(),
            trees: Trees { thread: Tree::of(&by_thread.tree), span: Tree::of(&by_span.tree) },
        }
    }
}

impl<'a> Merged<'a> {
    /// What is exact over a selection, however many spans it has; of the requests the slowest.
    pub fn of(overall: &Overall, requests: &'a RequestTable) -> Merged<'a> {
        let mut lifetimes = Histogram::default();
        for request in requests.requests() {
            lifetimes.record(request.lifetime_ns);
        }
        let mut slowest: Vec<&Request> = requests.requests().iter().collect();
        if slowest.len() > REQUESTS_SENT {
            slowest.sort_by_key(|request| Reverse(request.lifetime_ns));
            slowest.truncate(REQUESTS_SENT);
            slowest.sort_by_key(|request| (request.start_ns, request.id));
        }
        Merged {
            trees: Trees::of(overall),
            statistics: overall.statistics.rows.iter().map(Row::of).collect(),
            requests: slowest.into_iter().map(RequestRow::of).collect(),
            all_requests: requests.requests().len(),
            lifetimes: buckets(&lifetimes),
        }
    }
}

impl Trees {
    fn of(overall: &Overall) -> Trees {
        let tree = |tree: &CallTree, stacks| {
            let mut columns = Tree::of(tree);
            if let Some(ledger) = &overall.ledger {
                columns.compensate(tree, ledger.stacks(stacks));
            }
            columns
        };
        Trees {
            thread: tree(&overall.by_thread, Stacks::Thread),
            span: tree(&overall.by_span, Stacks::Span),
        }
    }
}

/// Of every bucket in use, how far its smallest is from that of the one before, and its count: where
/// it ends, the page knows by the rule that makes buckets.
fn buckets(histogram: &Histogram) -> Vec<u64> {
    let mut before = 0;
    let bucket = |(low, _, count)| [low - std::mem::replace(&mut before, low), count];
    histogram.buckets().flat_map(bucket).collect()
}

impl<'a> RequestRow<'a> {
    fn of(request: &'a Request) -> RequestRow<'a> {
        RequestRow {
            number: request.id.0,
            site: request.callsite.0,
            start: request.start_ns,
            lifetime: request.lifetime_ns,
            busy: request.busy_ns,
            idle: request.idle_ns,
            work: request.work_ns,
            cpu: request.cpu_ns,
            blocked: request.blocked_ns,
            spans: request.spans,
            segments: request.segments,
            threads: request.threads,
            open: request.open,
            fields: request
                .fields
                .iter()
                .map(|field| (field.name.as_str(), field.value.to_string()))
                .collect(),
        }
    }
}

impl<'a> Site<'a> {
    fn of(callsite: &'a Callsite) -> Site<'a> {
        Site {
            name: &callsite.name,
            target: &callsite.target,
            file: callsite.file.as_deref(),
            line: callsite.line,
            level: format!("{:?}", callsite.level).to_lowercase(),
            event: callsite.kind == CallsiteKind::Event,
        }
    }
}

impl<'a> Lane<'a> {
    fn of(lane: &'a LaneSpans) -> Lane<'a> {
        Lane {
            lane: lane.lane.0,
            label: &lane.label,
            segments: lane.segments.len(),
            marks: lane.marks.len(),
        }
    }
}

impl Tree {
    fn of(tree: &CallTree) -> Tree {
        let mut columns = Tree::default();
        for node in &tree.nodes()[1..] {
            columns.site.push(node.frame.map_or(u32::MAX, |frame| frame.0));
            columns.parent.push(node.parent);
            columns.busy_ns.push(node.busy_ns);
            columns.idle_ns.push(node.idle_ns);
            columns.count.push(node.count);
        }
        let column = |weight| -> Vec<u64> {
            tree.nodes()[1..].iter().map(|node| node.own(weight)).collect()
        };
        if tree.total(Weight::Cpu) > 0 || tree.total(Weight::Blocked) > 0 {
            columns.cpu_ns = column(Weight::Cpu);
            columns.blocked_ns = column(Weight::Blocked);
        }
        if tree.total(Weight::Samples) > 0 {
            columns.samples = column(Weight::Samples);
        }
        columns
    }

    /// Adds what the accounts of the same stacks say. A stack that only these know has no time.
    fn compensate(&mut self, tree: &CallTree, ledger: &LedgerTree) {
        let nodes = tree.nodes().iter().enumerate().skip(1);
        let places: HashMap<_, _> =
            nodes.map(|(index, node)| ((node.parent, node.frame), index)).collect();
        let columns = [&mut self.compensated_ns, &mut self.low_ns, &mut self.high_ns];
        let [compensated_ns, low_ns, high_ns] = columns;
        for column in [&mut *compensated_ns, &mut *low_ns, &mut *high_ns] {
            column.resize(tree.nodes().len() - 1, 0);
        }
        let mut known = vec![Some(0)];
        for node in &ledger.nodes()[1..] {
            let around = known[node.parent];
            let place = around.and_then(|parent| places.get(&(parent, node.frame)).copied());
            known.push(place);
            let Some(index) = place.map(|place: usize| place - 1) else { continue };
            let own = node.account.self_time;
            (compensated_ns[index], low_ns[index], high_ns[index]) =
                (own.ns, own.low_ns, own.high_ns);
        }
    }
}

impl Row {
    fn of(row: &SpanStatistics) -> Row {
        Row {
            site: row.id.0,
            spans: row.spans,
            segments: row.segments,
            busy_ns: row.busy_ns,
            self_ns: row.self_ns,
            nonreentrant_ns: row.nonreentrant_ns,
            idle_ns: row.idle_ns,
            cpu_ns: row.cpu_ns,
            blocked_ns: row.blocked_ns,
            min_ns: row.min_ns,
            max_ns: row.max_ns,
            buckets: buckets(&row.busy),
        }
    }
}
