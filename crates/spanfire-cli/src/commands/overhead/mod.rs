//! `spanfire overhead`: what measuring cost, and what it would have cost otherwise.
//!
//! What is told of a recording has several parts, one file each, which [`Section::all`] lists in
//! their order. Each works its numbers out before anything is written.

pub(super) mod ledger;
mod sampling;
pub(super) mod join;
mod experiment;

use crate::args::{OverheadArgs, OverheadPart, TableFormat};
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::output::Output;
use spanfire_recording::Lacks;
use spanfire_render::Error;
use spanfire_render::tables::Format;
use std::io::Write;
use std::process::ExitCode;

/// Accounts for a recording, or tries a program.
pub fn overhead(args: &OverheadArgs) -> Result<ExitCode, Failure> {
    let Some(file) = &args.file else { return experiment::experiment(args) };
    let input = Input::open_part(file, &args.selection)?;
    let output = Output::open(&args.output, input.path())?;
    let sections = Section::all(&input, args)?;
    say_origin(&input);
    output.write(|sink| write(&sections, args.rows(), sink))?;
    Ok(ExitCode::SUCCESS)
}

/// What is called true of an import is what that profile says, which may itself be samples.
fn say_origin(input: &Input) {
    if let Some(origin) = input.origin().filter(|origin| origin.lacks != Lacks::default()) {
        let path = input.path().display();
        say(&format!("{path}: {origin}; shares that are called true are those of that profile"));
    }
}

/// A part of what is told.
struct Section {
    /// Its key in JSON.
    key: &'static str,
    /// Writes it: as text that ends with a line, as one JSON value, or as CSV with a header.
    write: Box<WriteSection>,
}

type WriteSection = dyn Fn(Format, &mut dyn Write) -> Result<(), Error>;

impl Section {
    /// The parts that `args` ask for.
    fn all(input: &Input, args: &OverheadArgs) -> Result<Vec<Section>, Failure> {
        let one_only = args.rows() == TableFormat::Csv;
        let only = args.only.or(one_only.then_some(OverheadPart::Ledger));
        let asked = |part| only.is_none_or(|only| only == part);
        let mut sections = Vec::new();
        if asked(OverheadPart::Ledger) {
            sections.push(ledger::section(input, args)?);
        }
        if asked(OverheadPart::Sampling) {
            sections.push(sampling::section(input, args)?);
        }
        if asked(OverheadPart::Join) {
            sections.extend(join::section(input, args, only == Some(OverheadPart::Join))?);
        }
        Ok(sections)
    }
}

fn write(sections: &[Section], format: TableFormat, sink: &mut dyn Write) -> Result<(), Error> {
    let between = match format {
        TableFormat::Json => ",",
        TableFormat::Table | TableFormat::Csv => "\n",
    };
    if format == TableFormat::Json {
        write!(sink, "{{")?;
    }
    for (index, section) in sections.iter().enumerate() {
        if index > 0 {
            write!(sink, "{between}")?;
        }
        if format == TableFormat::Json {
            write!(sink, "\"{}\":", section.key)?;
        }
        (section.write)(format.into(), sink)?;
    }
    if format == TableFormat::Json {
        writeln!(sink, "}}")?;
    }
    Ok(())
}
