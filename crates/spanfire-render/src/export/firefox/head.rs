//! All but the columns of threads.

use super::categories::Category;
use super::columns::{COLUMNS, Column, Millis};
use super::{Profile, Thread, VERSION};
use crate::error::Error;
use crate::export::json::string;
use crate::export::sink::Sink;
use serde_json::{Value, json};
use spanfire_recording::{Callsite, CallsiteId};
use spanfire_views::Visited;
use std::fmt::Display;
use std::io::Write;

/// What losses are called, after the names of callsites.
const LOSSES: [&str; 2] = ["events lost", "waited for the collector"];
/// The least time that the profiler tells apart when it zooms in.
const INTERVAL_MS: f64 = 0.000_001;
/// More threads than this hide one another.
const VISIBLE: usize = 50;

/// Writes everything up to the threads.
pub(super) fn write(
    profile: &Profile<'_>,
    visited: &Visited,
    threads: &[Thread],
    sink: &mut Sink<'_>,
) {
    let meta = meta(profile, visited, threads);
    let _ = write!(sink, "{{\"meta\":{meta},\n\"libs\":[],\n\"shared\":{{");
    shared(profile, sink);
    let _ = sink.write_all(b"},\n\"threads\":[");
}

fn meta(profile: &Profile<'_>, visited: &Visited, threads: &[Thread]) -> Value {
    let recording = profile.source.recording();
    let header = recording.header();
    let start_ns = recording.anchors().first().map_or(0, |anchor| anchor.unix_ns);
    let category = |category: &Category| {
        let Category { name, colour, subcategories } = category;
        json!({ "name": name, "color": colour, "subcategories": subcategories })
    };
    let categories: Vec<Value> = profile.categories.list().iter().map(category).collect();
    let busiest = (0..threads.len()).rev().max_by_key(|&index| threads[index].self_ns);
    let visible: Vec<usize> = (0..threads.len()).take(VISIBLE).collect();
    let mut meta = json!({
        "version": 24,
        "preprocessedProfileVersion": VERSION,
        "product": profile.source.program(),
        "importedFrom": format!("spanfire {}", header.recorder_version),
        "arguments": header.arguments.join(" "),
        "oscpu": format!("{} {}", header.os, header.arch),
        "logicalCPUs": header.parallelism,
        "processType": 0,
        "stackwalk": 0,
        "debug": false,
        "interval": INTERVAL_MS,
        "startTime": start_ns as f64 / 1e6,
        "profilingStartTime": visited.range_ns.start as f64 / 1e6,
        "profilingEndTime": visited.range_ns.end as f64 / 1e6,
        "symbolicated": true,
        "usesOnlyOneStackType": true,
        "sourceCodeIsNotOnSearchfox": true,
        "keepProfileThreadOrder": true,
        "initialVisibleThreads": visible,
        "initialSelectedThreads": busiest.into_iter().collect::<Vec<usize>>(),
        "categories": categories,
        "markerSchema": schemas(),
    });
    if threads.iter().any(|thread| thread.knows_cpu) {
        meta["sampleUnits"] = json!({ "time": "ms", "eventDelay": "ms", "threadCPUDelta": "ns" });
    }
    meta
}

/// What the data of markers mean.
fn schemas() -> Value {
    let everywhere = ["marker-chart", "marker-table", "timeline-overview"];
    let field = |key: &str, label: &str, format: &str| json!({ "key": key, "label": label, "format": format });
    json!([
        {
            "name": "span",
            "display": everywhere,
            "tooltipLabel": "{marker.name}",
            "tableLabel": "{marker.data.fields}",
            "chartLabel": "{marker.name}",
            "description": "A span, from its creation to its close.",
            "fields": [
                field("fields", "Fields", "string"),
                field("busy", "Busy", "duration"),
                field("cpu", "On a processor", "duration"),
                field("blocked", "Not on one", "duration"),
                field("self", "Self", "duration"),
                field("waited", "Waited", "duration"),
                field("segments", "Segments", "integer"),
                field("span", "Span", "integer"),
                field("parent", "Parent", "integer"),
                field("request", "Request", "integer"),
                field("follows", "Follows from", "string"),
                field("notes", "Notes", "string"),
            ],
        },
        {
            "name": "instant",
            "display": everywhere,
            "tooltipLabel": "{marker.name}",
            "tableLabel": "{marker.data.fields}",
            "chartLabel": "{marker.name}",
            "description": "An event of tracing.",
            "fields": [field("fields", "Fields", "string"), field("span", "Span", "integer")],
        },
        {
            "name": "loss",
            "display": everywhere,
            "tooltipLabel": "{marker.name}",
            "tableLabel": "{marker.data.events} events",
            "chartLabel": "{marker.name}",
            "description": "Events that were not recorded, or time the thread waited for the collector.",
            "fields": [field("events", "Events", "integer")],
        },
    ])
}

