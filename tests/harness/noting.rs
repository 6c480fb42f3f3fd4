//! Runs `programs/noting.rs` and holds the recording it leaves against its notes.

use crate::{Followed, Notes, Performance, Script, follow, wait_until};
use spanfire_recording::{Form, Recording};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// What a noting program does.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// The recorder's form.
    pub form: Form,
    /// What decides the scripts.
    pub seed: u64,
    /// How many threads there are; of a storm, one after the other.
    pub threads: usize,
    /// The recorder's buffer, in bytes.
    pub buffer: u64,
    /// What they do, in the program's words: `threads`, `fresh` or `storm`.
    pub play: &'static str,
    /// How it ends, in the program's words.
    pub ending: &'static str,
}

/// Steps of each thread of a storm.
pub const STORM_STEPS: u64 = 40;

/// A running noting program.
pub struct Noting {
    /// What it does.
    pub scene: Scene,
    /// Its process.
    pub process: Child,
    /// What it notes.
    pub notes: Notes,
    output: PathBuf,
    /// Open to the end: a program that cannot say what it does would end otherwise.
    said: Lines<BufReader<ChildStdout>>,
}

impl Scene {
    /// What thread `thread` does.
    pub fn script(&self, thread: usize) -> Script {
        let script = Script::new(self.seed, thread);
        match self.play {
            "threads" => script,
            "fresh" => script.with_fresh_sites(),
            "storm" => script.with_fresh_sites().of_steps(STORM_STEPS),
            other => panic!("no play {other}"),
        }
    }

    /// Starts `program` (`CARGO_BIN_EXE_noting`, maybe run by another), to record to `output`. Its
    /// notes are in `folder`.
    pub fn start(self, mut program: Command, output: &Path, folder: &Path) -> Noting {
        let notes = Notes::create(&folder.join("notes"), self.threads);
        let form = if self.form == Form::Layer { "layer" } else { "subscriber" };
        let mut process = program
            .arg(form)
            .args([output, notes.path()])
            .args([&self.seed.to_string(), &self.buffer.to_string(), self.play, self.ending])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program that starts");
        let said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Noting { scene: self, process, notes, output: output.to_owned(), said }
    }
}

impl Noting {
    /// Waits until the program says `line`.
    #[track_caller]
    pub fn wait_for(&mut self, line: &str) {
        let said = self.said.by_ref().map_while(Result::ok).any(|said| said == line);
        assert!(said, "the program ended before it said {line}");
    }

    /// Waits until every thread has noted a step.
    pub fn wait_for_all(&self) {
        let each = || self.notes.steps().iter().all(|&steps| steps > 0);
        wait_until("threads that record", || each().then_some(()));
    }

    /// Asks it to finish, and gives the last that it says.
    pub fn finish(&mut self) -> String {
        let mut ask = self.process.stdin.take().expect("asked once");
        ask.write_all(b"\n").expect("a program that listens");
        let said = self.said.by_ref().map_while(Result::ok).last();
        self.process.wait().expect("a process that ended");
        said.expect("the program says how it ended")
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("a process that ended");
    }

    /// How many steps all its threads have noted.
    pub fn steps(&self) -> u64 {
        self.notes.steps().into_iter().sum()
    }

    /// What the recording holds of that which was noted, all threads together.
    ///
    /// # Errors
    /// If it cannot be opened, contradicts a script, or does not know of everything that was noted.
    pub fn followed(&self) -> Result<(Followed, Recording), String> {
        let recording = Recording::open(&self.output).map_err(|error| error.to_string())?;
        let steps = self.notes.steps();
        let followed = self.scene.follow(&recording, &steps, &steps)?;
        Ok((followed, recording))
    }
}

impl Scene {
    /// What `recording` holds of the scripts, all threads together, if it knows of all that is noted
    /// in `before`, and of nothing that cannot have happened by what is noted in `after`.
    ///
    /// # Errors
    /// Otherwise, in words.
    pub fn follow(
        &self,
        recording: &Recording,
        before: &[u64],
        after: &[u64],
    ) -> Result<Followed, String> {
        let performances = |steps: &[u64]| {
            let steps = steps.iter().enumerate();
            steps
                .map(|(thread, &steps)| Performance { script: self.script(thread), steps })
                .collect()
        };
        let by_now = follow(recording, performances(after))?;
        let by_then = follow(recording, performances(before))?;
        let mut sum = Followed::default();
        for (thread, (then, now)) in by_then.iter().zip(by_now).enumerate() {
            if then.missing() + now.invented() > 0 {
                let missing: u64 = by_then.iter().map(Followed::missing).sum();
                return Err(format!("{missing} callbacks missing; thread {thread}: {then:?}"));
            }
            sum.recorded += then.recorded;
            sum.lost += then.lost;
            sum.noted += then.noted;
            sum.begun += now.begun;
        }
        Ok(sum)
    }
}

impl Drop for Noting {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
