//! How much each thread has, and which stacks.

use super::moments::Moments;
use super::stacks::Stacks;
use spanfire_recording::{Field, LaneId, Value};
use spanfire_views::{Piece, VisitedInstant, VisitedLoss, VisitedSpan, Visitor};

/// A row of numbers in the columns of samples, about.
const SAMPLE_BYTES: u64 = 50;
/// A marker's columns without the values of its fields, about.
const MARKER_BYTES: u64 = 260;

/// What is told of each lane, and all stacks.
pub(super) struct Survey<'a> {
    pub lanes: Vec<Told>,
    pub stacks: Stacks,
    pub moments: Moments<'a>,
}

#[derive(Default)]
pub(super) struct Told {
    pub samples: u64,
    pub markers: u64,
    pub bytes: u64,
    pub self_ns: u64,
}

impl<'a> Survey<'a> {
    /// Nothing has been told. There is at least one lane, be it empty.
    pub fn new(lanes: usize, stacks: Stacks, moments: Moments<'a>) -> Survey<'a> {
        Survey { lanes: (0..lanes.max(1)).map(|_| Told::default()).collect(), stacks, moments }
    }

    fn change(&mut self, piece: &Piece, begins: bool) {
        let told = &mut self.lanes[piece.lane.index()];
        let inside = |around, frame| Some(self.stacks.with(around, frame));
        self.moments.change(piece, begins, inside, |row| {
            told.samples += 1;
            told.bytes += SAMPLE_BYTES;
            told.self_ns += row.length_ns;
        });
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

impl Visitor for Survey<'_> {
    fn entered(&mut self, piece: &Piece) {
        self.change(piece, true);
    }

    fn left(&mut self, piece: &Piece) {
        self.change(piece, false);
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
