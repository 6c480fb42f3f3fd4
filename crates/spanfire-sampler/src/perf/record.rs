//! The records that the kernel writes, taken apart. Trusts no length.

use spanfire_recording::{Batch, Sample, Switch};

/// Kinds of record; others are passed over.
const LOST: u32 = 2;
const THROTTLE: u32 = 5;
const SAMPLE: u32 = 9;
const LOST_SAMPLES: u32 = 13;
const SWITCH: u32 = 14;

/// A switch away from the thread, and one against its will.
const SWITCH_OUT: u16 = 1 << 13;
const PREEMPTED: u16 = 1 << 14;

/// A callchain says with words above this what the addresses behind them are.
const FIRST_MARKER: u64 = u64::MAX - 4094;

const HEADER_BYTES: usize = 8;
/// Thread, time and processor at the end of every record that is no sample.
const IDENTITY_BYTES: usize = 24;

/// What was taken from rings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// Samples.
    pub samples: u64,
    /// Switches.
    pub switches: u64,
    /// Records that had no room, as records tell.
    pub lost: u64,
    /// How often the kernel held samples back.
    pub throttled: u64,
    /// Records of no known kind, or that contradict themselves.
    pub unknown: u64,
}

/// Moves what `records` say of `process` into `batch`.
pub(super) fn take(mut records: &[u8], process: u32, batch: &mut Batch, taken: &mut Taken) {
    while let Some((header, rest)) = records.split_at_checked(HEADER_BYTES) {
        let mut fields = Fields(header);
        let (kind, both) = (fields.u32(), fields.u32());
        let (misc, size) = (both as u16, (both >> 16) as usize);
        let body = size.checked_sub(HEADER_BYTES).filter(|&body| size > 0 && body <= rest.len());
        let Some((body, after)) = body.and_then(|body| rest.split_at_checked(body)) else {
            // The kernel writes whole records; whatever this is, what follows cannot be told.
            taken.unknown += 1;
            return;
        };
        records = after;
        let mut fields = Fields(body);
        match kind {
            SAMPLE => match sample(&mut fields) {
                Some((of, sample)) if of == process => {
                    batch.samples.push(sample);
                    taken.samples += 1;
                }
                Some(_) => {}
                None => taken.unknown += 1,
            },
            SWITCH if body.len() >= IDENTITY_BYTES => {
                let of = fields.u32();
                let thread = u64::from(fields.u32());
                let time = fields.u64();
                if of == process {
                    let runs = misc & SWITCH_OUT == 0;
                    let preempted = misc & PREEMPTED != 0;
                    batch.switches.push(Switch { thread, time, runs, preempted });
                    taken.switches += 1;
                }
            }
            LOST if body.len() >= 16 => {
                fields.u64();
                taken.lost += fields.u64();
            }
            LOST_SAMPLES if body.len() >= 8 => taken.lost += fields.u64(),
            THROTTLE => taken.throttled += 1,
            _ => taken.unknown += 1,
        }
    }
}

/// A sample and its process: address, process and thread, time, processor, callchain.
fn sample(fields: &mut Fields<'_>) -> Option<(u32, Sample)> {
    const FIXED_BYTES: usize = 40;
    if fields.0.len() < FIXED_BYTES {
        return None;
    }
    let address = fields.u64();
    let (process, thread) = (fields.u32(), u64::from(fields.u32()));
    let time = fields.u64();
    let cpu = Some(fields.u32());
    fields.u32();
    let count = usize::try_from(fields.u64()).ok().filter(|&count| count <= fields.0.len() / 8)?;
    let chain = (0..count).map(|_| fields.u64()).filter(|&address| address < FIRST_MARKER);
    let mut frames: Vec<u64> = chain.collect();
    if frames.first() != Some(&address) {
        frames.insert(0, address);
    }
    Some((process, Sample { thread, cpu, time, frames }))
}

/// Words of a record; 0 behind its end, which callers have looked at.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&mut self) -> u32 {
        self.next::<4>().map_or(0, u32::from_ne_bytes)
    }

    fn u64(&mut self) -> u64 {
        self.next::<8>().map_or(0, u64::from_ne_bytes)
    }

    fn next<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (word, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: u32 = 42;

    fn record(kind: u32, misc: u16, words: &[u64]) -> Vec<u8> {
        let size = (HEADER_BYTES + words.len() * 8) as u16;
        let mut bytes =
            [&kind.to_ne_bytes()[..], &misc.to_ne_bytes(), &size.to_ne_bytes()].concat();
        bytes.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        bytes
    }

    /// Two 32-bit numbers as they lie in memory.
    fn pair(first: u32, second: u32) -> u64 {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&first.to_ne_bytes());
        bytes[4..].copy_from_slice(&second.to_ne_bytes());
        u64::from_ne_bytes(bytes)
    }

    fn taken(bytes: &[u8]) -> (Batch, Taken) {
        let (mut batch, mut taken) = (Batch::default(), Taken::default());
        take(bytes, PROCESS, &mut batch, &mut taken);
        (batch, taken)
    }

    fn sample_record(process: u32) -> Vec<u8> {
        let user = u64::MAX - 511;
        record(
            SAMPLE,
            2,
            &[0x1000, pair(process, 7), 99, pair(3, 0), 4, user, 0x1000, 0x2000, 0x3000],
        )
    }

    #[test]
    fn records_say_what_the_kernel_wrote() {
        let bytes = [
            sample_record(PROCESS),
            record(77, 0, &[1, 2, 3]),
            record(SWITCH, SWITCH_OUT | PREEMPTED, &[pair(PROCESS, 7), 100, pair(3, 0)]),
            record(SWITCH, 0, &[pair(PROCESS, 8), 101, pair(2, 0)]),
            record(LOST, 0, &[1, 5, pair(PROCESS, 8), 101, pair(2, 0)]),
            record(THROTTLE, 0, &[1, 2, 3]),
        ];
        let (batch, taken) = taken(&bytes.concat());
        let frames = vec![0x1000, 0x2000, 0x3000];
        assert_eq!(batch.samples, [Sample { thread: 7, cpu: Some(3), time: 99, frames }]);
        let switch = |thread, time, runs, preempted| Switch { thread, time, runs, preempted };
        assert_eq!(batch.switches, [switch(7, 100, false, true), switch(8, 101, true, false)]);
        let counts = [taken.samples, taken.switches, taken.lost, taken.throttled, taken.unknown];
        assert_eq!(counts, [1, 2, 5, 1, 1]);
    }

    #[test]
    fn a_forked_process_has_no_part() {
        let (batch, taken) = taken(&sample_record(PROCESS + 1));
        assert!(batch.is_empty());
        assert_eq!((taken.samples, taken.unknown), (0, 0));
    }

    #[test]
    fn records_that_lie_are_passed_over() {
        let whole = sample_record(PROCESS);
        for length in 0..whole.len() {
            assert!(taken(&whole[..length]).0.is_empty());
        }
        // Every count and size, made too large.
        for place in 0..whole.len() {
            let mut lying = whole.clone();
            lying[place] = 0xff;
            taken(&lying);
        }
        let many = record(SAMPLE, 0, &[0x1000, pair(PROCESS, 7), 99, pair(3, 0), 1 << 60, 0x1000]);
        assert_eq!(taken(&many).1.unknown, 1);
    }
}
