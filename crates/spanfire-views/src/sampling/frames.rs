//! From stacks to frames and names.
//!
//! Takes what samplers counted at each stack; gives the merged graph with sums in it, and the same
//! by name. Costs a step for each stack and rate.

use super::lockstep::dispersion;
use super::probes::own_cost;
use super::tally::{Counts, Own, Tally};
use super::{Sampled, SampledFrame, Taken};
use crate::growth::{Grown, grow, saplings};
use crate::overhead::{Rate, Rates};
use crate::paths::PathId;
use crate::replay::Replayed;
use spanfire_recording::{Callsite, CallsiteId, ProbeCost};
use std::cmp::Reverse;

pub(super) struct Frames {
    pub frames: Vec<SampledFrame>,
    pub names: Vec<SampledFrame>,
}

/// What a frame has while sums are made.
#[derive(Clone, Default)]
struct Sum {
    busy_ns: u64,
    probes: Rate,
    counts: Vec<Counts>,
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        self.busy_ns = self.busy_ns.saturating_add(other.busy_ns);
        self.probes = self.probes.plus(other.probes);
        self.counts.resize(other.counts.len(), Counts::default());
        for (counts, more) in self.counts.iter_mut().zip(&other.counts) {
            counts.add(more);
        }
    }

    fn finish(&self, rates_hz: &[u32], costed: bool) -> Sampled {
        let taken = |(counts, &hz): (&Counts, &u32)| Taken {
            jittered: counts.jittered,
            poisson: counts.poisson,
            periodic: counts.phases[0],
            dispersion: dispersion(&counts.phases, self.busy_ns, hz),
        };
        Sampled {
            busy_ns: self.busy_ns,
            probe_ns: costed.then_some(self.probes.cost_ns),
            probe_doubt_ns: costed.then_some(self.probes.doubt_ns),
            taken: self.counts.iter().zip(rates_hz).map(taken).collect(),
        }
    }
}

/// The merged graph and the names of what was sampled.
pub(super) fn frames(
    replayed: &Replayed<Tally>,
    callsites: &[Callsite],
    rates_hz: &[u32],
    cost: Option<&ProbeCost>,
) -> Frames {
    let nodes = nodes(replayed, callsites);
    let tally = &replayed.observer;
    let own_of = |node: &Grown<Option<PathId>>| -> Own {
        node.own.and_then(|path| tally.own.get(path.index()).copied()).unwrap_or_default()
    };
    let parents: Vec<usize> = nodes.iter().map(|node| node.parent).collect();
    let costs = cost.map(Rates::of);
    let rates = rates_hz.len();
    let own: Vec<Sum> = (0..nodes.len())
        .map(|index| {
            let from = nodes[index].own.map_or(usize::MAX, |path| path.index() * rates);
            let counts = tally.counts.get(from..).and_then(|counts| counts.get(..rates));
            let own_here = own_of(&nodes[index]);
            Sum {
                busy_ns: own_here.busy_ns,
                probes: costs.map_or(Rate::default(), |costs| own_cost(&costs, &own_here)),
                counts: counts.map_or_else(|| vec![Counts::default(); rates], <[Counts]>::to_vec),
            }
        })
        .collect();
    let mut totals = own.clone();
    for index in (1..nodes.len()).rev() {
        let (around, here) = totals.split_at_mut(index);
        around[parents[index]].add(&here[0]);
    }
    let costed = cost.is_some();
    let frame = |index: usize| SampledFrame {
        frame: nodes[index].frame,
        parent: parents[index],
        depth: nodes[index].depth,
        segments: own_of(&nodes[index]).segments,
        total: totals[index].finish(rates_hz, costed),
        own: own[index].finish(rates_hz, costed),
    };
    let frames: Vec<SampledFrame> = (0..nodes.len()).map(frame).collect();
    let mut names = Names::new(callsites.len());
    frames.iter().zip(own.iter().zip(&totals)).for_each(|(frame, sums)| names.add(frame, sums));
    Frames { names: names.finish(rates_hz, costed), frames }
}

/// The frames in preorder, each with its stack.
fn nodes(replayed: &Replayed<Tally>, callsites: &[Callsite]) -> Vec<Grown<Option<PathId>>> {
    let own = &replayed.observer.own;
    let here = |path: PathId| {
        let own = own.get(path.index()).copied().unwrap_or_default();
        Some(path).filter(|_| own != Own::default())
    };
    let others = replayed.paths.edges().map(|(path, ..)| here(path));
    let met: Vec<Option<PathId>> = std::iter::once(here(PathId::EMPTY)).chain(others).collect();
    grow(callsites, &saplings(&replayed.paths, &met))
}

/// Sums by name, over frames in preorder.
struct Names {
    names: Vec<Name>,
    /// The callsites of the stack that the last frame ended.
    stack: Vec<CallsiteId>,
}

/// All frames of a callsite.
#[derive(Default)]
struct Name {
    /// How many frames of it are in the stack.
    open: usize,
    /// Of the outermost of them; `None` if there is none.
    depth: Option<usize>,
    segments: u64,
    own: Sum,
    total: Sum,
}

impl Names {
    fn new(callsites: usize) -> Names {
        let names = std::iter::repeat_with(Name::default).take(callsites).collect();
        Names { names, stack: Vec::new() }
    }

    fn add(&mut self, frame: &SampledFrame, (own, total): (&Sum, &Sum)) {
        let Some(callsite) = frame.frame else { return };
        for left in self.stack.drain(frame.depth - 1..) {
            self.names[left.index()].open -= 1;
        }
        self.stack.push(callsite);
        let name = &mut self.names[callsite.index()];
        name.depth = Some(name.depth.map_or(frame.depth, |depth| depth.min(frame.depth)));
        name.segments += frame.segments;
        name.own.add(own);
        if name.open == 0 {
            name.total.add(total);
        }
        name.open += 1;
    }

    fn finish(self, rates_hz: &[u32], costed: bool) -> Vec<SampledFrame> {
        let numbered = (0..).map(CallsiteId).zip(self.names);
        let frame = |(callsite, name): (CallsiteId, Name)| {
            Some(SampledFrame {
                frame: Some(callsite),
                parent: 0,
                depth: name.depth?,
                segments: name.segments,
                total: name.total.finish(rates_hz, costed),
                own: name.own.finish(rates_hz, costed),
            })
        };
        let mut names: Vec<SampledFrame> = numbered.filter_map(frame).collect();
        names.sort_by_key(|name| Reverse(name.total.busy_ns));
        names
    }
}
