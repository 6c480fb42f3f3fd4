//! The hot path below both forms: one thread's stream of events.
//!
//! A callback finds its [`Lane`] through a thread-local slot without a destructor, reads the clock
//! and writes two words into the lane's open [`Chunk`]: `tick|kind` and the span's id. Steps of an
//! enter or exit, with their cost on a machine where a clock read takes 16 ns:
//!
//! ```text
//!   slot of this recorder: two loads, one compare        0.5 ns
//!   clock                                               16 ns
//!   room left in the chunk: one compare                  0.3 ns
//!   two words, the new length (release), lane state      1.5 ns
//! ```
//!
//! What is not written: a *new* that its *enter* follows at once, and the drop of a handle directly
//! after an exit. The record before is changed in place instead (see `spanfire_recording::raw`), and
//! the collector looks at the last record it took once more. That a span is entered at once is
//! predicted from its callsite's last spans; every 64th span is created with a clock read of its
//! own, so that a callsite whose spans begin to wait is noticed.
//!
//! Everything in a lane but its shared part belongs to the thread it was made for.

use crate::{
    callsites,
    chunk::{CHUNK_WORDS, Chunk},
    core::{Core, IGNORED},
    fields::Wanted,
};
use spanfire_recording::{
    Form,
    raw::{self, FieldBytes, extended, head, kind},
};
use std::{
    cell::{Cell, UnsafeCell},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::*},
    },
};
use tracing_core::Metadata;

/// Entries of a lane's callsite cache, a power of two.
const CACHE_ENTRIES: usize = 256;

/// Sequence numbers a lane takes from the recorder at once.
const SEQUENCE_BLOCK: u64 = 1 << 16;

/// A span entered later than this after its creation did not follow it at once. In ticks: a third
/// of a microsecond to a microsecond, on clocks of 1 to 3 GHz.
const AT_ONCE_TICKS: u64 = 1024;

/// How many spans may go by on a prediction before it is checked.
const MAX_CREDIT: u8 = 63;

/// One thread's stream of events.
#[repr(align(128))]
pub(crate) struct Lane {
    own: Own,
    pub shared: SharedState,
}

/// What the collector sees of a lane.
pub(crate) struct SharedState {
    /// The recorder the lane belongs to.
    pub recorder: u64,
    pub number: u32,
    pub thread: spanfire_recording::Lane,
    /// The open chunk, or null: see [`Chunk::as_ptr`].
    open: AtomicPtr<()>,
    /// How many full chunks were sent.
    sent: AtomicU64,
    /// The thread is gone, and the lane's owner will not touch it again.
    ended: AtomicBool,
    /// Events lost since the last loss record: count, first and last tick.
    lost: [AtomicU64; 3],
}

/// What only the lane's thread touches.
struct Own {
    chunk: Cell<Option<Chunk>>,
    position: Cell<usize>,
    last_tick: Cell<u64>,
    /// The span whose record is the last one and may still change: its id after a predicted *new*,
    /// the id's complement after an exit, 0 otherwise.
    changeable: Cell<u64>,
    /// The span created last with a clock read, whose enter may earn its callsite trust.
    watched: Cell<u64>,
    watched_entry: Cell<usize>,
    watched_credit: Cell<u8>,
    /// Where the record after the watched span's begins.
    watched_end: Cell<usize>,
    sequence: Cell<u64>,
    sequence_end: Cell<u64>,
    /// The ids entered and not left, in order, with duplicates: the physical stack.
    entered: UnsafeCell<Vec<u64>>,
    cache: [Entry; CACHE_ENTRIES],
    fields: Cell<Option<Box<Scratch>>>,
}

/// Buffers for field values, taken out while the program's formatters run.
#[derive(Default)]
pub(crate) struct Scratch {
    pub bytes: FieldBytes,
    pub text: String,
    words: Vec<u64>,
}

/// A callsite as this lane knows it.
struct Entry {
    address: Cell<usize>,
    number: Cell<u32>,
    wanted: Cell<Wanted>,
    recorded: Cell<bool>,
    /// How many spans may still be predicted to be entered at once.
    credit: Cell<u8>,
    /// The credit that the last check gave.
    earned: Cell<u8>,
}

