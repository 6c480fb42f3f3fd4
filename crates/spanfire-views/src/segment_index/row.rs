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

struct Level {
    covered_ns: Vec<u64>,
    callsites: Vec<u32>,
}

/// A row while its segments come.
#[derive(Default)]
pub(super) struct RowBuilder {
    row: Row,
}

impl RowBuilder {
    pub fn push(&mut self, start_ns: u64, end_ns: u64, callsite: CallsiteId) {
        let row = &mut self.row;
        let length = end_ns.saturating_sub(start_ns);
        let short = u32::try_from(length).unwrap_or(LONG);
        if short == LONG {
            row.long.push((row.starts.len(), length));
        }
        row.starts.push(start_ns);
        row.lengths.push(short);
        row.callsites.push(callsite.0);
    }

    /// The row, with its levels.
    pub fn finish(self) -> Row {
        let mut row = self.row;
        let lengths: Vec<u64> = (0..row.len()).map(|index| row.length(index)).collect();
        let mut next = (row.len() > FAN).then(|| Level::over(&lengths, &row.callsites));
        while let Some(level) = next {
            let more = level.covered_ns.len() > FAN;
            next = more.then(|| Level::over(&level.covered_ns, &level.callsites));
            row.levels.push(level);
        }
        row
    }
}

impl Level {
    /// A node for each run of nodes below.
    fn over(covered_ns: &[u64], callsites: &[u32]) -> Level {
        let runs = covered_ns.chunks(FAN).zip(callsites.chunks(FAN));
        let (covered_ns, callsites) = runs
            .map(|(covered, callsites)| {
                let most = covered.iter().zip(callsites).max_by_key(|(covered, _)| **covered);
                (covered.iter().sum::<u64>(), most.map_or(0, |(_, &callsite)| callsite))
            })
            .unzip();
        Level { covered_ns, callsites }
    }
}

impl Row {
    pub fn len(&self) -> usize {
        self.starts.len()
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
        while level < self.levels.len() && at.is_multiple_of(size) {
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
