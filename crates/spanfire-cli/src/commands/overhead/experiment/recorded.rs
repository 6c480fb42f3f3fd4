//! What a run's recording says of itself.

use spanfire_recording::Recording;
use spanfire_views::{Ledger, Recorded, Replay, Selection, Summary};
use std::path::Path;

/// What the recording at `path` says it cost; nothing if it cannot be read or does not say. The
/// times of its run count all the same.
pub fn recorded(path: &Path) -> Option<Recorded> {
    let recording = Recording::open(path).ok()?;
    let replay = Replay::new(&recording, Selection::default());
    let ledger = Ledger::of(&replay).ok()??;
    Some(Recorded {
        spans: ledger.spans,
        threads: Summary::of(&replay).ok()?.threads,
        recorded_ns: ledger.recorded_ns,
        ours_ns: ledger.ours_ns,
        ours_low_ns: ledger.ours_ns * 4 / 5,
        ours_high_ns: ledger.ours_ns * 6 / 5,
    })
}