// SAFETY: `own` is touched only by the thread the lane was made for: `Slot` hands out a lane on no
// other thread, and the collector uses `shared` alone, which is atomic or never changes.
unsafe impl Sync for Lane {}

// SAFETY: as for `Sync`; dropping a lane elsewhere is fine, since nothing in it is tied to a thread.
unsafe impl Send for Lane {}

/// What a birth needs besides the id.
pub(crate) struct Birth<'a> {
    /// `None`: whatever is current; `Some(0)`: an explicit root.
    pub parent: Option<u64>,
    pub fields: Option<&'a [u8]>,
}

/// A callsite's answer for one new span.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub number: u32,
    pub wanted: Wanted,
    pub recorded: bool,
    entry: usize,
}

impl Lane {
    pub fn new(recorder: u64, number: u32, thread: spanfire_recording::Lane) -> Lane {
        let entry = || Entry {
            address: Cell::new(0),
            number: Cell::new(0),
            wanted: Cell::new(Wanted::Never),
            recorded: Cell::new(false),
            credit: Cell::new(0),
            earned: Cell::new(0),
        };
        Lane {
            own: Own {
                chunk: Cell::new(None),
                position: Cell::new(CHUNK_WORDS),
                last_tick: Cell::new(0),
                changeable: Cell::new(0),
                watched: Cell::new(0),
                watched_entry: Cell::new(0),
                watched_credit: Cell::new(0),
                watched_end: Cell::new(0),
                sequence: Cell::new(0),
                sequence_end: Cell::new(0),
                entered: UnsafeCell::new(Vec::with_capacity(64)),
                cache: std::array::from_fn(|_| entry()),
                fields: Cell::new(None),
            },
            shared: SharedState {
                recorder,
                number,
                thread,
                open: AtomicPtr::new(ptr::null_mut()),
                sent: AtomicU64::new(0),
                ended: AtomicBool::new(false),
                lost: Default::default(),
            },
        }
    }

    /// What is known of a callsite; takes a lock once for each callsite and thread. `None` when the
    /// callsite has no number.
    #[inline(always)]
    pub fn site(&self, core: &Core, metadata: &'static Metadata<'static>) -> Option<Site> {
        let address = callsites::address(metadata);
        // Metadata is at least 64 bytes long, so the bits above tell callsites apart.
        let index = (address >> 6 ^ address >> 14) % CACHE_ENTRIES;
        let entry = &self.own.cache[index];
        if entry.address.get() != address {
            entry.fill(core, metadata)?;
        }
        Some(Site {
            number: entry.number.get(),
            wanted: entry.wanted.get(),
            recorded: entry.recorded.get(),
            entry: index,
        })
    }

    /// An id of [`Form::Subscriber`], never used before, or the ignored one when all are used up.
    #[inline(always)]
    pub fn next_id(&self, core: &Core, site: &Site) -> u64 {
        let mut sequence = self.own.sequence.get();
        if sequence == self.own.sequence_end.get() {
            let Some(start) = core.take_sequence(SEQUENCE_BLOCK) else { return IGNORED };
            self.own.sequence_end.set(start + SEQUENCE_BLOCK);
            sequence = start;
        }
        self.own.sequence.set(sequence + 1);
        u64::from(site.number) << raw::SEQUENCE_BITS | sequence
    }

    /// Whether a span created now, without an explicit parent, has none.
    #[inline(always)]
    pub fn at_root(&self) -> bool {
        // SAFETY: owner thread; no reference to the stack outlives a method of this file, and none
        // is held while foreign code (an allocator, a formatter) runs.
        unsafe { (*self.own.entered.get()).is_empty() }
    }

    /// The id that is current in the sense of `tracing`: the innermost one entered that is not
    /// entered a second time.
    pub fn current(&self) -> Option<u64> {
        // SAFETY: as in `at_root`; nothing foreign runs in here.
        let entered = unsafe { &*self.own.entered.get() };
        let first = |&depth: &usize| !entered[..depth].contains(&entered[depth]);
        (0..entered.len()).rev().find(first).map(|depth| entered[depth])
    }

