//! Merged graphs as SVG: every stack once, a frame as wide as what was spent under it.
//!
//! Takes a call tree and draws it through `inferno`, which brings zoom, search and the look that
//! readers of flamegraphs know. Colours come from the palette shared with the charts. The width of
//! a frame is exact; what is narrower than [`FlamegraphOptions::min_width_percent`] is left blank
//! above its parent, as is what lies deeper than 1,000 frames, so that the size of the picture is
//! bounded by its pixels and not by the recording. Native functions that were seen in few samples are
//! hatched: their width says little. A reversed tree is drawn as it is: the
//! innermost frames stand at the base, their callers above them.

mod few;
mod folding;
mod intervals;
mod restyle;

use crate::chart::nothing_recorded;
use crate::duration;
use crate::error::Error;
use crate::frame_labels::{FrameLabels, xml_text};
use crate::palette::{NO_SPAN, Palette, Rgb};
use crate::tables::{count, percent};
use folding::Folding;
use inferno::flamegraph::color::{Color, PaletteMap};
use inferno::flamegraph::{Direction, Options, TextTruncateDirection, from_lines};
use restyle::Restyle;
use spanfire_views::{CallTree, Compensated, LedgerTree, Names, Weight};
use std::io::{BufWriter, Write};

/// What a flamegraph shows of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct FlamegraphOptions {
    /// The title.
    pub title: String,
    /// A line under the title; what is drawn (`busy time, 1.234 s`) is appended to it.
    pub subtitle: Option<String>,
    /// What the width of a frame stands for.
    pub weight: Weight,
    /// How frames are labelled.
    pub names: Names,
    /// What is counted, if it is no time (`samples`).
    pub unit: Option<String>,
    /// Whether the base is at the top.
    pub icicle: bool,
    /// The narrowest frame that is drawn, in percent of the whole. It is doubled until at most
    /// 30,000 frames remain.
    pub min_width_percent: f64,
}

impl Default for FlamegraphOptions {
    fn default() -> Self {
        FlamegraphOptions {
            title: "Flamegraph".to_owned(),
            subtitle: None,
            weight: Weight::Busy,
            names: Names::Name,
            unit: None,
            icicle: false,
            min_width_percent: 0.01,
        }
    }
}

/// Draws `tree`. A tree without weight gives a picture that says so.
///
/// Fails only where `sink` does.
pub fn flamegraph(
    tree: &CallTree,
    options: &FlamegraphOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let mut styled = BufWriter::with_capacity(1 << 16, sink);
    draw(tree, options, None, &mut styled)?;
    Ok(styled.flush()?)
}

/// Draws what remains of busy time without what recording took of it, whatever the options' weight.
/// The tooltips carry the intervals, the line under the title says what was taken out.
///
/// Fails only where `sink` does.
pub fn compensated_flamegraph(
    ledger: &LedgerTree,
    options: &FlamegraphOptions,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let options = FlamegraphOptions { weight: Weight::Busy, ..options.clone() };
    let mut picture = Vec::new();
    draw(&ledger.compensated(), &options, Some(ledger), &mut picture)?;
    Ok(sink.write_all(&picture)?)
}

fn draw(
    tree: &CallTree,
    options: &FlamegraphOptions,
    ledger: Option<&LedgerTree>,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    if tree.total(options.weight) == 0 {
        return nothing_recorded(&options.title, sink);
    }
    let labels = FrameLabels::of(tree, options.names);
    let few = few::few(tree);
    let folding = Folding::of(tree, &labels, &few, options.weight, options.min_width_percent);
    let mut palette = palette(tree, &labels);
    let mut inferno_options = inferno_options(tree, options, ledger);
    inferno_options.palette_map = Some(&mut palette);
    let hatch = if few.iter().any(|&few| few) { few::HATCH } else { "" };
    // Chart mode is the one in which `inferno` takes the order of its input; it reads it backwards.
    let lines = folding.lines().rev();
    match ledger {
        None => {
            let mut styled = Restyle::new(sink, hatch);
            from_lines(&mut inferno_options, lines, &mut styled)?;
            Ok(styled.flush()?)
        }
        // Rewriting holds the picture, whose size is bounded.
        Some(ledger) => {
            let mut picture = Vec::new();
            let mut styled = Restyle::new(&mut picture, hatch);
            from_lines(&mut inferno_options, lines, &mut styled)?;
            styled.flush()?;
            let picture = String::from_utf8_lossy(&picture);
            let picture = intervals::with_intervals(&picture, ledger, folding.drawn());
            Ok(sink.write_all(picture.as_bytes())?)
        }
    }
}

