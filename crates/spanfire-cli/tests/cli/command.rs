//! Runs the command in a directory of its own.

use crate::fixture;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A directory with `run.spanfire` in it.
pub struct Desk {
    dir: TempDir,
}

/// What a finished command left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn new() -> Desk {
        let desk = Desk { dir: tempfile::tempdir().unwrap() };
        fs::write(desk.path("run.spanfire"), fixture::recording()).unwrap();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files, hidden ones too, in order.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spanfire"));
        command.current_dir(self.dir.path()).args(arguments.iter().map(OsStr::new));
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output of a command that must succeed and say nothing else.
    #[track_caller]
    pub fn stdout(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        ran.stdout
    }

    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.stdout(arguments)).unwrap()
    }

    /// Checks that a command fails with `code` and one line on standard error that holds `parts`,
    /// writes nothing to standard output, and leaves no file.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str], code: i32, parts: &[&str]) {
        let before = self.files();
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{arguments:?}: {ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{:?}", ran.stderr);
        assert!(ran.stderr.starts_with("spanfire: "), "{:?}", ran.stderr);
        for part in parts {
            assert!(ran.stderr.contains(part), "{part:?} is not in {:?}", ran.stderr);
        }
        assert_eq!(self.files(), before);
    }
}
