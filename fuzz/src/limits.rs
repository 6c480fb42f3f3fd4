//! Memory and time in proportion to the input.
//!
//! The peak and the clock are the process's, so only one target may run at a time: libFuzzer runs
//! one anyway, and the tests take turns.

use peak_alloc::PeakAlloc;
use std::time::Duration;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What anything may take: tables of the standard library, a thread's start.
const ANYWAY_BYTES: usize = 1 << 20;

/// Sanitizers and builds without optimisation are up to fifty times slower than a release; still
/// nothing takes this long but loops whose length the input chose.
const ANYWAY: Duration = Duration::from_millis(500);
const PER_BYTE: Duration = Duration::from_micros(100);

/// What may be taken for each byte of the input.
#[derive(Clone, Copy)]
pub(crate) struct PerByte(pub usize);

impl PerByte {
    /// Opening: the shortest thing that decodes to something is an empty text of one byte; a vector
    /// of them grows by copying.
    pub const OPENING: PerByte = PerByte(100);
    /// A chunk: LZ4 gives 255 bytes for one, and three of those a field with a copy of its name.
    pub const CHUNK: PerByte = PerByte(255 * 64);
    /// Views hold the spans alive, stacks and rows, and some chunks at once.
    pub const VIEWS: PerByte = PerByte(255 * 256);
}

/// No chunk takes more, however long the input.
const CHUNK_BYTES: usize = 192 << 20;

/// Runs `work` on `size` bytes of input and panics if it takes too much.
#[track_caller]
pub(crate) fn bounded<T>(size: usize, per_byte: PerByte, work: impl FnOnce() -> T) -> T {
    let (before, start) = (MEMORY.current_usage(), processor_time());
    MEMORY.reset_peak_usage();
    let result = work();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let most = ANYWAY_BYTES + (per_byte.0 * size).min(CHUNK_BYTES);
    assert!(taken <= most, "{size} bytes made it take {taken} bytes of memory, allowed are {most}");
    let (taken, most) = (processor_time().saturating_sub(start), ANYWAY + PER_BYTE * size as u32);
    assert!(taken <= most, "{size} bytes made it take {taken:?}, allowed are {most:?}");
    result
}

/// Time of this process on any processor, which does not grow while others have them.
#[cfg(unix)]
pub fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Without a clock of the processor's time only memory is bounded.
#[cfg(not(unix))]
pub fn processor_time() -> Duration {
    Duration::ZERO
}
