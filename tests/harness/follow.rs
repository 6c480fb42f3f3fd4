//! Follows a recording along the scripts that its threads performed, callback by callback.
//!
//! Each lane must be the beginning of its script: the same callbacks on the same spans in the same
//! order, with their callsites, parents and values, and nothing else. Where the recording says that
//! events were lost, exactly that many callbacks are passed over, and the next one must fit again.

use crate::{Callback, Callbacks, Script, Site};
use spanfire_recording::{
    CallsiteId, EventKind, Field, Form, LaneId, Loss, LossCause, Parent, Recording, SpanId, Tick,
    Value,
};
use std::collections::{HashMap, HashSet, VecDeque};

/// The name of the thread that performs script `thread`; it is how its lane is found.
pub fn performer_name(thread: usize) -> String {
    format!("performer {thread}")
}

/// How much of one script a recording holds, in callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Those that are in the recording.
    pub recorded: u64,
    /// Those that the recording says are missing.
    pub lost: u64,
    /// Those that had returned for sure.
    pub noted: u64,
    /// Those and the ones of the next step, which may have been under way.
    pub begun: u64,
}

impl Followed {
    /// Callbacks that had returned and that the recording does not know of.
    pub fn missing(&self) -> u64 {
        self.noted.saturating_sub(self.recorded + self.lost)
    }

    /// Callbacks that the recording has and that cannot have happened.
    pub fn invented(&self) -> u64 {
        (self.recorded + self.lost).saturating_sub(self.begun)
    }
}

/// What one thread was to do, and how many steps of it are known to be done.
pub struct Performance {
    /// What.
    pub script: Script,
    /// How many; [`WHOLE`] for all of a script that ends.
    pub steps: u64,
}

/// All steps of a script that ends.
pub const WHOLE: u64 = u64::MAX;

/// Follows all of `performances`, the first of which is thread 0's.
///
/// # Errors
/// Where the recording contradicts a script, in words.
pub fn follow(
    recording: &Recording,
    performances: Vec<Performance>,
) -> Result<Vec<Followed>, String> {
    let mut lanes = seen_by_lane(recording)?;
    let mut used = HashSet::new();
    let mut followed = Vec::new();
    for (thread, performance) in performances.into_iter().enumerate() {
        let name = performer_name(thread);
        let mut of_thread = (0..lanes.len())
            .filter(|&lane| recording.lanes()[lane].thread_name.as_deref() == Some(name.as_str()));
        let seen = of_thread.next().map_or_else(Vec::new, |lane| std::mem::take(&mut lanes[lane]));
        if of_thread.next().is_some() {
            return Err(format!("two lanes of {name}"));
        }
        let follower = Follower::new(recording, thread, performance, &mut used);
        followed.push(follower.follow(seen).map_err(|problem| format!("{name}: {problem}"))?);
    }
    match lanes.iter().position(|rest| !rest.is_empty()) {
        Some(lane) => Err(format!("events of {:?}", recording.lanes()[lane])),
        None => Ok(followed),
    }
}

/// An event as it was read, one for each callback.
#[derive(Clone, Debug)]
enum Seen {
    New(SpanId, CallsiteId, Parent),
    Enter(SpanId),
    Exit(SpanId),
    Clone(SpanId),
    Drop(SpanId),
    Fields(SpanId, Vec<Field>),
    Lost(Loss),
}

type SeenAt = (Tick, Seen);

fn seen_by_lane(recording: &Recording) -> Result<Vec<Vec<SeenAt>>, String> {
    let mut lanes = vec![Vec::new(); recording.lanes().len()];
    for index in 0..recording.chunks().len() {
        let chunk = recording.chunk(index).map_err(|error| format!("chunk {index}: {error}"))?;
        let lane = &mut lanes[chunk.lane.index()];
        for event in &chunk.events {
            let mut see = |seen| lane.push((event.tick, seen));
            match event.kind {
                EventKind::New { span, callsite, parent, .. } => {
                    see(Seen::New(span, callsite, parent));
                }
                EventKind::NewEnter { span, callsite, parent } => {
                    see(Seen::New(span, callsite, parent));
                    see(Seen::Enter(span));
                }
                EventKind::Enter { span } => see(Seen::Enter(span)),
                EventKind::Exit { span } => see(Seen::Exit(span)),
                EventKind::ExitDrop { span } => {
                    see(Seen::Exit(span));
                    see(Seen::Drop(span));
                }
                EventKind::Drop { span } => see(Seen::Drop(span)),
                EventKind::Clone { span } => see(Seen::Clone(span)),
                EventKind::Fields { span, fields } => {
                    see(Seen::Fields(span, chunk.fields(fields).to_vec()));
                }
                EventKind::Lost { loss } => {
                    see(Seen::Lost(*chunk.loss(loss).ok_or("a loss that is nowhere")?));
                }
                EventKind::Follows { .. } | EventKind::Instant { .. } => {
                    return Err(format!("{event:?} is in no script"));
                }
            }
        }
    }
    for loss in recording.losses() {
        let lane = &mut lanes[loss.lane.index()];
        let place = lane.partition_point(|(tick, _)| *tick <= loss.first);
        lane.insert(place, (loss.last, Seen::Lost(*loss)));
    }
    let sorted = |lane: &Vec<SeenAt>| lane.is_sorted_by_key(|(tick, _)| *tick);
    match lanes.iter().position(|lane| !sorted(lane)) {
        Some(lane) => Err(format!("the ticks of {:?} decrease", LaneId(lane as u32))),
        None => Ok(lanes),
    }
}

