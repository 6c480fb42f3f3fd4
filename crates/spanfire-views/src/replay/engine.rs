//! What events mean: spans that live, segments that are open, moments that belong to them.
//!
//! Between two events of a lane, time belongs to the top of its physical stack. It is handed out
//! whenever that stack is about to change, so the pieces telescope: whatever is summed over them,
//! every moment of a lane is in the sum once.

use super::lane::{Lane, Open, Place};
use super::life::{Kin, Life, Lives, RequestNumber, Slot, Standing};
use super::observer::{Closing, Observer, Segment, Slice};
use super::order::Sink;
use super::rules::{Rule, Rules};
use crate::paths::{PathId, Paths};
use spanfire_recording::{
    CallsiteId, Chunk, Event, EventKind, Form, LaneId, Loss, Parent, Recording, SpanId, Timebase,
    raw,
};

/// The state of a replay at one moment.
pub(crate) struct Engine<'a, O> {
    form: Form,
    timebase: &'a Timebase,
    rules: Rules,
    paths: Paths,
    lives: Lives,
    lanes: Vec<Lane>,
    observer: O,
    born: u64,
    requests: u32,
    tally: Tally,
    progress: &'a mut dyn FnMut(),
}

/// What does not fit a well-formed program, on the selected lanes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Exits of spans that were not entered on that lane.
    pub unmatched_exits: u64,
    /// Handles dropped of spans of which nothing else is known.
    pub unknown_drops: u64,
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

/// What a span hands down to those created under it.
#[derive(Clone, Copy)]
struct Heritage {
    inside: bool,
    logical: PathId,
    request: RequestNumber,
    kin: Kin,
}

