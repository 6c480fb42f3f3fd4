//! The segments of one lane at one depth, which never overlap.
//!
//! Level n of the row has a node for each run of 8ⁿ successive segments: the time they cover, and the
//! callsite with the most of it. Where a node lies is read from its first and last segment, so a
//! long segment is never blurred: only a node that lies within a pixel stands for what is in it.

use spanfire_recording::CallsiteId;
use std::ops::Range;

const FAN: usize = 8;
/// Lengths from here on are kept aside.
const LONG: u32 = u32::MAX;

/// A segment, or several that begin in one pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where it starts; of several, the first.
    pub start_ns: u64,
    /// Where it ends; of several, the start and the time they cover.
    pub end_ns: u64,
    /// The callsite; of several, one with much of the time.
    pub callsite: CallsiteId,
    /// How many there are.
    pub segments: u64,
}

/// Segments in the order of time.
#[derive(Default)]
pub(super) struct Row {
    starts: Vec<u64>,
    lengths: Vec<u32>,
    /// Segments of [`LONG`] ns and more, by index: their lengths.
    long: Vec<(usize, u64)>,
    callsites: Vec<u32>,
    levels: Vec<Level>,
}

#[derive(Default)]
struct Level {
    covered_ns: Vec<u64>,
    callsites: Vec<u32>,
}

impl Row {
    /// Adds a segment, which comes after all others, and the nodes that it completes.
    pub fn push(&mut self, start_ns: u64, end_ns: u64, callsite: CallsiteId) {
        let length = end_ns.saturating_sub(start_ns);
        let short = u32::try_from(length).unwrap_or(LONG);
        if short == LONG {
            self.long.push((self.starts.len(), length));
        }
        self.starts.push(start_ns);
        self.lengths.push(short);
        self.callsites.push(callsite.0);
        let (mut level, mut below) = (0, self.len());
        while below.is_multiple_of(FAN) {
            self.add_node(level, below - FAN..below);
            below = self.levels[level].callsites.len();
            level += 1;
        }
    }

    /// Adds the nodes that were only begun, and lets go of what no more segments will need.
    pub fn finish(&mut self) {
        let (mut level, mut below) = (0, self.len());
        while below > FAN {
            let complete = self.levels.get(level).map_or(0, |level| FAN * level.callsites.len());
            if complete < below {
                self.add_node(level, complete..below);
            }
            below = self.levels[level].callsites.len();
            level += 1;
        }
        self.starts.shrink_to_fit();
        self.lengths.shrink_to_fit();
        self.callsites.shrink_to_fit();
    }

    /// Adds a node to a level over a run of the level below, or of segments.
    fn add_node(&mut self, level: usize, run: Range<usize>) {
        let (mut covered_ns, mut most) = (0, (0, 0));
        for at in run {
            let (of_ns, callsite) = match level.checked_sub(1) {
                Some(below) => {
                    (self.levels[below].covered_ns[at], self.levels[below].callsites[at])
                }
                None => (self.length(at), self.callsites[at]),
            };
            covered_ns += of_ns;
            most = most.max((of_ns, callsite));
        }
        if level == self.levels.len() {
            self.levels.push(Level::default());
        }
        self.levels[level].covered_ns.push(covered_ns);
        self.levels[level].callsites.push(most.1);
    }
}

impl Row {
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The end of the last segment, 0 if there is none.
    pub fn end_ns(&self) -> u64 {
        self.len().checked_sub(1).map_or(0, |last| self.end(last))
    }

    pub fn begin_in(&self, range_ns: &Range<u64>) -> usize {
        let before = |ns: u64| self.starts.partition_point(|&start| start < ns);
        before(range_ns.end).saturating_sub(before(range_ns.start))
    }

    fn length(&self, index: usize) -> u64 {
        match self.lengths[index] {
            LONG => {
                let place = self.long.binary_search_by_key(&index, |&(index, _)| index);
                place.map_or(u64::from(LONG), |place| self.long[place].1)
            }
            length => u64::from(length),
        }
    }

    fn end(&self, index: usize) -> u64 {
        self.starts[index] + self.length(index)
    }

    /// See [`IndexedLane::shown`](super::IndexedLane::shown).
    pub fn shown(&self, range_ns: &Range<u64>, pixel_ns: f64) -> Vec<Shown> {
        let mut gathering = Gathering { pixel_ns, from_ns: range_ns.start, shown: Vec::new() };
        // One more to the left: it may reach into the range.
        let first = self.starts.partition_point(|&start| start < range_ns.start).saturating_sub(1);
        let mut at = first;
        while at < self.len() && self.starts[at] < range_ns.end {
            let level = self.coarsest(at, pixel_ns);
            let size = FAN.pow(level as u32);
            let (covered_ns, callsite) = match level {
                0 => (self.length(at), self.callsites[at]),
                _ => {
                    let node = at / size;
                    let level = &self.levels[level - 1];
                    (level.covered_ns[node], level.callsites[node])
                }
            };
            let start_ns = self.starts[at];
            if level > 0 || start_ns >= range_ns.start || self.end(at) > range_ns.start {
                gathering.add(Shown {
                    start_ns,
                    end_ns: start_ns + covered_ns,
                    callsite: CallsiteId(callsite),
                    segments: size.min(self.len() - at) as u64,
                });
            }
            at += size;
        }
        gathering.shown
    }

    /// The coarsest level with a node that begins here and lies within a pixel.
    fn coarsest(&self, at: usize, pixel_ns: f64) -> usize {
        let mut level = 0;
        let mut size = FAN;
        let has_node = |level: &Level, size: usize| at / size < level.callsites.len();
        while self.levels.get(level).is_some_and(|level| has_node(level, size))
            && at.is_multiple_of(size)
        {
            let last = (at + size).min(self.len()) - 1;
            if (self.end(last) - self.starts[at]) as f64 >= pixel_ns {
                break;
            }
            level += 1;
            size *= FAN;
        }
        level
    }
}

/// Puts short pieces that begin in one pixel together.
struct Gathering {
    pixel_ns: f64,
    from_ns: u64,
    shown: Vec<Shown>,
}

impl Gathering {
    fn add(&mut self, piece: Shown) {
        let (pixel_ns, from_ns) = (self.pixel_ns, self.from_ns);
        let is_short = |piece: &Shown| ((piece.end_ns - piece.start_ns) as f64) < pixel_ns;
        let pixel =
            |piece: &Shown| ((piece.start_ns as f64 - from_ns as f64) / pixel_ns).floor() as i64;
        match self.shown.last_mut() {
            Some(last) if is_short(last) && is_short(&piece) && pixel(last) == pixel(&piece) => {
                let (had_ns, has_ns) = (last.end_ns - last.start_ns, piece.end_ns - piece.start_ns);
                if has_ns > had_ns {
                    last.callsite = piece.callsite;
                }
                last.end_ns += has_ns;
                last.segments += piece.segments;
            }
            _ => self.shown.push(piece),
        }
    }
}
