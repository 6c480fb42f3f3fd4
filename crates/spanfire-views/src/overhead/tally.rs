//! Counts, per stack, what was recorded and what of it the recorder caused.

use super::account::{Account, Compensated};
use super::rates::Rates;
use super::stalls::Stalls;
use crate::Replay;
use crate::replay::{Closing, Life, Missing, Observer, Probe, Probed, Slice, Spot};
use rustc_hash::FxHashMap;

/// What is counted for each stack. A stack is known by both kinds at once, so that whatever is
/// rounded or cut off here adds up to the same by either.
pub(crate) struct Tally {
    spots: FxHashMap<Spot, usize>,
    cells: Vec<(Spot, Cell)>,
    /// The spot asked for last: what a loop asks for next.
    last: usize,
    stalls: Stalls,
    /// A segment shorter than this is below resolution, by its kind of probe.
    resolution_ns: [u64; 3],
    /// Probes whose outside part fell into no selected span.
    pub(super) beyond: [u64; 3],
}

#[derive(Clone, Copy, Default)]
struct Cell {
    spans: u64,
    self_ns: u64,
    stalled_ns: u64,
    below_resolution: u64,
    /// Segments of this stack, by kind of probe.
    own: [u64; 3],
    /// Segments directly inside, by kind of probe.
    inner: [u64; 3],
}

impl Tally {
    /// Nothing is counted yet.
    pub fn new(replay: &Replay<'_>, rates: &Rates) -> Tally {
        let resolution = |probe| rates.inside(probe).high_ns();
        Tally {
            spots: FxHashMap::default(),
            cells: Vec::new(),
            last: 0,
            stalls: Stalls::new(replay),
            resolution_ns: [Probe::Plain, Probe::Fields, Probe::Reenter].map(resolution),
            beyond: [0; 3],
        }
    }

    /// The account of each stack, without the busy time.
    pub(super) fn accounts<'a>(
        &'a self,
        rates: &'a Rates,
    ) -> impl Iterator<Item = (Spot, Account)> + 'a {
        self.cells.iter().map(|(spot, cell)| (*spot, cell.account(rates)))
    }

    fn at(&mut self, spot: Spot) -> &mut Cell {
        let known = self.cells.get(self.last).is_some_and(|(last, _)| *last == spot);
        if !known {
            self.last = *self.spots.entry(spot).or_insert_with(|| {
                self.cells.push((spot, Cell::default()));
                self.cells.len() - 1
            });
        }
        &mut self.cells[self.last].1
    }
}

impl Observer for Tally {
    const PROBES: bool = true;

    fn slice(&mut self, slice: &Slice, life: &Life) {
        let stalled_ns = self.stalls.within(slice);
        let cell = self.at(Spot { thread: slice.path, span: life.logical });
        cell.self_ns = cell.self_ns.saturating_add(slice.length_ns);
        cell.stalled_ns = cell.stalled_ns.saturating_add(stalled_ns);
    }

    fn probed(&mut self, probed: &Probed) {
        let kind = probed.probe as usize;
        if let Some(spot) = probed.within {
            let short = probed.visible && probed.busy_ns < self.resolution_ns[kind];
            let cell = self.at(spot);
            cell.own[kind] += 1;
            cell.below_resolution += u64::from(short);
        }
        match probed.around {
            Some(spot) => self.at(spot).inner[kind] += 1,
            None => self.beyond[kind] += 1,
        }
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        if closing.counts {
            self.at(Spot { thread: life.made_on(), span: life.logical }).spans += 1;
        }
    }

    fn lost(&mut self, loss: &Missing) {
        self.stalls.lost(loss);
    }
}

impl Cell {
    /// Costs are turned into nanoseconds here and nowhere else.
    fn account(&self, rates: &Rates) -> Account {
        let (inside, outside) = (rates.inside_of(&self.own), rates.outside_of(&self.own));
        let taken = inside.plus(rates.outside_of(&self.inner));
        let self_time = Compensated::of(self.self_ns, self.stalled_ns, taken);
        let ours_ns = self.self_ns - self.stalled_ns - self_time.ns;
        Account {
            spans: self.spans,
            segments: self.own.iter().sum(),
            inside_ns: inside.rounded_ns(),
            outside_ns: outside.rounded_ns(),
            below_resolution: self.below_resolution,
            self_time,
            busy: Compensated::default(),
            ours_ns,
            stalled_ns: self.stalled_ns,
            overcompensated_ns: taken.rounded_ns() - ours_ns,
        }
    }
}
