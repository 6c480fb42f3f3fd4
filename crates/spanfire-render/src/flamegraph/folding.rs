//! A call tree as the lines that `inferno` draws.

use super::few;
use crate::frame_labels::{FrameLabels, StackText};
use spanfire_views::{CallTree, Node, Weight};
use std::fmt::Write;

/// What stands at the base for frames there that are too narrow.
pub(super) const TOO_NARROW: &str = "(too narrow to draw)";

/// How many frames are drawn at most: about 8 MB of SVG.
const FRAMES_MAX: usize = 30_000;

/// How many bytes of lines are made at most; what deep stacks need grows with the square.
const BYTES_MAX: usize = 64 << 20;

/// How deep frames are drawn: 18,000 px, beyond which browsers give up.
const DEPTH_MAX: usize = 1_000;

/// One line for each drawn stack with weight of its own, in the tree's order.
///
/// Whatever is not drawn leaves its weight to the nearest frame under it that is, so that every
/// drawn frame keeps its exact width.
pub(super) struct Folding {
    text: String,
    ends: Vec<usize>,
    drawn: Vec<Drawn>,
    /// Σ of the weights so far: where the next line starts.
    end: u64,
}

/// Where a frame is drawn, in units of weight from the left.
pub(super) struct Drawn {
    /// The node that it is.
    pub node: usize,
    /// Its left side.
    pub start: u64,
    /// From there to its right side.
    pub width: u64,
}

impl Folding {
    pub(super) fn of(
        tree: &CallTree,
        labels: &FrameLabels,
        few: &[bool],
        weight: Weight,
        min_width_percent: f64,
    ) -> Folding {
        let totals = tree.totals(weight);
        let mut narrowest = (totals[0] as f64 * min_width_percent / 100.0).max(1.0);
        while !fits(tree.nodes(), &totals, labels, narrowest) {
            narrowest *= 2.0;
        }
        let drawn = |index: usize| is_drawn(&tree.nodes()[index], totals[index], narrowest);
        let weights = drawn_weights(tree.nodes(), weight, &drawn);
        let mut folding =
            Folding { text: String::new(), ends: Vec::new(), drawn: Vec::new(), end: 0 };
        folding.push(labels.get(None), tree.nodes()[0].own(weight));
        let mut stacks = StackText::new(labels);
        for (index, node) in tree.nodes().iter().enumerate().skip(1) {
            if drawn(index) {
                let stack = match few[index] {
                    true => stacks.with(&few::label(labels.get(node.frame)), node.depth),
                    false => stacks.of(node),
                };
                let start = folding.end;
                folding.drawn.push(Drawn { node: index, start, width: totals[index] });
                folding.push(stack, weights[index]);
            }
        }
        folding.push(TOO_NARROW, weights[0]);
        folding
    }

    /// The lines, each `frame;frame weight`.
    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        (0..self.ends.len()).map(|line| {
            let start = line.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.text[start..self.ends[line]]
        })
    }

    /// The frames, in the tree's order.
    pub(super) fn drawn(&self) -> &[Drawn] {
        &self.drawn
    }

    fn push(&mut self, path: &str, weight: u64) {
        self.end += weight;
        if weight > 0 {
            // Writing to a `String` cannot fail.
            let _ = write!(self.text, "{path} {weight}");
            self.ends.push(self.text.len());
        }
    }
}

/// A node's total is never larger than its parent's: what is drawn hangs together.
fn is_drawn(node: &Node, total: u64, narrowest: f64) -> bool {
    total as f64 >= narrowest && node.depth <= DEPTH_MAX
}

fn fits(nodes: &[Node], totals: &[u64], labels: &FrameLabels, narrowest: f64) -> bool {
    let mut path_bytes = vec![0usize];
    let (mut frames, mut bytes) = (0, 0);
    for (node, &total) in nodes.iter().zip(totals).skip(1) {
        if is_drawn(node, total, narrowest) {
            path_bytes.truncate(node.depth);
            path_bytes.push(path_bytes[node.depth - 1] + labels.get(node.frame).len() + 1);
            frames += 1;
            bytes += path_bytes[node.depth];
        }
    }
    frames <= FRAMES_MAX && bytes <= BYTES_MAX
}

/// The weight of each drawn node's line; at the root, what is too narrow at the base.
fn drawn_weights(nodes: &[Node], weight: Weight, drawn: &dyn Fn(usize) -> bool) -> Vec<u64> {
    let mut weights = vec![0; nodes.len()];
    let mut stands_for = vec![0; nodes.len()];
    for (index, node) in nodes.iter().enumerate().skip(1) {
        stands_for[index] = if drawn(index) { index } else { stands_for[node.parent] };
        weights[stands_for[index]] += node.own(weight);
    }
    weights
}
