//! The merged graph of spans, and of the functions seen below them.
//!
//! Widths stay what was recorded: samples only divide the time of a span itself among the stacks
//! that were seen in it. Of that time, what is known to have passed off the processor is
//! `[blocked]`, for no sample can fall in it; where nothing was seen the rest is `[not sampled]`.

use super::cut::{Cutter, Seen};
use super::division::divide;
use super::frames::{Frames, Marker};
use super::join::{Fell, Joiner, without_lane};
use super::samples::NativeSamples;
use super::symbols::NativeSymbols;
use crate::call_tree::{CallTree, Spent, Weigher};
use crate::paths::{Marks, PathId, Paths};
use crate::{Replay, Stacks};
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Error};
use std::collections::BTreeMap;

/// The merged graph of a selection with the functions that were seen in its spans.
#[derive(Clone, Debug)]
pub struct Hybrid {
    /// Spans, and below them functions; widths are as exact as without those.
    pub tree: CallTree,
    /// What became of the samples.
    pub joined: Joined,
}

/// What became of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// All.
    pub samples: u64,
    /// Those in a selected moment of a span.
    pub in_spans: u64,
    /// Those of recorded threads outside every span, or in what is not selected.
    pub outside: u64,
    /// Those of threads that recorded no span.
    pub without_lane: u64,
    /// How many threads those are.
    pub threads_without_lane: u64,
    /// Those in spans whose stack does not hold a function of any span around.
    pub uncut: u64,
    /// Those in spans that found the program at recording.
    pub profiler: u64,
}

impl Hybrid {
    /// Joins `samples` with the selected moments of `replay`, and merges by the kind of stack asked
    /// for.
    pub fn of(
        replay: &Replay<'_>,
        stacks: Stacks,
        samples: &NativeSamples,
        symbols: &NativeSymbols,
    ) -> Result<Hybrid, Error> {
        let recording = replay.recording();
        let joiner = Joiner::new(recording, samples, Some(stacks), &[0]);
        let replayed = replay.run((Weigher::new(stacks), joiner))?;
        let (weigher, joiner) = replayed.observer;
        let frames = Frames::of(recording, symbols);
        let mut graft = Graft::new(frames, replayed.paths, weigher.into_own());
        let seen = graft.seen(samples, symbols, &joiner.found[0]);
        graft.divide(&seen);
        let in_spans: u64 = joiner.found[0].values().sum();
        let (without_lane, threads_without_lane) = without_lane(recording, samples);
        let joined = Joined {
            samples: samples.count(),
            in_spans,
            outside: samples.count() - in_spans - without_lane,
            without_lane,
            threads_without_lane,
            ..graft.joined
        };
        let list = frames.list(recording, symbols);
        let tree = CallTree::grown(list, frames.callsites, &graft.paths, &graft.own);
        Ok(Hybrid { tree, joined })
    }
}

/// Functions put onto the stacks of spans.
struct Graft {
    frames: Frames,
    paths: Paths,
    own: Vec<Spent>,
    joined: Joined,
}

/// How often each stack of functions was seen on a stack of spans, outermost first.
type SeenOn = BTreeMap<Vec<Seen>, u64>;

impl Graft {
    fn new(frames: Frames, paths: Paths, own: Vec<Spent>) -> Graft {
        Graft { frames, paths, own, joined: Joined::default() }
    }

    fn seen(
        &mut self,
        samples: &NativeSamples,
        symbols: &NativeSymbols,
        found: &FxHashMap<Fell, u64>,
    ) -> BTreeMap<PathId, SeenOn> {
        let cutter = Cutter::new(symbols);
        let mut seen: BTreeMap<PathId, SeenOn> = BTreeMap::new();
        for (fell, &count) in found {
            let stack = symbols.expand(samples.stack(fell.stack));
            let below = cutter.below(&stack, self.paths.frames(fell.path));
            self.joined.uncut += if below.cut { 0 } else { count };
            let profiler = below.frames.last() == Some(&Seen::Profiler);
            self.joined.profiler += if profiler { count } else { 0 };
            *seen.entry(fell.path).or_default().entry(below.frames).or_default() += count;
        }
        seen
    }

    /// Divides what each stack of spans has by itself among what was seen on it.
    fn divide(&mut self, seen: &BTreeMap<PathId, SeenOn>) {
        let nothing = SeenOn::new();
        for index in 0..self.own.len() {
            let path = PathId::of(index);
            let spent = self.own[index];
            if spent.busy_ns == 0 && !seen.contains_key(&path) {
                continue;
            }
            let seen = seen.get(&path).unwrap_or(&nothing);
            let kept = Spent { busy_ns: 0, cpu_ns: 0, blocked_ns: 0, ..spent };
            self.own[index] = kept;
            let blocked_ns = spent.blocked_ns.min(spent.busy_ns);
            if blocked_ns > 0 {
                let spent = Spent { busy_ns: blocked_ns, blocked_ns, ..Spent::default() };
                self.add(path, &[self.frames.marker(Marker::Blocked)], spent);
            }
            let rest = Spent { busy_ns: spent.busy_ns - blocked_ns, blocked_ns: 0, ..spent };
            match seen.is_empty() {
                true => self.not_sampled(path, rest),
                false => self.divide_among(path, rest, seen),
            }
        }
    }

    fn not_sampled(&mut self, path: PathId, rest: Spent) {
        if rest.busy_ns > 0 {
            let Spent { busy_ns, cpu_ns, .. } = rest;
            self.add(
                path,
                &[self.frames.marker(Marker::NotSampled)],
                Spent { busy_ns, cpu_ns, ..Spent::default() },
            );
        }
    }

    fn divide_among(&mut self, path: PathId, rest: Spent, seen: &SeenOn) {
        let counts: Vec<u64> = seen.values().copied().collect();
        // What is known to have passed on a processor, and what is not known, each by itself.
        let cpu = divide(rest.cpu_ns, &counts);
        let unknown = divide(rest.busy_ns.saturating_sub(rest.cpu_ns), &counts);
        for (index, (below, &samples)) in seen.iter().enumerate() {
            let frames: Vec<CallsiteId> =
                below.iter().map(|&seen| self.frames.seen(seen)).collect();
            let (cpu_ns, busy_ns) = (cpu[index], cpu[index] + unknown[index]);
            self.add(path, &frames, Spent { busy_ns, cpu_ns, samples, ..Spent::default() });
        }
    }

    /// Adds to the stack `path` with `frames` on it.
    fn add(&mut self, path: PathId, frames: &[CallsiteId], spent: Spent) {
        let child = |path, &frame: &CallsiteId| self.paths.child(path, frame, Marks::default());
        let path = frames.iter().fold(path, child);
        if path.index() >= self.own.len() {
            self.own.resize(path.index() + 1, Spent::default());
        }
        self.own[path.index()].add(spent);
    }
}
