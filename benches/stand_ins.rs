//! Subscribers that record nothing: what is left when the recording is taken away.

use quanta::Clock;
use std::hint::black_box;
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context};

/// A subscriber that wants every span and does nothing with it.
#[derive(Debug)]
pub struct NoSubscriber;

impl Subscriber for NoSubscriber {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    #[inline]
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    #[inline]
    fn enter(&self, _: &Id) {}

    #[inline]
    fn exit(&self, _: &Id) {}
}

/// [`NoSubscriber`] with a clock read on enter and one on exit.
#[derive(Debug)]
pub struct Floor {
    clock: Clock,
}

impl Floor {
    /// Calibrates its clock.
    #[expect(clippy::new_without_default, reason = "takes a quarter of a second")]
    pub fn new() -> Floor {
        Floor { clock: Clock::new() }
    }
}

impl Subscriber for Floor {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    #[inline]
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    #[inline]
    fn enter(&self, _: &Id) {
        black_box(self.clock.raw());
    }

    #[inline]
    fn exit(&self, _: &Id) {
        black_box(self.clock.raw());
    }
}

/// A layer that wants every span and does nothing with it.
#[derive(Debug)]
pub struct NoLayer;

impl<S: Subscriber> Layer<S> for NoLayer {
    #[inline]
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {}

    #[inline]
    fn on_enter(&self, _: &Id, _: Context<'_, S>) {}

    #[inline]
    fn on_exit(&self, _: &Id, _: Context<'_, S>) {}

    #[inline]
    fn on_close(&self, _: Id, _: Context<'_, S>) {}
}
