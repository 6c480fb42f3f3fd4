//! Samples and switches from the kernel's perf events.
//!
//! ```text
//!   each thread there is × each processor ─┬─ cpu-clock, a sample each period ─► ring of samples  ┐ one of each
//!                                          └─ dummy, with context switches    ─► ring of switches ┘ a processor
//! ```
//!
//! An event counts one thread on one processor, because an event of a thread on all of them may not
//! be inherited and have a ring; the events of all threads on a processor write to its rings.
//! Threads that begin later inherit the events of the one that starts them. Samples and switches
//! have rings of their own, so that a storm of switches takes no sample's room.

mod event;
mod record;
mod ring;

use crate::{Error, Options, random::Random, threads};
use event::{Event, Kind};
use record::Taken;
use ring::Ring;
use spanfire_recording::Batch;
use std::{
    io,
    time::{Duration, Instant},
};

/// How far the period of one processor may be off, as a part of it.
const JITTER_PARTS: u64 = 32;

/// A new period restarts the timers, which then miss half a period: so this many pass in between.
const PERIODS_BETWEEN_DRAWS: u32 = 64;
const SHORTEST_BETWEEN_DRAWS: Duration = Duration::from_secs(1);

/// How often threads are listed until there is none that is not covered.
const LISTINGS: usize = 16;

/// The events of all threads, and the rings they write to.
#[derive(Debug)]
pub(crate) struct PerfEvents {
    events: Vec<Event>,
    samples: Vec<Ring>,
    switches: Vec<Ring>,
    process: u32,
    period_ns: u64,
    random: Random,
    next_draw: Instant,
    /// What was taken from the rings.
    pub taken: Taken,
    /// Why there are no switches though there are samples.
    pub no_switches: Option<String>,
}

/// What the kernel counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Time on processors of the sampled threads.
    pub cpu_ns: u64,
    /// Samples that had no room in a ring.
    pub lost_samples: u64,
    /// Switches that had none.
    pub lost_switches: u64,
}

impl PerfEvents {
    /// Samples all threads but the calling one.
    pub fn start(options: &Options) -> Result<PerfEvents, Error> {
        let mut random = Random::new(u64::from(std::process::id()) ^ clock_seed());
        let period_ns = 1_000_000_000 / u64::from(options.hz);
        let mut perf = PerfEvents {
            events: Vec::new(),
            samples: Vec::new(),
            switches: Vec::new(),
            process: std::process::id(),
            period_ns,
            next_draw: Instant::now(),
            taken: Taken::default(),
            no_switches: None,
            random,
        };
        let processors = threads::processors();
        let periods: Vec<u64> =
            processors.iter().map(|_| random.around(period_ns, period_ns / JITTER_PARTS)).collect();
        let sampling =
            |at: usize| Kind::Samples { period_ns: periods.get(at).copied().unwrap_or(period_ns) };
        let bytes = options.buffer_bytes;
        perf.samples = perf.cover(&processors, sampling, bytes).map_err(refused)?;
        if options.switches {
            match perf.cover(&processors, |_| Kind::Switches, bytes / 2) {
                Ok(rings) => perf.switches = rings,
                Err(error) => {
                    perf.events.retain(|event| !event.is_of_switches());
                    perf.no_switches = Some(format!("no switches: {error}"));
                }
            }
        }
        for event in &perf.events {
            event.enable();
        }
        perf.random = random;
        perf.next_draw = Instant::now() + perf.between_draws();
        Ok(perf)
    }

    /// Opens an event of `kind` for each thread on each processor. Returns the processors' rings.
    fn cover(
        &mut self,
        processors: &[i32],
        kind: impl Fn(usize) -> Kind,
        ring_bytes: usize,
    ) -> io::Result<Vec<Ring>> {
        let this = threads::this();
        let mut rings: Vec<Ring> = Vec::new();
        // Of each processor the event that has the ring, which others write to.
        let mut owners: Vec<usize> = Vec::new();
        let mut covered = Vec::new();
        // A thread not covered yet may start another while the list is read.
        for _ in 0..LISTINGS {
            let new: Vec<i32> = threads::all()
                .into_iter()
                .filter(|thread| Some(*thread) != this && !covered.contains(thread))
                .collect();
            if new.is_empty() {
                break;
            }
            for thread in new {
                covered.push(thread);
                for (at, &processor) in processors.iter().enumerate() {
                    let event = match Event::open(kind(at), thread, processor) {
                        Ok(event) => event,
                        // It has ended meanwhile.
                        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => break,
                        Err(error) => return Err(error),
                    };
                    match owners.get(at).and_then(|&owner| self.events.get(owner)) {
                        Some(owner) => event.write_to(owner)?,
                        None => {
                            rings.push(Ring::of(&event, ring_bytes)?);
                            owners.push(self.events.len());
                        }
                    }
                    self.events.push(event);
                }
            }
        }
        if rings.len() < processors.len() {
            return Err(io::Error::other("there is no other thread"));
        }
        Ok(rings)
    }

    /// Moves what the rings hold into `batch`.
    pub fn drain(&mut self, batch: &mut Batch) {
        for ring in self.samples.iter_mut().chain(&mut self.switches) {
            record::take(ring.read(), self.process, batch, &mut self.taken);
        }
        if Instant::now() >= self.next_draw {
            for event in &self.events {
                event.set_period(self.random.around(self.period_ns, self.period_ns / JITTER_PARTS));
            }
            self.next_draw = Instant::now() + self.between_draws();
        }
    }

    /// Captures no more; what the rings hold can still be drained.
    pub fn disable(&mut self) {
        for event in &self.events {
            event.disable();
        }
    }

    /// Asks the kernel: some microseconds for each event.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for event in &self.events {
            let Some(read) = event.read() else { continue };
            if event.is_of_switches() {
                counts.lost_switches += read.lost;
            } else {
                counts.cpu_ns += read.value;
                counts.lost_samples += read.lost;
            }
        }
        // A kernel before 6.0 tells by records alone, in which the two are one.
        counts.lost_samples =
            counts.lost_samples.max(self.taken.lost.saturating_sub(counts.lost_switches));
        counts
    }

    fn between_draws(&self) -> Duration {
        let periods = Duration::from_nanos(self.period_ns) * PERIODS_BETWEEN_DRAWS;
        periods.max(SHORTEST_BETWEEN_DRAWS)
    }
}

fn clock_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| u64::from(since.subsec_nanos()))
}

/// The kernel's answer, and what can be done about it.
fn refused(error: io::Error) -> Error {
    let paranoid = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid");
    let paranoid: Option<i32> = paranoid.ok().and_then(|text| text.trim().parse().ok());
    let hint = match (error.raw_os_error(), paranoid) {
        (Some(libc::EACCES | libc::EPERM), Some(level)) if level > 2 => {
            format!(" (kernel.perf_event_paranoid is {level}; 2 would do)")
        }
        (Some(libc::EACCES | libc::EPERM), _) => {
            " (a container's seccomp filter may forbid them)".into()
        }
        (Some(libc::EMFILE), _) => " (they take two files for each thread and processor)".into(),
        _ => String::new(),
    };
    Error::system(&format!("perf events are refused{hint}"), error)
}
