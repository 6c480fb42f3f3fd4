//! What events mean.
//!
//! `spans` knows which spans live and what they descend from; `segments` knows what is entered
//! where, and hands out time; `at_once` knows what is uncertain of a span that was recorded as
//! created and entered, or left and dropped, at once. This file tells them what happens.

mod spans;
mod segments;
mod at_once;

use super::departed::Departed;
use super::lane::Lane;
use super::life::{Life, Lives, Slot, Standing};
use super::observer::{Follows, Instant, Missing, Observer};
use super::on_cpu::OnCpu;
use super::order::Sink;
use super::rules::Rules;
use crate::paths::Paths;
use rustc_hash::FxHashMap;
use spanfire_recording::{
    CallsiteId, Chunk, Event, EventKind, Field, Form, LaneId, Loss, LossCause, Parent, Recording,
    SpanId, Tick, Timebase,
};
use spans::Birth;

/// The state of a replay at one moment.
pub(crate) struct Engine<'a, O> {
    form: Form,
    timebase: &'a Timebase,
    rules: Rules,
    /// `None` where no switch was recorded.
    on_cpu: Option<OnCpu>,
    paths: Paths,
    lives: Lives,
    departed: Departed,
    lanes: Vec<Lane>,
    /// The lanes on which a span may be entered that cannot be found by its id.
    unmapped: Vec<usize>,
    /// The lanes whose next event creates a span that another lane might use before.
    coming: FxHashMap<SpanId, usize>,
    /// The time of the event that is happening.
    now_ns: u64,
    observer: O,
    born: u64,
    /// How many spans were entered before their creation was seen.
    inferred: u64,
    requests: u32,
    tally: Tally,
    /// Losses outside the lanes' own events, the earliest last.
    losses: FxHashMap<LaneId, Vec<Loss>>,
    progress: &'a mut dyn FnMut(),
}

/// What is missing or does not fit, on the selected lanes and in the selected time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Exits of spans that were not entered on that lane.
    pub unmatched_exits: u64,
    /// Handles dropped of spans of which nothing else is known.
    pub unknown_drops: u64,
    /// Events that were not recorded.
    pub lost_events: u64,
    /// Time in which lanes waited for the collector.
    pub stalled_ns: u64,
}

/// What remains when a replay has ended.
pub(crate) struct Replayed<O> {
    /// The view.
    pub observer: O,
    /// The stacks that its paths number.
    pub paths: Paths,
    /// Oddities.
    pub tally: Tally,
    /// Which lanes are selected and have an event in the selected time.
    pub seen: Vec<bool>,
}

