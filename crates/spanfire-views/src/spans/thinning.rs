//! Leaving out the shortest spans, while they come.
//!
//! As many segments are gathered as asked for and a quarter more; then the spans are dropped that
//! lived shorter than a bound, the smallest that brings the number down, and it starts again. The
//! bound only grows and is applied to all that is there, so that in the end it is as if it had been
//! known from the beginning. Costs some passes over what is kept for each quarter of it that comes.

use super::LeftOut;
use super::gather::{Alive, Entered, Gathered, LaneSegments};
use rustc_hash::FxHashMap;

/// How many segments are kept, and what was dropped.
pub(super) struct Thinning {
    limit: usize,
    segments: usize,
    /// How many there may be before the next pass.
    next: usize,
    left_out: u64,
    shorter_than_ns: u64,
}

/// Marks what is gone.
const GONE: u32 = u32::MAX;

impl Thinning {
    /// Down to `limit`.
    pub fn to(limit: usize) -> Thinning {
        let next = limit.saturating_add(limit / 4);
        Thinning { limit, segments: 0, next, left_out: 0, shorter_than_ns: 0 }
    }

    /// What was dropped.
    pub fn left_out(&self) -> Option<LeftOut> {
        let &Thinning { left_out: spans, shorter_than_ns, .. } = self;
        (spans > 0).then_some(LeftOut { spans, shorter_than_ns })
    }

    /// One more segment is there.
    pub fn entered(
        &mut self,
        lanes: &mut [LaneSegments],
        alive: &mut FxHashMap<u64, Alive>,
        lives: &mut Vec<Gathered>,
    ) {
        self.segments += 1;
        if self.segments > self.next {
            self.pass(lanes, alive, lives);
            // Where not enough can be dropped, looking for it at every segment would not help.
            self.next = self.segments.max(self.limit) + self.limit / 4 + 1;
        }
    }

    /// No more segments come.
    pub fn last(
        &mut self,
        lanes: &mut [LaneSegments],
        alive: &mut FxHashMap<u64, Alive>,
        lives: &mut Vec<Gathered>,
    ) {
        if self.segments > self.limit || self.left_out > 0 {
            self.pass(lanes, alive, lives);
        }
    }

    fn pass(
        &mut self,
        lanes: &mut [LaneSegments],
        alive: &mut FxHashMap<u64, Alive>,
        lives: &mut Vec<Gathered>,
    ) {
        self.raise_bound(lanes, lives);
        let kept = Kept::of(lanes, lives, self.shorter_than_ns);
        let plain = lanes.iter().zip(&kept.segments).flat_map(|(lane, kept)| {
            let dropped = lane.segments.iter().zip(kept).filter(|(_, kept)| !*kept);
            dropped.filter(|(segment, _)| segment.life == 0 && segment.end_ns.is_some())
        });
        self.left_out += plain.count() as u64;
        self.left_out += kept.lives.iter().filter(|kept| !*kept).count() as u64;
        let new_lives = places(&kept.lives);
        retain(lives, &kept.lives);
        let new_places: Vec<Vec<u32>> = kept.segments.iter().map(|kept| places(kept)).collect();
        for ((lane, kept), places) in lanes.iter_mut().zip(&kept.segments).zip(&new_places) {
            lane.drop_all_but(kept, places, &new_lives);
        }
        for told in alive.values_mut().flat_map(|alive| &mut alive.segments) {
            told.index = new_places[told.lane.index()][told.index] as usize;
        }
        self.segments = lanes.iter().map(|lane| lane.segments.len()).sum();
    }

    /// Finds the smallest bound under which enough segments lie.
    fn raise_bound(&mut self, lanes: &[LaneSegments], lives: &[Gathered]) {
        let Some(excess) = self.segments.checked_sub(self.limit).filter(|&excess| excess > 0)
        else {
            return;
        };
        let plain =
            lanes.iter().flat_map(|lane| &lane.segments).filter(|segment| segment.is_plain());
        let plain = plain.map(|segment| (segment.length_ns(), 1));
        let lived = lives.iter().map(|gathered| (gathered.lifetime_ns(), gathered.life.segments));
        let mut lengths: Vec<(u64, u32)> = plain.chain(lived).collect();
        lengths.sort_unstable();
        let mut below = 0;
        for (length_ns, segments) in lengths {
            if below >= excess {
                break;
            }
            below += segments as usize;
            self.shorter_than_ns = self.shorter_than_ns.max(length_ns + 1);
        }
    }
}

