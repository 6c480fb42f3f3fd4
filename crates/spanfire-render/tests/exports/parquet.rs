//! Tables, read row by row by the parquet crate's record reader; DuckDB reads them in `tests/consumers`.

mod read;

use crate::program::Program;
use crate::reading::{self, Reading};
use crate::{Full, exported, recordings};
use read::{Rows, columns, histogram, int, number, rows, text};
use serde_json::{Map, Value};
use spanfire_recording::{CallsiteKind, Form, Recording, Tick};
use spanfire_render::Error;
use spanfire_render::export::{Carried, ParquetOptions, ParquetSinks, Source, parquet};
use spanfire_views::{Names, Replay, RequestTable, Selection, Statistics};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// So short that drawn recordings, of some tens of ns, close spans in several.
const BUCKET_NS: u64 = 8;

fn options() -> ParquetOptions {
    let version = Some("1.2".to_owned());
    ParquetOptions { service: Some("shop".to_owned()), version, bucket_ns: BUCKET_NS }
}

/// The files, each after its length.
fn framed(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    let mut files: [Vec<u8>; 5] = Default::default();
    let [spans, segments, callsites, rollups, processes] = &mut files;
    let sinks = ParquetSinks { spans, segments, callsites, rollups, processes };
    let carried = parquet(source, &options(), sinks)?;
    for file in &files {
        sink.write_all(&(file.len() as u64).to_le_bytes())?;
        sink.write_all(file)?;
    }
    Ok(carried)
}

/// Their bytes again.
fn files(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (file, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
        files.push(file);
        bytes = rest;
    }
    files
}

struct Tables {
    spans: Rows,
    segments: Rows,
    callsites: Rows,
    rollups: Rows,
    processes: Rows,
    carried: Carried,
}

fn tables(recording: &Recording, selection: &Selection) -> Tables {
    let (bytes, carried) = exported(framed, recording, selection);
    let read = files(&bytes).into_iter().map(|file| rows(file).expect("a table"));
    let Ok([spans, segments, callsites, rollups, processes]) =
        <[Rows; 5]>::try_from(read.collect::<Vec<_>>())
    else {
        panic!("five tables")
    };
    Tables { spans, segments, callsites, rollups, processes, carried }
}

/// Holds the tables against the views, and against one another.
pub fn check(recording: &Recording, selection: &Selection) {
    let tables = tables(recording, selection);
    let mut reading = Reading::default();
    for span in &tables.spans {
        reading.span(text(span, "name"));
        reading.own(text(span, "name"), number(span, "self_ns"));
        reading.ran(["cpu_ns", "blocked_ns"].map(|name| span[name].as_u64()));
    }
    tables.segments.iter().for_each(|segment| reading.segment(text(segment, "name")));
    let requests: BTreeSet<i64> = tables.spans.iter().map(|span| int(span, "request_id")).collect();
    reading.requests = Some(requests.len() as u64);
    reading::check(&reading, recording, selection);
    assert_eq!((tables.carried.spans, tables.carried.left_out), (tables.spans.len() as u64, 0));
    check_sums(&tables, recording, selection);
    check_requests(&tables, recording, selection);
    check_paths(&tables);
    check_rollups(&tables);
    check_process(&tables, recording);
}

/// Busy and idle times, too, are those of `top`.
fn check_sums(tables: &Tables, recording: &Recording, selection: &Selection) {
    let replay = Replay::new(recording, selection.clone());
    let mut said: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in Statistics::of(&replay).expect("statistics").rows {
        let (busy_ns, idle_ns) = said.entry(row.callsite.name).or_default();
        *busy_ns += row.busy_ns;
        *idle_ns += row.idle_ns;
    }
    let mut found: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for span in &tables.spans {
        let (busy_ns, idle_ns) = found.entry(text(span, "name").to_owned()).or_default();
        *busy_ns += number(span, "busy_ns");
        *idle_ns += number(span, "idle_ns");
    }
    assert_eq!(found, said);
    for name in ["busy_ns", "cpu_ns", "blocked_ns"] {
        let of = |rows: &Rows| rows.iter().filter_map(|row| row[name].as_u64()).sum::<u64>();
        assert_eq!(of(&tables.segments), of(&tables.spans), "{name} of segments add up to spans");
    }
}

