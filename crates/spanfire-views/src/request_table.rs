//! Every request of a recording.

use crate::Replay;
use crate::overhead::{Compensated, Rates, RequestCosts};
use crate::replay::{Closing, Life, Observer, RequestNumber, Segment, Slice};
use spanfire_recording::{Callsite, CallsiteId, Error, Field, LaneId};
use std::fmt;

/// The number of a request in its recording: the how-manieth span created its root was, from 1.
/// It does not depend on the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Every selected request, in the order of their start.
#[derive(Clone, Debug)]
pub struct RequestTable {
    pub(crate) callsites: Vec<Callsite>,
    pub(crate) requests: Vec<Request>,
}

/// A root span and all that descends from it, on whatever threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// The root's callsite.
    pub callsite: CallsiteId,
    /// When the root was created.
    pub start_ns: u64,
    /// The root's lifetime, from new to close.
    pub lifetime_ns: u64,
    /// Time of its lifetime in which at least one of its spans ran on some thread.
    pub busy_ns: u64,
    /// Time of its lifetime in which none ran: `lifetime_ns − busy_ns`.
    pub idle_ns: u64,
    /// Self time of all its spans, added up over all threads: larger than `busy_ns` where it ran
    /// in parallel or outlived its root.
    pub work_ns: u64,
    /// The part of `work_ns` in which its threads ran on a processor, as far as is known.
    pub cpu_ns: u64,
    /// The part of `work_ns` in which they did not, as far as is known.
    pub blocked_ns: u64,
    /// What remains of `work_ns` without what recording took, in a
    /// [compensated](RequestTable::compensated) table.
    pub compensated_work: Option<Compensated>,
    /// How many spans it has.
    pub spans: u64,
    /// How many segments they have.
    pub segments: u64,
    /// How many lanes they ran on.
    pub threads: usize,
    /// Whether the root was still open when the recording ended.
    pub open: bool,
    /// The root's fields, a later value in the place of an earlier one.
    pub fields: Vec<Field>,
}

impl RequestTable {
    /// The requests of the selection: all that have a selected span.
    ///
    /// Costs about 200 bytes for each request.
    pub fn of(replay: &Replay<'_>) -> Result<RequestTable, Error> {
        let requests = replay.run(Tracker::default())?.observer.finish();
        Ok(RequestTable { callsites: replay.recording().callsites().to_vec(), requests })
    }

    /// The same with what remains of every request's work; `None` if the recording does not hold its
    /// probe cost. Of lifetime and busy time nobody knows how much shorter they would have been: that
    /// depends on what waited for what.
    pub fn compensated(replay: &Replay<'_>) -> Result<Option<RequestTable>, Error> {
        let Some(cost) = replay.recording().probe_cost() else { return Ok(None) };
        let costs = RequestCosts::new(replay, Rates::of(cost));
        let (tracker, costs) = replay.run((Tracker::default(), costs))?.observer;
        let requests = tracker.without(&costs).finish();
        Ok(Some(RequestTable { callsites: replay.recording().callsites().to_vec(), requests }))
    }

    /// The requests, in the order of their start.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// The request that lived longest; the earlier of two equal ones.
    pub fn slowest(&self) -> Option<&Request> {
        self.requests.iter().rev().max_by_key(|request| request.lifetime_ns)
    }

    /// The root's callsite.
    pub fn callsite(&self, request: &Request) -> &Callsite {
        &self.callsites[request.callsite.index()]
    }
}

/// Follows all requests at once.
#[derive(Default)]
pub(crate) struct Tracker {
    /// By number, from 1.
    requests: Vec<Tracked>,
}

struct Tracked {
    request: Request,
    /// The lanes it ran on, the latest first.
    lanes: Vec<LaneId>,
    /// How many lanes it runs on now, and since when on any.
    running: u32,
    since_ns: u64,
    /// For how long it ran on any.
    ran_ns: u64,
}

impl Tracker {
    /// Every request that has a selected span, in the order of their start.
    fn finish(self) -> Vec<Request> {
        let tracked = self.requests.into_iter();
        let mut requests: Vec<Request> =
            tracked.map(Tracked::finish).filter(|request| request.spans > 0).collect();
        requests.sort_by_key(|request| (request.start_ns, request.id));
        requests
    }