impl Entered {
    /// Whether it is all there is of a span that has closed.
    fn is_plain(&self) -> bool {
        !self.alive && self.life == 0
    }

    fn length_ns(&self) -> u64 {
        self.end_ns.map_or(0, |end_ns| end_ns.saturating_sub(self.start_ns))
    }
}

impl Gathered {
    fn lifetime_ns(&self) -> u64 {
        self.life.end_ns.saturating_sub(self.life.start_ns)
    }
}

impl LaneSegments {
    fn drop_all_but(&mut self, kept: &[bool], places: &[u32], lives: &[u32]) {
        retain(&mut self.segments, kept);
        let new = |one_more: u32, places: &[u32]| match one_more.checked_sub(1) {
            Some(index) => places[index as usize] + 1,
            None => 0,
        };
        for segment in &mut self.segments {
            segment.around = new(segment.around, places);
            segment.life = new(segment.life, lives);
        }
        for open in &mut self.stack {
            open.index = places[open.index] as usize;
        }
    }
}

/// What stays: what lived long enough or still lives, and all that is around it or above it.
struct Kept {
    /// By lane.
    segments: Vec<Vec<bool>>,
    lives: Vec<bool>,
}

impl Kept {
    fn of(lanes: &[LaneSegments], lives: &[Gathered], shortest_ns: u64) -> Kept {
        let stays =
            |gathered: &Gathered| gathered.outlived || gathered.lifetime_ns() >= shortest_ns;
        let mut kept = Kept {
            segments: lanes.iter().map(|lane| vec![false; lane.segments.len()]).collect(),
            lives: lives.iter().map(stays).collect(),
        };
        let parents = Parents::of(lives);
        // A life that stays for one reason gives others theirs, on other lanes, too.
        loop {
            let before = kept.lives.iter().filter(|kept| **kept).count();
            for (lane, segments) in lanes.iter().zip(&mut kept.segments) {
                keep_around(lane, segments, &mut kept.lives, shortest_ns);
            }
            parents.keep(&mut kept.lives);
            if kept.lives.iter().filter(|kept| **kept).count() == before {
                return kept;
            }
        }
    }
}

/// From the innermost outwards: what has something inside that stays, stays.
fn keep_around(lane: &LaneSegments, kept: &mut [bool], lives: &mut [bool], shortest_ns: u64) {
    for (index, segment) in lane.segments.iter().enumerate().rev() {
        let life = segment.life.checked_sub(1).map(|life| life as usize);
        kept[index] |= match life {
            Some(life) => lives[life],
            None => segment.alive || segment.length_ns() >= shortest_ns,
        };
        if !kept[index] {
            continue;
        }
        if let Some(life) = life {
            lives[life] = true;
        }
        if let Some(around) = segment.around.checked_sub(1) {
            kept[around as usize] = true;
        }
    }
}

/// The lives that are the parents of others, as (child, parent), the youngest child first.
struct Parents(Vec<(u32, u32)>);

impl Parents {
    fn of(lives: &[Gathered]) -> Parents {
        let numbers = lives.iter().zip(0..).map(|(gathered, index)| (gathered.life.number, index));
        let by_number: FxHashMap<u64, u32> = numbers.collect();
        let pairs = lives.iter().zip(0..);
        let mut pairs: Vec<(u32, u32)> = pairs
            .filter_map(|(gathered, index)| Some((index, *by_number.get(&gathered.parent)?)))
            .collect();
        pairs.sort_unstable_by_key(|&(child, _)| {
            std::cmp::Reverse(lives[child as usize].life.number)
        });
        Parents(pairs)
    }

    fn keep(&self, lives: &mut [bool]) {
        for &(child, parent) in &self.0 {
            lives[parent as usize] |= lives[child as usize];
        }
    }
}

/// Where each of those that are kept stands among them.
fn places(kept: &[bool]) -> Vec<u32> {
    let mut next = 0;
    let place = |&kept: &bool| {
        if !kept {
            return GONE;
        }
        next += 1;
        next - 1
    };
    kept.iter().map(place).collect()
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().copied().unwrap_or(true));
}
