//! Every segment in columns, from which any stretch of time is shown at any scale.
//!
//! Takes one replay; gives, for each lane and depth, the segments that a picture of so many pixels
//! needs and no more. Costs 16 bytes a segment and an eighth of that for coarser levels; a look at a
//! stretch costs about a step for each pixel and row.

mod row;

use crate::replay::{Instant, Life, Observer, Segment};
use crate::{Mark, Replay, Summary, Timeline};
use row::{Row, RowBuilder};
use spanfire_recording::{Error, LaneId};
use std::ops::Range;

pub use row::Shown;

/// All selected segments, ready to be looked at.
pub struct SegmentIndex {
    range_ns: Range<u64>,
    lanes: Vec<IndexedLane>,
}

/// One lane of a [`SegmentIndex`].
pub struct IndexedLane {
    /// The lane.
    pub lane: LaneId,
    /// Its label.
    pub label: String,
    rows: Vec<Row>,
    marks: Vec<Mark>,
}

impl SegmentIndex {
    /// The segments of the selection, and how much it holds, from one reading.
    pub fn of(replay: &Replay<'_>) -> Result<(SegmentIndex, Summary), Error> {
        let lanes = replay.recording().lanes();
        let building = Indexer(lanes.iter().map(|_| Building::default()).collect());
        let replayed = replay.run((building, Summary::default()))?;
        let (Indexer(built), summary) = replayed.observer;
        let summary = summary.completed(replay, &replayed.tally, &replayed.seen);
        let labels = (0..).map(LaneId).zip(lanes).map(|(id, lane)| (id, lane.label(id)));
        let built = labels.zip(built).zip(replayed.seen);
        let lanes = built.filter(|((_, built), seen)| *seen || !built.rows.is_empty()).map(
            |(((lane, label), Building { rows, marks }), _)| IndexedLane {
                lane,
                label,
                rows: rows.into_iter().map(RowBuilder::finish).collect(),
                marks,
            },
        );
        let range_ns = Timeline::range_of(replay);
        Ok((SegmentIndex { range_ns, lanes: lanes.collect() }, summary))
    }

    /// The time there is: the selection's range, or from the first event to the last.
    pub fn range_ns(&self) -> Range<u64> {
        self.range_ns.clone()
    }

    /// The lanes that have events, by their number.
    pub fn lanes(&self) -> &[IndexedLane] {
        &self.lanes
    }

    /// How many segments there are.
    pub fn segments(&self) -> usize {
        self.lanes.iter().map(IndexedLane::segments).sum()
    }

    /// About how many of them begin in `range_ns`: to know what it would take to look at each.
    pub fn segments_in(&self, range_ns: &Range<u64>) -> usize {
        self.lanes.iter().flat_map(|lane| &lane.rows).map(|row| row.begin_in(range_ns)).sum()
    }
}

impl IndexedLane {
    /// How many rows it has: its deepest segment's depth plus one.
    pub fn depth(&self) -> usize {
        self.rows.len()
    }

    /// How many segments it has.
    pub fn segments(&self) -> usize {
        self.rows.iter().map(Row::len).sum()
    }

    /// What a picture of `range_ns` shows at `depth`, where a pixel is `pixel_ns`, in the order of
    /// time. Segments of a pixel or more stand as they are; shorter ones that begin in one pixel are
    /// one, so there are at most two for each pixel.
    pub fn shown(&self, depth: usize, range_ns: &Range<u64>, pixel_ns: f64) -> Vec<Shown> {
        self.rows.get(depth).map_or(Vec::new(), |row| row.shown(range_ns, pixel_ns))
    }

    /// The instants of `range_ns`, one for each pixel that has any.
    pub fn marks(&self, range_ns: &Range<u64>, pixel_ns: f64) -> Vec<Mark> {
        let from = self.marks.partition_point(|mark| mark.at_ns < range_ns.start);
        let mut shown: Vec<Mark> = Vec::new();
        let mut at = from;
        while let Some(mark) = self.marks.get(at).filter(|mark| mark.at_ns < range_ns.end) {
            shown.push(*mark);
            let next_ns = mark.at_ns + (pixel_ns as u64).max(1);
            at += self.marks[at..].partition_point(|mark| mark.at_ns < next_ns);
        }
        shown
    }
}

/// Takes in every segment as it ends.
struct Indexer(Vec<Building>);

#[derive(Default)]
struct Building {
    rows: Vec<RowBuilder>,
    marks: Vec<Mark>,
}

impl Observer for Indexer {
    fn segment(&mut self, segment: &Segment, life: &Life) {
        let rows = &mut self.0[segment.lane.index()].rows;
        if segment.depth >= rows.len() {
            rows.resize_with(segment.depth + 1, RowBuilder::default);
        }
        rows[segment.depth].push(segment.start_ns, segment.end_ns, life.callsite);
    }

    fn instant(&mut self, instant: &Instant<'_>, _: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, .. } = instant;
        self.0[lane.index()].marks.push(Mark { at_ns, callsite });
    }
}
