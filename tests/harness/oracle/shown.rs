//! What the views show of a recording, in the lines that are expected.

use super::lines::{Charted, Detail, Drawn, Errand, Lines, Row, Weights};
use spanfire_recording::{CallsiteId, Field, LaneId, Recording};
use spanfire_views::{
    CallTree, Replay, RequestChart, RequestTable, Selection, Stacks, Statistics, Summary, Timeline,
    Weight,
};

/// What views show of a recording, in lines.
pub fn shown(recording: &Recording, detail: Detail) -> Vec<String> {
    let replay = Replay::new(recording, Selection::default());
    let shown = Shown { recording, replay };
    let mut lines = Lines::new(detail);
    shown.statistics(&mut lines);
    shown.stacks(&mut lines);
    shown.requests(&mut lines);
    shown.bars(&mut lines);
    shown.summary(&mut lines);
    lines.sorted()
}

struct Shown<'a> {
    recording: &'a Recording,
    replay: Replay<'a>,
}

impl Shown<'_> {
    fn name(&self, callsite: CallsiteId) -> String {
        self.recording.callsites()[callsite.index()].name.clone()
    }

    fn thread(&self, lane: LaneId) -> String {
        self.recording.lanes()[lane.index()].label(lane)
    }

    fn statistics(&self, lines: &mut Lines) {
        let statistics = Statistics::of(&self.replay).expect("statistics");
        for row in &statistics.rows {
            let shown = Row {
                spans: row.spans,
                segments: row.segments,
                busy: row.busy_ns,
                own: row.self_ns,
                nonreentrant: row.nonreentrant_ns,
                idle: row.idle_ns,
                min: row.min_ns,
                max: row.max_ns,
            };
            lines.row(&row.callsite.name, &shown);
        }
        lines.total("statistics", statistics.total_self_ns);
    }

    fn stacks(&self, lines: &mut Lines) {
        let mut reversed = Vec::new();
        for (kind, stacks) in [("thread", Stacks::Thread), ("span", Stacks::Span)] {
            let tree = CallTree::of(&self.replay, stacks).expect("a call tree");
            reversed.push(tree.reversed().total(Weight::Busy));
            for (index, node) in tree.nodes().iter().enumerate() {
                let mut names: Vec<String> =
                    tree.stack(index).map(|frame| self.name(frame)).collect();
                names.reverse();
                let weights = Weights { busy: node.busy_ns, idle: node.idle_ns, count: node.count };
                lines.stack(kind, &names, &weights);
            }
            lines.total(&format!("{kind} stacks"), tree.totals(Weight::Busy)[0]);
        }
        assert_eq!(reversed[0], reversed[1], "reversed by either kind of stack");
        lines.total("both reversed", reversed[0]);
    }

    fn requests(&self, lines: &mut Lines) {
        let requests = RequestTable::of(&self.replay).expect("requests");
        for request in requests.requests() {
            assert_eq!(request.busy_ns + request.idle_ns, request.lifetime_ns, "{request:?}");
            let errand = Errand {
                start: request.start_ns,
                lifetime: request.lifetime_ns,
                busy: request.busy_ns,
                work: request.work_ns,
                spans: request.spans,
                segments: request.segments,
                threads: request.threads,
                open: request.open,
                fields: in_words(&request.fields),
            };
            lines.request(&self.name(request.callsite), &errand);
            if lines.has_charts() {
                self.chart(request, lines);
            }
        }
        let work = requests.requests().iter().map(|request| request.work_ns).sum();
        lines.total("requests", work);
    }

    fn chart(&self, request: &spanfire_views::Request, lines: &mut Lines) {
        let chart = RequestChart::of(&self.replay, request.id, usize::MAX).expect("a chart");
        let chart = chart.expect("a request of the table");
        for span in &chart.spans {
            let parent = span.parent.map(|parent| &chart.spans[parent]);
            let segments = span
                .segments
                .iter()
                .map(|segment| (self.thread(segment.lane), segment.start_ns, segment.end_ns));
            lines.span(&Charted {
                name: self.name(span.callsite),
                parent: parent.map(|parent| (self.name(parent.callsite), parent.start_ns)),
                start: span.start_ns,
                end: span.end_ns,
                open: span.open,
                busy: span.busy_ns,
                own: span.self_ns,
                fields: in_words(&span.fields),
                segments: segments.collect(),
            });
        }
    }

    fn bars(&self, lines: &mut Lines) {
        let timeline = Timeline::of(&self.replay, 0).expect("a timeline");
        for lane in &timeline.lanes {
            for bar in &lane.bars {
                lines.bar(&Drawn {
                    thread: &lane.label,
                    depth: bar.depth,
                    name: &self.name(bar.callsite),
                    start: bar.start_ns,
                    end: bar.end_ns,
                    open: bar.open,
                });
            }
        }
    }

    fn summary(&self, lines: &mut Lines) {
        let summary = Summary::of(&self.replay).expect("a summary");
        lines.summary("spans", summary.spans);
        lines.summary("segments", summary.segments);
        lines.summary("instants", summary.instants);
        lines.summary("open spans", summary.open_spans);
        let odd = summary.lost_events + summary.unmatched_exits + summary.unknown_spans;
        lines.summary("oddities", odd + self.recording.clamped_ticks());
    }
}

fn in_words(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect()
}
