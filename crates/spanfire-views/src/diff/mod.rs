//! What changed between two programs, or between two builds of one.
//!
//! Takes the recordings of each side; gives one merged graph in which every stack has what was
//! spent on it before and after, and one row for each span name with a test that says whether its
//! change is more than noise. Holds two call trees and some batches of spans for each callsite,
//! never a recording.
//!
//! ```text
//! recording ─► DiffSide ─┐ call tree, statistics, batches of each callsite
//!                        ├─► alignment ─► stacks of both, side by side
//! recording ─► DiffSide ─┘           └─► names of both ─► test ─► verdict
//! ```
//!
//! # What the test can say, and what not
//!
//! From one recording a side, spans of one callsite are taken in the order in which they closed, in
//! batches so long that successive ones are no longer alike; batches of both sides have the same
//! number of spans. The values of the batches (mean busy time, median, and so on) are compared by
//! the rank-sum test, which asks nothing of their distribution; see `rank_sum` and `batches` for the
//! sources. That says whether **these two recordings** differ by more than what varies inside them.
//! It cannot say that the two *programs* do: a run as a whole may be slow, because of where its
//! memory lies or of what else the machine did, and a single run does not show how much that varies
//! (A. Georges, D. Buytaert, L. Eeckhout, "Statistically rigorous Java performance evaluation",
//! OOPSLA 2007).
//!
//! From several recordings a side, each recording is one value, and its logarithms are compared by
//! Student's test with one variance for both sides, as there. What varies from run to run is then in
//! the test. Three recordings a side find changes of about five times what varies, ten a side of
//! about twice.
//!
//! With hundreds of names some look changed by chance. The p of each measure are corrected over all
//! names by the procedure of Y. Benjamini and Y. Hochberg ("Controlling the false discovery rate",
//! Journal of the Royal Statistical Society B 57, 1995): of the names called slower or faster at most
//! [`FALSE_DISCOVERY_RATE`] are expected to be unchanged, and where nothing has changed, any name at
//! all is called so in at most that share of comparisons.

mod alignment;
mod batches;
mod side;
mod paths;

mod rank_sum;
mod evidence;
mod names;
#[cfg(test)]
mod simulation;

pub use evidence::{Change, Evidence, Measure, Shift, Verdict};
pub use names::NameDiff;
pub use paths::{DiffNode, Standing};
pub use side::DiffSide;

use crate::{Frame, Names, Weight};
use alignment::Alignment;
use spanfire_recording::Callsite;

/// The share of names called slower or faster that are expected to be neither, at most.
pub const FALSE_DISCOVERY_RATE: f64 = 0.01;

/// How surely the intervals of a [`Shift`] hold what they estimate.
pub const CONFIDENCE: f64 = 1.0 - LEVEL;

/// The rate at which tests are made: half of what is stated, because batches that are a little alike
/// all the same make p too small. What `simulation` counts lies between the two.
const LEVEL: f64 = FALSE_DISCOVERY_RATE / 2.0;

/// Two sides compared.
#[derive(Clone, Debug)]
pub struct Diff {
    alignment: Alignment,
    nodes: Vec<DiffNode>,
    names: Vec<NameDiff>,
    recordings: [usize; 2],
    reversed: bool,
}

impl Diff {
    /// Compares two sides. A change of a name counts from `threshold` on, a share: 0.02 for 2 %.
    pub fn of(before: &DiffSide, after: &DiffSide, threshold: f64) -> Diff {
        let sides = [before, after];
        let [callsites_before, callsites_after] = sides.map(DiffSide::callsites);
        let alignment = Alignment::of(callsites_before, callsites_after);
        Diff {
            nodes: paths::merge(sides, &alignment),
            names: names::compare(sides, &alignment, threshold),
            recordings: sides.map(|side| side.recordings.len()),
            reversed: before.reversed,
            alignment,
        }
    }

    /// All stacks of either side, in preorder; the first is the root. Siblings stand in the order of
    /// their names.
    pub fn nodes(&self) -> &[DiffNode] {
        &self.nodes
    }

    /// One row for each frame that has spans on a side, the largest change of self time first.
    pub fn names(&self) -> &[NameDiff] {
        &self.names
    }

    /// The callsites of all frames: as they are after, or before where they are gone.
    pub fn callsites(&self) -> &[Callsite] {
        &self.alignment.frames
    }

    /// The callsite behind a frame.
    pub fn callsite(&self, frame: Frame) -> &Callsite {
        &self.alignment.frames[frame.index()]
    }

    /// The frame that a callsite of a side became, 0 before and 1 after; `None` for one that makes
    /// instants, or that no recording of that side has.
    pub fn frame(&self, side: usize, callsite: &Callsite) -> Option<Frame> {
        self.alignment.frame(side, callsite)
    }

    /// The label of a frame.
    pub fn label(&self, frame: Frame, names: Names) -> String {
        names.label(self.callsite(frame))
    }

    /// How many recordings each side has, before and after.
    pub fn recordings(&self) -> [usize; 2] {
        self.recordings
    }

    /// Whether stacks are read from the innermost frame outwards.
    pub fn is_reversed(&self) -> bool {
        self.reversed
    }

    /// The weight of all of each side, before and after, over all its recordings.
    pub fn total(&self, weight: Weight) -> [u64; 2] {
        let own = |side| self.nodes.iter().map(move |node: &DiffNode| node.own(weight)[side]);
        [0, 1].map(|side| own(side).fold(0, u64::saturating_add))
    }

    /// The weight of every node with all that is under it, before and after, by node index.
    pub fn totals(&self, weight: Weight) -> Vec<[u64; 2]> {
        let mut totals: Vec<[u64; 2]> = self.nodes.iter().map(|node| node.own(weight)).collect();
        for index in (1..self.nodes.len()).rev() {
            let under = totals[index];
            let around = &mut totals[self.nodes[index].parent];
            *around = [0, 1].map(|side| around[side].saturating_add(under[side]));
        }
        totals
    }

    /// On which side every node occurs, by node index.
    pub fn standings(&self) -> Vec<Standing> {
        paths::standings(&self.nodes)
    }
}
