//! The program that `run` starts, and the signals that reach both.

use crate::failure::Failure;
use std::ffi::OsString;
use std::path::Path;
use std::process::{self, Command, ExitStatus};

/// A running program.
///
/// Ctrl-C reaches the program by itself, since the terminal sends it to the whole process group;
/// this process only has to outlive it. A signal that asks this process alone to end is passed on.
pub struct Child {
    process: process::Child,
    signals: signals::Signals,
}

impl Child {
    /// Starts `command` with recording on.
    pub fn start(command: &[OsString], recording: &Path) -> Result<Child, Failure> {
        let [program, arguments @ ..] = command else {
            return Err(Failure::Usage("run: no program given".to_owned()));
        };
        // Before the program runs, so that no Ctrl-C falls between.
        let mut signals = signals::Signals::new().map_err(cannot_watch)?;
        let process = Command::new(program)
            .args(arguments)
            .env("SPANFIRE", "on")
            .env("SPANFIRE_OUT", recording)
            .spawn()
            .map_err(|error| {
                let program = program.display();
                Failure::Usage(format!("cannot run `{program}`: {error}"))
            })?;
        signals.pass_on_to(process.id());
        Ok(Child { process, signals })
    }

    /// Waits for the end and gives the exit code, as a shell would: 128 + n for signal n.
    pub fn wait(mut self) -> Result<u8, Failure> {
        let status = self.process.wait();
        self.signals.stop();
        let status = status.map_err(|error| Failure::Bad(format!("cannot wait: {error}")))?;
        Ok(exit_code(status))
    }
}

fn cannot_watch(error: std::io::Error) -> Failure {
    Failure::Bad(format!("cannot watch for signals: {error}"))
}

fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128_u8.saturating_add(u8::try_from(signal).unwrap_or(127));
    }
    // Codes beyond 255 exist on Windows; what is not 0 must not become 0.
    status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1))
}

#[cfg(unix)]
mod signals {
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::{Handle, Signals as Arrivals};
    use std::io;
    use std::thread;

    /// Keeps this process alive through signals, and passes some on.
    pub struct Signals {
        arrivals: Option<Arrivals>,
        handle: Handle,
    }

    impl Signals {
        pub fn new() -> io::Result<Signals> {
            let arrivals = Arrivals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP])?;
            let handle = arrivals.handle();
            Ok(Signals { arrivals: Some(arrivals), handle })
        }

        pub fn pass_on_to(&mut self, process: u32) {
            let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
            let (Some(mut arrivals), Some(pid)) = (self.arrivals.take(), pid) else { return };
            thread::spawn(move || {
                for signal in arrivals.forever() {
                    let signal = match signal {
                        SIGTERM => Signal::TERM,
                        SIGHUP => Signal::HUP,
                        _ => continue,
                    };
                    // It fails where the program has just ended, which is what was asked for.
                    let _ = kill_process(pid, signal);
                }
            });
        }

        /// Nothing is passed on any more: the number may soon be another process's.
        pub fn stop(&self) {
            self.handle.close();
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// Keeps this process alive through Ctrl-C.
    pub struct Signals;

    impl Signals {
        pub fn new() -> io::Result<Signals> {
            let noticed = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal_hook::consts::SIGINT, noticed)?;
            Ok(Signals)
        }

        pub fn pass_on_to(&mut self, _process: u32) {}

        pub fn stop(&self) {}
    }
}
