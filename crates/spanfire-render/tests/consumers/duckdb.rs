//! Tables, read by DuckDB.

use crate::reader::answers;
use crate::reading::{self, Reading};
use crate::recordings;
use serde_json::Value;
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Error, Form, Header, Lacks,
    Lane, LaneId, Level, Origin, Recording, Tick, Writer, raw,
};
use spanfire_render::export::{ParquetOptions, ParquetSinks, Source, parquet};
use spanfire_views::{Names, Replay, Selection};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const FILES: [&str; 5] = [
    "spans.parquet",
    "segments.parquet",
    "callsites.parquet",
    "rollups.parquet",
    "processes.parquet",
];

const QUERIES: [(&str, &str); 5] = [
    ("spans", "select * from 'tables/*/spans.parquet'"),
    ("segments", "select * from 'tables/*/segments.parquet'"),
    (
        // A root has no parent; every other span has one that is there, and was there before it.
        "astray",
        "select child.span_id from 'tables/*/spans.parquet' child
         left join 'tables/*/spans.parquet' parent
             on parent.process = child.process and parent.span_id = child.parent_id
         where child.parent_id is not null
             and (parent.span_id is null or parent.span_id >= child.span_id)",
    ),
    (
        // What rollups and spans say of the same paths and times, where they differ.
        "unequal",
        "(select path_hash, time_unix_ns, count, busy_ns, self_ns, idle_ns, open
             from 'tables/*/rollups.parquet')
         except
         (select path_hash, end_ns - end_ns % 60000000000, count(*), sum(busy_ns), sum(self_ns),
              sum(idle_ns), sum(open::int)
          from (select *, origin_unix_ns + start_ns + lifetime_ns as end_ns
                from 'tables/*/spans.parquet')
          group by all)",
    ),
    (
        "types",
        "select column_name || ' ' || column_type as type
         from (describe select * from 'tables/*/rollups.parquet')",
    ),
];

/// Exports a recording as the `number`th of a directory.
fn export(directory: &Path, number: usize, recording: &Recording, selection: &Selection) {
    let directory = directory.join("tables").join(number.to_string());
    fs::create_dir_all(&directory).expect("a directory");
    let [mut spans, mut segments, mut callsites, mut rollups, mut processes] =
        FILES.map(|name| File::create(directory.join(name)).expect("a file"));
    let sinks = ParquetSinks {
        spans: &mut spans,
        segments: &mut segments,
        callsites: &mut callsites,
        rollups: &mut rollups,
        processes: &mut processes,
    };
    let replay = Replay::new(recording, selection.clone());
    let source = Source { replay: &replay, names: Names::Name };
    parquet(&source, &ParquetOptions::default(), sinks).expect("files take everything");
}

/// What DuckDB answers in each directory.
fn ask<'p>(
    directories: impl Iterator<Item = &'p Path>,
    queries: &[(&str, &str)],
) -> Vec<Result<Value, String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/tables");
    let mut command = Command::new("python3");
    command.arg(here.join("read.py")).args(directories);
    answers(&mut command, queries)
}

fn rows<'a>(read: &'a Value, name: &str) -> &'a [Value] {
    read[name].as_array().expect("rows")
}

fn number(row: &Value, column: &str) -> u64 {
    row[column].as_u64().unwrap_or_else(|| panic!("{column} is {}", row[column]))
}

fn found(read: &Value) -> Reading {
    let name = |row: &Value| row["name"].as_str().expect("a name").to_owned();
    let mut reading = Reading::default();
    for span in rows(read, "spans") {
        reading.span(&name(span));
        reading.own(&name(span), number(span, "self_ns"));
    }
    rows(read, "segments").iter().for_each(|segment| reading.segment(&name(segment)));
    let requests = rows(read, "spans").iter().map(|span| number(span, "request_id"));
    reading.requests = Some(requests.collect::<std::collections::BTreeSet<_>>().len() as u64);
    reading
}

/// [T59] [T62]
#[test]
fn duckdb_finds_every_span_segment_and_nanosecond() {
    let cases = recordings::all();
    let directories: Vec<TempDir> = cases.iter().map(|_| TempDir::new().expect("one")).collect();
    for (case, directory) in cases.iter().zip(&directories) {
        export(directory.path(), 0, &case.recording, &case.selection);
    }
    let read = ask(directories.iter().map(TempDir::path), &QUERIES);
    for (case, read) in cases.iter().zip(read) {
        println!("{}", case.name);
        let read = read.unwrap_or_else(|why| panic!("it refuses the tables: {why}"));
        reading::check(&found(&read), &case.recording, &case.selection);
        for none in ["astray", "unequal"] {
            assert_eq!(rows(&read, none), [0; 0].map(Value::from), "{none}");
        }
    }
}

