//! A bounded run of the fuzz targets.
//!
//! The same targets run twice: by `fuzz/tests/mutations.rs`, which needs nothing but cargo, and by
//! libFuzzer where `cargo fuzz` is installed (`cargo install cargo-fuzz`). What libFuzzer finds new
//! is kept under `target/fuzz/`, where the next run finds it.

use crate::cargo;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Mutations without libFuzzer: about two minutes of one processor.
const EXECUTIONS: usize = 1_000_000;

/// How long libFuzzer has for each target.
const SECONDS: &str = "-max_total_time=5";

/// Where libFuzzer finds the corpus of each target, and leaves what it finds.
const FOUND: &str = "target/fuzz";

/// Runs both and prints how many executions there were.
pub fn run() -> Result<(), String> {
    let mut executions = mutations()?;
    if cargo::command(&["fuzz", "--version"]).output().is_ok_and(|done| done.status.success()) {
        cargo::run(&["run", "--package", "spanfire-fuzz", "--bin", "corpus", "unpack", FOUND])?;
        for name in names()? {
            executions += libfuzzer(&name)?;
        }
    } else {
        println!("   no cargo-fuzz here: without libFuzzer (cargo install cargo-fuzz)");
    }
    println!("   fuzz: {executions} executions");
    Ok(())
}

fn mutations() -> Result<u64, String> {
    let build = ["test", "--profile", "fuzz", "--package", "spanfire-fuzz", "--test", "mutations"];
    cargo::run(&[&build[..], &["--no-run"]].concat())?;
    let arguments = [&build[..], &["--", "--nocapture"]].concat();
    let processes = std::thread::available_parallelism().map_or(1, usize::from);
    let share = |seed: usize| {
        let mut command = cargo::command(&arguments);
        let executions = EXECUTIONS.div_ceil(processes);
        command.env("SPANFIRE_FUZZ_EXECUTIONS", executions.to_string());
        command.env("SPANFIRE_FUZZ_SEED", seed.to_string()).stdout(Stdio::piped());
        counted(command, &arguments, "fuzz: ")
    };
    // Processes of their own, since a target's memory is held against the process's.
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..processes).map(|seed| scope.spawn(move || share(seed))).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("a panic".into()))).sum()
    })
}

/// The targets of `fuzz/libfuzzer`: one file each.
fn names() -> Result<Vec<String>, String> {
    let folder = cargo::root().join("fuzz/libfuzzer/fuzz_targets");
    let files =
        std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = files
        .flatten()
        .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// One target. The code has no `unsafe` that a sanitizer could watch, so there is none.
fn libfuzzer(name: &str) -> Result<u64, String> {
    let known = format!("{FOUND}/{name}");
    let mut arguments = vec!["fuzz", "run", "--fuzz-dir", "fuzz/libfuzzer", "--sanitizer", "none"];
    arguments.extend([name, &known]);
    arguments.extend(["--", SECONDS, "-max_len=4096", "-timeout=20", "-print_final_stats=1"]);
    let mut command = cargo::command(&arguments);
    // What cargo-fuzz asks of the compiler is not stable.
    command.env("RUSTC_BOOTSTRAP", "1").stderr(Stdio::piped());
    counted(command, &arguments, "stat::number_of_executed_units: ")
}

/// Runs a command and gives the number behind `words` in what it prints, if it succeeds; all else
/// is shown if it does not.
fn counted(mut command: Command, arguments: &[&str], words: &str) -> Result<u64, String> {
    let shown = arguments.join(" ");
    println!("   cargo {shown}");
    let mut child = command.spawn().map_err(|error| format!("cargo does not start: {error}"))?;
    let (mut printed, mut count) = (Vec::new(), None);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let outputs: [Option<Box<dyn std::io::Read>>; 2] =
        [stdout.map(|out| Box::new(out) as _), stderr.map(|out| Box::new(out) as _)];
    for output in outputs.into_iter().flatten() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            count = number_behind(&line, words).or(count);
            printed.push(line);
        }
    }
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    match count {
        Some(count) if status.success() => Ok(count),
        _ => {
            printed.iter().for_each(|line| println!("{line}"));
            Err(format!("cargo {shown}: {status}"))
        }
    }
}

fn number_behind(line: &str, words: &str) -> Option<u64> {
    let (_, rest) = line.split_once(words)?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number_behind;

    #[test]
    fn executions_are_read_from_what_both_print() {
        assert_eq!(number_behind("fuzz: 12 executions of mutations", "fuzz: "), Some(12));
        let line = "stat::number_of_executed_units: 345";
        assert_eq!(number_behind(line, "stat::number_of_executed_units: "), Some(345));
        assert_eq!(number_behind("fuzz: none", "fuzz: "), None);
    }
}