    /// A span was created: contextual parent, no fields.
    #[inline(always)]
    pub fn born(&self, core: &Core, site: &Site, id: u64) {
        let entry = &self.own.cache[site.entry];
        let credit = entry.credit.get();
        if credit > 0 {
            entry.credit.set(credit - 1);
            self.write_birth(core, self.own.last_tick.get(), kind::NEW_BOUND, id, site.number);
            self.own.changeable.set(id);
        } else {
            self.born_watched(core, site, id);
        }
    }

    #[cold]
    #[inline(never)]
    fn born_watched(&self, core: &Core, site: &Site, id: u64) {
        let tick = core.clock.raw();
        self.write_birth(core, tick, kind::NEW, id, site.number);
        // 1, 3, 7 … 63 spans on trust, as long as every check confirms it.
        let own = &self.own;
        let earned = own.cache[site.entry].earned.replace(0);
        own.watched_credit.set((earned * 2 + 1).min(MAX_CREDIT));
        own.watched_entry.set(site.entry);
        own.watched_end.set(own.position.get());
        own.watched.set(id);
    }

    /// A span was created with an explicit parent or fields.
    #[cold]
    pub fn born_with(&self, core: &Core, site: &Site, id: u64, birth: &Birth<'_>) {
        let mut scratch = self.own.fields.take().unwrap_or_default();
        scratch.words.clear();
        let tick = core.clock.raw();
        if let Some(fields) = birth.fields {
            let start = [id, u64::from(site.number)];
            raw::put_extended(&mut scratch.words, tick, extended::BIRTH_FIELDS, &start, fields);
        }
        if let Some(parent) = birth.parent {
            raw::put_extended(&mut scratch.words, tick, extended::PARENT, &[id, parent], &[]);
        }
        scratch.words.extend([head(tick, kind::NEW), id, u64::from(site.number)]);
        scratch.words.truncate(scratch.words.len() - 3 + raw::words(core.form, kind::NEW));
        self.write(core, tick, &scratch.words);
        self.own.fields.set(Some(scratch));
    }

    /// A span was entered.
    #[inline(always)]
    pub fn enter(&self, core: &Core, id: u64) {
        // SAFETY: as in `at_root`.
        if unsafe { (*self.own.entered.get()).len() == (*self.own.entered.get()).capacity() } {
            self.grow();
        }
        // SAFETY: as in `at_root`; there is room, so `push` does not allocate.
        unsafe { (*self.own.entered.get()).push(id) };
        let tick = core.clock.raw();
        if self.own.changeable.get() == id {
            let words = raw::words(core.form, kind::NEW_BOUND);
            if self.change(words, kind::NEW_BOUND, tick, kind::NEW_ENTER) {
                self.own.last_tick.set(tick);
                return;
            }
        }
        if self.own.watched.get() == id {
            self.confirm(tick);
        }
        self.write_plain(core, tick, kind::ENTER, id);
    }

    /// The span created with a clock read is entered: was that at once?
    #[cold]
    fn confirm(&self, tick: u64) {
        let own = &self.own;
        own.watched.set(0);
        let next = own.watched_end.get() == own.position.get();
        if next && tick.wrapping_sub(own.last_tick.get()) <= AT_ONCE_TICKS {
            let entry = &own.cache[own.watched_entry.get()];
            entry.earned.set(own.watched_credit.get());
            entry.credit.set(own.watched_credit.get());
        }
    }

    /// A span was left.
    #[inline(always)]
    pub fn exit(&self, core: &Core, id: u64) {
        let tick = core.clock.raw();
        // SAFETY: as in `at_root`; `pop` frees nothing.
        let entered = unsafe { &mut *self.own.entered.get() };
        if entered.last() == Some(&id) {
            entered.pop();
        } else {
            self.leave_out_of_order(id);
        }
        self.write_plain(core, tick, kind::EXIT, id);
        self.own.changeable.set(!id);
    }

