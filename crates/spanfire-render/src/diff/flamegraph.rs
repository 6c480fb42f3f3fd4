//! The differential flamegraph as SVG.
//!
//! Colours after B. Gregg's red/blue flame graphs; that what is gone stays visible, in a pane of its
//! own, is ours. The picture is complete without scripts; where they run, a small one adds zoom and
//! search.

use super::amount::{Scale, percent};
use super::colour::{LESS, MORE, SAME, colour};
use super::layout::{Layout, Pane, Placed};
use super::{DiffOptions, DiffWeight};
use crate::Error;
use crate::chart::labels::{fitted, width};
use crate::chart::nothing_recorded;
use crate::chart::style::{BAR, LABEL, MARGIN, NOTE, ROW, SHEET, WIDTH};
use crate::chart::svg::{Area, Escaped, Px, Svg};
use crate::chart::tooltip::heading;
use crate::palette::NO_SPAN;
use crate::tables::printable;
use spanfire_views::{Diff, Measure, NameDiff, Shift, Verdict, Weight};
use std::collections::HashMap;
use std::io::Write;

/// What only the picture of a diff has.
const DIFF_SHEET: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Stripes over what is on one side alone, leaning in opposite directions.
const PATTERNS: &str = "<pattern id=\"new\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
    patternTransform=\"rotate(45)\"><rect width=\"2\" height=\"6\" fill=\"#fff\" \
    fill-opacity=\".65\"/></pattern>\
    <pattern id=\"gone\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
    patternTransform=\"rotate(-45)\"><rect width=\"2\" height=\"6\" fill=\"#fff\" \
    fill-opacity=\".65\"/></pattern>";
/// From the title to the first pane.
const LEGEND: f64 = 30.0;

/// Draws the stacks of the after side, coloured by what changed, and under them what is gone.
/// Without any weight on either side the picture says so.
///
/// Fails only where `sink` does.
pub fn flamegraph(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> Result<(), Error> {
    let totals = diff.totals(options.weight.width());
    if totals[0] == [0, 0] {
        return nothing_recorded(&options.title, sink);
    }
    let scale = match options.share {
        true => Scale::shares(totals[0]),
        false => Scale::per_recording(diff.recordings()),
    };
    let names = diff.names().iter().map(|name| (name.frame.index(), name)).collect();
    let picture = Picture { diff, options, scale, totals, names };
    let svg = picture.draw(&Layout::of(diff, options, &scale));
    sink.write_all(svg.into_markup().as_bytes())?;
    Ok(sink.flush()?)
}

struct Picture<'a> {
    diff: &'a Diff,
    options: &'a DiffOptions,
    scale: Scale,
    /// What is under each node, before and after.
    totals: Vec<[u64; 2]>,
    names: HashMap<usize, &'a NameDiff>,
}

