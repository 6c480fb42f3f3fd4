//! Work on rayon's threads: what ran on a thread, and what it belongs to, are two questions.
//!
//! A picture is made of tiles, in parallel. Each tile names the picture as its parent, because the
//! thread it runs on has nothing entered that could be its parent. Each tile also splits its work
//! with `rayon::join`; while a thread waits there for the other half, rayon gives it another tile to
//! do. On the thread that tile stands inside the waiting one, to which it has no relation.
//!
//! Both are recorded, and a merged graph can show either:
//! - `threads.thread-stacks.svg` is what was entered on each thread: tiles inside tiles, right for
//!   the question what this thread was doing;
//! - `threads.span-stacks.svg` goes by parents: `picture`, `tile` and its steps, right for the
//!   question what a tile costs. Its total is the same.
//!
//! What else to look at: in `threads.chart.svg` all four threads of the pool, and in
//! `threads.slowest.svg` one picture over all of them. `picture` itself is never entered: it only
//! groups, so its bar is idle and its tiles are busy.

use pictures::Failure;
use rayon::prelude::*;
use spanfire_recording::Recording;
use spanfire_views::{CallTree, Replay, Selection, Stacks, Weight};
use std::hint::black_box;
use tracing::{Span, info_span, instrument};

fn main() -> Result<(), Failure> {
    let guard =
        spanfire::Recorder::builder().output(pictures::recording_path("threads")?).init()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .thread_name(|number| format!("rayon-{number}"))
        .build()?;
    for number in 0..3 {
        pool.install(|| picture(number));
    }
    // The pool's threads live on, parked. What they recorded is complete all the same.
    let recording = guard.finish()?;

    pictures::print_top(&recording, 10)?;
    compare(&recording, Stacks::Thread, "thread-stacks", "By what was entered on the thread")?;
    compare(&recording, Stacks::Span, "span-stacks", "By what each span belongs to")?;
    pictures::draw(&recording, "threads")
}

fn picture(number: u64) {
    let picture = info_span!("picture", number);
    (0..48).into_par_iter().for_each(|index| tile(&picture, index));
}

#[instrument(parent = picture, skip(picture))]
fn tile(picture: &Span, index: u64) {
    let tile = Span::current();
    rayon::join(
        || tile.in_scope(|| trace_rays(index)),
        || info_span!(parent: &tile, "shade").in_scope(|| compute(60 + index)),
    );
    denoise(index);
}

#[instrument]
fn trace_rays(index: u64) {
    compute(150 + index % 5 * 40);
}

#[instrument]
fn denoise(index: u64) {
    compute(40 + index % 3 * 10);
}

/// About a microsecond a round.
fn compute(rounds: u64) {
    let mixed = (0..rounds * 400)
        .fold(1u64, |state, round| black_box(state ^ round).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    black_box(mixed);
}

fn compare(recording: &Recording, stacks: Stacks, name: &str, title: &str) -> Result<(), Failure> {
    let tree = CallTree::of(&Replay::new(recording, Selection::default()), stacks)?;
    println!(
        "{title}: {} different stacks, at most {} deep, {} in all",
        tree.nodes().len() - 1,
        tree.nodes().iter().map(|node| node.depth).max().unwrap_or(0),
        spanfire_render::duration(tree.total(Weight::Busy)),
    );
    pictures::draw_flamegraph(&tree, &format!("threads.{name}"), title)
}
