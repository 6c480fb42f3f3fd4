//! Waiting for a condition, with a deadline; and letting time pass, where no condition is meant.

use std::time::{Duration, Instant};

/// Longer than any loaded machine needs, so that only a hang reaches it.
const DEADLINE: Duration = Duration::from_secs(30);

/// Asks `look` again and again until it gives something, and gives that.
///
/// # Panics
/// After half a minute, with `what` was waited for.
#[track_caller]
pub fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain for: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Lets `time` pass: until a moment that is chosen at random, or as a slow device does. It is no way
/// to wait for something to have happened.
pub fn let_pass(time: Duration) {
    std::thread::sleep(time);
}