struct Follower<'a> {
    recording: &'a Recording,
    thread: usize,
    callbacks: Callbacks,
    /// Callbacks of the last step that are still to come.
    ahead: VecDeque<Callback>,
    heard: u64,
    steps: u64,
    /// What is known of the ids of spans that live.
    ids: HashMap<u64, SpanId>,
    spans: HashMap<SpanId, u64>,
    /// Ids of the stand-alone form, which are never used again.
    used: &'a mut HashSet<SpanId>,
    followed: Followed,
}

impl<'a> Follower<'a> {
    fn new(
        recording: &'a Recording,
        thread: usize,
        performance: Performance,
        used: &'a mut HashSet<SpanId>,
    ) -> Follower<'a> {
        Follower {
            recording,
            thread,
            callbacks: Callbacks::of(performance.script, recording.form()),
            ahead: VecDeque::new(),
            heard: 0,
            steps: performance.steps,
            ids: HashMap::new(),
            spans: HashMap::new(),
            used,
            followed: Followed::default(),
        }
    }

    fn follow(mut self, seen: Vec<SeenAt>) -> Result<Followed, String> {
        let mut last = Tick(0);
        let mut seen = seen.into_iter().peekable();
        while let Some((tick, event)) = seen.next() {
            if let Seen::Lost(loss) = event {
                self.pass_over(loss, last, tick)?;
                continue;
            }
            last = tick;
            let at = self.followed.recorded + self.followed.lost;
            let callback = self.next_callback().ok_or("more events than the script has")?;
            let differs = || format!("callback {at} is {callback:?}, the recording has {event:?}");
            if !self.agrees(callback, &event) {
                return Err(differs());
            }
            if let Callback::New { span, site: Site::WithField } = callback {
                let fields = seen.next_if(|(_, next)| matches!(next, Seen::Fields(..)));
                if !fields.is_some_and(|(_, fields)| self.has_value(span, &fields, span)) {
                    return Err(format!("{} without its field", differs()));
                }
            }
            self.followed.recorded += 1;
            self.forget_ended(callback);
        }
        while self.callbacks.steps() <= self.steps && self.next_callback().is_some() {}
        Ok(self.followed)
    }

    /// Takes the script as far as the next callback.
    fn next_callback(&mut self) -> Option<Callback> {
        while self.ahead.is_empty() {
            let mut heard = Vec::new();
            if !self.callbacks.next_step(&mut heard) {
                return None;
            }
            self.heard += heard.len() as u64;
            if self.callbacks.steps() <= self.steps {
                self.followed.noted = self.heard;
            }
            if self.callbacks.steps() <= self.steps.saturating_add(1) {
                self.followed.begun = self.heard;
            }
            self.ahead.extend(heard);
        }
        self.ahead.pop_front()
    }

    fn pass_over(&mut self, loss: Loss, before: Tick, after: Tick) -> Result<(), String> {
        let is_stall = loss.cause == LossCause::Stall;
        // The callback that waited had read its tick before.
        let too_late = loss.last > after && !is_stall;
        if loss.first > loss.last || loss.first < before || too_late {
            return Err(format!("{loss:?} between {before:?} and {after:?}"));
        }
        if is_stall != (loss.events == 0) {
            return Err(format!("{loss:?}"));
        }
        for _ in 0..loss.events {
            let callback = self.next_callback().ok_or("more losses than the script has")?;
            self.followed.lost += 1;
            self.forget_ended(callback);
        }
        Ok(())
    }

    fn agrees(&mut self, callback: Callback, seen: &Seen) -> bool {
        match (callback, seen) {
            (Callback::New { span, site }, Seen::New(id, callsite, parent)) => {
                let name = self.recording.callsites().get(callsite.index()).map(|c| &c.name);
                let fresh = self.recording.form() == Form::Layer || self.used.insert(*id);
                fresh
                    && !self.spans.contains_key(id)
                    && self.is(span, *id)
                    && name.is_some_and(|name| *name == site.name(self.thread))
                    && self.is_parent(site, *parent)
            }
            (Callback::Enter { span }, Seen::Enter(id))
            | (Callback::Exit { span }, Seen::Exit(id))
            | (Callback::Clone { span }, Seen::Clone(id))
            | (Callback::Drop { span }, Seen::Drop(id)) => self.is(span, *id),
            (Callback::Record { span, value }, fields) => self.has_value(span, fields, value),
            _ => false,
        }
    }

    /// Whether `id` is the span's. One whose creation was lost has the id it is first met with.
    fn is(&mut self, span: u64, id: SpanId) -> bool {
        *self.ids.entry(span).or_insert(id) == id && *self.spans.entry(id).or_insert(span) == span
    }

    fn is_parent(&mut self, site: Site, parent: Parent) -> bool {
        match (site, parent) {
            (Site::Child(span), Parent::Span(id)) => self.is(span, id),
            (Site::Root, Parent::Root) => true,
            (Site::Plain(_) | Site::WithField | Site::Fresh(_), Parent::Current) => true,
            _ => false,
        }
    }

    fn has_value(&mut self, span: u64, seen: &Seen, value: u64) -> bool {
        let Seen::Fields(id, fields) = seen else { return false };
        let expected = Field { name: "number".into(), value: Value::U64(value) };
        self.is(span, *id) && *fields == [expected]
    }

    fn forget_ended(&mut self, callback: Callback) {
        let span = callback.span();
        if matches!(callback, Callback::Drop { .. })
            && self.callbacks.has_ended(span)
            && let Some(id) = self.ids.remove(&span)
        {
            self.spans.remove(&id);
        }
    }
}
