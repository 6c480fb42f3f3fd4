//! A progress bar for replays that take long enough to make one wonder.

use indicatif::{ProgressBar, ProgressStyle};
use spanfire_views::Progress;
use std::cell::OnceCell;
use std::time::{Duration, Instant};

/// Shorter replays show nothing: a bar that flashes up tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar on standard error, if that is a terminal; gone when dropped.
pub struct Bar {
    since: Instant,
    bar: OnceCell<ProgressBar>,
}

impl Bar {
    /// A bar that appears after a while.
    pub fn new() -> Bar {
        Bar { since: Instant::now(), bar: OnceCell::new() }
    }

    /// Moves the bar.
    pub fn show(&self, progress: Progress) {
        if self.bar.get().is_none() && self.since.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| styled(progress.chunks as u64));
        bar.set_length(progress.chunks as u64);
        bar.set_position(progress.chunks_done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn styled(chunks: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("reading {wide_bar} {percent:>3} %, {eta} to go");
    let bar = ProgressBar::new(chunks);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
