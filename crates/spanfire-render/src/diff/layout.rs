//! Where the frames of a diff stand: two panes over one scale.
//!
//! The first holds every stack that still runs, as wide as it is after. The second holds what is
//! gone, as wide as it was before, on the stacks that it hung under. Both keep the order of the
//! tree. What is narrower than a third of a pixel is left out with all above it, and more until at
//! most [`FRAMES_MAX`] frames remain.

use super::DiffOptions;
use super::amount::Scale;
use spanfire_views::{Diff, DiffNode, Weight};

/// How many frames are drawn at most: about 5 MB of SVG.
const FRAMES_MAX: usize = 12_000;
/// The narrowest frame, as a share of the whole width.
const NARROWEST: f64 = 0.3 / 1_360.0;
/// How deep frames are drawn; browsers give up on pictures that are much higher.
const DEPTH_MAX: usize = 1_000;

/// A frame in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// The node of the diff.
    pub node: usize,
    /// The left edge, from 0 to 1.
    pub x: f64,
    /// The width, from 0 to 1.
    pub width: f64,
    /// Rows between it and the base.
    pub row: usize,
}

/// A pane.
#[derive(Clone, Debug, Default)]
pub(super) struct Pane {
    /// Frames in preorder.
    pub frames: Vec<Placed>,
    /// How many rows they take.
    pub rows: usize,
}

/// What still runs, and what is gone.
pub(super) struct Layout {
    pub after: Pane,
    pub gone: Pane,
}

impl Layout {
    pub(super) fn of(diff: &Diff, options: &DiffOptions, scale: &Scale) -> Layout {
        let weight = options.weight.width();
        let totals = diff.totals(weight);
        let after: Vec<f64> = totals.iter().map(|&sums| scale.of(sums)[1]).collect();
        let gone = gone_under(diff, &totals, scale, weight);
        let whole = after[0].max(gone[0]);
        Layout { after: place(diff, &after, whole), gone: place(diff, &gone, whole) }
    }
}

/// What is gone under each node, itself included, before.
fn gone_under(diff: &Diff, totals: &[[u64; 2]], scale: &Scale, weight: Weight) -> Vec<f64> {
    let own = diff.nodes().iter().zip(totals).map(|(node, total)| match total[1] {
        0 => scale.of(node.own(weight))[0],
        _ => 0.0,
    });
    let mut gone: Vec<f64> = own.collect();
    for index in (1..gone.len()).rev() {
        gone[diff.nodes()[index].parent] += gone[index];
    }
    gone
}

/// Siblings side by side from the left edge of the frame around them.
fn place(diff: &Diff, widths: &[f64], whole: f64) -> Pane {
    let mut narrowest = whole * NARROWEST;
    let is_drawn = |node: &DiffNode, width: f64, narrowest: f64| {
        width > 0.0 && width >= narrowest && node.depth <= DEPTH_MAX
    };
    let nodes = || diff.nodes().iter().zip(widths.iter().copied());
    while nodes().filter(|&(node, width)| is_drawn(node, width, narrowest)).count() > FRAMES_MAX {
        narrowest *= 2.0;
    }
    let mut pane = Pane::default();
    // Where the next child of each node begins.
    let mut cursors = vec![0.0; widths.len()];
    for (index, (node, width)) in nodes().enumerate() {
        let x = cursors[node.parent];
        cursors[index] = x;
        if index > 0 {
            cursors[node.parent] += width;
        }
        if is_drawn(node, width, narrowest) {
            let (x, width) = (x / whole, width / whole);
            pane.frames.push(Placed { node: index, x, width, row: node.depth });
            pane.rows = pane.rows.max(node.depth + 1);
        }
    }
    pane
}
