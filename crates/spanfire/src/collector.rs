//! The collector: takes what lanes have published and writes the recording.
//!
//! It wakes for full chunks, and at least every 50 ms looks at every lane's open chunk, so that what
//! any thread recorded, also one that sleeps for ever, is in the file within 100 ms. The order of a
//! lane's events is kept by the chunks' sequence numbers: an open chunk is read only when all chunks
//! the lane sent before it have been.
//!
//! A chunk is used again only when what was taken of it is in the file, not on the way there; until
//! then the chunk itself says what of it is not, so that a process may be killed at any moment. A
//! file that refuses bytes is tried again at each look. Until it takes them, nothing more is taken
//! from the lanes, which count what they have no room for.
//!
//! While there were events within the last second it also wakes every 5 ms, to see that no lane's
//! last record changes later than that: see [`Lane::grow_old`].

use crate::{
    Error,
    chunk::{Chunk, Full, lane_owner},
    core::Core,
    lane::{Lane, Untold},
    names::Ends,
    native::Native,
    primitives::channel::{Receiver, RecvTimeoutError, Sender},
    sink::Sink,
};
use spanfire_recording::{Anchor, LaneId, Loss, LossCause, Tick, Writer, raw, tail::Taken};
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the open chunks are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How often the last records are aged.
const AGE: Duration = Duration::from_millis(5);

/// After how long without events they are aged only at each look.
const QUIET: Duration = Duration::from_secs(1);

/// How long the collector sleeps after it took full chunks, and no longer than it takes the fastest
/// thread to fill a part of a small buffer.
const REST: Duration = Duration::from_millis(1);
const REST_PER_CHUNK: Duration = Duration::from_micros(10);

/// How often an anchor is taken.
const ANCHOR: Duration = Duration::from_secs(1);

/// What the collector is told.
pub(crate) enum Message {
    /// A lane filled a chunk.
    Full { lane: u32, chunk: Full },
    /// The recording ends.
    Finish,
}

/// Writes one recording. Owned by the collector's thread.
pub(crate) struct Collector {
    core: Arc<Core>,
    full: Receiver<Message>,
    empty: Sender<Chunk>,
    lanes: Vec<LaneState>,
    callsites: u32,
    /// Whether there were events since the last look.
    events_seen: bool,
    last_events: Instant,
    writer: Writer<Sink>,
    /// What the writer refused first, which no retry mends.
    failure: Option<spanfire_recording::Error>,
    /// Records handed to the writer since everything was in the sink.
    on_the_way: u64,
    /// Chunks to be given back when the sink has so many bytes.
    returning: VecDeque<(u64, Chunk)>,
    /// Full chunks that came while the sink refused bytes.
    held: VecDeque<(u32, Full)>,
    words: Vec<u64>,
    native: Native,
}

/// How far the collector is in one lane.
struct LaneState {
    /// `None` when the thread has ended and everything is written.
    lane: Option<Arc<Lane>>,
    chunks: u64,
    /// What was taken from the chunk after those.
    taken: Taken,
    /// What [`Lane::grow_old`] gave last.
    aged: u64,
    /// Events lost that no record taken tells.
    untold: Untold,
}

/// What waited in the channel.
pub(crate) struct Waiting {
    any: bool,
    finish: bool,
}

impl Collector {
    pub fn new(
        core: Arc<Core>,
        full: Receiver<Message>,
        empty: Sender<Chunk>,
        writer: Writer<Sink>,
        native: Native,
    ) -> Self {
        Collector {
            core,
            full,
            empty,
            lanes: Vec::new(),
            callsites: 0,
            events_seen: false,
            last_events: Instant::now(),
            writer,
            failure: None,
            on_the_way: 0,
            returning: VecDeque::new(),
            held: VecDeque::new(),
            words: Vec::new(),
            native,
        }
    }

