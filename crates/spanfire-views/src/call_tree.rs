//! Merged graphs: every stack once, with the time spent on it.

use crate::growth::{Grown, grow, saplings};
use crate::native::{FrameKind, Frames};
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
    /// How many of the frames are callsites of the recording; the others are native.
    pub(crate) spans: usize,
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
    /// The part of `busy_ns` in which the thread ran on a processor, as far as is known.
    pub cpu_ns: u64,
    /// The part of `busy_ns` in which it did not, as far as is known: it waited or was preempted.
    pub blocked_ns: u64,
    /// How many native samples were seen here.
    pub samples: u64,
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
    /// Time running on a processor, in ns: of a recording with context switches.
    Cpu,
    /// Time entered but not on a processor, in ns: of a recording with context switches.
    Blocked,
    /// Number of native samples.
    Samples,
}

/// What was spent on a stack itself, without what is under it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Time in which its innermost frame was the innermost open segment of its lane.
    pub busy_ns: u64,
    /// Time in which a span was open there, not running, and nothing open descended from it.
    pub idle_ns: u64,
    /// How many spans were made there.
    pub count: u64,
    /// The part of `busy_ns` in which the thread ran on a processor, as far as is known.
    pub cpu_ns: u64,
    /// The part of `busy_ns` in which it did not, as far as is known.
    pub blocked_ns: u64,
    /// How many native samples were seen there.
    pub samples: u64,
}

impl Spent {
    /// One of the weights.
    pub fn weight(&self, weight: Weight) -> u64 {
        match weight {
            Weight::Busy => self.busy_ns,
            Weight::Idle => self.idle_ns,
            Weight::Count => self.count,
            Weight::Cpu => self.cpu_ns,
            Weight::Blocked => self.blocked_ns,
            Weight::Samples => self.samples,
        }
    }

    /// Adds what was spent elsewhere.
    pub(crate) fn add(&mut self, other: Spent) {
        self.busy_ns = self.busy_ns.saturating_add(other.busy_ns);
        self.idle_ns = self.idle_ns.saturating_add(other.idle_ns);
        self.count += other.count;
        self.cpu_ns = self.cpu_ns.saturating_add(other.cpu_ns);
        self.blocked_ns = self.blocked_ns.saturating_add(other.blocked_ns);
        self.samples += other.samples;
    }
}

/// A frame of a merged graph.
pub type Frame = CallsiteId;

impl Node {
    /// The node's own weight.
    pub fn own(&self, weight: Weight) -> u64 {
        self.spent().weight(weight)
    }

    /// What the node has by itself.
    pub fn spent(&self) -> Spent {
        let &Node { busy_ns, idle_ns, count, cpu_ns, blocked_ns, samples, .. } = self;
        Spent { busy_ns, idle_ns, count, cpu_ns, blocked_ns, samples }
    }
}

impl CallTree {
    /// Merges the selected moments of `replay` by the kind of stack asked for.
    pub fn of(replay: &Replay<'_>, stacks: Stacks) -> Result<CallTree, Error> {
        let replayed = replay.run(Weigher::new(stacks))?;
        Ok(replayed.observer.finish(&replayed.paths, replay.recording().callsites()))
    }

    /// The same moments with every stack read from its innermost frame outwards; reversed again,
    /// they are the tree before. A stack's weight stands at the end of its reading, so that a frame
    /// next to the root has as its total what it had by itself.
    ///
    /// Costs a step for each frame of each stack that has a weight.
    pub fn reversed(&self) -> CallTree {
        let mut stacks = Paths::new(Marks::default());
        let mut own = vec![Spent::default()];
        for (index, node) in self.nodes.iter().enumerate() {
            let weight = node.spent();
            if weight == Spent::default() {
                continue;
            }
            let mut path = PathId::EMPTY;
            for frame in self.stack(index) {
                path = stacks.child(path, frame, Marks::default());
            }
            own.resize(stacks.len(), Spent::default());
            own[path.index()].add(weight);
        }
        let tree = CallTree::grown(self.frames.clone(), self.spans, &stacks, &own);
        CallTree { reversed: !self.reversed, ..tree }
    }

    /// The tree of what each stack has by itself; the first `spans` frames are the recording's.
    pub(crate) fn grown(
        frames: Vec<Callsite>,
        spans: usize,
        paths: &Paths,
        own: &[Spent],
    ) -> CallTree {
        CallTree { nodes: nodes(&frames, paths, own), frames, spans, reversed: false }
    }

    /// Whether a frame is a native function and no span.
    pub fn is_native(&self, frame: CallsiteId) -> bool {
        frame.index() >= self.spans
    }

    /// What a frame is.
    pub fn kind(&self, frame: CallsiteId) -> FrameKind {
        Frames::listed(&self.frames, self.spans).kind(frame)
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

    /// All callsites of the recording; in a hybrid graph, then the functions that were seen.
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
        self.nodes.iter().fold(0, |total: u64, node| total.saturating_add(node.own(weight)))
    }

    /// The weight of every node with all that is under it, by node index.
    pub fn totals(&self, weight: Weight) -> Vec<u64> {
        let mut totals: Vec<u64> = self.nodes.iter().map(|node| node.own(weight)).collect();
        for index in (1..self.nodes.len()).rev() {
            let parent = self.nodes[index].parent;
            totals[parent] = totals[parent].saturating_add(totals[index]);
        }
        totals
    }
}

/// Adds up what every stack has.
pub(crate) struct Weigher {
    stacks: Stacks,
    own: Vec<Spent>,
}

impl Weigher {
    pub(crate) fn new(stacks: Stacks) -> Weigher {
        Weigher { stacks, own: Vec::new() }
    }

    /// The tree of what was weighed on these stacks.
    pub(crate) fn finish(self, paths: &Paths, callsites: &[Callsite]) -> CallTree {
        CallTree::grown(callsites.to_vec(), callsites.len(), paths, &self.own)
    }

    /// What each stack has, by its index; may end early.
    pub(crate) fn into_own(self) -> Vec<Spent> {
        self.own
    }

    fn on(&mut self, path: PathId) -> &mut Spent {
        if path.index() >= self.own.len() {
            self.own.resize(path.index() + 1, Spent::default());
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
        let own = self.on(path);
        own.busy_ns = own.busy_ns.saturating_add(slice.length_ns);
        own.cpu_ns = own.cpu_ns.saturating_add(slice.split.cpu_ns);
        own.blocked_ns = own.blocked_ns.saturating_add(slice.split.blocked_ns);
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
            let own = self.on(waits_on);
            own.idle_ns = own.idle_ns.saturating_add(closing.waited_ns);
        }
    }
}

fn nodes(frames: &[Callsite], paths: &Paths, own: &[Spent]) -> Vec<Node> {
    let placed = |grown: Grown<Spent>| {
        let Grown { frame, parent, depth, own } = grown;
        let Spent { busy_ns, idle_ns, count, cpu_ns, blocked_ns, samples } = own;
        Node { frame, parent, depth, busy_ns, idle_ns, count, cpu_ns, blocked_ns, samples }
    };
    grow(frames, &saplings(paths, own)).into_iter().map(placed).collect()
}
