//! The README's test command: all tests of the workspace, with one summary at the end.
//!
//! The viewer's tests come first, where a browser is; where none is, a line says what is missing, and
//! continuous integration fails.
//!
//! Cargo's own runner prints a summary for each of its binaries. Its output is passed on line by
//! line as it comes; the summaries are added up and stand once more, in the runner's own words, on
//! the last line.

use crate::{cargo, viewer};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Builds and runs all tests, doctests included, past the first failure.
pub fn run() -> Result<(), String> {
    need("cc", "a C compiler, which SQLite is built with (Debian: apt-get install gcc libc6-dev)")?;
    let viewer = match viewer::missing() {
        None => viewer::browser(),
        Some(missing) if std::env::var_os("CI").is_some() => Err(missing),
        Some(missing) => {
            println!("   the viewer's tests are left out: {missing}");
            Ok(())
        }
    };
    if let Err(problem) = &viewer {
        println!("   {problem}");
    }
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    println!("   cargo {}", arguments.join(" "));
    let mut child = cargo::command(&arguments)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    let mut sum = Summary::default();
    if let Some(output) = child.stdout.take() {
        let mut stdout = std::io::stdout();
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| format!("cargo's output: {error}"))?;
            sum.read(&line);
            writeln!(stdout, "{line}").map_err(|error| format!("stdout: {error}"))?;
        }
    }
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    println!("\n{}", sum.line(status.success()));
    match (status.success(), sum.passed) {
        (true, 0) => Err("no test ran".into()),
        (true, _) => viewer,
        (false, _) => Err(format!("cargo test: {status}")),
    }
}

fn need(program: &str, meaning: &str) -> Result<(), String> {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if found { Ok(()) } else { Err(format!("missing: {meaning}")) }
}

/// The runner's summaries, added up.
#[derive(Default)]
struct Summary {
    binaries: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Summary {
    /// Adds `test result: ok. 3 passed; 0 failed; 1 ignored; …`; passes over every other line.
    fn read(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        self.binaries += 1;
        for part in counts.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }

    fn line(&self, succeeded: bool) -> String {
        let verdict = if succeeded { "ok" } else { "FAILED" };
        format!(
            "test result: {verdict}. {} passed; {} failed; {} ignored; in {} test binaries",
            self.passed, self.failed, self.ignored, self.binaries
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn summaries_of_all_binaries_are_added_up() {
        let mut sum = Summary::default();
        sum.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        sum.read("test a_test ... ok");
        sum.read("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s");
        assert_eq!(
            sum.line(false),
            "test result: FAILED. 5 passed; 1 failed; 1 ignored; in 2 test binaries"
        );
    }
}
