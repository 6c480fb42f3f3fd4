//! Frame pointers, followed through a copy of the stack: whatever they are, nothing outside the copy
//! is read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Frames of a sample; perf events give as many.
pub(super) const MAX_FRAMES: usize = 127;

/// What a thread was doing when it was interrupted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers {
    pub instruction: u64,
    pub stack: u64,
    pub frame: u64,
}

/// Puts the addresses into `frames`, innermost first, and returns how many there are. `copy` is the
/// stack from its top on.
///
/// A frame is two words, the caller's frame and the return address, on x86-64 as on 64-bit ARM; a
/// caller's lies further out.
pub(super) fn walk(
    registers: Registers,
    copy: &[AtomicU64],
    frames: &mut [u64; MAX_FRAMES],
) -> usize {
    let word = |at: u64| Some(copy.get(usize::try_from(at).ok()?)?.load(Relaxed));
    let mut count = 0;
    let mut next = Some(registers.instruction);
    let mut frame = registers.frame;
    for place in frames.iter_mut() {
        let Some(address) = next.filter(|&address| address >= LOWEST) else { break };
        *place = address;
        count += 1;
        let within = frame.checked_sub(registers.stack).filter(|within| within % 8 == 0);
        let at = within.map(|within| within / 8);
        next = at.and_then(|at| word(at + 1));
        // A frame that does not lead outwards leads nowhere.
        frame = at.and_then(word).filter(|&outer| outer > frame).unwrap_or(0);
    }
    count
}

/// No program is mapped below: the first page never is.
const LOWEST: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: u64 = 0x7000;

    fn walked(frame: u64, stack: &[u64]) -> Vec<u64> {
        let copy: Vec<AtomicU64> = stack.iter().map(|&word| AtomicU64::new(word)).collect();
        let registers = Registers { instruction: 0x10_000, stack: STACK, frame };
        let mut frames = [0; MAX_FRAMES];
        let count = walk(registers, &copy, &mut frames);
        frames[..count].to_vec()
    }

    #[test]
    fn frames_are_followed_to_the_last() {
        let stack = [1, STACK + 32, 0x10_001, 2, STACK + 48, 0x10_002, 0, 0x10_003, 9];
        assert_eq!(walked(STACK + 8, &stack), [0x10_000, 0x10_001, 0x10_002, 0x10_003]);
    }

    #[test]
    fn a_frame_that_leads_back_or_nowhere_ends_the_stack() {
        for next in [STACK, STACK + 8, 0, u64::MAX, STACK + 9, STACK + 800] {
            assert_eq!(walked(STACK + 8, &[1, next, 0x10_001]), [0x10_000, 0x10_001], "{next:#x}");
        }
        for first in [0, STACK - 8, STACK + 3, STACK + 16, u64::MAX - 7] {
            assert_eq!(walked(first, &[1, 2, 0x10_001]), [0x10_000], "{first:#x}");
        }
        assert_eq!(walked(STACK, &[STACK + 16, 7, 0, 0x10_001]), [0x10_000], "no code is there");
    }

    #[test]
    fn no_stack_has_more_frames_than_there_is_room_for() {
        let endless: Vec<u64> =
            (0..300).flat_map(|height| [STACK + 16 * (height + 1), 0x10_000 + height]).collect();
        assert_eq!(walked(STACK, &endless).len(), MAX_FRAMES);
    }
}
