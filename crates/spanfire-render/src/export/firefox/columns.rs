//! The columns of threads, value after value.

use super::Profile;
use super::moments::{Moments, Row as Sample};
use crate::export::json::string;
use crate::export::sink::Sink;
use crate::tables::fields_line;
use spanfire_recording::{CallsiteId, LaneId, LossCause};
use spanfire_views::{Piece, Ran, VisitedInstant, VisitedLoss, VisitedSpan, Visitor};
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
    SampleCpu,
    MarkerName,
    MarkerStart,
    MarkerEnd,
    MarkerPhase,
    MarkerCategory,
    MarkerData,
}

/// All of them, in the order in which they are written.
pub(super) const COLUMNS: [Column; 10] = [
    Column::SampleStack,
    Column::SampleTime,
    Column::SampleWeight,
    Column::SampleCpu,
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
    profile: &'a Profile<'a>,
    moments: Moments<'a>,
    /// What is about to be put.
    rows: Vec<Sample>,
    /// For each lane its place among those wanted, and its state.
    lanes: Vec<Option<Lane>>,
    place: Place<'a, 's>,
}

struct Lane {
    index: usize,
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

/// A value, or that there is none.
struct OrNull<T>(Option<T>);

impl<T: Display> Display for OrNull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("null"),
        }
    }
}

impl<'a, 's> Columns<'a, 's> {
    /// Nothing has been told.
    pub fn new(profile: &'a Profile<'a>, wanted: &[LaneId], place: Place<'a, 's>) -> Self {
        let index = |lane: u32| wanted.iter().position(|wanted| wanted.0 == lane);
        let lane = |lane: u32| Some(Lane { index: index(lane)?, rows: [0; 2] });
        let lanes = profile.source.recording().lanes().len() as u32;
        let moments = profile.moments.clone();
        Columns { profile, moments, rows: Vec::new(), lanes: (0..lanes).map(lane).collect(), place }
    }

    fn sample(&mut self, lane: LaneId, sample: Sample) {
        let Some(row) = self.next_row(lane, 0) else { return };
        self.put(row, Column::SampleStack, || OrNull(sample.stack));
        self.put(row, Column::SampleTime, || Millis(sample.at_ns));
        self.put(row, Column::SampleWeight, || Millis(sample.length_ns));
        self.put(row, Column::SampleCpu, || OrNull(sample.ran_ns));
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
        self.put(row, Column::MarkerEnd, || OrNull(end_ns.map(Millis)));
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

    fn change(&mut self, piece: &Piece, begins: bool) {
        if self.lanes[piece.lane.index()].is_none() {
            return;
        }
        let stacks = &self.profile.stacks;
        let mut rows = std::mem::take(&mut self.rows);
        let inside = |around, frame| stacks.inside(around, frame);
        self.moments.change(piece, begins, inside, |row| rows.push(row));
        rows.drain(..).for_each(|row| self.sample(piece.lane, row));
        self.rows = rows;
    }

    fn category(&self, callsite: CallsiteId) -> usize {
        self.profile.categories.of_frame(callsite).0
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
        let names = self.profile.tree.callsites().len();
        let name = names + usize::from(loss.cause == LossCause::Stall);
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
        if let Some(Ran { cpu_ns, blocked_ns }) = self.0.ran {
            let (cpu, blocked) = (Millis(cpu_ns), Millis(blocked_ns));
            write!(f, ",\"cpu\":{cpu},\"blocked\":{blocked}")?;
        }
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
