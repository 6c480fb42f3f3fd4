//! From what an observer is told to what a visitor is.

use super::nesting::{Change, Nesting};
use super::tracks::{TrackChange, Tracks};
use super::{
    Born, FollowsFrom, Piece, Ran, SpanNumber, TrackPiece, Visited, VisitedInstant, VisitedLoss,
    VisitedSegment, VisitedSpan, Visitor,
};
use crate::RequestId;
use crate::replay::{
    Cause, Closing, Follows, Instant, Life, Missing, Observer, Segment, Slice, SpanSet, Split,
    Window,
};
use crate::request_table::update;
use rustc_hash::FxHashMap;
use spanfire_recording::{Field, LaneId};

/// Tells a visitor.
pub(super) struct Teller<'a> {
    visitor: &'a mut dyn Visitor,
    window: Window,
    /// The spans to tell of; `None` for all.
    selected: Option<SpanSet>,
    phase: Phase,
    lanes: Vec<Stack>,
    tracks: Option<Tracks>,
    /// What was said of live spans that are selected and that something was said of, and of live ones
    /// that are not, by ordinal.
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

/// What is entered on a lane.
#[derive(Default)]
struct Stack {
    nesting: Nesting,
    /// Whether the present moment is selected.
    counts: bool,
}

#[derive(Default)]
struct Said {
    /// The nearest selected span above, where that is not its parent.
    above: Option<u64>,
    fields: Vec<Field>,
    follows: Vec<SpanNumber>,
}

/// Finds the spans that are selected.
#[derive(Default)]
pub(super) struct Selected(pub SpanSet);

impl Observer for Selected {
    fn closed(&mut self, closing: &Closing, life: &Life) {
        if closing.counts {
            self.0.insert(life.ordinal);
        }
    }
}

impl<'a> Teller<'a> {
    /// Nothing has been told.
    pub fn new(
        visitor: &'a mut dyn Visitor,
        lanes: usize,
        window: Window,
        selected: Option<SpanSet>,
    ) -> Teller<'a> {
        let tracks = visitor.wants_tracks().then(Tracks::default);
        Teller {
            visitor,
            window,
            selected,
            phase: Phase::Before,
            lanes: (0..lanes).map(|_| Stack::default()).collect(),
            tracks,
            said: FxHashMap::default(),
            told: Visited::default(),
        }
    }

    /// What it came to.
    pub fn finish(self) -> Visited {
        self.told
    }

    fn tells(&self, ordinal: u64) -> bool {
        self.selected.as_ref().is_none_or(|selected| selected.contains(ordinal))
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
        let id = LaneId(lane as u32);
        let Stack { nesting, counts } = &mut self.lanes[lane];
        let shown = *counts && self.phase == Phase::Inside;
        if self.phase == Phase::Before {
            return;
        }
        nesting.tell(shown, |change| {
            let Change { begins, span, callsite, depth, split } = change;
            let piece = Piece { lane: id, at_ns, span, callsite, depth, split };
            match begins {
                true => {
                    *cuts += u64::from(split);
                    visitor.entered(&piece);
                }
                false => visitor.left(&piece),
            }
        });
    }

    fn born_of(&self, life: &Life) -> Born {
        let said = self.selected.as_ref().and_then(|_| self.said.get(&life.ordinal));
        let parent = said.and_then(|said| said.above).unwrap_or(if life.is_root {
            0
        } else {
            life.parent.ordinal
        });
        Born {
            number: number(life),
            callsite: life.callsite,
            parent: Some(parent).filter(|&parent| parent != 0).map(SpanNumber),
            request: RequestId(life.root),
            is_root: life.is_root,
            lane: life.born_on,
            at_ns: self.window.clamp(life.born_ns),
        }
    }

    /// Remembers what stands above a span, where its parent is not told of.
    fn look_up(&mut self, life: &Life) {
        let parent = life.parent.ordinal;
        if life.is_root || parent == 0 || self.tells(parent) {
            return;
        }
        let above = match self.said.get(&parent) {
            Some(said) => said.above.unwrap_or(0),
            None => 0,
        };
        self.said.entry(life.ordinal).or_default().above = Some(above);
    }
}

fn number(life: &Life) -> SpanNumber {
    SpanNumber(life.ordinal)
}