    /// Collects until told to finish; gives the finished recording's sink back.
    pub fn run(mut self) -> Result<Sink, Error> {
        self.sample(Native::start);
        let mut next_look = Instant::now() + LOOK;
        let mut next_age = Instant::now() + AGE;
        let rest = REST.min(REST_PER_CHUNK * self.core.chunks() as u32);
        let mut next_anchor = Instant::now() + ANCHOR;
        loop {
            let quiet = self.last_events.elapsed() > QUIET;
            let next = if quiet { next_look } else { next_look.min(next_age) };
            match self.full.recv_deadline(next) {
                Ok(Message::Full { lane, chunk }) => {
                    self.take_full(lane, chunk);
                    if self.take_waiting().finish {
                        break;
                    }
                    self.flush();
                    // More will come: threads that find the collector asleep instead of waiting
                    // need not wake it.
                    std::thread::sleep(rest);
                }
                Ok(Message::Finish) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if now >= next_age {
                self.age();
                next_age = now + AGE;
            }
            if now >= next_look {
                self.look();
                self.sample(Native::look);
                if std::mem::take(&mut self.events_seen) {
                    self.last_events = now;
                }
                next_look = Instant::now() + LOOK;
            }
            if now >= next_anchor {
                self.anchor();
                next_anchor = now + ANCHOR;
            }
        }
        self.finish()
    }

    pub fn finish(mut self) -> Result<Sink, Error> {
        self.sample(Native::stop);
        // What threads have sent up to a look waits after it; the rest was open at the look. So
        // nothing recorded before this is missed, though threads go on meanwhile.
        loop {
            self.look();
            if !self.take_waiting().any {
                break;
            }
        }
        for number in 0..self.lanes.len() {
            self.tell_losses(number);
        }
        self.anchor();
        self.flush();
        if let Some(failure) = self.failure {
            return Err(failure.into());
        }
        let lost = if self.refused() { self.unwritten() } else { 0 };
        let mut sink = match lost {
            0 if !self.refused() => self.writer.finish()?,
            _ => self.writer.into_sink(),
        };
        match sink.take_refusal() {
            None => Ok(sink),
            Some((path, refusal)) => {
                Err(Error::unwritten(path, refusal, lost, self.core.survives_kill()))
            }
        }
    }

    /// How many events are lost if nothing more can be written.
    fn unwritten(&self) -> u64 {
        let told_nowhere: u64 = self.lanes.iter().map(|state| state.lost()).sum();
        if self.core.survives_kill() {
            return told_nowhere;
        }
        let form = self.core.form;
        // Of a lane's oldest chunk, what was taken when it was open.
        let mut taken: Vec<usize> = self.lanes.iter().map(|state| state.taken.position).collect();
        let mut from = |lane: usize| taken.get_mut(lane).map_or(0, std::mem::take);
        let mut left = 0;
        for (lane, full) in &self.held {
            let words = full.words().get(from(*lane as usize)..);
            left += raw::records(form, words.unwrap_or_default());
        }
        for (number, state) in self.lanes.iter().enumerate() {
            let lane = state.lane.as_ref();
            let Some(chunk) = lane.and_then(|lane| lane.published.open()) else { continue };
            let mut words = Vec::new();
            chunk.copy_to(&mut words, from(number)..chunk.published());
            left += raw::records(form, &words);
        }
        told_nowhere + self.on_the_way + left
    }

    /// Takes the full chunks that wait now, not those that come meanwhile: threads that record
    /// faster than they are collected must not keep the collector from all others.
    pub fn take_waiting(&mut self) -> Waiting {
        let mut waiting = Waiting { any: false, finish: false };
        for _ in 0..self.full.len() {
            let Ok(message) = self.full.try_recv() else { break };
            match message {
                Message::Full { lane, chunk } => {
                    self.take_full(lane, chunk);
                    waiting.any = true;
                }
                Message::Finish => waiting.finish = true,
            }
        }
        waiting
    }

    /// Lets the last record of every lane grow old.
    pub fn age(&mut self) {
        self.meet_lanes();
        for taken in &mut self.lanes {
            if let Some(lane) = &taken.lane {
                taken.aged = lane.grow_old(taken.aged);
            }
        }
    }

    /// Takes what every lane has published up to now.
    pub fn look(&mut self) {
        self.meet_lanes();
        for number in 0..self.lanes.len() {
            if self.refused() {
                break;
            }
            let Some(lane) = self.lanes[number].lane.clone() else { continue };
            // Before the chunk: what an ended thread published is all there is.
            let ended = lane.published.has_ended();
            // Before the chunk, too: if its record was opened since, that is in the chunk.
            let untold = lane.published.untold();
            let open = self.lanes[number].open();
            if let Some(chunk) = open {
                self.take_open(number, chunk);
            }
            self.lanes[number].see_losses(untold);
            if ended {
                self.tell_losses(number);
                lane.published.told();
            }
            if ended && lane.published.sent() == self.lanes[number].chunks {
                self.lanes[number].lane = None;
                self.core.remove_lane(lane.published.number);
                self.returning.extend(open.map(|chunk| (self.writer.bytes_written(), chunk)));
            }
        }
        self.flush();
    }

    /// Writes what was not taken of a chunk when it was open, and lets it go.
    fn take_full(&mut self, lane: u32, full: Full) {
        self.meet_lanes();
        if self.refused() {
            self.held.push_back((lane, full));
            return;
        }
        let number = lane as usize;
        let Some(state) = self.lanes.get_mut(number) else { return };
        let chunk = full.chunk();
        let mut taken = std::mem::take(&mut state.taken);
        state.chunks += 1;
        let rest = full.words().get(taken.position..).unwrap_or_default();
        // All in one block: of two, one might reach the file and not be known to have.
        match taken.changed(|place| chunk.word(place)) {
            None => self.write_events(number, rest),
            Some(correction) => self.write_events(number, &[&correction, rest].concat()),
        }
        let at_byte = self.writer.bytes_written();
        chunk.set_taken(Taken::up_to(full.words().len()), at_byte);
        self.returning.push_back((at_byte, full.into_chunk()));
        self.writer.get_mut().relieve();
        self.give_back();
    }

    /// Gives back the chunks of which everything is in the sink.
    fn give_back(&mut self) {
        let written = self.writer.get_ref().written();
        while let Some(&(at_byte, chunk)) = self.returning.front()
            && at_byte <= written
        {
            self.returning.pop_front();
            // Threads that wait are at the channel: it has room, then.
            if let Err(unsent) = self.empty.try_send(chunk) {
                self.core.give_back(unsent.into_inner());
            }
        }
    }

    /// Writes the words of an open chunk that were not taken before.
    fn take_open(&mut self, number: usize, chunk: Chunk) {
        let length = chunk.published();
        let before = self.lanes[number].taken;
        let mut taken = before;
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        words.extend(taken.changed(|place| chunk.word(place)).into_iter().flatten());
        chunk.copy_to(&mut words, taken.position..length);
        if length > taken.position {
            taken = Taken::after(self.core.form, &words, length);
        }
        if taken != before {
            self.write_events(number, &words);
            self.lanes[number].taken = taken;
            chunk.set_taken(taken, self.writer.bytes_written());
            self.writer.get_mut().relieve();
        }
        self.words = words;
    }

    fn write_events(&mut self, number: usize, words: &[u64]) {
        if words.is_empty() {
            return;
        }
        self.events_seen = true;
        self.meet_callsites();
        let records = self.write(|writer| writer.events(LaneId(number as u32), words));
        self.on_the_way += records.unwrap_or(0);
    }

    /// Has the sink take what waits. If it does, goes on with what was held.
    fn flush(&mut self) {
        self.write(Writer::flush);
        let refused = self.refused();
        self.core.set_sink_refuses(refused);
        self.give_back();
        if refused {
            return;
        }
        self.on_the_way = 0;
        self.core.prepare_chunks();
        let written = Ends { callsites: self.callsites, lanes: self.lanes.len() as u32 };
        for chunk in self.core.release_names(written) {
            self.returning.push_back((0, chunk));
        }
        for (lane, full) in std::mem::take(&mut self.held) {
            self.take_full(lane, full);
        }
    }

    /// Whether the sink refused bytes and has not taken them since.
    fn refused(&self) -> bool {
        self.writer.get_ref().refusal().is_some()
    }

    /// Lanes are written in the order of their numbers, before any of their events.
    fn meet_lanes(&mut self) {
        for lane in self.core.lanes_since(self.lanes.len() as u32) {
            self.write(|writer| writer.lane(&lane.published.thread).map(drop));
            self.lanes.push(LaneState::new(lane));
        }
    }

    /// Callsites get their number before an event names them, so those known now are enough.
    fn meet_callsites(&mut self) {
        for callsite in self.core.callsites.take_described() {
            self.callsites += 1;
            self.write(|writer| writer.callsite(&callsite).map(drop));
        }
    }

    /// Tells losses that no record of the lane tells: its owner has ended, or the recording ends.
    fn tell_losses(&mut self, number: usize) {
        let Untold { events, ticks: [first, last], .. } =
            std::mem::take(&mut self.lanes[number].untold);
        if events > 0 {
            self.write(|writer| {
                writer.loss(&Loss {
                    lane: LaneId(number as u32),
                    first: Tick(first),
                    last: Tick(last),
                    events,
                    cause: LossCause::Overflow,
                })
            });
        }
    }

    /// Has the sampler write, unless the writer has failed before.
    fn sample(
        &mut self,
        step: impl FnOnce(&mut Native, &mut Writer<Sink>) -> Result<(), spanfire_recording::Error>,
    ) {
        if self.failure.is_none() {
            self.failure = step(&mut self.native, &mut self.writer).err();
        }
    }

    fn anchor(&mut self) {
        let anchor: Anchor = self.core.clock.anchor();
        self.write(|writer| writer.anchor(&anchor));
    }

    /// Writes, unless the writer has failed before: then it holds half a block. Collecting goes on,
    /// so that no thread waits, and the error is told at the end.
    fn write<R>(
        &mut self,
        write: impl FnOnce(&mut Writer<Sink>) -> Result<R, spanfire_recording::Error>,
    ) -> Option<R> {
        if self.failure.is_some() {
            return None;
        }
        write(&mut self.writer).map_err(|error| self.failure = Some(error)).ok()
    }
}

impl LaneState {
    fn new(lane: Arc<Lane>) -> Self {
        LaneState {
            lane: Some(lane),
            chunks: 0,
            taken: Taken::default(),
            aged: 0,
            untold: Untold::default(),
        }
    }

    /// The lane's open chunk, if all that the lane filled before it were taken. Nobody but the
    /// collector can make it another's.
    fn open(&self) -> Option<Chunk> {
        let published = &self.lane.as_ref()?.published;
        let owner = lane_owner(published.number);
        published.open().filter(|chunk| chunk.is_the(self.chunks, owner))
    }

    /// Of losses that were `untold` before the open chunk was taken, remembers those that no record
    /// taken tells. A record of losses is its chunk's first.
    fn see_losses(&mut self, untold: Untold) {
        let chunks = self.chunks + u64::from(self.taken.position > 0);
        self.untold = if untold.is_before(chunks) { Untold::default() } else { untold };
    }

    /// Events lost that nothing tells.
    fn lost(&self) -> u64 {
        let lost = self.lane.as_ref().and_then(|lane| lane.published.lost());
        lost.map_or(0, |[events, ..]| events)
    }
}
