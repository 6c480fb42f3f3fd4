//! Counts what happens, beside the recorder and independently of it.

use spanfire_recording::{EventKind, Loss, Recording};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tracing::{Event, Subscriber, span};
use tracing_subscriber::layer::{Context, Layer};

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Spans created.
    pub spans: u64,
    /// Segments begun.
    pub enters: u64,
    /// Segments ended.
    pub exits: u64,
    /// Events of `tracing`.
    pub instants: u64,
}

/// A layer that counts what passes it; its clones count together.
#[derive(Clone, Default)]
pub struct Counting(Arc<Counters>);

#[derive(Default)]
struct Counters {
    spans: AtomicU64,
    enters: AtomicU64,
    exits: AtomicU64,
    instants: AtomicU64,
}

impl Counting {
    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        Counts {
            spans: self.0.spans.load(Relaxed),
            enters: self.0.enters.load(Relaxed),
            exits: self.0.exits.load(Relaxed),
            instants: self.0.instants.load(Relaxed),
        }
    }
}

impl<S: Subscriber> Layer<S> for Counting {
    fn on_new_span(&self, _: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        self.0.spans.fetch_add(1, Relaxed);
    }

    fn on_enter(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.enters.fetch_add(1, Relaxed);
    }

    fn on_exit(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.exits.fetch_add(1, Relaxed);
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.instants.fetch_add(1, Relaxed);
    }
}

/// What a recording holds, counted event by event.
pub fn counts_of(recording: &Recording) -> Counts {
    let mut counts = Counts::default();
    for index in 0..recording.chunks().len() {
        for event in recording.chunk(index).expect("a chunk that can be read").events {
            match event.kind {
                EventKind::New { .. } => counts.spans += 1,
                EventKind::NewEnter { .. } => {
                    counts.spans += 1;
                    counts.enters += 1;
                }
                EventKind::Enter { .. } => counts.enters += 1,
                EventKind::Exit { .. } | EventKind::ExitDrop { .. } => counts.exits += 1,
                EventKind::Instant { .. } => counts.instants += 1,
                _ => {}
            }
        }
    }
    counts
}

/// Every loss and every stall, those between a lane's events and those outside.
pub fn losses_of(recording: &Recording) -> Vec<Loss> {
    let mut losses = recording.losses().to_vec();
    for index in 0..recording.chunks().len() {
        let chunk = recording.chunk(index).expect("a chunk that can be read");
        for event in &chunk.events {
            if let EventKind::Lost { loss } = event.kind {
                losses.push(*chunk.loss(loss).expect("a loss in its chunk"));
            }
        }
    }
    losses
}

/// Callbacks that the recording has, and callbacks that it says are missing. Fields given at birth
/// count as callbacks of their own.
pub fn recorded_and_lost(recording: &Recording) -> (u64, u64) {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).expect("a chunk"));
    let events = chunks.flat_map(|chunk| chunk.events);
    let callbacks = |kind: EventKind| match kind {
        EventKind::NewEnter { .. } | EventKind::ExitDrop { .. } => 2,
        EventKind::Lost { .. } => 0,
        _ => 1,
    };
    let recorded = events.map(|event| callbacks(event.kind)).sum();
    let lost = losses_of(recording).iter().map(|loss| loss.events).sum();
    (recorded, lost)
}
