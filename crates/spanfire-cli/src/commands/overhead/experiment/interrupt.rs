//! Ctrl-C during an experiment: it ends the program, and the experiment with what is known by then.
//!
//! The terminal sends Ctrl-C to the program as well. What asks this process alone to end is passed on:
//! the first time as a request, after that as a command.

#[cfg(unix)]
pub use unix::Interrupt;

#[cfg(not(unix))]
pub use elsewhere::Interrupt;

#[cfg(unix)]
mod unix {
    use crate::failure::Failure;
    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::{Handle, Signals};
    use std::io;
    use std::process::{Child, ExitStatus};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::thread;

    /// Notices signals, and ends the program that runs.
    pub struct Interrupt {
        state: Arc<Mutex<State>>,
        handle: Handle,
    }

    #[derive(Default)]
    struct State {
        signals: usize,
        running: Option<Pid>,
    }

    impl Interrupt {
        /// From now on signals end nothing but programs that are waited for.
        pub fn watched() -> Result<Interrupt, Failure> {
            let mut arrivals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP])
                .map_err(|error| Failure::Bad(format!("cannot watch for signals: {error}")))?;
            let handle = arrivals.handle();
            let state = Arc::new(Mutex::new(State::default()));
            let noticed = Arc::clone(&state);
            thread::spawn(move || arrivals.forever().for_each(|_| lock(&noticed).notice()));
            Ok(Interrupt { state, handle })
        }

        /// Whether there was a signal.
        pub fn happened(&self) -> bool {
            lock(&self.state).signals > 0
        }

        /// Waits for the program's end. As long as it may be told to end, its number is its own: it
        /// is only then given back to the system.
        pub fn wait_for(&self, mut child: Child) -> io::Result<ExitStatus> {
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let mut state = lock(&self.state);
                state.running = Some(pid);
                if state.signals > 0 {
                    state.end();
                }
                drop(state);
                let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while waitid(WaitId::Pid(pid), ended).is_err_and(|error| error == Errno::INTR) {}
                lock(&self.state).running = None;
            }
            child.wait()
        }
    }

    impl State {
        fn notice(&mut self) {
            self.signals += 1;
            self.end();
        }

        /// It fails where the program has just ended, which is what is asked for.
        fn end(&self) {
            let signal = if self.signals > 1 { Signal::KILL } else { Signal::TERM };
            if let Some(pid) = self.running {
                let _ = kill_process(pid, signal);
            }
        }
    }

    impl Drop for Interrupt {
        fn drop(&mut self) {
            self.handle.close();
        }
    }

    fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use crate::failure::Failure;
    use std::io;
    use std::process::{Child, ExitStatus};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Notices Ctrl-C, which reaches the program by itself.
    pub struct Interrupt(Arc<AtomicBool>);

    impl Interrupt {
        pub fn watched() -> Result<Interrupt, Failure> {
            let noticed = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&noticed))
                .map_err(|error| Failure::Bad(format!("cannot watch for signals: {error}")))?;
            Ok(Interrupt(noticed))
        }

        pub fn happened(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }

        pub fn wait_for(&self, mut child: Child) -> io::Result<ExitStatus> {
            child.wait()
        }
    }
}
