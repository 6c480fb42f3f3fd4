//! The spans alive at one moment of a replay.

use super::departed::Cause;
use super::on_cpu::Split;
use super::rules::Window;
use crate::paths::PathId;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, LaneId, SpanId};
use std::ops::{Index, IndexMut};

/// A live span: what is known of it so far.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// What the program calls it.
    pub id: SpanId,
    /// Its callsite.
    pub callsite: CallsiteId,
    /// The how-manieth span created it is, from 1; 0 in a free slot.
    pub ordinal: u64,
    /// What selection makes of it.
    pub standing: Standing,
    /// Whether a selected root is above it, or it is one.
    pub inside: bool,
    /// The nearest visible span above it.
    pub parent: Kin,
    /// The request it belongs to.
    pub request: RequestNumber,
    /// Whether the request starts with it.
    pub is_root: bool,
    /// The ordinal of the span that its request starts with; 0 for none.
    pub root: u64,
    /// The lane it was created on.
    pub born_on: LaneId,
    /// Its logical stack.
    pub logical: PathId,
    /// The physical stack it was first entered on; empty before.
    pub first_entered: PathId,
    /// The physical stack it was last entered on; empty before.
    pub last_entered: PathId,
    /// When it was created.
    pub born_ns: u64,
    /// Whether that is only a bound.
    pub inexact: bool,
    /// Whether its creation was never seen.
    pub unknown: bool,
    /// Whether values of its fields were recorded.
    pub has_fields: bool,
    /// Whether it was entered and left.
    pub was_entered: bool,
    /// Whether it was created or entered on a selected lane.
    pub touched: bool,
    /// Selected time of its segments.
    pub busy_ns: u64,
    /// How much of that its threads ran, as far as is known.
    pub split: Split,
    /// Selected time in which it was the innermost.
    pub self_ns: u64,
    /// Time of its segments on any lane.
    pub ran_ns: u64,
    /// Selected segments.
    pub segments: u64,
    /// Time it waited: entered nowhere, and with nothing open below it.
    pub waited_ns: u64,
    /// Since when it waits.
    waits_since: Option<u64>,
    /// Handles the program holds.
    pub handles: u32,
    /// How many of these were dropped, unless another lane turns out to have used it since.
    pub doomed: u32,
    /// How many open segments it has.
    pub entered: u32,
    /// Whether it ended, unless another lane turns out to have used it since.
    pub ended: bool,
    /// When it was last left or used otherwise: it closes then if its last handle was doomed.
    pub last_ns: u64,
    /// Visible spans directly below it that are not closed.
    pub children: u32,
    /// How many of these have ended.
    pub ended_children: u32,
    /// Whether it can be found by its id without looking through the stacks.
    mapped: bool,
    /// Whether its id means another span by now.
    retired: bool,
}

/// What selection makes of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has a frame.
    Visible,
    /// It has none; its time belongs to the frame around it.
    Hidden,
    /// It has none, and its time does not count.
    Outside,
}

/// A span as remembered by another, which may outlive it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kin {
    /// Where it is, while it lives.
    pub slot: Slot,
    /// Which span it is; 0 for none.
    pub ordinal: u64,
}

impl Kin {
    /// No span.
    pub const NONE: Kin = Kin { slot: Slot(0), ordinal: 0 };
}

/// The place of a live span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// The number of a selected request, dense, in the order of their roots' creation; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestNumber(pub u32);

impl Life {
    /// A span just created, with one handle.
    pub fn new(id: SpanId, callsite: CallsiteId, ordinal: u64, born_ns: u64) -> Life {
        Life {
            id,
            callsite,
            ordinal,
            standing: Standing::Visible,
            inside: true,
            parent: Kin::NONE,
            request: RequestNumber(0),
            is_root: false,
            root: 0,
            born_on: LaneId(0),
            logical: PathId::EMPTY,
            first_entered: PathId::EMPTY,
            last_entered: PathId::EMPTY,
            born_ns,
            inexact: false,
            unknown: false,
            has_fields: false,
            was_entered: false,
            touched: false,
            busy_ns: 0,
            split: Split::default(),
            self_ns: 0,
            ran_ns: 0,
            segments: 0,
            waited_ns: 0,
            waits_since: None,
            handles: 1,
            doomed: 0,
            entered: 0,
            ended: false,
            last_ns: born_ns,
            children: 0,
            ended_children: 0,
            mapped: false,
            retired: false,
        }
    }

    /// Starts or stops its waiting clock, whichever its state asks for.
    pub fn wait_if_idle(&mut self, now_ns: u64, window: Window) {
        let idle = self.entered == 0 && self.children == self.ended_children;
        match self.waits_since {
            None if idle => self.waits_since = Some(now_ns),
            Some(since_ns) if !idle => {
                self.waited_ns = self.waited_ns.saturating_add(window.length(since_ns, now_ns));
                self.waits_since = None;
            }
            _ => {}
        }
    }

