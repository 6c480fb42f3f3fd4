//! The hot path below both forms: one thread's stream of events.
//!
//! A callback finds its [`Lane`] through a thread-local [`Slot`], reads the clock and writes two
//! words into the lane's open [`Chunk`]: `tick|kind` and the span's id. What one enter or exit does
//! besides, on the way: compare the slot's recorder, push or pop the id (the stand-alone form must
//! know what is current), compare the room left in the chunk, store the new length (release) and two
//! words of lane state. No locked instruction, no allocation, nothing that threads share.
//!
//! What is not written: a *new* that its *enter* follows at once, and the drop of a handle directly
//! after an exit. The record before is changed in place instead (see `spanfire_recording::raw`), and
//! the collector looks at the last record it took once more. "At once" must not be a guess:
//!
//! - A span is *checked*: the clock is read when it is created and when its handle is dropped, and
//!   the records say so. Or it is *trusted*, because the checked ones before it at this callsite
//!   were entered and dropped within [`AT_ONCE_TICKS`]; then no clock is read. Every 64th span is
//!   checked again. The lowest bit of a stand-alone id says which it is. In the layer form, whose
//!   ids are the registry's, every drop is checked.
//! - A trusted span that waits all the same is noticed by the collector, which looks each few
//!   milliseconds and takes the permission to change a record away when it is that old.
//!
//! Without link-time optimisation, a library's access to a thread-local is compiled as if it called
//! something, and every callback saves registers around it: about a tenth of what a span costs.
//!
//! Functions generic over `LAYER` are compiled for each form: a layer's *new* carries the callsite.

mod slot;
mod site;
mod published;
mod records;

pub(crate) use published::Untold;
pub(crate) use site::Site;
pub(crate) use slot::Slot;

