//! The errors at one rate.

use super::legend::Depths;
use super::scale::LogScale;
use super::{ERRORS, HEIGHT, STRIP, TOP, centred, percent};
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
        self.sides(crossing, svg);
        self.axes(svg);
        for &frame in frames {
            self.spans(frame, svg);
        }
        self.theory(svg);
        if let Some(crossing) = crossing {
            self.bias(crossing, svg);
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
        let rate = format!("{} Hz", count(u64::from(hz)));
        let smallest = self.x.values(1).next().unwrap_or_default();
        let sentence = match crossing.map(|crossing| crossing.share) {
            None => String::new(),
            Some(share) if share >= 0.5 => ": believe the spans".to_owned(),
            Some(share) if share <= smallest => ": believe the sampler".to_owned(),
            Some(share) => format!(": believe the sampler above {}", percent::share(share)),
        };
        let missed = frames.iter().filter(|&&frame| {
            let time = &self.estimate.frames()[frame].total;
            self.estimate.reading(time, self.rate).is_missed()
        });
        let facts = format!(
            "{} · cost {} · miss {} of {}",
            counted(self.estimate.samples(self.rate), "sample"),
            percent::error(sampling_cost(hz)),
            count(missed.count() as u64),
            counted(frames.len() as u64, "frame"),
        );
        let y = self.plot.y - TOP;
        svg.text("rate", self.plot.x, y + 24.0, &format!("{rate}{sentence}"));
        let facts = fitted(&facts, self.plot.width, NOTE).unwrap_or_default();
        svg.text("note", self.plot.x, y + 42.0, &facts);
    }

    /// The sides of the crossing, each named where there is room.
    fn sides(&self, crossing: Option<Crossing>, svg: &mut Svg) {
        let Area { x, y, width: all, height } = self.plot;
        let Some(crossing) = crossing else {
            svg.rect("frame", self.plot);
            return;
        };
        let middle = self.x.at(crossing.share);
        let sides = [
            ("spans-side", "believe the spans", x, middle),
            ("sampler-side", "believe the sampler", middle, x + all),
        ];
        for (class, text, from, to) in sides {
            let side = Area { x: from, y: y - STRIP, width: to - from, height: height + STRIP };
            svg.rect(class, side);
            if width(text, LABEL) + 12.0 <= to - from {
                let class = format!("side {class}-name");
                centred(&class, (from + to) / 2.0, y - 6.0, LABEL, text, svg);
            }
        }
        svg.rect("frame", self.plot);
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
        diamond(self.x.at(self.share(time)), self.y.at(bias), svg);
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

    fn theory(&self, svg: &mut Svg) {
        let samples = self.estimate.expected(self.rate);
        let mut line = String::new();
        for share in self.x.values(CURVE) {
            let error = relative_standard_error(share, samples);
            if error > 10f64.powi(ERRORS.1) {
                continue;
            }
            let command = if line.is_empty() { 'M' } else { 'L' };
            // Writing to a `String` cannot fail.
            let _ = write!(line, "{command}{} {}", Px(self.x.at(share)), Px(self.y.at(error)));
        }
        svg.raw(format_args!("<path class=\"theory\" d=\"{line}\"/>"));
    }

    fn bias(&self, crossing: Crossing, svg: &mut Svg) {
        let y = self.y.at(crossing.bias);
        let (x, all) = (self.plot.x, self.plot.width);
        svg.raw(format_args!("<path class=\"bias\" d=\"M{} {}h{}\"/>", Px(x), Px(y), Px(all)));
    }

    fn crossing(&self, crossing: Crossing, svg: &mut Svg) {
        let (x, y) = (self.x.at(crossing.share), self.y.at(crossing.bias));
        let bottom = self.plot.y + HEIGHT;
        svg.raw(format_args!(
            "<path class=\"crossing\" d=\"M{} {}V{}\"/><circle class=\"crossing\" cx=\"{}\" cy=\"{}\" r=\"7\">",
            Px(x),
            Px(self.plot.y - STRIP),
            Px(bottom),
            Px(x),
            Px(y)
        ));
        svg.title(&format!(
            "At {} of the time the sampler's standard error is {}, which half of the raw spans exceed",
            percent::share(crossing.share),
            percent::error(crossing.bias)
        ));
        svg.raw(format_args!("</circle>"));
        let label = percent::share(crossing.share);
        let room = width(&label, LABEL) + 14.0;
        let left = x + room > self.plot.x + self.plot.width;
        let x = if left { x - room } else { x + 12.0 };
        svg.text("aside strong", x, self.plot.y + 16.0, &label);
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
pub(super) fn diamond(x: f64, y: f64, svg: &mut Svg) {
    svg.raw(format_args!(
        "<path class=\"span\" d=\"M{} {}l4.5 4.5l-4.5 4.5l-4.5 -4.5z\">",
        Px(x),
        Px(y - 4.5)
    ));
}
