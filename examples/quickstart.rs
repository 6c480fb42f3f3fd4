//! Three lines, and the picture reads like the source.
//!
//! In a program of your own the three lines are
//!
//! ```toml
//! spanfire = "0.1"                          # in Cargo.toml, beside tracing
//! ```
//! ```ignore
//! let _guard = spanfire::init()?;           // first in main
//! #[tracing::instrument]                    // above what you want to see
//! ```
//!
//! `init()` writes `<exe>-<pid>.spanfire` into the current directory. This example names the file
//! itself, so that it can say where the pictures are.
//!
//! What to look at: in `quickstart.chart.svg` the bars under `main` stand in the order of the calls
//! below, each as wide as its sleep: `hello` holds `world`, `world` holds `inner_step`, and the two
//! siblings follow. The flamegraph has the same boxes, but sorted by name: it merges, and so forgets
//! the order.

use pictures::Failure;
use spanfire_views::Stacks;
use std::thread::sleep;
use std::time::Duration;
use tracing::instrument;

fn main() -> Result<(), Failure> {
    let guard = spanfire::Recorder::builder()
        .output(pictures::recording_path("quickstart")?)
        .environment()?
        .init()?;

    program();

    let recording = guard.finish()?;
    pictures::print_top(&recording, 10)?;
    pictures::draw(&recording, "quickstart", Stacks::Thread)
}

#[instrument(name = "main")]
fn program() {
    hello();
    first_sibling();
    second_sibling();
}

#[instrument]
fn hello() {
    sleep(Duration::from_millis(10));
    world();
    sleep(Duration::from_millis(5));
}

#[instrument]
fn world() {
    sleep(Duration::from_millis(10));
    for step in 1..=3 {
        inner_step(step);
    }
}

#[instrument]
fn inner_step(step: u64) {
    sleep(Duration::from_millis(4 * step));
}

#[instrument]
fn first_sibling() {
    sleep(Duration::from_millis(15));
}

#[instrument]
fn second_sibling() {
    sleep(Duration::from_millis(25));
}
