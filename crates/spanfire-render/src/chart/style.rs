//! The look of a chart.

use crate::palette::{NO_SPAN, Palette};
use spanfire_recording::Callsite;
use std::fmt::Write;

/// Width of the picture, in px of its own coordinates.
pub(crate) const WIDTH: f64 = 1400.0;
/// Blank space around everything.
pub(crate) const MARGIN: f64 = 20.0;
/// From one row to the next.
pub(crate) const ROW: f64 = 18.0;
/// Height of a bar; the rest of its row is blank.
pub(crate) const BAR: f64 = 17.0;
/// Size of the text in bars.
pub(crate) const LABEL: f64 = 11.0;
/// Size of the text in the header's lines and beside lanes.
pub(crate) const NOTE: f64 = 12.0;
/// Size of the text over the axis.
pub(crate) const TICK: f64 = 10.5;
/// The narrowest bar, so that even the shortest segment leaves a hairline.
pub(crate) const HAIRLINE: f64 = 0.6;
/// Where bars begin to be merged with their neighbours.
pub(crate) const MERGED: f64 = 0.3;

/// How threads are told apart in the chart of a request, where rows are not threads: Paul Tol's
/// "vibrant" scheme.
pub(crate) const THREADS: [&str; 6] =
    ["#0077bb", "#cc3311", "#009988", "#ee7733", "#ee3377", "#33bbee"];

/// The rules that no recording changes.
pub(crate) const SHEET: &str = include_str!("style.css");

/// Zoom, pan and search for browsers that run it.
pub(crate) const SCRIPT: &str = include_str!("script.js");

/// Stripes for runs, hatching for idle time, and the fade of what has no end.
pub(crate) const PATTERNS: &str = "<pattern id=\"run\" width=\"3\" height=\"3\" \
    patternUnits=\"userSpaceOnUse\"><rect width=\"1\" height=\"3\" fill=\"#fff\" \
    fill-opacity=\".5\"/></pattern>\
    <pattern id=\"idle\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
    patternTransform=\"rotate(45)\"><rect class=\"stripe\" width=\"1\" height=\"6\"/></pattern>\
    <linearGradient id=\"fading\"><stop offset=\".75\" stop-color=\"#fff\"/>\
    <stop offset=\"1\" stop-color=\"#fff\" stop-opacity=\".1\"/></linearGradient>\
    <mask id=\"fade\" maskContentUnits=\"objectBoundingBox\">\
    <rect width=\"1\" height=\"1\" fill=\"url(#fading)\"/></mask>";

/// One class per callsite in `used`, `c` and its number.
pub(crate) fn colour_rules(callsites: &[Callsite], used: impl Iterator<Item = usize>) -> String {
    let palette = Palette::of(callsites);
    let mut rules = String::new();
    for index in used {
        let colour = callsites.get(index).map_or(NO_SPAN, |callsite| palette.colour(callsite));
        // Writing to a `String` cannot fail.
        let _ = write!(rules, ".c{index}{{fill:{colour}}}");
    }
    rules
}
