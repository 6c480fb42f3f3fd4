//! `spanfire overhead -- CMD…`: how a program is tried.

use clap::Args;
use std::str::FromStr;

/// Flags that mean something with a program only.
#[derive(Debug, Args)]
#[command(next_help_heading = "Trying a program")]
pub struct ExperimentArgs {
    /// How often every arm is run [default: as often as --duration allows, 5 times at least]
    #[arg(long, value_name = "N", conflicts_with_all = ["file", "duration"], value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: Option<u32>,
    /// How long it may take altogether, about
    #[arg(long, value_name = "TIME", conflicts_with = "file", default_value = "60s")]
    pub duration: String,
    /// What to run it under, besides without a recorder, twice: `on` is a recording, `nowhere` one
    /// that is thrown away, and a number a sampler with as many samples a second
    #[arg(
        long,
        value_name = "ARMS",
        conflicts_with = "file",
        value_delimiter = ',',
        default_value = "on,nowhere,99,999,4999"
    )]
    pub arms: Vec<ArmWord>,
    /// What the order of runs is drawn from; the same seed gives the same order [default: by chance]
    #[arg(long, value_name = "N", conflicts_with = "file")]
    pub seed: Option<u64>,
    /// Let through what the program writes, to standard error; otherwise it is thrown away
    #[arg(long, conflicts_with = "file")]
    pub show_output: bool,
}

/// An arm as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArmWord {
    /// A recording.
    On,
    /// A recording that is thrown away.
    Nowhere,
    /// A sampler.
    Hz(u32),
}

impl FromStr for ArmWord {
    type Err = String;

    fn from_str(word: &str) -> Result<ArmWord, String> {
        match word {
            "on" => Ok(ArmWord::On),
            "nowhere" => Ok(ArmWord::Nowhere),
            number => match number.parse() {
                Ok(hz @ 1..=100_000) => Ok(ArmWord::Hz(hz)),
                Ok(_) => Err("a sampler takes 1 to 100000 samples a second".to_owned()),
                Err(_) => Err("name on, nowhere, or a number of samples a second".to_owned()),
            },
        }
    }
}
