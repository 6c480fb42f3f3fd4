//! Which instrument to believe, at a glance: error over share, for samplers and for spans.
//!
//! Takes an estimate; gives one picture with a panel for each rate. In a panel every frame of the merged
//! graph stands at its true share, once as far up as the sampler would have been wrong, coloured by depth,
//! and once, as a diamond, as far up as recording made it too long. Theory's curve is the border: spans above it err
//! more than the sampler does at their share.
//!
//! ```text
//! error │╲  ◦ ◦ ◦  ◆      believe the sampler
//!       │ ╲    ◆    ◆
//!       │──◎───────◆───   what half of the spans exceed
//!       │ • ╲ •  •    ◆
//!       │ ◇  •╲   •
//!       │   ◇   ╲         believe the spans
//!       └──┴──────── share
//!          where the median and the curve cross
//! ```
//!
//! - `scale`: decades over px
//! - `panel`: one rate
//! - `legend`: what colours and shapes stand for

mod scale;
mod panel;
mod legend;

use super::percent;
use crate::chart::labels::{fitted, width};
use crate::chart::style::{MARGIN, NOTE, SHEET, WIDTH};
use crate::chart::svg::{Area, Escaped, Svg};
use crate::tables::{count, counted, printable};
use crate::{Error, duration};
use legend::Depths;
use panel::Panel;
use scale::LogScale;
use spanfire_views::{Names, SamplingEstimate};
use std::io::Write;

/// Panels beside one another.
const COLUMNS: usize = 3;
/// From the left edge of a panel to its plot: the labels of the vertical axis.
const LEFT: f64 = 64.0;
/// From the upper edge of a panel to its plot: two lines.
const TOP: f64 = 54.0;
/// Height of a plot.
const HEIGHT: f64 = 400.0;
/// From the lower edge of a plot to that of its panel: the horizontal axis.
const BOTTOM: f64 = 58.0;
/// The most frames that are drawn, those with the largest shares.
const FRAMES_MAX: usize = 3_000;
/// The errors shown, as powers of ten: 0.1 % to 1,000 %. What is beyond lies on the edge.
const ERRORS: (i32, i32) = (-3, 1);

/// The rules that no recording changes, after those of all charts.
const STYLE: &str = include_str!("style.css");

/// How [`sampling_scatter`] looks.
#[derive(Clone, Debug, Default)]
pub struct ScatterOptions {
    /// The title; by default what the picture is of.
    pub title: Option<String>,
    /// A line under the title.
    pub subtitle: Option<String>,
    /// How frames are labelled.
    pub names: Names,
}

/// Draws the errors of samplers and of spans over the share of each frame, as SVG that needs
/// nothing else.
pub fn sampling_scatter(
    estimate: &SamplingEstimate,
    options: &ScatterOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let frames = drawn(estimate);
    let mut svg = Svg::default();
    let mut bottom = header(estimate, options, frames.len(), &mut svg);
    let depths = Depths::of(estimate, &frames);
    if !frames.is_empty() {
        bottom = panels(estimate, options.names, &frames, &depths, bottom, &mut svg);
        bottom = legend::draw(&depths, estimate.median_bias().is_some(), bottom, &mut svg);
    }
    let height = bottom + MARGIN;
    let title = printable(title(options));
    let mut page = Svg::default();
    page.raw(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" style=\"max-width:100%;height:auto\">\n\
         <title>{}</title>\n<style>\n{SHEET}{}{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n{}</svg>\n",
        Escaped(&title),
        depths.rules(),
        svg.into_markup(),
    ));
    sink.write_all(page.into_markup().as_bytes())?;
    Ok(sink.flush()?)
}

/// The frames that have time, those with the largest shares first, so that small ones lie on top.
fn drawn(estimate: &SamplingEstimate) -> Vec<usize> {
    let all = estimate.frames();
    let mut frames: Vec<usize> =
        (1..all.len()).filter(|&frame| all[frame].total.busy_ns > 0).collect();
    frames.sort_by_key(|&frame| std::cmp::Reverse(all[frame].total.busy_ns));
    frames.truncate(FRAMES_MAX);
    frames
}

fn title(options: &ScatterOptions) -> &str {
    options.title.as_deref().unwrap_or("Sampling or spans: which to believe for which frame")
}

fn header(
    estimate: &SamplingEstimate,
    options: &ScatterOptions,
    drawn: usize,
    svg: &mut Svg,
) -> f64 {
    let all = estimate.frames().len() - 1;
    let shown = match drawn == all {
        true => counted(all as u64, "frame"),
        false => format!("the {} largest of {}", count(drawn as u64), counted(all as u64, "frame")),
    };
    let busy = duration(estimate.busy_ns());
    let what = match (drawn, estimate.median_bias()) {
        (0, _) => "nothing ran in this selection that a sampler could have seen".to_owned(),
        (_, Some(_)) => format!(
            "{shown}, {busy} busy. Chance makes a sampler wrong about small shares; recording makes \
             short spans too long. Whichever errs less is to be believed."
        ),
        (_, None) => format!(
            "{shown}, {busy} busy. Chance makes a sampler wrong about small shares. What recording \
             cost is not in the recording."
        ),
    };
    let room = WIDTH - 2.0 * MARGIN;
    let headline = fitted(&printable(title(options)), room, 17.0).unwrap_or_default();
    svg.text("headline", MARGIN, 34.0, &headline);
    let mut y = 38.0;
    for line in options.subtitle.iter().map(|line| printable(line)).chain([what]) {
        y += 18.0;
        svg.text("note", MARGIN, y, &fitted(&line, room, NOTE).unwrap_or_default());
    }
    y + 12.0
}

fn panels(
    estimate: &SamplingEstimate,
    names: Names,
    frames: &[usize],
    depths: &Depths,
    top: f64,
    svg: &mut Svg,
) -> f64 {
    let rates = estimate.rates_hz().len();
    let columns = rates.clamp(1, COLUMNS);
    let room = (WIDTH - 2.0 * MARGIN) / columns as f64;
    let smallest = frames.last().map_or(1, |&frame| estimate.frames()[frame].total.busy_ns);
    let share = smallest as f64 / estimate.busy_ns().max(1) as f64;
    let shares = ((share.log10().floor() as i32).clamp(-9, -2), 0);
    for rate in 0..rates {
        let (column, row) = ((rate % columns) as f64, (rate / columns) as f64);
        let plot = Area {
            x: MARGIN + column * room + LEFT,
            y: top + row * (TOP + HEIGHT + BOTTOM) + TOP,
            width: room - LEFT - 8.0,
            height: HEIGHT,
        };
        let x = LogScale::new(shares, plot.x, plot.x + plot.width);
        let y = LogScale::new(ERRORS, plot.y + plot.height, plot.y);
        Panel { estimate, names, rate, plot, x, y, depths }.draw(frames, svg);
    }
    top + rates.div_ceil(columns) as f64 * (TOP + HEIGHT + BOTTOM)
}

/// `text` in the middle of `x`.
fn centred(class: &str, x: f64, y: f64, size: f64, text: &str, svg: &mut Svg) {
    svg.text(class, x - width(text, size) / 2.0, y, text);
}
