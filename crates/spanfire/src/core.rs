//! What all threads of one recorder share.

use crate::{
    Overflow,
    callsites::Callsites,
    chunk::{Chunk, Full, Pool, lane_owner},
    clock::RecordingClock,
    collector::Message,
    fields::Fields,
    fork,
    lane::Lane,
    losses::Losses,
    names::{self, Ends, Names},
    primitives::{
        Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::*},
        channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, TrySendError},
    },
};
use spanfire_recording::{Form, raw, tail};
use std::{
    sync::{Arc, PoisonError, atomic},
    time::Duration,
};
use tracing_core::{Interest, LevelFilter, Metadata};
use tracing_subscriber::filter::Targets;

/// The id of spans that are not recorded in the stand-alone form. Its callsite number is never used.
pub(crate) const IGNORED: u64 = u64::MAX;

/// How long a thread that waits for the collector sleeps before it looks whether there still is one.
const PATIENCE: Duration = Duration::from_millis(20);

/// What all threads of one recorder share. On the hot path only read, but for one atomic addition
/// each 65,536 spans of a thread.
pub(crate) struct Core {
    pub id: u64,
    /// The id, if the clock is a counter: what a slot is compared with on the hot path. 0 otherwise,
    /// which no slot holds, so that all callbacks go the longer way.
    pub hot_id: u64,
    pub form: Form,
    pub clock: RecordingClock,
    state: AtomicU8,
    pub fields: Fields,
    pub events: bool,
    filter: Option<Targets>,
    overflow: Overflow,
    pub callsites: Callsites,
    sequence: AtomicU64,
    full: Sender<Message>,
    empty: Receiver<Chunk>,
    next_lane: AtomicU32,
    /// Every lane whose thread may still use it.
    lanes: Mutex<Vec<Arc<Lane>>>,
    /// What the recorder was made part of, once that is known.
    dispatch: Mutex<Option<tracing_core::dispatcher::WeakDispatch>>,
    /// The sink refuses bytes: threads drop what there is no room for instead of waiting.
    sink_refuses: AtomicBool,
    /// Of the process that the collector runs in: see [`fork`].
    generation: u64,
    /// `None` where there is no tail file.
    names: Option<Mutex<Names>>,
    losses: Mutex<Losses>,
    /// Dropped last: all chunks lie in it.
    pool: Pool,
}

/// What a recorder is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Recording = 0,
    /// No new spans and no instants; spans that live are followed to their end.
    Paused = 1,
    Finished = 2,
}

/// An empty chunk, and how long its thread waited for it.
pub(crate) struct Empty {
    pub chunk: Chunk,
    pub stall: Option<(u64, u64)>,
}

/// What a [`Core`] is made of.
pub(crate) struct Parts {
    pub form: Form,
    pub clock: RecordingClock,
    pub fields: Fields,
    pub events: bool,
    pub filter: Option<Targets>,
    pub overflow: Overflow,
    pub pool: Pool,
    pub full: Sender<Message>,
    pub empty: Receiver<Chunk>,
}

/// Every sequence number has this bit, which no id of a registry has: those hold a span's place, counted
/// from 1, in their lower 38 bits. So another's id is never taken for one of ours.
const OWN: u64 = 1 << 37;

/// Ids of recorders, 0 for none; never used twice.
static NEXT_RECORDER: atomic::AtomicU64 = atomic::AtomicU64::new(1);

impl Core {
    pub fn new(parts: Parts) -> Core {
        let id = NEXT_RECORDER.fetch_add(1, Relaxed);
        let names = parts.pool.survives_kill().then(Mutex::default);
        Core {
            id,
            hot_id: if parts.clock.is_counter() { id } else { 0 },
            form: parts.form,
            clock: parts.clock,
            state: AtomicU8::new(State::Recording as u8),
            fields: parts.fields,
            events: parts.events,
            filter: parts.filter,
            overflow: parts.overflow,
            callsites: Callsites::default(),
            sequence: AtomicU64::new(0),
            full: parts.full,
            empty: parts.empty,
            next_lane: AtomicU32::new(0),
            lanes: Mutex::new(Vec::new()),
            dispatch: Mutex::new(None),
            sink_refuses: AtomicBool::new(false),
            generation: fork::generation(),
            names,
            losses: Mutex::default(),
            pool: parts.pool,
        }
    }

