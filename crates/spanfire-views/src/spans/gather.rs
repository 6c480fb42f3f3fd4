//! Segments and lives, gathered while they go on.

use super::thinning::Thinning;
use super::{LeftOut, LifeIndex, LifeParent, SpanLife, SpanSegment};
use crate::Mark;
use crate::replay::{Cause, Closing, Follows, Instant, Life, Observer, Probe, Probed, Segment};
use crate::request_table::update;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Field, LaneId};

/// Gathers every segment, and of every span that lives what its segments do not tell.
pub(super) struct Gatherer {
    lanes: Vec<LaneSegments>,
    /// Spans alive, by their ordinal.
    alive: FxHashMap<u64, Alive>,
    lives: Vec<Gathered>,
    thinning: Thinning,
}

/// What a lane has in the end.
pub(super) struct GatheredLane {
    pub segments: Vec<SpanSegment>,
    pub marks: Vec<Mark>,
    pub mark_fields: Vec<(usize, Vec<Field>)>,
}

#[derive(Default)]
pub(super) struct LaneSegments {
    pub segments: Vec<Entered>,
    marks: Vec<Mark>,
    /// The fields of those that have some, by index.
    mark_fields: Vec<(usize, Vec<Field>)>,
    /// The open segments, the innermost last.
    pub stack: Vec<OpenSegment>,
    /// What it took to record the segment that is being left.
    probe: Option<Probe>,
}

#[derive(Clone, Copy)]
pub(super) struct OpenSegment {
    /// Its index in [`LaneSegments::segments`].
    pub index: usize,
    ordinal: u64,
    /// The ordinal of the span around it; 0 for none.
    around: u64,
}

pub(super) struct Entered {
    pub start_ns: u64,
    /// `None` until it is told, and for good if the segment is not selected.
    pub end_ns: Option<u64>,
    callsite: CallsiteId,
    /// Whether its span is still alive, and so not in [`Gatherer::lives`] yet.
    pub alive: bool,
    /// The index of the segment around it, plus one; 0 for none.
    pub around: u32,
    /// The index in [`Gatherer::lives`], plus one; 0 for none.
    pub life: u32,
}

#[derive(Default)]
pub(super) struct Alive {
    pub segments: Vec<Told>,
    /// Whether another span names it from elsewhere, as its parent or as what it follows from, or it
    /// names one.
    named: bool,
    fields: Vec<Field>,
    /// The ordinals of the spans it follows from.
    follows: Vec<u64>,
}

/// A selected segment of a span.
#[derive(Clone, Copy)]
pub(super) struct Told {
    start_ns: u64,
    end_ns: u64,
    pub lane: LaneId,
    pub index: usize,
    /// The ordinal of the span around it; 0 for none.
    around: u64,
    /// What it took to record it, if it began in the selection.
    probe: Option<Probe>,
}

pub(super) struct Gathered {
    /// The ordinal of the parent; 0 for none.
    pub parent: u64,
    /// The ordinals of the spans it follows from.
    follows: Vec<u64>,
    /// Whether a child of it was alive when it closed.
    pub outlived: bool,
    pub life: SpanLife,
}

impl Gatherer {
    /// Keeps about `limit` segments.
    pub fn new(lanes: usize, limit: usize) -> Gatherer {
        Gatherer {
            lanes: (0..lanes).map(|_| LaneSegments::default()).collect(),
            alive: FxHashMap::default(),
            lives: Vec::new(),
            thinning: Thinning::to(limit),
        }
    }

    /// The segments and instants of each lane, the lives in the order of creation, and what was
    /// left out.
    pub fn finish(mut self) -> (Vec<GatheredLane>, Vec<SpanLife>, Option<LeftOut>) {
        self.thinning.last(&mut self.lanes, &mut self.alive, &mut self.lives);
        let left_out = self.thinning.left_out();
        let mut order: Vec<usize> = (0..self.lives.len()).collect();
        order.sort_unstable_by_key(|&index| self.lives[index].life.number);
        let mut places = vec![LifeIndex(0); order.len()];
        for (place, &index) in (0..).map(LifeIndex).zip(&order) {
            places[index] = place;
        }
        let numbers: Vec<u64> = order.iter().map(|&index| self.lives[index].life.number).collect();
        let mut lives: Vec<Gathered> = self.lives;
        lives.sort_unstable_by_key(|gathered| gathered.life.number);
        let place =
            |number: &u64| numbers.binary_search(number).ok().map(|index| LifeIndex(index as u32));
        let lives = lives.into_iter().map(|Gathered { parent, follows, life, .. }| {
            let named = numbers.binary_search(&parent);
            let parent = match (life.parent, named) {
                (LifeParent::Life(_), Ok(index)) => LifeParent::Life(LifeIndex(index as u32)),
                (LifeParent::Life(_), Err(_)) => LifeParent::Root,
                (known, _) => known,
            };
            SpanLife { parent, follows: follows.iter().filter_map(place).collect(), ..life }
        });
        let lives = lives.collect();
        (self.lanes.into_iter().map(|lane| lane.finish(&places)).collect(), lives, left_out)
    }
}

impl LaneSegments {
    fn position(&self, life: &Life) -> Option<usize> {
        self.stack.iter().rposition(|open| open.ordinal == life.ordinal)
    }

