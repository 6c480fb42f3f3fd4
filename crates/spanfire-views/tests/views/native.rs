//! Native stacks joined with spans.
//!
//! A function is a letter: a capital one holds the span of that name, `t` is of `tracing`, `m` is the
//! system's.

use crate::check::{check, totals_agree};
use crate::sketch;
use proptest::prelude::*;
use spanfire_recording::{CallsiteId, Error, LaneId};
use spanfire_views::{
    FrameKind, Function, Hybrid, Joined, Marker, Names, NativeSamples, NativeSymbols, Replay,
    Sightings, Skew, SkewVerdict, Stacks, Weight,
};

/// Joins what a sketch says was seen.
pub fn hybrid(replay: &Replay<'_>, stacks: Stacks) -> Result<Hybrid, Error> {
    let samples = NativeSamples::of(replay.recording())?.unwrap_or_default();
    Hybrid::of(replay, stacks, &samples, &symbols(replay, &samples))
}

fn symbols(replay: &Replay<'_>, samples: &NativeSamples) -> NativeSymbols {
    let mut symbols = NativeSymbols::default();
    for address in samples.addresses() {
        let letter = char::from((address >> 8) as u8);
        let name = match letter {
            't' => "tracing::t".to_owned(),
            'm' => "m".to_owned(),
            letter => format!("app::{letter}"),
        };
        let function = symbols.function(Function { name, file: None, line: None });
        symbols.at(address, vec![function]);
        let sites = (0..).map(CallsiteId).zip(replay.recording().callsites());
        for (id, _) in sites.filter(|(_, site)| site.name == letter.to_string()) {
            symbols.holds(function, id);
        }
    }
    symbols
}

pub fn joined(joined: &Joined) -> String {
    format!(
        "{} in {} outside {} without {} uncut {} profiler {}",
        joined.samples,
        joined.in_spans,
        joined.outside,
        joined.without_lane,
        joined.uncut,
        joined.profiler
    )
}

#[test]
fn a_spans_own_time_divides_among_what_was_seen_in_it() {
    check(
        "
        main  |A(      B(        )B  )A
        seen main 2 Af 3 Af 4 Afg 5 A 9 ABm 10 ABf 16 ABf
        ",
        "
        thread A=12 A;B=10
        hybrid A=3 A;B;f=7 A;B;m=3 A;f=6 A;f;g=3
        hybrid-reversed A=3 f;A=6 f;B;A=7 g;f;A=3 m;B;A=3
        ",
    );
}

/// The earlier of two equal remainders gets what rounding leaves.
#[test]
fn where_nothing_was_seen_the_time_is_not_sampled() {
    check(
        "
        main  |A(   B(   )B  )A
        seen main 1 Af
        ",
        "
        hybrid A;B;[not sampled]=5 A;f=9
        joined 1 in 1 outside 0 without 0 uncut 0 profiler 0
        ",
    );
}

#[test]
fn time_off_the_processor_is_not_divided() {
    check(
        "
        main  |A(        )A
        on cpu main 0..3 7..30
        seen main 1 Af 2 Ag
        ",
        "
        hybrid A;[blocked]=4 A;f=3 A;g=3
        hybrid-cpu A;f=3 A;g=3
        ",
    );
}

#[test]
fn machinery_at_the_leaf_is_the_profiler() {
    check(
        "
        main  |A(        )A
        seen main 1 Atm 2 Af 3 Aft
        ",
        "
        hybrid A;[profiler]=3 A;f=4 A;f;[profiler]=3
        joined 3 in 3 outside 0 without 0 uncut 0 profiler 2
        ",
    );
}

/// Of two spans of one function the stack cannot tell which is which; time can.
#[test]
fn a_sample_at_an_edge_is_in_the_segment_that_begins_there() {
    check(
        "
        main   |  A(  )A    B(    )B
        worker |
        seen main 1 Ax 2 Ax 6 Ay 12 Bx 17 By 18 By
        seen worker 3 Aw
        ",
        "
        hybrid A;x=4 B;x=3 B;y=3
        joined 7 in 3 outside 4 without 0 uncut 0 profiler 0
        ",
    );
}

#[test]
fn without_the_spans_function_the_stack_begins_at_an_outer_span_or_is_whole() {
    check(
        "
        main  |A(  B(   )B  )A
        seen main 4 zAf 5 zf
        ",
        "
        hybrid A;B;f=3 A;B;z;f=2 A;[not sampled]=8
        joined 2 in 2 outside 0 without 0 uncut 1 profiler 0
        ",
    );
}

