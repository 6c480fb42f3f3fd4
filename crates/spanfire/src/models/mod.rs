//! Models of the protocol between lanes and the collector, for `cargo xtask loom`.
//!
//! Each test is a small program of the recorder's own code: lanes that record, and a collector that
//! looks, takes and finishes whenever it likes. Loom runs it in every order in which its threads can
//! meet, up to [`MAX_PREEMPTIONS`] forced changes of thread, and lets every atomic read any value
//! that the memory model allows. After each run the recording is read and must tell what the
//! program did: nothing lost, nothing twice, nothing out of order, nothing torn.
//!
//! - `publication` · the collector reads the open chunk while its owner writes on, and changes records
//! - `turnover` · a full chunk is sent, comes back, and is another's
//! - `endings` · a lane ends; the recording finishes while a lane goes on; events are lost

mod stage;
mod publication;
mod turnover;
mod endings;

use loom::{model::Builder, thread};
use stage::{Stage, What::*};

/// How often a run may take the processor from a thread that could go on. Mistakes of protocols like
/// this one showed with three; all of the models together take a minute or two.
const MAX_PREEMPTIONS: usize = 3;

/// Runs `program` in every order.
fn check(program: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(MAX_PREEMPTIONS);
    builder.max_branches = 20_000;
    builder.check(program);
}
