//! One call of the closure, under one arm.

use crate::{Error, Guard, Recorder, native::Wanted};
use spanfire_recording::{Recording, Sampling, SamplingMethod};
use spanfire_views::{Arm, Recorded, Replay, Run, Selection};
use std::{
    fs,
    hint::black_box,
    io::ErrorKind,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Instant,
};
use tracing_core::{Dispatch, dispatcher::with_default};

/// What is written here is thrown away.
#[cfg(unix)]
const NOWHERE: &str = "/dev/null";
#[cfg(not(unix))]
const NOWHERE: &str = "NUL";

/// Why there are no samplers where the feature is off.
const NOT_BUILT_IN: &str = "this program was built without spanfire's feature `sampler`";

/// A folder of its own for recordings, which is removed with what is in it.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new folder where temporary files go.
    pub fn create() -> Result<Folder, Error> {
        static CREATED: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = CREATED.fetch_add(1, Relaxed);
            let name = format!("spanfire-experiment-{}-{number}", process::id());
            let path = std::env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Folder(path)),
                // Left behind by a killed process that had the same number.
                Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::output(path, source)),
            }
        }
    }

    /// Why nobody can be sampled here; nothing if they can.
    pub fn refusal(&self, hz: u32) -> Result<Option<String>, Error> {
        let Some(wanted) = Wanted::at(hz) else { return Ok(Some(NOT_BUILT_IN.to_owned())) };
        let guard = Recorder::builder().in_memory().sampling(wanted).without_spans()?;
        let refused = guard.sampling().filter(|found| found.method == SamplingMethod::None);
        Ok(refused.map(|found| found.why.unwrap_or_else(|| "refused".to_owned())))
    }

    /// Calls `work` under `arm`.
    pub fn run<T>(
        &self,
        arm: Arm,
        round: usize,
        work: &mut impl FnMut() -> T,
    ) -> Result<(Run, Option<Sampling>), Error> {
        let path = self.0.join("run.spanfire");
        let (dispatch, guard) = match arm {
            Arm::On => recorder(&path)?,
            Arm::Nowhere => recorder(Path::new(NOWHERE))?,
            Arm::Sampled { hz, .. } => (Dispatch::none(), sampler(&path, hz)?),
            Arm::Off | Arm::OffAgain => (Dispatch::none(), None),
        };
        let cpu_before = cpu_ns();
        let wall_ns = with_default(&dispatch, || {
            let began = Instant::now();
            black_box(work());
            u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
        });
        let recording = match arm {
            Arm::On | Arm::Sampled { .. } => guard.map(Guard::finish).transpose()?,
            _ => {
                drop(guard);
                None
            }
        };
        let cpu_ns = cpu_ns().zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
        let recorded = recording.as_ref().filter(|_| arm == Arm::On).map(recorded).transpose()?;
        let sampling = recording.as_ref().and_then(Recording::sampling).cloned();
        Ok((Run { round, arm, wall_ns, cpu_ns, recorded: recorded.flatten() }, sampling))
    }
}

fn recorded(recording: &Recording) -> Result<Option<Recorded>, Error> {
    Ok(Recorded::of(&Replay::new(recording, Selection::default()))?)
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

type Started = (Dispatch, Option<Guard>);

fn recorder(output: &Path) -> Result<Started, Error> {
    let (subscriber, guard) = Recorder::builder().output(output).subscriber()?;
    Ok((Dispatch::new(subscriber), Some(guard)))
}

fn sampler(output: &Path, hz: u32) -> Result<Option<Guard>, Error> {
    let Some(wanted) = Wanted::at(hz) else { return Ok(None) };
    Recorder::builder().output(output).sampling(wanted).without_spans().map(Some)
}

/// The processor time of this process so far.
#[cfg(unix)]
fn cpu_ns() -> Option<u64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let [seconds, ns] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).ok());
    seconds?.checked_mul(1_000_000_000)?.checked_add(ns?)
}

#[cfg(not(unix))]
fn cpu_ns() -> Option<u64> {
    None
}
