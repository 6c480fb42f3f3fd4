//! Through `puffin`: scopes under an outer one, which is reported at its end.
//!
//! Each batch ends a frame, as a program must; a field is a string, as that is all a scope carries.

use super::{BATCH, Body, DEPTH, Never, poll_times};
use puffin::{GlobalProfiler, profile_function, profile_scope};
use std::{
    future::Future,
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// Makes about `spans` spans.
pub fn run(body: Body, spans: u64) {
    for number in 0..spans.div_ceil(BATCH) {
        batch(body, number);
        GlobalProfiler::lock().new_frame();
    }
}

fn batch(body: Body, batch: u64) {
    profile_scope!("batch");
    match body {
        Body::Leaf => leaf(batch),
        Body::Nested => nested(batch),
        Body::Field => field(batch),
        Body::Instrument => {
            for number in 0..BATCH {
                instrumented(black_box(batch + number), black_box(7));
            }
        }
        Body::Poll => poll_times(pin!(ScopedNever(Never)), BATCH),
    }
}

#[inline(never)]
fn leaf(batch: u64) {
    for number in 0..BATCH {
        profile_scope!("leaf");
        black_box(batch + number);
    }
}

#[inline(never)]
fn field(batch: u64) {
    for number in 0..BATCH {
        profile_scope!("item", (batch + number).to_string());
        black_box(number);
    }
}

#[inline(never)]
fn instrumented(number: u64, size: u32) {
    profile_function!(format!("{number} {size}"));
    black_box((number, size));
}

#[inline(never)]
fn nested(batch: u64) {
    for number in 0..BATCH / DEPTH {
        profile_scope!("one");
        profile_scope!("two");
        profile_scope!("three");
        profile_scope!("four");
        profile_scope!("five");
        profile_scope!("six");
        profile_scope!("seven");
        profile_scope!("eight");
        black_box(batch + number);
    }
}

/// `puffin` has nothing for futures; this is what a program writes.
struct ScopedNever(Never);

impl Future for ScopedNever {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        profile_scope!("task");
        Pin::new(&mut self.0).poll(context)
    }
}
