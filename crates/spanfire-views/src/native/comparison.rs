//! What real samples say of each span, beside what is known exactly.

use super::Hybrid;
use crate::sampling::wilson;
use spanfire_recording::CallsiteId;
use std::collections::BTreeMap;

/// A span name as samples saw it, and as it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The callsite.
    pub callsite: CallsiteId,
    /// Its self time, without what is known to have passed off the processor, where no sample falls.
    pub time_ns: u64,
    /// The share of that in all such time: the truth.
    pub share: f64,
    /// How many samples fell in it.
    pub samples: u64,
    /// The share of them in all samples in spans: what a sampler alone would say.
    pub reported: f64,
    /// From where to where the true share is, by the samples, in 95 of 100 cases.
    pub interval: (f64, f64),
}

impl Hybrid {
    /// Every span name that took time or was sampled, the longest first.
    pub fn compared(&self) -> Vec<Compared> {
        let mut sums: BTreeMap<CallsiteId, (u64, u64)> = BTreeMap::new();
        // A node's span is its own frame, or that of the node around it.
        let mut spans: Vec<Option<CallsiteId>> = Vec::with_capacity(self.tree.nodes().len());
        for node in self.tree.nodes() {
            let own = node.frame.filter(|&frame| !self.tree.is_native(frame));
            let span = own.or_else(|| spans.get(node.parent).copied().flatten());
            spans.push(span);
            if let Some(span) = span {
                let (time_ns, samples) = sums.entry(span).or_default();
                *time_ns = time_ns.saturating_add(node.busy_ns.saturating_sub(node.blocked_ns));
                *samples += node.samples;
            }
        }
        let all_ns: u64 = sums.values().fold(0, |all, (time_ns, _)| all.saturating_add(*time_ns));
        let all: u64 = sums.values().map(|(_, samples)| samples).sum();
        let share =
            |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let compared = |(callsite, (time_ns, samples))| Compared {
            callsite,
            time_ns,
            share: share(time_ns, all_ns),
            samples,
            reported: share(samples, all),
            interval: wilson(samples, all),
        };
        let sums = sums.into_iter().filter(|(_, sums)| *sums != (0, 0));
        let mut compared: Vec<Compared> = sums.map(compared).collect();
        compared.sort_by_key(|row| std::cmp::Reverse(row.time_ns));
        compared
    }
}
