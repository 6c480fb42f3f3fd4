//! Which arms a program can be run under.

use super::program::{self, Program, Ran, Stopped};
use crate::args::ArmWord;
use spanfire_recording::{Recording, Sampling, SamplingMethod};
use spanfire_views::{Arm, Sampler};
use std::ffi::OsStr;
use std::time::Instant;

/// What runs before the experiment showed.
pub struct Arms {
    /// Those that were asked for and can be.
    pub possible: Vec<Arm>,
    /// How long a run of every arm takes, with what is around it.
    pub round_ns: u64,
    /// Why others cannot.
    pub notes: Vec<String>,
}

/// What a program does where it is told to record.
struct Abilities {
    records: bool,
    /// That it samples, or why not.
    samples: Result<(), String>,
    run_ns: u64,
}

impl Arms {
    /// Runs the program without a recorder and with one.
    pub fn find(words: &[ArmWord], program: &Program<'_>) -> Result<Arms, Stopped> {
        program.run(Arm::Off, "warming up")?;
        let samples = words.iter().any(|word| matches!(word, ArmWord::Hz(_)));
        let able = Abilities::of(program, samples)?;
        let mut arms = Arms { possible: Vec::new(), round_ns: 0, notes: Vec::new() };
        arms.choose_recorded(words, &able);
        arms.choose_sampled(words, &able, program);
        let controls = 2;
        arms.round_ns += able.run_ns * (controls + arms.possible.len() as u64);
        Ok(arms)
    }

    fn choose_recorded(&mut self, words: &[ArmWord], able: &Abilities) {
        let recorded = words.iter().filter_map(|word| match word {
            ArmWord::On => Some(Arm::On),
            ArmWord::Nowhere => Some(Arm::Nowhere),
            ArmWord::Hz(_) => None,
        });
        let recorded: Vec<Arm> = recorded.collect();
        match able.records {
            true => self.possible.extend(recorded),
            false if recorded.is_empty() => {}
            false => self.notes.push(
                "the program wrote no recording: does it call spanfire::init()? `on` and `nowhere` are left out"
                    .to_owned(),
            ),
        }
    }

    fn choose_sampled(&mut self, words: &[ArmWord], able: &Abilities, program: &Program<'_>) {
        let rates = words.iter().filter_map(|word| match word {
            ArmWord::Hz(hz) => Some(*hz),
            ArmWord::On | ArmWord::Nowhere => None,
        });
        let rates: Vec<u32> = rates.collect();
        let Some(&first) = rates.first() else { return };
        let began = Instant::now();
        let by = match &able.samples {
            Ok(()) => Sampler::Spanfire,
            Err(why) if can_perf(first, program) => {
                self.notes.push(format!(
                    "{why}: `perf record` samples it instead, and its start and end count"
                ));
                self.round_ns = elapsed_ns(began) * rates.len() as u64;
                Sampler::Perf
            }
            Err(why) => {
                self.notes.push(format!(
                    "{why}, and `perf record` is not there or not permitted: samplers are left out"
                ));
                return;
            }
        };
        self.possible.extend(rates.into_iter().map(|hz| Arm::Sampled { hz, by }));
    }
}

impl Abilities {
    /// A run with a sampler beside the recorder tells all, but fails where there is none: only if it
    /// matters.
    fn of(program: &Program<'_>, with_sampler: bool) -> Result<Abilities, Stopped> {
        let began = Instant::now();
        if with_sampler
            && let Some(ran) = program.run_sampled(999)?
            && let Some(recording) = opened(&ran)
        {
            let run_ns = elapsed_ns(began);
            let samples = match recording.sampling() {
                Some(Sampling { method: SamplingMethod::None, why, .. }) => {
                    Err(format!("spanfire cannot sample: {}", why.as_deref().unwrap_or("refused")))
                }
                Some(_) => Ok(()),
                None => Err(without_sampler()),
            };
            return Ok(Abilities { records: true, samples, run_ns });
        }
        let began = Instant::now();
        let ran = program.run(Arm::On, "warming up")?;
        let records = opened(&ran).is_some();
        Ok(Abilities { records, samples: Err(without_sampler()), run_ns: elapsed_ns(began) })
    }
}

fn opened(ran: &Ran) -> Option<Recording> {
    ran.recording().and_then(|path| Recording::open(path).ok())
}

fn without_sampler() -> String {
    "the program has no sampler of its own (spanfire's feature `sampler`)".to_owned()
}

fn elapsed_ns(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn can_perf(hz: u32, program: &Program<'_>) -> bool {
    let mut arguments = program::perf(hz, &program.file("perf.data"));
    arguments.push("true".into());
    let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    cfg!(target_os = "linux") && program.can_run("perf", &arguments)
}