impl Picture<'_> {
    fn draw(&self, layout: &Layout) -> Svg {
        let lines = self.lines();
        let legend = 46.0 + 18.0 * lines.len() as f64;
        let first = legend + LEGEND;
        let first_bottom = first + ROW * layout.after.rows as f64;
        let second = first_bottom + 34.0;
        let bottom = match layout.gone.rows {
            0 => first_bottom,
            rows => second + ROW * rows as f64,
        };
        let mut svg = Svg::default();
        self.open(&mut svg, bottom + MARGIN, &lines);
        self.legend(&mut svg, legend);
        svg.raw(format_args!("<g id=\"plot\" data-left=\"{MARGIN}\" data-right=\"{}\">\n", RIGHT));
        self.pane(&mut svg, &layout.after, first, "after");
        if layout.gone.rows > 0 {
            let text = format!("gone, as wide as it was: {} of all there was before", self.gone());
            svg.text("note", MARGIN, second - 8.0, &text);
            self.pane(&mut svg, &layout.gone, second, "gone");
        }
        svg.raw(format_args!("</g>\n<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>\n"));
        svg
    }

    /// How much is gone of what was there before.
    fn gone(&self) -> String {
        let weight = self.options.weight.width();
        let nodes = self.diff.nodes().iter().zip(&self.totals);
        let gone = nodes.filter(|(_, total)| total[1] == 0).map(|(node, _)| node.own(weight)[0]);
        let share = gone.sum::<u64>() as f64 / self.totals[0][0].max(1) as f64;
        format!("{:.1} %", share * 100.0)
    }

    fn open(&self, svg: &mut Svg, height: f64, lines: &[String]) {
        let title = printable(&self.options.title);
        svg.raw(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" style=\"max-width:100%;height:auto\">\n\
             <title>{}</title>\n<style>\n{SHEET}{DIFF_SHEET}</style>\n<defs>{PATTERNS}</defs>\n",
            Escaped(&title)
        ));
        svg.raw(format_args!("<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n"));
        let headline = fitted(&title, RIGHT - MARGIN - 160.0, 17.0).unwrap_or_default();
        svg.text("headline", MARGIN, 34.0, &headline);
        for (number, line) in lines.iter().enumerate() {
            let line = fitted(line, RIGHT - MARGIN, NOTE).unwrap_or_default();
            svg.text("note", MARGIN, 56.0 + 18.0 * number as f64, &line);
        }
        svg.raw(format_args!("\n"));
    }

    /// What was compared, and how much of it there is.
    fn lines(&self) -> Vec<String> {
        let weight = self.options.weight;
        let sums = self.diff.total(weight.width());
        let what = match weight {
            DiffWeight::Total | DiffWeight::SelfTime => "busy time",
            DiffWeight::Idle => "idle time",
            DiffWeight::Count => "spans",
            DiffWeight::Cpu => "time on a processor",
            DiffWeight::Blocked => "time blocked",
        };
        let recordings = self.diff.recordings();
        let each = if recordings == [1, 1] { "" } else { " of a recording on average" };
        let all = Scale::per_recording(recordings).described(weight, sums);
        let reversed =
            self.diff.is_reversed().then_some("reversed: callers stand on what they call");
        let first = format!("{what}{each}: {all}");
        let second = [self.options.subtitle.as_deref(), reversed];
        let second = second.into_iter().flatten().map(printable).collect::<Vec<_>>().join(" · ");
        [first, second].into_iter().filter(|line| !line.is_empty()).collect()
    }

    fn legend(&self, svg: &mut Svg, y: f64) {
        let threshold = percent_of(self.options.threshold);
        let of = match (self.options.weight, self.options.share) {
            (DiffWeight::SelfTime, true) => "share of self time",
            (DiffWeight::SelfTime, false) => "self time",
            (_, true) => "share",
            (DiffWeight::Count, _) => "number of spans",
            _ => "time",
        };
        let mut x = MARGIN;
        let mut entry = |svg: &mut Svg, fill: &str, stripes: &str, text: &str| {
            let area = Area { x, y: y + 3.0, width: 18.0, height: 11.0 };
            svg.raw(format_args!("<rect class=\"frame\" fill=\"{fill}\" {area}/>"));
            if !stripes.is_empty() {
                svg.raw(format_args!("<rect fill=\"url(#{stripes})\" {area}/>"));
            }
            svg.text("note", x + 24.0, y + 13.0, text);
            x += 24.0 + width(text, NOTE) + 16.0;
        };
        let step = |svg: &mut Svg,
                    after: f64,
                    text: &str,
                    entry: &mut dyn FnMut(&mut Svg, &str, &str, &str)| {
            entry(svg, &colour(1.0, after, 0.0).to_string(), "", text);
        };
        step(svg, 0.5, "half", &mut entry);
        step(svg, 0.8, "−20 %", &mut entry);
        entry(svg, &SAME.to_string(), "", &format!("{of} ± less than {threshold}"));
        step(svg, 1.2, "+20 %", &mut entry);
        step(svg, 2.0, "twice", &mut entry);
        entry(svg, &MORE.to_string(), "new", "+ new");
        entry(svg, &LESS.to_string(), "gone", "− gone");
        svg.raw(format_args!("\n"));
    }

    fn pane(&self, svg: &mut Svg, pane: &Pane, top: f64, class: &str) {
        svg.raw(format_args!("<g class=\"{class}\">\n"));
        for placed in &pane.frames {
            let row = if self.options.icicle { placed.row } else { pane.rows - 1 - placed.row };
            self.frame(svg, placed, top + ROW * row as f64, class == "gone");
        }
        svg.raw(format_args!("</g>\n"));
    }

    fn frame(&self, svg: &mut Svg, placed: &Placed, y: f64, in_gone: bool) {
        let (fill, stripes) = self.fill(placed.node, in_gone);
        let mark = match stripes {
            "new" => "+ ",
            "gone" => "− ",
            _ => "",
        };
        let label = format!("{mark}{}", self.label(placed.node));
        let area = Area {
            x: MARGIN + placed.x * WIDTH_OF_FRAMES,
            y,
            width: placed.width * WIDTH_OF_FRAMES,
            height: BAR,
        };
        svg.raw(format_args!("<g class=\"s\">"));
        svg.title(&self.tooltip(placed.node, &label));
        svg.raw(format_args!("<rect class=\"frame\" fill=\"{fill}\" {area}/>"));
        if !stripes.is_empty() {
            svg.raw(format_args!("<rect class=\"stripes\" fill=\"url(#{stripes})\" {area}/>"));
        }
        if let Some(text) = fitted(&label, area.width - 6.0, LABEL) {
            svg.text("bar", area.x + 3.0, y + 12.5, &text);
        }
        svg.raw(format_args!("</g>\n"));
    }

    /// The colour of a frame, and the stripes over it.
    fn fill(&self, node: usize, in_gone: bool) -> (String, &'static str) {
        let [before, after] = self.totals[node];
        if in_gone {
            return match after {
                0 => (LESS.to_string(), "gone"),
                _ => (NO_SPAN.to_string(), ""),
            };
        }
        if before == 0 {
            return (MORE.to_string(), "new");
        }
        let sums = match self.options.weight {
            DiffWeight::SelfTime => self.diff.nodes()[node].own(Weight::Busy),
            _ => self.totals[node],
        };
        let [before, after] = self.scale.of(sums);
        (colour(before, after, self.options.threshold).to_string(), "")
    }

    fn label(&self, node: usize) -> String {
        match self.diff.nodes()[node].frame {
            Some(frame) => printable(&self.diff.label(frame, self.options.names)),
            None => "all".to_owned(),
        }
    }

    /// Everything that is known of a stack, and what is known of its name.
    fn tooltip(&self, index: usize, label: &str) -> String {
        let node = &self.diff.nodes()[index];
        let weight = self.options.weight;
        let mut text = match node.frame {
            Some(frame) => heading(label, self.diff.callsite(frame)),
            None => label.to_owned(),
        };
        let mut line =
            |what: &str, described: String| text.push_str(&format!("\n{what} {described}"));
        let recordings = Scale::per_recording(self.diff.recordings());
        match weight {
            DiffWeight::Idle => line("idle", recordings.described(weight, self.totals[index])),
            DiffWeight::Count => {}
            _ => {
                line("total", recordings.described(weight, self.totals[index]));
                line("self", recordings.described(weight, node.own(weight.width())));
            }
        }
        let shares = Scale::shares(self.totals[0]);
        line("share", shares.described(weight, self.totals[index]));
        let spans = match weight {
            DiffWeight::Count => self.totals[index],
            _ => node.own(Weight::Count),
        };
        line("spans", recordings.described(DiffWeight::Count, spans));
        let name = node.frame.and_then(|frame| self.names.get(&frame.index()));
        if let Some(found) = name.and_then(|name| of_the_name(name, weight.measure())) {
            text.push_str(&found);
        }
        text
    }
}

/// What the test says of all spans of the name.
fn of_the_name(name: &NameDiff, measure: Measure) -> Option<String> {
    let change = name.change(measure);
    let verdict = match change.verdict {
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::Same => "same",
        Verdict::Unclear => "unclear",
        Verdict::New | Verdict::Gone => return None,
    };
    let Shift { ratio, low, high, .. } = change.shift?;
    Some(format!(
        "\neach span of this name, wherever it is: {} ({} … {}), {verdict}",
        percent(ratio),
        percent(low),
        percent(high)
    ))
}

fn percent_of(share: f64) -> String {
    format!("{} %", Px(share * 100.0))
}

const RIGHT: f64 = WIDTH - MARGIN;
const WIDTH_OF_FRAMES: f64 = RIGHT - MARGIN;
