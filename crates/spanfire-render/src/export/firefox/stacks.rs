//! The stacks of the merged graph, by number.

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
            let number = node.frame.map(|frame| {
                let number = stacks.frames.len() as u32;
                stacks.frames.push(frame);
                stacks.around.push(around);
                stacks.inside.insert((around, frame), number);
                number
            });
            numbers.push(number);
        }
        stacks
    }

    /// The stack with one more frame, if any moment is on it or inside it.
    pub fn inside(&self, around: Option<u32>, frame: CallsiteId) -> Option<u32> {
        self.inside.get(&(around, frame)).copied()
    }
}
