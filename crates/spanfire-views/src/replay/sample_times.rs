//! When samples and switches were.

use spanfire_recording::{RawTimebase, Recording, SampleClock, Tick};

/// Turns the times of one batch into nanoseconds since the recording's start.
pub(crate) struct SampleTimes<'a> {
    recording: &'a Recording,
    clock: SampleClock,
    raw: Option<RawTimebase>,
}

impl<'a> SampleTimes<'a> {
    /// Of batches with times of `clock`.
    pub fn of(recording: &'a Recording, clock: SampleClock) -> Self {
        SampleTimes { recording, clock, raw: recording.raw_timebase() }
    }

    /// Nanoseconds since the recording's start; `None` before it, or without an anchor of that clock.
    pub fn ns(&self, time: u64) -> Option<u64> {
        match self.clock {
            SampleClock::Tick => Some(self.recording.timebase().ns(Tick(time))),
            SampleClock::MonotonicRaw => self.raw.as_ref()?.ns(time),
        }
    }
}
