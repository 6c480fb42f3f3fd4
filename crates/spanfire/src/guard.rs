//! The end of a recording.

use crate::{
    Error,
    collector::Message,
    core::{Core, State},
    exit,
    native::Status,
    sink::Sink,
};
use spanfire_recording::{Recording, Sampling};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

/// Keeps a recording going; dropping it finishes the recording.
///
/// Finishing takes what every thread has recorded up to now, also of threads that are parked or go
/// on. Callbacks that come later are harmless. A program that ends by `std::process::exit` finishes
/// its recordings too. One that is killed leaves the recording and, beside it, `<recording>.tail` with
/// what was not written yet: see [`survives_kill`](Self::survives_kill).
#[must_use = "dropping the guard ends the recording: bind it, `let _guard = …`"]
pub struct Guard {
    running: Option<Arc<Running>>,
}

/// A recorder and its collector, until one of the guard and the process's exit finishes it.
pub(crate) struct Running {
    core: Arc<Core>,
    sampling: Status,
    collector: Mutex<Option<JoinHandle<Result<Sink, Error>>>>,
}

impl Guard {
    pub(crate) fn new(
        core: Arc<Core>,
        collector: JoinHandle<Result<Sink, Error>>,
        sampling: Status,
    ) -> Guard {
        let collector = Mutex::new(Some(collector));
        let running = Arc::new(Running { core, sampling, collector });
        exit::finish_at_exit(&running);
        Guard { running: Some(running) }
    }

    /// A guard of nothing: recording is switched off.
    pub(crate) fn off() -> Guard {
        Guard { running: None }
    }

    /// Whether there is a recording; not when `$SPANFIRE` is `off`.
    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }

    /// Whether every event recorded is kept, however the process ends, SIGKILL included: its threads
    /// write into a shared mapping of `<recording>.tail`, which opening the recording reads too if
    /// it was not finished. `finish` removes that file.
    ///
    /// Not so for a recording in memory, or where that file cannot be made or the disk has no room
    /// for it, or when [`Builder::tail`](crate::Builder::tail) is off: then a killed process loses
    /// up to 100 ms.
    pub fn survives_kill(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.core.survives_kill())
    }

    /// How native samples are taken, with counts up to a second ago; `None` where none were asked for.
    /// As text it is a sentence: what is sampled, or why nothing is.
    pub fn sampling(&self) -> Option<Sampling> {
        self.running.as_ref()?.sampling.get()
    }

    /// Stops recording new spans and instants. Spans that live now are followed to their end, so
    /// that no half of one is recorded. In the stand-alone form callsites are then switched off
    /// altogether, which costs a program what no subscriber costs.
    pub fn pause(&self) {
        self.set(State::Paused);
    }

    /// Records again after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.set(State::Recording);
    }

    /// Stops, takes what every thread has recorded, and opens the recording.
    ///
    /// # Errors
    /// If the recording could not be written to its end, for example because the disk is full: the
    /// message says how many events are lost, if any. If the file was removed or replaced meanwhile.
    /// If there is no recording because `$SPANFIRE`
    /// is `off`. In a process that was forked from the one that records.
    pub fn finish(mut self) -> Result<Recording, Error> {
        let off = || Error::environment("SPANFIRE", "recording is off");
        let running = self.running.take().ok_or_else(off)?;
        match running.finish().unwrap_or_else(|| Err(Error::forked()))? {
            Sink::File(sink) => Ok(Recording::open(sink.into_path()?)?),
            Sink::Memory(bytes) => Ok(Recording::from_bytes(bytes)?),
        }
    }

    fn set(&self, state: State) {
        if let Some(running) = &self.running {
            running.core.switch_to(state);
        }
    }
}

impl Running {
    /// Finishes the recording; `None` if that was done before, or is another process's affair.
    pub fn finish(&self) -> Option<Result<Sink, Error>> {
        if self.core.is_forked() {
            return None;
        }
        let collector = self.collector.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.core.switch_to(State::Finished);
        self.core.tell(Message::Finish);
        let result = collector.join().unwrap_or_else(|_| Err(Error::collector_panicked()));
        if result.is_ok() {
            self.core.remove_tail();
        }
        Some(result)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // There is nobody to tell: the file shows by its missing end that it is not whole.
            let _ = running.finish();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("is_on", &self.is_on()).finish_non_exhaustive()
    }
}
