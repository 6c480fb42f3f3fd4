//! What each thread was at every moment, as rows of samples.
//!
//! Takes pieces as they begin and end; gives a row for each time in which a stack was one and the
//! same. It is cut where the thread came to a processor or left it, as far as that is known, and,
//! where native samples are, halfway between two of them:
//!
//! ```text
//! pieces       A ├────────────────────────┤
//! processor      ├──────────┤    ├────────┤
//! seen            f      g            f
//! rows           A;f    A;g  A;*  A;f            * [blocked], and at last a row without a stack
//! ```
//!
//! Rows of a lane follow one another without a gap, but for those without a stack, and their lengths
//! add up to Σ self.

use spanfire_recording::{CallsiteId, Error, LaneId, Recording};
use spanfire_views::{Marker, OnCpu, Piece, Sightings, Stretch};

/// Turns pieces into rows. A clone of one that was told nothing begins anew.
#[derive(Clone)]
pub(super) struct Moments<'a> {
    /// `None` where no switch was recorded.
    on_cpu: Option<OnCpu>,
    /// `None` without native samples.
    sightings: Option<Sightings<'a>>,
    lanes: Vec<Lane>,
    /// Native samples of moments at which the thread was not on a processor.
    pub misplaced: u64,
}

#[derive(Clone)]
struct Lane {
    since_ns: u64,
    /// What is entered, the innermost last, and the number of the stack up to each.
    open: Vec<(CallsiteId, Option<u32>)>,
    /// How long it ran since the last row began, if that is known.
    ran_ns: Option<u64>,
}

/// A row of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The number of the stack; `None` where there is none.
    pub stack: Option<u32>,
    pub at_ns: u64,
    pub length_ns: u64,
    /// How long the thread ran since the row before, if that is known.
    pub ran_ns: Option<u64>,
}

impl<'a> Moments<'a> {
    /// Nothing has been told.
    pub fn new(recording: &Recording, sightings: Option<Sightings<'a>>) -> Result<Self, Error> {
        let lane = Lane { since_ns: 0, open: Vec::new(), ran_ns: Some(0) };
        Ok(Moments {
            on_cpu: OnCpu::of(recording)?,
            sightings,
            lanes: vec![lane; recording.lanes().len()],
            misplaced: 0,
        })
    }

    /// Whether it is known when the lane's thread ran.
    pub fn knows(&self, lane: LaneId) -> bool {
        self.on_cpu.as_ref().is_some_and(|on_cpu| on_cpu.knows(lane))
    }

    /// A piece begins or ends. `inside` numbers the stack that has one more frame than another.
    pub fn change(
        &mut self,
        piece: &Piece,
        begins: bool,
        mut inside: impl FnMut(Option<u32>, CallsiteId) -> Option<u32>,
        mut row: impl FnMut(Row),
    ) {
        let Some(lane) = self.lanes.get(piece.lane.index()) else { return };
        if !lane.open.is_empty() && piece.at_ns > lane.since_ns {
            self.end(piece.lane, piece.at_ns, &mut inside, &mut row);
        }
        let Lane { since_ns, open, ran_ns } = &mut self.lanes[piece.lane.index()];
        *since_ns = piece.at_ns;
        match begins {
            true => {
                let around = open.last().and_then(|(_, stack)| *stack);
                open.push((piece.callsite, inside(around, piece.callsite)));
            }
            false => drop(open.pop()),
        }
        if open.is_empty() {
            let ran_ns = ran_ns.replace(0);
            row(Row { stack: None, at_ns: piece.at_ns, length_ns: 0, ran_ns });
        }
    }

    /// The time since the last change of a lane ends.
    fn end(
        &mut self,
        id: LaneId,
        to_ns: u64,
        inside: &mut impl FnMut(Option<u32>, CallsiteId) -> Option<u32>,
        row: &mut impl FnMut(Row),
    ) {
        let Lane { since_ns, open, ran_ns: ran_before } = &mut self.lanes[id.index()];
        let stack = open.last().and_then(|(_, stack)| *stack);
        let (sightings, misplaced) = (&mut self.sightings, &mut self.misplaced);
        let each = |Stretch { start_ns, length_ns, runs }| {
            let mut tell = |frames: &[CallsiteId], at_ns: u64, end_ns: u64| {
                let stack = frames.iter().fold(stack, |around, &frame| inside(around, frame));
                let length_ns = end_ns - at_ns;
                if length_ns > 0 {
                    let ran_ns = runs.map(|runs| if runs { length_ns } else { 0 });
                    let ran_ns = std::mem::replace(ran_before, ran_ns);
                    row(Row { stack, at_ns, length_ns, ran_ns });
                }
            };
            let end_ns = start_ns + length_ns;
            let Some(sightings) = sightings.as_mut() else {
                return tell(&[], start_ns, end_ns);
            };
            let spans = open.iter().rev().map(|(span, _)| *span);
            let seen = sightings.between(id, start_ns, end_ns, spans);
            if runs == Some(false) {
                *misplaced += seen.len() as u64;
                return tell(&[sightings.marker(Marker::Blocked)], start_ns, end_ns);
            }
            if seen.is_empty() {
                return tell(&[sightings.marker(Marker::NotSampled)], start_ns, end_ns);
            }
            let mut at_ns = start_ns;
            for (index, sighting) in seen.iter().enumerate() {
                let next = seen.get(index + 1);
                let until_ns = next.map_or(end_ns, |next| sighting.at_ns.midpoint(next.at_ns));
                tell(&sighting.frames, at_ns, until_ns);
                at_ns = until_ns;
            }
        };
        let from_ns = *since_ns;
        match &mut self.on_cpu {
            Some(on_cpu) => on_cpu.stretches(id, from_ns, to_ns, each),
            None => OnCpu::default().stretches(id, from_ns, to_ns, each),
        }
    }
}
