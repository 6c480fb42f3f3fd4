//! The events of a recording one by one, in an order in which every span exists while it is used.
//!
//! What a lane recorded as one event, created and entered or left and dropped, happened somewhere
//! between that event and the lane's one before or after it. If another lane names the span in
//! there, it was created before, or dropped after. Clocks that disagree a little are the same case. Found by looking through all there is in between.

use spanfire_recording::{Chunk, EventKind, Form, Parent, SpanId, Tick};
use std::cmp::Reverse;

/// One thing that happened: `kind` is neither [`EventKind::NewEnter`] nor [`EventKind::ExitDrop`].
pub struct Step {
    /// The index of the chunk it stands in.
    pub chunk: usize,
    /// When, as far as that was recorded.
    pub tick: Tick,
    /// What.
    pub kind: EventKind,
}

/// All that happened, in the order of ticks.
pub fn steps(form: Form, chunks: &[Chunk]) -> Vec<Step> {
    let mut order: Vec<(Tick, usize, usize)> = Vec::new();
    for (chunk, content) in chunks.iter().enumerate() {
        let events = content.events.iter().enumerate();
        order.extend(events.map(|(event, at)| (at.tick, chunk, event)));
    }
    order.sort();
    let kinds = order.iter().map(|&(_, chunk, event)| chunks[chunk].events[event].kind);
    let lanes = order.iter().map(|&(_, chunk, _)| chunks[chunk].lane.index());
    let events = Events { form, kinds: kinds.collect(), lanes: lanes.collect() };
    let births = events.births();
    let mut steps = Vec::new();
    for (at, &(tick, chunk, _)) in order.iter().enumerate() {
        let mut push = |(at, part, round): (usize, u32, usize), tick, kind| {
            steps.push(((at, part, Reverse(round)), Step { chunk, tick, kind }));
        };
        match events.kinds[at] {
            EventKind::NewEnter { span, callsite, parent } => {
                let (birth, round) = births[at];
                let early = birth < at;
                let since = if early { order[events.before(at)].0 } else { tick };
                let new = EventKind::New { span, callsite, parent, exact: !early };
                push((birth, u32::from(!early), round), since, new);
                push((at, 2, 0), tick, EventKind::Enter { span });
            }
            kind @ EventKind::New { .. } => {
                let (birth, round) = births[at];
                push((birth, u32::from(birth == at), round), tick, kind);
            }
            EventKind::Drop { span } if events.left_at(at, span, tick, &order) => {
                let last = events.last_named(at, span, &births);
                push((last, 3, 0), order[last].0, EventKind::Drop { span });
            }
            EventKind::ExitDrop { span } => {
                let last = events.last_named(at, span, &births);
                push((at, 2, 0), tick, EventKind::Exit { span });
                push((last, 3, 0), order[last].0, EventKind::Drop { span });
            }
            kind => push((at, 2, 0), tick, kind),
        }
    }
    steps.sort_by_key(|&(key, _)| key);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Events in the order of ticks.
struct Events {
    form: Form,
    kinds: Vec<EventKind>,
    lanes: Vec<usize>,
}

impl Events {
    /// For each event that creates: before which one the span existed, and in which round
    /// that was found. A span that must exist for another to be created is found a round later.
    fn births(&self) -> Vec<(usize, usize)> {
        let mut births: Vec<(usize, usize)> = (0..self.kinds.len()).map(|at| (at, 0)).collect();
        for round in 1.. {
            let mut earlier = births.clone();
            for (at, kind) in self.kinds.iter().enumerate() {
                if let EventKind::NewEnter { span, .. } | EventKind::New { span, .. } = *kind
                    && let Some(birth) = self.birth(at, span, &births)
                {
                    earlier[at] = (birth, round);
                }
            }
            if earlier == births {
                break;
            }
            births = earlier;
        }
        births
    }

    /// Where the span of event `at` is named before it is said to be there.
    fn birth(&self, at: usize, span: SpanId, births: &[(usize, usize)]) -> Option<usize> {
        let first = if self.before(at) == at { at } else { self.before(at) + 1 };
        let named = (first..at).filter(|&other| names(&self.kinds[other], span));
        let named = named.filter(|&other| !(other..at).any(|end| self.frees(end, span)));
        named.map(|other| births[other].0).filter(|&birth| birth < births[at].0).min()
    }

    /// The last event that names a span before its lane goes on after event `at`.
    fn last_named(&self, at: usize, span: SpanId, births: &[(usize, usize)]) -> usize {
        let lane = self.lanes[at];
        let goes_on = |other: usize| {
            let bound = matches!(self.kinds[other], EventKind::New { exact: false, .. });
            self.lanes[other] == lane && !bound
        };
        let others = (at + 1..self.kinds.len()).take_while(|&other| !goes_on(other));
        // Unless it is told of this span's own creation late, another has the id from there on.
        let again = |other: usize| creates(&self.kinds[other], span) && births[other].0 > at;
        let others = others.take_while(|&other| !again(other));
        let named =
            |other: usize| names(&self.kinds[other], span) || creates(&self.kinds[other], span);
        others.filter(|&other| named(other)).last().unwrap_or(at)
    }

    /// Whether event `at` drops a handle at the tick at which its lane left the span: it was recorded as
    /// coming at once, of which the exit was told before the drop was known.
    fn left_at(&self, at: usize, id: SpanId, tick: Tick, order: &[(Tick, usize, usize)]) -> bool {
        let before = self.before(at);
        let exit = matches!(self.kinds[before], EventKind::Exit { span } if span == id);
        exit && order[before].0 == tick
    }

    /// Whether an id may mean another span after an event.
    fn frees(&self, at: usize, id: SpanId) -> bool {
        let drop = self.kinds[at];
        let drops =
            matches!(drop, EventKind::Drop { span } | EventKind::ExitDrop { span } if span == id);
        drops && self.form == Form::Layer
    }

    /// The event before, on the same lane, or this one.
    fn before(&self, at: usize) -> usize {
        (0..at).rev().find(|&other| self.lanes[other] == self.lanes[at]).unwrap_or(at)
    }
}

fn creates(kind: &EventKind, id: SpanId) -> bool {
    matches!(*kind, EventKind::New { span, .. } | EventKind::NewEnter { span, .. } if span == id)
}

/// Whether an event needs a span to exist.
fn names(kind: &EventKind, id: SpanId) -> bool {
    match *kind {
        EventKind::Enter { span }
        | EventKind::Exit { span }
        | EventKind::ExitDrop { span }
        | EventKind::Drop { span }
        | EventKind::Clone { span }
        | EventKind::Fields { span, .. } => span == id,
        EventKind::Follows { span, cause } => span == id || cause == id,
        EventKind::New { parent, .. }
        | EventKind::NewEnter { parent, .. }
        | EventKind::Instant { parent, .. } => parent == Parent::Span(id),
        EventKind::Lost { .. } => false,
    }
}
