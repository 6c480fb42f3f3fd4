//! Hears everything and writes it down.

use quanta::Clock;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// One callback: on which thread, when, what.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The thread's name.
    pub thread: String,
    /// A reading of the oracle's clock.
    pub tick: u64,
    /// What.
    pub what: What,
}

/// `name` and value, as text.
pub type Value = (&'static str, String);

/// What was heard. Spans are numbered from 1 and never twice.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum What {
    New { span: u64, name: &'static str, parent: Given, fields: Vec<Value> },
    Enter(u64),
    Exit(u64),
    Clone(u64),
    Drop(u64),
    Record { span: u64, fields: Vec<Value> },
    Follows { span: u64, cause: u64 },
    Event { parent: Given, fields: Vec<Value> },
    Pause,
    Resume,
}

/// The parent that a span or event was given.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Given {
    Current,
    Root,
    Span(u64),
}

/// A subscriber that only listens; its clones listen together.
#[derive(Clone)]
pub struct Oracle(Arc<Ear>);

struct Ear {
    clock: Mutex<Clock>,
    spans: AtomicU64,
    heard: Mutex<Vec<Heard>>,
    /// What is entered on each thread, and what every span is.
    entered: Mutex<HashMap<String, Vec<u64>>>,
    metadata: Mutex<HashMap<u64, &'static Metadata<'static>>>,
}

impl Oracle {
    /// One that has heard nothing.
    pub fn new(clock: Clock) -> Oracle {
        Oracle(Arc::new(Ear {
            clock: Mutex::new(clock),
            spans: AtomicU64::new(0),
            heard: Mutex::default(),
            entered: Mutex::default(),
            metadata: Mutex::default(),
        }))
    }

    /// Everything so far.
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.0.heard).clone()
    }

    /// Notes that recording stops or goes on.
    pub fn switch(&self, on: bool) {
        self.note(if on { What::Resume } else { What::Pause });
    }

    fn note(&self, what: What) {
        let mut heard = lock(&self.0.heard);
        let tick = lock(&self.0.clock).raw();
        heard.push(Heard { thread: thread_name(), tick, what });
    }
}

impl Subscriber for Oracle {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.spans.fetch_add(1, Relaxed) + 1;
        lock(&self.0.metadata).insert(id, span.metadata());
        let parent = match span.parent() {
            Some(parent) => Given::Span(parent.into_u64()),
            None if span.is_root() => Given::Root,
            None => Given::Current,
        };
        let fields = values(|visit| span.record(visit));
        self.note(What::New { span: id, name: span.metadata().name(), parent, fields });
        Id::from_u64(id)
    }

    fn enter(&self, span: &Id) {
        lock(&self.0.entered).entry(thread_name()).or_default().push(span.into_u64());
        self.note(What::Enter(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        if let Some(entered) = lock(&self.0.entered).get_mut(&thread_name())
            && let Some(place) = entered.iter().rposition(|&entered| entered == span.into_u64())
        {
            entered.remove(place);
        }
        self.note(What::Exit(span.into_u64()));
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.note(What::Clone(span.into_u64()));
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        self.note(What::Drop(span.into_u64()));
        false
    }

    fn record(&self, span: &Id, record: &Record<'_>) {
        let fields = values(|visit| record.record(visit));
        self.note(What::Record { span: span.into_u64(), fields });
    }

    fn record_follows_from(&self, span: &Id, cause: &Id) {
        self.note(What::Follows { span: span.into_u64(), cause: cause.into_u64() });
    }

    fn event(&self, event: &Event<'_>) {
        let parent = match event.parent() {
            Some(parent) => Given::Span(parent.into_u64()),
            None if event.is_root() => Given::Root,
            None => Given::Current,
        };
        self.note(What::Event { parent, fields: values(|visit| event.record(visit)) });
    }

    fn current_span(&self) -> Current {
        let entered = lock(&self.0.entered).get(&thread_name()).cloned().unwrap_or_default();
        match innermost(&entered) {
            Some(id) => Current::new(Id::from_u64(id), lock(&self.0.metadata)[&id]),
            None => Current::none(),
        }
    }
}

/// The innermost of a stack that is not entered further out as well.
pub fn innermost<T: Copy + PartialEq>(entered: &[T]) -> Option<T> {
    let first = |&place: &usize| !entered[..place].contains(&entered[place]);
    (0..entered.len()).rev().find(first).map(|place| entered[place])
}

fn thread_name() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn values(record: impl FnOnce(&mut dyn Visit)) -> Vec<Value> {
    let mut written = Written::default();
    record(&mut written);
    written.0
}

/// Values as text. Numbers, booleans and texts as `Display` writes them, all else as `Debug` does.
#[derive(Default)]
struct Written(Vec<Value>);

impl Visit for Written {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push((field.name(), value.to_string()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), value.to_string()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_string()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}
