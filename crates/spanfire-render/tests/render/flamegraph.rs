//! Merged graphs.

use super::fixture::{call_tree, callsite, hostile_callsites, recording, tree_of};
use super::{Full, parsed, texts, written};
use spanfire_render::{FlamegraphOptions, flamegraph};
use spanfire_views::{
    CallTree, Function, Hybrid, NativeSamples, NativeSymbols, Replay, Selection, Stacks, Weight,
};

fn drawn(tree: &CallTree, options: &FlamegraphOptions) -> String {
    written(|sink| flamegraph(tree, options, sink))
}

/// What every frame says, without the percentage.
fn frames(svg: &str) -> Vec<String> {
    let document = parsed(svg);
    let titles = texts(&document, "title");
    titles.iter().map(|title| title.rsplit_once(", ").unwrap().0.to_owned()).collect()
}

#[test]
fn frames_carry_the_tree_s_totals() {
    let callsites = [callsite("request", "app", 1), callsite("query", "sqlx", 2)];
    let tree = call_tree(&recording(&callsites, |thread| {
        for _ in 0..3 {
            thread.span(0, |thread| {
                thread.pass(1_000);
                thread.span(1, |thread| thread.pass(500));
            });
        }
    }));
    let mut frames = frames(&drawn(&tree, &FlamegraphOptions::default()));
    frames.sort();
    assert_eq!(frames, ["all (4,500 ns", "query (1,500 ns", "request (4,500 ns"]);
    let count = FlamegraphOptions { weight: Weight::Count, ..FlamegraphOptions::default() };
    assert!(drawn(&tree, &count).contains("query (3 spans, 50.00%)"));
}

/// `parse` was seen 6 times in `request`, `copy` and what recording does twice each.
fn hybrid() -> CallTree {
    let callsites = [callsite("request", "app", 1), callsite("query", "sqlx", 2)];
    let recording = recording(&callsites, |thread| {
        thread.span(0, |thread| {
            thread.pass(1_000);
            thread.span(1, |thread| thread.pass(500));
        });
    });
    let mut symbols = NativeSymbols::default();
    for (address, name) in [(1, "app::parse"), (2, "app::copy"), (3, "tracing::span::Span::new")] {
        let name = name.to_owned();
        let function = symbols.function(Function { name, file: None, line: None });
        symbols.at(address, vec![function]);
    }
    let seen = [1, 1, 1, 1, 1, 1, 2, 2, 3, 3].iter().zip(0..);
    let samples = NativeSamples::collect(seen.map(|(&address, at_ns)| (1, at_ns, [address])));
    let replay = Replay::new(&recording, Selection::default());
    Hybrid::of(&replay, Stacks::Thread, &samples, &symbols).unwrap().tree
}

#[test]
fn functions_divide_their_spans_and_are_hatched_where_few_samples_say_so() {
    let svg = drawn(&hybrid(), &FlamegraphOptions::default());
    let mut shown = frames(&svg);
    shown.sort();
    let expected = [
        "[not sampled] (500 ns",
        "[profiler] (few samples) (200 ns",
        "all (1,500 ns",
        "copy (few samples) (200 ns",
        "parse (600 ns",
        "query (500 ns",
        "request (1,500 ns",
    ];
    assert_eq!(shown, expected);
    assert_eq!(svg.matches("fill=\"rgb(228,228,227)\"").count(), 2 + 1, "two frames and the rule");
    assert!(svg.contains("<pattern id=\"few\""));
    let reversed = frames(&drawn(&hybrid().reversed(), &FlamegraphOptions::default()));
    assert!(reversed.contains(&"request (few samples) (200 ns".to_owned()), "{reversed:?}");
    assert!(reversed.contains(&"request (600 ns".to_owned()), "{reversed:?}");
}