    /// The same with what remains of each request's work.
    pub fn without(mut self, costs: &RequestCosts) -> Tracker {
        for (number, tracked) in (1..).map(RequestNumber).zip(&mut self.requests) {
            let work_ns = tracked.request.work_ns;
            tracked.request.compensated_work = Some(costs.remains(number, work_ns));
        }
        self
    }

    /// The request with this number, if it has a selected span.
    pub fn take(mut self, number: RequestNumber) -> Option<Request> {
        let index = number.0.checked_sub(1)? as usize;
        let tracked = (index < self.requests.len()).then(|| self.requests.swap_remove(index))?;
        Some(tracked.finish()).filter(|request| request.spans > 0)
    }

    fn get(&mut self, number: RequestNumber) -> Option<&mut Tracked> {
        self.requests.get_mut(number.0.checked_sub(1)? as usize)
    }
}

impl Tracked {
    fn new(life: &Life) -> Tracked {
        let request = Request {
            id: RequestId(life.ordinal),
            callsite: life.callsite,
            start_ns: 0,
            lifetime_ns: 0,
            busy_ns: 0,
            idle_ns: 0,
            work_ns: 0,
            cpu_ns: 0,
            blocked_ns: 0,
            compensated_work: None,
            spans: 0,
            segments: 0,
            threads: 0,
            open: false,
            fields: Vec::new(),
        };
        Tracked { request, lanes: Vec::new(), running: 0, since_ns: 0, ran_ns: 0 }
    }

    fn finish(self) -> Request {
        let threads = self.lanes.len();
        let idle_ns = self.request.lifetime_ns.saturating_sub(self.request.busy_ns);
        Request { threads, idle_ns, ..self.request }
    }

    fn pause(&mut self, now_ns: u64) {
        if self.running > 0 {
            self.ran_ns = self.ran_ns.saturating_add(now_ns.saturating_sub(self.since_ns));
        }
        // A loss that is known late ends what was open when it began: before now.
        self.since_ns = self.since_ns.max(now_ns);
    }

    fn end_root(&mut self, at_ns: u64) {
        self.pause(at_ns);
        self.request.busy_ns = self.ran_ns;
    }

    fn close_root(&mut self, closing: &Closing) {
        self.request.start_ns = closing.start_ns;
        self.request.lifetime_ns = closing.lifetime_ns();
        // A root that closed in a loss did so before what was handed out meanwhile.
        self.request.busy_ns = self.request.busy_ns.min(self.request.lifetime_ns);
        self.request.open = closing.open;
    }
}

impl Observer for Tracker {
    const FIELDS: bool = true;

    fn born(&mut self, life: &Life) {
        if life.is_root {
            self.requests.push(Tracked::new(life));
        }
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        if life.is_root
            && let Some(tracked) = self.get(life.request)
        {
            update(&mut tracked.request.fields, fields);
        }
    }

    fn slice(&mut self, slice: &Slice, life: &Life) {
        if let Some(tracked) = self.get(life.request) {
            let request = &mut tracked.request;
            request.work_ns = request.work_ns.saturating_add(slice.length_ns);
            request.cpu_ns = request.cpu_ns.saturating_add(slice.split.cpu_ns);
            request.blocked_ns = request.blocked_ns.saturating_add(slice.split.blocked_ns);
        }
    }

    fn switched(&mut self, at_ns: u64, from: RequestNumber, to: RequestNumber) {
        if let Some(tracked) = self.get(from) {
            tracked.pause(at_ns);
            tracked.running -= 1;
        }
        if let Some(tracked) = self.get(to) {
            tracked.pause(at_ns);
            tracked.running += 1;
        }
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let Some(tracked) = self.get(life.request) else { return };
        tracked.request.segments += 1;
        match tracked.lanes.iter().position(|&lane| lane == segment.lane) {
            Some(index) => tracked.lanes.swap(0, index),
            None => tracked.lanes.insert(0, segment.lane),
        }
    }

    fn ended(&mut self, at_ns: u64, life: &Life) {
        if life.is_root
            && let Some(tracked) = self.get(life.request)
        {
            tracked.end_root(at_ns);
        }
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        let Some(tracked) = self.get(life.request) else { return };
        tracked.request.spans += u64::from(closing.counts);
        if life.is_root {
            tracked.close_root(closing);
        }
    }
}

/// Puts later values in the place of earlier ones of the same name.
pub(crate) fn update(fields: &mut Vec<Field>, later: &[Field]) {
    for field in later {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.value = field.value.clone(),
            None => fields.push(field.clone()),
        }
    }
}
