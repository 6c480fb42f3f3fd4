//! A disk that is full: the program goes on, and every event is recorded or counted.
//!
//! Two kinds. A file system in memory that the test fills, where the test may mount one; and a limit
//! on the size of files, which works everywhere and which the test can raise. In both the writes of
//! the collector fail, with one error or the other.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use spanfire_recording::{Form, tail::TailState};
use spanfire_tests::{FORMS, Noting, Scene, SmallDisk, wait_until};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A chunk for each thread.
const THREADS: usize = 4;
const BUFFER: u64 = 256 << 10;

/// Steps that all threads go on for when the disk is full: far more than the buffer takes.
const FULL_STEPS: u64 = 40_000;

/// What a file may grow by before it is at its limit.
const LIMIT_BYTES: u64 = 64 << 10;

enum Disk {
    Small(SmallDisk),
    Limited(TempDir),
}

/// A program that records to a disk which is full by now.
struct Full {
    noting: Noting,
    output: PathBuf,
    disk: Disk,
    /// The program's notes are not on that disk.
    _elsewhere: TempDir,
}

impl Disk {
    /// The kinds that this machine has.
    fn all() -> Vec<Disk> {
        let limited = Disk::Limited(tempfile::tempdir().expect("a folder"));
        let small = SmallDisk::mounted(16 << 20);
        if small.is_none() {
            println!("no file system can be mounted here: tested with a limit on files only");
        }
        small.map(Disk::Small).into_iter().chain([limited]).collect()
    }

    fn path(&self) -> &Path {
        match self {
            Disk::Small(disk) => disk.path(),
            Disk::Limited(folder) => folder.path(),
        }
    }

    /// How a program is started there. One that writes beyond the limit would be killed, unless the
    /// signal is ignored.
    fn program(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_noting");
        match self {
            Disk::Small(_) => Command::new(program),
            Disk::Limited(_) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", program]);
                shell
            }
        }
    }

    fn fill(&self, noting: &Noting, output: &Path) {
        match self {
            Disk::Small(disk) => disk.fill(),
            Disk::Limited(_) => limit(noting, Some(size(output) + LIMIT_BYTES)),
        }
    }

    fn make_room(&self, noting: &Noting) {
        match self {
            Disk::Small(disk) => disk.make_room(),
            Disk::Limited(_) => limit(noting, None),
        }
    }
}

fn limit(noting: &Noting, bytes: Option<u64>) {
    let process = Some(Pid::from_child(&noting.process));
    let limit = Rlimit { current: bytes, maximum: None };
    prlimit(process, Resource::Fsize, limit).expect("a limit of a child");
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).expect("the recording").len()
}

impl Full {
    fn start(form: Form, disk: Disk) -> Full {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let output = disk.path().join("run.spanfire");
        let (play, ending) = ("threads", "asked");
        let scene = Scene { form, seed: 7, threads: THREADS, buffer: BUFFER, play, ending };
        let mut noting = scene.start(disk.program(), &output, elsewhere.path());
        noting.wait_for("ready");
        // Each has its chunk: one that begins on a full disk has none that outlives the process.
        noting.wait_for_all();
        disk.fill(&noting, &output);
        let mut full = Full { noting, output, disk, _elsewhere: elsewhere };
        full.wait_until_full();
        full
    }

    /// Until the file has not grown while the threads did very much.
    fn wait_until_full(&mut self) {
        wait_until("a disk that is full", || {
            let (bytes, steps) = (size(&self.output), self.noting.steps());
            wait_until("steps", || (self.noting.steps() > steps + FULL_STEPS).then_some(()));
            (size(&self.output) == bytes).then_some(())
        });
    }
}

/// [T51] What could not be written is in the tail file, and what found no room there is counted.
#[test]
fn a_recording_that_ends_on_a_full_disk_says_so_and_has_or_counts_every_event() {
    for form in FORMS {
        for disk in Disk::all() {
            let mut full = Full::start(form, disk);
            let said = full.noting.finish();
            assert!(said.contains("space") || said.contains("too large"), "{form:?}: {said}");
            let (followed, recording) = full.noting.followed().expect("every event");
            assert!(followed.lost > 0, "{form:?}: {followed:?}");
            let TailState::Taken(tail) = recording.tail() else { panic!("{:?}", recording.tail()) };
            let lost = format!("{} events are lost", tail.lost_events);
            assert!(said.contains(&lost), "{form:?}: {said}, in the tail file {tail:?}");
        }
    }
}

/// [T51] What the collector could not write it keeps, and tries again.
#[test]
fn a_disk_that_was_full_for_a_while_leaves_a_whole_recording_with_counted_losses() {
    for form in FORMS {
        for disk in Disk::all() {
            let mut full = Full::start(form, disk);
            let bytes = size(&full.output);
            full.disk.make_room(&full.noting);
            wait_until("more in the file", || (size(&full.output) > bytes).then_some(()));
            assert_eq!(full.noting.finish(), "finished", "{form:?}");
            let (followed, recording) = full.noting.followed().expect("every event");
            assert!(followed.lost > 0, "{form:?}: {followed:?}");
            assert!(recording.cut().is_none(), "{form:?}: {:?}", recording.cut());
        }
    }
}

/// [T51] [T54b]
#[test]
fn a_process_killed_on_a_full_disk_has_or_counts_every_event() {
    for form in FORMS {
        for disk in Disk::all() {
            let mut full = Full::start(form, disk);
            full.noting.kill();
            let (followed, _) = full.noting.followed().expect("every event");
            assert!(followed.lost > 0, "{form:?}: {followed:?}");
        }
    }
}
