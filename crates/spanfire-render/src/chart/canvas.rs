//! The sheet that both charts are drawn on: header, axis, style, legend.

use super::axis::Axis;
use super::labels::{fitted, width};
use super::style::{MARGIN, NOTE, PATTERNS, ROW, SCRIPT, SHEET, TICK, WIDTH, colour_rules};
use super::svg::{Area, Escaped, Px, Svg};
use crate::error::Error;
use crate::palette::{Palette, crate_colour};
use crate::tables::printable;
use spanfire_recording::Callsite;
use std::collections::BTreeSet;
use std::io::Write;

/// From the last line of the header to the first row.
const AXIS: f64 = 34.0;
/// How many crates the legend names.
const CRATES_MAX: usize = 40;

/// A header, under which a plot is drawn.
pub(super) struct Canvas {
    title: String,
    lines: Vec<String>,
}

/// What is drawn under a header.
pub(super) struct Plot<'a> {
    pub axis: Axis,
    /// What moves and stretches with the axis.
    pub bars: Svg,
    /// What stays: names of lanes, rules between them.
    pub fixed: Svg,
    /// The lower edge of the last row.
    pub bottom: f64,
    pub callsites: &'a [Callsite],
    /// The callsites that have bars.
    pub used: BTreeSet<usize>,
    /// What the ways of drawing stand for.
    pub legend: Vec<LegendEntry>,
}

/// A small bar and what it stands for.
pub(super) struct LegendEntry {
    /// Attributes of the rectangles it is made of, one over the other.
    layers: Vec<String>,
    height: f64,
    text: String,
}

impl LegendEntry {
    /// A way of drawing: rectangles of these classes over one another.
    pub(super) fn new(classes: &[&str], text: &str) -> Self {
        let layers = classes.iter().map(|class| format!("class=\"{class}\"")).collect();
        LegendEntry { layers, height: 11.0, text: text.to_owned() }
    }

    /// A thread, by the colour of the line under what ran on it.
    pub(super) fn thread(colour: &str, name: String) -> Self {
        LegendEntry { layers: vec![format!("fill=\"{colour}\"")], height: 3.0, text: name }
    }

    /// What recording took, by the pattern over it.
    pub(super) fn taken(text: &str) -> Self {
        let layers = ["class=\"mark waiting\"", "fill=\"url(#taken)\""];
        LegendEntry {
            layers: layers.map(str::to_owned).to_vec(),
            height: 11.0,
            text: text.to_owned(),
        }
    }

    fn of_crate(name: &str) -> Self {
        let layers = vec![format!("fill=\"{}\"", crate_colour(name))];
        LegendEntry { layers, height: 11.0, text: printable(name) }
    }
}

impl Canvas {
    pub(super) fn new(title: &str) -> Canvas {
        Canvas { title: printable(title), lines: Vec::new() }
    }

    /// Adds a line to the header; an empty one is left out.
    pub(super) fn line(&mut self, text: &str) {
        if !text.is_empty() {
            self.lines.push(printable(text));
        }
    }

    /// The upper edge of the first row.
    pub(super) fn top(&self) -> f64 {
        self.header_bottom() + AXIS
    }

    fn header_bottom(&self) -> f64 {
        38.0 + 18.0 * self.lines.len() as f64
    }

    /// Writes the header alone.
    pub(super) fn write_without_plot(self, sink: &mut dyn Write) -> Result<(), Error> {
        let mut svg = Svg::default();
        self.open(&mut svg, self.header_bottom() + MARGIN, "");
        svg.raw(format_args!("</svg>\n"));
        write(svg, sink)
    }

