use super::{Limits, export};
use crate::export::{Carried, Source};
use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{
    Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Form, Header, Lane, Level,
    Recording, Tick, Writer,
};
use spanfire_views::{Names, Replay, Selection};

const SITE: CallsiteId = CallsiteId(0);

/// Two threads with five spans each, the later the longer, and a span that is never entered.
fn recording() -> Recording {
    let clock = ClockInfo {
        source: ClockSource::Manual,
        nanos_per_tick: 1.0,
        kernel_source: None,
        warning: None,
    };
    let header = Header {
        form: Form::Subscriber,
        clock,
        process_id: 1,
        executable: "/bin/app".to_owned(),
        arguments: Vec::new(),
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        parallelism: None,
        recorder_version: "0".to_owned(),
    };
    let site = Callsite {
        name: "work".to_owned(),
        target: "app".to_owned(),
        file: Some("src/app.rs".to_owned()),
        line: Some(1),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    };
    let mut writer = Writer::new(Vec::new(), &header).unwrap();
    writer.callsite(&site).unwrap();
    for number in 0..2 {
        let mut lane = Buffer::new(Form::Subscriber);
        for at in 1..=5 {
            let span = subscriber_span_id(SITE, number * 10 + at);
            lane.new_enter(Tick(at * 100), span, SITE);
            lane.exit_drop(Tick(at * 100 + at * 2 + number), span);
        }
        let idle = subscriber_span_id(SITE, number * 10 + 6);
        lane.new_span(Tick(700), idle, SITE);
        lane.drop_handle(Tick(701), idle);
        let thread = Lane { thread_name: Some(format!("thread {number}")), os_thread_id: None };
        let id = writer.lane(&thread).unwrap();
        writer.events(id, lane.words()).unwrap();
    }
    Recording::from_bytes(writer.finish().unwrap()).unwrap()
}

fn exported(limits: Limits) -> (String, Carried) {
    let recording = recording();
    let replay = Replay::new(&recording, Selection::default());
    let mut bytes = Vec::new();
    let source = Source { replay: &replay, names: Names::Name };
    let carried = export(&source, &mut bytes, limits).unwrap();
    (String::from_utf8(bytes).unwrap(), carried)
}

#[test]
fn however_many_events_are_kept_at_once_the_file_is_the_same() {
    let whole = exported(Limits { events_at_once: 1_000, requests: 100 });
    for events_at_once in [0, 1, 7, 12] {
        assert!(exported(Limits { events_at_once, requests: 100 }) == whole, "{events_at_once}");
    }
}

#[test]
fn the_longest_requests_have_a_profile_and_the_others_are_counted() {
    let (text, carried) = exported(Limits { events_at_once: 1_000, requests: 3 });
    let names: Vec<&str> = text
        .split("\"name\":\"")
        .filter_map(|part| part.split('"').next())
        .filter(|name| name.starts_with("request"))
        .collect();
    assert_eq!(names, ["request 10 work 11 ns", "request 9 work 10 ns", "request 8 work 9 ns"]);
    // The spans that were never entered would have been in requests only.
    assert_eq!((carried.spans, carried.left_out), (10, 2));
    assert!(carried.to_string().starts_with("2 spans left out; 9 shorter requests"), "{carried}");
}
