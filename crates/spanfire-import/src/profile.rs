//! What every format is turned into, and what a recording is made of.

use crate::Format;
use crate::callsites::Callsites;
use crate::error::Error;
use crate::fields::{Fields, FieldsId};
use crate::sweep::Sweep;
use spanfire_recording::{
    Anchor, CallsiteId, ClockInfo, ClockSource, Form, Header, Lacks, Lane, Origin, Writer,
};
use std::error::Error as _;
use std::io::{self, Write};

/// The longest time between the first and the last moment of a profile: eighteen years. Ticks have room for
/// twice that.
pub(crate) const LONGEST_NS: u64 = 1 << 59;
/// The deepest stack that is read.
pub(crate) const DEEPEST: usize = 10_000;

/// A profile that was read, ready to be written as a recording.
pub struct Profile {
    pub(crate) origin: Origin,
    pub(crate) process_id: u32,
    pub(crate) executable: String,
    /// The wall clock at the profile's first moment, in ns since the Unix epoch.
    pub(crate) start_unix_ns: Option<u64>,
    pub(crate) callsites: Callsites,
    pub(crate) lanes: Vec<LaneStays>,
    pub(crate) spans: Vec<Span>,
    pub(crate) fields: Fields,
    /// By the number of the span, and then of the one that it follows from.
    pub(crate) follows: Vec<(u32, u32)>,
    /// The moment that becomes the recording's start.
    pub(crate) start_ns: i64,
    pub(crate) notes: Vec<String>,
    format: Option<Format>,
}

/// A thread, and its stays in frames in any order, but that of those that begin at once the outer one
/// comes first.
pub(crate) struct LaneStays {
    pub lane: Lane,
    pub stays: Vec<Stay>,
    pub instants: Vec<Instant>,
    /// The stays that have not ended, the innermost last.
    open: Vec<u32>,
}

/// A stay of a thread in a frame. Stays of a lane may overlap in any way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    pub start_ns: i64,
    pub end_ns: i64,
    pub callsite: CallsiteId,
    /// One more than the index of the span that it is a segment of; 0 if it is all of one.
    pub span: u32,
    /// Of a stay that is all of a span.
    pub fields: FieldsId,
}

/// Something that happened at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant {
    pub at_ns: i64,
    pub callsite: CallsiteId,
    /// Whether it is of its thread, and so of the frame that it was in.
    pub inside: bool,
    pub fields: FieldsId,
}

/// The end of a stay that the profile does not have the end of.
pub(crate) const STILL_OPEN: i64 = i64::MAX;

/// A span whose life is known apart from where it ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub callsite: CallsiteId,
    /// On which lane it was created.
    pub lane: u32,
    pub start_ns: i64,
    pub end_ns: i64,
    /// The index of its parent.
    pub parent: Option<u32>,
    pub fields: FieldsId,
    /// Whether it was alive when the profile ended.
    pub open: bool,
    /// Of two that were created at once the one with the lower number came first.
    pub order: u64,
}

impl Profile {
    pub(crate) fn new(format: Format) -> Profile {
        Profile {
            origin: Origin {
                format: format.name().to_owned(),
                tool: None,
                lacks: Lacks::default(),
                unit: None,
                period_ns: None,
            },
            process_id: 0,
            executable: String::new(),
            start_unix_ns: None,
            callsites: Callsites::default(),
            lanes: Vec::new(),
            spans: Vec::new(),
            fields: Fields::default(),
            follows: Vec::new(),
            start_ns: 0,
            notes: Vec::new(),
            format: None,
        }
    }

    /// Adds a thread.
    pub(crate) fn lane(&mut self, thread_name: Option<String>, os_thread_id: Option<u64>) -> usize {
        let lane = Lane { thread_name, os_thread_id };
        self.lanes.push(LaneStays {
            lane,
            stays: Vec::new(),
            instants: Vec::new(),
            open: Vec::new(),
        });
        self.lanes.len() - 1
    }

    /// Checks that there is something, and that a recording has room for it.
    pub(crate) fn checked(mut self, format: Format) -> Result<Profile, Error> {
        self.format = Some(format);
        if self.lanes.iter().all(|lane| lane.stays.is_empty()) && self.spans.is_empty() {
            let name = format.name();
            return Err(Error::input(format!("no {name} with a weight are in it")));
        }
        if self.end_ns().abs_diff(self.start_ns) > LONGEST_NS {
            return Err(Error::input(
                "its times are more than eighteen years apart; their unit is not what the format says",
            ));
        }
        for lane in &self.lanes {
            let overlapping = overlapping(&lane.stays);
            if overlapping > DEEPEST {
                return Err(Error::input(format!(
                    "{overlapping} spans at once on a thread; {DEEPEST} are the most that is read"
                )));
            }
        }
        Ok(self)
    }

