//! The stacks of both sides as one merged graph.

use super::DiffSide;
use super::alignment::Alignment;
use crate::growth::{Grown, grow, saplings};
use crate::paths::{Marks, PathId, Paths};
use crate::{Frame, Spent, Weight};

/// One stack of a [`Diff`](super::Diff), with what was spent on it by itself on each side, over all
/// recordings of that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffNode {
    /// The innermost frame; `None` at the root, and for time outside every selected span.
    pub frame: Option<Frame>,
    /// The index of the node around it; the root is its own parent.
    pub parent: usize,
    /// How far from the root, which is 0.
    pub depth: usize,
    /// What was spent before.
    pub before: Spent,
    /// What was spent after.
    pub after: Spent,
}

impl DiffNode {
    /// The node's own weight, before and after.
    pub fn own(&self, weight: Weight) -> [u64; 2] {
        [self.before.weight(weight), self.after.weight(weight)]
    }
}

/// On which side a stack occurs, by itself or under others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On both.
    Both,
    /// After alone.
    New,
    /// Before alone.
    Gone,
}

/// The standing of every node, which is its own or that of what is under it.
pub(super) fn standings(nodes: &[DiffNode]) -> Vec<Standing> {
    let mut seen: Vec<[bool; 2]> = nodes
        .iter()
        .map(|node| [node.before, node.after].map(|own| own != Spent::default()))
        .collect();
    for index in (1..nodes.len()).rev() {
        let under = seen[index];
        let around = &mut seen[nodes[index].parent];
        *around = [around[0] || under[0], around[1] || under[1]];
    }
    let standing = |sides: [bool; 2]| match sides {
        [false, true] => Standing::New,
        [true, false] => Standing::Gone,
        _ => Standing::Both,
    };
    seen.into_iter().map(standing).collect()
}

/// Every stack that either side has, once.
pub(super) fn merge(sides: [&DiffSide; 2], alignment: &Alignment) -> Vec<DiffNode> {
    let mut stacks = Paths::new(Marks::default());
    let mut own = vec![[Spent::default(); 2]];
    for (side, recordings) in sides.map(|side| &side.recordings).into_iter().enumerate() {
        for tree in recordings.iter().map(|recorded| &recorded.tree) {
            let mut places: Vec<PathId> = Vec::with_capacity(tree.nodes().len());
            for node in tree.nodes() {
                let frame =
                    node.frame.and_then(|frame| alignment.frame(side, tree.callsite(frame)));
                let path = match frame {
                    Some(frame) => stacks.child(places[node.parent], frame, Marks::default()),
                    None => places.get(node.parent).copied().unwrap_or(PathId::EMPTY),
                };
                places.push(path);
                own.resize(stacks.len(), [Spent::default(); 2]);
                own[path.index()][side].add(node.spent());
            }
        }
    }
    let placed = |grown: Grown<[Spent; 2]>| {
        let Grown { frame, parent, depth, own: [before, after] } = grown;
        DiffNode { frame, parent, depth, before, after }
    };
    grow(&alignment.frames, &saplings(&stacks, &own)).into_iter().map(placed).collect()
}
