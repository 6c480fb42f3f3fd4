//! Samples and switches to columns, and back. Decoding trusts nothing.
//!
//! ```text
//!   threads    their ids, each as the distance from the one before
//!   samples    four columns, of thread, processor, time, stack
//!   switches   three columns, of thread, time, what happened
//! ```
//!
//! A stack is told against the one before of its thread: how many outer frames they share, and the
//! others by their distance from what stood at the same height. In a loop that is a byte or two,
//! and LZ4 finds what repeats.

use super::{Batch, Sample, SampleClock, Switch};
use crate::{
    packed::unpack,
    varint::{Input, put, put_signed},
};
use std::collections::HashMap;

/// No block has more of either, nor more frames: bounds a reader's memory. Writers begin another.
const MAX_ENTRIES: usize = 1 << 16;
const MAX_FRAMES: usize = 1 << 17;

/// Of a deeper stack the outer frames are left out.
const MAX_DEPTH: usize = 1 << 10;

/// Bits of what a switch was.
const RUNS: u8 = 1;
const PREEMPTED: u8 = 2;

/// The stored bytes of a block, with their plain length, of the first entries of `samples` and
/// `switches`; and how many of each there was no room for.
pub(crate) fn encode(
    clock: SampleClock,
    samples: &[Sample],
    switches: &[Switch],
) -> (Vec<u8>, usize, [usize; 2]) {
    let mut frames = 0;
    let fits = |sample: &&Sample| {
        frames += sample.frames.len().min(MAX_DEPTH);
        frames <= MAX_FRAMES
    };
    let samples_here = samples.iter().take(MAX_ENTRIES).take_while(fits).count();
    let switches_here = switches.len().min(MAX_ENTRIES);
    let columns = columns(&samples[..samples_here], &switches[..switches_here]);
    let mut stored = vec![match clock {
        SampleClock::Tick => 0,
        SampleClock::MonotonicRaw => 1,
    }];
    let packed = lz4_flex::block::compress(&columns);
    stored.extend(if packed.len() < columns.len() { &packed } else { &columns });
    let left = [samples.len() - samples_here, switches.len() - switches_here];
    (stored, 1 + columns.len(), left)
}

fn columns(samples: &[Sample], switches: &[Switch]) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, samples.len() as u64);
    put(&mut out, switches.len() as u64);
    let threads = Threads::of(samples, switches);
    put(&mut out, threads.ids.len() as u64);
    put_distances(&mut out, threads.ids.iter().copied());
    for sample in samples {
        put(&mut out, threads.index[&sample.thread] as u64);
    }
    for sample in samples {
        put(&mut out, sample.cpu.map_or(0, |cpu| u64::from(cpu) + 1));
    }
    put_distances(&mut out, samples.iter().map(|sample| sample.time));
    let mut before: Vec<&[u64]> = vec![&[]; threads.ids.len()];
    for sample in samples {
        let before = &mut before[threads.index[&sample.thread]];
        let frames = &sample.frames[..sample.frames.len().min(MAX_DEPTH)];
        put_stack(&mut out, before, frames);
        *before = frames;
    }
    for switch in switches {
        put(&mut out, threads.index[&switch.thread] as u64);
    }
    put_distances(&mut out, switches.iter().map(|switch| switch.time));
    out.extend(
        switches
            .iter()
            .map(|switch| u8::from(switch.runs) + u8::from(switch.preempted) * PREEMPTED),
    );
    out
}

/// The threads of a block, in the order they appear.
#[derive(Default)]
struct Threads {
    ids: Vec<u64>,
    index: HashMap<u64, usize>,
}

impl Threads {
    fn of(samples: &[Sample], switches: &[Switch]) -> Threads {
        let mut threads = Threads::default();
        let of_samples = samples.iter().map(|sample| sample.thread);
        for thread in of_samples.chain(switches.iter().map(|switch| switch.thread)) {
            let next = threads.ids.len();
            if *threads.index.entry(thread).or_insert(next) == next {
                threads.ids.push(thread);
            }
        }
        threads
    }
}

fn put_distances(out: &mut Vec<u8>, values: impl Iterator<Item = u64>) {
    let mut last = 0u64;
    for value in values {
        put_signed(out, value.wrapping_sub(last) as i64);
        last = value;
    }
}

fn put_stack(out: &mut Vec<u8>, before: &[u64], frames: &[u64]) {
    let outward = frames.iter().rev().zip(before.iter().rev());
    let shared = outward.take_while(|(frame, before)| frame == before).count();
    put(out, shared as u64);
    put(out, (frames.len() - shared) as u64);
    let mut last = frames.len().checked_sub(shared).and_then(|at| frames.get(at)).copied();
    for (height, &frame) in frames.iter().rev().enumerate().skip(shared) {
        let near = near(before, height, last);
        put_signed(out, frame.wrapping_sub(near) as i64);
        last = Some(frame);
    }
}

/// What the frame at `height` is told against: what stood there before, or the frame outside it.
fn near(before: &[u64], height: usize, outside: Option<u64>) -> u64 {
    let there = before.len().checked_sub(height + 1).map(|at| before[at]);
    there.or(outside).unwrap_or(0)
}

