//! What exports cost: file to bytes, thrown away, as the `spanfire` command makes them.
//!
//! A child records the service program once; each export is then made in a process of its own, whose
//! peak memory counts.

use spanfire_benches::{
    child::{self, Figures},
    command_line::CommandLine,
    rounds::interleave,
    scratch,
    table::{Table, figure},
    usage,
};
use spanfire_recording::Recording;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, ParquetOptions, ParquetSinks, Source};
use spanfire_views::{CallTree, Names, Replay, Selection, Stacks, Weight};
use std::{
    fs,
    io::{self, Read, Write},
    time::Instant,
};

type Export = fn(&Source<'_>, &mut dyn Write) -> Result<Carried, Error>;

/// Every format, as the command writes it.
const FORMATS: [(&str, Export); 9] = [
    ("folded", folded),
    ("speedscope", export::speedscope),
    ("chrome", export::chrome),
    ("perfetto", export::perfetto),
    ("firefox", |source, sink| export::firefox(source, None, sink)),
    ("otlp", export::otlp),
    ("otlp-json", export::otlp_json),
    ("pprof", |source, sink| export::pprof(source, &[], sink)),
    ("parquet", parquet),
];

/// Of the merged graph.
fn folded(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    let tree = CallTree::of(source.replay, Stacks::Thread)?;
    export::folded(&tree, source.names, Weight::Busy, sink)?;
    Ok(Carried::default())
}

/// Counts what each of the tables has, and hands on as much.
fn parquet(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    let mut tables = [0; 5].map(Counter);
    let [spans, segments, callsites, rollups, processes] = &mut tables;
    let sinks = ParquetSinks { spans, segments, callsites, rollups, processes };
    let carried = export::parquet(source, &ParquetOptions::default(), sinks)?;
    let bytes = tables.iter().map(|table| table.0).sum();
    io::copy(&mut io::repeat(0).take(bytes), sink)?;
    Ok(carried)
}

/// Counts what it is given.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    let words = child::words();
    let words: Option<Vec<&str>> =
        words.as_ref().map(|words| words.iter().map(String::as_str).collect());
    match words.as_deref() {
        Some(["record", file, spans]) => child::record_service(file, spans),
        Some(["export", file, format]) => measure(file, format),
        _ => compare(&CommandLine::of_process()),
    }
}

/// In a child: makes one export.
fn measure(file: &str, format: &str) {
    let (_, export) = FORMATS.iter().find(|(name, _)| *name == format).expect("a format");
    let start = Instant::now();
    let recording = Recording::open(file).expect("a recording");
    let replay = Replay::new(&recording, Selection::default());
    let mut sink = Counter(0);
    export(&Source { replay: &replay, names: Names::Name }, &mut sink).expect("a sound recording");
    let mut figures = Figures::default();
    figures.set("seconds", start.elapsed().as_secs_f64());
    figures.set("megabytes", sink.0 as f64 / 1e6);
    figures.set("memory", usage::peak_memory_bytes().unwrap_or(0) as f64 / 1e6);
    figures.print();
}

/// In the parent.
fn compare(line: &CommandLine) {
    let file = scratch::file("export");
    let path = file.to_str().expect("a path in UTF-8");
    let spans = if line.quick { "1000000" } else { "10000000" };
    let spans = child::run(&["record", path, spans]).get("spans");
    let bytes = fs::metadata(&file).expect("the recording").len();
    let formats = line.chosen(FORMATS, |(name, _)| name);
    let rounds = line.rounds.unwrap_or(3);
    let results = interleave(&formats, rounds, |(name, _)| child::run(&["export", path, name]));
    let _ = fs::remove_file(&file);
    let columns = ["MB", "bytes per span", "s", "MB per s", "peak memory, MB"];
    let mut table = Table::new("format", columns);
    for ((name, _), rounds) in formats.iter().zip(&results) {
        let (megabytes, seconds) = (rounds.median("megabytes"), rounds.least("seconds"));
        let per_span = figure(megabytes * 1e6 / spans);
        let [memory, speed] = [rounds.median("memory"), megabytes / seconds].map(figure);
        table.row(name, [figure(megabytes), per_span, format!("{seconds:.3}"), speed, memory]);
    }
    let megabytes = bytes as f64 / 1e6;
    table.print(&format!("A recording of {spans} spans, {megabytes:.1} MB: least of the rounds"));
}
