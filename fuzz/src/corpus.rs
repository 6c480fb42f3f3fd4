//! Inputs worth starting from: those that libFuzzer found to reach different places, and those that
//! once showed a bug.
//!
//! The former are many and small and mean nothing to a reader, so each target has them in one file:
//! `u32` length and bytes, one behind the other. The latter are files of their own.

use std::io;
use std::path::{Path, PathBuf};

/// The inputs of one target.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Those that reach different places.
    pub inputs: Vec<Vec<u8>>,
    /// Those that once showed a bug.
    pub regressions: Vec<Vec<u8>>,
}

impl Corpus {
    /// What the repository holds for the target called `name`.
    ///
    /// # Errors
    /// If a file cannot be read, or the corpus ends within an input.
    pub fn of(name: &str) -> io::Result<Corpus> {
        let inputs = unpacked(&std::fs::read(packed_at(name))?)?;
        // A target that never failed has no such folder.
        let regressions = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
        let regressions = if regressions.exists() { files(&regressions)? } else { Vec::new() };
        Ok(Corpus { inputs, regressions })
    }

    /// Writes every input into `folder`, as a file of its own: what libFuzzer reads.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn unpack(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for (number, input) in self.inputs.iter().chain(&self.regressions).enumerate() {
            std::fs::write(folder.join(format!("known-{number:04}")), input)?;
        }
        Ok(())
    }
}

/// Makes the files of `folder` the corpus of the target called `name`, the shortest first, up to
/// `most` bytes.
///
/// # Errors
/// If a file cannot be read or written.
pub fn pack(name: &str, folder: &Path, most: usize) -> io::Result<()> {
    let mut inputs = files(folder)?;
    inputs.sort_by_key(|input| (input.len(), input.clone()));
    let mut packed = Vec::new();
    for input in inputs {
        if packed.len() + 4 + input.len() <= most {
            packed.extend((input.len() as u32).to_le_bytes());
            packed.extend(input);
        }
    }
    std::fs::write(packed_at(name), packed)
}

fn packed_at(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

fn unpacked(mut packed: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = packed.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let input = rest.split_at_checked(length);
        let (input, rest) = input.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?;
        inputs.push(input.to_vec());
        packed = rest;
    }
    Ok(inputs)
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.into_iter().filter(|path| path.is_file()).map(std::fs::read).collect()
}
