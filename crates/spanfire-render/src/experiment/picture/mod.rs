//! What each arm costs, at a glance: its interval beside what chance does.
//!
//! Takes an experiment; gives one picture with a panel for wall time and one for processor time. In a panel
//! each arm has a row: a dot where its change typically is, a line as long as its interval, and what may be
//! said of it. The A/A band is shaded; a line that leaves it altogether is a claim. What is left of the
//! recorded arm without what its recordings say they cost is a row of its own.
//!
//! ```text
//!              ░░░░░░░
//! off again    ░─○─░░░                        chance: 0.1 % [−0.4, +0.6]
//! on           ░░░░░░░        ├──●──┤         costs 6.1 % [+5.5, +6.7]
//! on, less     ░░░├─◇─┤                       left: +1.0 % [+0.6, +1.5]
//! 99 Hz        ░░├─○─┤                        within A/A noise
//!              ░░░░░░░
//!           −1 %  0  +1 %     +5 %
//! ```
//!
//! Both panels have one scale. Classes name what shapes mean, so that a page can give them its own colours.
//!
//! - `scale`: changes over px
//! - `panel`: wall time, or processor time

mod panel;
mod scale;

use super::{Tried, text};
use crate::Error;
use crate::chart::labels::{fitted, width};
use crate::chart::svg::{Escaped, Px, Svg};
use crate::tables::printable;
use panel::Panel;
use scale::Scale;
use spanfire_views::{Measured, Ratio};
use std::io::Write;

/// Width of the picture, in px of its own coordinates: a narrow screen should still be able to read it.
const WIDTH: f64 = 820.0;
/// Blank space around everything.
const MARGIN: f64 = 20.0;
/// Where plots begin and end.
const PLOT: (f64, f64) = (140.0, 560.0);
/// Size of most text.
const TEXT: f64 = 12.0;
/// From one line of text to the next.
const LINE: f64 = 17.0;

const STYLE: &str = include_str!("style.css");

/// Draws what each arm costs, as SVG that needs nothing else.
pub fn picture(tried: &Tried, sink: &mut dyn Write) -> Result<(), Error> {
    sink.write_all(markup(tried).as_bytes())?;
    Ok(sink.flush()?)
}

/// The picture, from `<svg` to `</svg>` and a line's end.
pub(super) fn markup(tried: &Tried) -> String {
    let mut svg = Svg::default();
    let title = format!("What measuring costs {}", printable(&tried.subject));
    let mut y = header(tried, &title, &mut svg);
    let scale = scale(tried);
    for measured in [Measured::Wall, Measured::Cpu] {
        y = Panel { tried, measured, scale: &scale }.draw(y, &mut svg);
    }
    let height = footer(tried, &scale, y, &mut svg) + MARGIN;
    let mut page = Svg::default();
    page.raw(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cost\" viewBox=\"0 0 {WIDTH} {0}\" \
         width=\"{WIDTH}\" height=\"{0}\" role=\"img\">\n<title>{1}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{0}\"/>\n{2}</svg>\n",
        Px(height),
        Escaped(&title),
        svg.into_markup(),
    ));
    page.into_markup()
}

fn header(tried: &Tried, title: &str, svg: &mut Svg) -> f64 {
    let room = WIDTH - 2.0 * MARGIN;
    svg.text("headline", MARGIN, 34.0, &fitted(title, room, 17.0).unwrap_or_default());
    let mut y = 38.0;
    let machine = printable(&tried.machine.to_string());
    let what = format!("{machine}; {}", text::rounds(tried));
    for line in lines(&what, room) {
        y += LINE;
        svg.text("note", MARGIN, y, &line);
    }
    y
}

/// One scale for all that is drawn.
fn scale(tried: &Tried) -> Scale {
    let findings = &tried.findings;
    let sides = findings.effects.iter().flat_map(|effect| [effect.wall, effect.cpu]).flatten();
    let typical: Vec<f64> = sides.clone().filter_map(|side| side.typical).collect();
    let left = findings.additivity.iter().flat_map(|found| [found.wall, found.cpu]).flatten();
    let ratios: Vec<Ratio> = sides.filter_map(|side| side.ratio).chain(left).collect();
    let bands: Vec<f64> = [findings.wall_band, findings.cpu_band].into_iter().flatten().collect();
    let least = ratios.iter().map(|ratio| ratio.low).chain(typical.iter().copied());
    let most = ratios.iter().map(|ratio| ratio.high).chain(typical.iter().copied());
    let narrow = bands.iter().copied().reduce(f64::min).unwrap_or(1.01);
    let wide = bands.iter().copied().fold(1.0, f64::max);
    let least = least.chain([1.0 / wide]).fold(1.0, f64::min) - 1.0;
    let most = most.chain([wide]).fold(1.0, f64::max) - 1.0;
    Scale::new(least, most, narrow - 1.0, PLOT)
}

/// What the shapes mean, whether it adds up, and notes. The result is the lower edge.
fn footer(tried: &Tried, scale: &Scale, top: f64, svg: &mut Svg) -> f64 {
    let bent = if scale.is_linear() { "" } else { " The axis is compressed far from 0." };
    let legend = format!(
        "Dot and line: how much longer than without a recorder, typically, and the 95 % interval, paired within rounds. \
         Shaded: what chance makes of two equal arms (A/A); a cost is claimed where the whole line lies beyond.{bent}"
    );
    let adds_up = tried.findings.additivity.as_ref().map(|found| {
        format!("Diamond: the recorded arm, less what its account says; {}.", text::adds_up(found))
    });
    let notes = tried.notes.iter().map(|note| format!("Note: {}", printable(note)));
    let mut y = top + 4.0;
    for paragraph in [legend].into_iter().chain(adds_up).chain(notes) {
        y += 5.0;
        for line in lines(&paragraph, WIDTH - 2.0 * MARGIN) {
            y += LINE;
            svg.text("note", MARGIN, y, &line);
        }
    }
    y
}

/// `text` in lines that are no wider than `room`.
fn lines(text: &str, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let word = fitted(word, room, TEXT).unwrap_or_default();
        let longer = match lines.last() {
            Some(line) if !line.is_empty() => format!("{line} {word}"),
            _ => word.clone(),
        };
        match lines.last_mut() {
            Some(line) if line.is_empty() || width(&longer, TEXT) <= room => *line = longer,
            _ => lines.push(word),
        }
    }
    lines
}
