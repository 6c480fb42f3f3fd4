//! One request over all its threads and tasks, logical nesting.

use super::ChartOptions;
use super::axis::Axis;
use super::canvas::{Canvas, LegendEntry, Plot};
use super::density::{PIECES_MAX, Piece, thinned};
use super::labels::{fitted, width};
use super::style::{BAR, LABEL, MARGIN, MERGED, ROW, THREADS, WIDTH};
use super::svg::{Area, Svg};
use super::threads::{area, remains, taken};
use super::tooltip::{counted, exact, fields, heading, label};
use crate::duration;
use crate::error::Error;
use crate::tables::{percent, printable};
use spanfire_recording::{Callsite, Lane, LaneId};
use spanfire_views::{ChartSpan, Compensated, RequestChart};
use std::collections::BTreeSet;
use std::io::Write;

/// How many rows are drawn: 27,000 px, beyond which browsers give up.
const ROWS_MAX: usize = 1_500;
/// Height of the line under a segment that says which thread it ran on.
const THREAD_LINE: f64 = 2.5;

/// Dots over what recording took, since hatching says that a span waited.
const DOTS: &str = "<pattern id=\"taken\" width=\"4\" height=\"4\" \
    patternUnits=\"userSpaceOnUse\"><circle cx=\"2\" cy=\"2\" r=\"1.1\" fill=\"#1b1f24\" \
    fill-opacity=\".6\"/></pattern>\n";

/// Draws `chart`, whose callsites and lanes are numbered as in `callsites` and `lanes`: those of
/// the recording.
///
/// A span is hatched where it waited and solid where it ran, with a line under it in the colour of
/// the thread. In a compensated chart nothing is moved: what recording took of a segment is dotted at
/// its end. Times count from the start of the request. Fails only where `sink` does.
pub fn request_chart(
    chart: &RequestChart,
    callsites: &[Callsite],
    lanes: &[Lane],
    options: &ChartOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let mut canvas = Canvas::new(&title(chart, callsites, options));
    canvas.line(options.subtitle.as_deref().unwrap_or_default());
    canvas.line(&fields(&chart.request.fields, "  "));
    canvas.line(&description(chart));
    canvas.line(&without_recording(chart).unwrap_or_default());
    let mut drawing = Drawing {
        plot: Plot {
            axis: Axis::new(range(chart), MARGIN, WIDTH - MARGIN),
            bars: Svg::default(),
            fixed: Svg::default(),
            bottom: canvas.top() + ROW * chart.rows.clamp(1, ROWS_MAX) as f64,
            callsites,
            used: BTreeSet::new(),
            legend: Vec::new(),
        },
        top: canvas.top(),
        threads: threads(chart),
        chart,
        lanes,
        options,
    };
    if chart.request.compensated_work.is_some() {
        drawing.plot.bars.raw(format_args!("{DOTS}"));
    }
    drawing.spans();
    drawing.legend();
    canvas.write(drawing.plot, sink)
}

fn title(chart: &RequestChart, callsites: &[Callsite], options: &ChartOptions) -> String {
    options.title.clone().unwrap_or_else(|| {
        let name = callsites.get(chart.request.callsite.index()).map_or("?", |site| &site.name);
        format!("{name} · request {}", chart.request.id)
    })
}

fn description(chart: &RequestChart) -> String {
    let request = &chart.request;
    let mut parts = vec![
        format!("lifetime {}", duration(request.lifetime_ns)),
        format!("busy {}", duration(request.busy_ns)),
        format!("idle {}", duration(request.idle_ns)),
        counted(request.spans, "span"),
        counted(request.segments, "segment"),
        counted(request.threads as u64, "thread"),
    ];
    if request.work_ns > request.busy_ns {
        parts.insert(2, format!("{} of work", duration(request.work_ns)));
    }
    if request.start_ns > 0 {
        parts.push(format!("began {} after the recording's start", duration(request.start_ns)));
    }
    if request.open {
        parts.push("still open when the recording ended".to_owned());
    }
    if chart.left_out > 0 {
        parts.push(format!("{} of shorter life not shown", counted(chart.left_out, "span")));
    }
    if chart.rows > ROWS_MAX {
        parts.push(format!("only the first {ROWS_MAX} rows shown"));
    }
    parts.join(" · ")
}

/// How much of the work recording took, in a compensated chart.
fn without_recording(chart: &RequestChart) -> Option<String> {
    let Compensated { raw_ns, ns, low_ns, high_ns } = chart.request.compensated_work?;
    Some(format!(
        "dotted: recording took {} of its work; {} remain ({} to {})",
        percent(raw_ns - ns, raw_ns),
        duration(ns),
        duration(low_ns),
        duration(high_ns)
    ))
}

/// From the request's start to the end of whatever lasted longest, which may be a child.
fn range(chart: &RequestChart) -> std::ops::Range<u64> {
    let request = &chart.request;
    let root_end = request.start_ns + request.lifetime_ns;
    let end = chart.spans.iter().map(|span| span.end_ns).fold(root_end, u64::max);
    let start = chart.spans.iter().map(|span| span.start_ns).fold(request.start_ns, u64::min);
    start..end
}

