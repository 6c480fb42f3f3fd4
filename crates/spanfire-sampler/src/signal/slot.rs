//! What a thread's signal handler writes to: a ring of words that it alone writes and the sampler
//! alone reads.
//!
//! All of it is atomic, so nothing here is undefined whoever is interrupted where. Slots are never
//! freed, since a signal may come late; they are used again for other threads, and the handler looks
//! whose its slot is.

use super::stack::MAX_FRAMES;
use spanfire_recording::{Batch, Sample};
use std::{
    ptr,
    sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, AtomicUsize, Ordering::*},
};

/// Threads that are sampled at once.
const SLOTS: usize = 1024;

/// Words of a ring, a power of two: some hundred samples.
const RING: usize = 8 << 10;

/// Of how much stack frames are looked for in.
pub(super) const STACK_BYTES: usize = 32 << 10;
/// The stack's words, and one before with the instruction that was interrupted.
pub(super) const COPY_WORDS: usize = 1 + STACK_BYTES / 8;

/// How often a handler is waited for: it takes some microseconds, but may be preempted.
const TRIES: usize = 10_000;

/// Words of a sample before its frames: how many these are, and the time.
const HEAD: usize = 2;

/// All slots there ever were, by their number.
static ALL: [AtomicPtr<Slot>; SLOTS] = [const { AtomicPtr::new(ptr::null_mut()) }; SLOTS];

/// A thread's ring, and what its handler needs.
#[derive(Debug)]
pub(super) struct Slot {
    is_claimed: AtomicBool,
    /// The thread whose handler may write; 0 for none.
    pub thread: AtomicI32,
    /// What the handler arms again.
    pub timer: AtomicPtr<libc::c_void>,
    /// The mean distance of samples.
    pub period_ns: AtomicU64,
    /// How many signals came: the seed of the next distance.
    pub signals: AtomicU64,
    /// Whether the handler runs.
    is_busy: AtomicBool,
    /// Words written and read since ever.
    head: AtomicUsize,
    tail: AtomicUsize,
    lost: AtomicU64,
    ring: Box<[AtomicU64]>,
    /// Where the handler has the stack copied to.
    pub copy: Box<[AtomicU64]>,
}

/// A slot for `thread`, with its number; `None` if all are in use.
pub(super) fn claim(thread: i32, period_ns: u64) -> Option<(usize, &'static Slot)> {
    for (index, place) in ALL.iter().enumerate() {
        if place.load(Acquire).is_null() {
            let new = Box::into_raw(Box::new(Slot::new()));
            if place.compare_exchange(ptr::null_mut(), new, AcqRel, Acquire).is_err() {
                // SAFETY: another sampler was faster, and nobody ever saw this one.
                drop(unsafe { Box::from_raw(new) });
            }
        }
        let Some(slot) = of(index) else { continue };
        if !slot.is_claimed.swap(true, AcqRel) {
            slot.tail.store(slot.head.load(Acquire), Release);
            slot.lost.store(0, Relaxed);
            slot.period_ns.store(period_ns, Relaxed);
            slot.thread.store(thread, SeqCst);
            return Some((index, slot));
        }
    }
    None
}

/// The slot of a number; `None` if there is none.
pub(super) fn of(index: usize) -> Option<&'static Slot> {
    let slot = ALL.get(index)?.load(Acquire);
    // SAFETY: null, or from a box that was leaked whole before it was put there and is never freed.
    unsafe { slot.as_ref() }
}

impl Slot {
    fn new() -> Slot {
        let words = |count| (0..count).map(|_| AtomicU64::new(0)).collect();
        Slot {
            is_claimed: AtomicBool::new(false),
            thread: AtomicI32::new(0),
            timer: AtomicPtr::new(ptr::null_mut()),
            period_ns: AtomicU64::new(0),
            signals: AtomicU64::new(0),
            is_busy: AtomicBool::new(false),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
            ring: words(RING),
            copy: words(COPY_WORDS),
        }
    }

