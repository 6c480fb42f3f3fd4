//! Every segment in columns, from which any stretch of time is shown at any scale.
//!
//! Takes one replay; gives, for each lane and depth, the segments that a picture of so many pixels
//! needs and no more. Costs 16 bytes a segment and an eighth of that for coarser levels; a look at a
//! stretch costs about a step for each pixel and row.

mod row;

use crate::replay::{Instant, Life, Observer, Segment};
use crate::{Mark, Replay, Summary, Timeline};
use row::Row;
use spanfire_recording::{Error, LaneId};
use std::collections::BTreeSet;
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
        SegmentIndex::watched(replay, u64::MAX, &mut |_| {})
    }

    /// The same, shown to `watch` while it grows: when it has `first` segments, and whenever it has
    /// half as many more. It holds then what ended up to some moment.
    pub fn watched(
        replay: &Replay<'_>,
        first: u64,
        watch: &mut dyn FnMut(&SegmentIndex),
    ) -> Result<(SegmentIndex, Summary), Error> {
        let index = SegmentIndex::empty(replay);
        let mut places = vec![None; replay.recording().lanes().len()];
        for (place, lane) in index.lanes.iter().enumerate() {
            places[lane.lane.index()] = Some(place);
        }
        let indexer = Indexer { index, places, segments: 0, next: first.max(1), watch };
        let replayed = replay.run((indexer, Summary::default()))?;
        let (Indexer { mut index, .. }, summary) = replayed.observer;
        let summary = summary.completed(replay, &replayed.tally, &replayed.seen);
        index.lanes.retain(|lane| replayed.seen[lane.lane.index()] || !lane.rows.is_empty());
        index.lanes.iter_mut().flat_map(|lane| &mut lane.rows).for_each(Row::finish);
        Ok((index, summary))
    }

    /// The lanes that may have something.
    fn empty(replay: &Replay<'_>) -> SegmentIndex {
        let recording = replay.recording();
        let rules = replay.rules();
        let used: BTreeSet<u32> = recording.chunks().iter().map(|chunk| chunk.lane.0).collect();
        let lanes = (0..).map(LaneId).zip(recording.lanes());
        let lanes = lanes.filter(|(id, _)| used.contains(&id.0) && rules.lane(*id));
        let lanes = lanes.map(|(lane, known)| IndexedLane {
            lane,
            label: known.label(lane),
            rows: Vec::new(),
            marks: Vec::new(),
        });
        SegmentIndex { range_ns: Timeline::range_of(replay), lanes: lanes.collect() }
    }

    /// The time there is: the selection's range, or from the first event to the last.
    pub fn range_ns(&self) -> Range<u64> {
        self.range_ns.clone()
    }

    /// When the last segment ended that it holds.
    pub fn end_ns(&self) -> u64 {
        let rows = self.lanes.iter().flat_map(|lane| &lane.rows);
        rows.map(Row::end_ns).max().unwrap_or(self.range_ns.start)
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
struct Indexer<'a> {
    index: SegmentIndex,
    /// The place of each lane in the index.
    places: Vec<Option<usize>>,
    segments: u64,
    /// At how many it is looked at next.
    next: u64,
    watch: &'a mut dyn FnMut(&SegmentIndex),
}

impl Indexer<'_> {
    fn lane(&mut self, lane: LaneId) -> Option<&mut IndexedLane> {
        let place = self.places[lane.index()]?;
        self.index.lanes.get_mut(place)
    }
}

impl Observer for Indexer<'_> {
    fn segment(&mut self, segment: &Segment, life: &Life) {
        let Some(lane) = self.lane(segment.lane) else { return };
        if segment.depth >= lane.rows.len() {
            lane.rows.resize_with(segment.depth + 1, Row::default);
        }
        lane.rows[segment.depth].push(segment.start_ns, segment.end_ns, life.callsite);
        self.segments += 1;
        if self.segments == self.next {
            self.next += (self.next / 2).max(1);
            (self.watch)(&self.index);
        }
    }

    fn instant(&mut self, instant: &Instant<'_>, _: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, .. } = instant;
        if let Some(lane) = self.lane(lane) {
            lane.marks.push(Mark { at_ns, callsite });
        }
    }
}