    /// Remembers what the recorder is part of.
    pub fn belongs_to(&self, dispatch: &tracing_core::Dispatch) {
        let mut known = self.dispatch.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(dispatch.downgrade());
    }

    /// Changes the state and has every callsite asked again, unless the recorder is finished.
    ///
    /// One recorder of the process at a time: `tracing` keeps one answer for all of them, and of two
    /// that ask at once the one with older answers may be the last to store them.
    pub fn switch_to(&self, state: State) {
        static ASKING: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
        if self.set_state(state) {
            self.renew_interest();
        }
    }

    /// Has every callsite asked again, with the recorder as this thread's default: where one
    /// dispatcher is alive, `tracing` asks no other than the default of the calling thread.
    fn renew_interest(&self) {
        let known = self.dispatch.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(dispatch) = known.and_then(|known| known.upgrade()) {
            tracing_core::dispatcher::with_default(
                &dispatch,
                tracing_core::callsite::rebuild_interest_cache,
            );
        }
    }

    /// Whether new spans and instants are recorded.
    #[inline(always)]
    pub fn records(&self) -> bool {
        self.state.load(Relaxed) == State::Recording as u8
    }

    /// Whether nothing is recorded any more.
    #[inline(always)]
    pub fn finished(&self) -> bool {
        self.state.load(Relaxed) == State::Finished as u8
    }

    /// Changes the state, but never back from finished. Returns whether it did.
    pub fn set_state(&self, state: State) -> bool {
        let change = |now| (now != State::Finished as u8).then_some(state as u8);
        self.state.fetch_update(AcqRel, Acquire, change).is_ok()
    }

    /// Whether the filter lets a callsite through.
    pub fn selects(&self, metadata: &Metadata<'_>) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.would_enable(metadata.target(), metadata.level()))
    }