#[test]
fn duckdb_has_types_fields_links_and_open_spans() {
    let names = ["fields, links and instants", "open spans"];
    let directories = names.map(|name| {
        let case = recordings::named(name);
        let directory = TempDir::new().expect("one");
        export(directory.path(), 0, &case.recording, &case.selection);
        directory
    });
    let read = ask(directories.iter().map(TempDir::path), &QUERIES);
    let [Ok(linked), Ok(open)] = &read[..] else { panic!("{read:?}") };
    let types: Vec<&str> =
        rows(linked, "types").iter().filter_map(|row| row["type"].as_str()).collect();
    for of in ["path VARCHAR[]", "histogram STRUCT(\"bucket\" SMALLINT, count BIGINT)[]"] {
        let plain = types.iter().map(|of| of.replace('"', ""));
        assert!(plain.clone().any(|known| known == of.replace('"', "")), "{types:?}");
    }
    let named = |read: &Value, name: &str| {
        rows(read, "spans").iter().find(|span| span["name"] == name).expect("a span").clone()
    };
    assert_eq!(named(linked, "A")["fields"], serde_json::json!({"n": "7"}));
    assert_eq!(named(linked, "B")["follows"], serde_json::json!([1]));
    let open: Vec<&Value> = rows(open, "spans").iter().filter(|of| of["open"] == true).collect();
    assert_eq!(open.len(), 3);
}

#[test]
fn duckdb_refuses_damaged_tables() {
    let case = recordings::named("a service");
    for damaged in FILES {
        let directory = TempDir::new().expect("one");
        export(directory.path(), 0, &case.recording, &case.selection);
        let file = directory.path().join("tables/0").join(damaged);
        let whole = fs::read(&file).expect("a file");
        fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
        let sql = format!("select * from 'tables/*/{damaged}'");
        let read = ask([directory.path()].into_iter(), &[("all", &sql)]);
        assert!(read[0].is_err(), "{damaged}: {read:?}");
    }
}

/// Queries that lasted so long, one after the other, in a process that started then.
fn process(id: u32, unix_ns: u64, busy: &[u64]) -> Recording {
    written(id, Some(unix_ns), None, busy)
}

/// The same of a profile that does not say when it began.
fn imported(busy: &[u64]) -> Recording {
    let lacks = Lacks { times: true, calls: true, ..Lacks::default() };
    let format = "folded stacks".to_owned();
    let unit = Some("samples".to_owned());
    let origin = Origin { format, tool: None, lacks, unit, period_ns: None };
    written(0, None, Some(origin), busy)
}

fn written(id: u32, unix_ns: Option<u64>, origin: Option<Origin>, busy: &[u64]) -> Recording {
    let clock = ClockInfo {
        source: ClockSource::Manual,
        nanos_per_tick: 1.0,
        kernel_source: None,
        warning: None,
    };
    let header = Header {
        form: Form::Subscriber,
        clock,
        process_id: id,
        executable: "/srv/bin/server".to_owned(),
        arguments: Vec::new(),
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        parallelism: None,
        recorder_version: "1.2.3".to_owned(),
        origin,
    };
    let site = |name: &str, line| Callsite {
        name: name.to_owned(),
        target: "server::db".to_owned(),
        file: Some("src/db.rs".to_owned()),
        // Which differs from build to build.
        line: Some(line + id),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    };
    // Numbers of callsites differ, too.
    let other = id % 2;
    let mut buffer = raw::Buffer::new(Form::Subscriber);
    let mut now = 0;
    for (busy, sequence) in busy.iter().zip(1..) {
        let id = raw::subscriber_span_id(CallsiteId(other), sequence);
        buffer.new_enter(Tick(now), id, CallsiteId(other));
        buffer.exit_drop(Tick(now + busy), id);
        now += busy + 10;
    }
    let write = || -> Result<Recording, Error> {
        let mut writer = Writer::new(Vec::new(), &header)?;
        let anchor = unix_ns.map(|unix_ns| Anchor {
            tick: 0,
            monotonic_ns: 0,
            unix_ns,
            uncertainty_ticks: 0,
            raw_ns: None,
        });
        anchor.iter().try_for_each(|anchor| writer.anchor(anchor))?;
        for _ in 0..other {
            writer.callsite(&site("unused", 1))?;
        }
        writer.callsite(&site("query", 7))?;
        writer.lane(&Lane { thread_name: Some("main".to_owned()), os_thread_id: Some(99) })?;
        writer.events(LaneId(0), buffer.words())?;
        Recording::from_bytes(writer.finish()?)
    };
    write().expect("a recording in memory")
}

/// The queries that `docs/exports.md` shows.
fn documented() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/exports.md");
    let page = fs::read_to_string(page).expect("the page");
    let blocks = page.split("```sql\n").skip(1);
    blocks.filter_map(|block| Some(block.split("```").next()?.to_owned())).collect()
}

