//! Which spans live, and what they descend from.

use super::Engine;
use crate::paths::PathId;
use crate::replay::life::{Kin, Life, RequestNumber, Slot, Standing};
use crate::replay::observer::{Closing, Observer};
use crate::replay::rules::Rule;
use spanfire_recording::{CallsiteId, Chunk, Form, LaneId, Parent, SpanId, raw};

/// What a span hands down to those created under it.
#[derive(Clone, Copy)]
struct Heritage {
    inside: bool,
    logical: PathId,
    request: RequestNumber,
    root: u64,
    kin: Kin,
}

impl<O: Observer> Engine<'_, O> {
    pub(super) fn create(
        &mut self,
        lane: usize,
        id: SpanId,
        callsite: CallsiteId,
        parent: Parent,
        now_ns: u64,
    ) -> Option<Slot> {
        // An id used once can only be known already if a span was inferred.
        let may_live = self.form == Form::Layer || self.inferred > 0;
        if may_live && let Some(live) = self.lives.mapped(id) {
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
        let parent = self.parent(lane, parent);
        let rule = self.rules.callsite(callsite)?;
        let heritage = self.heritage(parent);
        let mut life = self.conceive(id, callsite, rule, heritage, now_ns);
        life.touched = self.lanes[lane].selected;
        life.born_on = LaneId(lane as u32);
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

    /// The span that a new one or an instant of a lane descends from.
    pub(super) fn parent(&mut self, lane: usize, parent: Parent) -> Option<Slot> {
        match parent {
            Parent::Root => None,
            Parent::Current => self.lanes[lane].current(),
            Parent::Span(parent) => self.find(lane, parent).or_else(|| self.lanes[lane].current()),
        }
    }

    fn heritage(&self, parent: Option<Slot>) -> Heritage {
        let Some(slot) = parent else {
            return Heritage {
                inside: self.rules.rootless,
                logical: PathId::EMPTY,
                request: RequestNumber(0),
                root: 0,
                kin: Kin::NONE,
            };
        };
        let life = &self.lives[slot];
        let visible = life.standing == Standing::Visible;
        Heritage {
            inside: life.inside,
            logical: life.logical,
            request: life.request,
            root: life.root,
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
        life.root = heritage.root;
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
                life.root = self.born;
            }
        }
        life
    }

    pub(super) fn find_or_infer(&mut self, lane: usize, id: SpanId, now_ns: u64) -> Option<Slot> {
        let found = self.find(lane, id);
        if found.is_some() || self.form == Form::Layer {
            return found;
        }
        let slot = self.create(lane, id, raw::callsite_of(id), Parent::Current, now_ns)?;
        self.inferred += 1;
        self.lives[slot].unknown = true;
        self.lives.map(slot);
        Some(slot)
    }

    /// The live span with this id: the innermost of the lane, or a mapped one, or one on a stack,
    /// which is mapped from then on.
    pub(super) fn find(&mut self, lane: usize, id: SpanId) -> Option<Slot> {
        if let Some(top) = self.lanes[lane].stack.last()
            && top.id == id
        {
            return Some(top.slot);
        }
        let mapped = self.lives.mapped(id);
        if mapped.is_some() {
            return mapped;
        }
        for lane in self.unmapped.drain(..) {
            let lane = &mut self.lanes[lane];
            lane.listed = false;
            for open in &lane.stack[lane.mapped..] {
                self.lives.map(open.slot);
            }
            lane.mapped = lane.stack.len();
        }
        self.lives.mapped(id)
    }

    pub(super) fn drop_handle(&mut self, slot: Slot, now_ns: u64) {
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

    pub(super) fn close(&mut self, slot: Slot, now_ns: u64, open: bool) {
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

    pub(super) fn fields(&mut self, lane: usize, id: SpanId, chunk: &Chunk, fields: u32) {
        // Looking for a span may let it be found by its id: so it is looked for whoever observes, or
        // views would differ on recordings that use an id twice.
        if let Some(slot) = self.find(lane, id)
            && O::FIELDS
            && self.lives[slot].standing == Standing::Visible
        {
            self.observer.fields(&self.lives[slot], chunk.fields(fields));
        }
    }
}