/// Every root is as `requests` has it.
fn check_requests(tables: &Tables, recording: &Recording, selection: &Selection) {
    let replay = Replay::new(recording, selection.clone());
    let table = RequestTable::of(&replay).expect("requests");
    let roots = tables.spans.iter().filter(|span| span["span_id"] == span["request_id"]);
    let roots: BTreeMap<u64, &Map<String, Value>> =
        roots.map(|root| (number(root, "span_id"), root)).collect();
    for request in table.requests() {
        let Some(root) = roots.get(&request.id.0) else { continue };
        let said = (request.start_ns, request.lifetime_ns, request.open);
        let found = (number(root, "start_ns"), number(root, "lifetime_ns"), root["open"] == true);
        assert_eq!(found, said, "request {}", request.id);
        let said =
            request.fields.iter().map(|field| vec![field.name.clone(), field.value.to_string()]);
        assert_eq!(root["fields"], said.collect::<Value>());
    }
}

fn fnv(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// The hash of a path that goes on with this callsite.
fn hash(around: Option<i64>, site: &Map<String, Value>) -> i64 {
    let file = site["file"].as_str().unwrap_or_default();
    let mut bytes = Vec::new();
    for part in [text(site, "crate"), text(site, "name"), file] {
        bytes.extend_from_slice(part.as_bytes());
        bytes.push(0xff);
    }
    fnv(around.map_or(0xcbf2_9ce4_8422_2325, |around| around as u64), &bytes) as i64
}

/// A span's path is that of its parent, which is there, and then itself.
fn check_paths(tables: &Tables) {
    let by_id: BTreeMap<i64, _> = tables.spans.iter().map(|of| (int(of, "span_id"), of)).collect();
    let mut orphans = 0;
    for span in &tables.spans {
        let site = &tables.callsites[number(span, "callsite") as usize];
        let parent = span["parent_id"].as_i64().map(|parent| int(by_id[&parent], "path_hash"));
        let [found, below, alone] = [int(span, "path_hash"), hash(parent, site), hash(None, site)];
        orphans += usize::from(found != below);
        assert!(found == below || found == alone, "the path of {span:?}");
    }
    let said = tables.carried.notes.iter().any(|note| note.contains("of its own"));
    assert_eq!(said, orphans > 0, "{orphans} orphans");
}

/// The row of the recording counts what the others are, and all of them are its.
fn check_process(tables: &Tables, recording: &Recording) {
    let Tables { callsites, spans, segments, rollups, processes, .. } = tables;
    let [process] = &processes[..] else { panic!("one process") };
    let sum: u64 = spans.iter().map(|span| number(span, "self_ns")).sum();
    let counts = ["spans", "segments", "self_ns", "process_id"].map(|of| number(process, of));
    let id = recording.header().process_id.into();
    assert_eq!(counts, [spans.len() as u64, segments.len() as u64, sum, id]);
    for row in [callsites, spans, segments, rollups].into_iter().flatten() {
        for whose in ["process", "service", "version", "imported"] {
            assert_eq!(row[whose], process[whose]);
        }
    }
}

/// What the spans of a path and a time add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    sums: [u64; 6],
    busy: Vec<u64>,
    histogram: BTreeMap<i64, u64>,
}

const SUMMED: [&str; 5] = ["busy_ns", "self_ns", "idle_ns", "waited_ns", "open"];

/// The number of the bucket as `docs/exports.md` has it.
fn bucket(ns: u64) -> i64 {
    let bits = u64::BITS - ns.leading_zeros();
    match bits.checked_sub(8) {
        None => ns as i64,
        Some(shift) => (128 * (shift as u64 + 1) + (ns >> shift) - 128) as i64,
    }
}

