//! Through `fastrace`: local spans under a root, which is how it is fastest.

use super::{BATCH, Body, DEPTH, Never, poll_times};
use fastrace::{
    future::FutureExt,
    prelude::{LocalSpan, Span, SpanContext},
};
use std::{hint::black_box, pin::pin};

/// Makes about `spans` spans.
pub fn run(body: Body, spans: u64) {
    for batch in 0..spans.div_ceil(BATCH) {
        let root = Span::root("batch", SpanContext::random());
        let _parent = root.set_local_parent();
        match body {
            Body::Leaf => leaf(batch),
            Body::Nested => nested(batch),
            Body::Field => field(batch),
            Body::Instrument => {
                for number in 0..BATCH {
                    instrumented(black_box(batch + number), black_box(7));
                }
            }
            Body::Poll => poll_times(pin!(Never.enter_on_poll("task")), BATCH),
        }
    }
}

#[inline(never)]
fn leaf(batch: u64) {
    for number in 0..BATCH {
        let _entered = LocalSpan::enter_with_local_parent("leaf");
        black_box(batch + number);
    }
}

#[inline(never)]
fn field(batch: u64) {
    for number in 0..BATCH {
        let _entered = LocalSpan::enter_with_local_parent("item")
            .with_property(|| ("number", (batch + number).to_string()));
        black_box(number);
    }
}

#[fastrace::trace(properties = { "number": "{number}", "size": "{size}" })]
#[inline(never)]
fn instrumented(number: u64, size: u32) {
    black_box((number, size));
}

#[inline(never)]
fn nested(batch: u64) {
    for number in 0..BATCH / DEPTH {
        let _entered = LocalSpan::enter_with_local_parent("one");
        let _entered = LocalSpan::enter_with_local_parent("two");
        let _entered = LocalSpan::enter_with_local_parent("three");
        let _entered = LocalSpan::enter_with_local_parent("four");
        let _entered = LocalSpan::enter_with_local_parent("five");
        let _entered = LocalSpan::enter_with_local_parent("six");
        let _entered = LocalSpan::enter_with_local_parent("seven");
        let _entered = LocalSpan::enter_with_local_parent("eight");
        black_box(batch + number);
    }
}
