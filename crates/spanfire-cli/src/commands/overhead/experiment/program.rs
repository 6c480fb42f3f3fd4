//! One run of the program after the other.

use super::interrupt::Interrupt;
use crate::failure::Failure;
use spanfire_render::tables::printable;
use spanfire_views::{Arm, Sampler};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;
use tempfile::TempDir;

/// What is recorded into here is thrown away.
#[cfg(unix)]
const NOWHERE: &str = "/dev/null";
#[cfg(not(unix))]
const NOWHERE: &str = "NUL";

/// Of what a program that fails wrote last, so much is shown.
const SHOWN_LINES: usize = 5;
const SHOWN_BYTES: u64 = 4_096;

/// A command that is run many times.
pub struct Program<'a> {
    command: &'a [OsString],
    shows_output: bool,
    interrupt: &'a Interrupt,
    folder: TempDir,
}

/// Why a run gave nothing.
pub enum Stopped {
    /// The user has seen enough.
    Interrupted,
    /// The program failed, or cannot be run.
    Failed(Failure),
}

/// A run that came to its end.
pub struct Ran {
    pub wall_ns: u64,
    pub cpu_ns: Option<u64>,
    recording: PathBuf,
}

impl Ran {
    /// The recording, if there is one; until the next run.
    pub fn recording(&self) -> Option<&Path> {
        self.recording.is_file().then_some(self.recording.as_path())
    }
}

impl<'a> Program<'a> {
    /// A program whose runs have their files in a folder of their own.
    pub fn new(
        command: &'a [OsString],
        shows_output: bool,
        interrupt: &'a Interrupt,
    ) -> Result<Program<'a>, Failure> {
        let folder = tempfile::Builder::new().prefix("spanfire-overhead-").tempdir();
        let folder = folder.map_err(|error| {
            let parent = std::env::temp_dir();
            Failure::bad(&parent, format!("cannot write: {error}; set TMPDIR to another folder"))
        })?;
        Ok(Program { command, shows_output, interrupt, folder })
    }

    /// Runs it under `arm`; `which` run it is, is said if it fails.
    pub fn run(&self, arm: Arm, which: &str) -> Result<Ran, Stopped> {
        self.clear();
        let (status, ran) = self.measured(&mut self.prepared(arm))?;
        match status.success() {
            true => Ok(ran),
            false => Err(Stopped::Failed(self.failed(status, arm, which))),
        }
    }

    /// Runs it recorded, with spanfire's own sampler beside; nothing if it fails, as it does where it
    /// has no sampler.
    pub fn run_sampled(&self, hz: u32) -> Result<Option<Ran>, Stopped> {
        self.clear();
        let mut command = self.prepared(Arm::On);
        let (status, ran) = self.measured(command.env("SPANFIRE_SAMPLE", hz.to_string()))?;
        Ok(status.success().then_some(ran))
    }

    /// Whether another program, which is there to help, runs without a complaint.
    pub fn can_run(&self, program: &str, arguments: &[&OsStr]) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let succeeded = command.status().is_ok_and(|status| status.success());
        self.clear();
        succeeded
    }

    /// Where a run may write `name`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn prepared(&self, arm: Arm) -> Command {
        let mut command = match arm {
            Arm::Sampled { hz, by: Sampler::Perf } => {
                let mut command = Command::new("perf");
                command.args(perf(hz, &self.file("perf.data"))).args(self.command);
                command
            }
            _ => {
                let mut command = Command::new(&self.command[0]);
                command.args(&self.command[1..]);
                command
            }
        };
        command.env("SPANFIRE", if matches!(arm, Arm::On | Arm::Nowhere) { "on" } else { "off" });
        match arm {
            Arm::Nowhere => command.env("SPANFIRE_OUT", NOWHERE),
            _ => command.env("SPANFIRE_OUT", self.file("run.spanfire")),
        };
        match arm {
            Arm::Sampled { hz, by: Sampler::Spanfire } => {
                command.env("SPANFIRE", "samples").env("SPANFIRE_SAMPLE", hz.to_string())
            }
            _ => command.env_remove("SPANFIRE_SAMPLE"),
        };
        command
    }

    fn measured(&self, command: &mut Command) -> Result<(ExitStatus, Ran), Stopped> {
        let bad = |error: io::Error| Stopped::Failed(Failure::Bad(format!("cannot run: {error}")));
        let (stdout, stderr) = self.outputs().map_err(bad)?;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let cpu_before = children_cpu_ns();
        let began = Instant::now();
        let child = command.spawn().map_err(|error| {
            let program = command.get_program().display();
            Stopped::Failed(Failure::Usage(format!("cannot run `{program}`: {error}")))
        })?;
        let status = self.interrupt.wait_for(child).map_err(bad)?;
        let wall_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if self.interrupt.happened() {
            return Err(Stopped::Interrupted);
        }
        let cpu_ns = children_cpu_ns().zip(cpu_before).map(|(after, before)| after - before);
        Ok((status, Ran { wall_ns, cpu_ns, recording: self.file("run.spanfire") }))
    }

    /// What the program writes is thrown away but for what it says when it fails.
    fn outputs(&self) -> io::Result<(Stdio, Stdio)> {
        match self.shows_output {
            true => Ok((Stdio::from(io::stderr()), Stdio::inherit())),
            false => Ok((Stdio::null(), Stdio::from(File::create(self.file("stderr"))?))),
        }
    }

    fn failed(&self, status: ExitStatus, arm: Arm, which: &str) -> Failure {
        let lines = last_lines(&self.file("stderr")).unwrap_or_default();
        for line in &lines {
            let _ = writeln!(io::stderr(), "{}", printable(line));
        }
        let said = if lines.is_empty() { "" } else { "; what it wrote last stands above" };
        let arm = arm.name();
        Failure::Bad(format!("the program failed under `{arm}` ({which}): {status}{said}"))
    }

    /// Removes what the last run left.
    fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).into_iter().flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The arguments of `perf` before those of the program. It neither looks for build ids nor keeps
/// them, which takes time after the program's end.
pub fn perf(hz: u32, output: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["record", "-q", "-B", "-N", "--no-bpf-event", "-g", "-e", "cpu-clock:u", "-F"]
            .map(OsString::from)
            .into();
    arguments.push(hz.to_string().into());
    arguments.extend(["-o".into(), output.into(), "--".into()]);
    arguments
}

fn last_lines(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Ok(lines[lines.len().saturating_sub(SHOWN_LINES)..].to_vec())
}

/// The processor time of all children that have ended, and theirs.
#[cfg(unix)]
fn children_cpu_ns() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    u64::try_from(us).ok().map(|us| us * 1_000)
}

#[cfg(not(unix))]
fn children_cpu_ns() -> Option<u64> {
    None
}
