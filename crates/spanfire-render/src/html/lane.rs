//! One lane's segments and instants as columns.
//!
//! ```text
//!   parent ├──────────────────────────────┤
//!   child    ├──────┤   ├────────────┤
//!           gap  duration gap         tail
//! ```
//!
//! Segments stand in the order in which they were entered. Each has a shape (callsite, number of
//! children, kind), which says how the forest goes on; a gap, from the end of the one before it or
//! from the start of the one around it; and a duration, or with children the tail after the last of
//! them: numbers that are small, and alike where callsites are. So gaps and durations are sorted
//! into one run for each callsite before they are compressed, and their order in time is found
//! again through the shapes.

use super::numbers::{LowBits, joined, varint, zigzag};
use spanfire_views::LaneSpans;
use std::collections::HashMap;

/// More children than this are written out.
const CHILDREN: u32 = 15;

/// What a segment is, as far as it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shape {
    pub callsite: u32,
    /// At most [`CHILDREN`], which stands for all larger numbers.
    pub children: u32,
    /// Whether it belongs to a life.
    pub lives: bool,
    /// Whether it ended before the last segment inside it.
    pub overtaken: bool,
}

/// All shapes of a page, the most frequent first.
#[derive(Default)]
pub(super) struct Shapes {
    counts: HashMap<Shape, u64>,
}

/// A segment on the coarser grid of the page, with what its neighbours say of it.
struct Part {
    start: u64,
    end: u64,
    gap: u64,
    tail: u64,
    children: u32,
    shape: Shape,
}

/// A lane taken apart.
pub(super) struct Parts(Vec<Part>);

impl Shapes {
    /// The shapes in the order of their numbers.
    pub fn finish(self) -> Vec<Shape> {
        let mut shapes: Vec<(u64, Shape)> =
            self.counts.into_iter().map(|(shape, count)| (count, shape)).collect();
        shapes.sort_unstable_by_key(|&(count, shape)| (std::cmp::Reverse(count), shape));
        shapes.into_iter().map(|(_, shape)| shape).collect()
    }
}

impl Parts {
    /// Takes a lane apart; its shapes are added to `shapes`.
    pub fn of(lane: &LaneSpans, resolution_ns: u64, shapes: &mut Shapes) -> Parts {
        let mut parts: Vec<Part> = Vec::with_capacity(lane.segments.len());
        // The open segments, and the last one seen at each depth.
        let mut around: Vec<usize> = Vec::new();
        let mut last: Vec<Option<usize>> = Vec::new();
        for segment in &lane.segments {
            let depth = segment.depth as usize;
            around.truncate(depth);
            let earliest = match (around.last(), last.get(depth).copied().flatten()) {
                (Some(&parent), None) => parts[parent].start,
                (_, Some(before)) => parts[before].end,
                (None, None) => 0,
            };
            let start = (segment.start_ns / resolution_ns).max(earliest);
            let end = (segment.end_ns / resolution_ns).max(start);
            if let Some(&parent) = around.last() {
                parts[parent].children += 1;
            }
            last.truncate(depth + 1);
            last.resize(depth + 1, None);
            last[depth] = Some(parts.len());
            around.push(parts.len());
            let shape = Shape {
                callsite: segment.callsite.0,
                children: 0,
                lives: segment.life.is_some(),
                overtaken: false,
            };
            let gap = start - earliest;
            parts.push(Part { start, end, gap, tail: end - start, children: 0, shape });
            if let Some(&parent) = depth.checked_sub(1).and_then(|depth| around.get(depth)) {
                let parent = &mut parts[parent];
                parent.shape.overtaken = parent.end < end;
                parent.tail = parent.end.abs_diff(end);
            }
        }
        for part in &mut parts {
            part.shape.children = part.children.min(CHILDREN);
            *shapes.counts.entry(part.shape).or_default() += 1;
        }
        Parts(parts)
    }

    /// The lane as one block of streams.
    pub fn encode(&self, lane: &LaneSpans, shapes: &[Shape], resolution_ns: u64) -> Vec<u8> {
        let numbers: HashMap<Shape, u64> = shapes.iter().copied().zip(0..).collect();
        let mut runs = Runs::default();
        let mut low = LowBits::default();
        let (mut structure, mut families) = (Vec::new(), Vec::new());
        let (mut lives, mut next_life) = (Vec::new(), 0i64);
        // Whether a segment has been seen at each depth inside the present one.
        let mut seen: Vec<bool> = Vec::new();
        for (part, segment) in self.0.iter().zip(&lane.segments) {
            varint(&mut structure, numbers[&part.shape]);
            if part.shape.children == CHILDREN {
                varint(&mut families, u64::from(part.children - CHILDREN));
            }
            let depth = segment.depth as usize;
            seen.truncate(depth + 1);
            seen.resize(depth + 1, false);
            let first = !std::mem::replace(&mut seen[depth], true);
            let magnitude = low.split(part.gap);
            runs.push(if first { Run::FirstGap } else { Run::NextGap }, part.shape, magnitude);
            let magnitude = low.split(part.tail);
            let run = if part.children == 0 { Run::Duration } else { Run::Tail };
            runs.push(run, part.shape, magnitude);
            if let Some(life) = segment.life {
                let life = i64::from(life.0);
                varint(&mut lives, zigzag(life - next_life));
                next_life = next_life.max(life + 1);
            }
        }
        let (mark_sites, marks) = encode_marks(lane, resolution_ns);
        let [mark_magnitudes, mark_low] = marks.finish();
        joined(&[
            structure,
            families,
            runs.finish(),
            low.finish(),
            lives,
            mark_sites,
            mark_magnitudes,
            mark_low,
        ])
    }
}

fn encode_marks(lane: &LaneSpans, resolution_ns: u64) -> (Vec<u8>, super::numbers::Column) {
    let (mut sites, mut gaps) = (Vec::new(), super::numbers::Column::default());
    let mut before = 0;
    for mark in &lane.marks {
        varint(&mut sites, u64::from(mark.callsite.0));
        let at = (mark.at_ns / resolution_ns).max(before);
        gaps.push(at - before);
        before = at;
    }
    (sites, gaps)
}

/// Which numbers are alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    FirstGap,
    NextGap,
    Duration,
    Tail,
}

/// Magnitudes, sorted by what they are of.
#[derive(Default)]
struct Runs {
    by_kind: HashMap<(u8, u32), Vec<u8>>,
}

impl Runs {
    fn push(&mut self, run: Run, shape: Shape, magnitude: u8) {
        self.by_kind.entry((run as u8, shape.callsite)).or_default().push(magnitude);
    }

    fn finish(self) -> Vec<u8> {
        let mut runs: Vec<_> = self.by_kind.into_iter().collect();
        runs.sort_unstable_by_key(|run| run.0);
        runs.into_iter().flat_map(|(_, magnitudes)| magnitudes).collect()
    }
}
