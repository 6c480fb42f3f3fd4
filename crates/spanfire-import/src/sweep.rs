//! The stays of a lane as its events, in the order of time.
//!
//! ```text
//!   stays     A ───────────        events   enter A · enter B · leave A · leave B
//!                 B ───────────
//! ```
//!
//! Stays may overlap: what is entered last is the innermost, and what is left while others are open is left
//! below them, as the recorder writes it. At one moment what ends comes before what begins; a stay without length is entered
//! and left at once. Cost: two sorts of the lane's stays, and 12 bytes for each while that lane is written.

use crate::callsites::Callsites;
use crate::fields::{Fields, FieldsId};
use crate::profile::{Instant, LaneStays, Profile, STILL_OPEN, Span, Stay};
use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{CallsiteId, Field, Form, Parent, SpanId, Tick};
use std::cmp::Reverse;

/// Words that are handed on at once.
const WORDS: usize = 1 << 16;

/// Gives ids to spans, lane after lane.
pub(crate) struct Sweep<'a> {
    spans: &'a [Span],
    fields: &'a Fields,
    callsites: &'a Callsites,
    /// Spans that follow from others, on each lane: when, which, and from which.
    follows: Vec<Vec<(i64, u32, u32)>>,
    /// Those of each lane.
    of_lanes: Vec<Vec<usize>>,
    /// What becomes tick 0.
    start_ns: i64,
    /// The spans so far that are one stay each.
    numbered: u64,
}

/// What happens at a moment, in the order in which it does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Left,
    Created,
    Followed,
    Entered,
    Happened,
    /// Last, since a span may be entered for no time as it closes.
    Closed,
}

