//! Accounts per stack, as a tree.

use super::account::{Account, Compensated};
use crate::growth::{grow, saplings};
use crate::paths::{Marks, PathId, Paths};
use crate::{CallTree, Node};
use spanfire_recording::{Callsite, CallsiteId};

/// The merged graph of a selection with an account of every stack.
///
/// Nodes are in preorder, siblings in the order of their callsites' names; node 0 is the root, which
/// has no frame.
#[derive(Clone, Debug)]
pub struct LedgerTree {
    frames: Vec<Callsite>,
    nodes: Vec<LedgerNode>,
    reversed: bool,
}

/// One stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerNode {
    /// The innermost frame; `None` at the root.
    pub frame: Option<CallsiteId>,
    /// The index of the node around it; the root is its own parent.
    pub parent: usize,
    /// How far from the root, which is 0.
    pub depth: usize,
    /// Its account. All but the busy time is its own, without what is under it.
    pub account: Account,
}

impl LedgerTree {
    /// The tree of stacks, each with what `own` has at its number.
    pub(super) fn new(frames: &[Callsite], paths: &Paths, own: &[Account]) -> LedgerTree {
        let mut nodes: Vec<LedgerNode> = grow(frames, &saplings(paths, own))
            .into_iter()
            .map(|grown| LedgerNode {
                frame: grown.frame,
                parent: grown.parent,
                depth: grown.depth,
                account: Account { busy: grown.own.self_time, ..grown.own },
            })
            .collect();
        for index in (1..nodes.len()).rev() {
            let (busy, parent) = (nodes[index].account.busy, nodes[index].parent);
            nodes[parent].account.busy = nodes[parent].account.busy.plus(busy);
        }
        LedgerTree { frames: frames.to_vec(), nodes, reversed: false }
    }

    /// The same with every stack read from its innermost frame outwards.
    ///
    /// Costs a step for each frame of each stack.
    pub fn reversed(&self) -> LedgerTree {
        let mut stacks = Paths::new(Marks::default());
        let mut own = vec![Account::default()];
        for (index, node) in self.nodes.iter().enumerate() {
            let account = Account { busy: Compensated::default(), ..node.account };
            if account == Account::default() {
                continue;
            }
            let mut path = PathId::EMPTY;
            for frame in self.stack(index) {
                path = stacks.child(path, frame, Marks::default());
            }
            own.resize(stacks.len(), Account::default());
            own[path.index()] = own[path.index()].plus(account);
        }
        let tree = LedgerTree::new(&self.frames, &stacks, &own);
        LedgerTree { reversed: !self.reversed, ..tree }
    }

    /// The frames of a node's stack, its own first.
    pub fn stack(&self, index: usize) -> impl Iterator<Item = CallsiteId> {
        let around = |&index: &usize| Some(self.nodes[index].parent).filter(|_| index != 0);
        std::iter::successors(Some(index), around).map_while(|index| self.nodes[index].frame)
    }

    /// All nodes, in preorder; the first is the root, whose busy time is that of all.
    pub fn nodes(&self) -> &[LedgerNode] {
        &self.nodes
    }

    /// All callsites of the recording.
    pub fn callsites(&self) -> &[Callsite] {
        &self.frames
    }

    /// The same nodes with their compensated self time as busy time.
    pub fn compensated(&self) -> CallTree {
        let node = |node: &LedgerNode| Node {
            frame: node.frame,
            parent: node.parent,
            depth: node.depth,
            busy_ns: node.account.self_time.ns,
            idle_ns: 0,
            count: node.account.spans,
            cpu_ns: 0,
            blocked_ns: 0,
            samples: 0,
        };
        CallTree {
            frames: self.frames.clone(),
            spans: self.frames.len(),
            nodes: self.nodes.iter().map(node).collect(),
            reversed: self.reversed,
        }
    }
}
