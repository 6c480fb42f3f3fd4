//! All that is added up over a selection.

use crate::call_tree::Weigher;
use crate::statistics::Rows;
use crate::{CallTree, Replay, Stacks, Statistics, Summary};
use spanfire_recording::Error;

/// The views that are sums, from one reading: for whoever shows all of them.
#[derive(Clone, Debug)]
pub struct Overall {
    /// The merged graph of physical stacks.
    pub by_thread: CallTree,
    /// The merged graph of logical stacks.
    pub by_span: CallTree,
    /// Statistics of each name.
    pub statistics: Statistics,
    /// How much there is.
    pub summary: Summary,
}

impl Overall {
    /// The same as each view by itself. Costs little more than the dearest of them.
    pub fn of(replay: &Replay<'_>) -> Result<Overall, Error> {
        let callsites = replay.recording().callsites();
        let weighers = (Weigher::new(Stacks::Thread), Weigher::new(Stacks::Span));
        let counters = (Rows::new(callsites), Summary::default());
        let replayed = replay.run((weighers, counters))?;
        let ((by_thread, by_span), (rows, summary)) = replayed.observer;
        Ok(Overall {
            by_thread: by_thread.finish(&replayed.paths, callsites),
            by_span: by_span.finish(&replayed.paths, callsites),
            statistics: rows.finish(),
            summary: summary.completed(replay, &replayed.tally, &replayed.seen),
        })
    }
}
