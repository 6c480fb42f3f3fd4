//! Which thread an event is of, and what was on it.

use super::event::Event;
use super::pieces::Pieces;
use super::scalar::Scalar;
use crate::error::Error;
use crate::fields::FieldsId;
use crate::profile::{DEEPEST, Profile, Stay};
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Value};
use std::cmp::{Ordering, Reverse};

/// The threads of a trace, by process and thread as the events have them.
#[derive(Default)]
pub(super) struct Threads {
    known: FxHashMap<(Id, Id), usize>,
    lanes: Vec<Thread>,
    processes: FxHashMap<Id, String>,
    /// What is said at ends, whose frames are known in the end.
    said: Vec<Vec<(Box<str>, Value)>>,
    /// Ids that are texts, by number.
    texts: FxHashMap<String, u64>,
    /// How often a slice stands behind one that it lies around, and before one.
    around_later: u64,
    around_earlier: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Number(u64),
    Text(u64),
}

struct Thread {
    process: Id,
    marks: Vec<Mark>,
}

/// The beginning or the end of a stay.
#[derive(Clone, Copy)]
struct Mark {
    at_ns: i64,
    what: Side,
}

/// What a mark is of.
#[derive(Clone, Copy)]
enum Side {
    Begin(CallsiteId, FieldsId),
    /// One more than the index of what is said there; 0 if nothing is.
    End(u32),
}

impl Threads {
    /// The lane of an event.
    pub fn lane(&mut self, event: &Event, profile: &mut Profile) -> usize {
        let (process, thread) = (self.id(&event.process), self.id(&event.thread));
        let lanes = &mut self.lanes;
        *self.known.entry((process, thread)).or_insert_with(|| {
            lanes.push(Thread { process, marks: Vec::new() });
            match thread {
                Id::Number(number) => profile.lane(None, Some(number)),
                Id::Text(_) => profile.lane(event.thread.text().map(str::to_owned), None),
            }
        })
    }

    fn id(&mut self, id: &Scalar) -> Id {
        if let Scalar::Unsigned(number) = id {
            return Id::Number(*number);
        }
        let next = self.texts.len() as u64;
        Id::Text(*self.texts.entry(id.to_string()).or_insert(next))
    }

    /// A name of a process or a thread.
    pub fn metadata(&mut self, event: &Event, profile: &mut Profile) {
        let Some(name) = event.arguments.text("name").filter(|name| !name.is_empty()) else {
            return;
        };
        match event.name.text() {
            Some("process_name") => {
                let process = self.id(&event.process);
                self.processes.insert(process, name.to_owned());
            }
            Some("thread_name") => {
                let lane = self.lane(event, profile);
                profile.lanes[lane].lane.thread_name = Some(name.to_owned());
            }
            _ => {}
        }
    }

    /// A stay begins.
    pub fn begin(&mut self, lane: usize, at_ns: i64, callsite: CallsiteId, fields: FieldsId) {
        self.lanes[lane].marks.push(Mark { at_ns, what: Side::Begin(callsite, fields) });
    }

    /// The innermost stay ends.
    pub fn end(&mut self, lane: usize, at_ns: i64, said: impl Iterator<Item = (Box<str>, Value)>) {
        let said: Vec<_> = said.collect();
        let number = match said.is_empty() {
            true => 0,
            false => {
                self.said.push(said);
                self.said.len() as u32
            }
        };
        self.lanes[lane].marks.push(Mark { at_ns, what: Side::End(number) });
    }

    /// A slice comes behind another of its thread.
    pub fn slice(&mut self, slice: &Stay, before: Option<&Stay>) {
        let Some(before) = before else { return };
        let is_around = |outer: &Stay, inner: &Stay| {
            outer.start_ns <= inner.start_ns && outer.end_ns >= inner.end_ns
        };
        let length = |stay: &Stay| stay.end_ns - stay.start_ns;
        match length(slice).cmp(&length(before)) {
            Ordering::Greater if is_around(slice, before) => self.around_later += 1,
            Ordering::Less if is_around(before, slice) => self.around_earlier += 1,
            _ => {}
        }
    }

    /// Makes stays of beginnings and ends, and names the lanes. Gives how many ends had no beginning.
    pub fn finish(mut self, profile: &mut Profile, ours: Option<&Pieces>) -> Result<u64, Error> {
        // Slices with the same bounds: who writes a slice when it is over writes the inner one first.
        if ours.is_none() && self.around_later > self.around_earlier {
            profile.lanes.iter_mut().for_each(|lane| lane.stays.reverse());
        }
        let mut unmatched = 0;
        let Profile { lanes, fields, callsites, .. } = profile;
        let lanes = lanes.iter_mut().zip(&mut self.lanes);
        for (number, (lane, thread)) in lanes.enumerate() {
            thread.marks.sort_by_key(|mark| mark.at_ns);
            for mark in &thread.marks {
                match mark.what {
                    Side::Begin(..) if lane.depth() >= DEEPEST => {
                        return Err(Error::input(format!(
                            "events nest deeper than {DEEPEST}; are their ends missing?"
                        )));
                    }
                    Side::Begin(callsite, fields) => lane.enter(mark.at_ns, callsite, fields),
                    Side::End(said) => match lane.leave(mark.at_ns) {
                        Some(stay) => {
                            let said = (said as usize).checked_sub(1);
                            let said = said.map(|at| std::mem::take(&mut self.said[at]));
                            stay.fields = fields.add(
                                stay.callsite,
                                stay.fields,
                                said.unwrap_or_default(),
                                callsites,
                            );
                        }
                        None => unmatched += 1,
                    },
                }
            }
            thread.marks = Vec::new();
            match ours {
                Some(pieces) => pieces.sort(number, &mut lane.stays),
                None => lane.stays.sort_by_key(|stay| (stay.start_ns, Reverse(stay.end_ns))),
            }
        }
        let open: usize = profile.lanes.iter().map(|lane| lane.depth()).sum();
        if open > 0 {
            profile.notes.push(format!("{open} spans that never end are open"));
        }
        self.name_processes(profile);
        Ok(unmatched)
    }

    /// Threads of several processes say which they are of.
    fn name_processes(&self, profile: &mut Profile) {
        let mut processes: Vec<Id> = Vec::new();
        for thread in &self.lanes {
            if !processes.contains(&thread.process) {
                processes.push(thread.process);
            }
        }
        if let [process] = processes[..] {
            profile.executable = self.processes.get(&process).cloned().unwrap_or_default();
            if let Id::Number(number) = process {
                profile.process_id = u32::try_from(number).unwrap_or(0);
            }
            return;
        }
        for ((lane, thread), number) in profile.lanes.iter_mut().zip(&self.lanes).zip(0..) {
            let process = match (self.processes.get(&thread.process), thread.process) {
                (Some(name), _) => name.clone(),
                (None, Id::Number(number)) => format!("process {number}"),
                (None, Id::Text(_)) => continue,
            };
            let label = lane.lane.label(spanfire_recording::LaneId(number));
            lane.lane.thread_name = Some(format!("{label} ({process})"));
        }
    }
}
