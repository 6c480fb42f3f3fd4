//! What changed between two sides.

use super::fixture::{Thread, callsite, hostile_callsites, recording};
use super::{Full, parsed, texts, written};
use spanfire_recording::{Callsite, Recording};
use spanfire_render::diff::{DiffOptions, DiffRows, DiffWeight, flamegraph, table};
use spanfire_render::tables::Format;
use spanfire_views::{Diff, DiffSide, Replay, Selection, Stacks};

fn diff(before: &[Recording], after: &[Recording]) -> Diff {
    let sides = [before, after].map(|recordings| {
        let mut side = DiffSide::new(Stacks::Thread, false);
        for recording in recordings {
            side.add(&Replay::new(recording, Selection::default())).unwrap();
        }
        side
    });
    Diff::of(&sides[0], &sides[1], 0.02)
}

fn sites() -> [Callsite; 5] {
    [
        callsite("request", "app", 1),
        callsite("parse", "app::parse", 2),
        callsite("query", "sqlx", 3),
        callsite("cache", "app::cache", 4),
        callsite("render", "app", 5),
    ]
}

/// Sixty requests, of slightly different length so that there is something to compare.
fn service(request: impl Fn(&mut Thread, u64)) -> Recording {
    recording(&sites(), |thread| {
        for number in 0..60 {
            thread.span(0, |thread| request(thread, number * 7 % 10));
        }
    })
}

/// `parse` takes half as long again, `query` is gone for `cache`, `render` is the same.
fn change() -> Diff {
    let before = service(|thread, jitter| {
        thread.pass(100);
        thread.span(1, |thread| thread.pass(1_000 + jitter));
        thread.span(2, |thread| thread.pass(700 + jitter));
        thread.span(4, |thread| thread.pass(2_000 + jitter));
    });
    let after = service(|thread, jitter| {
        thread.pass(100);
        thread.span(1, |thread| thread.pass(1_500 + jitter));
        thread.span(3, |thread| thread.pass(200 + jitter));
        thread.span(4, |thread| thread.pass(2_000 + jitter));
    });
    diff(&[before], &[after])
}

fn picture(diff: &Diff, options: &DiffOptions) -> String {
    written(|sink| flamegraph(diff, options, sink))
}

fn rows(diff: &Diff, options: &DiffOptions, format: Format) -> String {
    written(|sink| table(diff, options, format, sink))
}

/// The fill of the frame whose tooltip begins with `name`, and whether it is striped.
fn look<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Vec<&'a str> {
    let frames = document.descendants().filter(|node| node.attribute("class") == Some("s"));
    let mut frames = frames.filter(|frame| {
        let title = frame.first_element_child().and_then(|title| title.text());
        title.is_some_and(|text| text.lines().next() == Some(name))
    });
    let frame = frames.next().unwrap_or_else(|| panic!("no frame {name}"));
    frame.children().filter_map(|child| child.attribute("fill")).collect()
}

#[test]
fn the_picture_of_a_change() {
    let svg = picture(&change(), &DiffOptions::default());
    let (_, drawing) = svg.split_once("</defs>\n").unwrap();
    insta::assert_snapshot!(drawing.split("<script").next().unwrap().replace("><", ">\n<"));
}

#[test]
fn more_is_red_the_same_is_white_and_what_is_on_one_side_alone_is_striped() {
    let svg = picture(&change(), &DiffOptions::default());
    let document = parsed(&svg);
    assert_eq!(look(&document, "render"), ["#ffffff"]);
    let [red] = look(&document, "parse")[..] else { panic!("stripes on what is on both sides") };
    assert!(red.starts_with("#f") && red != "#ffffff", "{red}");
    assert_eq!(look(&document, "+ cache")[1], "url(#new)");
    assert_eq!(look(&document, "− query")[1], "url(#gone)");
}