    /// The stand-alone form's answer for a callsite at this moment.
    pub fn interest(&self, metadata: &Metadata<'_>) -> Interest {
        let wanted = metadata.is_span() || self.events;
        if wanted && self.records() && self.selects(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    /// The stand-alone form's most verbose level at this moment.
    pub fn level(&self) -> LevelFilter {
        match &self.filter {
            _ if !self.records() => LevelFilter::OFF,
            None => LevelFilter::TRACE,
            Some(filter) => {
                let most = filter.iter().map(|(_, level)| level).max();
                most.max(filter.default_level()).unwrap_or(LevelFilter::OFF)
            }
        }
    }

    /// The first of `block` sequence numbers, or `None` when all are used up.
    pub fn take_sequence(&self, block: u64) -> Option<u64> {
        let start = self.sequence.fetch_add(block, Relaxed);
        let own = (start & !(OWN - 1)) << 1 | OWN | (start & (OWN - 1));
        (start < (1 << (raw::SEQUENCE_BITS - 1)) - block).then_some(own)
    }

    /// Hands a full chunk to the collector; `false` if it has no room for it or is gone.
    pub fn send_full(&self, lane: u32, chunk: Chunk) -> bool {
        let mut message = Message::Full { lane, chunk: Full::new(chunk) };
        if self.drops() {
            return match self.full.try_send(message) {
                Ok(()) => true,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
            };
        }
        while !self.finished() && !self.drops() {
            match self.full.send_timeout(message, PATIENCE) {
                Ok(()) => return true,
                Err(SendTimeoutError::Timeout(unsent)) => message = unsent,
                Err(SendTimeoutError::Disconnected(_)) => return false,
            }
        }
        false
    }

    /// An empty chunk: one that came back, a new one, or by the overflow policy one that is waited
    /// for. `None` means that events are lost.
    pub fn empty_chunk(&self, first: bool) -> Option<Empty> {
        let at_hand = self.empty.try_recv().ok().or_else(|| self.pool.allocate(first));
        if let Some(chunk) = at_hand {
            return Some(Empty { chunk, stall: None });
        }
        let from = self.clock.raw();
        while !self.finished() && !self.drops() {
            match self.empty.recv_timeout(PATIENCE) {
                Ok(chunk) => return Some(Empty { chunk, stall: Some((from, self.clock.raw())) }),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    /// Whether a thread that finds no room goes on, and counts what it loses.
    fn drops(&self) -> bool {
        self.overflow == Overflow::Drop || self.sink_refuses.load(Relaxed)
    }

    /// Threads need not wait for a collector that cannot write, or must again.
    pub fn set_sink_refuses(&self, refuses: bool) {
        self.sink_refuses.store(refuses, Relaxed);
    }

    /// Whether this is a process forked from the recorder's, in which nobody collects.
    pub fn is_forked(&self) -> bool {
        self.generation != fork::generation()
    }

    /// Whether an id of the stand-alone form can be one that this recorder gave. Other recorders' ids
    /// come here as explicit parents and, where a registry closes a parent, as drops; readers take a
    /// recording that holds an id without a callsite for damaged.
    pub fn may_know(&self, id: u64) -> bool {
        id & OWN != 0 && id >> raw::SEQUENCE_BITS < u64::from(self.callsites.count())
    }

    /// The callsite's number; `None` when the numbers are used up.
    pub fn callsite_number(&self, metadata: &'static Metadata<'static>) -> Option<u32> {
        self.callsites.number(metadata, |number, callsite| {
            self.name(
                |most| tail::callsite_block(number, callsite, most),
                |ends| ends.callsites = number + 1,
            );
        })
    }

    /// A lane for the calling thread; `None` without memory.
    pub fn add_lane(&self) -> Option<Arc<Lane>> {
        let thread = crate::thread::describe();
        // The number is given under the lock, so that the collector meets lanes in their order.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.next_lane.load(Relaxed);
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = losses.entry(&self.pool, lane_owner(number))?;
        drop(losses);
        self.next_lane.store(number + 1, Relaxed);
        self.name(|most| tail::lane_block(number, &thread, most), |ends| ends.lanes = number + 1);
        let lane = Arc::new(Lane::new(self.id, number, thread, lost));
        lanes.push(Arc::clone(&lane));
        Some(lane)
    }

    /// Puts a name where it survives this process.
    fn name(&self, block: impl FnOnce(usize) -> Vec<u8>, ends: impl FnOnce(&mut Ends)) {
        let Some(names) = &self.names else { return };
        let block = block(names::LONGEST);
        names.lock().unwrap_or_else(PoisonError::into_inner).add(&self.pool, &block, ends);
    }

    /// The chunks whose names the recording holds, `written` to its sink for good.
    pub fn release_names(&self, written: Ends) -> Vec<Chunk> {
        let Some(names) = &self.names else { return Vec::new() };
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        names.release(written).collect()
    }

    /// Whether everything recorded outlives the process, however that ends.
    pub fn survives_kill(&self) -> bool {
        self.pool.survives_kill()
    }

    /// Has chunks ready before threads need them.
    pub fn prepare_chunks(&self) {
        self.pool.prepare();
    }

    /// Removes the tail file of a recording that is finished.
    pub fn remove_tail(&self) {
        self.pool.remove_tail();
    }

    /// The lanes with numbers from `first` on.
    pub fn lanes_since(&self, first: u32) -> Vec<Arc<Lane>> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let start = lanes.partition_point(|lane| lane.published.number < first);
        lanes.get(start..).map_or_else(Vec::new, <[_]>::to_vec)
    }

    /// Lets a lane go whose thread has ended.
    pub fn remove_lane(&self, number: u32) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(place) = lanes.binary_search_by_key(&number, |lane| lane.published.number) {
            let lane = lanes.remove(place);
            let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
            losses.give_back(lane.published.loss_entry());
        }
    }

    /// Takes back a chunk that the channel of empty ones has no room for.
    pub fn give_back(&self, chunk: Chunk) {
        self.pool.give_back(chunk);
    }

    /// How many chunks the buffer has.
    pub fn chunks(&self) -> usize {
        self.pool.budget()
    }

    /// Asks the collector for something.
    pub fn tell(&self, message: Message) -> bool {
        self.full.send(message).is_ok()
    }
}
