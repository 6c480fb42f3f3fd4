//! From interned stacks to the nodes of a merged graph.
//!
//! Takes stacks in the order in which they were met and what was spent on each; gives a tree in
//! preorder, siblings in the order of their callsites' names, without the stacks that nothing was
//! spent under. Costs a sort of the stacks, and no recursion: a stack may be deeper than ours.

use crate::paths::Paths;
use spanfire_recording::{Callsite, CallsiteId};

/// A node before it has its place.
#[derive(Clone, Copy)]
pub(crate) struct Sapling<W> {
    frame: Option<CallsiteId>,
    parent: usize,
    own: W,
}

/// A node in its place: the root first, every parent before its children.
#[derive(Clone, Copy)]
pub(crate) struct Grown<W> {
    /// The innermost frame; the root has none.
    pub frame: Option<CallsiteId>,
    /// The index of the node around it; the root is its own parent.
    pub parent: usize,
    /// How far from the root.
    pub depth: usize,
    /// What was spent on it.
    pub own: W,
}

/// The stacks with what each has; `own` may end early.
pub(crate) fn saplings<W: Copy + Default>(paths: &Paths, own: &[W]) -> Vec<Sapling<W>> {
    let own = |index: usize| own.get(index).copied().unwrap_or_default();
    let root = Sapling { frame: None, parent: 0, own: own(0) };
    let others = paths.edges().map(|(path, parent, frame)| Sapling {
        frame: Some(frame),
        parent: parent.index(),
        own: own(path.index()),
    });
    std::iter::once(root).chain(others).collect()
}

/// The nodes in preorder, siblings by name, without those that nothing was spent under.
pub(crate) fn grow<W: Copy + Default + PartialEq>(
    callsites: &[Callsite],
    saplings: &[Sapling<W>],
) -> Vec<Grown<W>> {
    let ranks = ranks(callsites);
    let mut alive: Vec<bool> = saplings.iter().map(|sapling| sapling.own != W::default()).collect();
    for index in (1..saplings.len()).rev() {
        alive[saplings[index].parent] |= alive[index];
    }
    let mut branches: Vec<usize> = (1..saplings.len()).filter(|&index| alive[index]).collect();
    // The last sibling first, so that a stack of branches yet to be visited gives the first.
    branches.sort_unstable_by_key(|&index| {
        let sapling = &saplings[index];
        let rank = sapling.frame.map_or(0, |frame| ranks[frame.index()]);
        (sapling.parent, std::cmp::Reverse(rank))
    });
    let mut nodes = Vec::with_capacity(branches.len() + 1);
    let mut visits = vec![(0, 0, 0)];
    while let Some((index, parent, depth)) = visits.pop() {
        let Sapling { frame, own, .. } = saplings[index];
        let node = nodes.len();
        nodes.push(Grown { frame, parent, depth, own });
        let first = branches.partition_point(|&branch| saplings[branch].parent < index);
        let children = branches[first..].iter();
        let children = children.take_while(|&&branch| saplings[branch].parent == index);
        visits.extend(children.map(|&child| (child, node, depth + 1)));
    }
    nodes
}

/// The place of each callsite in the order of names.
fn ranks(callsites: &[Callsite]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..callsites.len()).collect();
    let key = |index: usize| {
        let Callsite { name, target, file, line, .. } = &callsites[index];
        (name, target, file, line, index)
    };
    order.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
    let mut ranks = vec![0; callsites.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = rank;
    }
    ranks
}