#[test]
fn widths_are_those_of_the_after_side_and_of_what_is_gone() {
    let diff = change();
    let svg = picture(&diff, &DiffOptions::default());
    let document = parsed(&svg);
    let width = |name: &str| -> f64 {
        let frames = document.descendants().filter(|node| node.attribute("class") == Some("s"));
        let frame = frames.into_iter().find(|frame| {
            let title = frame.first_element_child().and_then(|title| title.text());
            title.is_some_and(|text| text.lines().next() == Some(name))
        });
        let rect = frame
            .and_then(|frame| frame.children().find(|child| child.tag_name().name() == "rect"));
        rect.and_then(|rect| rect.attribute("width")?.parse().ok()).unwrap()
    };
    let totals = diff.totals(spanfire_views::Weight::Busy);
    let px_per_ns = 1_360.0 / totals[0][1] as f64;
    for (node, total) in diff.nodes().iter().zip(&totals).skip(1) {
        let name = diff.callsite(node.frame.unwrap()).name.as_str();
        let (shown, ns) = match *total {
            [before, 0] => (format!("− {name}"), before),
            [0, after] => (format!("+ {name}"), after),
            [_, after] => (name.to_owned(), after),
        };
        assert!((width(&shown) - ns as f64 * px_per_ns).abs() < 0.02, "{shown}");
    }
}

#[test]
fn tooltips_say_before_and_after_and_what_the_test_says() {
    let svg = picture(&change(), &DiffOptions::default());
    let document = parsed(&svg);
    let titles = texts(&document, "title");
    let parse = titles.iter().find(|title| title.starts_with("parse\n")).unwrap();
    let lines: Vec<&str> = parse.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "parse",
            "app::parse · src/app.rs:2",
            "total 60.27 µs → 90.27 µs (+30.00 µs, +49.8 %)",
            "self 60.27 µs → 90.27 µs (+30.00 µs, +49.8 %)",
            "share 26.34 % → 39.45 % (+13.11 points, +49.8 %)",
            "spans 60 → 60 (+0, 0.0 %)",
        ],
    );
    assert!(
        lines[6].starts_with("each span of this name, wherever it is: +49.8 %"),
        "{}",
        lines[6]
    );
    assert!(lines[6].ends_with(", slower"), "{}", lines[6]);
}

#[test]
fn shares_of_unequal_loads_are_compared_where_asked() {
    let load = |requests: u64| {
        recording(&sites(), |thread| {
            for _ in 0..requests {
                thread.span(1, |thread| thread.pass(300));
                thread.span(2, |thread| thread.pass(100));
            }
        })
    };
    let diff = diff(&[load(10)], &[load(30)]);
    let fill = |share: bool| {
        let svg = picture(&diff, &DiffOptions { share, ..DiffOptions::default() });
        look(&parsed(&svg), "parse")[0].to_owned()
    };
    assert_eq!(fill(true), "#ffffff");
    assert_ne!(fill(false), "#ffffff");
}

#[test]
fn a_caller_is_white_by_self_time_where_only_what_it_calls_is_slower() {
    let fill = |weight: DiffWeight| {
        let svg = picture(&change(), &DiffOptions { weight, ..DiffOptions::default() });
        look(&parsed(&svg), "request")[0].to_owned()
    };
    let before = service(|thread, _| {
        thread.pass(500);
        thread.span(1, |thread| thread.pass(1_000));
    });
    let after = service(|thread, _| {
        thread.pass(500);
        thread.span(1, |thread| thread.pass(1_500));
    });
    let slower = diff(&[before], &[after]);
    let by = |weight: DiffWeight| {
        let svg = picture(&slower, &DiffOptions { weight, ..DiffOptions::default() });
        look(&parsed(&svg), "request")[0].to_owned()
    };
    assert_ne!(by(DiffWeight::Total), "#ffffff");
    assert_eq!(by(DiffWeight::SelfTime), "#ffffff");
    assert_eq!(fill(DiffWeight::Count), "#ffffff");
}

#[test]
fn names_as_a_table() {
    insta::assert_snapshot!(rows(&change(), &DiffOptions::default(), Format::Table));
}