#[test]
fn along_a_lane_it_is_told_when_what_was_seen() {
    let (recording, selection) =
        sketch::parse("main |A(      B(        )B  )A\nseen main 2 Af 7 ABfg 9 ABft 16 ABm 22 A");
    let replay = Replay::new(&recording, selection);
    let samples = NativeSamples::of(&recording).unwrap().unwrap();
    let symbols = symbols(&replay, &samples);
    let tree = Hybrid::of(&replay, Stacks::Thread, &samples, &symbols).unwrap().tree;
    let mut sightings = Sightings::new(&recording, &samples, &symbols);
    let [a, b] = [CallsiteId(0), CallsiteId(1)];
    let mut seen = |from_ns, to_ns, spans: &[CallsiteId]| -> Vec<String> {
        let seen = sightings.between(LaneId(0), from_ns, to_ns, spans.iter().copied());
        let label = |&frame: &CallsiteId| tree.label(frame, Names::Name);
        let said = |frames: &[CallsiteId]| frames.iter().map(label).collect::<Vec<_>>().join(";");
        seen.iter().map(|seen| format!("{} {}", seen.at_ns, said(&seen.frames))).collect()
    };
    assert_eq!(seen(0, 9, &[a]), ["2 f", "7 B();f;g"]);
    assert_eq!(seen(9, 19, &[b, a]), ["9 f;[profiler]", "16 m"]);
    assert_eq!(seen(19, 30, &[a]), ["22 "]);
    assert_eq!(seen(30, 99, &[a]), [""; 0]);
    assert_eq!(tree.kind(b), FrameKind::Span);
    let blocked = sightings.marker(Marker::Blocked);
    assert_eq!(tree.label(blocked, Names::Name), "[blocked]");
    assert_eq!(tree.kind(blocked), FrameKind::Marker(Marker::Blocked));
    assert_eq!(tree.kind(CallsiteId(2)), FrameKind::Function);
}

/// A span that another thread runs on: what is seen there is on its own stack of ancestors.
#[test]
fn samples_go_to_the_ancestry_or_to_the_thread_as_asked() {
    check(
        "
        main   |A(            )A
        worker |    B(    )B
        B < A
        seen worker 5 Bf
        ",
        "
        hybrid A;[not sampled]=14 B;f=6
        hybrid-span A;B;f=6 A;[not sampled]=14
        ",
    );
}

/// A column is a microsecond: 10 of `A`, 10 of `B`, with gaps. Each is seen in its middle, or as if the
/// clock of samples were 10 µs late.
#[test]
fn a_shift_of_the_samples_clock_is_found() {
    let verdict = |late: u64| {
        let (mut lane, mut seen) = (String::new(), String::new());
        for number in 10..70 {
            let begin = lane.len() as u64;
            lane += &format!("A{number}(      )A{number}   B{number}(      )B{number}   ");
            seen += &format!(" {} A {} B", begin + 5 + late, begin + 18 + late);
        }
        let (recording, selection) =
            sketch::parse(&format!("main|{lane}\nseen main{seen}\ncolumn 1000"));
        let replay = Replay::new(&recording, selection);
        let samples = NativeSamples::of(&recording).unwrap().unwrap();
        Skew::of(&replay, &samples, &symbols(&replay, &samples)).unwrap().verdict()
    };
    assert_eq!(verdict(0), SkewVerdict::Joins { plateau_ns: (-7_000, 7_000) });
    assert_eq!(verdict(10), SkewVerdict::Off { shift_ns: -7_000 });
}

proptest! {
    /// Σ widths with native frames = Σ self, under every node, whatever was seen and whenever threads
    /// ran.
    #[test]
    fn functions_take_nothing_from_spans_and_add_nothing(
        seen in prop::collection::vec((0..60u64, "[ABCDfgmt]{0,6}"), 0..40),
        ran in prop::collection::vec(0..60u64, 0..8),
    ) {
        let mut ran = ran;
        ran.sort_unstable();
        ran.dedup();
        let seen: String = seen.iter().map(|(at, stack)| format!(" {at} z{stack}")).collect();
        let ran: String = ran.chunks_exact(2).map(|pair| format!(" {}..{}", pair[0], pair[1])).collect();
        let (recording, selection) = sketch::parse(&format!(
            "main   |A1(  B1(    )B1  C1(  D1(   )D1   )C1  )A1  B2(   )B2\n\
             worker |   D2(    A2(     )A2 B3(  )B3     )D2\n\
             seen main{seen}\nseen worker{seen}\non cpu main{ran}"
        ));
        totals_agree(&recording, &selection);
        let replay = Replay::new(&recording, selection);
        for stacks in [Stacks::Thread, Stacks::Span] {
            let plain = spanfire_views::CallTree::of(&replay, stacks).unwrap();
            let hybrid = hybrid(&replay, stacks).unwrap().tree;
            for weight in [Weight::Busy, Weight::Idle, Weight::Count, Weight::Cpu, Weight::Blocked] {
                let mut spans: Vec<u64> = hybrid.totals(weight);
                let mut kept = hybrid.nodes().iter();
                spans.retain(|_| kept.next().unwrap().frame.is_none_or(|frame| !hybrid.is_native(frame)));
                prop_assert_eq!(spans, plain.totals(weight));
                prop_assert_eq!(hybrid.reversed().total(weight), plain.total(weight));
            }
        }
    }
}
