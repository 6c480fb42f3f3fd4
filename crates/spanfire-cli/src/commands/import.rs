//! `spanfire import`.

use crate::args::ImportArgs;
use crate::failure::{Failure, say};
use crate::output::Output;
use crate::progress::Bar;
use crate::time::parse_ns;
use spanfire_import::{ErrorKind, Format, Options, Profile, Unit};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes a recording of another tool's profile. What it was taken for, and what it lacks, is said in one line on
/// standard error.
pub fn import(args: &ImportArgs) -> Result<ExitCode, Failure> {
    let options = options(args)?;
    let path = output_path(args)?;
    let from_stdin = args.file.as_os_str() == "-";
    // Opened before the output is: a name typed wrong leaves nothing behind.
    let file = match from_stdin {
        true => None,
        false => Some(open(&args.file)?),
    };
    let output = Output::open(&path, &args.file)?;
    let profile = match file {
        Some(file) => spanfire_import::read(Shown::of(file), &options),
        None => spanfire_import::read(io::stdin().lock(), &options),
    };
    let profile = profile.map_err(|error| refused(args, &error))?;
    let said = said(&profile);
    output.write(|sink| Ok(profile.write(sink).map(drop)?))?;
    say(&format!("{}: {said}", name(&args.file)));
    Ok(ExitCode::SUCCESS)
}

/// A file that shows how much of it was read.
struct Shown {
    file: File,
    bar: Bar,
    read: u64,
    /// 0 where it is not known, as of a pipe.
    size: u64,
}

impl Shown {
    fn of(file: File) -> Shown {
        let size = file.metadata().map_or(0, |found| found.len());
        Shown { file, bar: Bar::new("reading"), read: 0, size }
    }
}

impl Read for Shown {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.read += read as u64;
        if self.size > 0 {
            self.bar.show(self.read as usize, self.size as usize);
        }
        Ok(read)
    }
}

fn options(args: &ImportArgs) -> Result<Options, Failure> {
    let unit = args.unit.as_deref().map(unit).transpose()?;
    Ok(Options {
        format: args.format.into(),
        unit,
        event: args.event.clone(),
        sample_type: args.sample_type.clone(),
    })
}

/// A time begins with a digit, and nothing that is counted does.
fn unit(typed: &str) -> Result<Unit, Failure> {
    let bad = || {
        Failure::Usage(format!(
            "--unit: `{typed}` is neither a time above zero, such as 1ns or 10ms, nor a word, such as samples"
        ))
    };
    if typed.starts_with(|first: char| first.is_ascii_digit()) {
        return parse_ns(typed).filter(|&ns| ns > 0).map(Unit::Time).ok_or_else(bad);
    }
    // `ns` alone is meant as a time, and would be shown as one.
    if let Some(ns) = parse_ns(&format!("1{typed}")) {
        return Ok(Unit::Time(ns));
    }
    match typed.trim().is_empty() {
        true => Err(bad()),
        false => Ok(Unit::Of(typed.to_owned())),
    }
}

/// Where the recording goes. A recording that is there already is replaced only by name.
fn output_path(args: &ImportArgs) -> Result<PathBuf, Failure> {
    if let Some(path) = &args.output {
        return Ok(path.clone());
    }
    if args.file.as_os_str() == "-" {
        let message = "import: standard input has no name; name the recording with -o";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut path = args.file.clone();
    if path.extension().is_some_and(|ending| ending == "gz") {
        path.set_extension("");
    }
    path.set_extension("spanfire");
    match path.exists() {
        true => Err(Failure::Usage(format!(
            "{}: is there already; name the recording with -o",
            path.display()
        ))),
        false => Ok(path),
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let file =
        File::open(path).map_err(|error| Failure::bad(path, format!("cannot read: {error}")))?;
    match file.metadata().is_ok_and(|found| found.is_dir()) {
        true => Err(Failure::bad(path, "is a directory; name a profile in it")),
        false => Ok(file),
    }
}

fn name(path: &Path) -> String {
    match path.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

fn refused(args: &ImportArgs, error: &spanfire_import::Error) -> Failure {
    let message = format!("{}: {error}", name(&args.file));
    match error.kind() {
        ErrorKind::Io | ErrorKind::Input => Failure::Bad(message),
        ErrorKind::Choice => Failure::Usage(message),
    }
}

fn said(profile: &Profile) -> String {
    let mut said = profile.origin().to_string();
    if profile.format() == Format::Folded && profile.origin().unit.is_some() {
        said.push_str(" (--unit says of which)");
    }
    for note in profile.notes() {
        said.push_str("; ");
        said.push_str(note);
    }
    said
}
