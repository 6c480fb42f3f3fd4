use crate::{
    Anchor, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Event, EventKind, Field,
    Form, Header, Lane, Level, Parent, Recording, SpanId, Tick, Value, Writer,
    raw::{Buffer, subscriber_span_id},
};
use EventKind::*;

fn header(form: Form) -> Header {
    Header {
        form,
        clock: ClockInfo {
            source: ClockSource::Manual,
            nanos_per_tick: 1.0,
            kernel_source: None,
            warning: None,
        },
        process_id: 7,
        executable: "/bin/program".into(),
        arguments: vec!["program".into()],
        os: "linux".into(),
        arch: "x86_64".into(),
        parallelism: Some(2),
        recorder_version: "0.1.0".into(),
        origin: None,
    }
}

fn callsite(name: &str) -> Callsite {
    Callsite {
        name: name.into(),
        target: "program".into(),
        file: Some("src/main.rs".into()),
        line: Some(1),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: vec!["path".into(), "size".into()],
    }
}

/// Writes `words` as the only lane of a recording and reads the events back.
#[track_caller]
fn round_trip(form: Form, base: u64, words: &[u64]) -> (Vec<Event>, Recording) {
    let mut writer = Writer::new(Vec::new(), &header(form)).unwrap();
    writer
        .anchor(&Anchor {
            tick: base,
            monotonic_ns: 0,
            unix_ns: 0,
            uncertainty_ticks: 0,
            raw_ns: None,
        })
        .unwrap();
    writer.callsite(&callsite("a")).unwrap();
    writer.callsite(&callsite("b")).unwrap();
    let lane =
        writer.lane(&Lane { thread_name: Some("main".into()), os_thread_id: Some(7) }).unwrap();
    writer.events(lane, words).unwrap();
    let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
    assert_eq!(recording.cut(), None);
    let events = (0..recording.chunks().len())
        .flat_map(|index| recording.chunk(index).unwrap().events)
        .collect();
    (events, recording)
}

fn ids(form: Form) -> [SpanId; 3] {
    match form {
        Form::Subscriber => [1, 2, 900].map(|sequence| subscriber_span_id(CallsiteId(1), sequence)),
        Form::Layer => [1 << 51 | 3, 2 << 51 | 3, u64::MAX].map(SpanId),
    }
}

#[test]
fn every_kind_of_event_comes_back_in_both_forms() {
    for form in [Form::Subscriber, Form::Layer] {
        let [first, second, third] = ids(form);
        let site = CallsiteId(1);
        let names = callsite("b").fields;
        let size = [Field { name: "size".into(), value: Value::U64(3) }];
        let path = [Field { name: "path".into(), value: Value::Text("/é;\n".into()) }];
        let mut lane = Buffer::new(form);
        lane.new_enter(Tick(100), first, site);
        lane.birth_fields(Tick(100), second, site, &names, &path);
        lane.explicit_parent(Tick(100), second, Some(first));
        lane.new_enter(Tick(103), second, site);
        lane.clone_handle(Tick(104), second);
        lane.exit(Tick(105), first);
        lane.enter(Tick(106), first);
        lane.late_fields(Tick(107), first, site, &names, &size);
        lane.follows(Tick(108), second, first);
        lane.instant(Tick(109), site, Parent::Span(first), &names, &size);
        lane.exit_drop(Tick(110), second);
        lane.drop_handle(Tick(111), second);
        lane.exit_drop(Tick(112), first);
        lane.explicit_parent(Tick(112), third, None);
        lane.new_span(Tick(113), third, site);
        lane.drop_handle(Tick(114), third);
        let (events, recording) = round_trip(form, 100, lane.words());
        let callsite = site;
        let expected = [
            (100, NewEnter { span: first, callsite, parent: Parent::Current }),
            (103, NewEnter { span: second, callsite, parent: Parent::Span(first) }),
            (103, Fields { span: second, fields: 0 }),
            (104, Clone { span: second }),
            (105, Exit { span: first }),
            (106, Enter { span: first }),
            (107, Fields { span: first, fields: 1 }),
            (108, Follows { span: second, cause: first }),
            (109, Instant { callsite, parent: Parent::Span(first), fields: 2 }),
            (110, ExitDrop { span: second }),
            (111, Drop { span: second }),
            (112, ExitDrop { span: first }),
            (113, New { span: third, callsite, parent: Parent::Root, exact: true }),
            (114, Drop { span: third }),
        ]
        .map(|(tick, kind)| Event { tick: Tick(tick), kind });
        assert_eq!(events, expected);
        let chunk = recording.chunk(0).unwrap();
        assert_eq!(chunk.fields(0), path);
        assert_eq!(chunk.fields(1), size);
    }
}

#[test]
fn ticks_that_decrease_are_raised_and_counted() {
    let [first, ..] = ids(Form::Subscriber);
    let mut lane = Buffer::new(Form::Subscriber);
    lane.new_enter(Tick(50), first, CallsiteId(1));
    lane.exit(Tick(40), first);
    lane.enter(Tick(60), first);
    let (events, recording) = round_trip(Form::Subscriber, 45, lane.words());
    assert_eq!(events.iter().map(|event| event.tick.0).collect::<Vec<_>>(), [50, 50, 60]);
    assert_eq!(recording.clamped_ticks(), 1);
}

#[test]
fn a_tick_keeps_the_bits_its_word_has_no_room_for() {
    let base = (1 << 63) + 5;
    let [first, ..] = ids(Form::Subscriber);
    let mut lane = Buffer::new(Form::Subscriber);
    lane.new_enter(Tick(base + 2), first, CallsiteId(1));
    let (events, _) = round_trip(Form::Subscriber, base, lane.words());
    assert_eq!(events[0].tick, Tick(base + 2));
}

#[test]
fn a_leaf_loop_takes_few_bytes_a_span() {
    for form in [Form::Subscriber, Form::Layer] {
        let mut lane = Buffer::new(form);
        let mut tick = 1_000;
        let spans = 10_000u64;
        for number in 1..=spans {
            let span = match form {
                Form::Subscriber => subscriber_span_id(CallsiteId(1), number),
                Form::Layer => SpanId((number % 8192) << 51 | 42),
            };
            tick += 40 + number * 7919 % 30;
            lane.new_enter(Tick(tick), span, CallsiteId(1));
            tick += 90 + number * 104_729 % 50;
            lane.exit_drop(Tick(tick), span);
        }
        let (events, recording) = round_trip(form, 0, lane.words());
        assert_eq!(events.len() as u64, 2 * spans);
        assert!(recording.size_bytes() <= 6 * spans, "{} bytes", recording.size_bytes());
    }
}

#[test]
fn attributes_stay_in_the_chunk_of_their_span() {
    let mut lane = Buffer::new(Form::Subscriber);
    for number in 1..200_000 {
        let span = subscriber_span_id(CallsiteId(0), number);
        lane.explicit_parent(Tick(number), span, None);
        lane.new_span(Tick(number), span, CallsiteId(0));
    }
    let (events, recording) = round_trip(Form::Subscriber, 0, lane.words());
    assert!(recording.chunks().len() > 1);
    assert_eq!(events.len(), 199_999);
    assert!(events.iter().all(|event| matches!(event.kind, New { parent: Parent::Root, .. })));
}
