//! The program's side of its notes: counters in memory that outlives the process.

use rustix::mm::{MapFlags, ProtFlags, mmap};
use spanfire_tests::NOTE_BYTES;
use std::fs::OpenOptions;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// The counters, mapped until the process ends.
#[derive(Clone, Copy)]
pub struct Notes {
    counters: &'static [Note],
}

/// One thread's counter.
#[repr(C, align(64))]
pub struct Note(AtomicU64);

const _: () = assert!(size_of::<Note>() == NOTE_BYTES);

impl Notes {
    /// Maps the file that the test made.
    pub fn open(path: &Path) -> Notes {
        let file = OpenOptions::new().read(true).write(true).open(path).expect("the notes");
        let bytes = file.metadata().expect("their size").len() as usize;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping of `bytes` > 0 bytes at an address of the system's choice; it is
        // never unmapped, aligned to a page, and of bytes that are valid counters whatever they
        // hold. Nobody shortens the file while the program runs, and all access is atomic.
        let counters = unsafe {
            let start = mmap(ptr::null_mut(), bytes, access, MapFlags::SHARED, &file, 0);
            let start = start.expect("a mapping of the notes").cast();
            std::slice::from_raw_parts(start, bytes / NOTE_BYTES)
        };
        Notes { counters }
    }

    /// How many threads there is room for.
    pub fn threads(self) -> usize {
        self.counters.len()
    }

    /// The counter of a thread.
    pub fn of(self, thread: usize) -> &'static Note {
        &self.counters[thread]
    }

    /// How many steps all threads have done.
    pub fn total(self) -> u64 {
        self.counters.iter().map(|note| note.0.load(Relaxed)).sum()
    }
}

impl Note {
    /// Notes that so many steps are done.
    #[inline]
    pub fn done(&self, steps: u64) {
        self.0.store(steps, Release);
    }
}
