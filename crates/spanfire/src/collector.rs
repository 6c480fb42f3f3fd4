//! The collector: takes what lanes have published and writes the recording.
//!
//! It wakes for every full chunk, and at least every 50 ms looks at every lane's open chunk, so that
//! what any thread recorded, also one that sleeps for ever, is in the file within 100 ms. The order
//! of a lane's events is kept by the chunks' sequence numbers: an open chunk is read only when all
//! chunks the lane sent before it have been.

use crate::{callsites, chunk::Chunk, core::Core, lane::Lane, sink::Sink};
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

/// How often an anchor is taken.
const ANCHOR: Duration = Duration::from_secs(1);

/// What the collector is told.
pub(crate) enum Message {
    /// A lane filled a chunk.
    Full { lane: u32, chunk: Chunk },
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
            writer: Some(writer),
            failure: None,
            words: Vec::new(),
        }
    }

    /// Collects until told to finish; gives the finished recording's sink back.
    pub fn run(mut self) -> Result<Sink, Error> {
        let mut next_look = Instant::now() + LOOK;
        let mut next_anchor = Instant::now() + ANCHOR;
        loop {
            let patience = next_look.saturating_duration_since(Instant::now());
            match self.full.recv_timeout(patience) {
                Ok(Message::Full { lane, chunk }) => self.take_full(lane, chunk),
                Ok(Message::Finish) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if now >= next_look {
                self.look();
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
        while let Ok(message) = self.full.try_recv() {
            if let Message::Full { lane, chunk } = message {
                self.take_full(lane, chunk);
            }
        }
        self.look();
        self.anchor();
        match (self.writer.take(), self.failure) {
            (Some(writer), None) => writer.finish(),
            (_, Some(failure)) => Err(failure),
            (None, None) => Err(std::io::Error::other("the recording was not written").into()),
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
                self.take(number, chunk);
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

    fn take_full(&mut self, lane: u32, chunk: Chunk) {
        self.meet_lanes();
        let number = lane as usize;
        if number < self.lanes.len() {
            self.take(number, chunk);
            let taken = &mut self.lanes[number];
            taken.chunks += 1;
            taken.position = 0;
            taken.changeable = None;
        }
        self.give_back(chunk);
    }

    fn give_back(&self, chunk: Chunk) {
        // The channel has room for every chunk there is; one too many would only be forgotten.
        let _ = self.empty.try_send(chunk);
    }

    /// Writes the words of `chunk` that were not taken before.
    fn take(&mut self, number: usize, chunk: Chunk) {
        let length = chunk.published();
        let taken = &mut self.lanes[number];
        self.words.clear();
        if let Some(correction) = taken.changed(chunk) {
            self.words.extend(correction);
        }
        self.words.extend((taken.position..length).map(|position| chunk.word(position)));
        if length > taken.position {
            taken.position = length;
            taken.changeable = last_record(self.core.form, &self.words, length);
        }
        if self.words.is_empty() {
            return;
        }
        self.meet_callsites();
        let words = std::mem::take(&mut self.words);
        self.write(|writer| writer.events(LaneId(number as u32), &words).map(drop));
        self.words = words;
    }

    /// Lanes are written in the order of their numbers, before any of their events.
    fn meet_lanes(&mut self) {
        for lane in self.core.lanes_since(self.lanes.len() as u32) {
            self.write(|writer| writer.lane(&lane.published.thread).map(drop));
            self.lanes.push(Taken { lane: Some(lane), chunks: 0, position: 0, changeable: None });
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
