//! What the views make of a recording, short enough to be compared with what a test expects.

use spanfire_recording::Recording;
use spanfire_views::{CallTree, Names, Replay, Selection, Stacks, Statistics, Weight};

/// Everything about the spans of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many.
    pub spans: u64,
    /// How often they were entered.
    pub segments: u64,
    /// In their segments.
    pub busy_ns: u64,
    /// As the innermost.
    pub self_ns: u64,
    /// Alive and not entered.
    pub idle_ns: u64,
}

/// The row of `name` in the statistics; of several callsites, their sum.
pub fn figures(recording: &Recording, name: &str) -> Figures {
    let replay = Replay::new(recording, Selection::default());
    let rows = Statistics::of(&replay).expect("statistics").rows;
    let named = rows.iter().filter(|row| row.callsite.name == name);
    named.fold(Figures::default(), |sum, row| Figures {
        spans: sum.spans + row.spans,
        segments: sum.segments + row.segments,
        busy_ns: sum.busy_ns + row.busy_ns,
        self_ns: sum.self_ns + row.self_ns,
        idle_ns: sum.idle_ns + row.idle_ns,
    })
}

/// Every stack with time of its own, as `outer;inner=7`, in the order of the alphabet.
///
/// # Panics
/// If the reversed tree has another total.
#[track_caller]
pub fn stacks(recording: &Recording, by: Stacks) -> Vec<String> {
    let replay = Replay::new(recording, Selection::default());
    let tree = CallTree::of(&replay, by).expect("a tree");
    assert_eq!(tree.total(Weight::Busy), tree.reversed().total(Weight::Busy), "reversed");
    let mut stacks = Vec::new();
    for (index, node) in tree.nodes().iter().enumerate().filter(|(_, node)| node.busy_ns > 0) {
        let mut names: Vec<_> = tree.stack(index).map(|at| tree.label(at, Names::Name)).collect();
        names.reverse();
        stacks.push(format!("{}={}", names.join(";"), node.busy_ns));
    }
    stacks.sort();
    stacks
}