#[test]
fn two_processes_are_one_table_in_the_queries_of_the_documentation() {
    // Times from one decade to the next, other ones in each process.
    let busy = |seed: u64| -> Vec<u64> {
        (1..2_000).map(|n: u64| (n * n * seed) % (10 * n) + n % 7 + 1).collect()
    };
    let (one, other) = (busy(3), busy(17));
    let minute = 60_000_000_000;
    let directory = TempDir::new().expect("one");
    for (number, (busy, start)) in [(&one, 0), (&other, minute)].into_iter().enumerate() {
        let unix_ns = 1_700_000_000_000_000_000 / minute * minute + start;
        let recording = process(number as u32, unix_ns, busy);
        export(directory.path(), number, &recording, &Selection::default());
    }
    let [_, percentiles, compaction] = &documented()[..] else { panic!("three queries") };
    let queries = [
        ("a percentiles", &**percentiles),
        ("b compaction", compaction),
        (
            "c compact",
            "select path, list(process order by process) as processes, sum(count) as spans,
                 min(time_unix_ns) as first, max(time_unix_ns) as last
             from 'rollups.parquet' group by all",
        ),
        (
            "d together",
            "select process, min(origin_unix_ns + start_ns) as first, count(*) as spans
             from 'tables/*/spans.parquet' group by process order by first",
        ),
    ];
    let read = ask([directory.path()].into_iter(), &queries).remove(0).expect("answers");
    let mut all: Vec<u64> = one.iter().chain(&other).copied().collect();
    all.sort_unstable();
    let exact = all[(all.len() as f64 * 0.99).ceil() as usize - 1];
    let [path] = rows(&read, "a percentiles") else { panic!("one path in both: {read}") };
    let p99 = path["p99_ns"].as_f64().expect("a number");
    assert!((p99 - exact as f64).abs() <= exact as f64 / 256.0, "{p99} is not {exact}");
    let [compact] = rows(&read, "c compact") else { panic!("one path in both: {read}") };
    assert_eq!(compact["path"], serde_json::json!(["query"]));
    assert_eq!(number(compact, "spans"), all.len() as u64);
    assert_eq!(number(compact, "last") - number(compact, "first"), minute);
    let [first, second] = rows(&read, "d together") else { panic!("two processes: {read}") };
    assert_eq!(number(second, "first") - number(first, "first"), minute);
}

/// What a profile of another tool does not hold is said in every row, so that no query takes it for measured.
#[test]
fn processes_say_what_they_are_and_imports_what_they_lack() {
    let directory = TempDir::new().expect("one");
    let start = 1_700_000_000_000_000_000;
    let all = [
        process(7, start, &[5, 9]),
        process(8, start + 60, &[5]),
        imported(&[3]),
        imported(&[3, 4]),
    ];
    for (number, recording) in all.iter().enumerate() {
        export(directory.path(), number, recording, &Selection::default());
    }
    let sum = "select process, service, any_value(imported) as imported, count(*) as rows";
    let of = |table: &str| format!("{sum} from 'tables/*/{table}' group by all");
    let of_each = FILES.map(of);
    let of_each = FILES.into_iter().zip(of_each.iter().map(String::as_str));
    let mut queries: Vec<(&str, &str)> = of_each.collect();
    let documented = documented();
    queries.push(("documented", &documented[0]));
    let lacks = "select origin_unix_ns, process_id, executable, recorder, lacks, unit, spans
         from 'tables/*/processes.parquet' order by spans, unit nulls first";
    queries.push(("lacks", lacks));
    let read = ask([directory.path()].into_iter(), &queries).remove(0).expect("answers");
    for file in FILES {
        let of = rows(&read, file);
        assert_eq!(of.len(), 4, "{file} tells them apart: {of:?}");
        let said = of.iter().filter_map(|row| row["imported"].as_str());
        let said: Vec<&str> = said.collect();
        let words = "imported from folded stacks, without times or counts of calls";
        assert!(said.len() == 2 && said.iter().all(|said| said.starts_with(words)), "{said:?}");
        assert!(of.iter().all(|row| row["service"] == "server"), "{of:?}");
    }
    let [server] = rows(&read, "documented") else { panic!("one service: {read}") };
    let counts = ["processes", "spans", "lost_events", "first_unix_ns"];
    assert_eq!(counts.map(|of| number(server, of)), [2, 3, 0, start]);
    let of = rows(&read, "lacks");
    let lacks = serde_json::json!({
        "origin_unix_ns": null, "process_id": 0, "executable": "/srv/bin/server", "recorder": "1.2.3",
        "lacks": "times, counts of calls", "unit": "samples", "spans": 1,
    });
    assert_eq!(of[1], lacks);
    assert_eq!((number(&of[0], "process_id"), &of[0]["lacks"]), (8, &Value::Null));
}
