//! Traces in both encodings, decoded by OpenTelemetry's own messages (opentelemetry-proto).

use crate::reading::{self, Reading};
use crate::{exported, recordings};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Field, Form, Header, Lane,
    LaneId, Level, Recording, SpanId, Tick, Value as FieldValue, Writer, raw,
};
use spanfire_render::export::{otlp, otlp_json};
use spanfire_views::Selection;
use std::collections::{BTreeMap, BTreeSet};

fn protobuf(bytes: &[u8]) -> Result<Vec<Span>, String> {
    let request = ExportTraceServiceRequest::decode(bytes).map_err(|error| error.to_string())?;
    spans(vec![request])
}

fn json(bytes: &[u8]) -> Result<Vec<Span>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    if !text.ends_with('\n') {
        return Err("a line that does not end".to_owned());
    }
    let parsed = text.lines().map(serde_json::from_str);
    spans(parsed.collect::<Result<_, _>>().map_err(|error| error.to_string())?)
}

fn spans(requests: Vec<ExportTraceServiceRequest>) -> Result<Vec<Span>, String> {
    let mut spans = Vec::new();
    for resource in requests.into_iter().flat_map(|request| request.resource_spans) {
        let about = resource.resource.ok_or("spans of nothing")?.attributes;
        if !about.iter().any(|of| of.key == "service.name" && of.value.is_some()) {
            return Err("a service without a name".to_owned());
        }
        for scope in resource.scope_spans {
            scope.scope.ok_or("spans of no scope")?;
            spans.extend(scope.spans);
        }
    }
    Ok(spans)
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.as_ref()
}

fn number(span: &Span, key: &str) -> Result<u64, String> {
    match attribute(&span.attributes, key) {
        Some(Value::IntValue(value)) => Ok(*value as u64),
        other => Err(format!("{key} is {other:?}")),
    }
}

fn found(spans: &[Span]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    let ids: BTreeMap<_, _> = spans.iter().map(|span| (&span.span_id, span)).collect();
    if ids.len() != spans.len() {
        return Err("two spans with one id".to_owned());
    }
    let mut traces = BTreeSet::new();
    for span in spans {
        if span.trace_id.len() != 16 || span.span_id.len() != 8 || span.kind != 1 {
            return Err(format!("{span:?} is not one"));
        }
        let keys: BTreeSet<_> = span.attributes.iter().map(|of| &of.key).collect();
        if keys.len() != span.attributes.len()
            || span.end_time_unix_nano < span.start_time_unix_nano
        {
            return Err(format!("{span:?} contradicts itself"));
        }
        if !span.parent_span_id.is_empty() {
            let parent = ids.get(&span.parent_span_id).ok_or("no such parent")?;
            if parent.trace_id != span.trace_id {
                return Err("a parent in another trace".to_owned());
            }
        }
        if !span.links.iter().all(|link| ids.contains_key(&link.span_id)) {
            return Err("a link to nothing".to_owned());
        }
        traces.insert(&span.trace_id);
        reading.span(&span.name);
        reading.ran(["cpu_ns", "blocked_ns"].map(|key| number(span, key).ok()));
        reading.own(&span.name, number(span, "self_ns")?);
        (0..number(span, "segments")?).for_each(|_| reading.segment(&span.name));
    }
    reading.requests = Some(traces.len() as u64);
    Ok(reading)
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    let (bytes, carried) = exported(otlp, recording, selection);
    let spans = protobuf(&bytes).expect("it is what the format says");
    reading::check(&found(&spans).expect("a trace"), recording, selection);
    assert_eq!((carried.spans, carried.left_out), (spans.len() as u64, 0));
    let (bytes, said) = exported(otlp_json, recording, selection);
    assert_eq!(json(&bytes).as_ref(), Ok(&spans), "the encodings differ");
    assert_eq!(said, carried);
}

#[test]
fn damaged_traces_are_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(otlp, &case.recording, &case.selection);
    assert!(protobuf(&bytes[..bytes.len() - 2]).is_err());
    let whole = protobuf(&bytes).expect("spans");
    let without_root: Vec<Span> = whole.iter().filter(|span| span.name != "A").cloned().collect();
    assert!(found(&whole).is_ok() && found(&without_root).is_err());
    let (bytes, _) = exported(otlp_json, &case.recording, &case.selection);
    assert!(json(&bytes[..bytes.len() - 1]).is_err());
    assert!(json(&bytes[..bytes.len() - 3]).is_err());
}