    /// What it was.
    pub fn format(&self) -> Format {
        self.format.unwrap_or(Format::Folded)
    }

    /// Where it comes from and what it lacks.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What was left out or set right, and how it was understood: each a clause of a sentence.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many threads it has.
    pub fn threads(&self) -> usize {
        self.lanes.len()
    }

    /// Writes the recording.
    ///
    /// # Errors
    /// Where `sink` does.
    pub fn write<W: Write>(self, sink: W) -> io::Result<W> {
        self.written(sink).map_err(|error| {
            let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
            io::Error::new(source.map_or(io::ErrorKind::Other, io::Error::kind), error)
        })
    }

    fn written<W: Write>(mut self, sink: W) -> Result<W, spanfire_recording::Error> {
        let mut writer = Writer::new(sink, &self.header())?;
        if let Some(unix_ns) = self.start_unix_ns {
            writer.anchor(&Anchor {
                tick: 0,
                monotonic_ns: 0,
                unix_ns,
                uncertainty_ticks: 0,
                raw_ns: None,
            })?;
        }
        for callsite in self.callsites.all() {
            writer.callsite(callsite)?;
        }
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut sweep = Sweep::new(&self, lanes.len());
        for (number, stays) in (0..).zip(&mut lanes) {
            let lane = writer.lane(&stays.lane)?;
            sweep.lane(number, stays, |words| writer.events(lane, words).map(drop))?;
        }
        writer.finish()
    }

    fn header(&self) -> Header {
        Header {
            form: Form::Subscriber,
            clock: ClockInfo {
                source: ClockSource::Manual,
                nanos_per_tick: 1.0,
                kernel_source: None,
                warning: None,
            },
            process_id: self.process_id,
            executable: self.executable.clone(),
            arguments: Vec::new(),
            os: String::new(),
            arch: String::new(),
            parallelism: None,
            recorder_version: env!("CARGO_PKG_VERSION").to_owned(),
            origin: Some(self.origin.clone()),
        }
    }

    /// The last moment.
    fn end_ns(&self) -> i64 {
        let stays = self.lanes.iter().flat_map(|lane| &lane.stays).map(|stay| match stay.end_ns {
            STILL_OPEN => stay.start_ns,
            end_ns => end_ns,
        });
        let instants = self.lanes.iter().flat_map(|lane| &lane.instants);
        let spans = self.spans.iter().map(|span| span.end_ns);
        stays
            .chain(spans)
            .chain(instants.map(|instant| instant.at_ns))
            .max()
            .unwrap_or(self.start_ns)
    }
}

impl LaneStays {
    /// The thread enters a frame, inside all that it is in.
    pub fn enter(&mut self, at_ns: i64, callsite: CallsiteId, fields: FieldsId) {
        self.open.push(self.stays.len() as u32);
        let (start_ns, end_ns) = (at_ns, STILL_OPEN);
        self.stays.push(Stay { start_ns, end_ns, callsite, span: 0, fields });
    }

    /// It leaves the innermost frame, if it was in one; that stay.
    pub fn leave(&mut self, at_ns: i64) -> Option<&mut Stay> {
        let stay = self.open.pop()?;
        let stay = &mut self.stays[stay as usize];
        stay.end_ns = at_ns;
        Some(stay)
    }

    /// How many frames it is in.
    pub fn depth(&self) -> usize {
        self.open.len()
    }
}

/// How many stays there are at once, at most.
fn overlapping(stays: &[Stay]) -> usize {
    let mut starts: Vec<i64> = stays.iter().map(|stay| stay.start_ns).collect();
    let mut ends: Vec<i64> = stays.iter().map(|stay| stay.end_ns).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let mut ended = 0;
    let mut most = 0;
    for (started, start_ns) in starts.iter().enumerate() {
        while ends.get(ended).is_some_and(|end_ns| end_ns <= start_ns) && ended < started {
            ended += 1;
        }
        most = most.max(started + 1 - ended);
    }
    most
}
