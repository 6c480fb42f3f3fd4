//! `spanfire overhead -- CMD…`: a program run with and without recording.
//!
//! Takes a command; runs it under every arm in every round, in random order, one run at a time;
//! gives what each arm costs. Two runs before the rounds warm up, and show whether the program
//! records and samples at all and how many rounds there is time for. Nothing is left behind, in
//! whatever way it ends: each run's files are in a folder that is removed.
//!
//! ```text
//! warm-up: off, on ─► which arms can be ─► how many rounds ─► round ─► … ─► findings ─► table or page
//! ```

mod arms;
mod interrupt;
mod plan;
mod program;

use crate::args::OverheadArgs;
use crate::failure::{Failure, say};
use crate::output::Output;
use crate::progress::Bar;
use arms::Arms;
use interrupt::Interrupt;
use plan::Plan;
use program::{Program, Stopped};
use spanfire_recording::Recording;
use spanfire_render::experiment::{Machine, Sampled, Tried, noise, page, picture, table};
use spanfire_views::{Arm, Experiment, Findings, Recorded, Replay, Run, Selection};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// As a shell reports a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Programs that end sooner are mostly the recorder's start, in ns.
const SHORT_NS: u64 = 200_000_000;

/// Runs `args.command` in every way, and compares.
pub fn experiment(args: &OverheadArgs) -> Result<ExitCode, Failure> {
    if args.selection.is_narrowing() || args.only.is_some() {
        let message =
            "overhead: a program is tried as a whole; name a recording to see a part of it";
        return Err(Failure::Usage(message.to_owned()));
    }
    let budget = plan::budget(&args.experiment)?;
    let output = Output::open_beside(&args.output, &[] as &[&Path])?;
    let interrupt = Interrupt::watched()?;
    let program = Program::new(&args.command, args.experiment.show_output, &interrupt)?;
    let mut session = match Session::begin(args, budget, &program) {
        Ok(session) => session,
        Err(Stopped::Failed(failure)) => return Err(failure),
        Err(Stopped::Interrupted) => {
            say("interrupted before the first round");
            return Ok(ExitCode::from(INTERRUPTED));
        }
    };
    let interrupted = match session.run(&program) {
        Ok(()) => false,
        Err(Stopped::Interrupted) => true,
        Err(Stopped::Failed(failure)) => return Err(failure),
    };
    drop(program);
    session.write(args, output)?;
    Ok(if interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// An experiment on its way.
struct Session {
    experiment: Experiment,
    plan: Plan,
    sampled: BTreeMap<u32, Sampled>,
    notes: Vec<String>,
}

impl Session {
    /// Warms up, finds out what can be run, and plans.
    fn begin(args: &OverheadArgs, budget: u64, program: &Program<'_>) -> Result<Session, Stopped> {
        let arms = Arms::find(&args.experiment.arms, program)?;
        let seed = match args.experiment.seed {
            Some(seed) => seed,
            None => getrandom::u32().map(u64::from).unwrap_or_default(),
        };
        let experiment = Experiment::new(&arms.possible, seed);
        let plan = Plan::of(&args.experiment, budget, arms.round_ns);
        say(&plan.announced(experiment.arms().len()));
        Ok(Session { experiment, plan, sampled: BTreeMap::new(), notes: arms.notes })
    }

    fn run(&mut self, program: &Program<'_>) -> Result<(), Stopped> {
        let bar = Bar::new("running");
        let runs = self.plan.rounds * self.plan.repeats * self.experiment.arms().len();
        for round in 0..self.plan.rounds {
            for arm in self.experiment.order(round, self.plan.repeats) {
                bar.show(self.experiment.runs().len(), runs);
                let number = self.experiment.runs().len() + 1;
                let ran = program.run(arm, &format!("run {number}, round {}", round + 1))?;
                let recorded = self.looked_at(arm, ran.recording());
                let (wall_ns, cpu_ns) = (ran.wall_ns, ran.cpu_ns);
                self.experiment.push(Run { round, arm, wall_ns, cpu_ns, recorded });
            }
        }
        Ok(())
    }

    /// What a run's recording says of itself; nothing if it cannot be read. The times of its run count
    /// all the same.
    fn looked_at(&mut self, arm: Arm, path: Option<&Path>) -> Option<Recorded> {
        let recording = Recording::open(path?).ok()?;
        match arm {
            Arm::On => Recorded::of(&Replay::new(&recording, Selection::default())).ok()?,
            Arm::Sampled { hz, .. } => {
                self.sampled.entry(hz).or_default().add(recording.sampling()?);
                None
            }
            Arm::Off | Arm::OffAgain | Arm::Nowhere => None,
        }
    }

    fn write(self, args: &OverheadArgs, output: Output) -> Result<(), Failure> {
        let findings = self.experiment.findings();
        let mut notes = self.notes;
        notes.extend(self.sampled.iter().filter_map(|(hz, sampled)| sampled.shortfall(*hz)));
        notes.extend(reservations(&findings));
        let words: Vec<_> = args.command.iter().map(|word| word.to_string_lossy()).collect();
        let tried = Tried {
            subject: words.join(" "),
            machine: Machine::here(),
            experiment: self.experiment,
            findings,
            planned_rounds: self.plan.rounds,
            notes,
        };
        output.write(|sink| match args.ending() {
            Some("html") => page(&tried, sink),
            Some("svg") => picture(&tried, sink),
            _ => table(&tried, args.rows().into(), sink),
        })
    }
}

/// What makes the numbers say less than they seem to.
fn reservations(findings: &Findings) -> Vec<String> {
    let off = findings.effects.iter().find(|effect| effect.arm == Arm::Off);
    let median_ns = off.and_then(|off| off.wall).map_or(u64::MAX, |wall| wall.median_ns);
    let short = (median_ns < SHORT_NS).then(|| {
        format!(
            "the program takes {} only: starting a recorder takes some milliseconds by itself, so give the program more to do",
            spanfire_render::duration(median_ns)
        )
    });
    short.into_iter().chain(noise(findings)).collect()
}
