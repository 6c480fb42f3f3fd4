//! The clock: raw ticks on the hot path, anchors beside it.

use spanfire_recording::{Anchor, ClockInfo, ClockSource};
use std::time::{Instant, SystemTime};

/// How often an anchor is tried; the tightest try counts.
const ANCHOR_TRIES: usize = 8;

/// How long [`RecordingClock::calibrated`] watches the monotonic clock to know the rate, in ns. At
/// 50 ns of uncertainty the rate is known to 10 ppm; anchors correct it further as time goes on.
const CALIBRATION_NS: u64 = 5_000_000;

/// A source of ticks, with the monotonic clock's reading at its start.
#[derive(Clone, Debug)]
pub(crate) struct RecordingClock {
    ticks: quanta::Clock,
    start: Instant,
    source: ClockSource,
    /// Why it is not the counter that is read.
    fallback: Option<String>,
}

impl RecordingClock {
    /// The fastest trustworthy clock of this machine: the processor's counter, or the operating
    /// system's monotonic clock where the counter does not run steadily or the kernel itself keeps
    /// time with something slower.
    pub fn new() -> Self {
        let ticks = quanta::Clock::new();
        let fallback = fallback(counts_nanoseconds(&ticks), kernel_source());
        RecordingClock::of(ticks, fallback)
    }

    /// The operating system's monotonic clock, whatever the processor has.
    pub fn of_the_system() -> Self {
        let asked_for = "the counter was not to be used".to_owned();
        RecordingClock::of(quanta::Clock::new(), Some(asked_for))
    }

    fn of(ticks: quanta::Clock, fallback: Option<String>) -> Self {
        let source = if fallback.is_some() { ClockSource::Monotonic } else { ClockSource::Counter };
        RecordingClock { ticks, start: Instant::now(), source, fallback }
    }

    /// A clock that somebody else drives, in ns.
    pub fn manual(ticks: quanta::Clock) -> Self {
        let source = ClockSource::Manual;
        RecordingClock { ticks, start: Instant::now(), source, fallback: None }
    }

    /// A reading.
    pub fn raw(&self) -> u64 {
        match self.source {
            ClockSource::Monotonic => self.since_start_ns(),
            _ => self.ticks.raw(),
        }
    }

    /// Whether [`read`](Self::read) may be told so.
    pub fn is_counter(&self) -> bool {
        self.source == ClockSource::Counter
    }

    /// A reading on the hot path, most of what a callback costs. With `COUNTER` the clock must be a
    /// counter.
    ///
    /// The x86 counter is read in place instead of by quanta, whose call is not inlined across
    /// crates: a call makes every callback save its registers.
    #[inline(always)]
    pub fn read<const COUNTER: bool>(&self) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if COUNTER {
            // SAFETY: every x86-64 processor has the instruction.
            return unsafe { std::arch::x86_64::_rdtsc() };
        }
        if COUNTER { self.ticks.raw() } else { self.raw() }
    }

    /// The same moment on all clocks.
    pub fn anchor(&self) -> Anchor {
        let mut best: Option<(u64, Anchor)> = None;
        for _ in 0..ANCHOR_TRIES {
            // Around the ticks, as these are around the monotonic reading: so all have one middle.
            let raw_before = self.raw_monotonic_ns();
            let before = self.raw();
            let monotonic_ns = self.monotonic_ns(before);
            let after = self.raw();
            let raw_after = self.raw_monotonic_ns();
            let uncertainty_ticks = after.saturating_sub(before);
            let raw_ns = raw_before.zip(raw_after).map(|(before, after)| before.midpoint(after));
            let took = match raw_before.zip(raw_after) {
                Some((before, after)) => after.saturating_sub(before),
                None => uncertainty_ticks,
            };
            if best.is_none_or(|(least, _)| took < least) {
                let tick = before + uncertainty_ticks / 2;
                let unix_ns = unix_ns();
                best =
                    Some((took, Anchor { tick, monotonic_ns, unix_ns, uncertainty_ticks, raw_ns }));
            }
        }
        best.map_or_else(
            || Anchor {
                tick: self.raw(),
                monotonic_ns: 0,
                unix_ns: 0,
                uncertainty_ticks: 0,
                raw_ns: None,
            },
            |(_, anchor)| anchor,
        )
    }

    /// What is known of the clock. Takes 5 ms where ticks are not nanoseconds.
    pub fn calibrated(&self) -> ClockInfo {
        let nanos_per_tick = match self.source {
            ClockSource::Counter => self.measured_rate(),
            _ => 1.0,
        };
        let warning =
            self.fallback.as_ref().map(|why| format!("{why}, so the system's clock is read"));
        ClockInfo { source: self.source, nanos_per_tick, kernel_source: kernel_source(), warning }
    }

    fn measured_rate(&self) -> f64 {
        let first = self.anchor();
        while self.monotonic_ns(0) - first.monotonic_ns < CALIBRATION_NS {
            std::hint::spin_loop();
        }
        let second = self.anchor();
        let ticks = second.tick.saturating_sub(first.tick).max(1);
        (second.monotonic_ns - first.monotonic_ns) as f64 / ticks as f64
    }

    fn monotonic_ns(&self, tick: u64) -> u64 {
        match self.source {
            ClockSource::Manual => tick,
            _ => self.since_start_ns(),
        }
    }

    /// The kernel's clock that nobody steers, which native samples are stamped with. A clock that
    /// somebody else drives has nothing to do with it.
    fn raw_monotonic_ns(&self) -> Option<u64> {
        match self.source {
            ClockSource::Manual => None,
            _ => kernel_raw_ns(),
        }
    }

    fn since_start_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Whether quanta fell back to the operating system's clock, which counts ns: then a raw difference
