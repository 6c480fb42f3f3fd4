//! The stacks of the merged graph, and what else turns out to be on them, by number.

use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;
use spanfire_views::CallTree;

/// Every stack that anything is on: its innermost frame, and the number of the stack around it.
pub(super) struct Stacks {
    pub frames: Vec<CallsiteId>,
    pub around: Vec<Option<u32>>,
    inside: FxHashMap<(Option<u32>, CallsiteId), u32>,
}

impl Stacks {
    /// The stacks of a merged graph by thread, each after the one around it.
    pub fn of(tree: &CallTree) -> Stacks {
        let mut stacks =
            Stacks { frames: Vec::new(), around: Vec::new(), inside: FxHashMap::default() };
        let mut numbers: Vec<Option<u32>> = Vec::with_capacity(tree.nodes().len());
        for node in tree.nodes() {
            let around = numbers.get(node.parent).copied().flatten();
            numbers.push(node.frame.map(|frame| stacks.with(around, frame)));
        }
        stacks
    }

    /// The stack with one more frame, which may be new.
    pub fn with(&mut self, around: Option<u32>, frame: CallsiteId) -> u32 {
        *self.inside.entry((around, frame)).or_insert_with(|| {
            self.frames.push(frame);
            self.around.push(around);
            self.frames.len() as u32 - 1
        })
    }

    /// The stack with one more frame, if any moment is on it or inside it.
    pub fn inside(&self, around: Option<u32>, frame: CallsiteId) -> Option<u32> {
        self.inside.get(&(around, frame)).copied()
    }
}