    /// The selected segments, each around-chain without those that are not.
    fn finish(self, places: &[LifeIndex]) -> GatheredLane {
        let mut depths: Vec<u32> = Vec::with_capacity(self.segments.len());
        let mut told = Vec::with_capacity(self.segments.len());
        for entered in &self.segments {
            let depth = entered.around.checked_sub(1).map_or(0, |around| depths[around as usize]);
            // What is inside stands one deeper, unless this one is taken out.
            depths.push(depth + u32::from(entered.end_ns.is_some()));
            let Some(end_ns) = entered.end_ns else { continue };
            told.push(SpanSegment {
                start_ns: entered.start_ns,
                end_ns,
                callsite: entered.callsite,
                depth,
                life: entered.life.checked_sub(1).map(|life| places[life as usize]),
            });
        }
        GatheredLane { segments: told, marks: self.marks, mark_fields: self.mark_fields }
    }
}

impl Alive {
    /// The segment that began first.
    fn first(&self) -> Option<&Told> {
        self.segments.iter().min_by_key(|told| (told.start_ns, told.lane, told.index))
    }

    /// Whether one segment tells everything about the span, which closes.
    fn is_plain(&self, closing: &Closing, life: &Life) -> bool {
        let [told] = &self.segments[..] else { return false };
        let alone = !self.named && life.children == 0 && self.fields.is_empty();
        let whole = told.start_ns == closing.start_ns && told.end_ns == closing.end_ns;
        let around = !life.is_root && told.around == parent_of(life);
        alone && whole && around && closing.counts && !closing.open
    }
}

/// The ordinal of the logical parent; 0 for none.
fn parent_of(life: &Life) -> u64 {
    if life.is_root { 0 } else { life.parent.ordinal }
}

impl Observer for Gatherer {
    const FIELDS: bool = true;
    const PROBES: bool = true;

    fn born(&mut self, life: &Life) {
        self.alive.insert(life.ordinal, Alive::default());
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        if let Some(alive) = self.alive.get_mut(&life.ordinal) {
            update(&mut alive.fields, fields);
        }
    }

    fn entered(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        let state = &mut self.lanes[lane.index()];
        let around = state.stack.last().copied();
        state.stack.push(OpenSegment {
            index: state.segments.len(),
            ordinal: life.ordinal,
            around: around.map_or(0, |open| open.ordinal),
        });
        state.segments.push(Entered {
            start_ns: at_ns,
            end_ns: None,
            callsite: life.callsite,
            alive: true,
            around: around.map_or(0, |open| open.index as u32 + 1),
            life: 0,
        });
        self.thinning.entered(&mut self.lanes, &mut self.alive, &mut self.lives);
    }

    fn probed(&mut self, probed: &Probed) {
        self.lanes[probed.lane.index()].probe = Some(probed.probe).filter(|_| probed.visible);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let state = &mut self.lanes[segment.lane.index()];
        let probe = state.probe.take();
        let Some(at) = state.position(life) else { return };
        let OpenSegment { index, around, .. } = state.stack[at];
        let &Segment { lane, start_ns, end_ns, .. } = segment;
        state.segments[index].start_ns = start_ns;
        state.segments[index].end_ns = Some(end_ns);
        if let Some(alive) = self.alive.get_mut(&life.ordinal) {
            alive.segments.push(Told { start_ns, end_ns, lane, index, around, probe });
        }
    }

    fn left(&mut self, lane: LaneId, _: u64, life: &Life) {
        let state = &mut self.lanes[lane.index()];
        state.probe = None;
        if let Some(at) = state.position(life) {
            let left = &mut state.segments[state.stack[at].index];
            // One that is not selected waits for nothing.
            left.alive &= left.end_ns.is_some();
            state.stack.remove(at);
        }
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        let Some(alive) = self.alive.remove(&life.ordinal) else { return };
        let known = closing.counts || alive.named || life.children > 0;
        if !known {
            return;
        }
        for told in &alive.segments {
            self.lanes[told.lane.index()].segments[told.index].alive = false;
        }
        if alive.is_plain(closing, life) {
            return;
        }
        let ordinal = parent_of(life);
        let parent = match alive.first() {
            _ if ordinal == 0 => LifeParent::Root,
            Some(told) if told.around == ordinal => LifeParent::Around,
            _ => {
                // A parent that closed before its child was kept for that reason.
                if let Some(parent) = self.alive.get_mut(&ordinal) {
                    parent.named = true;
                }
                LifeParent::Life(LifeIndex(0))
            }
        };
        for told in &alive.segments {
            let segment = &mut self.lanes[told.lane.index()].segments[told.index];
            segment.life = self.lives.len() as u32 + 1;
        }
        let outlived = life.children > 0;
        let first = alive.segments.first().and_then(|told| told.probe);
        let life = SpanLife {
            number: life.ordinal,
            callsite: life.callsite,
            parent,
            start_ns: closing.start_ns,
            end_ns: closing.end_ns,
            open: closing.open,
            selected: closing.counts,
            segments: alive.segments.len() as u32,
            first,
            fields: alive.fields,
            follows: Vec::new(),
        };
        self.lives.push(Gathered { parent: ordinal, follows: alive.follows, outlived, life });
    }

    fn follows(&mut self, _: Follows, life: &Life, cause: Option<Cause>) {
        let Some(cause) = cause else { return };
        if let Some(alive) = self.alive.get_mut(&cause.ordinal) {
            alive.named = true;
        }
        if let Some(alive) = self.alive.get_mut(&life.ordinal) {
            alive.named = true;
            alive.follows.push(cause.ordinal);
        }
    }

    fn instant(&mut self, instant: &Instant<'_>, _: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, fields } = instant;
        let lane = &mut self.lanes[lane.index()];
        if !fields.is_empty() {
            lane.mark_fields.push((lane.marks.len(), fields.to_vec()));
        }
        lane.marks.push(Mark { at_ns, callsite });
    }
}
