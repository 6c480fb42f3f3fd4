//! All that is added up over a selection.

use crate::call_tree::Weigher;
use crate::overhead::{Rates, Tally};
use crate::statistics::Rows;
use crate::{CallTree, Ledger, Replay, Stacks, Statistics, Summary};
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
    /// What recording cost; `None` if the recording does not hold its probe cost.
    pub ledger: Option<Ledger>,
}

impl Overall {
    /// The same as each view by itself. Costs little more than the dearest of them.
    pub fn of(replay: &Replay<'_>) -> Result<Overall, Error> {
        let callsites = replay.recording().callsites();
        let weighers = (Weigher::new(Stacks::Thread), Weigher::new(Stacks::Span));
        let counters = (Rows::new(callsites), Summary::default());
        let known = replay.recording().probe_cost().map(Rates::of);
        let rates = known.unwrap_or_default();
        let tally = Tally::new(replay, &rates);
        let replayed = replay.run(((weighers, counters), tally))?;
        let (((by_thread, by_span), (rows, summary)), tally) = replayed.observer;
        let paths = &replayed.paths;
        let ledger = || Ledger::tallied(&tally, &rates, paths, callsites);
        Ok(Overall {
            by_thread: by_thread.finish(paths, callsites),
            by_span: by_span.finish(paths, callsites),
            statistics: rows.finish(),
            summary: summary.completed(replay, &replayed.tally, &replayed.seen),
            ledger: known.map(|_| ledger()),
        })
    }
}
