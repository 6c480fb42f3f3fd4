//! Work on rayon's threads: what ran on a thread, and what it belongs to, are two questions.
//!
//! A picture is made of tiles, in parallel. Each tile names the picture as its parent, because the
//! thread it runs on has nothing entered that could be its parent. A tile needs a texture. The first
//! one to need it loads it; the others wait, and let rayon give them other work meanwhile. That work
//! is another tile. On the thread it stands inside the waiting one, to which it has no relation.
//!
//! Both are recorded, and a merged graph can show either:
//! - `threads.thread-stacks.svg` is what was entered on each thread: a tower of tiles inside tiles,
//!   right for the question what this thread was doing;
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
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::{Span, info_span, instrument};

fn main() -> Result<(), Failure> {
    let guard = pictures::recorder("threads")?.init()?;
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
    pictures::draw(&recording, "threads", Stacks::Thread)
}

fn picture(number: u64) {
    let picture = info_span!("picture", number);
    let textures: [Texture; 3] = Default::default();
    (0..48usize).into_par_iter().with_max_len(1).for_each(|index| {
        tile(&picture, &textures[index % textures.len()], index as u64);
    });
}

#[instrument(parent = picture, skip_all)]
fn tile(picture: &Span, texture: &Texture, index: u64) {
    texture.load_or_wait();
    trace_rays(index);
    denoise();
}

#[instrument(skip_all)]
fn trace_rays(index: u64) {
    compute(400 + index % 5 * 100);
}

#[instrument]
fn denoise() {
    compute(200);
}

#[derive(Default)]
struct Texture {
    wanted: AtomicBool,
    ready: AtomicBool,
}

impl Texture {
    fn load_or_wait(&self) {
        if !self.wanted.swap(true, Ordering::Relaxed) {
            load_texture();
            self.ready.store(true, Ordering::Release);
        }
        while !self.ready.load(Ordering::Acquire) {
            // Runs another tile, here and now, if there is one left.
            rayon::yield_now();
            std::thread::yield_now();
        }
    }
}

#[instrument]
fn load_texture() {
    compute(3_000);
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