/// Decodes the stored bytes of a block whose checksum was verified. `plain` is the length that the
/// block's header gives for it. The error says what contradicts the format.
pub(crate) fn decode(stored: &[u8], plain: usize) -> Result<Batch, String> {
    let mut input = Input(stored);
    let clock = match input.byte() {
        Some(0) => SampleClock::Tick,
        Some(1) => SampleClock::MonotonicRaw,
        _ => return Err("samples of no known clock".into()),
    };
    let plain = plain.checked_sub(1).ok_or("no room for samples")?;
    let unpacked;
    let columns = if plain == input.0.len() {
        input.0
    } else {
        unpacked = unpack(input.0, plain)?;
        &unpacked
    };
    let mut columns = Columns { input: Input(columns), threads: Vec::new() };
    let (samples, switches) = (columns.count()?, columns.count()?);
    columns.threads()?;
    let samples = columns.samples(samples)?;
    let switches = columns.switches(switches)?;
    if !columns.input.is_empty() {
        return Err("bytes behind the last switch".into());
    }
    Ok(Batch { clock, samples, switches })
}

const CUT: &str = "a column of samples ends too early";

struct Columns<'a> {
    input: Input<'a>,
    threads: Vec<u64>,
}

impl Columns<'_> {
    /// A number of entries, each of which takes a byte at least.
    fn count(&mut self) -> Result<usize, String> {
        let count = self.input.size().ok_or(CUT)?;
        if count > MAX_ENTRIES || count > self.input.0.len() {
            return Err(format!("{count} samples, switches or threads in one block"));
        }
        Ok(count)
    }

    fn threads(&mut self) -> Result<(), String> {
        let count = self.count()?;
        let mut last = 0;
        for _ in 0..count {
            self.distance(&mut last)?;
            self.threads.push(last);
        }
        Ok(())
    }

    fn samples(&mut self, count: usize) -> Result<Vec<Sample>, String> {
        let mut samples = Vec::with_capacity(count);
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let thread = self.thread()?;
            threads.push(thread);
            let thread = self.threads[thread];
            samples.push(Sample { thread, cpu: None, time: 0, frames: Vec::new() });
        }
        for sample in &mut samples {
            sample.cpu = match self.input.varint().ok_or(CUT)? {
                0 => None,
                cpu => Some(u32::try_from(cpu - 1).map_err(|_| "no such processor")?),
            };
        }
        let mut last = 0;
        for sample in &mut samples {
            self.distance(&mut last)?;
            sample.time = last;
        }
        self.stacks(&mut samples, &threads)?;
        Ok(samples)
    }

    fn stacks(&mut self, samples: &mut [Sample], threads: &[usize]) -> Result<(), String> {
        let mut before: Vec<Option<usize>> = vec![None; self.threads.len()];
        let mut total = 0;
        for index in 0..samples.len() {
            let (earlier, rest) = samples.split_at_mut(index);
            let before = &mut before[threads[index]];
            let stack = before.map_or(&[][..], |before| &earlier[before].frames);
            rest[0].frames = self.stack(stack, &mut total)?;
            *before = Some(index);
        }
        Ok(())
    }

    fn stack(&mut self, before: &[u64], total: &mut usize) -> Result<Vec<u64>, String> {
        let (shared, more) = (self.input.size().ok_or(CUT)?, self.input.size().ok_or(CUT)?);
        let at = before.len().checked_sub(shared).ok_or("more frames shared than there were")?;
        let depth = shared.saturating_add(more);
        *total = total.saturating_add(depth);
        if depth > MAX_DEPTH || *total > MAX_FRAMES || more > self.input.0.len() {
            return Err(format!("a stack of {depth} frames, {total} in the block"));
        }
        let mut frames = vec![0; more];
        frames.extend_from_slice(&before[at..]);
        let mut outside = frames.get(more).copied();
        for (height, place) in (shared..depth).zip((0..more).rev()) {
            let distance = self.input.signed().ok_or(CUT)?;
            let frame = near(before, height, outside).wrapping_add_signed(distance);
            frames[place] = frame;
            outside = Some(frame);
        }
        Ok(frames)
    }

    fn switches(&mut self, count: usize) -> Result<Vec<Switch>, String> {
        let mut switches = Vec::with_capacity(count);
        for _ in 0..count {
            let thread = self.thread()?;
            let thread = self.threads[thread];
            switches.push(Switch { thread, time: 0, runs: false, preempted: false });
        }
        let mut last = 0;
        for switch in &mut switches {
            self.distance(&mut last)?;
            switch.time = last;
        }
        for switch in &mut switches {
            let what = self.input.byte().ok_or(CUT)?;
            if what > RUNS | PREEMPTED {
                return Err(format!("switch {what} is unknown"));
            }
            (switch.runs, switch.preempted) = (what & RUNS != 0, what & PREEMPTED != 0);
        }
        Ok(switches)
    }

    fn thread(&mut self) -> Result<usize, String> {
        let index = self.input.size().ok_or(CUT)?;
        if index < self.threads.len() { Ok(index) } else { Err("a thread without an id".into()) }
    }

    fn distance(&mut self, last: &mut u64) -> Result<(), String> {
        *last = last.wrapping_add_signed(self.input.signed().ok_or(CUT)?);
        Ok(())
    }
}
