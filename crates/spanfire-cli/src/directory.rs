//! Where results go that are several files: a directory that appears whole or not at all.

use crate::failure::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A directory for results, opened before the work starts, so that one that cannot be written is found
/// out at once.
///
/// It is made beside its final name and renamed when it is whole; dropped before that, it is removed. A directory
/// that is there already is replaced only if it is empty or has nothing but files of the same names.
pub struct Directory<'a> {
    typed: PathBuf,
    target: PathBuf,
    temporary: Temporary,
    names: &'a [&'a str],
}

impl<'a> Directory<'a> {
    /// Opens `path` for files of these names.
    pub fn open(path: &Path, names: &'a [&'a str]) -> Result<Directory<'a>, Failure> {
        // A symbolic link is followed, as with a file.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        refuse_others(path, &target, names)?;
        let temporary = Temporary::beside(&target).map_err(|error| unwritable(path, &error))?;
        Ok(Directory { typed: path.to_owned(), target, temporary, names })
    }

    /// The files, empty, in the order of their names.
    pub fn files(&self) -> Result<Vec<File>, Failure> {
        let new = |name: &&str| {
            OpenOptions::new().write(true).create_new(true).open(self.temporary.0.join(name))
        };
        let files: io::Result<_> = self.names.iter().map(new).collect();
        files.map_err(|error| unwritable(&self.typed, &error))
    }

    /// Puts it in place and prints its path, so that a script can go on with it.
    pub fn finish(self) -> Result<(), Failure> {
        // While this went on, somebody may have put something there.
        refuse_others(&self.typed, &self.target, self.names)?;
        self.put_in_place().map_err(|error| unwritable(&self.typed, &error))?;
        let line = format!("{}\n", self.typed.display());
        let written = io::stdout().lock().write_all(line.as_bytes());
        written.map_err(|error| Failure::stdout(error.kind(), &error))
    }

    fn put_in_place(&self) -> io::Result<()> {
        if !self.target.exists() {
            return fs::rename(&self.temporary.0, &self.target);
        }
        let before = Temporary::beside(&self.target)?;
        let kept = before.0.join("before");
        fs::rename(&self.target, &kept)?;
        fs::rename(&self.temporary.0, &self.target).inspect_err(|_| {
            let _ = fs::rename(&kept, &self.target);
        })
    }
}

/// Refuses what is there and is no earlier result.
fn refuse_others(typed: &Path, target: &Path, names: &[&str]) -> Result<(), Failure> {
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(Failure::bad(typed, "is a file; the result is a directory: name another"));
        }
        Err(error) => return Err(unwritable(typed, &error)),
    };
    let found: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    match found.iter().find(|found| !names.iter().any(|name| found == name)) {
        None => Ok(()),
        Some(other) => {
            let other = other.display();
            let message =
                format!("holds other files ({other}); name a directory that is new or empty");
            Err(Failure::bad(typed, message))
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::bad(path, format!("cannot write: {error}; choose another place with -o"))
}

/// A directory that is removed unless it is renamed.
struct Temporary(PathBuf);

impl Temporary {
    /// A new directory in the one of `path`, where a rename is one step.
    fn beside(path: &Path) -> io::Result<Temporary> {
        if path.file_name().is_none() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let mut attempt = 0;
        loop {
            let name = format!(".{}-{attempt}.spanfire.tmp", process::id());
            let path = path.with_file_name(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Temporary(path)),
                // Left behind by a killed process that had the same number, or taken by this one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
