//! The errors at one rate.

use super::legend::Depths;
use super::scale::LogScale;
use super::{ERRORS, TOP, centred, percent};
use crate::chart::labels::{fitted, width};
use crate::chart::style::{LABEL, NOTE, TICK};
use crate::chart::svg::{Area, Px, Svg};
use crate::duration;
use crate::sampling::rows::stack;
use crate::tables::{count, counted, printable};
use spanfire_views::{
    Crossing, Names, Sampled, SamplingEstimate, relative_standard_error, sampling_cost,
};
use std::fmt::Write;

/// Pieces of the theory's curve.
const CURVE: usize = 400;

/// A plot with its axes and what stands over it.
pub(super) struct Panel<'a> {
    pub estimate: &'a SamplingEstimate,
    pub names: Names,
    pub rate: usize,
    pub plot: Area,
    pub x: LogScale,
    pub y: LogScale,
    pub depths: &'a Depths,
}

impl Panel<'_> {
    pub fn draw(&self, frames: &[usize], svg: &mut Svg) {
        let crossing = self.estimate.crossing(self.rate);
        self.heading(frames, crossing, svg);
        self.sides(crossing.is_some(), svg);
        self.axes(svg);
        if let Some(crossing) = crossing {
            self.names_of_sides(svg);
            self.bias(crossing, svg);
        }
        for &frame in frames {
            self.spans(frame, svg);
        }
        for &frame in frames {
            self.sampler(frame, svg);
        }
        if let Some(crossing) = crossing {
            self.crossing(crossing, svg);
        }
        svg.raw(format_args!("\n"));
    }

    fn heading(&self, frames: &[usize], crossing: Option<Crossing>, svg: &mut Svg) {
        let hz = self.estimate.rates_hz()[self.rate];
        let all = counted(frames.len() as u64, "frame");
        let times = || frames.iter().map(|&frame| &self.estimate.frames()[frame].total);
        let rate = format!("{} Hz", count(u64::from(hz)));
        let better = times().filter(|time| self.is_sampler_better(time)).count();
        let sentence = match crossing {
            None => rate,
            Some(_) => {
                format!("{rate}: beats raw spans for {} of {all}", count(better as u64))
            }
        };
        let missed = times().filter(|time| self.estimate.reading(time, self.rate).is_missed());
        let facts = format!(
            "{} · cost {} of the time · miss {} of {all}",
            counted(self.estimate.samples(self.rate), "sample"),
            percent::error(sampling_cost(hz)),
            count(missed.count() as u64),
        );
        let y = self.plot.y - TOP;
        svg.text("rate", self.plot.x, y + 24.0, &sentence);
        let facts = fitted(&facts, self.plot.width + 40.0, NOTE).unwrap_or_default();
        svg.text("note", self.plot.x, y + 42.0, &facts);
    }

    fn is_sampler_better(&self, time: &Sampled) -> bool {
        let chance = self.estimate.reading(time, self.rate).standard_error;
        time.bias().is_some_and(|bias| bias > chance)
    }

    /// Theory's curve, and if spans are held against it the two sides of it.
    fn sides(&self, spans: bool, svg: &mut Svg) {
        let Area { x, y, width: all, height } = self.plot;
        let curve = self.theory();
        if spans {
            svg.rect("sampler-side", self.plot);
            let start = self.x.at(self.curve().next().map_or(1.0, |(share, _)| share));
            let corner = if start > x { format!("H{}V{}", Px(x), Px(y)) } else { String::new() };
            svg.raw(format_args!(
                "<path class=\"spans-side\" d=\"{curve}L{} {}H{}V{}{corner}z\"/>",
                Px(x + all),
                Px(y + height),
                Px(x),
                Px(y),
            ));
        }
        svg.rect("frame", self.plot);
        svg.raw(format_args!("<path class=\"theory\" d=\"{curve}\"/>"));
    }

    fn names_of_sides(&self, svg: &mut Svg) {
        let Area { x, y, width: all, height } = self.plot;
        let text = "above the curve: believe the sampler";
        svg.text("side sampler-side-name aside", x + all - 10.0, y + 18.0, text);
        let text = "below it: believe the spans";
        svg.text("side spans-side-name aside", x + 10.0, y + height - 12.0, text);
    }

    /// Shares with their error by theory, as far as it is on the plot.
    fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        let samples = self.estimate.expected(self.rate);
        let shares = self.x.values(CURVE);
        let errors = shares.map(move |share| (share, relative_standard_error(share, samples)));
        errors.filter(|&(_, error)| error <= 10f64.powi(ERRORS.1))
    }

    fn theory(&self) -> String {
        let mut line = String::new();
        for (share, error) in self.curve() {
            let command = if line.is_empty() { 'M' } else { 'L' };
            // Writing to a `String` cannot fail.
            let _ = write!(line, "{command}{} {}", Px(self.x.at(share)), Px(self.y.at(error)));
        }
        line
    }

    fn axes(&self, svg: &mut Svg) {
        let Area { x, y, width: all, height } = self.plot;
        for decade in self.x.decades() {
            let at = self.x.at(10f64.powi(decade));
            svg.raw(format_args!(
                "<path class=\"grid\" d=\"M{} {}v{}\"/>",
                Px(at),
                Px(y),
                Px(height)
            ));
            let label = percent::share(10f64.powi(decade));
            // The labels of neighbouring panels would meet.
            let half = width(&label, TICK) / 2.0;
            svg.text("tick", at.min(x + all + 4.0 - half), y + height + 16.0, &label);
        }
        for decade in self.y.decades() {
            let at = self.y.at(10f64.powi(decade));
            svg.raw(format_args!("<path class=\"grid\" d=\"M{} {}h{}\"/>", Px(x), Px(at), Px(all)));
            // What is beyond lies on the edge.
            let label = match decade {
                _ if decade == ERRORS.0 => format!("≤ {}", percent::share(10f64.powi(decade))),
                _ if decade == ERRORS.1 => "≥ 1,000 %".to_owned(),
                _ => percent::share(10f64.powi(decade)),
            };
            svg.text("tick-left", x - 8.0, at + 3.5, &label);
        }
        let title = "share of busy time, with all that is under the frame";
        centred("axis", x + all / 2.0, y + height + 36.0, LABEL, title, svg);
        svg.raw(format_args!(
            "<text class=\"axis upright\" transform=\"translate({},{})rotate(-90)\">relative error</text>",
            Px(x - 54.0),
            Px(y + height / 2.0)
        ));
    }

    /// How much too long recording made a frame.
    fn spans(&self, frame: usize, svg: &mut Svg) {
        let time = &self.estimate.frames()[frame].total;
        let Some(bias) = time.bias() else { return };
        let class = if self.is_sampler_better(time) { "span worse" } else { "span" };
        diamond(class, self.x.at(self.share(time)), self.y.at(bias), svg);
        let ours = time.probe_ns.unwrap_or_default().max(0.0) as u64;
        let verdict = match bias.is_finite() {
            true => format!("{} too long", percent::error(bias)),
            false => "all of it, as far as can be told".to_owned(),
        };
        svg.title(&format!(
            "{}\nraw spans: {} in {}, of which recording took {}: {verdict}",
            self.stack(frame),
            duration(time.busy_ns),
            counted(self.estimate.frames()[frame].segments, "segment"),
            duration(ours),
        ));
        svg.raw(format_args!("</path>"));
    }

    /// How wrong the sampler is about a frame.
    fn sampler(&self, frame: usize, svg: &mut Svg) {
        let SampledAt { depth, time } = self.at(frame);
        let reading = self.estimate.reading(time, self.rate);
        let missed = if reading.is_missed() { " missed" } else { "" };
        let class = format!("d{}{missed}", self.depths.class(depth));
        let error = reading.error.unwrap_or_default().abs();
        dot(&class, self.x.at(reading.share), self.y.at(error), svg);
        let [share, reported, low, high] =
            [reading.share, reading.reported, reading.low, reading.high].map(percent::share);
        let says = match reading.is_missed() {
            true => format!("missed altogether; 0 to {high} is compatible with that"),
            false => format!(
                "{} say {reported}, between {low} and {high}: wrong by {}, theory expects {}",
                counted(reading.samples, "sample"),
                percent::error(error),
                percent::error(reading.standard_error),
            ),
        };
        svg.title(&format!("{}\ndepth {depth}, truly {share}\n{says}", self.stack(frame)));
        svg.raw(format_args!("</circle>"));
    }

    fn at(&self, frame: usize) -> SampledAt<'_> {
        let frame = &self.estimate.frames()[frame];
        SampledAt { depth: frame.depth, time: &frame.total }
    }

    fn share(&self, time: &Sampled) -> f64 {
        time.busy_ns as f64 / self.estimate.busy_ns().max(1) as f64
    }

    fn stack(&self, frame: usize) -> String {
        printable(&stack(self.estimate, frame, self.names).join(" → "))
    }

    fn bias(&self, crossing: Crossing, svg: &mut Svg) {
        let y = self.y.at(crossing.bias);
        let (x, all) = (self.plot.x, self.plot.width);
        svg.raw(format_args!("<path class=\"bias\" d=\"M{} {}h{}\"/>", Px(x), Px(y), Px(all)));
    }

    fn crossing(&self, crossing: Crossing, svg: &mut Svg) {
        let (x, y) = (self.x.at(crossing.share), self.y.at(crossing.bias));
        let bottom = self.plot.y + self.plot.height;
        svg.raw(format_args!(
            "<path class=\"crossing\" d=\"M{0} {1}V{2}\"/>\
             <circle class=\"crossing\" cx=\"{0}\" cy=\"{3}\" r=\"7\">",
            Px(x),
            Px(y + 7.0),
            Px(bottom),
            Px(y)
        ));
        svg.title(&format!(
            "Half of the raw spans are more than {} too long. Of such a frame believe the sampler \
             where its share is above {}, and the spans below",
            percent::error(crossing.bias),
            percent::share(crossing.share),
        ));
        svg.raw(format_args!("</circle>"));
        let label = percent::share(crossing.share);
        let room = width(&label, LABEL) + 12.0;
        let left = x + room > self.plot.x + self.plot.width;
        let x = if left { x - room } else { x + 12.0 };
        svg.text("aside strong", x, y - 10.0, &label);
    }
}

struct SampledAt<'a> {
    depth: usize,
    time: &'a Sampled,
}

/// The opening of a dot, for its tooltip to follow.
pub(super) fn dot(class: &str, x: f64, y: f64, svg: &mut Svg) {
    svg.raw(format_args!(
        "<circle class=\"dot {class}\" cx=\"{}\" cy=\"{}\" r=\"4\">",
        Px(x),
        Px(y)
    ));
}

/// The opening of a diamond, for its tooltip to follow.
pub(super) fn diamond(class: &str, x: f64, y: f64, svg: &mut Svg) {
    svg.raw(format_args!(
        "<path class=\"{class}\" d=\"M{} {}l4.5 4.5l-4.5 4.5l-4.5 -4.5z\">",
        Px(x),
        Px(y - 4.5)
    ));
}
