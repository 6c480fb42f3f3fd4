//! One lane per thread, physical nesting, with the gaps that were there.

use super::ChartOptions;
use super::axis::Axis;
use super::canvas::{Canvas, LegendEntry, Plot};
use super::density::{PIECES_MAX, Piece, thinned};
use super::labels::{fitted, width};
use super::style::{BAR, HAIRLINE, LABEL, MARGIN, MERGED, NOTE, ROW, WIDTH};
use super::svg::{Area, Px, Svg};
use super::tooltip::{counted, exact, heading, label};
use crate::duration;
use crate::error::Error;
use crate::tables::{percent, printable};
use spanfire_recording::Callsite;
use spanfire_views::{Compensated, LaneTimeline, Mark, Timeline};
use std::collections::BTreeSet;
use std::io::Write;

/// How many rows are drawn: 27,000 px, beyond which browsers give up.
const ROWS_MAX: usize = 1_500;
/// How deep one lane is drawn.
const DEPTH_MAX: usize = 1_000;
/// Height of the row of instants over a lane that has some.
const MARKS: f64 = 12.0;
/// How close marks stand at least, in px.
const MARK_WIDTH: f64 = 4.0;
/// How many marks are drawn at most; they stand further apart where there are more.
const MARKS_MAX: usize = 4_000;
/// Blank space between two lanes.
const LANE_GAP: f64 = 12.0;

/// Draws `timeline`, whose callsites are numbered as in `callsites`: those of the recording.
///
/// Times on the axis count from the timeline's start, times in tooltips from the recording's. The
/// busiest lanes are drawn, as many as fit in 1,500 rows; the header says how many are not.
/// A timeline without lanes gives a picture that says so. Fails only where `sink` does.
pub fn thread_chart(
    timeline: &Timeline,
    callsites: &[Callsite],
    options: &ChartOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let title = options.title.as_deref().unwrap_or("Threads over time");
    if timeline.lanes.is_empty() {
        return super::nothing_recorded(title, sink);
    }
    let lanes = busiest(&timeline.lanes);
    let mut canvas = Canvas::new(title);
    canvas.line(options.subtitle.as_deref().unwrap_or_default());
    canvas.line(&description(timeline, &lanes));
    let gutter = gutter(&lanes);
    let axis = Axis::new(timeline.range_ns.clone(), MARGIN + gutter, WIDTH - MARGIN);
    let mut drawing = Drawing {
        plot: Plot {
            axis,
            bars: Svg::default(),
            fixed: Svg::default(),
            bottom: canvas.top(),
            callsites,
            used: BTreeSet::new(),
            legend: Vec::new(),
        },
        options,
        gutter,
    };
    drawing.lanes(&lanes);
    drawing.legend(&lanes);
    canvas.write(drawing.plot, sink)
}

/// The lanes with the most time in spans, as many as fit, in the timeline's order.
fn busiest(lanes: &[LaneTimeline]) -> Vec<&LaneTimeline> {
    let busy_ns = |lane: &LaneTimeline| -> u64 {
        lane.bars.iter().filter(|bar| bar.depth == 0).map(|bar| bar.busy_ns).sum()
    };
    let mut ranked: Vec<(usize, u64)> =
        lanes.iter().enumerate().map(|(index, lane)| (index, busy_ns(lane))).collect();
    ranked.sort_by_key(|&(index, busy_ns)| (std::cmp::Reverse(busy_ns), index));
    let mut rows = 0;
    let mut kept: Vec<usize> = ranked
        .into_iter()
        .map(|(index, _)| index)
        .take_while(|&index| {
            let fits = rows < ROWS_MAX;
            rows += rows_of(&lanes[index]) + 1;
            fits
        })
        .collect();
    kept.sort_unstable();
    kept.into_iter().map(|index| &lanes[index]).collect()
}

fn rows_of(lane: &LaneTimeline) -> usize {
    lane.depth.clamp(1, DEPTH_MAX)
}

