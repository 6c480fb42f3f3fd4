//! Every request of a recording.

use crate::Replay;
use spanfire_recording::{Callsite, CallsiteId, Error, Field};
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
    /// The requests of the selection.
    pub fn of(replay: &Replay<'_>) -> Result<RequestTable, Error> {
        let _ = replay;
        unimplemented!()
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
