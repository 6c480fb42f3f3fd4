//! Merged graphs: every stack once, with the time spent on it.

use crate::paths::{Marks, PathId, Paths};
use crate::replay::{Closing, Life, Observer, Slice};
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
        let replayed = replay.run(Weigher { stacks, own: Vec::new() })?;
        let frames = replay.recording().callsites().to_vec();
        let nodes = grow(&frames, &saplings(&replayed.paths, &replayed.observer.own));
        Ok(CallTree { nodes, frames, reversed: false })
    }

    /// The same moments with every stack read from its innermost frame outwards; reversed again,
    /// they are the tree before. A stack's weight stands at the end of its reading, so that a frame
    /// next to the root has as its total what it had by itself.
    ///
    /// Costs a step for each frame of each stack that has a weight.
    pub fn reversed(&self) -> CallTree {
        let mut stacks = Paths::new(Marks::default());
        let mut own = vec![Own::default()];
        for (index, node) in self.nodes.iter().enumerate() {
            let weight = Own { busy_ns: node.busy_ns, idle_ns: node.idle_ns, count: node.count };
            if weight == Own::default() {
                continue;
            }
            let mut path = PathId::EMPTY;
            for frame in self.stack(index) {
                path = stacks.child(path, frame, Marks::default());
            }
            own.resize(stacks.len(), Own::default());
            own[path.index()].add(weight);
        }
        let frames = self.frames.clone();
        let nodes = grow(&frames, &saplings(&stacks, &own));
        CallTree { nodes, frames, reversed: !self.reversed }
    }

    /// The frames of a node's stack, its own first.
    pub fn stack(&self, index: usize) -> impl Iterator<Item = CallsiteId> {
        let around = |&index: &usize| Some(self.nodes[index].parent).filter(|_| index != 0);
        std::iter::successors(Some(index), around).map_while(|index| self.nodes[index].frame)
    }

    /// Whether stacks are read from the innermost frame outwards.
    pub fn is_reversed(&self) -> bool {
        self.reversed
    }

    /// All nodes, in preorder; the first is the root.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All callsites of the recording.
    pub fn callsites(&self) -> &[Callsite] {
        &self.frames
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

/// What a stack has by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Own {
    busy_ns: u64,
    idle_ns: u64,
    count: u64,
}

impl Own {
    fn add(&mut self, other: Own) {
        self.busy_ns += other.busy_ns;
        self.idle_ns += other.idle_ns;
        self.count += other.count;
    }
}

/// Adds up what every stack has.
struct Weigher {
    stacks: Stacks,
    own: Vec<Own>,
}

impl Weigher {
    fn on(&mut self, path: PathId) -> &mut Own {
        if path.index() >= self.own.len() {
            self.own.resize(path.index() + 1, Own::default());
        }
        &mut self.own[path.index()]
    }
}

impl Observer for Weigher {
    fn slice(&mut self, slice: &Slice, life: &Life) {
        let path = match self.stacks {
            Stacks::Thread => slice.path,
            Stacks::Span => life.logical,
        };
        self.on(path).busy_ns += slice.length_ns;
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        if !closing.counts {
            return;
        }
        let (made_on, waits_on) = match self.stacks {
            Stacks::Thread => (life.made_on(), life.waits_on()),
            Stacks::Span => (life.logical, life.logical),
        };
        self.on(made_on).count += 1;
        if closing.waited_ns > 0 {
            self.on(waits_on).idle_ns += closing.waited_ns;
        }
    }
}

/// A node before it has its place.
#[derive(Clone, Copy)]
struct Sapling {
    frame: Option<CallsiteId>,
    parent: usize,
    own: Own,
}

fn saplings(paths: &Paths, own: &[Own]) -> Vec<Sapling> {
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
///
/// Without recursion: a stack may be deeper than ours.
fn grow(frames: &[Callsite], saplings: &[Sapling]) -> Vec<Node> {
    let ranks = ranks(frames);
    let mut alive: Vec<bool> =
        saplings.iter().map(|sapling| sapling.own != Own::default()).collect();
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
        let Own { busy_ns, idle_ns, count } = own;
        let node = nodes.len();
        nodes.push(Node { frame, parent, depth, busy_ns, idle_ns, count });
        let first = branches.partition_point(|&branch| saplings[branch].parent < index);
        let children = branches[first..].iter();
        let children = children.take_while(|&&branch| saplings[branch].parent == index);
        visits.extend(children.map(|&child| (child, node, depth + 1)));
    }
    nodes
}

/// The place of each callsite in the order of names.
fn ranks(frames: &[Callsite]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..frames.len()).collect();
    let key = |index: usize| {
        let Callsite { name, target, file, line, .. } = &frames[index];
        (name, target, file, line, index)
    };
    order.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
    let mut ranks = vec![0; frames.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = rank;
    }
    ranks
}
