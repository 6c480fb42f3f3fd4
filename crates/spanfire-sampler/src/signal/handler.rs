//! The signal handler, and the timers that call it.
//!
//! The handler runs on the sampled thread in the middle of anything. It takes no lock and allocates
//! nothing; what it calls (`clock_gettime`, `process_vm_readv`, `timer_settime`, `gettid`) are system
//! calls that POSIX or their nature let a handler make. The stack is copied by the kernel, which
//! stops where nothing is mapped, so no frame pointer can make it fault.

use super::{
    slot::{self, COPY_WORDS, Slot},
    stack::{MAX_FRAMES, Registers, walk},
};
use crate::{Error, random::Random};
use std::{io, mem, ptr, sync::atomic::Ordering::*};

const SIGNAL: i32 = libc::SIGPROF;

/// What tells our timers from others that send the same signal: above the number of a slot.
const OURS: usize = 0x5370_616e << 16;

/// The stack is copied in pages, since the kernel copies a piece whole or not at all.
const PAGE: usize = 4096;
const PIECES: usize = 2 + slot::STACK_BYTES / PAGE;

/// Has the signal handled from now on, to the end of the process: one may come late.
///
/// # Errors
/// If the program handles it already.
pub(super) fn install() -> Result<(), Error> {
    if !SUPPORTED {
        let processor = std::env::consts::ARCH;
        return Err(Error::new(format!("timer signals cannot sample this processor, {processor}")));
    }
    // SAFETY: `sigaction` is plain data, for which zeros are a value.
    let mut before: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: asks for the handler that is there.
    let asked = unsafe { libc::sigaction(SIGNAL, ptr::null(), &raw mut before) };
    let ours = handle as extern "C" fn(_, _, _) as usize;
    let known = [libc::SIG_DFL, libc::SIG_IGN, ours];
    if asked != 0 || !known.contains(&before.sa_sigaction) {
        return Err(Error::new("timer signals are refused: the program handles SIGPROF itself"));
    }
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = ours;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    // SAFETY: the handler has the signature that SA_SIGINFO asks for, lives as long as the program,
    // and does only what a handler may.
    let set = unsafe { libc::sigaction(SIGNAL, &raw const action, ptr::null_mut()) };
    match set {
        0 => Ok(()),
        _ => Err(Error::system("timer signals are refused", io::Error::last_os_error())),
    }
}

/// A thread's timer, until this is dropped.
#[derive(Debug)]
pub(super) struct Timer(libc::timer_t);

// SAFETY: a name of a timer of the kernel, which any thread may use.
unsafe impl Send for Timer {}

impl Timer {
    /// Starts the timer of `thread`, whose handler writes to slot `index`.
    pub fn start(thread: i32, index: usize, slot: &Slot) -> Option<Timer> {
        // SAFETY: plain data, for which zeros are a value.
        let mut event: libc::sigevent = unsafe { mem::zeroed() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = SIGNAL;
        event.sigev_value.sival_ptr = ptr::without_provenance_mut(OURS | index);
        event.sigev_notify_thread_id = thread;
        let mut timer: libc::timer_t = ptr::null_mut();
        // SAFETY: both are ours, and live through the call.
        let made =
            unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer) };
        if made != 0 {
            return None;
        }
        slot.timer.store(timer, Release);
        arm(slot);
        Some(Timer(timer))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: made by `start`, and deleted here alone.
        unsafe {
            libc::timer_delete(self.0);
        }
    }
}

/// Has the next signal sent, half to one and a half periods from now.
fn arm(slot: &Slot) {
    let period_ns = slot.period_ns.load(Relaxed);
    let signals = slot.signals.fetch_add(1, Relaxed);
    let seed = signals ^ ptr::from_ref(slot).addr() as u64;
    let wait_ns = Random::new(seed).around(period_ns, period_ns / 2).max(1);
    let zero = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let value = libc::timespec {
        tv_sec: (wait_ns / 1_000_000_000) as _,
        tv_nsec: (wait_ns % 1_000_000_000) as _,
    };
    let when = libc::itimerspec { it_interval: zero, it_value: value };
    // SAFETY: a timer that is gone is an error that nobody asks for; POSIX lets a handler call it.
    unsafe {
        libc::timer_settime(slot.timer.load(Acquire), 0, &raw const when, ptr::null_mut());
    }
}

extern "C" fn handle(_: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel gives a siginfo that is ours while the handler runs.
    let (code, value) = unsafe { ((*info).si_code, (*info).si_value().sival_ptr.addr()) };
    // Signals that somebody else sends are ignored: there is no other handler.
    if code != libc::SI_TIMER || value & !0xffff != OURS {
        return;
    }
    if let Some(slot) = slot::of(value & 0xffff) {
        slot.enter();
        handle_of(slot, context.cast());
        slot.leave();
    }
}

