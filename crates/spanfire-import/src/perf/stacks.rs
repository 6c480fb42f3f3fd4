//! Stacks by number, each by what is around its innermost frame.

use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;

/// A number of [`Stacks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct StackId(u32);

/// Every stack once; number 0 is empty.
#[derive(Default)]
pub(super) struct Stacks {
    known: FxHashMap<(StackId, CallsiteId), StackId>,
    frames: Vec<(StackId, CallsiteId)>,
}

impl Stacks {
    /// The number of a stack, the outermost frame first.
    pub fn of(&mut self, frames: impl Iterator<Item = CallsiteId>) -> StackId {
        frames.fold(StackId(0), |around, callsite| {
            *self.known.entry((around, callsite)).or_insert_with(|| {
                self.frames.push((around, callsite));
                StackId(self.frames.len() as u32)
            })
        })
    }

    /// Puts the frames of a stack into `frames`, the outermost first.
    pub fn frames(&self, stack: StackId, frames: &mut Vec<CallsiteId>) {
        frames.clear();
        let frame = |stack: StackId| self.frames.get((stack.0 as usize).checked_sub(1)?);
        let chain = std::iter::successors(frame(stack), |(around, _)| frame(*around));
        frames.extend(chain.map(|(_, callsite)| *callsite));
        frames.reverse();
    }
}