impl<O: Observer> Sink for Engine<'_, O> {
    fn event(&mut self, lane_id: LaneId, at_ns: u64, event: &Event, chunk: &Chunk) {
        let lane = lane_id.index();
        if self.rules.window.contains(at_ns) {
            self.lanes[lane].seen = true;
        }
        match event.kind {
            EventKind::NewEnter { span, callsite, parent } => {
                if let Some(slot) = self.create(lane, span, callsite, parent, at_ns) {
                    self.enter(lane, slot, at_ns);
                }
            }
            EventKind::Enter { span } => {
                if let Some(slot) = self.find_or_infer(lane, span, at_ns) {
                    self.enter(lane, slot, at_ns);
                }
            }
            EventKind::ExitDrop { span } => {
                // The handle first: a span that will not be asked for again is never mapped.
                match self.find(lane, span) {
                    Some(slot) if self.lives[slot].entered > 0 => {
                        self.drop_handle(slot, at_ns);
                        self.exit(lane, slot, at_ns);
                    }
                    slot => {
                        self.tally_unmatched_exit(lane, slot.is_some());
                        slot.into_iter().for_each(|slot| self.drop_handle(slot, at_ns));
                    }
                }
            }
            EventKind::Exit { span } => match self.find(lane, span) {
                Some(slot) => self.exit(lane, slot, at_ns),
                None => self.tally_unmatched_exit(lane, false),
            },
            EventKind::New { span, callsite, parent, exact } => {
                if let Some(slot) = self.create(lane, span, callsite, parent, at_ns) {
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
                Some(slot) => self.drop_handle(slot, at_ns),
                None => self.tally_unknown_drop(lane),
            },
            EventKind::Fields { span, fields } => self.fields(lane, span, chunk, fields),
            EventKind::Follows { .. } => {}
            EventKind::Instant { callsite, .. } => self.instant(lane, callsite, at_ns),
            EventKind::Lost { loss } => {
                if let Some(loss) = chunk.loss(loss) {
                    self.lose(lane, loss, at_ns);
                }
            }
        }
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
        observer: O,
        progress: &'a mut dyn FnMut(),
    ) -> Self {
        let lanes = (0..recording.lanes().len() as u32)
            .map(|lane| Lane { selected: rules.lane(LaneId(lane)), ..Lane::default() });
        Engine {
            form: recording.header().form,
            timebase: recording.timebase(),
            lanes: lanes.collect(),
            paths: Paths::new(rules.empty),
            rules,
            lives: Lives::default(),
            observer,
            born: 0,
            requests: 0,
            tally: Tally::default(),
            progress,
        }
    }

    /// Ends what is open at the end of the recording.
    pub fn finish(mut self, end_ns: u64) -> Replayed<O> {
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

    fn create(
        &mut self,
        lane: usize,
        id: SpanId,
        callsite: CallsiteId,
        parent: Parent,
        now_ns: u64,
    ) -> Option<Slot> {
        if let Some(live) = self.lives.mapped(id) {
            if self.form == Form::Subscriber {
                // Its enter was read on a clock that ran behind.
                self.lives[live].unknown = false;
                return Some(live);
            }
            self.lives.retire(live);
            self.lives[live].handles = 0;
            if self.lives[live].entered == 0 {
                self.close(live, now_ns, false);
            }
        }
        let parent = match parent {
            Parent::Root => None,
            Parent::Current => self.lanes[lane].current(),
            Parent::Span(parent) => self.find(lane, parent).or_else(|| self.lanes[lane].current()),
        };
        let rule = self.rules.callsite(callsite)?;
        let heritage = self.heritage(parent);
        let mut life = self.conceive(id, callsite, rule, heritage, now_ns);
        life.touched = self.lanes[lane].selected;
        life.wait_if_idle(now_ns, self.rules.window);
        if life.standing == Standing::Visible {
            if let Some(parent) = self.lives.kin(life.parent) {
                parent.children += 1;
                parent.wait_if_idle(now_ns, self.rules.window);
            }
            self.observer.born(&life);
        }
        Some(self.lives.add(life))
    }

    fn heritage(&self, parent: Option<Slot>) -> Heritage {
        let Some(slot) = parent else {
            return Heritage {
                inside: self.rules.rootless,
                logical: PathId::EMPTY,
                request: RequestNumber(0),
                kin: Kin::NONE,
            };
        };
        let life = &self.lives[slot];
        let visible = life.standing == Standing::Visible;
        Heritage {
            inside: life.inside,
            logical: life.logical,
            request: life.request,
            kin: if visible { Kin { slot, ordinal: life.ordinal } } else { life.parent },
        }
    }

    fn conceive(
        &mut self,
        id: SpanId,
        callsite: CallsiteId,
        rule: Rule,
        heritage: Heritage,
        now_ns: u64,
    ) -> Life {
        self.born += 1;
        let mut life = Life::new(id, callsite, self.born, now_ns);
        life.inside = heritage.inside || rule.root;
        life.parent = heritage.kin;
        life.logical = heritage.logical;
        life.request = heritage.request;
        if rule.hide || !self.rules.lives_long(self.born) {
            life.standing = Standing::Hidden;
        } else if !life.inside {
            life.standing = Standing::Outside;
        } else {
            life.logical = self.paths.child(heritage.logical, callsite, rule.marks);
            if heritage.request == RequestNumber(0) {
                self.requests += 1;
                life.request = RequestNumber(self.requests);
                life.is_root = true;
            }
        }
        life
    }

    fn find_or_infer(&mut self, lane: usize, id: SpanId, now_ns: u64) -> Option<Slot> {
        let found = self.find(lane, id);
        if found.is_some() || self.form == Form::Layer {
            return found;
        }
        let slot = self.create(lane, id, raw::callsite_of(id), Parent::Current, now_ns)?;
        self.lives[slot].unknown = true;
        self.lives.map(slot);
        Some(slot)
    }

    /// The live span with this id: the innermost of the lane, or a mapped one, or one on a stack,
    /// which is mapped from then on.
    fn find(&mut self, lane: usize, id: SpanId) -> Option<Slot> {
        if let Some(top) = self.lanes[lane].stack.last()
            && top.id == id
        {
            return Some(top.slot);
        }
        let mapped = self.lives.mapped(id);
        if mapped.is_some() {
            return mapped;
        }
        for lane in &mut self.lanes {
            for open in &lane.stack[lane.mapped..] {
                self.lives.map(open.slot);
            }
            lane.mapped = lane.stack.len();
        }
        self.lives.mapped(id)
    }

    fn enter(&mut self, lane: usize, slot: Slot, now_ns: u64) {
        self.hand_out(lane, now_ns);
        let life = &mut self.lives[slot];
        let duplicate = life.entered > 0 && self.lanes[lane].position(slot).is_some();
        life.entered += 1;
        life.wait_if_idle(now_ns, self.rules.window);
        let around = self.lanes[lane].place();
        let place = self.place(lane, around, slot);
        let life = &mut self.lives[slot];
        if life.standing == Standing::Visible {
            life.last_entered = place.path;
            if life.first_entered == PathId::EMPTY {
                life.first_entered = place.path;
            }
        }
        let lane_state = &mut self.lanes[lane];
        life.touched |= lane_state.selected;
        let depth = lane_state.stack.last().map_or(0, |open| {
            open.depth + u32::from(self.lives[open.slot].standing == Standing::Visible)
        });
        lane_state.stack.push(Open {
            id: self.lives[slot].id,
            slot,
            duplicate,
            entered_ns: now_ns,
            entered_clock_ns: lane_state.clock_ns,
            outermost_clock_ns: lane_state.clock_ns,
            depth,
            place,
        });
        self.switch(lane, now_ns);
    }

    /// Where moments belong with `slot` entered in `around`.
    fn place(&mut self, lane: usize, around: Place, slot: Slot) -> Place {
        let life = &self.lives[slot];
        match life.standing {
            Standing::Hidden => around,
            Standing::Outside => Place { path: around.path, ..Place::NOWHERE },
            Standing::Visible => {
                let marks = self.rules.callsite(life.callsite).unwrap_or_default().marks;
                let path = self.paths.child(around.path, life.callsite, marks);
                let marks = self.paths.marks(path).and(self.paths.marks(life.logical));
                Place {
                    owner: Some(slot),
                    path,
                    counts: self.lanes[lane].selected && marks.admit(),
                    request: life.request,
                    outermost: !self.paths.is_recursive(path),
                }
            }
        }
    }

    /// Gives the time since the last change of the lane's stack to the span it belongs to.
    fn hand_out(&mut self, lane: usize, now_ns: u64) {
        let lane = &mut self.lanes[lane];
        let place = lane.place();
        if let Some(owner) = place.owner
            && place.counts
        {
            let length_ns = self.rules.window.length(lane.since_ns, now_ns);
            if length_ns > 0 {
                lane.clock_ns += length_ns;
                let life = &mut self.lives[owner];
                life.self_ns += length_ns;
                self.observer.slice(&Slice { length_ns, path: place.path }, life);
            }
        }
        lane.since_ns = lane.since_ns.max(now_ns);
    }

    fn switch(&mut self, lane: usize, now_ns: u64) {
        let lane = &mut self.lanes[lane];
        let running = lane.place().running();
        if running != lane.running {
            let at_ns = self.rules.window.clamp(now_ns);
            self.observer.switched(at_ns, lane.running, running);
            lane.running = running;
        }
    }

    fn exit(&mut self, lane: usize, slot: Slot, now_ns: u64) {
        // Looking through a stack may be long; a span that is entered nowhere need not be looked for.
        let entered = Some(slot).filter(|&slot| self.lives[slot].entered > 0);
        match entered.and_then(|slot| self.lanes[lane].position(slot)) {
            Some(index) => self.leave(lane, index, now_ns, false),
            None => self.tally_unmatched_exit(lane, true),
        }
    }

    /// Ends one open segment, the innermost or one further out.
    fn leave(&mut self, lane: usize, index: usize, now_ns: u64, open: bool) {
        self.hand_out(lane, now_ns);
        let state = &mut self.lanes[lane];
        let left = state.stack.remove(index);
        state.mapped = state.mapped.min(index);
        let clock_ns = state.clock_ns;
        self.report(lane, &left, clock_ns, now_ns, open);
        if index < self.lanes[lane].stack.len() {
            self.restack(lane, index);
        }
        self.switch(lane, now_ns);
        let life = &mut self.lives[left.slot];
        life.entered -= 1;
        if life.entered > 0 {
            return;
        }
        if life.handles == 0 {
            self.close(left.slot, now_ns, open);
        } else {
            life.wait_if_idle(now_ns, self.rules.window);
            self.lives.map(left.slot);
        }
    }

    fn report(&mut self, lane: usize, left: &Open, clock_ns: u64, now_ns: u64, open: bool) {
        let window = self.rules.window;
        let life = &mut self.lives[left.slot];
        life.ran_ns += window.length(left.entered_ns, now_ns);
        let busy_ns = clock_ns - left.entered_clock_ns;
        let counts = left.place.counts || busy_ns > 0;
        let there = self.lanes[lane].selected && window.meets(left.entered_ns, now_ns);
        if life.standing != Standing::Visible || !counts || !there {
            return;
        }
        life.busy_ns += busy_ns;
        life.segments += 1;
        let outermost_ns = clock_ns - left.outermost_clock_ns;
        let segment = Segment {
            lane: LaneId(lane as u32),
            start_ns: window.clamp(left.entered_ns),
            end_ns: window.clamp(now_ns.max(left.entered_ns)),
            depth: left.depth as usize,
            busy_ns,
            nonreentrant_ns: if left.place.outermost { outermost_ns } else { 0 },
            open,
        };
        self.observer.segment(&segment, life);
    }

    /// Puts the segments from `index` on onto the stack that remains around them.
    ///
    /// ```text
    /// A ├─────────────┤              exit A while B is open:
    /// B      ├────────┼────────┤     A;B up to there, B from there
    /// ```
    fn restack(&mut self, lane: usize, index: usize) {
        let stack = &self.lanes[lane].stack;
        let mut around = index.checked_sub(1).map_or(Place::NOWHERE, |below| stack[below].place);
        for index in index..stack.len() {
            let place = self.place(lane, around, self.lanes[lane].stack[index].slot);
            let clock_ns = self.lanes[lane].clock_ns;
            let open = &mut self.lanes[lane].stack[index];
            if place.outermost && !open.place.outermost {
                open.outermost_clock_ns = clock_ns;
            }
            open.place = place;
            around = place;
        }
    }

    fn drop_handle(&mut self, slot: Slot, now_ns: u64) {
        let life = &mut self.lives[slot];
        life.handles = match self.form {
            Form::Subscriber => life.handles.saturating_sub(1),
            Form::Layer => 0,
        };
        // A span that is still entered closes when it is left: a drop may be read before the last
        // exit, and a guard may be forgotten.
        if life.handles == 0 && life.entered == 0 {
            self.close(slot, now_ns, false);
        }
    }

    fn close(&mut self, slot: Slot, now_ns: u64, open: bool) {
        let window = self.rules.window;
        let life = &mut self.lives[slot];
        life.stop_waiting(now_ns, window);
        let parent = life.parent;
        if life.standing == Standing::Visible {
            let life = &self.lives[slot];
            let end_ns = now_ns.max(life.born_ns);
            let marks = self.paths.marks(life.logical).and(self.paths.marks(life.waits_on()));
            let selected = life.touched && marks.admit();
            let closing = Closing {
                start_ns: window.clamp(life.born_ns),
                end_ns: window.clamp(end_ns),
                counts: window.meets(life.born_ns, end_ns) && (life.segments > 0 || selected),
                waited_ns: if selected { life.waited_ns } else { 0 },
                open,
            };
            self.observer.closed(&closing, life);
            if let Some(parent) = self.lives.kin(parent) {
                parent.children = parent.children.saturating_sub(1);
                parent.wait_if_idle(now_ns, window);
            }
        }
        self.lives.remove(slot);
    }

    fn fields(&mut self, lane: usize, id: SpanId, chunk: &Chunk, fields: u32) {
        if !O::FIELDS {
            return;
        }
        if let Some(slot) = self.find(lane, id)
            && self.lives[slot].standing == Standing::Visible
        {
            self.observer.fields(&self.lives[slot], chunk.fields(fields));
        }
    }

    fn instant(&mut self, lane: usize, callsite: CallsiteId, at_ns: u64) {
        let state = &self.lanes[lane];
        let place = state.place();
        let counts = match place.owner {
            Some(_) => place.counts,
            None => state.selected && self.rules.rootless && self.rules.empty.admit(),
        };
        if counts && self.rules.window.contains(at_ns) && self.rules.callsite(callsite).is_some() {
            self.observer.instant(LaneId(lane as u32), at_ns, callsite);
        }
    }

    fn lose(&mut self, lane: usize, loss: &Loss, now_ns: u64) {
        if loss.events == 0 {
            return;
        }
        let first_ns = self.timebase.ns(loss.first);
        let at_ns = first_ns.min(now_ns).max(self.lanes[lane].since_ns);
        while let Some(top) = self.lanes[lane].stack.len().checked_sub(1) {
            self.leave(lane, top, at_ns, false);
        }
        self.lanes[lane].lossy = true;
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
