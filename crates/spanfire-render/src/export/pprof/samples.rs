//! What was spent, by stack, thread and request.
//!
//! A moment belongs to the stack of the thread's open pieces, so times add up to Σ self. A span counts
//! once, where it was first entered. Memory: the distinct stacks and labels, and the spans alive.

use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Field, LaneId};
use spanfire_views::{Born, Piece, RequestId, SpanNumber, VisitedSpan, Visitor};

/// Everything spent.
#[derive(Default)]
pub(super) struct Samples {
    /// The names of the fields of a request's root that are labels.
    chosen: Vec<String>,
    lanes: Vec<Stack>,
    stacks: Stacks,
    requests: FxHashMap<RequestId, Request>,
    labels: Labels,
    known: FxHashMap<Place, usize>,
    samples: Vec<(Place, Spent)>,
    alive: FxHashMap<SpanNumber, Alive>,
}

/// Where something was spent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub stack: StackId,
    pub lane: LaneId,
    pub labels: LabelsId,
}

/// What was spent there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spent {
    /// Spans that were first entered there.
    pub spans: u64,
    /// Time of this stack alone.
    pub self_ns: u64,
    /// Time in which those spans ran, with what they called.
    pub busy_ns: u64,
    /// Time in which they waited.
    pub waited_ns: u64,
}

/// What is entered on a lane.
#[derive(Default)]
struct Stack {
    /// The innermost last: its stack, and its sample.
    open: Vec<(StackId, usize)>,
    since_ns: u64,
}

/// A number of [`Stacks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct StackId(u32);

/// Stacks, each by what is around its innermost frame; the first is empty.
#[derive(Default)]
struct Stacks {
    known: FxHashMap<(StackId, CallsiteId), StackId>,
    frames: Vec<(StackId, CallsiteId)>,
}

/// A request of which a span is alive.
#[derive(Default)]
struct Request {
    spans: u64,
    root: Option<SpanNumber>,
    says: Says,
    labels: LabelsId,
}

/// A number of [`Labels`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct LabelsId(u32);

/// What a request is labelled with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Says {
    /// Its root's callsite, unless the root is not selected.
    pub kind: Option<CallsiteId>,
    /// Its root's chosen fields, in the order in which they were chosen.
    pub fields: Vec<Option<String>>,
}

#[derive(Default)]
struct Labels {
    known: FxHashMap<Says, LabelsId>,
    all: Vec<Says>,
}

struct Alive {
    request: RequestId,
    /// Where it was created; where it was first entered, once it was.
    place: (StackId, LaneId),
    sample: Option<usize>,
}

impl Samples {
    /// Nothing was spent. The chosen fields of a root are labels of its request.
    pub fn new(lanes: usize, chosen: &[String]) -> Samples {
        let mut samples = Samples { chosen: chosen.to_vec(), ..Samples::default() };
        samples.lanes.resize_with(lanes, Stack::default);
        samples.labels.id(&Says::default());
        samples
    }

    /// Every place where something was spent, in the order in which it came to be known.
    pub fn all(&self) -> impl Iterator<Item = &(Place, Spent)> {
        self.samples.iter().filter(|(_, spent)| *spent != Spent::default())
    }

    /// The frames of a stack, the innermost first.
    pub fn frames(&self, stack: StackId) -> impl Iterator<Item = CallsiteId> {
        let frame = |stack: StackId| self.stacks.frames.get((stack.0 as usize).checked_sub(1)?);
        std::iter::successors(frame(stack), move |(around, _)| frame(*around)).map(|of| of.1)
    }

    /// What labels say.
    pub fn says(&self, labels: LabelsId) -> &Says {
        &self.labels.all[labels.0 as usize]
    }

    fn sample(&mut self, place: Place) -> usize {
        *self.known.entry(place).or_insert_with(|| {
            self.samples.push((place, Spent::default()));
            self.samples.len() - 1
        })
    }

