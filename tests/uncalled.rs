//! What a recorder costs that does not record: no call at all.
//!
//! What is left is the look at the callsite that is there without a subscriber too. Only where one
//! dispatcher is alive does `tracing` know that nobody wants a callsite without asking, so this file
//! holds one test and its process to itself.

use spanfire::Recorder;
use spanfire_tests::counts_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber, info_span, subscriber};

/// Counts every call but those that ask whether a callsite is wanted, and passes it on.
struct Counted<S>(S, Arc<AtomicU64>);

impl<S: Subscriber> Subscriber for Counted<S> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> subscriber::Interest {
        self.0.register_callsite(metadata)
    }
    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.0.max_level_hint()
    }
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.0.on_register_dispatch(dispatch);
    }
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.1.fetch_add(1, Relaxed);
        self.0.enabled(metadata)
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.1.fetch_add(1, Relaxed);
        self.0.new_span(span)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span, values);
    }
    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.record_follows_from(span, follows);
    }
    fn event(&self, event: &Event<'_>) {
        self.1.fetch_add(1, Relaxed);
        self.0.event(event);
    }
    fn enter(&self, span: &Id) {
        self.1.fetch_add(1, Relaxed);
        self.0.enter(span);
    }
    fn exit(&self, span: &Id) {
        self.1.fetch_add(1, Relaxed);
        self.0.exit(span);
    }
    fn try_close(&self, span: Id) -> bool {
        self.1.fetch_add(1, Relaxed);
        self.0.try_close(span)
    }
}

fn thousand_spans() {
    (0..1_000).for_each(|_| info_span!("span").in_scope(|| tracing::info!("an event")));
}

/// [T32] [T41]
#[test]
fn a_recorder_that_is_paused_or_finished_is_not_called() {
    let (subscriber, guard) = Recorder::builder().in_memory().subscriber().expect("a recorder");
    let calls = Arc::new(AtomicU64::new(0));
    let dispatch = Dispatch::new(Counted(subscriber, Arc::clone(&calls)));
    let calls_of_thousand = || {
        calls.store(0, Relaxed);
        tracing::dispatcher::with_default(&dispatch, thousand_spans);
        calls.load(Relaxed)
    };
    assert_eq!(calls_of_thousand(), 4_000, "new, enter, exit and close; events are off");
    guard.pause();
    assert_eq!(calls_of_thousand(), 0);
    guard.resume();
    assert_eq!(calls_of_thousand(), 4_000);
    assert_eq!(counts_of(&guard.finish().expect("a recording")).spans, 2_000);
    assert_eq!(calls_of_thousand(), 0);
    assert_eq!(LevelFilter::current(), LevelFilter::OFF);
}
