//! Samples from a timer of each thread that sends it `SIGPROF`.
//!
//! ```text
//!   timer of thread 7 ─► SIGPROF on thread 7 ─► handler: clock, registers, frame pointers ─► slot 0 ─┐
//!   timer of thread 9 ─► SIGPROF on thread 9 ─►    "          "           "               ─► slot 1 ─┴► drain
//! ```
//!
//! Timers run on the monotonic clock: those of a thread's own time are no finer than the scheduler's
//! tick. So they wake threads that wait, too; a thread that was found in the kernel gives no sample,
//! and what is left is in proportion to the time outside it. A thread that begins is noticed at the
//! next drain.

mod handler;
mod slot;
mod stack;

use crate::{Error, Options, threads};
use handler::Timer;
use slot::Slot;
use spanfire_recording::Batch;
use std::collections::HashMap;

/// The timers of all threads.
#[derive(Debug)]
pub(crate) struct TimerSignals {
    period_ns: u64,
    this: Option<i32>,
    threads: HashMap<i32, (Timer, &'static Slot)>,
    /// Time on processors before sampling began.
    cpu_ns_before: u64,
    /// What was taken from slots.
    pub samples: u64,
    /// Samples that had no room.
    pub lost: u64,
    /// Threads that could have no timer.
    refused: u64,
}

impl TimerSignals {
    /// Samples all threads but the calling one.
    pub fn start(options: &Options) -> Result<TimerSignals, Error> {
        handler::install()?;
        let mut signals = TimerSignals {
            period_ns: 1_000_000_000 / u64::from(options.hz),
            this: threads::this(),
            threads: HashMap::new(),
            cpu_ns_before: handler::cpu_ns_of_others(),
            samples: 0,
            lost: 0,
            refused: 0,
        };
        signals.meet_threads();
        Ok(signals)
    }

    /// Adds what slots hold to `batch`, and looks for threads that began or ended.
    pub fn drain(&mut self, batch: &mut Batch) {
        let before = batch.samples.len();
        for (thread, (_, slot)) in &self.threads {
            self.lost += slot.take(*thread, batch);
        }
        self.samples += (batch.samples.len() - before) as u64;
        self.meet_threads();
    }

    /// Takes no more samples; what slots hold can still be drained.
    pub fn disable(&mut self) {
        for (_, slot) in self.threads.values() {
            slot.close();
        }
    }

    /// Time on processors of all threads but the calling one.
    pub fn cpu_ns(&self) -> u64 {
        handler::cpu_ns_of_others().saturating_sub(self.cpu_ns_before)
    }

    /// Which threads could not be sampled, in words.
    pub fn missing(&self) -> Option<String> {
        (self.refused > 0).then(|| format!("{} threads could have no timer", self.refused))
    }

    fn meet_threads(&mut self) {
        let now = threads::all();
        self.threads.retain(|thread, (_, slot)| {
            let lives = now.contains(thread);
            if !lives {
                slot.give_back();
            }
            lives
        });
        for thread in now {
            if Some(thread) == self.this || self.threads.contains_key(&thread) {
                continue;
            }
            let Some((index, slot)) = slot::claim(thread, self.period_ns) else {
                self.refused += 1;
                continue;
            };
            match Timer::start(thread, index, slot) {
                Some(timer) => drop(self.threads.insert(thread, (timer, slot))),
                None => {
                    slot.give_back();
                    // One that has ended meanwhile is missed by nobody.
                    self.refused += u64::from(threads::all().contains(&thread));
                }
            }
        }
    }
}

impl Drop for TimerSignals {
    fn drop(&mut self) {
        for (_, (timer, slot)) in self.threads.drain() {
            slot.close();
            // A handler that is still to arm its timer must not find another's under its number.
            if slot.falls_quiet() {
                drop(timer);
                slot.give_back();
            } else {
                std::mem::forget(timer);
            }
        }
    }
}
