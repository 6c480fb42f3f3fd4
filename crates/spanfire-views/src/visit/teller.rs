//! From what an observer is told to what a visitor is.

use super::lane_pieces::{Change, LanePieces};
use super::{
    Born, FollowsFrom, SpanNumber, Visited, VisitedInstant, VisitedLoss, VisitedSegment,
    VisitedSpan, Visitor,
};
use crate::RequestId;
use crate::replay::{Closing, Follows, Instant, Life, Missing, Observer, Segment, Slice, Window};
use crate::request_table::update;
use rustc_hash::FxHashMap;
use spanfire_recording::{Field, LaneId};

/// Tells a visitor.
pub(super) struct Teller<'a> {
    visitor: &'a mut dyn Visitor,
    window: Window,
    lanes: Vec<LanePieces>,
    phase: Phase,
    /// What was said of live spans that `closed` says again, by ordinal.
    said: FxHashMap<u64, Said>,
    told: Visited,
}

/// Where in the selected range the replay is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Before,
    Inside,
    After,
}

#[derive(Default)]
struct Said {
    fields: Vec<Field>,
    follows: Vec<SpanNumber>,
}

impl<'a> Teller<'a> {
    /// Nothing has been told.
    pub fn new(visitor: &'a mut dyn Visitor, lanes: usize, window: Window) -> Teller<'a> {
        Teller {
            visitor,
            window,
            lanes: (0..lanes).map(|_| LanePieces::default()).collect(),
            phase: Phase::Before,
            said: FxHashMap::default(),
            told: Visited {
                range_ns: 0..0,
                lanes: Vec::new(),
                spans: 0,
                segments: 0,
                cuts: 0,
                instants: 0,
                self_ns: 0,
                unknown_causes: 0,
                open_spans: 0,
                lost_events: 0,
                cut: false,
            },
        }
    }

    /// What it came to.
    pub fn finish(self) -> Visited {
        self.told
    }

    /// Begins all pieces when the selected range does, and ends them with it.
    fn advance(&mut self, now_ns: u64) {
        if self.phase == Phase::Before && now_ns >= self.window.clamp(0) {
            self.phase = Phase::Inside;
            self.tell_all(self.window.clamp(0));
        }
        if self.phase == Phase::Inside && now_ns >= self.window.clamp(u64::MAX) {
            self.phase = Phase::After;
            self.tell_all(self.window.clamp(u64::MAX));
        }
    }

    fn tell_all(&mut self, at_ns: u64) {
        for lane in 0..self.lanes.len() {
            self.tell(lane, at_ns);
        }
    }

    fn tell(&mut self, lane: usize, at_ns: u64) {
        let (visitor, cuts) = (&mut *self.visitor, &mut self.told.cuts);
        let change = |change| match change {
            Change::Begins(piece) => {
                *cuts += u64::from(piece.split);
                visitor.entered(&piece);
            }
            Change::Ends(piece) => visitor.left(&piece),
        };
        let id = LaneId(lane as u32);
        match self.phase {
            Phase::Before => {}
            Phase::Inside => self.lanes[lane].tell(id, at_ns, change),
            Phase::After => self.lanes[lane].end(id, at_ns, change),
        }
    }
}

fn number(life: &Life) -> SpanNumber {
    SpanNumber(life.ordinal)
}

fn born(life: &Life, window: Window) -> Born {
    let parent = Some(life.parent.ordinal).filter(|&ordinal| ordinal != 0 && !life.is_root);
    Born {
        number: number(life),
        callsite: life.callsite,
        parent: parent.map(SpanNumber),
        request: RequestId(life.root),
        is_root: life.is_root,
        lane: life.born_on,
        at_ns: window.clamp(life.born_ns),
    }
}

impl Observer for Teller<'_> {
    const FIELDS: bool = true;

    fn born(&mut self, life: &Life) {
        self.advance(life.born_ns);
        self.visitor.born(&born(life, self.window));
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        update(&mut self.said.entry(life.ordinal).or_default().fields, fields);
        self.visitor.fields(number(life), fields);
    }

    fn follows(&mut self, follows: Follows, life: &Life, cause: Option<&Life>) {
        self.advance(follows.at_ns);
        let cause = cause.map(number);
        match cause {
            Some(cause) => self.said.entry(life.ordinal).or_default().follows.push(cause),
            None => self.told.unknown_causes += 1,
        }
        let Follows { lane, at_ns } = follows;
        self.visitor.follows(&FollowsFrom { span: number(life), cause, lane, at_ns });
    }

    fn slice(&mut self, slice: &Slice, _: &Life) {
        self.told.self_ns = self.told.self_ns.saturating_add(slice.length_ns);
    }

    fn entered(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.advance(at_ns);
        self.lanes[lane.index()].enter(number(life), life.callsite);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let &Segment { lane, start_ns, end_ns, depth, busy_ns, open, .. } = segment;
        self.told.segments += 1;
        self.visitor.segment(&VisitedSegment {
            span: number(life),
            callsite: life.callsite,
            lane,
            start_ns,
            end_ns,
            depth,
            busy_ns,
            open,
        });
    }

    fn left(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.advance(at_ns);
        self.lanes[lane.index()].leave(number(life));
    }

    fn restacked(&mut self, lane: LaneId, at_ns: u64, counts: bool) {
        self.advance(at_ns);
        self.lanes[lane.index()].select(counts);
        self.tell(lane.index(), self.window.clamp(at_ns));
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        let said = self.said.remove(&life.ordinal).unwrap_or_default();
        self.told.spans += u64::from(closing.counts);
        self.told.open_spans += u64::from(closing.counts && closing.open);
        self.visitor.closed(&VisitedSpan {
            born: born(life, self.window),
            start_ns: closing.start_ns,
            end_ns: closing.end_ns,
            busy_ns: life.busy_ns,
            self_ns: life.self_ns,
            waited_ns: closing.waited_ns,
            segments: life.segments,
            fields: &said.fields,
            follows: &said.follows,
            open: closing.open,
            inexact: life.inexact,
            unknown: life.unknown,
            selected: closing.counts,
        });
    }

    fn instant(&mut self, instant: &Instant<'_>, life: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, fields } = instant;
        self.advance(at_ns);
        self.told.instants += 1;
        let span = life.map(number);
        self.visitor.instant(&VisitedInstant { lane, at_ns, callsite, fields, span });
    }

    fn lost(&mut self, loss: &Missing) {
        let &Missing { lane, start_ns, end_ns, events, cause } = loss;
        self.visitor.lost(&VisitedLoss { lane, start_ns, end_ns, events, cause });
    }
}
