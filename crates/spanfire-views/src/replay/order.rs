//! Chunks of all lanes, decoded ahead and merged into one order of time.
//!
//! A chunk is needed when time reaches the lane's event before it, for that is when the lane's
//! next event is [foreseen](Sink::foreseen); of a lane's first chunk, when it begins. In that order
//! a second thread decodes them; at most [`AHEAD`] wait. A lane runs on until another lane's next
//! event is due, so that lanes which do not interleave cost one comparison an event. Memory is one
//! chunk for each lane plus those waiting.
//!
//! ```text
//! lane 0  ├── chunk 0 ──┤├── chunk 3 ──┤
//! lane 1       ├── chunk 1 ──┤    ├─ chunk 4 ─┤
//! lane 2           ├────────── chunk 2 ──────────┤
//! ```

use spanfire_recording::{Chunk, Error, Event, EventKind, Form, LaneId, Recording, Tick};
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many decoded chunks wait at most.
const AHEAD: usize = 8;

/// What happens to the events in the order of time.
pub(crate) trait Sink {
    /// The next event, and when it was in ns.
    fn event(&mut self, lane: LaneId, at_ns: u64, event: &Event, chunk: &Chunk);

    /// What a lane's next event will be: told at the moment of the one before it, or of itself if
    /// it is the first.
    fn foreseen(&mut self, lane: LaneId, event: &Event);

    /// A lane goes on with a new chunk, whose first event is at `from`.
    fn chunk_begins(&mut self, lane: LaneId, from: Tick);

    /// One more chunk is done.
    fn chunk_done(&mut self);
}

/// Gives `sink` every event of `recording`: each lane's in the lane's order, lanes merged by tick.
pub(crate) fn feed(recording: &Recording, sink: &mut impl Sink) -> Result<(), Error> {
    let order = needed_in_order(recording);
    let (sender, receiver) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        let indices = order.iter().map(|needed| needed.index);
        scope.spawn(move || decode_ahead(recording, indices, &sender));
        Merge::new(recording, &order, receiver).run(sink)
    })
}

/// A chunk and the tick at which it is needed.
#[derive(Clone, Copy)]
struct Needed {
    from: Tick,
    lane: LaneId,
    index: usize,
}

fn needed_in_order(recording: &Recording) -> Vec<Needed> {
    let mut reached = vec![None; recording.lanes().len()];
    let chunks = recording.chunks().iter().enumerate();
    let mut order: Vec<Needed> = chunks
        .map(|(index, chunk)| {
            // A lane's chunks stay in their order whatever their ticks say.
            let reached = &mut reached[chunk.lane.index()];
            let from = reached.unwrap_or(chunk.first);
            *reached = Some(chunk.last.max(from));
            Needed { from, lane: chunk.lane, index }
        })
        .collect();
    order.sort_by_key(|needed| needed.from);
    order
}

/// A decoded chunk with the time of every event in ns.
struct Decoded {
    chunk: Chunk,
    at_ns: Vec<u64>,
}

type Decoding = Result<Decoded, Error>;

fn decode_ahead(
    recording: &Recording,
    indices: impl Iterator<Item = usize>,
    sender: &SyncSender<Decoding>,
) {
    let timebase = recording.timebase();
    for index in indices {
        let decoded = recording.chunk(index).map(|chunk| {
            let at_ns = chunk.events.iter().map(|event| timebase.ns(event.tick)).collect();
            Decoded { chunk, at_ns }
        });
        let failed = decoded.is_err();
        if sender.send(decoded).is_err() || failed {
            return;
        }
    }
}

/// Where a lane stands in the merge. At equal ticks what starts a life goes first, then lanes in
/// their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    tick: Tick,
    rank: u8,
    lane: u32,
}

struct Merge<'a> {
    waiting: std::slice::Iter<'a, Needed>,
    decoded: Receiver<Decoding>,
    /// The decoded chunks of each lane: more than one only if they touch.
    queues: Vec<VecDeque<Cursor>>,
    /// The lanes that have decoded events, the one whose next is earliest on top.
    due: BinaryHeap<Reverse<Due>>,
    form: Form,
}

struct Cursor {
    decoded: Decoded,
    next: usize,
}

