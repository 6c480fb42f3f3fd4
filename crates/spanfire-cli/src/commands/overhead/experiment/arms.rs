//! Which arms a program can be run under.

use super::program::{self, Program, Stopped};
use crate::args::ArmWord;
use spanfire_recording::Recording;
use spanfire_views::{Arm, Sampler};
use std::ffi::OsStr;
use std::time::Instant;

/// What two runs before the experiment showed.
pub struct Arms {
    /// Those that were asked for and can be.
    pub possible: Vec<Arm>,
    /// How long a run takes, with what is around it.
    pub run_ns: u64,
    /// Why others cannot.
    pub notes: Vec<String>,
}

/// What a program does where it is told to record.
#[derive(Clone, Copy)]
struct Abilities {
    records: bool,
    samples: bool,
}

impl Arms {
    /// Runs the program without a recorder and with one.
    pub fn find(words: &[ArmWord], program: &Program<'_>) -> Result<Arms, Stopped> {
        program.run(Arm::Off, "warming up")?;
        let began = Instant::now();
        let able = Abilities::of(program)?;
        let run_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut arms = Arms { possible: Vec::new(), run_ns, notes: Vec::new() };
        arms.choose_recorded(words, able);
        arms.choose_sampled(words, able, program);
        Ok(arms)
    }

    fn choose_recorded(&mut self, words: &[ArmWord], able: Abilities) {
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
                "the program wrote no recording: does it call spanfire::init()? On and nowhere are left out"
                    .to_owned(),
            ),
        }
    }

    fn choose_sampled(&mut self, words: &[ArmWord], able: Abilities, program: &Program<'_>) {
        let rates = words.iter().filter_map(|word| match word {
            ArmWord::Hz(hz) => Some(*hz),
            ArmWord::On | ArmWord::Nowhere => None,
        });
        let rates: Vec<u32> = rates.collect();
        let Some(&first) = rates.first() else { return };
        let by = match able.samples {
            true => Sampler::Spanfire,
            false if can_perf(first, program) => {
                self.notes.push(
                    "the program has no sampler of its own (spanfire's feature `sampler`): `perf record` samples it, and its start and end count"
                        .to_owned(),
                );
                Sampler::Perf
            }
            false => {
                self.notes.push(
                    "samplers are left out: the program has none (spanfire's feature `sampler`), and `perf record` is not there or not permitted"
                        .to_owned(),
                );
                return;
            }
        };
        self.possible.extend(rates.into_iter().map(|hz| Arm::Sampled { hz, by }));
    }
}

impl Abilities {
    fn of(program: &Program<'_>) -> Result<Abilities, Stopped> {
        let ran = program.run_with(Arm::On, Some(999), "warming up")?;
        let recording = ran.recording().and_then(|path| Recording::open(path).ok());
        Ok(Abilities {
            records: recording.is_some(),
            samples: recording.is_some_and(|recording| recording.sampling().is_some()),
        })
    }
}

fn can_perf(hz: u32, program: &Program<'_>) -> bool {
    let mut arguments = program::perf(hz, &program.file("perf.data"));
    arguments.push("true".into());
    let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    cfg!(target_os = "linux") && program.can_run("perf", &arguments)
}