/// and its scaled one are the same number.
fn counts_nanoseconds(clock: &quanta::Clock) -> bool {
    const PROBE: u64 = 1 << 40;
    let start = clock.raw();
    clock.delta_as_nanos(start, start.wrapping_add(PROBE)) == PROBE
}

/// Why the counter is not to be read, if so. Linux keeps time with the sources named here only where
/// it found the counter to be wrong.
fn fallback(counter_missing: bool, kernel_source: Option<String>) -> Option<String> {
    if counter_missing {
        return Some("the processor has no counter that runs steadily".to_owned());
    }
    let last_resorts = ["hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit"];
    let kernel = kernel_source.filter(|kernel| last_resorts.contains(&kernel.as_str()))?;
    Some(format!("the kernel keeps time with {kernel}: it does not trust the counter"))
}

fn unix_ns() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(target_os = "linux")]
fn kernel_raw_ns() -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec that may be written to.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW, &raw mut time) };
    let ns = u64::try_from(time.tv_nsec).ok()?;
    let whole = u64::try_from(time.tv_sec).ok()?.checked_mul(1_000_000_000)?;
    (failed == 0).then_some(whole + ns)
}

#[cfg(not(target_os = "linux"))]
fn kernel_raw_ns() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn kernel_source() -> Option<String> {
    let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    Some(std::fs::read_to_string(path).ok()?.trim().to_owned())
}

#[cfg(not(target_os = "linux"))]
fn kernel_source() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample between two anchors is where it belongs only if both clocks of each anchor mean one
    /// moment: then both pass the same time from one to the other.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_raw_clock_of_an_anchor_is_read_at_its_tick() {
        let clock = RecordingClock::of_the_system();
        let anchors = [(); 2].map(|()| {
            let start = clock.raw();
            while clock.raw() - start < 10_000_000 {
                std::hint::spin_loop();
            }
            clock.anchor()
        });
        let passed = anchors[1].tick - anchors[0].tick;
        let raw = anchors[1].raw_ns.expect("a reading") - anchors[0].raw_ns.expect("a reading");
        let uncertain = anchors[0].uncertainty_ticks + anchors[1].uncertainty_ticks;
        // Beside that, the kernel may steer the one clock by 500 ppm.
        assert!(passed.abs_diff(raw) <= 2 * uncertain + passed / 2_000, "{anchors:?}");
        assert_eq!(RecordingClock::manual(quanta::Clock::new()).anchor().raw_ns, None);
    }

    /// [T4]
    #[test]
    fn a_counter_is_read_only_where_there_is_one_that_the_kernel_trusts() {
        let reads_counter = |missing, kernel: Option<&str>| {
            let fallback = fallback(missing, kernel.map(str::to_owned));
            let clock = RecordingClock::of(quanta::Clock::new(), fallback);
            assert_eq!(clock.is_counter(), clock.calibrated().warning.is_none());
            clock.is_counter()
        };
        for trusting in [None, Some("tsc"), Some("kvm-clock"), Some("arch_sys_counter")] {
            assert!(reads_counter(false, trusting), "{trusting:?}");
            assert!(!reads_counter(true, trusting), "{trusting:?}");
        }
        for distrusting in ["hpet", "acpi_pm", "jiffies"] {
            assert!(!reads_counter(false, Some(distrusting)), "{distrusting}");
        }
    }
}
