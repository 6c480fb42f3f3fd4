//! What was recorded as one event, and may have been two with another lane in between.
//!
//! A lane that creates a span and does nothing before it enters it records both as one, and so with
//! leaving a span and dropping its handle. What lies between the two is known only to lie between
//! two events of that lane. Another lane that has the span by reference may use it there:
//!
//! ```text
//! one │    new ┄┄┄┄┄┄┄┄┄ enter     exit ┄┄┄┄┄┄┄┄┄ drop   │ next
//! two │          enter, exit              enter, exit
//! ```
//!
//! The clocks of two processors may also disagree, by less than it takes them to talk to each other: then
//! what one does with a span that it was just given may seem to come before its creation.
//!
//! So a span that another lane mentions too early is created then, and one that was dropped goes only
//! with its lane's next event; until then it has *ended*, which a use takes back. None of this costs
//! a look into a map while no lane asks for a span that it cannot find; where there is but one lane,
//! it is left out.

use super::Engine;
use super::spans::Birth;
use crate::replay::lane::Coming;
use crate::replay::life::{Kin, Slot, Standing};
use crate::replay::observer::Observer;
use spanfire_recording::{CallsiteId, Parent, SpanId};

impl<O: Observer> Engine<'_, O> {
    /// The lane's next event will create a span.
    pub(super) fn foresee(
        &mut self,
        lane: usize,
        id: SpanId,
        callsite: CallsiteId,
        parent: Parent,
    ) {
        if self.lanes.len() == 1 {
            return;
        }
        self.lanes[lane].coming = Some(Coming { id, callsite, parent, mapped: false, made: None });
        self.list(lane);
    }

    /// The span that the lane's present event creates, if another lane has used it before.
    pub(super) fn already_made(&mut self, lane: usize, id: SpanId) -> Option<Slot> {
        let coming = self.lanes[lane].coming.take()?;
        if coming.mapped && self.coming.get(&id) == Some(&lane) {
            self.coming.remove(&id);
        }
        let made = coming.made.filter(|_| coming.id == id)?;
        self.lives.kin(made)?;
        self.revive(made.slot);
        Some(made.slot)
    }

    /// Creates a span that some lane's next event would create, and before it the parents for which
    /// the same holds. That was since the lane's last event; now is when it was for sure.
    pub(super) fn make_early(&mut self, id: SpanId) -> Option<Slot> {
        let mut lanes = Vec::new();
        let mut wanted = Some(id);
        while let Some(lane) = wanted.and_then(|id| self.coming.remove(&id)) {
            lanes.push(lane);
            wanted = match self.lanes[lane].coming {
                Some(Coming { parent: Parent::Span(parent), .. }) => Some(parent),
                _ => None,
            };
        }
        let mut made = None;
        for lane in lanes.into_iter().rev() {
            made = self.make(lane);
        }
        made
    }

    fn make(&mut self, lane: usize) -> Option<Slot> {
        let Coming { id, callsite, parent, .. } = self.lanes[lane].coming?;
        let slot = self.create(lane, Birth { id, callsite, parent })?;
        self.lives[slot].inexact = true;
        self.lives.map(slot);
        let kin = Kin { slot, ordinal: self.lives[slot].ordinal };
        if let Some(coming) = &mut self.lanes[lane].coming {
            coming.made = Some(kin);
        }
        Some(slot)
    }

    /// The lane leaves a span, or has left it, and drops a handle of it, now or some time before its next event.
    pub(super) fn doom_handle(&mut self, lane: usize, slot: Slot) {
        if self.lanes.len() == 1 {
            return self.lose_handle(slot);
        }
        let life = &mut self.lives[slot];
        life.doomed += 1;
        self.lanes[lane].going = Some(Kin { slot, ordinal: life.ordinal });
        self.list(lane);
    }

    /// The lane goes on: the handle that it dropped is gone.
    pub(super) fn let_go(&mut self, lane: usize) {
        let Some(Kin { slot, ordinal }) = self.lanes[lane].going.take() else { return };
        if self.lives[slot].ordinal != ordinal {
            return;
        }
        self.lose_handle(slot);
        let life = &mut self.lives[slot];
        life.doomed -= 1;
        if life.entered == 0 && life.handles == 0 {
            let last_ns = life.last_ns;
            self.close(slot, last_ns, false);
        }
    }

    /// A span of which no handle is left but those that are doomed is entered nowhere: as far as is
    /// known this is its end.
    pub(super) fn end(&mut self, slot: Slot, now_ns: u64) {
        let window = self.rules.window;
        let life = &mut self.lives[slot];
        life.ended = true;
        life.wait_if_idle(now_ns, window);
        if life.standing == Standing::Visible {
            let parent = life.parent;
            self.observer.ended(window.clamp(now_ns.max(life.born_ns)), life);
            if let Some(parent) = self.lives.kin(parent) {
                parent.ended_children += 1;
                parent.wait_if_idle(now_ns, window);
            }
        }
    }

    /// A span is used: if it had ended, it had not. What is around it has not waited since it was left
    /// last; what it waited before stays counted.
    pub(super) fn revive(&mut self, slot: Slot) {
        let life = &mut self.lives[slot];
        if !life.ended {
            return;
        }
        life.ended = false;
        life.last_ns = life.last_ns.max(self.now_ns);
        if life.standing == Standing::Visible {
            let parent = life.parent;
            self.observer.revived(self.rules.window.clamp(self.now_ns), life);
            if let Some(parent) = self.lives.kin(parent) {
                parent.ended_children = parent.ended_children.saturating_sub(1);
                if parent.entered == 0 {
                    parent.forget_waiting();
                }
            }
        }
    }
}
