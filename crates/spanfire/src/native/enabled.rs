//! A sampler beside the recorder.

use super::Status;
use crate::{Error, sink::Sink};
use crossbeam_channel::{Receiver, Sender, bounded};
use spanfire_recording::{Batch, Sampling, Writer};
use spanfire_sampler::{MAX_HZ, Options, Sampler};
use std::{
    env,
    ffi::OsStr,
    time::{Duration, Instant},
};

/// A batch is written when it has so many entries, or after so long: a long one takes fewer bytes
/// for each sample, and what was not written a killed process loses.
const BATCH: usize = 2_000;
const WRITE: Duration = Duration::from_millis(500);

/// How often counts and new images are told, if any.
const TELL: Duration = Duration::from_secs(1);

/// What a builder was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted(Option<Options>);

/// The collector's side.
#[derive(Debug, Default)]
pub(crate) struct Native {
    wanted: Option<(Options, Sender<()>)>,
    sampler: Option<Sampler>,
    batch: Batch,
    next: Option<Next>,
    status: Status,
}

/// When something is written next.
#[derive(Debug)]
struct Next {
    batch: Instant,
    told: Instant,
}

/// The builder's side: threads that are started before the sampler may not be sampled.
pub(crate) struct Started(Option<Receiver<()>>);

type Written = Result<(), spanfire_recording::Error>;

/// What `$SPANFIRE_SAMPLE` and `$SPANFIRE_SAMPLER` ask for.
pub(crate) fn from_environment() -> Result<Wanted, Error> {
    let value = |name| env::var_os(name).unwrap_or_default();
    wanted(&value("SPANFIRE_SAMPLE"), &value("SPANFIRE_SAMPLER"))
}

fn wanted(value: &OsStr, choice: &OsStr) -> Result<Wanted, Error> {
    if value.is_empty() || value.eq_ignore_ascii_case("off") {
        return Ok(Wanted(None));
    }
    let text = value.to_string_lossy();
    let hz: Option<u32> = text.trim().parse().ok();
    let Some(hz) = hz.filter(|hz| (1..=MAX_HZ).contains(hz)) else {
        let message = format!("`{text}` is no number of samples per second from 1 to {MAX_HZ}");
        return Err(Error::environment("SPANFIRE_SAMPLE", message));
    };
    let mut options = Options::new(hz);
    if !choice.is_empty() {
        let wrong = |message: String| Error::environment("SPANFIRE_SAMPLER", message);
        options.choice = choice.to_string_lossy().parse().map_err(wrong)?;
    }
    Ok(Wanted::of(options))
}

impl Wanted {
    /// Samples at a rate, as the system allows without a program's noticing.
    #[cfg(feature = "experiment")]
    pub fn at(hz: u32) -> Option<Wanted> {
        Some(Wanted::of(Options::new(hz)))
    }

    pub fn of(options: Options) -> Wanted {
        Wanted(Some(options))
    }

    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// The two sides of a sampler that the collector will start.
    pub fn prepare(self, status: &Status) -> (Native, Started) {
        let Some(options) = self.0 else { return (Native::default(), Started(None)) };
        let (started, wait) = bounded(1);
        let native = Native {
            wanted: Some((options, started)),
            status: status.clone(),
            ..Native::default()
        };
        (native, Started(Some(wait)))
    }
}

impl Started {
    /// Waits until threads are sampled, or it is known that none are.
    pub fn wait(self) {
        if let Some(started) = self.0 {
            let _ = started.recv();
        }
    }
}

impl Native {
    /// Starts sampling, if that is wanted. On the collector's thread, which is not sampled.
    pub fn start(&mut self, writer: &mut Writer<Sink>) -> Written {
        let Some((options, started)) = self.wanted.take() else { return Ok(()) };
        let hz = options.hz;
        let sampling = match Sampler::start(options) {
            Ok(mut sampler) => {
                let sampling = sampler.sampling();
                self.sampler = Some(sampler);
                let now = Instant::now();
                self.next = Some(Next { batch: now + WRITE, told: now + TELL });
                sampling
            }
            Err(error) => {
                Sampling { why: Some(error.to_string()), ended: true, ..Sampling::asked(hz) }
            }
        };
        self.status.set(sampling.clone());
        // The builder waits for this; that it does no longer is no failure.
        let _ = started.send(());
        writer.sampling(&sampling)?;
        self.images(writer)
    }

    /// Takes what was sampled, and writes it now and then.
    pub fn look(&mut self, writer: &mut Writer<Sink>) -> Written {
        let (Some(sampler), Some(next)) = (&mut self.sampler, &mut self.next) else {
            return Ok(());
        };
        // While the sink takes nothing, the rings keep what they can and count the rest.
        if writer.get_ref().refusal().is_some() {
            return Ok(());
        }
        sampler.drain(&mut self.batch);
        let now = Instant::now();
        if self.batch.samples.len() + self.batch.switches.len() >= BATCH || now >= next.batch {
            next.batch = now + WRITE;
            writer.batch(&self.batch)?;
            self.batch.clear();
        }
        if now >= next.told {
            next.told = now + TELL;
            let sampling = sampler.sampling();
            self.status.set(sampling.clone());
            writer.sampling(&sampling)?;
            self.images(writer)?;
        }
        Ok(())
    }

    /// Ends sampling; tells what is left, and the counts.
    pub fn stop(&mut self, writer: &mut Writer<Sink>) -> Written {
        self.images(writer)?;
        let Some(sampler) = self.sampler.take() else { return Ok(()) };
        let sampling = sampler.stop(&mut self.batch);
        self.status.set(sampling.clone());
        writer.batch(&self.batch)?;
        self.batch.clear();
        writer.sampling(&sampling)
    }

    fn images(&mut self, writer: &mut Writer<Sink>) -> Written {
        let Some(sampler) = &mut self.sampler else { return Ok(()) };
        match sampler.new_images() {
            images if images.is_empty() => Ok(()),
            images => writer.images(&images),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanfire_sampler::Choice;

    fn asked(value: &str, choice: &str) -> Result<Option<Options>, String> {
        let wanted = wanted(OsStr::new(value), OsStr::new(choice));
        wanted.map(|wanted| wanted.0).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rate_and_what_may_take_samples_are_read_from_the_environment() {
        let options = asked("999", "").unwrap().unwrap();
        assert_eq!((options.hz, options.choice), (999, Choice::Perf));
        assert_eq!(asked("99", "auto").unwrap().unwrap().choice, Choice::Auto);
        for off in ["", "off"] {
            assert!(asked(off, "perf").unwrap().is_none());
        }
    }

    #[test]
    fn what_makes_no_sense_in_the_environment_is_an_error_that_says_what_does() {
        for rate in ["garbage", "0", "-1", "20001", "1e3", "99hz", "99999999999"] {
            let expected = format!(
                "$SPANFIRE_SAMPLE: `{rate}` is no number of samples per second from 1 to 20000"
            );
            assert_eq!(asked(rate, "").unwrap_err(), expected);
        }
        let expected = "$SPANFIRE_SAMPLER: `ptrace` is none of perf, signal and auto";
        assert_eq!(asked("999", "ptrace").unwrap_err(), expected);
    }
}