/// The tables that threads share. Strings are first the frames' labels, so that a frame, its function
/// and its name have one number.
fn shared(profile: &Profile<'_>, sink: &mut Sink<'_>) {
    let Profile { source, tree, stacks, categories, .. } = profile;
    let frames = tree.callsites();
    let ids = || (0..frames.len() as u32).map(CallsiteId);
    let mut files: Vec<&str> = frames.iter().filter_map(|site| site.file.as_deref()).collect();
    files.sort_unstable();
    files.dedup();
    let labels = ids().map(|frame| tree.label(frame, source.names));
    let losses = LOSSES.iter().map(|&name| name.to_owned());
    let names = labels.chain(losses).chain(files.iter().map(|&file| file.to_owned()));
    let first_file = frames.len() + LOSSES.len();
    let file = |site: &Callsite| {
        let found = site.file.as_deref().and_then(|file| files.binary_search(&file).ok());
        found.map_or("null".to_owned(), |index| index.to_string())
    };
    let line = |site: &Callsite| site.line.map_or("null".to_owned(), |line| line.to_string());
    let count = frames.len();
    table(sink, "", "stringArray", None, &[("", list(names.map(|name| string(&name))))]);
    let sources = [
        ("uuid", list(files.iter().map(|_| "null"))),
        ("filename", list((first_file..).take(files.len()))),
    ];
    table(sink, ",\n", "sources", Some(files.len()), &sources);
    let resources = ["lib", "name", "host", "type"].map(|column| (column, "[]".to_owned()));
    table(sink, ",\n", "resourceTable", Some(0), &resources);
    let symbols = ["libIndex", "address", "name", "functionSize"];
    table(sink, ",\n", "nativeSymbols", Some(0), &symbols.map(|column| (column, "[]".to_owned())));
    let all = |value: &'static str| list(frames.iter().map(|_| value));
    let functions = [
        ("name", list(0..count)),
        ("isJS", all("false")),
        ("relevantForJS", all("false")),
        ("resource", all("-1")),
        ("source", list(frames.iter().map(file))),
        ("lineNumber", list(frames.iter().map(line))),
        ("columnNumber", all("null")),
    ];
    table(sink, ",\n", "funcTable", Some(count), &functions);
    let frame_columns = [
        ("address", all("-1")),
        ("inlineDepth", all("0")),
        ("category", list(ids().map(|frame| categories.of_frame(frame).0))),
        ("subcategory", list(ids().map(|frame| categories.of_frame(frame).1))),
        ("func", list(0..count)),
        ("nativeSymbol", all("null")),
        ("innerWindowID", all("0")),
        ("line", list(frames.iter().map(line))),
        ("column", all("null")),
    ];
    table(sink, ",\n", "frameTable", Some(count), &frame_columns);
    let around = stacks.around.iter().map(|around| match around {
        Some(around) => around.to_string(),
        None => "null".to_owned(),
    });
    let stack_columns =
        [("frame", list(stacks.frames.iter().map(|frame| frame.0))), ("prefix", list(around))];
    table(sink, ",\n", "stackTable", Some(stacks.frames.len()), &stack_columns);
}

fn list<T: Display>(values: impl Iterator<Item = T>) -> String {
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    format!("[{}]", values.join(","))
}

/// A table of columns, or a list alone.
fn table(
    sink: &mut Sink<'_>,
    before: &str,
    name: &str,
    length: Option<usize>,
    columns: &[(&str, String)],
) {
    let _ = write!(sink, "{before}\"{name}\":");
    let Some(length) = length else {
        columns.iter().for_each(|(_, list)| drop(sink.write_all(list.as_bytes())));
        return;
    };
    let _ = write!(sink, "{{\"length\":{length}");
    for (column, list) in columns {
        let _ = write!(sink, ",\"{column}\":{list}");
    }
    let _ = sink.write_all(b"}");
}

/// Writes a thread, with `column` for each of its columns.
pub(super) fn thread<'s>(
    profile: &Profile<'_>,
    thread: &Thread,
    sink: &mut Sink<'s>,
    mut column: impl FnMut(&mut Sink<'s>, Column) -> Result<(), Error>,
) -> Result<(), Error> {
    let source = profile.source;
    let recording = source.recording();
    let lane = recording.lanes().get(thread.lane.index());
    let name = string(&lane.map_or("no thread".to_owned(), |lane| lane.label(thread.lane)));
    let tid = lane.and_then(|lane| lane.os_thread_id).unwrap_or(u64::from(thread.lane.0));
    let comma = if thread.after_another { "," } else { "" };
    let (process, program) = (recording.header().process_id, string(&source.program()));
    let start = Millis(source.replay.range_ns().start);
    let _ = write!(
        sink,
        "{comma}\n{{\"processType\":\"default\",\"processName\":{program},\"pid\":\"{process}\",\
         \"processStartupTime\":0,\"processShutdownTime\":null,\"registerTime\":{start},\
         \"unregisterTime\":null,\"pausedRanges\":[],\"showMarkersInTimeline\":true,\
         \"name\":{name},\"isMainThread\":{},\"tid\":\"{tid}-{}\",\
         \"samples\":{{\"length\":{},\"weightType\":\"tracing-ms\"",
        !thread.after_another, thread.lane.0, thread.samples
    );
    for wanted in COLUMNS.into_iter().filter(|&column| thread.has(column)) {
        if wanted == Column::MarkerName {
            let _ = write!(sink, "}},\n\"markers\":{{\"length\":{}", thread.markers);
        }
        let _ = write!(sink, ",\n\"{}\":[", wanted.name());
        column(sink, wanted)?;
        let _ = sink.write_all(b"]");
    }
    let _ = sink.write_all(b"}}");
    Ok(())
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Column::SampleStack => "stack",
            Column::SampleTime => "time",
            Column::SampleWeight => "weight",
            Column::SampleCpu => "threadCPUDelta",
            Column::MarkerName => "name",
            Column::MarkerStart => "startTime",
            Column::MarkerEnd => "endTime",
            Column::MarkerPhase => "phase",
            Column::MarkerCategory => "category",
            Column::MarkerData => "data",
        }
    }
}
