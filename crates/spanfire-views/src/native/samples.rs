//! Stacks with their threads and times.

use crate::replay::SampleTimes;
use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_recording::{Error, Recording};

/// What the threads of a process were executing, each stack that occurs held once.
#[derive(Clone, Debug, Default)]
pub struct NativeSamples {
    /// Of each thread, in the order of time.
    threads: FxHashMap<u64, Vec<Taken>>,
    /// Addresses to look up, innermost first.
    stacks: Vec<Box<[u64]>>,
    numbers: FxHashMap<Box<[u64]>, u32>,
    count: u64,
    depths: Vec<u64>,
}

/// A moment and the number of the stack at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub at_ns: u64,
    pub stack: u32,
}

impl NativeSamples {
    /// The samples that a recording holds. `None` if it holds none.
    pub fn of(recording: &Recording) -> Result<Option<NativeSamples>, Error> {
        let mut samples = NativeSamples::default();
        for index in 0..recording.batches() {
            let batch = recording.batch(index)?;
            let times = SampleTimes::of(recording, batch.clock);
            for sample in &batch.samples {
                if let Some(at_ns) = times.ns(sample.time) {
                    samples.push(sample.thread, at_ns, &sample.frames);
                }
            }
        }
        samples.in_order();
        Ok(Some(samples).filter(|samples| samples.count > 0))
    }

    /// Samples taken elsewhere: the operating system's id of the thread, the moment in ns since the
    /// recording's start, and addresses innermost first, return addresses but for the first.
    pub fn collect<F: AsRef<[u64]>>(taken: impl IntoIterator<Item = (u64, u64, F)>) -> Self {
        let mut samples = NativeSamples::default();
        for (thread, at_ns, frames) in taken {
            samples.push(thread, at_ns, frames.as_ref());
        }
        samples.in_order();
        samples
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Every address that is to be looked up, once, in order: of return addresses the byte before,
    /// which belongs to the call.
    pub fn addresses(&self) -> Vec<u64> {
        let unique: FxHashSet<u64> = self.stacks.iter().flatten().copied().collect();
        let mut addresses: Vec<u64> = unique.into_iter().collect();
        addresses.sort_unstable();
        addresses
    }

    /// How many addresses a sample has in the middle of all: 2 or fewer where programs do not keep
    /// frame pointers.
    pub fn median_depth(&self) -> usize {
        let mut seen = 0;
        let middle = self.count.div_ceil(2);
        let reaches = |&count: &u64| {
            seen += count;
            seen >= middle
        };
        self.depths.iter().position(reaches).unwrap_or(0)
    }

    pub(super) fn of_thread(&self, thread: u64) -> &[Taken] {
        self.threads.get(&thread).map_or(&[], Vec::as_slice)
    }

    pub(super) fn threads(&self) -> impl Iterator<Item = (u64, u64)> {
        self.threads.iter().map(|(&thread, taken)| (thread, taken.len() as u64))
    }

    pub(super) fn stack(&self, number: u32) -> &[u64] {
        &self.stacks[number as usize]
    }

    fn push(&mut self, thread: u64, at_ns: u64, frames: &[u64]) {
        let lookup = |(index, &frame): (usize, &u64)| frame.saturating_sub(u64::from(index > 0));
        let frames: Box<[u64]> = frames.iter().enumerate().map(lookup).collect();
        if self.depths.len() <= frames.len() {
            self.depths.resize(frames.len() + 1, 0);
        }
        self.depths[frames.len()] += 1;
        self.count += 1;
        let stack = match self.numbers.get(&frames) {
            Some(&stack) => stack,
            None => {
                let stack = self.stacks.len() as u32;
                self.stacks.push(frames.clone());
                self.numbers.insert(frames, stack);
                stack
            }
        };
        self.threads.entry(thread).or_default().push(Taken { at_ns, stack });
    }

    fn in_order(&mut self) {
        for taken in self.threads.values_mut() {
            taken.sort_by_key(|taken| taken.at_ns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_address_is_looked_up_in_the_call_before_it() {
        let samples = NativeSamples::collect([(1, 10, [0x100, 0x200, 0x300])]);
        assert_eq!(samples.addresses(), [0x100, 0x1ff, 0x2ff]);
    }

    #[test]
    fn the_median_depth_is_that_of_the_sample_in_the_middle() {
        let deep = |depth: usize| (1, 0, vec![1; depth]);
        assert_eq!(NativeSamples::collect([1, 2, 9].map(deep)).median_depth(), 2);
        assert_eq!(NativeSamples::collect([5, 6, 7, 1].map(deep)).median_depth(), 5);
        assert_eq!(NativeSamples::default().median_depth(), 0);
    }
}
