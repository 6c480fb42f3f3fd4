//! What is measured: the same loop in the words of each API.
//!
//! [`spans`] goes through `tracing`, for whatever subscriber is the global default; [`clock`] only
//! reads the clock. The peers with an API of their own take spans under an open one, of which each
//! 1,000 share one: [`fastrace`] records nothing without, [`puffin`] reports every outermost scope.

pub mod clock;
pub mod fastrace;
pub mod puffin;
pub mod spans;

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// What a loop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// An empty span, nothing around it.
    Leaf,
    /// Spans eight deep, nothing around them.
    Nested,
    /// An empty span with one `u64` field under an open one.
    Field,
    /// An empty function of two arguments with `#[instrument]`, under an open span.
    Instrument,
    /// A poll of one instrumented future: its span is entered and left, not made.
    Poll,
}

impl Body {
    /// All of them.
    pub const ALL: [Body; 5] =
        [Body::Leaf, Body::Nested, Body::Field, Body::Instrument, Body::Poll];

    /// The name in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Body::Leaf => "leaf",
            Body::Nested => "nested",
            Body::Field => "field",
            Body::Instrument => "instrument",
            Body::Poll => "poll",
        }
    }
}

/// How deep [`Body::Nested`] goes.
pub const DEPTH: u64 = 8;

/// How many spans share an open one where the API needs one; all loops round up to it.
pub const BATCH: u64 = 1_000;

/// A future that is never ready.
#[derive(Clone, Copy, Debug)]
pub struct Never;

impl Future for Never {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Polls `future` as often as asked.
fn poll_times<F: Future>(mut future: Pin<&mut F>, polls: u64) {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        let _ = std::hint::black_box(future.as_mut().poll(&mut context));
    }
}
