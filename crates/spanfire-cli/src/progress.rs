//! A progress bar for work that takes long enough to make one wonder.

use indicatif::{ProgressBar, ProgressStyle};
use std::cell::OnceCell;
use std::time::{Duration, Instant};

/// Shorter work shows nothing: a bar that flashes up tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar on standard error, if that is a terminal; gone when dropped.
pub struct Bar {
    doing: &'static str,
    since: Instant,
    bar: OnceCell<ProgressBar>,
}

impl Bar {
    /// A bar that appears after a while, and says what is being done.
    pub fn new(doing: &'static str) -> Bar {
        Bar { doing, since: Instant::now(), bar: OnceCell::new() }
    }

    /// Moves the bar.
    pub fn show(&self, done: usize, of: usize) {
        if self.bar.get().is_none() && self.since.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| styled(self.doing, of as u64));
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn styled(doing: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent:>3} %, {eta} to go");
    let bar = ProgressBar::new(length).with_prefix(doing);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