    #[cold]
    fn leave_out_of_order(&self, id: u64) {
        // SAFETY: as in `at_root`; `remove` frees nothing.
        let entered = unsafe { &mut *self.own.entered.get() };
        if let Some(depth) = entered.iter().rposition(|&other| other == id) {
            entered.remove(depth);
        }
    }

    /// A handle was dropped; in the layer form, the span closed.
    #[inline(always)]
    pub fn dropped(&self, core: &Core, id: u64) {
        let tick = self.own.last_tick.get();
        if self.own.changeable.get() != !id || !self.change(2, kind::EXIT, tick, kind::EXIT_DROP) {
            self.write_plain(core, core.clock.raw(), kind::DROP, id);
        }
    }

    /// Anything without fields that has an extended record.
    #[cold]
    pub fn extended(&self, core: &Core, extended: u32, start: &[u64]) {
        self.extended_with(core, extended, start, &[]);
    }

    /// Anything with fields that has an extended record.
    #[cold]
    pub fn extended_with(&self, core: &Core, extended: u32, start: &[u64], fields: &[u8]) {
        let mut scratch = self.own.fields.take().unwrap_or_default();
        scratch.words.clear();
        let tick = core.clock.raw();
        raw::put_extended(&mut scratch.words, tick, extended, start, fields);
        self.write(core, tick, &scratch.words);
        self.own.fields.set(Some(scratch));
    }

    /// The buffers for field values; put back with [`put_back`](Self::put_back). A formatter that
    /// comes back here gets others.
    pub fn take_scratch(&self) -> Box<Scratch> {
        let mut scratch = self.own.fields.take().unwrap_or_default();
        scratch.bytes.clear();
        scratch
    }

    pub fn put_back(&self, scratch: Box<Scratch>) {
        self.own.fields.set(Some(scratch));
    }

    #[inline(always)]
    fn write_birth(&self, core: &Core, tick: u64, kind: u64, id: u64, number: u32) {
        let words = raw::words(core.form, kind);
        let Some((chunk, position)) = self.room(core, tick, words) else { return };
        chunk.put(position, head(tick, kind));
        chunk.put(position + 1, id);
        if core.form == Form::Layer {
            chunk.put(position + 2, u64::from(number));
        }
        self.published(chunk, position + words, tick);
    }

    #[inline(always)]
    fn write_plain(&self, core: &Core, tick: u64, kind: u64, id: u64) {
        let Some((chunk, position)) = self.room(core, tick, 2) else { return };
        chunk.put(position, head(tick, kind));
        chunk.put(position + 1, id);
        self.published(chunk, position + 2, tick);
    }

    /// Writes whole records that stay together.
    fn write(&self, core: &Core, tick: u64, words: &[u64]) {
        let Some((chunk, position)) = self.room(core, tick, words.len()) else { return };
        for (offset, word) in words.iter().enumerate() {
            chunk.put(position + offset, *word);
        }
        self.published(chunk, position + words.len(), tick);
    }

    #[inline(always)]
    fn published(&self, chunk: Chunk, position: usize, tick: u64) {
        chunk.publish(position);
        self.own.position.set(position);
        self.own.last_tick.set(tick);
        self.own.changeable.set(0);
    }

    /// Changes the last record, `words` long, if it is of kind `from`.
    #[inline(always)]
    fn change(&self, words: usize, from: u64, tick: u64, to: u64) -> bool {
        self.own.changeable.set(0);
        let Some(chunk) = self.own.chunk.get() else { return false };
        let start = self.own.position.get().wrapping_sub(words);
        let matches = chunk.word(start) & raw::KIND_MASK == from;
        if matches {
            chunk.put(start, head(tick, to));
        }
        matches
    }

    /// The open chunk and where to write in it, with room for `words`; `None` where the event is
    /// lost, which is counted.
    #[inline(always)]
    fn room(&self, core: &Core, tick: u64, words: usize) -> Option<(Chunk, usize)> {
        let position = self.own.position.get();
        match self.own.chunk.get() {
            Some(chunk) if position + words <= CHUNK_WORDS => Some((chunk, position)),
            _ => self.next_chunk(core, tick),
        }
    }

