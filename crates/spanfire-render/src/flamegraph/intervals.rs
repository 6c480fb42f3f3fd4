//! Intervals in the tooltips of a compensated graph.
//!
//! `inferno` writes a frame as a title and a rectangle that carries where the frame starts and how
//! wide it is. By these a frame is found again, and what its width may be put into its title. Of
//! frames one in the other that are equally wide, `inferno` writes the innermost first.

use super::folding::Drawn;
use crate::duration;
use spanfire_views::{Compensated, LedgerTree};
use std::collections::HashMap;

/// The picture, with an interval in the title of each of these frames.
pub(super) fn with_intervals(picture: &str, tree: &LedgerTree, drawn: &[Drawn]) -> String {
    // Preorder: of equals the innermost is the last.
    let mut frames: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for frame in drawn {
        frames.entry((frame.start, frame.width)).or_default().push(frame.node);
    }
    let mut pieces = picture.split("<title>");
    let mut out = String::with_capacity(picture.len() * 5 / 4);
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("<title>");
        let place = attribute(piece, "fg:x=\"").zip(attribute(piece, "fg:w=\""));
        let node = place.and_then(|place| frames.get_mut(&place)?.pop());
        let title_end = piece.find(")</title>");
        match node.zip(title_end) {
            Some((node, end)) => {
                out.push_str(&piece[..end]);
                out.push_str(&interval(&tree.nodes()[node].account.busy));
                out.push_str(&piece[end..]);
            }
            None => out.push_str(piece),
        }
    }
    out
}

/// Without parentheses: `inferno`'s script takes the last pair for all that is no name.
fn interval(busy: &Compensated) -> String {
    format!(
        "; from {} to {}; {} as recorded",
        duration(busy.low_ns),
        duration(busy.high_ns),
        duration(busy.raw_ns)
    )
}

fn attribute(piece: &str, start: &str) -> Option<u64> {
    let value = &piece[piece.find(start)? + start.len()..];
    value[..value.find('"')?].parse().ok()
}
