//! `corpus unpack FOLDER` writes every input of every target into `FOLDER/<target>/`, where
//! libFuzzer reads them. `corpus pack FOLDER` makes what lies there, minimised with `-merge=1`, the
//! corpus of the repository.

#![forbid(unsafe_code)]

use spanfire_fuzz::{Corpus, TARGETS, pack};
use std::path::Path;
use std::process::ExitCode;

/// What a target's corpus may take in the repository.
const MOST_BYTES: usize = 40 << 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", folder] => TARGETS.iter().try_for_each(|target| {
            Corpus::of(target.name)?.unpack(&Path::new(folder).join(target.name))
        }),
        ["pack", folder] => TARGETS.iter().try_for_each(|target| {
            pack(target.name, &Path::new(folder).join(target.name), MOST_BYTES)
        }),
        _ => {
            eprintln!("usage: corpus unpack|pack FOLDER");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}