    #[cold]
    #[inline(never)]
    fn next_chunk(&self, core: &Core, tick: u64) -> Option<(Chunk, usize)> {
        self.own.changeable.set(0);
        let next = Slot::closed(|| {
            if let Some(full) = self.own.chunk.get() {
                if !core.send_full(self.shared.number, full) {
                    return None;
                }
                self.shared.open.store(ptr::null_mut(), Release);
                self.own.chunk.set(None);
                self.shared.sent.store(self.shared.sent() + 1, Release);
            }
            core.empty_chunk(self.shared.sent() == 0)
        });
        let Some(next) = next else {
            self.shared.lose(tick);
            return None;
        };
        let chunk = next.chunk;
        chunk.reset(self.shared.sent());
        let mut position = 0;
        if let Some([count, first, last]) = self.shared.take_lost() {
            position = put_record(chunk, position, tick, extended::LOSS, &[first, last, count]);
        }
        if let Some((from, to)) = next.stall {
            position = put_record(chunk, position, tick, extended::STALL, &[from, to]);
        }
        chunk.publish(position);
        self.own.chunk.set(Some(chunk));
        self.own.position.set(position);
        self.shared.open.store(chunk.as_ptr(), Release);
        Some((chunk, position))
    }

    /// Doubles the room of the stack of entered spans, holding no reference to it while the
    /// allocator, which may trace, runs.
    #[cold]
    #[inline(never)]
    fn grow(&self) {
        // SAFETY: as in `at_root`, for the length alone.
        let length = unsafe { (*self.own.entered.get()).len() };
        let room = (length * 2).max(64);
        let mut larger: Vec<u64> = Slot::closed(|| Vec::with_capacity(room));
        // SAFETY: as in `at_root`; `larger` has room, so nothing foreign runs.
        let entered = unsafe { &mut *self.own.entered.get() };
        if entered.len() < larger.capacity() {
            larger.extend_from_slice(entered);
            std::mem::swap(entered, &mut larger);
        }
        Slot::closed(|| drop(larger));
    }
}

/// The longest record fits a chunk that begins with a loss and a stall.
const _: () = assert!(raw::MAX_PAYLOAD / 8 + 32 <= CHUNK_WORDS);

fn put_record(chunk: Chunk, position: usize, tick: u64, extended: u32, payload: &[u64]) -> usize {
    chunk.put(position, head(tick, kind::EXTENDED));
    chunk.put(position + 1, (payload.len() as u64 * 8) << 32 | u64::from(extended));
    for (offset, word) in payload.iter().enumerate() {
        chunk.put(position + 2 + offset, *word);
    }
    position + 2 + payload.len()
}

impl Entry {
    #[cold]
    #[inline(never)]
    fn fill(&self, core: &Core, metadata: &'static Metadata<'static>) -> Option<()> {
        let number = Slot::closed(|| core.callsites.number(metadata))?;
        self.number.set(number);
        self.wanted.set(core.fields.wanted(metadata));
        self.recorded.set(core.selects(metadata));
        self.credit.set(0);
        self.earned.set(0);
        self.address.set(callsites::address(metadata));
        Some(())
    }
}

impl SharedState {
    /// The open chunk.
    pub fn open(&self) -> Option<Chunk> {
        Chunk::from_ptr(self.open.load(Acquire))
    }

    /// How many full chunks were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Acquire)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// Counts losses not yet in a record; only the owner, or the collector after the end, calls it.
    fn lose(&self, tick: u64) {
        let [count, first, last] = &self.lost;
        if count.load(Relaxed) == 0 {
            first.store(tick, Relaxed);
        }
        last.store(tick, Relaxed);
        count.store(count.load(Relaxed) + 1, Release);
    }

    /// `[count, first tick, last tick]` of what was lost and not yet told.
    pub fn take_lost(&self) -> Option<[u64; 3]> {
        let [count, first, last] = &self.lost;
        let lost = [count.load(Acquire), first.load(Relaxed), last.load(Relaxed)];
        if lost[0] == 0 {
            return None;
        }
        count.store(0, Relaxed);
        Some(lost)
    }
}

