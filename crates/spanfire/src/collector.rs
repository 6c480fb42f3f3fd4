//! The collector: takes what lanes have published and writes the recording.
//!
//! It wakes for full chunks, and at least every 50 ms looks at every lane's open chunk, so that what
//! any thread recorded, also one that sleeps for ever, is in the file within 100 ms. The order of a
//! lane's events is kept by the chunks' sequence numbers: an open chunk is read only when all chunks
//! the lane sent before it have been.
//!
//! While there were events within the last second it also wakes every 5 ms, to see that no lane's
//! last record changes later than that: see [`Lane::grow_old`].

use crate::{
    callsites,
    chunk::{Chunk, Full},
    core::Core,
    lane::Lane,
    sink::Sink,
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use spanfire_recording::{
    Anchor, Error, Form, LaneId, Loss, LossCause, Tick, Writer,
    raw::{self, head, kind},
};
use std::{
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
    lanes: Vec<Taken>,
    callsites: usize,
    /// Whether there were events since the last look.
    events_seen: bool,
    last_events: Instant,
    /// `None` after the sink refused something.
    writer: Option<Writer<Sink>>,
    failure: Option<Error>,
    words: Vec<u64>,
}

/// How far the collector is in one lane.
struct Taken {
    /// `None` when the thread has ended and everything is written.
    lane: Option<Arc<Lane>>,
    chunks: u64,
    /// Words taken from the chunk after those.
    position: usize,
    /// The last record taken from it, while it may still change.
    changeable: Option<Changeable>,
    /// What [`Lane::grow_old`] gave last.
    aged: u64,
}

/// What waited in the channel.
struct Waiting {
    any: bool,
    finish: bool,
}

#[derive(Clone, Copy)]
struct Changeable {
    position: usize,
    head: u64,
    span: u64,
}

impl Collector {
    pub fn new(
        core: Arc<Core>,
        full: Receiver<Message>,
        empty: Sender<Chunk>,
        writer: Writer<Sink>,
    ) -> Self {
        Collector {
            core,
            full,
            empty,
            lanes: Vec::new(),
            callsites: 0,
            events_seen: false,
            last_events: Instant::now(),
            writer: Some(writer),
            failure: None,
            words: Vec::new(),
        }
    }

    /// Collects until told to finish; gives the finished recording's sink back.
    pub fn run(mut self) -> Result<Sink, Error> {
        let mut next_look = Instant::now() + LOOK;
        let mut next_age = Instant::now() + AGE;
        let rest = REST.min(REST_PER_CHUNK * self.core.chunks() as u32);
        let mut next_anchor = Instant::now() + ANCHOR;
        loop {
            let quiet = self.last_events.elapsed() > QUIET;
            let next = if quiet { next_look } else { next_look.min(next_age) };
            match self.full.recv_deadline(next) {
                Ok(Message::Full { lane, chunk }) => {
                    self.take_full(lane, &chunk);
                    self.give_back(chunk.into_chunk());
                    if self.take_waiting().finish {
                        break;
                    }
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

    fn finish(mut self) -> Result<Sink, Error> {
        // A thread in the middle of a callback may still send a chunk that it had filled before.
        while self.take_waiting().any {
            self.look();
        }
        self.look();
        self.anchor();
        match (self.writer.take(), self.failure) {
            (Some(writer), None) => writer.finish(),
            (_, Some(failure)) => Err(failure),
            (None, None) => Err(std::io::Error::other("the recording was not written").into()),
        }
    }

    /// Takes the full chunks that wait now, not those that come meanwhile: threads that record
    /// faster than they are collected must not keep the collector from all others.
    fn take_waiting(&mut self) -> Waiting {
        let mut waiting = Waiting { any: false, finish: false };
        for _ in 0..self.full.len() {
            let Ok(message) = self.full.try_recv() else { break };
            match message {
                Message::Full { lane, chunk } => {
                    self.take_full(lane, &chunk);
                    self.give_back(chunk.into_chunk());
                    waiting.any = true;
                }
                Message::Finish => waiting.finish = true,
            }
        }
        waiting
    }

    /// Lets the last record of every lane grow old.
    fn age(&mut self) {
        self.meet_lanes();
        for taken in &mut self.lanes {
            if let Some(lane) = &taken.lane {
                taken.aged = lane.grow_old(taken.aged);
            }
        }
    }

    /// Takes what every lane has published up to now.
    fn look(&mut self) {
        self.meet_lanes();
        for number in 0..self.lanes.len() {
            let Some(lane) = self.lanes[number].lane.clone() else { continue };
            // Before the chunk: what an ended thread published is all there is.
            let ended = lane.published.has_ended();
            let open =
                lane.published.open().filter(|chunk| chunk.sequence() == self.lanes[number].chunks);
            if let Some(chunk) = open {
                self.take_open(number, chunk);
            }
            self.tell_losses(number, &lane);
            if ended && lane.published.sent() == self.lanes[number].chunks {
                self.lanes[number].lane = None;
                self.core.remove_lane(lane.published.number);
                if let Some(chunk) = open {
                    self.give_back(chunk);
                }
            }
        }
        self.write(|writer| writer.flush());
    }

    /// Writes what was not taken of a chunk when it was open.
    fn take_full(&mut self, lane: u32, full: &Full) {
        self.meet_lanes();
        let number = lane as usize;
        let Some(taken) = self.lanes.get_mut(number) else { return };
        let correction = taken.changed(full.chunk());
        let position = std::mem::take(&mut taken.position);
        taken.chunks += 1;
        taken.changeable = None;
        if let Some(correction) = correction {
            self.write_events(number, &correction);
        }
        self.write_events(number, full.words().get(position..).unwrap_or_default());
    }

    fn give_back(&self, chunk: Chunk) {
        // The channel has room for every chunk there is; one too many would only be forgotten.
        let _ = self.empty.try_send(chunk);
    }

    /// Writes the words of an open chunk that were not taken before.
    fn take_open(&mut self, number: usize, chunk: Chunk) {
        let length = chunk.published();
        let taken = &mut self.lanes[number];
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        words.extend(taken.changed(chunk).into_iter().flatten());
        chunk.copy_to(&mut words, taken.position..length);
        if length > taken.position {
            taken.position = length;
            taken.changeable = last_record(self.core.form, &words, length);
        }
        self.write_events(number, &words);
        self.words = words;
    }

    fn write_events(&mut self, number: usize, words: &[u64]) {
        if !words.is_empty() {
            self.events_seen = true;
            self.meet_callsites();
            self.write(|writer| writer.events(LaneId(number as u32), words).map(drop));
        }
    }

    /// Lanes are written in the order of their numbers, before any of their events.
    fn meet_lanes(&mut self) {
        for lane in self.core.lanes_since(self.lanes.len() as u32) {
            self.write(|writer| writer.lane(&lane.published.thread).map(drop));
            self.lanes.push(Taken::new(lane));
        }
    }

    /// Callsites get their number before an event names them, so those known now are enough.
    fn meet_callsites(&mut self) {
        for metadata in self.core.callsites.since(self.callsites) {
            self.callsites += 1;
            self.write(|writer| writer.callsite(&callsites::describe(metadata)).map(drop));
        }
    }

    /// Losses that no later event of the lane could tell of.
    fn tell_losses(&mut self, number: usize, lane: &Lane) {
        if !(self.core.finished() || lane.published.has_ended()) {
            return;
        }
        if let Some([events, first, last]) = lane.published.take_lost() {
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

    fn anchor(&mut self) {
        let anchor: Anchor = self.core.clock.anchor();
        self.write(|writer| writer.anchor(&anchor));
    }

    /// Writes, unless the sink has failed before. After a failure collecting goes on, so that no
    /// thread waits; the error is told at the end.
    fn write(&mut self, write: impl FnOnce(&mut Writer<Sink>) -> Result<(), Error>) {
        let Some(writer) = &mut self.writer else { return };
        if let Err(error) = write(writer) {
            self.failure = Some(error);
            self.writer = None;
        }
    }
}

impl Taken {
    fn new(lane: Arc<Lane>) -> Self {
        Taken { lane: Some(lane), chunks: 0, position: 0, changeable: None, aged: 0 }
    }

    /// What is to be added since the last record taken was changed.
    fn changed(&mut self, chunk: Chunk) -> Option<[u64; 2]> {
        let before = self.changeable?;
        let now = chunk.word(before.position);
        if now == before.head {
            return None;
        }
        self.changeable = None;
        let added = match now & raw::KIND_MASK {
            kind::NEW_ENTER => kind::ENTER,
            _ => kind::DROP,
        };
        Some([head(now >> raw::KIND_BITS, added), before.span])
    }
}

/// The last of whole records, if it may change; `end` is the chunk's position after it.
fn last_record(form: Form, words: &[u64], end: usize) -> Option<Changeable> {
    let mut start = 0;
    let mut last = None;
    while let [head, second, ..] = words[start.min(words.len())..] {
        last = Some((start, head, second));
        start += match head & raw::KIND_MASK {
            kind::EXTENDED => raw::extended_words(second),
            kind => raw::words(form, kind),
        };
    }
    let (start, head, span) = last?;
    let may_change = matches!(head & raw::KIND_MASK, kind::NEW_BOUND | kind::EXIT);
    let position = end.checked_sub(words.len() - start)?;
    may_change.then_some(Changeable { position, head, span })
}
