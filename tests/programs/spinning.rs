//! Spins so often, in so many spans, under what the environment says: the process whose overhead
//! `spanfire overhead` has to find.
//!
//! `spinning SPANS TURNS`. Turns are counted, not timed, so that every run does the same. It ends with
//! an error in the run whose number is in `SPINNING_FAILS`, as counted by the lines in the file
//! `SPINNING_LOG`, to which each run adds one: `SPANFIRE`, `SPANFIRE_OUT`.

use std::fs::OpenOptions;
use std::io::Write;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let number = |index| -> Result<u64, Failure> {
        Ok(std::env::args().nth(index).ok_or("two numbers")?.parse()?)
    };
    let (spans, turns) = (number(1)?, number(2)?);
    let _guard = spanfire::init()?;
    for _ in 0..spans {
        tracing::info_span!("spin").in_scope(|| spin(turns));
    }
    log()
}

fn spin(turns: u64) -> u64 {
    (0..turns).fold(turns, |sum, turn| std::hint::black_box(sum.rotate_left(5) ^ turn))
}

fn log() -> Result<(), Failure> {
    let Some(path) = std::env::var_os("SPINNING_LOG") else { return Ok(()) };
    let said = |name| std::env::var(name).unwrap_or_default();
    let line = format!("{} {}\n", said("SPANFIRE"), said("SPANFIRE_OUT"));
    OpenOptions::new().append(true).create(true).open(&path)?.write_all(line.as_bytes())?;
    let runs = std::fs::read_to_string(&path)?.lines().count();
    match said("SPINNING_FAILS").parse() {
        Ok(failing) if runs == failing => Err("this is the run that fails".into()),
        _ => Ok(()),
    }
}
