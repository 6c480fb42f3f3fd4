//! The columns of threads, value after value.

use super::categories::Categories;
use super::stacks::Stacks;
use super::survey::Moment;
use crate::export::Source;
use crate::export::json::string;
use crate::export::sink::Sink;
use crate::tables::fields_line;
use spanfire_recording::{CallsiteId, LaneId, LossCause};
use spanfire_views::{Piece, VisitedInstant, VisitedLoss, VisitedSpan, Visitor};
use std::fmt::{self, Display};
use std::io::Write;

/// The phases of markers.
const INSTANT: u8 = 0;
const INTERVAL: u8 = 1;

/// A column of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    SampleStack,
    SampleTime,
    SampleWeight,
    MarkerName,
    MarkerStart,
    MarkerEnd,
    MarkerPhase,
    MarkerCategory,
    MarkerData,
}

/// All of them, in the order in which they are written.
pub(super) const COLUMNS: [Column; 9] = [
    Column::SampleStack,
    Column::SampleTime,
    Column::SampleWeight,
    Column::MarkerName,
    Column::MarkerStart,
    Column::MarkerEnd,
    Column::MarkerPhase,
    Column::MarkerCategory,
    Column::MarkerData,
];

/// Where values go.
pub(super) enum Place<'a, 's> {
    /// All columns of every lane into memory.
    Kept(&'a mut [Vec<Vec<u8>>]),
    /// One column of one lane to the file.
    Written(&'a mut Sink<'s>, Column),
}

/// Gives the values of the columns of some lanes.
pub(super) struct Columns<'a, 's> {
    stacks: &'a Stacks,
    /// The number of each callsite's category.
    categories: Vec<usize>,
    /// For each lane its place among those wanted, and its state.
    lanes: Vec<Option<Lane>>,
    place: Place<'a, 's>,
}

struct Lane {
    index: usize,
    moment: Moment,
    /// The stacks entered, the innermost last.
    stacks: Vec<Option<u32>>,
    /// How many samples and markers it has so far.
    rows: [u64; 2],
}

/// A row of a table of a lane, by the lane's place among those wanted.
#[derive(Clone, Copy)]
struct Row {
    lane: usize,
    first: bool,
}

/// Milliseconds, exactly.
pub(super) struct Millis(pub u64);

impl Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl<'a, 's> Columns<'a, 's> {
    /// Nothing has been told.
    pub fn new(
        source: &Source<'_>,
        stacks: &'a Stacks,
        wanted: &[LaneId],
        place: Place<'a, 's>,
    ) -> Self {
        let index = |lane: u32| wanted.iter().position(|wanted| wanted.0 == lane);
        let lane = |lane: u32| {
            let index = index(lane)?;
            Some(Lane { index, moment: Moment::default(), stacks: Vec::new(), rows: [0; 2] })
        };
        let callsites = source.recording().callsites();
        let categories = Categories::of(callsites);
        Columns {
            stacks,
            categories: callsites.iter().map(|site| categories.of_callsite(site)).collect(),
            lanes: (0..source.recording().lanes().len() as u32).map(lane).collect(),
            place,
        }
    }

    fn sample(&mut self, lane: LaneId, stack: Option<u32>, since_ns: u64, length_ns: u64) {
        let Some(row) = self.next_row(lane, 0) else { return };
        match stack {
            Some(stack) => self.put(row, Column::SampleStack, || stack),
            None => self.put(row, Column::SampleStack, || "null"),
        }
        self.put(row, Column::SampleTime, || Millis(since_ns));
        self.put(row, Column::SampleWeight, || Millis(length_ns));
    }

    fn marker<D: Display>(
        &mut self,
        lane: LaneId,
        name: usize,
        category: usize,
        (start_ns, end_ns): (u64, Option<u64>),
        data: impl FnOnce() -> D,
    ) {
        let Some(row) = self.next_row(lane, 1) else { return };
        self.put(row, Column::MarkerName, || name);
        self.put(row, Column::MarkerStart, || Millis(start_ns));
        match end_ns {
            Some(end_ns) => self.put(row, Column::MarkerEnd, || Millis(end_ns)),
            None => self.put(row, Column::MarkerEnd, || "null"),
        }
        let phase = if end_ns.is_some() { INTERVAL } else { INSTANT };
        self.put(row, Column::MarkerPhase, || phase);
        self.put(row, Column::MarkerCategory, || category);
        self.put(row, Column::MarkerData, data);
    }

