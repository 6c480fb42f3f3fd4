//! A program like a real service, for what a loop of empty spans cannot show: sizes, shapes, fields.
//!
//! Requests run as tasks that take turns on one thread. Each has a root with three fields, goes
//! through a pool and a database that make it wait, joins a task of its own, and renders a page:
//! five levels deep, [`SPANS_PER_REQUEST`] spans. Nothing is computed, so that making spans is all
//! the work there is.

use std::hint::black_box;
use tokio::{
    runtime::Builder,
    task::{JoinSet, yield_now},
};
use tracing::{Instrument, info_span, instrument};

/// How many spans one request has.
pub const SPANS_PER_REQUEST: u64 = 20;

/// Requests in flight.
const TASKS: u64 = 32;

/// Serves about `requests` requests; gives how many spans that was.
///
/// # Panics
/// If there is no runtime to be had.
pub fn run(requests: u64) -> u64 {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let each = requests.div_ceil(TASKS);
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            tasks.spawn(async move {
                for number in 0..each {
                    request("GET", "/articles", task * each + number).await;
                }
            });
        }
        tasks.join_all().await;
    });
    each * TASKS * SPANS_PER_REQUEST
}

#[instrument]
async fn request(method: &str, path: &str, id: u64) {
    authorize(id);
    let audit = tokio::spawn(audit(id).in_current_span());
    load(id).await;
    render(4);
    // Nothing panics in there, and nobody cancels it.
    let _ = audit.await;
}

#[instrument]
fn authorize(user: u64) {
    let _entered = info_span!("read_token").entered();
    let _entered = info_span!("verify").entered();
    black_box(user);
}

#[instrument]
async fn audit(id: u64) {
    yield_now().await;
    info_span!("append").in_scope(|| black_box(id));
}

#[instrument]
async fn load(id: u64) {
    yield_now().instrument(info_span!("connect")).await;
    async {
        yield_now().await;
        for row in 0..5 {
            decode(row);
        }
    }
    .instrument(info_span!("execute", statement = "select"))
    .await;
}

#[instrument]
fn decode(row: u64) {
    black_box(row);
}

#[instrument]
fn render(rows: u64) {
    let _entered = info_span!("template").entered();
    for row in 0..rows {
        info_span!("escape").in_scope(|| black_box(row));
    }
}