use crate::{
    chunk::Chunk,
    core::Core,
    losses::Loss,
    primitives::{
        Cell,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use published::Published;
use site::Sites;
use spanfire_recording::raw::{self, FieldBytes, extended, head, kind};
use std::cell::UnsafeCell;
use tracing_core::Metadata;

/// Sequence numbers a lane takes from the recorder at once.
const SEQUENCE_BLOCK: u64 = 1 << 17;

/// What comes later than this did not come at once: a third of a microsecond to a microsecond on
/// clocks of 1 to 3 GHz.
const AT_ONCE_TICKS: u64 = 1024;

/// A watched span that outlives this many checked ones of its callsite is given up: it may have been
/// dropped on another thread.
const LONGEST_WATCH: u8 = 100;

/// One thread's stream of events.
#[repr(C, align(128))]
pub(crate) struct Lane {
    own: Own,
    pub published: Published,
}

/// What only the lane's thread touches.
///
/// What every callback needs stands together at the start, in one line of the cache.
#[repr(C)]
struct Own {
    chunk: Cell<Option<Chunk>>,
    last_tick: Cell<u64>,
    /// The span whose record is the last one and may still change: its id after a trusted *new*, the
    /// id's complement after an exit, 0 otherwise. The collector sets it to 0 when it is old.
    changeable: AtomicU64,
    /// The ids entered and not left, in order, with duplicates: the physical stack.
    entered: UnsafeCell<Vec<u64>>,
    /// The checked span created last, which may earn its callsite trust.
    watched: Cell<u64>,
    /// The sequence number given last.
    sequence: Cell<u64>,
    watched_site: Cell<usize>,
    watched_stake: Cell<u8>,
    /// Where the record after the watched span's *new* begins.
    watched_end: Cell<usize>,
    /// How many spans of its callsite were checked since, without a watch.
    watch_age: Cell<u8>,
    scratch: Cell<Option<Box<Scratch>>>,
    words: Cell<Vec<u64>>,
    sites: Sites,
}

/// Buffers for field values, taken out while the program's formatters run.
#[derive(Default)]
pub(crate) struct Scratch {
    pub bytes: FieldBytes,
    pub text: String,
}

// SAFETY: `own` is touched only by the thread the lane was made for, since `Slot` hands out a lane on
// no other thread, but for `changeable`, which is atomic. The collector uses that and `published`,
// which is atomic or never changes.
unsafe impl Sync for Lane {}

// SAFETY: as for `Sync`; dropping a lane elsewhere is fine, since nothing in it is tied to a thread.
unsafe impl Send for Lane {}

impl Own {
    #[inline(always)]
    fn set_changeable(&self, changeable: u64) {
        self.changeable.store(changeable, Relaxed);
    }
}

/// What a span is created with besides its id.
pub(crate) struct Birth<'a> {
    /// `None`: whatever is current; `Some(0)`: an explicit root.
    pub parent: Option<u64>,
    pub fields: Option<&'a [u8]>,
}

impl Lane {
    pub fn new(recorder: u64, number: u32, thread: spanfire_recording::Lane, lost: Loss) -> Lane {
        Lane {
            own: Own {
                chunk: Cell::new(None),
                last_tick: Cell::new(0),
                changeable: AtomicU64::new(0),
                entered: UnsafeCell::new(Vec::with_capacity(64)),
                watched: Cell::new(0),
                sequence: Cell::new(0),
                watched_site: Cell::new(0),
                watched_stake: Cell::new(0),
                watched_end: Cell::new(0),
                watch_age: Cell::new(0),
                scratch: Cell::new(None),
                words: Cell::new(Vec::new()),
                sites: Sites::new(),
            },
            published: Published::new(recorder, number, thread, lost),
        }
    }

    /// What is known of a callsite; `None` when it has no number.
    #[inline(always)]
    pub fn site(&self, core: &Core, metadata: &'static Metadata<'static>) -> Option<&Site> {
        self.own.sites.get(core, metadata)
    }

    /// An id of the stand-alone form, never used before; `None` when all are used up.
    #[inline(always)]
    pub fn next_id(&self, core: &Core, site: &Site, trusted: bool) -> Option<u64> {
        let mut sequence = self.own.sequence.get();
        if sequence.is_multiple_of(SEQUENCE_BLOCK) {
            sequence = core.take_sequence(SEQUENCE_BLOCK)?;
        }
        sequence += 2;
        self.own.sequence.set(sequence);
        Some(u64::from(site.number()) << raw::SEQUENCE_BITS | sequence | u64::from(trusted))
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
        let mut entered = entered.as_slice();
        while let Some((innermost, around)) = entered.split_last() {
            if !around.contains(innermost) {
                return Some(*innermost);
            }
            entered = around;
        }
        None
    }

    /// A trusted span was created: contextual parent, no fields.
    #[inline(always)]
    pub fn born_trusted<const LAYER: bool>(&self, core: &Core, site: &Site, id: u64) {
        let tick = self.own.last_tick.get();
        self.write::<LAYER>(core, tick, kind::NEW_BOUND, id, site.number());
    }

    /// A checked span was created: contextual parent, no fields.
    pub fn born_checked<const LAYER: bool>(&self, core: &Core, site: &Site, id: u64) {
        let tick = core.clock.raw();
        self.write::<LAYER>(core, tick, kind::NEW, id, site.number());
        let own = &self.own;
        let place = own.sites.place(site);
        let watches_it = own.watched.get() != 0 && own.watched_site.get() == place;
        if watches_it && own.watch_age.get() < LONGEST_WATCH {
            // Recursion: the outer span's check is the one that counts.
            own.watch_age.set(own.watch_age.get() + 1);
            return;
        }
        own.watch_age.set(0);
        own.watched_stake.set(site.begin_check());
        own.watched_site.set(place);
        own.watched_end.set(self.position());
        own.watched.set(id);
    }

    /// A span was created with an explicit parent or fields.
    #[cold]
    pub fn born_with<const LAYER: bool>(
        &self,
        core: &Core,
        site: &Site,
        id: u64,
        birth: &Birth<'_>,
    ) {
        let number = u64::from(site.number());
        self.write_extended(core, |words, tick| {
            if let Some(fields) = birth.fields {
                raw::put_extended(words, tick, extended::BIRTH_FIELDS, &[id, number], fields);
            }
            if let Some(parent) = birth.parent {
                raw::put_extended(words, tick, extended::PARENT, &[id, parent], &[]);
            }
            words.extend([head(tick, kind::NEW), id]);
            words.extend(LAYER.then_some(number));
        });
    }

    /// A span was entered.
    #[inline(always)]
    pub fn enter<const LAYER: bool, const COUNTER: bool>(&self, core: &Core, id: u64) {
        let own = &self.own;
        // SAFETY: as in `at_root`; nothing foreign runs while `entered` is used.
        let entered = unsafe { &mut *own.entered.get() };
        let Some(free) = entered.spare_capacity_mut().first_mut() else {
            return self.enter_deeper::<LAYER>(core, id);
        };
        free.write(id);
        // SAFETY: the element was written above. `push` would bring a call on the way of a stack
        // that grows, which is `enter_deeper`'s business.
        unsafe { entered.set_len(entered.len() + 1) };
        let tick = core.clock.read::<COUNTER>();
        if own.changeable.load(Relaxed) == id {
            let words = if LAYER { 3 } else { 2 };
            if self.change(words, kind::NEW_BOUND, |_| head(tick, kind::NEW_ENTER)) {
                own.last_tick.set(tick);
                return;
            }
        }
        if own.watched.get() == id {
            return self.enter_watched::<LAYER>(core, tick, id);
        }
        self.write::<false>(core, tick, kind::ENTER, id, 0);
    }

    #[cold]
    #[inline(never)]
    fn enter_deeper<const LAYER: bool>(&self, core: &Core, id: u64) {
        self.grow();
        self.enter::<LAYER, false>(core, id);
    }

    #[cold]
    #[inline(never)]
    fn enter_watched<const LAYER: bool>(&self, core: &Core, tick: u64, id: u64) {
        let own = &self.own;
        let next = own.watched_end.get() == self.position();
        let prompt = next && tick.wrapping_sub(own.last_tick.get()) <= AT_ONCE_TICKS;
        // In the layer form every drop is checked, so trust is about the enter alone.
        if LAYER || !prompt {
            self.judge(prompt);
        }
        self.write::<false>(core, tick, kind::ENTER, id, 0);
    }

    /// Ends the watch of a checked span: its callsite earns trust or loses it.
    fn judge(&self, prompt: bool) {
        let own = &self.own;
        own.watched.set(0);
        let site = own.sites.at(own.watched_site.get());
        match site {
            Some(site) if prompt => site.earn(own.watched_stake.get()),
            Some(site) => site.lose_trust(),
            None => {}
        }
    }

    /// A span was left.
    #[inline(always)]
    pub fn exit<const COUNTER: bool>(&self, core: &Core, id: u64) {
        let tick = core.clock.read::<COUNTER>();
        // SAFETY: as in `at_root`; `pop` frees nothing.
        let entered = unsafe { &mut *self.own.entered.get() };
        if entered.last() != Some(&id) {
            return self.exit_out_of_order(core, tick, id);
        }
        entered.pop();
        self.write::<false>(core, tick, kind::EXIT, id, 0);
    }

    #[cold]
    #[inline(never)]
    fn exit_out_of_order(&self, core: &Core, tick: u64, id: u64) {
        // SAFETY: as in `at_root`; `remove` frees nothing.
        let entered = unsafe { &mut *self.own.entered.get() };
        if let Some(depth) = entered.iter().rposition(|&other| other == id) {
            entered.remove(depth);
        }
        self.write::<false>(core, tick, kind::EXIT, id, 0);
    }

    /// A handle of a trusted span was dropped.
    #[inline(always)]
    pub fn dropped_trusted(&self, core: &Core, id: u64) {
        if self.own.changeable.load(Relaxed) != !id || !self.merge_drop() {
            self.dropped_later(core, id);
        }
    }

    #[inline(never)]
    fn dropped_later(&self, core: &Core, id: u64) {
        if core.may_know(id) {
            let tick = core.clock.raw();
            self.write::<false>(core, tick, kind::DROP, id, 0);
        }
    }

    /// A handle of a checked span was dropped; in the layer form, any span closed.
    #[inline(always)]
    pub fn dropped_checked<const LAYER: bool, const COUNTER: bool>(&self, core: &Core, id: u64) {
        let own = &self.own;
        let tick = core.clock.read::<COUNTER>();
        let prompt = own.changeable.load(Relaxed) == !id
            && tick.wrapping_sub(own.last_tick.get()) <= AT_ONCE_TICKS
            && self.merge_drop();
        if own.watched.get() == id {
            self.judge(prompt);
        }
        if !prompt && (LAYER || core.may_know(id)) {
            self.write::<false>(core, tick, kind::DROP, id, 0);
        }
    }

    /// Makes the exit that was recorded last one that a drop follows.
    #[inline(always)]
    fn merge_drop(&self) -> bool {
        self.change(2, kind::EXIT, |exit| exit ^ kind::EXIT ^ kind::EXIT_DROP)
    }

    /// For the collector: the span whose record may change. Called with what it gave some
    /// milliseconds ago, it takes the permission away if nothing has happened since.
    pub fn grow_old(&self, before: u64) -> u64 {
        let changeable = &self.own.changeable;
        if before != 0 {
            // The owner's stores need no such care: whatever it stores later is right.
            let _ = changeable.compare_exchange(before, 0, Relaxed, Relaxed);
        }
        changeable.load(Relaxed)
    }

    /// Anything else that happens to spans, and instants: `start` and field bytes.
    #[cold]
    pub fn extended(&self, core: &Core, extended: u32, start: &[u64], fields: &[u8]) {
        self.write_extended(core, |words, tick| {
            raw::put_extended(words, tick, extended, start, fields);
        });
    }

    /// The buffers for field values; put back with [`put_back`](Self::put_back). A formatter that
    /// comes back here gets others.
    pub fn take_scratch(&self) -> Box<Scratch> {
        let mut scratch = self.own.scratch.take().unwrap_or_default();
        scratch.bytes.clear();
        scratch
    }

    pub fn put_back(&self, scratch: Box<Scratch>) {
        self.own.scratch.set(Some(scratch));
    }

    /// Doubles the room of the stack of entered spans, holding no reference to it while the
    /// allocator, which may trace, runs.
    #[cold]
    #[inline(never)]
    fn grow(&self) {
        // SAFETY: as in `at_root`, for the length alone.
        let length = unsafe { (*self.own.entered.get()).len() };
        let mut larger: Vec<u64> = Slot::closed(|| Vec::with_capacity((length * 2).max(64)));
        // SAFETY: as in `at_root`; `larger` has room, so nothing foreign runs.
        let entered = unsafe { &mut *self.own.entered.get() };
        larger.extend_from_slice(entered);
        std::mem::swap(entered, &mut larger);
        Slot::closed(|| drop(larger));
    }
}