    /// Writes the header and the plot under it.
    pub(super) fn write(self, plot: Plot<'_>, sink: &mut dyn Write) -> Result<(), Error> {
        let (legend, legend_bottom) = legend(&plot, plot.bottom + 26.0);
        let mut svg = Svg::default();
        let rules = colour_rules(plot.callsites, plot.used.iter().copied());
        self.open(&mut svg, legend_bottom + MARGIN, &rules);
        self.clip(&mut svg, &plot);
        self.axis(&mut svg, &plot);
        svg.raw(format_args!(
            "{}<g id=\"plot\" clip-path=\"url(#clip)\" data-left=\"{}\" data-right=\"{}\" \
             data-ns=\"{}\">\n{}</g>\n",
            plot.fixed.into_markup(),
            plot.axis.left(),
            plot.axis.right(),
            plot.axis.length_ns(),
            plot.bars.into_markup()
        ));
        svg.raw(format_args!("{}<script><![CDATA[\n{SCRIPT}]]></script>\n", legend.into_markup()));
        svg.raw(format_args!("</svg>\n"));
        write(svg, sink)
    }

    fn open(&self, svg: &mut Svg, height: f64, rules: &str) {
        svg.raw(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" style=\"max-width:100%;height:auto\">\n\
             <title>{}</title>\n<style>\n{SHEET}{rules}</style>\n<defs>{PATTERNS}</defs>\n",
            Escaped(&self.title)
        ));
        svg.raw(format_args!("<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n"));
        let room = WIDTH - 2.0 * MARGIN;
        let headline = fitted(&self.title, room, 17.0).unwrap_or_default();
        svg.text("headline", MARGIN, 34.0, &headline);
        for (number, line) in self.lines.iter().enumerate() {
            let line = fitted(line, room, NOTE).unwrap_or_default();
            svg.text("note", MARGIN, 56.0 + 18.0 * number as f64, &line);
        }
        svg.raw(format_args!("\n"));
    }

    fn clip(&self, svg: &mut Svg, plot: &Plot<'_>) {
        let (x, y) = (plot.axis.left(), self.top() - 2.0);
        let area = Area { x, y, width: plot.axis.right() - x + 1.0, height: plot.bottom + 2.0 - y };
        svg.raw(format_args!("<clipPath id=\"clip\"><rect {area}/></clipPath>\n"));
    }

    fn axis(&self, svg: &mut Svg, plot: &Plot<'_>) {
        let top = self.top() - 6.0;
        svg.raw(format_args!("<g id=\"axis\">\n"));
        for tick in plot.axis.ticks() {
            let x = Px(tick.x);
            svg.raw(format_args!("<path class=\"grid\" d=\"M{x} {top}V{}\"/>", Px(plot.bottom)));
            let half = width(&tick.label, TICK) / 2.0;
            let x = tick.x.min(plot.axis.right() - half);
            svg.text("tick", x.max(plot.axis.left() + half), top - 6.0, &tick.label);
        }
        svg.raw(format_args!("\n</g>\n"));
    }
}

/// Crates by colour, where colours are theirs, then ways of drawing, in as many lines as it takes.
fn legend(plot: &Plot<'_>, top: f64) -> (Svg, f64) {
    let crates: BTreeSet<&str> = match Palette::of(plot.callsites) {
        Palette::ByName => BTreeSet::new(),
        Palette::ByCrate => {
            let used = plot.used.iter().filter_map(|&index| plot.callsites.get(index));
            used.map(Callsite::crate_name).collect()
        }
    };
    let crates: Vec<LegendEntry> =
        crates.into_iter().take(CRATES_MAX).map(LegendEntry::of_crate).collect();
    let mut svg = Svg::default();
    let (mut x, mut y) = (MARGIN, top);
    for entry in crates.iter().chain(&plot.legend) {
        let text = fitted(&entry.text, 300.0, NOTE).unwrap_or_default();
        let room = 24.0 + width(&text, NOTE) + 16.0;
        if x + room > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        for layer in &entry.layers {
            let (height, middle) = (entry.height, y + ROW / 2.0);
            let area = Area { x, y: middle - height / 2.0, width: 18.0, height };
            svg.raw(format_args!("<rect {layer} {area}/>"));
        }
        svg.text("note", x + 24.0, y + 13.0, &text);
        x += room;
    }
    svg.raw(format_args!("\n"));
    (svg, y + ROW)
}

fn write(svg: Svg, sink: &mut dyn Write) -> Result<(), Error> {
    sink.write_all(svg.into_markup().as_bytes())?;
    Ok(sink.flush()?)
}