impl Observer for Teller<'_> {
    const FIELDS: bool = true;
    const CAUSES: bool = true;

    fn born(&mut self, life: &Life) {
        self.advance(life.born_ns);
        self.look_up(life);
        if !self.tells(life.ordinal) {
            // What descends from it may ask what is above it.
            let above = self.born_of(life).parent.map_or(0, |parent| parent.0);
            self.said.entry(life.ordinal).or_default().above = Some(above);
            return;
        }
        let born = self.born_of(life);
        self.visitor.born(&born);
        if let Some(tracks) = &mut self.tracks {
            let (visitor, cuts) = (&mut *self.visitor, &mut self.told.track_cuts);
            tracks.begin(&born, |change| tell_track(visitor, cuts, &born, change));
        }
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        if self.tells(life.ordinal) {
            update(&mut self.said.entry(life.ordinal).or_default().fields, fields);
            self.visitor.fields(number(life), fields);
        }
    }

    fn follows(&mut self, follows: Follows, life: &Life, cause: Option<Cause>) {
        self.advance(follows.at_ns);
        if !self.tells(life.ordinal) {
            return;
        }
        let told = cause.filter(|cause| self.tells(cause.ordinal));
        let cause = told.map(|cause| SpanNumber(cause.ordinal));
        match cause {
            Some(cause) => self.said.entry(life.ordinal).or_default().follows.push(cause),
            None => self.told.unknown_causes += 1,
        }
        let cause_request = told.map(|cause| RequestId(cause.root));
        let Follows { lane, at_ns } = follows;
        let span = number(life);
        self.visitor.follows(&FollowsFrom { span, cause, cause_request, lane, at_ns });
    }

    fn slice(&mut self, slice: &Slice, _: &Life) {
        self.told.self_ns = self.told.self_ns.saturating_add(slice.length_ns);
    }

    fn entered(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.advance(at_ns);
        self.lanes[lane.index()].nesting.begin(number(life), life.callsite);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let &Segment { lane, start_ns, end_ns, depth, busy_ns, split, open, .. } = segment;
        self.told.segments += 1;
        self.visitor.segment(&VisitedSegment {
            span: number(life),
            callsite: life.callsite,
            lane,
            start_ns,
            end_ns,
            depth,
            busy_ns,
            ran: ran(split),
            open,
        });
    }

    fn left(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.advance(at_ns);
        self.lanes[lane.index()].nesting.end(number(life));
    }

    fn restacked(&mut self, lane: LaneId, at_ns: u64, counts: bool) {
        self.advance(at_ns);
        self.lanes[lane.index()].counts = counts;
        self.tell(lane.index(), self.window.clamp(at_ns));
    }

    fn ended(&mut self, at_ns: u64, life: &Life) {
        if self.tracks.is_none() || !self.tells(life.ordinal) {
            return;
        }
        let born = self.born_of(life);
        let (visitor, cuts) = (&mut *self.visitor, &mut self.told.track_cuts);
        if let Some(tracks) = &mut self.tracks {
            tracks.end(&born, at_ns, |change| tell_track(visitor, cuts, &born, change));
        }
    }

    fn revived(&mut self, at_ns: u64, life: &Life) {
        if self.tracks.is_none() || !self.tells(life.ordinal) {
            return;
        }
        let born = self.born_of(life);
        let (visitor, cuts) = (&mut *self.visitor, &mut self.told.track_cuts);
        if let Some(tracks) = &mut self.tracks {
            tracks.resume(&born, at_ns, |change| tell_track(visitor, cuts, &born, change));
        }
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        let born = self.born_of(life);
        let said = self.said.remove(&life.ordinal).unwrap_or_default();
        if !closing.counts {
            return;
        }
        self.told.spans += 1;
        self.told.open_spans += u64::from(closing.open);
        self.visitor.closed(&VisitedSpan {
            born,
            start_ns: closing.start_ns,
            end_ns: closing.end_ns,
            busy_ns: life.busy_ns,
            ran: ran(life.split),
            self_ns: life.self_ns,
            idle_ns: closing.lifetime_ns().saturating_sub(life.ran_ns),
            waited_ns: closing.waited_ns,
            segments: life.segments,
            fields: &said.fields,
            follows: &said.follows,
            open: closing.open,
            inexact: life.inexact,
            unknown: life.unknown,
        });
    }

    fn instant(&mut self, instant: &Instant<'_>, life: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, fields } = instant;
        self.advance(at_ns);
        self.told.instants += 1;
        let span = life.filter(|life| self.tells(life.ordinal)).map(number);
        self.visitor.instant(&VisitedInstant { lane, at_ns, callsite, fields, span });
    }

    fn lost(&mut self, loss: &Missing) {
        let &Missing { lane, start_ns, end_ns, events, cause } = loss;
        self.visitor.lost(&VisitedLoss { lane, start_ns, end_ns, events, cause });
    }
}

/// A split of which something is known.
fn ran(Split { cpu_ns, blocked_ns }: Split) -> Option<Ran> {
    (cpu_ns > 0 || blocked_ns > 0).then_some(Ran { cpu_ns, blocked_ns })
}

fn tell_track(visitor: &mut dyn Visitor, cuts: &mut u64, born: &Born, told: TrackChange) {
    let TrackChange { track, at_ns, change } = told;
    let Change { begins, span, callsite, depth, split } = change;
    let piece = TrackPiece { request: born.request, track, at_ns, span, callsite, depth, split };
    match begins {
        true => {
            *cuts += u64::from(split);
            visitor.began(&piece);
        }
        false => visitor.ended(&piece),
    }
}