    fn labels_of(&self, request: RequestId) -> LabelsId {
        self.requests.get(&request).map_or(LabelsId::default(), |request| request.labels)
    }

    /// Gives the time since the lane's last change to its stack.
    fn advance(&mut self, lane: LaneId, at_ns: u64) {
        let stack = &mut self.lanes[lane.index()];
        if let Some(&(_, sample)) = stack.open.last() {
            self.samples[sample].1.self_ns += at_ns - stack.since_ns;
        }
        stack.since_ns = at_ns;
    }

    fn inside(&mut self, lane: LaneId, callsite: CallsiteId) -> StackId {
        let around = self.lanes[lane.index()].open.last();
        let around = around.map_or(StackId::default(), |&(stack, _)| stack);
        self.stacks.child(around, callsite)
    }
}

impl Visitor for Samples {
    fn born(&mut self, born: &Born) {
        let place = (self.inside(born.lane, born.callsite), born.lane);
        self.alive.insert(born.number, Alive { request: born.request, place, sample: None });
        let request = self.requests.entry(born.request).or_default();
        request.spans += 1;
        if born.is_root {
            request.root = Some(born.number);
            request.says =
                Says { kind: Some(born.callsite), fields: vec![None; self.chosen.len()] };
            request.labels = self.labels.id(&request.says);
        }
    }

    fn fields(&mut self, span: SpanNumber, fields: &[Field]) {
        let request = self.alive.get(&span).and_then(|alive| self.requests.get_mut(&alive.request));
        let Some(request) = request.filter(|request| request.root == Some(span)) else { return };
        for (name, label) in self.chosen.iter().zip(&mut request.says.fields) {
            if let Some(field) = fields.iter().rev().find(|field| field.name == *name) {
                *label = Some(field.value.to_string());
            }
        }
        request.labels = self.labels.id(&request.says);
    }

    fn entered(&mut self, piece: &Piece) {
        let lane = piece.lane;
        self.advance(lane, piece.at_ns);
        let stack = self.inside(lane, piece.callsite);
        let request = self.alive.get(&piece.span).map(|alive| alive.request);
        let labels = request.map_or(LabelsId::default(), |request| self.labels_of(request));
        let sample = self.sample(Place { stack, lane, labels });
        self.lanes[lane.index()].open.push((stack, sample));
        if let Some(alive) = self.alive.get_mut(&piece.span) {
            alive.sample.get_or_insert(sample);
        }
    }

    fn left(&mut self, piece: &Piece) {
        self.advance(piece.lane, piece.at_ns);
        self.lanes[piece.lane.index()].open.pop();
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let Some(alive) = self.alive.remove(&span.born.number) else { return };
        let (stack, lane) = alive.place;
        let labels = self.labels_of(alive.request);
        let sample = alive.sample.unwrap_or_else(|| self.sample(Place { stack, lane, labels }));
        let spent = &mut self.samples[sample].1;
        spent.spans += 1;
        spent.busy_ns = spent.busy_ns.saturating_add(span.busy_ns);
        spent.waited_ns = spent.waited_ns.saturating_add(span.waited_ns);
        if let Some(request) = self.requests.get_mut(&alive.request) {
            request.spans -= 1;
            if request.spans == 0 {
                self.requests.remove(&alive.request);
            }
        }
    }
}

impl Stacks {
    fn child(&mut self, around: StackId, callsite: CallsiteId) -> StackId {
        *self.known.entry((around, callsite)).or_insert_with(|| {
            self.frames.push((around, callsite));
            StackId(self.frames.len() as u32)
        })
    }
}

impl Labels {
    fn id(&mut self, says: &Says) -> LabelsId {
        if let Some(&known) = self.known.get(says) {
            return known;
        }
        let id = LabelsId(self.all.len() as u32);
        self.known.insert(says.clone(), id);
        self.all.push(says.clone());
        id
    }
}
