//! Stacks without times, merged.
//!
//! ```text
//!   a;b 2     a;c 1     a 1              a ────────────
//!                                   b ──────  c ───
//! ```
//!
//! Equal stacks add up. Each frame is one stay, as long as everything below it, and begins where its elder
//! sibling ends; what a frame has of its own comes last. Memory: the distinct stacks.

use crate::error::Error;
use crate::fields::FieldsId;
use crate::profile::{LONGEST_NS, LaneStays, STILL_OPEN, Stay};
use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;

/// The merged stacks of a lane.
#[derive(Default)]
pub(crate) struct StackTree {
    known: FxHashMap<(u32, CallsiteId), u32>,
    /// In the order in which they came, so a frame stands behind what is around it.
    nodes: Vec<Node>,
    total: u64,
}

struct Node {
    /// One more than the index of the frame around it; 0 if there is none.
    around: u32,
    callsite: CallsiteId,
    /// What it has of its own, and later what is below it too.
    weight: u64,
}

impl StackTree {
    /// Adds a stack, the outermost frame first.
    pub fn add(
        &mut self,
        frames: impl IntoIterator<Item = CallsiteId>,
        weight: u64,
    ) -> Result<(), Error> {
        self.total = self.total.saturating_add(weight);
        if self.total > LONGEST_NS {
            return Err(Error::input(
                "the weights add up to more than a recording has room for (2^59); scale them down",
            ));
        }
        let mut innermost = 0;
        for callsite in frames {
            innermost = *self.known.entry((innermost, callsite)).or_insert_with(|| {
                self.nodes.push(Node { around: innermost, callsite, weight: 0 });
                self.nodes.len() as u32
            });
        }
        if let Some(node) = self.nodes.get_mut((innermost as usize).wrapping_sub(1)) {
            node.weight += weight;
        }
        Ok(())
    }

    /// Lays the stacks side by side, from 0.
    pub fn lay_out(mut self, lane: &mut LaneStays) {
        for index in (0..self.nodes.len()).rev() {
            let Node { around, weight, .. } = self.nodes[index];
            if let Some(around) = (around as usize).checked_sub(1) {
                self.nodes[around].weight += weight;
            }
        }
        // Where the next frame inside each begins; of 0, the next outermost one.
        let mut next = vec![0; self.nodes.len() + 1];
        for (index, node) in self.nodes.iter().enumerate() {
            let start_ns = next[node.around as usize];
            let end_ns = start_ns + node.weight as i64;
            debug_assert!(end_ns != STILL_OPEN);
            next[node.around as usize] = end_ns;
            next[index + 1] = start_ns;
            if node.weight > 0 {
                let callsite = node.callsite;
                let fields = FieldsId::default();
                lane.stays.push(Stay { start_ns, end_ns, callsite, span: 0, fields });
            }
        }
    }
}