fn inferno_options(
    tree: &CallTree,
    options: &FlamegraphOptions,
    ledger: Option<&LedgerTree>,
) -> Options<'static> {
    let mut inferno_options = Options::default();
    inferno_options.title = xml_text(&options.title);
    inferno_options.subtitle = Some(subtitle(tree, options, ledger));
    inferno_options.count_name = match options.weight {
        Weight::Count => "spans".to_owned(),
        Weight::Samples => "samples".to_owned(),
        Weight::Busy | Weight::Idle if options.unit.is_some() => {
            xml_text(options.unit.as_deref().unwrap_or_default())
        }
        Weight::Busy | Weight::Idle | Weight::Cpu | Weight::Blocked => "ns".to_owned(),
    };
    inferno_options.name_type = "Span:".to_owned();
    inferno_options.direction = match options.icicle {
        true => Direction::Inverted,
        false => Direction::Straight,
    };
    inferno_options.text_truncate_direction = TextTruncateDirection::Right;
    inferno_options.frame_height = 18;
    inferno_options.min_width = 0.0;
    inferno_options.flame_chart = true;
    inferno_options
}

fn subtitle(tree: &CallTree, options: &FlamegraphOptions, ledger: Option<&LedgerTree>) -> String {
    let total = tree.total(options.weight);
    let drawn = match options.weight {
        _ if let Some(ledger) = ledger => compensated(ledger),
        Weight::Busy | Weight::Idle if options.unit.is_some() => {
            let unit = options.unit.as_deref().unwrap_or_default();
            format!("{} {}", count(total), xml_text(unit))
        }
        Weight::Busy => format!("busy time, {}", duration(total)),
        Weight::Idle => format!("idle time, {}", duration(total)),
        Weight::Count => format!("{} spans", count(total)),
        Weight::Samples => format!("{} native samples", count(total)),
        Weight::Cpu => format!("on a processor, {}", duration(total)),
        Weight::Blocked => format!("entered but off the processor, {}", duration(total)),
    };
    let reversed =
        tree.is_reversed().then(|| "reversed: callers stand on what they call".to_owned());
    let samples = tree.total(Weight::Samples);
    let divided = (samples > 0 && options.weight != Weight::Samples)
        .then(|| format!("divided by {} native samples", count(samples)));
    let parts = [options.subtitle.as_deref().map(xml_text), Some(drawn), divided, reversed];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What remains, and what was taken out.
fn compensated(ledger: &LedgerTree) -> String {
    let Compensated { raw_ns, ns, low_ns, high_ns } = ledger.nodes()[0].account.busy;
    format!(
        "busy time, compensated: {} ({} to {}), without {} of {} that recording took",
        duration(ns),
        duration(low_ns),
        duration(high_ns),
        percent(raw_ns - ns, raw_ns),
        duration(raw_ns),
    )
}

fn palette(tree: &CallTree, labels: &FrameLabels) -> PaletteMap {
    let mut palette = PaletteMap::default();
    for text in ["", folding::TOO_NARROW, labels.get(None)] {
        palette.insert(text, inferno_colour(NO_SPAN));
    }
    let colours = Palette::of(tree.callsites());
    for (frame, label) in labels.iter() {
        let callsite = tree.callsite(frame);
        // What is no function, or has no name, is no crate's.
        let nameless = tree.is_native(frame) && callsite.name.starts_with('[');
        let colour = if nameless { NO_SPAN } else { colours.colour(callsite) };
        palette.insert(label, inferno_colour(colour));
        palette.insert(few::label(label), inferno_colour(few::FEW));
    }
    palette
}

fn inferno_colour(Rgb(r, g, b): Rgb) -> Color {
    Color { r, g, b }
}
