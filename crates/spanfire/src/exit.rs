//! Finishes recordings when the process exits without dropping their guards.

use crate::guard::Running;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

static RUNNING: Mutex<Vec<Weak<Running>>> = Mutex::new(Vec::new());

/// Finishes `running` at `std::process::exit`, or at a return from `main` that leaves its guard in
/// a static or forgotten.
pub(crate) fn finish_at_exit(running: &Arc<Running>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(register);
    let mut all = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|other| other.strong_count() > 0);
    all.push(Arc::downgrade(running));
}

/// The interpreter has no such function.
#[cfg(all(unix, not(miri)))]
fn register() {
    unsafe extern "C" {
        /// ISO C: calls `function` at normal termination of the process.
        fn atexit(function: extern "C" fn()) -> std::ffi::c_int;
    }
    // SAFETY: the signature is that of the C standard, in every Unix libc that std links. The
    // handler does not unwind, and uses no thread-local with a destructor.
    unsafe {
        atexit(finish_all);
    }
}

#[cfg(any(not(unix), miri))]
fn register() {}

#[cfg(all(unix, not(miri)))]
extern "C" fn finish_all() {
    // A panic must not reach C; what could panic in here is the program's own subscriber.
    let _ = std::panic::catch_unwind(|| {
        let all = match RUNNING.try_lock() {
            Ok(mut all) => std::mem::take(&mut *all),
            Err(_) => return,
        };
        for running in all.iter().filter_map(Weak::upgrade) {
            let _ = running.finish();
        }
    });
}
