//! How many rounds there is time for.

use crate::args::ExperimentArgs;
use crate::failure::Failure;
use crate::time::parse_ns;
use spanfire_render::tables::counted;

/// Fewer rounds give no interval.
const ROUNDS_MIN: usize = 5;

/// Where there is time for more rounds, arms are run several times in each instead.
const ROUNDS_MAX: usize = 50;
const REPEATS_MAX: usize = 20;

/// How often every arm is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Rounds.
    pub rounds: usize,
    /// Runs of an arm in a round.
    pub repeats: usize,
    round_ns: u64,
}

/// How long the experiment may take, in ns.
pub fn budget(args: &ExperimentArgs) -> Result<u64, Failure> {
    parse_ns(&args.duration).filter(|&ns| ns > 0).ok_or_else(|| {
        Failure::Usage(format!("--duration {}: not a time; try 60s or 5min", args.duration))
    })
}

impl Plan {
    /// What was asked for, else what fits where a run of every arm takes `round_ns`.
    pub fn of(args: &ExperimentArgs, budget_ns: u64, round_ns: u64) -> Plan {
        if let Some(rounds) = args.rounds {
            return Plan { rounds: rounds as usize, repeats: 1, round_ns };
        }
        let fit = (budget_ns / round_ns.max(1)) as usize;
        let rounds = fit.clamp(ROUNDS_MIN, ROUNDS_MAX);
        Plan { rounds, repeats: (fit / rounds).clamp(1, REPEATS_MAX), round_ns }
    }

    /// What is about to happen, and how long it takes.
    pub fn announced(&self, arms: usize) -> String {
        let runs = self.rounds * self.repeats * arms;
        let times = (self.rounds * self.repeats) as u64;
        let seconds = (times * self.round_ns).div_ceil(1_000_000_000);
        let time = match seconds {
            0..120 => format!("{seconds} s"),
            _ => format!("{} min", seconds.div_ceil(60)),
        };
        let repeated = match self.repeats {
            1 => String::new(),
            repeats => format!(", {repeats} times each"),
        };
        let rounds = counted(self.rounds as u64, "round");
        format!("{rounds} of {arms} arms{repeated}: {runs} runs, about {time}")
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::args::{Cli, Command, ExperimentArgs};
    use clap::Parser;

    fn typed(flags: &[&str]) -> ExperimentArgs {
        let words = [&["spanfire", "overhead"], flags, &["--", "true"]].concat();
        match Cli::try_parse_from(words).unwrap().command {
            Command::Overhead(args) => args.experiment,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(flags: &[&str], run_ms: u64, rounds: usize, repeats: usize) {
        let args = typed(flags);
        let budget = super::budget(&args).unwrap();
        let plan = Plan::of(&args, budget, 7 * run_ms * 1_000_000);
        assert_eq!((plan.rounds, plan.repeats), (rounds, repeats));
    }

    #[test]
    fn a_minute_is_filled_with_rounds_and_short_programs_run_several_times_in_each() {
        check(&[], 10_000, 5, 1);
        check(&[], 400, 21, 1);
        check(&["--duration", "2min"], 400, 42, 1);
        check(&[], 40, 50, 4);
        check(&[], 1, 50, 20);
        check(&["--rounds", "3"], 1, 3, 1);
    }

    #[test]
    fn a_duration_that_is_none_is_refused() {
        for wrong in ["5", "0s", "soon"] {
            super::budget(&typed(&["--duration", wrong])).unwrap_err();
        }
    }

    #[test]
    fn a_plan_says_how_long_it_takes() {
        let plan = Plan { rounds: 5, repeats: 1, round_ns: 70_000_000_000 };
        assert_eq!(plan.announced(7), "5 rounds of 7 arms: 35 runs, about 6 min");
        let plan = Plan { rounds: 50, repeats: 4, round_ns: 280_000_000 };
        assert_eq!(plan.announced(7), "50 rounds of 7 arms, 4 times each: 1400 runs, about 56 s");
    }
}