/// How many recorders a thread may use by turns without looking its lane up again.
const SLOTS: usize = 4;

/// A thread's lane of one recorder. The slots have no destructor, so that they work to the very end
/// of a thread, in the destructors of other thread-locals too.
pub(crate) struct Slot {
    recorder: Cell<u64>,
    lane: Cell<*const Lane>,
}

thread_local! {
    static LANES: [Slot; SLOTS] = const {
        [const { Slot { recorder: Cell::new(0), lane: Cell::new(ptr::null()) } }; SLOTS]
    };
    /// Whether this thread is inside a recorder's slow path: callbacks from there, of an allocator
    /// that traces, are not recorded.
    static CLOSED: Cell<bool> = const { Cell::new(false) };
    static ENDING: Ending = const { Ending(std::cell::RefCell::new(Vec::new())) };
}

/// Marks this thread's lanes as ended when the thread ends: a hint that frees memory early. Nothing
/// else depends on it.
struct Ending(std::cell::RefCell<Vec<Arc<Lane>>>);

impl Drop for Ending {
    fn drop(&mut self) {
        // A later callback on this thread, from another destructor, starts a lane of its own.
        LANES.with(|slots| {
            for slot in slots {
                slot.recorder.set(0);
                slot.lane.set(ptr::null());
            }
        });
        for lane in self.0.get_mut() {
            lane.shared.ended.store(true, Release);
        }
    }
}

impl Slot {
    /// Runs `f` with this thread's lane of `core`; `None` on a thread that is inside the recorder.
    #[inline(always)]
    pub fn with<R>(core: &Core, f: impl FnOnce(&Lane) -> R) -> Option<R> {
        let lane = LANES.with(|slots| {
            let slot = &slots[core.id as usize % SLOTS];
            (slot.recorder.get() == core.id).then(|| slot.lane.get())
        });
        let lane = match lane {
            Some(lane) => lane,
            None => Slot::find(core)?,
        };
        // SAFETY: a slot's lane belongs to the recorder whose id stands beside it. Ids are never
        // used twice, and this recorder, which keeps its lanes until it is dropped or their thread
        // has ended, is alive: `core` is borrowed. The lane was made for this thread.
        Some(f(unsafe { &*lane }))
    }

    /// Runs `f` while callbacks on this thread are not recorded.
    fn closed<R>(f: impl FnOnce() -> R) -> R {
        let before = CLOSED.replace(true);
        let hidden = LANES.with(|slots| slots.each_ref().map(|slot| slot.recorder.replace(0)));
        let result = f();
        LANES.with(|slots| {
            for (slot, recorder) in slots.iter().zip(hidden) {
                slot.recorder.set(recorder);
            }
        });
        CLOSED.set(before);
        result
    }

    /// Looks the lane up, or makes it: once for each thread and recorder, and again where a thread
    /// changes between many recorders.
    #[cold]
    #[inline(never)]
    fn find(core: &Core) -> Option<*const Lane> {
        if CLOSED.get() {
            return None;
        }
        let lane = Slot::closed(|| {
            let known = ENDING.try_with(|ending| {
                let lanes = ending.0.try_borrow().ok()?;
                lanes.iter().find(|lane| lane.shared.recorder == core.id).cloned()
            });
            if let Ok(Some(lane)) = known {
                return lane;
            }
            let lane = core.add_lane();
            // Past the thread's destructors nobody tells the lane's end; the recorder keeps it.
            let _ = ENDING.try_with(|ending| {
                if let Ok(mut lanes) = ending.0.try_borrow_mut() {
                    lanes.retain(|lane| Arc::strong_count(lane) > 1);
                    lanes.push(Arc::clone(&lane));
                }
            });
            lane
        });
        let lane = Arc::as_ptr(&lane);
        LANES.with(|slots| {
            let slot = &slots[core.id as usize % SLOTS];
            slot.recorder.set(core.id);
            slot.lane.set(lane);
        });
        Some(lane)
    }
}
