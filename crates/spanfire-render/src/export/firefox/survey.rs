//! How much each thread has.

use spanfire_recording::{Field, LaneId, Value};
use spanfire_views::{Piece, VisitedInstant, VisitedLoss, VisitedSpan, Visitor};

/// A row of numbers in the columns of samples, about.
const SAMPLE_BYTES: u64 = 40;
/// A marker's columns without the values of its fields, about.
const MARKER_BYTES: u64 = 260;

/// What is told of each lane.
pub(super) struct Survey {
    pub lanes: Vec<Told>,
}

#[derive(Default)]
pub(super) struct Told {
    pub samples: u64,
    pub markers: u64,
    pub bytes: u64,
    pub self_ns: u64,
    moment: Moment,
}

/// Since when a lane has the stack it has, and how deep that is.
#[derive(Clone, Copy, Default)]
pub(super) struct Moment {
    since_ns: u64,
    depth: usize,
}

impl Moment {
    /// The stack changes to one of another depth: how long it was as it was, if a sample says so. A stack
    /// that ends is followed by a sample of none.
    pub fn change(&mut self, at_ns: u64, depth: usize) -> (Option<(u64, u64)>, bool) {
        let length_ns = at_ns.saturating_sub(self.since_ns);
        let past = (self.depth > 0 && length_ns > 0).then_some((self.since_ns, length_ns));
        *self = Moment { since_ns: at_ns, depth };
        (past, depth == 0)
    }
}

impl Survey {
    /// Nothing has been told. There is at least one lane, be it empty.
    pub fn new(lanes: usize) -> Survey {
        Survey { lanes: (0..lanes.max(1)).map(|_| Told::default()).collect() }
    }

    fn change(&mut self, piece: &Piece, depth: usize) {
        let told = &mut self.lanes[piece.lane.index()];
        let (past, ends) = told.moment.change(piece.at_ns, depth);
        let samples = u64::from(past.is_some()) + u64::from(ends);
        told.samples += samples;
        told.bytes += samples * SAMPLE_BYTES;
        told.self_ns += past.map_or(0, |(_, length_ns)| length_ns);
    }

    fn marker(&mut self, lane: LaneId, fields: &[Field]) {
        let told = &mut self.lanes[lane.index()];
        told.markers += 1;
        let values = fields.iter().map(|field| {
            let value = match &field.value {
                Value::Text(text) => text.len(),
                _ => 20,
            };
            (field.name.len() + value + 2) as u64
        });
        told.bytes += MARKER_BYTES + values.sum::<u64>();
    }
}

impl Visitor for Survey {
    fn entered(&mut self, piece: &Piece) {
        self.change(piece, piece.depth + 1);
    }

    fn left(&mut self, piece: &Piece) {
        self.change(piece, piece.depth);
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        self.marker(span.born.lane, span.fields);
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        self.marker(instant.lane, instant.fields);
    }

    fn lost(&mut self, loss: &VisitedLoss) {
        self.marker(loss.lane, &[]);
    }
}
