//! What `perf script` prints: samples with a thread, a time, an event and a call chain.
//!
//! A sample stands for the time since the one before it on its thread; what consecutive samples share is one stay in a
//! frame. How many calls that were nobody knows. Memory: 32 bytes a sample, and the distinct stacks.

mod head;
mod frame;
mod layout;
mod stacks;

use crate::content::Content;
use crate::error::Error;
use crate::lines::Lines;
use crate::options::{Format, Options};
use crate::profile::{DEEPEST, Profile};
use head::Head;
use layout::Sample;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Lacks};
use stacks::Stacks;

/// Whether a line is the first of a sample.
pub(crate) fn is_one(line: &str) -> bool {
    Head::of(line).is_some()
}

/// Reads samples.
pub(crate) fn read(content: Content<'_>, options: &Options) -> Result<Profile, Error> {
    let mut samples = Samples::new(options);
    let mut lines = Lines::new(content.into_reader());
    while let Some(line) = lines.next()? {
        let line = line.into_owned();
        samples.line(&line).map_err(|message| Error::line(lines.number, message))?;
    }
    samples.end_of_sample();
    samples.profile()
}

/// Everything that was read so far.
struct Samples<'a> {
    profile: Profile,
    wanted: Option<&'a str>,
    /// Events by name, and how many samples of each there are.
    events: Vec<(String, u64)>,
    /// The event whose samples are taken: the one that is wanted, or the first.
    taken: Option<usize>,
    threads: FxHashMap<u64, usize>,
    /// By lane.
    samples: Vec<Vec<Sample>>,
    processes: Vec<Option<u64>>,
    stacks: Stacks,
    /// The sample that is being read, the innermost frame first.
    open: Option<Open>,
    frames: Vec<CallsiteId>,
    without_stack: u64,
}

#[derive(Clone, Copy)]
struct Open {
    lane: usize,
    at_ns: Option<i64>,
    period: Option<u64>,
    taken: bool,
}

impl<'a> Samples<'a> {
    fn new(options: &'a Options) -> Samples<'a> {
        let mut profile = Profile::new(Format::Perf);
        profile.origin.lacks = Lacks { calls: true, ..Lacks::default() };
        Samples {
            profile,
            wanted: options.event.as_deref(),
            events: Vec::new(),
            taken: None,
            threads: FxHashMap::default(),
            samples: Vec::new(),
            processes: Vec::new(),
            stacks: Stacks::default(),
            open: None,
            frames: Vec::new(),
            without_stack: 0,
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(comment) = line.strip_prefix('#') {
            self.comment(comment);
            return Ok(());
        }
        if line.trim().is_empty() {
            self.end_of_sample();
            return Ok(());
        }
        if self.open.is_some()
            && let Some(frame) = frame::frame(line)
        {
            return self.frame(&frame);
        }
        match Head::of(line) {
            Some(head) => {
                self.end_of_sample();
                self.begin(&head)
            }
            // Places in the source, registers, branches.
            None if self.open.is_some() => Ok(()),
            None => {
                Err("neither a sample nor a frame of one; take what `perf script` prints"
                    .to_owned())
            }
        }
    }

    /// With `--header` perf says what it is.
    fn comment(&mut self, comment: &str) {
        if let Some((name, version)) = comment.split_once(':')
            && name.trim() == "perf version"
        {
            let version: String = version.trim().chars().take(40).collect();
            self.profile.origin.tool = Some(format!("perf {version}"));
        }
    }

    fn begin(&mut self, head: &Head<'_>) -> Result<(), String> {
        let event = self.event(head.event);
        let taken = self.taken == Some(event);
        let lane = if taken { self.lane(head) } else { 0 };
        self.open = Some(Open { lane, at_ns: head.at_ns, period: head.period, taken });
        match frame::frame(head.rest) {
            Some(frame) => self.frame(&frame),
            None => Ok(()),
        }
    }

    fn frame(&mut self, frame: &crate::callsites::Frame<'_>) -> Result<(), String> {
        if !self.open.is_some_and(|open| open.taken) {
            return Ok(());
        }
        if self.frames.len() >= DEEPEST {
            return Err(format!("a stack of more than {DEEPEST} frames, the most that is read"));
        }
        let callsite = self.profile.callsites.number(frame).map_err(|error| error.to_string())?;
        self.frames.push(callsite);
        Ok(())
    }

    fn end_of_sample(&mut self) {
        let Some(open) = self.open.take().filter(|open| open.taken) else { return };
        if self.frames.is_empty() {
            self.without_stack += 1;
            return;
        }
        let stack = self.stacks.of(self.frames.iter().rev().copied());
        self.frames.clear();
        let Open { lane, at_ns, period, .. } = open;
        self.samples[lane].push(Sample { at_ns, period, stack });
    }

    fn event(&mut self, name: &str) -> usize {
        let known = self.events.iter().position(|(known, _)| known == name);
        let event = known.unwrap_or_else(|| {
            self.events.push((name.to_owned(), 0));
            self.events.len() - 1
        });
        self.events[event].1 += 1;
        let plain =
            |name: &str| name.split(':').next().is_some_and(|plain| self.wanted == Some(plain));
        if self.taken.is_none() && (self.wanted.is_none_or(|wanted| wanted == name) || plain(name))
        {
            self.taken = Some(event);
        }
        event
    }

    fn lane(&mut self, head: &Head<'_>) -> usize {
        let lane = *self.threads.entry(head.thread).or_insert_with(|| {
            self.samples.push(Vec::new());
            self.processes.push(head.process);
            self.profile.lane(None, Some(head.thread))
        });
        let name = &mut self.profile.lanes[lane].lane.thread_name;
        // The last one: a thread is called like its process until it says otherwise.
        if name.as_deref() != Some(head.comm) {
            *name = Some(head.comm.to_owned()).filter(|name| !name.is_empty());
        }
        lane
    }

    fn profile(mut self) -> Result<Profile, Error> {
        self.choice()?;
        let event = self.taken.map_or("", |event| &self.events[event].0).to_owned();
        self.name_processes();
        let samples: usize = self.samples.iter().map(Vec::len).sum();
        self.profile.notes.push(format!("{samples} samples of {event}"));
        if self.without_stack > 0 {
            let count = self.without_stack;
            self.profile.notes.push(format!("{count} samples without a stack left out"));
        }
        layout::lay_out(&mut self.profile, self.samples, &self.stacks, &event);
        Ok(self.profile)
    }

    fn choice(&self) -> Result<(), Error> {
        let events: Vec<String> =
            self.events.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        let events = events.join(", ");
        match (self.wanted, self.taken) {
            _ if self.events.is_empty() => Ok(()),
            (Some(wanted), None) => {
                Err(Error::choice(format!("no samples of {wanted}; there are samples of {events}")))
            }
            (None, _) if self.events.len() > 1 => Err(Error::choice(format!(
                "samples of several events: {events}; choose one of them with --event"
            ))),
            _ => Ok(()),
        }
    }

    /// Threads of several processes say which they are of.
    fn name_processes(&mut self) {
        let mut processes: Vec<u64> = self.processes.iter().flatten().copied().collect();
        processes.sort_unstable();
        processes.dedup();
        match processes[..] {
            [] => {}
            [process] => self.profile.process_id = u32::try_from(process).unwrap_or(0),
            _ => {
                for (lane, process) in self.profile.lanes.iter_mut().zip(&self.processes) {
                    if let (Some(name), Some(process)) = (&mut lane.lane.thread_name, process) {
                        name.push_str(&format!(" (process {process})"));
                    }
                }
            }
        }
    }
}
