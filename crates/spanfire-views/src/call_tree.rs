//! Merged graphs: every stack once, with the time spent on it.

use crate::{Names, Replay, Stacks};
use spanfire_recording::{Callsite, CallsiteId, Error};

/// The merged graph of a selection: every stack once, with what was spent on it.
///
/// Nodes are in preorder: a parent stands before its children, siblings in the order of their
/// callsites' names, so that the same recording gives the same tree. Node 0 is the root, which has
/// no frame.
#[derive(Clone, Debug)]
pub struct CallTree {
    pub(crate) frames: Vec<Callsite>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) reversed: bool,
}

/// One stack of a [`CallTree`]. The weights are the node's own; [`CallTree::total`] adds what is
/// under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The innermost frame; `None` at the root, and for time outside every selected span.
    pub frame: Option<CallsiteId>,
    /// The index of the node around it; the root is its own parent.
    pub parent: usize,
    /// How far from the root, which is 0.
    pub depth: usize,
    /// Time in which this frame was the innermost open segment of its lane.
    pub busy_ns: u64,
    /// Time in which a span was open here, not running, and nothing open descended from it.
    pub idle_ns: u64,
    /// How many spans were made with this stack.
    pub count: u64,
}

/// Which of a node's numbers is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Time running, in ns.
    #[default]
    Busy,
    /// Time waiting, in ns.
    Idle,
    /// Number of spans.
    Count,
}

/// A frame of a merged graph.
pub type Frame = CallsiteId;

impl Node {
    /// The node's own weight.
    pub fn own(&self, weight: Weight) -> u64 {
        match weight {
            Weight::Busy => self.busy_ns,
            Weight::Idle => self.idle_ns,
            Weight::Count => self.count,
        }
    }
}

impl CallTree {
    /// Merges the selected moments of `replay` by the kind of stack asked for.
    pub fn of(replay: &Replay<'_>, stacks: Stacks) -> Result<CallTree, Error> {
        let _ = (replay, stacks);
        unimplemented!()
    }

    /// The same moments with every stack read from its innermost frame outwards.
    pub fn reversed(&self) -> CallTree {
        unimplemented!()
    }

    /// Whether stacks are read from the innermost frame outwards.
    pub fn is_reversed(&self) -> bool {
        self.reversed
    }

    /// All nodes, in preorder; the first is the root.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The callsite behind a frame.
    pub fn callsite(&self, frame: CallsiteId) -> &Callsite {
        &self.frames[frame.index()]
    }

    /// The label of a frame.
    pub fn label(&self, frame: CallsiteId, names: Names) -> String {
        names.label(self.callsite(frame))
    }

    /// The weight of the whole tree.
    pub fn total(&self, weight: Weight) -> u64 {
        self.nodes.iter().map(|node| node.own(weight)).sum()
    }

    /// The weight of every node with all that is under it, by node index.
    pub fn totals(&self, weight: Weight) -> Vec<u64> {
        let mut totals: Vec<u64> = self.nodes.iter().map(|node| node.own(weight)).collect();
        for index in (1..self.nodes.len()).rev() {
            totals[self.nodes[index].parent] += totals[index];
        }
        totals
    }
}
