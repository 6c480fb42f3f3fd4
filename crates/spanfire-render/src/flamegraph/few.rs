//! Frames whose width is known from few samples.

use crate::palette::Rgb;
use spanfire_views::{CallTree, Weight};

/// Fewer samples say little of a share: 4 of them are known to within a factor of two.
const ENOUGH: u64 = 5;

/// What is hatched has this colour, which nothing else has; the style sheet puts the hatching there.
pub(super) const FEW: Rgb = Rgb(228, 228, 227);

/// The rule that hatches, and the pattern.
pub(super) const HATCH: &str = include_str!("few.css");

/// Whether a node's width was divided by so few samples that it should not be believed. Spans as they
/// were recorded are exact, but for callers in a reversed graph, which have what was divided.
pub(super) fn few(tree: &CallTree) -> Vec<bool> {
    let samples = tree.totals(Weight::Samples);
    let divided = |frame| tree.is_native(frame) || tree.is_reversed();
    let nodes = tree.nodes().iter().zip(samples);
    nodes
        .map(|(node, samples)| (1..ENOUGH).contains(&samples) && node.frame.is_some_and(divided))
        .collect()
}

/// The label of such a frame.
pub(super) fn label(label: &str) -> String {
    format!("{label} (few samples)")
}
