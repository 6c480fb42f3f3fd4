//! Between tests and the readers, which are JavaScript and Python.

use serde_json::Value;
use spanfire_recording::Recording;
use spanfire_render::Error;
use spanfire_render::export::{Carried, Source};
use spanfire_views::{Names, Replay, Selection};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What an exporter writes.
pub fn exported(
    export: impl Fn(&Source<'_>, &mut dyn Write) -> Result<Carried, Error>,
    recording: &Recording,
    selection: &Selection,
) -> Vec<u8> {
    let replay = Replay::new(recording, selection.clone());
    let mut bytes = Vec::new();
    let source = Source { replay: &replay, names: Names::Name };
    export(&source, &mut bytes).expect("memory takes everything");
    bytes
}

/// What a reader finds in each file, or why it refuses it.
pub fn read(reader: &str, ending: &str, files: &[Vec<u8>]) -> Vec<Result<Value, String>> {
    ask(reader, ending, files, &[])
}

/// What Perfetto's trace processor answers to SQL about each file: the rows of every query by its name.
pub fn query(
    ending: &str,
    files: &[Vec<u8>],
    queries: &[(&str, &str)],
) -> Vec<Result<Value, String>> {
    ask("perfetto", ending, files, queries)
}

fn ask(
    reader: &str,
    ending: &str,
    files: &[Vec<u8>],
    queries: &[(&str, &str)],
) -> Vec<Result<Value, String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers");
    let prepared = ["node_modules", "python_modules", "tables/python_modules"]
        .iter()
        .all(|dir| here.join(dir).exists());
    assert!(prepared, "missing: the readers; `cargo xtask consumers` brings them in and runs this");
    let folder = TempDir::new().expect("a folder");
    let paths = files.iter().zip(0..).map(|(bytes, number)| {
        let path = folder.path().join(format!("{number}.{ending}"));
        std::fs::write(&path, bytes).expect("a file");
        path
    });
    let mut command = Command::new("node");
    command.arg("read.mjs").arg(reader).args(paths).current_dir(here);
    let answers = answers(&mut command, queries);
    assert_eq!(answers.len(), files.len());
    answers
}

/// What a reader prints, a line for each file.
pub fn answers(command: &mut Command, queries: &[(&str, &str)]) -> Vec<Result<Value, String>> {
    let queries: serde_json::Map<String, Value> =
        queries.iter().map(|(name, sql)| (name.to_string(), (*sql).into())).collect();
    command.env("READER_QUERIES", Value::Object(queries).to_string());
    let output = command.output().expect("the reader starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the reader gave up: {said}");
    let lines = String::from_utf8(output.stdout).expect("lines");
    lines.lines().map(answer).collect()
}

fn answer(line: &str) -> Result<Value, String> {
    let mut answer: Value = serde_json::from_str(line).expect("a line of JSON");
    match answer["refused"].as_str() {
        Some(why) => Err(why.to_owned()),
        None => Ok(answer["read"].take()),
    }
}
