//! What a program notes of itself while it runs, for those who look after its end.
//!
//! A file of counters, one for each thread in a line of the cache of its own, which the program maps
//! and the test reads. A thread counts a step when the call into `tracing` has returned; memory that
//! is mapped from a file stays when the process is killed. So every step that was counted was done,
//! and of each thread at most one more.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Bytes between one counter and the next.
pub const NOTE_BYTES: usize = 64;

/// The counters' file.
#[derive(Debug)]
pub struct Notes(PathBuf);

impl Notes {
    /// A file with room for `threads` counters, all 0.
    pub fn create(path: &Path, threads: usize) -> Notes {
        let file = File::create(path).expect("a file for notes");
        file.set_len((threads * NOTE_BYTES) as u64).expect("room for notes");
        Notes(path.to_owned())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// How many steps each thread has done.
    pub fn steps(&self) -> Vec<u64> {
        let bytes = fs::read(&self.0).expect("the notes");
        let counters = bytes.chunks_exact(NOTE_BYTES).map(|line| line[..8].try_into());
        counters.map(|counter| u64::from_le_bytes(counter.expect("eight bytes"))).collect()
    }
}
