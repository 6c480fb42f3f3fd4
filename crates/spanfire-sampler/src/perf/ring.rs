//! The ring that the kernel writes records to.
//!
//! The first page says how far it wrote and how far we read; the others are the ring. The kernel
//! never writes over what was not read, so what lies between the two is ours: it is copied out,
//! records that go around the end included, and then given back.

use super::event::Event;
use std::{
    io,
    ptr::NonNull,
    sync::atomic::{AtomicU64, Ordering},
};

/// Words of the first page, by `struct perf_event_mmap_page`.
const HEAD: usize = 1024 / 8;
const TAIL: usize = 1032 / 8;
const DATA_OFFSET: usize = 1040 / 8;
const DATA_SIZE: usize = 1048 / 8;

/// A processor's ring, mapped.
#[derive(Debug)]
pub(super) struct Ring {
    page: NonNull<u64>,
    mapped: usize,
    data: usize,
    size: usize,
    copied: Vec<u8>,
}

// SAFETY: the mapping belongs to this alone, whatever thread has it.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the ring of `event`, of at most `bytes`, or of less where that is refused.
    pub fn of(event: &Event, bytes: usize) -> io::Result<Ring> {
        // SAFETY: asks for a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page = usize::try_from(page).unwrap_or(4096);
        let mut pages = (bytes / page).max(1);
        // The kernel takes powers of two alone.
        pages = 1 << pages.ilog2();
        loop {
            match Ring::map(event, page, pages) {
                Err(error) if error.raw_os_error() == Some(libc::EPERM) && pages > 1 => pages /= 2,
                mapped => return mapped,
            }
        }
    }

    fn map(event: &Event, page: usize, pages: usize) -> io::Result<Ring> {
        let mapped = page * (1 + pages);
        // SAFETY: a new mapping, where the kernel likes.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                mapped,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                event.file(),
                0,
            )
        };
        let first = NonNull::new(address.cast::<u64>());
        let Some(first) = first.filter(|_| address != libc::MAP_FAILED) else {
            return Err(io::Error::last_os_error());
        };
        let mut ring =
            Ring { page: first, mapped, data: page, size: page * pages, copied: Vec::new() };
        // Kernels before 4.1 leave both 0.
        let (data, size) = (ring.word(DATA_OFFSET), ring.word(DATA_SIZE));
        let (data, size) = (data.load(Ordering::Relaxed), size.load(Ordering::Relaxed));
        if let (Ok(data), Ok(size)) = (usize::try_from(data), usize::try_from(size))
            && data >= page
            && size.is_power_of_two()
            && data.checked_add(size).is_some_and(|end| end <= mapped)
        {
            (ring.data, ring.size) = (data, size);
        }
        Ok(ring)
    }

    /// The records since the last call, whole ones: the kernel publishes no other.
    pub fn read(&mut self) -> &[u8] {
        // Acquire: what it published was written before.
        let head = self.word(HEAD).load(Ordering::Acquire);
        let tail = self.word(TAIL).load(Ordering::Relaxed);
        let length = usize::try_from(head.wrapping_sub(tail)).unwrap_or(0).min(self.size);
        let start = tail as usize & (self.size - 1);
        let until_end = length.min(self.size - start);
        self.copied.clear();
        self.copy(start, until_end);
        self.copy(0, length - until_end);
        // Release: it may write there only after it was copied.
        self.word(TAIL).store(head, Ordering::Release);
        &self.copied
    }

    fn copy(&mut self, start: usize, length: usize) {
        debug_assert!(start + length <= self.size);
        self.copied.reserve(length);
        // SAFETY: `start` and `length` lie within the ring's `size`, which with `data` lies within
        // the mapping; the vector has room for `length` more. The kernel does not write between
        // tail and head, so the bytes stand still.
        unsafe {
            let from = self.page.as_ptr().cast::<u8>().add(self.data + start);
            let to = self.copied.as_mut_ptr().add(self.copied.len());
            std::ptr::copy_nonoverlapping(from, to, length);
            self.copied.set_len(self.copied.len() + length);
        }
    }

    /// A word of the first page. The kernel changes it, so it is read as an atomic.
    fn word(&self, index: usize) -> &AtomicU64 {
        // SAFETY: indices are those above, in the first page, which is mapped as long as `self` and
        // aligned to a page.
        unsafe { AtomicU64::from_ptr(self.page.as_ptr().add(index)) }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and no reference into it outlives `self`.
        unsafe {
            libc::munmap(self.page.as_ptr().cast(), self.mapped);
        }
    }
}
