//! The spans of one request, gathered while they live.

use super::{ChartSegment, ChartSpan};
use crate::replay::{Closing, Life, Observer, RequestNumber, Segment};
use crate::request_table::update;
use crate::{Compensated, RequestId};
use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_recording::Field;
use std::cmp::Reverse;

/// How many spans close at least before it is worth looking for those to forget.
const PRUNE_AFTER: usize = 1024;

/// Gathers the longest-lived spans of a request, with their ancestors. Memory is bounded by twice
/// the limit, the spans open at once, and their segments.
pub(super) struct Gatherer {
    id: RequestId,
    number: Option<RequestNumber>,
    limit: usize,
    /// By the ordinal of the span.
    spans: FxHashMap<u64, Gathered>,
    closed: usize,
}

struct Gathered {
    /// The parent's ordinal; 0 at the root.
    parent: u64,
    span: ChartSpan,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Live,
    Selected,
    /// Closed, and only kept for what is under it.
    Unselected,
}

impl Gatherer {
    pub fn new(id: RequestId, limit: usize) -> Gatherer {
        Gatherer { id, number: None, limit: limit.max(1), spans: FxHashMap::default(), closed: 0 }
    }

    /// The request's number in this replay, if it has occurred.
    pub fn number(&self) -> Option<RequestNumber> {
        self.number
    }

    /// The spans in the order of their creation, and how many of them are selected.
    pub fn finish(mut self) -> (Vec<ChartSpan>, u64) {
        let root = self.id.0;
        let mut kept = FxHashSet::from_iter([root]);
        for ordinal in self.longest_lived() {
            let missing: Vec<u64> =
                self.line(ordinal).take_while(|ordinal| !kept.contains(ordinal)).collect();
            if kept.len() + missing.len() > self.limit {
                break;
            }
            kept.extend(missing);
        }
        let mut ordinals: Vec<u64> = kept.into_iter().collect();
        ordinals.sort_unstable();
        let mut selected = 0;
        let spans = ordinals.iter().filter_map(|ordinal| {
            let Gathered { parent, span, state } = self.spans.remove(ordinal)?;
            selected += u64::from(state == State::Selected);
            let parent = ordinals.binary_search(&parent).ok();
            // A parent that closed long ago may be forgotten; the root is above everything.
            Some(ChartSpan { parent: parent.or((*ordinal != root).then_some(0)), ..span })
        });
        (spans.collect(), selected)
    }

    /// A span and its ancestors.
    fn line(&self, ordinal: u64) -> impl Iterator<Item = u64> {
        let parent = |ordinal: &u64| self.spans.get(ordinal).map(|gathered| gathered.parent);
        std::iter::successors(Some(ordinal), parent).take_while(|&ordinal| ordinal != 0)
    }

    /// The closed and selected spans, as many as may be kept.
    fn longest_lived(&self) -> Vec<u64> {
        let selected = self.spans.iter().filter(|(_, gathered)| gathered.state == State::Selected);
        let lifetime_ns = |span: &ChartSpan| span.end_ns - span.start_ns;
        let mut longest: Vec<(Reverse<u64>, u64)> = selected
            .map(|(&ordinal, gathered)| (Reverse(lifetime_ns(&gathered.span)), ordinal))
            .collect();
        longest.sort_unstable();
        longest.into_iter().take(self.limit).map(|(_, ordinal)| ordinal).collect()
    }

    /// Forgets spans that can no longer be among the longest-lived or above them. A span that has
    /// closed gets no more children.
    fn prune(&mut self) {
        let live = self.spans.iter().filter(|(_, gathered)| gathered.state == State::Live);
        let mut wanted: Vec<u64> = live.map(|(&ordinal, _)| ordinal).collect();
        wanted.extend(self.longest_lived());
        let mut kept = FxHashSet::from_iter([self.id.0]);
        for ordinal in wanted {
            for ancestor in self.line(ordinal) {
                if !kept.insert(ancestor) {
                    break;
                }
            }
        }
        self.spans.retain(|ordinal, _| kept.contains(ordinal));
        self.closed = 0;
    }

    fn get(&mut self, life: &Life) -> Option<&mut Gathered> {
        if self.number != Some(life.request) {
            return None;
        }
        self.spans.get_mut(&life.ordinal)
    }
}

impl Gatherer {
    /// A segment, with what remains of it without what recording took.
    pub fn gather(&mut self, segment: &Segment, life: &Life, compensated: Option<Compensated>) {
        if let Some(gathered) = self.get(life) {
            let &Segment { start_ns, end_ns, lane, .. } = segment;
            gathered.span.segments.push(ChartSegment { start_ns, end_ns, lane, compensated });
        }
    }
}

impl Observer for Gatherer {
    const FIELDS: bool = true;

    fn born(&mut self, life: &Life) {
        if life.is_root && life.ordinal == self.id.0 {
            self.number = Some(life.request);
        }
        if self.number != Some(life.request) {
            return;
        }
        let span = ChartSpan {
            callsite: life.callsite,
            parent: None,
            row: 0,
            start_ns: life.born_ns,
            end_ns: life.born_ns,
            busy_ns: 0,
            self_ns: 0,
            segments: Vec::new(),
            open: false,
            fields: Vec::new(),
        };
        // The root's own parent is outside the request.
        let parent = if life.is_root { 0 } else { life.parent.ordinal };
        self.spans.insert(life.ordinal, Gathered { parent, span, state: State::Live });
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        if let Some(gathered) = self.get(life) {
            update(&mut gathered.span.fields, fields);
        }
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        self.gather(segment, life, None);
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        let Some(Gathered { span, state, .. }) = self.get(life) else { return };
        span.start_ns = closing.start_ns;
        span.end_ns = closing.end_ns;
        span.busy_ns = life.busy_ns;
        span.self_ns = life.self_ns;
        span.open = closing.open;
        span.segments.sort_unstable_by_key(|segment| (segment.start_ns, segment.lane));
        *state = if closing.counts { State::Selected } else { State::Unselected };
        self.closed += 1;
        if self.closed > self.limit.max(PRUNE_AFTER) {
            self.prune();
        }
    }
}