fn check_rollups(tables: &Tables) {
    let mut said: BTreeMap<(u64, i64), Sums> = BTreeMap::new();
    for span in &tables.spans {
        let end = ["origin_unix_ns", "start_ns", "lifetime_ns"].map(|of| number(span, of));
        let end: u64 = end.into_iter().sum();
        let sums = said.entry((end - end % BUCKET_NS, int(span, "path_hash"))).or_default();
        for (sum, column) in sums.sums.iter_mut().zip(SUMMED) {
            *sum += span[column].as_u64().unwrap_or(u64::from(span[column] == true));
        }
        sums.sums[5] += 1;
        sums.busy.push(number(span, "busy_ns"));
        *sums.histogram.entry(bucket(number(span, "busy_ns"))).or_default() += 1;
    }
    let mut before = None;
    for row in &tables.rollups {
        let (time, hash) = (number(row, "time_unix_ns"), int(row, "path_hash"));
        let sums = said.remove(&(time, hash)).expect("a row of spans that are there, and one");
        let found = SUMMED.map(|column| number(row, column));
        assert_eq!(found[..], sums.sums[..5]);
        assert_eq!(number(row, "count"), sums.sums[5]);
        assert_eq!(Some(&number(row, "min_ns")), sums.busy.iter().min());
        assert_eq!(Some(&number(row, "max_ns")), sums.busy.iter().max());
        assert_eq!(histogram(row), sums.histogram.into_iter().collect::<Vec<_>>());
        let path = row["path"].as_array().expect("a list");
        let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        assert_eq!(
            (path.len() as u64, path.last()),
            (number(row, "depth"), Some(&text(row, "name")))
        );
        assert_eq!(row["parent_hash"].is_null(), path.len() == 1);
        let place = Some((time, path.join("\0"), hash));
        assert!(before < place, "rows are sorted");
        before = place;
    }
    assert!(said.is_empty(), "not in the rollups: {said:?}");
}

#[test]
fn tables_have_links_fields_and_paths() {
    let case = recordings::named("fields, links and instants");
    let tables = tables(&case.recording, &case.selection);
    let Tables { callsites, spans, segments, rollups, processes, .. } = &tables;
    let all = [processes, callsites, spans, segments, rollups];
    let lines = all.into_iter().flatten().map(|row| Value::from(row.clone()).to_string());
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(tables.carried.to_string(), "3 instants left out");
}

#[test]
fn a_damaged_table_is_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(framed, &case.recording, &case.selection);
    for file in files(&bytes) {
        assert!(rows(file).is_ok());
        assert!(rows(&file[..file.len() / 2]).is_err());
        assert!(rows(&file[file.len() / 2..]).is_err());
        let mut of_other_length = file.to_vec();
        of_other_length.insert(20, 0);
        assert!(rows(&of_other_length).is_err());
    }
}

/// [T51]
#[test]
fn any_of_the_sinks_may_be_full() {
    let case = recordings::named("a service");
    let replay = Replay::new(&case.recording, case.selection);
    let source = Source { replay: &replay, names: Names::Name };
    for full in 0..5 {
        for room in [0, 1, 100] {
            let mut sinks =
                [0, 1, 2, 3, 4].map(|sink| Full(if sink == full { room } else { 1 << 20 }));
            let [spans, segments, callsites, rollups, processes] = &mut sinks;
            let sinks = ParquetSinks { spans, segments, callsites, rollups, processes };
            let error = parquet(&source, &options(), sinks).expect_err("it is full");
            assert_eq!(error.io_kind(), io::ErrorKind::StorageFull, "sink {full}, {room} bytes");
        }
    }
}

/// Spans that are so long busy, under one that is named for the process.
fn process(root: &str, busy: impl Iterator<Item = u64>) -> Recording {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let [root, site] = [root, "query"].map(|name| program.site(name, CallsiteKind::Span));
    let around = program.id(root);
    program.on(lane, |buffer| buffer.new_enter(Tick(0), around, root));
    let mut now = 1;
    for busy in busy {
        let id = program.id(site);
        program.on(lane, |buffer| {
            buffer.new_enter(Tick(now), id, site);
            buffer.exit_drop(Tick(now + busy), id);
        });
        now += busy + 1;
    }
    program.on(lane, |buffer| buffer.exit_drop(Tick(now), around));
    program.recording()
}