#[test]
fn names_that_begin_like_one_another_stay_one_frame_each() {
    let names = ["a", "a b", "a-b", "c"];
    let callsites: Vec<_> =
        names.iter().zip(1..).map(|(name, line)| callsite(name, "app", line)).collect();
    let tree = call_tree(&recording(&callsites, |thread| {
        for outer in 0..3 {
            thread.span(outer, |thread| {
                thread.pass(5);
                thread.span(3, |thread| thread.pass(5));
            });
        }
    }));
    let mut frames = frames(&drawn(&tree, &FlamegraphOptions::default()));
    frames.sort();
    let expected =
        ["a (10 ns", "a b (10 ns", "a-b (10 ns", "all (30 ns", "c (5 ns", "c (5 ns", "c (5 ns"];
    assert_eq!(frames, expected);
}

#[test]
fn callsites_of_one_name_stay_two_frames() {
    let tree = tree_of(&[callsite("parse", "app", 3), callsite("parse", "app", 9)]);
    let svg = drawn(&tree, &FlamegraphOptions::default());
    assert!(svg.contains("parse (src/app.rs:3) (") && svg.contains("parse (src/app.rs:9) ("));
}

/// [T59]
#[test]
fn hostile_names_leave_the_picture_whole() {
    let callsites = hostile_callsites();
    let tree = tree_of(&callsites);
    for tree in [&tree, &tree.reversed()] {
        let title = "<b>\u{0}\u{fffe}\"".to_owned();
        let options = FlamegraphOptions { title, ..FlamegraphOptions::default() };
        let svg = drawn(tree, &options);
        assert_eq!(
            parsed(&svg).descendants().filter(|node| node.has_tag_name("script")).count(),
            1
        );
        assert_eq!(frames(&svg).len(), tree.nodes().len());
    }
}

#[test]
fn frames_too_narrow_to_draw_keep_their_time_in_the_frame_under_them() {
    let callsites = [callsite("outer", "app", 1), callsite("inner", "app", 2)];
    let tree = call_tree(&recording(&callsites, |thread| {
        thread.span(0, |thread| {
            thread.pass(1_000_000);
            thread.span(1, |thread| thread.pass(7));
        });
        thread.span(1, |thread| thread.pass(3));
    }));
    let mut frames = frames(&drawn(&tree, &FlamegraphOptions::default()));
    frames.sort();
    assert_eq!(frames, ["(too narrow to draw) (3 ns", "all (1,000,010 ns", "outer (1,000,007 ns"]);
}

#[test]
fn the_size_of_a_picture_is_bounded_however_deep_and_wide_the_tree() {
    let callsites: Vec<_> =
        (0..300).map(|line| callsite(&format!("step_{line}"), "app", line)).collect();
    let tree = call_tree(&recording(&callsites, |thread| {
        for outer in 0..300 {
            thread.span(outer, |thread| {
                for inner in 0..300 {
                    thread.span(inner, |thread| thread.pass(1_000));
                }
            });
        }
    }));
    let unlimited = FlamegraphOptions { min_width_percent: 0.0, ..FlamegraphOptions::default() };
    assert!(frames(&drawn(&tree, &unlimited)).len() <= 30_001);

    let tree = call_tree(&recording(&callsites[..1], |thread| nest(thread, 3_000)));
    assert_eq!(frames(&drawn(&tree, &unlimited)).len(), 1_001);
}

/// A span in a span in a span, each with time of its own.
fn nest(thread: &mut super::fixture::Thread, depth: usize) {
    thread.pass(100);
    if depth > 0 {
        thread.span(0, |thread| nest(thread, depth - 1));
    }
}

#[test]
fn an_empty_tree_gives_a_picture_that_says_so() {
    let tree = call_tree(&recording(&[], |_| {}));
    let svg = drawn(&tree, &FlamegraphOptions::default());
    assert!(texts(&parsed(&svg), "text").contains(&"nothing recorded in this selection"));
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let draw = || drawn(&tree_of(&hostile_callsites()), &FlamegraphOptions::default());
    assert_eq!(draw(), draw());
}

#[test]
fn a_sink_that_fails_gives_an_error() {
    let tree = tree_of(&[callsite("a", "app", 1)]);
    let error = flamegraph(&tree, &FlamegraphOptions::default(), &mut Full).unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::StorageFull);
}