fn description(timeline: &Timeline, lanes: &[&LaneTimeline]) -> String {
    let range = &timeline.range_ns;
    let segments = timeline.lanes.iter().flat_map(|lane| &lane.bars).map(|bar| bar.segments).sum();
    let mut parts = vec![
        duration(range.end.saturating_sub(range.start)),
        counted(timeline.lanes.len() as u64, "thread"),
        counted(segments, "segment"),
    ];
    let outermost = timeline.lanes.iter().flat_map(|lane| &lane.bars).filter(|bar| bar.depth == 0);
    let left = outermost.filter_map(|bar| bar.compensated).reduce(Compensated::plus);
    if let Some(Compensated { raw_ns, ns, low_ns, high_ns }) = left {
        parts.push(format!(
            "hatched: recording took {} of what was entered; {} remain ({} to {})",
            percent(raw_ns - ns, raw_ns),
            duration(ns),
            duration(low_ns),
            duration(high_ns),
        ));
    }
    if range.start > 0 {
        parts.insert(1, format!("from {} after the recording's start", duration(range.start)));
    }
    if lanes.len() < timeline.lanes.len() {
        let hidden = (timeline.lanes.len() - lanes.len()) as u64;
        parts.push(format!("{} with less time in spans not shown", counted(hidden, "thread")));
    }
    if lanes.iter().any(|lane| lane.depth > DEPTH_MAX) {
        parts.push(format!("only the outermost {DEPTH_MAX} rows of a thread shown"));
    }
    parts.join(" · ")
}

/// How much room the lanes' names take.
fn gutter(lanes: &[&LaneTimeline]) -> f64 {
    let widest = lanes.iter().map(|lane| width(&lane.label, NOTE)).fold(0.0, f64::max);
    (widest + 16.0).clamp(60.0, 200.0)
}

struct Drawing<'a> {
    plot: Plot<'a>,
    options: &'a ChartOptions,
    gutter: f64,
}

impl Drawing<'_> {
    fn lanes(&mut self, lanes: &[&LaneTimeline]) {
        let pieces = pieces(lanes);
        let resolution_ns = self.plot.axis.ns(MERGED);
        let mut pieces = thinned(&pieces, resolution_ns, PIECES_MAX).into_iter().peekable();
        let marks_apart_ns = marks_apart_ns(lanes, &self.plot.axis);
        let mut first_row = 0;
        for lane in lanes {
            self.lane_heading(lane, marks_apart_ns);
            let top = self.plot.bottom;
            let rows = rows_of(lane);
            while let Some(piece) = pieces.next_if(|piece| piece.row < first_row + rows) {
                self.bar(&piece, lane, top + (piece.row - first_row) as f64 * ROW);
            }
            self.plot.bottom += rows as f64 * ROW;
            first_row += rows;
        }
        self.plot.bottom += LANE_GAP / 2.0;
    }

    fn lane_heading(&mut self, lane: &LaneTimeline, marks_apart_ns: u64) {
        let top = self.plot.bottom + LANE_GAP / 2.0;
        let (rule, right) = (Px(top - LANE_GAP / 2.0), Px(WIDTH - MARGIN));
        let fixed = &mut self.plot.fixed;
        fixed.raw(format_args!("<path class=\"rule\" d=\"M{MARGIN} {rule}H{right}\"/>"));
        fixed.raw(format_args!("<g>"));
        fixed.title(&printable(&lane.label));
        let label = fitted(&printable(&lane.label), self.gutter - 10.0, NOTE).unwrap_or_default();
        let marks = if lane.marks.is_empty() { 0.0 } else { MARKS };
        fixed.text("lane", MARGIN, top + marks + 12.5, &label);
        fixed.raw(format_args!("</g>\n"));
        self.marks(&lane.marks, marks_apart_ns, top + MARKS - 2.0);
        self.plot.bottom = top + marks;
    }

    /// Instants as small arrows that point down at `y`, those of one place as one.
    fn marks(&mut self, marks: &[Mark], apart_ns: u64, y: f64) {
        for group in grouped(marks, apart_ns) {
            let (first, last) = (group[0], group[group.len() - 1]);
            let x = Px(self.plot.axis.x(first.at_ns));
            let bars = &mut self.plot.bars;
            bars.raw(format_args!("<path class=\"mark\" d=\"M{x} {}l-3 -6h6z\">", Px(y)));
            let at = exact(first.at_ns);
            bars.title(&match (group.len(), self.plot.callsites.get(first.callsite.index())) {
                (1, Some(callsite)) => format!(
                    "{}\nat {at}",
                    heading(&label(1, self.options.names, callsite), callsite)
                ),
                (number, _) => {
                    let to = exact(last.at_ns);
                    format!("{}\nfrom {at}\nto {to}", counted(number as u64, "event"))
                }
            });
            bars.raw(format_args!("</path>\n"));
        }
    }

    fn bar(&mut self, piece: &Piece, lane: &LaneTimeline, y: f64) {
        let Some(callsite) = self.plot.callsites.get(piece.kind as usize) else { return };
        self.plot.used.insert(piece.kind as usize);
        let area = area(&self.plot.axis, piece.start_ns, piece.end_ns, y);
        let bars = &mut self.plot.bars;
        bars.raw(format_args!("<g class=\"s\">"));
        let label = label(piece.count, self.options.names, callsite);
        bars.title(&tooltip(piece, &heading(&label, callsite), &lane.label));
        let open = if piece.open { " open" } else { "" };
        bars.rect(&format!("c{}{open}", piece.kind), area);
        if piece.count > 1 {
            bars.rect("striped", area);
        }
        if let Some(taken) = piece.compensated.and_then(|left| taken(&left, area)) {
            bars.rect("hatch", taken);
        }
        if let Some(label) = fitted(&label, area.width - 8.0, LABEL) {
            bars.text("bar", area.x + 4.0, y + 12.5, &label);
        }
        bars.raw(format_args!("</g>\n"));
    }

    fn legend(&mut self, lanes: &[&LaneTimeline]) {
        let bars = || lanes.iter().flat_map(|lane| &lane.bars);
        let legend = &mut self.plot.legend;
        if bars().any(|bar| bar.segments > 1) {
            legend.push(LegendEntry::new(
                &["mark", "striped"],
                "many segments, each too short to draw",
            ));
        }
        if bars().any(|bar| bar.compensated.is_some()) {
            let text = "what recording took of a bar, wherever in it that was";
            legend.push(LegendEntry::new(&["mark waiting", "hatch"], text));
        }
        if bars().any(|bar| bar.open) {
            legend.push(LegendEntry::new(&["mark open"], "still open when the recording ended"));
        }
    }
}

