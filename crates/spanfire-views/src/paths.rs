//! Interned stacks.
//!
//! Every stack that occurs gets a number once; what a selection's patterns say about it is worked
//! out at that moment and read back as a few bits, so that no event ever meets a regular expression.

use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;

/// The number of an interned stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PathId(u32);

impl PathId {
    /// The stack without frames.
    pub const EMPTY: PathId = PathId(0);

    /// The stack with this index.
    pub fn of(index: usize) -> PathId {
        PathId(index as u32)
    }

    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What patterns say of a frame, and of a stack that contains it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    /// A frame is in focus.
    pub const FOCUS: Marks = Marks(1);
    /// A frame is ignored.
    pub const IGNORE: Marks = Marks(2);

    /// The marks of both.
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether moments with these marks are selected.
    pub fn admit(self) -> bool {
        self == Marks::FOCUS
    }
}

/// All stacks of a replay, as a tree in which a child is created after its parent.
pub(crate) struct Paths {
    nodes: Vec<Node>,
    children: FxHashMap<(PathId, CallsiteId), PathId>,
}

struct Node {
    parent: PathId,
    callsite: CallsiteId,
    marks: Marks,
    recursive: bool,
    /// A bit for each callsite in the stack, 64 callsites apart sharing one.
    callsites: u64,
    /// The child asked for last: what a loop asks for next.
    last_child: PathId,
}

impl Paths {
    /// No stacks but the empty one, with these marks.
    pub fn new(empty: Marks) -> Paths {
        let root = Node {
            parent: PathId::EMPTY,
            callsite: CallsiteId(u32::MAX),
            marks: empty,
            recursive: false,
            callsites: 0,
            last_child: PathId::EMPTY,
        };
        Paths { nodes: vec![root], children: FxHashMap::default() }
    }

    /// The stack `parent` with one more frame, whose own marks are `marks`.
    pub fn child(&mut self, parent: PathId, callsite: CallsiteId, marks: Marks) -> PathId {
        let last = self.nodes[parent.index()].last_child;
        // The root is nobody's child, and its callsite is no one's.
        if self.nodes[last.index()].callsite == callsite {
            return last;
        }
        let child = match self.children.get(&(parent, callsite)) {
            Some(&child) => child,
            None => self.add(parent, callsite, marks),
        };
        self.nodes[parent.index()].last_child = child;
        child
    }

    fn add(&mut self, parent: PathId, callsite: CallsiteId, marks: Marks) -> PathId {
        let child = PathId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let marks = marks.and(self.marks(parent));
        // A deep stack is only looked through for a callsite that may be in it.
        let around = self.nodes[parent.index()].callsites;
        let bit = 1 << (callsite.0 % 64);
        let recursive = around & bit != 0 && self.frames(parent).any(|frame| frame == callsite);
        let callsites = around | bit;
        let last_child = PathId::EMPTY;
        self.nodes.push(Node { parent, callsite, marks, recursive, callsites, last_child });
        self.children.insert((parent, callsite), child);
        child
    }

    /// The frames of a stack, the innermost first.
    pub fn frames(&self, path: PathId) -> impl Iterator<Item = CallsiteId> {
        let parent = |path: PathId| self.nodes[path.index()].parent;
        std::iter::successors(Some(path), move |&path| Some(parent(path)))
            .take_while(|&path| path != PathId::EMPTY)
            .map(|path| self.nodes[path.index()].callsite)
    }

    /// The marks of all frames of a stack.
    pub fn marks(&self, path: PathId) -> Marks {
        self.nodes[path.index()].marks
    }

    /// Whether the innermost frame's callsite stands further out, too.
    pub fn is_recursive(&self, path: PathId) -> bool {
        self.nodes[path.index()].recursive
    }

    /// Every stack but the empty one as (stack, stack around it, innermost frame), each after the one around it.
    pub fn edges(&self) -> impl Iterator<Item = (PathId, PathId, CallsiteId)> {
        let numbered = self.nodes.iter().enumerate().skip(1);
        numbered.map(|(index, node)| (PathId(index as u32), node.parent, node.callsite))
    }

    /// How many stacks there are, the empty one included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
}
