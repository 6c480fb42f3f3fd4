//! Which spans live, and what they descend from.

use super::Engine;
use crate::paths::PathId;
use crate::replay::life::{Kin, Life, RequestNumber, Slot, Standing};
use crate::replay::observer::{Closing, Observer};
use crate::replay::rules::Rule;
use spanfire_recording::{CallsiteId, Chunk, Form, LaneId, Parent, SpanId, raw};

/// What is known of a span that is created.
pub(super) struct Birth {
    pub id: SpanId,
    pub callsite: CallsiteId,
    pub parent: Parent,
}

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
    pub(super) fn create(&mut self, lane: usize, birth: Birth) -> Option<Slot> {
        let Birth { id, callsite, parent } = birth;
        let now_ns = self.now_ns;
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
            let Life { entered, ended, last_ns, .. } = self.lives[live];
            if entered == 0 {
                self.close(live, if ended { last_ns } else { self.now_ns }, false);
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

    pub(super) fn find_or_infer(&mut self, lane: usize, id: SpanId) -> Option<Slot> {
        let found = self.find(lane, id);
        if found.is_some() || self.form == Form::Layer {
            return found;
        }
        let callsite = raw::callsite_of(id);
        let slot = self.create(lane, Birth { id, callsite, parent: Parent::Current })?;
        self.inferred += 1;
        self.lives[slot].unknown = true;
        self.lives.map(slot);
        Some(slot)
    }

    /// The live span with this id: the innermost of the lane, or a mapped one; or one on a stack, or
    /// one that was left and dropped, or will be created and entered, on another lane. These are
    /// mapped from then on.
    pub(super) fn find(&mut self, lane: usize, id: SpanId) -> Option<Slot> {
        if let Some(top) = self.lanes[lane].stack.last()
            && top.id == id
        {
            return Some(top.slot);
        }
        if self.lives.mapped(id).is_none() {
            self.map_all();
        }
        match self.lives.mapped(id) {
            Some(slot) => {
                self.revive(slot);
                Some(slot)
            }
            None => self.make_early(id),
        }
    }

    fn map_all(&mut self) {
        for index in self.unmapped.drain(..) {
            let lane = &mut self.lanes[index];
            lane.listed = false;
            for open in &lane.stack[lane.mapped..] {
                self.lives.map(open.slot);
            }
            lane.mapped = lane.stack.len();
            if let Some(going) = lane.going
                && self.lives.kin(going).is_some()
            {
                self.lives.map(going.slot);
            }
            if let Some(coming) = &mut lane.coming
                && !coming.mapped
            {
                coming.mapped = true;
                self.coming.insert(coming.id, index);
            }
        }
    }

    /// Remembers that a span might be found on a lane that cannot be found by its id.
    pub(super) fn list(&mut self, lane: usize) {
        let state = &mut self.lanes[lane];
        if !state.listed {
            state.listed = true;
            self.unmapped.push(lane);
        }
    }

    pub(super) fn drop_handle(&mut self, slot: Slot, now_ns: u64) {
        self.lose_handle(slot);
        let life = &mut self.lives[slot];
        life.last_ns = life.last_ns.max(now_ns);
        self.settle(slot, now_ns, false);
    }

    /// The program holds one handle less; of a layer's spans it is the last that is told.
    pub(super) fn lose_handle(&mut self, slot: Slot) {
        let life = &mut self.lives[slot];
        life.handles = match self.form {
            Form::Subscriber => life.handles.saturating_sub(1),
            Form::Layer => 0,
        };
    }

    /// Closes a span of which there is no handle, unless it is entered; or lets it wait.
    ///
    /// A span that is still entered closes when it is left: a drop may be read before the last exit,
    /// and a guard may be forgotten.
    pub(super) fn settle(&mut self, slot: Slot, now_ns: u64, open: bool) {
        let life = &mut self.lives[slot];
        if life.entered > 0 {
            return;
        }
        if life.handles == 0 {
            self.close(slot, now_ns, open);
        } else if life.handles <= life.doomed {
            self.end(slot, now_ns);
        } else {
            life.wait_if_idle(now_ns, self.rules.window);
            self.lives.map(slot);
        }
    }

    pub(super) fn close(&mut self, slot: Slot, now_ns: u64, open: bool) {
        let window = self.rules.window;
        let life = &mut self.lives[slot];
        life.stop_waiting(now_ns, window);
        let (parent, ended) = (life.parent, life.ended);
        if life.standing == Standing::Visible {
            let life = &self.lives[slot];
            let end_ns = now_ns.max(life.born_ns);
            let marks = self.paths.marks(life.logical).and(self.paths.marks(life.waits_on()));
            let selected = life.touched && marks.admit();
            let closing = Closing {
                start_ns: window.clamp(life.born_ns),
                end_ns: window.clamp(end_ns),
                counts: life.segments > 0 || (selected && window.meets(life.born_ns, end_ns)),
                waited_ns: if selected { life.waited_ns } else { 0 },
                open,
            };
            if !ended {
                self.observer.ended(closing.end_ns, life);
            }
            self.observer.closed(&closing, life);
            if O::CAUSES {
                self.departed.add(life.id, life.as_cause());
            }
            if let Some(parent) = self.lives.kin(parent) {
                parent.children = parent.children.saturating_sub(1);
                if ended {
                    parent.ended_children = parent.ended_children.saturating_sub(1);
                }
                parent.wait_if_idle(now_ns, window);
            }
        }
        self.lives.remove(slot);
    }

    pub(super) fn fields(&mut self, lane: usize, id: SpanId, chunk: &Chunk, fields: u32) {
        // Looking for a span may let it be found by its id: so it is looked for whoever observes, or
        // views would differ on recordings that use an id twice.
        let Some(slot) = self.find(lane, id) else { return };
        self.lives[slot].has_fields = true;
        if O::FIELDS && self.lives[slot].standing == Standing::Visible {
            self.observer.fields(&self.lives[slot], chunk.fields(fields));
        }
    }
}