#[test]
fn stacks_as_a_table() {
    let options = DiffOptions { rows: DiffRows::Paths, ..DiffOptions::default() };
    insta::assert_snapshot!(rows(&change(), &options, Format::Table));
}

#[test]
fn names_and_stacks_as_csv() {
    let names = rows(&change(), &DiffOptions::default(), Format::Csv);
    let options = DiffOptions { rows: DiffRows::Paths, ..DiffOptions::default() };
    let stacks = rows(&change(), &options, Format::Csv);
    for csv in [&names, &stacks] {
        let mut reader = csv.lines().map(|line| line.split(',').count());
        let columns = reader.next().unwrap();
        assert!(reader.all(|cells| cells == columns), "{csv}");
    }
    insta::assert_snapshot!(format!("{names}\n{stacks}"));
}

#[test]
fn json_holds_names_with_all_measures_and_every_stack() {
    let json = rows(&change(), &DiffOptions::default(), Format::Json);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["names"].as_array().unwrap().len(), 5);
    assert_eq!(value["paths"].as_array().unwrap().len(), 5);
    assert_eq!(value["before"]["recordings"], 1);
    let parse = value["names"].as_array().unwrap().iter().find(|row| row["name"] == "parse");
    let parse = parse.unwrap();
    assert_eq!(parse["verdict"], "slower");
    assert_eq!(parse["measures"]["mean"]["before_ns"], 1_005);
    assert_eq!(parse["measures"]["p99"]["verdict"], "unclear");
    assert_eq!(parse["measures"]["p50"]["compared"], serde_json::Value::Null);
    let total: i64 = value["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["self_after_ns"].as_i64().unwrap())
        .sum();
    assert_eq!(value["after"]["total_ns"], total);
}

/// [T59]
#[test]
fn hostile_names_leave_every_format_whole() {
    let callsites = hostile_callsites();
    let run = |ns: u64| {
        recording(&callsites, |thread| {
            for number in 0..callsites.len() as u32 {
                thread.span(number, |thread| thread.pass(ns * u64::from(number + 1)));
            }
        })
    };
    let diff = diff(&[run(10)], &[run(12)]);
    let title = "<b>\u{0}\u{fffe}\"".to_owned();
    let options = DiffOptions { title, ..DiffOptions::default() };
    let svg = picture(&diff, &options);
    let document = parsed(&svg);
    let scripts = document.descendants().filter(|node| node.tag_name().name() == "script");
    assert_eq!(scripts.count(), 1);
    let json = rows(&diff, &options, Format::Json);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    let text = rows(&diff, &options, Format::Table);
    assert!(!text.contains('\u{1b}') && !text.contains('\0'));
}

#[test]
fn the_size_of_the_picture_is_bounded_however_wide_the_tree() {
    let callsites: Vec<_> =
        (0..200).map(|line| callsite(&format!("step_{line}"), "app", line)).collect();
    let wide = || {
        recording(&callsites, |thread| {
            for outer in 0..200 {
                thread.span(outer, |thread| {
                    for inner in 0..200 {
                        thread.span(inner, |thread| thread.pass(1_000));
                    }
                });
            }
        })
    };
    let svg = picture(&diff(&[wide()], &[wide()]), &DiffOptions::default());
    assert!(svg.matches("<g class=\"s\">").count() <= 12_000);
}

#[test]
fn two_empty_sides_give_a_picture_and_a_table_that_say_so() {
    let diff = diff(&[recording(&[], |_| {})], &[recording(&[], |_| {})]);
    let svg = picture(&diff, &DiffOptions::default());
    assert!(texts(&parsed(&svg), "text").contains(&"nothing recorded in this selection"));
    assert_eq!(rows(&diff, &DiffOptions::default(), Format::Table), "no spans\n");
}

#[test]
fn a_sink_that_fails_gives_an_error() {
    let error = flamegraph(&change(), &DiffOptions::default(), &mut Full).unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::StorageFull);
}
