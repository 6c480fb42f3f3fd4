//! A named pipe as a disk that the test moves: it takes nothing until it is read, and then as fast
//! as it is read.

use crate::let_pass;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A pipe that nobody reads yet. What is written fills it (64 KiB on Linux), and then waits.
pub struct Pipe {
    path: PathBuf,
    /// Open for reading and writing, so that neither side waits for the other to open it, and the
    /// pipe has no end but the one that is said.
    file: File,
}

/// A pipe that a thread reads.
pub struct Reading {
    path: PathBuf,
    reader: JoinHandle<Vec<u8>>,
}

const GOODBYE: &[u8] = b"the test has written its last byte";

impl Pipe {
    /// Makes one.
    pub fn create(path: &Path) -> Pipe {
        let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
        assert!(made.success());
        let file = OpenOptions::new().read(true).write(true).open(path).expect("a pipe");
        Pipe { path: path.to_owned(), file }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads from now on as fast as it can.
    pub fn read(self) -> Reading {
        self.read_slowly(64 << 10, Duration::ZERO)
    }

    /// Reads `bytes` at most, then lets `pause` pass, and so on.
    pub fn read_slowly(mut self, bytes: usize, pause: Duration) -> Reading {
        let reader = move || {
            let (mut all, mut part) = (Vec::new(), vec![0; bytes]);
            while !all.ends_with(GOODBYE) {
                let count = self.file.read(&mut part).expect("a pipe");
                all.extend_from_slice(&part[..count]);
                if !pause.is_zero() {
                    let_pass(pause);
                }
            }
            all.truncate(all.len() - GOODBYE.len());
            all
        };
        Reading { path: self.path.clone(), reader: thread::spawn(reader) }
    }
}

impl Reading {
    /// All that was read, when the program has written its last byte.
    pub fn bytes(self) -> Vec<u8> {
        std::fs::write(&self.path, GOODBYE).expect("a pipe");
        self.reader.join().expect("a reader")
    }
}
