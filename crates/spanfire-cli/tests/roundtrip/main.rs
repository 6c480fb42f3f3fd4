//! Exports that are imported again: what their format carries comes back to the nanosecond, of any program.

// The language in which the views' own tests draw recordings, and programs at random.
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/machine.rs"]
mod machine;
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/program.rs"]
mod program;

use machine::{form, run, steps};
use proptest::prelude::*;
use spanfire_import::{Format, Options, Profile, Unit};
use spanfire_recording::{CallsiteKind, Field, Form, Parent, Recording, Tick, Value};
use spanfire_render::export::{self, Source};
use spanfire_views::{
    CallTree, Names, Replay, Selection, SpanStatistics, Stacks, Statistics, VisitedInstant,
    VisitedSpan, Visitor, Weight,
};
use std::collections::BTreeMap;

fn imported(bytes: &[u8], options: &Options, format: Format) -> Recording {
    let profile: Profile = spanfire_import::read(bytes, options).expect("it is a profile");
    assert_eq!(profile.format(), format);
    let written = profile.write(Vec::new()).expect("memory takes everything");
    Recording::from_bytes(written).expect("it is a recording")
}

fn rows(recording: &Recording) -> Vec<SpanStatistics> {
    let replay = Replay::new(recording, Selection::default());
    Statistics::of(&replay).expect("it can be read").rows
}

fn exported(recording: &Recording, format: Format) -> Vec<u8> {
    let replay = Replay::new(recording, Selection::default());
    let mut bytes = Vec::new();
    let source = Source { replay: &replay, names: Names::Name };
    match format {
        Format::Chrome => drop(export::chrome(&source, &mut bytes).unwrap()),
        Format::Pprof => drop(export::pprof(&source, &[], &mut bytes).unwrap()),
        Format::Folded | Format::Perf => {
            let tree = CallTree::of(&replay, Stacks::Thread).unwrap();
            export::folded(&tree, Names::Name, Weight::Busy, &mut bytes).unwrap();
        }
    }
    bytes
}

/// Everything in `top` that does not depend on labels, in an order that does not either.
fn numbers(rows: &[SpanStatistics]) -> Vec<[u64; 9]> {
    let mut numbers: Vec<[u64; 9]> = rows
        .iter()
        .map(|row| {
            [
                row.spans,
                row.segments,
                row.busy_ns,
                row.self_ns,
                row.nonreentrant_ns,
                row.idle_ns,
                row.min_ns,
                row.max_ns,
                row.quantile_ns(0.9),
            ]
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

fn self_by_name(rows: &[SpanStatistics]) -> BTreeMap<&str, u64> {
    let mut times = BTreeMap::new();
    for row in rows.iter().filter(|row| row.self_ns > 0) {
        *times.entry(row.callsite.name.as_str()).or_default() += row.self_ns;
    }
    times
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn trace_events_come_back_with_every_number_of_top(form in form(), steps in steps()) {
        let (recording, _) = run(form, &steps).finish();
        let before = rows(&recording);
        prop_assume!(!before.is_empty());
        let bytes = exported(&recording, Format::Chrome);
        let back = imported(&bytes, &Options::default(), Format::Chrome);
        prop_assert_eq!(numbers(&rows(&back)), numbers(&before), "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pprof_and_folded_stacks_come_back_with_every_self_time(form in form(), steps in steps()) {
        let (recording, _) = run(form, &steps).finish();
        let before = rows(&recording);
        prop_assume!(before.iter().any(|row| row.self_ns > 0));
        let folded = Options {
            format: Some(Format::Folded),
            unit: Some(Unit::Time(1)),
            ..Options::default()
        };
        for (format, options) in [(Format::Pprof, Options::default()), (Format::Folded, folded)] {
            let back = imported(&exported(&recording, format), &options, format);
            let after = rows(&back);
            prop_assert_eq!(self_by_name(&after), self_by_name(&before), "{:?}", format);
        }
    }
}

/// What is told of a recording besides times.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said(Vec<String>);

impl Visitor for Said {
    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let fields = span.fields.iter().map(|field| format!("{}={}", field.name, field.value));
        let (number, parent) = (span.born.number.0, span.born.parent.map(|parent| parent.0));
        let follows: Vec<u64> = span.follows.iter().map(|cause| cause.0).collect();
        let fields: Vec<String> = fields.collect();
        self.0.push(format!("span {number} in {parent:?}, {fields:?}, after {follows:?}"));
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let fields = instant.fields.iter().map(|field| format!("{}={}", field.name, field.value));
        let (at_ns, span) = (instant.at_ns, instant.span.map(|span| span.0));
        self.0.push(format!("instant at {at_ns} in {span:?}, {:?}", fields.collect::<Vec<_>>()));
    }
}

fn said(recording: &Recording) -> Said {
    let mut said = Said::default();
    Replay::new(recording, Selection::default()).visit(&mut said).expect("it can be read");
    said
}

#[test]
fn fields_instants_and_what_follows_from_what_come_back_in_trace_events() {
    let mut program = program::Program::new(Form::Subscriber);
    let [main, other] = ["main", "other"].map(|name| program.lane(name));
    // Those that a callsite has there.
    let names = ["n", "user"].map(str::to_owned);
    let request = program.site("request", CallsiteKind::Span);
    let note = program.site("note", CallsiteKind::Event);
    let field = |name: &str, value| Field { name: name.to_owned(), value };
    let text = Value::Text("a;\"b\"\n<c>".to_owned());
    let fields = [field("n", Value::I64(-3)), field("user", text)];
    let [one, two] = [program.id(request), program.id(request)];
    program.on(main, |buffer| {
        buffer.birth_fields(Tick(10), one, request, &names, &fields);
        buffer.new_enter(Tick(10), one, request);
        buffer.instant(Tick(15), note, Parent::Current, &names, &[field("n", Value::F64(0.25))]);
    });
    program.on(other, |buffer| {
        buffer.explicit_parent(Tick(20), two, None);
        buffer.new_enter(Tick(20), two, request);
        buffer.follows(Tick(22), two, one);
        buffer.exit_drop(Tick(30), two);
        buffer.instant(Tick(31), note, Parent::Current, &names, &[]);
    });
    program.on(main, |buffer| buffer.exit_drop(Tick(40), one));
    let recording = program.recording();
    let before = said(&recording);
    assert_eq!(before.0.len(), 4);
    let bytes = exported(&recording, Format::Chrome);
    let back = imported(&bytes, &Options::default(), Format::Chrome);
    assert_eq!(said(&back), before, "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(numbers(&rows(&back)), numbers(&rows(&recording)));
}