/// How far apart marks must stand for the picture to hold them all.
fn marks_apart_ns(lanes: &[&LaneTimeline], axis: &Axis) -> u64 {
    let groups = |apart_ns| lanes.iter().map(|lane| grouped(&lane.marks, apart_ns).count()).sum();
    let mut apart_ns = axis.ns(MARK_WIDTH);
    while apart_ns < axis.length_ns() && MARKS_MAX < groups(apart_ns) {
        apart_ns = apart_ns.saturating_mul(2);
    }
    apart_ns
}

/// Marks that are drawn as one.
fn grouped(marks: &[Mark], apart_ns: u64) -> impl Iterator<Item = &[Mark]> {
    marks.chunk_by(move |a, b| a.at_ns / apart_ns == b.at_ns / apart_ns)
}

/// Where a stretch of time is drawn. A hair is left blank after it, so that it stays apart from
/// one that follows at once.
pub(super) fn area(axis: &Axis, start_ns: u64, end_ns: u64, y: f64) -> Area {
    let x = axis.x(start_ns);
    let length = axis.x(end_ns) - x;
    let width = if length > 3.0 { length - 0.5 } else { length.max(HAIRLINE) };
    Area { x, y, width, height: BAR }
}

/// The bars of all lanes in one numbering of rows, lane under lane.
fn pieces(lanes: &[&LaneTimeline]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut first_row = 0;
    for lane in lanes {
        let rows = rows_of(lane);
        pieces.extend(lane.bars.iter().filter(|bar| bar.depth < rows).map(|bar| Piece {
            row: first_row + bar.depth,
            start_ns: bar.start_ns,
            end_ns: bar.end_ns,
            kind: bar.callsite.0,
            count: bar.segments,
            busy_ns: bar.busy_ns,
            open: bar.open,
            first: 0,
            compensated: bar.compensated,
        }));
        first_row += rows;
    }
    pieces
}

/// The part of a bar's end that stands for what recording took of it.
pub(super) fn taken(left: &Compensated, area: Area) -> Option<Area> {
    let share = left.raw_ns.saturating_sub(left.ns) as f64 / left.raw_ns.max(1) as f64;
    let width = area.width * share;
    (width >= HAIRLINE).then_some(Area { x: area.x + area.width - width, width, ..area })
}

/// What remains, as a line of a tooltip.
pub(super) fn remains(left: Compensated) -> String {
    let (ns, low, high) = (exact(left.ns), duration(left.low_ns), duration(left.high_ns));
    format!("\n{ns} without what recording took, from {low} to {high}")
}

fn tooltip(piece: &Piece, heading: &str, lane: &str) -> String {
    let length = exact(piece.end_ns.saturating_sub(piece.start_ns));
    let ran = match piece.count {
        1 => format!("ran for {length}"),
        number => {
            let segments = counted(number, "segment");
            format!("{segments} ran for {} within {length}", exact(piece.busy_ns))
        }
    };
    let open = if piece.open { "\nstill open when the recording ended" } else { "" };
    let left = piece.compensated.map(remains).unwrap_or_default();
    format!("{heading}\n{ran}{left}\nfrom {} on {}{open}", exact(piece.start_ns), printable(lane))
}
