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
use spanfire_recording::Recording;
use spanfire_render::export::{self, Source};
use spanfire_views::{
    CallTree, Names, Replay, Selection, SpanStatistics, Stacks, Statistics, Weight,
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