/// The whole of a small file.
#[test]
fn a_file_is_spans_with_parents_links_events_and_attributes() {
    let case = recordings::named("fields, links and instants");
    let (bytes, carried) = exported(otlp_json, &case.recording, &case.selection);
    let text = String::from_utf8(bytes).expect("JSON is text");
    insta::assert_snapshot!(text.replace("{\"traceId\"", "\n{\"traceId\""));
    assert_eq!(carried.to_string(), "1 instant left out");
}

#[test]
fn a_link_leads_to_a_span_of_a_request_that_has_closed() {
    let (recording, selection) = crate::sketch::parse("main |A( B( )B )A C( C~B )C");
    let (bytes, carried) = exported(otlp, &recording, &selection);
    let spans = protobuf(&bytes).expect("spans");
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect("a span");
    let (cause, link) = (named("B"), &named("C").links[0]);
    assert_eq!((&link.trace_id, &link.span_id), (&cause.trace_id, &cause.span_id));
    assert_ne!(link.trace_id, named("C").trace_id);
    assert_eq!(carried.to_string(), "");
}

const FIELDS: [&str; 5] = ["traceparent", "busy_ns", "large", "less", "share"];

/// A server: what each request says of itself when it begins, and before and after its one child.
fn server(requests: &[[&[(&str, FieldValue)]; 3]]) -> Recording {
    let names = FIELDS.map(str::to_owned);
    let site = |name: &str| Callsite {
        name: name.to_owned(),
        target: "server".to_owned(),
        file: Some("src/server.rs".to_owned()),
        line: Some(7),
        level: Level::Warn,
        kind: CallsiteKind::Span,
        fields: names.to_vec(),
    };
    let clock = ClockInfo {
        source: ClockSource::Manual,
        nanos_per_tick: 1.0,
        kernel_source: None,
        warning: None,
    };
    let header = Header {
        form: Form::Subscriber,
        clock,
        process_id: 4711,
        executable: "/srv/bin/server".to_owned(),
        arguments: Vec::new(),
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        parallelism: None,
        recorder_version: "1.2.3".to_owned(),
        origin: None,
    };
    let anchor =
        Anchor { tick: 0, monotonic_ns: 0, unix_ns: 1 << 60, uncertainty_ticks: 0, raw_ns: None };
    let mut buffer = raw::Buffer::new(Form::Subscriber);
    let sites = [CallsiteId(0), CallsiteId(1)];
    for (said, at) in requests.iter().zip((0..).step_by(100)) {
        let ids = sites.map(|site| raw::subscriber_span_id(site, at + 1 + u64::from(site.0)));
        let field = |(name, value): &(&str, FieldValue)| Field {
            name: (*name).to_owned(),
            value: value.clone(),
        };
        let [birth, before, after] = said.map(|of| of.iter().map(field).collect::<Vec<_>>());
        let tick = |more: u64| Tick(at + more);
        let [root, child]: [SpanId; 2] = ids;
        buffer.birth_fields(tick(0), root, sites[0], &names, &birth);
        buffer.new_enter(tick(0), root, sites[0]);
        buffer.late_fields(tick(5), root, sites[0], &names, &before);
        buffer.new_enter(tick(10), child, sites[1]);
        buffer.exit_drop(tick(20), child);
        buffer.late_fields(tick(25), root, sites[0], &names, &after);
        buffer.exit_drop(tick(30), root);
    }
    let lane = Lane { thread_name: Some("main".to_owned()), os_thread_id: Some(99) };
    let write = || -> Result<Recording, spanfire_recording::Error> {
        let mut writer = Writer::new(Vec::new(), &header)?;
        writer.anchor(&anchor)?;
        writer.callsite(&site("request"))?;
        writer.callsite(&site("query"))?;
        writer.lane(&lane)?;
        writer.events(LaneId(0), buffer.words())?;
        Recording::from_bytes(writer.finish()?)
    };
    write().expect("a recording in memory")
}

