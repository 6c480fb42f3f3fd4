//! What colours and shapes stand for.

use super::panel::{diamond, dot};
use crate::chart::labels::width;
use crate::chart::style::{MARGIN, NOTE};
use crate::chart::svg::{Px, Svg};
use spanfire_views::SamplingEstimate;
use std::fmt::Write;

/// From deep blue to olive: an order that the eye follows, in hues of Paul Tol's schemes that are told
/// apart by colour-blind readers and from the orange of the spans.
const COLOURS: [&str; 6] = ["#332288", "#0077bb", "#33bbee", "#009988", "#66aa33", "#aaaa00"];

/// Where classes of depth begin when there are more depths than colours.
const COARSE: [usize; 6] = [1, 2, 3, 4, 6, 10];

/// Classes of depth, each with a colour.
pub(super) struct Depths {
    /// The first depth of each class.
    starts: Vec<usize>,
    deepest: usize,
}

impl Depths {
    pub fn of(estimate: &SamplingEstimate, frames: &[usize]) -> Depths {
        let depths = frames.iter().map(|&frame| estimate.frames()[frame].depth);
        let deepest = depths.max().unwrap_or(1);
        let starts = match deepest <= COLOURS.len() {
            true => (1..=deepest).collect(),
            false => COARSE.into_iter().filter(|&start| start <= deepest).collect(),
        };
        Depths { starts, deepest }
    }

    /// The class of a depth, as the number in its CSS class.
    pub fn class(&self, depth: usize) -> usize {
        self.starts.partition_point(|&start| start <= depth).max(1)
    }

    /// One class of CSS for each.
    pub fn rules(&self) -> String {
        let mut rules = String::new();
        for (class, colour) in (1..=self.starts.len()).zip(COLOURS) {
            // Writing to a `String` cannot fail.
            let _ = write!(rules, ".d{class}{{fill:{colour};stroke:{colour}}}");
        }
        rules
    }

    fn labels(&self) -> Vec<String> {
        let ends = self.starts.iter().skip(1).map(|next| next - 1).chain([self.deepest]);
        let label = |(&start, end): (&usize, usize)| match start == end {
            true => start.to_string(),
            false => format!("{start} – {end}"),
        };
        self.starts.iter().zip(ends).map(label).collect()
    }
}

/// Two lines: what dots are, and what else there is. The result is their lower edge.
pub(super) fn draw(depths: &Depths, spans: bool, top: f64, svg: &mut Svg) -> f64 {
    let mut line = Line { x: MARGIN, y: top + 14.0 };
    line.text("what a sampler reads, at depth", svg);
    for (class, label) in (1..).zip(depths.labels()) {
        dot(&format!("d{class}"), line.x + 5.0, line.y - 4.0, svg);
        svg.raw(format_args!("</circle>"));
        line.x += 14.0;
        line.text(&label, svg);
    }
    dot("d1 missed", line.x + 5.0, line.y - 4.0, svg);
    svg.raw(format_args!("</circle>"));
    line.x += 14.0;
    line.text("missed altogether", svg);
    line.stroke("theory", svg);
    line.text("its standard error by theory, √((1 − p) / (p · samples))", svg);
    if spans {
        line = Line { x: MARGIN, y: line.y + 20.0 };
        line.diamond("span", svg);
        line.text("how much too long recording made a frame", svg);
        line.diamond("span worse", svg);
        line.text("and the sampler errs less", svg);
        line.stroke("bias", svg);
        line.text("half of the frames lie above", svg);
        line.ring(svg);
        line.text("of such a frame believe the sampler above this share, the spans below it", svg);
    }
    line.y + 8.0
}

struct Line {
    x: f64,
    y: f64,
}

impl Line {
    fn text(&mut self, text: &str, svg: &mut Svg) {
        svg.text("note", self.x, self.y, text);
        self.x += width(text, NOTE) + 12.0;
    }

    fn stroke(&mut self, class: &str, svg: &mut Svg) {
        let (x, y) = (Px(self.x), Px(self.y - 4.0));
        svg.raw(format_args!("<path class=\"{class}\" d=\"M{x} {y}h22\"/>"));
        self.x += 28.0;
    }

    fn diamond(&mut self, class: &str, svg: &mut Svg) {
        diamond(class, self.x + 6.0, self.y - 4.0, svg);
        svg.raw(format_args!("</path>"));
        self.x += 16.0;
    }

    fn ring(&mut self, svg: &mut Svg) {
        let (x, y) = (Px(self.x + 7.0), Px(self.y - 4.0));
        svg.raw(format_args!("<circle class=\"crossing\" cx=\"{x}\" cy=\"{y}\" r=\"6\"/>"));
        self.x += 20.0;
    }
}