    /// The next row of a lane's table, if the lane is wanted.
    fn next_row(&mut self, lane: LaneId, table: usize) -> Option<Row> {
        let lane = self.lanes[lane.index()].as_mut()?;
        lane.rows[table] += 1;
        Some(Row { lane: lane.index, first: lane.rows[table] == 1 })
    }

    fn put<D: Display>(&mut self, row: Row, column: Column, value: impl FnOnce() -> D) {
        let comma = if row.first { "" } else { "," };
        let _ = match &mut self.place {
            Place::Kept(lanes) => write!(lanes[row.lane][column as usize], "{comma}{}", value()),
            Place::Written(sink, wanted) if *wanted == column => {
                write!(sink, "{comma}{}", value())
            }
            Place::Written(..) => Ok(()),
        };
    }

    fn change(&mut self, piece: &Piece, enters: bool) {
        let Some(lane) = &mut self.lanes[piece.lane.index()] else { return };
        let stack = lane.stacks.last().copied().flatten();
        match enters {
            true => lane.stacks.push(self.stacks.inside(stack, piece.callsite)),
            false => drop(lane.stacks.pop()),
        }
        let (past, ends) = lane.moment.change(piece.at_ns, lane.stacks.len());
        if let Some((since_ns, length_ns)) = past {
            self.sample(piece.lane, stack, since_ns, length_ns);
        }
        if ends {
            self.sample(piece.lane, None, piece.at_ns, 0);
        }
    }

    fn category(&self, callsite: CallsiteId) -> usize {
        self.categories.get(callsite.index()).copied().unwrap_or(0)
    }
}

impl Visitor for Columns<'_, '_> {
    fn entered(&mut self, piece: &Piece) {
        self.change(piece, true);
    }

    fn left(&mut self, piece: &Piece) {
        self.change(piece, false);
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let site = span.born.callsite;
        let times = (span.start_ns, Some(span.end_ns));
        let data = || SpanData(span);
        self.marker(span.born.lane, site.index(), self.category(site), times, data);
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let site = instant.callsite;
        let times = (instant.at_ns, None);
        let data = || InstantData(instant);
        self.marker(instant.lane, site.index(), self.category(site), times, data);
    }

    fn lost(&mut self, loss: &VisitedLoss) {
        let name = self.categories.len() + usize::from(loss.cause == LossCause::Stall);
        let times = (loss.start_ns, Some(loss.end_ns));
        self.marker(loss.lane, name, 0, times, || LossData(loss));
    }
}

/// What a marker of a span says; the keys are those of its schema.
struct SpanData<'a>(&'a VisitedSpan<'a>);

impl Display for SpanData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VisitedSpan { born, busy_ns, self_ns, waited_ns, segments, fields, .. } = self.0;
        write!(f, "{{\"type\":\"span\",\"span\":{}", born.number.0)?;
        if let Some(parent) = born.parent {
            write!(f, ",\"parent\":{}", parent.0)?;
        }
        let (busy, own, waited) = (Millis(*busy_ns), Millis(*self_ns), Millis(*waited_ns));
        write!(
            f,
            ",\"request\":{},\"busy\":{busy},\"self\":{own},\"waited\":{waited},\
             \"segments\":{segments},\"fields\":{}",
            born.request,
            string(&fields_line(fields))
        )?;
        if !self.0.follows.is_empty() {
            let follows: Vec<String> =
                self.0.follows.iter().map(|cause| cause.0.to_string()).collect();
            write!(f, ",\"follows\":\"{}\"", follows.join(", "))?;
        }
        let marks = [
            (self.0.open, "still open"),
            (self.0.inexact, "started somewhat later"),
            (self.0.unknown, "start not recorded"),
        ];
        let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        if !marks.is_empty() {
            write!(f, ",\"notes\":\"{}\"", marks.join(", "))?;
        }
        f.write_str("}")
    }
}

struct InstantData<'a>(&'a VisitedInstant<'a>);

impl Display for InstantData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = string(&fields_line(self.0.fields));
        write!(f, "{{\"type\":\"instant\",\"fields\":{fields}")?;
        if let Some(span) = self.0.span {
            write!(f, ",\"span\":{}", span.0)?;
        }
        f.write_str("}")
    }
}

struct LossData<'a>(&'a VisitedLoss);

impl Display for LossData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{\"type\":\"loss\",\"events\":{}}}", self.0.events)
    }
}