fn handle_of(slot: &Slot, context: *const libc::ucontext_t) {
    // SAFETY: asks for a number.
    let thread = unsafe { libc::syscall(libc::SYS_gettid) };
    if i64::from(slot.thread.load(SeqCst)) != thread {
        return;
    }
    // SAFETY: a thread's own errno may be read and set; whatever was interrupted finds it unchanged.
    let (errno, before) = unsafe {
        let errno = libc::__errno_location();
        (errno, *errno)
    };
    if let Some(registers) = registers_of(context) {
        sample(slot, registers);
    }
    arm(slot);
    // SAFETY: as above.
    unsafe {
        *errno = before;
    }
}

fn sample(slot: &Slot, registers: Registers) {
    let copied = copy(slot, registers);
    let Some((code, stack)) = slot.copy.get(..1 + copied).and_then(<[_]>::split_first) else {
        return;
    };
    if copied > 0 && is_system_call(code.load(Relaxed)) {
        return;
    }
    let mut frames = [0; MAX_FRAMES];
    let count = walk(registers, stack, &mut frames);
    if let Some(frames) = frames.get(..count) {
        slot.put(raw_now_ns(), frames);
    }
}

/// Copies the word around the interrupted instruction, and the stack. Returns how many words of the
/// stack there are.
fn copy(slot: &Slot, registers: Registers) -> usize {
    let empty = libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 };
    let mut pieces = [empty; PIECES];
    let Ok(stack) = usize::try_from(registers.stack) else { return 0 };
    let Ok(instruction) = usize::try_from(registers.instruction) else { return 0 };
    let mut room = slot::STACK_BYTES;
    let mut at = stack;
    for (number, piece) in pieces.iter_mut().enumerate() {
        let (start, length) = match number {
            0 => (instruction.wrapping_sub(BEFORE), 8),
            _ => (at, (PAGE - at % PAGE).min(room)),
        };
        piece.iov_base = ptr::without_provenance_mut(start);
        piece.iov_len = length;
        if number > 0 {
            room -= length;
            at = at.wrapping_add(length);
        }
    }
    let into = libc::iovec {
        // Atomics may be written through a shared reference.
        iov_base: slot.copy.as_ptr().cast_mut().cast(),
        iov_len: COPY_WORDS * 8,
    };
    // SAFETY: the kernel writes at most the length of `into`, which is the slot's; what it reads it
    // checks itself, and stops where nothing is mapped.
    let bytes = unsafe {
        let pid = libc::getpid();
        libc::process_vm_readv(pid, &raw const into, 1, pieces.as_ptr(), PIECES as _, 0)
    };
    (usize::try_from(bytes).unwrap_or(0) / 8).saturating_sub(1)
}

/// The kernel's clock that nobody steers.
fn raw_now_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC_RAW)
}

/// Time on processors of all threads of the process but the calling one.
pub(super) fn cpu_ns_of_others() -> u64 {
    let all = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID);
    all.saturating_sub(clock_ns(libc::CLOCK_THREAD_CPUTIME_ID))
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec that may be written to.
    unsafe {
        libc::clock_gettime(clock, &raw mut time);
    }
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}

#[cfg(target_arch = "x86_64")]
const SUPPORTED: bool = true;

/// How much of the word around the interrupted instruction lies before it.
#[cfg(target_arch = "x86_64")]
const BEFORE: usize = 6;

/// Whether the instruction follows `syscall`, or is one that will be made again: then it was the
/// kernel that was interrupted.
#[cfg(target_arch = "x86_64")]
fn is_system_call(around: u64) -> bool {
    let [_, _, _, _, before @ .., first, second] = around.to_le_bytes();
    [before, [first, second]].contains(&[0x0f, 0x05])
}

#[cfg(target_arch = "x86_64")]
fn registers_of(context: *const libc::ucontext_t) -> Option<Registers> {
    // SAFETY: null, or the kernel's own, which is ours while the handler runs.
    let registers = unsafe { &context.as_ref()?.uc_mcontext.gregs };
    let register = |number: i32| registers.get(number as usize).map(|&register| register as u64);
    Some(Registers {
        instruction: register(libc::REG_RIP)?,
        stack: register(libc::REG_RSP)?,
        frame: register(libc::REG_RBP)?,
    })
}

#[cfg(target_arch = "aarch64")]
const SUPPORTED: bool = true;

#[cfg(target_arch = "aarch64")]
const BEFORE: usize = 4;

#[cfg(target_arch = "aarch64")]
fn is_system_call(around: u64) -> bool {
    const CALL: u64 = 0xd400_0001;
    [around & 0xffff_ffff, around >> 32].contains(&CALL)
}

#[cfg(target_arch = "aarch64")]
fn registers_of(context: *const libc::ucontext_t) -> Option<Registers> {
    // SAFETY: null, or the kernel's own, which is ours while the handler runs.
    let machine = unsafe { &context.as_ref()?.uc_mcontext };
    let frame = machine.regs.get(29).copied()?;
    Some(Registers { instruction: machine.pc, stack: machine.sp, frame })
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const SUPPORTED: bool = false;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const BEFORE: usize = 0;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn is_system_call(_: u64) -> bool {
    false
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn registers_of(_: *const libc::ucontext_t) -> Option<Registers> {
    None
}
