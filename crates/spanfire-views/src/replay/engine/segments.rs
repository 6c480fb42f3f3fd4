//! What is entered where, and whose the time is.
//!
//! Between two events of a lane, time belongs to the top of its physical stack. It is handed out
//! whenever that stack is about to change, so the pieces telescope: whatever is summed over them,
//! every moment of a lane is in the sum once.

use super::Engine;
use crate::paths::PathId;
use crate::replay::lane::{Lane, Open, Place};
use crate::replay::life::{Slot, Standing};
use crate::replay::observer::{Observer, Probe, Probed, ProbedRequests, Segment, Slice, Spot};
use crate::replay::on_cpu::Split;
use spanfire_recording::LaneId;

impl<O: Observer> Engine<'_, O> {
    pub(super) fn enter(&mut self, lane: usize, slot: Slot, now_ns: u64) {
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
            entered_split: lane_state.split,
            outermost_clock_ns: lane_state.clock_ns,
            depth,
            place,
        });
        self.list(lane);
        let life = &self.lives[slot];
        if life.standing == Standing::Visible {
            self.observer.entered(LaneId(lane as u32), now_ns, life);
        }
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
    pub(super) fn hand_out(&mut self, lane: usize, now_ns: u64) {
        let id = LaneId(lane as u32);
        let lane = &mut self.lanes[lane];
        let place = lane.place();
        if let Some(owner) = place.owner
            && place.counts
        {
            let length_ns = self.rules.window.length(lane.since_ns, now_ns);
            if length_ns > 0 {
                lane.clock_ns += length_ns;
                let life = &mut self.lives[owner];
                life.self_ns = life.self_ns.saturating_add(length_ns);
                let start_ns = self.rules.window.clamp(lane.since_ns);
                let split = match &mut self.on_cpu {
                    Some(on_cpu) => on_cpu.split(id, start_ns, start_ns + length_ns),
                    None => Split::default(),
                };
                lane.split = lane.split.plus(split);
                let slice = Slice { lane: id, start_ns, length_ns, split, path: place.path };
                self.observer.slice(&slice, life);
            }
        }
        lane.since_ns = lane.since_ns.max(now_ns);
    }

    /// What follows a change of the lane's stack, after its segments have been told.
    fn switch(&mut self, lane: usize, now_ns: u64) {
        let id = LaneId(lane as u32);
        let lane = &mut self.lanes[lane];
        self.observer.restacked(id, lane.since_ns, lane.place().counts);
        let running = lane.place().running();
        if running != lane.running {
            let at_ns = self.rules.window.clamp(now_ns);
            self.observer.switched(at_ns, lane.running, running);
            lane.running = running;
        }
    }

    pub(super) fn exit(&mut self, lane: usize, slot: Slot, now_ns: u64) {
        // Looking through a stack may be long; a span that is entered nowhere need not be looked for.
        let entered = Some(slot).filter(|&slot| self.lives[slot].entered > 0);
        match entered.and_then(|slot| self.lanes[lane].position(slot)) {
            Some(index) => self.leave(lane, index, now_ns, false),
            None => self.tally_unmatched_exit(lane, true),
        }
    }

    /// Ends one open segment, the innermost or one further out.
    pub(super) fn leave(&mut self, lane: usize, index: usize, now_ns: u64, open: bool) {
        self.hand_out(lane, now_ns);
        let state = &mut self.lanes[lane];
        let left = state.stack.remove(index);
        state.mapped = state.mapped.min(index);
        if O::PROBES {
            self.tell_probe(lane, index, &left);
        }
        self.report(lane, &left, now_ns, open);
        let life = &self.lives[left.slot];
        if life.standing == Standing::Visible {
            self.observer.left(LaneId(lane as u32), self.lanes[lane].since_ns, life);
        }
        if index < self.lanes[lane].stack.len() {
            self.restack(lane, index);
        }
        self.switch(lane, now_ns);
        let life = &mut self.lives[left.slot];
        life.entered -= 1;
        life.last_ns = life.last_ns.max(now_ns);
        self.settle(left.slot, now_ns, open);
    }

    /// Tells what was done to record a segment that is no longer among those from `index` on.
    fn tell_probe(&mut self, lane: usize, index: usize, left: &Open) {
        let state = &self.lanes[lane];
        let below = index.checked_sub(1).and_then(|below| state.stack.get(below));
        let spot = |place: Place| {
            let owner = place.owner.filter(|_| place.counts)?;
            Some(Spot { thread: place.path, span: self.lives[owner].logical })
        };
        let (within, around) = (spot(left.place), below.and_then(|below| spot(below.place)));
        let requests = ProbedRequests {
            within: left.place.request,
            around: below.map(|below| below.place.request).unwrap_or_default(),
        };
        let busy_ns = state.clock_ns - left.entered_clock_ns;
        let life = &mut self.lives[left.slot];
        let probe = match (life.was_entered, life.has_fields) {
            (true, _) => Probe::Reenter,
            (false, true) => Probe::Fields,
            (false, false) => Probe::Plain,
        };
        life.was_entered = true;
        if self.rules.window.contains(left.entered_ns) {
            let visible = life.standing == Standing::Visible;
            let lane = LaneId(lane as u32);
            self.observer.probed(&Probed {
                lane,
                probe,
                within,
                around,
                requests,
                busy_ns,
                visible,
            });
        }
    }

    fn report(&mut self, lane: usize, left: &Open, now_ns: u64, open: bool) {
        let window = self.rules.window;
        let Lane { clock_ns, split, .. } = self.lanes[lane];
        let life = &mut self.lives[left.slot];
        life.ran_ns = life.ran_ns.saturating_add(window.length(left.entered_ns, now_ns));
        let busy_ns = clock_ns - left.entered_clock_ns;
        let counts = left.place.counts || busy_ns > 0;
        let there = self.lanes[lane].selected && window.meets(left.entered_ns, now_ns);
        if life.standing != Standing::Visible || !counts || !there {
            return;
        }
        let split = split.since(left.entered_split);
        life.busy_ns = life.busy_ns.saturating_add(busy_ns);
        life.split = life.split.plus(split);
        life.segments += 1;
        let outermost_ns = clock_ns - left.outermost_clock_ns;
        let segment = Segment {
            lane: LaneId(lane as u32),
            start_ns: window.clamp(left.entered_ns),
            end_ns: window.clamp(now_ns.max(left.entered_ns)),
            depth: left.depth as usize,
            busy_ns,
            split,
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
}