impl<O: Observer> Sink for Engine<'_, O> {
    fn event(&mut self, lane_id: LaneId, at_ns: u64, event: &Event, chunk: &Chunk) {
        let lane = lane_id.index();
        self.now_ns = at_ns;
        // A bound of when something happened says nothing of what happened before it.
        if !matches!(event.kind, EventKind::New { exact: false, .. }) {
            self.let_go(lane);
        }
        if self.rules.window.contains(at_ns) {
            self.lanes[lane].seen = true;
        }
        match event.kind {
            EventKind::NewEnter { span, callsite, parent } => {
                let slot = self
                    .already_made(lane, span)
                    .or_else(|| self.create(lane, Birth { id: span, callsite, parent }));
                if let Some(slot) = slot {
                    self.enter(lane, slot, at_ns);
                }
            }
            EventKind::Enter { span } => {
                if let Some(slot) = self.find_or_infer(lane, span) {
                    self.enter(lane, slot, at_ns);
                }
            }
            EventKind::ExitDrop { span } => {
                // The handle first: a span that will not be asked for again is never mapped.
                match self.find(lane, span) {
                    Some(slot) if self.lives[slot].entered > 0 => {
                        self.doom_handle(lane, slot);
                        self.exit(lane, slot, at_ns);
                    }
                    slot => {
                        self.tally_unmatched_exit(lane, slot.is_some());
                        slot.into_iter().for_each(|slot| self.drop_handle(slot, at_ns));
                    }
                }
            }
            EventKind::Exit { span } => {
                self.lanes[lane].left = Some((span, at_ns));
                match self.find(lane, span) {
                    Some(slot) => self.exit(lane, slot, at_ns),
                    None => self.tally_unmatched_exit(lane, false),
                }
            }
            EventKind::New { span, callsite, parent, exact } => {
                let birth = Birth { id: span, callsite, parent };
                if self.already_made(lane, span).is_none()
                    && let Some(slot) = self.create(lane, birth)
                {
                    self.lives[slot].inexact = !exact;
                    self.lives.map(slot);
                }
            }
            EventKind::Clone { span } => {
                if let Some(slot) = self.find(lane, span) {
                    self.lives[slot].handles = self.lives[slot].handles.saturating_add(1);
                }
            }
            EventKind::Drop { span } => match self.find(lane, span) {
                // Recorded as coming at once, of which the exit was told before the drop was known.
                Some(slot) if self.lanes[lane].left == Some((span, at_ns)) => {
                    self.doom_handle(lane, slot);
                    self.settle(slot, at_ns, false);
                }
                Some(slot) => self.drop_handle(slot, at_ns),
                None => self.tally_unknown_drop(lane),
            },
            EventKind::Fields { span, fields } => self.fields(lane, span, chunk, fields),
            EventKind::Follows { span, cause } => self.follows(lane, span, cause, at_ns),
            EventKind::Instant { callsite, parent, fields } => {
                self.instant(lane, callsite, parent, chunk.fields(fields), at_ns);
            }
            EventKind::Lost { loss } => {
                if let Some(loss) = chunk.loss(loss) {
                    self.lose(loss, at_ns);
                }
            }
        }
    }

    fn foreseen(&mut self, lane: LaneId, event: &Event) {
        match event.kind {
            EventKind::NewEnter { span, callsite, parent }
            | EventKind::New { span, callsite, parent, .. } => {
                self.foresee(lane.index(), span, callsite, parent);
            }
            _ => {}
        }
    }

    fn chunk_begins(&mut self, lane: LaneId, from: Tick) {
        self.lose_outside(lane, from);
    }

    fn chunk_done(&mut self) {
        (self.progress)();
    }
}

impl<'a, O: Observer> Engine<'a, O> {
    /// Nothing has happened yet.
    pub fn new(
        recording: &'a Recording,
        rules: Rules,
        on_cpu: Option<OnCpu>,
        observer: O,
        progress: &'a mut dyn FnMut(),
    ) -> Self {
        let lanes = (0..recording.lanes().len() as u32)
            .map(|lane| Lane { selected: rules.lane(LaneId(lane)), ..Lane::default() });
        Engine {
            form: recording.header().form,
            timebase: recording.timebase(),
            lanes: lanes.collect(),
            unmapped: Vec::new(),
            coming: FxHashMap::default(),
            now_ns: 0,
            paths: Paths::new(rules.empty),
            rules,
            on_cpu,
            lives: Lives::default(),
            departed: Departed::default(),
            observer,
            born: 0,
            inferred: 0,
            requests: 0,
            tally: Tally::default(),
            losses: losses_by_lane(recording),
            progress,
        }
    }

    /// Ends what is open at the end of the recording.
    pub fn finish(mut self, end_ns: u64) -> Replayed<O> {
        for lane in 0..self.lanes.len() {
            self.lose_outside(LaneId(lane as u32), Tick(u64::MAX));
        }
        for lane in 0..self.lanes.len() {
            self.let_go(lane);
        }
        for lane in 0..self.lanes.len() {
            while let Some(top) = self.lanes[lane].stack.len().checked_sub(1) {
                self.leave(lane, top, end_ns, true);
            }
        }
        for slot in self.lives.youngest_first() {
            self.close(slot, end_ns, true);
        }
        let seen = self.lanes.iter().map(|lane| lane.seen && lane.selected).collect();
        Replayed { observer: self.observer, paths: self.paths, tally: self.tally, seen }
    }

