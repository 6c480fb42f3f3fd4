//! Through `tracing`.

use super::{Body, DEPTH, Never, poll_times};
use std::{hint::black_box, pin::pin};
use tracing::{Instrument, info_span, instrument};

/// Makes about `spans` spans; gives how many of its own the body made.
pub fn run(body: Body, spans: u64) -> u64 {
    match body {
        Body::Leaf => leaf(spans),
        Body::Nested => nested(spans / DEPTH),
        Body::Field => info_span!("parent").in_scope(|| field(spans)),
        Body::Instrument => info_span!("parent").in_scope(|| instrument_calls(spans)),
        Body::Poll => poll_times(pin!(Never.instrument(info_span!("task"))), spans),
    }
    spans - if body == Body::Nested { spans % DEPTH } else { 0 }
}

#[inline(never)]
fn leaf(spans: u64) {
    for number in 0..spans {
        let _entered = info_span!("leaf").entered();
        black_box(number);
    }
}

#[inline(never)]
fn field(spans: u64) {
    for number in 0..spans {
        let _entered = info_span!("item", number).entered();
        black_box(number);
    }
}

#[inline(never)]
fn instrument_calls(spans: u64) {
    for number in 0..spans {
        instrumented(black_box(number), black_box(7));
    }
}

#[instrument]
#[inline(never)]
fn instrumented(number: u64, size: u32) {
    black_box((number, size));
}

#[inline(never)]
fn nested(times: u64) {
    for number in 0..times {
        let _entered = info_span!("one").entered();
        let _entered = info_span!("two").entered();
        let _entered = info_span!("three").entered();
        let _entered = info_span!("four").entered();
        let _entered = info_span!("five").entered();
        let _entered = info_span!("six").entered();
        let _entered = info_span!("seven").entered();
        let _entered = info_span!("eight").entered();
        black_box(number);
    }
}
