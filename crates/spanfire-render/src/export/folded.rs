//! Folded stacks: the input of `flamegraph.pl`, `inferno-flamegraph`, speedscope and others.

use crate::error::Error;
use crate::frame_labels::{FrameLabels, StackText};
use spanfire_views::{CallTree, Names, Weight};
use std::io::{BufWriter, Write};

/// Writes one line `frame;frame;frame weight` for each stack of `tree` that has weight of its own,
/// in the tree's order: outermost frame first, or innermost first if the tree is reversed, which
/// `flamegraph.pl` then draws as it is. Times are in ns; the weights add up to the tree's total.
///
/// Frames are labelled by `names` and then made safe: `;` becomes `:`, control characters become
/// escapes (`\n`), and a space that a reader would take for the one before the weight becomes `␣`.
/// Callsites whose labels are equal get their place, ` (file:line)`.
///
/// A tree of spans with native functions has both as frames, a tree weighed by it processor time. The
/// format has no room for more than one weight, for a unit, for threads, for when something
/// happened, or for a callsite's target, file and level. Time outside every selected span is on a
/// frame of its own, `(no span)`.
///
/// Fails only where `sink` does.
pub fn folded(
    tree: &CallTree,
    names: Names,
    weight: Weight,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let labels = FrameLabels::of(tree, names);
    let mut sink = BufWriter::new(sink);
    let mut stacks = StackText::new(&labels);
    for node in tree.nodes() {
        let stack = stacks.of(node);
        if node.own(weight) > 0 {
            writeln!(sink, "{stack} {}", node.own(weight))?;
        }
    }
    Ok(sink.flush()?)
}