impl<'a> Merge<'a> {
    fn new(recording: &Recording, order: &'a [Needed], decoded: Receiver<Decoding>) -> Merge<'a> {
        Merge {
            waiting: order.iter(),
            decoded,
            queues: recording.lanes().iter().map(|_| VecDeque::new()).collect(),
            due: BinaryHeap::new(),
            form: recording.header().form,
        }
    }

    fn run(mut self, sink: &mut impl Sink) -> Result<(), Error> {
        loop {
            self.take_in(sink)?;
            let Some(Reverse(due)) = self.due.peek().copied() else { return Ok(()) };
            let until = self.until();
            let lane = due.lane as usize;
            let finished = match self.queues[lane].front_mut() {
                Some(cursor) => cursor.run(LaneId(due.lane), until, self.form, sink),
                None => true,
            };
            if finished {
                self.queues[lane].pop_front();
                if let Some(next) = self.queues[lane].front() {
                    next.foresee(LaneId(due.lane), sink);
                }
                sink.chunk_done();
            }
            let next = self.queues[lane].front().and_then(|cursor| cursor.due(due.lane, self.form));
            let Some(mut top) = self.due.peek_mut() else { continue };
            match next {
                Some(next) => *top = Reverse(next),
                None => drop(PeekMut::pop(top)),
            }
        }
    }

    /// Receives every chunk that is needed no later than the earliest next event.
    fn take_in(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        while let Some(needed) = self.waiting.as_slice().first() {
            if self.due.peek().is_some_and(|Reverse(due)| due.tick < needed.from) {
                return Ok(());
            }
            self.waiting.next();
            let Ok(decoded) = self.decoded.recv() else { return Ok(()) };
            let cursor = Cursor { decoded: decoded?, next: 0 };
            let lane = needed.lane.0;
            let queue = &mut self.queues[lane as usize];
            if queue.is_empty() {
                self.due.extend(cursor.due(lane, self.form).map(Reverse));
                cursor.foresee(LaneId(lane), sink);
            }
            queue.push_back(cursor);
        }
        Ok(())
    }

    /// Up to where the earliest lane may run: the runner-up's next event, or the next chunk.
    fn until(&self) -> Due {
        let runners_up = self.due.as_slice().iter().skip(1).take(2).map(|Reverse(due)| *due);
        let next_chunk = self.waiting.as_slice().first();
        let next_chunk = next_chunk.map(|needed| Due { tick: needed.from, rank: 0, lane: 0 });
        let never = Due { tick: Tick(u64::MAX), rank: u8::MAX, lane: u32::MAX };
        runners_up.chain(next_chunk).min().unwrap_or(never)
    }
}

impl Cursor {
    fn due(&self, lane: u32, form: Form) -> Option<Due> {
        let event = self.decoded.chunk.events.get(self.next)?;
        Some(Due { tick: event.tick, rank: rank(&event.kind, form), lane })
    }

    /// Tells which event is next.
    fn foresee(&self, lane: LaneId, sink: &mut impl Sink) {
        if let Some(event) = self.decoded.chunk.events.get(self.next) {
            sink.foreseen(lane, event);
        }
    }

    /// Hands out the next event and those after it that are due before `until`; true when none is
    /// left.
    fn run(&mut self, lane: LaneId, until: Due, form: Form, sink: &mut impl Sink) -> bool {
        let Decoded { chunk, at_ns } = &self.decoded;
        let due = |event: &Event| {
            event.tick < until.tick
                || (event.tick == until.tick
                    && (rank(&event.kind, form), lane.0) < (until.rank, until.lane))
        };
        // Slices first: to skip along two iterators would be to walk them.
        let mut events = chunk.events[self.next..].iter().zip(&at_ns[self.next..]);
        let Some((first, &at)) = events.next() else { return true };
        if self.next == 0 {
            sink.chunk_begins(lane, first.tick);
        }
        sink.event(lane, at, first, chunk);
        self.next += 1;
        for (event, &at) in events {
            sink.foreseen(lane, event);
            if !due(event) {
                return false;
            }
            sink.event(lane, at, event, chunk);
            self.next += 1;
        }
        true
    }
}

/// Which of several events at one tick, on different lanes, goes first. Reused ids end before they
/// begin again; ids used once begin before anything else.
fn rank(kind: &EventKind, form: Form) -> u8 {
    match (kind, form) {
        (EventKind::Drop { .. }, Form::Layer) => 0,
        (EventKind::New { .. } | EventKind::NewEnter { .. }, _) => 1,
        (EventKind::Drop { .. }, Form::Subscriber) => 3,
        _ => 2,
    }
}