    /// Sets its waiting clock back to before it was started: it did not wait.
    pub fn forget_waiting(&mut self) {
        self.waits_since = None;
    }

    /// Stops its waiting clock for good.
    pub fn stop_waiting(&mut self, now_ns: u64, window: Window) {
        if let Some(since_ns) = self.waits_since.take() {
            self.waited_ns = self.waited_ns.saturating_add(window.length(since_ns, now_ns));
        }
    }

    /// As that from which others follow.
    pub fn as_cause(&self) -> Cause {
        Cause { ordinal: self.ordinal, root: self.root }
    }

    /// The physical stack it is counted on, the logical one if it was never entered.
    pub fn made_on(&self) -> PathId {
        if self.first_entered == PathId::EMPTY { self.logical } else { self.first_entered }
    }

    /// The physical stack it waits on, the logical one if it was never entered.
    pub fn waits_on(&self) -> PathId {
        if self.last_entered == PathId::EMPTY { self.logical } else { self.last_entered }
    }
}

/// All live spans, found by slot, or by id where someone may ask for it.
///
/// A span that is entered, left and closed on one lane is only ever asked for as the innermost of
/// that lane, and never costs a hash.
#[derive(Default)]
pub(crate) struct Lives {
    slots: Vec<Life>,
    free: Vec<Slot>,
    by_id: FxHashMap<SpanId, Slot>,
}

impl Index<Slot> for Lives {
    type Output = Life;

    fn index(&self, slot: Slot) -> &Life {
        &self.slots[slot.0 as usize]
    }
}

impl IndexMut<Slot> for Lives {
    fn index_mut(&mut self, slot: Slot) -> &mut Life {
        &mut self.slots[slot.0 as usize]
    }
}

impl Lives {
    /// Takes in a new span.
    pub fn add(&mut self, life: Life) -> Slot {
        match self.free.pop() {
            Some(slot) => {
                self[slot] = life;
                slot
            }
            None => {
                self.slots.push(life);
                Slot((self.slots.len() - 1) as u32)
            }
        }
    }

    /// Lets a span go.
    pub fn remove(&mut self, slot: Slot) {
        self.unmap(slot);
        self[slot].ordinal = 0;
        self.free.push(slot);
    }

    /// The span with this id, if it was mapped.
    pub fn mapped(&self, id: SpanId) -> Option<Slot> {
        self.by_id.get(&id).copied()
    }

    /// Lets a span be found by its id, unless the id means a younger one.
    pub fn map(&mut self, slot: Slot) {
        let life = &self[slot];
        if life.mapped || life.retired {
            return;
        }
        let (id, ordinal) = (life.id, life.ordinal);
        match self.mapped(id) {
            Some(other) if self[other].ordinal > ordinal => self[slot].retired = true,
            other => {
                other.into_iter().for_each(|other| self.retire(other));
                self[slot].mapped = true;
                self.by_id.insert(id, slot);
            }
        }
    }

    /// Its id means another span from now on.
    pub fn retire(&mut self, slot: Slot) {
        self.unmap(slot);
        self[slot].retired = true;
    }

    fn unmap(&mut self, slot: Slot) {
        let life = &mut self.slots[slot.0 as usize];
        if life.mapped {
            life.mapped = false;
            self.by_id.remove(&life.id);
        }
    }

    /// The span remembered as `kin`, if it still lives.
    pub fn kin(&mut self, kin: Kin) -> Option<&mut Life> {
        self.slots
            .get_mut(kin.slot.0 as usize)
            .filter(|life| kin.ordinal != 0 && life.ordinal == kin.ordinal)
    }

    fn living(&self, kin: Kin) -> Option<&Life> {
        let life = self.slots.get(kin.slot.0 as usize)?;
        (kin.ordinal != 0 && life.ordinal == kin.ordinal).then_some(life)
    }

    /// The span itself if it is visible, or the nearest visible one above it that still lives.
    pub fn nearest_visible(&self, slot: Option<Slot>) -> Option<&Life> {
        let life = &self[slot?];
        match life.standing {
            Standing::Visible => Some(life),
            Standing::Hidden | Standing::Outside => self.living(life.parent),
        }
    }

    /// All live spans, the youngest first.
    pub fn youngest_first(&self) -> Vec<Slot> {
        let mut live: Vec<Slot> = (0..self.slots.len() as u32).map(Slot).collect();
        live.retain(|&slot| self[slot].ordinal != 0);
        live.sort_unstable_by_key(|&slot| std::cmp::Reverse(self[slot].ordinal));
        live
    }
}
