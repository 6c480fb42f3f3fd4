//! The tail file: a recorder's chunk pool in a file, so that a killed process loses nothing.
//!
//! While a recording grows, `<recording>.tail` beside it is the memory that its threads write to,
//! mapped and shared. It holds what no [`Writer`](crate::Writer) has written yet, and is removed
//! when the recording is finished. Opening a recording that was not finished reads it: see
//! [`Recording::tail`](crate::Recording::tail).
//!
//! ```text
//!   slot 0     the head: MAGIC, version, which recording it belongs to
//!   slot 1…    chunks of 64 KiB: 8 header words, then words of records (see `raw`),
//!              or blocks of callsites and lanes, or counts of losses
//! ```
//!
//! All words are little-endian 64-bit. Space behind the last chunk ever used is zero.
//!
//! What the writer has taken of a chunk must not be read twice, and a process can be killed between
//! any two of its instructions. So the chunk says it twice, [`word::TAKEN`] and
//! [`word::TAKEN_NEXT`], and the second counts if the recording's whole blocks reach
//! [`word::AT_BYTE`]: the moment the block is in the file, and no other, changes what is left. A
//! chunk is used again only after that.

mod taken;
mod names;
mod snapshot;
mod recover;

pub use names::{callsite_block, lane_block};
pub(crate) use recover::{Known, recover};
pub use taken::Taken;

use crate::{Anchor, Error};
use std::path::{Path, PathBuf};

/// The size of a slot: the head, or a chunk with its header.
pub const SLOT_BYTES: usize = 64 * 1024;

/// Words of a chunk's header.
pub const HEADER_WORDS: usize = 8;

/// Words of a chunk behind its header.
pub const CHUNK_WORDS: usize = SLOT_BYTES / 8 - HEADER_WORDS;

/// The places of a chunk's header words.
pub mod word {
    /// How many words are published.
    pub const LENGTH: usize = 0;
    /// How many chunks its owner had filled before this one.
    pub const SEQUENCE: usize = 1;
    /// Whose it is: see [`owner`](super::owner).
    pub const OWNER: usize = 2;
    /// How far it was taken: a [`Taken`](super::Taken) as a word.
    pub const TAKEN: usize = 3;
    /// How far it was taken once the recording has [`AT_BYTE`] bytes of whole blocks.
    pub const TAKEN_NEXT: usize = 4;
    /// When [`TAKEN_NEXT`] counts.
    pub const AT_BYTE: usize = 5;
}

/// Values of [`word::OWNER`].
pub mod owner {
    /// Nobody's yet.
    pub const NOBODY: u64 = 0;
    /// Callsites and lanes, as the recording's own blocks, each at a whole word.
    pub const NAMES: u64 = u64::MAX;
    /// Counts of losses not yet told: entries of [`LOSS_WORDS`](super::LOSS_WORDS) words.
    pub const LOSSES: u64 = u64::MAX - 1;

    /// Lane `number`'s.
    pub fn lane(number: u32) -> u64 {
        u64::from(number) + 1
    }
}

/// Words of an entry of [`owner::LOSSES`]: [`owner::lane`], events, first tick, last tick.
pub const LOSS_WORDS: usize = 4;

const MAGIC: &[u8; 8] = b"SPANTAIL";
const VERSION: u64 = 1;
const HEAD_BYTES: usize = 40;

/// Where the tail file of the recording at `path` is: `<path>.tail`.
pub fn path_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tail");
    PathBuf::from(name)
}

/// Which recording a tail file belongs to: the process, and the recording's first anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// [`Header::process_id`](crate::Header::process_id).
    pub process_id: u32,
    /// The tick of the first anchor.
    pub tick: u64,
    /// The wall clock of the first anchor.
    pub unix_ns: u64,
}

impl Head {
    /// The head of the recording of process `process_id` that starts with `anchor`.
    pub fn new(process_id: u32, anchor: &Anchor) -> Head {
        Head { process_id, tick: anchor.tick, unix_ns: anchor.unix_ns }
    }

    /// As it stands at the start of the file.
    pub fn to_bytes(&self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        let words = [VERSION, u64::from(self.process_id), self.tick, self.unix_ns];
        for (place, word) in bytes[8..].chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// What opening a recording that was not finished made of its tail file.
#[derive(Debug)]
pub enum TailState {
    /// There is none: the recording is finished, or its end is what the writer wrote last, up to
    /// 100 ms before the process ended.
    Missing,
    /// The recording goes on growing, too fast to read both at one moment: what is read is what its
    /// writer had written.
    Growing,
    /// It could not be used, for example because it belongs to another recording.
    Refused(Error),
    /// All it had was taken.
    Taken(TailSummary),
    /// Of what it had, some lanes' last events could not be read: a process that dies leaves no such
    /// file, but a machine may.
    Damaged(TailSummary),
}

/// What was taken from a tail file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TailSummary {
    /// Records that were in no block of the recording.
    pub records: u64,
    /// Callsites and lanes that were in none.
    pub names: u64,
    /// Lost events that were told nowhere else.
    pub lost_events: u64,
}