#[test]
fn merged_histograms_give_the_percentiles_of_all_processes() {
    // Times from one decade to the next, other ones in each process.
    let busy = |seed: u64| (1..2_000).map(move |n: u64| (n * n * seed) % (10 * n) + n % 7);
    let mut merged: BTreeMap<i64, u64> = BTreeMap::new();
    let mut hashes = BTreeSet::new();
    for seed in [3, 17] {
        let tables = tables(&process("server", busy(seed)), &Selection::default());
        for row in tables.rollups.iter().filter(|row| text(row, "name") == "query") {
            hashes.insert(int(row, "path_hash"));
            histogram(row)
                .into_iter()
                .for_each(|(at, count)| *merged.entry(at).or_default() += count);
        }
    }
    assert_eq!(hashes.len(), 1, "one path in both");
    let mut all: Vec<u64> = busy(3).chain(busy(17)).collect();
    all.sort_unstable();
    for q in [0.01, 0.5, 0.9, 0.99, 1.0] {
        let rank = (all.len() as f64 * q).ceil() as u64;
        let mut seen = 0;
        let at = merged.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        let (&at, _) = at.expect("a bucket");
        assert_eq!(at, bucket(all[rank as usize - 1]), "the {q} quantile is in its bucket");
    }
}

/// More than a row group has, and more rollups than are held at once.
#[test]
fn what_is_written_in_parts_adds_up() {
    const QUERIES: usize = 140_000;
    let recording = process("server", std::iter::repeat_n(1, QUERIES));
    let replay = Replay::new(&recording, Selection::default());
    let source = Source { replay: &replay, names: Names::Name };
    let (mut spans, mut rollups) = (Vec::new(), Vec::new());
    let sinks = ParquetSinks {
        spans: &mut spans,
        segments: &mut io::sink(),
        callsites: &mut io::sink(),
        rollups: &mut rollups,
        processes: &mut io::sink(),
    };
    parquet(&source, &ParquetOptions { bucket_ns: 1, ..options() }, sinks).expect("tables");
    let of_spans = "message spans { required int64 self_ns; }";
    let of_rollups = "message rollups { required int64 count; required int64 self_ns; }";
    let spans = columns(&spans, Some(of_spans)).expect("a table");
    let rollups = columns(&rollups, Some(of_rollups)).expect("a table");
    assert_eq!((spans.len(), rollups.len()), (QUERIES + 1, QUERIES + 1));
    let total = Statistics::of(&replay).expect("statistics").total_self_ns;
    let sum = |rows: &Rows, of| rows.iter().map(|row| number(row, of)).sum::<u64>();
    assert_eq!([sum(&spans, "self_ns"), sum(&rollups, "self_ns")], [total; 2]);
    assert_eq!(sum(&rollups, "count"), spans.len() as u64);
}

/// [T13]
#[test]
fn a_path_deeper_than_a_list_of_names_is_cut_and_its_hash_is_not() {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let site = program.site("down", CallsiteKind::Span);
    let ids: Vec<_> = (0..300).map(|_| program.id(site)).collect();
    for (id, tick) in ids.iter().zip(0..) {
        program.on(lane, |buffer| buffer.new_enter(Tick(tick), *id, site));
    }
    for (id, tick) in ids.iter().rev().zip(1_000..) {
        program.on(lane, |buffer| buffer.exit_drop(Tick(tick), *id));
    }
    let tables = tables(&program.recording(), &Selection::default());
    check_paths(&tables);
    let deepest = tables.rollups.iter().max_by_key(|row| number(row, "depth")).expect("a row");
    assert_eq!(deepest["path"].as_array().map(Vec::len), Some(256));
    assert_eq!(number(deepest, "depth"), 300);
    assert_eq!(tables.carried.to_string(), "44 paths listed without their innermost names");
}