    /// Takes note of a loss that is known `now`. What was open where events are missing ends
    /// there: whether it went on is not known.
    fn lose(&mut self, loss: &Loss, now_ns: u64) {
        let lane = loss.lane.index();
        let (first_ns, last_ns) = (self.timebase.ns(loss.first), self.timebase.ns(loss.last));
        let window = self.rules.window;
        if self.lanes[lane].selected && window.meets(first_ns, last_ns) {
            match loss.cause {
                LossCause::Stall => {
                    let stalled_ns = window.length(first_ns, last_ns);
                    self.tally.stalled_ns = self.tally.stalled_ns.saturating_add(stalled_ns);
                }
                LossCause::Overflow | LossCause::Sink => {
                    self.tally.lost_events = self.tally.lost_events.saturating_add(loss.events);
                }
            }
            self.observer.lost(&Missing {
                lane: loss.lane,
                start_ns: window.clamp(first_ns),
                end_ns: window.clamp(last_ns.max(first_ns)),
                events: loss.events,
                cause: loss.cause,
            });
        }
        if loss.events == 0 {
            return;
        }
        let at_ns = first_ns.min(now_ns).max(self.lanes[lane].since_ns);
        while let Some(top) = self.lanes[lane].stack.len().checked_sub(1) {
            self.leave(lane, top, at_ns, false);
        }
        self.lanes[lane].lossy = true;
    }

    /// Takes note of the losses outside the lane's own events up to a tick.
    fn lose_outside(&mut self, lane: LaneId, until: Tick) {
        while let Some(loss) =
            self.losses.get_mut(&lane).and_then(|losses| losses.pop_if(|loss| loss.first <= until))
        {
            self.lose(&loss, self.timebase.ns(until));
        }
    }

    fn follows(&mut self, lane: usize, span: SpanId, cause: SpanId, at_ns: u64) {
        let (slot, from) = (self.find(lane, span), self.find(lane, cause));
        let visible = |slot: Option<Slot>| {
            slot.map(|slot| &self.lives[slot]).filter(|life| life.standing == Standing::Visible)
        };
        if let Some(life) = visible(slot)
            && self.rules.window.contains(at_ns)
        {
            let follows = Follows { lane: LaneId(lane as u32), at_ns };
            let cause = match from {
                None if O::CAUSES => self.departed.find(cause),
                from => visible(from).map(Life::as_cause),
            };
            self.observer.follows(follows, life, cause);
        }
    }

    fn instant(
        &mut self,
        lane: usize,
        callsite: CallsiteId,
        parent: Parent,
        fields: &[Field],
        at_ns: u64,
    ) {
        let owner = self.parent(lane, parent);
        let state = &self.lanes[lane];
        let place = state.place();
        let counts = match place.owner {
            Some(_) => place.counts,
            None => state.selected && self.rules.rootless && self.rules.empty.admit(),
        };
        if counts && self.rules.window.contains(at_ns) && self.rules.callsite(callsite).is_some() {
            let instant = Instant { lane: LaneId(lane as u32), at_ns, callsite, fields };
            let owner = self.lives.nearest_visible(owner);
            self.observer.instant(&instant, owner);
        }
    }

    fn tally_unmatched_exit(&mut self, lane: usize, known: bool) {
        let lane = &self.lanes[lane];
        // Ids that a layer does not know are spans that were filtered out.
        let expected = lane.lossy || (self.form == Form::Layer && !known);
        self.tally.unmatched_exits += u64::from(lane.selected && !expected);
    }

    fn tally_unknown_drop(&mut self, lane: usize) {
        let lane = &self.lanes[lane];
        let expected = lane.lossy || self.form == Form::Layer;
        self.tally.unknown_drops += u64::from(lane.selected && !expected);
    }
}

fn losses_by_lane(recording: &Recording) -> FxHashMap<LaneId, Vec<Loss>> {
    let mut by_lane: FxHashMap<LaneId, Vec<Loss>> = FxHashMap::default();
    for loss in recording.losses().iter().filter(|loss| loss.lane.index() < recording.lanes().len())
    {
        by_lane.entry(loss.lane).or_default().push(*loss);
    }
    for losses in by_lane.values_mut() {
        losses.sort_by_key(|loss| std::cmp::Reverse(loss.first));
    }
    by_lane
}
