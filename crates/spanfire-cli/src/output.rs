//! Where results go: standard output, or a file that appears whole or not at all.

use crate::failure::Failure;
use spanfire_render::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A place for a result, opened before the work starts, so that one that cannot be written is
/// found out at once.
///
/// A file is written beside its final name and renamed when it is whole; dropped before that, it
/// is removed. What already exists and is no ordinary file (a device, a pipe) is written directly.
pub struct Output {
    typed: PathBuf,
    place: Place,
}

enum Place {
    Stdout,
    Direct { file: File },
    Renamed { target: PathBuf, temporary: Temporary },
}

impl Output {
    /// Opens `path`, where `-` is standard output. `recording` is the file being read, which is
    /// never written over.
    pub fn open(path: &Path, recording: &Path) -> Result<Output, Failure> {
        Output::open_beside(path, &[recording])
    }

    /// The same where several recordings are read.
    pub fn open_beside(path: &Path, recordings: &[impl AsRef<Path>]) -> Result<Output, Failure> {
        let typed = path.to_owned();
        match path.as_os_str() == "-" {
            true => Ok(Output { typed, place: Place::Stdout }),
            false => Ok(Output { typed, place: place(path, recordings)? }),
        }
    }

    /// Writes what `content` gives, and puts it in place. The path of a file is printed, so that a
    /// script can go on with it.
    pub fn write(
        self,
        content: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
    ) -> Result<(), Failure> {
        let line = match self.place {
            Place::Renamed { .. } => format!("{}\n", self.typed.display()),
            Place::Stdout | Place::Direct { .. } => String::new(),
        };
        self.write_unsaid(content)?;
        match line.is_empty() {
            true => Ok(()),
            false => write_stdout(|sink| Ok(sink.write_all(line.as_bytes())?)),
        }
    }

    /// The same without printing the path: for a result beside another that goes to standard output.
    pub fn write_unsaid(
        self,
        content: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
    ) -> Result<(), Failure> {
        let bad = |error| Failure::bad(&self.typed, error);
        match self.place {
            Place::Stdout => write_stdout(content),
            Place::Direct { file } => buffered(&file, content).map_err(bad),
            Place::Renamed { target, temporary } => {
                buffered(&temporary.file, content).map_err(bad)?;
                let renamed = temporary.rename_to(&target);
                renamed.map_err(|error| unwritable(&self.typed, &error))
            }
        }
    }
}

fn place(path: &Path, recordings: &[impl AsRef<Path>]) -> Result<Place, Failure> {
    // A symbolic link is followed, as an ordinary write would; a missing file stays as typed.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut read = recordings.iter().filter_map(|path| fs::canonicalize(path).ok());
    if read.any(|recording| recording == target) {
        let message = format!("{}: the output would replace the recording", path.display());
        return Err(Failure::Usage(message));
    }
    let opened = match fs::metadata(&target) {
        Ok(found) if found.is_dir() => {
            return Err(Failure::bad(path, "is a directory; name a file in it"));
        }
        Ok(found) if !found.is_file() => {
            OpenOptions::new().write(true).open(&target).map(|file| Place::Direct { file })
        }
        _ => Temporary::beside(&target).map(|temporary| Place::Renamed { target, temporary }),
    };
    opened.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::bad(path, format!("cannot write: {error}; choose another place with -o"))
}

fn write_stdout(content: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<(), Failure> {
    buffered(io::stdout().lock(), content).map_err(|error| Failure::stdout(error.io_kind(), &error))
}

fn buffered(
    sink: impl Write,
    content: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut sink = BufWriter::new(sink);
    content(&mut sink)?;
    Ok(sink.flush()?)
}

/// A file that is removed unless it is renamed.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    /// A new file in the directory of `path`, where a rename is one step.
    fn beside(path: &Path) -> io::Result<Temporary> {
        if path.file_name().is_none() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let mut attempt = 0;
        loop {
            let name = format!(".{}-{attempt}.spanfire.tmp", process::id());
            let path = path.with_file_name(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Temporary { path, file }),
                // Left behind by a killed process that had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts the file in place; the drop after that finds nothing to remove.
    fn rename_to(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
