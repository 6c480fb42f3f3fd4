//! The sampler: one of the mechanisms, chosen at the start, and what it counted.

use crate::{
    Choice, Error, MAX_HZ, Options,
    images::Images,
    perf::{Counts, PerfEvents},
    signal::TimerSignals,
    threads::Accounts,
};
use spanfire_recording::{Batch, Image, SampleClock, Sampling, SamplingMethod};

/// Samples this process until it is stopped or dropped.
///
/// It belongs to the thread that started it, which is the one that it does not sample.
#[derive(Debug)]
pub struct Sampler {
    mechanism: Mechanism,
    images: Images,
    sampling: Sampling,
    accounts_before: Option<Accounts>,
}

#[derive(Debug)]
enum Mechanism {
    Perf(PerfEvents),
    Signal(TimerSignals),
}

impl Sampler {
    /// Samples every thread but the calling one from now on.
    ///
    /// # Errors
    /// If the rate is none, or neither mechanism that [`Options::choice`] allows can be used: the
    /// message says why, and what would help.
    pub fn start(options: Options) -> Result<Sampler, Error> {
        if !(1..=MAX_HZ).contains(&options.hz) {
            let message = format!("{} samples per second: 1 to {MAX_HZ} can be", options.hz);
            return Err(Error::new(message));
        }
        let (mechanism, why) = choose(&options)?;
        let method = match mechanism {
            Mechanism::Perf(_) => SamplingMethod::PerfEvents,
            Mechanism::Signal(_) => SamplingMethod::TimerSignal,
        };
        let switches = match &mechanism {
            Mechanism::Perf(perf) => options.switches && perf.no_switches.is_none(),
            Mechanism::Signal(_) => false,
        };
        let sampling = Sampling { method, why, switches, ..Sampling::asked(options.hz) };
        let accounts_before = Accounts::now();
        Ok(Sampler { mechanism, images: Images::default(), sampling, accounts_before })
    }

    /// Adds what was captured since the last call to `batch`, which is to hold samples of this
    /// sampler alone.
    pub fn drain(&mut self, batch: &mut Batch) {
        batch.clock = SampleClock::MonotonicRaw;
        match &mut self.mechanism {
            Mechanism::Perf(perf) => perf.drain(batch),
            Mechanism::Signal(signals) => signals.drain(batch),
        }
    }

    /// The images that were mapped since the last call.
    pub fn new_images(&mut self) -> Vec<Image> {
        self.images.take_new()
    }

    /// How it is sampled, and what was drained and lost up to now.
    pub fn sampling(&mut self) -> Sampling {
        let sampling = &mut self.sampling;
        match &self.mechanism {
            Mechanism::Perf(perf) => {
                let Counts { cpu_ns, lost_samples, lost_switches } = perf.counts();
                sampling.samples = perf.taken.samples;
                sampling.switch_count = perf.taken.switches;
                sampling.throttled = perf.taken.throttled;
                (sampling.lost_samples, sampling.lost_switches) = (lost_samples, lost_switches);
                sampling.cpu_ns = Some(cpu_ns);
            }
            Mechanism::Signal(signals) => {
                (sampling.samples, sampling.lost_samples) = (signals.samples, signals.lost);
                sampling.cpu_ns = Some(signals.cpu_ns());
                if sampling.why.is_none() {
                    sampling.why = signals.missing();
                }
            }
        }
        let share = Accounts::now()
            .zip(self.accounts_before)
            .and_then(|(now, before)| now.user_share_since(before));
        sampling.user_ns =
            sampling.cpu_ns.zip(share).map(|(cpu_ns, share)| (cpu_ns as f64 * share) as u64);
        sampling.clone()
    }

    /// Ends sampling and adds what is left to `batch`.
    pub fn stop(mut self, batch: &mut Batch) -> Sampling {
        match &mut self.mechanism {
            Mechanism::Perf(perf) => perf.disable(),
            Mechanism::Signal(signals) => signals.disable(),
        }
        self.drain(batch);
        Sampling { ended: true, ..self.sampling() }
    }
}

/// The mechanism, and why it is not a better one.
fn choose(options: &Options) -> Result<(Mechanism, Option<String>), Error> {
    let signals = || TimerSignals::start(options).map(Mechanism::Signal);
    if options.choice == Choice::Signal {
        return Ok((signals()?, None));
    }
    let refusal = match perf(options) {
        Ok(perf) => {
            let why = perf.no_switches.clone();
            return Ok((Mechanism::Perf(perf), why));
        }
        Err(refusal) => refusal,
    };
    if options.choice == Choice::Perf {
        return Err(Error::new(format!(
            "{refusal}; SPANFIRE_SAMPLER=auto, or Choice::Auto, allows timer signals in their place"
        )));
    }
    match signals() {
        Ok(signals) => Ok((signals, Some(refusal.to_string()))),
        Err(second) => Err(Error::new(format!("{refusal}; {second}"))),
    }
}

fn perf(options: &Options) -> Result<PerfEvents, Error> {
    if options.refuse_perf {
        return Err(Error::new("perf events are refused: that was asked for"));
    }
    PerfEvents::start(options)
}