    /// Adds a sample, or counts that there was no room. In the handler: no lock, no allocation.
    pub fn put(&self, time: u64, frames: &[u64]) {
        let (head, tail) = (self.head.load(Relaxed), self.tail.load(Acquire));
        if RING - head.wrapping_sub(tail).min(RING) < HEAD + frames.len() {
            self.lost.fetch_add(1, Relaxed);
            return;
        }
        let words = [frames.len() as u64, time];
        for (at, word) in words.iter().chain(frames).enumerate() {
            if let Some(place) = self.ring.get(head.wrapping_add(at) % RING) {
                place.store(*word, Relaxed);
            }
        }
        self.head.store(head.wrapping_add(HEAD + frames.len()), Release);
    }

    /// Moves all samples into `batch`; returns how many had no room.
    pub fn take(&self, thread: i32, batch: &mut Batch) -> u64 {
        let (head, mut tail) = (self.head.load(Acquire), self.tail.load(Relaxed));
        let word = |at: usize| self.ring.get(at % RING).map_or(0, |word| word.load(Relaxed));
        while head.wrapping_sub(tail) >= HEAD {
            let count = (word(tail) as usize).min(MAX_FRAMES);
            let time = word(tail.wrapping_add(1));
            let frames = (0..count).map(|frame| word(tail.wrapping_add(HEAD + frame))).collect();
            batch.samples.push(Sample { thread: thread as u64, cpu: None, time, frames });
            tail = tail.wrapping_add(HEAD + count);
        }
        self.tail.store(head, Release);
        self.lost.swap(0, Relaxed)
    }

    /// The handler begins: it asks whose the slot is after this, so that either it finds the slot
    /// closed or whoever closed it finds it busy.
    pub fn enter(&self) {
        self.is_busy.store(true, SeqCst);
    }

    /// The handler ends.
    pub fn leave(&self) {
        self.is_busy.store(false, SeqCst);
    }

    /// Whether the handler has ended; asked after closing, for some time.
    pub fn falls_quiet(&self) -> bool {
        (0..TRIES).any(|_| {
            let is_quiet = !self.is_busy.load(SeqCst);
            if !is_quiet {
                std::thread::yield_now();
            }
            is_quiet
        })
    }

    /// Signals that come from now on do nothing.
    pub fn close(&self) {
        self.thread.store(0, SeqCst);
    }

    /// Lets other threads have it. Its timer is gone.
    pub fn give_back(&self) {
        self.close();
        self.is_claimed.store(false, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_room_comes_back_in_order_and_the_rest_is_counted() {
        let slot = Slot::new();
        let frames: Vec<u64> = (0..100).collect();
        let room = RING as u64 / 102;
        for round in 0..5 {
            for time in 0..room + 7 {
                slot.put(round * 1_000 + time, &frames);
            }
            let mut batch = Batch::default();
            assert_eq!(slot.take(7, &mut batch), 7);
            let times: Vec<u64> = batch.samples.iter().map(|sample| sample.time).collect();
            assert_eq!(times, (round * 1_000..round * 1_000 + room).collect::<Vec<_>>());
            assert!(batch.samples.iter().all(|sample| sample.frames == frames));
        }
    }

    #[test]
    fn a_slot_is_one_threads_until_it_is_given_back() {
        let (first, slot) = claim(1, 5).expect("a slot");
        let (second, other) = claim(2, 5).expect("a slot");
        assert_ne!(first, second);
        slot.put(1, &[]);
        slot.give_back();
        other.give_back();
        let (_, again) = claim(3, 5).expect("a slot");
        let mut batch = Batch::default();
        assert_eq!(again.take(3, &mut batch), 0);
        assert!(batch.is_empty(), "samples of another thread");
        again.give_back();
        assert!(of(SLOTS).is_none());
    }
}