impl<'a> Sweep<'a> {
    /// Of everything in a profile but what is on its lanes.
    pub fn new(profile: &'a Profile, lanes: usize) -> Sweep<'a> {
        let Profile { spans, fields, callsites, start_ns, .. } = profile;
        let mut follows = vec![Vec::new(); lanes];
        for &(span, cause) in &profile.follows {
            // As soon as both are there: when it was said is not known.
            let [of, from] = [span, cause].map(|number| &spans[number as usize]);
            follows[of.lane as usize].push((of.start_ns.max(from.start_ns), span, cause));
        }
        let mut of_lanes = vec![Vec::new(); lanes];
        for (index, span) in spans.iter().enumerate() {
            of_lanes[span.lane as usize].push(index);
        }
        let start_ns = *start_ns;
        Sweep { spans, fields, callsites, follows, of_lanes, start_ns, numbered: 0 }
    }

    /// Hands on the words of a lane, part by part.
    pub fn lane<E>(
        &mut self,
        lane: u32,
        lane_stays: &mut LaneStays,
        mut write: impl FnMut(&[u64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let LaneStays { stays, instants, .. } = lane_stays;
        instants.sort_by_key(|instant| instant.at_ns);
        let mut follows = std::mem::take(&mut self.follows[lane as usize]);
        follows.sort_by_key(|(at_ns, ..)| *at_ns);
        let mut follows = follows.into_iter().peekable();
        let mut happened = instants.iter().peekable();
        // Stable: of those that begin at once the outer one comes first.
        stays.sort_by_key(|stay| stay.start_ns);
        let left = left(stays);
        let mut left = left.iter().map(|&at| at as usize).peekable();
        let mut entered = (0..stays.len()).peekable();
        let [created, closed] = self.lives(lane);
        let (mut created, mut closed) =
            (created.into_iter().peekable(), closed.into_iter().peekable());
        let mut ids = vec![SpanId(0); stays.len()];
        let mut words = Buffer::new(Form::Subscriber);
        loop {
            let next = [
                left.peek().map(|&at| (stays[at].end_ns, Rank::Left)),
                closed.peek().map(|&span| (self.spans[span].end_ns, Rank::Closed)),
                created.peek().map(|&span| (self.spans[span].start_ns, Rank::Created)),
                follows.peek().map(|&(at_ns, ..)| (at_ns, Rank::Followed)),
                happened.peek().map(|instant| (instant.at_ns, Rank::Happened)),
                entered.peek().map(|&at| (stays[at].start_ns, Rank::Entered)),
            ];
            let Some((at_ns, rank)) = next.into_iter().flatten().min() else { break };
            let tick = Tick(at_ns.abs_diff(self.start_ns));
            match rank {
                Rank::Left => left
                    .next()
                    .into_iter()
                    .for_each(|at| leave(&mut words, tick, &stays[at], ids[at])),
                Rank::Created => {
                    created.next().into_iter().for_each(|span| self.create(&mut words, tick, span));
                }
                Rank::Followed => follows.next().into_iter().for_each(|(_, span, cause)| {
                    let [span, cause] = [span, cause].map(|number| self.id(number as usize));
                    words.follows(tick, span, cause);
                }),
                Rank::Happened => happened
                    .next()
                    .into_iter()
                    .for_each(|instant| self.happen(&mut words, tick, instant)),
                Rank::Closed => {
                    closed.next().into_iter().for_each(|span| self.close(&mut words, tick, span));
                }
                Rank::Entered => entered
                    .next()
                    .into_iter()
                    .for_each(|at| ids[at] = self.enter(&mut words, tick, &stays[at])),
            }
            if words.words().len() >= WORDS {
                write(words.words())?;
                words = Buffer::new(Form::Subscriber);
            }
        }
        write(words.words())
    }

    /// The spans that are created on a lane, in that order, and the same as they are closed.
    fn lives(&mut self, lane: u32) -> [Vec<usize>; 2] {
        let mut created = std::mem::take(&mut self.of_lanes[lane as usize]);
        let mut closed = created.clone();
        created.sort_by_key(|&span| (self.spans[span].start_ns, self.spans[span].order));
        closed.sort_by_key(|&span| self.spans[span].end_ns);
        [created, closed]
    }

    fn create(&self, words: &mut Buffer, tick: Tick, span: usize) {
        let of = &self.spans[span];
        let id = self.id(span);
        words.explicit_parent(tick, id, of.parent.map(|parent| self.id(parent as usize)));
        self.has(words, tick, id, (of.callsite, of.fields));
        words.new_span(tick, id, of.callsite);
    }

    /// The fields that the span created next has.
    fn has(&self, words: &mut Buffer, tick: Tick, id: SpanId, of: (CallsiteId, FieldsId)) {
        let (callsite, fields) = of;
        let fields = self.fields.get(fields);
        if !fields.is_empty() {
            words.birth_fields(tick, id, callsite, self.names(callsite), &fields);
        }
    }

    fn names(&self, callsite: CallsiteId) -> &'a [String] {
        &self.callsites.all()[callsite.index()].fields
    }

    fn happen(&self, words: &mut Buffer, tick: Tick, instant: &Instant) {
        let parent = if instant.inside { Parent::Current } else { Parent::Root };
        let fields: Vec<Field> = self.fields.get(instant.fields);
        words.instant(tick, instant.callsite, parent, self.names(instant.callsite), &fields);
    }

    fn close(&self, words: &mut Buffer, tick: Tick, span: usize) {
        match self.spans[span].open {
            // It goes on: a moment at which it was seen alive.
            true => words.clone_handle(tick, self.id(span)),
            false => words.drop_handle(tick, self.id(span)),
        }
    }

    fn enter(&mut self, words: &mut Buffer, tick: Tick, stay: &Stay) -> SpanId {
        let id = match stay.span.checked_sub(1) {
            Some(span) => {
                let id = self.id(span as usize);
                words.enter(tick, id);
                id
            }
            None => {
                self.numbered += 1;
                let sequence = 2 * (self.spans.len() as u64 + self.numbered);
                let id = subscriber_span_id(stay.callsite, sequence);
                self.has(words, tick, id, (stay.callsite, stay.fields));
                words.new_enter(tick, id, stay.callsite);
                id
            }
        };
        if stay.end_ns == stay.start_ns {
            leave(words, tick, stay, id);
        }
        id
    }

    fn id(&self, span: usize) -> SpanId {
        subscriber_span_id(self.spans[span].callsite, 2 * (span as u64 + 1))
    }
}

fn leave(words: &mut Buffer, tick: Tick, stay: &Stay, id: SpanId) {
    match stay.span {
        0 => words.exit_drop(tick, id),
        _ => words.exit(tick, id),
    }
}

/// The stays that end later than they began, by their end, of two at one moment the inner one first.
fn left(stays: &[Stay]) -> Vec<u32> {
    let lasts = |stay: &Stay| stay.end_ns > stay.start_ns && stay.end_ns != STILL_OPEN;
    let mut left: Vec<u32> =
        (0..stays.len() as u32).filter(|&at| lasts(&stays[at as usize])).collect();
    left.sort_by_key(|&at| (stays[at as usize].end_ns, Reverse(at)));
    left
}