/// The lanes it ran on, in the order of their first segment.
fn threads(chart: &RequestChart) -> Vec<LaneId> {
    let mut first_runs: Vec<(u64, LaneId)> = chart
        .spans
        .iter()
        .flat_map(|span| &span.segments)
        .map(|segment| (segment.start_ns, segment.lane))
        .collect();
    first_runs.sort_unstable();
    let mut threads: Vec<LaneId> = Vec::new();
    for (_, lane) in first_runs {
        if !threads.contains(&lane) {
            threads.push(lane);
        }
    }
    threads
}

struct Drawing<'a> {
    plot: Plot<'a>,
    top: f64,
    threads: Vec<LaneId>,
    chart: &'a RequestChart,
    lanes: &'a [Lane],
    options: &'a ChartOptions,
}

impl Drawing<'_> {
    fn spans(&mut self) {
        let resolution_ns = self.plot.axis.ns(MERGED);
        let lives = thinned(&self.lives(), resolution_ns, PIECES_MAX / 2);
        let drawn: Vec<usize> =
            lives.iter().filter(|life| life.count == 1).map(|life| life.first).collect();
        let mut segments =
            thinned(&self.segments(&drawn), resolution_ns, PIECES_MAX / 2).into_iter().peekable();
        let mut order = 0;
        for life in lives {
            let y = self.top + life.row as f64 * ROW;
            if life.count > 1 {
                self.run(&life, y);
                continue;
            }
            let mut own = Vec::new();
            while let Some(segment) = segments.next_if(|segment| segment.row == order) {
                own.push(segment);
            }
            self.span(&self.chart.spans[life.first], &own, y);
            order += 1;
        }
    }

    /// Lifetimes as pieces of the chart's rows.
    fn lives(&self) -> Vec<Piece> {
        let shown = self.chart.spans.iter().enumerate().filter(|(_, span)| span.row < ROWS_MAX);
        let mut lives: Vec<Piece> = shown
            .map(|(index, span)| Piece {
                row: span.row,
                start_ns: span.start_ns,
                end_ns: span.end_ns,
                kind: span.callsite.0,
                count: 1,
                busy_ns: span.busy_ns,
                open: span.open,
                first: index,
                compensated: span.compensated(),
            })
            .collect();
        lives.sort_by_key(|life| (life.start_ns, life.row));
        lives
    }

    /// Segments of the spans in `drawn` as pieces, a row for each span, told apart by lane.
    fn segments(&self, drawn: &[usize]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (row, &index) in drawn.iter().enumerate() {
            pieces.extend(self.chart.spans[index].segments.iter().enumerate().map(
                |(number, segment)| Piece {
                    row,
                    start_ns: segment.start_ns,
                    end_ns: segment.end_ns,
                    kind: segment.lane.0,
                    count: 1,
                    busy_ns: segment.end_ns.saturating_sub(segment.start_ns),
                    open: false,
                    first: number,
                    compensated: segment.compensated,
                },
            ));
        }
        pieces
    }

    /// Spans too short to be drawn one by one.
    fn run(&mut self, life: &Piece, y: f64) {
        let Some(callsite) = self.plot.callsites.get(life.kind as usize) else { return };
        self.plot.used.insert(life.kind as usize);
        let area = area(&self.plot.axis, life.start_ns, life.end_ns, y);
        let bars = &mut self.plot.bars;
        bars.raw(format_args!("<g class=\"s\">"));
        let label = label(life.count, self.options.names, callsite);
        bars.title(&format!(
            "{}\n{} busy {} within {}{}\nfrom {}",
            heading(&label, callsite),
            counted(life.count, "span"),
            exact(life.busy_ns),
            exact(life.end_ns.saturating_sub(life.start_ns)),
            life.compensated.map(remains).unwrap_or_default(),
            exact(life.start_ns.saturating_sub(self.chart.request.start_ns)),
        ));
        bars.rect(&format!("c{}", life.kind), area);
        bars.rect("striped", area);
        if let Some(label) = fitted(&label, area.width - 8.0, LABEL) {
            bars.text("bar", area.x + 4.0, y + 12.5, &label);
        }
        bars.raw(format_args!("</g>\n"));
    }

    fn span(&mut self, span: &ChartSpan, segments: &[Piece], y: f64) {
        let Some(callsite) = self.plot.callsites.get(span.callsite.index()) else { return };
        self.plot.used.insert(span.callsite.index());
        let life = area(&self.plot.axis, span.start_ns, span.end_ns, y);
        let class = format!("c{}", span.callsite.0);
        let open = if span.open { " open" } else { "" };
        let tooltip = self.tooltip(span, callsite);
        let bars = &mut self.plot.bars;
        bars.raw(format_args!("<g class=\"s\">"));
        bars.title(&tooltip);
        bars.rect(&format!("{class} waiting{open}"), life);
        bars.rect(&format!("hatch{open}"), life);
        let solid: Vec<Area> =
            segments.iter().map(|segment| self.segment(segment, span, &class, y)).collect();
        let name = label(1, self.options.names, callsite);
        self.label(&name, life, &solid, y);
        self.plot.bars.raw(format_args!("</g>\n"));
    }

    fn segment(&mut self, segment: &Piece, span: &ChartSpan, class: &str, y: f64) -> Area {
        let area = area(&self.plot.axis, segment.start_ns, segment.end_ns, y);
        let lane = LaneId(segment.kind);
        let thread = self.thread(lane);
        let ran = match segment.count {
            1 => format!(
                "segment {} of {}, {} on {thread}",
                segment.first + 1,
                span.segments.len(),
                exact(segment.busy_ns)
            ),
            number => format!(
                "{}, {} within {}, mostly on {thread}",
                counted(number, "segment"),
                exact(segment.busy_ns),
                exact(segment.end_ns.saturating_sub(segment.start_ns))
            ),
        };
        let callsite = self.plot.callsites.get(span.callsite.index());
        let name = callsite.map(|callsite| printable(&callsite.name)).unwrap_or_default();
        let from = exact(segment.start_ns.saturating_sub(self.chart.request.start_ns));
        let colour = self.thread_colour(lane);
        let line = Area { y: y + BAR - THREAD_LINE, height: THREAD_LINE, ..area };
        let bars = &mut self.plot.bars;
        bars.raw(format_args!("<g>"));
        if span.segments.len() > 1 {
            let left = segment.compensated.map(remains).unwrap_or_default();
            bars.title(&format!("{name}\n{ran}{left}\nfrom {from}"));
        }
        bars.rect(class, area);
        if segment.count > 1 {
            bars.rect("striped", area);
        }
        if let Some(taken) = segment.compensated.and_then(|left| taken(&left, area)) {
            bars.raw(format_args!("<rect class=\"striped\" style=\"fill:url(#taken)\" {taken}/>"));
        }
        if self.threads.len() > 1 {
            bars.raw(format_args!("<rect fill=\"{colour}\" {line}/>"));
        }
        bars.raw(format_args!("</g>"));
        area
    }

    /// Puts the name at the bar's beginning, with a halo where it runs over more than one pattern.
    fn label(&mut self, name: &str, life: Area, solid: &[Area], y: f64) {
        let Some(label) = fitted(name, life.width - 8.0, LABEL) else { return };
        let end = life.x + 4.0 + width(&label, LABEL);
        let first = solid.first();
        let plain = first.is_some_and(|area| area.x - life.x < 1.0 && area.x + area.width > end);
        let class = if plain { "bar" } else { "aside" };
        self.plot.bars.text(class, life.x + 4.0, y + 12.5, &label);
    }

    fn tooltip(&self, span: &ChartSpan, callsite: &Callsite) -> String {
        let lifetime_ns = span.end_ns.saturating_sub(span.start_ns);
        let left = span.compensated().map(remains);
        let mut lines = vec![
            heading(&label(1, self.options.names, callsite), callsite),
            format!("from {}", exact(span.start_ns.saturating_sub(self.chart.request.start_ns))),
            format!("lifetime {}", exact(lifetime_ns)),
            format!("busy {}{}", exact(span.busy_ns), left.unwrap_or_default()),
            format!("idle {}", exact(lifetime_ns.saturating_sub(span.busy_ns))),
            format!("self {}", exact(span.self_ns)),
        ];
        let lanes: BTreeSet<LaneId> = span.segments.iter().map(|segment| segment.lane).collect();
        let threads: Vec<String> =
            lanes.into_iter().take(8).map(|lane| self.thread(lane)).collect();
        if !threads.is_empty() {
            let segments = counted(span.segments.len() as u64, "segment");
            lines.push(format!("{segments} on {}", threads.join(", ")));
        }
        if span.open {
            lines.push("still open when the recording ended".to_owned());
        }
        if !span.fields.is_empty() {
            lines.push(fields(&span.fields, "\n"));
        }
        lines.join("\n")
    }

    fn thread(&self, lane: LaneId) -> String {
        match self.lanes.get(lane.index()) {
            Some(known) => printable(&known.label(lane)),
            None => format!("thread #{}", lane.0),
        }
    }

    fn thread_colour(&self, lane: LaneId) -> &'static str {
        let number = self.threads.iter().position(|&thread| thread == lane).unwrap_or(0);
        THREADS[number % THREADS.len()]
    }

    fn legend(&mut self) {
        let mut legend = vec![
            LegendEntry::new(&["mark"], "running"),
            LegendEntry::new(&["mark waiting", "hatch"], "waiting"),
        ];
        if self.chart.request.compensated_work.is_some() {
            let text = "what recording took of a segment";
            legend.push(LegendEntry::taken(text));
        }
        if self.chart.spans.iter().any(|span| span.open) {
            legend.push(LegendEntry::new(&["mark open"], "still open when the recording ended"));
        }
        if self.threads.len() > 1 {
            for &lane in self.threads.iter().take(THREADS.len()) {
                legend.push(LegendEntry::thread(self.thread_colour(lane), self.thread(lane)));
            }
        }
        self.plot.legend = legend;
    }
}
