//! A recording for the tests of exporters that read more than once.

use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{
    Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Form, Header, Lane, Level,
    Recording, Tick, Writer,
};

const SITE: CallsiteId = CallsiteId(0);

/// Two threads with five spans each, the later the longer, and a span that is never entered.
pub fn recording() -> Recording {
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
        origin: None,
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
