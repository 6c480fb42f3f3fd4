//! Programs to record: one without threads, one on rayon, one on tokio's worker threads.
//!
//! What they do is fixed; which thread does what and how often a future is polled is not, which is
//! why their tests count beside the recorder.

use rayon::prelude::*;
use std::time::Duration;
use tokio::task::yield_now;
use tracing::{Dispatch, Instrument, info, info_span, instrument};

/// Takes some time, and none that an optimiser could take away.
pub fn work(rounds: u64) -> u64 {
    (0..rounds).fold(rounds, |sum, round| std::hint::black_box(sum.rotate_left(5) ^ round))
}

/// Nested, repeated, recursive and overlapping spans, and an event in each of `rounds` rounds.
pub fn sync_program(rounds: u64) {
    for round in 0..rounds {
        let _outer = info_span!("outer", round).entered();
        work(20);
        for _ in 0..3 {
            let _inner = info_span!("inner").entered();
            work(20);
        }
        recursion(4);
        overlapping();
        info!(round, "a round");
    }
}

#[instrument(level = "info")]
fn recursion(depth: u64) -> u64 {
    if depth == 0 { 0 } else { work(10) ^ recursion(depth - 1) }
}

/// Enters two spans, leaves the outer one first, and never enters a third.
fn overlapping() {
    let (first, second) = (info_span!("first"), info_span!("second"));
    let entered_first = first.enter();
    let entered_second = second.enter();
    drop(entered_first);
    drop(entered_second);
    drop(info_span!("never entered"));
    first.in_scope(|| work(5));
}

/// Threads of rayon that record to `dispatch`.
pub fn pool(dispatch: &Dispatch, threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("pool {number}"))
        .spawn_handler(|thread| {
            let dispatch = dispatch.clone();
            let builder = std::thread::Builder::new().name(thread.name().unwrap_or("pool").into());
            builder.spawn(move || tracing::dispatcher::with_default(&dispatch, || thread.run()))?;
            Ok(())
        })
        .build()
        .expect("a pool")
}

/// Items in parallel, with nested joins that steal work while a span is entered.
pub fn rayon_program(pool: &rayon::ThreadPool, items: u64) {
    pool.install(|| {
        let _all = info_span!("all items").entered();
        (0..items).into_par_iter().for_each(|item| {
            let _item = info_span!("item", item).entered();
            let halves = || info_span!("half").in_scope(|| work(20));
            rayon::join(halves, halves);
        });
    });
}

/// A multi-threaded tokio runtime whose threads record to `dispatch`.
pub fn runtime(dispatch: &Dispatch, workers: usize) -> tokio::runtime::Runtime {
    let dispatch = dispatch.clone();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        // The thread keeps the default until it ends: nothing is left that could restore another.
        .on_thread_start(move || std::mem::forget(tracing::dispatcher::set_default(&dispatch)))
        .build()
        .expect("a runtime")
}

/// `requests` requests at once: many polls, joined and selected futures, spawned children, and one
/// child that is cancelled in the middle.
pub async fn async_program(requests: u64) {
    let requests: Vec<_> = (0..requests)
        .map(|number| tokio::spawn(request(number).instrument(info_span!("request", number))))
        .collect();
    for request in requests {
        request.await.expect("a request that ends");
    }
}

async fn request(number: u64) {
    tokio::join!(steps(5).instrument(info_span!("left")), steps(9).instrument(info_span!("right")),);
    tokio::select! {
        () = steps(1).instrument(info_span!("winner")) => {}
        () = endless().instrument(info_span!("loser")) => {}
    }
    let child = tokio::spawn(steps(3).instrument(info_span!("child")));
    let cancelled = tokio::spawn(endless().instrument(info_span!("cancelled")));
    let in_time = tokio::time::timeout(Duration::ZERO, endless().instrument(info_span!("late")));
    in_time.await.expect_err("an endless future is always late");
    child.await.expect("a child that ends");
    cancelled.abort();
    cancelled.await.expect_err("an endless child is always cancelled");
    info!(number, "done");
}

async fn steps(count: u64) {
    for _ in 0..count {
        info_span!("step").in_scope(|| work(20));
        yield_now().await;
    }
}

async fn endless() {
    loop {
        yield_now().await;
    }
}
