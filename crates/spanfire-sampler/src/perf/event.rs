//! One perf event of the kernel.
//!
//! The numbers and layouts are those of `linux/perf_event.h`, which never change; see
//! `perf_event_open(2)`.

use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

/// What an event captures.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A sample each so much time of its thread on its processor.
    Samples { period_ns: u64 },
    /// A record whenever its thread begins or ceases to run there.
    Switches,
}

/// `struct perf_event_attr` in its fifth version, that of Linux 4.8.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Attributes {
    event_type: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    config1: u64,
    config2: u64,
    branch_sample_type: u64,
    sample_regs_user: u64,
    sample_stack_user: u32,
    clock_id: i32,
    sample_regs_interrupted: u64,
    aux_watermark: u32,
    sample_max_stack: u16,
    reserved: u16,
}

const TYPE_SOFTWARE: u32 = 1;
const CPU_CLOCK: u64 = 0;
const DUMMY: u64 = 9;

/// What a record says, in this order; `record` takes it apart.
const SAMPLE_IP: u64 = 1;
const SAMPLE_TID: u64 = 1 << 1;
const SAMPLE_TIME: u64 = 1 << 2;
const SAMPLE_CALLCHAIN: u64 = 1 << 5;
const SAMPLE_CPU: u64 = 1 << 7;

/// How many records had no room: Linux 6.0.
const FORMAT_LOST: u64 = 1 << 4;

const DISABLED: u64 = 1;
const INHERIT: u64 = 1 << 1;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
/// Every record ends with thread, time and processor, not only samples.
const SAMPLE_ID_ALL: u64 = 1 << 18;
const EXCLUDE_CALLCHAIN_KERNEL: u64 = 1 << 21;
const USE_CLOCK_ID: u64 = 1 << 25;
const CONTEXT_SWITCH: u64 = 1 << 26;
/// Threads inherit it, forked processes do not: Linux 5.13.
const INHERIT_THREAD: u64 = 1 << 35;

/// Closes with a program that is executed.
const CLOSE_ON_EXEC: u64 = 1 << 3;

/// `_IO('$', n)`, and `_IOW('$', 4, u64)`.
const ENABLE: u64 = 0x2400;
const DISABLE: u64 = 0x2401;
const PERIOD: u64 = 0x4008_2404;
const SET_OUTPUT: u64 = 0x2405;

/// An event, closed with this.
#[derive(Debug)]
pub(super) struct Event {
    file: OwnedFd,
    of_switches: bool,
    tells_lost: bool,
}

/// What an event counted, its heirs included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Read {
    /// Nanoseconds of its thread on its processor.
    pub value: u64,
    /// Records that had no room in the ring.
    pub lost: u64,
}

impl Event {
    /// Opens an event of `thread` on `processor`, which captures nothing yet. What an older kernel
    /// does not know is left out.
    pub fn open(kind: Kind, thread: i32, processor: i32) -> io::Result<Event> {
        let full = attributes(kind);
        let untold = Attributes { read_format: 0, ..full };
        let oldest = Attributes { flags: full.flags & !INHERIT_THREAD, ..untold };
        let mut error = None;
        for attributes in [full, untold, oldest] {
            match open(&attributes, thread, processor) {
                Ok(file) => {
                    let of_switches = matches!(kind, Kind::Switches);
                    let tells_lost = attributes.read_format != 0;
                    return Ok(Event { file, of_switches, tells_lost });
                }
                Err(refusal) if refusal.raw_os_error() == Some(libc::EINVAL) => {
                    error = Some(refusal)
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Err(error.unwrap_or_else(|| io::ErrorKind::Unsupported.into()))
    }

    pub fn is_of_switches(&self) -> bool {
        self.of_switches
    }

    pub fn file(&self) -> i32 {
        self.file.as_raw_fd()
    }

    /// Writes to the ring of `other`, of the same processor.
    pub fn write_to(&self, other: &Event) -> io::Result<()> {
        self.control(SET_OUTPUT, other.file() as usize)
    }

    /// Captures from now on.
    pub fn enable(&self) {
        let _ = self.control(ENABLE, 0);
    }

    /// Captures no more.
    pub fn disable(&self) {
        let _ = self.control(DISABLE, 0);
    }

    /// Draws another distance of samples, for its own thread and those it starts from now on. A
    /// kernel that refuses keeps the distance.
    pub fn set_period(&self, period_ns: u64) {
        if !self.of_switches {
            let _ = self.control(PERIOD, (&raw const period_ns) as usize);
        }
    }

    /// What it counted.
    pub fn read(&self) -> Option<Read> {
        let mut words = [0u64; 2];
        let bytes = if self.tells_lost { 16 } else { 8 };
        // SAFETY: `words` has room for `bytes`, and any bytes are words.
        let read = unsafe { libc::read(self.file(), words.as_mut_ptr().cast(), bytes) };
        let [value, lost] = words;
        (usize::try_from(read) == Ok(bytes)).then_some(Read { value, lost })
    }

    fn control(&self, request: u64, argument: usize) -> io::Result<()> {
        // SAFETY: requests are those above; the only one that reads memory is given a word that
        // outlives the call.
        let result = unsafe { libc::ioctl(self.file(), request as _, argument) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

fn attributes(kind: Kind) -> Attributes {
    let inherited = DISABLED | INHERIT | INHERIT_THREAD | EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR;
    let all = Attributes {
        event_type: TYPE_SOFTWARE,
        size: size_of::<Attributes>() as u32,
        sample_type: SAMPLE_TID | SAMPLE_TIME | SAMPLE_CPU,
        read_format: FORMAT_LOST,
        flags: inherited | SAMPLE_ID_ALL | USE_CLOCK_ID,
        clock_id: libc::CLOCK_MONOTONIC_RAW,
        ..Attributes::default()
    };
    match kind {
        Kind::Samples { period_ns } => Attributes {
            config: CPU_CLOCK,
            sample_period: period_ns,
            sample_type: all.sample_type | SAMPLE_IP | SAMPLE_CALLCHAIN,
            flags: all.flags | EXCLUDE_CALLCHAIN_KERNEL,
            ..all
        },
        Kind::Switches => Attributes { config: DUMMY, flags: all.flags | CONTEXT_SWITCH, ..all },
    }
}

fn open(attributes: &Attributes, thread: i32, processor: i32) -> io::Result<OwnedFd> {
    let no_group: i32 = -1;
    // SAFETY: the kernel reads `size` bytes of the attributes, which are that long, and touches no
    // other memory of ours.
    let file = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            std::ptr::from_ref(attributes),
            thread,
            processor,
            no_group,
            CLOSE_ON_EXEC,
        )
    };
    match i32::try_from(file) {
        // SAFETY: the kernel just opened it for us, and nobody else has it.
        Ok(file) if file >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(file) }),
        _ => Err(io::Error::last_os_error()),
    }
}