const PARENTS: [&str; 2] = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
];

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_traceparent_joins_a_request_to_the_trace_of_another_process() {
    let [first, second] = PARENTS.map(|text| [("traceparent", FieldValue::Text(text.to_owned()))]);
    let wrong = [("traceparent", FieldValue::Text("00-zz".to_owned()))];
    let requests: [[&[_]; 3]; 4] =
        [[&first, &[], &[]], [&[], &second, &[]], [&wrong, &[], &[]], [&[], &[], &first]];
    let recording = server(&requests);
    let (bytes, carried) = exported(otlp, &recording, &Selection::default());
    let spans = protobuf(&bytes).expect("spans");
    assert_eq!(carried.to_string(), "1 traceparent recorded too late");
    for pair in spans.chunks(2) {
        let [child, root] = pair else { panic!("a span without its child") };
        assert_eq!((&child.trace_id, &child.parent_span_id), (&root.trace_id, &root.span_id));
    }
    let roots: Vec<&Span> = spans.iter().skip(1).step_by(2).collect();
    let parents = roots.iter().map(|root| (hex(&root.trace_id), hex(&root.parent_span_id)));
    let named = PARENTS.map(|text| (text[3..35].to_owned(), text[36..52].to_owned()));
    assert_eq!(parents.take(2).collect::<Vec<_>>(), named);
    assert!(roots[2..].iter().all(|root| root.parent_span_id.is_empty()));
    // Remote and sampled, remote, and not remote; a server's and an internal span.
    let flags: Vec<_> = roots.iter().map(|root| (root.flags, root.kind)).collect();
    assert_eq!(flags, [(0x301, 2), (0x300, 2), (0x100, 1), (0x100, 1)]);
    let (bytes, _) = exported(otlp_json, &recording, &Selection::default());
    assert_eq!(json(&bytes), Ok(spans));
}

#[test]
fn attributes_are_fields_of_every_kind_and_what_is_known_of_a_span() {
    let fields = [
        ("busy_ns", FieldValue::Bool(true)),
        ("large", FieldValue::U64(u64::MAX)),
        ("less", FieldValue::I64(-5)),
        ("share", FieldValue::F64(0.25)),
    ];
    let recording = server(&[[&fields, &[], &[]]]);
    let (bytes, _) = exported(otlp, &recording, &Selection::default());
    let spans = protobuf(&bytes).expect("spans");
    let root = &spans[1];
    let text = |text: &str| Some(Value::StringValue(text.to_owned()));
    let known = [
        ("busy_ns", Some(Value::BoolValue(true))),
        ("large", text("18446744073709551615")),
        ("less", Some(Value::IntValue(-5))),
        ("share", Some(Value::DoubleValue(0.25))),
        ("self_ns", Some(Value::IntValue(20))),
        ("level", text("WARN")),
        ("code.file.path", text("src/server.rs")),
        ("code.line.number", Some(Value::IntValue(7))),
        ("thread.id", Some(Value::IntValue(99))),
        ("thread.name", text("main")),
    ];
    for (key, value) in known {
        assert_eq!(attribute(&root.attributes, key), value.as_ref(), "{key}");
    }
    assert_eq!(root.start_time_unix_nano, 1 << 60);
    let (bytes, _) = exported(otlp_json, &recording, &Selection::default());
    assert_eq!(json(&bytes), Ok(spans));
}

/// More spans than a request has.
#[test]
fn large_traces_are_several_requests() {
    let silent: [&[_]; 3] = [&[], &[], &[]];
    let recording = server(&[silent; 1_500]);
    let (bytes, _) = exported(otlp_json, &recording, &Selection::default());
    let lines = String::from_utf8(bytes.clone()).expect("JSON is text").lines().count();
    assert_eq!(lines, 3_000_usize.div_ceil(512));
    let spans = json(&bytes).expect("spans");
    assert_eq!(spans.len(), 3_000);
    let (bytes, _) = exported(otlp, &recording, &Selection::default());
    assert_eq!(protobuf(&bytes), Ok(spans));
}

#[test]
fn events_beyond_a_thousand_of_a_span_are_counted() {
    let mut program = crate::program::Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let (site, event) =
        (program.site("A", CallsiteKind::Span), program.site("e", CallsiteKind::Event));
    let id = program.id(site);
    program.on(lane, |buffer| buffer.new_enter(Tick(0), id, site));
    (1..=1_234).for_each(|tick| program.instant(lane, tick, event));
    program.on(lane, |buffer| buffer.exit_drop(Tick(2_000), id));
    let (bytes, carried) = exported(otlp, &program.recording(), &Selection::default());
    let spans = protobuf(&bytes).expect("spans");
    assert_eq!((spans[0].events.len(), spans[0].dropped_events_count), (1_000, 234));
    assert_eq!(carried.to_string(), "234 instants left out");
}
